//! Approved changes to new bytes: the only source of new text.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::change::Change;
use super::edits::{OwnedOp, Trouble, of_module};
use super::flatten::apply;
use super::op::Op;
use super::verify::verify;
use crate::python::layout;
use crate::python::module::Module;
use crate::workspace::source::{TextEdit, normalise_carriage_returns};
use crate::workspace::span::Span;
use crate::workspace::{FileId, cookie};

/// A file as it shall be.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The replacements in its text, sorted.
    pub edits: Vec<TextEdit>,
}

/// Why an approved change was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It wants something else of the same text than an earlier one.
    Conflict {
        /// The index of the earlier change.
        with: usize,
    },
    /// It would take something from the file that nobody asked for: what.
    Held {
        /// What would be lost.
        message: String,
    },
    /// What it makes did not pass the checks, or could not be placed: our bug.
    Failed {
        /// What is wrong.
        message: String,
    },
}

/// A change that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The index of the change among those handed in.
    pub change: usize,
    /// Why.
    pub cause: Cause,
}

/// What approved changes make.
#[derive(Debug, Default)]
pub struct Materialized {
    /// The files that change.
    pub files: BTreeMap<FileId, NewFile>,
    /// The changes that were left out, in order.
    pub dropped: Vec<Dropped>,
}

/// Makes the new bytes of every file that the approved changes concern. A change that conflicts
/// or fails the checks is left out over all its files; the rest goes on.
pub fn materialize(modules: &BTreeMap<FileId, &Module>, approved: &[&Change]) -> Materialized {
    let mut dropped: Vec<Dropped> = Vec::new();
    loop {
        let out: BTreeSet<usize> = dropped.iter().map(|d| d.change).collect();
        let by_file = ops_by_file(approved, &out);
        let results: Vec<(FileId, Result<NewFile, Failure>)> = by_file
            .par_iter()
            .filter_map(|(file, ops)| modules.get(file).map(|m| (*file, build_file(m, ops))))
            .collect();
        let failures: Vec<Dropped> = results
            .iter()
            .filter_map(|(file, result)| {
                let failure = result.as_ref().err()?;
                Some(blame(modules[file], &by_file[file], failure))
            })
            .collect();
        if failures.is_empty() {
            let files = results
                .into_iter()
                .filter_map(|(file, new)| new.ok().map(|new| (file, new)))
                .filter(|(file, new)| new.bytes != modules[file].source.bytes)
                .collect();
            dropped.sort_by_key(|d| d.change);
            return Materialized { files, dropped };
        }
        for failure in failures {
            if !dropped.iter().any(|d| d.change == failure.change) {
                dropped.push(failure);
            }
        }
    }
}

fn ops_by_file<'a>(
    approved: &[&'a Change],
    out: &BTreeSet<usize>,
) -> BTreeMap<FileId, Vec<OwnedOp<'a>>> {
    let mut by_file: BTreeMap<FileId, Vec<OwnedOp>> = BTreeMap::new();
    for (index, change) in approved.iter().enumerate().filter(|(index, _)| !out.contains(index)) {
        for op in &change.ops {
            by_file.entry(op.anchor().file).or_default().push((index, op));
        }
    }
    by_file
}

/// Why a file's new text could not be made.
enum Failure {
    Trouble(Trouble),
    Check(String),
    Held(String),
}

fn build_file(module: &Module, ops: &[OwnedOp]) -> Result<NewFile, Failure> {
    let edits = of_module(module, ops).map_err(Failure::Trouble)?;
    if let Some(comment) = lost_comment(module, ops, &edits) {
        return Err(Failure::Held(format!("the comment `{comment}` would be lost")));
    }
    let mut text = apply(module.text(), &edits);
    // New lines have the file's ending; parsers are shown the one that they know.
    normalise_carriage_returns(&mut text);
    verify(module, &edits, &text).map_err(Failure::Check)?;
    let bytes = module.source.encode(&edits).map_err(|e| Failure::Check(e.to_string()))?;
    if cookie::declared(&bytes).ok() != cookie::declared(&module.source.bytes).ok() {
        let message = "a comment that names an encoding would come to count, or no longer count";
        return Err(Failure::Held(message.to_owned()));
    }
    Ok(NewFile { bytes, edits })
}

/// A comment within what goes that no op speaks of and that says more than a marker for a tool.
fn lost_comment<'m>(module: &'m Module, ops: &[OwnedOp], edits: &[TextEdit]) -> Option<&'m str> {
    let asked = |comment: Span| {
        ops.iter().any(|(_, op)| match op {
            Op::DeleteComment { at } | Op::ReplaceComment { at, .. } => at.range == comment,
            _ => false,
        })
    };
    edits.iter().find_map(|edit| {
        let from = module.comments.partition_point(|c| c.span.start < edit.range.start);
        let within = module.comments[from..].iter().take_while(|c| c.span.end <= edit.range.end);
        let mut texts = within.map(|c| (c.span, module.slice(c.span)));
        let lost = texts.find(|(span, text)| {
            !edit.text.contains(text) && !layout::is_marker(text) && !asked(*span)
        });
        lost.map(|(_, text)| text)
    })
}

/// The change to leave out so that the others can be made: the later one of a conflict, else the
/// first that fails beside those before it.
fn blame(module: &Module, ops: &[OwnedOp], failure: &Failure) -> Dropped {
    let cause = match failure {
        Failure::Trouble(Trouble::Conflict(overlap)) if overlap.first != overlap.second => {
            let (with, change) =
                (overlap.first.min(overlap.second), overlap.first.max(overlap.second));
            return Dropped { change, cause: Cause::Conflict { with } };
        }
        Failure::Trouble(Trouble::Conflict(overlap)) => {
            let message = "its own edits overlap".to_owned();
            return Dropped { change: overlap.first, cause: Cause::Failed { message } };
        }
        Failure::Trouble(Trouble::Unplaced(change)) => {
            let message = "the place of an edit could not be found".to_owned();
            return Dropped { change: *change, cause: Cause::Failed { message } };
        }
        Failure::Check(message) => Cause::Failed { message: message.clone() },
        Failure::Held(message) => Cause::Held { message: message.clone() },
    };
    let owners: BTreeSet<usize> = ops.iter().map(|(owner, _)| *owner).collect();
    let fails = |wanted: &dyn Fn(usize) -> bool| {
        let some: Vec<OwnedOp> = ops.iter().copied().filter(|(owner, _)| wanted(*owner)).collect();
        build_file(module, &some).is_err()
    };
    let owners: Vec<usize> = owners.into_iter().collect();
    // Of the changes up to the guilty one, each shorter row passes.
    let (mut good, mut bad) = (0, owners.len().saturating_sub(1));
    while good < bad {
        let middle = usize::midpoint(good, bad);
        if fails(&|owner| owner <= owners[middle]) {
            bad = middle;
        } else {
            good = middle + 1;
        }
    }
    let guilty = owners.get(bad).copied().unwrap_or_default();
    Dropped { change: guilty, cause }
}
