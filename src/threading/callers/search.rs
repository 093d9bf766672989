//! What is searched for to find calls, and the expressions that may be some.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::{Search, Wanted, class_of};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::subject::homes;
use crate::workspace::FileId;

/// The names that calls go by.
pub(super) fn words_of(wanted: &Wanted) -> Vec<String> {
    if wanted.makes.is_empty() {
        return vec![wanted.name.clone()];
    }
    wanted.makes.iter().map(|(_, name)| name.clone()).collect()
}

/// The files that are looked through whatever they mention: those of the functions and classes,
/// and of the classes that derive from them. Those of derived classes also name a base or the method,
/// so that sure calls in them are found without.
pub(super) fn own_files(program: &Program, wanted: &Wanted, sure_only: bool) -> BTreeSet<FileId> {
    let mut files: BTreeSet<FileId> = wanted.members.iter().map(|member| member.file).collect();
    files.extend(wanted.makes.iter().map(|(class, _)| class.file));
    if sure_only {
        return files;
    }
    for member in &wanted.members {
        if let Some(class) = class_of(program, *member)
            && let Some(tree) = program.relatives_with(class, &[&wanted.name])
        {
            files.extend(tree.iter().map(|class| class.file));
        }
    }
    files
}

pub(super) fn first_searches(program: &Program, index: usize, wanted: &Wanted) -> Vec<Search> {
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

/// A call that may run what is wanted.
pub(super) struct Candidate<'m> {
    /// The call that an argument is added to.
    pub(super) call: Node<'m>,
    /// What is called in the end.
    pub(super) function: Node<'m>,
    /// How many arguments by position are not for it.
    pub(super) skipped: usize,
}

/// `partial(f, x)`: the function is the first argument.
pub(super) fn partials<'m>(module: &'m Module, names: &BTreeSet<String>) -> Vec<Candidate<'m>> {
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
pub(super) fn makers(module: &Module) -> Vec<Candidate<'_>> {
    let own = ["cls", "__class__", "__init__", "klass"];
    let named = own.into_iter().flat_map(|name| module.calls_named(name));
    let by_type = module.calls_named("type").filter_map(|of| {
        let made = module.parent(of).filter(|parent| parent.kind() == "call")?;
        made.child_by_field_name("function").filter(|function| function.id() == of.id())?;
        Some(made)
    });
    named.chain(by_type).filter_map(Candidate::plain).collect()
}

/// The names by which a module knows what is imported under a name, and those of them that other
/// modules can import from it.
pub(super) fn aliases(module: &Module, word: &str) -> (Vec<String>, Vec<String>) {
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
        for renamed in crate::threading::subject::renamed(module, &name) {
            here.push(renamed.to_owned());
            handed_on.push(renamed.to_owned());
        }
    }
    handed_on.sort();
    handed_on.dedup();
    (here, handed_on)
}
