//! `untrust schema`: the JSON schemas of what goes in and out.

use std::io::Write;

use super::arguments::SchemaKind;
use super::configured;
use crate::config;
use crate::report::machine;

/// Prints a schema.
pub(super) fn run(what: SchemaKind) -> anyhow::Result<u8> {
    let schema = match what {
        SchemaKind::Findings => machine::schema(),
        SchemaKind::Config => {
            let schema = config::schema(&configured::known());
            serde_json::to_string_pretty(&schema)? + "\n"
        }
    };
    std::io::stdout().lock().write_all(schema.as_bytes())?;
    Ok(0)
}
