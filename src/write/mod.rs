//! Putting new bytes on disk so that nothing is ever lost: a journal first, then a temporary file
//! beside each file, then one rename after another, then the mark that the run is done.

mod apply;
mod disk;
#[cfg(test)]
mod fault;
mod journal;
mod kept;
mod lock;
mod restore;

use std::path::PathBuf;

pub use apply::apply;
pub use journal::{RunInfo, StateDir, list};
pub use restore::{damaged, is_interrupted, recover, undo};

/// A file that shall have other bytes.
#[derive(Debug, Clone)]
pub struct FileWrite {
    /// Its absolute path, no link.
    pub path: PathBuf,
    /// The hash of the bytes that were read.
    pub expected: blake3::Hash,
    /// The bytes that were read.
    pub old: Vec<u8>,
    /// The bytes that it shall have.
    pub new: Vec<u8>,
    /// What of the old bytes the journal keeps once the run is done.
    pub kept: Kept,
}

/// What the journal keeps of the old bytes of a file once the run is done. Until then it keeps all of
/// them, so that a run which is killed can be rolled back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Kept {
    /// All of them.
    #[default]
    Whole,
    /// The lines that the run replaced: what the others hold must not be kept.
    Lines(Vec<KeptLines>),
    /// Nothing, for the lines that the run replaced hold what must not be kept. The run cannot be
    /// undone.
    Nothing,
}

/// Lines of the old text, and which lines of the new one took their place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeptLines {
    /// The first of the new lines, 0-based.
    pub start: usize,
    /// How many new lines there are.
    pub count: usize,
    /// The old lines, each with its line feed.
    pub old: Vec<u8>,
}

/// What the journal says of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The root of the program.
    pub root: PathBuf,
    /// The command that wrote.
    pub command: String,
    /// The version of the tool.
    pub version: String,
}

/// What a run wrote.
#[derive(Debug, Clone)]
pub struct Written {
    /// The run's id, by which it can be undone.
    pub run: String,
    /// The files, in order.
    pub files: Vec<PathBuf>,
    /// Those that have other hard links, which keep the old text.
    pub hard_links: Vec<PathBuf>,
}

/// What was put back.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// The files that hold their old bytes again.
    pub files: Vec<PathBuf>,
    /// Files that somebody changed, moved or removed since the run: they were left.
    pub changed: Vec<PathBuf>,
}

/// A file that should have been put back.
#[derive(Debug, Clone)]
pub struct Unrestored {
    /// The file.
    pub path: PathBuf,
    /// What stands in the way.
    pub why: String,
}

/// Why nothing was written or put back.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Files changed on disk.
    #[error("nothing was written: these files changed meanwhile; run again\n  {}", list_paths(.0))]
    Stale(Vec<PathBuf>),
    /// Files are no longer as the run left them.
    #[error("nothing was put back: these files changed since; restore them by hand, or undo those changes first\n  {}", list_paths(.0))]
    ChangedSince(Vec<PathBuf>),
    /// Another run writes below the same root.
    #[error("another run is writing below {}; wait for it to end", .0.display())]
    Busy(PathBuf),
    /// Files, or the folders they are in, may not be written.
    #[error("nothing was written: these files or their folders are read-only; make them writable or --exclude them\n  {}", list_paths(.0))]
    ReadOnly(Vec<PathBuf>),
    /// What the journal keeps is not what was there.
    #[error("nothing was put back: the journal is damaged at {}", .0.display())]
    Damaged(PathBuf),
    /// The journal does not keep what the files held.
    #[error("nothing was put back: these files held a secret, which the journal does not keep; put them back from version control\n  {}", list_paths(.0))]
    NotKept(Vec<PathBuf>),
    /// There is no such run.
    #[error("there is no run to undo here; `untrust undo --list` shows those that there are")]
    NoRun,
    /// The system refused.
    #[error("{}: {error}; no file was changed", .path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Some files still hold the new bytes, the others are as they were.
    #[error("{}these files could not be put back, the others were; the next `untrust undo` or `untrust fix` tries again, unless you put them back by hand or remove {}\n  {}", cause_of(.cause.as_deref()), .journal.display(), list_unrestored(.files))]
    NotPutBack {
        /// Why they had to be put back, if nobody asked for it.
        cause: Option<Box<WriteError>>,
        /// The files.
        files: Vec<Unrestored>,
        /// Where their old bytes are.
        journal: PathBuf,
    },
    /// Everything was put back, but the old bytes are still in the journal.
    #[error("the files are put back, but the journal in {} cannot be removed: {message}; the next run tries again", .path.display())]
    Kept {
        /// The run's folder.
        path: PathBuf,
        /// What the system says.
        message: String,
    },
    /// The journal cannot be kept.
    #[error("the journal in {} cannot be used: {message}; set XDG_STATE_HOME to a folder that can be written", .path.display())]
    State {
        /// The state folder or a file in it.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

impl WriteError {
    /// What the system or the journal says, without what follows from it.
    fn reason(&self) -> String {
        match self {
            Self::Io { error, .. } => error.to_string(),
            Self::State { path, message } => format!("{}: {message}", path.display()),
            Self::Damaged(path) => format!("the journal is damaged at {}", path.display()),
            Self::NotKept(_) => "it held a secret, which the journal does not keep".to_owned(),
            other => other.to_string(),
        }
    }
}

fn cause_of(cause: Option<&WriteError>) -> String {
    cause.map_or_else(String::new, |cause| match cause {
        WriteError::Io { path, error } => format!("{}: {error}\n", path.display()),
        WriteError::Stale(paths) => {
            format!("these files changed meanwhile\n  {}\n", list_paths(paths))
        }
        other => format!("{}\n", other.reason()),
    })
}

fn list_unrestored(files: &[Unrestored]) -> String {
    let lines = files.iter().map(|file| format!("{}: {}", file.path.display(), file.why));
    lines.collect::<Vec<_>>().join("\n  ")
}

fn list_paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n  ")
}

/// The version that the journal's files are written in.
const JOURNAL_VERSION: u32 = 1;

#[cfg(test)]
mod tests;
