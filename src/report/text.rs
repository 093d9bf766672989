//! Findings, changes and the summary for a person.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use colored::Colorize;
use unicode_width::UnicodeWidthStr;

use super::escape::{visible, visible_path};
use super::excerpt::excerpt;
use super::model::{FindingView, Mode, Summary, WayView};
use crate::exposure::TOP;

/// Digits that line numbers are padded to.
const NUMBER_WIDTH: usize = 5;

/// A finding on several lines: the place (as terminals open it), the transform and why; the line
/// of code with a caret; what to do. Ends with a line feed.
pub fn finding(view: &FindingView) -> String {
    let place = place(&view.path, view.start.line, Some(view.start.column));
    let shown = excerpt(&view.source_line, view.caret);
    let number = format!("{:>NUMBER_WIDTH$}", view.start.line);
    let gutter = " ".repeat(number.width());
    let caret = "^".repeat(shown.length).red().bold();
    let mut out = format!(
        "{}: {}: {}\n{number} | {}\n{gutter} | {}{caret}\n",
        place.bold(),
        view.transform.yellow(),
        sentence(&view.message),
        shown.code,
        " ".repeat(shown.indent),
    );
    for (index, line) in view.advice.lines().enumerate() {
        let sign = if index == 0 { "  = " } else { "    " };
        out.push_str(sign);
        out.push_str(&visible(line));
        out.push('\n');
    }
    if let Some(way) = &view.way {
        out.push_str(&reachable(way));
    }
    out
}

/// One line that says how a finding is reached, each function with where it goes on.
fn reachable(way: &WayView) -> String {
    let mut out = format!("  reachable: {}", visible(&way.entry).cyan());
    for (index, step) in way.steps.iter().enumerate() {
        // The code at the top of a module that is run is what the command names.
        if index > 0 || step.name != TOP {
            let _ = write!(out, " -> {}", visible(&step.name));
        }
        let _ = write!(out, " ({}:{})", visible(&step.path), step.line);
    }
    out.push('\n');
    out
}

/// One line that says where (1-based line), what a change does and why; the reason may be empty.
/// Without a line feed.
pub fn change_line(path: &Path, line: usize, transform: &str, title: &str, reason: &str) -> String {
    let place = place(path, line, None);
    let what = format!("{}: {}: {}", place.bold(), transform.yellow(), sentence(title));
    if reason.trim().is_empty() { what } else { format!("{what}; {}", sentence(reason)) }
}

/// `path:line:column`.
pub(super) fn place(path: &Path, line: usize, column: Option<usize>) -> String {
    let path = visible_path(path);
    match column {
        Some(column) => format!("{path}:{line}:{column}"),
        None => format!("{path}:{line}"),
    }
}

/// The text on one line; line breaks and what surrounds them become a space.
pub(super) fn sentence(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    visible(&lines.join(" "))
}

/// The counts at the end of a run, a line for each that is not zero; the first line always.
pub fn summary(summary: &Summary) -> String {
    let mut lines = vec![scanned(summary)];
    if let Some(revision) = &summary.changed_since {
        lines.push(format!("only lines changed since {} count", visible(revision)));
    }
    if summary.fixed > 0 {
        lines.push(format!("fixed {}", counted(summary.fixed, "finding", "findings")));
    }
    if summary.fixable > 0 {
        lines.push(fixable(summary));
    }
    if summary.held_for_review > 0 {
        lines.push(held(summary));
    }
    if summary.held_for_secrets > 0 {
        let it = if summary.held_for_secrets == 1 { "it" } else { "them" };
        lines.push(format!(
            "{} held back, for a diff would show a secret (--show-secrets shows and applies {it})",
            summary.held_for_secrets
        ));
    }
    push_left(&mut lines, summary);
    if summary.known > 0 {
        let count = counted(summary.known, "known finding", "known findings");
        lines.push(format!("{count} (baseline)"));
    }
    if summary.exceptions > 0 {
        let it = if summary.exceptions == 1 { "it" } else { "them" };
        let count = counted(summary.exceptions, "exception", "exceptions");
        lines.push(format!("{count} (-v names {it})"));
    }
    if summary.long_lines > 0 {
        let count = counted(summary.long_lines, "changed line is", "changed lines are");
        lines.push(format!("{count} now longer than the project's limit (not reflowed)"));
    }
    push_troubles(&mut lines, summary);
    lines.join("\n") + "\n"
}

fn scanned(summary: &Summary) -> String {
    let files = counted(summary.files, "file", "files");
    let total: usize = summary.findings.values().sum();
    let left = if summary.mode.applies() && summary.fixed > 0 { " left" } else { "" };
    if total == 0 {
        return format!("scanned {files}: no findings{left}");
    }
    let findings = counted(total, "finding", "findings");
    format!("scanned {files}: {findings}{left} ({})", shares(&summary.findings))
}

fn fixable(summary: &Summary) -> String {
    let count = summary.fixable;
    let it = if count == 1 { "it" } else { "them" };
    match summary.mode {
        Mode::Check => {
            format!("{count} can be fixed (untrust diff shows {it}, untrust fix applies {it})")
        }
        Mode::Diff => format!("{count} would be fixed (untrust fix applies {it})"),
        Mode::Fix => format!("{count} can still be fixed (run untrust fix again)"),
        Mode::Review => format!("{count} can still be fixed (untrust review asks again)"),
    }
}

fn held(summary: &Summary) -> String {
    let count = summary.held_for_review;
    let it = if count == 1 { "it" } else { "them" };
    match summary.mode {
        Mode::Review => format!("{count} left in this review (untrust review asks again)"),
        Mode::Fix => format!("{count} held back for review (--review-level applies {it})"),
        _ => format!("{count} held back for review (--review-level shows {it})"),
    }
}

/// One reason stands on the same line, several below, the most frequent first.
fn push_left(lines: &mut Vec<String>, summary: &Summary) {
    if summary.left == 0 {
        return;
    }
    let first = format!("{} left for a person", summary.left);
    let mut reasons: Vec<_> =
        summary.left_reasons.iter().filter(|(_, count)| **count > 0).collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    match reasons[..] {
        [] => lines.push(first),
        [(reason, _)] => lines.push(format!("{first}: {}", sentence(reason))),
        _ => {
            lines.push(format!("{first}:"));
            lines.extend(
                reasons.iter().map(|(reason, count)| format!("  {count}: {}", sentence(reason))),
            );
        }
    }
}

fn push_troubles(lines: &mut Vec<String>, summary: &Summary) {
    let skipped: usize = summary.skipped.values().sum();
    if skipped > 0 {
        let files = counted(skipped, "file", "files");
        lines.push(format!("skipped {files} ({})", shares(&summary.skipped)));
    }
    match summary.syntax_errors {
        0 => {}
        1 => lines.push("1 file has a syntax error".to_owned()),
        count => lines.push(format!("{count} files have syntax errors")),
    }
    match summary.dropped {
        0 => {}
        1 => lines.push("1 fix was dropped and not applied".to_owned()),
        count => lines.push(format!("{count} fixes were dropped and not applied")),
    }
    if summary.errors > 0 {
        lines.push(counted(summary.errors, "error", "errors"));
    }
}

pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `torch-load 2, yaml-load 1`; zeros are left out.
fn shares<K: AsRef<str>>(counts: &BTreeMap<K, usize>) -> String {
    let shown = counts.iter().filter(|(_, count)| **count > 0);
    let parts: Vec<String> =
        shown.map(|(name, count)| format!("{} {count}", visible(name.as_ref()))).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests;
