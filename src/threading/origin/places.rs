//! The object around a place that is known to have the field, wherever it comes from.

use std::rc::Rc;

use tree_sitter::Node;

use super::Item;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::script::is_main_guard;
use crate::python::tree;
use crate::threading::Reach;
use crate::threading::attribute::{How, Kept, is_target};
use crate::threading::bound;
use crate::threading::early;
use crate::threading::gain::Wish;
use crate::threading::gain::fitting::{is_like_namespace, may_gain, nested_in};
use crate::threading::gain::objects::reads_of;
use crate::threading::init::store;
use crate::threading::object::Held;
use crate::threading::place::{Place, class_of, method, name_of, receiver};
use crate::threading::receiver::bases_here;
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// What namespaces and settings are called that are only handed on.
pub(in crate::threading) const NAMES: [&str; 14] = [
    "args",
    "arguments",
    "cfg",
    "cli",
    "conf",
    "config",
    "configuration",
    "flags",
    "hparams",
    "namespace",
    "opt",
    "options",
    "opts",
    "settings",
];

/// What an object is to have.
#[derive(Clone, Copy)]
pub(in crate::threading) enum Need<'n> {
    /// The flag or field of this name.
    Has(&'n str),
    /// It, or what can gain it.
    Gains(&'n Wish),
}

impl Need<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Has(name) => name,
            Self::Gains(wish) => &wish.name,
        }
    }
}

impl<'m> Solver<'_, 'm> {
    /// The nearest object around a place that holds the decision, wherever in the program it comes
    /// from. `remote` are the functions whose arguments come from afar.
    pub(in crate::threading) fn held_from_afar(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        name: &str,
        remote: &[usize],
    ) -> Option<Held> {
        if self.reach != Reach::Program || self.declared(name).is_empty() {
            return None;
        }
        self.around(file, place, &Need::Has(name), remote, None)
    }

    /// The nearest object around a place that has what is needed; `near` leaves out those that the
    /// place reads nothing of.
    pub(in crate::threading) fn around(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        need: &Need,
        remote: &[usize],
        near: Option<bool>,
    ) -> Option<Held> {
        if matches!(need, Need::Has(_)) {
            self.prepare();
        }
        let is_near = near == Some(true);
        let functions: Vec<Node> = place.functions().collect();
        for function in functions.into_iter().filter(|f| f.kind() == "function_definition") {
            if remote.contains(&function.id()) {
                continue;
            }
            let found = self
                .own_variable(file, place, function, need, is_near)
                .or_else(|| self.own_attribute(file, place, function, need, is_near));
            if found.is_some() {
                return found;
            }
        }
        self.global_variable(file, place, need, is_near)
    }

    /// A parameter or local of a function around the place.
    fn own_variable(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        function: Node<'m>,
        need: &Need,
        is_near: bool,
    ) -> Option<Held> {
        let module = place.module;
        let scope = scope_of(module, function)?;
        for variable in self.objects_of(file, module, function).iter() {
            if module.names.binding_scope(variable, place.scope()) != Some(scope) {
                continue;
            }
            let bindings = module.names.scopes[scope].bindings.get(variable)?;
            let reads = reads_of(place, variable);
            let is_gain = matches!(need, Need::Gains(_));
            let may_gain = !is_gain || may_gain(module, variable, bindings, !reads.is_empty());
            if !may_gain || (is_near && reads.is_empty()) {
                continue;
            }
            let is_parameter = |b: &Binding| matches!(b.kind, BindingKind::Parameter);
            if is_gain && bindings.iter().any(is_parameter) && self.is_stood_in(module, function) {
                continue;
            }
            let assigned = self.assigned_before(file, place, bindings);
            let how = (reads, assigned);
            let Some(found) = self.variable((file, module), (scope, variable), need, how) else {
                continue;
            };
            let is_given = bindings.iter().any(|b| matches!(b.kind, BindingKind::Parameter));
            let seen = nested_in(place, function).unwrap_or(place.node);
            if is_given || bound::assigned(module, bindings).before(module, seen) {
                return Some(found);
            }
        }
        None
    }

    /// What a variable reads, if all that it may hold has the field.
    fn variable(
        &mut self,
        (file, module): (FileId, &'m Module),
        (scope, variable): (usize, &str),
        need: &Need,
        (reads, assigned): (Vec<String>, Option<Vec<Item>>),
    ) -> Option<Held> {
        let name = need.name();
        let bindings = module.names.scopes[scope].bindings.get(variable)?;
        let items = match assigned {
            Some(items) => items,
            None => vec![Item::Variable(file, scope, variable.to_owned())],
        };
        let is_own = items.iter().all(|item| matches!(item, Item::Value(..)));
        let (sources, gains) = self.fitting(&items, need, reads)?;
        let mut proof = Vec::new();
        let parameter = bindings.iter().find(|b| matches!(b.kind, BindingKind::Parameter));
        let parameter = parameter.filter(|_| !is_own);
        if let Some(shown) = parameter.and_then(|parameter| function_of(module, parameter.span)) {
            let is_annotated = is_annotated(module, parameter.map(|p| p.span)?);
            let text = format!("all callers of `{shown}` hand in such an object as `{variable}`");
            proof.extend((!is_annotated).then_some(text));
        }
        if gains.is_empty() {
            proof.extend(self.shown(&sources, name, file));
        }
        Some(Held { expression: format!("{variable}.{name}"), proof, gains })
    }

    /// What the object of a method keeps: `self.args.trust_remote_code`.
    fn own_attribute(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        function: Node<'m>,
        need: &Need,
        is_near: bool,
    ) -> Option<Held> {
        let name = need.name();
        let module = place.module;
        let own = module.text_of(receiver(module, function)?.name);
        let class = class_of(module, function)?;
        let called = name_of(module, function)?;
        let scope = scope_of(module, function)?;
        let is_plain = module.names.binding_scope(own, place.scope()) == Some(scope)
            && module.names.scopes[scope].bindings.get(own)?.len() == 1
            && own != "cls";
        if !is_plain || called == "__init__" || called == "__new__" {
            return None;
        }
        let definition = Program::definition_at(file, class);
        let key = (file, tree::span(function));
        let known = self.origins.kept.get(&key).cloned();
        let attributes = known.unwrap_or_else(|| {
            let found = Rc::new(kept_objects(module, class, function, own));
            self.origins.kept.insert(key, Rc::clone(&found));
            found
        });
        for attribute in attributes.iter() {
            let item = Item::Kept(definition, attribute.clone());
            let reads = reads_of(place, &format!("{own}.{attribute}"));
            let is_gain = matches!(need, Need::Gains(_));
            let may_gain = !is_gain || !reads.is_empty() || is_like_namespace(attribute);
            if !may_gain || (is_near && reads.is_empty()) {
                continue;
            }
            let Some((sources, gains)) = self.fitting(&[item], need, reads) else { continue };
            let Some(owner) = self.storing_class(definition, attribute) else { continue };
            if runs_early(module, class, called, attribute, owner.span) {
                continue;
            }
            let shown = self.program.name_of(owner).unwrap_or_default();
            let mut proof = vec![format!(
                "`__init__` of `{shown}` keeps such an object in `{own}.{attribute}`"
            )];
            if gains.is_empty() {
                proof.extend(self.shown(&sources, name, file));
            }
            return Some(Held { expression: format!("{own}.{attribute}.{name}"), proof, gains });
        }
        None
    }

    /// A global of the module: bound before a place at the top; for a function, at the top and used
    /// by it already.
    fn global_variable(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        need: &Need,
        is_near: bool,
    ) -> Option<Held> {
        let module = place.module;
        let host = place.host();
        let root = host.unwrap_or_else(|| module.root());
        for variable in self.objects_of(file, module, root).iter() {
            if module.names.binding_scope(variable, place.scope()) != Some(0) {
                continue;
            }
            let Some(bindings) = module.names.scopes[0].bindings.get(variable) else { continue };
            let reads = reads_of(place, variable);
            let is_gain = matches!(need, Need::Gains(_));
            let may_gain = !is_gain || may_gain(module, variable, bindings, !reads.is_empty());
            if !may_gain || (is_near && reads.is_empty()) {
                continue;
            }
            let here = (file, module);
            let how = (reads, None);
            let Some(found) = self.variable(here, (0, variable), need, how) else { continue };
            let is_bound = match host {
                Some(_) => bindings.iter().all(|binding| is_at_top(module, binding)),
                None => {
                    bound::assigned(module, bindings).before(module, place.node)
                        || bindings.iter().all(|binding| is_imported(module, binding, place.node))
                }
            };
            if is_bound {
                return Some(found);
            }
        }
        None
    }
}

/// The scope of a function's body.
fn scope_of(module: &Module, function: Node) -> Option<usize> {
    let body = tree::span(function.child_by_field_name("body")?);
    let mut scope = module.names.scope_at(body.start);
    while module.names.scopes[scope].span != body {
        scope = module.names.scopes[scope].parent?;
    }
    Some(scope)
}

/// The name of the function that has a parameter.
fn function_of(module: &Module, parameter: Span) -> Option<&str> {
    let node = module.nodes().covering(parameter)?;
    name_of(module, module.ancestors(node).find(|a| a.kind() == "function_definition")?)
}

/// Whether the annotation of a parameter says more than that it holds something.
fn is_annotated(module: &Module, parameter: Span) -> bool {
    let node = module.nodes().covering(parameter);
    let typed =
        node.and_then(|node| module.parent(node)).and_then(|p| p.child_by_field_name("type"));
    typed.is_some_and(|typed| !module.text_of(typed).contains("Namespace"))
}

/// The names in which a class keeps objects: those that the method reads, then those that the rest
/// of the class reads.
fn kept_objects<'m>(
    module: &'m Module,
    class: Node<'m>,
    function: Node<'m>,
    own: &str,
) -> Vec<String> {
    let within = |root: Node| {
        let span = tree::span(root);
        let attributes = module.of_kind("attribute");
        let inside = attributes.filter(move |node| span.contains(tree::span(*node)));
        let objects = inside.filter_map(|node| {
            let object = node.child_by_field_name("object").filter(|o| o.kind() == "attribute")?;
            let of = object.child_by_field_name("object")?;
            let is_called = module.parent(node).is_some_and(|parent| {
                parent.kind() == "call" && parent.start_byte() == node.start_byte()
            });
            let name = object.child_by_field_name("attribute")?;
            (module.text_of(of) == own && !is_called && !is_target(module, node))
                .then(|| module.text_of(name))
        });
        objects.collect::<Vec<&str>>()
    };
    let mut found: Vec<&str> = Vec::new();
    for name in within(function).into_iter().chain(within(class)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found.into_iter().map(str::to_owned).collect()
}

/// Whether a method may be run before `__init__` has stored an attribute. `owner` is the class that
/// stores it.
fn runs_early(module: &Module, class: Node, called: &str, attribute: &str, owner: Span) -> bool {
    let Some(class) = module.exact(tree::span(class), &["class_definition"]) else { return true };
    let mut chain = vec![class];
    chain.extend(bases_here(module, class));
    let giver = chain.iter().position(|class| tree::span(*class) == owner);
    let init = giver.and_then(|giver| method(module, chain[giver], "__init__"));
    let stored = init.and_then(|init| Some((init, store(module, init, attribute)?)));
    let early = match giver.zip(stored) {
        Some((giver, (init, statement))) => {
            let kept = Kept { chain, giver, how: How::Store(init, statement) };
            early::before(module, &kept, attribute)
        }
        None => early::all(module, &chain),
    };
    early.whole || early.names.contains(called)
}

/// Whether a binding stands at the top of the module, or runs when it is the program.
fn is_at_top(module: &Module, binding: &Binding) -> bool {
    let node = module.nodes().covering(binding.span);
    let statement = node.and_then(|node| module.statement(node));
    statement.and_then(|s| module.parent(s)).is_some_and(|block| {
        block.kind() == "module"
            || module.parent(block).is_some_and(|around| is_main_guard(module, around))
    })
}

/// Whether an import at the top binds a name before a place.
fn is_imported(module: &Module, binding: &Binding, place: Node) -> bool {
    matches!(binding.kind, BindingKind::Import { .. })
        && binding.span.end <= place.start_byte()
        && is_at_top(module, binding)
}
