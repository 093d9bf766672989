//! From findings to changes, from changes to ops, from ops to bytes.

pub mod build;
pub mod change;
pub mod edits;
pub mod flatten;
pub mod materialize;
pub mod op;
mod parameters;
pub mod parts;
pub mod taken;
pub mod verify;
