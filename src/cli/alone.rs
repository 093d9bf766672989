//! What each change does alone, for those who choose among them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::diff::patch_path;
use super::secrets::unified;
use super::session::Session;
use crate::plan::change::Change;
use crate::plan::materialize::{NewFile, materialize};
use crate::python::module::Module;
use crate::report::diff::{Context, FileDiff};
use crate::workspace::FileId;

/// How many bytes of one file are made anew to show each of its changes alone: it bounds the time
/// that a file with very many of them takes.
const SHOWN_ALONE: usize = 8 << 20;

/// The diff of each change alone, with those that it requires: `None` where it cannot be made, and
/// for the last ones of a file with so many that it would take too long.
pub(super) fn diffs(session: &Session) -> Vec<Option<String>> {
    let modules = session.scan.by_file();
    let places: BTreeMap<&str, usize> =
        session.changes.iter().enumerate().map(|(at, change)| (change.id.as_str(), at)).collect();
    let scene = Scene { session, applied: applied(session), modules, places };
    let mut spent = BTreeMap::new();
    let affordable: Vec<bool> =
        session.changes.iter().map(|change| afford(&scene.sizes(change), &mut spent)).collect();
    (0..session.changes.len())
        .into_par_iter()
        .zip(affordable)
        .map(|(index, affordable)| affordable.then(|| scene.diff(index)).flatten())
        .collect()
}

/// What is worked out once for all changes.
struct Scene<'s> {
    session: &'s Session,
    /// For each file that changes, the changes that are applied to it.
    applied: BTreeMap<FileId, BTreeSet<usize>>,
    modules: BTreeMap<FileId, &'s Module>,
    /// Where the change of an id stands.
    places: BTreeMap<&'s str, usize>,
}

fn applied(session: &Session) -> BTreeMap<FileId, BTreeSet<usize>> {
    let dropped: BTreeSet<usize> =
        session.materialized.dropped.iter().map(|d| session.approved[d.change]).collect();
    let mut applied: BTreeMap<FileId, BTreeSet<usize>> = BTreeMap::new();
    for &index in session.approved.iter().filter(|index| !dropped.contains(index)) {
        for file in files(&session.changes[index]) {
            applied.entry(file).or_default().insert(index);
        }
    }
    applied
}

fn files(change: &Change) -> BTreeSet<FileId> {
    change.ops.iter().map(|op| op.anchor().file).collect()
}

/// Whether files of these sizes may be made once more: the first time always, then as long as
/// what was spent on each of them stays small.
fn afford(sizes: &BTreeMap<FileId, usize>, spent: &mut BTreeMap<FileId, usize>) -> bool {
    sizes.iter().fold(true, |fine, (file, size)| {
        let spent = spent.entry(*file).or_default();
        let is_first = *spent == 0;
        *spent += size;
        fine && (is_first || *spent <= SHOWN_ALONE)
    })
}

impl Scene<'_> {
    /// The files that a change edits, with their sizes in bytes.
    fn sizes(&self, change: &Change) -> BTreeMap<FileId, usize> {
        let size = |id| self.modules.get(&id).map_or(0, |module| module.source.bytes.len());
        files(change).into_iter().map(|id| (id, size(id))).collect()
    }

    fn diff(&self, index: usize) -> Option<String> {
        let change = &self.session.changes[index];
        if self.is_applied_alone(index) {
            let made = &self.session.materialized.files;
            return Some(self.patch(made.iter().filter(|(file, _)| files(change).contains(file))));
        }
        let made = materialize(&self.modules, &self.with_required(change)?);
        made.dropped.is_empty().then(|| self.patch(made.files.iter()))
    }

    /// Whether no other change is applied to its files, so that their new bytes are there already.
    fn is_applied_alone(&self, index: usize) -> bool {
        let change = &self.session.changes[index];
        let is_alone = |file: &FileId| {
            self.applied.get(file).is_some_and(|all| all.iter().eq(std::iter::once(&index)))
        };
        change.requires.is_empty() && files(change).iter().all(is_alone)
    }

    /// A change and all that it requires; `None` if one of those is not there.
    fn with_required<'s>(&'s self, change: &'s Change) -> Option<Vec<&'s Change>> {
        let mut chosen = vec![change];
        let mut at = 0;
        while let Some(change) = chosen.get(at).copied() {
            at += 1;
            for id in &change.requires {
                let required = &self.session.changes[*self.places.get(id.as_str())?];
                if !chosen.iter().any(|known| known.id == required.id) {
                    chosen.push(required);
                }
            }
        }
        Some(chosen)
    }

    fn patch<'n>(&self, made: impl Iterator<Item = (&'n FileId, &'n NewFile)>) -> String {
        let mut text = Vec::new();
        for (file, new) in made {
            let path = patch_path(self.session, *file);
            let old = &self.modules[file].source.bytes;
            let diff = FileDiff { old, new: &new.bytes, path: &path };
            text.extend(unified(&self.session.mask, &diff, Context::Lines));
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_changes_of_a_file_are_shown_alone_and_so_many_more_as_its_size_allows() {
        let (small, large) = (FileId(0), FileId(1));
        let mut spent = BTreeMap::new();
        let sizes = BTreeMap::from([(small, SHOWN_ALONE / 4), (large, SHOWN_ALONE * 2)]);
        assert!(afford(&sizes, &mut spent), "each file once");
        assert!(!afford(&sizes, &mut spent), "the large one is spent");
        let small = BTreeMap::from([(small, SHOWN_ALONE / 4)]);
        let more: Vec<bool> = (0..3).map(|_| afford(&small, &mut spent)).collect();
        assert_eq!(more, [true, true, false]);
    }
}
