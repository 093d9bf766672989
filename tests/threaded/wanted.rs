//! Which functions gain which parameter, where everything goes as it shall: the program as a person
//! would edit it, to test the tests with.

use std::collections::BTreeSet;

use super::model::{Access, DECISIONS, Decision, How, Kind, Program, Step, UnitId};

/// The edits of a program.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The sinks that are edited.
    pub approved: BTreeSet<usize>,
    /// The parameters that each unit gains.
    pub parameters: Vec<BTreeSet<Decision>>,
    /// What each class stores in `__init__`.
    pub stores: Vec<BTreeSet<Decision>>,
}

impl Wanted {
    /// The edits that some of the sinks need.
    pub fn new(program: &Program, approved: BTreeSet<usize>) -> Self {
        let parameters = vec![BTreeSet::new(); program.units.len()];
        let stores = vec![BTreeSet::new(); program.classes.len()];
        let mut wanted = Self { approved, parameters, stores };
        while wanted.grow(program) {}
        wanted
    }

    /// Whether something was still missing.
    fn grow(&mut self, program: &Program) -> bool {
        let mut changed = false;
        for id in 0..program.units.len() {
            for decision in DECISIONS {
                if self.needs(program, id, decision) {
                    changed |= self.give(program, id, decision);
                }
            }
        }
        changed
    }

    fn needs(&self, program: &Program, id: UnitId, decision: Decision) -> bool {
        let unit = &program.units[id];
        let has = |unit: Option<UnitId>| {
            unit.is_some_and(|unit| self.parameters[unit].contains(&decision))
        };
        let constructs = |class| has(program.member(class, "__init__"));
        let base = unit.class.and_then(|class| program.classes[class].base);
        let base_unit = base.and_then(|base| program.member(base, &unit.name));
        let reaches = |class, access: &Access| has(target(program, class, access));
        unit.makes.is_some_and(|(class, _)| constructs(class))
            || (unit.kind == Kind::Init && has(base_unit))
            || unit.steps.iter().any(|step| match step {
                Step::Sink(sink) => sink.decision == decision && self.approved.contains(&sink.tag),
                Step::Call(call) => {
                    !matches!(call.how, How::Map | How::Submit) && has(Some(call.target))
                }
                Step::Recur(target) | Step::ClassCall(_, target, _) => has(Some(*target)),
                Step::Forward(_) => false,
                Step::Use(used) => {
                    let made = match used.factory {
                        Some(factory) => has(Some(factory)),
                        None => constructs(used.class),
                    };
                    made || used.accesses.iter().any(|access| reaches(used.class, access))
                }
                Step::UseTaken(accesses) => accesses
                    .iter()
                    .any(|access| unit.takes.is_some_and(|class| reaches(class, access))),
                Step::UseSelf(access) => unit.class.is_some_and(|class| reaches(class, access)),
                Step::Super => has(base_unit),
            })
    }

    /// Gives a unit a parameter, and its family, or lets its class store it.
    fn give(&mut self, program: &Program, id: UnitId, decision: Decision) -> bool {
        let unit = &program.units[id];
        let Some(class) = unit.class else { return self.parameters[id].insert(decision) };
        match unit.kind {
            Kind::Property | Kind::Index => {
                let init = program.own(class, "__init__").expect("such a class has its own");
                self.stores[class].insert(decision) | self.parameters[init].insert(decision)
            }
            Kind::Method => {
                let family = program.family(class).into_iter();
                let same = family.filter_map(|class| program.own(class, &unit.name));
                same.fold(false, |changed, unit| self.parameters[unit].insert(decision) | changed)
            }
            _ => self.parameters[id].insert(decision),
        }
    }
}

/// The unit that an access of an object of a class calls with arguments.
pub fn target(program: &Program, class: usize, access: &Access) -> Option<UnitId> {
    match access {
        Access::Method(name, _) => program.member(class, name),
        Access::Call => program.member(class, "__call__"),
        Access::Hand(unit) => Some(*unit),
        Access::Property(_) | Access::Index => None,
    }
}
