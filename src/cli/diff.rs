//! `untrust diff`: the dry run.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use colored::control::SHOULD_COLORIZE;

use super::arguments::{DiffArguments, Format, ScanArguments};
use super::check::{exit_code, output, verbose};
use super::output::note_text;
use super::secrets::unified;
use super::session::{Purpose, Session};
use super::{baseline, machine, split, views};
use crate::report::diff::{Context, FileDiff};
use crate::report::model::Mode;
use crate::report::{colour, text};
use crate::transforms::finding::Level;
use crate::workspace::{FileId, repository_top};

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &DiffArguments) -> anyhow::Result<u8> {
    let split = split::asked(arguments)?;
    let purpose = if arguments.format.lists_changes() { Purpose::Changes } else { Purpose::Bytes };
    let session = Session::open(arguments, purpose)?;
    session.note_interrupted();
    let fixed = session.fixed();
    let mut failed = false;
    match (arguments.format, &split) {
        (Format::Text, None) => patches(&session, &fixed, arguments)?,
        (Format::Text, Some(split)) => {
            failed |= parts(&session, &fixed, split, arguments)?;
        }
        (Format::Json | Format::Jsonl, _) => {
            let report = machine::report(&session, Mode::Diff, &fixed, None);
            machine::write(arguments.format, &report, &mut output(arguments)?)?;
        }
    }
    failed |= session.report_problems();
    verbose(&session, arguments);
    if !arguments.quiet {
        note_text(&text::summary(&views::summary(&session, Mode::Diff, &fixed)));
    }
    baseline::write(&session, arguments)?;
    Ok(exit_code(failed, !session.materialized.files.is_empty(), arguments))
}

/// The patch on standard output, and on standard error what each change does and what is left.
fn patches(
    session: &Session,
    fixed: &BTreeSet<usize>,
    arguments: &ScanArguments,
) -> anyhow::Result<()> {
    let on_terminal = arguments.output.is_none() && std::io::stdout().is_terminal();
    let mut out = output(arguments)?;
    let mut err = std::io::stderr().lock();
    for file in session.materialized.files.keys() {
        if !arguments.quiet {
            announce(session, *file, &mut err)?;
        }
        let patch = patch(session, *file);
        if on_terminal || (arguments.output.is_none() && SHOULD_COLORIZE.should_colorize()) {
            out.write_all(colour::coloured(&patch).as_bytes())?;
        } else {
            out.write_all(&patch)?;
        }
    }
    out.flush()?;
    if !arguments.quiet {
        left(session, fixed, &mut err)?;
    }
    Ok(())
}

/// The patches in a folder and their names on standard output; on standard error what each change
/// does and what is left. Returns whether something could not be read.
fn parts(
    session: &Session,
    fixed: &BTreeSet<usize>,
    split: &split::Asked,
    arguments: &ScanArguments,
) -> anyhow::Result<bool> {
    if !arguments.quiet {
        let mut err = std::io::stderr().lock();
        for file in session.materialized.files.keys() {
            announce(session, *file, &mut err)?;
        }
    }
    let failed = split::run(session, split, arguments.quiet)?;
    if !arguments.quiet {
        left(session, fixed, &mut std::io::stderr().lock())?;
    }
    Ok(failed)
}

/// One line for each change of a file: where, what and why.
fn announce(session: &Session, file: FileId, err: &mut impl Write) -> anyhow::Result<()> {
    let dropped: Vec<usize> = session.materialized.dropped.iter().map(|d| d.change).collect();
    for (position, index) in session.approved.iter().enumerate() {
        let change = &session.changes[*index];
        let finding = session.finding_of(change);
        if finding.file != file || dropped.contains(&position) {
            continue;
        }
        let reason = if change.level == Level::Auto { &finding.message } else { &change.reason };
        let line = session.line_of(finding);
        let path = session.shown(file);
        writeln!(
            err,
            "{}",
            text::change_line(&path, line, change.transform, &change.title, reason)
        )?;
    }
    Ok(())
}

/// The findings that the diff does not fix, in full.
pub(super) fn left(
    session: &Session,
    fixed: &BTreeSet<usize>,
    err: &mut impl Write,
) -> anyhow::Result<()> {
    for view in views::findings(session, fixed) {
        writeln!(err, "{}", text::finding(&view))?;
    }
    Ok(())
}

/// The patch of one file, its path relative to the repository's top, else to the root.
pub(super) fn patch(session: &Session, file: FileId) -> Vec<u8> {
    let new = &session.materialized.files[&file];
    let path = patch_path(session, file);
    let old = &session.scan.modules[&file].source.bytes;
    let diff = FileDiff { old, new: &new.bytes, path: &path };
    unified(&session.mask, &diff, Context::Lines)
}

/// The path of a file in a patch: relative to the repository's top, else to the root.
pub(super) fn patch_path(session: &Session, file: FileId) -> PathBuf {
    path_below(session, &patch_base(session), file)
}

/// The folder that the paths of a patch are relative to.
pub(super) fn patch_base(session: &Session) -> PathBuf {
    let root = &session.workspace.root;
    repository_top(root).unwrap_or_else(|| root.clone())
}

/// The path of a file in a patch that is relative to the folder.
pub(super) fn path_below(session: &Session, base: &Path, file: FileId) -> PathBuf {
    let file = session.workspace.file(file);
    file.path.strip_prefix(base).map_or_else(|_| file.relative.clone(), Path::to_owned)
}
