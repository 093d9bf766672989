//! The classes of an inheritance tree of which something can be expected, by the words that their
//! files hold: whole trees can span most files of a program, and only these are parsed.

use std::collections::BTreeSet;

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::Program;
use super::definitions::Definition;
use super::hierarchy::{Base, MOST_CLASSES};
use crate::workspace::FileId;

impl Program<'_> {
    /// Whether a class derives from another one, directly or not.
    pub fn derives_from(&self, class: Definition, base: Definition) -> bool {
        class != base && self.ancestry(class).0.contains(&base)
    }

    /// The classes that derive from a class and whose files hold one of the words, sorted. `None` if
    /// more classes derive from it than are looked at.
    pub fn derived_with(&self, class: Definition, words: &[&str]) -> Option<Vec<Definition>> {
        let name = self.name_of(class)?;
        let names = self.derived_names(&name)?;
        let mut found = self.classes_with(&names, words);
        found.retain(|below| self.derives_from(*below, class));
        Some(found)
    }

    /// The classes of the inheritance tree of a class whose files hold one of the words, sorted.
    /// `None` if the tree has more than are looked at.
    pub fn relatives_with(&self, class: Definition, words: &[&str]) -> Option<Vec<Definition>> {
        let tops = self.tops(class);
        let names = self.tree_names(&tops)?;
        let mut found = self.classes_with(&names, words);
        found.retain(|relative| self.is_below(*relative, &tops));
        found.push(class);
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// The classes outside the inheritance tree of a class from which classes of the tree derive as
    /// well, and whose files hold one of the words; sorted.
    pub fn beside_with(&self, class: Definition, words: &[&str]) -> Vec<Definition> {
        let tops = self.tops(class);
        let Some(names) = self.tree_names(&tops) else { return Vec::new() };
        let classes = self.classes();
        let mut found = self.classes_with(&classes.above(&names), words);
        found.retain(|other| {
            if self.is_below(*other, &tops) {
                return false;
            }
            let Some(name) = self.name_of(*other) else { return false };
            let both = classes.derived(&name, MOST_CLASSES).into_iter();
            let both: FxHashSet<String> =
                both.filter(|name| names.contains(*name)).map(str::to_owned).collect();
            let mut mixed = self.classes_with(&both, &[]).into_iter();
            mixed.any(|mixed| self.derives_from(mixed, *other) && self.is_below(mixed, &tops))
        });
        found
    }

    /// Whether two classes belong to one inheritance tree.
    pub fn are_related(&self, one: Definition, other: Definition) -> bool {
        self.is_below(one, &self.tops(other))
    }

    /// The names of the classes of the inheritance tree of a class and of all from which these derive,
    /// as far as names tell. `None` if there are more than are looked at.
    pub fn names_around(&self, class: Definition) -> Option<FxHashSet<String>> {
        let names = self.tree_names(&self.tops(class))?;
        Some(self.classes().above(&names))
    }

    /// The classes from which a class derives, or itself, that derive from no class of the program.
    fn tops(&self, class: Definition) -> Vec<Definition> {
        let (ancestry, _) = self.ancestry(class);
        let is_ours = |base: &Base| matches!(base, Base::Ours(_));
        ancestry.into_iter().filter(|class| !self.bases(*class).iter().any(is_ours)).collect()
    }

    fn is_below(&self, class: Definition, tops: &[Definition]) -> bool {
        self.ancestry(class).0.iter().any(|above| tops.contains(above))
    }

    /// The names of what derives from a class of that name, as far as names tell.
    fn derived_names(&self, name: &str) -> Option<FxHashSet<String>> {
        let names = self.classes().derived(name, MOST_CLASSES + 1);
        (names.len() <= MOST_CLASSES).then(|| names.into_iter().map(str::to_owned).collect())
    }

    fn tree_names(&self, tops: &[Definition]) -> Option<FxHashSet<String>> {
        let mut names = FxHashSet::default();
        for name in tops.iter().filter_map(|top| self.name_of(*top)) {
            names.extend(self.derived_names(&name)?);
            names.insert(name);
        }
        Some(names)
    }

    /// The class statements of these names in files that hold one of the words, or in all files if
    /// there are none; sorted.
    fn classes_with(&self, names: &FxHashSet<String>, words: &[&str]) -> Vec<Definition> {
        let classes = self.classes();
        let files: BTreeSet<FileId> =
            names.iter().flat_map(|name| classes.files_of(name)).collect();
        let finders: Vec<memmem::Finder> = words.iter().map(memmem::Finder::new).collect();
        let files: Vec<FileId> = files
            .into_par_iter()
            .filter(|file| finders.is_empty() || self.holds(*file, &finders))
            .collect();
        self.parse_all(&files);
        let mut found: Vec<Definition> = Vec::new();
        for file in files {
            let Some(member) = self.module(file) else { continue };
            let module = &member.module;
            let theirs = module.of_kind("class_definition").filter(|node| {
                let name = node.child_by_field_name("name");
                name.is_some_and(|name| names.contains(module.text_of(name)))
            });
            found.extend(theirs.map(|node| Self::definition_at(file, node)));
        }
        found.sort_unstable();
        found
    }

    fn holds(&self, file: FileId, finders: &[memmem::Finder]) -> bool {
        let holds = |bytes: &[u8]| finders.iter().any(|finder| finder.find(bytes).is_some());
        if let Some(Some(member)) = self.parsed().get(&file) {
            return holds(member.module.text().as_bytes());
        }
        self.bytes(file).is_some_and(|bytes| holds(&bytes))
    }
}
