//! The journal: for each run its files, with the old bytes, before the first one is changed.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::disk::{create, sync_folder};
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
        let bytes = super::disk::at(&path, fs::read(&path))?;
        if blake3::hash(&bytes).to_hex().as_str() != self.manifest.files[index].old {
            return Err(WriteError::Damaged(path));
        }
        Ok(bytes)
    }

    /// Marks that the run is being undone, so that this can be finished if it is killed.
    pub(super) fn mark_undoing(&self) -> Result<(), WriteError> {
        let mark = self.folder.join(UNDOING);
        let _ = fs::remove_file(&mark);
        create(&mark, b"")?;
        sync_folder(&self.folder)
    }

    pub(super) fn remove(&self) -> Result<(), WriteError> {
        super::disk::at(&self.folder, fs::remove_dir_all(&self.folder))
    }
}

/// The mark of a run that is being undone.
const UNDOING: &str = "undoing";
/// Seconds after which a run without a manifest is one that was killed.
const BEGINNING: u64 = 600;

/// Finished runs that are kept.
const KEPT: usize = 50;
/// Seconds for which they are kept.
const KEPT_FOR: u64 = 30 * 24 * 3600;

/// How often a lock is tried, and the time between.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

impl StateDir {
    /// `$XDG_STATE_HOME/untrust`, else `~/.local/state/untrust`.
    pub fn default_location() -> Result<Self, WriteError> {
        let set = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
        let home = || etcetera::home_dir().ok().map(|home| home.join(".local/state"));
        let base = set.or_else(home).ok_or_else(|| WriteError::State {
            path: PathBuf::from("~/.local/state"),
            message: "there is no home folder".to_owned(),
        })?;
        Ok(Self { path: base.join("untrust") })
    }

    /// Locks a root for writing; the lock ends with the returned file.
    pub(super) fn lock(&self, root: &Path) -> Result<File, WriteError> {
        let locks = self.path.join("locks");
        self.make(&locks)?;
        let name = blake3::hash(root.as_os_str().as_bytes()).to_hex();
        let path = locks.join(name.as_str());
        let file = File::options().create(true).append(true).open(&path);
        let file = file.map_err(|error| state(&path, &error))?;
        // A process that was just started by another thread holds it until it runs its program.
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(fs::TryLockError::Error(error)) => return Err(state(&path, &error)),
            }
        }
        Err(WriteError::Busy(root.to_owned()))
    }

    /// Every run of the journal that can be read, the oldest first.
    pub(super) fn runs(&self) -> Vec<Stored> {
        self.runs_where(|_| true)
    }

    /// The runs that were killed, the oldest first.
    pub(super) fn unfinished(&self) -> Vec<Stored> {
        self.runs_where(|done| !done)
    }

    fn runs_where(&self, wanted: impl Fn(bool) -> bool) -> Vec<Stored> {
        let Ok(entries) = fs::read_dir(self.path.join("runs")) else { return Vec::new() };
        let mut runs: Vec<Stored> = entries
            .flatten()
            .filter_map(|entry| {
                let folder = entry.path();
                // A run that is half undone is to be rolled back like one that is half done.
                let done = folder.join("done").exists() && !folder.join(UNDOING).exists();
                if !wanted(done) {
                    return None;
                }
                let bytes = fs::read(folder.join("manifest.json")).ok()?;
                let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
                let id = entry.file_name().to_string_lossy().into_owned();
                (manifest.version == JOURNAL_VERSION).then_some(Stored {
                    id,
                    folder,
                    manifest,
                    done,
                })
            })
            .collect();
        runs.sort_by(|a, b| a.id.cmp(&b.id));
        runs
    }

    /// Writes the journal of a run, down to the disk; returns the run's id and folder.
    pub(super) fn begin(
        &self,
        run: &Run,
        writes: &[FileWrite],
    ) -> Result<(String, PathBuf), WriteError> {
        self.prune();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let id = format!("{:010}-{:09}-{}", now.as_secs(), now.subsec_nanos(), std::process::id());
        let folder = self.path.join("runs").join(&id);
        let written = self.record(&id, &folder, run, writes, now.as_secs());
        if written.is_err() {
            // Half a journal is worth nothing, and may be all that a full disk holds.
            let _ = fs::remove_dir_all(&folder);
        }
        written.map(|()| (id, folder))
    }

    fn record(
        &self,
        id: &str,
        folder: &Path,
        run: &Run,
        writes: &[FileWrite],
        now: u64,
    ) -> Result<(), WriteError> {
        let old = folder.join("old");
        self.make(&old)?;
        for (index, write) in writes.iter().enumerate() {
            create(&old.join(index.to_string()), &write.old)?;
        }
        let files = writes.iter().map(|write| Entry {
            path: write.path.as_os_str().as_bytes().to_vec(),
            old: blake3::hash(&write.old).to_hex().to_string(),
            new: blake3::hash(&write.new).to_hex().to_string(),
        });
        let manifest = Manifest {
            version: JOURNAL_VERSION,
            root: run.root.as_os_str().as_bytes().to_vec(),
            command: run.command.clone(),
            tool: run.version.clone(),
            time: now,
            files: files.collect(),
        };
        let text = serde_json::to_vec(&manifest).map_err(|error| WriteError::State {
            path: folder.join(id),
            message: error.to_string(),
        })?;
        // A manifest is there whole or not at all.
        let part = folder.join("manifest.part");
        create(&part, &text)?;
        let path = folder.join("manifest.json");
        fs::rename(&part, &path).map_err(|error| state(&path, &error))?;
        sync_folder(&old)?;
        sync_folder(folder)?;
        sync_folder(&self.path.join("runs"))
    }

    fn make(&self, folder: &Path) -> Result<(), WriteError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| state(&self.path, &error))
    }

    /// Forgets finished runs that are too many or too old, and what a killed run left before it
    /// changed anything.
    fn prune(&self) {
        for entry in fs::read_dir(self.path.join("runs")).into_iter().flatten().flatten() {
            let folder = entry.path();
            let age = fs::metadata(&folder).ok().and_then(|m| m.modified().ok()?.elapsed().ok());
            let is_old = age.is_some_and(|age| age.as_secs() > BEGINNING);
            if is_old && !folder.join("manifest.json").exists() {
                // One that cannot be removed is tried again next time.
                let _ = fs::remove_dir_all(&folder);
            }
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let done: Vec<Stored> = self.runs().into_iter().filter(|run| run.done).collect();
        let surplus = (done.len() + 1).saturating_sub(KEPT);
        for (index, run) in done.iter().enumerate() {
            if index < surplus || run.manifest.time + KEPT_FOR < now {
                // One that cannot be removed is tried again next time.
                let _ = run.remove();
            }
        }
    }
}

fn state(path: &Path, error: &std::io::Error) -> WriteError {
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
