//! Calls and their arguments.

use tree_sitter::Node;

use super::tree;

/// A call expression.
#[derive(Debug, Clone)]
pub struct Call<'t> {
    /// The whole call.
    pub node: Node<'t>,
    /// What is called.
    pub function: Node<'t>,
    /// The parentheses with what is inside: an `argument_list`, or the `generator_expression`
    /// that is the only argument.
    pub list: Node<'t>,
    /// The arguments in the order of the text.
    pub arguments: Vec<Argument<'t>>,
}

/// One argument.
#[derive(Debug, Clone, Copy)]
pub struct Argument<'t> {
    /// The whole argument, a keyword's name or the stars included.
    pub node: Node<'t>,
    /// The value.
    pub value: Node<'t>,
    /// How it is passed.
    pub kind: ArgumentKind<'t>,
}

/// How an argument is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind<'t> {
    /// By position.
    Positional,
    /// By this name.
    Keyword(&'t str),
    /// `*values`.
    Splat,
    /// `**mapping`.
    DoubleSplat,
}

impl<'t> Call<'t> {
    /// The call at a node; `None` if the node is no call or its parts are missing.
    pub fn at(node: Node<'t>, text: &'t str) -> Option<Self> {
        if node.kind() != "call" {
            return None;
        }
        let function = node.child_by_field_name("function")?;
        let list = node.child_by_field_name("arguments")?;
        let arguments = match list.kind() {
            "argument_list" => {
                tree::children(list).into_iter().map(|child| argument(child, text)).collect()
            }
            _ => vec![Argument { node: list, value: list, kind: ArgumentKind::Positional }],
        };
        Some(Self { node, function, list, arguments })
    }

    /// The argument with this name.
    pub fn keyword(&self, name: &str) -> Option<Argument<'t>> {
        self.arguments.iter().copied().find(|a| a.kind == ArgumentKind::Keyword(name))
    }

    /// The argument at a 0-based position, if no `*values` stands before it.
    pub fn positional(&self, index: usize) -> Option<Argument<'t>> {
        self.arguments
            .iter()
            .copied()
            .take_while(|a| a.kind != ArgumentKind::Splat)
            .filter(|a| a.kind == ArgumentKind::Positional)
            .nth(index)
    }

    /// Whether there is an argument of this kind.
    pub fn has(&self, kind: ArgumentKind) -> bool {
        self.arguments.iter().any(|a| a.kind == kind)
    }
}

fn argument<'t>(node: Node<'t>, text: &'t str) -> Argument<'t> {
    let first_child = || tree::children(node).first().copied().unwrap_or(node);
    match node.kind() {
        "keyword_argument" => {
            let name = node.child_by_field_name("name").map_or("", |n| &text[n.byte_range()]);
            let value = node.child_by_field_name("value").unwrap_or(node);
            Argument { node, value, kind: ArgumentKind::Keyword(name) }
        }
        "list_splat" => Argument { node, value: first_child(), kind: ArgumentKind::Splat },
        "dictionary_splat" => {
            Argument { node, value: first_child(), kind: ArgumentKind::DoubleSplat }
        }
        _ => Argument { node, value: node, kind: ArgumentKind::Positional },
    }
}
