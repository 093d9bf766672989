//! Finds the places where Python code trusts what it should not, and rewrites them with minimal
//! text edits. The modules below stand in the order in which data flows; each uses only what
//! stands before it.

pub mod plan;
#[path = "../transforms/mod.rs"]
pub mod transforms;
pub mod workspace;
