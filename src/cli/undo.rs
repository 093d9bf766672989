//! `untrust undo`: put back what a run wrote.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::arguments::UndoArguments;
use super::output::{note, print_line};
use crate::report::escape::visible_path;
use crate::workspace::repository_top;
use crate::write::{Restored, StateDir, damaged, list, recover, undo};

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &UndoArguments) -> anyhow::Result<u8> {
    let state = StateDir::default_location()?;
    let root = root(arguments)?;
    note_damaged(&state);
    if arguments.list {
        let runs = list(&state, &root)?;
        if runs.is_empty() {
            note("there is no run to undo here");
        }
        for run in runs {
            let files = if run.files == 1 { "file" } else { "files" };
            print_line(&format!(
                "{}  {}  {}  {} {files}",
                run.id,
                age(run.time),
                run.command,
                run.files
            ));
        }
        return Ok(0);
    }
    if let Some(restored) = recover(&state, &root)? {
        note("rolled back a run that was interrupted");
        print(&restored);
        return Ok(0);
    }
    print(&undo(&state, &root, arguments.run.as_deref())?);
    Ok(0)
}

fn root(arguments: &UndoArguments) -> anyhow::Result<PathBuf> {
    let given = match &arguments.root {
        Some(root) => return Ok(root.canonicalize()?),
        None => std::env::current_dir()?.canonicalize()?,
    };
    Ok(repository_top(&given).unwrap_or(given))
}

/// Names the files that were left because somebody changed them.
pub(super) fn note_changed(restored: &Restored) {
    for path in &restored.changed {
        let path = visible_path(path);
        note(&format!("note: {path} changed since that run, or is gone; it is left as it is"));
    }
}

/// Names the journals from which nothing can be put back.
pub(super) fn note_damaged(state: &StateDir) {
    for path in damaged(state) {
        note(&format!(
            "note: the journal in {} cannot be read: it is damaged, or another version wrote it; it is left as it is",
            visible_path(&path)
        ));
    }
}

fn print(restored: &Restored) {
    let files = &restored.files;
    note_changed(restored);
    let here = std::env::current_dir().unwrap_or_default();
    for file in files {
        print_line(&visible_path(file.strip_prefix(&here).unwrap_or(file)));
    }
    note(&format!("put back {} {}", files.len(), if files.len() == 1 { "file" } else { "files" }));
}

/// How long ago a time in seconds since 1970 was.
fn age(time: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let seconds = now.saturating_sub(time);
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86400 => (seconds / 3600, "hour"),
        _ => (seconds / 86400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
