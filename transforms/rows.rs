//! Looks for what rows of the table name, in the ways that all rows have in common: the built-in
//! ones of transforms that need no more, and those of a project's configuration.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{
    Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy, ThreadPlace, ThreadRequest,
};
use super::guard::{Decides, Guards};
use super::method::{is_method, methods};
use super::own_decision::decision;
use super::reference::{Reference, Usage, references};
use super::rename::rename;
use super::sinks::{self, Kind, Sink};
use super::splat::splats;
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The rows that a module is looked at for, and how they are spoken of.
pub(super) struct Rows<'r> {
    /// The transform that looks.
    pub transform: &'static str,
    /// The rows.
    pub all: Vec<&'r Sink>,
    /// Texts by which a comment names what is unsafe, besides the callable and its argument.
    pub names: &'r [&'r str],
    /// Why a callable is unsafe, in one sentence.
    pub message: &'r dyn Fn(&Sink, &str) -> String,
    /// Whether a condition is the user's own decision.
    pub decides: Option<Decides>,
    /// The level of the fixes, and why it is not auto; may be empty.
    pub level: (Level, &'r str),
    /// What the transform knows better than the row: an exception, or a report.
    pub instead: &'r dyn Fn(&Module, &Program, &Reference) -> Option<Remedy>,
}

/// One row in one module.
struct Scene<'m, 'r> {
    module: &'m Module,
    program: &'m Program<'m>,
    row: &'r Sink,
    rows: &'r Rows<'r>,
    judge: &'r Judge<'m>,
    guards: &'r Guards<'m>,
}

/// Adds what the module does with the callables of the rows. What was found at a place before stays
/// as it is.
pub(super) fn check(module: &Module, program: &Program, rows: &Rows, findings: &mut Findings) {
    let found = mentions(module, program, &rows.all);
    let guards = Guards::new(module);
    let mut by_row: BTreeMap<usize, Vec<Reference>> = BTreeMap::new();
    for (row, reference) in found {
        by_row.entry(row).or_default().push(reference);
    }
    for (index, references) in by_row {
        let row = rows.all[index];
        let mut names: Vec<&str> = row.argument.as_deref().into_iter().collect();
        names.extend(rows.names);
        names.extend(row.callables.iter().map(String::as_str));
        let pattern = Pattern { transform: rows.transform, names: &names };
        let judge = Judge::new(module, pattern, findings.policy.exception_words);
        let scene = Scene { module, program, row, rows, judge: &judge, guards: &guards };
        for reference in references {
            let Some((range, remedy)) = remedy(&scene, &reference) else { continue };
            let known = |f: &Finding| f.transform == rows.transform && f.range == range;
            if findings.list.iter().any(known) {
                continue;
            }
            findings.list.push(Finding {
                transform: rows.transform,
                file: module.file,
                range,
                scope: module.scope_of(reference.node),
                message: (rows.message)(row, &reference.sink),
                sink: reference.sink,
                remedy,
            });
        }
    }
}

/// The mentions of the callables, each with the index of its row.
fn mentions<'t>(
    module: &'t Module,
    program: &Program,
    rows: &[&Sink],
) -> Vec<(usize, Reference<'t>)> {
    let mut spelled: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for callable in &row.callables {
            if is_method(callable) {
                let makers: Vec<&str> = row.made_by.iter().map(String::as_str).collect();
                found.extend(methods(module, callable, &makers).into_iter().map(|m| (index, m)));
            }
            for name in spellings(module, program, callable) {
                spelled.entry(name).or_insert((index, callable));
            }
        }
    }
    // A name may be imported from one of several packages: each is asked for all names.
    let names: Vec<&str> = spelled.keys().map(String::as_str).collect();
    let packages: BTreeSet<&str> = names.iter().map(|name| package(name)).collect();
    for package in packages {
        for mut reference in references(module, package, &names) {
            let Some((index, callable)) = spelled.get(&reference.sink) else { continue };
            (*callable).clone_into(&mut reference.sink);
            found.push((*index, reference));
        }
    }
    found
}

/// The part of a dotted name that the imports are looked up by: its first, with the dots of a
/// relative import.
fn package(name: &str) -> &str {
    let dots = name.len() - name.trim_start_matches('.').len();
    let end = name[dots..].find('.').map_or(name.len(), |at| dots + at);
    &name[..end]
}

/// How a callable can be spelled in a module: as it is, and relative to the module where that is in
/// the same package.
fn spellings(module: &Module, program: &Program, callable: &str) -> Vec<String> {
    let mut spelled = vec![callable.to_owned()];
    let parts: Vec<&str> = callable.split('.').collect();
    let folder = program.relative(module.file).parent();
    let folders: Vec<&str> = folder
        .into_iter()
        .flat_map(|folder| folder.components())
        .filter_map(|part| part.as_os_str().to_str())
        .collect();
    let Some(top) = folders.iter().position(|folder| *folder == parts[0]) else { return spelled };
    let own = &folders[top..];
    let shared = own.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    if shared < parts.len() {
        let dots = ".".repeat(own.len() - shared + 1);
        spelled.push(format!("{dots}{}", parts[shared..].join(".")));
    }
    spelled
}

/// What is shown and what to do about a mention of the callable.
fn remedy(scene: &Scene, reference: &Reference) -> Option<(Span, Remedy)> {
    let (module, row) = (scene.module, scene.row);
    let report = |node: Node, reason: String| Some((tree::span(node), Remedy::Report(reason)));
    let (node, shift) = match reference.usage {
        Usage::Call(call) => (call, 0),
        Usage::Partial(call) => (call, 1),
        Usage::Mention => return None,
        _ if row.kind == Kind::Safe => return None,
        _ if row.kind == Kind::Flag && row.default == sinks::Default::Safe => return None,
        _ => (reference.node, 0),
    };
    let call = Call::at(node, module.text());
    let flagged = match row.kind {
        Kind::Safe => return None,
        Kind::Flag => {
            let is_called = matches!(reference.usage, Usage::Call(_) | Usage::Partial(_));
            let of_call = call.as_ref().filter(|_| is_called);
            Some(of_call.map_or(Flagged::Open, |call| flagged(module, row, call, shift)))
        }
        Kind::Callee | Kind::Class | Kind::Report => None,
    };
    let decided = match flagged {
        Some(Flagged::Safe) => return None,
        Some(Flagged::Unsafe(decided)) => Some(decided),
        Some(Flagged::Open) | None => None,
    };
    let argument = decided.and_then(|decided| decided.argument);
    let stays = |kind: ExceptionKind, reason: String| {
        Some((tree::span(node), Remedy::Exception(Exception { kind, reason })))
    };
    let verdict = scene.judge.judge(node, argument);
    if let Verdict::Documented(reason) = verdict {
        return stays(ExceptionKind::Documented, reason);
    }
    if let Some(decides) = scene.rows.decides
        && let Some(reason) = scene.guards.of(node, decides)
    {
        return stays(ExceptionKind::Guarded, reason);
    }
    if let Some(remedy) = (scene.rows.instead)(module, scene.program, reference) {
        return Some((tree::span(node), remedy));
    }
    if let Some(Flagged::Open) = flagged {
        let name = row.argument.as_deref().unwrap_or_default();
        let why = match reference.usage {
            Usage::Call(_) | Usage::Partial(_) => "the arguments behind a star may hold it",
            _ => "it is handed on as a value, and its calls are not seen here",
        };
        return report(node, format!("{why}; see to it that `{name}={}` is passed", written(row)));
    }
    if let Some(doubt) = &reference.doubt {
        let advice = match (row.kind, &row.argument) {
            (Kind::Report, _) => row.safe.clone(),
            (Kind::Flag, Some(name)) => format!("see to `{name}` by hand"),
            _ => "see to it by hand".to_owned(),
        };
        return report(node, format!("{doubt}; {advice}"));
    }
    if row.kind == Kind::Report {
        return report(node, row.safe.clone());
    }
    if module.is_damaged_near(node) {
        return report(node, "the code around it does not parse; change it by hand".to_owned());
    }
    let (level, reason) = match verdict {
        Verdict::Silent => scene.rows.level,
        _ => (Level::Review, "the comment does not say why the data can be trusted"),
    };
    let fix = match decided {
        Some(decided) => flag(module, row, node, decided, (level, reason)),
        None => match rename(module, scene.program, reference, &row.safe) {
            Ok(ops) => Remedy::Ops(Fix::new(format!("use {}", row.safe), reason, level, ops)),
            Err(why) => Remedy::Report(why),
        },
    };
    Some((tree::span(node), fix))
}

/// What a call decides: the unsafe value, if it is written, and its whole argument.
#[derive(Clone, Copy)]
struct Decided<'t> {
    value: Option<Node<'t>>,
    argument: Option<Span>,
}

/// What a call says by the argument of a row.
#[derive(Clone, Copy)]
enum Flagged<'t> {
    /// It is safe, or the decision is made elsewhere.
    Safe,
    /// It is unsafe.
    Unsafe(Decided<'t>),
    /// It may be among the arguments that a star brings.
    Open,
}

fn flagged<'t>(module: &'t Module, row: &Sink, call: &Call<'t>, shift: usize) -> Flagged<'t> {
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
        return match row.default {
            sinks::Default::Safe => Flagged::Safe,
            sinks::Default::Unsafe if splats.open || by_position => Flagged::Open,
            sinks::Default::Unsafe => Flagged::Unsafe(Decided { value: None, argument: None }),
        };
    };
    let value = tree::unparenthesised(value);
    let is_unsafe = match &row.r#unsafe {
        // None stands for the default.
        Some(_) if value.kind() == "none" => row.default == sinks::Default::Unsafe,
        Some(text) => literal::plain_string(value, module.text()) == Some(text),
        None => literal::truth(value, module.text()) == Some(row.safe != "True"),
    };
    if is_unsafe {
        Flagged::Unsafe(Decided { value: Some(value), argument: Some(argument) })
    } else {
        Flagged::Safe
    }
}

/// The edit by which a call decides otherwise.
fn flag(
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
fn written(row: &Sink) -> String {
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
