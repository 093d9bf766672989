//! The changes of a run as a person is asked about them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::session::Session;
use crate::plan::change::Change;
use crate::plan::op::Op;
use crate::report::escape::visible_path;
use crate::report::json::slashed;
use crate::review::item::Item;
use crate::transforms::finding::{Chain, Elsewhere, Level, Link, Remedy};
use crate::workspace::FileId;

/// A change, and what a person is shown of it.
pub(super) struct Subject {
    /// The change.
    pub change: Change,
    /// What the dialogue knows of it.
    pub item: Item,
}

impl Subject {
    /// The files that it edits, the one that it begins in first.
    pub(super) fn files(&self) -> impl Iterator<Item = FileId> {
        let all: BTreeSet<FileId> = self.change.ops.iter().map(|op| op.anchor().file).collect();
        all.into_iter()
    }
}

/// Places of a way that are listed.
const MOST_PLACES: usize = 12;

/// Everything that can be decided about, in the order in which it is asked.
pub(super) fn subjects(session: &Session) -> Vec<Subject> {
    let mut changes: Vec<Change> =
        session.changes.iter().filter(|change| !session.known.covers(change)).cloned().collect();
    // What is offered beside a change comes behind it.
    changes.sort_by_key(|change| (change.findings[0], change.is_alternative));
    let mut wholes: Vec<Option<usize>> = vec![None; changes.len()];
    for index in 0..changes.len() {
        for part in parts(session, &changes[index]) {
            changes.push(part);
            wholes.push(Some(index));
        }
    }
    let places: BTreeMap<String, usize> =
        changes.iter().enumerate().map(|(at, change)| (change.id.clone(), at)).collect();
    let mut files: BTreeMap<FileId, usize> = BTreeMap::new();
    for change in &changes {
        let next = files.len();
        files.entry(session.finding_of(change).file).or_insert(next);
    }
    let items = changes.iter().enumerate();
    let items: Vec<Item> = items
        .map(|(at, change)| {
            let mut item = item(session, change, at, &places, &mut files);
            item.whole = wholes[at];
            item.parts = (0..wholes.len()).filter(|part| wholes[*part] == Some(at)).collect();
            item
        })
        .collect();
    changes.into_iter().zip(items).map(|(change, item)| Subject { change, item }).collect()
}

fn item(
    session: &Session,
    change: &Change,
    at: usize,
    places: &BTreeMap<String, usize>,
    files: &mut BTreeMap<FileId, usize>,
) -> Item {
    let finding = session.finding_of(change);
    let place_of = |id: &String| places.get(id).copied();
    let first = finding.file;
    let mut concerned = vec![first];
    let all: BTreeSet<FileId> = change.ops.iter().map(|op| op.anchor().file).collect();
    concerned.extend(all.into_iter().filter(|file| *file != first));
    let concerned = concerned.iter().map(|file| {
        let next = files.len();
        *files.entry(*file).or_insert(next)
    });
    let mut options: Vec<usize> = change.alternatives.iter().filter_map(place_of).collect();
    if !options.is_empty() {
        options.push(at);
        options.sort_unstable();
    }
    let path = visible_path(&session.shown(first));
    let reason = match change.reason.as_str() {
        "" => finding.message.clone(),
        reason => format!("{}; {reason}", finding.message),
    };
    let words = format!(
        "{path} {} {} {} {} {}",
        change.transform, change.title, finding.sink, finding.scope, change.id
    );
    Item {
        id: change.id.clone(),
        transform: change.transform.to_owned(),
        level: if change.level == Level::Auto { Level::Auto } else { Level::Review },
        title: change.title.clone(),
        reason,
        line: session.line_of(finding),
        files: concerned.collect(),
        chain: change.chain.as_deref().map(|chain| way(session, chain)).unwrap_or_default(),
        options,
        is_alternative: change.is_alternative,
        requires: change.requires.iter().filter_map(place_of).collect(),
        parts: Vec::new(),
        whole: None,
        // A marker is never honoured, whatever stands beside it.
        can_stay: change.transform != "nosec",
        can_edit: change.ops.iter().any(|op| !is_import(op))
            && change.ops.iter().all(|op| op.anchor().file == first || is_import(op)),
        words: words.to_lowercase(),
        path,
    }
}

/// Whether an op is about imports, which no person needs to write.
pub(super) fn is_import(op: &Op) -> bool {
    matches!(op, Op::EnsureImport { .. } | Op::DropImport { .. })
}

/// The changes that one change can be split into: one for each of its findings, if their edits have
/// nothing in common but imports.
fn parts(session: &Session, change: &Change) -> Vec<Change> {
    if change.findings.len() < 2 || change.is_alternative || !change.alternatives.is_empty() {
        return Vec::new();
    }
    let mut seen: BTreeSet<&Op> = BTreeSet::new();
    let mut parts = Vec::new();
    for index in &change.findings {
        let Remedy::Ops(fix) = &session.scan.findings[*index].remedy else { return Vec::new() };
        let own: BTreeSet<&Op> = fix.ops.iter().filter(|op| !is_import(op)).collect();
        if own.is_empty() || own.iter().any(|op| !seen.insert(op)) {
            return Vec::new();
        }
        let ops = fix.ops.iter().filter(|op| change.ops.contains(op)).cloned().collect();
        let id = session.ids[*index].clone();
        let findings = vec![*index];
        parts.push(Change { id, ops, findings, level: fix.level, ..change.clone() });
    }
    parts
}

/// The way of a decision through the program, a line each.
fn way(session: &Session, chain: &Chain) -> Vec<String> {
    let place = |link: &Link| {
        let path = slashed(&session.workspace.file(link.at.file).relative);
        format!("{path}:{}", link.at.line)
    };
    let mut lines = Vec::new();
    if chain.way.len() > 1 {
        lines.push(format!("the way: {}", chain.way.join(" <- ")));
    }
    let mut list = |title: &str, links: &[Link], with_text: bool| {
        if links.is_empty() {
            return;
        }
        lines.push(format!("{title}:"));
        for link in links.iter().take(MOST_PLACES) {
            let text = if with_text { format!(" {}", link.text) } else { String::new() };
            lines.push(format!("  {}  {}{text}", place(link), link.name));
        }
        if links.len() > MOST_PLACES {
            lines.push(format!("  and {} more", links.len() - MOST_PLACES));
        }
    };
    list("gain a parameter or attribute", &chain.hosts, true);
    list("hand it on", &chain.callers, false);
    list("end", &chain.ends, true);
    list("could not be resolved, and are left", &chain.left, true);
    let usages: Vec<String> =
        chain.usages.iter().take(MOST_PLACES).map(|usage| format!("  {}", usage.text)).collect();
    if !usages.is_empty() {
        lines.push("to say yes:".to_owned());
        lines.extend(usages);
    }
    let elsewhere = [
        ("files of settings that may need it", &chain.settings),
        ("run by", &chain.runs),
        ("tests assert how mocks of it are called", &chain.mocks),
    ];
    for (title, all) in elsewhere {
        if all.is_empty() {
            continue;
        }
        let shown =
            |one: &Elsewhere| format!("  {}:{}  {}", slashed(&one.path), one.line, one.about);
        lines.push(format!("{title}:"));
        lines.extend(all.iter().take(MOST_PLACES).map(shown));
    }
    lines
}
