//! Findings, exceptions and counts in the form that the reports show.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::secrets;
use super::session::Session;
use crate::exposure::{Exposure, Step};
use crate::plan::flatten::apply;
use crate::plan::materialize::NewFile;
use crate::python::module::Module;
use crate::report::json::slashed;
use crate::report::mask::Mask;
use crate::report::model::{
    ExceptionView, FindingView, Mode, Position, StepView, Summary, WayView,
};
use crate::report::policy::{self, Policy, Row};
use crate::scan::level;
use crate::transforms::finding::{Chain, Elsewhere, ExceptionKind, Fix, Level, Remedy};
use crate::workspace::span::Span;
use crate::workspace::{FileId, line_length};

/// The findings that are open, in order.
pub(super) fn findings(session: &Session, fixed: &BTreeSet<usize>) -> Vec<FindingView> {
    let open = (0..session.scan.findings.len()).filter(|&index| session.is_open(index, fixed));
    let secret = session.kept_secret();
    open.map(|index| {
        let view = finding(session, index);
        if secret.contains(&index) {
            return FindingView { advice: secrets::ADVICE.to_owned(), ..view };
        }
        view
    })
    .collect()
}

/// The same, the most exposed first: what a web request reaches, then what a command line does, then
/// the rest.
pub(super) fn by_exposure(mut findings: Vec<FindingView>) -> Vec<FindingView> {
    findings.sort_by(|a, b| {
        (a.exposure, &a.path, a.start, a.end).cmp(&(b.exposure, &b.path, b.start, b.end))
    });
    findings
}

/// The way to a finding, if something reaches it.
pub(super) fn way(session: &Session, index: usize) -> Option<WayView> {
    let reached = session.reached.get(&index).filter(|r| r.exposure != Exposure::None)?;
    let step = |step: &Step| StepView {
        path: slashed(&session.workspace.file(step.file).relative),
        line: step.line,
        name: step.name.clone(),
    };
    Some(WayView { entry: reached.entry.clone(), steps: reached.steps.iter().map(step).collect() })
}

fn finding(session: &Session, index: usize) -> FindingView {
    let finding = &session.scan.findings[index];
    let module = &session.scan.modules[&finding.file];
    let start = Position::at(module, finding.range.start);
    let (source_line, column) = excerpt(module, finding.range.start, start.column);
    let line = module.lines.span(start.line - 1);
    let line_end = line.start + module.slice(line).trim_end_matches(['\r', '\n']).len();
    let marked = Span::new(finding.range.start, finding.range.end.min(line_end));
    let marked =
        module.lines.column(module.text(), marked.end.max(marked.start)) + 1 - start.column;
    let (source_line, caret) = masked(&session.mask, source_line, (column, marked.max(1)));
    FindingView {
        transform: finding.transform,
        level: level_name(level(finding).unwrap_or(Level::Report)),
        path: session.workspace.file(finding.file).relative.clone(),
        start,
        end: Position::at(module, finding.range.end),
        message: finding.message.clone(),
        advice: with_notes(session, &finding.remedy),
        sink: finding.sink.clone(),
        caret,
        source_line,
        exposure: session.reached.get(&index).map(|r| r.exposure).unwrap_or_default(),
        way: way(session, index),
    }
}

/// A line with its secrets hidden, and what of it is marked then: the first column (1-based) and the
/// length, in characters.
fn masked(mask: &Mask, line: String, (column, length): (usize, usize)) -> (String, (usize, usize)) {
    let Cow::Owned(whole) = mask.text(&line) else { return (line, (column, length)) };
    let at = |chars: usize| line.char_indices().nth(chars).map_or(line.len(), |(at, _)| at);
    let (from, to) = (at(column - 1), at(column - 1 + length));
    let shown = |part: &str| mask.text(part).chars().count();
    (whole, (shown(&line[..from]) + 1, shown(&line[from..to]).max(1)))
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Auto => "auto",
        Level::Review => "review",
        Level::Report => "report",
    }
}

/// How many places are named in one line.
const MOST_PLACES: usize = 12;

/// What to do about a finding, and in further lines what a person should know of it: calls that
/// could not be resolved, commands that run what changed, assertions about mocks.
fn with_notes(session: &Session, remedy: &Remedy) -> String {
    let mut lines = vec![advice(remedy)];
    let Remedy::Ops(Fix { chain: Some(chain), .. }) = remedy else { return lines.remove(0) };
    let path = |file: FileId| slashed(&session.workspace.file(file).relative);
    if !chain.left.is_empty() {
        let places: Vec<String> = chain
            .left
            .iter()
            .map(|left| format!("{}:{}", path(left.at.file), left.at.line))
            .collect();
        let calls =
            if places.len() == 1 { "1 call is" } else { &format!("{} calls are", places.len()) };
        lines.push(format!(
            "{calls} left as they are, for they could not be resolved: {}",
            some(&places)
        ));
    }
    if !chain.usages.is_empty() {
        let commands: Vec<String> =
            chain.usages.iter().map(|usage| format!("`{}`", usage.text)).collect();
        lines.push(format!("to say yes: {}", some(&commands)));
    }
    let elsewhere = |all: &[Elsewhere]| -> Vec<String> {
        all.iter().map(|one| format!("{}:{}", slashed(&one.path), one.line)).collect()
    };
    if let Some(first) = chain.settings.first() {
        let said = first.about.as_str();
        let places = some(&elsewhere(&chain.settings));
        lines.push(format!("to say yes in a file of settings: `{said}` in {places}"));
    }
    if !chain.runs.is_empty() {
        let mut scripts: Vec<&str> = chain.runs.iter().map(|run| run.about.as_str()).collect();
        scripts.sort_unstable();
        scripts.dedup();
        lines.push(format!(
            "{} by {}; {}",
            if scripts.len() == 1 {
                format!("{} is run", scripts[0])
            } else {
                format!("{} scripts are run", scripts.len())
            },
            some(&elsewhere(&chain.runs)),
            needed(chain)
        ));
    }
    if !chain.mocks.is_empty() {
        lines.push(format!(
            "tests assert how mocks of it are called: {}",
            some(&elsewhere(&chain.mocks))
        ));
    }
    lines.join("\n")
}

/// What those who run a program have to look at.
fn needed(chain: &Chain) -> String {
    let mut flags: Vec<&str> = chain
        .usages
        .iter()
        .filter_map(|usage| usage.text.rsplit(' ').next())
        .filter(|word| word.starts_with('-'))
        .collect();
    flags.sort_unstable();
    flags.dedup();
    match flags[..] {
        [] => "look whether they need to say yes".to_owned(),
        _ => format!("they need {} now where they are to say yes", flags.join(" or ")),
    }
}

/// Places in one line, the first ones of many.
fn some(places: &[String]) -> String {
    let shown = places.iter().take(MOST_PLACES).cloned().collect::<Vec<_>>().join(", ");
    match places.len().checked_sub(MOST_PLACES) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

/// What to do about a finding; may be empty.
pub(super) fn advice(remedy: &Remedy) -> String {
    match remedy {
        Remedy::Ops(fix) if fix.reason.is_empty() => format!("fix: {}", fix.title),
        Remedy::Ops(fix) => format!("fix after a review: {}; {}", fix.title, fix.reason),
        Remedy::Report(reason) => reason.clone(),
        Remedy::Thread(_) | Remedy::Shell(_) | Remedy::Exception(_) => String::new(),
    }
}

/// Bytes of a line before and behind a finding that can be shown at most.
const SHOWN: usize = 4096;

/// The part of a line around an offset, and the 1-based column of the offset in that part.
fn excerpt(module: &Module, offset: usize, column: usize) -> (String, usize) {
    let line = module.lines.span(module.lines.of(offset));
    let text = module.text();
    let from = text.floor_char_boundary(offset.saturating_sub(SHOWN)).max(line.start);
    let to = text.floor_char_boundary(offset + SHOWN).min(line.end);
    let part = text[from..to].trim_end_matches(['\r', '\n']).to_owned();
    let column = if from == line.start { column } else { text[from..offset].chars().count() + 1 };
    (part, column)
}

/// The places that stay, in order.
pub(super) fn exceptions(session: &Session) -> Vec<ExceptionView> {
    let excepted = session.scan.findings.iter().filter_map(|finding| match &finding.remedy {
        Remedy::Exception(exception) => Some((finding, exception)),
        _ => None,
    });
    excepted
        .map(|(finding, exception)| {
            let module = &session.scan.modules[&finding.file];
            ExceptionView {
                transform: finding.transform,
                kind: match exception.kind {
                    ExceptionKind::Documented => "documented",
                    ExceptionKind::Guarded => "guarded",
                    ExceptionKind::Safe => "safe",
                    ExceptionKind::Constant => "constant",
                },
                path: session.workspace.file(finding.file).relative.clone(),
                start: Position::at(module, finding.range.start),
                end: Position::at(module, finding.range.end),
                sink: finding.sink.clone(),
                reason: exception.reason.clone(),
            }
        })
        .collect()
}

/// What becomes of a finding.
#[derive(Debug, Clone, Copy)]
enum Standing<'s> {
    /// It stays, and why is known.
    Exception,
    /// The baseline holds it.
    Known,
    /// It is fixed, or would be.
    Fixable,
    /// Its fix is held back, for the diff would show a secret.
    Secret,
    /// Its fix waits for a review.
    Held,
    /// A person has to fix it: why.
    Left(&'s str),
}

fn state<'s>(
    session: &'s Session,
    index: usize,
    fixed: &BTreeSet<usize>,
    (left_out, secret): (&BTreeSet<usize>, &BTreeSet<usize>),
    applied: bool,
) -> Standing<'s> {
    match &session.scan.findings[index].remedy {
        Remedy::Exception(_) => Standing::Exception,
        _ if applied && fixed.contains(&index) => Standing::Fixable,
        _ if session.known.findings.contains(&index) => Standing::Known,
        _ if fixed.contains(&index) => Standing::Fixable,
        _ if secret.contains(&index) => Standing::Secret,
        _ if left_out.contains(&index) => Standing::Left("its fix was left out, as said above"),
        Remedy::Ops(_) => Standing::Held,
        Remedy::Report(reason) => Standing::Left(reason),
        Remedy::Thread(_) | Remedy::Shell(_) => Standing::Left("it could not be worked out"),
    }
}

/// The findings counted by transform and folder, of which those in `fixed` would be fixed.
pub(super) fn policy(session: &Session, fixed: &BTreeSet<usize>) -> Policy {
    let (left_out, secret) = (session.left_out(), session.kept_secret());
    let row = |index: usize| {
        let finding = &session.scan.findings[index];
        let state = match state(session, index, fixed, (&left_out, &secret), false) {
            Standing::Known => return None,
            Standing::Exception => policy::State::Exception,
            Standing::Fixable => policy::State::Fixable,
            Standing::Held | Standing::Secret => policy::State::Held,
            Standing::Left(_) => policy::State::Left,
        };
        Some(Row {
            transform: finding.transform,
            path: session.workspace.file(finding.file).relative.clone(),
            state,
            exposure: session.reached.get(&index).map(|r| r.exposure).unwrap_or_default(),
        })
    };
    let rows: Vec<Row> = (0..session.scan.findings.len()).filter_map(row).collect();
    Policy::of(&rows)
}

/// The counts of a run after which the findings in `fixed` are gone (or would be).
pub(super) fn summary(session: &Session, mode: Mode, fixed: &BTreeSet<usize>) -> Summary {
    let mut summary = Summary {
        files: session.scan.files,
        mode,
        syntax_errors: session.scan.syntax_errors.len(),
        errors: session.workspace.errors.len() + session.scan.errors.len(),
        dropped: session.materialized.dropped.len(),
        changed_since: session.changed_since.clone(),
        gone: session.known.gone,
        ..Summary::default()
    };
    if mode != Mode::Check {
        summary.long_lines = long_lines(session);
    }
    let applied = mode.applies();
    let left_out = session.left_out();
    let secret = session.kept_secret();
    for (index, finding) in session.scan.findings.iter().enumerate() {
        let state = state(session, index, fixed, (&left_out, &secret), applied);
        match state {
            Standing::Exception => summary.exceptions += 1,
            Standing::Fixable if applied => summary.fixed += 1,
            Standing::Known => summary.known += 1,
            _ => *summary.findings.entry(finding.transform).or_default() += 1,
        }
        match state {
            Standing::Fixable if !applied => summary.fixable += 1,
            Standing::Secret => summary.held_for_secrets += 1,
            Standing::Held => summary.held_for_review += 1,
            Standing::Left(reason) => {
                summary.left += 1;
                *summary.left_reasons.entry(reason.to_owned()).or_default() += 1;
            }
            _ => {}
        }
    }
    for skipped in session.skipped() {
        *summary.skipped.entry(skipped.cause.text()).or_default() += 1;
    }
    summary
}

/// How many changed lines have become longer than the project allows.
fn long_lines(session: &Session) -> usize {
    let root = &session.workspace.root;
    let count = |(id, new): (&FileId, &NewFile)| {
        let Some(limit) = line_length::limit(root, &session.workspace.file(*id).path) else {
            return 0;
        };
        let old = session.scan.modules[id].text();
        let text = apply(old, &new.edits);
        let is_long = |line: &&str| line.trim_end_matches('\r').chars().count() > limit;
        let before: BTreeSet<&str> = old.lines().filter(is_long).collect();
        text.lines().filter(is_long).filter(|line| !before.contains(line)).count()
    };
    session.materialized.files.iter().map(count).sum()
}
