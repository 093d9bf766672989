//! The argument that a row of the table is about: what a call says by it, and the edit by which it
//! says otherwise.

use tree_sitter::Node;

use super::finding::{Fix, Level, Remedy, ThreadPlace, ThreadRequest};
use super::own_decision::decision;
use super::sinks::{self, Sink};
use super::splat::splats;
use crate::plan::op::{Anchor, Op};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What a call decides: the unsafe value, if it is written, and its whole argument.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decided<'t> {
    /// The unsafe value; `None` where it is the default.
    pub value: Option<Node<'t>>,
    /// The argument with its name.
    pub argument: Option<Span>,
}

/// What a call says by the argument of a row.
#[derive(Debug, Clone)]
pub(super) enum Flagged<'t> {
    /// It is safe, or whoever calls decides.
    Safe,
    /// It is unsafe.
    Unsafe(Decided<'t>),
    /// It is unsafe by what stands elsewhere, for the reason that is given with what to do.
    Elsewhere(String),
    /// It may be among the arguments that a star brings.
    Open,
}

impl Flagged<'_> {
    /// The argument that is written, with its name.
    pub(super) fn argument(&self) -> Option<Span> {
        match self {
            Flagged::Unsafe(decided) => decided.argument,
            _ => None,
        }
    }
}

/// What a call says. `shift` is how many of its arguments stand before the callable's own.
pub(super) fn flagged<'t>(
    module: &'t Module,
    row: &Sink,
    call: &Call<'t>,
    shift: usize,
) -> Flagged<'t> {
    let Some(name) = row.argument.as_deref() else { return Flagged::Safe };
    let splats = splats(module, call);
    let found = call
        .keyword(name)
        .or(row.position.and_then(|at| call.positional(at + shift)))
        .map(|argument| (argument.value, tree::span(argument.node)))
        .or_else(|| {
            let entry = splats.entries.iter().find(|(key, ..)| *key == name);
            entry.map(|(_, value, whole)| (*value, *whole))
        });
    let Some((value, argument)) = found else {
        let by_position = row.position.is_some() && call.has(ArgumentKind::Splat);
        return match (from_dictionary(module, row, call), row.default) {
            (Some(elsewhere), _) => elsewhere,
            (None, sinks::Default::Safe) => Flagged::Safe,
            (None, sinks::Default::Unsafe) if splats.open || by_position => Flagged::Open,
            (None, sinks::Default::Unsafe) => {
                Flagged::Unsafe(Decided { value: None, argument: None })
            }
        };
    };
    let value = tree::unparenthesised(value);
    if is_unsafe(module, row, value) {
        return Flagged::Unsafe(Decided { value: Some(value), argument: Some(argument) });
    }
    by_name(module, value, &written(row), |found| is_unsafe(module, row, found))
        .map_or(Flagged::Safe, Flagged::Elsewhere)
}

/// Whether a literal is the value that a row is about.
fn is_unsafe(module: &Module, row: &Sink, value: Node) -> bool {
    match &row.r#unsafe {
        // None stands for the default.
        Some(_) if value.kind() == "none" => row.default == sinks::Default::Unsafe,
        Some(text) => literal::plain_string(value, module.text()) == Some(text),
        None => literal::truth(value, module.text()) == Some(row.safe != "True"),
    }
}

/// The value of a name that is bound once: by an assignment, or as a parameter with a default.
fn once<'t>(module: &'t Module, name: Node) -> Option<(Node<'t>, &'t BindingKind)> {
    if name.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(name.start_byte());
    let [binding] = module.names.bindings(module.text_of(name), scope) else { return None };
    let value = match binding.kind {
        BindingKind::Assignment { value } => module.nodes().covering(value)?,
        BindingKind::Parameter => {
            let parameter = module.parent(module.nodes().covering(binding.span)?)?;
            parameter.child_by_field_name("value")?
        }
        _ => return None,
    };
    Some((tree::unparenthesised(value), &binding.kind))
}

/// What to do where an argument is a name that stands for an unsafe literal: in `f(safe=name)` after
/// `name = False`, or in a function with the parameter `name=False`.
pub(super) fn by_name<'t>(
    module: &'t Module,
    value: Node<'t>,
    safe: &str,
    is_unsafe: impl Fn(Node) -> bool,
) -> Option<String> {
    let (found, kind) = once(module, value).filter(|(found, _)| is_unsafe(*found))?;
    let (name, literal) = (module.text_of(value), module.text_of(found));
    let line = module.lines.of(found.start_byte()) + 1;
    Some(match kind {
        BindingKind::Parameter => format!(
            "the parameter `{name}` is {literal} unless a caller says otherwise; make {safe} its default in line {line}"
        ),
        _ => format!("`{name}` is {literal} since line {line}; make it {safe}"),
    })
}

/// `f(**options)`, where the name stands for a dictionary that holds the unsafe literal.
fn from_dictionary<'t>(module: &'t Module, row: &Sink, call: &Call<'t>) -> Option<Flagged<'t>> {
    let name = row.argument.as_deref()?;
    let splats = call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat);
    let value = splats.filter_map(|splat| once(module, splat.value)).find_map(|(display, _)| {
        let value = entry(module, display, name)?;
        is_unsafe(module, row, tree::unparenthesised(value)).then_some(value)
    })?;
    let line = module.lines.of(value.start_byte()) + 1;
    let (literal, safe) = (module.text_of(value), written(row));
    Some(Flagged::Elsewhere(format!(
        "`{name}` is {literal} in the dictionary of line {line}; make it {safe}"
    )))
}

/// The value of a key in `{"key": value}` or `dict(key=value)`.
fn entry<'t>(module: &'t Module, display: Node<'t>, name: &str) -> Option<Node<'t>> {
    if let Some(call) = Call::at(display, module.text()) {
        let is_dict = module.text_of(call.function) == "dict";
        return call.keyword(name).filter(|_| is_dict).map(|argument| argument.value);
    }
    let pairs = tree::children(display).into_iter().filter(|pair| pair.kind() == "pair");
    let mut values = pairs.filter_map(|pair| {
        let key = literal::plain_string(pair.child_by_field_name("key")?, module.text())?;
        pair.child_by_field_name("value").filter(|_| key == name)
    });
    values.next()
}

/// The edit by which a call decides otherwise, or why there is none.
pub(super) fn flag(
    module: &Module,
    row: &Sink,
    call: Node,
    decided: Decided,
    (level, reason): (Level, &str),
) -> Remedy {
    let name = row.argument.clone().unwrap_or_default();
    let at = |node: Node| Anchor { file: module.file, range: tree::span(node) };
    let excluded = Call::at(call, module.text()).and_then(|call| {
        row.excludes.iter().find(|(name, position)| {
            call.keyword(name).is_some() || call.positional(**position).is_some()
        })
    });
    if let Some((other, _)) = excluded {
        return Remedy::Report(format!(
            "`{name}={}` cannot be used with `{other}`; drop that one",
            row.safe
        ));
    }
    if row.safe == "thread"
        && let Some(value) = decided.value
    {
        let place = ThreadPlace::Value { at: at(value), target: None };
        let decision = decision(row);
        return Remedy::Thread(ThreadRequest { place, decision, level, reason: reason.to_owned() });
    }
    let safe = if row.safe == "thread" { "False" } else { row.safe.as_str() };
    let op = match (decided.value, decided.argument) {
        (Some(_), Some(argument)) if safe == "drop" => {
            Op::DropArgument { call: at(call), argument }
        }
        (Some(value), _) => {
            let text = match row.r#unsafe {
                Some(_) => requoted(module.text_of(value), safe),
                None => safe.to_owned(),
            };
            Op::ReplaceExpression { at: at(value), pieces: vec![Piece::text(text)] }
        }
        _ => {
            let value = vec![Piece::text(written(row))];
            Op::SetArgument { call: at(call), name: name.clone(), value }
        }
    };
    let title = match &op {
        Op::DropArgument { .. } => format!("drop {name}"),
        _ => format!("write {name}={}", written(row)),
    };
    Remedy::Ops(Fix::new(title, reason, level, vec![op]))
}

/// The safe value as an argument is written.
pub(super) fn written(row: &Sink) -> String {
    match (&row.r#unsafe, row.safe.as_str()) {
        (_, "thread") => "False".to_owned(),
        (Some(_), safe) => format!("\"{safe}\""),
        (None, safe) => safe.to_owned(),
    }
}

/// Another string in the quotes of a literal.
fn requoted(literal: &str, text: &str) -> String {
    let quote = if literal.ends_with('\'') { '\'' } else { '"' };
    format!("{quote}{text}{quote}")
}
