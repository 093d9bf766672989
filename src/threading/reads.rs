//! What the code of a function reads of its parameters.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::attribute::{is_target, is_tried};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// The reads of one field, by the object's name.
#[derive(Debug, Default)]
pub(super) struct Reads {
    spans: FxHashMap<String, Vec<Span>>,
    /// The objects of which the function asks whether they have it, or that lose it.
    unsure: FxHashSet<String>,
}

impl Reads {
    /// The offset of a read of the object's field apart from a place; `None` where the function
    /// takes care that the object may lack it.
    pub(super) fn besides(&self, object: &str, place: Span) -> Option<usize> {
        if self.unsure.contains(object) {
            return None;
        }
        let spans = self.spans.get(object)?;
        spans.iter().find(|span| !span.overlaps(place)).map(|span| span.start)
    }
}

/// The reads in a function of a field of the objects that it binds itself.
pub(super) fn of(module: &Module, function: Node, name: &str) -> Reads {
    let mut found = Reads::default();
    let Some(body) = function.child_by_field_name("body") else { return found };
    let scope = tree::span(body);
    let is_own = |object: Node| {
        let seen = module.names.scope_at(object.start_byte());
        let bound = module.names.binding_scope(module.text_of(object), seen);
        bound.is_some_and(|bound| module.names.scopes[bound].span == scope)
    };
    for node in tree::preorder(body) {
        if let Some(call) = Call::at(node, module.text()) {
            let named = call.positional(1);
            let named = named.and_then(|n| literal::plain_string(n.value, module.text()));
            let asks = ["hasattr", "getattr", "delattr"].contains(&module.text_of(call.function));
            if let Some(object) = call.positional(0).filter(|_| asks && named == Some(name)) {
                found.unsure.insert(module.text_of(object.value).to_owned());
            }
            continue;
        }
        if node.kind() != "attribute"
            || node.child_by_field_name("attribute").is_none_or(|a| module.text_of(a) != name)
        {
            continue;
        }
        let object = node.child_by_field_name("object").filter(|o| o.kind() == "identifier");
        let Some(object) = object.filter(|object| is_own(*object)) else { continue };
        let text = module.text_of(object).to_owned();
        if super::deleted::is_deleted(module, node) {
            found.unsure.insert(text);
        } else if !is_target(module, node) && !is_tried(module, node) {
            found.spans.entry(text).or_default().push(tree::span(node));
        }
    }
    found
}
