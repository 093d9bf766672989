//! What a program does with what `os.system` and `os.popen` give back.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// Whether only success and failure of a status are told apart, or nothing.
pub(super) fn is_success_or_failure(module: &Module, call: Node) -> bool {
    let Some(parent) = module.parent(call) else { return false };
    match parent.kind() {
        "expression_statement" => true,
        "assignment" => {
            let is_statement = module
                .parent(parent)
                .is_some_and(|statement| statement.kind() == "expression_statement");
            let left = parent.child_by_field_name("left");
            is_statement && left.is_some_and(|left| variable_is(module, left))
        }
        _ => is_tested(module, call),
    }
}

/// Whether all uses of the variable that holds a status only test it.
fn variable_is(module: &Module, left: Node) -> bool {
    if left.kind() != "identifier" {
        return false;
    }
    let name = module.text_of(left);
    let scope = module.names.scope_at(left.start_byte());
    let Some(bound) = module.names.binding_scope(name, scope).filter(|bound| *bound == scope)
    else {
        return false;
    };
    if bound == 0 || module.names.scopes.iter().any(|scope| scope.declared.contains_key(name)) {
        return false;
    }
    let all = module.names.scopes[bound].bindings.get(name);
    let is_plain = all.is_some_and(|bindings| {
        bindings.iter().all(|binding| matches!(binding.kind, BindingKind::Assignment { .. }))
    });
    is_plain
        && module.names.uses_of(name, bound, module.text()).into_iter().all(|used| {
            let Some(node) = module.nodes().covering(used) else { return false };
            let is_target = module.parent(node).is_some_and(|parent| {
                parent.kind() == "assignment"
                    && parent.child_by_field_name("left").is_some_and(|l| l.id() == node.id())
            });
            is_target || is_tested(module, node)
        })
}

/// Whether an expression is tested for truth, or compared with zero.
fn is_tested(module: &Module, node: Node) -> bool {
    let mut node = node;
    loop {
        let Some(parent) = module.parent(node) else { return false };
        let is_field = |name: &str| {
            parent.child_by_field_name(name).is_some_and(|field| field.id() == node.id())
        };
        match parent.kind() {
            "not_operator" | "expression_statement" | "if_clause" => return true,
            "parenthesized_expression" | "boolean_operator" => node = parent,
            "if_statement" | "while_statement" | "elif_clause" => return is_field("condition"),
            "assert_statement" => {
                return tree::children(parent).first().is_some_and(|one| one.id() == node.id());
            }
            "conditional_expression" => {
                return tree::children(parent).get(1).is_some_and(|one| one.id() == node.id());
            }
            "comparison_operator" => {
                let parts = tree::children(parent);
                let operator = parent.child_by_field_name("operators");
                let is_equal = operator.is_some_and(|o| matches!(module.text_of(o), "==" | "!="));
                let zero = parts.iter().any(|part| module.text_of(*part) == "0");
                return parts.len() == 2 && is_equal && zero;
            }
            _ => return false,
        }
    }
}

/// How the output of `os.popen` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As a whole.
    Whole,
    /// Line by line.
    Lines,
}

/// How the output of a call of `os.popen` is read, and the expression that does it.
pub(super) fn reading<'m>(module: &'m Module, call: Node<'m>) -> Option<(Node<'m>, Reading)> {
    let parent = module.parent(call)?;
    if parent.kind() == "attribute" {
        let method = module.text_of(parent.child_by_field_name("attribute")?);
        let outer = module.parent(parent).filter(|outer| outer.kind() == "call")?;
        let is_called = outer.child_by_field_name("function")?.id() == parent.id();
        let arguments = tree::children(outer.child_by_field_name("arguments")?);
        if !is_called || !arguments.is_empty() {
            return None;
        }
        return match method {
            "read" => Some((outer, Reading::Whole)),
            "readlines" => Some((outer, Reading::Lines)),
            _ => None,
        };
    }
    let is_over = matches!(parent.kind(), "for_statement" | "for_in_clause")
        && parent.child_by_field_name("right").is_some_and(|right| right.id() == call.id());
    is_over.then_some((call, Reading::Lines))
}

/// Whether it matters to the program whether the command could be run: its result is used.
pub(super) fn is_used(module: &Module, call: Node) -> bool {
    module.parent(call).is_none_or(|parent| parent.kind() != "expression_statement")
        || module.ancestors(call).any(|around| around.kind() == "try_statement")
}
