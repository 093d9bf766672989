//! What `del` takes away.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::tree;

/// The 1-based line in which `name` of a scope is deleted, in the code inside too.
pub(super) fn line(module: &Module, name: &str, scope: usize) -> Option<usize> {
    let span = module.names.scopes[scope].span;
    let statements = module.of_kind("delete_statement");
    let inside = statements.filter(|node| scope == 0 || span.contains(tree::span(*node)));
    inside
        .flat_map(tree::preorder)
        .filter(|node| node.kind() == "identifier" && module.text_of(*node) == name)
        .filter(|node| is_deleted(module, *node))
        .find(|node| {
            let seen = module.names.scope_at(node.start_byte());
            module.names.binding_scope(name, seen) == Some(scope)
        })
        .map(|node| module.lines.of(node.start_byte()) + 1)
}

/// Whether a name or attribute is the target of a `del`.
pub(super) fn is_deleted(module: &Module, node: Node) -> bool {
    let holds = |node: &Node| {
        matches!(node.kind(), "expression_list" | "tuple" | "list" | "parenthesized_expression")
    };
    module
        .ancestors(node)
        .find(|around| !holds(around))
        .is_some_and(|around| around.kind() == "delete_statement")
}

/// Whether code deletes the attribute of that name of anything, or may do so by its name.
pub(super) fn attribute(module: &Module, root: Node, name: &str) -> bool {
    let span = tree::span(root);
    if !module.slice(span).contains("del") {
        return false;
    }
    tree::preorder(root).any(|node| match node.kind() {
        "attribute" => {
            node.child_by_field_name("attribute").is_some_and(|a| module.text_of(a) == name)
                && is_deleted(module, node)
        }
        "call" => {
            let function = node.child_by_field_name("function").map(|f| module.text_of(f));
            function.is_some_and(|f| f.ends_with("delattr") || f.ends_with("__delattr__"))
                && module.text_of(node).contains(name)
        }
        _ => false,
    })
}
