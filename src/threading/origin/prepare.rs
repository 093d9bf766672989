//! Where objects that hold decisions are looked for: variables that are used like namespaces, whose
//! callers are looked for all at once.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::Item;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::threading::gain::fitting::is_like_settings;
use crate::threading::place::Place;
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How often the callers of callers are looked for beforehand.
const WAVES: usize = 6;

impl<'m> Solver<'_, 'm> {
    /// The variables that are used like namespaces or settings in a function, or in the module: their
    /// attributes are read, not only called, or they go by such a name and are handed on. Parameters
    /// come first. This only tells where to look.
    pub(super) fn objects_of(
        &mut self,
        file: FileId,
        module: &'m Module,
        root: Node<'m>,
    ) -> Rc<Vec<String>> {
        let key = (file, tree::span(root));
        if let Some(known) = self.origins.objects.get(&key) {
            return Rc::clone(known);
        }
        let mut names: FxHashSet<&str> = FxHashSet::default();
        let span = tree::span(root);
        let attributes =
            module.of_kind("attribute").filter(|node| span.contains(tree::span(*node)));
        for node in attributes {
            let object = node.child_by_field_name("object").filter(|o| o.kind() == "identifier");
            let is_called = module.parent(node).is_some_and(|parent| {
                parent.kind() == "call"
                    && parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id())
            });
            names.extend(object.filter(|_| !is_called).map(|object| module.text_of(object)));
        }
        let arguments = module.of_kind("argument_list").filter(|l| span.contains(tree::span(*l)));
        for node in arguments.flat_map(tree::children) {
            let value = node.child_by_field_name("value").unwrap_or(node);
            let text = module.text_of(value);
            let is_named = value.kind() == "identifier" && is_like_settings(text);
            names.extend(is_named.then_some(text));
        }
        let signature = Signature::at(root);
        let parameters = signature.iter().flat_map(|signature| &signature.parameters);
        let mut found: Vec<&str> = parameters
            .map(|parameter| module.text_of(parameter.name))
            .filter(|parameter| names.remove(parameter))
            .collect();
        let mut others: Vec<&str> = names.into_iter().collect();
        others.sort_unstable();
        found.extend(others);
        let found: Rc<Vec<String>> = Rc::new(found.into_iter().map(str::to_owned).collect());
        self.origins.objects.insert(key, Rc::clone(&found));
        found
    }

    /// Looks for the callers of the functions around all places at once, and for theirs.
    pub(super) fn prepare(&mut self) {
        if std::mem::replace(&mut self.origins.is_prepared, true) {
            return;
        }
        let mut places: Vec<(FileId, Span)> = Vec::new();
        for (file, spans) in &self.places {
            places.extend(spans.iter().map(|span| (*file, *span)));
        }
        places.sort_unstable();
        let mut items: Vec<Item> = Vec::new();
        for (file, span) in places {
            let Some(module) = self.modules.get(file) else { continue };
            let Some(node) = module.nodes().covering(span) else { continue };
            for function in Place::of(module, node).functions() {
                for variable in self.objects_of(file, module, function).iter() {
                    items.push(Item::Parameter((file, tree::span(function)), variable.clone()));
                }
            }
        }
        let mut seen: FxHashSet<Item> = FxHashSet::default();
        for _ in 0..WAVES {
            items.retain(|item| seen.insert(item.clone()) && self.needs_callers(item));
            let functions: Vec<Key> = items.iter().filter_map(function_key).collect();
            if functions.is_empty() {
                break;
            }
            self.look_for_callers(functions);
            items = items.iter().flat_map(|item| self.handed_parameters(item)).collect();
        }
    }

    /// The parameters that the callers of a function hand on as one of its own.
    fn handed_parameters(&mut self, item: &Item) -> Vec<Item> {
        let Item::Parameter(function, name) = item else { return Vec::new() };
        let Some(callers) = self.callers_of(*function) else { return Vec::new() };
        let mut found = Vec::new();
        for caller in callers.iter() {
            let argument = self.handed_in(*function, name, caller);
            let Some(argument) = argument.filter(|argument| argument.kind() == "identifier") else {
                continue;
            };
            let Some(module) = self.modules.get(caller.file) else { continue };
            let around = module.ancestors(argument).find(|a| a.kind() == "function_definition");
            found.extend(around.map(|around| {
                let key = (caller.file, tree::span(around));
                Item::Parameter(key, module.text_of(argument).to_owned())
            }));
        }
        found
    }
}

fn function_key(item: &Item) -> Option<Key> {
    match item {
        Item::Parameter(function, _) => Some(*function),
        _ => None,
    }
}
