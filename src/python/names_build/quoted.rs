//! Names in strings and comments that other tools read as code.

use tree_sitter::Node;

use super::Builder;
use crate::python::tree;

impl Builder<'_, '_> {
    /// Remembers the words of strings that may be code: entries of `__all__`, annotations, names
    /// that are looked up.
    pub(super) fn quoted(&mut self, node: Node, field: Option<&str>) {
        let content = self.text[node.byte_range()].trim_matches(['"', '\'']);
        let may_be_code =
            || self.is_annotation(field) || self.is_in_all() || self.is_type_argument();
        if content.len() <= 500 && is_type_like(content) && may_be_code() {
            self.names.quoted.extend(words(content));
        }
    }

    /// Remembers the words of a type comment, `# type: (FullLoader) -> None`.
    pub(super) fn comment(&mut self, node: Node) {
        self.comments.push(tree::span(node));
        let content = self.text[node.byte_range()].trim_start_matches('#').trim_start();
        if let Some(types) = content.strip_prefix("type:") {
            self.names.quoted.extend(words(types));
        }
    }

    pub(super) fn is_in_all(&self) -> bool {
        let statement = self.path.iter().rev().take(6).find(|around| {
            matches!(around.kind(), "assignment" | "augmented_assignment" | "expression_statement")
        });
        statement.is_some_and(|found| self.text[found.byte_range()].starts_with("__all__"))
    }

    pub(super) fn is_annotation(&self, field: Option<&str>) -> bool {
        matches!(field, Some("type" | "return_type"))
            || self.path.iter().rev().take(8).any(|around| around.kind() == "type")
    }

    /// Whether the node stands in a call that takes types as strings.
    pub(super) fn is_type_argument(&self) -> bool {
        let call = self.path.iter().rev().take(4).find(|around| around.kind() == "call");
        let callee = call.and_then(|call| call.child_by_field_name("function"));
        callee.is_some_and(|callee| {
            let name = self.text[callee.byte_range()].rsplit('.').next().unwrap_or_default();
            ["cast", "TypeVar", "NewType", "ForwardRef", "NamedTuple", "TypedDict"].contains(&name)
        })
    }
}

/// Whether a text may be a type or a name: no two words stand beside each other.
fn is_type_like(text: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || "_.,[]()|*'\"-> ".contains(c);
    let mut parts = text.split(' ').filter(|part| !part.is_empty());
    let word = |part: &str| part.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut before = "";
    text.chars().all(allowed)
        && parts.all(|part| {
            let beside = word(part)
                && before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ']');
            before = part;
            !beside
        })
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned)
}
