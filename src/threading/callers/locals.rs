//! Calls of what a local variable holds: `answer = get_answers if alone else remote(get_answers)`.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::Candidate;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// How deep an expression is looked into.
const DEEPEST: usize = 6;

/// The calls of local variables of functions to which nothing but what goes by one of the names is
/// assigned.
pub(super) fn calls<'m>(module: &'m Module, names: &BTreeSet<String>) -> Vec<Candidate<'m>> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<(usize, &str)> = BTreeSet::new();
    for assignment in assignments(module, names) {
        let left =
            assignment.child_by_field_name("left").filter(|left| left.kind() == "identifier");
        let right = assignment.child_by_field_name("right");
        let Some((left, right)) = left.zip(right) else { continue };
        if held(module, right, names, DEEPEST).is_none() {
            continue;
        }
        let name = module.text_of(left);
        let seen_from = module.names.scope_at(left.start_byte());
        let Some(scope) = module.names.binding_scope(name, seen_from) else { continue };
        if scope == 0 || !seen.insert((scope, name)) {
            continue;
        }
        let Some(function) = always_held(module, scope, name, names) else { continue };
        for call in module.calls_named(name) {
            let callee = call.child_by_field_name("function");
            let is_theirs = callee.is_some_and(|callee| {
                let from = module.names.scope_at(callee.start_byte());
                callee.kind() == "identifier"
                    && module.names.binding_scope(name, from) == Some(scope)
            });
            if is_theirs {
                found.push(Candidate { call, function, skipped: 0 });
            }
        }
    }
    found
}

/// The assignments of what may go by one of the names, in the order of the text.
fn assignments<'m>(module: &'m Module, names: &BTreeSet<String>) -> Vec<Node<'m>> {
    let uses = names.iter().flat_map(|name| module.names.named(name, module.text()));
    let identifiers = uses.filter_map(|used| module.nodes().covering(used.span));
    let attributes = names.iter().flat_map(|name| module.attributes_named(name));
    // A value that is looked into is no deeper than its parts, and what stands around them.
    let around = |node| module.ancestors(node).take(4 * DEEPEST);
    let found = identifiers
        .chain(attributes)
        .filter_map(|node| around(node).find(|around| around.kind() == "assignment"));
    let mut found: Vec<Node> = found.collect();
    found.sort_by_key(|node| (node.start_byte(), std::cmp::Reverse(node.end_byte())));
    found.dedup_by_key(|node| node.id());
    found
}

/// What a variable holds, if all that it is bound to goes by one of the names.
fn always_held<'m>(
    module: &'m Module,
    scope: usize,
    name: &str,
    names: &BTreeSet<String>,
) -> Option<Node<'m>> {
    let bindings = module.names.scopes[scope].bindings.get(name)?;
    let mut found = None;
    for binding in bindings {
        let BindingKind::Assignment { value } = binding.kind else { return None };
        found = Some(held(module, module.nodes().covering(value)?, names, DEEPEST)?);
    }
    found
}

/// The expression that goes by one of the names and is held, or run elsewhere, by another one.
fn held<'m>(
    module: &'m Module,
    node: Node<'m>,
    names: &BTreeSet<String>,
    depth: usize,
) -> Option<Node<'m>> {
    let deeper = |inner: Node<'m>| held(module, inner, names, depth.checked_sub(1)?);
    let node = tree::unparenthesised(node);
    match node.kind() {
        "identifier" => names.contains(module.text_of(node)).then_some(node),
        "attribute" => {
            let last = module.text_of(node.child_by_field_name("attribute")?);
            if last == "remote" {
                return deeper(node.child_by_field_name("object")?);
            }
            names.contains(last).then_some(node)
        }
        "call" => {
            let call = Call::at(node, module.text())?;
            let made = call.function.child_by_field_name("function").unwrap_or(call.function);
            let resolved = module.names.resolve(made, module.text());
            let [only] = call.arguments[..] else { return None };
            let is_ray = resolved.single() == Some("ray.remote");
            (is_ray && only.kind == ArgumentKind::Positional).then(|| deeper(only.value))?
        }
        "conditional_expression" => {
            let parts = tree::children(node);
            let yes = deeper(*parts.first()?)?;
            deeper(*parts.get(2)?).map(|_| yes)
        }
        _ => None,
    }
}
