//! What a decorator of the program makes of the parameters of a function.

use tree_sitter::Node;

use super::decorator::{Effect, effect_at};
use super::escape::{Use, followed, is_as_called};
use super::look::Look;
use super::place::{decorators, name_of};
use crate::program::definitions::DefinitionKind;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;

/// The effect of a decorator by the functions of the program that it runs. `is_called` tells that
/// it is what a call of them returns: `@retry(3)`.
pub(super) fn effect_of(look: &Look, callee: Node, is_called: bool) -> Effect {
    let meaning = look.program.meaning_of(look.module.file, look.module, callee);
    let is_function = meaning.definitions.iter().all(|d| d.kind == DefinitionKind::Function);
    let Some(look) = look.deeper().filter(|_| meaning.is_sure && is_function) else {
        return Effect::Unknown;
    };
    let effects = meaning.definitions.iter().map(|definition| {
        let Some(member) = look.program.member_of(*definition) else { return Effect::Unknown };
        let look = look.within(&member.module);
        let function = look.module.exact(definition.span, &["function_definition"]);
        let Some(function) = function else { return Effect::Unknown };
        look.effect(*definition, is_called, || decorates(&look, function, is_called))
    });
    worst(effects)
}

/// The effect that counts of several, of which one is had; unknown if there are none.
fn worst(effects: impl Iterator<Item = Effect>) -> Effect {
    let both = |a: Effect, b: Effect| match (a, b) {
        (Effect::Kept, other) | (other, Effect::Kept) => other,
        (Effect::Cut, Effect::Cut) => Effect::Cut,
        _ => Effect::Unknown,
    };
    effects.reduce(both).unwrap_or(Effect::Unknown)
}

fn decorates(look: &Look, function: Node, is_called: bool) -> Effect {
    let module = look.module;
    let own = decorators(module, function);
    if let [decorator] = own[..] {
        // `@measured("load")` of a function that `contextmanager` made one of.
        let resolved = module.names.resolve(decorator, module.text());
        let is_manager = resolved.single() == Some("contextlib.contextmanager");
        return if is_manager && is_called { Effect::Kept } else { Effect::Unknown };
    }
    if !own.is_empty() {
        return Effect::Unknown;
    }
    if !is_called {
        return wraps(look, function);
    }
    worst(returns(module, function).into_iter().map(|value| {
        match value.and_then(|value| function_within(module, function, value)) {
            Some(made) if decorators(module, made).is_empty() => wraps(look, made),
            _ => Effect::Unknown,
        }
    }))
}

/// What a function does with the parameters of one that it is handed.
fn wraps(look: &Look, decorator: Node) -> Effect {
    let module = look.module;
    let signature = Signature::at(decorator);
    let first = signature.as_ref().and_then(|signature| signature.parameters.first());
    let first = first.filter(|first| {
        matches!(first.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
    });
    let (Some(first), Some(body)) = (first, decorator.child_by_field_name("body")) else {
        return Effect::Unknown;
    };
    let name = module.text_of(first.name);
    let scope = module.names.scope_at(body.start_byte());
    if module.names.scopes[scope].bindings.get(name).is_none_or(|all| all.len() != 1) {
        return Effect::Unknown;
    }
    let one = Decorated { look: *look, decorator, name };
    let uses = module.names.uses_of(name, scope, module.text());
    let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    let is_harmless = nodes.into_iter().all(|node| one.is_harmless(node));
    if !is_harmless {
        return Effect::Unknown;
    }
    worst(returns(module, decorator).into_iter().map(|value| match value {
        Some(value) => one.returned(value),
        None => Effect::Unknown,
    }))
}

/// A function that is handed to a decorator.
struct Decorated<'a> {
    look: Look<'a>,
    decorator: Node<'a>,
    name: &'a str,
}

impl<'a> Decorated<'a> {
    /// Whether nothing that is not seen comes of a use, calls and returns left aside.
    fn is_harmless(&self, node: Node) -> bool {
        let module = self.look.module;
        let Some(parent) = module.parent(node) else { return false };
        let is_call = parent.kind() == "call"
            && parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id());
        match parent.kind() {
            "parameters" => true,
            _ if is_call => self.is_seen(parent),
            "argument_list" if module.parent(parent).is_some_and(|c| is_wraps(module, c)) => true,
            "return_statement" => self.is_own(parent),
            _ => !matches!(followed(&self.look, node), Use::Unknown(_)),
        }
    }

    /// Whether a statement stands in the decorator, not in a function within.
    fn is_own(&self, node: Node) -> bool {
        around(self.look.module, node).is_some_and(|around| around.id() == self.decorator.id())
    }

    /// Whether a call unpacks nothing but what a function within the decorator was called with.
    fn is_seen(&self, call: Node) -> bool {
        let module = self.look.module;
        let Some(found) = Call::at(call, module.text()) else { return false };
        let spreads = |kind| matches!(kind, ArgumentKind::Splat | ArgumentKind::DoubleSplat);
        let mut unpacked = found.arguments.iter().filter(|argument| spreads(argument.kind));
        unpacked.all(|argument| {
            let wrapper = self.wrapper(call);
            wrapper.is_some_and(|wrapper| is_as_called(module, wrapper, argument.value))
        })
    }

    /// The function directly within the decorator that holds a place.
    fn wrapper(&self, node: Node<'a>) -> Option<Node<'a>> {
        let module = self.look.module;
        let functions = module.ancestors(node).filter(|a| a.kind() == "function_definition");
        functions.take_while(|around| around.id() != self.decorator.id()).last()
    }

    /// The effect of a value that is returned: the function itself, or one that calls it.
    fn returned(&self, value: Node<'a>) -> Effect {
        let module = self.look.module;
        let value = tree::unparenthesised(value);
        if let Some(inner) = wrapped(module, value) {
            return self.returned(inner);
        }
        if value.kind() == "identifier" && module.text_of(value) == self.name {
            return Effect::Kept;
        }
        match function_within(module, self.decorator, value) {
            Some(wrapper) => self.by_wrapper(wrapper),
            None => Effect::Unknown,
        }
    }

    fn by_wrapper(&self, wrapper: Node<'a>) -> Effect {
        let module = self.look.module;
        let is_known = |decorator: &Node| {
            is_wraps(module, *decorator) || effect_at(&self.look, *decorator) == Effect::Kept
        };
        if !decorators(module, wrapper).iter().all(is_known) || !self.is_only_returned(wrapper) {
            return Effect::Unknown;
        }
        let Some(body) = wrapper.child_by_field_name("body") else { return Effect::Unknown };
        let mut calls = tree::preorder(body).filter(|node| node.kind() == "call").filter(|call| {
            let function = call.child_by_field_name("function");
            function.is_some_and(|function| module.text_of(function) == self.name)
        });
        let mut any = false;
        let all = calls.all(|call| {
            any = true;
            let call = Call::at(call, module.text());
            let mut arguments = call.iter().flat_map(|call| &call.arguments);
            arguments.any(|argument| argument.kind == ArgumentKind::DoubleSplat)
        });
        match all && any {
            true if self.looks_at_keywords(wrapper, body) => Effect::Unknown,
            true => Effect::Kept,
            false => Effect::Cut,
        }
    }

    /// Whether a function within does something else with the keywords that it was called with than
    /// handing them on: hands them to others too, or counts them.
    fn looks_at_keywords(&self, wrapper: Node<'a>, body: Node<'a>) -> bool {
        let module = self.look.module;
        let Some(signature) = Signature::at(wrapper) else { return true };
        let mut parameters = signature.parameters.iter();
        let keywords = parameters.find(|p| p.kind == ParameterKind::VarKeyword);
        let Some(keywords) = keywords.map(|keywords| module.text_of(keywords.name)) else {
            return false;
        };
        let uses =
            module.names.uses_of(keywords, module.names.scope_at(body.start_byte()), module.text());
        uses.into_iter().filter_map(|used| module.nodes().covering(used)).any(|node| {
            let Some(parent) = module.parent(node) else { return true };
            match parent.kind() {
                "dictionary_splat" => {
                    let call = module.ancestors(parent).find(|around| around.kind() == "call");
                    let callee = call.and_then(|call| call.child_by_field_name("function"));
                    callee.is_none_or(|callee| module.text_of(callee) != self.name)
                }
                "argument_list" => {
                    let callee =
                        module.parent(parent).and_then(|call| call.child_by_field_name("function"));
                    callee.is_some_and(|callee| module.text_of(callee) == "len")
                }
                kind => matches!(
                    kind,
                    "if_statement"
                        | "elif_clause"
                        | "while_statement"
                        | "assert_statement"
                        | "not_operator"
                        | "boolean_operator"
                        | "comparison_operator"
                        | "conditional_expression"
                ),
            }
        })
    }

    /// Whether nothing is done with a function within but returning it, or what can be seen.
    fn is_only_returned(&self, wrapper: Node) -> bool {
        let module = self.look.module;
        let Some(name) = name_of(module, wrapper) else { return false };
        let scope = module.names.scope_at(wrapper.start_byte());
        let uses = module.names.uses_of(name, scope, module.text());
        let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
        nodes.into_iter().all(|node| {
            let Some(parent) = module.parent(node) else { return false };
            match parent.kind() {
                "function_definition" => true,
                "return_statement" => self.is_own(parent),
                "argument_list" => {
                    let call = module.parent(parent);
                    call.is_some_and(|call| {
                        wrapped(module, call).is_some() || is_wraps(module, call)
                    }) || !matches!(followed(&self.look, node), Use::Unknown(_))
                }
                _ => !matches!(followed(&self.look, node), Use::Unknown(_)),
            }
        })
    }
}

/// What the return statements of a function return; those of functions within do not count.
fn returns<'m>(module: &'m Module, function: Node<'m>) -> Vec<Option<Node<'m>>> {
    let Some(body) = function.child_by_field_name("body") else { return Vec::new() };
    let statements = tree::preorder(body).filter(|node| node.kind() == "return_statement");
    let own = statements.filter(|statement| {
        around(module, *statement).is_some_and(|around| around.id() == function.id())
    });
    own.map(|statement| tree::children(statement).first().copied()).collect()
}

fn around<'m>(module: &'m Module, node: Node) -> Option<Node<'m>> {
    module.ancestors(node).find(|around| around.kind() == "function_definition")
}

/// The function directly within another one that a name means, if it means nothing else.
fn function_within<'m>(module: &'m Module, outer: Node<'m>, value: Node) -> Option<Node<'m>> {
    if value.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(value.start_byte());
    let [binding] = module.names.bindings(module.text_of(value), scope) else { return None };
    let BindingKind::Function = binding.kind else { return None };
    let function = module.parent(module.nodes().covering(binding.span)?)?;
    let is_within = around(module, function).is_some_and(|around| around.id() == outer.id());
    is_within.then_some(function)
}

/// Whether a call is one of `functools.wraps` or `update_wrapper`.
fn is_wraps(module: &Module, call: Node) -> bool {
    let callee = call.child_by_field_name("function").unwrap_or(call);
    let resolved = module.names.resolve(callee, module.text());
    let is_it =
        |name: &String| matches!(name.as_str(), "functools.wraps" | "functools.update_wrapper");
    !resolved.candidates().is_empty() && resolved.candidates().iter().all(is_it)
}

/// The function in `wraps(f)(wrapper)` or `update_wrapper(wrapper, f)`.
fn wrapped<'m>(module: &'m Module, call: Node<'m>) -> Option<Node<'m>> {
    let callee = call.child_by_field_name("function").filter(|_| call.kind() == "call")?;
    let is_it = match callee.kind() {
        "call" => is_wraps(module, callee),
        _ => is_wraps(module, call) && module.text_of(callee).ends_with("update_wrapper"),
    };
    tree::children(call.child_by_field_name("arguments")?).first().copied().filter(|_| is_it)
}

#[cfg(test)]
mod tests;
