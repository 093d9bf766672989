//! A run as machines read it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::alone;
use super::arguments::Format;
use super::exceptions::Owned;
use super::session::Session;
use super::{secrets, views};
use crate::plan::change::Change;
use crate::plan::materialize::{Cause, Dropped};
use crate::report::json::slashed;
use crate::report::machine::{self, Report, TOOL};
use crate::report::model::{Mode, Position};
use crate::report::{json, ops};
use crate::scan::level;
use crate::transforms::finding::{Chain, Elsewhere, Finding, Level, Link, Remedy};
use crate::workspace::FileId;

/// Writes the report in one of the formats for machines.
pub(super) fn write(format: Format, report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    let text = match format {
        Format::Jsonl => json::lines(report),
        _ => json::report(report),
    };
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Everything that a run found, changes and left. `fixed` are the findings that are gone or would
/// be; `written` the absolute paths of the files that `fix` wrote.
pub(super) fn report(
    session: &Session,
    mode: Mode,
    fixed: &BTreeSet<usize>,
    written: Option<&[PathBuf]>,
) -> Report {
    let findings = session.scan.findings.iter().enumerate();
    let gone = |index: &usize| mode.applies() && fixed.contains(index);
    let by_finding = changes_of_findings(session);
    let mut owned = Owned::of(session);
    Report {
        tool: TOOL,
        findings: findings
            .clone()
            .filter(|(_, finding)| !matches!(finding.remedy, Remedy::Exception(_)))
            .map(|(index, _)| {
                let changes = by_finding.get(&index).cloned().unwrap_or_default();
                finding(session, index, changes, gone(&index))
            })
            .collect(),
        changes: changes(session),
        exceptions: findings
            .filter_map(|(index, found)| exception(session, &mut owned, index, found))
            .collect(),
        skipped: session
            .skipped()
            .map(|s| machine::Skipped { path: slashed(&s.relative), cause: s.cause.text() })
            .collect(),
        errors: problems(session),
        policy: (mode == Mode::Check).then(|| views::policy(session, fixed)),
        written: written.map(|paths| paths.iter().map(|path| below_root(session, path)).collect()),
        summary: views::summary(session, mode, fixed),
    }
}

fn below_root(session: &Session, path: &Path) -> String {
    slashed(path.strip_prefix(&session.workspace.root).unwrap_or(path))
}

fn path_of(session: &Session, file: FileId) -> String {
    slashed(&session.workspace.file(file).relative)
}

/// For each finding, the ids of the changes that fix it.
fn changes_of_findings(session: &Session) -> BTreeMap<usize, Vec<String>> {
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for change in &session.changes {
        for index in &change.findings {
            found.entry(*index).or_default().push(change.id.clone());
        }
    }
    found
}

fn finding(session: &Session, index: usize, changes: Vec<String>, fixed: bool) -> machine::Finding {
    let finding = &session.scan.findings[index];
    let module = &session.scan.modules[&finding.file];
    let way = views::way(session, index);
    machine::Finding {
        id: session.ids[index].clone(),
        transform: finding.transform.to_owned(),
        level: level(finding).unwrap_or(Level::Report),
        path: path_of(session, finding.file),
        start: Position::at(module, finding.range.start),
        end: Position::at(module, finding.range.end),
        message: finding.message.clone(),
        advice: views::advice(&finding.remedy),
        sink: finding.sink.clone(),
        scope: finding.scope.clone(),
        changes,
        reason: reason(&finding.remedy),
        baseline: session.known.findings.contains(&index),
        fixed,
        exposure: session.reached.get(&index).map(|reached| reached.exposure),
        entry: way.as_ref().map(|way| way.entry.clone()),
        path_from_entry: way.map(|way| way.steps),
    }
}

/// Why there is no change, or why it is held back.
fn reason(remedy: &Remedy) -> Option<String> {
    let reason = match remedy {
        Remedy::Report(reason) => reason,
        Remedy::Ops(fix) => &fix.reason,
        Remedy::Thread(_) | Remedy::Shell(_) | Remedy::Exception(_) => return None,
    };
    (!reason.is_empty()).then(|| reason.clone())
}

fn exception(
    session: &Session,
    owned: &mut Owned,
    index: usize,
    finding: &Finding,
) -> Option<machine::Exception> {
    let Remedy::Exception(exception) = &finding.remedy else { return None };
    let module = &session.scan.modules[&finding.file];
    Some(machine::Exception {
        id: session.ids[index].clone(),
        transform: finding.transform.to_owned(),
        kind: exception.kind,
        path: path_of(session, finding.file),
        start: Position::at(module, finding.range.start),
        end: Position::at(module, finding.range.end),
        sink: finding.sink.clone(),
        reason: exception.reason.clone(),
        owners: owned.owners(session, finding.file),
    })
}

fn problems(session: &Session) -> Vec<machine::Problem> {
    let read = session.workspace.errors.iter().chain(&session.scan.errors).map(|problem| {
        machine::Problem { path: slashed(&problem.path), message: problem.message.clone() }
    });
    let left = session.left.iter().map(|(path, why)| machine::Problem {
        path: below_root(session, path),
        message: format!("it was not written, for {why}"),
    });
    read.chain(left).collect()
}

fn changes(session: &Session) -> Vec<machine::Change> {
    let dropped: BTreeMap<usize, &Dropped> = session
        .materialized
        .dropped
        .iter()
        .map(|dropped| (session.approved[dropped.change], dropped))
        .collect();
    let approved: BTreeSet<usize> = session.approved.iter().copied().collect();
    let diffs = alone::diffs(session);
    let changes = session.changes.iter().enumerate().zip(diffs);
    changes
        .map(|((index, change), diff)| {
            let dropped = dropped.get(&index);
            if session.withheld.contains(&index) {
                return view(session, change, false, Some(secrets::ADVICE.to_owned()), diff);
            }
            let applied = approved.contains(&index) && dropped.is_none();
            let dropped = dropped.map(|dropped| cause(session, dropped));
            view(session, change, applied, dropped.or_else(|| not_written(session, change)), diff)
        })
        .collect()
}

fn view(
    session: &Session,
    change: &Change,
    applied: bool,
    dropped: Option<String>,
    diff: Option<String>,
) -> machine::Change {
    let mask = &session.mask;
    let diff = diff.map(|diff| (mask.hides(&diff), mask.text(&diff).into_owned()));
    let mut masked = diff.as_ref().is_some_and(|(hidden, _)| *hidden);
    let op = |op: &crate::plan::op::Op| {
        let file = op.anchor().file;
        let module = session.scan.modules.get(&file)?;
        let mut view = ops::view(op, module, path_of(session, file));
        masked |= ops::mask(&mut view, mask);
        Some(view)
    };
    let ops = change.ops.iter().filter_map(op).collect();
    machine::Change {
        id: change.id.clone(),
        transform: change.transform.to_owned(),
        title: change.title.clone(),
        reason: change.reason.clone(),
        level: change.level,
        applied,
        dropped,
        findings: change.findings.iter().map(|&index| session.ids[index].clone()).collect(),
        requires: change.requires.clone(),
        alternatives: change.alternatives.clone(),
        is_alternative: change.is_alternative,
        masked,
        ops,
        way: change.chain.as_deref().map(|chain| way(chain, |id| path_of(session, id), slashed)),
        proof: change.proof.clone(),
        diff: diff.map(|(_, diff)| diff),
    }
}

/// The way of a decision with the paths of its places: `path` gives those of files that are looked
/// at, `other` those of others, from their paths relative to the root.
pub(super) fn way(
    chain: &Chain,
    path: impl Fn(FileId) -> String,
    other: impl Fn(&Path) -> String,
) -> machine::Way {
    let links = |all: &[Link]| -> Vec<machine::Link> {
        all.iter()
            .map(|link| machine::Link {
                path: path(link.at.file),
                line: link.at.line,
                name: link.name.clone(),
                text: link.text.clone(),
            })
            .collect()
    };
    let elsewhere = |all: &[Elsewhere]| -> Vec<machine::Elsewhere> {
        all.iter()
            .map(|one| machine::Elsewhere {
                path: other(&one.path),
                line: one.line,
                about: one.about.clone(),
            })
            .collect()
    };
    machine::Way {
        names: chain.way.clone(),
        hosts: links(&chain.hosts),
        callers: links(&chain.callers),
        ends: links(&chain.ends),
        usages: links(&chain.usages),
        left: links(&chain.left),
        mocks: elsewhere(&chain.mocks),
        runs: elsewhere(&chain.runs),
        settings: elsewhere(&chain.settings),
    }
}

fn cause(session: &Session, dropped: &Dropped) -> String {
    let cause = match &dropped.cause {
        Cause::Conflict { with } => {
            let other = &session.changes[session.approved[*with]];
            format!("it changes the same text as the change {}; run again afterwards", other.id)
        }
        Cause::Held { message } => format!("{message}; do it by hand"),
        Cause::Failed { message } => {
            format!("what it makes did not pass the checks ({message}), which is a bug in untrust")
        }
    };
    session.mask.text(&cause).into_owned()
}

/// Why the change of a file that could not be written is not there.
fn not_written(session: &Session, change: &Change) -> Option<String> {
    let files = change.ops.iter().map(|op| &session.workspace.file(op.anchor().file).path);
    let mut whys = files.filter_map(|file| session.left.iter().find(|(path, _)| path == file));
    whys.next().map(|(_, why)| format!("its file was not written, for {why}"))
}
