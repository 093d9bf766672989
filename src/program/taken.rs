//! Which imported names other modules take from the module that imports them: such an import stays
//! though nothing in its own module uses it.

use std::collections::BTreeSet;
use std::path::Path;

use aho_corasick::AhoCorasick;
use memchr::memmem;
use rayon::prelude::*;

use super::Program;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::workspace::{FileId, FileKind};

/// A name that a module imports at its top.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Imported {
    /// The module's file.
    pub file: FileId,
    /// The name as the module knows it.
    pub name: String,
    /// The package that it comes from. A module that imports it from there itself takes it from
    /// nobody else.
    pub package: String,
}

impl Program<'_> {
    /// Those of the names that another module, tests included, may take from the module: it imports
    /// the name or everything from it, reads it as an attribute, or names it in a string.
    pub fn taken(&self, names: &BTreeSet<Imported>) -> BTreeSet<Imported> {
        let asked: Vec<(&Imported, &str)> = names
            .iter()
            .filter_map(|name| {
                let stem = self.relative(name.file).file_stem()?.to_str()?;
                Some((name, stem))
            })
            .collect();
        if asked.is_empty() {
            return BTreeSet::new();
        }
        let stems: Vec<&str> = asked.iter().map(|(_, stem)| *stem).collect();
        let mut taken = BTreeSet::new();
        let mut starred = BTreeSet::new();
        for (name, how) in self.search(&stems, |module, bytes, own| {
            let others = asked.iter().filter(|(name, _)| !own.contains(&name.file));
            others
                .filter_map(|(name, stem)| Some((*name, takes(module, bytes, stem, &name.name)?)))
                .collect()
        }) {
            match how {
                Taking::Itself => taken.insert(name.clone()),
                Taking::Star => starred.insert(name.clone()),
            };
        }
        // A star hands on everything, to modules that need not name this one.
        let rest: Vec<Imported> = starred.difference(&taken).cloned().collect();
        let words: Vec<&str> = rest.iter().map(|name| name.name.as_str()).collect();
        if words.is_empty() {
            return taken;
        }
        let found = self.search(&words, |module, bytes, own| {
            let others = rest.iter().filter(|name| !own.contains(&name.file));
            others.filter(|n| is_foreign(module, bytes, n)).map(|n| (n, Taking::Star)).collect()
        });
        taken.extend(found.into_iter().map(|(name, _)| name.clone()));
        taken
    }

    /// What `look` finds in each module that holds one of the words. It is told the ids that the
    /// module has among the scanned files.
    fn search<'n>(
        &self,
        words: &[&str],
        look: impl Fn(&Module, &[u8], &[FileId]) -> Vec<(&'n Imported, Taking)> + Sync,
    ) -> Vec<(&'n Imported, Taking)> {
        let Ok(automaton) = AhoCorasick::new(words) else { return Vec::new() };
        let workspace = self.whole();
        let files = workspace.files.par_iter();
        files
            .filter(|file| matches!(file.kind, FileKind::Python | FileKind::Stub))
            .filter_map(|file| {
                let bytes = self.bytes(file.id)?;
                if !automaton.is_match(&bytes) || memmem::find(&bytes, b"import").is_none() {
                    return None;
                }
                let module = self.glance(file.id)?.module;
                let own = self.ids_of(&file.relative);
                Some(look(&module, &module.source.bytes, &own))
            })
            .flatten()
            .collect()
    }

    fn ids_of(&self, relative: &Path) -> Vec<FileId> {
        let files = &self.scanned.files;
        let found = files.binary_search_by(|file| file.relative.as_path().cmp(relative));
        found.ok().map(|index| files[index].id).into_iter().collect()
    }
}

/// How a module may take a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taking {
    /// It does.
    Itself,
    /// It takes everything, and may hand it on.
    Star,
}

fn takes(module: &Module, bytes: &[u8], stem: &str, name: &str) -> Option<Taking> {
    memmem::find(bytes, stem.as_bytes())?;
    let star = has_star(module, stem);
    if !holds_word(bytes, name) {
        return star.then_some(Taking::Star);
    }
    let bound = module.names.scopes.iter().any(|scope| scope.bindings.contains_key(name));
    let named = memmem::find(bytes, format!("{stem}.{name}").as_bytes()).is_some();
    if named || (star && !bound) || imports(module, stem, name) {
        return Some(Taking::Itself);
    }
    star.then_some(Taking::Star)
}

/// Whether the module imports `stem.name`, or `stem` itself.
fn imports(module: &Module, stem: &str, name: &str) -> bool {
    let last_is = |dotted: &str| dotted.rsplit('.').next() == Some(stem);
    let bindings = module.names.scopes.iter().flat_map(|scope| scope.bindings.values().flatten());
    bindings.into_iter().any(|binding| match &binding.kind {
        BindingKind::Import { target, .. } => match target.rsplit_once('.') {
            Some((from, last)) => (last == name && last_is(from)) || last == stem,
            None => target == stem,
        },
        _ => false,
    })
}

fn has_star(module: &Module, stem: &str) -> bool {
    let stars = module.names.scopes.iter().flat_map(|scope| &scope.stars);
    stars.into_iter().any(|(from, _)| from.rsplit('.').next() == Some(stem))
}

/// Whether a module may take the name from any other one than the package.
fn is_foreign(module: &Module, bytes: &[u8], name: &Imported) -> bool {
    if !holds_word(bytes, &name.name) {
        return false;
    }
    let top = module.names.scopes.first();
    match top.and_then(|scope| scope.bindings.get(&name.name)) {
        None => true,
        Some(bindings) => bindings.iter().any(|binding| match &binding.kind {
            BindingKind::Import { target, .. } => {
                target.split('.').next() != Some(name.package.as_str())
            }
            _ => false,
        }),
    }
}

/// Whether the word stands in the bytes with no other word character beside it.
fn holds_word(bytes: &[u8], word: &str) -> bool {
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii())
    };
    memmem::find_iter(bytes, word).any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !is_word(before) && !is_word(bytes.get(at + word.len()))
    })
}
