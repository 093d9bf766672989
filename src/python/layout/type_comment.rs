//! Signatures in comments (PEP 484): `# type: (str, int) -> None`.

use super::Edit;
use super::parameter::NewParameter;
use crate::python::comment;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::workspace::span::Span;

/// What stands between the parentheses of the comment that types a function's signature: behind
/// the colon of its header, or directly above the first statement of its body.
pub(super) fn find(module: &Module, signature: &Signature) -> Option<Span> {
    let from = signature.list?.end_byte();
    let body = signature.node.child_by_field_name("body")?.start_byte();
    let first = module.comments.partition_point(|c| c.span.start < from);
    module.comments[first..]
        .iter()
        .take_while(|c| c.span.start < body)
        .find_map(|c| inside(module, c.span))
}

/// The types in a comment that is a signature.
fn inside(module: &Module, span: Span) -> Option<Span> {
    let text = module.slice(span);
    let rest = comment::content(text).strip_prefix("type:")?.trim_start();
    let inner = rest.strip_prefix('(')?;
    let (types, _) = inner.rsplit_once("->")?;
    let types = types.trim_end().strip_suffix(')')?;
    let start = span.end - (text.len() - text.rfind(inner)?);
    Some(Span::new(start, start + types.len()))
}

/// The edit that gives a type comment the types of new parameters, before the last `behind` ones.
/// `None` if it leaves the types to comments beside the parameters (`(...)`), if it does not count
/// as many as there are, or if the type of a new parameter is not known.
pub(super) fn add(
    module: &Module,
    signature: &Signature,
    types: Span,
    behind: usize,
    new: &[NewParameter],
) -> Option<Edit> {
    let starts = starts(module.slice(types));
    let taken = signature.parameters.len();
    let beyond_receiver = signature.beyond_receiver(module.text()).len();
    let elided = module.slice(types).trim() == "...";
    if elided || (starts.len() != taken && starts.len() != beyond_receiver) {
        return None;
    }
    let written = new.iter().map(kind).collect::<Option<Vec<&str>>>()?.join(", ");
    if let Some(&next) = starts.len().checked_sub(behind).and_then(|index| starts.get(index)) {
        return Some(Edit::insert(types.start + next, format!("{written}, ")));
    }
    let end = types.start + module.slice(types).trim_end().len();
    let comma = if starts.is_empty() { "" } else { ", " };
    Some(Edit::insert(end, format!("{comma}{written}")))
}

/// The type of a new parameter: as it is annotated elsewhere, else that of its default.
fn kind<'a>(parameter: &NewParameter<'a>) -> Option<&'a str> {
    let plain = matches!(parameter.default, "True" | "False").then_some("bool");
    parameter.annotation.or(plain)
}

/// Where each type begins.
fn starts(types: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut fresh = true;
    for (at, c) in types.char_indices() {
        if fresh && !c.is_whitespace() {
            found.push(at);
            fresh = false;
        }
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => fresh = true,
            _ => {}
        }
    }
    found
}
