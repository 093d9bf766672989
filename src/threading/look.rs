//! What is followed through the program, and from where.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::decorator::Effect;
use super::escape::Use;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::module::Module;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// What an expression that is followed holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    /// A function.
    Function,
    /// A function with arguments that are bound already.
    Partial,
    /// A class: what it makes is followed as well.
    Class,
    /// An object.
    Object,
}

/// How far names, tables and parameters that stand for it are followed.
const DEEPEST: usize = 10;
/// How many parameters, names and tables are looked at for one reference.
const MOST_STEPS: usize = 300;
/// How often the whole program is searched in one solve.
const MOST_SEARCHES: usize = 200;

/// Where something is looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) module: &'a Module,
    pub(super) what: What,
    /// The call that handed it to the function in which it is looked at.
    pub(super) frame: Option<&'a Frame<'a>>,
    /// Whether arguments that are unpacked may come from anywhere: it was kept, and is called by
    /// whoever finds it.
    pub(super) is_kept: bool,
    work: &'a Work,
    depth: usize,
}

/// A call that hands something to a function of the program.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    /// Where the call stands.
    pub(super) look: Look<'a>,
    pub(super) call: Node<'a>,
    /// The function that is run.
    pub(super) function: (FileId, Span),
    /// Whether the function's other arguments come from a later call.
    pub(super) is_late: bool,
}

/// What is worked out for all references of a solve, and what it may cost.
#[derive(Debug, Default)]
pub(super) struct Work {
    steps: Cell<usize>,
    searches: Cell<usize>,
    /// The parameters that are being followed.
    trail: RefCell<Vec<(FileId, Span, What)>>,
    /// What is done with the tables and other names of modules and classes.
    kept: RefCell<FxHashMap<Kept, Use>>,
    /// Those that are being worked out.
    keeping: RefCell<Vec<Kept>>,
    /// Whether an answer was needed that is being worked out.
    is_assumed: Cell<bool>,
    /// What decorators make of functions, by the functions they are and whether these are called.
    effects: RefCell<FxHashMap<(Definition, bool), Effect>>,
}

/// What is kept under a name: the file, the class if it is one's, the name, and what it is.
type Kept = (FileId, Span, String, What);

impl<'a> Look<'a> {
    /// At the beginning, in the module of a reference.
    pub(super) fn new(program: &'a Program<'a>, module: &'a Module, work: &'a Work) -> Self {
        work.steps.set(0);
        let what = What::Function;
        Self { program, module, what, frame: None, is_kept: false, work, depth: 0 }
    }

    /// What is worked out for all references.
    pub(super) fn work(&self) -> &'a Work {
        self.work
    }

    /// The same for one more reference.
    pub(super) fn afresh(self) -> Self {
        self.work.steps.set(0);
        self
    }

    /// The same for something else.
    pub(super) fn of(self, what: What) -> Self {
        Self { what, ..self }
    }

    /// In another module, where it came by no call.
    pub(super) fn within<'b>(self, module: &'b Module) -> Look<'b>
    where
        'a: 'b,
    {
        Look { module, frame: None, ..self }
    }

    /// Where it was kept and is found again.
    pub(super) fn found_again(self) -> Self {
        Self { is_kept: true, frame: None, ..self }
    }

    /// In a function of another module that is handed it by a call.
    pub(super) fn run_by<'b>(self, module: &'b Module, frame: &'b Frame<'b>) -> Look<'b>
    where
        'a: 'b,
    {
        Look { module, frame: Some(frame), is_kept: false, ..self }
    }

    /// One step further; `None` if that is further than is followed.
    pub(super) fn deeper(self) -> Option<Self> {
        let steps = self.work.steps.get() + 1;
        self.work.steps.set(steps);
        let is_near = self.depth < DEEPEST && steps < MOST_STEPS;
        is_near.then_some(Self { depth: self.depth + 1, ..self })
    }

    /// Whether the whole program may be searched once more.
    pub(super) fn may_search(&self) -> bool {
        let searches = self.work.searches.get() + 1;
        self.work.searches.set(searches);
        searches <= MOST_SEARCHES
    }

    /// What is done with a parameter of a function, unless that is being worked out already.
    pub(super) fn once(&self, parameter: Span, find: impl FnOnce() -> Use) -> Use {
        let key = (self.module.file, parameter, self.what);
        if self.work.trail.borrow().contains(&key) {
            self.work.is_assumed.set(true);
            return Use::Harmless;
        }
        self.work.trail.borrow_mut().push(key);
        let found = find();
        self.work.trail.borrow_mut().pop();
        found
    }

    /// What is done with what is kept under a name of a module or, with its span, a class; worked
    /// out once.
    pub(super) fn kept(
        &self,
        (file, owner): (FileId, Span),
        name: &str,
        find: impl FnOnce() -> Use,
    ) -> Use {
        let key = (file, owner, name.to_owned(), self.what);
        let work = self.work;
        if let Some(known) = work.kept.borrow().get(&key) {
            return known.clone();
        }
        if work.keeping.borrow().contains(&key) {
            work.is_assumed.set(true);
            return Use::Harmless;
        }
        let is_outermost = work.keeping.borrow().is_empty() && work.trail.borrow().is_empty();
        let before = work.is_assumed.replace(false);
        work.keeping.borrow_mut().push(key.clone());
        let found = find();
        work.keeping.borrow_mut().pop();
        // What rests on an answer that is not there yet may be another one later.
        if is_outermost || !work.is_assumed.get() {
            work.kept.borrow_mut().insert(key, found.clone());
        }
        work.is_assumed.set(before || work.is_assumed.get());
        found
    }

    /// The effect of a decorator, a function, worked out once.
    pub(super) fn effect(
        &self,
        decorator: Definition,
        is_called: bool,
        find: impl FnOnce() -> Effect,
    ) -> Effect {
        let key = (decorator, is_called);
        if let Some(known) = self.work.effects.borrow().get(&key) {
            return *known;
        }
        let before = self.work.is_assumed.replace(false);
        let found = find();
        if !self.work.is_assumed.get() {
            self.work.effects.borrow_mut().insert(key, found);
        }
        self.work.is_assumed.set(before || self.work.is_assumed.get());
        found
    }

    /// The function that was handed it, if it is that one of the module.
    pub(super) fn frame_of(&self, function: Node) -> Option<&'a Frame<'a>> {
        let span = crate::python::tree::span(function);
        self.frame.filter(|frame| frame.function == (self.module.file, span))
    }
}
