//! What becomes of a value that switches checks off, where that tells that it is meant so.

use tree_sitter::Node;

use super::guard::Guards;
use super::trust_guard::decides_peer;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// The decision that all uses of a variable stand behind to which something of `ssl` is assigned:
/// `context = ssl._create_unverified_context()` / `if not verify: connect(context=context)`. What a
/// request returns says nothing of the request, which was sent before.
pub(super) fn used_behind(module: &Module, guards: &Guards, value: Node) -> Option<String> {
    let assignment = module.ancestors(value).find(|around| around.kind() == "assignment")?;
    let right = assignment.child_by_field_name("right")?;
    let target = assignment.child_by_field_name("left")?;
    if target.kind() != "identifier" || !tree::span(right).contains(tree::span(value)) {
        return None;
    }
    let made = Call::at(right, module.text()).map_or(right, |call| call.function);
    let resolved = module.names.resolve(made, module.text());
    if !resolved.candidates().iter().any(|name| name.starts_with("ssl.")) {
        return None;
    }
    let name = module.text_of(target);
    let scope = module.names.binding_scope(name, module.names.scope_at(target.start_byte()))?;
    let uses = module.names.uses_of(name, scope, module.text()).into_iter();
    let bound = module.names.scopes[scope].bindings.get(name)?;
    let read = uses.filter(|used| !bound.iter().any(|binding| binding.span == *used));
    let mut reason = None;
    for used in read {
        let behind = guards.of(module.nodes().covering(used)?, decides_peer)?;
        reason.get_or_insert(behind);
    }
    reason
}

/// Why a person has to see to what switches checks off at a place, by what its function does with the
/// socket.
pub(super) fn by_hand(module: &Module, place: Node) -> Option<String> {
    let around = module
        .ancestors(place)
        .find(|around| matches!(around.kind(), "function_definition" | "module"))?;
    let within = tree::span(around);
    unnamed_socket(module, within).or_else(|| wants_certificate(module, within))
}

/// `context.wrap_socket(sock)`: Python refuses to check host names without one.
fn unnamed_socket(module: &Module, within: Span) -> Option<String> {
    let unnamed = module.calls_within("wrap_socket", within).find(|call| {
        Call::at(*call, module.text()).is_some_and(|call| {
            let resolved = module.names.resolve(call.function, module.text());
            let given = ["server_hostname", "server_side"];
            resolved.single() != Some("ssl.wrap_socket")
                && !given.iter().any(|name| call.keyword(name).is_some())
                && !call.has(ArgumentKind::Splat)
                && !call.has(ArgumentKind::DoubleSplat)
                && call.positional(1).is_none()
        })
    })?;
    let line = module.lines.of(unnamed.start_byte()) + 1;
    Some(format!(
        "line {line} gives no `server_hostname`, without which no host name can be checked; see to both"
    ))
}

/// `context.wrap_socket(...).getpeercert(True)` reads the certificate itself, valid or not.
fn wants_certificate(module: &Module, within: Span) -> Option<String> {
    let read = module.calls_within("getpeercert", within).find(|call| {
        let form = Call::at(*call, module.text())
            .and_then(|call| call.positional(0).or(call.keyword("binary_form")));
        form.is_some_and(|form| literal::truth(form.value, module.text()) == Some(true))
    })?;
    let line = module.lines.of(read.start_byte()) + 1;
    Some(format!(
        "line {line} reads the certificate itself, valid or not; see to it that nothing else is sent over the connection"
    ))
}
