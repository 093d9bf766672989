//! Values that are true, and what calls them so.

use tree_sitter::Node;

use super::sinks::{self, Kind};
use super::trust_sinks::Form;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::{literal, tree};

/// The literals that make a value true: the value itself, the branches of a conditional
/// expression, the sides of `or` and `and`.
pub(super) fn leaves<'t>(value: Node<'t>, text: &str) -> Vec<Node<'t>> {
    let is_true = |node: &Node| match node.kind() {
        "true" => true,
        "integer" => literal::truth(*node, text) == Some(true),
        _ => false,
    };
    ends(value).into_iter().filter(is_true).collect()
}

/// What a value may end up to be: itself, the branches of a conditional expression, the sides of
/// `or` and `and`.
pub(super) fn ends(value: Node) -> Vec<Node> {
    let mut found = Vec::new();
    let mut waiting = vec![value];
    while let Some(node) = waiting.pop() {
        let node = tree::unparenthesised(node);
        match node.kind() {
            "conditional_expression" => {
                let parts = tree::children(node);
                waiting.extend([parts.get(2), parts.first()].into_iter().flatten());
            }
            "boolean_operator" => waiting.extend(tree::children(node).into_iter().rev()),
            _ => found.push(node),
        }
    }
    found
}

/// The dotted name of what is called, as the imports spell it; else its last name.
pub(super) fn callee(module: &Module, call: Node) -> String {
    let Some(function) = call.child_by_field_name("function") else {
        // The arguments of a class statement.
        return "class".to_owned();
    };
    let resolution = module.names.resolve(function, module.text());
    if let Some(name) = resolution.candidates().first() {
        return name.clone();
    }
    let last = match function.kind() {
        "attribute" => function.child_by_field_name("attribute"),
        "identifier" => Some(function),
        _ => None,
    };
    last.map_or_else(|| "call".to_owned(), |last| module.text_of(last).to_owned())
}

/// Whether a call, or the partial call of a function, is of a library that ignores the argument.
pub(super) fn drops(module: &Module, call: Node) -> bool {
    let Some(call) = Call::at(call, module.text()) else { return false };
    let is_row = |node: Node| match module.names.resolve(node, module.text()) {
        Resolution::Known(names) => names.iter().all(|name| {
            let row = sinks::row("trust-remote-code", name);
            row.is_some_and(|row| row.safe == "drop")
        }),
        _ => false,
    };
    if is_row(call.function) {
        return true;
    }
    let is_partial = callee(module, call.node) == "functools.partial";
    is_partial && call.positional(0).is_some_and(|first| is_row(first.value))
}

/// Whether a call is one of `torch.hub`.
pub(super) fn is_hub(module: &Module, call: Node) -> bool {
    let name = callee(module, call);
    let named = sinks::callables("trust-remote-code", &[Kind::Flag], "torch");
    if named.contains(&name.as_str()) {
        return true;
    }
    let first = Call::at(call, module.text()).and_then(|call| call.positional(0));
    name == "functools.partial"
        && first.is_some_and(|first| {
            let resolution = module.names.resolve(first.value, module.text());
            resolution.candidates().iter().any(|name| named.contains(&name.as_str()))
        })
}

/// What to do about a value that is another name for true: a constant, or a parameter whose
/// default is true.
pub(super) fn constant<'t>(module: &'t Module, value: Node<'t>) -> Option<Form<'t>> {
    let value = tree::unparenthesised(value);
    if value.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(value);
    if matches!(name, "trust_remote_code" | "trust_repo") {
        // Where that one is bound is a sink of its own.
        return None;
    }
    let scope = module.names.scope_at(value.start_byte());
    let [binding] = module.names.bindings(name, scope) else { return None };
    let BindingKind::Assignment { value: bound } = binding.kind else { return None };
    let mut bound = module.nodes().covering(bound)?;
    // `TRUST = ALLOW = True`.
    while bound.kind() == "assignment" {
        bound = bound.child_by_field_name("right")?;
    }
    (bound.kind() == "true").then(|| {
        Form::Report(format!(
            "the value is `{name}`, which is True in line {}; let the caller decide, or a flag",
            module.lines.of(binding.span.start) + 1
        ))
    })
}

/// Whether a true value only stands in for a decision that was not made: `True if
/// trust_remote_code is None else trust_remote_code`; of an assignment also behind `if
/// trust_remote_code is None:`.
pub(super) fn is_fallback(module: &Module, leaf: Node, name: &str, assigned: bool) -> bool {
    let mut below = leaf;
    for around in module.ancestors(leaf) {
        match around.kind() {
            "parenthesized_expression" => {}
            "conditional_expression" => {
                let parts = tree::children(around);
                let position = parts.iter().position(|part| part.id() == below.id());
                let operator = match position {
                    Some(0) => "is",
                    Some(2) => "is not",
                    _ => return false,
                };
                if parts.get(1).is_some_and(|c| compares_none(module, *c, name, operator)) {
                    return true;
                }
            }
            "assignment" if assigned => {
                let statement = module.parent(around).filter(|s| module.is_statement(*s));
                let block = statement.and_then(|statement| module.parent(statement));
                let Some(branch) = block.and_then(|block| module.parent(block)) else {
                    return false;
                };
                let condition = branch.child_by_field_name("condition");
                return matches!(branch.kind(), "if_statement" | "elif_clause")
                    && condition.is_some_and(|c| compares_none(module, c, name, "is"));
            }
            _ => return false,
        }
        below = around;
    }
    false
}

/// Whether a condition is `name is None`, with what is looked up under the name too.
fn compares_none(module: &Module, condition: Node, name: &str, operator: &str) -> bool {
    let condition = tree::unparenthesised(condition);
    let [left, right] = tree::children(condition)[..] else { return false };
    condition.kind() == "comparison_operator"
        && right.kind() == "none"
        && module.text()[left.end_byte()..right.start_byte()].trim() == operator
        && module.text_of(left).contains(name)
}

/// Whether a dict is only looked at: it stands in a comparison or an assertion, by itself or in
/// other displays.
pub(super) fn is_compared(module: &Module, display: Node) -> bool {
    let displays = ["pair", "dictionary", "list", "tuple", "set", "parenthesized_expression"];
    let around = module.ancestors(display).find(|around| !displays.contains(&around.kind()));
    around.is_some_and(|a| matches!(a.kind(), "comparison_operator" | "assert_statement"))
}
