//! What a person or a machine sees: diffs, findings, summaries.

pub mod baseline;
pub mod colour;
pub mod diff;
pub mod escape;
mod excerpt;
pub mod json;
mod lines_changed;
pub mod machine;
pub mod model;
pub mod ops;
pub mod text;
