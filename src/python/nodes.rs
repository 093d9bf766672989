//! The nodes of a tree in order, with their parents. The tree itself has to search from the root
//! for a node's parent and for what stands at a position, which is slow in large files.

use rustc_hash::FxHashMap;
use self_cell::self_cell;
use tree_sitter::{Node, Tree};

use crate::workspace::span::Span;

/// All nodes of a tree.
#[derive(Debug, Default)]
pub struct Nodes<'t> {
    /// Parents before children, in the order of the text.
    list: Vec<Node<'t>>,
    /// The place of each node's parent in the list; the root is its own.
    parents: Vec<u32>,
    /// The places by node id.
    places: FxHashMap<usize, u32>,
}

impl<'t> Nodes<'t> {
    /// Adds a node behind its parent's place; returns its own place.
    pub(super) fn push(&mut self, node: Node<'t>, parent: Option<u32>) -> u32 {
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(node);
        self.parents.push(parent.unwrap_or(place));
        self.places.insert(node.id(), place);
        place
    }

    /// To be called once all nodes are there.
    pub(super) fn finish(&mut self) {
        self.list.shrink_to_fit();
        self.parents.shrink_to_fit();
        self.places.shrink_to_fit();
    }

    /// The node around a node.
    pub fn parent(&self, node: Node) -> Option<Node<'t>> {
        let place = *self.places.get(&node.id())?;
        let parent = *self.parents.get(place as usize)?;
        (parent != place).then(|| self.list[parent as usize])
    }

    /// The innermost node that covers a span.
    pub fn covering(&self, span: Span) -> Option<Node<'t>> {
        let behind = self.list.partition_point(|node| node.start_byte() <= span.start);
        let mut place = behind.checked_sub(1)?;
        while self.list[place].end_byte() < span.end {
            let parent = self.parents[place] as usize;
            if parent == place {
                return None;
            }
            place = parent;
        }
        Some(self.list[place])
    }

    /// The nodes that begin at or behind an offset, in order.
    pub fn from(&self, offset: usize) -> &[Node<'t>] {
        &self.list[self.list.partition_point(|node| node.start_byte() < offset)..]
    }
}

self_cell!(
    /// A tree with the list of its nodes.
    pub(super) struct Parsed {
        owner: Tree,
        #[covariant]
        dependent: Nodes,
    }

    impl {Debug}
);
