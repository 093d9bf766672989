//! Comments, and the groups in which people write them.

use super::lines::Lines;
use crate::workspace::span::Span;

/// One comment.
#[derive(Debug, Clone, Copy)]
pub struct Comment {
    /// From `#` to before the line ending.
    pub span: Span,
    /// Its 0-based line.
    pub line: usize,
    /// Whether nothing but white space stands before it in its line.
    pub own_line: bool,
}

/// The comments with where they stand.
pub(super) fn placed(spans: &[Span], text: &str, lines: &Lines) -> Vec<Comment> {
    let place = |span: &Span| {
        let line = lines.of(span.start);
        let before = &text[lines.start(line)..span.start];
        let own_line = before.chars().all(char::is_whitespace);
        // A carriage return before the line feed is part of the line ending.
        let end = span.start + text[span.range()].trim_end_matches('\r').len();
        Comment { span: Span::new(span.start, end), line, own_line }
    };
    spans.iter().map(place).collect()
}

/// The text of a comment without `#` and the white space around it.
pub fn content(comment: &str) -> &str {
    comment.trim_start_matches('#').trim()
}

/// The comments that belong together with `comments[index]`: those on own lines directly above
/// one another in the same column, or a trailing one and what continues it below in its column.
/// Returns the indices `first..=last`.
pub fn group(comments: &[Comment], index: usize, lines: &Lines) -> (usize, usize) {
    let column = |i: usize| comments[i].span.start - lines.start(comments[i].line);
    let joined = |upper: usize, lower: usize| {
        comments[lower].own_line
            && comments[upper].line + 1 == comments[lower].line
            && column(upper) == column(lower)
    };
    let mut first = index;
    while first > 0 && joined(first - 1, first) {
        first -= 1;
    }
    let mut last = index;
    while last + 1 < comments.len() && joined(last, last + 1) {
        last += 1;
    }
    (first, last)
}
