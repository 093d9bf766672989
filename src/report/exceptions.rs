//! The documented exceptions with their owners: for a person, for a machine, and for those who are
//! asked to review them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use colored::Colorize;
use serde::Serialize;

use super::escape::{visible, visible_path};
use super::json::{harmless, slashed};
use super::markdown::{code, escaped, mention};
use super::model::{ExceptionView, Position};
use super::text::{counted, place, sentence};

/// An exception as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The exception.
    pub exception: ExceptionView,
    /// The qualified name of the function or class around it, empty at module level.
    pub scope: String,
    /// The owners of the file.
    pub owners: Vec<String>,
}

/// What the list of a person ends with.
#[derive(Debug, Clone, Default)]
pub struct Totals<'a> {
    /// Files that were read.
    pub files: usize,
    /// The revision since which the exceptions are new.
    pub new_since: Option<&'a str>,
    /// Only exceptions on lines changed since this revision are listed.
    pub changed_since: Option<&'a str>,
}

/// The exceptions by file: the owners of the file, and below it the place of each with its
/// justification. They must be in the order of their files.
pub fn text(entries: &[Entry]) -> String {
    let mut out = String::new();
    for file in entries.chunk_by(|a, b| a.exception.path == b.exception.path) {
        if !out.is_empty() {
            out.push('\n');
        }
        let owners = match &file[0].owners[..] {
            [] => "no owner".to_owned(),
            owners => format!("owned by {}", visible(&owners.join(" "))),
        };
        let path = visible_path(&file[0].exception.path);
        push_line(&mut out, &format!("{} ({owners})", path.bold()));
        for entry in file {
            let view = &entry.exception;
            let place = place(&view.path, view.start.line, Some(view.start.column));
            let what = format!("  {place}: {}: {}", view.transform.yellow(), what(entry));
            push_line(&mut out, &what);
            push_line(&mut out, &format!("      {}", sentence(&view.reason)));
        }
    }
    out
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// The sink, where it stands, and why it stays if no comment says so.
fn what(entry: &Entry) -> String {
    let mut what = visible(&entry.exception.sink);
    if !entry.scope.is_empty() {
        let _ = write!(what, " in {}", visible(&entry.scope));
    }
    if entry.exception.kind != "documented" {
        let _ = write!(what, " ({})", entry.exception.kind);
    }
    what
}

/// The counts at the end, each line with a line feed.
pub fn summary(entries: &[Entry], totals: &Totals) -> String {
    let files = counted(totals.files, "file", "files");
    let new = totals.new_since.map(|revision| format!(" new since {}", visible(revision)));
    let new = new.unwrap_or_default();
    let mut out = if entries.is_empty() {
        format!("scanned {files}: no exceptions{new}\n")
    } else {
        let count = counted(entries.len(), "exception", "exceptions");
        let mut paths = entries.chunk_by(|a, b| a.exception.path == b.exception.path).peekable();
        let held: Vec<bool> =
            std::iter::from_fn(|| paths.next()).map(|file| file[0].owners.is_empty()).collect();
        let within = counted(held.len(), "file", "files");
        let unowned = match held.iter().filter(|unowned| **unowned).count() {
            0 => String::new(),
            count => format!(", {count} of them without an owner"),
        };
        format!("scanned {files}: {count}{new} in {within}{unowned}\n")
    };
    if let Some(revision) = totals.changed_since {
        let _ = writeln!(out, "only lines changed since {} count", visible(revision));
    }
    out
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: &'static str,
    exceptions: Vec<Exception<'a>>,
}

#[derive(Serialize)]
struct Exception<'a> {
    transform: &'a str,
    kind: &'a str,
    path: String,
    start: Position,
    end: Position,
    sink: &'a str,
    reason: &'a str,
    owners: &'a [String],
    scope: &'a str,
}

/// One JSON object, pretty-printed, with a line feed at its end.
pub fn json(entries: &[Entry]) -> String {
    let exceptions = entries.iter().map(|entry| Exception {
        transform: entry.exception.transform,
        kind: entry.exception.kind,
        path: slashed(&entry.exception.path),
        start: entry.exception.start,
        end: entry.exception.end,
        sink: &entry.exception.sink,
        reason: &entry.exception.reason,
        owners: &entry.owners,
        scope: &entry.scope,
    });
    let report = Report { version: 1, tool: "untrust", exceptions: exceptions.collect() };
    let json =
        serde_json::to_string_pretty(&report).expect("plain data with text keys has a JSON form");
    harmless(&json) + "\n"
}

/// The part of a pull request's description that asks the owners for a review; empty where there
/// is nothing to ask.
pub fn markdown(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "## Security exceptions to review\n\n\
         Each of these calls keeps a pattern that can run code hidden in data, because of the reason quoted below it; please check that the reason holds.\n",
    );
    // Files that nobody owns come last.
    let mut groups: BTreeMap<(bool, &[String]), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        groups.entry((entry.owners.is_empty(), &entry.owners)).or_default().push(entry);
    }
    for ((_, owners), group) in groups {
        let heading = if owners.is_empty() {
            "Files without an owner".to_owned()
        } else {
            owners.iter().map(|owner| mention(owner)).collect::<Vec<_>>().join(" ")
        };
        let _ = write!(out, "\n### {heading}\n\n");
        for entry in group {
            push_item(&mut out, entry);
        }
    }
    out
}

fn push_item(out: &mut String, entry: &Entry) {
    let view = &entry.exception;
    let place = place(&view.path, view.start.line, Some(view.start.column));
    let _ = write!(out, "- {} {}: {}", code(&place), view.transform, code(&visible(&view.sink)));
    if !entry.scope.is_empty() {
        let _ = write!(out, " in {}", code(&visible(&entry.scope)));
    }
    if view.kind != "documented" {
        let _ = write!(out, " ({})", view.kind);
    }
    let _ = write!(out, "\n  > {}\n", escaped(&sentence(&view.reason)));
}

#[cfg(test)]
mod tests;
