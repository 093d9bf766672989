//! What is run while an object is not complete yet.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::attribute::{How, Kept};
use super::init::base_init;
use super::place::{method, methods, name_of, receiver};
use crate::python::module::Module;
use crate::python::tree;

/// What runs before an attribute is set.
#[derive(Debug, Default)]
pub(super) struct Early<'m> {
    /// The attributes of the object that are used: among them the methods that are called.
    pub(super) names: FxHashSet<&'m str>,
    /// Whether the object itself is handed on or used, so that any method may be run.
    pub(super) whole: bool,
}

/// Methods that Python runs for an object that is not complete.
const HOOKS: [&str; 4] = ["__setattr__", "__getattr__", "__getattribute__", "__delattr__"];

/// Builtins that run no method of what they are given.
const HARMLESS: [&str; 5] = ["super", "isinstance", "type", "id", "vars"];

/// What is run from `__init__` before a kept attribute is there, through other methods too.
pub(super) fn before<'m>(module: &'m Module, kept: &Kept<'m>, name: &str) -> Early<'m> {
    let mut ends: FxHashMap<usize, usize> = FxHashMap::default();
    match kept.how {
        How::Class => return Early::default(),
        How::Store(init, statement) => {
            ends.insert(init.id(), statement.start_byte());
        }
        How::Field => {
            let owner = method(module, kept.chain[kept.giver], "__init__");
            if let Some(init) = owner {
                let end = base_init(module, init).map_or(init.end_byte(), |at| at.end_byte());
                ends.insert(init.id(), end);
            }
        }
        How::Property => {}
    }
    if !matches!(kept.how, How::Property) {
        for class in &kept.chain[..kept.giver] {
            let init = method(module, *class, "__init__");
            if let Some((init, call)) = init.and_then(|i| Some((i, base_init(module, i)?))) {
                ends.insert(init.id(), call.end_byte());
            }
        }
    }
    // A property is run whenever the attribute is read.
    let also = matches!(kept.how, How::Property).then_some(name);
    run(module, &kept.chain, &ends, also)
}

/// What is run from the `__init__` of a class, to its end.
pub(super) fn all<'m>(module: &'m Module, chain: &[Node<'m>]) -> Early<'m> {
    run(module, chain, &FxHashMap::default(), None)
}

/// Follows the methods of a chain of classes from the first `__init__`; `ends` says up to which
/// offset a method counts, `also` is a property that is run too.
fn run<'m>(
    module: &'m Module,
    chain: &[Node<'m>],
    ends: &FxHashMap<usize, usize>,
    also: Option<&str>,
) -> Early<'m> {
    let mut found = Early::default();
    let mut by_name: FxHashMap<&str, Vec<Node>> = FxHashMap::default();
    for class in chain {
        for method in methods(*class) {
            if let Some(name) = name_of(module, method) {
                by_name.entry(name).or_default().push(method);
            }
        }
    }
    let first = chain.iter().find_map(|class| method(module, *class, "__init__"));
    let mut waiting: Vec<Node> = first.into_iter().collect();
    waiting.extend(also.and_then(|also| by_name.get(also)).into_iter().flatten());
    if waiting.is_empty() {
        return found;
    }
    waiting.extend(HOOKS.iter().filter_map(|hook| by_name.get(hook)).flatten());
    for hook in HOOKS {
        if let Some((name, _)) = by_name.get_key_value(hook) {
            found.names.insert(name);
        }
    }
    let mut seen: FxHashSet<usize> = FxHashSet::default();
    while let Some(method) = waiting.pop() {
        if !seen.insert(method.id()) {
            continue;
        }
        let end = ends.get(&method.id()).copied().unwrap_or(method.end_byte());
        for name in uses(module, method, end, &mut found.whole) {
            waiting.extend(by_name.get(name).into_iter().flatten());
            found.names.insert(name);
        }
    }
    found
}

/// The attributes of its receiver, and of what stands for it, that a method uses before an offset;
/// `whole` becomes true where the receiver is used otherwise.
fn uses<'m>(module: &'m Module, method: Node<'m>, end: usize, whole: &mut bool) -> Vec<&'m str> {
    let Some(object) = receiver(module, method) else { return Vec::new() };
    let object = module.text_of(object.name);
    let Some(body) = method.child_by_field_name("body") else { return Vec::new() };
    let mut found = Vec::new();
    for node in tree::preorder(body).take_while(|node| node.start_byte() < end) {
        match node.kind() {
            "attribute" => {
                let of = node.child_by_field_name("object").map(|o| module.text_of(o));
                let name = node.child_by_field_name("attribute").map(|a| module.text_of(a));
                let is_own = of.is_some_and(|of| of == object || of.starts_with("super("));
                let is_init = name == Some("__init__");
                found.extend(name.filter(|_| is_own || is_init));
            }
            "identifier" if module.text_of(node) == object => {
                *whole |= !is_harmless(module, node);
            }
            _ => {}
        }
    }
    found
}

/// Whether the receiver is used in a way that runs no method of it by itself.
fn is_harmless(module: &Module, node: Node) -> bool {
    let Some(parent) = module.parent(node) else { return false };
    match parent.kind() {
        "attribute" => true,
        "keyword_argument" => {
            parent.child_by_field_name("name").is_some_and(|name| name.id() == node.id())
        }
        "argument_list" => {
            let call = module.parent(parent).and_then(|call| call.child_by_field_name("function"));
            let Some(function) = call else { return false };
            let attribute = function.child_by_field_name("attribute");
            HARMLESS.contains(&module.text_of(function))
                || attribute.is_some_and(|a| module.text_of(a).starts_with("__"))
        }
        _ => false,
    }
}
