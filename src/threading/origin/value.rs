//! Expressions, variables and what functions return.

use tree_sitter::Node;

use super::{Item, Source, Step};
use crate::program::definitions::{Definition, DefinitionKind};
use crate::program::hierarchy::Own;
use crate::program::types::Type;
use crate::python::call::{ArgumentKind, Call};
use crate::python::literal;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::tree;
use crate::threading::callers::class_of;
use crate::threading::filled;
use crate::threading::parser::PARSES;
use crate::threading::place::{decorators, name_of};
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Decorators under which a function returns what its body does.
const PLAIN: [&str; 4] = ["staticmethod", "classmethod", "functools.lru_cache", "functools.cache"];

/// What copies an object.
const COPIES: [&str; 3] = ["copy.copy", "copy.deepcopy", "typing.cast"];

/// An expression as an item.
pub(in crate::threading) fn value(file: FileId, node: Node, index: Option<usize>) -> Item {
    Item::Value(file, tree::span(tree::unparenthesised(node)), index)
}

impl<'m> Solver<'_, 'm> {
    pub(super) fn step_of_value(&mut self, file: FileId, span: Span, index: Option<usize>) -> Step {
        let Some(module) = self.modules.get(file) else { return Step::Unknown };
        let Some(node) = module.nodes().covering(span) else { return Step::Unknown };
        let again = |inner: Node| value(file, inner, index);
        match node.kind() {
            "identifier" if index.is_none() => variable(file, module, node),
            "identifier" => taken_apart(file, module, node, index),
            "none" if index.is_none() => Step::From(Source::Nothing),
            "attribute" if index.is_none() => self.step_of_attribute(file, module, node),
            "call" => self.step_of_call(file, module, node, index),
            "conditional_expression" => {
                let parts = tree::children(node);
                let ends = parts.first().zip(parts.get(2));
                Step::either(ends.map(|(yes, no)| vec![again(*yes), again(*no)]))
            }
            "boolean_operator" => {
                let left = node.child_by_field_name("left");
                let ends = left.zip(node.child_by_field_name("right"));
                Step::either(ends.map(|(left, right)| vec![again(left), again(right)]))
            }
            "named_expression" => {
                Step::either(node.child_by_field_name("value").map(|inner| vec![again(inner)]))
            }
            "assignment" => {
                Step::either(node.child_by_field_name("right").map(|inner| vec![again(inner)]))
            }
            "subscript" if index.is_none() => {
                let at = node.child_by_field_name("subscript");
                let at = at.and_then(|at| module.text_of(at).parse().ok());
                let inner = node.child_by_field_name("value").zip(at);
                inner.map_or(Step::Unknown, |(inner, at)| Step::of(value(file, inner, Some(at))))
            }
            "tuple" | "expression_list" => {
                let parts = tree::children(node);
                let is_plain = !parts.iter().any(|part| part.kind() == "list_splat");
                let part = index.and_then(|at| parts.get(at)).filter(|_| is_plain);
                part.map_or(Step::Unknown, |part| Step::of(value(file, *part, None)))
            }
            _ => Step::Unknown,
        }
    }

    fn step_of_attribute(&mut self, file: FileId, module: &'m Module, node: Node<'m>) -> Step {
        let (Some(object), Some(name)) =
            (node.child_by_field_name("object"), node.child_by_field_name("attribute"))
        else {
            return Step::Unknown;
        };
        let name = module.text_of(name).to_owned();
        if let Some(typed) = self.program.type_of(file, module, object) {
            let kept = typed.types.iter().map(|of| match of {
                Type::Instance(class) => Some(Item::Kept(*class, name.clone())),
                Type::Class(_) => None,
            });
            return Step::either(kept.collect());
        }
        let meaning = self.program.meaning_of(file, module, object);
        match (&meaning.module[..], meaning.is_sure && meaning.definitions.is_empty()) {
            ([home], true) => Step::of(Item::Variable(*home, 0, name)),
            _ => Step::Unknown,
        }
    }

    fn step_of_call(
        &mut self,
        file: FileId,
        module: &'m Module,
        node: Node<'m>,
        index: Option<usize>,
    ) -> Step {
        let Some(call) = Call::at(node, module.text()) else { return Step::Unknown };
        let function = tree::unparenthesised(call.function);
        if let Some(class) = self.class_called(file, module, function) {
            let is_object = index.is_none();
            if is_object && self.is_plain_parser(class) {
                return Step::From(Source::Parser(file, tree::span(node)));
            }
            return if is_object { Step::From(Source::Made(class)) } else { Step::Unknown };
        }
        if let Some(functions) = self.functions_called(file, module, function) {
            let returned = functions.into_iter().map(|function| Item::Returned(function, index));
            return Step::OneOf(returned.collect());
        }
        if self.program.callee(file, module, function).is_some() {
            return Step::Unknown;
        }
        let resolved = module.names.resolve(function, module.text());
        if resolved.single().is_some_and(|name| COPIES.contains(&name)) {
            let last = call.arguments.iter().rfind(|a| a.kind == ArgumentKind::Positional);
            return last.map_or(Step::Unknown, |a| Step::of(value(file, a.value, index)));
        }
        if let Some(class) = index.and_then(|index| filled::class(module, &call, index)) {
            let class = self.class_named(file, module, class);
            return class.map_or(Step::Unknown, |class| Step::From(Source::Made(class)));
        }
        let meaning = self.program.meaning_of(file, module, function);
        if !meaning.definitions.is_empty() {
            return Step::Unknown;
        }
        by_library(file, module, function, node, index)
    }

    /// Whether a class of the program is a parser that adds and parses arguments as `argparse` does.
    fn is_plain_parser(&self, class: Definition) -> bool {
        let bases = self.program.foreign_bases(class);
        let (ancestry, _) = self.program.ancestry(class);
        let own =
            ["__init__", "add_argument", "add_argument_group", "parse_args", "parse_known_args"];
        bases == ["ArgumentParser"]
            && ancestry.iter().all(|class| {
                own.iter().all(|name| {
                    matches!(
                        self.program.own_method(*class, name),
                        crate::program::hierarchy::Own::Nothing
                    )
                })
            })
    }

    /// The class that a call makes an object of, where it names one.
    fn class_called(&self, file: FileId, module: &Module, function: Node) -> Option<Definition> {
        if module.text_of(function) == "cls" {
            let typed = self.program.type_of(file, module, function)?;
            let [Type::Class(class)] = typed.types[..] else { return None };
            return Some(class);
        }
        self.class_named(file, module, function)
    }

    /// The class that an expression or annotation names, if it can be no other, and never `None`.
    pub(in crate::threading) fn class_named(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
    ) -> Option<Definition> {
        let mut node = tree::unparenthesised(node);
        while node.kind() == "type" {
            node = tree::unparenthesised(*tree::children(node).first()?);
        }
        let meaning = match node.kind() {
            "identifier" | "attribute" => self.program.meaning_of(file, module, node),
            "string" => {
                let name = literal::plain_string(node, module.text())?;
                let scope = module.names.scope_at(node.start_byte());
                self.program.local_meaning(module, file, name, scope)
            }
            _ => return None,
        };
        let [class] = meaning.definitions[..] else { return None };
        (meaning.is_sure && class.kind == DefinitionKind::Class).then_some(class)
    }

    /// The functions of the program of which a call runs one: overrides count as well.
    pub(super) fn functions_called(
        &self,
        file: FileId,
        module: &Module,
        function: Node,
    ) -> Option<Vec<Key>> {
        let callee = self.program.callee(file, module, function)?;
        if !callee.is_sure || callee.makes.is_some() {
            return None;
        }
        let mut found = Vec::new();
        for function in callee.functions {
            found.push((function.file, function.span));
            let Some(class) = class_of(self.program, function) else { continue };
            let name = self.program.name_of(function)?;
            for below in self.program.derived_with(class, &[&name])? {
                match self.program.own_method(below, &name) {
                    Own::Function(method) => found.push((method.file, method.span)),
                    Own::Other => return None,
                    Own::Nothing => {}
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// What all bindings of a variable give it.
    pub(super) fn step_of_variable(&mut self, file: FileId, scope: usize, name: &str) -> Step {
        let Some(module) = self.modules.get(file) else { return Step::Unknown };
        let bindings = module.names.scopes.get(scope).and_then(|s| s.bindings.get(name));
        let Some(bindings) = bindings else { return Step::Unknown };
        if crate::threading::deleted::line(module, name, scope).is_some() {
            return Step::Unknown;
        }
        let mut items = Vec::new();
        for binding in bindings {
            match self.bound(file, module, binding) {
                Some(item) => items.push(item),
                None => return Step::Unknown,
            }
        }
        Step::OneOf(items)
    }

    pub(in crate::threading) fn bound(
        &self,
        file: FileId,
        module: &'m Module,
        binding: &Binding,
    ) -> Option<Item> {
        match &binding.kind {
            BindingKind::Assignment { value: span } => {
                Some(value(file, module.nodes().covering(*span)?, None))
            }
            BindingKind::Parameter => {
                let node = module.nodes().covering(binding.span)?;
                let function =
                    module.ancestors(node).find(|around| around.kind() == "function_definition")?;
                let is_other = module.ancestors(node).any(|a| a.kind() == "lambda" && a.is_named());
                let name = module.slice(binding.span).to_owned();
                (!is_other).then(|| Item::Parameter((file, tree::span(function)), name))
            }
            BindingKind::Other => {
                let node = module.nodes().covering(binding.span)?;
                let list = module.parent(node)?;
                let assignment = module.parent(list).filter(|a| a.kind() == "assignment")?;
                let parts = tree::children(list);
                let at = parts.iter().position(|part| part.id() == node.id())?;
                let is_plain = !parts[..at].iter().any(|part| part.kind() == "list_splat_pattern");
                let right = assignment.child_by_field_name("right").filter(|_| is_plain)?;
                Some(value(file, right, Some(at)))
            }
            BindingKind::Import { target, .. } => {
                let (home, name) = target.rsplit_once('.')?;
                // `from .. import name`
                let is_folder = home.chars().all(|letter| letter == '.');
                let home = if is_folder { format!("{home}.") } else { home.to_owned() };
                let meaning = self.program.meaning(&home, file);
                let [home] = meaning.module[..] else { return None };
                meaning.is_sure.then(|| Item::Variable(home, 0, name.to_owned()))
            }
            _ => None,
        }
    }

    /// What a function returns: an object of the class that its annotation names, else one of the
    /// values that it returns.
    pub(super) fn step_of_result(&mut self, function: Key, index: Option<usize>) -> Step {
        let Some(module) = self.modules.get(function.0) else { return Step::Unknown };
        let node = module.exact(function.1, &["function_definition"]);
        let Some(node) = node.filter(|node| returns_plainly(module, *node)) else {
            return Step::Unknown;
        };
        if let Some(annotation) = node.child_by_field_name("return_type")
            && index.is_none()
            && let Some(class) = self.class_named(function.0, module, annotation)
        {
            return Step::From(Source::Made(class));
        }
        let Some(values) = returned(module, node) else { return Step::Unknown };
        Step::OneOf(values.into_iter().map(|node| value(function.0, node, index)).collect())
    }
}

/// The values that a function returns; `None` if it may return nothing, or yields.
pub(super) fn returned<'m>(module: &'m Module, function: Node<'m>) -> Option<Vec<Node<'m>>> {
    let body = function.child_by_field_name("body")?;
    let own = tree::span(body);
    let is_own = |node: Node| {
        let around = module.ancestors(node).find(|a| {
            matches!(a.kind(), "function_definition") || (a.kind() == "lambda" && a.is_named())
        });
        around.is_some_and(|around| around.id() == function.id())
    };
    let within = |node: &Node| own.contains(tree::span(*node)) && is_own(*node);
    if module.of_kind("yield").any(|node| within(&node)) {
        return None;
    }
    let statements = module.of_kind("return_statement");
    let mut values = Vec::new();
    for statement in statements.filter(within).filter(|s| s.kind() == "return_statement") {
        values.push(*tree::children(statement).first()?);
    }
    // One that only raises is there to be overridden.
    let raises = || tree::children(body).last().is_some_and(|s| s.kind() == "raise_statement");
    (!values.is_empty() || raises()).then_some(values)
}

fn returns_plainly(module: &Module, function: Node) -> bool {
    let is_plain = |decorator: Node| {
        let callee = decorator.child_by_field_name("function").unwrap_or(decorator);
        let resolved = module.names.resolve(callee, module.text());
        resolved.single().is_some_and(|name| PLAIN.contains(&name))
    };
    !module.text_of(function).starts_with("async")
        && decorators(module, function).into_iter().all(is_plain)
        && name_of(module, function).is_some()
}

fn variable(file: FileId, module: &Module, node: Node) -> Step {
    let name = module.text_of(node);
    let scope = module.names.binding_scope(name, module.names.scope_at(node.start_byte()));
    scope.map_or(Step::Unknown, |scope| Step::of(Item::Variable(file, scope, name.to_owned())))
}

/// What stands at a position of the values of a variable.
fn taken_apart(file: FileId, module: &Module, node: Node, index: Option<usize>) -> Step {
    let scope = module.names.scope_at(node.start_byte());
    let bindings = module.names.bindings(module.text_of(node), scope);
    let values = bindings.iter().map(|binding| match binding.kind {
        BindingKind::Assignment { value: span } => {
            module.nodes().covering(span).map(|node| value(file, node, index))
        }
        _ => None,
    });
    let items: Option<Vec<Item>> = values.collect();
    Step::either(items.filter(|items| !items.is_empty()))
}

/// What a call of a library gives: a parser, or the namespace of one.
fn by_library(
    file: FileId,
    module: &Module,
    function: Node,
    call: Node,
    index: Option<usize>,
) -> Step {
    let named = function.child_by_field_name("attribute").map(|name| module.text_of(name));
    if let Some(named) = named.filter(|named| PARSES.contains(named)) {
        let is_pair = named.contains("known");
        let fits = if is_pair { index == Some(0) } else { index.is_none() };
        return if fits {
            Step::From(Source::Parsed(file, tree::span(call)))
        } else {
            Step::Unknown
        };
    }
    let last = named.unwrap_or_else(|| module.text_of(function));
    let is_parser = index.is_none()
        && last.ends_with("Parser")
        && last.contains("Arg")
        && !last.starts_with("Hf")
        || last == "FlexibleArgumentParser";
    if is_parser { Step::From(Source::Parser(file, tree::span(call))) } else { Step::Unknown }
}
