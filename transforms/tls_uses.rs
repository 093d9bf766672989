//! What becomes of a value that switches checks off, where that tells that it is meant so.

use tree_sitter::Node;

use super::guard::Guards;
use super::trust_guard::decides_peer;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::{literal, tree};

/// The decision that all uses of a variable stand behind to which a value is assigned:
/// `context = unverified()` / `if not verify: connect(context=context)`.
pub(super) fn used_behind(module: &Module, guards: &Guards, value: Node) -> Option<String> {
    let assignment = module.ancestors(value).find(|around| around.kind() == "assignment")?;
    let right = assignment.child_by_field_name("right")?;
    let target = assignment.child_by_field_name("left")?;
    if target.kind() != "identifier" || !tree::span(right).contains(tree::span(value)) {
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

/// Why nothing can be checked where a function wraps a socket without a host name, and nothing is to be where a function reads the certificate itself, valid or not:
/// `context.wrap_socket(...).getpeercert(True)`.
pub(super) fn wants_certificate(module: &Module, place: Node) -> Option<String> {
    let around = module
        .ancestors(place)
        .find(|around| matches!(around.kind(), "function_definition" | "module"))?;
    let unnamed = module.calls_within("wrap_socket", tree::span(around)).find(|call| {
        Call::at(*call, module.text()).is_some_and(|call| {
            let is_named =
                ["server_hostname", "server_side"].iter().any(|n| call.keyword(n).is_some());
            !is_named && !call.has(ArgumentKind::DoubleSplat) && call.arguments.len() == 1
        })
    });
    if let Some(unnamed) = unnamed {
        let line = module.lines.of(unnamed.start_byte()) + 1;
        return Some(format!(
            "line {line} gives no `server_hostname`, without which no host name can be checked; see to both"
        ));
    }
    let read = module.calls_within("getpeercert", tree::span(around)).find(|call| {
        let form = Call::at(*call, module.text())
            .and_then(|call| call.positional(0).or(call.keyword("binary_form")));
        form.is_some_and(|form| literal::truth(form.value, module.text()) == Some(true))
    })?;
    let line = module.lines.of(read.start_byte()) + 1;
    Some(format!(
        "line {line} reads the certificate itself, valid or not; see to it that nothing else is sent over the connection"
    ))
}
