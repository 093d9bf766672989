//! The proof that new text is still Python, by two parsers that know nothing of each other, and
//! that nothing outside the edits changed.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use crate::python::module::{Module, TOO_DEEP, errors};
use crate::workspace::source::TextEdit;
use crate::workspace::span::Span;

/// Deeper trees are parsed on a thread with a stack of its own.
const DEEP: usize = 100;

/// Checks the text that replaces a module's. `Err` says what is wrong with it.
pub fn verify(module: &Module, edits: &[TextEdit], new: &str) -> Result<(), String> {
    if module.depth > TOO_DEEP {
        return Err(format!("the code is nested more than {TOO_DEEP} levels deep"));
    }
    let after = errors(new);
    let before = if module.damage.is_empty() { 0 } else { errors(module.text()) };
    if after > before {
        return Err(format!("the new text has {after} syntax errors, the old one {before}"));
    }
    if module.depth <= DEEP {
        return compare(module, edits, new);
    }
    std::thread::scope(|scope| {
        let checked = std::thread::Builder::new()
            .stack_size(512 << 20)
            .spawn_scoped(scope, || compare(module, edits, new));
        match checked.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            _ => Err("the new text could not be checked".to_owned()),
        }
    })
}

/// A token: its kind, where it stands, in bytes.
type Place = (TokenKind, usize, usize);

fn compare(module: &Module, edits: &[TextEdit], new: &str) -> Result<(), String> {
    let old = module.text();
    let before = parse_unchecked(old, ParseOptions::from(Mode::Module));
    let after = parse_unchecked(new, ParseOptions::from(Mode::Module));
    let mut old_errors: Vec<String> = before.errors().iter().map(|e| e.error.to_string()).collect();
    let mut new_errors: Vec<String> = after.errors().iter().map(|e| e.error.to_string()).collect();
    old_errors.sort();
    new_errors.sort();
    if old_errors != new_errors {
        let added = new_errors.iter().find(|e| !old_errors.contains(e));
        let text = added.map_or("the syntax errors differ", String::as_str);
        return Err(format!("the second parser says: {text}"));
    }
    let list = |parsed: &ruff_python_parser::Parsed<_>| -> Vec<Place> {
        parsed
            .tokens()
            .iter()
            .map(|t| (t.kind(), t.start().to_usize(), t.end().to_usize()))
            .filter(|(kind, ..)| !is_layout(*kind))
            .collect()
    };
    let cut =
        before.tokens().iter().find(|t| t.kind() != TokenKind::Comment && is_cut(module, t, edits));
    if let Some(token) = cut {
        let range = token.start().to_usize()..token.end().to_usize();
        return Err(format!("an edit would cut the token `{}`", &old[range]));
    }
    let mut shifts = Vec::new();
    let mut delta = 0_isize;
    for edit in edits {
        let start = edit.range.start.checked_add_signed(delta).unwrap_or_default();
        shifts.push((start, start + edit.text.len()));
        delta += edit.text.len().cast_signed() - edit.range.len().cast_signed();
    }
    let old_spans: Vec<(usize, usize)> =
        edits.iter().map(|e| (e.range.start, e.range.end)).collect();
    let kept_before = outside(&list(&before), &old_spans);
    let kept_after = outside(&list(&after), &shifts);
    if kept_before.len() != kept_after.len() {
        return Err("the tokens outside the edits are not those from before".to_owned());
    }
    for (a, b) in kept_before.iter().zip(&kept_after) {
        if a.0 != b.0 || old[a.1..a.2] != new[b.1..b.2] {
            return Err(format!("the token `{}` outside the edits changed", &old[a.1..a.2]));
        }
    }
    Ok(())
}

/// Whether an edit begins or ends inside a token. A docstring may gain text.
fn is_cut(module: &Module, token: &Token, edits: &[TextEdit]) -> bool {
    let (start, end) = (token.start().to_usize(), token.end().to_usize());
    let inside = |offset: usize| start < offset && offset < end;
    let from = edits.partition_point(|edit| edit.range.end <= start);
    let near = edits[from..].iter().take_while(|edit| edit.range.start < end);
    let mut cuts = near.filter(|edit| inside(edit.range.start) || inside(edit.range.end));
    let gains =
        |edit: &TextEdit| edit.range.is_empty() && is_docstring(module, Span::new(start, end));
    !is_layout(token.kind()) && cuts.any(|edit| !gains(edit))
}

fn is_docstring(module: &Module, span: Span) -> bool {
    let string = module.exact(span, &["string"]);
    let around = string.and_then(|string| module.parent(string));
    around.is_some_and(|around| around.kind() == "expression_statement")
}

/// Whether a token is only about lines: these move with what is removed.
fn is_layout(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::NonLogicalNewline
            | TokenKind::Newline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
    )
}

/// The tokens that no edit touches: they overlap none, and none is inserted inside them. An edit
/// that ends or begins with a comment may have cut it.
fn outside(tokens: &[Place], edits: &[(usize, usize)]) -> Vec<Place> {
    let mut index = 0;
    tokens
        .iter()
        .copied()
        .filter(|&(kind, start, end)| {
            while index < edits.len() && edits[index].1 < start {
                index += 1;
            }
            let is_comment = kind == TokenKind::Comment;
            !edits[index..].iter().take_while(|(from, _)| *from <= end).any(|&(from, to)| {
                is_comment || (from < end && start < to.max(from + 1) && to > start)
            })
        })
        .collect()
}
