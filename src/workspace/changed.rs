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
    let lines = |text| {
        let text: &[u8] = text;
        let ended = text.strip_suffix(b"\n").unwrap_or(text);
        let lines = ended.split(|byte| *byte == b'\n');
        lines.take(if text.is_empty() { 0 } else { usize::MAX }).collect::<Vec<_>>()
    };
    let changes = changes(&lines(&old), &lines(&new));
    let ranges = changes.into_iter().map(|change| change.new).filter(|range| !range.is_empty());
    ranges.map(|range| range.start + 1..range.end + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first line of each added range and the line behind it.
    fn lines(old: &str, new: &str) -> Vec<(usize, usize)> {
        let ranges = added(old.as_bytes(), new.as_bytes());
        ranges.into_iter().map(|range| (range.start, range.end)).collect()
    }

    const NONE: [(usize, usize); 0] = [];

    #[test]
    fn added_and_modified_lines_are_known() {
        assert_eq!(lines("a\nb\nc\n", "a\nb\nc\n"), NONE);
        assert_eq!(lines("a\nb\nc\n", "a\nx\nc\n"), [(2, 3)]);
        assert_eq!(lines("a\nc\n", "a\nx\ny\nc\n"), [(2, 4)]);
        assert_eq!(lines("a\nc\n", "x\na\nc\ny\n"), [(1, 2), (4, 5)]);
        assert_eq!(lines("", "a\n"), [(1, 2)]);
    }

    #[test]
    fn a_deletion_changes_no_line() {
        assert_eq!(lines("a\nb\nc\n", "a\nc\n"), NONE);
        assert_eq!(lines("a\nb\n", ""), NONE);
    }

    #[test]
    fn line_endings_make_no_difference() {
        assert_eq!(lines("a\r\nb\r\n", "a\nb\n"), NONE);
        assert_eq!(lines("a\nb\n", "a\r\nb\r\n"), NONE);
        assert_eq!(lines("a\rb\r", "a\nb\n"), NONE);
        assert_eq!(lines("a\nb", "a\nb\n"), NONE);
        assert_eq!(lines("a\r\nb\r\n", "a\nx\n"), [(2, 3)]);
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
