//! The journal: for each run its files, with the old bytes, before the first one is changed.
//!
//! The state folder holds
//! - `locks`: a lock for each folder that was a root, or lies above one;
//! - `begun`: for each root the journal that is being written;
//! - `runs`: whole journals. A run with the mark `done` is finished, one without was killed, and so
//!   was one with the mark `undoing`;
//! - `gone`: journals that are being removed.
//!
//! A journal comes into `runs`, and leaves it, by a rename: it is there whole, or not at all.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::disk::{create, make_folder, remove, remove_folder, rename, sync_folder};
use super::kept;
use super::lock::name_of;
use super::{FileWrite, JOURNAL_VERSION, Run, WriteError};

/// The folder in which runs are remembered.
#[derive(Debug, Clone)]
pub struct StateDir {
    /// Its path.
    pub path: PathBuf,
}

/// A run that can be undone.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// Its id.
    pub id: String,
    /// The command that wrote.
    pub command: String,
    /// When it began, in seconds since 1970.
    pub time: u64,
    /// How many files it wrote.
    pub files: usize,
}

/// A run in the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub version: u32,
    pub root: Vec<u8>,
    pub command: String,
    pub tool: String,
    pub time: u64,
    pub files: Vec<Entry>,
}

/// A file of a run. Paths are bytes: not every name is UTF-8.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub path: Vec<u8>,
    pub old: String,
    pub new: String,
}

/// A run as it is read back.
#[derive(Debug)]
pub(super) struct Stored {
    pub id: String,
    pub folder: PathBuf,
    pub manifest: Manifest,
    pub done: bool,
}

impl Entry {
    pub(super) fn path(&self) -> PathBuf {
        OsString::from_vec(self.path.clone()).into()
    }
}

impl Stored {
    pub(super) fn root(&self) -> PathBuf {
        OsString::from_vec(self.manifest.root.clone()).into()
    }

    pub(super) fn old_bytes(&self, index: usize) -> Result<Vec<u8>, WriteError> {
        let path = self.folder.join("old").join(index.to_string());
        let bytes = if path.exists() {
            fs::read(&path).map_err(|error| state(&path, &error))?
        } else {
            kept::old_bytes(self, index)?
        };
        if blake3::hash(&bytes).to_hex().as_str() != self.manifest.files[index].old {
            return Err(WriteError::Damaged(path));
        }
        Ok(bytes)
    }

    /// The bytes that its files had.
    fn size(&self) -> u64 {
        let files = entries(&self.folder.join("old"));
        files.iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
    }

    /// Marks that the run is done, or not at all.
    pub(super) fn mark_done(&self) -> Result<(), WriteError> {
        self.mark(DONE)
    }

    /// Marks that the run is being undone, so that this can be finished if it is killed.
    pub(super) fn mark_undoing(&self) -> Result<(), WriteError> {
        self.mark(UNDOING)
    }

    fn mark(&self, name: &str) -> Result<(), WriteError> {
        let mark = self.folder.join(name);
        create(&mark, b"").and_then(|()| sync_folder(&self.folder)).map_err(|error| {
            // What did not happen is not to be read from the journal.
            let _ = remove(&mark);
            state(&mark, &error)
        })
    }
}

/// The mark of a run that is finished.
const DONE: &str = "done";
/// The mark of a run that is being undone.
const UNDOING: &str = "undoing";

/// Finished runs that are kept.
const KEPT: usize = 50;
/// The old bytes that they hold all in all, apart from the last one.
const KEPT_BYTES: u64 = 1 << 30;
/// How long they are kept.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

impl StateDir {
    /// `$XDG_STATE_HOME/untrust`, else `~/.local/state/untrust`.
    pub fn default_location() -> Result<Self, WriteError> {
        let set = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
        let home = || etcetera::home_dir().ok().map(|home| home.join(".local/state"));
        let base = set.filter(|path| path.is_absolute()).or_else(home);
        // A relative one would lead into the tree that is scanned.
        let base = base.filter(|path| path.is_absolute()).ok_or_else(|| WriteError::State {
            path: PathBuf::from("~/.local/state"),
            message: "there is no home folder".to_owned(),
        })?;
        Ok(Self { path: base.join("untrust") })
    }

    /// Every run of the journal that can be read, the oldest first.
    pub(super) fn runs(&self) -> Vec<Stored> {
        self.folders().iter().filter_map(|folder| load(folder)).collect()
    }

    /// The journals that cannot be read, of finished and of killed runs.
    pub(super) fn damaged(&self) -> Vec<PathBuf> {
        self.folders().into_iter().filter(|folder| load(folder).is_none()).collect()
    }

    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = entries(&self.path.join("runs"));
        folders.sort();
        folders
    }

    /// Writes the journal of a run, down to the disk. The caller holds the root's lock.
    pub(super) fn begin(&self, run: &Run, writes: &[FileWrite]) -> Result<Stored, WriteError> {
        self.prune(&run.root);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = format!("{:010}-{:09}-{}", now.as_secs(), now.subsec_nanos(), std::process::id());
        let begun = self.path.join("begun").join(name_of(&run.root));
        let folder = self.path.join("runs").join(&id);
        let manifest = manifest(run, writes, now.as_secs());
        let stored = Stored { id, folder, manifest, done: false };
        let written = self.record(&begun, &stored, writes);
        if written.is_err() {
            // Half a journal is worth nothing, and may be all that a full disk holds.
            let _ = remove_folder(&begun);
        }
        written.map_err(|error| state(&self.path, &error))?;
        let durable = sync_folder(&self.path.join("runs")).and_then(|()| sync_folder(&self.path));
        if let Err(error) = durable {
            let _ = self.remove(&stored);
            return Err(state(&self.path, &error));
        }
        Ok(stored)
    }

    fn record(
        &self,
        begun: &Path,
        stored: &Stored,
        writes: &[FileWrite],
    ) -> Result<(), std::io::Error> {
        // What a run left that was killed before it changed anything.
        remove_folder(begun)?;
        let old = begun.join("old");
        make_folder(&old)?;
        make_folder(&self.path.join("runs"))?;
        for (index, write) in writes.iter().enumerate() {
            create(&old.join(index.to_string()), &write.old)?;
        }
        create(&begun.join("manifest.json"), &serde_json::to_vec(&stored.manifest)?)?;
        sync_folder(&old)?;
        sync_folder(begun)?;
        rename(begun, &stored.folder)
    }

    /// Forgets a run, and with it the old bytes. The caller holds the lock of its root.
    pub(super) fn remove(&self, run: &Stored) -> Result<(), WriteError> {
        let gone = self.path.join("gone");
        let kept = |path: &Path, error: std::io::Error| WriteError::Kept {
            path: path.to_owned(),
            message: error.to_string(),
        };
        make_folder(&gone).map_err(|error| kept(&run.folder, error))?;
        let gone = gone.join(&run.id);
        rename(&run.folder, &gone).map_err(|error| kept(&run.folder, error))?;
        remove_folder(&gone).map_err(|error| kept(&gone, error))
    }

    /// Removes what runs that were killed left of journals that they were writing or removing.
    /// What cannot be removed is tried again next time.
    pub(super) fn sweep(&self) {
        for folder in entries(&self.path.join("gone")) {
            let _ = remove_folder(&folder);
        }
        for folder in entries(&self.path.join("begun")) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if let Ok(Some(_lock)) = self.try_lock_name(&name, true) {
                let _ = remove_folder(&folder);
            }
        }
    }

    /// Forgets finished runs that are too many, too large or too old. The caller holds the lock of
    /// `root`.
    fn prune(&self, root: &Path) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let done: Vec<Stored> = self.runs().into_iter().filter(|run| run.done).collect();
        let sizes: Vec<u64> = done.iter().map(Stored::size).collect();
        let surplus = (done.len() + 1).saturating_sub(KEPT).max(too_large(&sizes, KEPT_BYTES));
        for (index, run) in done.iter().enumerate() {
            if index >= surplus && run.manifest.time + KEPT_FOR.as_secs() >= now {
                continue;
            }
            // Somebody may be undoing it, except where the caller's own lock stands against that.
            let lock = if concerns(run, root) {
                Some(Vec::new())
            } else {
                self.try_lock(&run.root()).ok().flatten()
            };
            if lock.is_some() && load(&run.folder).is_some_and(|run| run.done) {
                // One that cannot be removed is tried again next time.
                let _ = self.remove(run);
            }
        }
    }
}

/// How many of the oldest runs go so that the others hold no more than so many bytes. The last one
/// stays whatever it holds.
fn too_large(sizes: &[u64], most: u64) -> usize {
    let mut held = 0_u64;
    let kept = sizes.iter().rev().enumerate().take_while(|(index, size)| {
        held = held.saturating_add(**size);
        *index == 0 || held <= most
    });
    sizes.len() - kept.count()
}

fn manifest(run: &Run, writes: &[FileWrite], time: u64) -> Manifest {
    let files = writes.iter().map(|write| Entry {
        path: write.path.as_os_str().as_bytes().to_vec(),
        old: blake3::hash(&write.old).to_hex().to_string(),
        new: blake3::hash(&write.new).to_hex().to_string(),
    });
    Manifest {
        version: JOURNAL_VERSION,
        root: run.root.as_os_str().as_bytes().to_vec(),
        command: run.command.clone(),
        tool: run.version.clone(),
        time,
        files: files.collect(),
    }
}

/// Reads a run back as it is now; none if its journal is gone or cannot be read.
pub(super) fn load(folder: &Path) -> Option<Stored> {
    let bytes = fs::read(folder.join("manifest.json")).ok()?;
    let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
    let id = folder.file_name()?.to_string_lossy().into_owned();
    // A run that is half undone is to be rolled back like one that is half done.
    let done = folder.join(DONE).exists() && !folder.join(UNDOING).exists();
    let run = Stored { id, folder: folder.to_owned(), manifest, done };
    let root = run.root();
    let is_inside = run.manifest.files.iter().all(|entry| entry.path().starts_with(&root));
    (run.manifest.version == JOURNAL_VERSION && is_inside).then_some(run)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

pub(super) fn state(path: &Path, error: &std::io::Error) -> WriteError {
    WriteError::State { path: path.to_owned(), message: error.to_string() }
}

/// Whether a run concerns a folder: its root is the folder, above or below it.
pub(super) fn concerns(run: &Stored, folder: &Path) -> bool {
    let root = run.root();
    root.starts_with(folder) || folder.starts_with(&root)
}

/// The finished runs that concern a folder, the last one first.
pub fn list(state: &StateDir, folder: &Path) -> Result<Vec<RunInfo>, WriteError> {
    let runs = state.runs().into_iter().rev().filter(|run| run.done && concerns(run, folder));
    Ok(runs
        .map(|run| RunInfo {
            id: run.id,
            command: run.manifest.command,
            time: run.manifest.time,
            files: run.manifest.files.len(),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::too_large;

    #[test]
    fn the_oldest_go_until_the_rest_is_small_enough() {
        assert_eq!(too_large(&[], 10), 0);
        assert_eq!(too_large(&[5, 5], 10), 0);
        assert_eq!(too_large(&[5, 5, 5], 10), 1);
        assert_eq!(too_large(&[1, 99, 5], 10), 2, "none before one that goes");
        assert_eq!(too_large(&[1, 99], 10), 1, "the last one stays");
    }
}
