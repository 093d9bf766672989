//! Objects of which nothing is known, and those that are known to be another library's.

use tree_sitter::Node;

use crate::program::Program;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::workspace::FileId;

/// How many steps are followed.
const DEEPEST: usize = 4;

/// Whether what stands before a dot is certainly no object of a class of the program that has the
/// method: a module or class of another library, what one of these made, a literal, or an object
/// whose class is known.
pub(super) fn is_foreign(program: &Program, file: FileId, module: &Module, object: Node) -> bool {
    program.type_of(file, module, object).is_some()
        || from_elsewhere(program, file, module, object, DEEPEST)
}

fn from_elsewhere(
    program: &Program,
    file: FileId,
    module: &Module,
    node: Node,
    depth: usize,
) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let node = tree::unparenthesised(node);
    match node.kind() {
        "string"
        | "concatenated_string"
        | "integer"
        | "float"
        | "list"
        | "dictionary"
        | "tuple"
        | "set"
        | "list_comprehension"
        | "dictionary_comprehension"
        | "set_comprehension"
        | "generator_expression"
        | "lambda"
        | "true"
        | "false"
        | "none" => true,
        "identifier" => {
            let name = module.text_of(node);
            let scope = module.names.scope_at(node.start_byte());
            let bindings = module.names.bindings(name, scope);
            if bindings.is_empty() {
                return is_builtin(name);
            }
            bindings.iter().all(|binding| match &binding.kind {
                BindingKind::Import { .. } => {
                    let meaning = program.local_meaning(module, file, name, scope);
                    meaning.definitions.is_empty() && meaning.module.is_empty()
                }
                BindingKind::Placeholder => true,
                BindingKind::Assignment { value } => module
                    .nodes()
                    .covering(*value)
                    .is_some_and(|value| from_elsewhere(program, file, module, value, depth)),
                _ => false,
            })
        }
        "attribute" => {
            let Some(object) = node.child_by_field_name("object") else { return false };
            if is_own(module, object) {
                return kept_from_elsewhere(program, file, module, node, depth);
            }
            is_imported(module, object) && from_elsewhere(program, file, module, object, depth)
        }
        // What a library's callable makes is its own.
        "call" => node
            .child_by_field_name("function")
            .is_some_and(|function| from_elsewhere(program, file, module, function, depth)),
        "await" => tree::children(node)
            .first()
            .is_some_and(|inner| from_elsewhere(program, file, module, *inner, depth)),
        _ => false,
    }
}

/// Whether every value that the methods of the class around give `self.name` is another library's.
fn kept_from_elsewhere(
    program: &Program,
    file: FileId,
    module: &Module,
    node: Node,
    depth: usize,
) -> bool {
    let Some(attribute) = node.child_by_field_name("attribute") else { return false };
    let class = module.ancestors(node).find(|around| around.kind() == "class_definition");
    let Some(class) = class.map(tree::span) else { return false };
    let mut values = Vec::new();
    for other in module.attributes_named(module.text_of(attribute)) {
        let parent = module.parent(other);
        let Some(assignment) = parent.filter(|parent| parent.kind() == "assignment") else {
            continue;
        };
        let is_left =
            assignment.child_by_field_name("left").is_some_and(|left| left.id() == other.id());
        if is_left && class.contains(tree::span(assignment)) {
            values.extend(assignment.child_by_field_name("right"));
        }
    }
    !values.is_empty()
        && values.iter().all(|value| from_elsewhere(program, file, module, *value, depth))
}

fn is_own(module: &Module, object: Node) -> bool {
    object.kind() == "identifier" && matches!(module.text_of(object), "self" | "cls")
}

/// Whether the first name of a dotted expression is imported.
fn is_imported(module: &Module, node: Node) -> bool {
    let mut first = tree::unparenthesised(node);
    while let Some(object) = first.child_by_field_name("object") {
        first = tree::unparenthesised(object);
    }
    if first.kind() != "identifier" {
        return first.kind() == "call";
    }
    let scope = module.names.scope_at(first.start_byte());
    let bindings = module.names.bindings(module.text_of(first), scope);
    bindings.iter().any(|binding| {
        matches!(binding.kind, BindingKind::Import { .. } | BindingKind::Assignment { .. })
    })
}

fn is_builtin(name: &str) -> bool {
    const MAKERS: [&str; 14] = [
        "bytearray",
        "bytes",
        "dict",
        "enumerate",
        "float",
        "frozenset",
        "int",
        "list",
        "open",
        "range",
        "set",
        "sorted",
        "str",
        "tuple",
    ];
    MAKERS.contains(&name)
}
