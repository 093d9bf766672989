//! The text of what functions do.

use super::model::{
    Access, Arguments, ClassId, Decision, Fill, How, Kind, Sink, Step, Unit, UnitId, Within,
};
use super::names::Imports;
use super::render::{Mistake, Printer, next};
use super::wanted::target;

/// A function while it is written.
pub struct Body<'b> {
    pub id: UnitId,
    pub unit: &'b Unit,
    pub indent: String,
    pub lines: Vec<String>,
    pub imports: &'b mut Imports,
    /// How many inner names there are.
    pub inner: usize,
}

impl Body<'_> {
    /// Adds a line.
    pub fn line(&mut self, text: &str) {
        self.lines.push(format!("{}{text}", self.indent));
    }

    fn lines_of(&mut self, lines: &[String]) {
        for line in lines {
            self.line(line);
        }
    }

    /// Keeps a value that was found.
    pub fn keep(&mut self, value: &str) {
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
    pub fn handed(&self, from: UnitId, to: Option<UnitId>) -> Vec<String> {
        let (Some(wanted), Some(to)) = (self.wanted, to) else { return Vec::new() };
        let decisions = wanted.parameters[to].iter();
        let arguments = decisions.filter_map(|decision| {
            let carrier = self.carrier(from, *decision)?;
            let left_out = Some(Mistake::NotHanded(next(&self.seen.handed))) == self.mistake;
            (!left_out).then(|| format!("{}={carrier}", decision.parameter()))
        });
        arguments.collect()
    }

    /// Writes what a step does.
    pub fn step(&self, body: &mut Body, step: &Step) {
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
                        body.lines_of(&late);
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
                for access in accesses {
                    self.access(body, class, "item", access);
                }
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
        body.lines_of(&late);
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
                    body.keep(&self.listed(made.target, value));
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
    pub fn listed(&self, unit: UnitId, call: String) -> String {
        if self.program.units[unit].yields { format!("list({call})") } else { call }
    }

    /// The expression that makes an object.
    pub fn construct(
        &self,
        body: &mut Body,
        class: ClassId,
        import: usize,
        arguments: Arguments,
    ) -> String {
        let mut late = Vec::new();
        let name = self.class_name(class, import, body.imports, &mut late);
        body.lines_of(&late);
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
pub fn call(
    callee: &str,
    arguments: Vec<String>,
    handed: Vec<String>,
    tall: Option<&String>,
) -> String {
    let all = [arguments, handed].concat();
    match tall {
        None => format!("{callee}({})", all.join(", ")),
        Some(indent) => {
            let lines = all.iter().map(|part| [indent, "    ", part, ",\n"].concat());
            let lines: String = lines.collect();
            format!("{callee}(\n{lines}{indent})")
        }
    }
}
