//! What functions are handed that a command line chooses: `parser.set_defaults(func=export)` and
//! `args.func(args)`.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::value::value;
use super::{Item, Step};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::mentions::Sought;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::threading::solver::definition;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// What is known of the mentions of a function.
#[derive(Default)]
struct Mentions {
    /// The names under which command lines hold it.
    keys: BTreeSet<String>,
    /// The arguments of its plain calls.
    calls: Vec<(FileId, Span)>,
    /// Whether it is used in another way.
    is_used_otherwise: bool,
}

impl Solver<'_, '_> {
    /// The namespaces that a function is handed as its first argument, if command lines choose it
    /// and nothing else uses it but plain calls.
    pub(super) fn dispatched(&self, function: Key, name: &str) -> Step {
        let found = self.mentions_of(function, name);
        found.map_or(Step::Unknown, |items| Step::either(Some(items).filter(|i| !i.is_empty())))
    }

    fn mentions_of(&self, function: Key, parameter: &str) -> Option<Vec<Item>> {
        if self.references.escape(function).is_some() {
            return None;
        }
        let module = self.modules.get(function.0)?;
        let node = module.exact(function.1, &["function_definition"])?;
        let first = *Signature::at(node)?.parameters.first()?;
        let is_first = module.text_of(first.name) == parameter;
        let is_plain = crate::threading::place::class_of(module, node).is_none();
        let name = self.program.name_of(definition(function)).filter(|_| is_first && is_plain)?;
        let mut found = Mentions::default();
        let program = self.program;
        note(program, function.0, module, &name, function, &mut found);
        let sought = Sought { word: name.clone(), calls_too: true, ..Sought::default() };
        program.mentioning(&[sought], &mut |member, _| {
            if member.module.file != function.0 {
                note(program, member.module.file, &member.module, &name, function, &mut found);
            }
        });
        if found.is_used_otherwise || found.keys.is_empty() {
            return None;
        }
        let mut items: Vec<Item> = Vec::new();
        for (file, span) in &found.calls {
            let module = self.modules.get(*file)?;
            items.push(value(*file, module.nodes().covering(*span)?, None));
        }
        let called = self.chosen(&found.keys);
        if called.is_empty() {
            return None;
        }
        for (file, span) in called {
            let module = self.modules.get(file)?;
            items.push(value(file, module.nodes().covering(span)?, None));
        }
        Some(items)
    }

    /// The objects that are handed to what they hold under one of the names: `args.func(args)`.
    fn chosen(&self, keys: &BTreeSet<String>) -> Vec<(FileId, Span)> {
        let sought: Vec<Sought> = keys
            .iter()
            .map(|key| Sought {
                word: key.clone(),
                calls_too: true,
                as_method: true,
                ..Sought::default()
            })
            .collect();
        let mut found = Vec::new();
        self.program.mentioning(&sought, &mut |member, _| {
            let module = &*member.module;
            for key in keys {
                for call in module.calls_named(key).filter_map(|c| Call::at(c, module.text())) {
                    let object = call.function.child_by_field_name("object");
                    let first = call.positional(0).map(|argument| argument.value);
                    let Some((object, first)) = object.zip(first) else { continue };
                    if module.text_of(object) == module.text_of(first) {
                        found.push((module.file, crate::python::tree::span(first)));
                    }
                }
            }
        });
        found
    }
}

/// Notes how a module uses a function of that name.
fn note(
    program: &Program,
    file: FileId,
    module: &Module,
    name: &str,
    function: Key,
    found: &mut Mentions,
) {
    for used in module.names.named(name, module.text()) {
        let Some(node) = module.nodes().covering(used.span) else { continue };
        let parent = module.parent(node);
        let is_definition = parent
            .is_some_and(|p| p.kind() == "function_definition" || p.kind().contains("import"));
        if is_definition || !means(program, file, module, node, function) {
            continue;
        }
        found.note_use(file, module, node);
    }
    for node in module.attributes_named(name) {
        if means(program, file, module, node, function) {
            found.note_use(file, module, node);
        }
    }
}

impl Mentions {
    fn note_use(&mut self, file: FileId, module: &Module, node: Node) {
        let Some(parent) = module.parent(node) else { return };
        if parent.kind() == "keyword_argument" {
            let call = module.ancestors(parent).find(|around| around.kind() == "call");
            let call = call.and_then(|call| Call::at(call, module.text()));
            let method = call.as_ref().and_then(|c| c.function.child_by_field_name("attribute"));
            let key = parent.child_by_field_name("name").map(|key| module.text_of(key));
            if method.is_some_and(|method| module.text_of(method) == "set_defaults") {
                self.keys.extend(key.map(str::to_owned));
                return;
            }
        }
        let call = Call::at(parent, module.text());
        let call = call.filter(|call| call.function.id() == node.id());
        let first = call.as_ref().and_then(|call| call.positional(0));
        match first.filter(|first| first.kind == ArgumentKind::Positional) {
            Some(first) => self.calls.push((file, crate::python::tree::span(first.value))),
            None => self.is_used_otherwise = true,
        }
    }
}

/// Whether an expression may mean the function.
fn means(program: &Program, file: FileId, module: &Module, node: Node, function: Key) -> bool {
    let meaning = program.meaning_of(file, module, node);
    let wanted: Definition = definition(function);
    meaning.definitions.contains(&wanted)
}
