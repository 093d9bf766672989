//! The calls of what gains something, and what they hand on.

use std::rc::Rc;

use tree_sitter::Node;

use super::{Joint, NewHost, Rounds, Splatted, Task, Who, class_definition, class_key, scope_of};
use crate::plan::op::Anchor;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::{literal, tree};
use crate::threading::callers::{self, Caller, Callers};
use crate::threading::decorator::is_cut;
use crate::threading::found::{Carrier, Found};
use crate::threading::gain::Wish;
use crate::threading::gain::command::is_command;
use crate::threading::gain::unpacked::all_of;
use crate::threading::origin::Source;
use crate::threading::origin::value::value;
use crate::threading::place::{Place, name_of};
use crate::threading::references::Key;
use crate::threading::{Reach, kin, link};
use crate::transforms::finding::{Level, ThreadPlace, ThreadRequest};

impl<'m> Rounds<'_, '_, 'm> {
    /// Works out the new functions: their edits, and the places of their calls.
    pub(super) fn expand(&mut self, tasks: &[Task<'m>], found: &[Found]) -> Vec<Task<'m>> {
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
                let at = crate::threading::spot(module, left.file, left.call.start);
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

    pub(super) fn callers(&mut self, new: &[NewHost]) -> Vec<Callers> {
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
    /// which is noted; what calls a command hands it a command line.
    pub(super) fn is_cut(&mut self, step: usize) -> bool {
        let members = self.steps.list[step].members.clone();
        let is_command = members.iter().any(|member| {
            let module = self.solver.modules.get(member.file);
            let node = module.and_then(|m| m.exact(member.span, &["function_definition"]));
            module.zip(node).is_some_and(|(module, node)| is_command(module, node))
        });
        if is_command {
            return true;
        }
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
            if crate::threading::receiver::object_at(&task.place).is_none() {
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

    /// The task of a call; `None` if it is left as it is, which is noted.
    pub(super) fn task(
        &mut self,
        host: &NewHost,
        caller: Caller,
        offered: bool,
    ) -> Option<Task<'m>> {
        let module = self.solver.modules.get(caller.file)?;
        let node = module.exact(caller.call, &["call"])?;
        let call = Call::at(node, module.text())?;
        let at = crate::threading::spot(module, caller.file, caller.call.start);
        let name = scope_of(module, caller.call);
        let passed = self.passed(host, &caller, &call, module);
        let why = match passed {
            Passed::Yes => return None,
            Passed::Maybe(why) => Some(why),
            Passed::Splat if self.hands_on_all(host, &caller, &call, module) => return None,
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

    /// Whether a call unpacks all that a namespace holds, which has the flag or gains it.
    fn hands_on_all(
        &mut self,
        host: &NewHost,
        caller: &Caller,
        call: &Call<'m>,
        module: &'m Module,
    ) -> bool {
        let mut splats = call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat);
        let (Some(splat), None) = (splats.next(), splats.next()) else { return false };
        let held = held_by(module, splat.value);
        let Some(object) = all_of(module, held) else { return false };
        let item = value(caller.file, object, None);
        let Some(sources) = self.solver.sources(&item, None) else { return false };
        let wish =
            Wish { name: host.keyword.to_string(), decision: host.decision, reads: Vec::new() };
        let mut gains = Vec::new();
        for source in sources.iter().copied() {
            if !matches!(source, Source::Parsed(..)) {
                return false;
            }
            if self.solver.has_field(source, &wish.name) {
                continue;
            }
            if self.solver.gain(source, &wish).is_err() {
                return false;
            }
            gains.push(source);
        }
        let at = crate::threading::spot(module, caller.file, caller.call.start);
        let text = format!("hands on all that `{}` holds", module.text_of(object));
        let needs = self.gain(&gains, &wish.name);
        let step = &mut self.steps.list[host.step];
        step.callers.push(link(at, scope_of(module, caller.call), text));
        step.needs.extend(needs);
        true
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
}

/// Whether a call hands on the decision.
enum Passed {
    Yes,
    No,
    Maybe(String),
    /// It unpacks a mapping.
    Splat,
}

/// What a variable holds that is bound once, or the expression itself.
fn held_by<'m>(module: &'m Module, node: Node<'m>) -> Node<'m> {
    let scope = module.names.scope_at(node.start_byte());
    let bindings = module.names.bindings(module.text_of(node), scope);
    let ([binding], "identifier") = (bindings, node.kind()) else { return node };
    let crate::python::names::BindingKind::Assignment { value } = binding.kind else { return node };
    module.nodes().covering(value).unwrap_or(node)
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
