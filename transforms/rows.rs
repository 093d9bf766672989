//! Looks for what rows of the table name, in the ways that all rows have in common: the built-in
//! ones of transforms that need no more, and those of a project's configuration.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy};
use super::guard::{Decides, Guards};
use super::method::{is_method, methods};
use super::reference::{Reference, Usage, references};
use super::rename::rename;
use super::row_flags::{Flagged, flag, flagged, written};
use super::sinks::{self, Kind, Sink};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;
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
    let known = findings.list.iter().filter(|finding| finding.transform == rows.transform);
    let mut known: BTreeSet<Span> = known.map(|finding| finding.range).collect();
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
            if !known.insert(range) {
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
    let is_called = matches!(reference.usage, Usage::Call(_) | Usage::Partial(_));
    let (node, shift) = match reference.usage {
        Usage::Call(call) => (call, 0),
        Usage::Partial(call) => (call, 1),
        Usage::Mention => return None,
        _ => (reference.node, 0),
    };
    let flagged = match row.kind {
        Kind::Safe => return None,
        Kind::Flag if !is_called && row.default == sinks::Default::Safe => return None,
        Kind::Flag => {
            let call = Call::at(node, module.text()).filter(|_| is_called);
            Some(call.map_or(Flagged::Open, |call| flagged(module, row, &call, shift)))
        }
        Kind::Callee | Kind::Class | Kind::Report => None,
    };
    if matches!(flagged, Some(Flagged::Safe)) {
        return None;
    }
    let argument = flagged.as_ref().and_then(Flagged::argument);
    let verdict = scene.judge.judge(node, argument);
    let known = exception(scene, node, &verdict)
        .or_else(|| (scene.rows.instead)(module, scene.program, reference))
        .or_else(|| by_hand(scene, reference, node, flagged.as_ref()).map(Remedy::Report));
    if let Some(remedy) = known {
        return Some((tree::span(node), remedy));
    }
    let (level, reason) = match verdict {
        Verdict::Silent => scene.rows.level,
        _ => (Level::Review, "the comment does not say why the data can be trusted"),
    };
    let fix = match flagged {
        Some(Flagged::Unsafe(decided)) => flag(module, row, node, decided, (level, reason)),
        _ => match rename(module, scene.program, reference, &row.safe) {
            Ok(ops) => Remedy::Ops(Fix::new(format!("use {}", row.safe), reason, level, ops)),
            Err(why) => Remedy::Report(why),
        },
    };
    Some((tree::span(node), fix))
}

/// Why a mention may stay: its comment says so, or a condition around it is the user's decision.
fn exception(scene: &Scene, node: Node, verdict: &Verdict) -> Option<Remedy> {
    let stays = |kind, reason| Some(Remedy::Exception(Exception { kind, reason }));
    if let Verdict::Documented(reason) = verdict {
        return stays(ExceptionKind::Documented, reason.clone());
    }
    let reason = scene.guards.of(node, scene.rows.decides?)?;
    stays(ExceptionKind::Guarded, reason)
}

/// What a person has to do, where no edit can be sure.
fn by_hand(
    scene: &Scene,
    reference: &Reference,
    node: Node,
    flagged: Option<&Flagged>,
) -> Option<String> {
    let row = scene.row;
    match flagged {
        Some(Flagged::Open) => {
            let name = row.argument.as_deref().unwrap_or_default();
            let why = match reference.usage {
                Usage::Call(_) | Usage::Partial(_) => "the arguments behind a star may hold it",
                _ => "it is handed on as a value, and its calls are not seen here",
            };
            return Some(format!("{why}; see to it that `{name}={}` is passed", written(row)));
        }
        Some(Flagged::Elsewhere(why)) => return Some(why.clone()),
        _ => {}
    }
    if let Some(doubt) = &reference.doubt {
        let advice = match (row.kind, &row.argument) {
            (Kind::Report, _) => row.safe.clone(),
            (Kind::Flag, Some(name)) => format!("see to `{name}` by hand"),
            _ => "see to it by hand".to_owned(),
        };
        return Some(format!("{doubt}; {advice}"));
    }
    if row.kind == Kind::Report {
        return Some(row.safe.clone());
    }
    let damaged = scene.module.is_damaged_near(node);
    damaged.then(|| "the code around it does not parse; change it by hand".to_owned())
}
