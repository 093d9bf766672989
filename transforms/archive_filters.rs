//! Filters for tar archives that let everything through.

use tree_sitter::Node;

use super::archive::{ABOUT, LEVEL, MESSAGE, NAMES};
use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Fix, Remedy};
use super::reference::references;
use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;

/// The filter that does nothing.
const TRUSTING: &str = "tarfile.fully_trusted_filter";
/// What takes a filter.
const UNPACKERS: [&str; 3] = ["extractall", "extract", "unpack_archive"];

/// Adds the calls that unpack with a filter that lets everything through: the one that is made for
/// it, or a lambda that returns its member as it is.
pub(super) fn check(module: &Module, findings: &mut Findings) {
    let pattern = Pattern { transform: ABOUT.name, names: NAMES };
    let judge = Judge::new(module, pattern, findings.policy.exception_words);
    let add = |value: Node, remedy: Remedy, findings: &mut Findings| {
        let Some(call) = unpacks(module, value) else { return };
        let remedy = match judge.judge(call, module.parent(value).map(tree::span)) {
            Verdict::Documented(reason) => {
                Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
            }
            _ => remedy,
        };
        findings.list.push(finding(module, call, remedy));
    };
    for found in references(module, "tarfile", &[TRUSTING]) {
        let remedy = match &found.doubt {
            Some(doubt) => Remedy::Report(format!("{doubt}; pass `filter=\"data\"`")),
            None => replaced(module, found.node),
        };
        add(found.node, remedy, findings);
    }
    for lambda in module.of_kind("lambda").filter(|lambda| returns_its_first(module, *lambda)) {
        let reason = "the filter lets every member through; pass `filter=\"data\"`";
        add(lambda, Remedy::Report(reason.to_owned()), findings);
    }
}

fn finding(module: &Module, call: Node, remedy: Remedy) -> Finding {
    Finding {
        transform: ABOUT.name,
        file: module.file,
        range: tree::span(call),
        scope: module.scope_of(call),
        sink: "tarfile.TarFile.extractall".to_owned(),
        message: MESSAGE.to_owned(),
        remedy,
    }
}

/// The call that unpacks with a value as its `filter`.
fn unpacks<'t>(module: &'t Module, value: Node<'t>) -> Option<Node<'t>> {
    let keyword = module.parent(value).filter(|around| around.kind() == "keyword_argument")?;
    let name = keyword.child_by_field_name("name")?;
    let call = module.parent(module.parent(keyword)?)?;
    let function = Call::at(call, module.text())?.function;
    let last = module.text_of(function).rsplit('.').next()?;
    (module.text_of(name) == "filter" && UNPACKERS.contains(&last)).then_some(call)
}

fn replaced(module: &Module, value: Node) -> Remedy {
    let at = Anchor { file: module.file, range: tree::span(value) };
    let op = Op::ReplaceExpression { at, pieces: vec![Piece::text("\"data\"".to_owned())] };
    let (level, reason) = LEVEL;
    Remedy::Ops(Fix::new("write filter=\"data\"".to_owned(), reason, level, vec![op]))
}

/// `lambda member, path: member`
fn returns_its_first(module: &Module, lambda: Node) -> bool {
    let part = |name: &str| lambda.child_by_field_name(name);
    let (Some(parameters), Some(body)) = (part("parameters"), part("body")) else { return false };
    let parameters = tree::children(parameters);
    let [first, _] = parameters.as_slice() else { return false };
    body.kind() == "identifier" && module.text_of(*first) == module.text_of(body)
}
