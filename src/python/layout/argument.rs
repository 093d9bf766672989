//! Setting and dropping arguments of a call.

use tree_sitter::Node;

use super::Edit;
use super::list::{self, List, NewItem};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// A keyword argument that a call shall have.
#[derive(Debug, Clone)]
pub struct Keyword<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a [Piece],
}

/// The edits after which the call has the keywords in `set` (replaced where they stand, else
/// added last but before a `**splat`) and no longer the arguments in `drop` (their spans).
/// `None` if the node is no complete call or an argument to drop is not there.
pub fn change(module: &Module, call: Node, set: &[Keyword], drop: &[Span]) -> Option<Vec<Edit>> {
    let call = Call::at(call, module.text())?;
    let mut edits = Vec::new();
    let mut add = Vec::new();
    for keyword in set {
        match call.keyword(keyword.name) {
            Some(there) => edits.push(Edit {
                span: crate::python::tree::span(there.value),
                pieces: keyword.value.to_vec(),
            }),
            None => add.push(keyword),
        }
    }
    if call.list.kind() != "argument_list" {
        edits.extend(beside_generator(&call, &add));
        return Some(edits);
    }
    let list = List::bracketed(call.list)?;
    let dropped = drop
        .iter()
        .map(|span| list.items.iter().position(|item| item.span == *span))
        .collect::<Option<Vec<usize>>>()?;
    let splats = call.arguments.iter().rev().take_while(|a| a.kind == ArgumentKind::DoubleSplat);
    let splats = splats.count();
    let before_splats = list.items.len() - splats;
    let index = (0..before_splats).filter(|i| !dropped.contains(i)).count();
    let add: Vec<NewItem> =
        add.iter().map(|keyword| NewItem { index, pieces: written(keyword) }).collect();
    edits.extend(list::change(module, &list, &dropped, &add));
    Some(edits)
}

/// A sole generator needs parentheses of its own once another argument stands beside it.
fn beside_generator(call: &Call, add: &[&Keyword]) -> Vec<Edit> {
    if add.is_empty() {
        return Vec::new();
    }
    let mut pieces = vec![Piece::text(")")];
    for keyword in add {
        pieces.push(Piece::text(", "));
        pieces.extend(written(keyword));
    }
    vec![
        Edit::insert(call.list.start_byte() + 1, "("),
        Edit::insert_pieces(call.list.end_byte() - 1, pieces),
    ]
}

fn written(keyword: &Keyword) -> Vec<Piece> {
    let mut pieces = vec![Piece::text(format!("{}=", keyword.name))];
    pieces.extend_from_slice(keyword.value);
    pieces
}
