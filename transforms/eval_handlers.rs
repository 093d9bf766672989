//! Which errors the code around an `eval` is ready for.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::tree;

/// The errors that `eval` raises where `ast.literal_eval` raises `ValueError`.
const OTHERS: [&str; 3] = ["NameError", "TypeError", "AttributeError"];

/// The error that a handler around the call expects and that `ast.literal_eval` does not raise, where
/// no handler is ready for what it does raise.
pub(super) fn expects_otherwise(module: &Module, call: Node) -> Option<&'static str> {
    let mut below = call;
    for around in module.ancestors(call) {
        if matches!(around.kind(), "function_definition" | "lambda" | "class_definition") {
            return None;
        }
        let guards = around.kind() == "try_statement"
            && around.child_by_field_name("body").is_some_and(|body| body.id() == below.id());
        if guards {
            let caught: Vec<&str> = caught(module, around);
            let catches_all = caught
                .iter()
                .any(|name| matches!(*name, "" | "ValueError" | "Exception" | "BaseException"));
            if catches_all {
                return None;
            }
            let expected = OTHERS.into_iter().find(|other| caught.contains(other));
            if expected.is_some() {
                return expected;
            }
        }
        below = around;
    }
    None
}

/// The names of the errors that the handlers of a `try` catch; an empty one for all.
fn caught<'m>(module: &'m Module, statement: Node<'m>) -> Vec<&'m str> {
    let clauses = tree::children(statement);
    let handlers = clauses.into_iter().filter(|clause| clause.kind() == "except_clause");
    handlers
        .flat_map(|handler| {
            let parts = tree::children(handler);
            let kind = parts.first().copied().filter(|part| part.kind() != "block");
            let Some(kind) = kind else { return vec![""] };
            let names = tree::preorder(kind).filter(|node| node.kind() == "identifier");
            names.map(|name| module.text_of(name)).collect()
        })
        .collect()
}
