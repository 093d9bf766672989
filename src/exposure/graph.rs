//! Who runs the code that holds the places, who runs that, and so on: the part of the call graph
//! above them, searched breadth first for all of them at once.

use std::collections::{BTreeMap, BTreeSet};

use super::Exposure;
use super::command_line;
use super::importers::importers;
use super::place::{self, Place};
use super::registered::Registered;
use super::web;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::threading::callers_of;
use crate::workspace::FileId;

/// How many calls lie between an entry and a place at most.
const DEEPEST: usize = 12;
/// How many functions and modules are looked at for all places together.
const MOST: usize = 1000;
/// How many callers of one of them.
const MOST_CALLERS: usize = 200;

/// What somebody outside the program runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Who.
    pub(super) exposure: Exposure,
    /// How people say it.
    pub(super) text: String,
}

/// The code above some places.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// What runs each piece of code, with the line in which it does.
    pub(super) callers: BTreeMap<Place, BTreeMap<Place, usize>>,
    /// What is run from outside.
    pub(super) entries: BTreeMap<Place, Entry>,
}

impl Graph {
    /// The code above the places.
    pub(super) fn above(program: &Program, places: &BTreeSet<Place>) -> Self {
        let registered = Registered::of(program);
        let mut graph = Self::default();
        let mut known: BTreeSet<Place> = places.clone();
        let mut level: BTreeSet<Place> = places.clone();
        for _ in 0..DEEPEST {
            level.retain(|place| graph.is_open(program, &registered, *place));
            let mut next = BTreeSet::new();
            for (called, callers) in callers(program, &level) {
                for (caller, line) in callers.into_iter().take(MOST_CALLERS) {
                    if known.len() >= MOST && !known.contains(&caller) {
                        continue;
                    }
                    graph.callers.entry(called).or_default().insert(caller, line);
                    if known.insert(caller) {
                        next.insert(caller);
                    }
                }
            }
            level = next;
            if level.is_empty() {
                break;
            }
        }
        for place in level {
            graph.is_open(program, &registered, place);
        }
        graph.note_runs(program, &known);
        graph
    }

    /// Notes whether a piece of code is run from outside; whether it matters who else runs it.
    fn is_open(&mut self, program: &Program, registered: &Registered, place: Place) -> bool {
        let entry = match place {
            Place::Function(function) => {
                let found = [
                    registered.entry(function),
                    web::entry(program, function),
                    command_line::of_function(program, function),
                ];
                found.into_iter().flatten().min()
            }
            Place::Top(file) | Place::Script(file) => {
                command_line::of_module(program, file, matches!(place, Place::Script(_)))
            }
        };
        let is_open = entry.as_ref().is_none_or(|entry| entry.exposure != Exposure::Web)
            && !matches!(place, Place::Script(_));
        if let Some(entry) = entry {
            self.entries.insert(place, entry);
        }
        is_open
    }

    /// Modules without another entry that a line of another file runs are entries.
    fn note_runs(&mut self, program: &Program, places: &BTreeSet<Place>) {
        let tops: BTreeSet<FileId> = places
            .iter()
            .filter(|place| matches!(place, Place::Top(_)) && !self.entries.contains_key(place))
            .map(|place| place.file())
            .collect();
        let tops: Vec<FileId> = tops.into_iter().collect();
        for file in program.runs_of(&tops).into_keys() {
            self.entries.insert(Place::Top(file), command_line::run(program, file));
        }
    }
}

/// What runs each of some pieces of code, with the line in which it does.
fn callers(program: &Program, places: &BTreeSet<Place>) -> BTreeMap<Place, BTreeMap<Place, usize>> {
    let mut found: BTreeMap<Place, BTreeMap<Place, usize>> = BTreeMap::new();
    let mut add = |called: Place, caller: Place, line: usize| {
        let known = found.entry(called).or_default().entry(caller).or_insert(line);
        *known = line.min(*known);
    };
    let functions: Vec<Definition> = places
        .iter()
        .filter_map(|place| match place {
            Place::Function(function) => Some(*function),
            _ => None,
        })
        .collect();
    for (function, calls) in functions.iter().zip(callers_of(program, &functions)) {
        for call in calls {
            if let Some(caller) = Place::around(program, call.file, call.call) {
                let line = place::line(program, call.file, call.call.start);
                add(Place::Function(*function), caller, line);
            }
        }
    }
    let tops: BTreeSet<FileId> = places
        .iter()
        .filter_map(|place| match place {
            Place::Top(file) => Some(*file),
            _ => None,
        })
        .collect();
    for (file, caller, line) in importers(program, &tops) {
        add(Place::Top(file), caller, line);
    }
    found
}
