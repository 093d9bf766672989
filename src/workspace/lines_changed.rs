//! Which lines differ between two texts. Near-linear whatever the texts are, and the same answer
//! on every machine: there is no time limit in it.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff};

/// Between two anchors, at most this many pairs of lines are compared exactly. Above it the whole
/// stretch counts as replaced.
const EXACT_PAIRS: usize = 4_000_000;

/// Lines of the old text that lines of the new one replace; one side may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// 0-based lines of the old text.
    pub(crate) old: Range<usize>,
    /// 0-based lines of the new text.
    pub(crate) new: Range<usize>,
}

/// The text cut behind every line feed; the last line may lack one.
pub(crate) fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').collect()
}

/// The text with every line ended by a line feed, whether that was a carriage return, both or a
/// line feed.
pub(crate) fn with_line_feeds(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (index, byte) in text.iter().enumerate() {
        match byte {
            b'\r' if text.get(index + 1) == Some(&b'\n') => {}
            b'\r' => out.push(b'\n'),
            byte => out.push(*byte),
        }
    }
    out
}

/// What differs, in order; between two changes there is at least one equal line.
pub(crate) fn changes(old: &[&[u8]], new: &[&[u8]]) -> Vec<Change> {
    let Some(whole) = trimmed(old, new, 0..old.len(), 0..new.len()) else { return Vec::new() };
    let mut found = Vec::new();
    let (mut old_from, mut new_from) = (whole.old.start, whole.new.start);
    for (old_at, new_at) in anchors(old, new, &whole) {
        between(old, new, old_from..old_at, new_from..new_at, &mut found);
        (old_from, new_from) = (old_at + 1, new_at + 1);
    }
    between(old, new, old_from..whole.old.end, new_from..whole.new.end, &mut found);
    found
}

/// The ranges without the equal lines at their start and end; nothing where no line differs.
fn trimmed(
    old: &[&[u8]],
    new: &[&[u8]],
    old_range: Range<usize>,
    new_range: Range<usize>,
) -> Option<Change> {
    let (a, b) = (&old[old_range.clone()], &new[new_range.clone()]);
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    if a.is_empty() && b.is_empty() {
        return None;
    }
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    Some(Change {
        old: old_range.start + head..old_range.end - tail,
        new: new_range.start + head..new_range.end - tail,
    })
}

/// Lines that occur once on each side, in the same order on both: the longest such row.
fn anchors(old: &[&[u8]], new: &[&[u8]], whole: &Change) -> Vec<(usize, usize)> {
    let mut seen: HashMap<&[u8], Occurrence> = HashMap::new();
    for at in whole.old.clone() {
        let occurrence = seen.entry(old[at]).or_default();
        occurrence.old_count += 1;
        occurrence.old_at = at;
    }
    for at in whole.new.clone() {
        if let Some(occurrence) = seen.get_mut(new[at]) {
            occurrence.new_count += 1;
            occurrence.new_at = at;
        }
    }
    let mut unique: Vec<(usize, usize)> = seen
        .into_values()
        .filter(|line| line.old_count == 1 && line.new_count == 1)
        .map(|line| (line.old_at, line.new_at))
        .collect();
    unique.sort_unstable();
    longest_rising(&unique)
}

#[derive(Default)]
struct Occurrence {
    old_count: usize,
    old_at: usize,
    new_count: usize,
    new_at: usize,
}

/// The longest row of pairs whose second numbers rise; the first ones rise already.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // `ends[n]` is the pair that ends the best row of n + 1 pairs so far.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < pair.1);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut row = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(index) = next {
        row.push(pairs[index]);
        next = before[index];
    }
    row.reverse();
    row
}

/// Appends what differs between two anchors.
fn between(
    old: &[&[u8]],
    new: &[&[u8]],
    old_range: Range<usize>,
    new_range: Range<usize>,
    found: &mut Vec<Change>,
) {
    let Some(gap) = trimmed(old, new, old_range, new_range) else { return };
    let pairs = gap.old.len().saturating_mul(gap.new.len());
    if pairs == 0 || pairs > EXACT_PAIRS {
        found.push(gap);
        return;
    }
    for op in capture_diff(Algorithm::Myers, old, gap.old, new, gap.new) {
        if !matches!(op, DiffOp::Equal { .. }) {
            push(found, Change { old: op.old_range(), new: op.new_range() });
        }
    }
}

/// Appends a change, joined to the last one where no equal line lies between.
fn push(found: &mut Vec<Change>, change: Change) {
    if let Some(last) = found.last_mut()
        && last.old.end == change.old.start
        && last.new.end == change.new.start
    {
        last.old.end = change.old.end;
        last.new.end = change.new.end;
        return;
    }
    found.push(change);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(old: &str, new: &str) -> Vec<Change> {
        changes(&split(old.as_bytes()), &split(new.as_bytes()))
    }

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(of("", ""), []);
        assert_eq!(of("a\nb", "a\nb"), []);
    }

    #[test]
    fn one_line_among_others_is_the_only_change() {
        assert_eq!(of("a\nb\nc\n", "a\nx\nc\n"), [Change { old: 1..2, new: 1..2 }]);
        assert_eq!(of("a\nc\n", "a\nb\nc\n"), [Change { old: 1..1, new: 1..2 }]);
        assert_eq!(of("a\nb\nc\n", "a\nc\n"), [Change { old: 1..2, new: 1..1 }]);
    }

    #[test]
    fn lines_that_occur_once_hold_the_texts_together() {
        let found = of("x\n\na\n\nb\n\ny\n", "z\n\na\n\nc\n\nb\n\nw\n");
        assert_eq!(found.first(), Some(&Change { old: 0..1, new: 0..1 }));
        assert_eq!(found.last(), Some(&Change { old: 6..7, new: 8..9 }));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn a_missing_final_line_feed_is_a_change() {
        assert_eq!(of("a\nb", "a\nb\n"), [Change { old: 1..2, new: 1..2 }]);
    }

    #[test]
    fn a_long_stretch_without_anchors_is_replaced_as_a_whole() {
        let old = "a\nb\n".repeat(50_000);
        let new = "b\na\nc\n".repeat(40_000) + "d\n";
        assert_eq!(of(&old, &new), [Change { old: 0..100_000, new: 0..120_001 }]);
    }
}
