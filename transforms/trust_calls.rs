//! Calls that decide: look-ups with a default, `setattr`, flags, and arguments by position.

use tree_sitter::Node;

use super::trust_remote_code::{REMOTE_CODE, REPOSITORY};
use super::trust_sinks::{Form, Sink, push};
use super::trust_values::{self, callee};
use super::{trust_callee, trust_defaults};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::{literal, tree};

/// Look-ups with a default, `setattr`, flags, and positional arguments.
pub(super) fn call<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let Some(call) = Call::at(node, module.text()) else { return };
    let name = callee(module, node);
    let last = name.rsplit('.').next().unwrap_or_default();
    let key = |index: usize| {
        let argument = call.positional(index)?;
        literal::plain_string(argument.value, module.text())
    };
    let sink = |form: Form<'t>, argument: Node<'t>| Sink {
        node,
        commented: node,
        argument: tree::span(argument),
        value: argument,
        name: name.clone(),
        decision: &REMOTE_CODE,
        form,
    };
    match last {
        "get" | "pop"
            if key(0) == Some("trust_remote_code")
                || (key(0) == Some("trust_repo") && is_hub_argument(module, node)) =>
        {
            let default = call.positional(1).or(call.keyword("default"));
            if let Some(default) = default {
                let sink = sink(Form::Default { shared: None }, default.node);
                let is_repo = key(0) == Some("trust_repo");
                let decision = if is_repo { &REPOSITORY } else { &REMOTE_CODE };
                push(module, found, default.value, &Sink { decision, ..sink });
            }
        }
        "getattr" if key(1) == Some("trust_remote_code") => {
            if let Some(default) = call.positional(2) {
                let sink = sink(Form::Default { shared: None }, default.node);
                push(module, found, default.value, &sink);
            }
        }
        "setattr" | "setdefault" | "__setitem__" | "setitem" | "__setattr__" => {
            // `object.__setattr__(self, name, value)`, but `super().__setattr__(name, value)`.
            let second = matches!(last, "setattr" | "setitem")
                || (last == "__setattr__" && key(0).is_none());
            let at = usize::from(second);
            let Some(value) = call.positional(at + 1) else { return };
            if key(at) != Some("trust_remote_code") {
                return;
            }
            let own = last == "setdefault" && is_own_kwargs(module, call.function);
            let form =
                if own { Form::Default { shared: None } } else { Form::Value { target: None } };
            push(module, found, value.value, &sink(form, value.node));
        }
        _ if trust_defaults::flag(module, &call, last, &name, found) => {}
        _ => positional(module, &call, &name, found),
    }
}

/// Whether a look-up is the value of `trust_repo` in a call of `torch.hub`.
fn is_hub_argument(module: &Module, lookup: Node) -> bool {
    let argument = module.parent(lookup).filter(|around| around.kind() == "keyword_argument");
    let call = argument.and_then(|a| module.parent(a)).and_then(|list| module.parent(list));
    call.is_some_and(|call| trust_values::is_hub(module, call))
}

/// Whether `kwargs.setdefault` belongs to the `**kwargs` of the function around it.
fn is_own_kwargs(module: &Module, function: Node) -> bool {
    let Some(object) = function.child_by_field_name("object") else { return false };
    let name = module.text_of(object);
    let mut functions =
        module.ancestors(function).filter(|around| around.kind() == "function_definition");
    functions.any(|around| {
        let signature = Signature::at(around);
        signature.is_some_and(|signature| {
            signature.parameters.iter().any(|parameter| {
                parameter.kind == ParameterKind::VarKeyword
                    && module.text_of(parameter.name) == name
            })
        })
    })
}

/// `load(path, True)`, where the module's own `load` has the parameter there.
fn positional<'t>(module: &'t Module, call: &Call<'t>, name: &str, found: &mut Vec<Sink<'t>>) {
    let positional = call
        .arguments
        .iter()
        .take_while(|argument| argument.kind == ArgumentKind::Positional)
        .enumerate()
        .find(|(_, argument)| {
            argument.value.kind() == "true"
                || trust_values::constant(module, argument.value).is_some()
        });
    if positional.is_none() {
        return;
    }
    let Some(index) = trust_callee::parameter_index(module, call, "trust_remote_code") else {
        return;
    };
    let Some(argument) = call.positional(index) else { return };
    let sink = Sink {
        node: call.node,
        commented: call.node,
        argument: tree::span(argument.node),
        value: argument.value,
        name: name.to_owned(),
        decision: &REMOTE_CODE,
        form: Form::Value { target: None },
    };
    push(module, found, argument.value, &sink);
}
