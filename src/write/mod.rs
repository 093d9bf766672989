//! Putting new bytes on disk so that nothing is ever lost: a journal first, then one file after
//! another by a temporary file and a rename, then the mark that the run is done.

mod apply;
mod disk;
mod journal;
mod restore;

use std::path::PathBuf;

pub use apply::apply;
pub use journal::{RunInfo, StateDir, list};
pub use restore::{is_interrupted, recover, undo};

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
    /// Files may not be written.
    #[error("nothing was written: these files are read-only; make them writable or --exclude them\n  {}", list_paths(.0))]
    ReadOnly(Vec<PathBuf>),
    /// What the journal keeps is not what was there.
    #[error("nothing was put back: the journal is damaged at {}", .0.display())]
    Damaged(PathBuf),
    /// There is no such run.
    #[error("there is no run to undo here; `untrust undo --list` shows those that there are")]
    NoRun,
    /// The system refused.
    #[error("{}: {error}; nothing was written, or what was is put back", .path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The journal cannot be kept.
    #[error("the journal in {} cannot be used: {message}; set XDG_STATE_HOME to a folder that can be written", .path.display())]
    State {
        /// The state folder or a file in it.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A test stopped the run as a kill would.
    #[error("interrupted")]
    Interrupted,
}

fn list_paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n  ")
}

/// The version that the journal's files are written in.
const JOURNAL_VERSION: u32 = 1;

#[cfg(test)]
mod tests;
