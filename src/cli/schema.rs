//! `untrust schema`: the JSON schemas of what goes in and out.

use std::io::Write;

use super::arguments::SchemaKind;
use super::configured;
use crate::config;

/// Prints a schema.
pub(super) fn run(what: SchemaKind) -> anyhow::Result<u8> {
    let schema = match what {
        SchemaKind::Config => config::schema(&configured::known()),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    Ok(0)
}
