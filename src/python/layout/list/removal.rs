//! Taking items out of a list.

use rustc_hash::FxHashSet;

use super::{Item, List, line_break};
use crate::python::layout::Edit;
use crate::python::module::Module;
use crate::workspace::span::Span;

/// Removes items; returns those that stay, with the commas they have left.
pub(super) fn remove(
    module: &Module,
    list: &List,
    drop: &[usize],
    edits: &mut Vec<Edit>,
) -> Vec<Item> {
    let drop: FxHashSet<usize> = drop.iter().copied().collect();
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
pub fn is_marker(comment: &str) -> bool {
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
    if module.starts_line(span.start) && (rest.trim().is_empty() || is_marker(rest.trim())) {
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
