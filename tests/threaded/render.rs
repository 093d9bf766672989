//! The text of a program, before its edits and as they are wanted.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{
    Access, Arguments, ClassId, Decision, Fill, How, Item, Kind, Program, Sink, Step, Unit, UnitId,
    Within,
};
use super::names::Imports;
use super::wanted::{Wanted, target};
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
    let printer = Printer { program, wanted, mistake, seen: Default::default() };
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
struct Seen {
    handed: Cell<usize>,
    defaults: Cell<usize>,
    places: Cell<usize>,
}

struct Printer<'p> {
    program: &'p Program,
    wanted: Option<&'p Wanted>,
    mistake: Option<Mistake>,
    seen: Seen,
}

/// The number of what comes by.
fn next(counter: &Cell<usize>) -> usize {
    counter.replace(counter.get() + 1)
}

/// A function while it is written.
struct Body<'b> {
    id: UnitId,
    unit: &'b Unit,
    indent: String,
    lines: Vec<String>,
    imports: &'b mut Imports,
    /// How many inner names there are.
    inner: usize,
}

impl Body<'_> {
    fn line(&mut self, text: &str) {
        self.lines.push(format!("{}{text}", self.indent));
    }

    /// Keeps a value that was found.
    fn keep(&mut self, value: &str) {
        if self.unit.yields {
            self.line(&format!("yield {value}"));
        } else if self.unit.kind == Kind::Init || self.unit.makes.is_some() {
            self.line(value);
        } else {
            self.line(&format!("found.append({value})"));
        }
    }

    fn keep_within(&mut self, within: Within, value: &str) {
        self.inner += 1;
        let number = self.inner;
        match within {
            Within::Plain => self.keep(value),
            Within::Inner | Within::InnerMapped => {
                let (parameter, call) = match within {
                    Within::Inner => ("", format!("inner{number}()")),
                    _ => ("tag", format!("list(map(inner{number}, [tag]))")),
                };
                self.line(&format!("def inner{number}({parameter}):"));
                self.line(&format!("    return {value}"));
                self.line("");
                self.keep(&call);
            }
            Within::Lambda => {
                self.line(&format!("make{number} = lambda: {value}"));
                self.keep(&format!("make{number}()"));
            }
            Within::Comprehension => self.keep(&format!("[{value} for _ in range(1)]")),
        }
    }
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
            body += &format!("    {value}\n");
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
    fn function(
        &self,
        unit: UnitId,
        import: usize,
        imports: &mut Imports,
        late: &mut Vec<String>,
    ) -> String {
        let unit = &self.program.units[unit];
        imports.refer(self.program, unit.module, &unit.name, import, late)
    }

    fn class_name(
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
            list.push(format!("item: {}", self.class_name(class, 0, imports, &mut Vec::new())));
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

    /// What yields the decision in a unit.
    fn carrier(&self, id: UnitId, decision: Decision) -> Option<String> {
        let (wanted, unit) = (self.wanted?, &self.program.units[id]);
        let name = decision.parameter();
        match unit.kind {
            Kind::Property | Kind::Index => {
                let stores = wanted.stores[unit.class?].contains(&decision);
                stores.then(|| format!("self.{name}"))
            }
            _ => wanted.parameters[id].contains(&decision).then(|| name.to_owned()),
        }
    }

    /// The arguments that hand the decisions on to what is called.
    fn handed(&self, from: UnitId, to: Option<UnitId>) -> Vec<String> {
        let (Some(wanted), Some(to)) = (self.wanted, to) else { return Vec::new() };
        let decisions = wanted.parameters[to].iter();
        let arguments = decisions.filter_map(|decision| {
            let carrier = self.carrier(from, *decision)?;
            let left_out = Some(Mistake::NotHanded(next(&self.seen.handed))) == self.mistake;
            (!left_out).then(|| format!("{}={carrier}", decision.parameter()))
        });
        arguments.collect()
    }

    fn step(&self, body: &mut Body, step: &Step) {
        let tag = || vec!["tag".to_owned()];
        let mut late = Vec::new();
        match step {
            Step::Sink(sink) => self.sink(body, sink),
            Step::Call(call) => self.call(body, call),
            Step::Recur(target) => {
                let handed = self.handed(body.id, Some(*target));
                let callee = self.function(*target, 0, body.imports, &mut late);
                let mut arguments = tag();
                arguments.push("depth=depth - 1".to_owned());
                body.line("if depth > 0:");
                body.indent += "    ";
                body.keep(&call(&callee, arguments, handed, None));
                body.indent.truncate(body.indent.len() - 4);
            }
            Step::Forward(target) => {
                let handed = self.handed(body.id, Some(*target));
                let callee = self.function(*target, 0, body.imports, &mut late);
                let handed = [handed, vec!["**options".to_owned()]].concat();
                body.keep(&call(&callee, tag(), handed, None));
            }
            Step::Use(used) => {
                let made = match used.factory {
                    Some(factory) => {
                        let handed = self.handed(body.id, Some(factory));
                        let callee = self.function(factory, used.import, body.imports, &mut late);
                        late.iter().for_each(|line| body.line(line));
                        call(&callee, tag(), handed, None)
                    }
                    None => self.construct(body, used.class, used.import, used.arguments),
                };
                let object = if used.named || used.accesses.len() != 1 {
                    body.inner += 1;
                    let name = format!("item{}", body.inner);
                    body.line(&format!("{name} = {made}"));
                    name
                } else {
                    made
                };
                for access in &used.accesses {
                    self.access(body, used.class, &object, access);
                }
            }
            Step::UseTaken(accesses) => {
                let class = body.unit.takes.unwrap_or_default();
                accesses.iter().for_each(|access| self.access(body, class, "item", access));
            }
            Step::UseSelf(access) => {
                let class = body.unit.class.unwrap_or_default();
                self.access(body, class, "self", access);
            }
            Step::Super => {
                let class = body.unit.class.and_then(|class| self.program.classes[class].base);
                let base = class.and_then(|class| self.program.member(class, &body.unit.name));
                let handed = self.handed(body.id, base);
                body.keep(&call(&format!("super().{}", body.unit.name), tag(), handed, None));
            }
            Step::ClassCall(class, target, arguments) => {
                let handed = self.handed(body.id, Some(*target));
                let class = self.class_name(*class, 0, body.imports, &mut late);
                let callee = format!("{class}.{}", self.program.units[*target].name);
                let filled = self.filled(*target, *arguments);
                body.keep(&call(&callee, filled, handed, arguments.tall.then_some(&body.indent)));
            }
        }
    }

    fn sink(&self, body: &mut Body, sink: &Sink) {
        let number = next(&self.seen.places);
        let is_edited = self.wanted.is_some_and(|wanted| wanted.approved.contains(&sink.tag))
            && self.mistake != Some(Mistake::Left(number));
        let value = match self.carrier(body.id, sink.decision) {
            _ if !is_edited => "True".to_owned(),
            Some(carrier) if self.mistake != Some(Mistake::Literal(number)) => carrier,
            _ => "False".to_owned(),
        };
        let tag = sink.tag;
        let expression = match (sink.decision, sink.form) {
            (Decision::Data, 0) => format!("np.load(\"s{tag}\", None, {value})"),
            (Decision::Data, 1) => {
                format!("np.load(\"s{tag}\", mmap_mode=\"r\", allow_pickle={value})")
            }
            (Decision::Data, _) => format!("load_array(\"s{tag}\", allow_pickle={value})"),
            (Decision::Code, 0) => format!("LLM(\"s{tag}\", trust_remote_code={value})"),
            (Decision::Code, 1) => {
                format!(
                    "pipeline(\"task\", model=\"s{tag}\", trust_remote_code={value}, batch=tag)"
                )
            }
            (Decision::Code, 2) => {
                body.line(&format!(
                    "o{tag} = {{\"revision\": tag, \"trust_remote_code\": {value}}}"
                ));
                format!("AutoModel.from_pretrained(\"s{tag}\", **o{tag})")
            }
            (Decision::Code, 3) => {
                body.line(&format!("o{tag} = dict(trust_remote_code={value})"));
                format!("AutoModel.from_pretrained(\"s{tag}\", **o{tag})")
            }
            (Decision::Code, 4) => format!(
                "AutoModel.from_pretrained(\n{0}    \"s{tag}\", revision=tag, trust_remote_code={value}\n{0})",
                body.indent
            ),
            (Decision::Code, _) => {
                format!("AutoModel.from_pretrained(\"s{tag}\", trust_remote_code={value})")
            }
        };
        body.keep_within(sink.within, &expression);
    }

    fn call(&self, body: &mut Body, made: &super::model::Call) {
        let mut late = Vec::new();
        let callee = self.function(made.target, made.import, body.imports, &mut late);
        late.iter().for_each(|line| body.line(line));
        let filled = self.filled(made.target, made.arguments);
        let tall = made.arguments.tall.then(|| body.indent.clone());
        match made.how {
            How::Directly(within) => {
                let handed = self.handed(body.id, Some(made.target));
                body.keep_within(
                    within,
                    &self.listed(made.target, call(&callee, filled, handed, tall.as_ref())),
                );
            }
            How::Partial => {
                let handed = self.handed(body.id, Some(made.target));
                let filled = [vec![callee], filled].concat();
                {
                    let value = format!("{}()", call("partial", filled, handed, tall.as_ref()));
                    body.keep(&self.listed(made.target, value))
                };
            }
            How::Map => body.keep(&format!("list(map({callee}, [tag]))")),
            How::Submit => {
                body.line("with ThreadPoolExecutor(1) as pool:");
                body.indent += "    ";
                body.keep(&format!("pool.submit({callee}, tag).result()"));
                body.indent.truncate(body.indent.len() - 4);
            }
        }
    }

    /// All that a call of a unit yields, if it does.
    fn listed(&self, unit: UnitId, call: String) -> String {
        if self.program.units[unit].yields { format!("list({call})") } else { call }
    }

    fn construct(
        &self,
        body: &mut Body,
        class: ClassId,
        import: usize,
        arguments: Arguments,
    ) -> String {
        let mut late = Vec::new();
        let name = self.class_name(class, import, body.imports, &mut late);
        late.iter().for_each(|line| body.line(line));
        let Some(init) = self.program.member(class, "__init__") else {
            return format!("{name}()");
        };
        let handed = self.handed(body.id, Some(init));
        let tall = arguments.tall.then(|| body.indent.clone());
        call(&name, self.filled(init, arguments), handed, tall.as_ref())
    }

    fn access(&self, body: &mut Body, class: ClassId, object: &str, access: &Access) {
        let handed = self.handed(body.id, target(self.program, class, access));
        let value = match access {
            Access::Method(name, arguments) => {
                let unit = self.program.member(class, name).unwrap_or_default();
                let filled = self.filled(unit, *arguments);
                let tall = arguments.tall.then(|| body.indent.clone());
                call(&format!("{object}.{name}"), filled, handed, tall.as_ref())
            }
            Access::Property(name) => format!("{object}.{name}"),
            Access::Index => format!("{object}[tag]"),
            Access::Call => call(object, vec!["tag".to_owned()], handed, None),
            Access::Hand(unit) => {
                let callee = self.function(*unit, 0, body.imports, &mut Vec::new());
                call(&callee, vec![object.to_owned(), "tag".to_owned()], handed, None)
            }
        };
        body.keep(&value);
    }

    /// The arguments of a call of a unit, its own object left out.
    fn filled(&self, unit: UnitId, arguments: Arguments) -> Vec<String> {
        let shape = &self.program.units[unit].shape;
        let mut list = vec!["tag".to_owned()];
        match arguments.size {
            Fill::Positional if shape.size => list.push("5".to_owned()),
            Fill::Keyword if shape.size => list.push("size=6".to_owned()),
            _ => {}
        }
        let positional = !shape.size || arguments.size == Fill::Positional;
        if shape.parts && arguments.parts && positional && !shape.depth {
            list.extend(["7".to_owned(), "tag".to_owned()]);
        }
        if shape.scale && arguments.scale {
            list.push("scale=3".to_owned());
        }
        if shape.options && arguments.options {
            list.push("extra=tag".to_owned());
        }
        list
    }
}

/// A call, on one line or with an argument on each.
fn call(
    callee: &str,
    arguments: Vec<String>,
    handed: Vec<String>,
    tall: Option<&String>,
) -> String {
    let all = [arguments, handed].concat();
    match tall {
        None => format!("{callee}({})", all.join(", ")),
        Some(indent) => {
            let lines: String = all.iter().map(|part| format!("{indent}    {part},\n")).collect();
            format!("{callee}(\n{lines}{indent})")
        }
    }
}
