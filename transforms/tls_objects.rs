//! Which object an expression stands for, as far as its spelling tells, and where else it is used.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::tree;

/// An object: the variable or attribute that it is kept in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// The expression, without white space.
    pub(super) text: String,
    /// The scope that binds the variable, or where the class or function begins whose attribute it is.
    within: usize,
}

/// The object that a variable or an attribute stands for.
pub(super) fn key(module: &Module, node: Node) -> Option<Key> {
    let node = tree::unparenthesised(node);
    let text: String = module.text_of(node).split_whitespace().collect();
    match node.kind() {
        "identifier" => {
            let scope = module.names.scope_at(node.start_byte());
            let within = module.names.binding_scope(&text, scope).unwrap_or(scope);
            Some(Key { text, within })
        }
        "attribute" => {
            let is_own = text.starts_with("self.") || text.starts_with("cls.");
            let around = if is_own { "class_definition" } else { "function_definition" };
            let around = module.ancestors(node).find(|ancestor| ancestor.kind() == around);
            Some(Key { text, within: around.map_or(0, |around| around.start_byte()) })
        }
        _ => None,
    }
}

/// Every expression that stands for the object, in the order of the text.
pub(super) fn uses<'m>(module: &'m Module, wanted: &Key) -> Vec<Node<'m>> {
    match wanted.text.rsplit_once('.') {
        Some((_, last)) => module
            .attributes_named(last)
            .filter(|node| key(module, *node).as_ref() == Some(wanted))
            .collect(),
        None => module
            .names
            .uses_of(&wanted.text, wanted.within, module.text())
            .into_iter()
            .filter_map(|span| module.exact(span, &["identifier"]))
            .collect(),
    }
}
