//! The way of decisions through the program: functions that gain a parameter or a class that keeps
//! it, with the calls that hand it on.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::origin::Source;
use super::references::Key;
use crate::plan::op::Op;
use crate::program::definitions::Definition;
use crate::transforms::finding::{Chain, Elsewhere, Level, Link};

/// A station: functions that gain one parameter together, or a class whose `__init__` stores it.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// What it is called, `Engine.load`.
    pub(super) name: String,
    /// The functions.
    pub(super) members: Vec<Definition>,
    /// The edits at it, and at the calls of it.
    pub(super) ops: Vec<Op>,
    /// Other steps that its edits need, in the order of the calls.
    pub(super) needs: Vec<usize>,
    /// How sure it is, and why not more.
    pub(super) level: Option<Level>,
    pub(super) reason: String,
    /// Whether the methods read the attribute instead, which the class of each of them stores: the
    /// steps that do.
    pub(super) stored_by: FxHashMap<Key, usize>,
    pub(super) hosts: Vec<Link>,
    pub(super) callers: Vec<Link>,
    pub(super) ends: Vec<Link>,
    pub(super) usages: Vec<Link>,
    pub(super) settings: Vec<Elsewhere>,
    pub(super) left: Vec<Link>,
    /// Calls that are taken for calls of it by their name: the edit, what it needs, the fact.
    pub(super) offers: Vec<(Op, Option<usize>, Link)>,
}

/// All steps.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) list: Vec<Step>,
    /// The step of a function and a parameter's name.
    pub(super) hosts: FxHashMap<(Key, String), usize>,
    /// The step of what gains a flag or field of a name.
    pub(super) gains: FxHashMap<(Source, String), usize>,
    /// The step of several of them.
    pub(super) unions: FxHashMap<(Vec<Source>, String), usize>,
    /// The step of a class and an attribute's name.
    pub(super) stores: FxHashMap<(Key, String), usize>,
}

/// What a step needs, all in all.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) ops: Vec<Op>,
    pub(super) level: Option<Level>,
    pub(super) reason: String,
    pub(super) chain: Chain,
    /// The steps, the nearest first.
    pub(super) steps: Vec<usize>,
}

impl Steps {
    pub(super) fn push(&mut self, step: Step) -> usize {
        self.list.push(step);
        self.list.len() - 1
    }

    /// A step and all that it needs.
    pub(super) fn whole(&self, first: usize) -> Whole {
        let mut found = Whole::default();
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        let mut waiting = vec![first];
        let mut ops: BTreeSet<&Op> = BTreeSet::new();
        while let Some(index) = waiting.pop() {
            if !seen.insert(index) {
                continue;
            }
            found.steps.push(index);
            let step = &self.list[index];
            found.ops.extend(step.ops.iter().filter(|op| ops.insert(op)).cloned());
            if step.level > found.level {
                (found.level, found.reason) = (step.level, step.reason.clone());
            }
            found.chain.hosts.extend(step.hosts.iter().cloned());
            found.chain.callers.extend(step.callers.iter().cloned());
            found.chain.ends.extend(step.ends.iter().cloned());
            for usage in &step.usages {
                if !found.chain.usages.contains(usage) {
                    found.chain.usages.push(usage.clone());
                }
            }
            found.chain.settings.extend(step.settings.iter().cloned());
            found.chain.left.extend(step.left.iter().cloned());
            waiting.extend(step.needs.iter().rev());
        }
        found.chain.way = self.way(first);
        found
    }

    /// The names of the steps from one to an end, always over the first caller.
    fn way(&self, first: usize) -> Vec<String> {
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        let mut found = Vec::new();
        let mut at = Some(first);
        while let Some(index) = at {
            seen.insert(index);
            found.push(self.list[index].name.clone());
            at = self.list[index].needs.iter().copied().find(|next| !seen.contains(next));
        }
        found
    }
}
