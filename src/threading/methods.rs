//! References to a method: attributes of its name that are no calls.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// Callables that publish what they are handed, or call it when something happens.
const PUBLISHERS: [&str; 44] = [
    "click",
    "change",
    "submit",
    "select",
    "input",
    "upload",
    "clear",
    "load",
    "unload",
    "then",
    "success",
    "release",
    "blur",
    "focus",
    "edit",
    "tick",
    "stream",
    "like",
    "retry",
    "undo",
    "Interface",
    "ChatInterface",
    "Blocks",
    "button",
    "form_submit_button",
    "text_input",
    "selectbox",
    "checkbox",
    "Depends",
    "Security",
    "add_api_route",
    "add_route",
    "add_url_rule",
    "add_get",
    "add_post",
    "add_event_handler",
    "route",
    "Route",
    "Tool",
    "StructuredTool",
    "FunctionTool",
    "from_function",
    "register_function",
    "add_tool",
];

/// Arguments that name what is called when something happens.
const CALLBACKS: [&str; 10] = [
    "fn",
    "func",
    "function",
    "callback",
    "handler",
    "endpoint",
    "view_func",
    "on_click",
    "on_change",
    "on_submit",
];

/// The attributes that may mean the method of the class and are not called: those of its own
/// object, of the class, of an object that it made; and those of an object of unknown class where
/// they are handed to what publishes functions.
pub(super) fn attributes<'m>(module: &'m Module, class: &str, name: &str) -> Vec<Node<'m>> {
    let named = module.nodes().from(0).iter().copied().filter(|node| {
        node.kind() == "attribute"
            && node.child_by_field_name("attribute").is_some_and(|a| module.text_of(a) == name)
    });
    named
        .filter(|node| !is_target(module, *node) && !is_called(module, *node))
        .filter(|node| match belongs(module, *node, class) {
            Some(belongs) => belongs,
            None => is_published(module, *node),
        })
        .collect()
}

/// Whether an attribute is assigned to: then it is something else.
fn is_target(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| {
        parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id())
    })
}

fn is_called(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| {
        parent.kind() == "call"
            && parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id())
    })
}

/// Whether the object of an attribute is of the class, as far as that can be told.
fn belongs(module: &Module, attribute: Node, class: &str) -> Option<bool> {
    let object = tree::unparenthesised(attribute.child_by_field_name("object")?);
    match object.kind() {
        "identifier" => {
            let name = module.text_of(object);
            if matches!(name, "self" | "cls") {
                // A class that derives from it may hand the method on too.
                return Some(true);
            }
            if name == class {
                return Some(true);
            }
            let scope = module.names.scope_at(object.start_byte());
            let [binding] = module.names.bindings(name, scope) else { return None };
            match &binding.kind {
                BindingKind::Assignment { value } => {
                    made_by(module, module.nodes().covering(*value)?, class)
                }
                // A module or a class that is imported.
                BindingKind::Import { target, .. } => {
                    Some(target.rsplit('.').next() == Some(class))
                }
                BindingKind::Class { .. } => Some(false),
                _ => None,
            }
        }
        "call" => made_by(module, object, class),
        _ => None,
    }
}

/// Whether a value is made by calling the class; `None` if what is called may return anything.
fn made_by(module: &Module, value: Node, class: &str) -> Option<bool> {
    let callee = tree::unparenthesised(value).child_by_field_name("function")?;
    let last = module.text_of(callee).rsplit('.').next().unwrap_or_default();
    if last == class {
        return Some(true);
    }
    // By convention, what is called by a name in capitals is another class.
    last.chars().next().filter(|first| first.is_uppercase()).map(|_| false)
}

/// Whether an attribute is handed to what publishes functions.
fn is_published(module: &Module, node: Node) -> bool {
    let Some(parent) = module.parent(node) else { return false };
    let (list, keyword) = match parent.kind() {
        "keyword_argument" => (module.parent(parent), parent.child_by_field_name("name")),
        "argument_list" => (Some(parent), None),
        // A list of tools, a table of handlers.
        "list" | "tuple" | "pair" | "set" => return true,
        _ => return false,
    };
    if keyword.is_some_and(|keyword| CALLBACKS.contains(&module.text_of(keyword))) {
        return true;
    }
    let callee = list
        .and_then(|list| module.parent(list))
        .and_then(|call| call.child_by_field_name("function"));
    callee.is_some_and(|callee| {
        let named = module.text_of(callee).rsplit('.').next().unwrap_or_default();
        PUBLISHERS.contains(&named)
    })
}
