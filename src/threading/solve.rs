//! One solve over all requests.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::carrier::{Meanings, Named, has_safe_parameter};
use super::conflict::{of_inner_call, sent, taken, target};
use super::edits::{Overloads, build};
use super::found::{Carrier, Found, literal, overrides};
use super::host::{Gate, gate};
use super::message::{is_message, keeps_what_is_sent};
use super::object::Objects;
use super::place::{Place, class_of, decorators, name_of};
use super::receiver::Receivers;
use super::references::{Key, References};
use super::shared::{Grown, Hardcoded, Local, hardcoded, places_of};
use super::{Reach, Request, Solution, variadic};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::finding::{Level, ThreadPlace};
use crate::transforms::remote::imports_web;
use crate::workspace::FileId;
use crate::workspace::span::Span;

pub(super) fn all(
    requests: &[Request],
    excepted: &BTreeMap<FileId, Vec<Span>>,
    modules: &BTreeMap<FileId, &Module>,
    program: &Program,
    reach: Reach,
) -> Vec<Solution> {
    let places: Vec<Option<Place>> = requests.iter().map(|r| place(r, modules)).collect();
    let references = if reach == Reach::Off {
        References::default()
    } else {
        let functions: Vec<(FileId, Node)> = requests
            .iter()
            .zip(&places)
            .flat_map(|(request, place)| {
                let functions = place.iter().flat_map(Place::functions_and_makers);
                functions.map(|function| (request.file, function)).collect::<Vec<_>>()
            })
            .collect();
        References::of(&unique(functions), modules, program)
    };
    let mut solver = Solver {
        program,
        reach,
        references,
        gates: FxHashMap::default(),
        overloads: FxHashMap::default(),
        sent: FxHashMap::default(),
        kept: FxHashMap::default(),
        objects: FxHashMap::default(),
        hardcoded: hardcoded(requests),
        places: places_of(requests),
        excepted: excepted
            .iter()
            .map(|(file, spans)| (*file, spans.iter().copied().collect()))
            .collect(),
        hosts: FxHashMap::default(),
        meanings: FxHashMap::default(),
        receivers: FxHashMap::default(),
        locals: FxHashMap::default(),
    };
    let mut solutions = Vec::with_capacity(requests.len());
    for (request, place) in requests.iter().zip(&places) {
        solutions.push(match place {
            Some(place) => solver.solution(request, place),
            None => Solution::Left("the place could not be found again".to_owned()),
        });
    }
    solutions
}

fn unique(mut functions: Vec<(FileId, Node)>) -> Vec<(FileId, Node)> {
    functions.sort_by_key(|(file, node)| (*file, tree::span(*node)));
    functions.dedup_by_key(|(file, node)| (*file, tree::span(*node)));
    functions
}

fn place<'m>(request: &Request, modules: &BTreeMap<FileId, &'m Module>) -> Option<Place<'m>> {
    let module = *modules.get(&request.file)?;
    let node = module.nodes().covering(request.asked.place.anchor().range)?;
    Some(Place::of(module, node))
}

struct Solver<'p, 'm> {
    program: &'p Program<'p>,
    places: FxHashMap<FileId, Vec<Span>>,
    excepted: FxHashMap<FileId, FxHashSet<Span>>,
    reach: Reach,
    references: References,
    gates: FxHashMap<Key, Gate>,
    overloads: FxHashMap<FileId, Overloads<'m>>,
    sent: FxHashMap<(Key, String), Option<String>>,
    receivers: FxHashMap<FileId, Receivers<'m>>,
    kept: FxHashMap<(Key, String), Option<(String, String)>>,
    meanings: FxHashMap<FileId, Meanings<'m>>,
    locals: FxHashMap<(FileId, usize, String), Rc<Local>>,
    objects: FxHashMap<(FileId, String), Objects<'m>>,
    hosts: FxHashMap<(Key, String), Rc<Grown>>,
    hardcoded: FxHashMap<(FileId, String), Rc<Hardcoded>>,
}

impl<'m> Solver<'_, 'm> {
    fn solution(&mut self, request: &Request, place: &Place<'m>) -> Solution {
        let found = self.find(request, place);
        build(request, place, found, self.overloads.entry(request.file).or_default())
    }

    fn find(&mut self, request: &Request, place: &Place<'m>) -> Found {
        if self.reach == Reach::Off {
            return literal("threading is off".to_owned());
        }
        let own = target(request, place);
        if let Some(found) = self.by_name(request, place, own.as_deref()) {
            return found;
        }
        let decision = request.asked.decision;
        for name in [request.parameter, decision.parameter, decision.argument] {
            let Some((expression, evidence)) = self.kept(request.file, place, name) else {
                continue;
            };
            if Some(&expression) == own.as_ref() {
                return Found::nothing(overrides(&expression));
            }
            if let Some(why) = self.is_sent(request, place, name) {
                return literal(why);
            }
            return Found::new(Carrier::Expression(expression), vec![evidence]);
        }
        if let Some(found) = self.by_object(request, place, own.as_deref()) {
            return found;
        }
        match place.host() {
            Some(host) => self.by_parameter(request, place, host),
            None => literal("no function is around it that could ask".to_owned()),
        }
    }

    /// What the object around the place keeps; worked out once for a function, apart from those
    /// in which it depends on the place.
    fn kept(&mut self, file: FileId, place: &Place<'m>, name: &str) -> Option<(String, String)> {
        let function = place.functions().next()?;
        let module = place.module;
        let is_mentioned = module.attributes_named(name).next().is_some()
            || module.names.named(name, module.text()).next().is_some();
        if !is_mentioned {
            return None;
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
        self.kept.insert(key, found.clone());
        found
    }

    /// Why what the object around the place keeps under the name is not the user's decision; worked
    /// out once for a class.
    fn is_sent(&mut self, request: &Request, place: &Place<'m>, name: &str) -> Option<String> {
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
        let init = super::place::method(module, class, "__init__");
        let by_framework = init.and_then(|init| self.references.escape((file, tree::span(init))));
        if let Some(by) = by_framework {
            return Some(format!("`{shown}` is made by a framework: {by}"));
        }
        let is_served = imports_web(module) || self.references.is_served(shown);
        let is_sent = is_served && is_message(module, self.program, class)
            || keeps_what_is_sent(module, class, name);
        is_sent.then(|| format!("the objects of `{shown}` are made of what is sent"))
    }

    /// A parameter or local that carries the decision already.
    fn by_name(
        &mut self,
        request: &Request,
        place: &Place<'m>,
        own: Option<&str>,
    ) -> Option<Found> {
        let key = (request.file, request.parameter.to_owned());
        let hardcoded = self.hardcoded.get(&key).map(Rc::clone).unwrap_or_default();
        let name = request.parameter;
        let is_local = matches!(request.asked.place, ThreadPlace::Local { .. });
        if own == Some(name) && !is_local {
            return None;
        }
        match self.named(request.file, place, name, &hardcoded.spans) {
            Named::Parameter(function) => {
                if let Some(why) = self.remote(request.file, place.module, function) {
                    return Some(literal(why));
                }
                let shown = name_of(place.module, function).unwrap_or("lambda");
                if self.is_excepted(request, place, function) {
                    return Some(Found::nothing(format!(
                        "`{name}` of `{shown}` is true by default for a documented reason, which is not about this; hand it a decision of its own"
                    )));
                }
                let proof = vec![format!("`{shown}` has the parameter `{name}`")];
                return Some(Found::new(Carrier::Expression(name.to_owned()), proof));
            }
            Named::Local if !is_local && self.local(request, place).is_excepted => {
                return Some(Found::nothing(format!(
                    "`{name}` is true for a documented reason, which is not about this; let the caller decide here"
                )));
            }
            Named::Local if !is_local => {
                if let Some(why) = &self.local(request, place).sent {
                    return Some(Found::nothing(why.clone()));
                }
                let functions: Vec<Node> = place.functions().collect();
                for function in functions {
                    if let Some(why) = self.remote(request.file, place.module, function) {
                        return Some(literal(why));
                    }
                }
                let proof = vec![format!("the local `{name}` is bound before")];
                return Some(Found::new(Carrier::Expression(name.to_owned()), proof));
            }
            Named::Other(why) => {
                return Some(Found::nothing(why));
            }
            Named::Local | Named::Hardcoded | Named::Free => {}
        }
        let argument = request.asked.decision.argument;
        if argument == name || own == Some(argument) {
            return None;
        }
        match self.named(request.file, place, argument, &[]) {
            Named::Parameter(function)
                if has_safe_parameter(place.module, function, argument)
                    && self.remote(request.file, place.module, function).is_none() =>
            {
                let shown = name_of(place.module, function).unwrap_or("lambda");
                let proof = vec![format!("`{shown}` has the parameter `{argument}`")];
                Some(Found::new(Carrier::Expression(argument.to_owned()), proof))
            }
            _ => None,
        }
    }

    /// An object that is known to hold the decision.
    fn by_object(
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
                        || (imports_web(module) && is_message(module, program, class))
                })
            });
        let is_elsewhere = |function: Node| references.is_elsewhere((file, tree::span(function)));
        let is_remote = |function: Node| remote.contains(&function.id());
        let held = objects.held(place, &is_elsewhere, &is_remote)?;
        if own == Some(held.expression.as_str()) {
            let why = format!(
                "`{}` is the user's decision, which it overrides; drop the assignment",
                held.expression
            );
            return Some(Found::nothing(why));
        }
        let proof = vec![held.evidence];
        Some(Found::new(Carrier::Expression(held.expression), proof))
    }

    /// A new parameter of the host, or the safe value where it cannot gain one.
    fn by_parameter(&mut self, request: &Request, place: &Place<'m>, host: Node<'m>) -> Found {
        let module = place.module;
        let name = request.parameter;
        let key = (request.file, tree::span(host));
        match self.gate(request.file, module, host) {
            Gate::Report(why) => {
                return Found::nothing(why);
            }
            Gate::Closed { why, .. } => return literal(why),
            Gate::Open => {}
        }
        let grown = self.grown(request, module, host);
        if let Some(why) = &grown.taken {
            return Found::nothing(why.clone());
        }
        if let Some(why) = of_inner_call(request, place, host) {
            return Found::nothing(why);
        }
        let mut found = Found::new(Carrier::Parameter(key), grown.proof.clone());
        (found.level, found.reason) = (grown.level, grown.reason.clone());
        if name != request.asked.decision.argument {
            return found;
        }
        match &grown.variadic {
            variadic::Key::Handed(ops) => found.ops.clone_from(ops),
            variadic::Key::Lost(why) => {
                found.level = Level::Review;
                found.reason.clone_from(why);
            }
            variadic::Key::Read { why, locals } => {
                let bound = locals.iter().find(|(_, first)| first.before(module, place.node));
                let Some((local, _)) = bound else { return Found::nothing(why.clone()) };
                let proof = vec![format!("`{local}` is read from the keyword arguments")];
                return Found::new(Carrier::Expression(local.clone()), proof);
            }
        }
        found
    }

    /// What becomes of a function that gains a parameter; worked out once.
    fn grown(&mut self, request: &Request, module: &Module, host: Node) -> Rc<Grown> {
        let name = request.parameter;
        let key = (request.file, tree::span(host));
        if let Some(known) = self.hosts.get(&(key, name.to_owned())) {
            return Rc::clone(known);
        }
        let hardcoded = self.hardcoded.get(&(request.file, name.to_owned()));
        let hardcoded = hardcoded.map(Rc::clone).unwrap_or_default();
        let shown = name_of(module, host).unwrap_or("lambda");
        let line = module.lines.of(host.start_byte()) + 1;
        let mut proof = vec![format!(
            "`{shown}` (line {line}) gains the parameter; who says nothing gets {}",
            request.asked.decision.safe
        )];
        if let Some(by) = self.references.known(key) {
            proof.push(format!("`{shown}` is {by}, where it keeps the default"));
        }
        // What is read from a local that is hardcoded is as sure as that one's fix.
        let body = tree::span(host);
        let (mut level, mut reason) = (Level::Auto, String::new());
        for (_, its, why) in hardcoded.fixes.iter().filter(|(span, ..)| body.contains(*span)) {
            if *its > level {
                (level, reason) = (*its, why.clone());
            }
        }
        let places = self.places.get(&request.file).map_or(&[][..], Vec::as_slice);
        let grown = Rc::new(Grown {
            taken: taken(module, host, name, &hardcoded.spans),
            proof,
            level,
            reason,
            variadic: variadic::key(module, request.file, host, name, places),
        });
        self.hosts.insert((key, name.to_owned()), Rc::clone(&grown));
        grown
    }

    /// What a name means at a place.
    fn named(
        &mut self,
        file: FileId,
        place: &Place<'m>,
        name: &str,
        hardcoded: &[Span],
    ) -> Named<'m> {
        self.meanings.entry(file).or_default().named(place, name, hardcoded)
    }

    /// What is to be known of the local that has the parameter's name at a place.
    fn local(&mut self, request: &Request, place: &Place) -> Rc<Local> {
        let (module, name) = (place.module, request.parameter);
        let seen = place.scope();
        let scope = module.names.binding_scope(name, seen).unwrap_or(seen);
        let key = (request.file, scope, name.to_owned());
        if let Some(known) = self.locals.get(&key) {
            return Rc::clone(known);
        }
        let starts: FxHashSet<usize> =
            self.excepted.get(&request.file).into_iter().flatten().map(|span| span.start).collect();
        let bindings = module.names.bindings(name, seen);
        let found = Rc::new(Local {
            is_excepted: bindings.iter().any(|binding| starts.contains(&binding.span.start)),
            sent: sent(place, name),
        });
        self.locals.insert(key, Rc::clone(&found));
        found
    }

    /// Whether the default of a function's parameter is a documented exception.
    fn is_excepted(&self, request: &Request, place: &Place, function: Node) -> bool {
        let Some(excepted) = self.excepted.get(&request.file) else { return false };
        let text = place.module.text();
        let signature = Signature::at(function);
        let parameter = signature.and_then(|signature| {
            signature.binding(request.parameter, text).map(|p| tree::span(p.node))
        });
        parameter.is_some_and(|parameter| excepted.contains(&parameter))
    }

    /// Whether a function may gain a parameter, with what the rest of the program does with it.
    fn gate(&mut self, file: FileId, module: &Module, function: Node) -> Gate {
        let key = (file, tree::span(function));
        if let Some(known) = self.gates.get(&key) {
            return known.clone();
        }
        let mut found = gate(module, self.program, function);
        let shown = name_of(module, function).unwrap_or("lambda");
        if found == Gate::Open {
            let is_method =
                super::place::class_of(module, function).is_some() && shown != "__init__";
            if let Some(by) = self.references.escape(key) {
                let why =
                    format!("`{shown}` is {by}, so that its parameters may become remote input");
                found = Gate::Closed { why, remote: true };
            } else if is_method && let Some(by) = self.references.known(key) {
                let why = format!("`{shown}` is {by}, which cannot hand it the decision");
                found = Gate::Closed { why, remote: false };
            }
        }
        self.gates.insert(key, found.clone());
        found
    }

    /// Why a function's parameters are remote input.
    fn remote(&mut self, file: FileId, module: &Module, function: Node) -> Option<String> {
        match self.gate(file, module, function) {
            Gate::Closed { why, remote: true } => Some(why),
            _ => None,
        }
    }

    /// Whether what a function receives cannot be trusted to be the program's own.
    fn is_closed(&mut self, file: FileId, module: &Module, function: Node) -> bool {
        match self.gate(file, module, function) {
            Gate::Closed { remote, .. } => remote || !decorators(module, function).is_empty(),
            _ => false,
        }
    }
}
