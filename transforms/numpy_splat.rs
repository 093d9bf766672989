//! `allow_pickle` that reaches `numpy.load` through a dict, or as the default of a look-up.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::trust_values::leaves;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

const ARGUMENT: &str = "allow_pickle";

/// The dicts of a module that hold a true `allow_pickle`, by their names and scopes, with the value.
#[derive(Debug, Default)]
pub(super) struct Holders<'t>(FxHashMap<(&'t str, usize), Node<'t>>);

impl<'t> Holders<'t> {
    /// Looks for them once for a module.
    pub(super) fn new(module: &'t Module) -> Self {
        let mut found = FxHashMap::default();
        for &node in module.nodes().from(0) {
            let Some((owner, value)) = held(module, node) else { continue };
            let name = module.text_of(owner);
            let scope = module.names.scope_at(owner.start_byte());
            if let Some(scope) = module.names.binding_scope(name, scope) {
                found.entry((name, scope)).or_insert(value);
            }
        }
        Self(found)
    }

    /// The true value among the arguments that `**` brings to a call.
    pub(super) fn of(&self, module: &'t Module, call: &Call<'t>) -> Option<Node<'t>> {
        let splats = call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat);
        splats.map(|splat| tree::unparenthesised(splat.value)).find_map(|value| {
            if value.kind() != "identifier" {
                return made(module, value);
            }
            let scope = module.names.scope_at(value.start_byte());
            let name = module.text_of(value);
            let scope = module.names.binding_scope(name, scope)?;
            self.0.get(&(name, scope)).copied()
        })
    }
}

/// The variable that a node puts a true `allow_pickle` into, and the value.
fn held<'t>(module: &'t Module, node: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let (object, value) = put(module, node, ARGUMENT)?;
    Some((object, leaves(value, module.text()).first().copied()?))
}

/// The variable that a node puts an entry of that name into, and the entry's value.
pub(super) fn put<'t>(
    module: &'t Module,
    node: Node<'t>,
    entry: &str,
) -> Option<(Node<'t>, Node<'t>)> {
    let text = module.text();
    let is_key = |key: Node| literal::plain_string(key, text) == Some(entry);
    match node.kind() {
        "pair" if is_key(node.child_by_field_name("key")?) => {
            let value = node.child_by_field_name("value")?;
            Some((owner(module, module.parent(node)?)?, value))
        }
        "keyword_argument" if module.text_of(node.child_by_field_name("name")?) == entry => {
            let value = node.child_by_field_name("value")?;
            let call = module.parent(module.parent(node)?)?;
            let function = call.child_by_field_name("function")?;
            match module.text_of(function) {
                "dict" => Some((owner(module, call)?, value)),
                _ => Some((updated(module, function, "update")?, value)),
            }
        }
        "assignment" => {
            let left =
                node.child_by_field_name("left").filter(|left| left.kind() == "subscript")?;
            let object = left.child_by_field_name("value")?;
            let is_ours =
                object.kind() == "identifier" && is_key(left.child_by_field_name("subscript")?);
            let value = node.child_by_field_name("right")?;
            is_ours.then_some((object, value))
        }
        "call" => {
            let function = node.child_by_field_name("function")?;
            let object = updated(module, function, "setdefault")?;
            let call = Call::at(node, text)?;
            let value = call.positional(1)?.value;
            is_key(call.positional(0)?.value).then_some((object, value))
        }
        _ => None,
    }
}

/// The variable that a dict is assigned to, or that is updated with it.
fn owner<'t>(module: &'t Module, dict: Node) -> Option<Node<'t>> {
    let around = module.parent(dict)?;
    match around.kind() {
        "assignment" => {
            around.child_by_field_name("left").filter(|left| left.kind() == "identifier")
        }
        "argument_list" => {
            updated(module, module.parent(around)?.child_by_field_name("function")?, "update")
        }
        _ => None,
    }
}

/// The variable whose method of that name a callee is.
fn updated<'t>(module: &Module, callee: Node<'t>, method: &str) -> Option<Node<'t>> {
    let name = callee.child_by_field_name("attribute")?;
    let object = callee.child_by_field_name("object")?;
    (module.text_of(name) == method && object.kind() == "identifier").then_some(object)
}

/// `**dict(allow_pickle=True)`.
fn made<'t>(module: &'t Module, value: Node<'t>) -> Option<Node<'t>> {
    let call = Call::at(value, module.text())?;
    let is_dict = module.text_of(call.function) == "dict";
    let value = call.keyword(ARGUMENT).filter(|_| is_dict)?.value;
    leaves(value, module.text()).first().copied()
}

/// The default of `kwargs.pop("allow_pickle", True)` and its like: the true value, the whole
/// argument.
pub(super) fn lookup_default<'t>(module: &'t Module, value: Node<'t>) -> Option<(Node<'t>, Span)> {
    let call = Call::at(value, module.text())?;
    let name = module.text_of(call.function).rsplit('.').next().unwrap_or_default();
    let at = match name {
        "get" | "pop" => 0,
        "getattr" => 1,
        _ => return None,
    };
    let key = literal::plain_string(call.positional(at)?.value, module.text())?;
    let default = call.positional(at + 1).or(call.keyword("default"))?;
    let leaf = leaves(default.value, module.text()).first().copied()?;
    matches!(key, ARGUMENT | "trust_data").then(|| (leaf, tree::span(default.node)))
}
