//! What the callers of a function hand in for a parameter, where all of them can be seen.

use std::rc::Rc;

use tree_sitter::Node;

use super::value::value;
use super::{Item, Source, Step};
use crate::program::types::{Bound, binding_of};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::{Parameter, ParameterKind, Signature};
use crate::threading::callers::{self, Caller, Wanted};
use crate::threading::host::Gate;
use crate::threading::kin;
use crate::threading::place::{class_of, receiver};
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::threading::solver::definition;

/// What an annotation of a parameter is called that may hold a namespace.
const OPEN: [&str; 4] = ["Namespace", "Any", "object", "Optional[Namespace]"];

/// A parameter with its function.
struct Place<'m> {
    module: &'m Module,
    parameter: Parameter<'m>,
}

impl<'m> Solver<'_, 'm> {
    /// Whether the callers of a parameter's function have to be looked for, and were not yet.
    pub(super) fn needs_callers(&self, item: &Item) -> bool {
        let Item::Parameter(function, name) = item else { return false };
        !self.origins.calls.contains_key(function)
            && !self.origins.steps.contains_key(item)
            && self.parameter(*function, name).is_some_and(|place| {
                place
                    .parameter
                    .annotation
                    .is_none_or(|annotation| is_open(place.module, annotation))
            })
    }

    fn parameter(&self, function: Key, name: &str) -> Option<Place<'m>> {
        let module = self.modules.get(function.0)?;
        let node = module.exact(function.1, &["function_definition"])?;
        let parameter = *Signature::at(node)?
            .parameters
            .iter()
            .find(|parameter| module.text_of(parameter.name) == name)?;
        let is_one = parameter.name.kind() == "identifier"
            && !matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword);
        let is_receiver =
            receiver(module, node).is_some_and(|own| own.name.id() == parameter.name.id());
        (is_one && !is_receiver).then_some(Place { module, parameter })
    }

    /// An object of the class that the annotation names, else what all callers hand in; its default
    /// too.
    pub(super) fn step_of_parameter(&mut self, function: Key, name: &str) -> Step {
        let Some(place) = self.parameter(function, name) else { return Step::Unknown };
        let default = place.parameter.default.map(|default| value(function.0, default, None));
        if let Some(annotation) = place.parameter.annotation {
            // A default may be an object of a class that derives from it, or none at all.
            match (self.class_named(function.0, place.module, annotation), default.clone()) {
                (Some(class), None) => return Step::From(Source::Made(class)),
                (Some(_), Some(default)) => return Step::of(default),
                (None, _) if !is_open(place.module, annotation) => return Step::Unknown,
                (None, _) => {}
            }
        }
        let mut items: Vec<Item> = default.into_iter().collect();
        let Some(callers) = self.callers_of(function) else {
            return self.dispatched(function, name);
        };
        for caller in callers.iter() {
            let Some(argument) = self.handed_in(function, name, caller) else {
                return Step::Unknown;
            };
            items.push(value(caller.file, argument, None));
        }
        Step::OneOf(items)
    }

    /// The calls of a function, if all of them can be seen.
    pub(in crate::threading) fn callers_of(&mut self, function: Key) -> Option<Rc<Vec<Caller>>> {
        self.look_for_callers([function]);
        self.origins.calls.get(&function)?.clone()
    }

    /// What a call hands in for a parameter.
    pub(in crate::threading) fn handed_in(
        &self,
        function: Key,
        name: &str,
        caller: &Caller,
    ) -> Option<Node<'m>> {
        let module = self.modules.get(caller.file)?;
        let call = Call::at(module.exact(caller.call, &["call"])?, module.text())?;
        if let Some(argument) = call.keyword(name) {
            return Some(argument.value);
        }
        // What stands before the arguments of a static method is no object.
        let home = self.modules.get(function.0)?;
        let node = home.exact(function.1, &["function_definition"])?;
        if class_of(home, node).is_some() && binding_of(home, node) == Bound::Static {
            return None;
        }
        let at = self.position(definition(function), name, caller.is_bound)?;
        call.positional(at + caller.skipped).map(|argument| argument.value)
    }

    /// Looks for the calls of functions, all at once.
    pub(super) fn look_for_callers(&mut self, functions: impl IntoIterator<Item = Key>) {
        let mut keys: Vec<Key> = functions.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|key| !self.origins.calls.contains_key(key));
        if keys.is_empty() {
            return;
        }
        for key in &keys {
            self.origins.calls.insert(*key, None);
        }
        self.look_for(keys.iter().filter_map(|key| Some((key.0, self.node(*key)?))).collect());
        keys.retain(|key| self.is_only_called(*key));
        let otherwise = self.used_otherwise(&keys);
        keys.retain(|key| !otherwise.contains(key));
        let mut wanted: Vec<(Key, Wanted)> = Vec::new();
        for key in keys {
            let kin = self.kin(key);
            if kin.trouble.is_none()
                && let Some(found) = kin::wanted(self.program, &kin.members)
            {
                wanted.push((key, found));
            }
        }
        let (keys, wanted): (Vec<Key>, Vec<Wanted>) = wanted.into_iter().unzip();
        for (key, found) in keys.into_iter().zip(callers::find(self.program, &wanted)) {
            let is_whole = found.by_name.is_empty() && found.unresolved.is_empty();
            if is_whole && !found.calls.is_empty() {
                let calls = Rc::new(found.calls.into_iter().collect());
                self.origins.calls.insert(key, Some(calls));
            }
        }
    }

    /// The node of a function.
    fn node(&self, key: Key) -> Option<Node<'m>> {
        self.modules.get(key.0)?.exact(key.1, &["function_definition"])
    }

    /// Whether nothing but the program's own calls runs a function, as far as its definition and
    /// what the program refers to tell.
    fn is_only_called(&mut self, key: Key) -> bool {
        let Some(module) = self.modules.get(key.0) else { return false };
        let Some(node) = self.node(key) else { return false };
        self.gate(key.0, module, node) == Gate::Open
            && self.references.escape(key).is_none()
            && self.references.known(key).is_none()
    }
}

/// Whether an annotation leaves it open what is handed in.
fn is_open(module: &Module, annotation: Node) -> bool {
    let text: String = module
        .text_of(annotation)
        .trim_matches(['"', '\''])
        .replace("argparse.", "")
        .replace("typing.", "")
        .split_whitespace()
        .collect();
    OPEN.contains(&text.trim_end_matches("|None"))
}

/// The parameter of a function that an argument of a call reaches.
pub(super) fn reached<'m>(
    module: &'m Module,
    function: Node<'m>,
    call: &Call,
    argument: Node,
    is_bound: bool,
) -> Option<&'m str> {
    use crate::python::call::ArgumentKind::{Keyword, Positional, Splat};
    let signature = Signature::at(function)?;
    let given = call.arguments.iter().find(|given| given.value.id() == argument.id())?;
    let at = match given.kind {
        Keyword(name) => signature
            .parameters
            .iter()
            .position(|parameter| module.text_of(parameter.name) == name)?,
        Positional => {
            let before = call.arguments.iter().take_while(|a| a.value.id() != argument.id());
            if before.clone().any(|a| a.kind == Splat) {
                return None;
            }
            before.filter(|a| a.kind == Positional).count() + usize::from(is_bound)
        }
        _ => return None,
    };
    let parameter = signature.parameters.get(at)?;
    let is_one = parameter.name.kind() == "identifier"
        && !matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword)
        && (matches!(given.kind, Keyword(_)) || parameter.kind != ParameterKind::KeywordOnly);
    is_one.then(|| module.text_of(parameter.name))
}
