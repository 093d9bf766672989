//! Who calls functions: the calls in the program that run one of them, each with what shows it.

mod judge;
mod locals;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use self::search::{Candidate, aliases, first_searches, makers, own_files, partials, words_of};
use super::subject::homes;
use crate::program::callee::How;
use crate::program::definitions::Definition;
use crate::program::mentions::Sought;
use crate::program::types::class_around;
use crate::program::{Member, Program};
use crate::python::module::Module;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Functions whose callers are looked for: one, or all that a method of that name may mean.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The functions.
    pub(super) members: Vec<Definition>,
    /// Their name.
    pub(super) name: String,
    /// For an `__init__`: the classes that are made by it, with their names.
    pub(super) makes: Vec<(Definition, String)>,
    /// Whether they are methods.
    pub(super) is_method: bool,
}

/// A call of one of the functions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Caller {
    /// The file.
    pub(super) file: FileId,
    /// The whole call to which an argument is added: of `partial(f, x)`, that of `partial`.
    pub(super) call: Span,
    /// What shows it; `None` if only the name does.
    pub(super) how: Option<How>,
    /// How many of its arguments by position go elsewhere: to `partial` itself, or as the object.
    pub(super) skipped: usize,
    /// Whether the first parameter is handed by what stands before the dot.
    pub(super) is_bound: bool,
    /// Whether it is made on the method's own object, from within its classes.
    pub(super) is_own: bool,
    /// Other functions that it may run as well.
    pub(super) others: Vec<Definition>,
}

/// A call that may be one, and why that is not sure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unresolved {
    /// The file.
    pub(super) file: FileId,
    /// The call.
    pub(super) call: Span,
    /// Why.
    pub(super) why: &'static str,
}

/// The calls of some functions.
#[derive(Debug, Clone, Default)]
pub(super) struct Callers {
    /// Those that are sure, in the order of files and text.
    pub(super) calls: BTreeSet<Caller>,
    /// Those that may run other functions of the program as well.
    pub(super) joint: BTreeSet<Caller>,
    /// Those that fit by their name alone: every definition of it belongs to the functions.
    pub(super) by_name: BTreeSet<Caller>,
    /// Those that could not be resolved.
    pub(super) unresolved: BTreeSet<Unresolved>,
}

impl Callers {
    fn len(&self) -> usize {
        self.calls.len() + self.joint.len() + self.by_name.len()
    }
}

/// How often names under which a function is handed on are looked for again.
const ROUNDS: usize = 4;
/// How many files are looked at for the sure calls by one name: of what hundreds call, some do.
const MOST_FILES: usize = 40;
/// How many derived classes tell by their names where a method is surely called.
const MOST_NAMES: usize = 60;

/// What is looked for in one round.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Search {
    /// The index of what is wanted.
    wanted: usize,
    /// The name it goes by.
    word: String,
    /// The modules it is imported from; empty where that does not matter.
    homes: Vec<String>,
}

/// The callers of each of the wanted functions. Every file is read, those are parsed that can call
/// one of them.
pub(super) fn find(program: &Program, wanted: &[Wanted]) -> Vec<Callers> {
    let mut finder = searched(program, wanted, false);
    finder.settle_names();
    finder.settle_replaced();
    finder.found
}

/// The same without those that are not sure: what fits by its name alone is left out, for to tell
/// whether it may stay takes as long as all the rest.
pub(super) fn find_sure(program: &Program, wanted: &[Wanted]) -> Vec<Callers> {
    let mut finder = searched(program, wanted, true);
    finder.settle_replaced();
    finder.found
}

fn searched<'p, 'w>(
    program: &'p Program<'p>,
    wanted: &'w [Wanted],
    sure_only: bool,
) -> Finder<'p, 'w> {
    let mut finder = Finder {
        program,
        wanted,
        sure_only,
        found: vec![Callers::default(); wanted.len()],
        visited: FxHashSet::default(),
    };
    let mut searches: BTreeSet<Search> = BTreeSet::new();
    for (index, wanted) in wanted.iter().enumerate() {
        searches.extend(first_searches(program, index, wanted));
        for file in own_files(program, wanted, sure_only) {
            if let Some(member) = program.module(file) {
                let again = finder.visit(&member, index, &words_of(wanted));
                searches.extend(again);
            }
        }
    }
    for _ in 0..ROUNDS {
        if searches.is_empty() {
            break;
        }
        searches = finder.round(&searches);
    }
    finder
}

/// The class whose body holds a method.
pub(super) fn class_of(program: &Program, method: Definition) -> Option<Definition> {
    let member = program.module(method.file)?;
    let node = member.module.exact(method.span, &["function_definition"])?;
    Some(Program::definition_at(method.file, class_around(&member.module, node)?))
}

struct Finder<'p, 'w> {
    program: &'p Program<'p>,
    wanted: &'w [Wanted],
    /// Whether calls that fit by their name alone are of no use.
    sure_only: bool,
    found: Vec<Callers>,
    visited: FxHashSet<(usize, FileId, String)>,
}

impl Finder<'_, '_> {
    /// Looks through the program; returns what is to be looked for under other names.
    fn round(&mut self, searches: &BTreeSet<Search>) -> BTreeSet<Search> {
        let searches: Vec<&Search> = searches.iter().collect();
        let wanted = self.wanted;
        let sought: Vec<Sought> = searches
            .iter()
            .map(|search| Sought {
                word: search.word.clone(),
                as_attribute: false,
                calls_too: true,
                as_method: wanted[search.wanted].is_method
                    && search.homes.is_empty()
                    && wanted[search.wanted].name != "__call__",
                beside: search.homes.clone(),
                among_many: self.classes_named(search.wanted),
                at_most: if self.sure_only { MOST_FILES } else { 0 },
                ..Sought::default()
            })
            .collect();
        let program = self.program;
        let mut again = BTreeSet::new();
        program.looking(&sought, &mut |member, hits| {
            let mut keep = false;
            let mut by_wanted: BTreeMap<usize, Vec<String>> = BTreeMap::new();
            for hit in hits {
                let search = searches[*hit];
                by_wanted.entry(search.wanted).or_default().push(search.word.clone());
            }
            for (index, words) in by_wanted {
                let before = self.found[index].len();
                again.extend(self.visit(member, index, &words));
                keep |= self.found[index].len() != before;
            }
            keep
        });
        again
    }

    /// The classes by which a call of a method is told to be sure, by their names. A call on an object
    /// that is made elsewhere may be sure in a file without them; where the method has the name of
    /// many, to find it would take longer than it is worth.
    fn classes_named(&self, index: usize) -> Vec<String> {
        let wanted = &self.wanted[index];
        if !self.sure_only || !wanted.is_method || !wanted.makes.is_empty() {
            return Vec::new();
        }
        let mut names: BTreeSet<String> = BTreeSet::new();
        let program = self.program;
        for class in wanted.members.iter().filter_map(|member| class_of(program, *member)) {
            let (above, _) = program.ancestry(class);
            names.extend(above.into_iter().filter_map(|class| program.name_of(class)));
            let Some(name) = program.name_of(class) else { continue };
            let derived = program.classes().derived(&name, MOST_NAMES).into_iter();
            names.extend(derived.map(str::to_owned));
        }
        names.into_iter().collect()
    }

    /// Looks through one module for the calls of what is wanted under some names.
    fn visit(&mut self, member: &Member, index: usize, words: &[String]) -> Vec<Search> {
        let module = &*member.module;
        let file = module.file;
        let wanted = &self.wanted[index];
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut again = Vec::new();
        for word in words {
            if !self.visited.insert((index, file, word.clone())) {
                continue;
            }
            names.insert(word.clone());
            if wanted.name == "__call__" {
                let homes = homes(&member.relative);
                again.extend(objects(module, word).into_iter().map(|name| Search {
                    wanted: index,
                    word: name.to_owned(),
                    homes: homes.clone(),
                }));
            }
            if wanted.is_method && wanted.makes.is_empty() {
                continue;
            }
            let (here, handed_on) = aliases(module, word);
            let homes = homes(&member.relative);
            for name in &handed_on {
                again.push(Search { wanted: index, word: name.clone(), homes: homes.clone() });
            }
            names.extend(here);
        }
        let mut calls: Vec<Candidate> = Vec::new();
        for name in &names {
            calls.extend(module.calls_named(name).filter_map(Candidate::plain));
        }
        calls.extend(partials(module, &names));
        calls.extend(locals::calls(module, &names));
        if wanted.name == "__call__" {
            calls.extend(module.of_kind("call").filter_map(Candidate::plain));
        }
        if !wanted.makes.is_empty() {
            calls.extend(makers(module));
        }
        for candidate in calls {
            self.judge(file, module, index, &candidate);
        }
        again
    }
}

impl<'m> Candidate<'m> {
    fn plain(call: Node<'m>) -> Option<Self> {
        Some(Self { call, function: call.child_by_field_name("function")?, skipped: 0 })
    }
}

/// The names that a module gives at its top to what calling a name makes.
pub(super) fn objects<'m>(module: &'m Module, class: &str) -> Vec<&'m str> {
    let made = module.calls_named(class).filter_map(|call| {
        let assignment = module.parent(call).filter(|parent| parent.kind() == "assignment")?;
        let block = module.parent(module.parent(assignment)?)?;
        let left = assignment.child_by_field_name("left")?;
        (block.kind() == "module" && left.kind() == "identifier").then(|| module.text_of(left))
    });
    made.collect()
}
