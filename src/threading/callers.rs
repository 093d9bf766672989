//! Who calls functions: the calls in the program that run one of them, each with what shows it.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::receivers_unknown::is_foreign;
use super::subject::homes;
use crate::program::Program;
use crate::program::callee::{Callee, How};
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::program::mentions::Sought;
use crate::program::types::class_around;
use crate::program::{Member, types};
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
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
    let mut finder = Finder {
        program,
        wanted,
        found: vec![Callers::default(); wanted.len()],
        visited: FxHashSet::default(),
    };
    let mut searches: BTreeSet<Search> = BTreeSet::new();
    for (index, wanted) in wanted.iter().enumerate() {
        searches.extend(first_searches(program, index, wanted));
        for file in own_files(program, wanted) {
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
    finder.settle_names();
    finder.settle_replaced();
    finder.found
}

/// The names that calls go by.
fn words_of(wanted: &Wanted) -> Vec<String> {
    if wanted.makes.is_empty() {
        return vec![wanted.name.clone()];
    }
    wanted.makes.iter().map(|(_, name)| name.clone()).collect()
}

/// The files that are looked through whatever they mention: those of the functions and classes,
/// and of the classes that derive from them.
fn own_files(program: &Program, wanted: &Wanted) -> BTreeSet<FileId> {
    let mut files: BTreeSet<FileId> = wanted.members.iter().map(|member| member.file).collect();
    files.extend(wanted.makes.iter().map(|(class, _)| class.file));
    for member in &wanted.members {
        if let Some(class) = class_of(program, *member)
            && let Some(tree) = program.relatives_with(class, &[&wanted.name])
        {
            files.extend(tree.iter().map(|class| class.file));
        }
    }
    files
}

/// The class whose body holds a method.
pub(super) fn class_of(program: &Program, method: Definition) -> Option<Definition> {
    let member = program.module(method.file)?;
    let node = member.module.exact(method.span, &["function_definition"])?;
    Some(Program::definition_at(method.file, class_around(&member.module, node)?))
}

fn first_searches(program: &Program, index: usize, wanted: &Wanted) -> Vec<Search> {
    let of = |file: FileId| homes(program.relative(file));
    if !wanted.makes.is_empty() {
        let classes = wanted.makes.iter();
        return classes
            .map(|(class, name)| Search {
                wanted: index,
                word: name.clone(),
                homes: of(class.file),
            })
            .collect();
    }
    if wanted.name == "__call__" {
        // Objects are called by the names that they are given where they are made.
        let mut classes: BTreeSet<String> = BTreeSet::new();
        for class in wanted.members.iter().filter_map(|member| class_of(program, *member)) {
            let Some(name) = program.name_of(class) else { continue };
            let derived = program.classes().derived(&name, usize::MAX).into_iter();
            classes.extend(derived.map(str::to_owned));
            classes.insert(name);
        }
        let search = |word| Search { wanted: index, word, homes: Vec::new() };
        return classes.into_iter().map(search).collect();
    }
    let homes = match (wanted.is_method, wanted.members.first()) {
        (false, Some(member)) => of(member.file),
        _ => Vec::new(),
    };
    vec![Search { wanted: index, word: wanted.name.clone(), homes }]
}

struct Finder<'p, 'w> {
    program: &'p Program<'p>,
    wanted: &'w [Wanted],
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

    /// Whether a call runs what is wanted.
    fn judge(&mut self, file: FileId, module: &Module, index: usize, candidate: &Candidate) {
        let wanted = &self.wanted[index];
        let call = tree::span(candidate.call);
        let Some(callee) = self.program.callee(file, module, candidate.function) else {
            self.judge_name(file, module, index, candidate);
            return;
        };
        let is_member = |function: &Definition| wanted.members.contains(function);
        if !callee.functions.iter().any(is_member) {
            return;
        }
        let mut others: Vec<Definition> =
            callee.functions.iter().copied().filter(|function| !is_member(function)).collect();
        others.extend(self.made_instead(file, module, &callee, candidate));
        others.retain(|other| !is_member(other));
        if !callee.is_sure {
            let why = "it may run something else as well";
            self.found[index].unresolved.insert(Unresolved { file, call, why });
            return;
        }
        let is_own = matches!(callee.evidence, How::Super | How::Object(types::Evidence::Own));
        let unbound = usize::from(wanted.is_method && !callee.is_bound);
        let found = &mut self.found[index];
        let calls = if others.is_empty() { &mut found.calls } else { &mut found.joint };
        calls.insert(Caller {
            file,
            call,
            how: Some(callee.evidence),
            skipped: candidate.skipped + unbound,
            is_bound: callee.is_bound,
            is_own,
            others,
        });
    }

    /// The constructors that a call may run in the place of the one that it names: those of derived
    /// classes where the class is `cls` or the object's, those of classes that stand beside it in the
    /// order of a derived one where `super()` is called.
    fn made_instead(
        &self,
        file: FileId,
        module: &Module,
        callee: &Callee,
        candidate: &Candidate,
    ) -> Vec<Definition> {
        let program = self.program;
        if let Some(class) = callee.makes {
            if !matches!(callee.evidence, How::Object(_)) {
                return Vec::new();
            }
            let derived = program.derived(class).unwrap_or_default();
            let makers = derived.iter().filter_map(|class| program.constructor(*class));
            return makers.filter(|maker| !takes_all(program, *maker)).collect();
        }
        let is_init = self.is_init(callee);
        if callee.evidence != How::Super || !is_init {
            return Vec::new();
        }
        let around = module.ancestors(candidate.call).find(|a| a.kind() == "class_definition");
        let Some(class) = around.map(|class| Program::definition_at(file, class)) else {
            return Vec::new();
        };
        let (above, _) = program.ancestry(class);
        let mut found = Vec::new();
        for derived in program.derived(class).unwrap_or_default() {
            let (all, _) = program.ancestry(derived);
            let beside = all.iter().skip(1).filter(|other| {
                !above.contains(other)
                    && !program.ancestry(**other).0.contains(&class)
                    && program.ancestry(**other).0.iter().skip(1).any(|base| above.contains(base))
            });
            found.extend(beside.filter_map(|class| match program.own_method(*class, "__init__") {
                Own::Function(init) => Some(init),
                _ => None,
            }));
        }
        found
    }

    fn is_init(&self, callee: &Callee) -> bool {
        let name = callee.functions.first().and_then(|function| self.program.name_of(*function));
        name.as_deref() == Some("__init__")
    }

    /// A call on an object of unknown class.
    fn judge_name(&mut self, file: FileId, module: &Module, index: usize, candidate: &Candidate) {
        let wanted = &self.wanted[index];
        let is_plain = wanted.is_method && wanted.makes.is_empty() && wanted.name != "__call__";
        if !is_plain || candidate.function.kind() != "attribute" {
            return;
        }
        let Some(object) = candidate.function.child_by_field_name("object") else { return };
        if is_foreign(self.program, file, module, object) {
            return;
        }
        self.found[index].by_name.insert(Caller {
            file,
            call: tree::span(candidate.call),
            how: None,
            skipped: candidate.skipped,
            is_bound: true,
            is_own: false,
            others: Vec::new(),
        });
    }

    /// What fits by the name alone stays only where every definition of it is one of those that are
    /// wanted, and libraries have no method of that name.
    fn settle_names(&mut self) {
        let open: Vec<usize> =
            (0..self.wanted.len()).filter(|index| !self.found[*index].by_name.is_empty()).collect();
        let others = self.defined_elsewhere(&open);
        for index in open {
            let name = &self.wanted[index].name;
            let why = if others.contains(&index) {
                "its object's class is not known, and others define a method of that name"
            } else if super::known_methods::is_known(name) {
                "its object's class is not known, and libraries have a method of that name"
            } else {
                continue;
            };
            let found = &mut self.found[index];
            for caller in std::mem::take(&mut found.by_name) {
                found.unresolved.insert(Unresolved { file: caller.file, call: caller.call, why });
            }
        }
    }

    /// Where code gives the name another function (`base.load = quick`), calls by it may run that.
    fn settle_replaced(&mut self) {
        for index in 0..self.wanted.len() {
            let wanted = &self.wanted[index];
            if self.found[index].len() == 0 || !self.is_replaced(wanted) {
                continue;
            }
            let why = "its name is given another function in the program";
            let found = &mut self.found[index];
            let calls = std::mem::take(&mut found.calls).into_iter();
            let others = std::mem::take(&mut found.joint).into_iter();
            let by_name = std::mem::take(&mut found.by_name).into_iter();
            for caller in calls.chain(others).chain(by_name) {
                let (file, call) = (caller.file, caller.call);
                found.unresolved.insert(Unresolved { file, call, why });
            }
        }
    }

    /// Whether an attribute of the module or the classes of functions is assigned under their name, or
    /// that of an object of these classes.
    fn is_replaced(&self, wanted: &Wanted) -> bool {
        let program = self.program;
        if !program.assigns_attribute(&wanted.name) {
            return false;
        }
        let classes: Vec<Definition> =
            wanted.members.iter().filter_map(|member| class_of(program, *member)).collect();
        let homes: Vec<FileId> = wanted.members.iter().map(|member| member.file).collect();
        let text = format!(".{} =", wanted.name);
        program.modules_holding(&[&text], &[]).iter().any(|member| {
            let module = &member.module;
            module.attributes_named(&wanted.name).any(|node| {
                let parent = module.parent(node).filter(|parent| parent.kind() == "assignment");
                let left = parent.and_then(|parent| parent.child_by_field_name("left"));
                let Some(object) = node.child_by_field_name("object") else { return false };
                if left.is_none_or(|left| left.id() != node.id()) {
                    return false;
                }
                if classes.is_empty() {
                    let meaning = program.meaning_of(module.file, module, object);
                    return meaning.module.iter().any(|file| homes.contains(file));
                }
                let typed = program.type_of(module.file, module, object);
                typed.is_some_and(|typed| {
                    typed.types.iter().any(|of| {
                        let (types::Type::Instance(class) | types::Type::Class(class)) = of;
                        let (above, _) = program.ancestry(*class);
                        classes.iter().any(|own| above.contains(own))
                            || classes.iter().any(|own| program.ancestry(*own).0.contains(class))
                    })
                })
            })
        })
    }

    /// Which of the wanted have a name that something else in the program is defined by, too.
    fn defined_elsewhere(&self, indices: &[usize]) -> BTreeSet<usize> {
        let sought: Vec<Sought> = indices
            .iter()
            .map(|index| Sought {
                word: self.wanted[*index].name.clone(),
                as_attribute: false,
                calls_too: true,
                as_method: false,
                beside: vec![format!("def {}", self.wanted[*index].name)],
                ..Sought::default()
            })
            .collect();
        let mut found = BTreeSet::new();
        self.program.mentioning(&sought, &mut |member, hits| {
            let module = &member.module;
            for hit in hits {
                let wanted = &self.wanted[indices[*hit]];
                let other = module.functions_named(&wanted.name).any(|node| {
                    !wanted.members.contains(&Program::definition_at(module.file, node))
                });
                if other {
                    found.insert(indices[*hit]);
                }
            }
        });
        found
    }
}

/// Whether a function takes any keyword.
fn takes_all(program: &Program, function: Definition) -> bool {
    let Some(member) = program.module(function.file) else { return false };
    let node = member.module.exact(function.span, &["function_definition"]);
    node.and_then(Signature::at).is_some_and(|s| s.has(ParameterKind::VarKeyword))
}

/// A call that may run what is wanted.
struct Candidate<'m> {
    /// The call that an argument is added to.
    call: Node<'m>,
    /// What is called in the end.
    function: Node<'m>,
    /// How many arguments by position are not for it.
    skipped: usize,
}

impl<'m> Candidate<'m> {
    fn plain(call: Node<'m>) -> Option<Self> {
        Some(Self { call, function: call.child_by_field_name("function")?, skipped: 0 })
    }
}

/// `partial(f, x)`: the function is the first argument.
fn partials<'m>(module: &'m Module, names: &BTreeSet<String>) -> Vec<Candidate<'m>> {
    let calls = module.calls_named("partial").chain(module.calls_named("partialmethod"));
    let found = calls.filter_map(|call| {
        let arguments = tree::children(call.child_by_field_name("arguments")?);
        let function = *arguments.first()?;
        let last = module.text_of(function).rsplit('.').next()?;
        let is_partial = module
            .names
            .resolve(call.child_by_field_name("function")?, module.text())
            .candidates()
            .iter()
            .any(|name| name.starts_with("functools.partial"));
        (is_partial && names.contains(last)).then_some(Candidate { call, function, skipped: 1 })
    });
    found.collect()
}

/// The calls by which methods make objects of their own class, or run the `__init__` of a base.
fn makers(module: &Module) -> Vec<Candidate<'_>> {
    let own = ["cls", "__class__", "__init__", "klass"];
    let named = own.into_iter().flat_map(|name| module.calls_named(name));
    let by_type = module.of_kind("call").filter(|call| {
        call.child_by_field_name("function").is_some_and(|function| {
            function.kind() == "call" && module.text_of(function).starts_with("type(")
        })
    });
    named.chain(by_type).filter_map(Candidate::plain).collect()
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

/// The names by which a module knows what is imported under a name, and those of them that other
/// modules can import from it.
fn aliases(module: &Module, word: &str) -> (Vec<String>, Vec<String>) {
    let mut here = Vec::new();
    let mut handed_on = Vec::new();
    for imported in module.names.imports_of(word) {
        here.push(imported.alias.clone());
        if imported.scope == 0 {
            handed_on.push(imported.alias.clone());
        }
    }
    let is_starred = module.names.scopes[0].stars.iter().any(|_| true);
    if is_starred {
        handed_on.push(word.to_owned());
    }
    let known: Vec<String> = here.iter().cloned().chain([word.to_owned()]).collect();
    for name in known {
        for renamed in super::subject::renamed(module, &name) {
            here.push(renamed.to_owned());
            handed_on.push(renamed.to_owned());
        }
    }
    handed_on.sort();
    handed_on.dedup();
    (here, handed_on)
}
