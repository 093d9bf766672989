//! A set of changes in parts that follow one another, each of which can be looked at by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::materialize::{Materialized, materialize};
use crate::python::module::Module;
use crate::workspace::FileId;

/// A part of a set of changes, on top of the parts before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The changes that it makes, in order.
    pub changes: Vec<usize>,
    /// Those that were to be in it and cannot be made without some that come later.
    pub deferred: Vec<usize>,
    /// The files that become others by it.
    pub files: BTreeMap<FileId, Step>,
}

/// The bytes of a file before and after a part.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// With the parts before.
    pub old: Vec<u8>,
    /// With this part too.
    pub new: Vec<u8>,
}

/// Moves each change to the part that holds what it requires, where that comes later than its own.
/// `parts` has the number of the part of each change.
pub fn require(changes: &[&Change], parts: &mut [usize]) {
    let places: BTreeMap<&str, usize> =
        changes.iter().enumerate().map(|(at, change)| (change.id.as_str(), at)).collect();
    // Parts only rise, and none rises above the last one.
    let mut moved = true;
    while moved {
        moved = false;
        for (at, change) in changes.iter().enumerate() {
            let required = change.requires.iter().filter_map(|id| places.get(id.as_str()));
            let last = required.map(|&required| parts[required]).max().unwrap_or_default();
            moved |= last > parts[at];
            parts[at] = parts[at].max(last);
        }
    }
}

/// Makes the parts of changes that can all be made together, one after the other: the last one
/// ends with the bytes of all of them. `groups` has the changes of each part. A change that cannot
/// be made without those of a later part comes with them.
pub fn parts<'a>(
    modules: &'a BTreeMap<FileId, &'a Module>,
    changes: &'a [&'a Change],
    groups: Vec<Vec<usize>>,
) -> impl Iterator<Item = Part> + 'a {
    let (done, waiting, bytes) = Default::default();
    let mut made = Made { modules, changes, done, waiting, bytes };
    groups.into_iter().map(move |group| made.part(group))
}

/// What the parts so far have made.
struct Made<'a> {
    modules: &'a BTreeMap<FileId, &'a Module>,
    changes: &'a [&'a Change],
    done: BTreeSet<usize>,
    /// What waits for changes that come later.
    waiting: BTreeSet<usize>,
    /// The new bytes of the files that are no longer as they were.
    bytes: BTreeMap<FileId, Vec<u8>>,
}

impl Made<'_> {
    fn part(&mut self, group: Vec<usize>) -> Part {
        let mut wanted = std::mem::take(&mut self.waiting);
        wanted.extend(group);
        let asked = wanted.clone();
        let made = self.make(&mut wanted);
        let files = self.files(&wanted);
        let deferred: Vec<usize> = asked.difference(&wanted).copied().collect();
        self.waiting.extend(&deferred);
        self.done.extend(&wanted);
        let files = files.into_iter().filter_map(|file| Some((file, self.step(file, &made)?)));
        let files = files.collect();
        Part { changes: wanted.into_iter().collect(), deferred, files }
    }

    /// Makes the files of what is wanted; what cannot be made yet is taken out of it.
    fn make(&self, wanted: &mut BTreeSet<usize>) -> Materialized {
        loop {
            let files = self.files(wanted);
            // Other files stay as they are: they need not be made again.
            let modules: BTreeMap<FileId, &Module> =
                files.iter().filter_map(|file| Some((*file, *self.modules.get(file)?))).collect();
            // In the order that they have in the whole, which decides how they stand beside each
            // other.
            let together: BTreeSet<usize> = self.done.union(wanted).copied().collect();
            let together: Vec<usize> = together
                .into_iter()
                .filter(|&at| edited(self.changes[at]).any(|file| files.contains(&file)))
                .collect();
            let chosen: Vec<&Change> = together.iter().map(|&at| self.changes[at]).collect();
            let made = materialize(&modules, &chosen);
            if made.dropped.is_empty() {
                return made;
            }
            let count = wanted.len();
            for dropped in &made.dropped {
                wanted.remove(&together[dropped.change]);
            }
            if wanted.len() == count {
                // They would take something from the parts before.
                wanted.clear();
            }
            self.keep_complete(wanted);
        }
    }

    /// Takes out what requires something that neither is wanted nor was made.
    fn keep_complete(&self, wanted: &mut BTreeSet<usize>) {
        loop {
            let known = |id: &String| self.changes.iter().position(|change| change.id == *id);
            let lacks = |at: &usize| {
                let mut required = self.changes[*at].requires.iter().filter_map(known);
                required.any(|other| !wanted.contains(&other) && !self.done.contains(&other))
            };
            let Some(incomplete) = wanted.iter().copied().find(lacks) else { return };
            wanted.remove(&incomplete);
        }
    }

    fn files(&self, wanted: &BTreeSet<usize>) -> BTreeSet<FileId> {
        wanted.iter().flat_map(|&at| edited(self.changes[at])).collect()
    }

    /// From the bytes of a file to those that were made; `None` if they are the same.
    fn step(&mut self, file: FileId, made: &Materialized) -> Option<Step> {
        let original = &self.modules.get(&file)?.source.bytes;
        let new = made.files.get(&file).map_or(original, |new| &new.bytes);
        let old = self.bytes.insert(file, new.clone()).unwrap_or_else(|| original.clone());
        (old != *new).then(|| Step { old, new: new.clone() })
    }
}

/// The files that a change edits, one more than once.
fn edited(change: &Change) -> impl Iterator<Item = FileId> {
    change.ops.iter().map(|op| op.anchor().file)
}

#[cfg(test)]
mod tests;
