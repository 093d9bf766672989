//! The findings of a repository counted by transform and by folder: what its policy is up against.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use colored::Colorize;
use schemars::JsonSchema;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::escape::visible;
use super::json::slashed;
use crate::exposure::Exposure;

/// What becomes of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// `fix` fixes it.
    Fixable,
    /// Its fix waits for a review.
    Held,
    /// A person has to fix it.
    Left,
    /// It stays, and why is known.
    Exception,
}

/// One finding, as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The transform that found it.
    pub transform: &'static str,
    /// The file, relative to the root.
    pub path: PathBuf,
    /// What becomes of it.
    pub state: State,
    /// What reaches it.
    pub exposure: Exposure,
}

/// The counts of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Policy {
    /// All findings together.
    pub total: Counts,
    /// By transform, in the order of their names.
    pub transforms: Vec<OfTransform>,
    /// The open findings by folder, the folders with the most first. A folder that holds more than
    /// half of them is counted by the folders in it.
    pub folders: Vec<OfFolder>,
}

/// How many findings there are, and what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Counts {
    /// Open findings.
    pub open: usize,
    /// Those that `fix` fixes.
    pub fixable: usize,
    /// Those whose fix waits for a review.
    pub held_for_review: usize,
    /// Those that a person has to fix.
    pub left: usize,
    /// Places that look unsafe and stay; they are not open.
    pub exceptions: usize,
    /// Open findings that a web request reaches.
    pub web: usize,
    /// Open findings that no web request reaches as far as can be told, but a command line.
    pub command_line: usize,
}

/// The counts of one transform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfTransform {
    /// Its name.
    pub transform: &'static str,
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The open findings in and below one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OfFolder {
    /// The folder, relative to the root; `.` is the root. One of which folders within are counted
    /// apart holds its own files only.
    pub folder: String,
    /// How many.
    pub open: usize,
    /// Those that a web request reaches.
    pub web: usize,
    /// Those that no web request reaches as far as can be told, but a command line.
    pub command_line: usize,
    /// How many of which transform.
    pub transforms: BTreeMap<&'static str, usize>,
}

impl Counts {
    fn add(&mut self, row: &Row) {
        let of_state = match row.state {
            State::Fixable => &mut self.fixable,
            State::Held => &mut self.held_for_review,
            State::Left => &mut self.left,
            State::Exception => {
                self.exceptions += 1;
                return;
            }
        };
        *of_state += 1;
        self.open += 1;
        match row.exposure {
            Exposure::Web => self.web += 1,
            Exposure::CommandLine => self.command_line += 1,
            Exposure::None => {}
        }
    }
}

impl Policy {
    /// Counts the findings.
    pub fn of(rows: &[Row]) -> Self {
        let mut total = Counts::default();
        let mut by_transform: BTreeMap<&'static str, Counts> = BTreeMap::new();
        for row in rows {
            total.add(row);
            by_transform.entry(row.transform).or_default().add(row);
        }
        let of_transform = |(transform, counts)| OfTransform { transform, counts };
        let open: Vec<&Row> = rows.iter().filter(|row| row.state != State::Exception).collect();
        let transforms = by_transform.into_iter().map(of_transform).collect();
        Self { total, transforms, folders: folders(&open) }
    }
}

/// The open findings by folder.
fn folders(rows: &[&Row]) -> Vec<OfFolder> {
    let parents: BTreeSet<&Path> = rows.iter().filter_map(|row| row.path.parent()).collect();
    let top = common(&parents);
    let first = by_folder(rows, &top);
    // Where one folder holds most of all, those in it say more.
    let is_large = |(folder, rows_in): &(PathBuf, Vec<&Row>)| {
        rows_in.len() * 2 > rows.len() && by_folder(rows_in, folder).len() > 1
    };
    let split = first.into_iter().flat_map(|group| {
        if is_large(&group) { by_folder(&group.1, &group.0) } else { vec![group] }
    });
    let mut found: Vec<OfFolder> = split.map(|(folder, rows)| of_folder(&folder, &rows)).collect();
    found.sort_by(|a, b| (b.open, &a.folder).cmp(&(a.open, &b.folder)));
    found
}

/// The folder that holds all of the folders.
fn common(folders: &BTreeSet<&Path>) -> PathBuf {
    let mut folders = folders.iter();
    let Some(first) = folders.next() else { return PathBuf::new() };
    let mut common = first.to_path_buf();
    for folder in folders {
        while !folder.starts_with(&common) && common.pop() {}
    }
    common
}

/// Rows by the folders directly in a folder that holds them; those of its own files by itself.
fn by_folder<'r>(rows: &[&'r Row], top: &Path) -> Vec<(PathBuf, Vec<&'r Row>)> {
    let mut found: BTreeMap<PathBuf, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let below = row.path.strip_prefix(top).unwrap_or(&row.path);
        let mut parts = below.components();
        let first = parts.next().filter(|_| parts.next().is_some());
        let folder = first.map_or_else(|| top.to_owned(), |first| top.join(first));
        found.entry(folder).or_default().push(row);
    }
    found.into_iter().collect()
}

fn of_folder(folder: &Path, rows: &[&Row]) -> OfFolder {
    let with = |exposure: Exposure| rows.iter().filter(|row| row.exposure == exposure).count();
    let mut transforms = BTreeMap::new();
    for row in rows {
        *transforms.entry(row.transform).or_default() += 1;
    }
    let name = slashed(folder);
    OfFolder {
        folder: if name.is_empty() { ".".to_owned() } else { name },
        open: rows.len(),
        web: with(Exposure::Web),
        command_line: with(Exposure::CommandLine),
        transforms,
    }
}

/// The widest line, in columns.
const WIDTH: usize = 80;
/// How many folders are listed; the rest is summed up.
const MOST_FOLDERS: usize = 12;
/// The widest name of a folder, in columns.
const MOST_OF_NAME: usize = 32;

/// The counts as two tables; empty where nothing is open. Each line ends with a line feed.
pub fn text(policy: &Policy) -> String {
    if policy.total.open == 0 {
        return String::new();
    }
    let mut out = String::new();
    push_transforms(&mut out, policy);
    out.push('\n');
    push_folders(&mut out, &policy.folders);
    out
}

fn push_transforms(out: &mut String, policy: &Policy) {
    let names = policy.transforms.iter().map(|of| of.transform.len());
    let width = names.max().unwrap_or_default().max("by transform".len());
    let heading = format!(
        "{:<width$}  open  fixable  review  person  exceptions   web   cli",
        "by transform"
    );
    push_line(out, &heading.bold().to_string());
    let all = policy.transforms.iter().map(|of| (of.transform, of.counts));
    let total = (policy.transforms.len() > 1).then_some(("total", policy.total));
    for (name, counts) in all.chain(total) {
        let padding = " ".repeat(width - name.len());
        let line = format!(
            "{}{padding}  {:>4}  {:>7}  {:>6}  {:>6}  {:>10}  {}  {:>4}",
            if name == "total" { name.bold() } else { name.yellow() },
            number(counts.open),
            number(counts.fixable),
            number(counts.held_for_review),
            number(counts.left),
            number(counts.exceptions),
            exposed(counts.web),
            number(counts.command_line),
        );
        push_line(out, &line);
    }
}

fn push_folders(out: &mut String, folders: &[OfFolder]) {
    let (shown, rest) = folders.split_at(folders.len().min(MOST_FOLDERS));
    let mut rows: Vec<OfFolder> = shown.to_vec();
    rows.extend(summed(rest));
    let names: Vec<String> = rows.iter().map(|row| shortened(&visible(&row.folder))).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or_default();
    let width = width.max("by folder".len());
    let heading = format!("{:<width$}  open   web   cli  transforms", "by folder");
    push_line(out, &heading.bold().to_string());
    for (row, name) in rows.iter().zip(&names) {
        let padding = " ".repeat(width - name.width());
        let mut lines = wrapped(&row.transforms, WIDTH.saturating_sub(width + 20)).into_iter();
        let line = format!(
            "{name}{padding}  {:>4}  {}  {:>4}  {}",
            number(row.open),
            exposed(row.web),
            number(row.command_line),
            lines.next().unwrap_or_default(),
        );
        push_line(out, &line);
        for line in lines {
            push_line(out, &format!("{}{line}", " ".repeat(width + 20)));
        }
    }
}

/// Folders as one row.
fn summed(folders: &[OfFolder]) -> Option<OfFolder> {
    if folders.is_empty() {
        return None;
    }
    let count = folders.len();
    let mut transforms = BTreeMap::new();
    for (name, count) in folders.iter().flat_map(|of| &of.transforms) {
        *transforms.entry(*name).or_default() += count;
    }
    Some(OfFolder {
        folder: format!("({count} more {})", if count == 1 { "folder" } else { "folders" }),
        open: folders.iter().map(|of| of.open).sum(),
        web: folders.iter().map(|of| of.web).sum(),
        command_line: folders.iter().map(|of| of.command_line).sum(),
        transforms,
    })
}

/// The number, where there is something to count.
fn number(count: usize) -> String {
    if count == 0 { "-".to_owned() } else { count.to_string() }
}

/// The number of findings that somebody far away reaches.
fn exposed(count: usize) -> String {
    let text = format!("{:>4}", number(count));
    if count == 0 { text } else { text.red().bold().to_string() }
}

/// The end of a long name.
fn shortened(name: &str) -> String {
    if name.width() <= MOST_OF_NAME {
        return name.to_owned();
    }
    let mut rest = name;
    while rest.width() > MOST_OF_NAME - 3 {
        rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
    }
    format!("...{rest}")
}

/// `torch-load 2, yaml-load 1`, the most frequent first, in lines of no more than `width` columns.
fn wrapped(transforms: &BTreeMap<&'static str, usize>, width: usize) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = transforms.iter().map(|(name, n)| (*name, *n)).collect();
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let mut lines = vec![String::new()];
    for (index, (name, count)) in counts.iter().enumerate() {
        let comma = if index + 1 < counts.len() { "," } else { "" };
        let item = format!("{name} {count}{comma}");
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&item),
            Some(line) if line.len() + 1 + item.len() <= width => {
                let _ = write!(line, " {item}");
            }
            _ => lines.push(item),
        }
    }
    lines
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests;
