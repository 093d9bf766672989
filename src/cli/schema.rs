//! `untrust schema`: the JSON schemas of what is written and read.

use std::io::Write;

use clap::ValueEnum;

use crate::report::machine;

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// What `--format json` prints; a line of `--format jsonl` is `$defs/Line` in it
    Findings,
}

/// Prints a schema.
pub(super) fn run(what: SchemaKind) -> anyhow::Result<u8> {
    let schema = match what {
        SchemaKind::Findings => machine::schema(),
    };
    std::io::stdout().lock().write_all(schema.as_bytes())?;
    Ok(0)
}
