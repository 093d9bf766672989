//! Passwords, keys and tokens that are printed or logged.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use tree_sitter::Node;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Level, Remedy};
use super::secret_names::{is_credential, kind};
use super::secret_places::named;
use super::secret_prefilter::names;
use super::secret_values::is_secret;
use super::{About, Transform};
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::{literal, tree};

/// The transform.
pub struct LoggedCredential;

static ABOUT: About = About {
    name: "logged-credential",
    level: Level::Report,
    summary: "reports passwords, keys and tokens that are printed or logged",
    codes: &[],
    literals: &[],
    asks_program_for: &[],
    confirm: may_log,
    page: include_str!("logged_credential.md"),
};

const PATTERN: Pattern = Pattern {
    transform: "logged-credential",
    names: &["secret", "password", "passphrase", "token", "credential", "api key", "api_key"],
};

/// How far behind the name of the function a credential is looked for, in bytes.
const REACH: usize = 1000;

/// The methods by which loggers write.
#[rustfmt::skip]
const LEVELS: [&str; 14] = [
    "trace", "debug", "info", "notice", "success", "warning", "warn", "error", "critical", "fatal",
    "exception", "log", "verbose", "debug_once",
];
/// The other functions and methods that write for people to read.
const OTHERS: [&str; 6] = ["print", "write", "echo", "secho", "pprint", "pp"];

/// What the names of credentials hold.
const NAMES: [&str; 7] = ["pass", "pwd", "secret", "token", "key", "credential", "auth"];

static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(NAMES.iter().chain(&LEVELS).chain(&OTHERS))
        .expect("the words are few and short")
});

/// Whether the name of a credential stands behind a call of a function that writes.
fn may_log(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut called: Option<usize> = None;
    WORDS.find_iter(text.as_ref()).any(|found| {
        if found.pattern().as_usize() >= NAMES.len() {
            let rest =
                text[found.end()..].trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
            called = Some(found.end()).filter(|_| rest.starts_with(['(', '#'])).or(called);
            return false;
        }
        called.is_some_and(|from| found.end() <= from + REACH + 64)
            && names(&text, found.start(), found.end()).into_iter().any(is_credential)
    })
}

impl Transform for LoggedCredential {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, _program: &Program, findings: &mut Findings) {
        let judge = Judge::new(module, PATTERN, findings.policy.exception_words);
        let calls = module.of_kind("call").filter_map(|node| Call::at(node, module.text()));
        for call in calls {
            let Some(name) = writer(module, &call) else { continue };
            let written = written(module, &call);
            if written.is_empty() {
                continue;
            }
            let remedy = match judge.judge(call.node, None) {
                Verdict::Documented(reason) => {
                    Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
                }
                _ => Remedy::Report(
                    "say that it is set, or what it is for, in place of its value".to_owned(),
                ),
            };
            let quoted: Vec<String> = written.iter().map(|name| format!("`{name}`")).collect();
            findings.list.push(Finding {
                transform: ABOUT.name,
                file: module.file,
                range: tree::span(call.node),
                scope: module.scope_of(call.node),
                sink: name,
                message: format!("whoever reads the output learns {}", quoted.join(", ")),
                remedy,
            });
        }
    }
}

/// The name by which a call writes for people to read, `logging.info`; `None` if it does not.
fn writer(module: &Module, call: &Call) -> Option<String> {
    const FUNCTIONS: [&str; 11] = [
        "print",
        "warnings.warn",
        "sys.stdout.write",
        "sys.stderr.write",
        "click.echo",
        "click.secho",
        "typer.echo",
        "typer.secho",
        "rich.print",
        "pprint.pprint",
        "pprint.pp",
    ];
    let last = named(module, call.function)?;
    if !LEVELS.contains(&last.as_str()) && !OTHERS.contains(&last.as_str()) {
        return None;
    }
    let resolved = module.names.resolve(call.function, module.text());
    let known = |name: &String| {
        let of_logging = ["logging.", "loguru.logger.", "absl.logging."];
        let logs = of_logging.iter().any(|module| name.starts_with(module));
        (logs && LEVELS.contains(&last.as_str())) || FUNCTIONS.contains(&name.as_str())
    };
    if let Some(name) = resolved.candidates().iter().find(|name| known(name)) {
        let is_file = call.keyword("file").is_some_and(|file| {
            let file = module.names.resolve(file.value, module.text());
            !matches!(file.single(), Some("sys.stdout" | "sys.stderr"))
        });
        return (!is_file).then(|| name.clone());
    }
    let object = call.function.child_by_field_name("object")?;
    let is_console = matches!(last.as_str(), "print" | "log")
        && named(module, object).is_some_and(|name| name.to_lowercase().ends_with("console"));
    let logs = LEVELS.contains(&last.as_str()) && is_logger(module, object);
    let object = named(module, object).unwrap_or_else(|| "logger".to_owned());
    (is_console || logs).then(|| format!("{object}.{last}"))
}

/// Whether an object is a logger by its name, or made by what returns one.
fn is_logger(module: &Module, object: Node) -> bool {
    let object = tree::unparenthesised(object);
    if object.kind() == "call" {
        let Some(function) = object.child_by_field_name("function") else { return false };
        let made =
            matches!(module.text_of(function).rsplit('.').next(), Some("getLogger" | "get_logger"));
        let inner = function.child_by_field_name("object");
        return made || inner.is_some_and(|inner| is_logger(module, inner));
    }
    let Some(name) = named(module, object) else { return false };
    let words = super::secret_names::words(&name);
    words.last().is_some_and(|word| matches!(word.as_str(), "log" | "logger" | "logging"))
}

/// The credentials whose values a call writes, each once.
fn written(module: &Module, call: &Call) -> Vec<String> {
    let mut found = Vec::new();
    let arguments = call.arguments.iter().filter(|a| {
        !matches!(a.kind, ArgumentKind::Splat | ArgumentKind::DoubleSplat)
            && !matches!(
                a.kind,
                ArgumentKind::Keyword("file" | "sep" | "end" | "flush" | "exc_info")
            )
    });
    let mut open: Vec<Node> = arguments.map(|argument| argument.value).collect();
    open.reverse();
    while let Some(node) = open.pop() {
        let mut inner = parts(module, node, &mut found, call.function.end_byte() + REACH);
        inner.reverse();
        open.append(&mut inner);
    }
    found
}

/// The parts of an expression whose values are in its text; a credential among them is noted.
fn parts<'t>(
    module: &'t Module,
    node: Node<'t>,
    found: &mut Vec<String>,
    end: usize,
) -> Vec<Node<'t>> {
    let children = || tree::children(node);
    match node.kind() {
        "identifier" | "attribute" | "subscript" => {
            note(module, node, found, end);
            Vec::new()
        }
        "call" => called(module, node, found, end),
        "interpolation" => children().into_iter().take(1).collect(),
        "string" => children().into_iter().filter(|c| c.kind() == "interpolation").collect(),
        "pair" | "named_expression" => node.child_by_field_name("value").into_iter().collect(),
        "conditional_expression" => {
            let parts = children();
            [parts.first(), parts.get(2)].into_iter().flatten().copied().collect()
        }
        "concatenated_string"
        | "binary_operator"
        | "boolean_operator"
        | "parenthesized_expression"
        | "tuple"
        | "list"
        | "set"
        | "dictionary"
        | "await" => children(),
        _ => Vec::new(),
    }
}

fn note(module: &Module, node: Node, found: &mut Vec<String>, end: usize) {
    let Some(name) = named(module, node) else { return };
    let is_value =
        node.kind() == "subscript" || node.kind() == "call" || !is_constant(module, &name);
    if is_credential(&name) && is_value && node.end_byte() <= end && !found.contains(&name) {
        found.push(name);
    }
}

/// Whether a name is that of a constant which is the name of a setting or a placeholder, not a
/// secret.
fn is_constant(module: &Module, name: &str) -> bool {
    if !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
        return false;
    }
    let value = |binding: &Binding| match &binding.kind {
        BindingKind::Assignment { value } => {
            let value = module.exact(*value, &["string"])?;
            literal::plain_string(value, module.text())
        }
        _ => None,
    };
    let is_plain = |binding: &Binding| {
        value(binding).is_some_and(|text| !kind(name).is_some_and(|kind| is_secret(kind, text)))
    };
    let scopes = module.names.scopes.iter();
    let mut bindings = scopes.filter_map(|scope| scope.bindings.get(name)).flatten().peekable();
    let is_key = ["CONF_", "ATTR_"].iter().any(|start| name.starts_with(start));
    is_key || (bindings.peek().is_some() && bindings.all(is_plain))
}

/// What of a call is in the text of its value.
fn called<'t>(
    module: &'t Module,
    node: Node<'t>,
    found: &mut Vec<String>,
    end: usize,
) -> Vec<Node<'t>> {
    let Some(call) = Call::at(node, module.text()) else { return Vec::new() };
    let function = match call.function.kind() {
        "attribute" => call.function.child_by_field_name("attribute"),
        "identifier" => Some(call.function),
        _ => None,
    };
    let object = call.function.child_by_field_name("object");
    match function.map(|function| module.text_of(function)) {
        Some("str" | "repr" | "format" | "dumps" | "pformat" | "join" | "dict" | "ascii") => {
            call.arguments.iter().map(|argument| argument.value).collect()
        }
        Some("get_secret_value" | "decode" | "encode" | "strip" | "rstrip") => {
            object.into_iter().collect()
        }
        Some("get" | "getenv" | "getattr") if is_key_written(module, &call) => {
            note(module, node, found, end);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn is_key_written(module: &Module, call: &Call) -> bool {
    let mut arguments = call.arguments.iter().take(2);
    arguments.any(|argument| literal::plain_string(argument.value, module.text()).is_some())
}
