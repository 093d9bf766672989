//! What becomes of the value that `eval` returns.

use tree_sitter::Node;

use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;

/// The types that a literal can have.
const TYPES: [&str; 8] = ["str", "int", "float", "bool", "list", "tuple", "dict", "set"];

/// Methods of texts, lists and numbers.
const OF_LITERALS: [&str; 26] = [
    "replace",
    "rstrip",
    "lstrip",
    "rsplit",
    "splitlines",
    "join",
    "encode",
    "find",
    "isdigit",
    "title",
    "append",
    "extend",
    "index",
    "count",
    "copy",
    "get",
    "pop",
    "sort",
    "strip",
    "split",
    "lower",
    "upper",
    "format",
    "startswith",
    "endswith",
    "update",
];

/// Methods that only dictionaries have.
const OF_DICTIONARIES: [&str; 4] = ["items", "keys", "values", "setdefault"];

/// What shows of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It is taken apart as data, at once or under the name that it is given: read by a key in quotes,
    /// unpacked, its items looped over, tested to be of a type that literals have.
    Data,
    /// It is called, derived from or looked into as functions, classes and modules are.
    Code,
    /// Nothing tells.
    Unknown,
}

/// What becomes of the value of a call.
pub(super) fn use_of(module: &Module, node: Node) -> Use {
    let mut inner = node;
    let mut parent = module.parent(node);
    while let Some(around) = parent.filter(|p| p.kind() == "parenthesized_expression") {
        inner = around;
        parent = module.parent(around);
    }
    let Some(parent) = parent else { return Use::Unknown };
    let at_once = directly(module, inner, parent);
    if at_once != Use::Unknown || parent.kind() != "assignment" {
        return at_once;
    }
    let Some(target) = parent.child_by_field_name("left") else { return Use::Unknown };
    match target.kind() {
        "pattern_list" | "tuple_pattern" | "list_pattern" => {
            let parts = tree::preorder(target).filter(|part| part.kind() == "identifier");
            let is_code = parts.map(|part| of_name(module, part, node)).any(|of| of == Use::Code);
            if is_code { Use::Code } else { Use::Data }
        }
        "identifier" => of_name(module, target, node),
        "attribute" => of_attribute(module, target),
        _ => Use::Unknown,
    }
}

/// What the calls of a module show of the value that an attribute is given.
fn of_attribute(module: &Module, target: Node) -> Use {
    let name = target.child_by_field_name("attribute").map(|name| module.text_of(name));
    let is_called = name.is_some_and(|name| module.calls_named(name).next().is_some());
    if is_called { Use::Code } else { Use::Unknown }
}

/// What the uses of a name behind an expression show of the value that it is given there.
fn of_name(module: &Module, target: Node, behind: Node) -> Use {
    let name = module.text_of(target);
    let scope = module.names.scope_at(target.start_byte());
    let bound = module.names.binding_scope(name, scope).unwrap_or(scope);
    let uses = module.names.uses_of(name, bound, module.text());
    let later = uses.into_iter().filter(|used| used.start > behind.end_byte());
    let found: Vec<Use> = later
        .filter_map(|used| module.nodes().covering(used))
        .filter_map(|used| Some(directly(module, used, module.parent(used)?)))
        .collect();
    [Use::Code, Use::Data].into_iter().find(|of| found.contains(of)).unwrap_or(Use::Unknown)
}

/// What is directly around an expression shows of it.
fn directly(module: &Module, node: Node, parent: Node) -> Use {
    if is_code(module, node, parent) || holds_code(module, node, parent) {
        return Use::Code;
    }
    if is_taken_apart(module, node, parent) { Use::Data } else { Use::Unknown }
}

/// Whether what a key or an index reads of an expression is used as code.
fn holds_code(module: &Module, node: Node, parent: Node) -> bool {
    let is_object = parent.child_by_field_name("value").is_some_and(|v| v.id() == node.id());
    if parent.kind() != "subscript" || !is_object {
        return false;
    }
    let Some(around) = module.parent(parent) else { return false };
    is_code(module, parent, around) || holds_code(module, parent, around)
}

/// Whether an expression is called, or an attribute is read that no value of a literal has.
fn is_code(module: &Module, node: Node, parent: Node) -> bool {
    let is = |field: &str| parent.child_by_field_name(field).is_some_and(|n| n.id() == node.id());
    match parent.kind() {
        "call" => is("function"),
        "as_pattern" | "except_clause" | "with_item" => true,
        "boolean_operator" => tree::children(parent)
            .iter()
            .any(|side| tree::unparenthesised(*side).kind() == "lambda"),
        "keyword_argument" => {
            let name = parent.child_by_field_name("name").map_or("", |name| module.text_of(name));
            matches!(name, "key" | "target" | "callback" | "func" | "function")
        }
        "attribute" => {
            let name = parent.child_by_field_name("attribute");
            let name = name.map_or("", |name| module.text_of(name));
            is("object") && !OF_LITERALS.contains(&name) && !OF_DICTIONARIES.contains(&name)
        }
        "argument_list" => {
            let around = module.parent(parent);
            around.is_some_and(|around| {
                let callee = around.child_by_field_name("function");
                let tests = callee.is_some_and(|callee| {
                    matches!(module.text_of(callee), "isinstance" | "issubclass")
                });
                let at = |index: usize| {
                    tree::children(parent).get(index).is_some_and(|n| n.id() == node.id())
                };
                let maps = callee.is_some_and(|callee| {
                    matches!(
                        module.text_of(callee).rsplit('.').next(),
                        Some("map" | "filter" | "partial" | "reduce" | "submit" | "starmap")
                    )
                });
                around.kind() == "class_definition" || (tests && at(1)) || (maps && at(0))
            })
        }
        _ => false,
    }
}

/// Whether an expression is taken apart as data by what is directly around it.
fn is_taken_apart(module: &Module, node: Node, parent: Node) -> bool {
    match parent.kind() {
        "subscript" => {
            let is_object =
                parent.child_by_field_name("value").is_some_and(|v| v.id() == node.id());
            let key = parent.child_by_field_name("subscript");
            is_object && key.is_some_and(|key| key.kind() == "string")
        }
        "attribute" => parent
            .child_by_field_name("attribute")
            .is_some_and(|name| OF_DICTIONARIES.contains(&module.text_of(name))),
        "argument_list" => is_tested(module, node, parent) || updates(module, node, parent),
        "dictionary_splat" => true,
        _ => false,
    }
}

/// `isinstance(value, (list, tuple))`.
fn is_tested(module: &Module, node: Node, list: Node) -> bool {
    let Some(call) = module.parent(list).and_then(|call| Call::at(call, module.text())) else {
        return false;
    };
    let [value, kinds] = call.arguments[..] else { return false };
    let named = |kind: &Node| TYPES.contains(&module.text_of(*kind));
    let kinds = match kinds.value.kind() {
        "tuple" => tree::children(kinds.value),
        _ => vec![kinds.value],
    };
    module.text_of(call.function) == "isinstance"
        && value.value.id() == node.id()
        && kinds.iter().all(named)
}

/// `overrides.update(value)`.
fn updates(module: &Module, node: Node, list: Node) -> bool {
    let Some(call) = module.parent(list).and_then(|call| Call::at(call, module.text())) else {
        return false;
    };
    let [only] = call.arguments[..] else { return false };
    module.text_of(call.function).ends_with(".update") && only.value.id() == node.id()
}
