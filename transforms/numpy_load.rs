//! `numpy.load` with `allow_pickle=True`, which runs any code that the file holds.

use std::cell::OnceCell;
use std::sync::LazyLock;

use tree_sitter::Node;

use super::decisions::Given;
use super::exception::{Judge, Pattern, Verdict};
use super::finding::{
    Decision, Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy, ThreadPlace,
    ThreadRequest,
};
use super::guard::Guards;
use super::numpy_splat::{Holders, lookup_default};
use super::own;
use super::prefilter::{self, Wanted};
use super::reference::{Reference, Usage, references};
use super::sinks::{self, Kind, Sink};
use super::splat::splats;
use super::trust_guard::decides_data;
use super::trust_values::callee;
use super::{About, Transform};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The transform.
pub struct NumpyLoad;

static ABOUT: About = About {
    name: "numpy-load",
    level: Level::Auto,
    summary: "hands a hardcoded `allow_pickle=True` of `numpy.load` back to the caller, default False",
    codes: &[],
    literals: &["numpy"],
    asks_program_for: &[DATA.parameter],
    confirm: may_unpickle,
    page: include_str!("numpy_load.md"),
};

/// Whether a data file may be unpickled.
pub static DATA: Decision = Decision {
    parameter: "trust_data",
    renamable: true,
    argument: "allow_pickle",
    safe: "False",
    annotation: "bool",
    documentation: "Whether the file is trusted: unpickling it can run code.",
    help: "Unpickle data files. Only for sources you trust.",
};

static SINKS: LazyLock<Vec<&str>> =
    LazyLock::new(|| sinks::callables(ABOUT.name, &[Kind::Flag], "numpy"));
static WANTED: LazyLock<Wanted> = LazyLock::new(|| Wanted::new("numpy", &SINKS));
pub(super) const PATTERN: Pattern =
    Pattern { transform: "numpy-load", names: &["allow_pickle", "numpy.load", "np.load"] };
const MESSAGE: &str = "`allow_pickle=True` unpickles the file, which runs any code that it holds";

/// The argument is written out, or given by position as a literal.
fn may_unpickle(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    (holds("allow_pickle") || holds("load") || holds("read_array") || holds("NpzFile"))
        && prefilter::may_refer(bytes, &WANTED)
}

impl Transform for NumpyLoad {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let scene = Scene {
            module,
            judge: Judge::new(module, PATTERN, findings.policy.exception_words),
            guards: Guards::new(module),
            holders: OnceCell::new(),
        };
        let mut defaults = Vec::new();
        for reference in references(module, "numpy", &SINKS) {
            let Some(sink) = sinks::row(ABOUT.name, &reference.sink) else { continue };
            let (Usage::Call(node) | Usage::Partial(node)) = reference.usage else { continue };
            let Some((node, remedy)) = remedy(&scene, &reference, node, sink) else { continue };
            if node.kind() != "call" {
                // One default may feed several calls.
                if defaults.contains(&node.id()) {
                    continue;
                }
                defaults.push(node.id());
            }
            findings.list.push(Finding {
                transform: ABOUT.name,
                file: module.file,
                range: tree::span(node),
                scope: module.scope_of(reference.node),
                sink: reference.sink,
                message: MESSAGE.to_owned(),
                remedy,
            });
        }
        own::check(module, program, ABOUT.name, findings);
    }
}

struct Scene<'m> {
    module: &'m Module,
    judge: Judge<'m>,
    guards: Guards<'m>,
    holders: OnceCell<Holders<'m>>,
}

/// What is to be shown and what to do about it.
fn remedy<'t>(
    scene: &Scene<'t>,
    reference: &Reference<'t>,
    node: Node<'t>,
    sink: &Sink,
) -> Option<(Node<'t>, Remedy)> {
    let module = scene.module;
    let call = Call::at(node, module.text())?;
    let Some((value, whole)) = argument(module, &call, reference, sink) else {
        return splatted(scene, &call);
    };
    let named = tree::unparenthesised(value);
    if named.kind() == "identifier" {
        return fed(scene, named);
    }
    if let Some((leaf, whole)) = lookup_default(module, named) {
        return Some(looked_up(scene, reference, node, (leaf, whole)));
    }
    let leaf = true_value(module, value)?;
    let verdict = scene.judge.judge(node, Some(whole));
    if let Verdict::Documented(reason) = verdict {
        let exception = Exception { kind: ExceptionKind::Documented, reason };
        return Some((node, Remedy::Exception(exception)));
    }
    if let Some(reason) = scene.guards.of(leaf, decides_data) {
        let exception = Exception { kind: ExceptionKind::Guarded, reason };
        return Some((node, Remedy::Exception(exception)));
    }
    if let Some(doubt) = &reference.doubt {
        let reason = format!("{doubt}; let the caller decide if it is `{}`", reference.sink);
        return Some((node, Remedy::Report(reason)));
    }
    if module.is_damaged_near(node) {
        let reason = "the code around it does not parse; let the caller decide `allow_pickle`";
        return Some((node, Remedy::Report(reason.to_owned())));
    }
    let (level, reason) = judged(&verdict);
    let at = Anchor { file: module.file, range: tree::span(leaf) };
    let request = ThreadRequest {
        place: ThreadPlace::Value { at, target: None },
        decision: &DATA,
        level,
        reason: reason.to_owned(),
    };
    Some((node, Remedy::Thread(request)))
}

/// `numpy.load(path, **options)`, where the options hold the argument.
fn splatted<'t>(scene: &Scene<'t>, call: &Call<'t>) -> Option<(Node<'t>, Remedy)> {
    let module = scene.module;
    if !call.has(ArgumentKind::DoubleSplat) {
        return None;
    }
    let value = scene.holders.get_or_init(|| Holders::new(module)).of(module, call)?;
    let verdicts = [scene.judge.judge(call.node, None), scene.judge.judge(value, None)];
    for verdict in verdicts {
        if let Verdict::Documented(reason) = verdict {
            let exception = Exception { kind: ExceptionKind::Documented, reason };
            return Some((call.node, Remedy::Exception(exception)));
        }
    }
    let guards = [scene.guards.of(call.node, decides_data), scene.guards.of(value, decides_data)];
    if let Some(reason) = guards.into_iter().flatten().next() {
        let exception = Exception { kind: ExceptionKind::Guarded, reason };
        return Some((call.node, Remedy::Exception(exception)));
    }
    let reason = format!(
        "the arguments behind `**` hold `allow_pickle=True`, from line {}; let the caller decide",
        module.lines.of(value.start_byte()) + 1
    );
    Some((call.node, Remedy::Report(reason)))
}

/// `allow_pickle=kwargs.pop("allow_pickle", True)`: the default becomes safe.
fn looked_up<'t>(
    scene: &Scene<'t>,
    reference: &Reference,
    node: Node<'t>,
    (leaf, whole): (Node, Span),
) -> (Node<'t>, Remedy) {
    let verdict = scene.judge.judge(node, Some(whole));
    if let Verdict::Documented(reason) = verdict {
        let exception = Exception { kind: ExceptionKind::Documented, reason };
        return (node, Remedy::Exception(exception));
    }
    if let Some(doubt) = &reference.doubt {
        let reason = format!("{doubt}; make the default False if it is `{}`", reference.sink);
        return (node, Remedy::Report(reason));
    }
    if scene.module.is_damaged_near(node) {
        let reason = "the code around it does not parse; make the default False";
        return (node, Remedy::Report(reason.to_owned()));
    }
    let (level, reason) = judged(&verdict);
    let at = Anchor { file: scene.module.file, range: tree::span(leaf) };
    let fix = Fix {
        title: "make the default of allow_pickle False".to_owned(),
        reason: reason.to_owned(),
        level,
        ops: vec![Op::ReplaceExpression { at, pieces: vec![Piece::text(DATA.safe)] }],
        group: None,
        proof: Vec::new(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    };
    (node, Remedy::Ops(fix))
}

fn judged(verdict: &Verdict) -> (Level, &'static str) {
    match verdict {
        Verdict::Wish(_) => (Level::Review, "the comment does not say why the data can be trusted"),
        _ => (Level::Auto, ""),
    }
}

/// The finding of a true value that a call gives a function of the program by position.
pub(super) fn by_position(
    module: &Module,
    judge: &Judge,
    guards: &Guards,
    given: &Given,
) -> Option<Finding> {
    let leaf = true_value(module, given.argument)?;
    let verdict = judge.judge(given.call, Some(tree::span(given.argument)));
    let remedy = if let Verdict::Documented(reason) = verdict {
        Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
    } else if let Some(reason) = guards.of(leaf, decides_data) {
        Remedy::Exception(Exception { kind: ExceptionKind::Guarded, reason })
    } else if module.is_damaged_near(given.call) {
        let reason = format!(
            "the code around it does not parse; let the caller decide `{}`",
            given.parameter
        );
        Remedy::Report(reason)
    } else {
        let (level, reason) = judged(&verdict);
        let at = Anchor { file: module.file, range: tree::span(leaf) };
        let place = ThreadPlace::Value { at, target: None };
        let reason = reason.to_owned();
        Remedy::Thread(ThreadRequest { place, decision: &DATA, level, reason })
    };
    Some(Finding {
        transform: ABOUT.name,
        file: module.file,
        range: tree::span(given.call),
        scope: module.scope_of(given.call),
        sink: callee(module, given.call),
        message: format!(
            "`{}=True` lets the file be unpickled, which runs any code that it holds",
            given.parameter
        ),
        remedy,
    })
}

/// The value that decides and the whole argument, wherever it is written.
fn argument<'t>(
    module: &'t Module,
    call: &Call<'t>,
    reference: &Reference,
    sink: &Sink,
) -> Option<(Node<'t>, Span)> {
    let name = sink.argument.as_deref()?;
    if let Some(keyword) = call.keyword(name) {
        return Some((keyword.value, tree::span(keyword.node)));
    }
    let shift = usize::from(matches!(reference.usage, Usage::Partial(_)));
    if let Some(positional) = sink.position.and_then(|at| call.positional(at + shift)) {
        return Some((positional.value, tree::span(positional.node)));
    }
    let splats = splats(module, call);
    let entry = splats.entries.iter().find(|(entry, ..)| *entry == name);
    entry.map(|(_, value, whole)| (*value, *whole))
}

/// The literal in a value that makes it true.
fn true_value<'t>(module: &Module, value: Node<'t>) -> Option<Node<'t>> {
    let value = tree::unparenthesised(value);
    if literal::truth(value, module.text()) == Some(true) {
        return Some(value);
    }
    super::trust_values::leaves(value, module.text()).first().copied()
}

/// A value that is a name: of a parameter whose default is true, or of a constant.
fn fed<'t>(scene: &Scene<'t>, name: Node<'t>) -> Option<(Node<'t>, Remedy)> {
    let module = scene.module;
    let scope = module.names.scope_at(name.start_byte());
    let bindings = module.names.bindings(module.text_of(name), scope);
    if let Some(super::trust_sinks::Form::Report(reason)) =
        super::trust_values::constant(module, name)
    {
        let call = module.ancestors(name).find(|around| around.kind() == "call")?;
        if let Verdict::Documented(reason) = scene.judge.judge(call, None) {
            let exception = Exception { kind: ExceptionKind::Documented, reason };
            return Some((call, Remedy::Exception(exception)));
        }
        return Some((call, Remedy::Report(reason)));
    }
    let parameter = bindings.iter().find(|b| matches!(b.kind, BindingKind::Parameter))?;
    let parameter = module.parent(module.nodes().covering(parameter.span)?)?;
    let default = parameter.child_by_field_name("value")?;
    if literal::truth(default, module.text()) != Some(true) {
        return None;
    }
    let verdict = scene.judge.judge(parameter, Some(tree::span(parameter)));
    if let Verdict::Documented(reason) = verdict {
        let exception = Exception { kind: ExceptionKind::Documented, reason };
        return Some((parameter, Remedy::Exception(exception)));
    }
    if module.is_damaged_near(parameter) {
        let reason = "the code around it does not parse; make the default False";
        return Some((parameter, Remedy::Report(reason.to_owned())));
    }
    let (level, reason) = judged(&verdict);
    let is_plain = matches!(module.text_of(name), "allow_pickle" | "trust_data");
    let (level, reason) = if is_plain {
        (level, reason)
    } else {
        (Level::Review, "the name does not say that it is about unpickling")
    };
    let at = Anchor { file: module.file, range: tree::span(tree::unparenthesised(default)) };
    if let Some(function) = module.parent(module.parent(parameter)?)
        && function.kind() == "function_definition"
    {
        let place = ThreadPlace::Default {
            at,
            function: tree::span(function),
            parameter: module.text_of(name).to_owned(),
        };
        let reason = reason.to_owned();
        let request = ThreadRequest { place, decision: &DATA, level, reason };
        return Some((parameter, Remedy::Thread(request)));
    }
    let op = Op::ReplaceExpression { at, pieces: vec![Piece::text(DATA.safe)] };
    Some((
        parameter,
        Remedy::Ops(Fix {
            title: format!("make the default of {} False", module.text_of(name)),
            reason: reason.to_owned(),
            level,
            ops: vec![op],
            group: None,
            proof: Vec::new(),
            chain: None,
            offers: Vec::new(),
            alternatives: Vec::new(),
        }),
    ))
}
