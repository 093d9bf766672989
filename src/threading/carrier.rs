//! A name that carries the decision already: a parameter, or a local that is bound on every path.

use tree_sitter::Node;

use super::place::Place;
use super::{bound, decision, deleted};
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind, ScopeKind};
use crate::python::signature::Signature;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// What a name means at a place.
#[derive(Debug)]
pub(super) enum Named<'m> {
    /// It carries the decision as a parameter of this function.
    Parameter(Node<'m>),
    /// It carries the decision as a local.
    Local,
    /// It is bound by these statements that are to go.
    Hardcoded,
    /// It means something else: why that is in the way.
    Other(String),
    /// Nothing of the functions around binds it.
    Free,
}

/// What `name` means at a place. `hardcoded` are the assignments that give it the unsafe value.
pub(super) fn named<'m>(place: &Place<'m>, name: &str, hardcoded: &[Span]) -> Named<'m> {
    let module = place.module;
    let Some(scope) = module.names.binding_scope(name, place.scope()) else { return Named::Free };
    let kind = module.names.scopes[scope].kind;
    if scope == 0 && place.functions().next().is_some() {
        // A global: the functions around do not bind it.
        return Named::Free;
    }
    if kind == ScopeKind::Class {
        // What a class body binds may be a field or a property, which are true by themselves.
        return Named::Free;
    }
    if let Some(line) = deleted::line(module, name, scope) {
        return match kind {
            ScopeKind::Module => Named::Free,
            _ => Named::Other(format!("`{name}` is deleted in line {line}")),
        };
    }
    let bindings = module.names.bindings(name, place.scope());
    let is_hardcoded = |b: &&Binding| hardcoded.iter().any(|span| span.contains(b.span));
    let others: Vec<&Binding> = bindings.iter().filter(|b| !is_hardcoded(b)).collect();
    if let Some(parameter) = others.iter().find(|b| matches!(b.kind, BindingKind::Parameter)) {
        let Some(function) = function_of(module, parameter.span) else { return Named::Free };
        let other = decision::not_asked(module, function, name).or_else(|| {
            let rebound = others.iter().filter(|b| !matches!(b.kind, BindingKind::Parameter));
            rebound.copied().find(|b| is_other(module, b, name)).map(|b| b.span.start)
        });
        return other.map_or(Named::Parameter(function), |at| used_otherwise(module, name, at));
    }
    if others.is_empty() && kind != ScopeKind::Module {
        return Named::Hardcoded;
    }
    let is_value = |b: &&Binding| matches!(b.kind, BindingKind::Assignment { .. });
    let mut wrong = others.iter().filter(|b| !is_value(b) || is_other(module, b, name));
    if let Some(binding) = wrong.next() {
        if kind == ScopeKind::Module && others.iter().all(is_value) {
            return Named::Free;
        }
        return used_otherwise(module, name, binding.span.start);
    }
    let binds = |statement: Node| {
        let left = bound::assignment(statement).and_then(|a| a.child_by_field_name("left"));
        left.is_some_and(|left| others.iter().any(|b| b.span == tree::span(left)))
    };
    let from = closure(place, scope);
    let written = others.iter().any(|b| is_literal(module, b));
    let at_top = kind == ScopeKind::Module;
    if !(at_top && written) && bound::before(module, from, &binds) {
        return Named::Local;
    }
    if at_top {
        return Named::Free;
    }
    Named::Other(format!("`{name}` is not bound on every path that leads here"))
}

fn used_otherwise(module: &Module, name: &str, at: usize) -> Named<'static> {
    let line = module.lines.of(at) + 1;
    Named::Other(format!("`{name}` is used for something else in line {line}"))
}

/// Whether a binding gives the name something that is no decision.
fn is_other(module: &Module, binding: &Binding, name: &str) -> bool {
    match binding.kind {
        BindingKind::Assignment { value } => {
            let Some(value) = module.nodes().covering(value) else { return true };
            let typed = module.parent(value).and_then(|a| a.child_by_field_name("type"));
            decision::is_other(module, value, name)
                || typed.is_some_and(|typed| !decision::fits(module.text_of(typed), name))
        }
        BindingKind::Placeholder => false,
        _ => true,
    }
}

/// Whether a binding gives the name a value that is written there.
fn is_literal(module: &Module, binding: &Binding) -> bool {
    let BindingKind::Assignment { value } = binding.kind else { return false };
    let value = module.nodes().covering(value);
    value.is_some_and(|value| literal::truth(value, module.text()).is_some())
}

/// The node of the scope itself through which the place is reached: the definition of the inner
/// function that holds it, or the place.
fn closure<'m>(place: &Place<'m>, scope: usize) -> Node<'m> {
    let span = place.module.names.scopes[scope].span;
    let inner = place.around.iter().rev().find(|node| {
        node.child_by_field_name("body")
            .is_some_and(|body| span.contains(tree::span(body)) && tree::span(body) != span)
    });
    inner.copied().unwrap_or(place.node)
}

/// The function or lambda that a parameter belongs to.
fn function_of(module: &Module, parameter: Span) -> Option<Node<'_>> {
    let node = module.nodes().covering(parameter)?;
    module.ancestors(node).find(|around| matches!(around.kind(), "function_definition" | "lambda"))
}

/// Whether a function has the parameter and its default, if any, is not true.
pub(super) fn has_safe_parameter(module: &Module, function: Node, name: &str) -> bool {
    let Some(signature) = Signature::at(function) else { return false };
    signature.binding(name, module.text()).is_some_and(|parameter| {
        let default = parameter.default;
        default.is_none_or(|default| literal::truth(default, module.text()) != Some(true))
    })
}
