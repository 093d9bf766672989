//! What gains a flag or a field, so that a person can say yes: the parser of a command line, a class
//! whose objects hold settings, a command.

pub(super) mod command;
mod conflict;
mod dests;
mod field;
pub(super) mod fitting;
mod flag;
pub(super) mod objects;
mod spots;
pub(super) mod unpacked;
mod usage;
mod walk;

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::callers::Caller;
use super::origin::Source;
use super::references::Key;
use super::solve::Solver;
use crate::plan::op::Op;
use crate::transforms::finding::{Decision, Elsewhere, Link};
use crate::workspace::FileId;
use crate::workspace::span::Span;

pub(super) use walk::Walk;

/// What is to be gained, and for which place.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// The name of the flag or field.
    pub(super) name: String,
    pub(super) decision: &'static Decision,
    /// What the place reads of the object at hand: `model_path` of `args.model_path`.
    pub(super) reads: Vec<String>,
}

impl Wish {
    /// Whether the place reads what the decision is about.
    fn is_read(&self) -> bool {
        self.reads.iter().any(|read| dests::fitness(read, self.decision) > 0)
    }
}

/// How a source gains what is wished for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What the way of a decision calls it, `--trust-remote-code`.
    pub(super) shown: String,
    /// The decision; `None` if none of the program's calls makes it.
    pub(super) decision: Option<&'static Decision>,
    pub(super) ops: Vec<Op>,
    /// Who gains it.
    pub(super) hosts: Vec<Link>,
    /// What a person does to say yes.
    pub(super) usages: Vec<Link>,
    /// The files that fill such objects.
    pub(super) settings: Vec<Elsewhere>,
    /// The calls that make such objects, and hand the decision on.
    pub(super) calls: Vec<Caller>,
    /// The argument that only those of its commands have which gain the flag.
    pub(super) read_as: Option<String>,
    /// Classes that are made of all that the object holds, and have to gain the field.
    pub(super) beside: Vec<Source>,
    /// Functions that are handed all that the object holds, and have to take it.
    pub(super) requires: Vec<Key>,
    /// The statements behind which flags are added.
    places: FxHashSet<(FileId, Span)>,
    /// All statements that add arguments to the parser.
    reach: FxHashSet<(FileId, Span)>,
}

impl Plan {
    /// The edit that adds something behind a statement.
    fn op_behind(&self, file: FileId, after: Span) -> Option<&Op> {
        self.ops.iter().find(|op| op.anchor().file == file && op.anchor().range == after)
    }
}

impl Solver<'_, '_> {
    /// How a source gains what is wished for, or why not; worked out for the first place that asks.
    pub(super) fn gain(&mut self, source: Source, wish: &Wish) -> Result<Rc<Plan>, String> {
        let key = (source, wish.name.clone());
        if let Some(known) = self.origins.plans.get(&key) {
            let plan = known.clone()?;
            return match &plan.read_as {
                Some(dest) if !wish.reads.contains(dest) => {
                    Err("only some of its commands gain the flag".to_owned())
                }
                _ => Ok(plan),
            };
        }
        let found = match source {
            Source::Parsed(file, span) => self.gain_flag(file, span, wish).map(Rc::new),
            Source::Made(class) => self.gain_field(class, wish).map(Rc::new),
            Source::Parser(..) | Source::Nothing => Err("it is no namespace".to_owned()),
        };
        // Another place may read more of the same object.
        let is_final = found.is_ok() || wish.is_read() || !matches!(source, Source::Made(_));
        if is_final {
            self.origins.plans.insert(key, found.clone());
        }
        found
    }
}
