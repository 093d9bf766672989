//! The rounds of a solve: places are given what carries the decision there; functions that gain a
//! parameter for it bring the places of their calls.

mod calls;
mod hosts;

use std::rc::Rc;

use tree_sitter::Node;

use super::callers::{self, Caller};
use super::chain::Steps;
use super::found::{Carrier, Found};
use super::place::Place;
use super::references::Key;
use super::solve::Solver;
use super::{Reach, Request, link, stores};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::program::definitions::{Definition, DefinitionKind};
use crate::python::module::Module;
use crate::transforms::finding::{Decision, ThreadPlace, ThreadRequest};
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
    /// Calls that make objects of what gains a field.
    made: Vec<(NewHost, Caller)>,
}

impl<'s, 'p, 'm> Rounds<'s, 'p, 'm> {
    pub(super) fn new(solver: &'s mut Solver<'p, 'm>) -> Self {
        Self {
            solver,
            steps: Steps::default(),
            new: Vec::new(),
            splatted: Vec::new(),
            joint: Vec::new(),
            made: Vec::new(),
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
            for (host, caller) in std::mem::take(&mut self.made) {
                next.extend(self.task(&host, caller, false));
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
            Carrier::Gained { text, sources } => (Some(text.clone()), self.gain(sources, &name)),
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

/// The class of a method, as a key.
pub(super) fn class_key(program: &Program, key: Key) -> Option<Key> {
    callers::class_of(program, definition(key)).map(|class| (class.file, class.span))
}

/// Whether a class keeps its configuration in its objects.
pub(super) fn keeps_configuration(module: &Module, class: Key) -> bool {
    let node = module.exact(class.1, &["class_definition"]);
    node.is_some_and(|class| stores::keeps_configuration(module, class))
}
