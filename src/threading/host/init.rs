//! Whether an `__init__` may gain a parameter.

use tree_sitter::Node;

use super::{Gate, MESSAGES, shown};
use crate::program::Program;
use crate::program::hierarchy::Own;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::threading::decorator::{Effect, effect};
use crate::threading::look::Work;
use crate::threading::place::{decorators, method};
use crate::threading::serving::is_serving;

/// Whether the class of an `__init__` may be made by a framework.
pub(super) fn init_gate(
    module: &Module,
    program: &Program,
    class: Node,
    class_name: &str,
    bases: &[String],
) -> Gate {
    let foreign = program.classes().foreign_bases(bases);
    let mut all = bases.iter().chain(&foreign);
    if let Some(base) = all.find(|base| MESSAGES.contains(&base.as_str())) {
        let why = format!("a `{base}` such as `{class_name}` is made of what is sent");
        return Gate::Closed { why, remote: true };
    }
    if let Some(why) = is_made_otherwise(module, program, class, class_name) {
        return Gate::Closed { why, remote: false };
    }
    if let Some(why) = is_made_by_others(module, program, class, class_name) {
        return Gate::Closed { why, remote: true };
    }
    let fixed = method(module, class, "__new__").and_then(Signature::at).is_some_and(|signature| {
        !signature.has(crate::python::signature::ParameterKind::VarKeyword)
    });
    if fixed {
        return Gate::Report(format!(
            "`{class_name}` has a `__new__` that takes the same arguments; give both the parameter"
        ));
    }
    Gate::Open
}

/// Class decorators that make no object and hand the class to nobody.
const QUIET_DECORATORS: [&str; 8] = [
    "dataclass",
    "final",
    "total_ordering",
    "runtime_checkable",
    "unique",
    "add_start_docstrings",
    "deprecated",
    "define",
];

/// Bases that take the arguments of their `__init__` otherwise: they go to `__new__`, or are read off
/// the signature.
const FIXED_BASES: [&str; 19] = [
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
    "str",
    "int",
    "float",
    "bytes",
    "tuple",
    "frozenset",
    "complex",
    "datetime",
    "date",
    "Path",
    "PurePath",
    "BaseEstimator",
    "ndarray",
    "NamedTuple",
];

/// Why an argument more would not reach the `__init__` of a class alone.
fn is_made_otherwise(
    module: &Module,
    program: &Program,
    class: Node,
    class_name: &str,
) -> Option<String> {
    let own = Program::definition_at(module.file, class);
    let foreign = program.foreign_bases(own);
    if let Some(base) = foreign.iter().find(|base| FIXED_BASES.contains(&base.as_str())) {
        return Some(format!(
            "`{base}`, from which `{class_name}` derives, takes its arguments too"
        ));
    }
    let (ancestry, _) = program.ancestry(own);
    for above in &ancestry {
        let member = program.module(above.file)?;
        let node = member.module.exact(above.span, &["class_definition"])?;
        let list =
            node.child_by_field_name("superclasses").map_or("", |l| member.module.text_of(l));
        if list.contains("metaclass") && !list.contains("ABCMeta") {
            return Some(format!("a metaclass makes the objects of `{class_name}`"));
        }
        let is_special = |name: &str| !matches!(program.own_method(*above, name), Own::Nothing);
        if is_special("get_params") || (*above != own && is_special("__new__")) {
            return Some(format!("a base of `{class_name}` takes its arguments too"));
        }
    }
    let work = Work::default();
    let unseen = decorators(module, class).into_iter().find(|decorator| {
        let shown = shown(module, *decorator);
        let last = shown.rsplit('.').next().unwrap_or_default();
        !QUIET_DECORATORS.contains(&last)
            && !is_registry(module, *decorator)
            && effect(program, &work, module, *decorator) != Effect::Kept
            && !program
                .meaning_of(module.file, module, callee_of(*decorator))
                .definitions
                .is_empty()
    });
    unseen.map(|decorator| {
        format!("`@{}` may make the objects of `{class_name}`", shown(module, decorator))
    })
}

/// What a decorator calls, or the decorator itself.
fn callee_of(decorator: Node) -> Node {
    decorator.child_by_field_name("function").unwrap_or(decorator)
}

/// Whether a decorator enters the class into a table: `@MODELS.register("name")`.
fn is_registry(module: &Module, decorator: Node) -> bool {
    module.text_of(callee_of(decorator)).to_lowercase().contains("regist")
}

/// Why a framework, or whoever sends a name, makes the objects of a class: a decorator takes it, or
/// it enters a table by deriving from a class, in a program that hears from others.
fn is_made_by_others(
    module: &Module,
    program: &Program,
    class: Node,
    class_name: &str,
) -> Option<String> {
    if !is_serving(program) {
        return None;
    }
    let taken = decorators(module, class).into_iter().map(|decorator| shown(module, decorator));
    let taken = taken.filter(|shown| {
        let last = shown.rsplit('.').next().unwrap_or_default().to_owned();
        !QUIET_DECORATORS.contains(&last.as_str())
    });
    if let Some(taken) = taken.into_iter().next() {
        return Some(format!("`@{taken}` may make the objects of `{class_name}`"));
    }
    let (ancestry, _) = program.ancestry(Program::definition_at(module.file, class));
    let enters = ancestry
        .iter()
        .skip(1)
        .find(|above| !matches!(program.own_method(**above, "__init_subclass__"), Own::Nothing));
    let lists = || program.modules_holding(&["__subclasses__("], &[]).first().map(|_| ());
    if enters.is_some() || (ancestry.len() > 1 && lists().is_some()) {
        return Some(format!("`{class_name}` is made by its name, in a program that serves"));
    }
    None
}
