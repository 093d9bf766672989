//! Values that are true, and what calls them so.

use tree_sitter::Node;

use super::sinks::{self, Kind};
use super::trust_sinks::Form;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::signature::{ParameterKind, Signature};
use crate::python::{literal, tree};

/// The literals that make a value true: the value itself, the branches of a conditional
/// expression, the sides of `or` and `and`.
pub(super) fn leaves<'t>(value: Node<'t>, text: &str) -> Vec<Node<'t>> {
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
            "true" => found.push(node),
            "integer" if literal::truth(node, text) == Some(true) => found.push(node),
            _ => {}
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
    let bound = module.nodes().covering(bound)?;
    (bound.kind() == "true").then(|| {
        Form::Report(format!(
            "the value is `{name}`, which is True in line {}; let the caller decide, or a flag",
            module.lines.of(binding.span.start) + 1
        ))
    })
}

/// The 0-based position at which a call of a function or class of the same module gives the
/// parameter.
pub(super) fn parameter_index<'t>(
    module: &'t Module,
    call: &Call<'t>,
    parameter: &str,
) -> Option<usize> {
    let (function, bound) = definition(module, call.function)?;
    let signature = Signature::at(function)?;
    let index = signature.parameters.iter().position(|p| {
        matches!(p.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
            && module.text_of(p.name) == parameter
    })?;
    let before =
        signature.parameters[..index].iter().all(|p| p.kind != ParameterKind::VarPositional);
    let index = index.checked_sub(usize::from(bound))?;
    before.then_some(index)
}

/// The function of this module that is called, and whether its first parameter is bound already.
fn definition<'t>(module: &'t Module, callee: Node<'t>) -> Option<(Node<'t>, bool)> {
    match callee.kind() {
        "identifier" => {
            let name = module.text_of(callee);
            let scope = module.names.scope_at(callee.start_byte());
            let [binding] = module.names.bindings(name, scope) else { return None };
            let node = module.parent(module.nodes().covering(binding.span)?)?;
            match (&binding.kind, node.kind()) {
                (BindingKind::Function, "function_definition") => Some((node, false)),
                (BindingKind::Class { .. }, "class_definition") => {
                    Some((method(module, node, "__init__")?, true))
                }
                _ => None,
            }
        }
        "attribute" => {
            let object = callee.child_by_field_name("object")?;
            if !matches!(module.text_of(object), "self" | "cls") {
                return None;
            }
            let class =
                module.ancestors(callee).find(|around| around.kind() == "class_definition")?;
            let name = module.text_of(callee.child_by_field_name("attribute")?);
            let found = method(module, class, name)?;
            let is_static = module.parent(found).is_some_and(|around| {
                around.kind() == "decorated_definition"
                    && module.text_of(around).starts_with("@staticmethod")
            });
            Some((found, !is_static))
        }
        _ => None,
    }
}

/// The only method of that name in a class body.
fn method<'t>(module: &'t Module, class: Node<'t>, name: &str) -> Option<Node<'t>> {
    let body = class.child_by_field_name("body")?;
    let functions =
        tree::children(body).into_iter().filter_map(|statement| match statement.kind() {
            "function_definition" => Some(statement),
            "decorated_definition" => statement.child_by_field_name("definition"),
            _ => None,
        });
    let mut named =
        functions.filter(|function| function.kind() == "function_definition").filter(|function| {
            let found = function.child_by_field_name("name");
            found.is_some_and(|found| module.text_of(found) == name)
        });
    let first = named.next()?;
    named.next().is_none().then_some(first)
}
