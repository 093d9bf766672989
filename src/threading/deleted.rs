//! What `del` takes away.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::span::Span;

/// The 1-based line in which `name` of a scope is deleted, in the code inside too.
pub(super) fn line(module: &Module, name: &str, scope: usize) -> Option<usize> {
    let whole = Span::new(0, module.text().len());
    let span = if scope == 0 { whole } else { module.names.scopes[scope].span };
    if !module.slice(span).contains("del") {
        return None;
    }
    let uses = &module.names.uses;
    let from = uses.partition_point(|used| used.span.start < span.start);
    uses[from..]
        .iter()
        .take_while(|used| used.span.start < span.end)
        .filter(|used| module.slice(used.span) == name && is_target(module, used.span))
        .find(|used| module.names.binding_scope(name, used.scope) == Some(scope))
        .map(|used| module.lines.of(used.span.start) + 1)
}

/// Whether what stands at a span is deleted itself, not a part of it.
fn is_target(module: &Module, span: Span) -> bool {
    module.nodes().covering(span).is_some_and(|node| is_deleted(module, node))
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
