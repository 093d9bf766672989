//! `untrust check`: find and report.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::Context;

use super::arguments::{Format, ReportArguments, ScanArguments};
use super::output::{note, note_text};
use super::session::{Purpose, Session};
use super::{baseline, machine, views};
use crate::report::escape::{visible, visible_path};
use crate::report::model::Mode;
use crate::report::{policy, text};

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &ReportArguments) -> anyhow::Result<u8> {
    let purpose =
        if arguments.format.lists_changes() { Purpose::Changes } else { Purpose::Findings };
    let session = Session::open_exposed(arguments, purpose)?;
    session.note_interrupted();
    let fixed = session.fixed();
    // What could be fixed is open as long as nothing was written.
    let findings = views::by_exposure(views::findings(&session, &BTreeSet::new()));
    let summary = views::summary(&session, Mode::Check, &fixed);
    let mut out = output(arguments)?;
    match arguments.format {
        Format::Json | Format::Jsonl => {
            let report = machine::report(&session, Mode::Check, &fixed, None);
            machine::write(arguments.format, &report, &mut out)?;
        }
        Format::Text => {
            for finding in &findings {
                writeln!(out, "{}", text::finding(finding))?;
            }
            if !arguments.quiet {
                write!(out, "{}", policy::text(&views::policy(&session, &fixed)))?;
            }
        }
    }
    out.flush()?;
    let failed = session.report_problems();
    verbose(&session, arguments);
    if !arguments.quiet {
        note_text(&text::summary(&summary));
    }
    baseline::write(&session, arguments)?;
    Ok(exit_code(failed, !findings.is_empty(), arguments))
}

/// Where the main output goes.
pub(super) fn output(arguments: &ScanArguments) -> anyhow::Result<Box<dyn Write>> {
    let Some(path) = &arguments.output else { return Ok(Box::new(std::io::stdout().lock())) };
    let file = std::fs::File::create(path)
        .with_context(|| format!("{} cannot be written", visible_path(path)))?;
    Ok(Box::new(std::io::BufWriter::new(file)))
}

/// The exit code of a run.
pub(super) fn exit_code(failed: bool, findings: bool, arguments: &ScanArguments) -> u8 {
    if failed {
        return 2;
    }
    u8::from(findings && !arguments.exit_zero)
}

/// Names what the summary only counts: what a person has to know, and all of it with `-v`.
pub(super) fn verbose(session: &Session, arguments: &ScanArguments) {
    name_skipped(session, arguments);
    if !arguments.quiet {
        baseline::notes(session, arguments);
    }
    if arguments.quiet || !arguments.verbose {
        return;
    }
    for exception in views::exceptions(session) {
        let place = format!("{}:{}", visible_path(&exception.path), exception.start.line);
        note(&format!(
            "exception: {place}: {} ({}): {}",
            exception.sink,
            exception.kind,
            visible(&exception.reason)
        ));
    }
}

/// Names the files that were not looked at, or not all of them.
pub(super) fn name_skipped(session: &Session, arguments: &ScanArguments) {
    if arguments.quiet {
        return;
    }
    for skipped in session.skipped().filter(|s| arguments.verbose || s.cause.is_named()) {
        note(&format!("skipped: {}: {}", visible_path(&skipped.relative), skipped.cause.text()));
    }
    for (id, line) in &session.scan.syntax_errors {
        let path = visible_path(&session.workspace.file(*id).relative);
        note(&format!("syntax error: {path}:{line}: what is near it is left as it is"));
    }
}
