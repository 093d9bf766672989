//! One change in the list of a pull request, with the way of its decision.

use std::fmt::Write as _;

use super::super::machine::{Elsewhere, Link, Way};
use super::super::markdown::{code, escaped, prose};
use super::super::text::counted;
use super::Change;
use super::list::{folded, places, short, short_sentence};

/// How many places of one kind are listed for a decision.
const MOST_LINKS: usize = 6;

/// `path:line` as code.
fn spot(path: &str, line: usize) -> String {
    code(&format!("{}:{line}", short(path)))
}

/// A place with the function or class around it, if there is one.
pub(super) fn place(path: &str, line: usize, name: &str) -> String {
    let spot = spot(path, line);
    if name.is_empty() { spot } else { format!("{spot} in {}", code(&short(name))) }
}

/// Where the first finding of a change stands.
pub(super) fn first_place(change: &Change) -> String {
    spot(&change.path, change.lines.first().copied().unwrap_or_default())
}

/// The item of a change, with a line feed at its end.
pub(super) fn item(change: &Change, names_transform: bool) -> String {
    let line = change.lines.first().copied().unwrap_or_default();
    let mut out = format!("- {}", place(&change.path, line, change.scope));
    if change.lines.len() > 1 {
        let more: Vec<String> = change.lines[1..].iter().map(ToString::to_string).collect();
        let _ = write!(out, " (and line {})", places(&more));
    }
    let transform =
        if names_transform { format!(" {}:", escaped(change.transform)) } else { String::new() };
    let _ = writeln!(out, ":{transform} {}", prose(&short_sentence(change.title)));
    if let Some(way) = &change.way {
        push_way(&mut out, change, way);
    }
    if !change.elsewhere.is_empty() {
        let files: Vec<String> = change.elsewhere.iter().map(|path| code(&short(path))).collect();
        let _ = writeln!(out, "  - it edits {} too", places(&files));
    }
    out
}

fn push_way(out: &mut String, change: &Change, way: &Way) {
    // The title ends with the way, unless that is long.
    if !way.names.is_empty() && !change.title.ends_with(&way.names.join(" <- ")) {
        let names: Vec<String> = way.names.iter().map(|name| code(&short(name))).collect();
        let _ = writeln!(out, "  - the way: {}", folded(&names, 2 * MOST_LINKS, " ← "));
    }
    push_links(out, "who takes the decision", &way.hosts);
    push_links(out, "who hands it on", &way.callers);
    push_links(out, "where it ends", &way.ends);
    if !way.usages.is_empty() {
        let commands: Vec<String> = way.usages.iter().map(|one| code(&short(&one.text))).collect();
        let _ = writeln!(out, "  - to say yes: {}", places(&commands));
    }
    push_settings(out, &way.settings);
    push_runs(out, &way.runs);
    if !way.mocks.is_empty() {
        let _ = writeln!(
            out,
            "  - tests assert how mocks of it are called: {}",
            places(&spots(&way.mocks))
        );
    }
    if !way.left.is_empty() {
        let calls = counted(way.left.len(), "call is left as it is", "calls are left as they are");
        let _ = writeln!(out, "  - {calls}, see below");
    }
}

/// The links of one kind: one on the line, several below it.
fn push_links(out: &mut String, kind: &str, links: &[Link]) {
    let text = |link: &Link| {
        let place = place(&link.path, link.line, &link.name);
        format!("{place}: {}", prose(&short_sentence(&link.text)))
    };
    match links {
        [] => {}
        [link] => {
            let _ = writeln!(out, "  - {kind}: {}", text(link));
        }
        _ => {
            let _ = writeln!(out, "  - {kind}:");
            for link in links.iter().take(MOST_LINKS) {
                let _ = writeln!(out, "    - {}", text(link));
            }
            if links.len() > MOST_LINKS {
                let _ = writeln!(out, "    - and {} more", links.len() - MOST_LINKS);
            }
        }
    }
}

fn push_settings(out: &mut String, settings: &[Elsewhere]) {
    if let Some(first) = settings.first() {
        let said = code(&short(&first.about));
        let places = places(&spots(settings));
        let _ = writeln!(out, "  - to say yes in a file of settings: {said} in {places}");
    }
}

fn push_runs(out: &mut String, runs: &[Elsewhere]) {
    let mut scripts: Vec<String> = runs.iter().map(|run| code(&short(&run.about))).collect();
    scripts.sort_unstable();
    scripts.dedup();
    let are = match scripts.len() {
        0 => return,
        1 => "is",
        _ => "are",
    };
    let _ = writeln!(
        out,
        "  - {} {are} run by {}: look whether that has to say yes",
        places(&scripts),
        places(&spots(runs))
    );
}

fn spots(all: &[Elsewhere]) -> Vec<String> {
    all.iter().map(|one| spot(&one.path, one.line)).collect()
}
