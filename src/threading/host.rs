//! Whether a function may gain a parameter: never one whose parameters are remote input.

mod init;
mod method;

use tree_sitter::Node;

use self::method::{is_platform_method, is_responder, method_gate};
use super::Reach;
use super::decorator::{Effect, effect};
use super::gain::command::{declares_flag, refuses_option};
use super::look::Work;
use super::place::{class_of, decorators, name_of};
use super::serving::is_serving;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::remote::imports_web;

/// Whether a signature may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    /// It may.
    Open,
    /// It may not, and the safe value is written: why, and whether its parameters are remote input.
    Closed {
        /// Why.
        why: String,
        /// Whether what it receives comes from afar.
        remote: bool,
    },
    /// Nothing is changed: why.
    Report(String),
}

/// Whether a function may gain a parameter, as far as its own definition and class tell.
pub(super) fn gate(
    module: &Module,
    program: &Program,
    work: &Work,
    function: Node,
    reach: Reach,
) -> Gate {
    let closed = |why: String, remote: bool| Gate::Closed { why, remote };
    let Some(name) = name_of(module, function) else {
        return closed("it has no name".to_owned(), false);
    };
    for decorator in decorators(module, function) {
        let shown = shown(module, decorator);
        match effect(program, work, module, decorator) {
            Effect::Kept | Effect::Cut => {}
            Effect::Property => {
                return closed(format!("`{name}` is a property and takes no arguments"), false);
            }
            Effect::Remote => {
                return closed(
                    format!("`@{shown}` makes the parameters of `{name}` remote input"),
                    true,
                );
            }
            Effect::Options => {
                if let Some(why) = refuses_option(module, function) {
                    return closed(why, false);
                }
            }
            Effect::Unknown => {
                return closed(
                    format!("`@{shown}` may turn the parameters of `{name}` into remote input"),
                    false,
                );
            }
        }
    }
    if declares_flag(module, function) {
        return closed(format!("`{name}` has such an option already, under another name"), false);
    }
    if takes_request(module, function) {
        return closed(format!("`{name}` handles requests"), true);
    }
    if hands_on_locals(module, function) {
        return closed(format!("`{name}` hands on all its local variables"), false);
    }
    if let Some(why) = reserved(module, function, name) {
        return closed(why, true);
    }
    if name.starts_with("test_") || name.starts_with("pytest_") {
        return closed(format!("the parameters of `{name}` are fixtures"), false);
    }
    if let Some(why) = found_by_name(module, program, function, name) {
        return closed(why, true);
    }
    match class_of(module, function) {
        Some(class) => method_gate(module, program, work, class, name, reach),
        None => Gate::Open,
    }
}

/// A decorator as it is shown: without its arguments.
fn shown(module: &Module, decorator: Node) -> String {
    let callee = decorator.child_by_field_name("function").unwrap_or(decorator);
    module.text_of(callee).chars().take(60).collect()
}

/// Whether the first parameter is a request.
fn takes_request(module: &Module, function: Node) -> bool {
    let Some(signature) = Signature::at(function) else { return false };
    let first = signature.beyond_receiver(module.text()).first();
    first.is_some_and(|parameter| {
        let annotation = parameter.annotation.map_or("", |a| module.text_of(a));
        let last = annotation.rsplit('.').next().unwrap_or_default();
        let by_name = matches!(module.text_of(parameter.name), "request" | "websocket")
            && matches!(last, "" | "Any")
            && imports_web(module);
        by_name
            || matches!(
                last,
                "Request" | "HttpRequest" | "WSGIRequest" | "WebSocket" | "HTTPConnection"
            )
    })
}

/// Functions that a platform calls by these names.
const RESERVED: [&str; 8] = [
    "lambda_handler",
    "model_fn",
    "input_fn",
    "predict_fn",
    "output_fn",
    "transform_fn",
    "do_GET",
    "do_POST",
];

/// Why a platform calls a function by its name or the shape of its signature.
pub(super) fn reserved(module: &Module, function: Node, name: &str) -> Option<String> {
    let signature = Signature::at(function)?;
    let names: Vec<&str> = signature
        .beyond_receiver(module.text())
        .iter()
        .map(|parameter| module.text_of(parameter.name))
        .collect();
    let shapes: [&[&str]; 4] = [
        &["event", "context"],
        &["environ", "start_response"],
        &["scope", "receive", "send"],
        &["data", "context"],
    ];
    if shapes.contains(&names.as_slice()) {
        return Some(format!("`{name}` has the signature of a request handler"));
    }
    let class = class_of(module, function);
    let is_responder = class.is_some() && is_responder(name);
    let is_platform = class.is_some_and(|class| is_platform_method(module, class, name));
    (RESERVED.contains(&name) || is_responder || is_platform)
        .then(|| format!("a server calls `{name}` with what it is sent"))
}

/// Whether a function passes `locals()` on, in which a new parameter would turn up.
fn hands_on_locals(module: &Module, function: Node) -> bool {
    let own = tree::span(function);
    let is_plain = |callee: Node| matches!(module.text_of(callee), "locals" | "vars");
    module.calls_within("locals", own).chain(module.calls_within("vars", own)).any(|node| {
        node.child_by_field_name("function").is_some_and(is_plain)
            && node.child_by_field_name("arguments").is_some_and(|a| tree::children(a).is_empty())
    })
}

/// Classes whose objects are made of what is sent.
pub(super) const MESSAGES: [&str; 16] = [
    "BaseModel",
    "SQLModel",
    "Struct",
    "Schema",
    "ModelSchema",
    "Serializer",
    "ModelSerializer",
    "Form",
    "ModelForm",
    "FlaskForm",
    "GenericModel",
    "BaseForm",
    "Message",
    "Document",
    "RootModel",
    "TypedDict",
];

/// Why whoever sends a name may find a function by it, in a program that hears from others: its module
/// is looked up by names, or its class looks up its own methods.
fn found_by_name(module: &Module, program: &Program, function: Node, name: &str) -> Option<String> {
    if name.starts_with('_') || !is_serving(program) {
        return None;
    }
    let text = module.text();
    let Some(class) = class_of(module, function) else {
        let lookups = ["globals()[", "globals().get", "sys.modules[__name__]"];
        let is_searched = lookups.iter().any(|lookup| text.contains(lookup));
        return (is_searched || is_imported_by_name(program, module))
            .then(|| format!("`{name}` is found by its name in its module"));
    };
    let (ancestry, _) = program.ancestry(Program::definition_at(module.file, class));
    let searches = ancestry.iter().any(|class| {
        let Some(member) = program.module(class.file) else { return true };
        let calls = member.module.calls_within("getattr", class.span);
        calls.into_iter().any(|call| {
            let list = call.child_by_field_name("arguments").map(tree::children);
            let list = list.unwrap_or_default();
            let first = list.first().map_or("", |first| member.module.text_of(*first));
            matches!(first, "self" | "cls") && list.get(1).is_some_and(|key| key.kind() != "string")
        })
    });
    searches.then(|| format!("`{name}` is found by its name in its object"))
}

/// Whether a program imports modules by names that are not written there, among which this one may
/// be.
fn is_imported_by_name(program: &Program, module: &Module) -> bool {
    let path = program.relative(module.file).with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let around = parts.len().checked_sub(2).map(|at| parts[at].as_str());
    program.modules_holding(&["import_module("], &[]).iter().any(|member| {
        let importing = &member.module;
        importing.calls_named("import_module").any(|call| {
            let list = call.child_by_field_name("arguments").map(tree::children);
            let first = list.unwrap_or_default().first().copied();
            let Some(first) = first.filter(|first| {
                crate::python::literal::plain_string(*first, importing.text()).is_none()
            }) else {
                return false;
            };
            let text = importing.text_of(first);
            // `f"tools.{name}"`, `"tools." + name`: the beginning tells the package.
            let begun = text.trim_start_matches(['f', 'F', '"', '\'']);
            let package = begun.split(['{', '"', '\'']).next().unwrap_or_default();
            let package = package.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
            let is_plain = !text.contains(['"', '\'']);
            // A name of which nothing is written may come from a configuration as well.
            around == Some(package) || ((is_plain || package.is_empty()) && imports_web(importing))
        })
    })
}

/// The last name of a base, `Module` for `nn.Module[int]`.
pub(super) fn last_name(module: &Module, base: Node) -> String {
    let base = match base.kind() {
        "subscript" => base.child_by_field_name("value").unwrap_or(base),
        _ => base,
    };
    module.text_of(base).rsplit('.').next().unwrap_or_default().trim().to_owned()
}
