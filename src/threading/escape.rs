//! References to a function that are no calls: what may call it, and with what.

use tree_sitter::Node;

use super::table;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::remote::{imports_web, is_remote_value};

/// What is done with a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    /// Nothing comes of it, or it is called with what can be seen.
    Harmless,
    /// It is handed to something that calls it with what can be seen here.
    Known(String),
    /// It is handed to something that may turn parameters into remote input.
    Unknown(String),
}

impl Use {
    /// The use that matters more.
    pub(super) fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Unknown(_), _) | (_, Self::Harmless) => self,
            (_, Self::Unknown(_)) | (Self::Harmless, _) => other,
            _ => self,
        }
    }
}

/// Built-in functions that call what they are handed with arguments that stand beside it.
const BUILT_IN: [&str; 6] = ["map", "filter", "sorted", "min", "max", "sum"];

/// Callables of known libraries that do so.
const KNOWN: [&str; 41] = [
    "functools.reduce",
    "itertools.groupby",
    "itertools.accumulate",
    "itertools.takewhile",
    "itertools.dropwhile",
    "itertools.starmap",
    "threading.Thread",
    "threading.Timer",
    "multiprocessing.Process",
    "multiprocessing.Pool",
    "multiprocessing.pool.Pool",
    "multiprocessing.pool.ThreadPool",
    "multiprocessing.dummy.Pool",
    "torch.multiprocessing.spawn",
    "torch.multiprocessing.Process",
    "torch.multiprocessing.Pool",
    "concurrent.futures.ProcessPoolExecutor",
    "concurrent.futures.ThreadPoolExecutor",
    "asyncio.to_thread",
    "anyio.to_thread.run_sync",
    "starlette.concurrency.run_in_threadpool",
    "fastapi.concurrency.run_in_threadpool",
    "fire.Fire",
    "typer.run",
    "absl.app.run",
    "ray.remote",
    "numpy.vectorize",
    "numpy.apply_along_axis",
    "jax.vmap",
    "jax.tree_map",
    "jax.tree_util.tree_map",
    "torch.vmap",
    "timeit.timeit",
    "joblib.delayed",
    "tqdm.contrib.concurrent.process_map",
    "tqdm.contrib.concurrent.thread_map",
    "accelerate.notebook_launcher",
    "atexit.register",
    "collections.defaultdict",
    "dataclasses.field",
    "functools.cmp_to_key",
];

/// Callables that make a function of another one, which is called in its place.
const WRAPPERS: [&str; 11] = [
    "functools.partial",
    "functools.partialmethod",
    "functools.cache",
    "functools.lru_cache",
    "contextlib.contextmanager",
    "contextlib.asynccontextmanager",
    "staticmethod",
    "classmethod",
    "torch.compile",
    "torch.no_grad",
    "torch.inference_mode",
];

/// Methods of pools, executors, loops and data that do so.
const METHODS: [&str; 20] = [
    "map",
    "filter",
    "submit",
    "apply",
    "apply_async",
    "imap",
    "imap_unordered",
    "map_async",
    "starmap",
    "starmap_async",
    "sort",
    "spawn",
    "run_in_executor",
    "run_sync",
    "to_thread",
    "set_defaults",
    "add_argument",
    "Process",
    "Pool",
    "Thread",
];

/// Callables that only look at a function.
const LOOKS: [&str; 24] = [
    "wraps",
    "update_wrapper",
    "signature",
    "hasattr",
    "getattr",
    "type",
    "isinstance",
    "issubclass",
    "id",
    "repr",
    "str",
    "print",
    "callable",
    "getsource",
    "getdoc",
    "super",
    "cast",
    "get_type_hints",
    "debug",
    "info",
    "warning",
    "error",
    "exception",
    "len",
];

/// How far names that stand for a function are followed.
const DEEPEST: usize = 4;

/// What is done with a function where an expression names it.
pub(super) fn use_of(module: &Module, reference: Node) -> Use {
    followed(module, reference, 0)
}

/// The same at some depth of names that stand for it.
pub(super) fn followed(module: &Module, reference: Node, depth: usize) -> Use {
    let mut node = reference;
    loop {
        let Some(parent) = module.parent(node) else { return Use::Harmless };
        match parent.kind() {
            "parenthesized_expression"
            | "boolean_operator"
            | "conditional_expression"
            | "await" => node = parent,
            "call" => return called(module, parent),
            "attribute" => return looked_at(module, parent),
            "decorator"
            | "type"
            | "comparison_operator"
            | "not_operator"
            | "expression_statement"
            | "delete_statement"
            | "global_statement"
            | "nonlocal_statement"
            | "class_pattern"
            | "assert_statement"
            | "if_statement"
            | "subscript"
            | "function_definition"
            | "class_definition" => return Use::Harmless,
            "keyword_argument" => {
                let list = module.parent(parent);
                return list.map_or(Use::Harmless, |list| handed(module, list, depth));
            }
            "argument_list" => return handed(module, parent, depth),
            "pair" | "list" | "tuple" | "set" | "dictionary" | "expression_list" => {
                return table::collected(module, node, parent, depth);
            }
            "assignment" => return kept(module, parent, node, depth),
            "default_parameter" | "typed_default_parameter" => {
                return default(module, parent, depth);
            }
            "return_statement" => return Use::Unknown("returned".to_owned()),
            kind => return Use::Unknown(format!("used in a {}", kind.replace('_', " "))),
        }
    }
}

/// A call, with arguments that may come from afar where they are unpacked.
pub(super) fn called(module: &Module, call: Node) -> Use {
    let Some(found) = Call::at(call, module.text()) else { return Use::Harmless };
    let spreads = |kind| matches!(kind, ArgumentKind::Splat | ArgumentKind::DoubleSplat);
    let remote = found
        .arguments
        .iter()
        .filter(|argument| spreads(argument.kind))
        .any(|argument| is_sent(module, argument.value));
    if remote {
        let line = module.lines.of(call.start_byte()) + 1;
        return Use::Unknown(format!("called with what is sent in line {line}"));
    }
    Use::Harmless
}

/// Whether a value that is unpacked into a call may come from afar: anything but what the function
/// around it was called with, in a module that serves requests or decodes messages.
fn is_sent(module: &Module, value: Node) -> bool {
    if is_remote_value(module, value) {
        return true;
    }
    let mut text = module.text_of(value);
    if value.kind() == "identifier" {
        if matches!(text, "arguments" | "payload" | "body") {
            return true;
        }
        let scope = module.names.scope_at(value.start_byte());
        if let [binding] = module.names.bindings(text, scope)
            && let BindingKind::Assignment { value } = binding.kind
        {
            text = module.slice(value);
        }
    }
    if ["loads(", "recv(", "model_dump(", ".dict(", ".json("].iter().any(|t| text.contains(t)) {
        return true;
    }
    imports_web(module) && !is_own_variadic(module, value)
}

/// Whether a name is the `*args` or `**kwargs` of a function around it.
fn is_own_variadic(module: &Module, value: Node) -> bool {
    value.kind() == "identifier"
        && module
            .ancestors(value)
            .filter(|around| around.kind() == "function_definition")
            .filter_map(Signature::at)
            .any(|signature| {
                signature.parameters.iter().any(|parameter| {
                    matches!(
                        parameter.kind,
                        ParameterKind::VarKeyword | ParameterKind::VarPositional
                    ) && module.text_of(parameter.name) == module.text_of(value)
                })
            })
}

/// `f.name`: nothing, unless it is how a framework is told to publish it.
fn looked_at(module: &Module, attribute: Node) -> Use {
    let name = attribute.child_by_field_name("attribute").map_or("", |a| module.text_of(a));
    let is_set = module.parent(attribute).is_some_and(|parent| {
        parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_some_and(|l| l.id() == attribute.id())
    });
    if is_set && matches!(name, "exposed" | "_cp_config" | "is_tool" | "route") {
        return Use::Unknown(format!("published by `.{name}`"));
    }
    Use::Harmless
}

/// What is done with the name that a function is kept under.
fn kept(module: &Module, assignment: Node, value: Node, depth: usize) -> Use {
    let left = assignment.child_by_field_name("left");
    if left.is_some_and(|left| left.id() == value.id()) {
        return Use::Harmless;
    }
    match left {
        Some(left) if left.kind() == "identifier" && depth < DEEPEST => {
            follow(module, left, depth + 1)
        }
        Some(left) if left.kind() == "subscript" => {
            let table = left.child_by_field_name("value").unwrap_or(left);
            table::looked_up(module, module.text_of(table), depth)
        }
        _ => Use::Unknown("kept under another name".to_owned()),
    }
}

/// What is done with everything that a name, given by one of its bindings, may mean.
pub(super) fn follow(module: &Module, bound: Node, depth: usize) -> Use {
    let name = module.text_of(bound);
    let here = module.names.scope_at(bound.start_byte());
    let Some(scope) = module.names.binding_scope(name, here) else { return Use::Harmless };
    let bindings: Vec<_> =
        module.names.bindings(name, here).iter().map(|binding| binding.span).collect();
    let uses = module.names.uses_of(name, scope, module.text());
    let mut found = Use::Harmless;
    for used in uses.into_iter().filter(|used| !bindings.contains(used)) {
        let Some(node) = module.nodes().covering(used) else { continue };
        found = found.or(followed(module, node, depth));
    }
    found
}

/// What a function does with a parameter whose default it is.
fn default(module: &Module, parameter: Node, depth: usize) -> Use {
    let Some(name) = parameter.child_by_field_name("name") else { return Use::Harmless };
    let function = module.ancestors(parameter).find(|a| Signature::at(*a).is_some());
    let body = function.and_then(|function| function.child_by_field_name("body"));
    let Some(body) = body.filter(|_| depth < DEEPEST) else {
        return Use::Unknown("a default".to_owned());
    };
    let scope = module.names.scope_at(body.start_byte());
    let uses = module.names.uses_of(module.text_of(name), scope, module.text());
    let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    nodes.fold(Use::Harmless, |found, node| found.or(followed(module, node, depth + 1)))
}

/// What the call does to which a function is an argument.
pub(super) fn handed(module: &Module, list: Node, depth: usize) -> Use {
    let Some(call) = module.parent(list) else { return Use::Harmless };
    if call.kind() == "class_definition" {
        return Use::Harmless;
    }
    let Some(callee) = call.child_by_field_name("function") else { return Use::Harmless };
    // `ray.remote(num_gpus=1)(f)`
    let outer = match callee.kind() {
        "call" => callee.child_by_field_name("function").unwrap_or(callee),
        _ => callee,
    };
    let shown = module.text_of(outer);
    let named = shown.rsplit('.').next().unwrap_or_default().trim();
    let resolved = module.names.resolve(outer, module.text());
    let dotted = resolved.single().unwrap_or_default();
    if LOOKS.contains(&named) {
        return Use::Harmless;
    }
    if WRAPPERS.contains(&dotted) {
        // Where what it makes goes decides. `lru_cache(maxsize=2)(f)` is a call as well.
        return match followed(module, call, depth) {
            Use::Harmless => Use::Known(format!("handed to `{dotted}`")),
            other => other,
        };
    }
    let is_built_in = outer.kind() == "identifier" && BUILT_IN.contains(&named) && dotted == named;
    if is_built_in || KNOWN.contains(&dotted) || is_method(module, outer, named) {
        return Use::Known(format!("handed to `{shown}`"));
    }
    let shown: String = shown.chars().take(60).collect();
    Use::Unknown(format!("handed to `{shown}`"))
}

/// Whether a callee is the method of a pool, an executor, a loop or of data. In a module that
/// serves requests, only where the object is seen to be one.
fn is_method(module: &Module, callee: Node, named: &str) -> bool {
    if callee.kind() != "attribute" || !METHODS.contains(&named) {
        return false;
    }
    let Some(object) = callee.child_by_field_name("object") else { return false };
    let mut texts = vec![module.text_of(object).to_lowercase()];
    if object.kind() == "identifier" {
        let scope = module.names.scope_at(object.start_byte());
        for binding in module.names.bindings(module.text_of(object), scope) {
            let statement = module.nodes().covering(binding.span);
            let around = statement.and_then(|node| module.parent(node));
            texts.extend(around.map(|around| module.text_of(around).to_lowercase()));
        }
    }
    let serves = ["app(", "server(", "router(", "bot(", "blocks(", "client("];
    if texts.iter().any(|text| serves.iter().any(|word| text.contains(word))) {
        return false;
    }
    if !imports_web(module) {
        return true;
    }
    let words = ["pool", "executor", "loop", "thread", "multiprocessing", "parser", "ctx"];
    texts.iter().any(|text| words.iter().any(|word| text.contains(word)))
}

/// The place of a node as people read it: the line, 1-based.
pub(super) fn line(module: &Module, node: Node) -> usize {
    module.lines.of(tree::span(node).start) + 1
}
