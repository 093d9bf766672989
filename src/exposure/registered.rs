//! Functions that a call registers with a server or a command line: `app.add_url_rule("/x", f)`,
//! `parser.set_defaults(run=f)`.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::command_line;
use super::graph::Entry;
use super::web;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::program::mentions::Sought;
use crate::program::types::Type;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;

/// Calls that register a function with a server, whatever their object is.
const PUBLISHES: [&str; 16] = [
    "add_api_route",
    "add_api_websocket_route",
    "add_delete",
    "add_get",
    "add_head",
    "add_options",
    "add_patch",
    "add_post",
    "add_put",
    "add_route",
    "add_static_route",
    "add_url_rule",
    "add_view",
    "add_websocket_route",
    "register_error_handler",
    "add_exception_handler",
];

/// The same by the dotted names that imports give them.
const CONSTRUCTORS: [&str; 20] = [
    "aiohttp.web.delete",
    "aiohttp.web.get",
    "aiohttp.web.head",
    "aiohttp.web.patch",
    "aiohttp.web.post",
    "aiohttp.web.put",
    "aiohttp.web.route",
    "aiohttp.web.view",
    "django.conf.urls.url",
    "django.urls.path",
    "django.urls.re_path",
    "fastapi.routing.APIRoute",
    "gradio.ChatInterface",
    "gradio.Interface",
    "gradio.TabbedInterface",
    "gradio.on",
    "starlette.routing.Route",
    "starlette.routing.WebSocketRoute",
    "starlette.applications.Starlette",
    "tornado.web.url",
];

/// Methods of gradio's components that say what is run when something happens to them.
const EVENTS: [&str; 14] = [
    "blur", "change", "clear", "click", "edit", "input", "load", "release", "select", "stop",
    "submit", "success", "then", "upload",
];

/// Calls that hand a function the command line, by the dotted names that imports give them.
const RUNS: [&str; 3] = ["absl.app.run", "fire.Fire", "typer.run"];

/// Words of which a file holds one where it registers something.
const WORDS: [&str; 8] =
    ["APIRoute", "Fire", "absl", "aiohttp", "gradio", "set_defaults", "starlette", "typer"];
const MORE_WORDS: [&str; 3] = ["path", "re_path", "url"];

/// What is registered, with the most exposed entry of each function.
#[derive(Debug, Default)]
pub(super) struct Registered(BTreeMap<Definition, Entry>);

impl Registered {
    /// What the program registers.
    pub(super) fn of(program: &Program) -> Self {
        let word = |word: &&str, beside: &[&str]| Sought {
            word: (*word).to_owned(),
            calls_too: true,
            beside: beside.iter().map(|text| (*text).to_owned()).collect(),
            ..Sought::default()
        };
        let words = PUBLISHES.iter().chain(&WORDS).map(|text| word(text, &[]));
        let more = MORE_WORDS.iter().map(|text| word(text, &["urlpatterns"]));
        let sought: Vec<Sought> = words.chain(more).collect();
        let mut found = Self::default();
        program.mentioning(&sought, &mut |member, _| found.look(program, &member.module));
        found
    }

    /// Who runs a function that was registered.
    pub(super) fn entry(&self, function: Definition) -> Option<Entry> {
        self.0.get(&function).cloned()
    }

    fn look(&mut self, program: &Program, module: &Module) {
        let is_gradio = module.names.packages().contains("gradio");
        for node in module.of_kind("call") {
            let Some(call) = Call::at(node, module.text()) else { continue };
            let last = module.text_of(call.function).rsplit('.').next().unwrap_or_default();
            let resolved = module.names.resolve(call.function, module.text());
            let is_one = |names: &[&str]| {
                resolved.candidates().iter().any(|name| names.contains(&name.as_str()))
            };
            let is_method = call.function.kind() == "attribute";
            if (is_method && PUBLISHES.contains(&last)) || is_one(&CONSTRUCTORS) {
                let path = web::path(module, &call).filter(|path| is_path(path));
                self.register(program, module, &call, &web::web(web::route(module, &call, path)));
            } else if is_gradio && is_method && EVENTS.contains(&last) {
                let text = module.text_of(call.function).rsplit('.').take(2).collect::<Vec<_>>();
                let text = text.into_iter().rev().collect::<Vec<_>>().join(".");
                self.register(program, module, &call, &web::web(format!("gradio {text}")));
            } else if (is_method && last == "set_defaults") || is_one(&RUNS) {
                let entry = command_line::run(program, module.file);
                self.register(program, module, &call, &entry);
            }
        }
    }

    /// Notes the functions among the arguments of a call.
    fn register(&mut self, program: &Program, module: &Module, call: &Call, entry: &Entry) {
        let passed = call.arguments.iter().filter(|argument| {
            matches!(argument.kind, ArgumentKind::Positional | ArgumentKind::Keyword(_))
        });
        for argument in passed {
            for function in handlers(program, module, argument.value) {
                let known = self.0.entry(function).or_insert_with(|| entry.clone());
                if entry < known {
                    *known = entry.clone();
                }
            }
        }
    }
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace) && text.contains(['/', '^', '<'])
}

/// The functions that an expression stands for where it is registered: itself, what `partial` binds,
/// the methods of an object that answer requests.
fn handlers(program: &Program, module: &Module, value: Node) -> Vec<Definition> {
    let value = tree::unparenthesised(value);
    if let Some(call) = Call::at(value, module.text()) {
        let resolved = module.names.resolve(call.function, module.text());
        if resolved.single() == Some("functools.partial") {
            let bound = call.positional(0);
            return bound.map_or_else(Vec::new, |of| handlers(program, module, of.value));
        }
        return responders(program, module, value);
    }
    if !matches!(value.kind(), "identifier" | "attribute") {
        return Vec::new();
    }
    let callee = program.callee(module.file, module, value);
    let named = callee.filter(|callee| callee.is_sure && callee.makes.is_none());
    named.map(|callee| callee.functions).unwrap_or_default()
}

/// The methods `on_get` and the like of an object that is made.
fn responders(program: &Program, module: &Module, made: Node) -> Vec<Definition> {
    let typed = program.type_of(module.file, module, made);
    let mut found = Vec::new();
    for of in typed.into_iter().flat_map(|typed| typed.types) {
        let Type::Instance(class) = of else { continue };
        for verb in ["get", "post", "put", "delete", "patch", "head", "options"] {
            if let Own::Function(method) = program.own_method(class, &format!("on_{verb}")) {
                found.push(method);
            }
        }
    }
    found
}
