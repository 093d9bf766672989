//! Putting back what was there: after a run that was killed, or because a person asks for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::disk::{Place, sync_folder, temporary};
use super::journal::{StateDir, Stored, concerns, load};
use super::{Restored, Unrestored, WriteError};

/// Whether a run that concerns the folder was killed and waits to be rolled back.
pub fn is_interrupted(state: &StateDir, folder: &Path) -> bool {
    let is_live = |run: &Stored| matches!(state.lock(&run.root()), Err(WriteError::Busy(_)));
    let killed = unfinished(state, folder);
    // A live one may have ended while its lock was awaited.
    killed.iter().any(|run| !is_live(run) && load(&run.folder).is_some_and(|run| !run.done))
}

/// The journals that this version cannot read: what they keep, if anything, is not put back.
pub fn damaged(state: &StateDir) -> Vec<PathBuf> {
    state.damaged()
}

/// The runs that concern a folder and were killed or are still at work, the last one first.
fn unfinished(state: &StateDir, folder: &Path) -> Vec<Stored> {
    let runs = state.runs().into_iter().rev();
    runs.filter(|run| !run.done && concerns(run, folder)).collect()
}

/// Rolls back the runs that were killed and concern the folder: each file that holds the new bytes
/// gets the old ones; one that somebody changed since is left and named. Returns `None` if no run
/// was killed. A file that cannot be put back does not keep the others from it; its run stays in
/// the journal.
pub fn recover(state: &StateDir, folder: &Path) -> Result<Option<Restored>, WriteError> {
    state.sweep();
    let mut restored = None;
    let mut trouble = None;
    for run in unfinished(state, folder) {
        if let Err(error) = recover_one(state, &run, &mut restored) {
            trouble = Some(with(trouble, error));
        }
    }
    trouble.map_or(Ok(restored), Err)
}

/// One error of two. Files that could not be put back are all named.
fn with(first: Option<WriteError>, second: WriteError) -> WriteError {
    match (first, second) {
        (Some(WriteError::NotPutBack { cause, mut files, journal }), second) => {
            if let WriteError::NotPutBack { files: more, .. } = second {
                files.extend(more);
            }
            WriteError::NotPutBack { cause, files, journal }
        }
        (Some(first), WriteError::Busy(_) | WriteError::Kept { .. }) => first,
        (_, second) => second,
    }
}

fn recover_one(
    state: &StateDir,
    run: &Stored,
    restored: &mut Option<Restored>,
) -> Result<(), WriteError> {
    let _lock = state.lock(&run.root())?;
    // It may have ended while the lock was awaited.
    let Some(run) = load(&run.folder).filter(|run| !run.done) else { return Ok(()) };
    let back = put_back(&run, &Progress::UNKNOWN, |index| run.old_bytes(index));
    let sum = restored.get_or_insert_default();
    sum.files.extend(back.files);
    sum.changed.extend(back.changed);
    settled(back.failed, &run)?;
    state.remove(&run)
}

/// The error of a run with which something is left to do.
fn settled(failed: Vec<Unrestored>, run: &Stored) -> Result<(), WriteError> {
    if failed.is_empty() {
        return Ok(());
    }
    Err(WriteError::NotPutBack { cause: None, files: failed, journal: run.folder.clone() })
}

/// Puts back what the last finished run that concerns the folder wrote, or the run with this id.
/// Refuses, with nothing changed, when a file is no longer as the run left it.
pub fn undo(state: &StateDir, folder: &Path, run: Option<&str>) -> Result<Restored, WriteError> {
    let found = choose(state, folder, run)?;
    let _lock = state.lock(&found.root())?;
    // Another run may have ended, or another undo, while the lock was awaited.
    if choose(state, folder, run)?.folder != found.folder {
        return Err(WriteError::Busy(found.root()));
    }
    let mut changed = Vec::new();
    for entry in &found.manifest.files {
        let path = entry.path();
        let hash = Place::of(&path).and_then(|place| place.map_or(Ok(None), |p| p.hash()));
        // An undo that was killed may have got as far as this file.
        let known = |hash: blake3::Hash| {
            let hash = hash.to_hex();
            [&entry.old, &entry.new].iter().any(|known| known.as_str() == hash.as_str())
        };
        if !hash.is_ok_and(|hash| hash.is_some_and(known)) {
            changed.push(path);
        }
    }
    if !changed.is_empty() {
        return Err(WriteError::ChangedSince(changed));
    }
    // Before anything is changed it is known that all can be.
    let mut secret = Vec::new();
    for index in 0..found.manifest.files.len() {
        match found.old_bytes(index) {
            Err(WriteError::NotKept(paths)) => secret.extend(paths),
            other => drop(other?),
        }
    }
    if !secret.is_empty() {
        return Err(WriteError::NotKept(secret));
    }
    found.mark_undoing()?;
    let back = put_back(&found, &Progress::UNKNOWN, |index| found.old_bytes(index));
    settled(back.failed, &found)?;
    state.remove(&found)?;
    Ok(Restored { files: back.files, changed: back.changed })
}

fn choose(state: &StateDir, folder: &Path, run: Option<&str>) -> Result<Stored, WriteError> {
    let mut finished = state.runs().into_iter().rev().filter(|r| r.done && concerns(r, folder));
    let found = match run {
        Some(id) => finished.find(|r| r.id == id),
        None => finished.next(),
    };
    found.ok_or(WriteError::NoRun)
}

/// What came of putting files back.
#[derive(Default)]
pub(super) struct Back {
    /// Those that hold the old bytes again.
    pub files: Vec<PathBuf>,
    /// Those that hold somebody's bytes, or are no longer there.
    pub changed: Vec<PathBuf>,
    /// Those with which something is left to do.
    pub failed: Vec<Unrestored>,
}

/// How far a run got.
#[derive(Default)]
pub(super) struct Progress {
    /// The temporary files of so many are the run's own.
    pub prepared: usize,
    /// So many may be replaced.
    pub attempted: usize,
    /// So many are.
    pub swapped: usize,
}

impl Progress {
    /// That of a run which was killed.
    const UNKNOWN: Self = Self { prepared: usize::MAX, attempted: usize::MAX, swapped: usize::MAX };
}

/// Gives each file of a run that holds the new bytes the old ones, and removes the temporary
/// files. Whatever happens to one, the others are gone through.
pub(super) fn put_back(
    run: &Stored,
    progress: &Progress,
    old: impl Fn(usize) -> Result<Vec<u8>, WriteError>,
) -> Back {
    let mut back = Back::default();
    for (index, entry) in run.manifest.files.iter().enumerate().take(progress.prepared) {
        let path = entry.path();
        let temporary = temporary(&run.id, index);
        let place = match Place::of(&path) {
            Ok(Some(place)) => place,
            Ok(None) => {
                back.changed.push(path);
                continue;
            }
            Err(error) => {
                back.failed.push(Unrestored { path, why: error.to_string() });
                continue;
            }
        };
        let fate = if index < progress.attempted {
            put_one_back(&place, &temporary, (&entry.old, &entry.new), || old(index))
        } else {
            Ok(Fate::Untouched)
        };
        if let Err(error) = place.discard(&temporary) {
            let path = place.beside(&temporary);
            back.failed.push(Unrestored { path, why: error.to_string() });
        }
        match fate {
            Ok(Fate::Restored) => back.files.push(path),
            Ok(Fate::Untouched) => {}
            Ok(Fate::Changed) => back.changed.push(path),
            Err(why) => back.failed.push(Unrestored { path, why }),
        }
    }
    for folder in folders_of(back.files.iter().map(PathBuf::as_path)) {
        if let Err(error) = sync_folder(&folder) {
            back.failed.push(Unrestored { path: folder, why: error.to_string() });
        }
    }
    back
}

enum Fate {
    Restored,
    Untouched,
    Changed,
}

fn put_one_back(
    place: &Place,
    temporary: &str,
    (old, new): (&str, &str),
    bytes: impl Fn() -> Result<Vec<u8>, WriteError>,
) -> Result<Fate, String> {
    let hash = || place.hash().map_err(|error| error.to_string());
    let is_new = |found: Option<blake3::Hash>| found.is_some_and(|h| h.to_hex().as_str() == new);
    let found = hash()?;
    if !is_new(found) {
        let is_old = found.is_some_and(|hash| hash.to_hex().as_str() == old);
        return Ok(if is_old { Fate::Untouched } else { Fate::Changed });
    }
    let bytes = bytes().map_err(|error| error.reason())?;
    // What an earlier attempt left is worth nothing.
    let prepared = place.discard(temporary).and_then(|()| place.prepare(temporary, &bytes));
    prepared.map_err(|error| error.to_string())?;
    // Somebody may have saved it meanwhile.
    if !is_new(hash()?) {
        return Ok(Fate::Changed);
    }
    place.swap(temporary).map_err(|error| error.to_string())?;
    Ok(Fate::Restored)
}

/// The folders that hold the files, each once.
pub(super) fn folders_of<'a>(paths: impl Iterator<Item = &'a Path>) -> BTreeSet<PathBuf> {
    paths.filter_map(Path::parent).map(Path::to_owned).collect()
}
