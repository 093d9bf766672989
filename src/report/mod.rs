//! What a person or a machine sees: diffs, findings, summaries.

pub mod baseline;
pub mod colour;
pub mod diff;
pub mod escape;
pub mod exceptions;
mod excerpt;
pub mod json;
pub mod machine;
mod markdown;
pub mod mask;
pub mod model;
pub mod ops;
pub mod policy;
pub mod pull_request;
pub mod text;
