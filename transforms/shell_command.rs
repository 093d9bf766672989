//! Commands that a shell reads: `shell=True`, `os.system`, `os.popen` and their relatives.

use std::sync::LazyLock;

use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Level, Remedy, ShellRequest};
use super::own;
use super::prefilter::{self, Wanted};
use super::reference::{Reference, Usage, references};
use super::shell_indirect::{self, SHELLS};
use super::sinks::{self, Kind};
use super::splat::splats;
use super::{About, Transform};
use crate::plan::op::Anchor;
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// The transform.
pub struct ShellCommand;

static ABOUT: About = About {
    name: "shell-command",
    level: Level::Auto,
    summary: "runs argument lists, or constant scripts, where a shell read a command",
    codes: &["B602", "B604", "B605", "B607", "S602", "S604", "S605"],
    literals: &[
        "subprocess",
        "system",
        "popen",
        "getoutput",
        "getstatusoutput",
        "execl",
        "execv",
        "spawnl",
        "spawnv",
        "posix_spawn",
        "exec_command",
        "BashOperator",
    ],
    asks_program_for: &[],
    confirm: |bytes| {
        WANTED.iter().any(|wanted| prefilter::may_refer(bytes, wanted))
            || shell_indirect::may_hold_methods(bytes)
    },
    page: include_str!("shell_command.md"),
};

/// The packages whose callables run commands.
const PACKAGES: [&str; 5] = ["asyncio", "commands", "os", "popen2", "subprocess"];

static SINKS: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let kinds = [Kind::Flag, Kind::Callee, Kind::Report];
    let of = |package| (package, sinks::callables("shell-command", &kinds, package));
    PACKAGES.into_iter().map(of).collect()
});
static WANTED: LazyLock<Vec<Wanted>> =
    LazyLock::new(|| SINKS.iter().map(|(package, names)| Wanted::new(package, names)).collect());
const PATTERN: Pattern = Pattern {
    transform: "shell-command",
    names: &["shell", "os.system", "os.popen", "subprocess"],
};

impl Transform for ShellCommand {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let judge = Judge::new(module, PATTERN, findings.policy.exception_words);
        for (package, names) in SINKS.iter() {
            for reference in references(module, package, names) {
                findings.list.extend(of_reference(module, &judge, &reference));
                if sinks::row(ABOUT.name, &reference.sink).is_some_and(|row| row.kind == Kind::Flag)
                {
                    findings.list.extend(handed(module, &judge, &reference));
                }
            }
        }
        for (node, name, advice) in shell_indirect::methods(module) {
            let remedy = held(&judge, node, advice);
            findings.list.push(finding(module, node, name, Kind::Callee, remedy));
        }
        own::check(module, program, ABOUT.name, findings);
    }
}

fn of_reference(module: &Module, judge: &Judge, reference: &Reference) -> Option<Finding> {
    let row = sinks::row(ABOUT.name, &reference.sink)?;
    let (range, remedy) = match (reference.usage, row.kind) {
        (Usage::Call(node), Kind::Flag) => {
            (tree::span(node), of_flag(module, judge, reference, node)?)
        }
        (Usage::Call(node), Kind::Callee) => {
            (tree::span(node), of_callee(module, judge, reference, node)?)
        }
        (Usage::Partial(node), Kind::Flag) => {
            let call = Call::at(node, module.text())?;
            call.keyword("shell").filter(|argument| is_true(module, argument.value))?;
            let reason = "the call that runs the command is put together elsewhere; hand it a list, without `shell=True`";
            (tree::span(node), held(judge, node, reason))
        }
        (Usage::Call(node), _) if shell_indirect::is_starter(&reference.sink) => {
            let call = Call::at(node, module.text())?;
            let advice = shell_indirect::of_words(module, &call)?;
            return Some(finding(
                module,
                node,
                &reference.sink,
                Kind::Flag,
                held(judge, node, advice),
            ));
        }
        (_, Kind::Report) if shell_indirect::is_starter(&reference.sink) => return None,
        (Usage::Call(node), _) => (tree::span(node), held(judge, node, &row.safe)),
        (Usage::Partial(_) | Usage::HandedOn | Usage::Value, Kind::Callee | Kind::Report) => {
            let reason = "it is handed on as a value, and its calls are not seen here; use `subprocess.call` with a list";
            (tree::span(reference.node), held(judge, reference.node, reason))
        }
        _ => return None,
    };
    Some(Finding {
        transform: ABOUT.name,
        file: module.file,
        range,
        scope: module.scope_of(reference.node),
        sink: reference.sink.clone(),
        message: message(&reference.sink, row.kind),
        remedy,
    })
}

/// Calls that make a callable run a shell though they do not name it.
fn handed(module: &Module, judge: &Judge, found: &Reference) -> Vec<Finding> {
    let reason =
        "it is called by way of something else; call it here, with a list and without a shell";
    let calls = shell_indirect::handed(module, found).into_iter();
    calls
        .map(|node| finding(module, node, &found.sink, Kind::Flag, held(judge, node, reason)))
        .collect()
}

fn finding(module: &Module, node: Node, sink: &str, kind: Kind, remedy: Remedy) -> Finding {
    Finding {
        transform: ABOUT.name,
        file: module.file,
        range: tree::span(node),
        scope: module.scope_of(node),
        sink: sink.to_owned(),
        message: message(sink, kind),
        remedy,
    }
}

fn message(sink: &str, kind: Kind) -> String {
    let what = if kind == Kind::Flag { "a shell" } else { sink };
    let what = if kind == Kind::Flag { what.to_owned() } else { format!("`{what}`") };
    format!("{what} reads the command, and so any value in it, as code")
}

fn is_true(module: &Module, value: Node) -> bool {
    literal::truth(value, module.text()) == Some(true)
}

/// What stays for a person, or for the reason that the author gives.
fn held(judge: &Judge, node: Node, reason: &str) -> Remedy {
    match judge.judge(node, None) {
        Verdict::Documented(reason) => {
            Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
        }
        _ => Remedy::Report(reason.to_owned()),
    }
}

/// A call of subprocess: it matters whether it asks for a shell.
fn of_flag(module: &Module, judge: &Judge, found: &Reference, node: Node) -> Option<Remedy> {
    let call = Call::at(node, module.text())?;
    let splats = splats(module, &call);
    let entry = splats.entries.iter().find(|(name, ..)| *name == "shell");
    let keyword = call.keyword("shell").map(|argument| (argument.value, tree::span(argument.node)));
    let by_position =
        call.positional(8).map(|argument| (argument.value, tree::span(argument.node)));
    let shell = keyword.or(entry.map(|(_, value, whole)| (*value, *whole)));
    let Some((value, whole)) = shell.or(by_position) else {
        if shell_indirect::shell_in_variable(module, &call).is_some() {
            let reason = "a dictionary that is handed on asks for the shell; hand over a list, and take `shell` from it";
            return Some(held(judge, node, reason));
        }
        if starts_shell(module, &call) {
            return Some(request(module, judge, found, &call, None));
        }
        return shell_indirect::of_words(module, &call).map(|reason| held(judge, node, reason));
    };
    match literal::truth(value, module.text()) {
        Some(false) => {
            starts_shell(module, &call).then(|| request(module, judge, found, &call, Some(whole)))
        }
        Some(true) if shell.is_some() => Some(request(module, judge, found, &call, Some(whole))),
        Some(true) => Some(held(
            judge,
            node,
            "`shell` is handed over by position; hand over a list and False",
        )),
        None => Some(held(
            judge,
            node,
            "whether a shell runs the command is decided elsewhere; hand over a list, and no `shell`",
        )),
    }
}

/// Whether a list starts a shell on a text that is put together here.
fn starts_shell(module: &Module, call: &Call) -> bool {
    let Some(command) = call.keyword("args").or_else(|| call.positional(0)) else { return false };
    let list = tree::unparenthesised(command.value);
    if !matches!(list.kind(), "list" | "tuple") {
        return false;
    }
    let elements = tree::children(list);
    let plain = |node: &Node| literal::plain_string(*node, module.text()).map(str::to_owned);
    let is_shell = elements
        .first()
        .and_then(plain)
        .is_some_and(|shell| SHELLS.contains(&shell.rsplit('/').next().unwrap_or(&shell)));
    let Some(script) = script_place(&elements, &plain).and_then(|at| elements.get(at)) else {
        return false;
    };
    is_shell && shell_indirect::is_made(module, *script)
}

/// The place of the script in a list that starts a shell: behind its options, the last of which is
/// `-c`.
pub fn script_place(elements: &[Node], plain: &dyn Fn(&Node) -> Option<String>) -> Option<usize> {
    for (at, element) in elements.iter().enumerate().skip(1) {
        let option = plain(element)?;
        if option.starts_with('-') && option.ends_with('c') {
            return Some(at + 1);
        }
        if !option.starts_with('-') && option != "pipefail" {
            return None;
        }
    }
    None
}

fn of_callee(module: &Module, judge: &Judge, found: &Reference, node: Node) -> Option<Remedy> {
    let call = Call::at(node, module.text())?;
    Some(request(module, judge, found, &call, None))
}

/// The command of a call is to become a list.
fn request(
    module: &Module,
    judge: &Judge,
    found: &Reference,
    call: &Call,
    shell: Option<Span>,
) -> Remedy {
    let verdict = judge.judge(call.node, shell);
    if let Verdict::Documented(reason) = verdict {
        return Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason });
    }
    if let Some(doubt) = &found.doubt {
        return Remedy::Report(format!("{doubt}; hand over a list if it is `{}`", found.sink));
    }
    if module.is_damaged_near(call.node) {
        return Remedy::Report(
            "the code around it does not parse; hand over a list by hand".to_owned(),
        );
    }
    let names = ["args", "command", "cmd"];
    let command = names.iter().find_map(|name| call.keyword(name));
    let command = command.or_else(|| call.positional(0));
    let Some(command) = command else {
        return Remedy::Report("the command may be among the arguments behind stars".to_owned());
    };
    Remedy::Shell(ShellRequest {
        call: Anchor { file: module.file, range: tree::span(call.node) },
        command: tree::span(command.value),
        callee: found.sink.clone(),
        doubt: match verdict {
            Verdict::Wish(_) => "the comment does not say why the values can be trusted".to_owned(),
            _ => String::new(),
        },
    })
}
