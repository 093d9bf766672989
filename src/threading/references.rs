//! Where the program refers to the functions that may gain a parameter, and what it does with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::decorator::is_property;
use super::escape::{Use, followed, line};
use super::imported::searches;
use super::look::{Look, Work};
use super::message::classes_of;
use super::methods::{published, publishes};
use super::modules::Modules;
use super::place::name_of;
use super::subject::{
    Kind, Relatives, Subject, handed_on, other_references, own_references, renamed, subject, words,
};
use super::table::container;
use crate::program::Program;
use crate::program::mentions::Sought;
use crate::python::module::Module;
use crate::python::tree;
use crate::transforms::remote::{WEB, imports_web};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// A function: its file and where it stands.
pub(super) type Key = (FileId, Span);

/// What the program does with functions apart from calling them.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Functions that are handed to what may call them with remote input: by whom.
    escaped: BTreeMap<Key, String>,
    /// Functions that are handed to what calls them with what can be seen: by whom.
    known: BTreeMap<Key, String>,
    /// Functions that other modules mention.
    elsewhere: BTreeSet<Key>,
    /// Classes that modules which serve requests mention.
    served: BTreeSet<String>,
    /// What is done with the tables of modules.
    tables: FxHashMap<TableKey, Use>,
    /// How modules publish the objects of classes, by the module's hash and the class; whether the
    /// objects themselves are called.
    published: FxHashMap<([u8; 32], String, bool), Option<String>>,
    /// Where modules search others for functions by name, by their hash and what they search.
    searches: FxHashMap<([u8; 32], Vec<String>), Option<usize>>,
    /// What is worked out for all references.
    pub(super) work: Rc<Work>,
}

/// A table: the hash of its module, its node, and the position in a tuple that counts.
type TableKey = ([u8; 32], usize, Option<usize>);

/// How many classes that derive from one are looked at.
pub(super) const MOST_CLASSES: usize = 1000;

/// How often names under which a function is handed on are looked for again.
const ROUNDS: usize = 3;

impl References {
    /// Looks for more functions in their own modules and in the rest of the program.
    pub(super) fn add(
        &mut self,
        functions: &[(FileId, Node)],
        modules: &Modules,
        program: &Program,
    ) {
        let found = self;
        found.served.extend(served(functions, modules, program));
        let mut subjects: Vec<Subject> = Vec::new();
        let mut known: FxHashMap<(FileId, usize, &str), usize> = FxHashMap::default();
        let mut families: FxHashMap<String, Relatives> = FxHashMap::default();
        for (file, function) in functions {
            let Some(module) = modules.get(*file) else { continue };
            let exact = module.exact(tree::span(*function), &["function_definition"]);
            let Some(function) = exact else { continue };
            if is_property(module, function) {
                // It is run wherever the attribute is read, and takes nothing.
                continue;
            }
            let name = name_of(module, function).unwrap_or_default();
            let scope = module.names.scope_at(function.start_byte());
            let key = (*file, tree::span(function));
            if let Some(there) = known.get(&(*file, scope, name)) {
                subjects[*there].keys.push(key);
                continue;
            }
            let Some(new) = subject(*file, module, function, program, &mut families) else {
                continue;
            };
            if new.classes.len() > MOST_CLASSES {
                let by = "inherited by more classes than are looked at";
                found.escaped.insert(key, by.to_owned());
                continue;
            }
            known.insert((*file, scope, name), subjects.len());
            subjects.push(new);
        }
        let renamed: Vec<Subject> = subjects
            .iter()
            .filter(|subject| subject.kind != Kind::Method)
            .flat_map(|subject| {
                let names = renamed(subject.module, &subject.name).into_iter();
                names.map(|name| Subject { name: name.to_owned(), ..subject.clone() })
            })
            .collect();
        for subject in &subjects {
            let work = Rc::clone(&found.work);
            let look = Look::new(program, subject.module, &work);
            found.note(subject, &look, &subject.path, &own_references(subject, &look));
        }
        let own: Vec<Subject> = subjects
            .iter()
            .filter(|subject| subject.kind == Kind::Method)
            .flat_map(|subject| handed_on(subject, subject.module, &subject.path))
            .collect();
        subjects.extend(renamed);
        subjects.extend(own);
        for round in 0..ROUNDS {
            subjects = found.round(&subjects, program, round == 0);
            if subjects.is_empty() {
                break;
            }
        }
    }

    /// Looks for the subjects in the rest of the program; returns them under the names by which
    /// other modules hand them on.
    fn round<'m>(
        &mut self,
        subjects: &[Subject<'m>],
        program: &Program,
        is_first: bool,
    ) -> Vec<Subject<'m>> {
        let mut sought: BTreeMap<Sought, Vec<usize>> = BTreeMap::new();
        for (index, subject) in subjects.iter().enumerate() {
            for word in words(subject, is_first) {
                sought.entry(word).or_default().push(index);
            }
        }
        let (words, owners): (Vec<Sought>, Vec<Vec<usize>>) = sought.into_iter().unzip();
        let mut again: Vec<Subject> = Vec::new();
        let work = Rc::clone(&self.work);
        program.mentioning(&words, &mut |member, hits| {
            let look = Look::new(program, &member.module, &work);
            let indices: BTreeSet<usize> =
                hits.iter().flat_map(|hit| owners[*hit].iter().copied()).collect();
            for index in indices {
                let subject = &subjects[index];
                if member.relative == subject.path {
                    continue;
                }
                let nodes = other_references(subject, &look);
                if !nodes.is_empty() {
                    self.elsewhere.extend(&subject.keys);
                }
                self.note(subject, &look, &member.relative, &nodes);
                again.extend(handed_on(subject, &member.module, &member.relative));
            }
        });
        again.sort_by(|a, b| (&a.keys, &a.name, &a.homes).cmp(&(&b.keys, &b.name, &b.homes)));
        again.dedup_by(|a, b| (&a.keys, &a.name, &a.homes) == (&b.keys, &b.name, &b.homes));
        again
    }

    fn note(&mut self, subject: &Subject, look: &Look, path: &Path, nodes: &[Node]) {
        let module = look.module;
        let shown = path.display();
        for node in nodes {
            let place = || format!("{shown}:{}", line(module, *node));
            if subject.kind == Kind::Class {
                if publishes(&look.afresh(), *node) {
                    let by = format!("its class is published ({})", place());
                    self.escape_by(subject, &by);
                }
                continue;
            }
            let used = match node.kind() {
                "string" => Use::Unknown("named in a string".to_owned()),
                _ => self.use_of(&look.afresh(), *node),
            };
            match used {
                Use::Harmless => {}
                Use::Known(by) => {
                    for key in &subject.keys {
                        self.known.entry(*key).or_insert_with(|| format!("{by} ({})", place()));
                    }
                }
                Use::Unknown(by) => self.escape_by(subject, &format!("{by} ({})", place())),
            }
        }
        let escape = match subject.kind {
            Kind::Method => self
                .published(subject, look)
                .map(|by| format!("a method of an object {by} ({shown})")),
            Kind::Function | Kind::Class => self
                .searched(subject, module)
                .map(|line| format!("looked up by its name ({shown}:{line})")),
        };
        if let Some(by) = escape {
            self.escape_by(subject, &by);
        }
    }

    fn escape_by(&mut self, subject: &Subject, by: &str) {
        for key in &subject.keys {
            self.escaped.entry(*key).or_insert_with(|| by.to_owned());
        }
    }

    /// How a module publishes the objects that have a method.
    fn published(&mut self, subject: &Subject, look: &Look) -> Option<String> {
        let module = look.module;
        let is_callable = subject.name == "__call__";
        let class = subject.classes.first().cloned().unwrap_or_default();
        let key = (module.source.hash.as_bytes().to_owned(), class, is_callable);
        let known = self.published.entry(key).or_insert_with(|| {
            let classes: Vec<&str> = subject.classes.iter().map(String::as_str).collect();
            published(look, &classes, is_callable)
        });
        known.clone()
    }

    /// The line, 1-based, in which a module searches that of a function for what has a name.
    fn searched(&mut self, subject: &Subject, module: &Module) -> Option<usize> {
        let key = (module.source.hash.as_bytes().to_owned(), subject.homes.clone());
        let known = self.searches.entry(key).or_insert_with(|| {
            let homes: Vec<&str> = subject.homes.iter().map(String::as_str).collect();
            searches(module, &homes).map(|search| line(module, search))
        });
        *known
    }

    /// What is done with a function where a node names it; once for all that stands in a table.
    fn use_of(&mut self, look: &Look, node: Node) -> Use {
        let module = look.module;
        let Some(table) = container(module, node) else { return followed(look, node) };
        // Where tuples are taken apart, the position in them counts.
        let position = module
            .parent(node)
            .filter(|parent| parent.kind() == "tuple")
            .and_then(|p| tree::children(p).iter().position(|child| child.id() == node.id()));
        let key = (module.source.hash.as_bytes().to_owned(), table.id(), position);
        if let Some(known) = self.tables.get(&key) {
            return known.clone();
        }
        let found = followed(look, node);
        self.tables.insert(key, found.clone());
        found
    }

    /// By whom a function is handed to what may call it with remote input.
    pub(super) fn escape(&self, key: Key) -> Option<&str> {
        self.escaped.get(&key).map(String::as_str)
    }

    /// By whom a function is called that hands it what can be seen.
    pub(super) fn known(&self, key: Key) -> Option<&str> {
        self.known.get(&key).map(String::as_str)
    }

    /// Whether a module that serves requests mentions a class.
    pub(super) fn is_served(&self, class: &str) -> bool {
        self.served.contains(class)
    }

    /// Whether other modules mention a function.
    pub(super) fn is_elsewhere(&self, key: Key) -> bool {
        self.elsewhere.contains(&key)
    }
}

/// The classes of the functions and their parameters that modules which serve requests mention.
fn served(functions: &[(FileId, Node)], modules: &Modules, program: &Program) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut classes: BTreeSet<&str> = BTreeSet::new();
    for (file, function) in functions {
        let Some(module) = modules.get(*file) else { continue };
        let Some(function) = module.exact(tree::span(*function), &["function_definition"]) else {
            continue;
        };
        let names = classes_of(module, function);
        if imports_web(module) {
            found.extend(names.iter().map(|name| (*name).to_owned()));
        }
        classes.extend(names);
    }
    let classes: Vec<&str> = classes.into_iter().collect();
    let beside: Vec<String> = WEB.map(str::to_owned).to_vec();
    let sought: Vec<Sought> = classes
        .iter()
        .map(|class| Sought {
            word: (*class).to_owned(),
            as_attribute: false,
            calls_too: true,
            as_method: false,
            beside: beside.clone(),
            ..Sought::default()
        })
        .collect();
    program.mentioning(&sought, &mut |member, hits| {
        if imports_web(&member.module) {
            found.extend(hits.iter().map(|hit| classes[*hit].to_owned()));
        }
    });
    found
}

#[cfg(test)]
mod tests;
