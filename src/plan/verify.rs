//! The proof that new text is still Python, by two parsers that know nothing of each other, and
//! that nothing outside the edits changed.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use crate::python::module::{Module, TOO_DEEP, parse};
use crate::python::tree;
use crate::workspace::source::TextEdit;

/// Deeper trees are parsed on a thread with a stack of its own.
const DEEP: usize = 100;

/// Checks the text that replaces a module's. `Err` says what is wrong with it.
pub fn verify(module: &Module, edits: &[TextEdit], new: &str) -> Result<(), String> {
    if module.depth > TOO_DEEP {
        return Err(format!("the code is nested more than {TOO_DEEP} levels deep"));
    }
    let errors = parse_errors(new);
    let before = if module.damage.is_empty() { 0 } else { parse_errors(module.text()) };
    if errors > before {
        return Err(format!("the new text has {errors} syntax errors, the old one {before}"));
    }
    if module.depth <= DEEP {
        return compare(module.text(), edits, new);
    }
    std::thread::scope(|scope| {
        let checked = std::thread::Builder::new()
            .stack_size(512 << 20)
            .spawn_scoped(scope, || compare(module.text(), edits, new));
        match checked.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            _ => Err("the new text could not be checked".to_owned()),
        }
    })
}

fn parse_errors(text: &str) -> usize {
    let tree = parse(text);
    if !tree.root_node().has_error() {
        return 0;
    }
    tree::preorder(tree.root_node()).filter(|n| n.is_error() || n.is_missing()).count()
}

/// A token: its kind, where it stands, in bytes.
type Token = (TokenKind, usize, usize);

fn compare(old: &str, edits: &[TextEdit], new: &str) -> Result<(), String> {
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
    let list = |parsed: &ruff_python_parser::Parsed<_>| -> Vec<Token> {
        parsed
            .tokens()
            .iter()
            .map(|t| (t.kind(), t.start().to_usize(), t.end().to_usize()))
            .filter(|(kind, ..)| !is_layout(*kind))
            .collect()
    };
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
fn outside(tokens: &[Token], edits: &[(usize, usize)]) -> Vec<Token> {
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
