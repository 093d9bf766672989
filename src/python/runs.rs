//! Runs of lines without code. At each comment and each continued line the grammar's scanner reads
//! ahead to the next line with code, and at the next one once more: time that grows with the square
//! of the run. Long runs are kept from it.

use std::ops::Range;

use crate::workspace::span::Span;

/// Up to so many bytes may be read ahead over and over, however small the text is.
const AFFORDABLE: usize = 4 << 20;
/// Up to so many times the bytes of the text.
const TIMES: usize = 16;
/// Runs with no more such lines are left as they are.
const SHORT: usize = 64;

/// A text with blanks in the place of comments and continuations in long runs.
pub(super) struct Shortened {
    /// Every other byte stands where it stood.
    pub text: String,
    /// What was blanked, in order: comments, and what looks like some within strings.
    pub comments: Vec<Span>,
}

/// Blanks comments and continuations in long runs; `None` where the runs do not matter.
pub(super) fn shortened(text: &str) -> Option<Shortened> {
    if !is_costly(text) {
        return None;
    }
    // What looks like a comment may be the end of a string: such lines only where it has to be.
    let careful = blanked(text, true);
    Some(if is_costly(&careful.text) { blanked(text, false) } else { careful })
}

/// Whether reading ahead over runs would take long.
fn is_costly(text: &str) -> bool {
    let affordable = AFFORDABLE.max(text.len().saturating_mul(TIMES));
    let mut cost = 0_usize;
    for run in Runs::new(text) {
        let ahead = run.lines.iter().map(|line| run.end - line.start);
        cost = cost.saturating_add(ahead.sum());
    }
    cost > affordable
}

fn blanked(text: &str, careful: bool) -> Shortened {
    let mut bytes = text.as_bytes().to_vec();
    let mut comments = Vec::new();
    for run in Runs::new(text).filter(|run| run.lines.len() > SHORT) {
        for line in &run.lines {
            let found = &text[line.clone()];
            let is_comment = found.starts_with('#');
            if careful && is_comment && found.contains(['\'', '"', '\\', '{', '}']) {
                continue;
            }
            bytes[line.clone()].fill(b' ');
            if is_comment {
                comments.push(Span::new(line.start, line.end));
            } else if run.is_continued {
                let end = line.end + usize::from(text[line.end..].starts_with('\r'));
                bytes[line.end..(end + 1).min(text.len())].fill(b' ');
            }
        }
    }
    // Whole characters became blanks, so that it is still UTF-8.
    let text = String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned());
    Shortened { text, comments }
}

/// Lines without code, one after the other.
struct Run {
    /// The comments and the backslashes in it, without the white space around them.
    lines: Vec<Range<usize>>,
    end: usize,
    /// Whether the line before it is continued.
    is_continued: bool,
}

/// The runs of a text that hold comments or continuations.
struct Runs<'t> {
    text: &'t str,
    at: usize,
    /// Whether the line before ends with a backslash.
    is_continued: bool,
}

impl<'t> Runs<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, is_continued: false }
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let mut run = Run { lines: Vec::new(), end: self.at, is_continued: self.is_continued };
        while self.at < self.text.len() {
            let start = self.at;
            let rest = &self.text[start..];
            let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            self.at = (start + length + 1).min(self.text.len());
            let line = &rest[..length];
            let white = [' ', '\t', '\r', '\x0c'];
            let code = line.trim_start_matches(white);
            let begin = start + line.len() - code.len();
            let code = code.trim_end_matches(white);
            if code.is_empty() {
                continue;
            }
            if code.starts_with('#') || code == "\\" {
                run.lines.push(begin..begin + code.len());
                continue;
            }
            self.is_continued = code.ends_with('\\');
            if run.lines.is_empty() {
                run.is_continued = self.is_continued;
                continue;
            }
            run.end = start;
            return Some(run);
        }
        run.end = self.text.len();
        (!run.lines.is_empty()).then_some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(line: &str) -> String {
        line.repeat(20_000)
    }

    #[test]
    fn long_runs_of_comments_become_blanks_and_are_listed() {
        let text = format!("a = 1  # é\n{}if a:\n    # b\n    c\n", long("  # é\n\n"));
        let found = shortened(&text).unwrap();
        assert_eq!(found.text.len(), text.len());
        assert_eq!(found.comments.len(), 20_000);
        assert!(found.comments.iter().all(|span| &text[span.range()] == "# é"));
        assert!(found.text.starts_with("a = 1  # é\n      \n"));
        assert!(found.text.ends_with("\nif a:\n    # b\n    c\n"), "short runs stay");
    }

    #[test]
    fn texts_without_long_runs_are_left() {
        assert!(shortened(&long("# a\nb\n")).is_none());
        assert!(shortened(&"# a\n".repeat(500)).is_none());
        assert!(shortened(&long("\n")).is_none());
        assert!(shortened("").is_none());
    }

    #[test]
    fn lines_that_could_end_a_string_stay_if_they_are_few() {
        let text = format!("x = '''\n{}# '''\n", long("# a\n"));
        assert!(shortened(&text).unwrap().text.ends_with("\n# '''\n"));
        let all = shortened(&long("# '''\n")).unwrap();
        assert!(all.text.trim().is_empty(), "many would take as long as the others");
    }

    #[test]
    fn continued_lines_are_joined_behind_what_they_continue() {
        let text = format!("x = 1\\\n{}+ 1\n", long("\\\r\n"));
        let found = shortened(&text).unwrap().text;
        assert_eq!(found, format!("x = 1\\\n{}+ 1\n", long("   ")));
        let text = format!("x = 1\n{}y\n", long("\\\n"));
        assert_eq!(shortened(&text).unwrap().text, format!("x = 1\n{}y\n", long(" \n")));
    }
}
