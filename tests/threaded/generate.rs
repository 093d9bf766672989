//! Random programs.

use super::foretell::foretell;
use super::model::{
    Access, Arguments, Call, ClassId, DECISIONS, Fill, How, Item, Kind, Module, Program, Shape,
    Sink, Step, Unit, UnitId, Use, WITHIN, Within,
};
use crate::random::Random;

/// What may be in a program.
#[derive(Debug, Clone, Copy, Default)]
pub struct Features {
    /// Methods that override one another.
    pub overrides: bool,
}

/// The program of a number: always the same one.
pub fn generate(number: u64, features: Features) -> Program {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9).wrapping_add(77));
    loop {
        let program = Maker::new(&mut random, features).program();
        // What runs for long, or decides nothing, tells little.
        if !program.tags().is_empty() && foretell(&program).is_some() {
            return program;
        }
    }
}

/// A program while it is made.
pub struct Maker<'r> {
    pub random: &'r mut Random,
    pub features: Features,
    pub program: Program,
    /// The module of what is made now; it goes down.
    pub module: usize,
    /// What may be called: plain functions, those that take an object, those that make one.
    functions: Vec<UnitId>,
    takers: Vec<UnitId>,
    factories: Vec<UnitId>,
    /// The number in the next method's name. It goes down, and a method calls those with a higher one.
    pub method: usize,
    sinks: usize,
    most_sinks: usize,
}

impl<'r> Maker<'r> {
    fn new(random: &'r mut Random, features: Features) -> Self {
        let most_sinks = 1 + random.below(7);
        let program = Program::default();
        Self {
            random,
            features,
            program,
            module: 0,
            functions: Vec::new(),
            takers: Vec::new(),
            factories: Vec::new(),
            method: 99,
            sinks: 0,
            most_sinks,
        }
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.random.below(100) < percent
    }

    fn program(mut self) -> Program {
        let modules = 2 + self.random.below(4);
        self.program.modules = (0..modules).map(|index| self.new_module(index, modules)).collect();
        let items = 4 + self.random.below(7);
        for left in (0..items).rev() {
            self.module = left * modules / items;
            if self.chance(35) {
                self.class();
            } else {
                self.any_function();
            }
        }
        // They were made from the last to the first.
        self.program.items.reverse();
        let plain: Vec<UnitId> = self.functions.clone();
        if self.chance(40) {
            self.program.script = self.some(&plain, 2);
        }
        for module in 0..modules {
            let here: Vec<UnitId> = plain
                .iter()
                .copied()
                .filter(|unit| self.program.units[*unit].module == module)
                .collect();
            if self.chance(12) {
                self.program.modules[module].calls = self.some(&here, 1);
            }
        }
        self.program
    }

    fn some(&mut self, units: &[UnitId], most: usize) -> Vec<UnitId> {
        (0..most).filter_map(|_| self.random.of(units).copied()).collect()
    }

    fn new_module(&mut self, index: usize, modules: usize) -> Module {
        let prefix = match index * 3 / modules {
            0 => "",
            1 => "app.",
            _ => "app.sub.",
        };
        Module {
            name: format!("{prefix}part{index}"),
            exported: self.chance(60),
            calls: Vec::new(),
        }
    }

    pub fn shape(&mut self) -> Shape {
        Shape {
            positional_only: self.chance(10),
            size: self.chance(40),
            parts: self.chance(15),
            scale: self.chance(20),
            options: self.chance(15),
            depth: false,
            annotated: self.chance(50),
            tall: self.chance(25),
        }
    }

    fn arguments(&mut self) -> Arguments {
        let size =
            *self.random.of(&[Fill::Not, Fill::Positional, Fill::Keyword]).unwrap_or(&Fill::Not);
        Arguments {
            size,
            parts: self.chance(50),
            scale: self.chance(50),
            options: self.chance(50),
            tall: self.chance(20),
        }
    }

    pub fn unit(
        &mut self,
        name: String,
        kind: Kind,
        class: Option<ClassId>,
        shape: Shape,
    ) -> UnitId {
        self.program.units.push(Unit {
            name,
            kind,
            module: self.module,
            class,
            shape,
            takes: None,
            untyped: false,
            makes: None,
            yields: false,
            steps: Vec::new(),
        });
        self.program.units.len() - 1
    }

    fn any_function(&mut self) {
        let shape = self.shape();
        let name = format!("f{}", self.program.units.len());
        let id = self.unit(name, Kind::Function, None, shape);
        let steps = 1 + self.random.below(3);
        let classes = self.program.classes.len();
        match self.random.below(10) {
            0 | 1 if classes > 0 => {
                let class = self.random.below(classes);
                self.program.units[id].takes = Some(class);
                self.program.units[id].untyped = self.chance(25);
                let accesses = self.accesses(class, 2);
                self.program.units[id].steps.push(Step::UseTaken(accesses));
                self.takers.push(id);
            }
            2 | 3 if classes > 0 => {
                let made = self.random.below(classes);
                let lineage: Vec<ClassId> = self.program.lineage(made).collect();
                let declared = self.random.of(&lineage).copied().unwrap_or(made);
                self.program.units[id].makes = Some((made, declared));
                self.factories.push(id);
            }
            4 => self.recursive(id),
            5 => {
                self.program.units[id].yields = true;
                self.functions.push(id);
            }
            _ => self.functions.push(id),
        }
        for _ in 0..steps {
            self.step(id);
        }
        if self.program.units[id].shape.options && self.chance(30) {
            let plain: Vec<UnitId> = self
                .functions
                .iter()
                .copied()
                .filter(|unit| *unit != id && !self.program.units[*unit].yields)
                .filter(|unit| self.program.units[*unit].shape.options)
                .collect();
            if let Some(target) = self.random.of(&plain) {
                self.program.units[id].steps.push(Step::Forward(*target));
            }
        }
        self.program.items.push(Item::Function(id));
    }

    /// Makes a function call itself, or another one that calls it back and that nobody else calls.
    fn recursive(&mut self, id: UnitId) {
        self.program.units[id].shape.depth = true;
        self.program.units[id].shape.parts = false;
        let mut partner = id;
        if self.chance(50) {
            let shape = Shape { depth: true, parts: false, ..self.shape() };
            partner =
                self.unit(format!("f{}", self.program.units.len()), Kind::Function, None, shape);
            self.program.units[partner].steps.push(Step::Recur(id));
            self.step(partner);
            self.program.items.push(Item::Function(partner));
        }
        self.program.units[id].steps.push(Step::Recur(partner));
        self.functions.push(id);
    }

    /// Adds a step that any function can have.
    pub fn step(&mut self, id: UnitId) {
        let step = match self.random.below(10) {
            0..=3 => self.sink(),
            4..=6 => self.call(id),
            7 | 8 => self.usage(),
            _ => self.class_call(),
        };
        let step = step.or_else(|| self.sink());
        self.program.units[id].steps.extend(step);
    }

    fn within(&mut self) -> Within {
        if self.chance(70) {
            Within::Plain
        } else {
            *self.random.of(&WITHIN).unwrap_or(&Within::Plain)
        }
    }

    fn sink(&mut self) -> Option<Step> {
        let tag = self.sinks + 1;
        let decision = DECISIONS[usize::from(self.chance(35))];
        let (form, within) = (self.random.below(7), self.within());
        if tag > self.most_sinks {
            return None;
        }
        self.sinks = tag;
        Some(Step::Sink(Sink { tag, decision, form, within }))
    }

    fn call(&mut self, id: UnitId) -> Option<Step> {
        let others: Vec<UnitId> =
            self.functions.iter().copied().filter(|unit| *unit != id).collect();
        let target = *self.random.of(&others)?;
        let by_name = !self.program.units[target].yields;
        let how = match self.random.below(10) {
            0 => How::Partial,
            1 if by_name => How::Map,
            2 if by_name => How::Submit,
            _ => How::Directly(self.within()),
        };
        let (arguments, import) = (self.arguments(), self.random.below(18));
        Some(Step::Call(Call { target, how, arguments, import }))
    }

    fn usage(&mut self) -> Option<Step> {
        let by_factory = self.chance(30);
        let factory = self.random.of(&self.factories).copied().filter(|_| by_factory);
        let class = if let Some(factory) = factory {
            self.program.units[factory].makes?.1
        } else {
            let classes = self.program.classes.len();
            (classes > 0).then(|| self.random.below(classes))?
        };
        let most = 1 + self.random.below(2);
        let accesses = self.accesses(class, most);
        let (arguments, import) = (self.arguments(), self.random.below(18));
        let named = self.chance(50);
        Some(Step::Use(Use { class, factory, arguments, import, named, accesses }))
    }

    fn class_call(&mut self) -> Option<Step> {
        let units = self.program.units.iter().enumerate();
        let found: Vec<(ClassId, UnitId)> = units
            .filter(|(_, unit)| matches!(unit.kind, Kind::ClassMethod | Kind::StaticMethod))
            .filter_map(|(id, unit)| Some((unit.class?, id)))
            .filter(|(class, _)| self.is_whole(*class))
            .collect();
        let (class, unit) = *self.random.of(&found)?;
        Some(Step::ClassCall(class, unit, self.arguments()))
    }

    /// Whether a class is not the one that is being made.
    fn is_whole(&self, class: ClassId) -> bool {
        self.program.items.contains(&Item::Class(class))
    }

    /// Some uses of an object that is declared to be of a class.
    fn accesses(&mut self, class: ClassId, most: usize) -> Vec<Access> {
        let program = &self.program;
        let mut all: Vec<Access> =
            super::foretell::uses(program, class).into_iter().map(|(_, access)| access).collect();
        let lineage: Vec<ClassId> = program.lineage(class).collect();
        let takes = |unit: &&UnitId| {
            program.units[**unit].takes.is_some_and(|class| lineage.contains(&class))
        };
        all.extend(self.takers.iter().filter(takes).map(|unit| Access::Hand(*unit)));
        let mut chosen = Vec::new();
        for _ in 0..most {
            let Some(mut access) = self.random.of(&all).cloned() else { continue };
            if let Access::Method(_, arguments) = &mut access {
                *arguments = self.arguments();
            }
            chosen.push(access);
        }
        chosen
    }
}
