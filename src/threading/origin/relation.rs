//! What an expression is to a parser: the parser itself, a group of it, a command of it.

use tree_sitter::Node;

use super::flags::Named;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::workspace::span::Span;

/// Whether an expression is the parser.
pub(super) fn is_it(module: &Module, node: Node, named: &Named) -> bool {
    let node = tree::unparenthesised(node);
    if module.text_of(node) != named.text {
        return false;
    }
    let seen = module.names.scope_at(node.start_byte());
    named.scope.is_none_or(|scope| module.names.binding_scope(named.text, seen) == Some(scope))
}

/// Whether an expression is the parser or a group of it.
pub(super) fn is_or_groups(module: &Module, node: Node, named: &Named) -> bool {
    matches!(relation(module, node, named), Some(Relation { command: None, .. }))
}

/// What an expression is to a parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::threading) struct Relation {
    /// Whether it is a group of it.
    pub(in crate::threading) is_group: bool,
    /// Whether only one of its arguments may be given.
    pub(in crate::threading) is_exclusive: bool,
    /// What holds that, where only one may be given.
    pub(in crate::threading) owner: Option<Span>,
    /// The call that makes the parser of a command of it.
    pub(in crate::threading) command: Option<Span>,
}

/// What an expression is to a parser, if it belongs to it.
pub(super) fn relation(module: &Module, node: Node, named: &Named) -> Option<Relation> {
    let mut found = Relation { is_group: false, is_exclusive: false, owner: None, command: None };
    let mut node = tree::unparenthesised(node);
    for _ in 0..6 {
        if is_it(module, node, named) {
            return Some(found);
        }
        if node.kind() == "identifier" {
            let scope = module.names.scope_at(node.start_byte());
            let [binding] = module.names.bindings(module.text_of(node), scope) else {
                return None;
            };
            let BindingKind::Assignment { value } = binding.kind else { return None };
            node = tree::unparenthesised(module.nodes().covering(value)?);
        }
        let function = node.child_by_field_name("function")?;
        match function.child_by_field_name("attribute").map(|m| module.text_of(m))? {
            "add_argument_group" => found.is_group = true,
            "add_mutually_exclusive_group" => {
                found.is_exclusive = true;
                found.owner = function.child_by_field_name("object").map(tree::span);
            }
            "add_parser" | "add_subparsers" => {
                found.command = found.command.or(Some(tree::span(node)));
            }
            _ => return None,
        }
        node = tree::unparenthesised(function.child_by_field_name("object")?);
    }
    None
}
