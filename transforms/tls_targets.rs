//! What a call that is given an argument leads to: a callable of the table, by its name, by the
//! object that it is a method of, or because it is handed on.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::instance::origins;
use super::sinks::{self, Kind, Sink};
use super::tls::NAME;
use super::tls_objects::{Key, key};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::Resolution;
use crate::python::{literal, tree};

/// What may have made the objects of one module.
pub(super) type Makers = RefCell<FxHashMap<Key, Vec<String>>>;

/// A callable of the table that takes an argument.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The callable as the catalogue spells it, for a method that of its object before it.
    pub(super) sink: String,
    /// Its row.
    pub(super) row: &'static Sink,
    /// Why it may be something else.
    pub(super) doubt: Option<String>,
    /// Whether the argument is handed on with the callable, to be called later.
    pub(super) handed_on: bool,
}

/// What a call leads to that is given the argument.
pub(super) fn target(
    module: &Module,
    makers: &Makers,
    call: &Call,
    argument: &str,
) -> Option<Target> {
    let function = tree::unparenthesised(call.function);
    let resolution = module.names.resolve(function, module.text());
    if let Some((sink, row)) = row_among(resolution.candidates(), argument) {
        let doubt = doubt(module, &resolution);
        return Some(Target { sink, row, doubt, handed_on: false });
    }
    method(module, makers, function, argument)
        .or_else(|| chosen(module, makers, function, argument))
        .or_else(|| handed_on(module, makers, call, argument))
}

/// The row of the table for the argument of one of the callables.
fn row_among(names: &[String], argument: &str) -> Option<(String, &'static Sink)> {
    names.iter().find_map(|name| Some((name.clone(), row(name, argument)?)))
}

/// The row of the table for the argument of a callable.
fn row(callable: &str, argument: &str) -> Option<&'static Sink> {
    let mut rows = sinks::of(NAME).filter(|row| row.kind == Kind::Flag);
    rows.find(|row| {
        row.argument.as_deref() == Some(argument)
            && row.callables.iter().any(|name| name == callable)
    })
}

fn doubt(module: &Module, resolution: &Resolution) -> Option<String> {
    match resolution {
        Resolution::Ambiguous { rival, .. } => {
            let line = module.lines.of(rival.start) + 1;
            Some(format!("the name is also bound otherwise, in line {line}"))
        }
        _ => None,
    }
}

/// `session.get`, where the object is known.
fn method(module: &Module, makers: &Makers, function: Node, argument: &str) -> Option<Target> {
    if function.kind() != "attribute" {
        return None;
    }
    let object = function.child_by_field_name("object")?;
    let name = module.text_of(function.child_by_field_name("attribute")?);
    let (class, row) = class_of(module, makers, object, argument)?;
    Some(Target { sink: format!("{class}.{name}"), row, doubt: None, handed_on: false })
}

/// The class of the table that an object is of, if its objects take the argument.
pub(super) fn class_of(
    module: &Module,
    makers: &Makers,
    object: Node,
    argument: &str,
) -> Option<(String, &'static Sink)> {
    let object = tree::unparenthesised(object);
    if let Some(key) = key(module, object).filter(|key| key.text != "self") {
        let mut known = makers.borrow_mut();
        let names = known.entry(key).or_insert_with(|| makers_of(module, object));
        return row_among(names, argument);
    }
    row_among(&makers_of(module, object), argument)
}

/// The classes that an object may be of, and the functions that may have made it.
fn makers_of(module: &Module, object: Node) -> Vec<String> {
    let is_own = matches!(module.text_of(object), "self" | "super()");
    let mut names = if is_own { bases(module, object) } else { Vec::new() };
    names.extend(origins(module, object).names);
    names.retain(|name| makes_objects(name));
    names
}

/// Whether a callable returns an object whose methods are sinks, and no answer of a server.
fn makes_objects(callable: &str) -> bool {
    let last = callable.rsplit('.').next().unwrap_or(callable);
    last == "session" || last.starts_with(char::is_uppercase)
}

/// The dotted names of the bases of the class around a node.
fn bases(module: &Module, node: Node) -> Vec<String> {
    let class = module.ancestors(node).find(|around| around.kind() == "class_definition");
    let list = class.and_then(|class| class.child_by_field_name("superclasses"));
    let bases = list.map(tree::children).unwrap_or_default();
    bases
        .into_iter()
        .flat_map(|base| module.names.resolve(base, module.text()).candidates().to_vec())
        .collect()
}

/// `getattr(requests, verb)`, of which any function or method takes the argument.
fn chosen(module: &Module, makers: &Makers, function: Node, argument: &str) -> Option<Target> {
    let call = Call::at(function, module.text())?;
    let object = call.positional(0)?.value;
    if module.text_of(call.function) != "getattr" {
        return None;
    }
    let name = call.positional(1).and_then(|a| literal::plain_string(a.value, module.text()));
    let name = name.unwrap_or("request");
    if let Some((class, row)) = class_of(module, makers, object, argument) {
        return Some(Target {
            sink: format!("{class}.{name}"),
            row,
            doubt: None,
            handed_on: false,
        });
    }
    let resolution = module.names.resolve(object, module.text());
    let names: Vec<String> =
        resolution.candidates().iter().map(|base| format!("{base}.{name}")).collect();
    let (sink, row) = row_among(&names, argument)?;
    Some(Target { sink, row, doubt: doubt(module, &resolution), handed_on: false })
}

/// `partial(requests.get, verify=False)`, `pool.submit(session.get, url, verify=False)`.
fn handed_on(module: &Module, makers: &Makers, call: &Call, argument: &str) -> Option<Target> {
    let positional = call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional);
    positional.take(2).find_map(|given| {
        let value = tree::unparenthesised(given.value);
        if !matches!(value.kind(), "identifier" | "attribute") {
            return None;
        }
        let resolution = module.names.resolve(value, module.text());
        if let Some((sink, row)) = row_among(resolution.candidates(), argument) {
            let doubt = doubt(module, &resolution);
            return Some(Target { sink, row, doubt, handed_on: true });
        }
        let found = method(module, makers, value, argument)?;
        Some(Target { handed_on: true, ..found })
    })
}
