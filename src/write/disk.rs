//! The few things that are done to files on disk. Every call that changes something there stands
//! in this file, behind [`before`].

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Result as IoResult, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, FileType, Mode, OFlags};
use rustix::fs::{accessat, open, openat, renameat, statat, unlinkat};
use rustix::io::Errno;

#[cfg(test)]
use super::fault::before;

/// What a call is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Create,
    Write,
    Owner,
    Mode,
    Sync,
    Rename,
    Remove,
    MakeFolder,
    RemoveFolder,
}

/// Asked before each call that changes something: a test makes the call fail here, or the program
/// end as if it were killed.
#[cfg(not(test))]
#[inline]
#[allow(clippy::unnecessary_wraps, reason = "a test's version fails")]
fn before(_: Call, _: &Path) -> IoResult<()> {
    Ok(())
}

/// A file's name in a folder that is held open: what is done here is done in that folder,
/// wherever its path leads by then.
pub(super) struct Place {
    folder: File,
    path: PathBuf,
    name: OsString,
}

impl Place {
    /// The place of a path; none if its folder is not there, or a link stands in it: what was
    /// asked for is what is held.
    pub(super) fn of(path: &Path) -> IoResult<Option<Self>> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Some(folder) = found(open(parent, flags, Mode::empty()))? else { return Ok(None) };
        let is_home = parent.canonicalize().is_ok_and(|real| real == parent);
        let held = folder.metadata()?;
        let is_held = fs::metadata(parent)
            .is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino()));
        let place = Self { folder, path: path.to_owned(), name: name.to_owned() };
        Ok((is_home && is_held).then_some(place))
    }

    /// The path of a file beside this one.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    /// The hash of the file's bytes, whatever their number; none if there is no file, or
    /// something else in its place.
    pub(super) fn hash(&self) -> IoResult<Option<blake3::Hash>> {
        let Some(file) = self.file(&self.name, OFlags::RDONLY)? else { return Ok(None) };
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file)?;
        Ok(Some(hasher.finalize()))
    }

    /// Whether the user may write the file itself, which a rename would not ask, and its folder.
    pub(super) fn may_write(&self) -> bool {
        let file = self.file(&self.name, OFlags::WRONLY).map(|_| ());
        let folder = accessat(&self.folder, ".", Access::WRITE_OK, AtFlags::empty());
        let refused = |error: &Error| {
            matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
        };
        !file.and_then(|()| Ok(folder?)).is_err_and(|error| refused(&error))
    }

    /// Whether anything has a name beside this one.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Writes a file beside this one, with its mode and where permitted its owner, down to the
    /// disk.
    pub(super) fn prepare(&self, temporary: &str, bytes: &[u8]) -> IoResult<()> {
        let path = self.beside(temporary);
        let old = self.metadata(&self.name)?;
        before(Call::Create, &path)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = openat(&self.folder, temporary, flags, Mode::from_raw_mode(0o600))?;
        let file = File::from(file);
        write(&file, &path, bytes)?;
        give(&file, &path, &old);
        before(Call::Mode, &path)?;
        file.set_permissions(mode(&old))?;
        sync(&file, &path)
    }

    /// Puts a prepared file in the place of this one, with the mode that this one has by now.
    pub(super) fn swap(&self, temporary: &str) -> IoResult<()> {
        let wanted = mode(&self.metadata(&self.name)?);
        if wanted != mode(&self.metadata(temporary.as_ref())?) {
            let Some(file) = self.file(temporary.as_ref(), OFlags::RDONLY)? else {
                return Err(Errno::NOENT.into());
            };
            before(Call::Mode, &self.beside(temporary))?;
            file.set_permissions(wanted)?;
        }
        before(Call::Rename, &self.path)?;
        Ok(renameat(&self.folder, temporary, &self.folder, &self.name)?)
    }

    /// Removes a temporary file. The name holds the run's id, so that a file of that name is the
    /// run's own; what is no file is not.
    pub(super) fn discard(&self, temporary: &str) -> IoResult<()> {
        let found = statat(&self.folder, temporary, AtFlags::SYMLINK_NOFOLLOW);
        if !found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode).is_file()) {
            return Ok(());
        }
        before(Call::Remove, &self.beside(temporary))?;
        Ok(unlinkat(&self.folder, temporary, AtFlags::empty())?)
    }

    fn metadata(&self, name: &OsStr) -> IoResult<Metadata> {
        self.file(name, OFlags::RDONLY)?.ok_or(Error::from(Errno::NOENT))?.metadata()
    }

    /// Opens what is a file and no link to one. Nothing else is waited for.
    fn file(&self, name: &OsStr, flags: OFlags) -> IoResult<Option<File>> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Some(file) = found(openat(&self.folder, name, flags, Mode::empty()))? else {
            return Ok(None);
        };
        Ok(file.metadata()?.is_file().then_some(file))
    }
}

/// Parts that there is no such file from other reasons why it cannot be opened.
fn found(opened: rustix::io::Result<OwnedFd>) -> IoResult<Option<File>> {
    match opened {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NXIO | Errno::ISDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The name of the temporary file that takes the place of a run's file.
pub(super) fn temporary(run: &str, index: usize) -> String {
    format!(".untrust-{run}-{index}")
}

/// Writes a new file that only the user can read, down to the disk.
pub(super) fn create(path: &Path, bytes: &[u8]) -> IoResult<()> {
    before(Call::Create, path)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    write(&file, path, bytes)?;
    sync(&file, path)
}

fn write(mut file: &File, path: &Path, bytes: &[u8]) -> IoResult<()> {
    before(Call::Write, path)?;
    file.write_all(bytes)
}

fn sync(file: &File, path: &Path) -> IoResult<()> {
    before(Call::Sync, path)?;
    file.sync_all()
}

/// Makes what a folder lists durable.
pub(super) fn sync_folder(folder: &Path) -> IoResult<()> {
    sync(&File::open(folder)?, folder)
}

/// Gives a file the owner and group of another. Only root may give a file away; the group may be
/// permitted where the owner is not.
fn give(file: &File, path: &Path, old: &Metadata) {
    let give =
        |owner| before(Call::Owner, path).and_then(|()| fchown(file, owner, Some(old.gid())));
    if give(Some(old.uid())).is_err() {
        let _ = give(None);
    }
}

fn mode(metadata: &Metadata) -> Permissions {
    Permissions::from_mode(metadata.mode() & 0o7777)
}

/// Renames a file or folder.
pub(super) fn rename(from: &Path, to: &Path) -> IoResult<()> {
    before(Call::Rename, to)?;
    fs::rename(from, to)
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> IoResult<()> {
    before(Call::Remove, path)?;
    fs::remove_file(path)
}

/// Makes a folder that only the user can read, and those above it.
pub(super) fn make_folder(path: &Path) -> IoResult<()> {
    if path.is_dir() {
        return Ok(());
    }
    before(Call::MakeFolder, path)?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Removes a folder with all that is in it, if it is there.
pub(super) fn remove_folder(path: &Path) -> IoResult<()> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(());
    }
    before(Call::RemoveFolder, path)?;
    fs::remove_dir_all(path)
}

/// Opens a lock file, which is made if it is not there.
pub(super) fn open_lock(path: &Path) -> IoResult<File> {
    if !path.exists() {
        before(Call::Create, path)?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}
