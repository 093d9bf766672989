//! The field of a class whose objects hold settings: one that a command line fills, or that the
//! program makes where it knows more.

use tree_sitter::Node;

use super::dests::fitness;
use super::{Plan, Wish};
use crate::plan::op::{Anchor, Op};
use crate::program::callee::How;
use crate::program::definitions::Definition;
use crate::program::hierarchy::{Base, Own};
use crate::program::mentions::Sought;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::attribute::{self, is_record};
use crate::threading::bound;
use crate::threading::callers::Caller;
use crate::threading::solve::Solver;
use crate::threading::{link, spot};
use crate::transforms::finding::Elsewhere;
use crate::workspace::span::Span;

/// Classes of libraries that share a command line with others and have no such flag.
const WITHOUT: [&str; 12] = [
    "SFTConfig",
    "DPOConfig",
    "KTOConfig",
    "ORPOConfig",
    "CPOConfig",
    "GRPOConfig",
    "RewardConfig",
    "RLOOConfig",
    "OnlineDPOConfig",
    "PPOConfig",
    "PPOv2Config",
    "GenerationConfig",
];

/// A field of a class body.
struct Field<'m> {
    name: &'m str,
    statement: Node<'m>,
    value: Option<Node<'m>>,
}

impl Solver<'_, '_> {
    /// How the objects of a class gain a field, or why they do not.
    pub(super) fn gain_field(&mut self, class: Definition, wish: &Wish) -> Result<Plan, String> {
        let gone = || "the class could not be found again".to_owned();
        let module = self.modules.get(class.file).ok_or_else(gone)?;
        let node = module.exact(class.span, &["class_definition"]).ok_or_else(gone)?;
        let shown = self.program.name_of(class).ok_or_else(gone)?;
        if let Some(why) = self.untouchable(class.file, module) {
            return Err(why);
        }
        if self.is_sent_class(class) {
            return Err(format!("the objects of `{shown}` are made of what is sent"));
        }
        let fields = fields_of(module, node);
        let last = fields.last().ok_or_else(|| format!("`{shown}` declares no fields"))?;
        let is_fitting = fields.iter().any(|field| fitness(field.name, wish.decision) > 0);
        if !is_fitting && !wish.is_read() {
            return Err(beside(&shown));
        }
        if let Some(why) = self.takes_no_field(class, module, node, wish) {
            return Err(why);
        }
        let filled = self.filled_by(class, &shown, wish)?;
        if !filled && !wish.is_read() {
            return Err(beside(&shown));
        }
        let at = spot(module, class.file, class.span.start);
        let title =
            if filled { format!("--{}", wish.name) } else { format!("{shown}.{}", wish.name) };
        let text = if filled {
            format!("gains the field `{}`, and so the flag `--{0}`, default False", wish.name)
        } else {
            format!("gains the field `{}`, default False", wish.name)
        };
        let after = tree::span(documented(module, last.statement));
        let settings = self.settings_of(&shown, &fields, wish);
        Ok(Plan {
            shown: title,
            ops: vec![Op::AppendStatement {
                after: Anchor { file: class.file, range: after },
                text: declaration(module, &fields, wish),
            }],
            hosts: vec![link(at, shown, text)],
            calls: self.constructions(class),
            decision: Some(wish.decision),
            settings,
            ..Plan::default()
        })
    }

    /// The mappings of YAML files that fill the objects of a class, in a program that reads them
    /// with `OmegaConf` or hydra.
    fn settings_of(&self, class: &str, fields: &[Field], wish: &Wish) -> Vec<Elsewhere> {
        let program = self.program;
        if program.modules_holding(&[class], &["omegaconf", "hydra"]).is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let about = format!("{}: true", wish.name);
        let mappings = program.mappings_of(&names).into_iter();
        mappings.map(|(path, line)| Elsewhere { path, line, about: about.clone() }).collect()
    }

    /// Why a class cannot be given a field at its end.
    fn takes_no_field(
        &mut self,
        class: Definition,
        module: &Module,
        node: Node,
        wish: &Wish,
    ) -> Option<String> {
        let program = self.program;
        let shown = program.name_of(class)?;
        let bases = program.bases(class);
        let is_tuple = bases.iter().any(|base| *base == Base::Foreign("NamedTuple".to_owned()));
        if is_tuple || !is_record(module, node) {
            return Some(format!("`{shown}` is no class whose fields make its `__init__`"));
        }
        if module.text().contains("astuple(") {
            return Some(format!("the fields of `{shown}` may be taken apart by their number"));
        }
        let own = module.text_of(node);
        let is_counted = ["fields(cls)", "fields(self)", "__dataclass_fields__"];
        if is_counted.iter().any(|text| own.contains(text))
            || !program.files_holding(&[&format!("fields({shown})")]).is_empty()
        {
            return Some(format!("the fields of `{shown}` are gone over"));
        }
        let Some(below) = program.derived(class) else {
            return Some(format!("more classes derive from `{shown}` than are looked at"));
        };
        let (above, _) = program.ancestry(class);
        for derived in &below {
            if let Some(why) = self.is_made_by_position(*derived) {
                return Some(why);
            }
        }
        for owner in above.iter().chain(&below) {
            let Some(module) = self.modules.get(owner.file) else { return Some(String::new()) };
            let node = module.exact(owner.span, &["class_definition"])?;
            let called = program.name_of(*owner).unwrap_or_default();
            let has_init = !matches!(program.own_method(*owner, "__init__"), Own::Nothing);
            if has_init {
                return Some(format!("`{called}` has an `__init__` of its own"));
            }
            if super::super::keeps::binds(program, *owner, &wish.name)
                || !attribute::stores(module, node, &wish.name).is_empty()
            {
                return Some(format!("`{called}` has `{}` already", wish.name));
            }
            let is_below = below.contains(owner);
            let required = fields_of(module, node).into_iter().find(|field| field.value.is_none());
            let is_keyword = module.text_of(node).contains("kw_only");
            if let Some(required) = required.filter(|_| is_below && !is_keyword) {
                return Some(format!(
                    "`{called}.{}` has no default and comes behind",
                    required.name
                ));
            }
        }
        None
    }

    /// Why a derived class would take an argument for another one, which is handed by its position.
    fn is_made_by_position(&self, class: Definition) -> Option<String> {
        let shown = self.program.name_of(class)?;
        self.constructions(class).into_iter().find_map(|caller| {
            let module = self.modules.get(caller.file)?;
            let call = Call::at(module.exact(caller.call, &["call"])?, module.text())?;
            let is_named = |argument: &crate::python::call::Argument| {
                matches!(argument.kind, crate::python::call::ArgumentKind::Keyword(_))
            };
            let line = module.lines.of(caller.call.start) + 1;
            let path = self.program.relative(caller.file).display();
            (!call.arguments.iter().all(is_named)).then(|| {
                format!("`{shown}`, which derives from it, is made by position ({path}:{line})")
            })
        })
    }

    /// Whether a command line fills objects of a class; why it must not have the flag where another
    /// class of that command line may have it.
    fn filled_by(&mut self, class: Definition, name: &str, wish: &Wish) -> Result<bool, String> {
        let program = self.program;
        let mut is_filled = false;
        let texts = ["parse_args_into_dataclasses", "parse_args_and_config", "TrlParser"];
        for member in program.modules_holding(&[name], &texts).iter() {
            let module = &*member.module;
            for call in module.of_kind("call").filter_map(|node| Call::at(node, module.text())) {
                let callee = module.text_of(call.function);
                let last = callee.rsplit('.').next().unwrap_or_default();
                let classes = call.positional(0).or(call.keyword("dataclass_types"));
                let Some(classes) = classes.filter(|_| last.ends_with("Parser")) else { continue };
                let classes = match classes.value.kind() {
                    "tuple" | "list" => tree::children(classes.value),
                    _ => vec![classes.value],
                };
                let meant: Vec<Vec<Definition>> = classes
                    .iter()
                    .map(|node| program.meaning_of(module.file, module, *node).definitions)
                    .collect();
                if !meant.iter().any(|meant| meant.contains(&class)) {
                    continue;
                }
                is_filled = true;
                for (node, meant) in classes.iter().zip(&meant) {
                    let [other] = meant[..] else {
                        let other = module.text_of(*node).rsplit('.').next().unwrap_or_default();
                        if lacks_flag(other) {
                            continue;
                        }
                        return Err(format!("`{other}` may have such a flag already"));
                    };
                    if other != class && self.has_or_gains(other, wish) {
                        let other = module.text_of(*node);
                        return Err(format!("`{other}` has such a flag already"));
                    }
                }
            }
        }
        Ok(is_filled)
    }

    /// Whether a class beside another one on a command line has the flag, or gains it.
    fn has_or_gains(&self, class: Definition, wish: &Wish) -> bool {
        let program = self.program;
        let key = (super::Source::Made(class), wish.name.clone());
        let (ancestry, _) = program.ancestry(class);
        let binds = |owner: &Definition| super::super::keeps::binds(program, *owner, &wish.name);
        let foreign = program.foreign_bases(class);
        self.origins.plans.get(&key).is_some_and(Result::is_ok)
            || ancestry.iter().any(binds)
            || foreign.iter().any(|base| !lacks_flag(base) && base != "ABC" && base != "object")
    }

    /// The calls that make objects of a class.
    fn constructions(&self, class: Definition) -> Vec<Caller> {
        let program = self.program;
        let Some(name) = program.name_of(class) else { return Vec::new() };
        let sought = Sought { word: name.clone(), calls_too: true, ..Sought::default() };
        let (mut found, mut own_calls) = (Vec::new(), Vec::new());
        let mut visit = |file, module: &Module| {
            for node in module.of_kind("call") {
                let Some(callee) = node.child_by_field_name("function") else { continue };
                let text = module.text_of(callee);
                let last = text.rsplit('.').next().unwrap_or_default();
                let is_named = last == name
                    || module.names.imports_of(last).iter().any(|i| i.target.ends_with(&name));
                if !is_named {
                    continue;
                }
                let meaning = program.meaning_of(file, module, callee);
                if meaning.is_sure && meaning.definitions == [class] {
                    found.push(made_by(file, tree::span(node)));
                }
            }
        };
        if let Some(own) = program.module(class.file) {
            let module = &own.module;
            visit(class.file, module);
            for call in module.calls_named("cls") {
                let around = module.ancestors(call).find(|a| a.kind() == "class_definition");
                if around.is_some_and(|around| tree::span(around) == class.span) {
                    own_calls.push(made_by(class.file, tree::span(call)));
                }
            }
        }
        program.mentioning(&[sought], &mut |member, _| {
            if member.module.file != class.file {
                visit(member.module.file, &member.module);
            }
        });
        found.extend(own_calls);
        found
    }
}

fn beside(class: &str) -> String {
    format!("`{class}` says nothing of what the decision is about")
}

fn made_by(file: crate::workspace::FileId, call: Span) -> Caller {
    Caller {
        file,
        call,
        how: Some(How::Name),
        skipped: 0,
        is_bound: true,
        is_own: false,
        others: Vec::new(),
    }
}

fn lacks_flag(class: &str) -> bool {
    class.ends_with("TrainingArguments") || WITHOUT.contains(&class)
}

/// The annotated fields of a class body, in order.
fn fields_of<'m>(module: &'m Module, class: Node<'m>) -> Vec<Field<'m>> {
    let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
    let field = |statement: Node<'m>| {
        let assignment = bound::assignment(statement)?;
        let typed = assignment.child_by_field_name("type")?;
        let left = assignment.child_by_field_name("left")?;
        let is_class = module.text_of(typed).contains("ClassVar");
        (left.kind() == "identifier" && !is_class).then(|| Field {
            name: module.text_of(left),
            statement,
            value: assignment.child_by_field_name("right"),
        })
    };
    body.into_iter().filter_map(field).collect()
}

/// A statement, or the text behind it that documents it.
fn documented<'m>(module: &'m Module, statement: Node<'m>) -> Node<'m> {
    let Some(block) = module.parent(statement) else { return statement };
    let statements = tree::children(block);
    let at = statements.iter().position(|other| other.id() == statement.id());
    let next = at.and_then(|at| statements.get(at + 1)).filter(|next| {
        next.kind() == "expression_statement"
            && tree::children(**next).first().is_some_and(|inner| inner.kind() == "string")
    });
    next.copied().unwrap_or(statement)
}

/// The statement that declares the field, as its siblings are written.
fn declaration(module: &Module, fields: &[Field], wish: &Wish) -> String {
    let (name, help) = (&wish.name, wish.decision.help);
    let (annotation, safe) = (wish.decision.annotation, wish.decision.safe);
    let calls = fields.iter().filter_map(|field| Call::at(field.value?, module.text()));
    for call in calls {
        if let Some(metadata) = call.keyword("metadata") {
            let text = module.text_of(metadata.value);
            let Some(quote) = text.chars().find(|letter| matches!(letter, '"' | '\'')) else {
                continue;
            };
            if text.contains(&format!("{quote}help{quote}")) {
                let callee = module.text_of(call.function);
                let around = if help.contains(quote) { '"' } else { quote };
                return format!(
                    "{name}: {annotation} = {callee}(\n\tdefault={safe},\n\tmetadata={{{quote}help{quote}: {around}{help}{around}}},\n)"
                );
            }
        }
        if call.keyword("description").is_some() {
            let callee = module.text_of(call.function);
            return format!(
                "{name}: {annotation} = {callee}(\n\tdefault={safe},\n\tdescription=\"{help}\",\n)"
            );
        }
    }
    match made_of_calls(module, fields) {
        Some(callee) => format!("{name}: {annotation} = {callee}(default={safe})"),
        None => format!("{name}: {annotation} = {safe}"),
    }
}

/// What makes the defaults of all fields that have one, `field` of `field(default=1)`.
fn made_of_calls<'m>(module: &'m Module, fields: &[Field<'m>]) -> Option<&'m str> {
    let mut found = None;
    for value in fields.iter().filter_map(|field| field.value) {
        let call = Call::at(value, module.text())?;
        call.keyword("default")?;
        found = Some(module.text_of(call.function));
    }
    found
}
