//! What one decision needs.

use std::sync::Arc;

use super::op::Op;
use crate::transforms::finding::{Chain, Level};

/// One decision: it is applied whole or not at all.
#[derive(Debug, Clone)]
pub struct Change {
    /// Stable: it survives edits elsewhere in the file.
    pub id: String,
    /// The transform that asks for it.
    pub transform: &'static str,
    /// What it does, `write weights_only=True`.
    pub title: String,
    /// Why it needs a look, or an empty text.
    pub reason: String,
    /// How sure it is.
    pub level: Level,
    /// What it rests on, one fact a line.
    pub proof: Vec<String>,
    /// The way of a decision that is handed through the program.
    pub chain: Option<Arc<Chain>>,
    /// The edits, in any number of files.
    pub ops: Vec<Op>,
    /// Ids of changes without which this one makes no sense.
    pub requires: Vec<String>,
    /// Ids of changes that do the same in another way: one of them can be approved.
    pub alternatives: Vec<String>,
    /// Whether it is taken only by a person who prefers it to one of its alternatives.
    pub is_alternative: bool,
    /// The findings it fixes: their indices in the scan.
    pub findings: Vec<usize>,
}
