//! Decisions that objects hold: the method's own one, and those at hand.

use tree_sitter::Node;

use super::Solver;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::found::{Carrier, Found};
use crate::threading::message::{is_message, keeps_what_is_sent};
use crate::threading::object::Objects;
use crate::threading::place::{Place, class_of, name_of};
use crate::threading::receiver::object_at;
use crate::threading::serving::is_serving;
use crate::threading::{Reach, Request};
use crate::workspace::FileId;

impl<'m> Solver<'_, 'm> {
    /// What the object around the place keeps; worked out once for a function, apart from those
    /// in which it depends on the place.
    pub(super) fn kept(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        name: &str,
    ) -> Option<(String, String)> {
        let function = place.functions().next()?;
        let module = place.module;
        let is_mentioned = module.attributes_named(name).next().is_some()
            || module.names.named(name, module.text()).next().is_some();
        if !is_mentioned {
            let is_init = name_of(module, function) == Some("__init__");
            return if is_init { None } else { self.inherited(file, place, name) };
        }
        let receivers = self.receivers.entry(file).or_default();
        let is_init =
            place.functions().any(|function| name_of(module, function) == Some("__init__"));
        if is_init {
            return receivers.kept(place, name);
        }
        let key = ((file, tree::span(function)), name.to_owned());
        if let Some(known) = self.kept.get(&key) {
            return known.clone();
        }
        let found = receivers.kept(place, name);
        let found = found.or_else(|| self.inherited(file, place, name));
        self.kept.insert(key, found.clone());
        found
    }

    /// What the object around the place keeps by a class of another file, from which its own one
    /// derives.
    pub(super) fn inherited(
        &self,
        file: FileId,
        place: &Place<'m>,
        name: &str,
    ) -> Option<(String, String)> {
        if self.reach != Reach::Program {
            return None;
        }
        let module = place.module;
        let object = object_at(place)?;
        let class = place.functions().find_map(|function| class_of(module, function))?;
        let class = Program::definition_at(file, class);
        let place = (class, name.to_owned());
        let known = self.keepers_above.borrow().get(&place).copied();
        let keeper = known.unwrap_or_else(|| {
            let found = crate::threading::stores::keeper_above(self.program, class, name);
            self.keepers_above.borrow_mut().insert(place, found);
            found
        })?;
        let shown = self.program.name_of(keeper)?;
        let path = self.program.relative(keeper.file).display();
        Some((format!("{object}.{name}"), format!("`{shown}` ({path}) keeps `{name}`")))
    }

    /// Why what the object around the place keeps under the name is not the user's decision; worked
    /// out once for a class.
    pub(super) fn is_sent(
        &mut self,
        request: &Request,
        place: &Place<'m>,
        name: &str,
    ) -> Option<String> {
        let module = place.module;
        let class = place.functions().find_map(|function| class_of(module, function))?;
        let key = ((request.file, tree::span(class)), name.to_owned());
        if let Some(known) = self.sent.get(&key) {
            return known.clone();
        }
        let found = self.is_sent_to(request.file, module, class, name);
        self.sent.insert(key, found.clone());
        found
    }

    fn is_sent_to(&self, file: FileId, module: &Module, class: Node, name: &str) -> Option<String> {
        let shown = name_of(module, class)?;
        let init = crate::threading::place::method(module, class, "__init__");
        let by_framework = init.and_then(|init| self.references.escape((file, tree::span(init))));
        if let Some(by) = by_framework {
            return Some(format!("`{shown}` is made by a framework: {by}"));
        }
        let is_served = is_serving(self.program) || self.references.is_served(shown);
        let is_sent = is_served && is_message(module, self.program, class)
            || keeps_what_is_sent(module, class, name);
        is_sent.then(|| format!("the objects of `{shown}` are made of what is sent"))
    }

    /// An object that is known to hold the decision.
    pub(super) fn by_object(
        &mut self,
        request: &Request,
        place: &Place<'m>,
        own: Option<&str>,
    ) -> Option<Found> {
        let module = place.module;
        let file = request.file;
        let functions: Vec<Node> = place.functions().collect();
        let remote: Vec<usize> = functions
            .iter()
            .filter(|function| self.is_closed(file, module, **function))
            .map(Node::id)
            .collect();
        let (references, program) = (&self.references, self.program);
        let objects =
            self.objects.entry((file, request.parameter.to_owned())).or_insert_with(|| {
                Objects::new(module, request.parameter, &|class| {
                    name_of(module, class).is_some_and(|name| references.is_served(name))
                        || (is_serving(program) && is_message(module, program, class))
                })
            });
        let is_elsewhere = |function: Node| references.is_elsewhere((file, tree::span(function)));
        let is_remote = |function: Node| remote.contains(&function.id());
        let held = match objects.held(place, &is_elsewhere, &is_remote) {
            Some(held) => held,
            None => self.held_from_afar(file, place, request.parameter, &remote)?,
        };
        if own == Some(held.expression.as_str()) {
            let why = format!(
                "`{}` is the user's decision, which it overrides; drop the assignment",
                held.expression
            );
            return Some(Found::nothing(why));
        }
        Some(Found::new(Carrier::Expression(held.expression), held.proof))
    }
}
