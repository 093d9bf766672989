//! What a decorator makes of the parameters of a function.

use tree_sitter::Node;

use super::gain::command::CLICKS;
use super::look::{Look, Work};
use super::place::decorators;
use super::wrapper::effect_of;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::transforms::remote::is_remote_decorator;

/// What becomes of a function's parameters under a decorator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Callers see them as they are.
    Kept,
    /// Callers see others: what they call hands on what it was written to hand on.
    Cut,
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
pub(super) fn effect(program: &Program, work: &Work, module: &Module, decorator: Node) -> Effect {
    effect_at(&Look::new(program, module, work), decorator)
}

/// Whether the callers of a function call something that hands on fixed arguments.
pub(super) fn is_cut(program: &Program, work: &Work, module: &Module, function: Node) -> bool {
    let all = decorators(module, function);
    all.into_iter().any(|decorator| effect(program, work, module, decorator) == Effect::Cut)
}

/// The effect of one decorator, as a part of what is being followed.
pub(super) fn effect_at(look: &Look, decorator: Node) -> Effect {
    let module = look.module;
    let callee = match decorator.kind() {
        "call" => decorator.child_by_field_name("function").unwrap_or(decorator),
        _ => decorator,
    };
    let text = module.text_of(callee);
    let last = text.rsplit('.').next().unwrap_or_default();
    if makes_property(last) {
        return Effect::Property;
    }
    let resolved = module.names.resolve(callee, module.text());
    let is_kept = |name: &String| KEPT.contains(&name.as_str());
    if !resolved.candidates().is_empty() && resolved.candidates().iter().all(is_kept) {
        return Effect::Kept;
    }
    let is_click = |name: &str| CLICKS.iter().any(|click| name.starts_with(click));
    if resolved.candidates().iter().any(|name| is_click(name)) {
        return Effect::Options;
    }
    if let Some(made) = maker(module, callee) {
        if made.starts_with("typer.") {
            return Effect::Kept;
        }
        if is_click(&made) {
            return Effect::Options;
        }
    }
    if is_remote_decorator(module, decorator) {
        return Effect::Remote;
    }
    effect_of(look, callee, decorator.kind() == "call")
}

fn makes_property(name: &str) -> bool {
    name.ends_with("property") || matches!(name, "setter" | "getter" | "deleter")
}

/// Whether a decorator makes a function a property, by its last name.
pub(super) fn is_property(module: &Module, function: Node) -> bool {
    decorators(module, function).into_iter().any(|decorator| {
        let callee = decorator.child_by_field_name("function").unwrap_or(decorator);
        makes_property(module.text_of(callee).rsplit('.').next().unwrap_or_default())
    })
}

/// The dotted name of what makes a function a command that people type: `click.command`,
/// `typer.Typer` for `app.command` of an object that it made. `None` for other decorators; of the
/// expression behind the `@` it is the callee that counts.
pub fn command_maker(module: &Module, callee: Node) -> Option<String> {
    let last = module.text_of(callee).rsplit('.').next().unwrap_or_default();
    if !matches!(last, "command" | "group" | "callback") {
        return None;
    }
    let resolved = module.names.resolve(callee, module.text());
    let named = resolved.single().map(str::to_owned).into_iter().chain(maker(module, callee));
    named.into_iter().find(|name| {
        name.starts_with("typer.") || CLICKS.iter().any(|click| name.starts_with(click))
    })
}

/// The dotted name of what made the object of `app.command`: `typer.Typer`; for a click group, the
/// decorator that made it.
fn maker(module: &Module, callee: Node) -> Option<String> {
    maker_within(module, callee, 4)
}

fn maker_within(module: &Module, callee: Node, depth: usize) -> Option<String> {
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
            let decorators = decorators(module, function);
            decorators.into_iter().find_map(|decorator| {
                let callee = decorator.child_by_field_name("function").unwrap_or(decorator);
                let made = module.names.resolve(callee, module.text());
                let single =
                    made.single().filter(|name| CLICKS.iter().any(|c| name.starts_with(c)));
                let above = || maker_within(module, callee, depth.checked_sub(1)?);
                single.map(str::to_owned).or_else(above)
            })
        }
        _ => None,
    }
}
