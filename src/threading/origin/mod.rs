//! Where the objects of a program come from: a namespace from the call that parses a command line,
//! an object of a class from that class. What hands an object on is followed from file to file:
//! variables, what functions return, what their callers hand in, what objects keep.

mod dispatched;
mod evidence;
mod fields;
pub(in crate::threading) mod flags;
mod given;
mod kept;
pub(in crate::threading) mod places;
mod prepare;
pub(in crate::threading) mod relation;
mod used;
pub(in crate::threading) mod value;

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::callers::Caller;
use super::gain::{Plan, Walk};
use super::parser::Parsers;
use super::references::Key;
use super::solve::Solver;
use crate::program::definitions::Definition;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How many steps from one object are looked at.
const MOST_ITEMS: usize = 400;

/// What an object comes from in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// The namespace that this call of `parse_args` gives.
    Parsed(FileId, Span),
    /// The parser that this call makes.
    Parser(FileId, Span),
    /// An object of this class.
    Made(Definition),
    /// Nothing: a variable that is filled later.
    Nothing,
}

/// Something that holds an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Item {
    /// An expression, or what stands at a position of what it unpacks to.
    Value(FileId, Span, Option<usize>),
    /// A variable of a scope.
    Variable(FileId, usize, String),
    /// A parameter of a function.
    Parameter(Key, String),
    /// What a function returns, or what stands at a position of it.
    Returned(Key, Option<usize>),
    /// What the objects of a class keep under a name.
    Kept(Definition, String),
}

/// One step towards where an object comes from.
#[derive(Debug, Clone)]
enum Step {
    /// It comes from here.
    From(Source),
    /// It is one of these.
    OneOf(Vec<Item>),
    /// It may be anything.
    Unknown,
}

impl Step {
    fn of(item: Item) -> Self {
        Self::OneOf(vec![item])
    }

    fn either(items: Option<Vec<Item>>) -> Self {
        items.map_or(Self::Unknown, Self::OneOf)
    }
}

/// How sources gain a flag or field of a name, or why not.
type Plans = FxHashMap<(Source, String), Result<Rc<Plan>, String>>;

/// What functions are asked for that get a parser.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Wanted {
    /// Whether they add this flag.
    Flag(String),
    /// Whether they run this statement.
    Statement(FileId, Span),
}

/// All sources of an object.
pub(super) type Sources = Rc<BTreeSet<Source>>;

/// What was worked out of the objects of a program.
#[derive(Default)]
pub(super) struct Origins {
    /// The steps, by what they begin at.
    steps: FxHashMap<Item, Step>,
    /// All sources of an object, by the field that each of them must have.
    sources: FxHashMap<(Item, Option<String>), Option<Sources>>,
    /// The calls of functions; none where some of them cannot be seen.
    calls: FxHashMap<Key, Option<Rc<Vec<Caller>>>>,
    /// Why a source has a field.
    fields: FxHashMap<(Source, String), bool>,
    /// Which functions add a flag to a parser that goes by a name in them.
    adders: FxHashMap<(Key, String, Wanted), bool>,
    /// What the modules know of their own parsers.
    parsers: FxHashMap<(FileId, String), Rc<Parsers>>,
    /// Whether objects of a class are made of what is sent.
    sent: FxHashMap<Definition, bool>,
    /// Where the program declares a flag or field.
    declared: FxHashMap<String, Rc<evidence::Declared>>,
    /// The variables that are read like objects in a function or module.
    objects: FxHashMap<Key, Rc<Vec<String>>>,
    /// The attributes that are read like objects in the class of a method.
    kept: FxHashMap<Key, Rc<Vec<String>>>,
    /// What is walked through at the moment.
    pub(super) walk: Option<Walk>,
    /// How sources gain a flag or field of a name, or why not.
    pub(super) plans: Plans,
    /// Whether the callers around the first places were looked for.
    is_prepared: bool,
}

impl Solver<'_, '_> {
    /// All that an object may come from; `None` where one of its sources cannot be told, or lacks
    /// the field, where one is given.
    pub(super) fn sources(&mut self, start: &Item, field: Option<&str>) -> Option<Sources> {
        let key = (start.clone(), field.map(str::to_owned));
        if let Some(known) = self.origins.sources.get(&key) {
            return known.clone();
        }
        let found = self.trace(start, field).map(Rc::new);
        self.origins.sources.insert(key, found.clone());
        found
    }

    /// Parameters are left to the end, for their callers have to be looked for.
    fn trace(&mut self, start: &Item, field: Option<&str>) -> Option<BTreeSet<Source>> {
        let mut found = BTreeSet::new();
        let mut seen: FxHashSet<Item> = FxHashSet::from_iter([start.clone()]);
        let mut waiting = vec![start.clone()];
        let mut given: Vec<Item> = Vec::new();
        loop {
            let Some(item) = waiting.pop() else {
                if given.is_empty() {
                    break;
                }
                self.look_for_callers(given.iter().filter_map(|item| match item {
                    Item::Parameter(function, _) => Some(*function),
                    _ => None,
                }));
                waiting.append(&mut given);
                continue;
            };
            if self.needs_callers(&item) {
                given.push(item);
                continue;
            }
            match self.step(&item) {
                Step::Unknown => return None,
                Step::From(source) => {
                    if field.is_some_and(|field| !self.has_field(source, field)) {
                        return None;
                    }
                    found.insert(source);
                }
                Step::OneOf(items) => {
                    waiting.extend(items.into_iter().filter(|item| seen.insert(item.clone())));
                }
            }
            if seen.len() > MOST_ITEMS {
                return None;
            }
        }
        (!found.is_empty()).then_some(found)
    }

    /// One step, worked out once.
    fn step(&mut self, item: &Item) -> Step {
        if let Some(known) = self.origins.steps.get(item) {
            return known.clone();
        }
        let found = match item {
            Item::Value(file, span, index) => self.step_of_value(*file, *span, *index),
            Item::Variable(file, scope, name) => self.step_of_variable(*file, *scope, name),
            Item::Parameter(function, name) => self.step_of_parameter(*function, name),
            Item::Returned(function, index) => self.step_of_result(*function, *index),
            Item::Kept(class, name) => self.step_of_kept(*class, name),
        };
        self.origins.steps.insert(item.clone(), found.clone());
        found
    }
}
