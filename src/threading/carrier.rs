//! A name that carries the decision already: a parameter, or a local that is bound on every path.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
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

/// What names mean in the scopes of one file, each worked out once.
#[derive(Debug, Default)]
pub(super) struct Meanings<'m> {
    /// By scope, name, and whether hardcoded assignments are left out.
    known: FxHashMap<(usize, String, bool), Rc<Meaning<'m>>>,
}

/// What a name means in the scope that binds it.
#[derive(Debug)]
enum Meaning<'m> {
    Parameter(Node<'m>),
    Other(String),
    Hardcoded,
    Free,
    /// A local with values that may be decisions.
    Values(Values),
}

/// The values that a local is given.
#[derive(Debug)]
struct Values {
    /// Where it has one on every path.
    firsts: bound::Firsts,
    /// Whether one of them is written there.
    written: bool,
}

impl<'m> Meanings<'m> {
    /// What `name` means at a place. `hardcoded` are the assignments in this file that give it the
    /// unsafe value, in the order of the text: always the same ones for a name, or none.
    pub(super) fn named(&mut self, place: &Place<'m>, name: &str, hardcoded: &[Span]) -> Named<'m> {
        let module = place.module;
        let Some(scope) = module.names.binding_scope(name, place.scope()) else {
            return Named::Free;
        };
        let kind = module.names.scopes[scope].kind;
        if scope == 0 && place.functions().next().is_some() {
            // A global: the functions around do not bind it.
            return Named::Free;
        }
        if kind == ScopeKind::Class {
            // What a class body binds may be a field or a property, which are true by themselves.
            return Named::Free;
        }
        let key = (scope, name.to_owned(), !hardcoded.is_empty());
        let meaning = self.known.entry(key).or_insert_with(|| {
            let seen = place.scope();
            Rc::new(meaning(module, name, (scope, seen), hardcoded))
        });
        let values = match &*Rc::clone(meaning) {
            Meaning::Parameter(function) => return Named::Parameter(*function),
            Meaning::Other(why) => return Named::Other(why.clone()),
            Meaning::Hardcoded => return Named::Hardcoded,
            Meaning::Free => return Named::Free,
            Meaning::Values(_) => Rc::clone(meaning),
        };
        let Meaning::Values(values) = &*values else { return Named::Free };
        let at_top = kind == ScopeKind::Module;
        let from = closure(place, scope);
        if !(at_top && values.written) && values.firsts.before(module, from) {
            return Named::Local;
        }
        if at_top {
            return Named::Free;
        }
        Named::Other(format!("`{name}` is not bound on every path that leads here"))
    }
}

/// What a name means in a scope that binds it; `seen` is a scope that sees this binding.
fn meaning<'m>(
    module: &'m Module,
    name: &str,
    (scope, seen): (usize, usize),
    hardcoded: &[Span],
) -> Meaning<'m> {
    let at_top = module.names.scopes[scope].kind == ScopeKind::Module;
    if let Some(line) = deleted::line(module, name, scope) {
        return if at_top {
            Meaning::Free
        } else {
            Meaning::Other(format!("`{name}` is deleted in line {line}"))
        };
    }
    let bindings = module.names.bindings(name, seen);
    let others: Vec<&Binding> = bindings.iter().filter(|b| !is_within(hardcoded, b.span)).collect();
    if let Some(parameter) = others.iter().find(|b| matches!(b.kind, BindingKind::Parameter)) {
        let Some(function) = function_of(module, parameter.span) else { return Meaning::Free };
        let other = decision::not_asked(module, function, name).or_else(|| {
            let rebound = others.iter().filter(|b| !matches!(b.kind, BindingKind::Parameter));
            rebound.copied().find(|b| is_other(module, b, name)).map(|b| b.span.start)
        });
        return other.map_or(Meaning::Parameter(function), |at| used_otherwise(module, name, at));
    }
    if others.is_empty() && !at_top {
        return Meaning::Hardcoded;
    }
    let is_value = |b: &&Binding| matches!(b.kind, BindingKind::Assignment { .. });
    let mut wrong = others.iter().filter(|b| !is_value(b) || is_other(module, b, name));
    if let Some(binding) = wrong.next() {
        if at_top && others.iter().all(is_value) {
            return Meaning::Free;
        }
        return used_otherwise(module, name, binding.span.start);
    }
    let targets: FxHashSet<Span> = others.iter().map(|b| b.span).collect();
    let binds = |statement: Node| {
        let left = bound::assignment(statement).and_then(|a| a.child_by_field_name("left"));
        left.is_some_and(|left| targets.contains(&tree::span(left)))
    };
    let firsts = bound::Firsts::of(module, others.iter().map(|b| b.span), &binds);
    let written = others.iter().any(|b| is_literal(module, b));
    Meaning::Values(Values { firsts, written })
}

/// Whether one of some spans, which are in order and apart from one another, holds another one.
pub(super) fn is_within(spans: &[Span], span: Span) -> bool {
    let behind = spans.partition_point(|there| there.start <= span.start);
    behind.checked_sub(1).is_some_and(|last| spans[last].contains(span))
}

fn used_otherwise(module: &Module, name: &str, at: usize) -> Meaning<'static> {
    let line = module.lines.of(at) + 1;
    Meaning::Other(format!("`{name}` is used for something else in line {line}"))
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
