//! Lists that stay readable however long they are.

use std::fmt::Write as _;

use super::super::escape::visible;
use super::super::text::sentence;

/// How many places are named in one line.
pub(super) const PLACES: usize = 12;

/// Characters of one name or sentence.
const SHORT: usize = 240;

/// How long a list may become.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    /// How many items.
    pub(super) items: usize,
    /// How many bytes.
    pub(super) bytes: usize,
}

/// Appends items that end with a line feed each, as many as the limit allows, and says how many
/// more there are. The first one is always there.
pub(super) fn push_items(
    out: &mut String,
    items: impl ExactSizeIterator<Item = String>,
    limit: Limit,
) {
    let (start, count) = (out.len(), items.len());
    for (at, item) in items.enumerate() {
        let is_full = at >= limit.items || out.len() - start + item.len() > limit.bytes;
        if is_full && at > 0 {
            let _ = writeln!(out, "- and {} more", count - at);
            return;
        }
        out.push_str(&item);
    }
}

/// Places in one line, the first ones of many.
pub(super) fn places(places: &[String]) -> String {
    folded(places, PLACES, ", ")
}

/// Texts in one line, the first ones of many.
pub(super) fn folded(texts: &[String], most: usize, between: &str) -> String {
    let shown = texts.iter().take(most).cloned().collect::<Vec<_>>().join(between);
    match texts.len().checked_sub(most) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// What is visible of a text, on one line and not long.
pub(super) fn short(text: &str) -> String {
    cut(&visible(text))
}

/// A sentence on one line and not long.
pub(super) fn short_sentence(text: &str) -> String {
    cut(&sentence(text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
