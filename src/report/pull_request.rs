//! The text of a pull request for one part of the changes: what, why, the way of each decision,
//! what could not be resolved, what a reviewer should look at, owners, and how to apply the patch.

mod change;
mod list;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::machine::Way;
use super::markdown::{code, escaped, mention, prose};
use super::text::counted;
use crate::transforms::finding::Level;
use list::{Limit, places, push_items, short, short_sentence};

/// One part of the changes. Paths are those of the patch, with `/` between their parts.
#[derive(Debug, Clone)]
pub struct PullRequest<'a> {
    /// What tells the part from others.
    pub common: Common<'a>,
    /// The changes, in order.
    pub changes: Vec<Change<'a>>,
    /// The files that the patch changes, in order, with the owners of each.
    pub files: Vec<(String, Vec<String>)>,
    /// The transforms of the changes with their pages, in order.
    pub pages: Vec<(&'a str, &'a str)>,
    /// The file that holds the patch.
    pub patch: &'a str,
    /// The patches that have to be applied before it, in order.
    pub before: Vec<&'a str>,
}

/// What the changes of a part have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Common<'a> {
    /// The transform of this name.
    Transform(&'a str),
    /// The owners of the files.
    Owners(&'a [String]),
    /// Nothing: it is one change.
    Change,
}

/// A change of a part.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// The file of its findings.
    pub path: String,
    /// The lines of its findings, 1-based, in order; one at least.
    pub lines: Vec<usize>,
    /// The qualified name of the function or class around the first, empty at module level.
    pub scope: &'a str,
    /// The transform that asks for it.
    pub transform: &'a str,
    /// What it does.
    pub title: &'a str,
    /// Why it needs a look; may be empty.
    pub reason: &'a str,
    /// How sure it is.
    pub level: Level,
    /// The other files that it edits, in order.
    pub elsewhere: Vec<String>,
    /// The way of a decision that is handed through the program.
    pub way: Option<Way>,
}

/// A service takes some 65,000 characters for a description: the lists together have fewer.
const CHANGES: Limit = Limit { items: 50, bytes: 26_000 };
const UNRESOLVED: Limit = Limit { items: 40, bytes: 10_000 };
const REASONS: Limit = Limit { items: 30, bytes: 12_000 };
const OWNERS: Limit = Limit { items: 40, bytes: 8_000 };

/// The text, in Markdown.
pub fn text(request: &PullRequest) -> String {
    let mut out = format!("# {}\n", title(request));
    push_what(&mut out, request);
    push_why(&mut out, request);
    out.push_str("\n## Changes\n\n");
    let names_transform = request.pages.len() > 1;
    let items = request.changes.iter().map(|one| change::item(one, names_transform));
    push_items(&mut out, items, CHANGES);
    push_unresolved(&mut out, request);
    push_to_look_at(&mut out, request);
    push_owners(&mut out, request);
    push_how(&mut out, request);
    out
}

/// One line that can be the title of the pull request: it calls nobody.
fn title(request: &PullRequest) -> String {
    let changes = counted(request.changes.len(), "change", "changes");
    let files = counted(request.files.len(), "file", "files");
    match &request.common {
        Common::Transform(name) => format!("{}: {changes} in {files}", escaped(name)),
        Common::Owners([]) => format!("Unsafe calls in files without an owner: {changes}"),
        Common::Owners(owners) => {
            let names: Vec<String> = owners.iter().map(|owner| escaped(&short(owner))).collect();
            format!("Unsafe calls in files of {}: {changes}", some(&names))
        }
        Common::Change => match request.changes.split_last() {
            None => changes,
            Some((last, others)) => {
                let title = escaped(&short_sentence(last.title));
                let place = escaped(&short(&last.path));
                let more = if others.is_empty() {
                    String::new()
                } else {
                    format!(" and {} more", others.len())
                };
                format!("{}: {title} in {place}{more}", escaped(last.transform))
            }
        },
    }
}

/// Names in one line, the first ones of many.
fn some(names: &[String]) -> String {
    list::folded(names, 4, ", ")
}

fn push_what(out: &mut String, request: &PullRequest) {
    let changes = counted(request.changes.len(), "change", "changes");
    let files = counted(request.files.len(), "file", "files");
    let _ = write!(out, "\n## What changes\n\n{changes} in {files}");
    let names: Vec<String> = request.files.iter().map(|(path, _)| code(&short(path))).collect();
    let _ = writeln!(out, ": {}.", places(&names));
    if request.pages.len() < 2 {
        return;
    }
    out.push('\n');
    for (name, _) in &request.pages {
        let count = request.changes.iter().filter(|change| change.transform == *name).count();
        let _ = writeln!(out, "- {}: {count}", escaped(name));
    }
}

fn push_why(out: &mut String, request: &PullRequest) {
    out.push_str("\n## Why\n");
    for (name, page) in &request.pages {
        if request.pages.len() > 1 {
            let _ = write!(out, "\n### {}\n", escaped(name));
        }
        for paragraph in section(page, "Why it is unsafe") {
            let _ = write!(out, "\n{paragraph}\n");
        }
        // What follows the first paragraph are examples and particulars.
        if let Some(paragraph) = section(page, "What the fix does").next() {
            let _ = write!(out, "\n**What the fix does.** {paragraph}\n");
        }
    }
}

/// The paragraphs below a heading of a transform's page, each on one line: where the text will be
/// read, a line break is shown as one.
fn section<'p>(page: &'p str, heading: &str) -> impl Iterator<Item = String> + 'p {
    let (_, below) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_default();
    let below = below.split_once("\n## ").map_or(below, |(section, _)| section);
    let paragraphs = below.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>());
    paragraphs.filter(|words| !words.is_empty()).map(|words| words.join(" "))
}

/// The calls that are left as they are, each once, with the changes whose decisions they lack.
fn push_unresolved(out: &mut String, request: &PullRequest) {
    let mut left: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for change in &request.changes {
        for link in change.way.iter().flat_map(|way| &way.left) {
            let whose = left.entry((&link.path, link.line, &link.name, &link.text)).or_default();
            whose.push(change::first_place(change));
        }
    }
    if left.is_empty() {
        return;
    }
    out.push_str(
        "\n## What could not be resolved\n\n\
         These calls are left as they are: whether they hand a decision on is for a person to say.\n\n",
    );
    let items = left.into_iter().map(|((path, line, name, text), mut whose)| {
        whose.dedup();
        let (place, why) = (change::place(path, line, name), prose(&short_sentence(text)));
        format!("- {place}: {why} (the decision of {})\n", some(&whose))
    });
    push_items(out, items, UNRESOLVED);
}

/// The changes that depend on what was meant, by what has to be looked at.
fn push_to_look_at(out: &mut String, request: &PullRequest) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for change in request.changes.iter().filter(|change| change.level != Level::Auto) {
        reasons.entry(change.reason.trim()).or_default().push(change::first_place(change));
    }
    let look: usize = reasons.values().map(Vec::len).sum();
    let keep = request.changes.len() - look;
    out.push_str("\n## What to look at\n\n");
    if look > 0 {
        let them = counted(look, "change depends", "changes depend");
        let _ = write!(out, "{them} on what the author meant:\n\n");
        let item = |(reason, places): (&str, Vec<String>)| {
            let reason = if reason.is_empty() { "is that what was meant?" } else { reason };
            format!("- {}: {}\n", prose(&short_sentence(reason)), self::places(&places))
        };
        push_items(out, reasons.into_iter().map(item), REASONS);
        out.push('\n');
    }
    let who = match (keep, look) {
        (0, _) => return push_checked(out),
        (1, 0) => "The change keeps".to_owned(),
        (_, 0) => "All changes keep".to_owned(),
        (1, _) => "The other change keeps".to_owned(),
        (count, _) => format!("The other {count} changes keep"),
    };
    let _ = writeln!(
        out,
        "{who} the program's behaviour for input that can be trusted, or {} with a clear error.",
        if keep == 1 { "fails" } else { "fail" }
    );
    out.push('\n');
    push_checked(out);
}

fn push_checked(out: &mut String) {
    out.push_str(
        "Each new text was parsed again by two parsers, and outside the edits it is what it was.\n",
    );
}

/// The owners to ask, with their files; files that nobody owns come last.
fn push_owners(out: &mut String, request: &PullRequest) {
    let mut groups: BTreeMap<(bool, &[String]), Vec<String>> = BTreeMap::new();
    for (path, owners) in &request.files {
        let group = groups.entry((owners.is_empty(), owners)).or_default();
        group.push(code(&short(path)));
    }
    out.push_str("\n## Owners to ask\n\n");
    if groups.keys().all(|(is_unowned, _)| *is_unowned) {
        out.push_str("CODEOWNERS names nobody for these files.\n");
        return;
    }
    let item = |((_, owners), files): ((bool, &[String]), Vec<String>)| {
        let names: Vec<String> = owners.iter().map(|owner| mention(owner)).collect();
        let who = if names.is_empty() { "no owner".to_owned() } else { names.join(" ") };
        format!("- {who}: {}\n", places(&files))
    };
    push_items(out, groups.into_iter().map(item), OWNERS);
}

fn push_how(out: &mut String, request: &PullRequest) {
    let patch = request.patch;
    let _ = write!(
        out,
        "\n## How to apply it\n\nAt the top of the repository:\n\n```sh\ngit apply {patch}\n```\n\n"
    );
    if request.before.is_empty() {
        out.push_str(
            "It changes no file that a patch before it changes: it can be applied alone.\n",
        );
        return;
    }
    let names: Vec<String> = request.before.iter().map(|name| code(name)).collect();
    let first = if names.len() == 1 {
        "One patch has to be applied first, for they share a file"
    } else {
        "These patches have to be applied first, in this order, for they share files with this one or with one another"
    };
    let _ = writeln!(out, "{first}: {}.", places(&names));
    if names.len() > list::PLACES {
        out.push_str("All patches in the order of their numbers are always right.\n");
    }
}
