//! `torch.load` without `weights_only=True`, which runs any code that the file holds.

use std::sync::LazyLock;

use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy};
use super::guard::Guards;
use super::own;
use super::prefilter::{self, Wanted};
use super::reference::{Reference, Usage, references};
use super::row_flags::by_name;
use super::sinks::{self, Kind, Sink};
use super::splat::splats;
use super::{About, Transform};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::layout::new_import;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The transform.
pub struct TorchLoad;

static ABOUT: About = About {
    name: "torch-load",
    level: Level::Auto,
    summary: "writes `weights_only=True` in `torch.load`",
    codes: &["B614"],
    literals: &["torch"],
    asks_program_for: &[],
    confirm: |bytes| prefilter::may_refer(bytes, &WANTED),
    page: include_str!("torch_load.md"),
};

static SINKS: LazyLock<Vec<&str>> =
    LazyLock::new(|| sinks::callables("torch-load", &[Kind::Flag], "torch"));
static WANTED: LazyLock<Wanted> =
    LazyLock::new(|| Wanted { decided_by: Some("weights_only"), ..Wanted::new("torch", &SINKS) });
const PATTERN: Pattern =
    Pattern { transform: "torch-load", names: &["weights_only", "torch.load"] };
const MESSAGE: &str = "`torch.load` unpickles the file, which runs any code that it holds";

impl Transform for TorchLoad {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let scene = Scene {
            module,
            judge: Judge::new(module, PATTERN, findings.policy.exception_words),
            guards: Guards::new(module),
        };
        for reference in references(module, "torch", &SINKS) {
            let Some(sink) = sinks::row(ABOUT.name, &reference.sink) else { continue };
            let Some(remedy) = remedy(&scene, &reference, sink) else { continue };
            let range = match reference.usage {
                Usage::Call(call) | Usage::Partial(call) => tree::span(call),
                _ => tree::span(reference.node),
            };
            findings.list.push(Finding {
                transform: ABOUT.name,
                file: module.file,
                range,
                scope: module.scope_of(reference.node),
                sink: reference.sink,
                message: MESSAGE.to_owned(),
                remedy,
            });
        }
        own::check(module, program, ABOUT.name, findings);
    }
}

/// What is worked out once for a module.
struct Scene<'m> {
    module: &'m Module,
    judge: Judge<'m>,
    guards: Guards<'m>,
}

fn remedy(scene: &Scene, reference: &Reference, sink: &Sink) -> Option<Remedy> {
    let module = scene.module;
    let report = |reason: &str| Some(Remedy::Report(reason.to_owned()));
    if let (Usage::HandedOn | Usage::Value, Verdict::Documented(reason)) =
        (reference.usage, scene.judge.judge(reference.node, None))
    {
        return Some(Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason }));
    }
    let node = match reference.usage {
        Usage::Call(node) | Usage::Partial(node) => node,
        Usage::HandedOn => return handed_on(module, reference),
        Usage::Value => {
            return report(
                "`torch.load` is kept as a value, and its calls are not seen here; pass `weights_only=True` in each of them",
            );
        }
        Usage::Mention => return None,
    };
    let outer = module.parent(node).filter(|_| matches!(reference.usage, Usage::Partial(_)));
    if outer.is_some_and(|outer| matches!(outer.kind(), "call" | "argument_list")) {
        return report(
            "the partial call is called or handed on at once, so that others may pass `weights_only`; see to it that it is True",
        );
    }
    let call = Call::at(node, module.text())?;
    let splats = splats(module, &call);
    let keyword = call.keyword("weights_only").map(|a| (a.value, tree::span(a.node)));
    let entry = splats.entries.iter().find(|(name, ..)| *name == "weights_only");
    let is_false = |value: Node| literal::truth(value, module.text()) == Some(false);
    let mut elsewhere = None;
    let unsafe_argument = match keyword.or(entry.map(|(_, value, whole)| (*value, *whole))) {
        None => None,
        Some((value, whole)) if is_false(value) => Some(Unsafe { value, whole }),
        // True is safe, and so is a decision of whoever calls.
        Some((value, _)) => {
            elsewhere = Some(by_name(module, value, "True", is_false)?);
            None
        }
    };
    let whole = unsafe_argument.as_ref().map(|found| found.whole);
    let verdict = scene.judge.judge(node, whole);
    if let Verdict::Documented(reason) = verdict {
        return Some(Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason }));
    }
    if let Some(reason) = scene.guards.of(node, allows_unsafe) {
        return Some(Remedy::Exception(Exception { kind: ExceptionKind::Guarded, reason }));
    }
    if let Some(reason) = elsewhere {
        return Some(Remedy::Report(reason));
    }
    if let Some(doubt) = &reference.doubt {
        return Some(Remedy::Report(format!(
            "{doubt}; pass `weights_only=True` if it is `torch.load`"
        )));
    }
    if splats.open && (unsafe_argument.is_none() || keyword.is_none()) {
        return report(
            "the arguments behind `**` may hold `weights_only` already; see to it that it is True",
        );
    }
    let excluded = sink.excludes.iter().find(|(name, position)| {
        call.keyword(name).is_some()
            || call.positional(**position).is_some()
            || splats.entries.iter().any(|(entry, ..)| entry == name)
    });
    if let Some((name, _)) = excluded {
        return Some(Remedy::Report(format!(
            "`weights_only=True` cannot be used with `{name}`; drop it if the files are plain checkpoints"
        )));
    }
    if module.is_damaged_near(node) {
        return report("the code around it does not parse; write `weights_only=True` by hand");
    }
    let mut fix = fix(module, node, unsafe_argument.as_ref(), &verdict);
    if let Some(line) = written_here(module, &call) {
        fix.level = Level::Review;
        fix.reason = format!(
            "line {line} of this function writes what is loaded; if it is more than tensors, say so in a comment"
        );
    }
    Some(Remedy::Ops(fix))
}

/// The 1-based line in which the function that loads writes the same buffer first:
/// `torch.save(model, buffer)` / `buffer.seek(0)` / `torch.load(buffer)`.
fn written_here(module: &Module, call: &Call) -> Option<usize> {
    let buffer = call.positional(0).or(call.keyword("f"))?.value;
    if buffer.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(buffer);
    let scope = module.names.scope_at(buffer.start_byte());
    let [binding] = module.names.bindings(name, scope) else { return None };
    let bound = module.statement_at(binding.span)?;
    let made = module.calls_within("BytesIO", tree::span(bound)).next()?;
    Call::at(made, module.text()).filter(|made| made.arguments.is_empty())?;
    let bound_in = module.names.binding_scope(name, scope)?;
    let uses = module.names.uses_of(name, bound_in, module.text());
    let before = uses.into_iter().filter(|used| used.start < call.node.start_byte());
    before
        .filter_map(|used| module.parent(module.parent(module.nodes().covering(used)?)?))
        .filter_map(|written| Call::at(written, module.text()))
        .find(|written| {
            let name = module.names.resolve(written.function, module.text());
            name.single() == Some("torch.save")
        })
        .map(|written| module.lines.of(written.node.start_byte()) + 1)
}

/// A `weights_only` that is false.
struct Unsafe<'t> {
    value: Node<'t>,
    whole: Span,
}

fn fix(module: &Module, node: Node, found: Option<&Unsafe>, verdict: &Verdict) -> Fix {
    let op = match found {
        Some(found) => Op::ReplaceExpression {
            at: Anchor { file: module.file, range: tree::span(tree::unparenthesised(found.value)) },
            pieces: vec![Piece::text("True")],
        },
        None => Op::SetArgument {
            call: Anchor { file: module.file, range: tree::span(node) },
            name: "weights_only".to_owned(),
            value: vec![Piece::text("True")],
        },
    };
    let (level, reason) = match verdict {
        Verdict::Wish(_) => (Level::Review, "the comment does not say why the data can be trusted"),
        _ => (Level::Auto, ""),
    };
    Fix {
        title: "write weights_only=True".to_owned(),
        reason: reason.to_owned(),
        level,
        ops: vec![op],
        group: None,
        proof: Vec::new(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    }
}

/// `pool.submit(torch.load, path, weights_only=False)`: the call that it is handed to may decide.
fn handed_on(module: &Module, reference: &Reference) -> Option<Remedy> {
    let list = module.parent(reference.node).filter(|list| list.kind() == "argument_list");
    let receiver = list.and_then(|list| module.parent(list));
    let call = receiver.and_then(|receiver| Call::at(receiver, module.text()));
    let Some(argument) = call.as_ref().and_then(|call| call.keyword("weights_only")) else {
        return Some(by_reference(module, reference));
    };
    if literal::truth(argument.value, module.text()) != Some(false) {
        return None;
    }
    if reference.doubt.is_some() || module.is_damaged_near(reference.node) {
        return Some(Remedy::Report(
            "`weights_only=False` is handed on with the function; pass True if it is `torch.load`"
                .to_owned(),
        ));
    }
    let found = Unsafe { value: argument.value, whole: tree::span(argument.node) };
    Some(Remedy::Ops(Fix {
        level: Level::Review,
        reason: "the argument is handed on with the function".to_owned(),
        ..fix(module, reference.node, Some(&found), &Verdict::Silent)
    }))
}

/// Where `torch.load` is handed on, a partial call of it can be.
fn by_reference(module: &Module, reference: &Reference) -> Remedy {
    let node = reference.node;
    let at = Anchor { file: module.file, range: tree::span(node) };
    let is_there = |name: Option<&str>, bound_as: &str| {
        let import = new_import::Import { module: "functools", name, bound_as };
        new_import::is_there(module, &import, node.start_byte())
    };
    let (callee, import) = if is_there(Some("partial"), "partial") {
        ("partial", None)
    } else {
        let import = Op::EnsureImport {
            at: at.clone(),
            module: "functools".to_owned(),
            name: None,
            bound_as: "functools".to_owned(),
        };
        ("functools.partial", Some(import))
    };
    // An import at the top of the module is seen here unless something nearer hides it.
    let names = &module.names;
    let is_import = |b: &Binding| matches!(&b.kind, BindingKind::Import { target, .. } if target == "functools");
    let is_free = import.is_none()
        || is_there(None, "functools")
        || match names.binding_scope("functools", reference.scope) {
            None => true,
            Some(0) => names.bindings("functools", 0).iter().all(is_import),
            Some(_) => false,
        };
    if reference.doubt.is_some() || !is_free || module.is_damaged_near(node) {
        return Remedy::Report(format!(
            "`{0}` is handed on as a value; hand on `functools.partial({0}, weights_only=True)`",
            module.text_of(node)
        ));
    }
    let pieces = vec![
        Piece::text(format!("{callee}(")),
        Piece::Original(tree::span(node)),
        Piece::text(", weights_only=True)"),
    ];
    let ops = std::iter::once(Op::ReplaceExpression { at, pieces }).chain(import);
    Remedy::Ops(Fix {
        title: format!("hand on {callee}({}, weights_only=True)", module.text_of(node)),
        reason: "who calls it may pass the argument too".to_owned(),
        level: Level::Review,
        ops: ops.collect(),
        group: None,
        proof: Vec::new(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    })
}

/// Whether a plain name, or the negation of one, says that the data is trusted where it holds.
fn allows_unsafe(module: &Module, condition: Node, holds: bool) -> bool {
    let inner = tree::unparenthesised(condition);
    match inner.kind() {
        "not_operator" => tree::children(inner)
            .first()
            .is_some_and(|negated| allows_unsafe(module, *negated, !holds)),
        "identifier" | "attribute" => {
            let name = module.text_of(inner).rsplit('.').next().unwrap_or_default();
            let word = |words: &[&str]| words.iter().any(|word| name.contains(word));
            if holds {
                word(&["trust", "unsafe"]) && !name.contains("untrust")
            } else {
                word(&["weights_only", "untrusted"])
            }
        }
        _ => false,
    }
}
