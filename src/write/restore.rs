//! Putting back what was there: after a run that was killed, or because a person asks for it.

use std::fs;
use std::path::{Path, PathBuf};

use super::WriteError;
use super::disk::{hash, is_at_home, replace, temporary};
use super::journal::{StateDir, Stored, concerns};

/// Whether a run that concerns the folder was killed and waits to be rolled back.
pub fn is_interrupted(state: &StateDir, folder: &Path) -> bool {
    let killed = state.unfinished();
    killed.iter().any(|run| concerns(run, folder) && state.lock(&run.root()).is_ok())
}

/// Rolls back the runs that were killed and concern the folder: each file that holds the new bytes
/// gets the old ones; one that somebody changed since is left. Returns the files that were put
/// back, `None` if no run was killed.
pub fn recover(state: &StateDir, folder: &Path) -> Result<Option<Vec<PathBuf>>, WriteError> {
    let killed: Vec<Stored> =
        state.unfinished().into_iter().filter(|run| concerns(run, folder)).collect();
    if killed.is_empty() {
        return Ok(None);
    }
    let mut restored = Vec::new();
    for run in killed.iter().rev() {
        let _lock = state.lock(&run.root())?;
        for (index, entry) in run.manifest.files.iter().enumerate() {
            let path = entry.path();
            let _ = fs::remove_file(temporary(&path, &run.id, index));
            if !is_at_home(&path) {
                continue;
            }
            let is_new = hash(&path).is_ok_and(|found| found.to_hex().as_str() == entry.new);
            if is_new {
                replace(&path, &run.id, index, &run.old_bytes(index)?)?;
                restored.push(path);
            }
        }
        run.remove()?;
    }
    Ok(Some(restored))
}

/// Puts back what the last finished run that concerns the folder wrote, or the run with this id.
/// Refuses, with nothing changed, when a file is no longer as the run left it.
pub fn undo(
    state: &StateDir,
    folder: &Path,
    run: Option<&str>,
) -> Result<Vec<PathBuf>, WriteError> {
    let mut finished = state.runs().into_iter().rev().filter(|r| r.done && concerns(r, folder));
    let found = match run {
        Some(id) => finished.find(|r| r.id == id),
        None => finished.next(),
    };
    let found = found.ok_or(WriteError::NoRun)?;
    let _lock = state.lock(&found.root())?;
    let mut todo = Vec::new();
    let mut changed = Vec::new();
    for (index, entry) in found.manifest.files.iter().enumerate() {
        let path = entry.path();
        let found = hash(&path).map(|hash| hash.to_hex().to_string());
        match found {
            _ if !is_at_home(&path) => changed.push(path),
            Ok(hash) if hash == entry.new => todo.push((index, path)),
            // An undo that was killed got as far as this file.
            Ok(hash) if hash == entry.old => {}
            _ => changed.push(path),
        }
    }
    if !changed.is_empty() {
        return Err(WriteError::ChangedSince(changed));
    }
    // Before anything is changed it is known that all can be.
    let olds: Result<Vec<Vec<u8>>, WriteError> =
        todo.iter().map(|(index, _)| found.old_bytes(*index)).collect();
    let olds = olds?;
    found.mark_undoing()?;
    let mut restored = Vec::new();
    for ((index, path), old) in todo.into_iter().zip(olds) {
        replace(&path, &found.id, index, &old)?;
        restored.push(path);
    }
    found.remove()?;
    Ok(restored)
}
