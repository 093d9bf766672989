//! Which lines of a file are not as they were.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines_changed::{changes, with_line_feeds};
use super::past::Past;
use super::{FileId, Workspace};

/// The lines of a file that were added or modified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// All of them: the file is new.
    Everything,
    /// These, 1-based, in order and apart from one another.
    Lines(Vec<Range<usize>>),
}

impl Changed {
    /// Whether one of the 1-based lines `first..=last` is among them.
    pub fn touches(&self, first: usize, last: usize) -> bool {
        let Self::Lines(ranges) = self else { return true };
        let at = ranges.partition_point(|range| range.end <= first);
        ranges.get(at).is_some_and(|range| range.start <= last)
    }
}

/// What changed of each file since a commit; `files` come with their bytes. The error says what of
/// the repository cannot be read.
pub fn since(
    past: &Past,
    workspace: &Workspace,
    files: &[(FileId, &[u8])],
) -> Result<BTreeMap<FileId, Changed>, String> {
    let ids: Vec<FileId> = files.iter().map(|(id, _)| *id).collect();
    let before = past.before(workspace, &ids)?;
    let changed = files.iter().map(|(id, bytes)| match before.get(id) {
        None => (*id, Changed::Everything),
        Some(old) => (*id, Changed::Lines(added(old, bytes))),
    });
    Ok(changed.collect())
}

/// The 1-based lines of `new` that `old` does not have. How lines end makes no difference: git
/// converts line endings, and what a line says stays the same.
pub fn added(old: &[u8], new: &[u8]) -> Vec<Range<usize>> {
    if old == new {
        return Vec::new();
    }
    let (old, new) = (with_line_feeds(old), with_line_feeds(new));
    let (old, new) = (lines(&old), lines(&new));
    let changes = changes(&old, &new);
    let next = |at: usize| changes.get(at + 1).map_or(new.len(), |next| next.new.start);
    let ranges = changes.iter().enumerate().filter(|(_, change)| !change.new.is_empty());
    ranges
        .map(|(at, change)| {
            let by = if change.old.is_empty() { slack(&new, &change.new, next(at)) } else { 0 };
            change.new.start + by + 1..change.new.end + by + 1
        })
        .collect()
}

/// By how many lines an insertion can be moved down, which is where git shows it: a function put
/// behind another one that ends alike is the new one.
fn slack(lines: &[&[u8]], inserted: &Range<usize>, limit: usize) -> usize {
    let (from, behind) = (&lines[inserted.start..limit], &lines[inserted.end..limit]);
    from.iter().zip(behind).take_while(|(a, b)| a == b).count()
}

/// The lines without their line feeds.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    if text.is_empty() {
        return Vec::new();
    }
    text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first line of each added range and the line behind it.
    fn ranges(old: &str, new: &str) -> Vec<(usize, usize)> {
        let ranges = added(old.as_bytes(), new.as_bytes());
        ranges.into_iter().map(|range| (range.start, range.end)).collect()
    }

    const NONE: [(usize, usize); 0] = [];

    #[test]
    fn added_and_modified_lines_are_known() {
        assert_eq!(ranges("a\nb\nc\n", "a\nb\nc\n"), NONE);
        assert_eq!(ranges("a\nb\nc\n", "a\nx\nc\n"), [(2, 3)]);
        assert_eq!(ranges("a\nc\n", "a\nx\ny\nc\n"), [(2, 4)]);
        assert_eq!(ranges("a\nc\n", "x\na\nc\ny\n"), [(1, 2), (4, 5)]);
        assert_eq!(ranges("", "a\n"), [(1, 2)]);
    }

    #[test]
    fn of_parts_that_end_alike_the_later_one_is_new() {
        assert_eq!(ranges("f\n1\n", "f\n1\n\ng\n1\n"), [(3, 6)]);
        assert_eq!(ranges("f\n1\n", "x\nf\n1\n\ng\n1\n"), [(1, 2), (4, 7)]);
        assert_eq!(ranges("f\n1\n\nh\n1\n", "f\n1\n\ng\n1\n\nh\n1\n"), [(4, 7)]);
        assert_eq!(ranges("1\n", "1\n1\n1\n"), [(2, 4)]);
    }

    #[test]
    fn a_deletion_changes_no_line() {
        assert_eq!(ranges("a\nb\nc\n", "a\nc\n"), NONE);
        assert_eq!(ranges("a\nb\n", ""), NONE);
    }

    #[test]
    fn line_endings_make_no_difference() {
        assert_eq!(ranges("a\r\nb\r\n", "a\nb\n"), NONE);
        assert_eq!(ranges("a\nb\n", "a\r\nb\r\n"), NONE);
        assert_eq!(ranges("a\rb\r", "a\nb\n"), NONE);
        assert_eq!(ranges("a\nb", "a\nb\n"), NONE);
        assert_eq!(ranges("a\r\nb\r\n", "a\nx\n"), [(2, 3)]);
    }

    #[test]
    fn a_range_touches_the_lines_that_it_shares() {
        let changed = Changed::Lines(vec![3..5, 9..10]);
        for (first, last, touches) in [
            (1, 2, false),
            (1, 3, true),
            (4, 4, true),
            (5, 8, false),
            (5, 9, true),
            (10, 99, false),
            (1, 99, true),
        ] {
            assert_eq!(changed.touches(first, last), touches, "{first}..={last}");
        }
        assert!(!Changed::Lines(Vec::new()).touches(1, 99));
        assert!(Changed::Everything.touches(7, 7));
    }
}
