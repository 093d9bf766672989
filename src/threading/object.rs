//! Objects that are known to hold the decision: a namespace whose parser has the flag, an object of
//! a class that declares the field.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::attribute::{self, How};
use super::flag::is_decision;
use super::parser::{Parsers, declares, function_named};
use super::place::{Place, name_of};
use super::{bound, decision, deleted, filled, reads};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::script::is_main_guard;
use crate::python::signature::{Parameter, ParameterKind, Signature};
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// How many parameters of a function are looked at.
const MOST_PARAMETERS: usize = 256;

/// Variables of a scope, each with the reason why it holds the decision.
type Variables = Rc<Vec<(String, String)>>;

/// What is known of a module's objects, for one field.
pub(super) struct Objects<'m> {
    module: &'m Module,
    name: String,
    parsers: Parsers,
    /// Classes whose objects are made of what is sent.
    sent: FxHashSet<&'m str>,
    /// Which classes have the field, by their node.
    classes: RefCell<FxHashMap<usize, bool>>,
    /// The variables of a scope that hold it, and why.
    variables: RefCell<FxHashMap<usize, Variables>>,
    /// Where a variable of a scope is bound.
    bound: RefCell<FxHashMap<(usize, String), Rc<bound::Firsts>>>,
    /// Why the callers of a function hand in an object that has it, by function and parameter.
    handed: RefCell<FxHashMap<(usize, String), Option<String>>>,
    /// What the code of a function reads of its parameters.
    read: RefCell<FxHashMap<usize, Rc<reads::Reads>>>,
    /// Whether the module deletes an attribute of the name anywhere.
    deleted: OnceCell<bool>,
    /// The calls of the module's own functions, by the function's node.
    calls: OnceCell<FxHashMap<usize, Vec<Node<'m>>>>,
    /// Where global objects are used, by their names.
    globals: RefCell<FxHashMap<String, Rc<Vec<Span>>>>,
}

/// An expression that reads the decision, and why it is there.
pub(super) struct Held {
    pub(super) expression: String,
    pub(super) proof: Vec<String>,
    /// What has to gain it first.
    pub(super) gains: Vec<super::origin::Source>,
}

impl<'m> Objects<'m> {
    /// Looks through a module. `is_sent` tells whether the objects of a class are made of what is
    /// sent.
    pub(super) fn new(module: &'m Module, name: &str, is_sent: &dyn Fn(Node) -> bool) -> Self {
        let classes = module.of_kind("class_definition");
        let sent = classes.filter(|class| is_sent(*class));
        let sent = sent.filter_map(|class| name_of(module, class)).collect();
        Self {
            module,
            name: name.to_owned(),
            parsers: Parsers::of(module, name),
            sent,
            classes: RefCell::default(),
            variables: RefCell::default(),
            bound: RefCell::default(),
            globals: RefCell::default(),
            handed: RefCell::default(),
            read: RefCell::default(),
            calls: OnceCell::new(),
            deleted: OnceCell::new(),
        }
    }

    /// The nearest object that holds the decision at a place. `is_called_elsewhere` tells whether
    /// other modules may call a function of this one; `is_remote` whether its arguments come from
    /// afar.
    pub(super) fn held(
        &self,
        place: &Place<'m>,
        is_called_elsewhere: &dyn Fn(Node) -> bool,
        is_remote: &dyn Fn(Node) -> bool,
    ) -> Option<Held> {
        let module = self.module;
        if *self.deleted.get_or_init(|| deleted::attribute(module, module.root(), &self.name)) {
            return None;
        }
        for function in place.functions() {
            if is_remote(function) {
                continue;
            }
            let found = self
                .parameter(place, function, is_called_elsewhere)
                .or_else(|| self.local(place, function));
            if found.is_some() {
                return found;
            }
        }
        self.global(place)
    }

    /// A parameter of a function around the place.
    fn parameter(
        &self,
        place: &Place<'m>,
        function: Node<'m>,
        is_called_elsewhere: &dyn Fn(Node) -> bool,
    ) -> Option<Held> {
        let module = self.module;
        let signature = Signature::at(function)?;
        let body = tree::span(function.child_by_field_name("body")?);
        for parameter in signature.parameters.iter().take(MOST_PARAMETERS) {
            let name = module.text_of(parameter.name);
            let seen = module.names.binding_scope(name, place.scope());
            let is_seen = seen.is_some_and(|scope| module.names.scopes[scope].span == body);
            let bindings = module.names.bindings(name, place.scope());
            if !is_seen || bindings.len() != 1 || !is_one_object(parameter) {
                continue;
            }
            // Where nothing may be handed in, only the callers can tell.
            let is_given = !self.may_be_missing(parameter);
            let annotation = parameter.annotation.filter(|_| is_given);
            let evidence = annotation
                .and_then(|annotation| self.declared_by(annotation))
                .or_else(|| self.handed_in(function, name, is_called_elsewhere))
                .or_else(|| self.read_beside(place, function, name).filter(|_| is_given));
            if let Some(evidence) = evidence
                && seen.is_some_and(|scope| deleted::line(module, name, scope).is_none())
            {
                let expression = format!("{name}.{}", self.name);
                return Some(Held { expression, proof: vec![evidence], gains: Vec::new() });
            }
        }
        None
    }

    /// Why the class that an annotation or a constructor call names has the field.
    fn declared_by(&self, class: Node) -> Option<String> {
        let (name, evidence) = self.declaring(class)?;
        (!self.sent.contains(name)).then_some(evidence)
    }

    /// The class that an expression names, if it declares the field, and that as evidence.
    fn declaring(&self, class: Node<'_>) -> Option<(&'m str, String)> {
        let module = self.module;
        let mut node = class;
        while matches!(node.kind(), "type" | "parenthesized_expression") {
            node = *tree::children(node).first()?;
        }
        let (name, scope) = match node.kind() {
            "identifier" => (module.text_of(node), module.names.scope_at(node.start_byte())),
            "string" => {
                let name = literal::plain_string(node, module.text())?;
                (name, module.names.scope_at(node.start_byte()))
            }
            _ => return None,
        };
        let [binding] = module.names.bindings(name, scope) else { return None };
        let BindingKind::Class { definition } = binding.kind else { return None };
        let class = module.exact(definition, &["class_definition"])?;
        let evidence = format!("`{name}` declares `{}`", self.name);
        self.has_field(class).then_some((name_of(module, class)?, evidence))
    }

    fn has_field(&self, class: Node<'m>) -> bool {
        if let Some(known) = self.classes.borrow().get(&class.id()) {
            return *known;
        }
        let module = self.module;
        let found = attribute::kept(module, class, &self.name).is_some_and(|kept| {
            let is_typed = || kept.chain[..=kept.giver].iter().any(|class| self.is_typed(*class));
            match kept.how {
                How::Store(..) => true,
                How::Property => false,
                How::Class | How::Field => is_typed(),
            }
        });
        self.classes.borrow_mut().insert(class.id(), found);
        found
    }

    /// Whether a class body declares the field with an annotation.
    fn is_typed(&self, class: Node<'m>) -> bool {
        let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
        body.into_iter().filter_map(bound::assignment).any(|assignment| {
            let left = assignment.child_by_field_name("left");
            assignment.child_by_field_name("type").is_some()
                && left.is_some_and(|left| self.module.text_of(left) == self.name)
        })
    }

    /// Whether a parameter's default is no object that could have the field.
    fn may_be_missing(&self, parameter: &Parameter) -> bool {
        parameter.default.is_some_and(|default| {
            matches!(tree::unparenthesised(default).kind(), "none" | "true" | "false" | "integer")
                || decision::is_other(self.module, default, &self.name)
        })
    }

    /// Why all callers hand in an object that has the field: they are all in this module.
    fn handed_in(
        &self,
        function: Node<'m>,
        parameter: &str,
        is_called_elsewhere: &dyn Fn(Node) -> bool,
    ) -> Option<String> {
        if self.parsers.is_empty() || is_called_elsewhere(function) {
            return None;
        }
        let key = (function.id(), parameter.to_owned());
        if let Some(known) = self.handed.borrow().get(&key) {
            return known.clone();
        }
        let found = self.handed_in_here(function, parameter);
        self.handed.borrow_mut().insert(key, found.clone());
        found
    }

    fn handed_in_here(&self, function: Node<'m>, parameter: &str) -> Option<String> {
        let module = self.module;
        let index = Signature::at(function)?
            .parameters
            .iter()
            .position(|p| module.text_of(p.name) == parameter)?;
        let mut count = 0;
        for node in self.calls_of(function) {
            let call = Call::at(*node, module.text())?;
            let argument = call.positional(index).or(call.keyword(parameter))?;
            if !self.parsers.is_namespace(module, argument.value) {
                return None;
            }
            count += 1;
        }
        let name = name_of(module, function)?;
        let is_value = self.is_handed_on(function, name);
        (count > 0 && !is_value)
            .then(|| format!("the callers of `{name}` hand in arguments that have the flag"))
    }

    /// The calls of a function of this module by its plain name.
    fn calls_of(&self, function: Node) -> &[Node<'m>] {
        let module = self.module;
        let calls = self.calls.get_or_init(|| {
            let mut found: FxHashMap<usize, Vec<Node<'m>>> = FxHashMap::default();
            for node in module.of_kind("call") {
                let callee = node.child_by_field_name("function");
                if let Some(called) = callee.and_then(|callee| function_named(module, callee)) {
                    found.entry(called.id()).or_default().push(node);
                }
            }
            found
        });
        calls.get(&function.id()).map_or(&[], Vec::as_slice)
    }

    /// Whether a function is used otherwise than by calling it.
    fn is_handed_on(&self, function: Node, name: &str) -> bool {
        let module = self.module;
        let scope = module.names.scope_at(function.start_byte());
        module.names.uses_of(name, scope, module.text()).into_iter().any(|used| {
            let node = module.nodes().covering(used);
            let parent = node.and_then(|node| module.parent(node));
            parent.is_none_or(|parent| {
                !(parent.kind() == "call" && parent.start_byte() == used.start)
                    && parent.id() != function.id()
            })
        })
    }

    /// Whether the code of the function reads the field of that object already.
    fn read_beside(&self, place: &Place<'m>, function: Node<'m>, object: &str) -> Option<String> {
        let module = self.module;
        let is_text = module.calls_named("add_argument").any(|call| {
            let call = Call::at(call, module.text());
            call.is_some_and(|call| {
                declares(module, &call, &self.name) && !is_decision(module, &call, &self.name)
            })
        });
        if is_text {
            return None;
        }
        let known = self.read.borrow().get(&function.id()).cloned();
        let read = known.unwrap_or_else(|| {
            let found = Rc::new(reads::of(module, function, &self.name));
            self.read.borrow_mut().insert(function.id(), Rc::clone(&found));
            found
        });
        let at = read.besides(object, tree::span(place.node))?;
        let line = module.lines.of(at) + 1;
        Some(format!("`{object}.{}` is read in line {line} too", self.name))
    }

    /// A local of a function around the place.
    fn local(&self, place: &Place<'m>, function: Node<'m>) -> Option<Held> {
        let body = tree::span(function.child_by_field_name("body")?);
        let names = &self.module.names;
        let mut scope = names.scope_at(body.start);
        while names.scopes[scope].span != body {
            scope = names.scopes[scope].parent?;
        }
        self.variable(place, scope, false)
    }

    /// A global of the module: bound before a place at the top; for a function, at the top and used
    /// by it already.
    fn global(&self, place: &Place<'m>) -> Option<Held> {
        self.variable(place, 0, place.functions().next().is_some())
    }

    fn variable(&self, place: &Place<'m>, scope: usize, in_function: bool) -> Option<Held> {
        let module = self.module;
        for (name, evidence) in self.held_by(scope).iter() {
            if module.names.binding_scope(name, place.scope()) != Some(scope) {
                continue;
            }
            let bindings = &module.names.scopes[scope].bindings[name];
            let is_bound = if in_function {
                self.is_used_global(place, name, bindings)
            } else {
                self.firsts(scope, name, bindings).before(module, place.node)
            };
            if is_bound {
                let expression = format!("{name}.{}", self.name);
                return Some(Held { expression, proof: vec![evidence.clone()], gains: Vec::new() });
            }
        }
        None
    }

    /// Where a variable of a scope is bound by an assignment on every path.
    fn firsts(&self, scope: usize, name: &str, bindings: &[Binding]) -> Rc<bound::Firsts> {
        let key = (scope, name.to_owned());
        if let Some(known) = self.bound.borrow().get(&key) {
            return Rc::clone(known);
        }
        let found = Rc::new(bound::assigned(self.module, bindings));
        self.bound.borrow_mut().insert(key, Rc::clone(&found));
        found
    }

    /// The variables of a scope that hold the decision, in order of their names, and why.
    fn held_by(&self, scope: usize) -> Variables {
        if let Some(known) = self.variables.borrow().get(&scope) {
            return Rc::clone(known);
        }
        let module = self.module;
        let mut found: Vec<(String, String)> = module.names.scopes[scope]
            .bindings
            .iter()
            .filter_map(|(name, bindings)| Some((name.clone(), self.evidence(bindings)?)))
            .filter(|(name, _)| deleted::line(module, name, scope).is_none())
            .collect();
        found.sort();
        let found = Rc::new(found);
        self.variables.borrow_mut().insert(scope, Rc::clone(&found));
        found
    }

    /// Why everything that a variable is bound to has the field.
    fn evidence(&self, bindings: &[Binding]) -> Option<String> {
        let module = self.module;
        let is_namespace =
            |binding: &Binding| self.parsers.yields(module, binding.span, &binding.kind);
        if !self.parsers.is_empty() && !bindings.is_empty() && bindings.iter().all(is_namespace) {
            let line = module.lines.of(bindings[0].span.start) + 1;
            return Some(format!("the arguments parsed in line {line} have the flag"));
        }
        let made = bindings.iter().map(|binding| self.made(binding));
        made.collect::<Option<Vec<String>>>()?.into_iter().next()
    }

    /// Why the object that a binding makes has the field.
    fn made(&self, binding: &Binding) -> Option<String> {
        let module = self.module;
        match binding.kind {
            BindingKind::Assignment { value } => {
                let node = tree::unparenthesised(module.nodes().covering(value)?);
                if node.kind() == "subscript" {
                    let index = node.child_by_field_name("subscript")?;
                    let index = module.text_of(index).parse().ok()?;
                    let filled = node.child_by_field_name("value")?;
                    return self.filled(&Call::at(filled, module.text())?, index);
                }
                let call = Call::at(node, module.text())?;
                self.declared_by(call.function)
            }
            BindingKind::Other => {
                let node = module.nodes().covering(binding.span)?;
                let list = module.parent(node)?;
                let assignment = module.parent(list).filter(|a| a.kind() == "assignment")?;
                let index = tree::children(list).iter().position(|n| n.id() == node.id())?;
                let call = Call::at(assignment.child_by_field_name("right")?, module.text())?;
                self.filled(&call, index)
            }
            _ => None,
        }
    }

    /// Why what `HfArgumentParser` fills has the field.
    fn filled(&self, call: &Call<'m>, index: usize) -> Option<String> {
        self.declared_by(filled::class(self.module, call, index)?)
    }

    /// Whether a function can use a global object: it is bound at the top of the module, and the
    /// function uses it already.
    fn is_used_global(&self, place: &Place<'m>, name: &str, bindings: &[Binding]) -> bool {
        let Some(host) = place.host() else { return false };
        let uses = self.uses_of_global(name, bindings);
        let own = tree::span(host);
        let first = uses.partition_point(|used| used.start < own.start);
        uses.get(first).is_some_and(|used| own.contains(*used))
    }

    /// Where a global object is used that is bound at the top of the module; nowhere if it is not.
    fn uses_of_global(&self, name: &str, bindings: &[Binding]) -> Rc<Vec<Span>> {
        if let Some(known) = self.globals.borrow().get(name) {
            return Rc::clone(known);
        }
        let module = self.module;
        let at_top = bindings.iter().all(|binding| {
            let node = module.nodes().covering(binding.span);
            let statement = node.and_then(|node| module.statement(node));
            statement.and_then(|s| module.parent(s)).is_some_and(|block| {
                block.kind() == "module"
                    || module.parent(block).is_some_and(|around| is_main_guard(module, around))
            })
        });
        let uses = if at_top { module.names.uses_of(name, 0, module.text()) } else { Vec::new() };
        let found = Rc::new(uses);
        self.globals.borrow_mut().insert(name.to_owned(), Rc::clone(&found));
        found
    }
}

/// Whether a parameter is one object under one name.
fn is_one_object(parameter: &Parameter) -> bool {
    parameter.name.kind() == "identifier"
        && !matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword)
}
