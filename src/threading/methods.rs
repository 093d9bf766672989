//! References to a method that are no plain calls of it, and to the objects that have it.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::escape::{Use, called, followed};
use super::look::{Look, What};
use super::place::{class_of, name_of};
use super::serving::is_serving;
use crate::program::types::Type;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::transforms::remote::imports_web;

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

/// Callables that publish all methods of an object or class that they are handed.
pub(super) const SERVERS: [&str; 30] = [
    "register_instance",
    "Server",
    "ThreadedServer",
    "register",
    "serveSimple",
    "serve",
    "Dispatcher",
    "add_object",
    "add_class",
    "build_method_map",
    "expose",
    "add_plugin",
    "create_window",
    "Processor",
    "make_server",
    "deployment",
    "Provide",
    "add_resource",
    "add_route",
    "add_view",
    "add_handler",
    "Mount",
    "Route",
    "as_view",
    "Depends",
    "Security",
    "add_service",
    "register_object",
    "add_url_rule",
    "mount",
];

/// Whether a callable publishes what it is handed: gRPC names one after each service.
fn is_server(callee: &str) -> bool {
    SERVERS.contains(&callee) || callee.ends_with("_to_server")
}

/// Arguments that name what is called when something happens.
pub(super) const CALLBACKS: [&str; 10] = [
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

/// What a module does with the method by attributes of its name: those of its own object, of its
/// class and what derives from it, of an object that one of these made; and those of an object of
/// unknown class where they are handed to what publishes functions.
pub(super) fn attributes<'m>(
    look: &Look<'m>,
    classes: &[&str],
    family: &FxHashSet<String>,
    name: &str,
) -> Vec<Node<'m>> {
    let module = look.module;
    module
        .attributes_named(name)
        .filter(|node| !is_target(module, *node))
        .filter(|node| match belongs(look, *node, classes, family) {
            Some(belongs) => belongs,
            None => is_published(module, *node) || is_called_with_sent(look, *node),
        })
        .collect()
}

/// How the objects of a class are published, so that its methods are called from afar.
/// `is_callable` tells that the object itself is called.
pub(super) fn published(look: &Look, classes: &[&str], is_callable: bool) -> Option<String> {
    let module = look.module;
    let calls = classes.iter().flat_map(|class| module.calls_named(class));
    let renamed = classes.iter().flat_map(|class| {
        let imported = module.names.imports_of(class).iter();
        let other = imported.filter(|imported| imported.alias != **class);
        other.flat_map(|imported| module.calls_named(&imported.alias))
    });
    let mentions = classes.iter().flat_map(|class| {
        let uses = module.names.named(class, module.text());
        uses.filter_map(|used| module.nodes().covering(used.span))
    });
    let by_name: Vec<Node> = calls.chain(renamed).chain(mentions).collect();
    for &node in &by_name {
        if let Some(line) = looked_up(look, node) {
            return Some(format!("looked up by name in line {line}"));
        }
    }
    for node in by_name {
        let what = if node.kind() == "call" { What::Object } else { What::Class };
        let Use::Unknown(by) = followed(&look.afresh().of(what), node) else { continue };
        let serves = callees(&by).any(is_server);
        let calls = is_callable
            && node.kind() == "call"
            && (callees(&by).any(|callee| PUBLISHERS.contains(&callee))
                || imports_web(module)
                || is_serving(look.program));
        if serves || calls {
            let line = module.lines.of(node.start_byte()) + 1;
            return Some(format!("{by} in line {line}"));
        }
    }
    None
}

/// The last names of what a text says that something is handed to.
fn callees(by: &str) -> impl Iterator<Item = &str> {
    let quoted = by.split('`').skip(1).step_by(2);
    let last = by.trim_end_matches('`').rsplit(['.', '`', ' ']).next();
    quoted.filter_map(|shown| shown.rsplit(['.', ' ']).next()).chain(last)
}

/// Where a method of an object is looked up by a name that is not written there, in a module that
/// serves requests: `getattr(api, method)`. The line, 1-based.
fn looked_up(look: &Look, made: Node) -> Option<usize> {
    let module = look.module;
    if let Some(line) = searched_for(module, made).filter(|_| is_serving(look.program)) {
        return Some(line);
    }
    if made.kind() != "call" || !imports_web(module) {
        return None;
    }
    let assignment = module.parent(made).filter(|parent| parent.kind() == "assignment")?;
    let left = assignment.child_by_field_name("left")?;
    let name = module.text_of(left);
    module.calls_named("getattr").find_map(|node| {
        let list = node.child_by_field_name("arguments")?;
        let arguments = tree::children(list);
        let is_it = arguments.first().is_some_and(|first| module.text_of(*first) == name);
        let is_open = arguments.get(1).is_some_and(|second| second.kind() != "string");
        (is_it && is_open).then(|| module.lines.of(node.start_byte()) + 1)
    })
}

/// Where an object is searched for what has a name that is not written there: `getattr(api, op)`. The
/// line, 1-based.
fn searched_for(module: &Module, object: Node) -> Option<usize> {
    let list = module.parent(object).filter(|parent| parent.kind() == "argument_list")?;
    let call = module.parent(list)?;
    let arguments = tree::children(list);
    let is_first = arguments.first().is_some_and(|first| first.id() == object.id());
    let is_open = arguments.get(1).is_some_and(|second| second.kind() != "string");
    let callee = call.child_by_field_name("function").map_or("", |f| module.text_of(f));
    (callee == "getattr" && is_first && is_open).then(|| module.lines.of(call.start_byte()) + 1)
}

/// Whether an attribute is called with what is sent.
fn is_called_with_sent(look: &Look, node: Node) -> bool {
    look.module.parent(node).filter(|parent| parent.kind() == "call").is_some_and(|call| {
        call.child_by_field_name("function").is_some_and(|f| f.id() == node.id())
            && matches!(called(look, call), Use::Unknown(_))
    })
}

/// Whether an attribute is assigned to: then it is something else.
fn is_target(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| {
        parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id())
    })
}

/// Whether the object of an attribute is of one of the classes, as far as that can be told.
fn belongs(
    look: &Look,
    attribute: Node,
    classes: &[&str],
    family: &FxHashSet<String>,
) -> Option<bool> {
    let module = look.module;
    let object = tree::unparenthesised(attribute.child_by_field_name("object")?);
    match object.kind() {
        "identifier" => {
            let name = module.text_of(object);
            if matches!(name, "self" | "cls") {
                // A class that derives from it may hand the method on too, or one beside it from
                // which another derives as well.
                let own = class_of_receiver(module, object);
                return Some(own.is_none_or(|class| family.contains(class)));
            }
            if classes.contains(&name) {
                return Some(true);
            }
            let scope = module.names.scope_at(object.start_byte());
            let [binding] = module.names.bindings(name, scope) else { return None };
            match &binding.kind {
                BindingKind::Assignment { value } => {
                    made_by(module, module.nodes().covering(*value)?, classes)
                }
                // A module or a class that is imported.
                BindingKind::Import { target, .. } => {
                    let is_it =
                        target.rsplit('.').next().is_some_and(|last| classes.contains(&last));
                    is_of(look, object, family).or(Some(is_it))
                }
                BindingKind::Class { .. } => Some(false),
                BindingKind::Parameter => is_of(look, object, family),
                _ => None,
            }
        }
        "call" => made_by(module, object, classes),
        _ => None,
    }
}

/// Whether an object is of a class of the family, where its class is known.
fn is_of(look: &Look, object: Node, family: &FxHashSet<String>) -> Option<bool> {
    let typed = look.program.type_of(look.module.file, look.module, object)?;
    Some(typed.types.iter().any(|of| {
        let (Type::Instance(class) | Type::Class(class)) = of;
        look.program.name_of(*class).is_some_and(|name| family.contains(&name))
    }))
}

/// The name of the class whose method is handed its object by a name; `None` if no method is.
pub(super) fn class_of_receiver<'m>(module: &'m Module, object: Node) -> Option<&'m str> {
    let scope = module.names.scope_at(object.start_byte());
    let [binding] = module.names.bindings(module.text_of(object), scope) else { return None };
    let BindingKind::Parameter = binding.kind else { return None };
    let parameter = module.nodes().covering(binding.span)?;
    let function =
        module.ancestors(parameter).find(|around| around.kind() == "function_definition");
    name_of(module, class_of(module, function?)?)
}

/// Whether a value is made by calling one of the classes; `None` if what is called may return
/// anything.
fn made_by(module: &Module, value: Node, classes: &[&str]) -> Option<bool> {
    let callee = tree::unparenthesised(value).child_by_field_name("function")?;
    let resolved = module.names.resolve(callee, module.text());
    let by_import = resolved.single().and_then(|name| name.rsplit('.').next());
    let last = module.text_of(callee).rsplit('.').next().unwrap_or_default();
    if classes.contains(&last) || by_import.is_some_and(|name| classes.contains(&name)) {
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

/// Whether an expression that names a class publishes it, so that the parameters of its `__init__`
/// are remote input: it is handed to what does, or a parameter that depends on it is annotated
/// with it.
pub(super) fn publishes(look: &Look, reference: Node) -> bool {
    let module = look.module;
    let around = module.ancestors(reference).take_while(|node| {
        !module.is_statement(*node) && !matches!(node.kind(), "parameters" | "block" | "module")
    });
    let outermost = std::iter::once(reference).chain(around).last().unwrap_or(reference);
    let text = module.text_of(outermost);
    let depends = ["Depends(", "Security(", "Provide("].iter().any(|word| text.contains(word));
    if depends && outermost.end_byte() - outermost.start_byte() < 4096 {
        return true;
    }
    match followed(look, reference) {
        Use::Unknown(by) => {
            callees(&by).any(is_server) || by.contains("unpacked") || by.contains("sent")
        }
        _ => false,
    }
}
