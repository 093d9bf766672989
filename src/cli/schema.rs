//! `untrust schema`: the JSON schemas of what goes in and out.

use std::io::Write;

use super::arguments::SchemaKind;
use super::configured;
use crate::config;

/// Prints a schema.
pub(super) fn run(what: SchemaKind) -> anyhow::Result<u8> {
    let schema = match what {
        SchemaKind::Config => configuration(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema)?;
    writeln!(out)?;
    Ok(0)
}

fn configuration() -> serde_json::Value {
    let known = configured::known();
    let names = known.iter().map(|known| known.name);
    let mut codes: Vec<&str> = known.iter().flat_map(|known| known.codes).copied().collect();
    codes.sort_unstable();
    codes.dedup();
    config::schema(&names.chain(codes).collect::<Vec<&str>>())
}
