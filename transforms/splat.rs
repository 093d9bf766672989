//! Arguments that reach a call through `**`.

use tree_sitter::Node;

use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// What is known of the arguments that `**` brings.
#[derive(Debug, Default)]
pub struct Splats<'t> {
    /// The entries whose keys are written out: key, value, whole entry.
    pub entries: Vec<(&'t str, Node<'t>, Span)>,
    /// Whether others may be there.
    pub open: bool,
}

/// The arguments that `**` brings to a call.
pub fn splats<'t>(module: &'t Module, call: &Call<'t>) -> Splats<'t> {
    let mut found = Splats::default();
    for splat in call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat) {
        let display = tree::unparenthesised(splat.value);
        found.open |= display.kind() != "dictionary";
        for pair in tree::children(display) {
            let key = pair.child_by_field_name("key");
            let name = key.and_then(|key| literal::plain_string(key, module.text()));
            match (name, pair.child_by_field_name("value")) {
                (Some(name), Some(value)) => found.entries.push((name, value, tree::span(pair))),
                _ => found.open = true,
            }
        }
    }
    found
}
