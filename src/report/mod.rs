//! What a person or a machine sees: diffs, findings, summaries.

pub mod colour;
pub mod diff;
pub mod escape;
pub mod exceptions;
mod excerpt;
pub mod json;
mod markdown;
pub mod model;
pub mod text;
