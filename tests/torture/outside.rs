//! What lies outside the tree, and git's own folder: it stays as it is.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// All that can be seen of a file without following links: type and permissions, size, times of
/// the last changes, and what it holds.
type Look = (u32, u64, (i64, i64), (i64, i64), Vec<u8>);

/// Everything below some folders. Reading may change the time of the last access, nothing else.
#[derive(PartialEq, Eq)]
pub struct Snapshot(BTreeMap<PathBuf, Look>);

impl Snapshot {
    /// Looks at the folders and all that they hold.
    pub fn of(folders: &[PathBuf]) -> Self {
        let entries = folders.iter().flat_map(|folder| walkdir::WalkDir::new(folder).into_iter());
        Self(entries.flatten().map(|entry| (entry.path().to_owned(), look(entry.path()))).collect())
    }

    /// Asserts that nothing came, went or changed since.
    pub fn assert_same(&self, folders: &[PathBuf], after: &str) {
        let now = Self::of(folders);
        let all = self.0.keys().chain(now.0.keys());
        let changed: Vec<&PathBuf> =
            all.filter(|path| self.0.get(*path) != now.0.get(*path)).collect();
        assert!(changed.is_empty(), "{after} changed {changed:?}");
    }
}

fn look(path: &Path) -> Look {
    let metadata = fs::symlink_metadata(path).unwrap();
    let holds = if metadata.is_file() {
        fs::read(path).unwrap_or_default()
    } else if metadata.file_type().is_symlink() {
        fs::read_link(path).unwrap().as_os_str().as_bytes().to_vec()
    } else {
        vec![u8::from(metadata.file_type().is_fifo())]
    };
    let modified = (metadata.mtime(), metadata.mtime_nsec());
    let changed = (metadata.ctime(), metadata.ctime_nsec());
    (metadata.mode(), metadata.size(), modified, changed, holds)
}
