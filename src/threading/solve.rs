//! One solve over all requests.

mod gates;
mod object;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::carrier::{Meanings, Named, has_safe_parameter};
use super::conflict::{of_inner_call, sent, taken, target};
use super::edits::{Overloads, Wholes, build};
use super::found::{Carrier, Found, literal, overrides};
use super::growth::Opened;
use super::host::Gate;
use super::kin::Kin;
use super::modules::Modules;
use super::object::Objects;
use super::origin::Origins;
use super::place::{Place, name_of};
use super::protocols::Protocols;
use super::receiver::{Receivers, object_at};
use super::references::{Key, References};
use super::shared::{Grown, Hardcoded, Local, hardcoded, places_of};
use super::solver::{Rounds, Task, Who};
use super::{Reach, Request, Solution, variadic};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::module::Module;
use crate::python::tree;
use crate::transforms::finding::{Decision, Level, ThreadPlace};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// What becomes of the requests, in their order, and the steps that are taken for them. `excepted` are
/// the places of each file that stay as they are.
pub(super) fn all(
    requests: &[Request],
    excepted: &BTreeMap<FileId, Vec<Span>>,
    modules: &Modules,
    program: &Program,
    reach: Reach,
    may_edit: &dyn Fn(FileId, &[u8]) -> bool,
) -> Vec<Solution> {
    let mut solver = Solver::new(requests, excepted, modules, program, (reach, may_edit));
    let places: Vec<Option<Place>> = requests.iter().map(|r| place(r, modules)).collect();
    let tasks = requests.iter().zip(&places).enumerate().filter_map(|(index, (request, place))| {
        Some(Task {
            file: request.file,
            place: place.clone()?,
            asked: Rc::new(request.asked.clone()),
            parameter: Rc::from(request.parameter),
            who: Who::Sink(index),
        })
    });
    let tasks = tasks.collect();
    let (settled, steps) = Rounds::new(&mut solver).run(tasks, requests.len());
    let mut wholes = Wholes::default();
    let all = requests.iter().zip(&places).zip(settled);
    all.map(|((request, place), settled)| match (place, settled) {
        (Some(place), Some(settled)) => build(request, place, settled, &steps, &mut wholes),
        _ => Solution::Left("the place could not be found again".to_owned()),
    })
    .collect()
}

fn place<'m>(request: &Request, modules: &'m Modules) -> Option<Place<'m>> {
    let module = modules.get(request.file)?;
    let node = module.nodes().covering(request.asked.place.anchor().range)?;
    Some(Place::of(module, node))
}

/// The `__init__` that can store a decision, and the edit; else why not.
pub(super) type Storable = Result<(Key, crate::plan::op::Op), String>;

/// Tells whether a file, of which these are the bytes, may be edited.
pub(super) type MayEdit<'p> = &'p dyn Fn(FileId, &[u8]) -> bool;

/// What is worked out in a solve.
pub(super) struct Solver<'p, 'm> {
    pub(super) program: &'p Program<'p>,
    pub(super) modules: &'m Modules<'p>,
    pub(super) may_edit: &'p dyn Fn(FileId, &[u8]) -> bool,
    /// The functions that were looked for.
    pub(super) looked_for: FxHashSet<Key>,
    /// Which functions have to gain a parameter together.
    pub(super) kin: FxHashMap<Key, Kin>,
    /// The functions in which something reads the new parameter.
    pub(super) needing: FxHashSet<(Key, String)>,
    /// The functions that gain a parameter.
    pub(super) gaining: FxHashSet<(Key, String)>,
    /// Which classes can store the decision, and how.
    pub(super) storable: FxHashMap<(Key, String), Storable>,
    /// Which classes of other files keep it for a class.
    pub(super) keepers_above: RefCell<FxHashMap<(Definition, String), Option<Definition>>>,
    pub(super) protocols: Protocols,
    /// Whether they may.
    pub(super) opened: FxHashMap<(Definition, String), Opened>,
    pub(super) places: FxHashMap<FileId, Vec<Span>>,
    excepted: FxHashMap<FileId, FxHashSet<Span>>,
    pub(super) reach: Reach,
    pub(super) references: References,
    gates: FxHashMap<Key, Gate>,
    pub(super) overloads: FxHashMap<FileId, Overloads<'m>>,
    sent: FxHashMap<(Key, String), Option<String>>,
    receivers: FxHashMap<FileId, Receivers<'m>>,
    kept: FxHashMap<(Key, String), Option<(String, String)>>,
    meanings: FxHashMap<FileId, Meanings<'m>>,
    locals: FxHashMap<(FileId, usize, String), Rc<Local>>,
    objects: FxHashMap<(FileId, String), Objects<'m>>,
    pub(super) origins: Origins,
    hosts: FxHashMap<(Key, String), Rc<Grown>>,
    hardcoded: FxHashMap<(FileId, String), Rc<Hardcoded>>,
}

impl<'p, 'm> Solver<'p, 'm> {
    /// Nothing is worked out yet. `requests` are all that the program hardcodes.
    pub(super) fn new(
        requests: &[Request],
        excepted: &BTreeMap<FileId, Vec<Span>>,
        modules: &'m Modules<'p>,
        program: &'p Program<'p>,
        (reach, may_edit): (Reach, MayEdit<'p>),
    ) -> Self {
        Self {
            program,
            modules,
            may_edit,
            reach,
            references: References::default(),
            looked_for: FxHashSet::default(),
            kin: FxHashMap::default(),
            needing: FxHashSet::default(),
            gaining: FxHashSet::default(),
            storable: FxHashMap::default(),
            keepers_above: RefCell::default(),
            protocols: Protocols::default(),
            opened: FxHashMap::default(),
            gates: FxHashMap::default(),
            overloads: FxHashMap::default(),
            sent: FxHashMap::default(),
            kept: FxHashMap::default(),
            objects: FxHashMap::default(),
            origins: Origins::default(),
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
        }
    }

    /// What carries the decision at a place.
    pub(super) fn find(&mut self, request: &Request, place: &Place<'m>) -> Found {
        if self.reach == Reach::Off {
            return literal("threading is off".to_owned());
        }
        if let ThreadPlace::Default { function, .. } = &request.asked.place {
            return Found::new(Carrier::Existing((request.file, *function)), Vec::new());
        }
        if let Some(found) = self.at_hand(request, place) {
            return found;
        }
        if let Some(found) = self.gained(request, place) {
            return found;
        }
        match place.host() {
            Some(host) => self.by_parameter(request, place, host),
            None => literal("no function is around it that could ask".to_owned()),
        }
    }

    /// What carries the decision at a place already, or why nothing may.
    pub(super) fn at_hand(&mut self, request: &Request, place: &Place<'m>) -> Option<Found> {
        let own = target(request, place);
        if let Some(found) = self.by_name(request, place, own.as_deref()) {
            return Some(found);
        }
        let decision = request.asked.decision;
        for name in [request.parameter, decision.parameter, decision.argument] {
            let kept = self.kept(request.file, place, name);
            let Some((expression, evidence)) = kept else { continue };
            if Some(&expression) == own.as_ref() {
                return Some(Found::nothing(overrides(&expression)));
            }
            if let Some(why) = self.is_sent(request, place, name) {
                return Some(literal(why));
            }
            return Some(Found::new(Carrier::Expression(expression), vec![evidence]));
        }
        self.by_object(request, place, own.as_deref())
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

    /// A new parameter of the host, an attribute that its class can keep, or the safe value.
    fn by_parameter(&mut self, request: &Request, place: &Place<'m>, host: Node<'m>) -> Found {
        let module = place.module;
        let name = request.parameter;
        let key = (request.file, tree::span(host));
        match self.opened(key, name, request.asked.decision) {
            Opened::Yes => {}
            Opened::Report(why) => return Found::nothing(why),
            Opened::Closed(why) => return self.stored(request, place, host, why),
        }
        let grown = self.grown(request.file, name, request.asked.decision, module, host);
        if let Some(why) = of_inner_call(request, place, host) {
            return Found::nothing(why);
        }
        if name == request.asked.decision.argument
            && let variadic::Key::Read { why, locals } = &grown.variadic
        {
            let bound = locals.iter().find(|(_, first)| first.before(module, place.node));
            let Some((local, _)) = bound else { return Found::nothing(why.clone()) };
            let proof = vec![format!("`{local}` is read from the keyword arguments")];
            return Found::new(Carrier::Expression(local.clone()), proof);
        }
        Found::new(Carrier::Parameter(key), grown.proof.clone())
    }

    /// What the class of a method that cannot gain a parameter keeps, if its `__init__` can.
    fn stored(
        &mut self,
        request: &Request,
        place: &Place<'m>,
        host: Node<'m>,
        why: String,
    ) -> Found {
        let module = place.module;
        let class = super::place::class_of(module, host);
        let Some((class, object)) = class.zip(object_at(place)) else { return literal(why) };
        if self.reach != Reach::Program || name_of(module, host) == Some("__init__") {
            return literal(why);
        }
        let own = Program::definition_at(request.file, class);
        let maker = super::stores::maker(self.program, own).unwrap_or(own);
        let class = (maker.file, maker.span);
        match self.can_store(class, request.parameter) {
            Ok(_) => {
                let text = format!("{object}.{}", request.parameter);
                Found::new(Carrier::Stored { class, text }, vec![why])
            }
            Err(not) => literal(format!("{why}, and {not}")),
        }
    }

    /// What becomes of a function that gains a parameter; worked out once.
    pub(super) fn grown(
        &mut self,
        file: FileId,
        name: &str,
        decision: &'static Decision,
        module: &Module,
        host: Node,
    ) -> Rc<Grown> {
        let key = (file, tree::span(host));
        if let Some(known) = self.hosts.get(&(key, name.to_owned())) {
            return Rc::clone(known);
        }
        let hardcoded = self.hardcoded.get(&(file, name.to_owned()));
        let hardcoded = hardcoded.map(Rc::clone).unwrap_or_default();
        let shown = name_of(module, host).unwrap_or("lambda");
        let line = module.lines.of(host.start_byte()) + 1;
        let mut proof = vec![format!(
            "`{shown}` (line {line}) gains the parameter; who says nothing gets {}",
            decision.safe
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
        let places = self.places.get(&file).map_or(&[][..], Vec::as_slice);
        let grown = Rc::new(Grown {
            taken: taken(module, host, name, &hardcoded.spans),
            proof,
            level,
            reason,
            variadic: variadic::key(module, file, host, name, places, &|call| {
                self.use_of_key(file, module, call, name)
            }),
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
}
