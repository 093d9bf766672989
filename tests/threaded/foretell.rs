//! What a program does, told without running it.

use super::model::{Access, ClassId, How, Item, Kind, Program, Step, UnitId};

/// Whether the decision that was handed in at the entry point arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrives {
    Yes,
    No,
    /// More than one way is right.
    Either,
}

impl Arrives {
    fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Either }
    }
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A function runs.
    Runs(String),
    /// The place with this number decides.
    Decides(usize, Arrives),
}

/// What happens in one function of the drive.
#[derive(Debug)]
pub struct Scenario {
    pub name: String,
    pub events: Vec<Event>,
}

/// More events are not told.
pub const MOST: usize = 400;

/// What happens while the program is imported, and in every scenario of [`drive`]; `None` if it is too
/// much.
pub fn foretell(program: &Program) -> Option<Vec<Scenario>> {
    let mut all = Vec::new();
    let mut teller = Teller { program, events: Vec::new() };
    // The last modules are imported first.
    for module in program.modules.iter().rev() {
        module.calls.iter().for_each(|unit| teller.unit(*unit, Arrives::No, None, 1));
    }
    all.push(Scenario { name: "import".to_owned(), events: teller.take()? });
    for item in &program.items {
        let name = match *item {
            Item::Function(unit) => {
                teller.entry(unit);
                program.units[unit].name.clone()
            }
            Item::Class(class) => {
                teller.class(class);
                program.classes[class].name.clone()
            }
        };
        all.push(Scenario { name: format!("run_{name}"), events: teller.take()? });
    }
    if !program.script.is_empty() {
        program.script.iter().for_each(|unit| teller.unit(*unit, Arrives::No, None, 1));
        all.push(Scenario { name: "cut_script".to_owned(), events: teller.take()? });
    }
    Some(all)
}

/// The ways in which a class is used from outside, in the order in which the drive does it.
pub fn uses(program: &Program, class: ClassId) -> Vec<(UnitId, Access)> {
    let mut names: Vec<&str> = Vec::new();
    for class in program.lineage(class) {
        let units = program.classes[class].units.iter();
        names.extend(units.map(|unit| program.units[*unit].name.as_str()));
    }
    names.sort_unstable();
    names.dedup();
    let found = names.into_iter().filter_map(|name| {
        let unit = program.member(class, name)?;
        let access = match program.units[unit].kind {
            Kind::Method | Kind::ClassMethod | Kind::StaticMethod => {
                Access::Method(name.to_owned(), super::model::Arguments::default())
            }
            Kind::Property => Access::Property(name.to_owned()),
            Kind::Index => Access::Index,
            Kind::Call => Access::Call,
            Kind::Init | Kind::Helper | Kind::Function => return None,
        };
        Some((unit, access))
    });
    found.collect()
}

/// An object while it is told of: its class, and whether the decision reached its constructor.
type Object = (ClassId, Arrives);

struct Teller<'p> {
    program: &'p Program,
    events: Vec<Event>,
}

impl Teller<'_> {
    fn take(&mut self) -> Option<Vec<Event>> {
        (self.events.len() < MOST).then(|| std::mem::take(&mut self.events))
    }

    fn entry(&mut self, unit: UnitId) {
        let taken = self.program.units[unit].takes.map(|class| self.construct(class, Arrives::Yes));
        self.unit(unit, Arrives::Yes, taken, 1);
    }

    fn class(&mut self, class: ClassId) {
        let object = self.construct(class, Arrives::Yes);
        for (_, access) in uses(self.program, class) {
            self.access(object, &access, Arrives::Yes);
        }
    }

    fn construct(&mut self, class: ClassId, arrives: Arrives) -> Object {
        let object = (class, arrives);
        if let Some(init) = self.program.member(class, "__init__") {
            self.unit(init, arrives, Some(object), 1);
        }
        object
    }

    /// A unit that is called. `object` is the one that it belongs to, or that it takes.
    fn unit(&mut self, id: UnitId, arrives: Arrives, object: Option<Object>, depth: usize) {
        if self.events.len() >= MOST {
            return;
        }
        let unit = &self.program.units[id];
        if unit.kind == Kind::Init
            && let Some(base) = self.base_unit(id)
        {
            self.unit(base, arrives, object, 1);
        }
        self.events.push(Event::Runs(self.program.label(id)));
        let kept = object.map_or(arrives, |(_, kept)| kept);
        let arrives = match unit.kind {
            Kind::Property | Kind::Index => kept,
            // It may be a parameter of the method, or be kept by the object.
            Kind::Method | Kind::Helper | Kind::Call => arrives.and(kept),
            _ => arrives,
        };
        for step in &unit.steps {
            self.step(id, step, arrives, object, depth);
        }
        if let Some((class, _)) = unit.makes {
            self.construct(class, arrives);
        }
    }

    fn step(
        &mut self,
        id: UnitId,
        step: &Step,
        arrives: Arrives,
        object: Option<Object>,
        depth: usize,
    ) {
        match step {
            Step::Sink(sink) => self.events.push(Event::Decides(sink.tag, arrives)),
            Step::Call(call) => {
                let cut = matches!(call.how, How::Map | How::Submit);
                let arrives = if cut { Arrives::No } else { arrives };
                self.unit(call.target, arrives, None, 1);
            }
            Step::Recur(target) => {
                if depth > 0 {
                    self.unit(*target, arrives, None, depth - 1);
                }
            }
            Step::Forward(target) => {
                let arrives = if arrives == Arrives::No { arrives } else { Arrives::Either };
                self.unit(*target, arrives, None, 1);
            }
            Step::Use(used) => {
                let object = match used.factory {
                    Some(factory) => {
                        self.unit(factory, arrives, None, 1);
                        let (class, _) = self.program.units[factory].makes.unwrap_or_default();
                        (class, arrives)
                    }
                    None => self.construct(used.class, arrives),
                };
                used.accesses.iter().for_each(|access| self.access(object, access, arrives));
            }
            Step::UseTaken(accesses) => {
                let Some(object) = object else { return };
                for access in accesses {
                    // Its methods may be found by their names, or not at all.
                    let by_name = !matches!(access, Access::Hand(_));
                    let is_vague = self.program.units[id].untyped && by_name;
                    let vague = if arrives == Arrives::No { arrives } else { Arrives::Either };
                    self.access(object, access, if is_vague { vague } else { arrives });
                }
            }
            Step::UseSelf(access) => {
                let Some(object) = object else { return };
                self.access(object, access, arrives);
            }
            Step::Super => {
                if let Some(base) = self.base_unit(id) {
                    self.unit(base, arrives, object, 1);
                }
            }
            Step::ClassCall(_, target, _) => self.unit(*target, arrives, None, 1),
        }
    }

    /// What `super()` finds under a unit's name.
    fn base_unit(&self, id: UnitId) -> Option<UnitId> {
        let unit = &self.program.units[id];
        let base = self.program.classes[unit.class?].base?;
        self.program.member(base, &unit.name)
    }

    fn access(&mut self, object: Object, access: &Access, arrives: Arrives) {
        let name = match access {
            Access::Method(name, _) | Access::Property(name) => name,
            Access::Index => "__getitem__",
            Access::Call => "__call__",
            Access::Hand(target) => return self.unit(*target, arrives, Some(object), 1),
        };
        if let Some(unit) = self.program.member(object.0, name) {
            let by_object =
                !matches!(self.program.units[unit].kind, Kind::ClassMethod | Kind::StaticMethod);
            self.unit(unit, arrives, by_object.then_some(object), 1);
        }
    }
}
