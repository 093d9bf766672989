//! What is looked at: the root, its files, their bytes and texts.

pub mod cookie;
pub mod source;
pub mod span;

/// A file of the workspace: an index that is stable for one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);
