//! Programs made of functions and classes that call one another, and of places that hardcode a
//! decision. Everything runs whenever it is called, so that what happens can be told beforehand.
//!
//! Items stand in one row: an item uses only those after it, besides itself, and modules follow the
//! row. So there are no circles but those that are asked for.

use std::collections::BTreeSet;

/// An index among [`Program::units`].
pub type UnitId = usize;
/// An index among [`Program::classes`].
pub type ClassId = usize;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// `trust_remote_code`
    Code,
    /// `allow_pickle`, whose parameter is `trust_data`
    Data,
}

/// Every decision.
pub const DECISIONS: [Decision; 2] = [Decision::Code, Decision::Data];

impl Decision {
    /// The parameter that carries it.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Code => "trust_remote_code",
            Self::Data => "trust_data",
        }
    }
}

/// A program.
#[derive(Debug, Clone, Default)]
pub struct Program {
    pub modules: Vec<Module>,
    /// In the order of the row.
    pub items: Vec<Item>,
    pub units: Vec<Unit>,
    pub classes: Vec<Class>,
    /// What `main.py` calls when it is run as a script.
    pub script: Vec<UnitId>,
}

/// A module.
#[derive(Debug, Clone)]
pub struct Module {
    /// `app.sub.m3`
    pub name: String,
    /// Whether the package exports everything in it.
    pub exported: bool,
    /// Functions that are called while it is imported.
    pub calls: Vec<UnitId>,
}

/// A member of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    Function(UnitId),
    Class(ClassId),
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    pub name: String,
    pub module: usize,
    pub base: Option<ClassId>,
    /// Its own functions.
    pub units: Vec<UnitId>,
    /// Whether its `__init__` stores all that it receives.
    pub keeps: bool,
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Function,
    Init,
    /// A method; those of the same name in one family override one another.
    Method,
    /// A method that is only called through self, and overridden by none.
    Helper,
    ClassMethod,
    StaticMethod,
    Property,
    /// `__getitem__`
    Index,
    /// `__call__`
    Call,
}

/// A function or method.
#[derive(Debug, Clone)]
pub struct Unit {
    pub name: String,
    pub kind: Kind,
    pub module: usize,
    pub class: Option<ClassId>,
    pub shape: Shape,
    /// An object of this class comes first among its parameters.
    pub takes: Option<ClassId>,
    /// Whether nothing says of which class that object is.
    pub untyped: bool,
    /// It returns an object, constructed from the first class and declared to be of the second.
    pub makes: Option<(ClassId, ClassId)>,
    /// Whether it yields what it finds.
    pub yields: bool,
    pub steps: Vec<Step>,
}

/// The parameters beyond the first, `tag`, and how they are written.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub positional_only: bool,
    pub size: bool,
    pub parts: bool,
    pub scale: bool,
    pub options: bool,
    /// How often it calls itself or another one back.
    pub depth: bool,
    pub annotated: bool,
    /// Whether each parameter stands on a line of its own.
    pub tall: bool,
}

/// What a function does, in this order.
#[derive(Debug, Clone)]
pub enum Step {
    Sink(Sink),
    Call(Call),
    /// Calls a function that calls back, `depth` times: itself or one before it.
    Recur(UnitId),
    /// Calls a function with its own `**options`.
    Forward(UnitId),
    /// Makes an object and uses it.
    Use(Use),
    /// Uses the object that it takes.
    UseTaken(Vec<Access>),
    /// Uses itself.
    UseSelf(Access),
    /// Calls the method of its own name of the base.
    Super,
    /// Calls a class method or static method through its class.
    ClassCall(ClassId, UnitId, Arguments),
}

/// A place that hardcodes a decision.
#[derive(Debug, Clone)]
pub struct Sink {
    /// Its number; the text `s` with the number stands in it.
    pub tag: usize,
    pub decision: Decision,
    /// Which of the ways to write it.
    pub form: usize,
    pub within: Within,
}

/// Where in the function something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    Plain,
    Inner,
    /// In an inner function that is handed to `map`.
    InnerMapped,
    Lambda,
    Comprehension,
}

/// Every place.
pub const WITHIN: [Within; 5] =
    [Within::Plain, Within::Inner, Within::InnerMapped, Within::Lambda, Within::Comprehension];

/// A call of a plain function.
#[derive(Debug, Clone)]
pub struct Call {
    pub target: UnitId,
    pub how: How,
    pub arguments: Arguments,
    /// A number that chooses how the function is imported.
    pub import: usize,
}

/// How a function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Directly(Within),
    /// `partial(f, tag)()`
    Partial,
    /// It is handed to `map`, which hands nothing on.
    Map,
    /// It is handed to an executor.
    Submit,
}

/// Which of the parameters a call fills.
#[derive(Debug, Clone, Copy, Default)]
pub struct Arguments {
    pub size: Fill,
    pub parts: bool,
    pub scale: bool,
    pub options: bool,
    /// Whether each argument stands on a line of its own.
    pub tall: bool,
}

/// How a parameter is filled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fill {
    #[default]
    Not,
    Positional,
    Keyword,
}

/// Makes an object and uses it.
#[derive(Debug, Clone)]
pub struct Use {
    pub class: ClassId,
    /// The function that makes it, if it is not constructed here.
    pub factory: Option<UnitId>,
    pub arguments: Arguments,
    /// A number that chooses how the class is imported.
    pub import: usize,
    /// Whether it gets a name.
    pub named: bool,
    pub accesses: Vec<Access>,
}

/// How an object is used.
#[derive(Debug, Clone)]
pub enum Access {
    /// A method of this name, found by the object's class.
    Method(String, Arguments),
    Property(String),
    Index,
    Call,
    /// It is handed to a function that takes it.
    Hand(UnitId),
}

impl Program {
    /// The classes from one up to the last base.
    pub fn lineage(&self, class: ClassId) -> impl Iterator<Item = ClassId> {
        std::iter::successors(Some(class), |class| self.classes[*class].base)
    }

    /// The unit that a class has under a name, its own or inherited.
    pub fn member(&self, class: ClassId, name: &str) -> Option<UnitId> {
        self.lineage(class).find_map(|class| self.own(class, name))
    }

    /// The unit of that name in the class itself.
    pub fn own(&self, class: ClassId, name: &str) -> Option<UnitId> {
        self.classes[class].units.iter().copied().find(|unit| self.units[*unit].name == name)
    }

    /// What a unit is called beside others of its name.
    pub fn label(&self, unit: UnitId) -> String {
        let unit = &self.units[unit];
        match unit.class {
            Some(class) => format!("{}.{}", self.classes[class].name, unit.name),
            None => unit.name.clone(),
        }
    }

    /// The classes of one inheritance tree.
    pub fn family(&self, class: ClassId) -> Vec<ClassId> {
        let root = |class| self.lineage(class).last();
        (0..self.classes.len()).filter(|other| root(*other) == root(class)).collect()
    }

    /// The units of all items.
    pub fn written(&self) -> Vec<UnitId> {
        let items = self.items.iter();
        items
            .flat_map(|item| match *item {
                Item::Function(unit) => vec![unit],
                Item::Class(class) => self.classes[class].units.clone(),
            })
            .collect()
    }

    /// The numbers of all sinks.
    pub fn tags(&self) -> BTreeSet<usize> {
        let steps = self.written().into_iter().flat_map(|unit| &self.units[unit].steps);
        let tags = steps.filter_map(|step| match step {
            Step::Sink(sink) => Some(sink.tag),
            _ => None,
        });
        tags.collect()
    }
}
