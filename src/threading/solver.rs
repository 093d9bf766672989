//! The rounds of a solve: places are given what carries the decision there; functions that gain a
//! parameter for it bring the places of their calls.

use std::rc::Rc;

use tree_sitter::Node;

use super::callers::{self, Caller, Callers};
use super::chain::{Step, Steps};
use super::decorator::is_cut;
use super::found::{Carrier, Found};
use super::place::{Place, name_of};
use super::references::Key;
use super::solve::Solver;
use super::stores;
use super::{Reach, Request, kin, link};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::program::definitions::{Definition, DefinitionKind};
use crate::python::call::{ArgumentKind, Call};
use crate::python::literal;
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::finding::{Decision, Level, ThreadPlace, ThreadRequest};
use crate::workspace::FileId;
use crate::workspace::source::Piece;

/// How many calls a chain may be long.
const MOST_ROUNDS: usize = 200;

/// A place that needs the decision.
pub(super) struct Task<'m> {
    pub(super) file: FileId,
    pub(super) place: Place<'m>,
    pub(super) asked: Rc<ThreadRequest>,
    pub(super) parameter: Rc<str>,
    pub(super) who: Who,
}

/// Whose place it is.
#[derive(Debug, Clone)]
pub(super) enum Who {
    /// The n-th request's.
    Sink(usize),
    /// A call of the functions of a step.
    Call {
        step: usize,
        caller: Caller,
        /// The keyword by which the step takes the decision.
        keyword: Rc<str>,
        /// Whether it is one by its name alone.
        offered: bool,
    },
}

/// What became of a place.
#[derive(Debug, Clone)]
pub(super) struct Settled {
    pub(super) found: Found,
    /// The expression that reads the decision, where there is one.
    pub(super) text: Option<String>,
    /// The step that has to be taken for it.
    pub(super) step: Option<usize>,
}

/// A function that gains the parameter, still to be worked out.
#[derive(Clone)]
struct NewHost {
    step: usize,
    keyword: Rc<str>,
    parameter: Rc<str>,
    decision: &'static Decision,
    /// Whether it has the parameter already.
    exists: bool,
}

/// A call that may run other functions as well: it is handed the decision if all of them take it.
struct Joint {
    host: NewHost,
    caller: Caller,
}

/// A call whose `**mapping` may hold the decision already.
struct Splatted {
    step: usize,
    caller: Caller,
    keyword: Rc<str>,
    parameter: Rc<str>,
    /// The function whose own `**kwargs` it hands on.
    from: Option<Key>,
}

/// The rounds.
pub(super) struct Rounds<'s, 'p, 'm> {
    solver: &'s mut Solver<'p, 'm>,
    steps: Steps,
    new: Vec<NewHost>,
    splatted: Vec<Splatted>,
    joint: Vec<Joint>,
}

impl<'s, 'p, 'm> Rounds<'s, 'p, 'm> {
    pub(super) fn new(solver: &'s mut Solver<'p, 'm>) -> Self {
        Self {
            solver,
            steps: Steps::default(),
            new: Vec::new(),
            splatted: Vec::new(),
            joint: Vec::new(),
        }
    }

    /// Settles the tasks of the requests, and all that follows from them. What became of the
    /// requests is in their order.
    pub(super) fn run(
        mut self,
        tasks: Vec<Task<'m>>,
        count: usize,
    ) -> (Vec<Option<Settled>>, Steps) {
        let mut settled: Vec<Option<Settled>> = vec![None; count];
        let mut tasks = tasks;
        for _ in 0..MOST_ROUNDS {
            if tasks.is_empty() {
                tasks = self.joined();
            }
            if tasks.is_empty() {
                break;
            }
            let found = self.find(&tasks);
            let mut next = Vec::new();
            self.note_all(&tasks, &found);
            while !self.new.is_empty() {
                next.extend(self.expand(&tasks, &found));
            }
            for (task, found) in tasks.iter().zip(found) {
                let result = self.link(task, found);
                match &task.who {
                    Who::Sink(index) => settled[*index] = Some(result),
                    Who::Call { .. } => self.hand_on(task, &result),
                }
            }
            tasks = next;
        }
        self.leave_joint();
        self.hand_on_splatted();
        (settled, self.steps)
    }

    /// What carries the decision at each place.
    fn find(&mut self, tasks: &[Task<'m>]) -> Vec<Found> {
        if self.solver.reach != Reach::Off {
            let functions: Vec<(FileId, Node<'m>)> =
                tasks.iter().flat_map(|task| self.solver.functions_of(task)).collect();
            self.solver.look_for(functions);
        }
        tasks
            .iter()
            .map(|task| {
                let request =
                    Request { file: task.file, asked: &task.asked, parameter: &task.parameter };
                self.solver.find(&request, &task.place)
            })
            .collect()
    }

    /// Makes steps of the functions and classes that are to gain something: classes from which
    /// others derive come before those.
    fn note_all(&mut self, tasks: &[Task<'m>], found: &[Found]) {
        let depth = |found: &Found| match found.carrier {
            Carrier::Stored { class, .. } => {
                self.solver.program.ancestry(class_definition(class)).0.len()
            }
            _ => 0,
        };
        let mut order: Vec<(usize, usize)> =
            found.iter().map(depth).enumerate().map(|(index, depth)| (depth, index)).collect();
        order.sort_unstable();
        for (_, index) in order {
            self.note_hosts(&tasks[index], &found[index]);
        }
    }

    /// Makes steps of the functions that are to gain a parameter.
    fn note_hosts(&mut self, task: &Task<'m>, found: &Found) {
        match &found.carrier {
            Carrier::Parameter(key) => {
                let place = (*key, task.parameter.to_string());
                let is_new = self.solver.needing.insert(place);
                let step = self.host(*key, task, task.parameter.clone(), false);
                let is_waiting = self.new.iter().any(|host| host.step == step);
                if is_new && !is_waiting {
                    // Until now it could stay as it was beside its relatives.
                    self.grow_member(step, *key, &task.parameter, task.asked.decision);
                }
            }
            Carrier::Existing(key) => {
                let keyword = match &task.asked.place {
                    ThreadPlace::Default { parameter, .. } => Rc::from(parameter.as_str()),
                    _ => task.parameter.clone(),
                };
                self.host(*key, task, keyword, true);
            }
            Carrier::Stored { class, .. } => {
                self.store(*class, task);
            }
            _ => {}
        }
    }

    /// The step of a function that gains, or has, the parameter.
    fn host(&mut self, key: Key, task: &Task<'m>, keyword: Rc<str>, exists: bool) -> usize {
        let name = keyword.to_string();
        if let Some(known) = self.steps.hosts.get(&(key, name.clone())) {
            return *known;
        }
        let members = match (exists, self.solver.reach) {
            (_, Reach::Program) => self.solver.kin(key).members.to_vec(),
            _ => vec![definition(key)],
        };
        let step = self.steps.push(Step {
            name: self.solver.qualified(key),
            members: members.clone(),
            ..Step::default()
        });
        for member in &members {
            self.steps.hosts.insert(((member.file, member.span), name.clone()), step);
        }
        self.new.push(NewHost {
            step,
            keyword,
            parameter: task.parameter.clone(),
            decision: task.asked.decision,
            exists,
        });
        step
    }

    /// The step of a class whose `__init__` stores the decision; `None` if it cannot.
    fn store(&mut self, class: Key, task: &Task<'m>) -> Option<usize> {
        let name = task.parameter.to_string();
        if let Some(known) = self.steps.stores.get(&(class, name.clone())) {
            return Some(*known);
        }
        if let Some(above) = self.stored_above(class, &name) {
            self.steps.stores.insert((class, name), above);
            return Some(above);
        }
        let (init, op) = self.solver.can_store(class, &name).ok()?;
        let needs = self.host(init, task, task.parameter.clone(), false);
        let shown = self.solver.qualified(class);
        let at = self.solver.spot(init);
        let text = format!("`__init__` keeps the decision in `self.{name}`");
        let step = self.steps.push(Step {
            name: shown.clone(),
            ops: vec![op],
            needs: vec![needs],
            hosts: vec![link(at, shown, text)],
            ..Step::default()
        });
        self.steps.stores.insert((class, name), step);
        Some(step)
    }

    /// The step of a class from which a class derives and whose `__init__`, which is always run,
    /// stores the decision.
    fn stored_above(&self, class: Key, name: &str) -> Option<usize> {
        let program = self.solver.program;
        let (ancestry, _) = program.ancestry(class_definition(class));
        let is_run =
            |above: &usize| ancestry[..*above].iter().all(|c| stores::runs_base_init(program, *c));
        let stores = |above: usize| {
            let key = (ancestry[above].file, ancestry[above].span);
            self.steps.stores.get(&(key, name.to_owned())).copied()
        };
        (1..ancestry.len()).filter(is_run).find_map(stores)
    }

    /// Works out the new functions: their edits, and the places of their calls.
    fn expand(&mut self, tasks: &[Task<'m>], found: &[Found]) -> Vec<Task<'m>> {
        let new = std::mem::take(&mut self.new);
        let callers = self.callers(&new);
        let mut next = Vec::new();
        let mut growing: Vec<(&NewHost, Callers)> = new.iter().zip(callers).collect();
        // What a class comes to store, those that derive from it can read.
        for _ in 0..2 {
            growing
                .retain(|(host, callers)| !self.reads_what_is_stored(host, callers, tasks, found));
        }
        for (host, callers) in growing {
            self.grow(host);
            self.grow_stand_ins(host);
            for left in callers.unresolved {
                let Some(module) = self.solver.modules.get(left.file) else { continue };
                let at = super::spot(module, left.file, left.call.start);
                let name = scope_of(module, left.call);
                let step = &mut self.steps.list[host.step];
                step.left.push(link(at, name, left.why.to_owned()));
            }
            self.joint.extend(
                callers.joint.into_iter().map(|caller| Joint { host: host.clone(), caller }),
            );
            let sure = callers.calls.into_iter().map(|caller| (caller, false));
            let offered = callers.by_name.into_iter().map(|caller| (caller, true));
            for (caller, offered) in sure.chain(offered) {
                next.extend(self.task(host, caller, offered));
            }
        }
        next
    }

    /// The places of calls that may run several functions, all of which take the decision by now.
    fn joined(&mut self) -> Vec<Task<'m>> {
        let takes = |joint: &Joint| {
            let name = joint.host.keyword.to_string();
            joint.caller.others.iter().all(|other| {
                self.steps.hosts.contains_key(&((other.file, other.span), name.clone()))
            })
        };
        let all = std::mem::take(&mut self.joint);
        let (ready, rest): (Vec<Joint>, Vec<Joint>) = all.into_iter().partition(takes);
        self.joint = rest;
        ready.into_iter().filter_map(|joint| self.task(&joint.host, joint.caller, false)).collect()
    }

    /// Notes the calls that may run something that does not take the decision.
    fn leave_joint(&mut self) {
        for Joint { host, caller } in std::mem::take(&mut self.joint) {
            let Some(module) = self.solver.modules.get(caller.file) else { continue };
            let at = super::spot(module, caller.file, caller.call.start);
            let why = "it may run something else as well".to_owned();
            let name = scope_of(module, caller.call);
            self.steps.list[host.step].left.push(link(at, name, why));
        }
    }

    fn callers(&mut self, new: &[NewHost]) -> Vec<Callers> {
        if self.solver.reach != Reach::Program {
            return vec![Callers::default(); new.len()];
        }
        let program = self.solver.program;
        let wanted: Vec<Option<callers::Wanted>> = new
            .iter()
            .map(|host| {
                let is_cut = self.is_cut(host.step);
                let members = &self.steps.list[host.step].members;
                kin::wanted(program, members).filter(|_| !is_cut)
            })
            .collect();
        let known: Vec<callers::Wanted> = wanted.iter().flatten().cloned().collect();
        let mut found = callers::find(program, &known).into_iter();
        wanted
            .iter()
            .map(|wanted| wanted.as_ref().and_then(|_| found.next()).unwrap_or_default())
            .collect()
    }

    /// Whether the functions of a step are called through decorators that hand on fixed arguments,
    /// which is noted.
    fn is_cut(&mut self, step: usize) -> bool {
        let members = self.steps.list[step].members.clone();
        let cut = members.into_iter().find(|member| {
            let module = self.solver.modules.get(member.file);
            module.is_some_and(|module| {
                let node = module.exact(member.span, &["function_definition"]);
                node.is_some_and(|node| {
                    is_cut(self.solver.program, &self.solver.references.work, module, node)
                })
            })
        });
        let Some(cut) = cut else { return false };
        let key = (cut.file, cut.span);
        let (at, name) = (self.solver.spot(key), self.solver.qualified(key));
        let why = "its decorator hands on fixed arguments".to_owned();
        self.steps.list[step].left.push(link(at, name, why));
        true
    }

    /// Whether the methods are called through their own objects alone, and their classes keep their
    /// configuration: then they read the decision there, and `__init__` gains the parameter.
    fn reads_what_is_stored(
        &mut self,
        host: &NewHost,
        callers: &Callers,
        tasks: &[Task<'m>],
        found: &[Found],
    ) -> bool {
        let is_called = !callers.calls.is_empty();
        let is_init = self.steps.list[host.step].name.ends_with("__init__");
        if host.exists || is_init || !is_called || callers.calls.iter().any(|caller| !caller.is_own)
        {
            return false;
        }
        let keys: Vec<Key> = self.steps.list[host.step]
            .members
            .iter()
            .map(|member| (member.file, member.span))
            .collect();
        let needing: Vec<(&Task<'m>, Key)> = tasks
            .iter()
            .zip(found)
            .filter(|(task, _)| task.parameter == host.parameter)
            .filter_map(|(task, found)| match found.carrier {
                Carrier::Parameter(key) if keys.contains(&key) => Some((task, key)),
                _ => None,
            })
            .collect();
        let mut classes: Vec<(usize, Key, Key)> = Vec::new();
        for (task, key) in &needing {
            let above = || {
                let class = class_key(self.solver.program, *key)?;
                self.stored_above(class, &task.parameter).map(|_| class)
            };
            let Some(class) = above().or_else(|| self.solver.keeping_class(*key, &task.parameter))
            else {
                return false;
            };
            if super::receiver::object_at(&task.place).is_none() {
                return false;
            }
            let depth = self.solver.program.ancestry(class_definition(class)).0.len();
            classes.push((depth, *key, class));
        }
        let Some((first, _)) = needing.first() else { return false };
        classes.sort_unstable();
        for (_, key, class) in classes {
            let Some(step) = self.store(class, first) else { return false };
            self.steps.list[host.step].stored_by.insert(key, step);
        }
        true
    }

    /// The edits by which functions gain the parameter.
    fn grow(&mut self, host: &NewHost) {
        let members = self.steps.list[host.step].members.clone();
        for member in members {
            let key = (member.file, member.span);
            if host.exists && self.solver.has(key, &host.keyword) {
                let fact = self.solver.has_it(key);
                self.steps.list[host.step].hosts.extend(fact);
            } else {
                self.grow_member(host.step, key, &host.parameter, host.decision);
            }
        }
    }

    fn grow_member(&mut self, step: usize, key: Key, name: &str, decision: &'static Decision) {
        let grown = self.solver.growth(key, name, decision);
        let step = &mut self.steps.list[step];
        if grown.ops.iter().all(|op| step.ops.contains(op)) {
            return;
        }
        step.ops.extend(grown.ops);
        step.hosts.extend(grown.fact);
        if grown.level > step.level {
            (step.level, step.reason) = (grown.level, grown.reason);
        }
    }

    /// What tests put in the place of methods takes the parameter too, or they would fail for it.
    fn grow_stand_ins(&mut self, host: &NewHost) {
        if host.exists || self.solver.reach != Reach::Program {
            return;
        }
        let members = &self.steps.list[host.step].members;
        let added = self.solver.stand_ins(members, &host.parameter, host.decision);
        self.steps.list[host.step].ops.extend(added);
    }

    /// The task of a call; `None` if it is left as it is, which is noted.
    fn task(&mut self, host: &NewHost, caller: Caller, offered: bool) -> Option<Task<'m>> {
        let module = self.solver.modules.get(caller.file)?;
        let node = module.exact(caller.call, &["call"])?;
        let call = Call::at(node, module.text())?;
        let at = super::spot(module, caller.file, caller.call.start);
        let name = scope_of(module, caller.call);
        let passed = self.passed(host, &caller, &call, module);
        let why = match passed {
            Passed::Yes => return None,
            Passed::Maybe(why) => Some(why),
            Passed::Splat => {
                let from =
                    own_kwargs(module, &call).map(|function| (caller.file, tree::span(function)));
                self.splatted.push(Splatted {
                    step: host.step,
                    caller,
                    keyword: host.keyword.clone(),
                    parameter: host.parameter.clone(),
                    from,
                });
                return None;
            }
            Passed::No if module.is_damaged_near(node) => {
                Some("the code around it does not parse".to_owned())
            }
            Passed::No => self.solver.untouchable(caller.file, module),
        };
        if let Some(why) = why {
            self.steps.list[host.step].left.push(link(at, name, why));
            return None;
        }
        let anchor = Anchor { file: caller.file, range: caller.call };
        let asked = ThreadRequest {
            place: ThreadPlace::Value { at: anchor, target: None },
            decision: host.decision,
            level: Level::Auto,
            reason: String::new(),
        };
        Some(Task {
            file: caller.file,
            place: Place::of(module, node),
            asked: Rc::new(asked),
            parameter: host.parameter.clone(),
            who: Who::Call { step: host.step, caller, keyword: host.keyword.clone(), offered },
        })
    }

    /// Whether a call hands on the decision already.
    fn passed(&self, host: &NewHost, caller: &Caller, call: &Call, module: &Module) -> Passed {
        if call.keyword(&host.keyword).is_some() {
            return Passed::Yes;
        }
        if host.exists
            && let Some(at) = self.solver.position(
                self.steps.list[host.step].members[0],
                &host.keyword,
                caller.is_bound,
            )
        {
            let by_position: Vec<_> =
                call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional).collect();
            let splat = call.has(ArgumentKind::Splat);
            if by_position.len() > at + caller.skipped {
                return Passed::Yes;
            }
            if splat {
                return Passed::Maybe("what it unpacks may hand it on already".to_owned());
            }
        }
        let mut splats = call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat);
        let Some(splat) = splats.next() else { return Passed::No };
        match keys_of(splat.value, module) {
            Some(keys) if keys.contains(&&*host.keyword) => Passed::Yes,
            Some(_) if splats.next().is_none() => Passed::No,
            _ => Passed::Splat,
        }
    }

    /// What a found carrier reads at a place, and the step that it needs.
    fn link(&mut self, task: &Task<'m>, found: Found) -> Settled {
        let name = task.parameter.to_string();
        let (text, step) = match &found.carrier {
            Carrier::Parameter(key) | Carrier::Existing(key) => {
                let keyword = match &task.asked.place {
                    ThreadPlace::Default { parameter, .. } => parameter.clone(),
                    _ => name.clone(),
                };
                let step = self.steps.hosts.get(&(*key, keyword)).copied();
                let stored =
                    step.and_then(|step| self.steps.list[step].stored_by.get(key).copied());
                match stored {
                    Some(stored) => {
                        let object = super::receiver::object_at(&task.place).unwrap_or("self");
                        (Some(format!("{object}.{name}")), Some(stored))
                    }
                    None => (Some(name), step),
                }
            }
            Carrier::Stored { class, text, .. } => {
                (Some(text.clone()), self.steps.stores.get(&(*class, name)).copied())
            }
            Carrier::Expression(text) => (Some(text.clone()), None),
            Carrier::Literal | Carrier::Nothing(_) => (None, None),
        };
        Settled { found, text, step }
    }

    /// Adds the argument to a call, with what it needs.
    fn hand_on(&mut self, task: &Task<'m>, settled: &Settled) {
        let Who::Call { step, caller, keyword, offered } = &task.who else { return };
        let module = task.place.module;
        let at = super::spot(module, caller.file, caller.call.start);
        let name = scope_of(module, caller.call);
        let Some(text) = &settled.text else {
            let why = match &settled.found.carrier {
                Carrier::Nothing(why) => why.clone(),
                _ => settled.found.proof.first().cloned().unwrap_or_default(),
            };
            let step = &mut self.steps.list[*step];
            step.ends.push(link(at, name, format!("it keeps the safe default: {why}")));
            return;
        };
        let op = Op::SetArgument {
            call: Anchor { file: caller.file, range: caller.call },
            name: keyword.to_string(),
            value: vec![Piece::text(text.clone())],
        };
        let how = caller.how.map_or("taken for it by its name", |how| how.text());
        let fact = link(at, name.clone(), format!("hands on `{text}`; {how}"));
        let needs = settled.step;
        let index = *step;
        let step = &mut self.steps.list[index];
        if *offered {
            step.offers.push((op, needs, fact));
            return;
        }
        if needs.is_none() {
            step.ends.push(link(at, name, format!("`{text}` decides")));
        }
        step.ops.push(op);
        step.needs.extend(needs);
        step.callers.push(fact);
        for other in &caller.others {
            let key = ((other.file, other.span), keyword.to_string());
            let also = self.steps.hosts.get(&key).copied();
            self.steps.list[index].needs.extend(also);
        }
    }

    /// Calls that unpack a mapping: where it is the `**kwargs` of a function that gains the
    /// parameter, they no longer hold it, and it is handed on by name.
    fn hand_on_splatted(&mut self) {
        for splatted in std::mem::take(&mut self.splatted) {
            let Some(module) = self.solver.modules.get(splatted.caller.file) else { continue };
            let at = super::spot(module, splatted.caller.file, splatted.caller.call.start);
            let name = scope_of(module, splatted.caller.call);
            let key = splatted.from.map(|from| (from, splatted.parameter.to_string()));
            let from = key.and_then(|key| self.steps.hosts.get(&key).copied());
            let from = from.filter(|from| self.steps.list[*from].stored_by.is_empty());
            let is_gained = from.is_some_and(|from| {
                self.steps.list[from].ops.iter().any(|op| match op {
                    Op::AddParameter { function, .. } => {
                        splatted.from == Some((function.file, function.range))
                    }
                    _ => false,
                })
            });
            let step = &mut self.steps.list[splatted.step];
            let Some(from) = from.filter(|_| is_gained) else {
                let why = "what it unpacks may hand it on already".to_owned();
                step.left.push(link(at, name, why));
                continue;
            };
            step.ops.push(Op::SetArgument {
                call: Anchor { file: splatted.caller.file, range: splatted.caller.call },
                name: splatted.keyword.to_string(),
                value: vec![Piece::text(splatted.parameter.to_string())],
            });
            step.needs.push(from);
            let text = "its own keyword arguments no longer hold it";
            step.callers.push(link(at, name, text.to_owned()));
        }
    }
}

/// Whether a call hands on the decision.
enum Passed {
    Yes,
    No,
    Maybe(String),
    /// It unpacks a mapping.
    Splat,
}

/// The definition of a function.
pub(super) fn definition(key: Key) -> Definition {
    Definition { file: key.0, kind: DefinitionKind::Function, span: key.1 }
}

/// The definition of a class.
pub(super) fn class_definition(key: Key) -> Definition {
    Definition { file: key.0, kind: DefinitionKind::Class, span: key.1 }
}

/// The qualified name of what is around a place.
fn scope_of(module: &Module, span: crate::workspace::span::Span) -> String {
    module.nodes().covering(span).map(|node| module.scope_of(node)).unwrap_or_default()
}

/// The keys of a dictionary that is written there, if all of them are.
fn keys_of<'m>(value: Node<'m>, module: &'m Module) -> Option<Vec<&'m str>> {
    let value = tree::unparenthesised(value);
    if value.kind() != "dictionary" {
        return None;
    }
    let pair = |pair: Node<'m>| {
        let key = pair.child_by_field_name("key").filter(|_| pair.kind() == "pair")?;
        literal::plain_string(key, module.text())
    };
    tree::children(value).into_iter().map(pair).collect()
}

/// The outermost function whose own `**kwargs` a call unpacks.
fn own_kwargs<'m>(module: &'m Module, call: &Call<'m>) -> Option<Node<'m>> {
    let mut splats = call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat);
    let splat = splats.next()?;
    let name = module.text_of(splat.value);
    let function = Place::of(module, call.node).host()?;
    let signature = Signature::at(function)?;
    let is_own = signature.parameters.iter().any(|parameter| {
        parameter.kind == ParameterKind::VarKeyword && module.text_of(parameter.name) == name
    });
    (is_own && name_of(module, function).is_some()).then_some(function)
}

/// The class of a method, as a key.
pub(super) fn class_key(program: &Program, key: Key) -> Option<Key> {
    callers::class_of(program, definition(key)).map(|class| (class.file, class.span))
}

/// Whether a class keeps its configuration in its objects.
pub(super) fn keeps_configuration(module: &Module, class: Key) -> bool {
    let node = module.exact(class.1, &["class_definition"]);
    node.is_some_and(|class| stores::keeps_configuration(module, class))
}
