//! `ruamel.yaml`: its old functions, and `YAML(typ="unsafe")`.

use super::exception::Verdict;
use super::finding::{Exception, ExceptionKind, Fix, Level, Remedy};
use super::reference::{Reference, Usage};
use super::sinks::{Kind, Sink};
use super::yaml_load::{Scene, argument};
use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The place of an unsafe call and what to do about it.
pub(super) fn remedy(scene: &Scene, found: &Reference, sink: &Sink) -> Option<(Span, Remedy)> {
    let module = scene.module;
    let Usage::Call(node) = found.usage else { return None };
    let call = Call::at(node, module.text())?;
    let span = tree::span(node);
    if sink.kind == Kind::Report {
        let loader = argument(&call, sink, 0);
        if loader.is_some_and(|l| module.text_of(l.value).contains("Safe")) {
            return None;
        }
        return Some((span, Remedy::Report(sink.safe.clone())));
    }
    let typ = argument(&call, sink, 0)?;
    if literal::plain_string(typ.value, module.text()) != sink.r#unsafe.as_deref() {
        return None;
    }
    let verdict = scene.judge.judge(node, Some(tree::span(typ.node)));
    if let Verdict::Documented(reason) = verdict {
        let exception = Exception { kind: ExceptionKind::Documented, reason };
        return Some((span, Remedy::Exception(exception)));
    }
    let text = module.text_of(typ.value).replace("unsafe", &sink.safe);
    let fix = Fix {
        title: "write typ=\"safe\"".to_owned(),
        reason: "objects of the program's own classes are no longer made".to_owned(),
        level: Level::Review,
        ops: vec![Op::ReplaceExpression {
            at: Anchor { file: module.file, range: tree::span(typ.value) },
            pieces: vec![Piece::text(text)],
        }],
        group: None,
        proof: Vec::new(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    };
    Some((span, Remedy::Ops(fix)))
}
