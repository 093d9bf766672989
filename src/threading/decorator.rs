//! What a decorator makes of the parameters of a function.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::remote::is_remote_decorator;

/// What becomes of a function's parameters under a decorator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Callers see them as they are.
    Kept,
    /// There are none: it is read like an attribute.
    Property,
    /// They become what a person or a program far away sends.
    Remote,
    /// They become command-line options only where the decorators say so.
    Options,
    /// Nobody knows.
    Unknown,
}

/// Decorators that leave the parameters as they are, by their dotted names.
const KEPT: [&str; 40] = [
    "staticmethod",
    "classmethod",
    "functools.wraps",
    "functools.lru_cache",
    "functools.cache",
    "functools.singledispatch",
    "contextlib.contextmanager",
    "contextlib.asynccontextmanager",
    "contextlib.suppress",
    "abc.abstractmethod",
    "typing.overload",
    "typing.override",
    "typing.final",
    "typing.no_type_check",
    "typing_extensions.overload",
    "typing_extensions.override",
    "typing_extensions.final",
    "typing_extensions.deprecated",
    "warnings.deprecated",
    "deprecated.deprecated",
    "torch.no_grad",
    "torch.inference_mode",
    "torch.enable_grad",
    "torch.autocast",
    "torch.amp.autocast",
    "torch.cuda.amp.autocast",
    "torch.compiler.disable",
    "torch.compile",
    "torch.distributed.elastic.multiprocessing.errors.record",
    "typeguard.typechecked",
    "beartype.beartype",
    "tenacity.retry",
    "backoff.on_exception",
    "backoff.on_predicate",
    "joblib.Memory.cache",
    "memory_profiler.profile",
    "line_profiler.profile",
    "ray.remote",
    "typer.Typer.command",
    "typer.Typer.callback",
];

/// The effect of one decorator: the expression behind the `@`.
pub(super) fn effect(module: &Module, decorator: Node) -> Effect {
    let callee = match decorator.kind() {
        "call" => decorator.child_by_field_name("function").unwrap_or(decorator),
        _ => decorator,
    };
    let text = module.text_of(callee);
    let last = text.rsplit('.').next().unwrap_or_default();
    if last.ends_with("property") || matches!(last, "setter" | "getter" | "deleter") {
        return Effect::Property;
    }
    let resolved = module.names.resolve(callee, module.text());
    let is_kept = |name: &String| KEPT.contains(&name.as_str());
    if !resolved.candidates().is_empty() && resolved.candidates().iter().all(is_kept) {
        return Effect::Kept;
    }
    if resolved.candidates().iter().any(|name| name.starts_with("click.")) {
        return Effect::Options;
    }
    if let Some(made) = maker(module, callee) {
        if made.starts_with("typer.") {
            return Effect::Kept;
        }
        if made.starts_with("click.") {
            return Effect::Options;
        }
    }
    if is_remote_decorator(module, decorator) {
        return Effect::Remote;
    }
    if forwards(module, callee) { Effect::Kept } else { Effect::Unknown }
}

/// The dotted name of what made the object of `app.command`: `typer.Typer`; for a click group, the
/// decorator that made it.
fn maker(module: &Module, callee: Node) -> Option<String> {
    let object = callee.child_by_field_name("object").filter(|o| o.kind() == "identifier")?;
    let scope = module.names.scope_at(object.start_byte());
    let [binding] = module.names.bindings(module.text_of(object), scope) else { return None };
    match binding.kind {
        BindingKind::Assignment { value } => {
            let call = module.nodes().covering(value).filter(|node| node.kind() == "call")?;
            let made = module.names.resolve(call.child_by_field_name("function")?, module.text());
            made.single().map(str::to_owned)
        }
        BindingKind::Function => {
            let function = module.parent(module.nodes().covering(binding.span)?)?;
            let decorators = super::place::decorators(module, function);
            decorators.into_iter().find_map(|decorator| {
                let callee = decorator.child_by_field_name("function").unwrap_or(decorator);
                let made = module.names.resolve(callee, module.text());
                made.single().filter(|name| name.starts_with("click.")).map(str::to_owned)
            })
        }
        _ => None,
    }
}

/// Whether a decorator of this module hands every keyword on: it returns an inner function that
/// takes `**kwargs` and does nothing else with the function than calling it.
fn forwards(module: &Module, callee: Node) -> bool {
    let Some(mut function) = super::parser::function_named(module, callee) else { return false };
    if module.parent(callee).is_some_and(|parent| parent.kind() == "call") {
        // `@retry(3)`: what the call returns decorates.
        let body = function.child_by_field_name("body").map(tree::children).unwrap_or_default();
        let Some(made) = body.into_iter().find(|s| s.kind() == "function_definition") else {
            return false;
        };
        function = made;
    }
    let Some(signature) = Signature::at(function) else { return false };
    let Some(body) = function.child_by_field_name("body") else { return false };
    let inner: Vec<Node> =
        tree::preorder(body).filter(|node| node.kind() == "function_definition").collect();
    let takes_all = |node: &Node| {
        Signature::at(*node).is_some_and(|signature| signature.has(ParameterKind::VarKeyword))
    };
    if inner.is_empty() || !inner.iter().any(takes_all) {
        return false;
    }
    // The decorated function is only called, or named to `functools.wraps`.
    let Some(first) = signature.parameters.first() else { return false };
    let name = module.text_of(first.name);
    tree::preorder(body)
        .filter(|node| node.kind() == "identifier" && module.text_of(*node) == name)
        .all(|node| {
            let parent = module.parent(node);
            parent.is_some_and(|parent| match parent.kind() {
                "call" => parent.start_byte() == node.start_byte(),
                "argument_list" => module.parent(parent).is_some_and(|call| {
                    let callee = call.child_by_field_name("function");
                    callee.is_some_and(|callee| module.text_of(callee).ends_with("wraps"))
                }),
                "attribute" => true,
                _ => false,
            })
        })
}
