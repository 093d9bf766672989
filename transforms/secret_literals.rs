//! String literals as secrets are looked for in them: their contents, piece by piece.

use std::borrow::Cow;
use std::ops::Range;

use tree_sitter::Node;

use crate::python::tree;
use crate::workspace::span::Span;

/// A string literal, or several adjacent ones that are one.
#[derive(Debug, Clone)]
pub(super) struct Literal<'t> {
    /// The whole expression.
    pub(super) node: Node<'t>,
    /// What stands between the quotes of each.
    pub(super) parts: Vec<Span>,
    /// Whether it is bytes.
    pub(super) is_bytes: bool,
    /// Where values are put into an f-string.
    pub(super) fields: Vec<Span>,
}

impl<'t> Literal<'t> {
    /// The literal at a node of one of the two kinds.
    pub(super) fn at(node: Node<'t>, text: &str) -> Option<Self> {
        let strings = match node.kind() {
            "string" => vec![node],
            "concatenated_string" => tree::children(node),
            _ => return None,
        };
        let mut found = Self { node, parts: Vec::new(), is_bytes: false, fields: Vec::new() };
        for string in strings.into_iter().filter(|string| string.kind() == "string") {
            let children = tree::all_children(string);
            let (start, end) = (children.first()?, children.last()?);
            let prefix = text[start.byte_range()].trim_end_matches(['"', '\'']);
            found.is_bytes |= prefix.contains(['b', 'B']);
            let fields = children.iter().filter(|child| child.kind() == "interpolation");
            found.fields.extend(fields.map(|field| tree::span(*field)));
            found.parts.push(Span::new(start.end_byte(), end.start_byte().max(start.end_byte())));
        }
        (!found.parts.is_empty()).then_some(found)
    }

    /// Its content as it is written, escapes and all.
    pub(super) fn content<'m>(&self, text: &'m str) -> Cow<'m, str> {
        match self.parts.as_slice() {
            [only] => Cow::Borrowed(&text[only.range()]),
            parts => Cow::Owned(parts.iter().map(|part| &text[part.range()]).collect()),
        }
    }

    /// Where a range of the content stands in the text.
    pub(super) fn spans(&self, range: &Range<usize>) -> Vec<Span> {
        let mut before = 0;
        let mut found = Vec::new();
        for part in &self.parts {
            let from = range.start.max(before);
            let to = range.end.min(before + part.len());
            if from < to {
                found.push(Span::new(part.start + from - before, part.start + to - before));
            }
            before += part.len();
        }
        found
    }
}
