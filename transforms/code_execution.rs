//! `eval` and `exec`, which run a text as code.

use std::sync::LazyLock;

use tree_sitter::Node;

use super::eval_text::{Meant, meant};
use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy};
use super::guard::Guards;
use super::method::methods;
use super::prefilter;
use super::reference::{Reference, Usage, references, usage};
use super::sinks::{self, Kind, Sink};
use super::trust_guard::decides_code;
use super::{About, Transform, eval_advice, own};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::layout::new_import;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::{literal, tree};
use crate::workspace::source::Piece;

/// The transform.
pub struct CodeExecution;

static ABOUT: About = About {
    name: "code-execution",
    level: Level::Review,
    summary: "reads literals with `ast.literal_eval` instead of `eval`; reports the rest",
    codes: &["B307", "B102", "S307", "S102"],
    literals: &["eval", "exec", "compile", "query", "code", "logging.config"],
    asks_program_for: &[],
    confirm: may_run,
    page: include_str!("code_execution.md"),
};

pub(super) const PATTERN: Pattern =
    Pattern { transform: ABOUT.name, names: &["eval", "exec", "compile("] };

/// The functions that are there without an import.
const BUILTINS: [&str; 3] = ["eval", "exec", "compile"];

static ROWS: LazyLock<Vec<&Sink>> = LazyLock::new(|| sinks::of(ABOUT.name).collect());

fn may_run(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let called = |name: &str| prefilter::holds_word(bytes, name);
    BUILTINS.iter().any(|name| called(name))
        || (holds("pandas") && (called("query") || called("eval")))
        || (holds("code") && (holds("Interactive") || called("interact")))
        || (holds("logging") && called("listen"))
}

impl Transform for CodeExecution {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let scene = Scene {
            module,
            program,
            judge: Judge::new(module, PATTERN, findings.policy.exception_words),
            guards: Guards::new(module),
        };
        for found in mentions(module) {
            let Some((node, remedy)) = remedy(&scene, &found) else { continue };
            findings.list.push(Finding {
                transform: ABOUT.name,
                file: module.file,
                range: tree::span(node),
                scope: module.scope_of(found.node),
                message: message(&found.sink),
                sink: found.sink,
                remedy,
            });
        }
        own::check(module, program, ABOUT.name, findings);
    }
}

fn message(sink: &str) -> String {
    match sink {
        "compile" => "`compile` makes code of a text, which whoever runs it runs".to_owned(),
        _ => format!("`{sink}` runs a text as code"),
    }
}

/// What is worked out once for a module.
struct Scene<'m> {
    module: &'m Module,
    program: &'m Program<'m>,
    judge: Judge<'m>,
    guards: Guards<'m>,
}

/// The mentions of the builtins and of what the rows name, in the order of the text.
fn mentions(module: &Module) -> Vec<Reference<'_>> {
    let mut found: Vec<Reference> = Vec::new();
    for name in BUILTINS {
        let own = module.names.named(name, module.text());
        found.extend(own.filter_map(|used| {
            if module.names.binding_scope(name, used.scope).is_some() {
                return None;
            }
            let node = module.exact(used.span, &["identifier"])?;
            let usage = usage(module, node);
            let doubt = None;
            Some(Reference {
                node,
                sink: name.to_owned(),
                base: name,
                scope: used.scope,
                doubt,
                usage,
            })
        }));
        for mut one in references(module, "builtins", &[&format!("builtins.{name}")]) {
            name.clone_into(&mut one.sink);
            found.push(one);
        }
    }
    for package in ["pandas", "code", "logging"] {
        let names = sinks::callables(ABOUT.name, &[Kind::Report], package);
        found.extend(references(module, package, &names));
    }
    for row in ROWS.iter() {
        let makers: Vec<&str> = row.made_by.iter().map(String::as_str).collect();
        let of_objects = row.callables.iter().filter(|name| super::method::is_method(name));
        found.extend(of_objects.flat_map(|name| methods(module, name, &makers)));
    }
    found.sort_by_key(|found| tree::span(found.node));
    found
}

/// The place of a mention and what to do about it.
fn remedy<'t>(scene: &Scene<'t>, found: &Reference<'t>) -> Option<(Node<'t>, Remedy)> {
    let module = scene.module;
    let node = match found.usage {
        Usage::Call(node) => node,
        Usage::Mention => return None,
        // `re.compile` by another name is none, and nothing runs where code is only made.
        _ if found.sink == "compile" => return None,
        _ => found.node,
    };
    let stays = |kind: ExceptionKind, reason: String| {
        Some((node, Remedy::Exception(Exception { kind, reason })))
    };
    let call = Call::at(node, module.text()).filter(|_| matches!(found.usage, Usage::Call(_)));
    if let Some(call) = &call
        && let Some(reason) = constant(module, call)
    {
        // What takes a constant pattern of code is no place where a text runs.
        let runs = matches!(found.sink.as_str(), "eval" | "exec");
        return if runs { stays(ExceptionKind::Constant, reason) } else { None };
    }
    if found.sink == "compile" && !makes_code(module, call.as_ref()?) {
        return None;
    }
    let verdict = scene.judge.judge(node, None);
    if let Verdict::Documented(reason) = verdict {
        return stays(ExceptionKind::Documented, reason);
    }
    if let Some(reason) = scene.guards.of(node, decides_code) {
        return stays(ExceptionKind::Guarded, reason);
    }
    let report = |reason: String| Some((node, Remedy::Report(reason)));
    if found.sink != "eval" || found.doubt.is_some() {
        let row = sinks::row(ABOUT.name, &found.sink);
        return report(row.map_or_else(
            || eval_advice::of_exec(module, found, call.as_ref()),
            |row| row.safe.clone(),
        ));
    }
    match meant(module, scene.program, found, call.as_ref()) {
        Meant::Literal(proof) => {
            let fix = fix(module, found, proof, &verdict);
            Some((node, fix.map_or_else(Remedy::Report, Remedy::Ops)))
        }
        Meant::Else(reason) => report(reason),
    }
}

/// Why a call runs only what its author wrote.
fn constant(module: &Module, call: &Call) -> Option<String> {
    let text = tree::unparenthesised(call.positional(0)?.value);
    let is_text = matches!(text.kind(), "string" | "concatenated_string");
    (is_text && literal::is_literal(text, module.text()))
        .then(|| "the text is a constant".to_owned())
}

/// Whether it is the builtin that is called with a source, a file name and a mode, on a source that
/// is a text.
fn makes_code(module: &Module, call: &Call) -> bool {
    let has_mode = call.arguments.len() >= 3;
    let source = call.positional(0).or(call.keyword("source"));
    let is_tree = source.is_some_and(|source| {
        let text = module.text_of(source.value);
        text.contains("ast.") || text.ends_with("tree") || text.ends_with("node")
    });
    has_mode && !is_tree && !is_run_at_once(module, call.node)
}

/// Whether the code is handed to `eval` or `exec` directly, which is a finding already.
fn is_run_at_once(module: &Module, node: Node) -> bool {
    let list = module.parent(node).filter(|list| list.kind() == "argument_list");
    let around = list.and_then(|list| module.parent(list));
    let callee = around.and_then(|call| call.child_by_field_name("function"));
    callee.is_some_and(|callee| matches!(module.text_of(callee), "eval" | "exec"))
}

/// The edits by which `ast.literal_eval` takes the place of `eval`; `Err` says why that has to be
/// done by hand.
fn fix(
    module: &Module,
    found: &Reference,
    proof: Vec<String>,
    verdict: &Verdict,
) -> Result<Fix, String> {
    if module.is_damaged_near(found.node) {
        return Err("the code around it does not parse; call `ast.literal_eval` by hand".to_owned());
    }
    let start = found.node.start_byte();
    let is_there = |name: Option<&str>, bound_as: &str| {
        new_import::is_there(module, &new_import::Import { module: "ast", name, bound_as }, start)
    };
    let at = Anchor { file: module.file, range: tree::span(found.node) };
    let (callee, import) = if is_there(Some("literal_eval"), "literal_eval") {
        ("literal_eval", None)
    } else if is_there(None, "ast") {
        ("ast.literal_eval", None)
    } else {
        if !can_import(module, found.scope) {
            return Err("the name `ast` means something else here; call `ast.literal_eval` under another name".to_owned());
        }
        let import = Op::EnsureImport {
            at: at.clone(),
            module: "ast".to_owned(),
            name: None,
            bound_as: "ast".to_owned(),
        };
        ("ast.literal_eval", Some(import))
    };
    let replace = Op::ReplaceExpression { at, pieces: vec![Piece::text(callee)] };
    let reason = match verdict {
        Verdict::Wish(_) => "the comment does not say why the text can be trusted",
        _ => "a text that is no literal raises ValueError now",
    };
    let ops = std::iter::once(replace).chain(import).collect();
    let fix = Fix::new("read the literal with ast.literal_eval", reason, Level::Review, ops);
    Ok(Fix { proof, ..fix })
}

/// Whether `import ast` at the top of the module is seen in a scope.
fn can_import(module: &Module, scope: usize) -> bool {
    let is_import =
        |b: &Binding| matches!(&b.kind, BindingKind::Import { target, .. } if target == "ast");
    let has_star = module.names.scopes.iter().any(|scope| !scope.stars.is_empty());
    match module.names.binding_scope("ast", scope) {
        None => !has_star,
        Some(0) => module.names.bindings("ast", 0).iter().all(is_import),
        Some(_) => false,
    }
}
