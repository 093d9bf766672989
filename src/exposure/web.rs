//! What a request to a server runs: functions that a decorator publishes, methods of classes that
//! answer requests.

use tree_sitter::Node;

use super::Exposure;
use super::graph::Entry;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::hierarchy::base_expressions;
use crate::program::types::class_around;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::decorators;
use crate::python::{literal, tree};
use crate::transforms::remote::ROUTES;

/// Packages by which a program answers requests.
const SERVERS: [&str; 36] = [
    "aiohttp",
    "bentoml",
    "blacksheep",
    "bottle",
    "chalice",
    "cherrypy",
    "connexion",
    "django",
    "esmerald",
    "falcon",
    "fastapi",
    "fastmcp",
    "flask",
    "flask_restful",
    "flask_restplus",
    "flask_restx",
    "flask_socketio",
    "gradio",
    "http",
    "kserve",
    "litestar",
    "litserve",
    "mcp",
    "microdot",
    "nicegui",
    "ninja",
    "pyramid",
    "quart",
    "rest_framework",
    "robyn",
    "sanic",
    "socketio",
    "socketserver",
    "starlette",
    "tornado",
    "ts",
];

/// Verbs of HTTP, as decorators and methods spell them.
const VERBS: [&str; 8] = ["get", "post", "put", "delete", "patch", "head", "options", "trace"];

/// Last names of other decorators that publish a function, with the packages of which a module must
/// import one.
const PUBLISHERS: [(&str, &[&str]); 17] = [
    ("action", &["rest_framework"]),
    ("after_request", &["flask", "quart"]),
    ("api", &["bentoml"]),
    ("api_view", &["rest_framework"]),
    ("before_app_request", &["flask", "quart"]),
    ("before_request", &["flask", "quart", "bottle"]),
    ("errorhandler", &["flask", "quart"]),
    ("event", &["socketio", "flask_socketio"]),
    ("exception_handler", &["fastapi", "starlette", "sanic"]),
    ("expose", &["cherrypy"]),
    ("middleware", &["fastapi", "starlette", "aiohttp", "sanic", "django"]),
    ("on", &["socketio", "flask_socketio"]),
    ("operation", &["ninja"]),
    ("prompt", &["mcp", "fastmcp"]),
    ("resource", &["mcp", "fastmcp"]),
    ("tool", &["mcp", "fastmcp"]),
    ("view_config", &["pyramid"]),
];

/// How the names of the classes end that answer requests.
const HANDLERS: [&str; 9] = [
    "Handler",
    "View",
    "ViewSet",
    "Resource",
    "Endpoint",
    "Controller",
    "LitAPI",
    "Model",
    "Consumer",
];

/// Methods that such classes run for a request, beside those that are named after the verbs.
const METHODS: [&str; 22] = [
    "create",
    "decode_request",
    "destroy",
    "dispatch",
    "encode_response",
    "form_valid",
    "get_context_data",
    "get_queryset",
    "handle",
    "inference",
    "initialize",
    "list",
    "on_message",
    "on_receive",
    "partial_update",
    "postprocess",
    "predict",
    "prepare",
    "preprocess",
    "receive",
    "retrieve",
    "update",
];

/// How a request runs a function, if it does.
pub(super) fn entry(program: &Program, function: Definition) -> Option<Entry> {
    let member = program.module(function.file)?;
    let module = &*member.module;
    let node = module.exact(function.span, &["function_definition"])?;
    let by_decorator = || decorators(module, node).into_iter().find_map(|d| published(module, d));
    let text = by_decorator().or_else(|| answers(program, module, function, node))?;
    Some(web(text))
}

/// What a request runs.
pub(super) fn web(text: String) -> Entry {
    Entry { exposure: Exposure::Web, text }
}

/// Whether a module imports one of the packages by which a program answers requests.
pub(super) fn serves(module: &Module) -> bool {
    let packages = module.names.packages();
    SERVERS.iter().any(|server| packages.contains(*server))
}

/// What a decorator, the expression behind the `@`, publishes a function as: `POST /generate`.
fn published(module: &Module, decorator: Node) -> Option<String> {
    let call = Call::at(decorator, module.text());
    let callee = call.as_ref().map_or(decorator, |call| call.function);
    let last = module.text_of(callee).rsplit('.').next().unwrap_or_default();
    if is_mock(module, callee) {
        return None;
    }
    if let Some(call) = call.as_ref().filter(|_| ROUTES.contains(&last)) {
        let path = path(module, call);
        let is_path = path.as_deref().is_some_and(|path| path.starts_with('/'));
        return (is_path || (path.is_some() && serves(module))).then(|| route(module, call, path));
    }
    let (_, packages) = PUBLISHERS.iter().find(|(name, _)| *name == last)?;
    let imported = module.names.packages();
    let is_theirs = packages.iter().any(|package| imported.contains(*package));
    is_theirs.then(|| format!("@{}", one_line(module.text_of(decorator))))
}

/// `mock.patch("a.b")` has the name of a verb.
fn is_mock(module: &Module, callee: Node) -> bool {
    let resolved = module.names.resolve(callee, module.text());
    resolved.candidates().iter().any(|name| name.split('.').any(|part| part == "mock"))
}

/// The path that a call publishes something at, as far as it is written out.
pub(super) fn path(module: &Module, call: &Call) -> Option<String> {
    let mut named = ["path", "rule", "uri", "uri_template", "prefix"].into_iter();
    let written = call.positional(0).or_else(|| named.find_map(|name| call.keyword(name)))?;
    let text = literal::plain_string(written.value, module.text());
    Some(text.map_or_else(|| one_line(module.text_of(written.value)), str::to_owned))
}

/// What a call publishes at a path, as people say it.
pub(super) fn route(module: &Module, call: &Call, path: Option<String>) -> String {
    let last = module.text_of(call.function).rsplit('.').next().unwrap_or_default();
    let last = last.trim_start_matches("add_");
    let methods = call.keyword("methods").map(|methods| {
        let strings = tree::children(methods.value).into_iter();
        let strings = strings.filter_map(|node| literal::plain_string(node, module.text()));
        strings.map(str::to_ascii_uppercase).collect::<Vec<_>>().join(",")
    });
    let verb = match methods.filter(|methods| !methods.is_empty()) {
        Some(methods) => methods,
        None if VERBS.contains(&last) => last.to_ascii_uppercase(),
        None if last.to_ascii_lowercase().contains("websocket") => "WebSocket".to_owned(),
        None => "route".to_owned(),
    };
    format!("{verb} {}", path.unwrap_or_default()).trim_end().to_owned()
}

/// How a method answers requests, if its class does.
fn answers(program: &Program, module: &Module, function: Definition, node: Node) -> Option<String> {
    let class = class_around(module, node)?;
    let name = module.text_of(node.child_by_field_name("name")?);
    let class_name = module.text_of(class.child_by_field_name("name")?);
    let class = Program::definition_at(function.file, class);
    let verb = VERBS.contains(&name).then(|| name.to_ascii_uppercase());
    let verb = verb.or_else(|| name.strip_prefix("do_").map(str::to_owned));
    let is_handled = verb.is_some() || METHODS.contains(&name);
    let is_ours = |base: &str| {
        let (package, last) = (base.split('.').next(), base.rsplit('.').next());
        let is_served = package.is_some_and(|package| SERVERS.contains(&package));
        let answers_requests =
            last.is_some_and(|last| HANDLERS.iter().any(|end| last.ends_with(end)));
        is_handled && base.contains('.') && is_served && answers_requests
    };
    let is_procedure = |base: &str| base.ends_with("Servicer") && !name.starts_with('_');
    let bases = foreign_bases(program, class);
    let handles = bases.iter().any(|base| is_ours(base));
    if handles {
        return Some(match verb {
            Some(verb) => format!("{verb} {class_name}"),
            None => format!("request to {class_name}"),
        });
    }
    bases.iter().any(|base| is_procedure(base)).then(|| format!("call of {class_name}.{name}"))
}

/// The dotted names of the bases of a class, and of those it derives from, as imports give them.
fn foreign_bases(program: &Program, class: Definition) -> Vec<String> {
    let mut found = Vec::new();
    for class in program.ancestry(class).0 {
        let Some(member) = program.module(class.file) else { continue };
        let module = &*member.module;
        let Some(node) = module.exact(class.span, &["class_definition"]) else { continue };
        for base in base_expressions(node) {
            found.extend(module.names.resolve(base, module.text()).candidates().iter().cloned());
        }
    }
    found
}

/// A short text on one line.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
