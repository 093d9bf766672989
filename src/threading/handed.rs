//! What the calls do to which a function is an argument.

use tree_sitter::Node;

use super::escape::{Use, called, follow, followed, is_sent};
use super::gain::command::CLICKS;
use super::look::{Look, What};
use super::passed::passed;
use super::serving::is_serving;
use crate::python::call::Call;
use crate::python::tree;
use crate::transforms::remote::{imports_web, is_remote_value};

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
const WRAPPERS: [&str; 9] = [
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

/// What the call does to which a function is an argument: the whole argument, with its keyword.
pub(super) fn handed(look: &Look, argument: Node) -> Use {
    let module = look.module;
    let Some(list) = module.parent(argument) else { return Use::Harmless };
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
    let resolved = module.names.resolve(outer, module.text());
    let dotted = resolved.single().unwrap_or_default();
    if matches!(dotted, "functools.partial" | "functools.partialmethod") {
        return bound(look, call, argument);
    }
    let shown: String = module.text_of(outer).chars().take(60).collect();
    if let Some(found) = passed(look, call, callee, argument, false) {
        return found.by(look, &shown);
    }
    let named = module.text_of(outer).rsplit('.').next().unwrap_or_default().trim();
    if look.frame.is_some() && matches!(named, "wraps" | "update_wrapper") {
        return stood_for(look, call);
    }
    if LOOKS.contains(&named) {
        return Use::Harmless;
    }
    if WRAPPERS.contains(&dotted) {
        // Where what it makes goes decides. `lru_cache(maxsize=2)(f)` is a call as well.
        return match followed(look, call) {
            Use::Harmless => Use::Known(format!("handed to `{dotted}`")),
            other => other,
        };
    }
    if calls_it(look, outer) {
        return match called(&look.of(What::Object), call).or(beside(look, call)) {
            Use::Unknown(by) => Use::Unknown(format!("handed to `{shown}`, {by}")),
            _ => stands_in(look, call, dotted)
                .unwrap_or_else(|| Use::Known(format!("handed to `{shown}`"))),
        };
    }
    Use::Unknown(format!("handed to `{shown}`"))
}

/// How what a library makes of a function is called in its place, where that is with what is
/// unpacked: `delayed(f)(**job)`, `remote(f).remote(**job)`.
fn stands_in(look: &Look, call: Node, made_by: &str) -> Option<Use> {
    if !matches!(made_by, "joblib.delayed" | "ray.remote") {
        return None;
    }
    match followed(look, call) {
        Use::Unknown(by) if by.starts_with("called with") => Some(Use::Unknown(by)),
        _ => None,
    }
}

/// What is handed beside a function for its keywords: `Thread(target=f, kwargs=options)`.
fn beside(look: &Look, call: Node) -> Use {
    let module = look.module;
    let Some(call) = Call::at(call, module.text()) else { return Use::Harmless };
    let by_name = ["kwargs", "kwds"].into_iter().filter_map(|name| call.keyword(name));
    let named = module.text_of(call.function).rsplit('.').next().unwrap_or_default();
    let third = call.positional(2).filter(|_| matches!(named, "apply" | "apply_async"));
    let mut keywords = by_name.chain(third).map(|argument| argument.value);
    let others = call.arguments.iter().map(|argument| argument.value);
    if others.clone().any(|value| is_remote_value(module, value))
        || keywords.any(|value| value.kind() != "dictionary" && is_sent(module, value))
    {
        return Use::Unknown("with what is sent".to_owned());
    }
    Use::Harmless
}

/// Whether a callee is known to call what it is handed with arguments that can be seen.
fn calls_it(look: &Look, callee: Node) -> bool {
    let module = look.module;
    let named = module.text_of(callee).rsplit('.').next().unwrap_or_default().trim();
    let resolved = module.names.resolve(callee, module.text());
    let dotted = resolved.single().unwrap_or_default();
    let is_built_in = callee.kind() == "identifier" && BUILT_IN.contains(&named) && dotted == named;
    // Chat bots have commands too: those of a command line are click's.
    let packages = module.names.packages();
    let is_command = matches!(named, "add_command" | "invoke")
        && CLICKS.iter().any(|click| packages.contains(click.trim_end_matches('.')));
    is_built_in || is_command || KNOWN.contains(&dotted) || is_method(look, callee, named)
}

/// `partial(f, x)` is a call of `f`, by which the decision is handed on; what it makes may be
/// called with more arguments.
fn bound(look: &Look, call: Node, argument: Node) -> Use {
    let module = look.module;
    let list = call.child_by_field_name("arguments").map(tree::children).unwrap_or_default();
    let Some(first) = list.first().copied() else { return Use::Harmless };
    if first.id() != argument.id() {
        let shown: String = module.text_of(first).chars().take(60).collect();
        return match passed(look, call, first, argument, true) {
            Some(found) => found.by(look, &shown),
            None if !calls_it(look, first) => Use::Unknown(format!("handed to `{shown}`")),
            _ => Use::Known(format!("handed to `{shown}`")),
        };
    }
    let made = followed(&look.of(What::Partial), call).or(called(&look.of(What::Object), call));
    if matches!(made, Use::Unknown(_)) {
        return made;
    }
    let callee = look.program.callee(module.file, module, first);
    match callee.filter(|callee| callee.is_sure) {
        Some(_) => Use::Harmless,
        None => Use::Known("handed to `functools.partial`".to_owned()),
    }
}

/// What is done with a function that is made to look like another one by `wraps(f)`: who asks for
/// its signature is told that of the other.
fn stood_for(look: &Look, call: Node) -> Use {
    let module = look.module;
    let Some(parent) = module.parent(call) else { return Use::Harmless };
    let unseen = || Use::Unknown("stood for by another function".to_owned());
    if parent.kind() == "decorator" {
        let function =
            module.parent(parent).and_then(|outer| outer.child_by_field_name("definition"));
        let name = function.and_then(|function| function.child_by_field_name("name"));
        return name.map_or_else(unseen, |name| follow(look, name));
    }
    let is_callee =
        |node: Node| node.child_by_field_name("function").map(|f| f.id()) == Some(call.id());
    if parent.kind() == "call" && is_callee(parent) {
        return followed(look, parent);
    }
    let list = call.child_by_field_name("arguments").map(tree::children).unwrap_or_default();
    let wrapper = list.first().filter(|wrapper| wrapper.kind() == "identifier");
    match wrapper {
        Some(wrapper) => follow(look, *wrapper).or(followed(look, call)),
        None => unseen(),
    }
}

/// Whether a callee is the method of a pool, an executor, a loop or of data. In a module that
/// serves requests, only where the object is seen to be one.
fn is_method(look: &Look, callee: Node, named: &str) -> bool {
    let module = look.module;
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
    if !imports_web(module) && !is_serving(look.program) {
        return true;
    }
    let words = ["pool", "executor", "loop", "thread", "multiprocessing", "parser", "ctx"];
    texts.iter().any(|text| words.iter().any(|word| text.contains(word)))
}
