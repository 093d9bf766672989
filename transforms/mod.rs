//! The transforms.
pub mod finding;
