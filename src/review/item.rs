//! What there is to decide about.

use crate::transforms::finding::Level;

/// One change, as the dialogue knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The id of the change.
    pub id: String,
    /// The transform that asks for it.
    pub transform: String,
    /// How sure it is.
    pub level: Level,
    /// What it does.
    pub title: String,
    /// Why a person should look at it, else why what it fixes is unsafe.
    pub reason: String,
    /// The path of the file that it begins in, as it is shown.
    pub path: String,
    /// The 1-based line there.
    pub line: usize,
    /// The files that it changes, as indices of all files of the review, the first one first.
    pub files: Vec<usize>,
    /// The way of a decision through the program, a line each.
    pub chain: Vec<String>,
    /// The items that do the same in another way, itself among them, in the order in which they are
    /// offered; empty if there is no other way.
    pub options: Vec<usize>,
    /// Whether it is only reached from the first of its options.
    pub is_alternative: bool,
    /// The items without which it makes no sense.
    pub requires: Vec<usize>,
    /// The items that it can be split into.
    pub parts: Vec<usize>,
    /// The item that it is a part of.
    pub whole: Option<usize>,
    /// Whether the code can be kept with a comment that says why.
    pub can_stay: bool,
    /// Whether its new text can be edited.
    pub can_edit: bool,
    /// What a search looks at, in lower case.
    pub words: String,
}
