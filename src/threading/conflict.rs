//! What stands in the way of a carrier: names that mean something else, values that are sent.

use tree_sitter::Node;

use super::Request;
use super::carrier::is_within;
use super::place::Place;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::finding::ThreadPlace;
use crate::transforms::remote::is_remote_value;
use crate::workspace::span::Span;

/// Why a local is no decision of the program's own: it is read from what is sent.
pub(super) fn sent(place: &Place, name: &str) -> Option<String> {
    let module = place.module;
    let bindings = module.names.bindings(name, place.scope());
    bindings.iter().find_map(|binding| {
        let BindingKind::Assignment { value } = binding.kind else { return None };
        let node = module.nodes().covering(value)?;
        is_remote_value(module, node).then(|| {
            let line = module.lines.of(binding.span.start) + 1;
            format!(
                "`{name}` is read from what is sent, in line {line}; write False, or decide here"
            )
        })
    })
}

/// Why a value that is set among the keyword arguments of an inner function is left: whoever
/// calls that one decides.
pub(super) fn of_inner_call(request: &Request, place: &Place, host: Node) -> Option<String> {
    let own = target(request, place)?;
    let inner = place.functions().find(|function| function.id() != host.id())?;
    let signature = Signature::at(inner)?;
    let variadic = signature.parameters.iter().find(|p| p.kind == ParameterKind::VarKeyword)?;
    let name = place.module.text_of(variadic.name);
    own.starts_with(&format!("{name}[")).then(|| {
        format!("it overrides what the inner function is called with; use `{name}.setdefault` with False")
    })
}

/// What the value is assigned to, as it is written.
pub(super) fn target(request: &Request, place: &Place) -> Option<String> {
    match &request.asked.place {
        ThreadPlace::Value { target, .. } => {
            target.map(|target| place.module.slice(target).to_owned())
        }
        ThreadPlace::Local { .. } => Some(request.parameter.to_owned()),
        ThreadPlace::Default { .. } => None,
    }
}

/// Why a function cannot gain a parameter of that name: its code uses the name for something else.
pub(super) fn taken(module: &Module, host: Node, name: &str, hardcoded: &[Span]) -> Option<String> {
    let body = tree::span(host.child_by_field_name("body")?);
    let why = |at: usize| {
        Some(format!("`{name}` is used for something else in line {}", module.lines.of(at) + 1))
    };
    let scopes = &module.names.scopes;
    let own = module.names.scope_at(body.start);
    if scopes[own].declared.contains_key(name) {
        return why(body.start);
    }
    let bound = scopes[own].bindings.get(name).into_iter().flatten();
    let mut other = bound.filter(|b| !is_within(hardcoded, b.span));
    if let Some(binding) = other.next() {
        return why(binding.span.start);
    }
    let used = module.names.named(name, module.text()).find(|used| {
        body.contains(used.span) && {
            let seen = module.names.binding_scope(name, used.scope);
            seen.is_none_or(|scope| !body.contains(scopes[scope].span))
        }
    });
    used.and_then(|used| why(used.span.start))
}
