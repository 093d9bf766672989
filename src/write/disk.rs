//! The few things that are done to files on disk.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::WriteError;

/// Adds a path to what the system says.
pub(super) fn at<T>(path: &Path, result: std::io::Result<T>) -> Result<T, WriteError> {
    result.map_err(|error| WriteError::Io { path: path.to_owned(), error })
}

/// The hash of a file's bytes.
pub(super) fn hash(path: &Path) -> Result<blake3::Hash, WriteError> {
    at(path, fs::read(path)).map(|bytes| blake3::hash(&bytes))
}

/// Whether a path is still that of a file, and no link stands in it: what was asked for is what
/// would be replaced.
pub(super) fn is_at_home(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let folder = path.parent().unwrap_or(path);
    is_file && folder.canonicalize().is_ok_and(|found| found == folder)
}

/// Writes a new file that only the user can read, down to the disk.
pub(super) fn create(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = at(path, options.open(path))?;
    at(path, file.write_all(bytes))?;
    at(path, file.sync_all())
}

/// Makes what a folder lists durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), WriteError> {
    at(folder, File::open(folder).and_then(|f| f.sync_all()))
}

/// The temporary file that takes the place of `path`.
pub(super) fn temporary(path: &Path, run: &str, index: usize) -> PathBuf {
    path.with_file_name(format!(".untrust-{run}-{index}"))
}

/// Writes the temporary file with the mode, and where permitted the owner, of the old one.
pub(super) fn prepare(path: &Path, temporary: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let metadata = at(path, fs::metadata(path))?;
    create(temporary, bytes)?;
    // Only root may give a file away; the user's own file is the user's already.
    let _ = std::os::unix::fs::chown(temporary, Some(metadata.uid()), Some(metadata.gid()));
    let mode = fs::Permissions::from_mode(metadata.mode() & 0o7777);
    at(temporary, fs::set_permissions(temporary, mode))
}

/// Puts bytes in the place of a file's, by a temporary file and a rename.
pub(super) fn replace(
    path: &Path,
    run: &str,
    index: usize,
    bytes: &[u8],
) -> Result<(), WriteError> {
    if !is_at_home(path) {
        return Err(WriteError::Stale(vec![path.to_owned()]));
    }
    let temporary = temporary(path, run, index);
    // What an earlier attempt left is worth nothing.
    let _ = fs::remove_file(&temporary);
    prepare(path, &temporary, bytes)?;
    at(path, fs::rename(&temporary, path))?;
    path.parent().map_or(Ok(()), sync_folder)
}
