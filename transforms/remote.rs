//! What comes from afar: the values that a request, an event or a task brings. Whoever sends them
//! is not the person who runs the program.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::signature::{Parameter, Signature, decorators};
use crate::python::tree;

/// Last names of decorators that publish a function at a path of a web server.
pub const ROUTES: [&str; 12] = [
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "trace",
    "route",
    "websocket",
    "websocket_route",
    "api_route",
];

/// Last names of other decorators that publish a function.
const REMOTE: [&str; 26] = [
    "api",
    "endpoint",
    "view",
    "api_view",
    "action",
    "task",
    "shared_task",
    "tool",
    "resource",
    "prompt",
    "fixture",
    "deployment",
    "ingress",
    "service",
    "event",
    "on",
    "on_message",
    "on_event",
    "listener",
    "handler",
    "subscriber",
    "rpc",
    "expose",
    "middleware",
    "before_request",
    "errorhandler",
];

/// Packages by which a program hears from others.
pub const WEB: [&str; 77] = [
    "aio_pika",
    "aiogram",
    "aiohttp",
    "aiokafka",
    "anthropic",
    "ariadne",
    "azure",
    "bentoml",
    "blacksheep",
    "boto3",
    "bottle",
    "celery",
    "chainlit",
    "chalice",
    "channels",
    "cherrypy",
    "confluent_kafka",
    "connexion",
    "dash",
    "discord",
    "django",
    "django_q",
    "django_rq",
    "dramatiq",
    "esmerald",
    "falcon",
    "fastapi",
    "fastmcp",
    "faust",
    "flask",
    "flask_restful",
    "flask_restx",
    "functions_framework",
    "gradio",
    "graphene",
    "grpc",
    "huey",
    "jsonrpcserver",
    "kafka",
    "kserve",
    "langchain",
    "langchain_core",
    "langserve",
    "litestar",
    "litserve",
    "mangum",
    "mcp",
    "mlflow",
    "modal",
    "nicegui",
    "ninja",
    "openai",
    "paho",
    "panel",
    "pika",
    "pyramid",
    "quart",
    "ray",
    "redis",
    "rest_framework",
    "robyn",
    "rpyc",
    "rq",
    "runpod",
    "sagemaker",
    "sanic",
    "socketserver",
    "starlette",
    "strawberry",
    "streamlit",
    "telegram",
    "tornado",
    "ts",
    "webob",
    "websockets",
    "xmlrpc",
    "zmq",
];

/// Variables and attributes that hold what was sent, in a module that hears from others.
const SENT: [&str; 15] = [
    "request",
    "json",
    "form",
    "query",
    "query_params",
    "path_params",
    "body",
    "payload",
    "event",
    "get_argument",
    "get_json",
    "websocket",
    "headers",
    "cookies",
    "message",
];

/// Assignments that are followed from a name to what it was computed from.
const MOST_STEPS: usize = 4;
/// Nodes that are looked at for one expression, so that many uses of one huge value cost no more
/// than the file is long. Beyond them the value counts as sent.
const MOST_NODES: usize = 4000;

/// Whether a decorator, the expression behind the `@`, publishes a function by its last name: its
/// parameters are what a person or a program far away sends.
pub fn is_remote_decorator(module: &Module, decorator: Node) -> bool {
    let callee = match decorator.kind() {
        "call" => decorator.child_by_field_name("function").unwrap_or(decorator),
        _ => decorator,
    };
    let last = module.text_of(callee).rsplit('.').next().unwrap_or_default();
    ROUTES.contains(&last) || REMOTE.contains(&last)
}

/// Whether a module imports a package by which it hears from others. Costs a look at all bindings.
pub fn imports_web(module: &Module) -> bool {
    let packages = module.names.packages();
    WEB.iter().any(|web| packages.contains(*web))
}

fn is_web(target: &str) -> bool {
    WEB.contains(&target.split('.').next().unwrap_or_default())
}

/// Whether an expression, or what its names were assigned from, comes from a request. Where many
/// expressions of one module are asked about, [`Remote`] knows the module's imports beforehand.
pub fn is_remote_value(module: &Module, node: Node) -> bool {
    Remote::new(module).sends(node)
}

/// What is sent to one module.
pub struct Remote<'m> {
    module: &'m Module,
    web: OnceCell<bool>,
}

impl<'m> Remote<'m> {
    /// Nothing is known yet.
    pub fn new(module: &'m Module) -> Self {
        Self { module, web: OnceCell::new() }
    }

    /// Whether an expression, or what its names were assigned from, comes from a request.
    pub fn sends(&self, node: Node<'m>) -> bool {
        let mut waiting = vec![(node, 0)];
        let mut seen = FxHashSet::default();
        while let Some((node, steps)) = waiting.pop() {
            if !seen.insert(node.id()) {
                continue;
            }
            if seen.len() > MOST_NODES {
                return true;
            }
            match node.kind() {
                "keyword_argument" => {
                    waiting.extend(node.child_by_field_name("value").map(|value| (value, steps)));
                }
                "attribute" => {
                    if self.is_sent_attribute(node) {
                        return true;
                    }
                    waiting
                        .extend(node.child_by_field_name("object").map(|object| (object, steps)));
                }
                "identifier" => {
                    let bindings = self.bindings(node);
                    if self.is_sent_name(node, bindings) {
                        return true;
                    }
                    if steps < MOST_STEPS && bindings.len() <= MOST_STEPS {
                        let sources = bindings.iter().filter_map(|b| source(self.module, b));
                        waiting.extend(sources.map(|source| (source, steps + 1)));
                    }
                }
                _ => waiting.extend(tree::children(node).into_iter().map(|child| (child, steps))),
            }
        }
        false
    }

    fn bindings(&self, name: Node) -> &'m [Binding] {
        let names = &self.module.names;
        names.bindings(self.module.text_of(name), names.scope_at(name.start_byte()))
    }

    fn hears(&self) -> bool {
        *self.web.get_or_init(|| imports_web(self.module))
    }

    fn is_sent_attribute(&self, node: Node) -> bool {
        let name = node.child_by_field_name("attribute").map(|name| self.module.text_of(name));
        if name.is_some_and(|name| SENT.contains(&name)) && self.hears() {
            return true;
        }
        // `req` is short for a requirement or a request: only what has attributes is a request.
        let object = node.child_by_field_name("object");
        object.is_some_and(|o| o.kind() == "identifier" && self.module.text_of(o) == "req")
            && self.hears()
    }

    fn is_sent_name(&self, node: Node, bindings: &[Binding]) -> bool {
        let module = self.module;
        let is_word = SENT.contains(&module.text_of(node));
        let mut imported = false;
        for binding in bindings {
            match &binding.kind {
                BindingKind::Parameter if is_remote_parameter(module, binding) => return true,
                BindingKind::Import { target, .. } => {
                    imported = true;
                    // `from flask import request`.
                    let last = target.rsplit('.').next().unwrap_or_default();
                    if is_web(target) && matches!(last, "request" | "websocket") {
                        return true;
                    }
                }
                _ => {}
            }
        }
        // `json` is a module more often than what was sent.
        is_word && !imported && self.hears()
    }
}

/// Whether a parameter is what somebody sends: its function is published, takes a request first, or
/// its annotation says so.
fn is_remote_parameter(module: &Module, binding: &Binding) -> bool {
    let Some(name) = module.nodes().covering(binding.span) else { return false };
    let Some(function) =
        module.ancestors(name).find(|a| matches!(a.kind(), "function_definition" | "lambda"))
    else {
        return false;
    };
    let Some(signature) = Signature::at(function) else { return false };
    let sent = signature.beyond_receiver(module.text());
    let Some(at) =
        sent.iter().position(|parameter| tree::span(parameter.node).contains(binding.span))
    else {
        return false;
    };
    is_request(module, &sent[at])
        || matches!(module.text_of(sent[0].name), "request" | "websocket")
        || is_request(module, &sent[0])
        || decorators(module, function).iter().any(|line| is_remote_decorator(module, *line))
}

/// Whether a parameter is annotated as a request: `web.Request`, `LoadRequest`, `"WebSocket"`.
fn is_request(module: &Module, parameter: &Parameter) -> bool {
    let Some(annotation) = parameter.annotation else { return false };
    let text = module.text_of(annotation);
    // Only what is told of requests by its name, however it is wrapped.
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| word.ends_with("Request") || word == "WebSocket")
}

/// The expression that a name gets its value, or a part of it, from.
pub(super) fn source<'t>(module: &'t Module, binding: &Binding) -> Option<Node<'t>> {
    match binding.kind {
        BindingKind::Assignment { value } => module.nodes().covering(value),
        BindingKind::Other => {
            let name = module.nodes().covering(binding.span)?;
            module.ancestors(name).take(8).find_map(|around| match around.kind() {
                "assignment" | "for_statement" | "for_in_clause" => {
                    around.child_by_field_name("right")
                }
                "named_expression" => around.child_by_field_name("value"),
                "as_pattern" => tree::children(around).first().copied(),
                _ => None,
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;

    fn module(text: &str) -> Module {
        Module::new(Source::python(FileId(0), text.as_bytes().to_vec()).unwrap())
    }

    /// Whether the value of the last `return` comes from afar.
    fn is_sent(text: &str) -> bool {
        let module = module(text);
        let nodes = module.nodes().from(0);
        let last = nodes.iter().rfind(|node| node.kind() == "return_statement").unwrap();
        is_remote_value(&module, tree::children(*last)[0])
    }

    #[test]
    fn what_a_request_brings_is_remote() {
        for text in [
            "from flask import request\ndef f():\n    return request.json['trust']",
            "import flask\ndef f():\n    return flask.request.args.get('trust')",
            "import flask\ndef f(req):\n    return req.trust",
            "import tornado.web\nclass A:\n    def get(self):\n        return self.get_argument('t')",
            "from fastapi import FastAPI\ndef f(payload):\n    return bool(payload.get('trust'))",
            "@app.post('/x')\ndef f(trust: bool):\n    return trust",
            "@app.post('/x')\ndef f(item):\n    return item.trust",
            "@app.post('/x')\ndef f(item):\n    def g():\n        return item.trust",
            "@shared_task\ndef f(name, options):\n    return options['trust']",
            "def f(self, request, context):\n    return request.trust",
            "def f(self, websocket, path):\n    return path",
            "def f(name, body: 'LoadRequest'):\n    return body.trust",
            "import flask\nasync def f(x):\n    d = await x.json()\n    t = d.get('t')\n    return t",
            "import flask\ndef f(x):\n    a, b = x.form['a'], 1\n    return a",
            "import flask\ndef f(x):\n    for e in x.payload:\n        return e.trust",
            "def f(a: Request):\n    b = a.b\n    c = b.c\n    d = c.d\n    return d",
        ] {
            assert!(is_sent(text), "{text}");
        }
    }

    #[test]
    fn what_the_program_has_is_not() {
        for text in [
            "def f(args):\n    return args.trust_remote_code",
            "def f(event, message, data, body):\n    return event.trust or message or data or body",
            "def f(a, request):\n    return request.trust",
            "import json, flask\ndef f(p):\n    return json.loads(p)",
            "import flask\ndef f(req):\n    return req",
            "import flask\ndef f(p):\n    return load(p, request=True)",
            "@app.post('/x')\ndef f(self, item):\n    return self.trust",
            "@functools.cache\ndef f(trust):\n    return trust",
            "@app.get('/')\ndef f(x):\n    pass\ndef g(x):\n    return x",
        ] {
            assert!(!is_sent(text), "{text}");
        }
    }

    #[test]
    fn frameworks_are_known_wherever_they_are_imported() {
        assert!(imports_web(&module("def f():\n    from starlette.requests import Request")));
        assert!(imports_web(&module("from flask import *")));
        assert!(!imports_web(&module("import flasky\nfrom . import flask_like")));
    }

    #[test]
    fn a_huge_value_counts_as_sent() {
        assert!(is_sent(&format!("return [{}]", "a, ".repeat(MOST_NODES))));
    }
}
