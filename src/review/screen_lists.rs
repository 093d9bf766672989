//! The screens that are lists: the keys, all changes, what will be written.

use colored::Colorize;

use super::decision::Decision;
use super::screen::{View, letter};
use super::state::Review;
use super::text::{cut, cut_left, filled, width};
use crate::report::escape::visible;

/// What the keys do.
pub(super) fn help(review: &Review, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    for key in review.keys() {
        let lines = filled(&visible(&key.does), columns.saturating_sub(6).max(10));
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { key.key } else { "" };
            rows.push(cut(&format!("{label:>4}  {line}"), columns));
        }
    }
    rows.push(cut("space, b and the arrows scroll", columns));
    rows
}

/// All changes with what was decided.
pub(super) fn list(review: &Review, cursor: usize, columns: usize) -> Vec<String> {
    let steps = review.steps();
    let rows = steps.iter().enumerate().map(|(at, step)| {
        let row = line(review, at, *step, columns.saturating_sub(1));
        // Seen without colours too.
        if at == cursor { format!(">{row}").reversed().to_string() } else { format!(" {row}") }
    });
    rows.collect()
}

/// A change in one row.
fn line(review: &Review, at: usize, step: usize, columns: usize) -> String {
    let item = &review.items[review.way_of(step)];
    let decision = review.decided.get(&step).map_or(' ', |decided| letter(&decided.decision));
    let place = format!("{}:{}", visible(&item.path), item.line);
    let place = cut_left(&place, (columns / 2).max(12));
    let front = format!("{:>4} {decision}  {place}  ", at + 1);
    let rest = columns.saturating_sub(width(&front));
    let what = cut(&format!("{}: {}", item.transform, visible(&item.title)), rest);
    cut(&format!("{front}{what}"), columns)
}

/// Whether a decision, or none, belongs to a group.
type Group = fn(Option<&Decision>) -> bool;

/// What was decided, and the files that will be written.
pub(super) fn last(review: &Review, view: &View, columns: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let heading =
        |rows: &mut Vec<String>, text: String| rows.push(cut(&text, columns).bold().to_string());
    let count = view.files.len();
    let files = if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    heading(&mut rows, format!("{files} will be written"));
    rows.extend(
        view.files
            .iter()
            .map(|file| format!("  {}", cut_left(&visible(file), columns.saturating_sub(2)))),
    );
    let steps = review.steps();
    let groups: [(&str, Group); 4] = [
        ("approved", |d| matches!(d, Some(Decision::Apply | Decision::Edit(_)))),
        ("kept with a reason", |d| matches!(d, Some(Decision::Except(_)))),
        ("left", |d| matches!(d, Some(Decision::Leave))),
        ("undecided", |d| d.is_none()),
    ];
    for (name, is_in) in groups {
        let of = |step: &usize| is_in(review.decided.get(step).map(|d| &d.decision));
        let here: Vec<(usize, usize)> =
            steps.iter().copied().enumerate().filter(|(_, step)| of(step)).collect();
        if here.is_empty() {
            continue;
        }
        rows.push(String::new());
        heading(&mut rows, format!("{} {name}", here.len()));
        rows.extend(here.into_iter().map(|(at, step)| line(review, at, step, columns)));
    }
    rows
}
