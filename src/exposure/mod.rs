//! Who can reach a place: whether a request to a web server or a command line runs it, by the calls
//! of the program. Only calls that surely run what they are taken to run count; a place to which no
//! way is found may be reached all the same.

mod command_line;
mod graph;
mod importers;
mod place;
mod registered;
#[cfg(test)]
mod tests;
mod ways;
mod web;

use std::collections::BTreeSet;

use crate::program::Program;
use crate::workspace::FileId;
use crate::workspace::span::Span;
use graph::Graph;
use place::Place;
use ways::Ways;

/// What the code at the top of a module is called.
pub const TOP: &str = "<module>";

/// What reaches a place, the most exposed first.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// A request that somebody sends to a web server.
    Web,
    /// A command that a person or a job runs.
    CommandLine,
    /// Nothing, as far as can be told.
    #[default]
    None,
}

/// What reaches a place, and by which way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// By what.
    pub exposure: Exposure,
    /// Where it begins, as people say it: `POST /generate`, `python -m tool.serve`; empty if nothing
    /// reaches it.
    pub entry: String,
    /// The functions from there to the place, which the last one holds.
    pub steps: Vec<Step>,
}

/// A function on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The file.
    pub file: FileId,
    /// The line, 1-based, in which it goes on: where it calls the next one, and of the last that of
    /// the place.
    pub line: usize,
    /// The qualified name of the function, `<module>` for the code at the top of a module.
    pub name: String,
}

/// What reaches each of some places, by the shortest way. Files are those of the whole program.
pub fn reached(program: &Program, places: &[(FileId, Span)]) -> Vec<Reached> {
    let homes: Vec<Option<Place>> =
        places.iter().map(|(file, at)| Place::around(program, *file, *at)).collect();
    let sought: BTreeSet<Place> = homes.iter().flatten().copied().collect();
    if sought.is_empty() {
        return vec![Reached::default(); places.len()];
    }
    let graph = Graph::above(program, &sought);
    let ways = Ways::through(&graph);
    let reached = homes.iter().zip(places).map(|(home, (file, at))| {
        let found = home.and_then(|home| ways.to(program, &graph, home));
        let mut found = found.unwrap_or_default();
        if let Some(last) = found.steps.last_mut() {
            last.line = place::line(program, *file, at.start);
        }
        found
    });
    reached.collect()
}
