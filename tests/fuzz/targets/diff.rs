//! Any two texts: their patch, and how it is shown.

use std::ops::Range;
use std::path::Path;

use untrust::report::colour::coloured;
use untrust::report::diff::{FileDiff, unified};
use untrust::report::escape::{visible, visible_path};
use untrust::workspace::changed::added;

use super::support::Choices;
use super::support::patch::apply;

/// The first two bytes say where the old text ends and the new one begins.
pub fn target(data: &[u8]) {
    let mut choices = Choices::new(data);
    let at = choices.below(data.len().saturating_sub(1));
    let (old, new) = choices.rest.split_at(at.min(choices.rest.len()));
    let patch = unified(&FileDiff { old, new, path: Path::new("a/b c.py") });
    assert_eq!(patch.is_empty(), old == new);
    assert!(apply(old, &patch) == new, "the patch makes something else");
    is_visible(&visible(&String::from_utf8_lossy(old)));
    is_visible(&visible_path(Path::new(String::from_utf8_lossy(new).as_ref())));
    for line in coloured(&patch).split('\n') {
        is_visible(&without_colours(line));
    }
    within(&added(old, new), new);
    assert!(added(old, old).is_empty());
}

/// Nothing that a terminal would act on.
fn is_visible(text: &str) {
    let odd = text.chars().find(|c| c.is_control() && *c != '\t');
    assert_eq!(odd, None, "in {text:?}");
    let hides =
        |c: &char| matches!(u32::from(*c), 0x200b..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
    assert_eq!(text.chars().find(hides), None, "in {text:?}");
}

/// The line without the escape sequences that set colours: `ESC [ 1 ; 31 m`.
fn without_colours(line: &str) -> String {
    let mut out = String::new();
    let mut parts = line.split("\x1b[");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        out.push_str(rest.strip_prefix('m').expect("a sequence that is not about colours"));
    }
    out
}

/// The added lines are lines of the new text, in order and apart.
fn within(ranges: &[Range<usize>], new: &[u8]) {
    let lines = new.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    let fine = ranges.iter().all(|range| 1 <= range.start && range.start < range.end);
    assert!(fine && ranges.last().is_none_or(|range| range.end <= lines + 1), "{ranges:?}");
    assert!(ranges.is_sorted_by(|a, b| a.end <= b.start), "{ranges:?}");
}
