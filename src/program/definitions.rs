//! Which functions and classes a name means, followed through imports from file to file.

mod bound;
mod stars;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::Program;
use super::imports::{Paths, Place, parts};
use crate::python::module::Module;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How many names are followed one after the other.
const MOST_STEPS: usize = 16;

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefinitionKind {
    /// A function or method.
    Function,
    /// A class.
    Class,
}

/// A definition in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Definition {
    /// The file, of the whole program.
    pub file: FileId,
    /// What it defines.
    pub kind: DefinitionKind,
    /// The function or class definition, without its decorators.
    pub span: Span,
}

/// What a name may mean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The program's functions and classes, sorted.
    pub definitions: Vec<Definition>,
    /// The modules, sorted, if it may be one of the program's.
    pub module: Vec<FileId>,
    /// Whether it can be nothing else. What is outside the program is surely nothing of it.
    pub is_sure: bool,
}

impl Meaning {
    /// What is outside the program.
    fn foreign() -> Self {
        Self { is_sure: true, ..Self::default() }
    }

    /// What nothing is known of.
    fn unknown() -> Self {
        Self::default()
    }

    fn of_definition(definition: Definition) -> Self {
        Self { definitions: vec![definition], ..Self::foreign() }
    }

    fn of_module(place: Place) -> Self {
        Self { module: place.file.into_iter().collect(), ..Self::foreign() }
    }

    /// Whether it is nothing of the program.
    fn is_empty(&self) -> bool {
        self.definitions.is_empty() && self.module.is_empty()
    }

    /// What is one or the other, where both may be meant: not sure if one is the program's and the
    /// other is not.
    fn or(mut self, other: Self) -> Self {
        self.is_sure = self.is_sure && other.is_sure && self.is_empty() == other.is_empty();
        self.definitions.extend(other.definitions);
        self.definitions.sort_unstable();
        self.definitions.dedup();
        self.module.extend(other.module);
        self.module.sort_unstable();
        self.module.dedup();
        self
    }

    fn unsure(self) -> Self {
        Self { is_sure: false, ..self }
    }
}

/// Adds one more that may be meant.
fn add(found: &mut Option<Meaning>, more: Meaning) {
    *found = Some(match found.take() {
        Some(before) => before.or(more),
        None => more,
    });
}

/// What was worked out: by the dotted name, the folder it is written in, and whether it is written
/// in the module of that very name. Files of one folder import alike.
pub(super) type Meanings = FxHashMap<(String, usize, bool), Meaning>;

impl Program<'_> {
    /// What a dotted name means in a file of the whole program: its longest beginning that is a
    /// module, and the rest looked up at that module's top. `dotted` is as imports write it, with
    /// leading dots where it is relative. Methods are found only in the body of the class that is
    /// named, not in those of its bases: then nothing is found, and not for sure.
    pub fn meaning(&self, dotted: &str, from: FileId) -> Meaning {
        Search::new(self).dotted(dotted, from)
    }

    /// What a plain name means in a scope of a module: `file` is the module's file in the whole
    /// program. A builtin is nothing of the program.
    pub fn local_meaning(
        &self,
        module: &Module,
        file: FileId,
        name: &str,
        scope: usize,
    ) -> Meaning {
        let found = Search::new(self).seen_from(&Within { module, file }, scope, name, &[]);
        found.unwrap_or_else(Meaning::foreign)
    }

    /// The same for an expression of the module; `None` unless it is a name, or attributes of one.
    pub fn expression_meaning(
        &self,
        module: &Module,
        file: FileId,
        expression: Node,
    ) -> Option<Meaning> {
        let names = bound::chain(module, expression)?;
        let scope = module.names.scope_at(expression.start_byte());
        let within = Within { module, file };
        let found = Search::new(self).seen_from(&within, scope, names[0], &names[1..]);
        Some(found.unwrap_or_else(Meaning::foreign))
    }

    fn meanings(&self) -> std::sync::MutexGuard<'_, Meanings> {
        self.meanings.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A module with its file in the whole program.
#[derive(Clone, Copy)]
struct Within<'m> {
    module: &'m Module,
    file: FileId,
}

/// One search for what a name means. Its answers are `None` where the name is bound by nothing.
struct Search<'p, 'w> {
    program: &'p Program<'w>,
    paths: &'p Paths,
    /// The names that are being followed, with the files and scopes that bind them.
    trail: Vec<(FileId, usize, String)>,
    /// How often a name led back to itself so far.
    loops: usize,
    /// How often an answer was cut short for what was followed before.
    cuts: usize,
}

impl<'p, 'w> Search<'p, 'w> {
    fn new(program: &'p Program<'w>) -> Self {
        Self { program, paths: program.paths(), trail: Vec::new(), loops: 0, cuts: 0 }
    }

    /// What a dotted name means in a file; remembered unless that depends on how it was come to.
    fn dotted(&mut self, dotted: &str, from: FileId) -> Meaning {
        let Some(home) = self.paths.home(from) else { return Meaning::unknown() };
        let first = dotted.split('.').next().unwrap_or_default();
        let key = (dotted.to_owned(), home, self.paths.is_named(from, first));
        if let Some(known) = self.program.meanings().get(&key) {
            return known.clone();
        }
        let before = (self.loops, self.cuts);
        let meaning = self.followed(dotted, from);
        if self.trail.is_empty() || before == (self.loops, self.cuts) {
            self.program.meanings().insert(key, meaning.clone());
        }
        meaning
    }

    /// What a dotted name means in a file, worked out.
    fn followed(&mut self, dotted: &str, from: FileId) -> Meaning {
        let (dots, names) = parts(dotted);
        if dots > 0 {
            let Some(package) = self.paths.package(from, dots) else { return Meaning::foreign() };
            return self.below(package, &names).unwrap_or_else(Meaning::unknown);
        }
        for roots in self.paths.roots(&names, from) {
            let mut found = None;
            let mut places = 0;
            for root in &roots {
                let Some(meaning) = self.below(root.place, &names) else { continue };
                places += 1;
                add(&mut found, if root.is_doubtful { meaning.unsure() } else { meaning });
            }
            match found {
                Some(meaning) if places > 1 => return meaning.unsure(),
                Some(meaning) => return meaning,
                // Python looks no further than there.
                None if roots.iter().any(|root| root.is_certain) => return Meaning::unknown(),
                None => {}
            }
        }
        Meaning::foreign()
    }

    /// What the names mean, one within the other, beginning in a package, module or folder.
    fn below(&mut self, place: Place, names: &[&str]) -> Option<Meaning> {
        let Some((name, rest)) = names.split_first() else {
            return Some(Meaning::of_module(place));
        };
        let inner = self.paths.child(place, name);
        if let Some(inner) = inner.filter(|_| !rest.is_empty())
            && let Some(found) = self.below(inner, rest)
        {
            return Some(found);
        }
        let Some(inner) = inner.filter(|_| rest.is_empty()) else {
            return self.at_top(place.file?, name, rest, inner.is_some());
        };
        // A package may bind the name of a module in it to something else, such as the function
        // that gave the module its name.
        let bound = place.file.and_then(|file| self.at_top(file, name, rest, true));
        let is_bound = |meaning: &Meaning| !meaning.is_empty() || self.binds(place, name);
        Some(bound.filter(is_bound).unwrap_or_else(|| Meaning::of_module(inner)))
    }

    /// Whether a module itself binds a name, not by a star.
    fn binds(&self, place: Place, name: &str) -> bool {
        let member = place.file.and_then(|file| self.program.module(file));
        let top = member.as_ref().and_then(|member| member.module.names.scopes.first());
        top.is_some_and(|top| bound::is_bound(top, name))
    }

    /// What a name at the top of a file means, and the rest as attributes of it. A name that leads
    /// back to itself is a module if there is one of that name.
    fn at_top(
        &mut self,
        file: FileId,
        name: &str,
        rest: &[&str],
        is_module: bool,
    ) -> Option<Meaning> {
        let Some(member) = self.program.module(file) else { return Some(Meaning::unknown()) };
        let within = Within { module: &member.module, file };
        if is_module && self.is_followed(file, 0, name) {
            self.cuts += 1;
            return None;
        }
        self.in_scope(&within, 0, name, rest)
    }

    fn is_followed(&self, file: FileId, scope: usize, name: &str) -> bool {
        self.trail.iter().any(|(f, s, n)| (*f, *s, n.as_str()) == (file, scope, name))
    }

    /// What a name means as seen from a scope, and the rest as attributes of it.
    fn seen_from(
        &mut self,
        within: &Within,
        scope: usize,
        name: &str,
        rest: &[&str],
    ) -> Option<Meaning> {
        let names = &within.module.names;
        let Some(bound) = names.binding_scope(name, scope) else {
            let around = std::iter::successors(Some(scope), |at| names.scopes[*at].parent);
            return self.by_stars(within, &around.collect::<Vec<_>>(), name, rest, 0);
        };
        // `load = load` in the body of a class means the one outside.
        let is_own = self.is_followed(within.file, bound, name);
        match names.scopes[bound].parent.filter(|_| is_own) {
            Some(parent) => self.seen_from(within, parent, name, rest),
            None => self.in_scope(within, bound, name, rest),
        }
    }

    /// What a name means by the bindings of one scope.
    fn in_scope(
        &mut self,
        within: &Within,
        scope: usize,
        name: &str,
        rest: &[&str],
    ) -> Option<Meaning> {
        let facts = within.module.names.scopes.get(scope)?;
        let is_bound = bound::is_bound(facts, name);
        if self.is_followed(within.file, scope, name) {
            self.loops += 1;
            return is_bound.then(Meaning::unknown);
        }
        if self.trail.len() >= MOST_STEPS {
            self.cuts += 1;
            return Some(Meaning::unknown());
        }
        self.trail.push((within.file, scope, name.to_owned()));
        let found = if is_bound {
            self.by_bindings(within, scope, name, rest)
        } else {
            self.by_stars(within, &[scope], name, rest, 0)
        };
        self.trail.pop();
        found
    }
}

#[cfg(test)]
mod tests;
