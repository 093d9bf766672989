//! `untrust explain` and `untrust transforms`.

use std::io::Write;

use super::session::unknown;
use crate::transforms::finding::Level;
use crate::transforms::{REGISTRY, named};

/// Prints the page of each transform that the name means.
pub(super) fn explain(name: &str) -> anyhow::Result<u8> {
    let found = named(name);
    if found.is_empty() {
        return Err(unknown(name));
    }
    let mut out = std::io::stdout().lock();
    for transform in found {
        out.write_all(transform.about().page.as_bytes())?;
    }
    Ok(0)
}

/// Lists every transform.
pub(super) fn list() -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    let codes = REGISTRY.iter().map(|transform| transform.about().codes.join(",").len());
    let width = codes.max().unwrap_or_default();
    for transform in REGISTRY {
        let about = transform.about();
        let level = match about.level {
            Level::Auto => "auto",
            Level::Review => "review",
            Level::Report => "report",
        };
        writeln!(
            out,
            "{:<18} {:<7} {:<width$} {}",
            about.name,
            level,
            about.codes.join(","),
            about.summary
        )?;
    }
    Ok(0)
}
