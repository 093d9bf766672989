//! From ops to bytes.

pub mod op;
