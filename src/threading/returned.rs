//! What is done with what a function returns.

use tree_sitter::Node;

use super::decorator::{Effect, effect_at};
use super::escape::{Use, followed};
use super::imported::references;
use super::look::{Look, What};
use super::place::{class_of, decorators, name_of};
use super::subject::homes;
use super::{callers, kin};
use crate::program::Program;
use crate::program::mentions::Sought;
use crate::python::module::Module;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// What is done with what a function returns by a statement: where the call stands that is being
/// followed, there; otherwise wherever it is called.
pub(super) fn returned(look: &Look, statement: Node) -> Use {
    let module = look.module;
    let around = module
        .ancestors(statement)
        .find(|around| matches!(around.kind(), "function_definition" | "lambda"));
    let (Some(function), Some(look)) = (around, look.deeper()) else { return unseen() };
    if let Some(frame) = look.frame_of(function) {
        let at_call = frame.look.of(look.what);
        return match at_call.deeper() {
            Some(at_call) => followed(&at_call, frame.call),
            None => unseen(),
        };
    }
    let is_followed = match look.what {
        What::Function | What::Partial => true,
        // What is made from a table may be served where it is asked for.
        What::Object => look.is_kept,
        What::Class => false,
    };
    if look.frame.is_some() || !is_followed {
        return unseen();
    }
    by_callers(&look, function)
}

fn unseen() -> Use {
    Use::Unknown("returned".to_owned())
}

/// What the callers of a function do with what it returns.
fn by_callers(look: &Look, function: Node) -> Use {
    let module = look.module;
    let is_plain = decorators(module, function)
        .into_iter()
        .all(|decorator| effect_at(look, decorator) == Effect::Kept);
    let is_nested = module.ancestors(function).any(|around| around.kind() == "function_definition");
    let name = name_of(module, function);
    let Some(name) = name.filter(|_| is_plain && !is_nested) else { return unseen() };
    // A class of another library may call a method of one that derives from it.
    let class = class_of(module, function);
    let class = class.map(|class| Program::definition_at(module.file, class));
    if class.is_some_and(|class| !look.program.ancestry(class).1) {
        return unseen();
    }
    look.kept((module.file, crate::python::tree::span(function)), name, || {
        if !look.may_search() {
            return unseen();
        }
        let definition = Program::definition_at(module.file, function);
        let Some(wanted) = kin::wanted(look.program, &[definition]) else { return unseen() };
        let found = callers::find(look.program, &[wanted]).into_iter().next().unwrap_or_default();
        let sure = found.calls.iter().chain(&found.by_name).map(|call| (call.file, call.call));
        let unsure = found.unresolved.iter().map(|call| (call.file, call.call));
        let mut calls: Vec<(FileId, Span)> = sure.chain(unsure).collect();
        calls.sort_unstable();
        let mut result = Use::Harmless;
        for (file, call) in &calls {
            result = result.or(at_caller(look, *file, *call));
        }
        match look.what {
            // What it is called with is seen, but not by whom: a library's own function.
            What::Partial | What::Object => result.or(Use::Known("returned".to_owned())),
            _ if calls.is_empty() || is_handed_on(look, function, name) => unseen(),
            _ => result.or(Use::Known(format!("returned by `{name}`"))),
        }
    })
}

fn at_caller(look: &Look, file: FileId, call: Span) -> Use {
    let Some(member) = look.program.module(file) else { return unseen() };
    let look = look.within(&member.module);
    let Some(node) = look.module.exact(call, &["call"]) else { return unseen() };
    let callee = node.child_by_field_name("function").map_or("", |f| look.module.text_of(f));
    if callee.rsplit('.').next().is_some_and(|last| last.starts_with("partial")) {
        return unseen();
    }
    followed(&look, node)
}

/// Whether a function is named otherwise than to call it.
fn is_handed_on(look: &Look, function: Node, name: &str) -> bool {
    let module = look.module;
    let scope = module.names.scope_at(function.start_byte());
    let own = module.names.uses_of(name, scope, module.text()).into_iter();
    let own = own.filter_map(|used| module.nodes().covering(used));
    let attributes = module.attributes_named(name);
    if own.chain(attributes).any(|node| is_more_than_called(module, node)) {
        return true;
    }
    if !look.may_search() {
        return true;
    }
    let homes = homes(look.program.relative(module.file));
    let sought = Sought {
        word: name.to_owned(),
        as_attribute: false,
        calls_too: false,
        as_method: false,
        beside: homes.clone(),
        ..Sought::default()
    };
    let homes: Vec<&str> = homes.iter().map(String::as_str).collect();
    let mut is_handed = false;
    look.program.mentioning(&[sought], &mut |member, _| {
        let other = &*member.module;
        is_handed |= other.file != module.file
            && references(other, name, &homes).into_iter().any(|n| is_more_than_called(other, n));
    });
    is_handed
}

fn is_more_than_called(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| match parent.kind() {
        "call" => parent.child_by_field_name("function").is_none_or(|f| f.id() != node.id()),
        "function_definition" => false,
        _ => true,
    })
}
