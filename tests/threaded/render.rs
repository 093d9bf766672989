//! The text of a program, before its edits and as they are wanted.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{Arguments, ClassId, Item, Kind, Program, UnitId};
use super::names::Imports;
use super::steps::{Body, call};
use super::wanted::Wanted;
use crate::python::Texts;

/// An edit that is left out or done wrongly: the one of that number of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// A call does not hand the value on.
    NotHanded(usize),
    /// A new parameter is true by default.
    TrueDefault(usize),
    /// A place says False in the place of the parameter.
    Literal(usize),
    /// A new parameter stands before others.
    Early(usize),
    /// A place is left as it was.
    Left(usize),
}

/// The files of a program; as they are wanted, if that is given.
pub fn render(program: &Program, wanted: Option<&Wanted>, mistake: Option<Mistake>) -> Texts {
    let printer = Printer { program, wanted, mistake, seen: Seen::default() };
    let mut files = printer.packages();
    for (index, module) in program.modules.iter().enumerate() {
        files.insert(format!("{}.py", module.name.replace('.', "/")), printer.module(index));
    }
    if !program.script.is_empty() {
        files.insert("main.py".to_owned(), printer.script());
    }
    files
}

/// How often something that a [`Mistake`] can be made of came by.
#[derive(Default)]
pub struct Seen {
    pub handed: Cell<usize>,
    pub defaults: Cell<usize>,
    pub places: Cell<usize>,
}

/// Writes a program.
pub struct Printer<'p> {
    pub program: &'p Program,
    pub wanted: Option<&'p Wanted>,
    pub mistake: Option<Mistake>,
    pub seen: Seen,
}

/// The number of what comes by.
pub fn next(counter: &Cell<usize>) -> usize {
    counter.replace(counter.get() + 1)
}

impl Printer<'_> {
    fn packages(&self) -> Texts {
        let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (index, module) in self.program.modules.iter().enumerate() {
            let parts: Vec<&str> = module.name.split('.').collect();
            for depth in 1..parts.len() {
                let lines = texts.entry(format!("{}/__init__.py", parts[..depth].join("/")));
                let lines = lines.or_default();
                let names = self.exported(index);
                if module.exported && !names.is_empty() {
                    lines.insert(format!("from .{} import {}", parts[depth], names.join(", ")));
                }
            }
        }
        // A package in a package comes first, so that it is whole for those that use it.
        let text = |lines: BTreeSet<String>| {
            let (first, rest): (Vec<_>, Vec<_>) =
                lines.into_iter().partition(|line| line.starts_with("from .sub "));
            first.into_iter().chain(rest).fold(String::new(), |text, line| text + &line + "\n")
        };
        texts.into_iter().map(|(path, lines)| (path, text(lines))).collect()
    }

    fn exported(&self, module: usize) -> Vec<String> {
        let items = self.program.items.iter();
        let names = items.filter_map(|item| match *item {
            Item::Function(unit) => {
                let unit = &self.program.units[unit];
                (unit.module == module).then(|| unit.name.clone())
            }
            Item::Class(class) => {
                let class = &self.program.classes[class];
                (class.module == module).then(|| class.name.clone())
            }
        });
        names.collect()
    }

    fn module(&self, index: usize) -> String {
        let mut imports = Imports::new(index);
        let mut blocks = Vec::new();
        // Bases stand before what derives from them.
        for item in self.program.items.iter().rev() {
            match *item {
                Item::Function(unit) if self.program.units[unit].module == index => {
                    blocks.push(self.unit(unit, "", &mut imports));
                }
                Item::Class(class) if self.program.classes[class].module == index => {
                    blocks.push(self.class(class, &mut imports));
                }
                _ => {}
            }
        }
        for (number, unit) in self.program.modules[index].calls.iter().enumerate() {
            let callee = self.function(*unit, number, &mut imports, &mut Vec::new());
            let value = self.listed(*unit, format!("{callee}(\"v\")"));
            blocks.push(format!("VALUE{number} = {value}\n"));
        }
        let body = blocks.join("\n\n");
        format!("{}\n\n{body}", imports.header(&body))
    }

    fn script(&self) -> String {
        let mut imports = Imports::new(usize::MAX);
        let mut body = "if __name__ == \"__main__\":\n".to_owned();
        for unit in &self.program.script {
            let callee = self.function(*unit, 0, &mut imports, &mut Vec::new());
            let value = self.listed(*unit, format!("{callee}(\"v\")"));
            body += &["    ", &value, "\n"].concat();
        }
        format!("{}\n\n{body}", imports.header(&body))
    }

    fn class(&self, id: ClassId, imports: &mut Imports) -> String {
        let class = &self.program.classes[id];
        let base = class.base.map(|base| self.class_name(base, 0, imports, &mut Vec::new()));
        let base = base.map_or(String::new(), |base| format!("({base})"));
        let units: Vec<String> =
            class.units.iter().map(|unit| self.unit(*unit, "    ", imports)).collect();
        let body = if units.is_empty() { "    pass\n".to_owned() } else { units.join("\n") };
        format!("class {}{base}:\n{body}", class.name)
    }

    /// How a function is named in a module. `late` gets an import within the function.
    pub fn function(
        &self,
        unit: UnitId,
        import: usize,
        imports: &mut Imports,
        late: &mut Vec<String>,
    ) -> String {
        let unit = &self.program.units[unit];
        imports.refer(self.program, unit.module, &unit.name, import, late)
    }

    /// How a class is named in a module.
    pub fn class_name(
        &self,
        class: ClassId,
        import: usize,
        imports: &mut Imports,
        late: &mut Vec<String>,
    ) -> String {
        let class = &self.program.classes[class];
        imports.refer(self.program, class.module, &class.name, import, late)
    }

    fn unit(&self, id: UnitId, indent: &str, imports: &mut Imports) -> String {
        let unit = &self.program.units[id];
        let signature = self.signature(id, indent, imports);
        let inside = format!("{indent}    ");
        let mut body = Body { id, unit, indent: inside, lines: Vec::new(), imports, inner: 0 };
        self.beginning(&mut body);
        for step in &unit.steps {
            self.step(&mut body, step);
        }
        if let Some((class, _)) = unit.makes {
            let made = self.construct(&mut body, class, 0, Arguments::default());
            body.line(&format!("return {made}"));
        } else if !unit.yields && unit.kind != Kind::Init {
            body.line("return found");
        }
        let lines = body.lines.iter().map(|line| line.trim_end());
        signature + &lines.fold(String::new(), |text, line| text + line + "\n")
    }

    fn beginning(&self, body: &mut Body) {
        let unit = body.unit;
        let label = self.program.label(body.id);
        if unit.kind == Kind::Init {
            self.beginning_of_init(body);
        }
        if unit.kind == Kind::Property {
            body.line("tag = self.tag");
        }
        let mut seen = vec![format!("\"{label}\""), "tag".to_owned()];
        let shape = &unit.shape;
        let named = [(shape.size, "size"), (shape.parts, "parts"), (shape.scale, "scale")];
        seen.extend(named.iter().filter(|(has, _)| *has).map(|(_, name)| (*name).to_owned()));
        if shape.options {
            seen.push("options.get(\"extra\")".to_owned());
        }
        let note = format!("note({})", seen.join(", "));
        if unit.yields || unit.kind == Kind::Init || unit.makes.is_some() {
            body.keep(&note);
        } else {
            body.line(&format!("found = [{note}]"));
        }
    }

    fn beginning_of_init(&self, body: &mut Body) {
        let class = body.unit.class.unwrap_or_default();
        let base = self.program.classes[class].base;
        if let Some(init) = base.and_then(|base| self.program.member(base, "__init__")) {
            let handed = self.handed(body.id, Some(init));
            body.line(&call("super().__init__", vec!["tag".to_owned()], handed, None));
        }
        body.line("self.tag = tag");
        if self.program.classes[class].keeps {
            body.line("self.size = size");
        }
        let stores = self.wanted.map(|wanted| wanted.stores[class].clone()).unwrap_or_default();
        for decision in stores {
            let name = decision.parameter();
            body.line(&format!("self.{name} = {name}"));
        }
    }

    fn signature(&self, id: UnitId, indent: &str, imports: &mut Imports) -> String {
        let unit = &self.program.units[id];
        let shape = &unit.shape;
        let typed = |name: &str, kind: &str, default: &str| match (shape.annotated, default) {
            (true, "") => format!("{name}: {kind}"),
            (true, default) => format!("{name}: {kind} = {default}"),
            (false, "") => name.to_owned(),
            (false, default) => format!("{name}={default}"),
        };
        let mut list = match unit.kind {
            Kind::Function | Kind::StaticMethod => Vec::new(),
            Kind::ClassMethod => vec!["cls".to_owned()],
            _ => vec!["self".to_owned()],
        };
        if let Some(class) = unit.takes {
            let name = self.class_name(class, 0, imports, &mut Vec::new());
            list.push(if unit.untyped { "item".to_owned() } else { format!("item: {name}") });
        }
        if unit.kind != Kind::Property {
            list.push(typed("tag", "str", ""));
        }
        let early = list.len();
        if shape.positional_only {
            list.push("/".to_owned());
        }
        let optional = [(shape.size, "size", "8"), (shape.depth, "depth", "1")];
        let optional = optional.iter().filter(|(has, ..)| *has);
        list.extend(optional.map(|(_, name, default)| typed(name, "int", default)));
        if shape.parts {
            list.push("*parts".to_owned());
        } else if shape.scale {
            list.push("*".to_owned());
        }
        if shape.scale {
            list.push(typed("scale", "int", "2"));
        }
        for decision in self.wanted.map(|w| w.parameters[id].clone()).unwrap_or_default() {
            let number = next(&self.seen.defaults);
            let wrong = self.mistake == Some(Mistake::TrueDefault(number));
            let parameter =
                typed(decision.parameter(), "bool", if wrong { "True" } else { "False" });
            if self.mistake == Some(Mistake::Early(number)) {
                list.insert(early, parameter);
            } else {
                list.push(parameter);
            }
        }
        if shape.options {
            list.push("**options".to_owned());
        }
        let returns = unit.makes.map(|(_, declared)| {
            format!(" -> {}", self.class_name(declared, 0, imports, &mut Vec::new()))
        });
        let returns = returns.unwrap_or_default();
        let decorator = match unit.kind {
            Kind::ClassMethod => format!("{indent}@classmethod\n"),
            Kind::StaticMethod => format!("{indent}@staticmethod\n"),
            Kind::Property => format!("{indent}@property\n"),
            _ => String::new(),
        };
        let open = format!("{decorator}{indent}def {}(", unit.name);
        if shape.tall {
            // Nothing stands behind `**options` and a trailing comma in older Pythons, and `/` or `*`
            // may not be last: they never are.
            let lines = list.iter().map(|part| format!("{indent}    {part},\n"));
            return format!("{open}\n{}{indent}){returns}:\n", lines.collect::<String>());
        }
        format!("{open}{}){returns}:\n", list.join(", "))
    }
}
