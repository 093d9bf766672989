//! Random classes.

use super::generate::Maker;
use super::model::{Access, Arguments, Class, ClassId, Item, Kind, Shape, Step, Unit};

impl Maker<'_> {
    /// Makes a class with its methods.
    pub fn class(&mut self) {
        let id = self.program.classes.len();
        let base = (id > 0 && self.chance(50)).then(|| self.random.below(id));
        let name = format!("C{id}");
        let keeps = self.chance(40);
        self.program.classes.push(Class {
            name,
            module: self.module,
            base,
            units: Vec::new(),
            keeps,
        });
        let has_init = self.chance(70);
        let methods = 1 + self.random.below(3);
        for _ in 0..methods {
            self.any_method(id, has_init);
        }
        if has_init {
            self.init(id);
        } else {
            self.program.classes[id].keeps = false;
        }
        self.program.items.push(Item::Class(id));
    }

    fn init(&mut self, class: ClassId) {
        let mut shape = self.shape();
        shape.size |= self.program.classes[class].keeps;
        let id = self.unit("__init__".to_owned(), Kind::Init, Some(class), shape);
        // What nobody else calls is called here: nothing is dead.
        for helper in self.unused_helpers(class) {
            let access = Access::Method(helper, Arguments::default());
            self.program.units[id].steps.push(Step::UseSelf(access));
        }
        if self.chance(50) {
            self.step(id);
        }
        self.program.classes[class].units.insert(0, id);
    }

    fn unused_helpers(&self, class: ClassId) -> Vec<String> {
        let own = &self.program.classes[class].units;
        let own: Vec<&Unit> = own.iter().map(|unit| &self.program.units[*unit]).collect();
        let is_used = |name: &str| {
            own.iter()
                .flat_map(|unit| &unit.steps)
                .any(|step| matches!(step, Step::UseSelf(Access::Method(used, _)) if used == name))
        };
        let helpers = own.iter().filter(|unit| unit.kind == Kind::Helper);
        helpers.map(|unit| unit.name.clone()).filter(|name| !is_used(name)).collect()
    }

    fn any_method(&mut self, class: ClassId, has_init: bool) {
        self.method -= 1;
        let number = self.method;
        let (kind, name) = match self.random.below(12) {
            0 => (Kind::ClassMethod, format!("c{number}")),
            1 => (Kind::StaticMethod, format!("s{number}")),
            2 | 3 if has_init => (Kind::Property, format!("p{number}")),
            4 if has_init => (Kind::Index, "__getitem__".to_owned()),
            5 => (Kind::Call, "__call__".to_owned()),
            6 | 7 if has_init => (Kind::Helper, format!("_h{number}")),
            8 | 9 if self.features.overrides => (Kind::Method, self.overridden(class, number)),
            _ => (Kind::Method, format!("m{number}")),
        };
        // Only methods override one another.
        let is_special = name.starts_with("__");
        let taken = self.program.family(class).into_iter().any(|other| {
            (is_special || other == class) && self.program.own(other, &name).is_some()
        });
        if taken {
            return;
        }
        let base = self.program.classes[class].base;
        let inherited = base.and_then(|base| self.program.member(base, &name));
        let mut shape = match inherited {
            Some(unit) => self.program.units[unit].shape.clone(),
            None => self.shape(),
        };
        // A definition of a family that takes any keyword may stay as it is.
        shape.options &= kind != Kind::Method || !self.features.overrides;
        shape.positional_only &= kind != Kind::Property && kind != Kind::Index;
        if matches!(kind, Kind::Property | Kind::Index) {
            shape = Shape { annotated: shape.annotated, ..Shape::default() };
        }
        let id = self.unit(name.clone(), kind, Some(class), shape);
        if inherited.is_some() && self.chance(60) {
            self.program.units[id].steps.push(Step::Super);
        }
        self.program.classes[class].units.push(id);
        let can_use_self = matches!(kind, Kind::Method | Kind::Property | Kind::Index | Kind::Call);
        let steps = 1 + self.random.below(2);
        for _ in 0..steps {
            let access = self.of_self(class, &name).filter(|_| can_use_self);
            match access {
                Some(access) if self.chance(50) => {
                    self.program.units[id].steps.push(Step::UseSelf(access));
                }
                _ => self.step(id),
            }
        }
    }

    /// A name of the base's methods, or a new one.
    fn overridden(&mut self, class: ClassId, number: usize) -> String {
        let base = self.program.classes[class].base;
        let lineage: Vec<ClassId> =
            base.map(|b| self.program.lineage(b).collect()).unwrap_or_default();
        let units = lineage.iter().flat_map(|class| &self.program.classes[*class].units);
        let names: Vec<String> = units
            .map(|unit| &self.program.units[*unit])
            .filter(|unit| unit.kind == Kind::Method)
            .map(|unit| unit.name.clone())
            .collect();
        self.random.of(&names).cloned().unwrap_or_else(|| format!("m{number}"))
    }

    /// A use of the object itself, of what has a higher number than the method of this name.
    fn of_self(&mut self, class: ClassId, name: &str) -> Option<Access> {
        let number = |name: &str| -> usize {
            name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0)
        };
        let lineage: Vec<ClassId> = self.program.lineage(class).collect();
        let units = lineage.iter().flat_map(|class| &self.program.classes[*class].units);
        let found: Vec<Access> = units
            .map(|unit| &self.program.units[*unit])
            .filter(|unit| number(&unit.name) > number(name))
            .filter_map(|unit| match unit.kind {
                Kind::Method | Kind::Helper => {
                    Some(Access::Method(unit.name.clone(), Arguments::default()))
                }
                Kind::Property => Some(Access::Property(unit.name.clone())),
                _ => None,
            })
            .collect();
        self.random.of(&found).cloned()
    }
}
