//! `untrust fix`: apply in place.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::arguments::{FixArguments, Format};
use super::check::{exit_code, output, verbose};
use super::diff::left;
use super::output::{note, note_text};
use super::session::{Purpose, Session};
use super::undo::{note_changed, note_damaged};
use super::{baseline, machine, secrets, views};
use crate::report::escape::visible_path;
use crate::report::mask::Mask;
use crate::report::model::Mode;
use crate::report::text;
use crate::workspace::repository_top;
use crate::workspace::vcs::{State, Vcs};
use crate::write::{FileWrite, Run, StateDir, WriteError, apply, recover};

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &FixArguments) -> anyhow::Result<u8> {
    let purpose =
        if arguments.scan.format.lists_changes() { Purpose::Changes } else { Purpose::Bytes };
    let mut session = Session::open(&arguments.scan, purpose)?;
    if session.stdin {
        return to_stdout(&session, arguments);
    }
    // Not to be able to tell what was written would come too late.
    let mut out = output(&arguments.scan)?;
    let state = StateDir::default_location()?;
    if recovered(&state, &session.workspace.root)? {
        return run(arguments);
    }
    let paths: Vec<PathBuf> = writes(&session).into_iter().map(|write| write.path).collect();
    guard(&paths, arguments)?;
    let written = write(&mut session, &state, "fix")?;
    let fixed = session.fixed();
    let quiet = arguments.scan.quiet;
    if !quiet {
        left(&session, &fixed, &mut std::io::stderr().lock())?;
    }
    let failed = session.report_problems();
    verbose(&session, &arguments.scan);
    if !quiet {
        note_text(&text::summary(&views::summary(&session, Mode::Fix, &fixed)));
    }
    match arguments.scan.format {
        Format::Text => list(&written, arguments, &mut out)?,
        Format::Json | Format::Jsonl => {
            let report = machine::report(&session, Mode::Fix, &fixed, Some(&written));
            machine::write(arguments.scan.format, &report, &mut out)?;
        }
    }
    write_baseline(&session, arguments, &written)?;
    let open = (0..session.scan.findings.len()).any(|index| session.is_open(index, &fixed));
    Ok(exit_code(failed, open, &arguments.scan))
}

/// Puts back the files of a run that was killed, if there is one: what was just read may be half of
/// it, so that it has to be planned again.
pub(super) fn recovered(state: &StateDir, root: &Path) -> anyhow::Result<bool> {
    note_damaged(state);
    let Some(restored) = recover(state, root)? else { return Ok(false) };
    note(&format!(
        "rolled back a run that was interrupted ({} files); planning again",
        restored.files.len()
    ));
    note_changed(&restored);
    Ok(true)
}

fn writes(session: &Session) -> Vec<FileWrite> {
    let files = session.materialized.files.iter();
    // The journal keeps no secret, also where secrets are shown.
    let own = (!session.mask.is_on())
        .then(|| Mask::of(session.scan.modules.values().map(|module| &**module)));
    let mask = own.as_ref().unwrap_or(&session.mask);
    files
        .map(|(id, new)| {
            let source = &session.scan.modules[id].source;
            FileWrite {
                kept: secrets::kept(mask, &source.bytes, &new.bytes),
                path: session.workspace.file(*id).path.clone(),
                expected: source.hash,
                old: source.bytes.clone(),
                new: new.bytes.clone(),
            }
        })
        .collect()
}

/// Refuses to write what could not be told from the user's own changes afterwards.
pub(super) fn guard(paths: &[PathBuf], arguments: &FixArguments) -> anyhow::Result<()> {
    if arguments.allow_dirty && arguments.allow_no_vcs {
        return Ok(());
    }
    let mut vcs = Vcs::new();
    let (mut dirty, mut outside) = (Vec::new(), Vec::new());
    for path in paths {
        // A file that is gone or may not be read is not written later on.
        if std::fs::File::open(path).is_err() || !path.is_file() {
            continue;
        }
        if arguments.allow_dirty && repository_top(path).is_some() {
            continue;
        }
        let state = vcs.state(path).map_err(|error| {
            anyhow::anyhow!("{error}; --allow-dirty writes without asking version control")
        })?;
        match state {
            State::Clean => {}
            State::Dirty | State::Untracked => dirty.push(path.clone()),
            State::NoRepository => outside.push(path.clone()),
        }
    }
    if !outside.is_empty() && !arguments.allow_no_vcs {
        bail!(
            "nothing was written: these files are under no version control; --allow-no-vcs writes them all the same\n{}",
            names(&outside)
        );
    }
    if !dirty.is_empty() && !arguments.allow_dirty {
        bail!(
            "nothing was written: these files have changes that are not committed; commit them, or --allow-dirty writes them all the same\n{}",
            names(&dirty)
        );
    }
    Ok(())
}

fn names(paths: &[PathBuf]) -> String {
    let mut lines: Vec<String> =
        paths.iter().take(10).map(|path| format!("  {}", visible_path(path))).collect();
    if paths.len() > 10 {
        lines.push(format!("  and {} more", paths.len() - 10));
    }
    lines.join("\n")
}

/// Writes the new bytes; returns the files. What changed on disk meanwhile is left as it is.
pub(super) fn write(
    session: &mut Session,
    state: &StateDir,
    command: &str,
) -> anyhow::Result<Vec<PathBuf>> {
    let run = Run {
        root: session.workspace.root.clone(),
        command: command.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let written = loop {
        let writes = writes(session);
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        match apply(state, &run, &writes) {
            // Each round drops files, so that there is a last one.
            Err(WriteError::Stale(paths)) => {
                session.leave(&paths, "it changed meanwhile; run again");
            }
            Err(WriteError::ReadOnly(paths)) => {
                session.leave(&paths, "it or its folder is read-only");
            }
            other => break other?,
        }
    };
    for path in &written.hard_links {
        note(&format!(
            "note: {} had other hard links, which keep the old text",
            visible_path(path)
        ));
    }
    Ok(written.files)
}

/// Writes the baseline of the files as they are now: where a fix is gone, what follows it is
/// counted anew.
pub(super) fn write_baseline(
    session: &Session,
    arguments: &FixArguments,
    written: &[PathBuf],
) -> anyhow::Result<()> {
    if arguments.scan.write_baseline.is_none() || written.is_empty() {
        return baseline::write(session, &arguments.scan);
    }
    baseline::write(&Session::open(&arguments.scan, Purpose::Findings)?, &arguments.scan)
}

pub(super) fn list(
    written: &[PathBuf],
    arguments: &FixArguments,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let here = std::env::current_dir().unwrap_or_default();
    for path in written {
        let path = path.strip_prefix(&here).unwrap_or(path);
        if arguments.print0 {
            out.write_all(path.as_os_str().as_encoded_bytes())?;
            out.write_all(b"\0")?;
        } else {
            writeln!(out, "{}", visible_path(path))?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The new text of standard input on standard output.
fn to_stdout(session: &Session, arguments: &FixArguments) -> anyhow::Result<u8> {
    if arguments.scan.format != Format::Text || arguments.scan.write_baseline.is_some() {
        bail!(
            "`fix -` prints the new text and changes no file; `diff - --format json` tells of the changes, and --write-baseline is for files"
        );
    }
    let id = session.workspace.files[0].id;
    let mut bytes = Vec::new();
    match session.materialized.files.get(&id) {
        Some(new) => bytes.clone_from(&new.bytes),
        None => session.workspace.read(id, &mut bytes)?,
    }
    let mut out = output(&arguments.scan)?;
    out.write_all(&bytes)?;
    out.flush()?;
    let fixed = session.fixed();
    let failed = session.report_problems();
    if !arguments.scan.quiet {
        left(session, &fixed, &mut std::io::stderr().lock())?;
    }
    let open = (0..session.scan.findings.len()).any(|index| session.is_open(index, &fixed));
    Ok(exit_code(failed, open, &arguments.scan))
}
