//! Locks: no two runs write in one tree at a time, whichever folders they call their roots.

use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use super::WriteError;
use super::disk::{make_folder, open_lock};
use super::journal::{StateDir, state};

/// How often a lock is tried, and the time between.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// The name that stands for a root in the state folder.
pub(super) fn name_of(root: &Path) -> String {
    blake3::hash(root.as_os_str().as_bytes()).to_hex().to_string()
}

impl StateDir {
    /// Locks a root for writing until the returned files are dropped.
    pub(super) fn lock(&self, root: &Path) -> Result<Vec<File>, WriteError> {
        // A process that was just started by another thread holds it until it runs its program.
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(PAUSE);
            }
            if let Some(held) = self.try_lock(root)? {
                return Ok(held);
            }
        }
        Err(WriteError::Busy(root.to_owned()))
    }

    /// The root's own lock is held alone, those of the folders above it are shared: runs whose
    /// roots lie in one another exclude each other, others do not.
    pub(super) fn try_lock(&self, root: &Path) -> Result<Option<Vec<File>>, WriteError> {
        let mut held = Vec::new();
        for folder in root.ancestors() {
            match self.try_lock_name(&name_of(folder), folder == root)? {
                Some(file) => held.push(file),
                None => return Ok(None),
            }
        }
        Ok(Some(held))
    }

    /// Takes one lock, if nobody holds it.
    pub(super) fn try_lock_name(
        &self,
        name: &str,
        alone: bool,
    ) -> Result<Option<File>, WriteError> {
        let locks = self.path.join("locks");
        make_folder(&locks).map_err(|error| state(&locks, &error))?;
        let path = locks.join(name);
        let file = open_lock(&path).map_err(|error| state(&path, &error))?;
        let locked = if alone { file.try_lock() } else { file.try_lock_shared() };
        match locked {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(state(&path, &error)),
        }
    }
}
