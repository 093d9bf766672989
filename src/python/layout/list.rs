//! Changing a comma-separated list in brackets: arguments, parameters, imported names.

use super::Edit;
use crate::python::comment::{self, Comment};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;
use tree_sitter::Node;

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

/// Removes items; returns those that stay, with the commas they have left.
fn remove(module: &Module, list: &List, drop: &[usize], edits: &mut Vec<Edit>) -> Vec<Item> {
    let mut kept: Vec<Item> = Vec::new();
    let mut index = 0;
    while index < list.items.len() {
        if !drop.contains(&index) {
            kept.push(list.items[index]);
            index += 1;
            continue;
        }
        let first = index;
        while index < list.items.len() && drop.contains(&index) {
            index += 1;
        }
        let run = &list.items[first..index];
        let next = list.items.get(index).copied();
        let whole_lines = run.iter().all(|item| stands_alone(module, *item));
        match kept.last_mut() {
            _ if whole_lines => {
                edits.extend(run.iter().map(|item| remove_line(module, *item)));
                let without_comma = run.last().is_some_and(|last| last.comma.is_none());
                if let (true, Some(before)) = (without_comma, kept.last_mut()) {
                    edits.extend(before.comma.take().map(|c| delete_comma(module, c)));
                }
            }
            Some(before) if next.is_none() => remove_tail(module, list, before, run, edits),
            _ => remove_inline(module, run, next, edits),
        }
    }
    kept
}

/// Whether nothing but the item, its comma and comments stands on its lines.
fn stands_alone(module: &Module, item: Item) -> bool {
    if !module.starts_line(item.span.start) {
        return false;
    }
    if line_break(module, item).contains('\\') {
        return false;
    }
    let end = item.comma.map_or(item.span.end, |comma| comma + 1);
    if item.comma.is_some_and(|comma| !module.same_line(comma, item.span.end)) {
        return false;
    }
    let line_end = module.lines.span(module.lines.of(end)).end;
    let rest = module.text()[end..line_end].trim();
    rest.is_empty() || rest.starts_with('#')
}

/// Removes an item with its line. A comment that says more than a marker for a tool stays.
fn remove_line(module: &Module, item: Item) -> Edit {
    let end = item.comma.map_or(item.span.end, |comma| comma + 1);
    if let Some(comment) = module.trailing_comment(end, false)
        && !is_marker(module.slice(comment.span))
    {
        return Edit::delete(Span::new(item.span.start, comment.span.start));
    }
    let first = module.lines.of(item.span.start);
    let last = module.lines.of(end);
    Edit::delete(Span::new(module.lines.start(first), module.lines.start(last + 1)))
}

/// Whether a comment only speaks to tools about the line it stands on.
pub(super) fn is_marker(comment: &str) -> bool {
    let parts = comment.split('#').map(str::trim).filter(|part| !part.is_empty());
    let mut count = 0;
    for part in parts {
        count += 1;
        let names =
            ["noqa", "nosec", "type:", "pylint:", "pyright:", "mypy:", "isort:", "fmt:", "pragma:"];
        let Some(rest) = names.iter().find_map(|name| part.strip_prefix(name)) else {
            return false;
        };
        // Codes have no blank between two words, a reason does.
        let words = rest.split([',', ' ', ':']).filter(|word| !word.is_empty());
        let words: Vec<&str> = words.collect();
        let is_code = |word: &&str| word.chars().any(|c| c.is_ascii_digit() || "=[]".contains(c));
        if words.len() > 1 && !words.iter().all(is_code) {
            return false;
        }
    }
    count > 0
}

/// Removes a span; with its lines where nothing else stands on them, and without the white space
/// before a comment that stays.
fn delete_to_line_end(module: &Module, span: Span) -> Edit {
    let line_end = module.lines.span(module.lines.of(span.end)).end;
    let rest = &module.text()[span.end..line_end];
    if module.starts_line(span.start) && rest.trim().is_empty() {
        let first = module.lines.start(module.lines.of(span.start));
        return Edit::delete(Span::new(first, line_end));
    }
    let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let before_comment = rest.trim_start().starts_with('#');
    let end = if before_comment { span.end + space } else { span.end };
    Edit::delete(Span::new(span.start, end))
}

/// Removes a comma, with its line where it stands alone.
fn delete_comma(module: &Module, comma: usize) -> Edit {
    let line = module.lines.span(module.lines.of(comma));
    if module.slice(line).trim() == "," {
        return Edit::delete(line);
    }
    Edit::delete(Span::new(comma, comma + 1))
}

/// Removes the last items of a list behind one that stays, and the comma between.
fn remove_tail(
    module: &Module,
    brackets: &List,
    before: &mut Item,
    run: &[Item],
    edits: &mut Vec<Edit>,
) {
    let last = run[run.len() - 1];
    let comma = before.comma;
    before.comma = last.comma;
    let start = before.span.end;
    let between = Span::new(comma.map_or(start, |c| c + 1), run[0].span.start);
    if comma.is_some_and(|comma| module.holds_comment(Span::new(start, comma))) {
        // The comment stands before the comma: all behind it goes, with the line if it is alone.
        let end = last.comma.map_or(last.span.end, |c| c + 1);
        let from = comma.unwrap_or(start);
        before.comma = None;
        edits.push(delete_to_line_end(module, Span::new(from, end)));
        return;
    }
    if !module.holds_comment(between) {
        edits.push(Edit::delete(Span::new(start, last.span.end)));
        return;
    }
    // A comment stands between: it stays, and the comma before it goes unless it is needed.
    if let (None, Some(comma), Some(comment)) =
        (last.comma, comma, bracket_behind_comment(module, brackets, between, last))
    {
        let bracket = Span::new(brackets.close, brackets.close + 1);
        edits.push(Edit::replace(Span::new(start, comma + 1), module.slice(bracket)));
        edits.push(Edit::delete(Span::new(comment, bracket.end)));
        return;
    }
    if last.comma.is_none() {
        edits.extend(comma.map(|c| Edit::delete(Span::new(c, c + 1))));
        edits.push(Edit::delete(Span::new(run[0].span.start, last.span.end)));
    } else {
        before.comma = comma;
        let end = last.comma.map_or(last.span.end, |c| c + 1);
        edits.push(Edit::delete(Span::new(run[0].span.start, end)));
    }
}

/// Where the last comment of `between` ends, if the closing bracket can take its place before the
/// comments: it stands directly behind the last item, and nothing behind it in its line.
fn bracket_behind_comment(
    module: &Module,
    brackets: &List,
    between: Span,
    item: Item,
) -> Option<usize> {
    let line = module.lines.span(module.lines.of(brackets.close));
    let is_bracket = module.text()[brackets.close..].starts_with([')', ']']);
    let directly =
        module.slice(Span::new(item.span.end, brackets.close)).trim_matches(' ').is_empty();
    if !is_bracket || !directly || !module.text()[brackets.close + 1..line.end].trim().is_empty() {
        return None;
    }
    let comments = module.comments.iter().rev();
    comments.map(|c| c.span).find(|c| between.contains(*c)).map(|c| c.end)
}

/// Removes items before one that stays, or all items.
fn remove_inline(module: &Module, run: &[Item], next: Option<Item>, edits: &mut Vec<Edit>) {
    let last = run[run.len() - 1];
    let mut end = last.comma.map_or(last.span.end, |comma| comma + 1);
    if let Some(next) = next {
        let gap = module.slice(Span::new(end, next.span.start));
        let keeps_line =
            gap.contains('#') || (gap.contains('\n') && module.starts_line(run[0].span.start));
        end = if keeps_line { end } else { next.span.start };
    }
    edits.push(Edit::delete(Span::new(run[0].span.start, end)));
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
    let newline = line_break(module, before);
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
