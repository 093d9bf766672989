//! Writes the files of a run: all of them, or none.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::disk::{Place, sync_folder, temporary};
use super::journal::{StateDir, Stored};
use super::kept;
use super::restore::{Progress, folders_of, put_back};
use super::{FileWrite, Run, Unrestored, WriteError, Written};

/// Writes all files, or none. The journal is on disk before the first file changes, so that a run
/// that is killed can be rolled back, and a finished one undone. All new bytes are on disk before
/// the first file is replaced, so that a disk which is full changes nothing.
///
/// A file that somebody saves between the last look at it and the rename that replaces it loses
/// that change: there is no call that renames only over what is known. Between the two stands the
/// comparison of two modes and nothing else. Folders are held while that happens: one that becomes
/// a link leads nothing astray.
pub fn apply(state: &StateDir, run: &Run, writes: &[FileWrite]) -> Result<Written, WriteError> {
    let _lock = state.lock(&run.root)?;
    let hard_links = inspect(run, writes)?;
    let stored = state.begin(run, writes)?;
    let mut progress = Progress::default();
    let result = prepare_all(&stored.id, writes, &mut progress)
        .and_then(|()| swap_all(&stored.id, writes, &mut progress))
        .and_then(|()| stored.mark_done());
    if let Err(error) = result {
        return Err(roll_back(state, &stored, writes, &progress, error));
    }
    if kept::forget(&stored, writes).is_err() {
        // What must not be kept goes, and with it the run; what was written stays written.
        let _ = state.remove(&stored);
    }
    let files = writes.iter().map(|write| write.path.clone()).collect();
    Ok(Written { run: stored.id, files, hard_links })
}

/// Refuses files that may not be written or that changed; returns those with other hard links.
fn inspect(run: &Run, writes: &[FileWrite]) -> Result<Vec<PathBuf>, WriteError> {
    let mut hard_links = Vec::new();
    let mut stale = Vec::new();
    let mut read_only = Vec::new();
    for write in writes {
        let inside = write.path.starts_with(&run.root);
        match as_read(write).filter(|_| inside) {
            None => stale.push(write.path.clone()),
            Some(place) if !place.may_write() => read_only.push(write.path.clone()),
            Some(_) => {}
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

/// The place of a file that is where it was and holds what was read.
fn as_read(write: &FileWrite) -> Option<Place> {
    let place = Place::of(&write.path).ok()??;
    (place.hash().ok()? == Some(write.expected)).then_some(place)
}

fn stale(write: &FileWrite) -> WriteError {
    WriteError::Stale(vec![write.path.clone()])
}

fn prepare_all(id: &str, writes: &[FileWrite], progress: &mut Progress) -> Result<(), WriteError> {
    for (index, write) in writes.iter().enumerate() {
        let place = as_read(write).ok_or_else(|| stale(write))?;
        let temporary = temporary(id, index);
        let error = |error| WriteError::Io { path: place.beside(&temporary), error };
        if place.is_taken(&temporary) {
            // Whatever it is, it is not the run's to remove.
            return Err(error(std::io::ErrorKind::AlreadyExists.into()));
        }
        progress.prepared = index + 1;
        place.prepare(&temporary, &write.new).map_err(error)?;
    }
    Ok(())
}

fn swap_all(id: &str, writes: &[FileWrite], progress: &mut Progress) -> Result<(), WriteError> {
    for (index, write) in writes.iter().enumerate() {
        // Somebody may have saved or moved the file since it was read.
        let place = as_read(write).ok_or_else(|| stale(write))?;
        progress.attempted = index + 1;
        let swapped = place.swap(&temporary(id, index));
        swapped.map_err(|error| WriteError::Io { path: write.path.clone(), error })?;
        progress.swapped = index + 1;
    }
    for path in folders_of(writes.iter().map(|write| write.path.as_path())) {
        sync_folder(&path).map_err(|error| WriteError::Io { path, error })?;
    }
    Ok(())
}

/// Puts back the files that were replaced and removes what was prepared; returns the error to be
/// shown. As long as something is left to do, the journal stays, so that the next start does it.
fn roll_back(
    state: &StateDir,
    stored: &Stored,
    writes: &[FileWrite],
    progress: &Progress,
    error: WriteError,
) -> WriteError {
    let back = put_back(stored, progress, |index| Ok(writes[index].old.clone()));
    let mut left = back.failed;
    for path in back.changed {
        // What stands in the place of one that was not replaced was there before.
        if writes[..progress.swapped].iter().any(|write| write.path == path) {
            left.push(Unrestored { path, why: "it changed after it was written".to_owned() });
        }
    }
    if left.is_empty() {
        // All files are as they were: a journal that cannot be removed now says nothing wrong.
        let _ = state.remove(stored);
        return error;
    }
    WriteError::NotPutBack {
        cause: Some(Box::new(error)),
        files: left,
        journal: stored.folder.clone(),
    }
}
