//! Decisions to run the code that comes with a checkpoint, made on behalf of everyone.

use super::decisions::Given;
use super::exception::{Judge, Pattern, Verdict};
use super::finding::{
    Decision, Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy, ThreadPlace,
    ThreadRequest,
};
use super::guard::Guards;
use super::own;
use super::trust_answer::line_before;
use super::trust_guard::decides_code;
use super::trust_sinks::{Form, Sink, push, sinks};
use super::trust_values::callee;
use super::{About, Transform};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;

/// The transform.
pub struct TrustRemoteCode;

static ABOUT: About = About {
    name: "trust-remote-code",
    level: Level::Auto,
    summary: "hands a hardcoded `trust_remote_code=True` back to the caller, default False",
    codes: &["B615"],
    literals: &["trust_remote_code", "trust-remote-code", "trust_repo"],
    asks_program_for: &[],
    confirm: may_trust,
    page: include_str!("trust_remote_code.md"),
};

/// Whether a checkpoint's own code is run.
pub static REMOTE_CODE: Decision = Decision {
    parameter: "trust_remote_code",
    renamable: false,
    argument: "trust_remote_code",
    safe: "False",
    annotation: "bool",
    documentation: "Whether to run code shipped with the checkpoint.",
    help: "Run code shipped with the checkpoint. Only for sources you trust.",
};

/// Whether a repository's code is run without asking.
pub static REPOSITORY: Decision = Decision {
    parameter: "trust_repo",
    renamable: false,
    argument: "trust_repo",
    safe: "False",
    annotation: "bool",
    documentation: "Whether to run the repository's code without asking.",
    help: "Run the repository's code without asking. Only for sources you trust.",
};

pub(super) const PATTERN: Pattern = Pattern {
    transform: "trust-remote-code",
    names: &["trust_remote_code", "trust-remote-code", "trust_repo"],
};

/// Whether the decision can be made in a file that holds its name: something in it is true.
fn may_trust(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let texts = ["True", "store_false", "\"true\"", "'true'"];
    texts.iter().any(|text| holds(text)) || ABOUT.literals.iter().any(|name| is_set(bytes, name))
}

/// Whether a digit other than 0 stands near behind the name: `=1`, `= 0x1`, on the next line too.
fn is_set(bytes: &[u8], name: &str) -> bool {
    memchr::memmem::find_iter(bytes, name).any(|at| {
        let mut behind = bytes[at + name.len()..].iter().take(NEAR);
        behind.any(|byte| matches!(byte, b'1'..=b'9'))
    })
}

/// Bytes within which a value stands behind its name, comments between them included.
const NEAR: usize = 400;

impl Transform for TrustRemoteCode {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let scene = Scene {
            module,
            judge: Judge::new(module, PATTERN, findings.policy.exception_words),
            guards: Guards::new(module),
        };
        findings.list.extend(sinks(module).into_iter().map(|sink| finding(&scene, sink)));
        own::check(module, program, ABOUT.name, findings);
    }
}

/// The findings of values that calls give functions of the program by position.
pub(super) fn by_position<'t>(
    module: &'t Module,
    judge: Judge<'t>,
    guards: Guards<'t>,
    decision: &'static Decision,
    given: &[Given<'t>],
) -> Vec<Finding> {
    let scene = Scene { module, judge, guards };
    let mut found = Vec::new();
    for given in given {
        let sink = Sink {
            node: given.call,
            commented: given.call,
            argument: tree::span(given.argument),
            value: given.argument,
            name: callee(module, given.call),
            decision,
            form: Form::Value { target: None },
        };
        push(module, &mut found, given.argument, &sink);
    }
    found.into_iter().map(|sink| finding(&scene, sink)).collect()
}

fn finding(scene: &Scene, sink: Sink) -> Finding {
    let module = scene.module;
    Finding {
        transform: ABOUT.name,
        file: module.file,
        range: tree::span(sink.node),
        scope: module.scope_of(sink.node),
        message: message(&sink),
        remedy: remedy(scene, &sink),
        sink: sink.name,
    }
}

struct Scene<'m> {
    module: &'m Module,
    judge: Judge<'m>,
    guards: Guards<'m>,
}

fn message(sink: &Sink) -> String {
    let argument = sink.decision.argument;
    match sink.form {
        Form::Drop { .. } => {
            format!("`{argument}` is of no use here: remote code is gone from this library")
        }
        Form::Default { .. } => format!(
            "`{argument}` is true by default, which runs code of others for everyone who says nothing"
        ),
        _ if argument == REPOSITORY.argument => {
            "`trust_repo=True` runs a repository's code without asking anybody".to_owned()
        }
        _ => "`trust_remote_code=True` runs code that comes with the checkpoint, and nobody was asked"
            .to_owned(),
    }
}

fn remedy(scene: &Scene, sink: &Sink) -> Remedy {
    let module = scene.module;
    let verdict = scene.judge.judge(sink.commented, Some(sink.argument));
    if let Verdict::Documented(reason) = verdict {
        return Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason });
    }
    if let Some(reason) = scene.guards.of(sink.value, decides_code) {
        return Remedy::Exception(Exception { kind: ExceptionKind::Guarded, reason });
    }
    if let Form::Report(reason) = &sink.form {
        return Remedy::Report(reason.clone());
    }
    if module.is_damaged_near(sink.node) {
        return Remedy::Report(format!(
            "the code around it does not parse; let the caller decide `{}` by hand",
            sink.decision.argument
        ));
    }
    let asked_in = line_before(module, sink.value).map(|line| {
        format!("line {line} depends on what somebody answers; say in a comment if that is to trust the code")
    });
    let (level, reason) = match (verdict, &asked_in) {
        (_, Some(reason)) => (Level::Review, reason.as_str()),
        (Verdict::Wish(_), _) => {
            (Level::Review, "the comment does not say why the code can be trusted")
        }
        _ => (Level::Auto, ""),
    };
    let at = |node| Anchor { file: module.file, range: tree::span(node) };
    let fix = |title: String, op: Op, level: Level, reason: &str| {
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
    };
    let place = match &sink.form {
        Form::Value { target } => ThreadPlace::Value { at: at(sink.value), target: *target },
        Form::Local { statement } => ThreadPlace::Local { at: at(*statement) },
        Form::Default { shared } if let Some(parameter) = parameter_of(module, sink) => {
            let (level, reason) = match shared {
                Some(doubt) => (Level::Review, doubt.clone()),
                None => (level, reason.to_owned()),
            };
            return Remedy::Thread(ThreadRequest {
                place: parameter,
                decision: sink.decision,
                level,
                reason,
            });
        }
        Form::Default { shared } => {
            let pieces = vec![Piece::text(sink.decision.safe)];
            let op = Op::ReplaceExpression { at: at(sink.value), pieces };
            let title = format!("make the default of {} {}", sink.decision.argument, "False");
            return match shared {
                Some(doubt) => fix(title, op, Level::Review, doubt),
                None => fix(title, op, level, reason),
            };
        }
        Form::Drop { call } => {
            let op = Op::DropArgument { call: at(*call), argument: sink.argument };
            return fix(format!("drop {}", sink.decision.argument), op, level, reason);
        }
        Form::Report(_) => unreachable!("it was returned above"),
    };
    Remedy::Thread(ThreadRequest {
        place,
        decision: sink.decision,
        level,
        reason: reason.to_owned(),
    })
}

/// The place of a default that a function definition gives a parameter; `None` if it declares a flag
/// or field, or is a lambda's.
fn parameter_of(module: &Module, sink: &Sink) -> Option<ThreadPlace> {
    let value = sink.node.child_by_field_name("value").map(tree::unparenthesised)?;
    let name = sink.node.child_by_field_name("name")?;
    let is_parameter = matches!(sink.node.kind(), "default_parameter" | "typed_default_parameter");
    if !is_parameter || value.id() != sink.value.id() {
        return None;
    }
    let function = module.parent(module.parent(sink.node)?)?;
    (function.kind() == "function_definition").then(|| ThreadPlace::Default {
        at: Anchor { file: module.file, range: tree::span(sink.value) },
        function: tree::span(function),
        parameter: module.text_of(name).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_which_nothing_is_true_are_not_parsed() {
        for text in ["f(trust_remote_code=True)", "d = {'trust_remote_code': 1}", "f(a, True)"] {
            assert!(may_trust(text.as_bytes()), "{text}");
        }
        assert!(!may_trust(b"f(trust_remote_code=args.trust_remote_code)\nf(trust_remote_code=0)"));
    }
}
