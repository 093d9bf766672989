//! Writes the files of a run: all of them, or none.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::disk::{at, create, hash, is_at_home, prepare, replace, sync_folder, temporary};
use super::journal::StateDir;
use super::{FileWrite, Run, WriteError, Written};

/// Called before each step that changes something on disk; a test stops there as a kill would.
type Step<'a> = &'a mut dyn FnMut() -> Result<(), WriteError>;

/// Writes all files, or none. The journal is on disk before the first file changes, so that a run
/// that is killed can be rolled back, and a finished one undone.
pub fn apply(state: &StateDir, run: &Run, writes: &[FileWrite]) -> Result<Written, WriteError> {
    apply_in_steps(state, run, writes, &mut || Ok(()))
}

pub(super) fn apply_in_steps(
    state: &StateDir,
    run: &Run,
    writes: &[FileWrite],
    step: Step,
) -> Result<Written, WriteError> {
    let _lock = state.lock(&run.root)?;
    let hard_links = inspect(writes)?;
    step()?;
    let (id, folder) = state.begin(run, writes)?;
    match replace_all(&id, writes, step) {
        Ok(()) => {}
        // A kill leaves things as they are.
        Err(WriteError::Interrupted) => return Err(WriteError::Interrupted),
        Err(error) => {
            roll_back(&id, writes)?;
            at(&folder, fs::remove_dir_all(&folder))?;
            return Err(error);
        }
    }
    step()?;
    create(&folder.join("done"), b"")?;
    sync_folder(&folder)?;
    let files = writes.iter().map(|write| write.path.clone()).collect();
    Ok(Written { run: id, files, hard_links })
}

/// Refuses files that may not be written or that changed; returns those with other hard links.
fn inspect(writes: &[FileWrite]) -> Result<Vec<PathBuf>, WriteError> {
    let mut hard_links = Vec::new();
    let mut stale = Vec::new();
    let mut read_only = Vec::new();
    for write in writes {
        if !is_as_read(write) {
            stale.push(write.path.clone());
        } else if !may_write(&write.path) {
            read_only.push(write.path.clone());
        }
        if fs::metadata(&write.path).is_ok_and(|metadata| metadata.nlink() > 1) {
            hard_links.push(write.path.clone());
        }
    }
    if !stale.is_empty() {
        return Err(WriteError::Stale(stale));
    }
    if !read_only.is_empty() {
        return Err(WriteError::ReadOnly(read_only));
    }
    Ok(hard_links)
}

/// Whether a file is where it was and holds what was read.
fn is_as_read(write: &FileWrite) -> bool {
    is_at_home(&write.path) && hash(&write.path).is_ok_and(|found| found == write.expected)
}

/// Whether the user may write the file itself: a rename would only ask the folder.
fn may_write(path: &Path) -> bool {
    let opened = fs::OpenOptions::new().write(true).open(path);
    !opened.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

fn replace_all(id: &str, writes: &[FileWrite], step: Step) -> Result<(), WriteError> {
    for (index, write) in writes.iter().enumerate() {
        let temporary = temporary(&write.path, id, index);
        step()?;
        let stale = || WriteError::Stale(vec![write.path.clone()]);
        if !is_at_home(&write.path) {
            return Err(stale());
        }
        prepare(&write.path, &temporary, &write.new)?;
        step()?;
        // Somebody may have saved or moved the file since it was read.
        if !is_as_read(write) {
            return Err(stale());
        }
        at(&write.path, fs::rename(&temporary, &write.path))?;
        if let Some(folder) = write.path.parent() {
            sync_folder(folder)?;
        }
    }
    Ok(())
}

/// Puts back the files that were already replaced, and removes what was prepared.
fn roll_back(id: &str, writes: &[FileWrite]) -> Result<(), WriteError> {
    for (index, write) in writes.iter().enumerate() {
        let _ = fs::remove_file(temporary(&write.path, id, index));
        if !is_at_home(&write.path) {
            continue;
        }
        let is_new = hash(&write.path).is_ok_and(|found| found == blake3::hash(&write.new));
        if is_new {
            replace(&write.path, id, index, &write.old)?;
        }
    }
    Ok(())
}
