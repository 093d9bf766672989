//! Walking and asking syntax trees. Everything is iterative: a tree may be a hundred thousand
//! levels deep.

use tree_sitter::Node;

use crate::workspace::span::Span;

/// The bytes of a node.
pub fn span(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// The node and all below it, parents before children, in the order of the text.
pub fn preorder(root: Node) -> impl Iterator<Item = Node> {
    let mut cursor = root.walk();
    let mut next = Some(root);
    std::iter::from_fn(move || {
        let current = next?;
        next = (cursor.goto_first_child() || advance(&mut cursor)).then(|| cursor.node());
        Some(current)
    })
}

/// Moves to the next node that is no descendant; false at the end of the tree.
pub(super) fn advance(cursor: &mut tree_sitter::TreeCursor) -> bool {
    loop {
        if cursor.goto_next_sibling() {
            return true;
        }
        if !cursor.goto_parent() {
            return false;
        }
    }
}

/// The named children that are not comments.
pub fn children(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// All children, tokens and comments included.
pub fn all_children(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.children(&mut cursor).collect()
}

/// The expression inside any parentheses.
pub fn unparenthesised(mut node: Node) -> Node {
    while node.kind() == "parenthesized_expression" {
        let Some(&inner) = children(node).first() else { break };
        node = inner;
    }
    node
}
