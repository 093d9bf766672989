//! `untrust undo`: put back what a run wrote.

use std::path::PathBuf;

use super::arguments::UndoArguments;
use crate::report::escape::visible_path;
use crate::workspace::repository_top;
use crate::write::{StateDir, list, recover, undo};

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &UndoArguments) -> anyhow::Result<u8> {
    let state = StateDir::default_location()?;
    let root = root(arguments)?;
    if arguments.list {
        for run in list(&state, &root)? {
            println!("{}  {}  {} files", run.id, run.command, run.files);
        }
        return Ok(0);
    }
    if let Some(files) = recover(&state, &root)? {
        eprintln!("rolled back a run that was interrupted");
        print(&files);
        return Ok(0);
    }
    print(&undo(&state, &root, arguments.run.as_deref())?);
    Ok(0)
}

fn root(arguments: &UndoArguments) -> anyhow::Result<PathBuf> {
    let given = match &arguments.root {
        Some(root) => return Ok(root.canonicalize()?),
        None => std::env::current_dir()?.canonicalize()?,
    };
    Ok(repository_top(&given).unwrap_or(given))
}

fn print(files: &[PathBuf]) {
    for file in files {
        println!("{}", visible_path(file));
    }
}
