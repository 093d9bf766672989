//! Changing a comma-separated list in brackets: arguments, parameters, imported names.

mod removal;

use super::Edit;
use crate::python::comment::{self, Comment};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;
use tree_sitter::Node;

pub use removal::is_marker;
use removal::remove;

/// A list as it stands in the text.
#[derive(Debug, Clone)]
pub struct List {
    /// Behind the opening bracket.
    pub open: usize,
    /// Before the closing bracket.
    pub close: usize,
    /// The items.
    pub items: Vec<Item>,
}

/// One item of a list.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// The item.
    pub span: Span,
    /// The offset of the comma behind it.
    pub comma: Option<usize>,
}

/// A new item.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// How many of the items that stay stand before it.
    pub index: usize,
    /// Its text.
    pub pieces: Vec<Piece>,
}

impl List {
    /// The list between the brackets that are a node's first and last token.
    pub fn bracketed(node: Node) -> Option<Self> {
        let parts = tree::all_children(node);
        let (first, last) = (parts.first()?, parts.last()?);
        if first.is_named() || last.is_named() || parts.len() < 2 {
            return None;
        }
        let items = items_of(&parts[1..parts.len() - 1]);
        Some(Self { open: first.end_byte(), close: last.start_byte(), items })
    }
}

/// The items among nodes that alternate with commas and comments.
pub(super) fn items_of(parts: &[Node]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for part in parts {
        match part.kind() {
            "," => {
                if let Some(item) = items.last_mut() {
                    item.comma = item.comma.or(Some(part.start_byte()));
                }
            }
            "comment" | "(" | ")" | "line_continuation" => {}
            _ => items.push(Item { span: tree::span(*part), comma: None }),
        }
    }
    items
}

/// The edits that remove the items at the indices in `drop` and add new ones.
pub fn change(module: &Module, list: &List, drop: &[usize], add: &[NewItem]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let kept = remove(module, list, drop, &mut edits);
    let mut at = 0;
    while at < add.len() {
        let same = add[at..].iter().take_while(|item| item.index == add[at].index).count();
        let texts: Vec<&[Piece]> = add[at..at + same].iter().map(|n| n.pieces.as_slice()).collect();
        insert(module, list, &kept, add[at].index, &texts, None, &mut edits);
        at += same;
    }
    edits
}

/// The edits that add items at one place, behind the first `index` of those that are there: each
/// on a line of its own or all in the line of their neighbour. A comment that goes on below an
/// item in its column stays in one piece.
pub(super) fn add(
    module: &Module,
    list: &List,
    index: usize,
    new: &[&[Piece]],
    own_line: bool,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    insert(module, list, &list.items, index, new, Some(own_line), &mut edits);
    edits
}

/// Inserts items behind the first `index` of the kept ones. `own_line` says whether each has a
/// line of its own; `None` leaves that to the layout of the kept ones.
fn insert(
    module: &Module,
    list: &List,
    kept: &[Item],
    index: usize,
    texts: &[&[Piece]],
    own_line: Option<bool>,
    edits: &mut Vec<Edit>,
) {
    let Some(before) = index.checked_sub(1).map(|i| kept[i]) else {
        insert_first(module, list, kept, texts, own_line, edits);
        return;
    };
    let follows = index < kept.len();
    if let Some(separator) = comma_first(module, kept) {
        let from = before.span.end;
        let offset = module.trailing_comment(from, false).map_or(from, |comment| comment.span.end);
        let separator = format!("{}{separator}", module.source.newline_at(from));
        let pieces = texts
            .iter()
            .flat_map(|text| std::iter::once(Piece::text(&separator)).chain(text.iter().cloned()));
        edits.push(Edit::insert_pieces(offset, pieces.collect()));
        return;
    }
    let whole_comments = own_line.is_some();
    let own_line = own_line.unwrap_or_else(|| one_per_line(module, kept));
    let behind_comma = before.comma.map(|comma| comma + 1);
    if !own_line {
        let offset = behind_comma.unwrap_or(before.span.end);
        let mut pieces = Vec::new();
        for text in texts {
            pieces.push(Piece::text(if behind_comma.is_some() { " " } else { ", " }));
            pieces.extend_from_slice(text);
            if behind_comma.is_some() {
                pieces.push(Piece::text(","));
            }
        }
        edits.push(Edit::insert_pieces(offset, pieces));
        return;
    }
    if behind_comma.is_none() {
        edits.push(Edit::insert(before.span.end, ","));
    }
    let from = behind_comma.unwrap_or(before.span.end);
    let comment = module.trailing_comment(from, false);
    let offset = match comment {
        Some(comment) if whole_comments => end_of_comments(module, comment),
        _ => comment.map_or(from, |comment| comment.span.end),
    };
    let indentation = item_indentation(module, kept, index - 1);
    // Behind a comment a backslash would be part of it.
    let newline = match comment {
        Some(_) => module.source.newline_at(before.span.end).to_owned(),
        None => line_break(module, before),
    };
    let trailing = behind_comma.is_some() || follows;
    let mut pieces = Vec::new();
    for (position, text) in texts.iter().enumerate() {
        pieces.push(Piece::text(format!("{newline}{indentation}")));
        pieces.extend_from_slice(text);
        if trailing || position + 1 < texts.len() {
            pieces.push(Piece::text(","));
        }
    }
    edits.push(Edit::insert_pieces(offset, pieces));
}

/// Inserts items before all that stay.
fn insert_first(
    module: &Module,
    list: &List,
    kept: &[Item],
    texts: &[&[Piece]],
    own_line: Option<bool>,
    edits: &mut Vec<Edit>,
) {
    let joined = join(texts, ", ");
    let Some(first) = kept.first() else {
        let inside = Span::new(list.open, list.close);
        let blank = module.slice(inside).chars().all(|c| c == ' ') && list.items.is_empty();
        let span = if blank { inside } else { Span::at(list.open) };
        edits.push(Edit { span, pieces: joined });
        return;
    };
    let mut pieces = joined;
    if own_line.unwrap_or_else(|| module.starts_line(first.span.start)) {
        let newline = module.source.newline_at(first.span.start);
        let indentation = module.indentation(first.span.start);
        pieces = join(texts, &format!(",{newline}{indentation}"));
        pieces.push(Piece::text(format!(",{newline}{indentation}")));
    } else {
        pieces.push(Piece::text(", "));
    }
    edits.push(Edit::insert_pieces(first.span.start, pieces));
}

fn join(texts: &[&[Piece]], separator: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (position, text) in texts.iter().enumerate() {
        if position > 0 {
            pieces.push(Piece::text(separator));
        }
        pieces.extend_from_slice(text);
    }
    pieces
}

/// The line ending behind an item, with a backslash before it where the item's own line is
/// continued by one.
fn line_break(module: &Module, item: Item) -> String {
    let newline = module.source.newline_at(item.span.end);
    let start = module.lines.start(module.lines.of(item.span.start));
    let above = module.text()[..start].trim_end_matches(['\r', '\n']);
    if above.ends_with('\\') { format!(" \\{newline}") } else { newline.to_owned() }
}

/// What stands before an item of a list whose lines begin with the comma: indentation, comma and
/// space.
fn comma_first<'m>(module: &'m Module, items: &[Item]) -> Option<&'m str> {
    let begins_with_comma = |pair: &[Item]| {
        let comma = pair[0].comma?;
        let gap = module.slice(Span::new(comma + 1, pair[1].span.start));
        if !(module.starts_line(comma) && gap.trim_matches(' ').is_empty()) {
            return None;
        }
        let line = module.lines.start(module.lines.of(comma));
        Some(module.slice(Span::new(line, pair[1].span.start)))
    };
    if items.last()?.comma.is_some() {
        return None;
    }
    let separators: Option<Vec<&str>> = items.windows(2).map(begins_with_comma).collect();
    separators?.last().copied()
}

/// Whether each item begins a line of its own. The first may stand behind the bracket if another
/// one shows the layout.
fn one_per_line(module: &Module, items: &[Item]) -> bool {
    let starts = |item: &Item| module.starts_line(item.span.start);
    match items {
        [] => false,
        [only] => starts(only),
        [_, rest @ ..] => rest.iter().all(starts),
    }
}

/// Where a comment ends that may go on in the lines below, in its column.
fn end_of_comments(module: &Module, comment: &Comment) -> usize {
    let index = module.comments.partition_point(|c| c.span.start < comment.span.start);
    let (_, last) = comment::group(&module.comments, index, &module.lines);
    module.comments[last].span.end
}

fn item_indentation<'m>(module: &'m Module, items: &[Item], index: usize) -> &'m str {
    let at = items[index].span.start;
    if module.starts_line(at) {
        return module.indentation(at);
    }
    let other = items.iter().find(|item| module.starts_line(item.span.start));
    other.map_or("", |item| module.indentation(item.span.start))
}
