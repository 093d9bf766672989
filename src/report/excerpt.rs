//! A line of code with a caret under what is meant, in the cells of a terminal.

use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::escape::push_visible;

/// Cells of code shown at most.
const WIDEST: usize = 100;

/// Cells shown ahead of the caret where the line's beginning is cut off.
const AHEAD: usize = 20;

/// Characters looked at on each side of the caret's first one. More than can be shown, and a bound
/// for lines of many megabytes.
const FAR: usize = 400;

/// Columns from one tab stop to the next.
const TAB: usize = 4;

/// What stands for the part that was cut off; one cell wide.
const ELLIPSIS: &str = "…";

/// A line as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// The code: no tab, no control character.
    pub(crate) code: String,
    /// Cells ahead of the caret.
    pub(crate) indent: usize,
    /// Cells marked, at least one.
    pub(crate) length: usize,
}

/// A character as it is shown.
struct Piece {
    text: String,
    /// The first cell.
    at: usize,
    /// The cell behind it.
    end: usize,
}

/// The line with `caret` (first column, 1-based, and length, in characters) turned into cells;
/// a long line is cut around the caret.
pub(crate) fn excerpt(line: &str, caret: (usize, usize)) -> Excerpt {
    let line = line.trim_end_matches(['\r', '\n']);
    let first = caret.0.saturating_sub(1);
    let skipped = first.saturating_sub(FAR);
    let mut chars = line.chars();
    if skipped > 0 {
        chars.nth(skipped - 1);
    }
    let pieces = pieces(chars.by_ref().take(2 * FAR));
    let total = pieces.last().map_or(0, |piece| piece.end);
    let start = pieces.get(first - skipped).map_or(total, |piece| piece.at);
    let behind = (first - skipped).saturating_add(caret.1).min(pieces.len());
    let end = behind.checked_sub(1).map_or(0, |last| pieces[last].end).max(start);
    let (from, to) = window(total, start, end);
    let missing = (skipped > 0, chars.next().is_some());
    cut(&pieces, from..to, start..end, missing)
}

fn pieces(chars: impl Iterator<Item = char>) -> Vec<Piece> {
    let mut at = 0;
    let mut pieces = Vec::new();
    for c in chars {
        let mut text = String::new();
        if c == '\t' {
            text = " ".repeat(TAB - at % TAB);
        } else {
            push_visible(&mut text, c);
        }
        let width = c.width().filter(|_| text.len() == c.len_utf8()).unwrap_or(text.width());
        pieces.push(Piece { text, at, end: at + width });
        at += width;
    }
    pieces
}

/// The cells to show: from the first while the caret fits, else from a little ahead of it.
fn window(total: usize, start: usize, end: usize) -> (usize, usize) {
    if total <= WIDEST {
        return (0, total);
    }
    if end <= WIDEST {
        return (0, WIDEST);
    }
    let from = start.saturating_sub(AHEAD).min(total.saturating_sub(WIDEST));
    (from, from + WIDEST)
}

/// The pieces that lie wholly within the window, with an ellipsis where some are missing: those
/// outside it, or `missing` before and behind all of them.
fn cut(
    pieces: &[Piece],
    window: Range<usize>,
    caret: Range<usize>,
    missing: (bool, bool),
) -> Excerpt {
    let head = pieces.partition_point(|piece| piece.at < window.start);
    let tail = pieces.partition_point(|piece| piece.end <= window.end).max(head);
    let shown = &pieces[head..tail];
    let origin = shown.first().map_or(window.start, |piece| piece.at);
    let last = shown.last().map_or(origin, |piece| piece.end);
    let before = if head > 0 || missing.0 { ELLIPSIS } else { "" };
    let after = if tail < pieces.len() || missing.1 { ELLIPSIS } else { "" };
    let code: String = shown.iter().map(|piece| piece.text.as_str()).collect();
    let code = format!("{before}{code}{after}");
    let marked = caret.start.clamp(origin, last)..caret.end.clamp(origin, last);
    Excerpt {
        code: code.trim_end().to_owned(),
        indent: before.width() + marked.start - origin,
        length: marked.len().max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of the code above the caret.
    fn marked(excerpt: &Excerpt) -> String {
        let mut at = 0;
        let mut out = String::new();
        for c in excerpt.code.chars() {
            if at >= excerpt.indent && at < excerpt.indent + excerpt.length {
                out.push(c);
            }
            at += c.width().unwrap_or(0);
        }
        out
    }

    #[test]
    fn tabs_are_expanded() {
        let shown = excerpt("\tx =\tf(p)\n", (6, 4));
        assert_eq!(shown, Excerpt { code: "    x = f(p)".into(), indent: 8, length: 4 });
    }

    #[test]
    fn wide_characters_take_two_cells_and_marks_on_letters_none() {
        let shown = excerpt("漢字 e\u{301} f(漢)", (7, 4));
        assert_eq!((shown.indent, shown.length), (7, 5));
        assert_eq!(marked(&shown), "f(漢)");
    }

    #[test]
    fn escapes_move_the_caret() {
        let shown = excerpt("'\x1b\u{202e}' f()", (6, 3));
        assert_eq!(shown.code, "'\\x1b\\u{202e}' f()");
        assert_eq!(marked(&shown), "f()");
    }

    #[test]
    fn a_long_line_is_cut_behind_the_caret() {
        let shown = excerpt(&format!("f(p) {}", "x".repeat(500)), (1, 4));
        assert_eq!(shown.code.width(), WIDEST + 1);
        assert!(shown.code.ends_with('…'));
        assert_eq!(marked(&shown), "f(p)");
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides_of_a_caret_far_in() {
        let line = format!("{} f(p) {}", "x".repeat(500), "y".repeat(500));
        let shown = excerpt(&line, (502, 4));
        assert!(shown.code.starts_with("…x") && shown.code.ends_with("y…"));
        assert_eq!(shown.code.width(), WIDEST + 2);
        assert_eq!(marked(&shown), "f(p)");
    }

    #[test]
    fn a_caret_at_the_end_of_a_long_line_keeps_as_much_as_fits() {
        let shown = excerpt(&format!("{} f(p)", "漢".repeat(500)), (502, 4));
        assert!(shown.code.ends_with(" f(p)"));
        assert_eq!(marked(&shown), "f(p)");
    }

    #[test]
    fn a_caret_far_in_a_huge_line_is_shown_with_what_is_around_it() {
        let line = format!("{} f(p) {}", "x".repeat(1_000_000), "y".repeat(1_000_000));
        let shown = excerpt(&line, (1_000_002, 4));
        assert!(shown.code.starts_with("…x") && shown.code.ends_with("y…"));
        assert_eq!(marked(&shown), "f(p)");
        let last = excerpt(&line[..1_000_005], (1_000_002, 4));
        assert!(last.code.starts_with("…x") && last.code.ends_with(" f(p)"));
    }

    #[test]
    fn a_caret_longer_than_the_window_ends_with_it() {
        let shown = excerpt(&"x".repeat(500), (1, 500));
        assert_eq!((shown.indent, shown.length), (0, WIDEST));
    }

    #[test]
    fn a_caret_outside_the_line_marks_one_cell() {
        assert_eq!(excerpt("ab", (9, 3)), Excerpt { code: "ab".into(), indent: 2, length: 1 });
        assert_eq!(excerpt("", (0, 0)), Excerpt { code: String::new(), indent: 0, length: 1 });
        assert_eq!(excerpt("ab", (1, 0)).length, 1);
        assert_eq!(excerpt("ab", (2, usize::MAX)).length, 1);
    }
}
