//! Line breaks within brackets. The grammar's scanner loses its way at some that are followed by
//! less indentation, which Python allows: to Python such a break is white space.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use crate::workspace::span::Span;

/// A text in which nothing parts the lines within brackets, and where its comments were.
pub(super) struct Unbroken {
    /// The text with blanks in the place of line breaks and comments within brackets. Every other
    /// byte stands where it stood.
    pub text: String,
    /// All comments, in order.
    pub comments: Vec<Span>,
}

/// Brackets within brackets that the recursive parser is shown; Python itself takes 200.
const MOST_NESTED: usize = 1_000;
/// Operators and keywords on which it recurs that it is shown.
const MOST_RECURSIVE: usize = 20_000;
/// The stack that these need at most, in bytes.
const STACK: usize = 512 << 20;

/// Blanks the line breaks and comments within brackets. `None` where the text is no Python to the
/// second parser, or nested so deeply that it could not be asked.
pub(super) fn unbroken(text: &str) -> Option<Unbroken> {
    if is_too_deep(text) {
        return None;
    }
    std::thread::scope(|scope| {
        let asked = std::thread::Builder::new().stack_size(STACK);
        asked.spawn_scoped(scope, || blanked(text)).ok()?.join().ok()?
    })
}

fn blanked(text: &str) -> Option<Unbroken> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    if !parsed.errors().is_empty() {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut comments = Vec::new();
    let mut open = 0_usize;
    for token in parsed.tokens() {
        let span = Span::new(token.start().to_usize(), token.end().to_usize());
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => open = open.saturating_sub(1),
            TokenKind::Comment => comments.push(span),
            TokenKind::NonLogicalNewline => {}
            _ => continue,
        }
        let is_break = matches!(token.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline);
        if is_break && open > 0 {
            bytes[span.range()].fill(b' ');
        }
    }
    // Whole tokens became blanks, so that it is still UTF-8.
    String::from_utf8(bytes).ok().map(|text| Unbroken { text, comments })
}

/// Whether a recursive parser might need more stack than it is given.
fn is_too_deep(text: &str) -> bool {
    let mut open = 0_usize;
    let mut deepest = 0;
    let mut recursive = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'-' | b'+' | b'~' | b'*' => recursive += 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    let words = ["not", "lambda", "await", "else", "yield"];
    recursive +=
        words.iter().map(|w| memchr::memmem::find_iter(text.as_bytes(), w).count()).sum::<usize>();
    deepest > MOST_NESTED || recursive > MOST_RECURSIVE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_breaks_and_comments_within_brackets_are_blanked() {
        let text = "f(a,  # é\nb)\n# c\n\nx = '(\\n'\ny = f'{(\n1)}'\n";
        let found = unbroken(text).unwrap();
        assert_eq!(found.text, "f(a,       b)\n# c\n\nx = '(\\n'\ny = f'{( 1)}'\n");
        assert_eq!(found.comments.len(), 2);
    }

    #[test]
    fn what_is_no_python_or_too_deep_is_left() {
        assert!(unbroken("f(:\n").is_none());
        assert!(unbroken(&"(".repeat(100_000)).is_none());
        assert!(unbroken(&"not ".repeat(100_000)).is_none());
    }
}
