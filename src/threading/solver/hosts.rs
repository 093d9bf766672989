//! Functions and classes that gain something, and how they do.

use std::rc::Rc;

use super::{NewHost, Rounds, Task, class_definition, definition};
use crate::threading::chain::Step;
use crate::threading::found::{Carrier, Found};
use crate::threading::origin::Source;
use crate::threading::references::Key;
use crate::threading::{Reach, link, stores};
use crate::transforms::finding::{Decision, ThreadPlace};

impl<'m> Rounds<'_, '_, 'm> {
    /// Makes steps of the functions and classes that are to gain something: classes from which
    /// others derive come before those.
    pub(super) fn note_all(&mut self, tasks: &[Task<'m>], found: &[Found]) {
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
            Carrier::Gained { sources, .. } => {
                self.gain(sources, &task.parameter);
            }
            _ => {}
        }
    }

    /// The step of a function that gains, or has, the parameter.
    pub(super) fn host(
        &mut self,
        key: Key,
        task: &Task<'m>,
        keyword: Rc<str>,
        exists: bool,
    ) -> usize {
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
            self.solver.gaining.insert(((member.file, member.span), name.clone()));
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

    /// The step of sources that gain a flag or field.
    pub(super) fn gain(&mut self, sources: &[Source], name: &str) -> Option<usize> {
        let steps: Vec<usize> =
            sources.iter().filter_map(|source| self.gain_one(*source, name)).collect();
        match steps[..] {
            [one] => return Some(one),
            [] => return None,
            _ => {}
        }
        let place = (sources.to_vec(), name.to_owned());
        if let Some(known) = self.steps.unions.get(&place) {
            return Some(*known);
        }
        let first = self.steps.list[steps[0]].name.clone();
        let step = self.steps.push(Step { name: first, needs: steps, ..Step::default() });
        self.steps.unions.insert(place, step);
        Some(step)
    }

    fn gain_one(&mut self, source: Source, name: &str) -> Option<usize> {
        let place = (source, name.to_owned());
        if let Some(known) = self.steps.gains.get(&place) {
            return Some(*known);
        }
        let plan = self.solver.origins.plans.get(&place)?.as_ref().ok().map(Rc::clone)?;
        let taking = plan.requires.iter().map(|key| (*key, name.to_owned()));
        let mut needs: Vec<usize> =
            taking.filter_map(|place| self.steps.hosts.get(&place).copied()).collect();
        let beside = plan.beside.iter().map(|source| (*source, name.to_owned()));
        needs.extend(beside.filter_map(|place| self.steps.gains.get(&place).copied()));
        let step = self.steps.push(Step {
            name: plan.shown.clone(),
            ops: plan.ops.clone(),
            needs,
            hosts: plan.hosts.clone(),
            usages: plan.usages.clone(),
            settings: plan.settings.clone(),
            ..Step::default()
        });
        self.steps.gains.insert(place, step);
        let made = plan.decision.into_iter().flat_map(|decision| {
            plan.calls.iter().map(move |caller| {
                let (keyword, parameter) = (Rc::from(name), Rc::from(name));
                let host = NewHost { step, keyword, parameter, decision, exists: false };
                (host, caller.clone())
            })
        });
        self.made.extend(made);
        Some(step)
    }

    /// The step of a class whose `__init__` stores the decision; `None` if it cannot.
    pub(super) fn store(&mut self, class: Key, task: &Task<'m>) -> Option<usize> {
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
    pub(super) fn stored_above(&self, class: Key, name: &str) -> Option<usize> {
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

    /// The edits by which functions gain the parameter.
    pub(super) fn grow(&mut self, host: &NewHost) {
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
    pub(super) fn grow_stand_ins(&mut self, host: &NewHost) {
        if host.exists || self.solver.reach != Reach::Program {
            return;
        }
        let members = &self.steps.list[host.step].members;
        let added = self.solver.stand_ins(members, &host.parameter, host.decision);
        self.steps.list[host.step].ops.extend(added);
    }
}
