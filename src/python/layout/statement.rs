//! Inserting and deleting statements.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::Edit;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::span::Span;

/// The edit that inserts one logical line before a statement, with its indentation. A statement
/// that shares its line with others gets it before itself, with a semicolon.
pub fn insert_before(module: &Module, statement: Node, text: &str) -> Edit {
    let start = statement.start_byte();
    if module.starts_line(start) {
        let newline = module.source.newline_at(start);
        return Edit::insert(start, format!("{text}{newline}{}", module.indentation(start)));
    }
    Edit::insert(start, format!("{text}; "))
}

/// The edit that inserts one logical line behind a statement or decorator, with its indentation. Each
/// tab at the beginning of a line of the text stands for one level more. Behind a statement that
/// shares its line with others, or with the header of its block, it stands behind a semicolon, all in
/// one line.
pub fn insert_after(module: &Module, statement: Node, text: &str) -> Edit {
    let (start, end) = (statement.start_byte(), statement.end_byte());
    let line_end = module.lines.span(module.lines.of(end)).end;
    let rest = module.text()[end..line_end].trim();
    let is_alone = module.starts_line(start) && (rest.is_empty() || rest.starts_with('#'));
    if !is_alone {
        return Edit::insert(end, format!("; {}", joined(text)));
    }
    let line = &module.text()[end..line_end];
    let behind = end + line.trim_end_matches(['\n', '\r']).trim_end().len();
    let newline = module.source.newline_at(start);
    let (indentation, unit) = (module.indentation(start), module.indentation_unit());
    let lines = text.lines().map(|line| {
        let bare = line.trim_start_matches('\t');
        format!("{newline}{indentation}{}{bare}", unit.repeat(line.len() - bare.len()))
    });
    Edit::insert(behind, lines.collect::<String>())
}

/// The lines of a call as one: without a comma before its closing bracket.
fn joined(text: &str) -> String {
    let mut found = String::new();
    for line in text.lines().map(str::trim) {
        let closes = line.starts_with([')', ']', '}']);
        if closes && found.ends_with(',') {
            found.pop();
        }
        if !closes && !found.is_empty() && !found.ends_with(['(', '[', '{']) {
            found.push(' ');
        }
        found.push_str(line);
    }
    found
}

/// The edits that delete the statements. Those that are all of a block leave `pass`.
pub fn delete(module: &Module, statements: &[Node]) -> Vec<Edit> {
    let deleted: FxHashSet<usize> = statements.iter().map(Node::id).collect();
    let mut emptied: FxHashMap<usize, Option<usize>> = FxHashMap::default();
    let mut edits = Vec::new();
    for (position, statement) in statements.iter().enumerate() {
        let block = module.parent(*statement).filter(|parent| parent.kind() == "block");
        let first = block.and_then(|block| {
            *emptied.entry(block.id()).or_insert_with(|| first_if_all(block, &deleted))
        });
        if first == Some(statement.id()) {
            edits.push(Edit::replace(tree::span(*statement), "pass"));
            continue;
        }
        let earlier = position.checked_sub(1).map(|i| statements[i]);
        edits.push(Edit::delete(reach(module, *statement, earlier)));
    }
    edits
}

/// The id of a block's first statement, if all of its statements go.
fn first_if_all(block: Node, deleted: &FxHashSet<usize>) -> Option<usize> {
    let statements = tree::children(block);
    let all = statements.iter().all(|statement| deleted.contains(&statement.id()));
    statements.first().filter(|_| all).map(Node::id)
}

/// What goes with a statement: its lines, or its part of a line that others share.
fn reach(module: &Module, statement: Node, earlier: Option<Node>) -> Span {
    let span = tree::span(statement);
    let line_end = module.lines.span(module.lines.of(span.end)).end;
    let rest = &module.text()[span.end..line_end];
    let semicolon = rest.trim_start().starts_with(';');
    let behind_semicolon = rest.trim_start().trim_start_matches(';').trim();
    if semicolon && behind_semicolon.is_empty() && module.starts_line(span.start) {
        return whole_lines(module, span);
    }
    if let Some(comment) = module.trailing_comment(span.end, false)
        && module.starts_line(span.start)
        && !super::list::is_marker(module.slice(comment.span))
    {
        return Span::new(span.start, comment.span.start);
    }
    if semicolon && !behind_semicolon.is_empty() && !behind_semicolon.starts_with(['#', '\\']) {
        // The next statement of the line takes its place.
        let behind = span.end + rest.find(';').map_or(0, |i| i + 1);
        let space = module.text()[behind..].chars().take_while(|c| matches!(c, ' ' | '\t')).count();
        return Span::new(span.start, behind + space);
    }
    if !module.starts_line(span.start) {
        // Behind another statement of the line: its semicolon goes too.
        let line_start = module.lines.start(module.lines.of(span.start));
        let head = &module.text()[line_start..span.start];
        let semicolon = head.rfind(';').map(|i| line_start + i);
        let earlier_ends_here = earlier.is_some_and(|e| {
            semicolon.is_some_and(|s| {
                e.end_byte() <= s && module.text()[e.end_byte()..s].trim().is_empty()
            })
        });
        let end = if rest.trim() == ";" { span.end + rest.trim_end().len() } else { span.end };
        let span = Span::new(span.start, end);
        return match semicolon {
            Some(from) if !earlier_ends_here => {
                let kept = module.text()[line_start..from].trim_end().len();
                Span::new(line_start + kept, span.end)
            }
            _ => span,
        };
    }
    whole_lines(module, span)
}

/// The lines of a statement, and the blank lines that would be doubled without it.
fn whole_lines(module: &Module, span: Span) -> Span {
    let (first, last) = (module.lines.of(span.start), module.lines.of(span.end));
    let blank = |line: usize| module.slice(module.lines.span(line)).trim().is_empty();
    let count = module.lines.count();
    let above = (0..first).rev().take_while(|&line| blank(line)).count();
    let below = (last + 1..count).take_while(|&line| blank(line)).count();
    let at_top = above == first;
    let doubled = if at_top { below } else { above.min(below) };
    let end = if last + 1 + below >= count { last + 1 } else { last + 1 + doubled };
    Span::new(module.lines.start(first), module.lines.start(end))
}
