//! Callables of a project's own that are unsafe as those of the table are: rows of its
//! configuration.

use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{
    Decision, Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy, ThreadPlace,
    ThreadRequest,
};
use super::numpy_load::DATA;
use super::reference::{Reference, Usage, references};
use super::sinks::{self, Kind, Sink};
use super::splat::splats;
use super::trust_remote_code::{REMOTE_CODE, REPOSITORY};
use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// Adds what a module does with the callables that the project's rows for a transform name.
pub(super) fn check(module: &Module, transform: &'static str, findings: &mut Findings) {
    let rows: Vec<Sink> =
        findings.policy.sinks.iter().filter(|row| row.transform == transform).cloned().collect();
    for row in &rows {
        let mut names: Vec<&str> = row.argument.as_deref().into_iter().collect();
        names.extend(row.callables.iter().map(String::as_str));
        let pattern = Pattern { transform, names: &names };
        let judge = Judge::new(module, pattern, findings.policy.exception_words);
        for callable in &row.callables {
            let package = callable.split('.').next().unwrap_or(callable);
            for reference in references(module, package, &[callable]) {
                let Some((range, remedy)) = remedy(module, &judge, row, &reference) else {
                    continue;
                };
                let known = |f: &Finding| f.transform == transform && f.range == range;
                if findings.list.iter().any(known) {
                    continue;
                }
                findings.list.push(Finding {
                    transform,
                    file: module.file,
                    range,
                    scope: module.scope_of(reference.node),
                    sink: reference.sink,
                    message: format!("`{callable}` is unsafe as the project's configuration says"),
                    remedy,
                });
            }
        }
    }
}

/// What is shown and what to do about a mention of the callable.
fn remedy(
    module: &Module,
    judge: &Judge,
    row: &Sink,
    reference: &Reference,
) -> Option<(Span, Remedy)> {
    let report = |node: Node, reason: String| Some((tree::span(node), Remedy::Report(reason)));
    let (node, shift) = match reference.usage {
        Usage::Call(call) => (call, 0),
        Usage::Partial(call) => (call, 1),
        Usage::Mention => return None,
        _ if row.kind == Kind::Safe || row.kind == Kind::Flag => return None,
        _ => (reference.node, 0),
    };
    let call = Call::at(node, module.text());
    let decided = match row.kind {
        Kind::Safe => return None,
        Kind::Flag => Some(decided(module, row, call.as_ref()?, shift)?),
        Kind::Callee | Kind::Class | Kind::Report => None,
    };
    let argument = decided.and_then(|decided| decided.argument);
    let verdict = judge.judge(node, argument);
    if let Verdict::Documented(reason) = verdict {
        let exception = Exception { kind: ExceptionKind::Documented, reason };
        return Some((tree::span(node), Remedy::Exception(exception)));
    }
    let Some(decided) = decided else {
        let advice = match row.kind {
            Kind::Report => row.safe.clone(),
            _ => format!("use `{}` in its place", row.safe),
        };
        return report(node, advice);
    };
    if let Some(doubt) = &reference.doubt {
        return report(node, format!("{doubt}; see to it by hand"));
    }
    if module.is_damaged_near(node) {
        return report(node, "the code around it does not parse; change it by hand".to_owned());
    }
    let level = if verdict == Verdict::Silent { Level::Auto } else { Level::Review };
    let reason = if level == Level::Auto { "" } else { "the comment does not say why it is safe" };
    Some((tree::span(node), fix(module, row, node, decided, level, reason)))
}

/// What a call decides: the unsafe value, if it is written, and its whole argument.
#[derive(Clone, Copy)]
struct Decided<'t> {
    value: Option<Node<'t>>,
    argument: Option<Span>,
}

/// The unsafe decision of a call; `None` if it is safe or made elsewhere.
fn decided<'t>(
    module: &'t Module,
    row: &Sink,
    call: &Call<'t>,
    shift: usize,
) -> Option<Decided<'t>> {
    let name = row.argument.as_deref()?;
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
        let is_unsafe = row.default == sinks::Default::Unsafe && !splats.open;
        return is_unsafe.then_some(Decided { value: None, argument: None });
    };
    let value = tree::unparenthesised(value);
    let is_unsafe = match &row.r#unsafe {
        Some(text) => literal::plain_string(value, module.text()) == Some(text),
        None => literal::truth(value, module.text()) == Some(row.safe != "True"),
    };
    is_unsafe.then_some(Decided { value: Some(value), argument: Some(argument) })
}

fn fix(
    module: &Module,
    row: &Sink,
    call: Node,
    decided: Decided,
    level: Level,
    reason: &str,
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
        let decision = decision(&row.transform, &name);
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
            let text = if row.r#unsafe.is_some() { format!("\"{safe}\"") } else { safe.to_owned() };
            Op::SetArgument { call: at(call), name: name.clone(), value: vec![Piece::text(text)] }
        }
    };
    let title = match &op {
        Op::DropArgument { .. } => format!("drop {name}"),
        _ => format!("write {name}={safe}"),
    };
    let reason = reason.to_owned();
    Remedy::Ops(Fix {
        title,
        reason,
        level,
        ops: vec![op],
        group: None,
        proof: Vec::new(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    })
}

/// Another string in the quotes of a literal.
fn requoted(literal: &str, text: &str) -> String {
    let quote = if literal.ends_with('\'') { '\'' } else { '"' };
    format!("{quote}{text}{quote}")
}

/// The decision that a row of a transform is about.
fn decision(transform: &str, argument: &str) -> &'static Decision {
    match (transform, argument) {
        (_, "trust_repo") => &REPOSITORY,
        ("numpy-load", _) => &DATA,
        _ => &REMOTE_CODE,
    }
}
