//! What was decided is written.

use super::super::arguments::{Format, ReviewArguments};
use super::super::check::{exit_code, output, verbose};
use super::super::fix::{list, write as write_files, write_baseline};
use super::super::output::note_text;
use super::super::session::Session;
use super::super::{machine, views};
use super::items::Subject;
use super::planner::change;
use crate::report::model::Mode;
use crate::report::text;
use crate::review::decision::Decision;
use crate::review::state::Decided;
use crate::transforms::finding::{Exception, ExceptionKind, Remedy};
use crate::write::StateDir;

/// Writes the chosen changes, and tells what was written and what is left. Returns the exit code.
pub(super) fn write(
    session: &mut Session,
    subjects: &[Subject],
    chosen: &[Decided],
    arguments: &ReviewArguments,
    state: &StateDir,
) -> anyhow::Result<u8> {
    let fix = &arguments.fix;
    let mut out = output(&fix.scan)?;
    let changes: Vec<_> = chosen
        .iter()
        .map(|decided| change(session, &subjects[decided.item].change, &decided.decision))
        .collect();
    session.materialized = super::all_files(session, &changes);
    session.approved = (0..changes.len()).collect();
    session.changes = changes;
    let written = write_files(session, state, "review")?;
    let mut fixed = session.fixed();
    keep(session, chosen, &mut fixed);
    let failed = session.report_problems();
    verbose(session, &fix.scan);
    if !fix.scan.quiet {
        note_text(&text::summary(&views::summary(session, Mode::Review, &fixed)));
    }
    match fix.scan.format {
        Format::Text => list(&written, fix, &mut out)?,
        Format::Json | Format::Jsonl => {
            let report = machine::report(session, Mode::Review, &fixed, Some(&written));
            machine::write(fix.scan.format, &report, &mut out)?;
        }
    }
    write_baseline(session, fix, &written)?;
    let open = (0..session.scan.findings.len()).any(|index| session.is_open(index, &fixed));
    Ok(exit_code(failed, open, &fix.scan))
}

/// The findings that stay with a reason are documented exceptions from now on.
fn keep(session: &mut Session, chosen: &[Decided], fixed: &mut std::collections::BTreeSet<usize>) {
    let left_out = session.left_out();
    for index in session.approved.clone() {
        let decision = chosen.get(index).map(|decided| &decided.decision);
        if let Some(Decision::Edit(_)) = decision {
            for finding in session.changes[index].findings.clone() {
                fixed.remove(&finding);
                let why = "a person wrote the new text; `untrust check` says whether it is safe";
                session.scan.findings[finding].remedy = Remedy::Report(why.to_owned());
            }
        }
        let Some(Decision::Except(why)) = decision else { continue };
        for finding in session.changes[index].findings.clone() {
            fixed.remove(&finding);
            if !left_out.contains(&finding) {
                session.scan.findings[finding].remedy = Remedy::Exception(Exception {
                    kind: ExceptionKind::Documented,
                    reason: why.clone(),
                });
            }
        }
    }
}
