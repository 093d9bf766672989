//! Where else the program refers to the functions that may gain a parameter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tree_sitter::Node;

use super::escape::{Use, imported, line, publishes, use_of};
use super::methods::attributes;
use super::place::{class_of, name_of};
use crate::program::Program;
use crate::program::mentions::Sought;
use crate::python::module::Module;
use crate::python::tree;
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
}

/// A function that is looked for.
struct Subject<'m> {
    key: Key,
    module: &'m Module,
    function: Node<'m>,
    /// What is looked for: the function's name, or that of the class for an `__init__`.
    name: &'m str,
    /// The class that holds it, for a method.
    class: &'m str,
    kind: Kind,
    /// The names that modules import it from: its file's, its folders'.
    homes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Method,
    /// An `__init__`, which is called by the class's name.
    Class,
}

impl References {
    /// Looks for the functions in their own modules and in the rest of the program.
    pub(super) fn of(
        functions: &[(FileId, Node)],
        modules: &BTreeMap<FileId, &Module>,
        program: &Program,
    ) -> Self {
        let subjects: Vec<Subject> = functions
            .iter()
            .filter_map(|(file, function)| {
                let module = *modules.get(file)?;
                let function = module.exact(tree::span(*function), &["function_definition"])?;
                subject(*file, module, function, program)
            })
            .collect();
        let mut found = Self::default();
        for subject in &subjects {
            let own = own_references(subject);
            found.note(subject, subject.module, program.relative(subject.key.0), &own);
        }
        let sought: Vec<Sought> = subjects.iter().map(sought).collect();
        for (member, hits) in program.mentioning(&sought) {
            for index in hits {
                let subject = &subjects[index];
                if member.relative == program.relative(subject.key.0) {
                    continue;
                }
                let nodes = other_references(subject, &member.module);
                if !nodes.is_empty() {
                    found.elsewhere.insert(subject.key);
                }
                found.note(subject, &member.module, &member.relative, &nodes);
            }
        }
        found
    }

    fn note(&mut self, subject: &Subject, module: &Module, path: &Path, nodes: &[Node]) {
        for node in nodes {
            let place = || format!("{}:{}", path.display(), line(module, *node));
            if subject.kind == Kind::Class {
                if publishes(module, *node) {
                    let by = format!("its class is published ({})", place());
                    self.escaped.entry(subject.key).or_insert(by);
                }
                continue;
            }
            match use_of(module, *node) {
                Use::Harmless => {}
                Use::Known(by) => {
                    let by = format!("handed to {by} ({})", place());
                    self.known.entry(subject.key).or_insert(by);
                }
                Use::Unknown(by) => {
                    self.escaped.entry(subject.key).or_insert(format!("{by} ({})", place()));
                }
            }
        }
    }

    /// By whom a function is handed to what may call it with remote input.
    pub(super) fn escape(&self, key: Key) -> Option<&str> {
        self.escaped.get(&key).map(String::as_str)
    }

    /// By whom a function is called that hands it what can be seen.
    pub(super) fn known(&self, key: Key) -> Option<&str> {
        self.known.get(&key).map(String::as_str)
    }

    /// Whether other modules mention a function.
    pub(super) fn is_elsewhere(&self, key: Key) -> bool {
        self.elsewhere.contains(&key)
    }
}

fn subject<'m>(
    file: FileId,
    module: &'m Module,
    function: Node<'m>,
    program: &Program,
) -> Option<Subject<'m>> {
    let own = name_of(module, function)?;
    let class = class_of(module, function);
    let (name, kind) = match class {
        Some(class) if own == "__init__" => (name_of(module, class)?, Kind::Class),
        Some(_) => (own, Kind::Method),
        None => (own, Kind::Function),
    };
    let path = program.relative(file);
    let parts = path.with_extension("");
    let homes = parts.iter().map(|part| part.to_string_lossy().into_owned());
    let homes = homes.filter(|part| part != "__init__").collect();
    let class = class.and_then(|class| name_of(module, class)).unwrap_or_default();
    Some(Subject { key: (file, tree::span(function)), module, function, name, class, kind, homes })
}

/// The references to a function in its own module.
fn own_references<'m>(subject: &Subject<'m>) -> Vec<Node<'m>> {
    let module = subject.module;
    if subject.kind == Kind::Method {
        return attributes(module, subject.class, subject.name);
    }
    let definition = match subject.kind {
        Kind::Class => class_of(module, subject.function),
        _ => Some(subject.function),
    };
    let Some(definition) = definition else { return Vec::new() };
    let scope = module.names.scope_at(definition.start_byte());
    let uses = module.names.uses_of(subject.name, scope, module.text());
    let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    nodes.filter(|node| !is_its_name(module, *node)).collect()
}

/// Whether an identifier is the name that a definition or an assignment gives.
fn is_its_name(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| match parent.kind() {
        "function_definition" | "class_definition" => {
            parent.child_by_field_name("name").is_some_and(|name| name.id() == node.id())
        }
        "assignment" => parent.child_by_field_name("left").is_some_and(|l| l.id() == node.id()),
        _ => false,
    })
}

fn other_references<'m>(subject: &Subject, module: &'m Module) -> Vec<Node<'m>> {
    if subject.kind == Kind::Method {
        return attributes(module, subject.class, subject.name);
    }
    let homes: Vec<&str> = subject.homes.iter().map(String::as_str).collect();
    imported(module, subject.name, &homes)
}

fn sought(subject: &Subject) -> Sought {
    Sought {
        word: subject.name.to_owned(),
        as_attribute: subject.kind == Kind::Method,
        beside: if subject.kind == Kind::Method { Vec::new() } else { subject.homes.clone() },
    }
}
