//! The nodes of a module by their kind and by the names in them: what many questions about one
//! module are answered from, so that each of them does not walk over the whole tree.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::nodes::Nodes;

/// Places of nodes in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Index {
    kinds: FxHashMap<String, Vec<u32>>,
    attributes: FxHashMap<String, Vec<u32>>,
    calls: FxHashMap<String, Vec<u32>>,
    functions: FxHashMap<String, Vec<u32>>,
}

impl Index {
    /// Walks over all nodes once.
    pub(super) fn new(nodes: &Nodes, text: &str) -> Self {
        let mut index = Self::default();
        for (place, node) in nodes.from(0).iter().enumerate() {
            let Ok(place) = u32::try_from(place) else { break };
            if !node.is_named() {
                continue;
            }
            match index.kinds.get_mut(node.kind()) {
                Some(places) => places.push(place),
                None => {
                    index.kinds.insert(node.kind().to_owned(), vec![place]);
                }
            }
            match node.kind() {
                "attribute" => {
                    if let Some(name) = node.child_by_field_name("attribute") {
                        let name = text[name.byte_range()].to_owned();
                        index.attributes.entry(name).or_default().push(place);
                    }
                }
                "function_definition" => {
                    if let Some(name) = node.child_by_field_name("name") {
                        let name = text[name.byte_range()].to_owned();
                        index.functions.entry(name).or_default().push(place);
                    }
                }
                "call" => {
                    if let Some(name) = last_name(*node, text) {
                        index.calls.entry(name.to_owned()).or_default().push(place);
                    }
                }
                _ => {}
            }
        }
        index
    }

    /// The places of the nodes of a kind.
    pub(super) fn of_kind(&self, kind: &str) -> &[u32] {
        self.kinds.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The places of the attributes of a name.
    pub(super) fn attributes(&self, name: &str) -> &[u32] {
        self.attributes.get(name).map_or(&[], Vec::as_slice)
    }

    /// The places of the function definitions of a name.
    pub(super) fn functions(&self, name: &str) -> &[u32] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    /// The places of the calls of what has this last name.
    pub(super) fn calls(&self, name: &str) -> &[u32] {
        self.calls.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The last name of what a call calls: `load` in `a.b.load(x)`.
fn last_name<'x>(call: Node, text: &'x str) -> Option<&'x str> {
    let function = call.child_by_field_name("function")?;
    let name = match function.kind() {
        "attribute" => function.child_by_field_name("attribute")?,
        "identifier" => function,
        _ => return None,
    };
    Some(&text[name.byte_range()])
}
