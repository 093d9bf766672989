//! Functions and classes that the program names otherwise than by calling them: then somebody may
//! call them who is not seen.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use crate::program::mentions::Sought;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::look::{Look, Work};
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::threading::subject::{
    Kind, Subject, handed_on, other_references, own_references, subject,
};

/// How often names under which a function is handed on are looked for again.
const ROUNDS: usize = 3;

/// What only looks at what it is handed, or is followed by those who look for calls.
const LOOKS: [&str; 6] = ["isinstance", "issubclass", "super", "partial", "type", "signature"];

impl Solver<'_, '_> {
    /// Those of some functions, and of classes by their `__init__`, that are used otherwise than by
    /// a call.
    pub(super) fn used_otherwise(&self, keys: &[Key]) -> FxHashSet<Key> {
        let mut found = FxHashSet::default();
        let mut families = FxHashMap::default();
        let mut subjects: Vec<Subject> = Vec::new();
        for key in keys {
            let Some(module) = self.modules.get(key.0) else { continue };
            let node = module.exact(key.1, &["function_definition"]);
            let subject =
                node.and_then(|node| subject(key.0, module, node, self.program, &mut families));
            // What is done with methods is known by their references.
            subjects.extend(subject.filter(|subject| subject.kind != Kind::Method));
        }
        for subject in &subjects {
            let work = Work::default();
            let look = Look::new(self.program, subject.module, &work);
            let is_plain = own_references(subject, &look)
                .into_iter()
                .all(|node| is_plainly_used(subject.module, node));
            if !is_plain {
                found.extend(&subject.keys);
            }
        }
        for _ in 0..ROUNDS {
            subjects.retain(|subject| !subject.keys.iter().any(|key| found.contains(key)));
            if subjects.is_empty() {
                return found;
            }
            subjects = self.round(&subjects, &mut found);
        }
        // It is handed on further than is looked.
        found.extend(subjects.iter().flat_map(|subject| &subject.keys));
        found
    }

    /// Looks through the program; returns the subjects under the names by which modules hand them
    /// on.
    fn round<'m>(&self, subjects: &[Subject<'m>], found: &mut FxHashSet<Key>) -> Vec<Subject<'m>> {
        let mut sought = Vec::new();
        let mut owners = Vec::new();
        for (index, subject) in subjects.iter().enumerate() {
            let own = (subject.name.as_str(), subject.homes.clone());
            let derived = subject.classes.iter().filter(|class| **class != subject.name);
            let derived = derived.map(|class| (class.as_str(), Vec::new()));
            for (word, beside) in std::iter::once(own).chain(derived) {
                sought.push(Sought {
                    word: word.to_owned(),
                    as_attribute: false,
                    calls_too: false,
                    as_method: false,
                    beside,
                    ..Sought::default()
                });
                owners.push(index);
            }
        }
        let mut again: Vec<Subject> = Vec::new();
        self.program.mentioning(&sought, &mut |member, hits| {
            let mut indices: Vec<usize> = hits.iter().map(|hit| owners[*hit]).collect();
            indices.dedup();
            for index in indices {
                let subject = &subjects[index];
                if member.relative == subject.path {
                    continue;
                }
                let module = &member.module;
                let work = Work::default();
                let look = Look::new(self.program, module, &work);
                let nodes = other_references(subject, &look);
                if !nodes.into_iter().all(|node| is_plainly_used(module, node)) {
                    found.extend(&subject.keys);
                }
                again.extend(handed_on(subject, module, &member.relative));
            }
        });
        again.sort_by(|a, b| (&a.keys, &a.name, &a.homes).cmp(&(&b.keys, &b.name, &b.homes)));
        again.dedup_by(|a, b| (&a.keys, &a.name, &a.homes) == (&b.keys, &b.name, &b.homes));
        again
    }
}

/// Whether an expression that names a function or class only calls it, or only says what something
/// is.
fn is_plainly_used(module: &Module, node: Node) -> bool {
    let mut node = node;
    if node.kind() == "string" {
        return false;
    }
    for _ in 0..8 {
        let Some(parent) = module.parent(node) else { return false };
        match parent.kind() {
            "call" => {
                return parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id());
            }
            // The definition itself.
            "class_definition" | "function_definition" => {
                return parent.child_by_field_name("name").is_some_and(|n| n.id() == node.id());
            }
            "attribute" | "type" | "class_pattern" | "except_clause" | "delete_statement" => {
                return true;
            }
            "argument_list" => {
                let Some(call) = module.parent(parent) else { return false };
                if call.kind() == "class_definition" {
                    return true;
                }
                let function = call.child_by_field_name("function");
                let called = function.map_or("", |function| module.text_of(function));
                let last = called.rsplit('.').next().unwrap_or_default();
                let is_first =
                    tree::children(parent).first().is_some_and(|first| first.id() == node.id());
                return LOOKS.contains(&last) && (last != "partial" || is_first);
            }
            "tuple" | "parenthesized_expression" | "subscript" | "binary_operator" => node = parent,
            _ => return false,
        }
    }
    false
}
