//! Finds the places where Python code trusts what it should not, and rewrites them with minimal
//! text edits. The modules below stand in the order in which data flows; each uses only what
//! stands before it. `plan::op`, the vocabulary of edits, counts as a layer of its own.

pub mod workspace;

pub mod config;

pub mod python;

pub mod program;

#[path = "../transforms/mod.rs"]
pub mod transforms;

pub mod scan;

pub mod threading;

pub mod exposure;

pub mod shell;

pub mod plan;

pub mod report;

pub mod review;

pub mod write;

pub mod cli;
