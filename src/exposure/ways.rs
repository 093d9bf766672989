//! The shortest way from an entry to each piece of code.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Entry, Graph};
use super::place::Place;
use super::{Exposure, Reached, Step};
use crate::program::Program;

/// The first step back from each piece of code to the nearest entry of each kind.
pub(super) struct Ways {
    web: Backwards,
    command_line: Backwards,
}

/// What runs a piece of code on its way, with the line in which it does; nothing for an entry.
type Backwards = BTreeMap<Place, Option<(Place, usize)>>;

impl Ways {
    /// The ways through a graph. Of several that are equally short, the one by what comes first.
    pub(super) fn through(graph: &Graph) -> Self {
        let mut called: BTreeMap<Place, BTreeMap<Place, usize>> = BTreeMap::new();
        for (place, callers) in &graph.callers {
            for (caller, line) in callers {
                called.entry(*caller).or_default().insert(*place, *line);
            }
        }
        let of = |exposure| backwards(graph, &called, exposure);
        Self { web: of(Exposure::Web), command_line: of(Exposure::CommandLine) }
    }

    /// The way to a piece of code; `None` if there is none.
    pub(super) fn to(&self, program: &Program, graph: &Graph, home: Place) -> Option<Reached> {
        let ways = [&self.web, &self.command_line].into_iter().find(|w| w.contains_key(&home))?;
        let step = |place: Place, line: usize| Step {
            file: place.file(),
            line,
            name: place.name(program),
        };
        let mut steps = vec![step(home, 0)];
        let mut at = home;
        while let Some((caller, line)) = ways.get(&at)? {
            steps.push(step(*caller, *line));
            at = *caller;
        }
        steps.reverse();
        let Entry { exposure, text } = graph.entries.get(&at)?.clone();
        Some(Reached { exposure, entry: text, steps })
    }
}

fn backwards(
    graph: &Graph,
    called: &BTreeMap<Place, BTreeMap<Place, usize>>,
    exposure: Exposure,
) -> Backwards {
    let entries = graph.entries.iter().filter(|(_, entry)| entry.exposure == exposure);
    let mut found: Backwards = entries.map(|(place, _)| (*place, None)).collect();
    let mut level: BTreeSet<Place> = found.keys().copied().collect();
    while !level.is_empty() {
        let mut next = BTreeSet::new();
        for caller in level {
            for (place, line) in called.get(&caller).into_iter().flatten() {
                found.entry(*place).or_insert_with(|| {
                    next.insert(*place);
                    Some((caller, *line))
                });
            }
        }
        level = next;
    }
    found
}
