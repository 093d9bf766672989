//! What import statements bind.

use tree_sitter::Node;

use super::Builder;
use crate::python::names::{Binding, BindingKind};
use crate::python::tree;

impl Builder<'_, '_> {
    pub(super) fn import(&mut self, node: Node, scope: usize) {
        for item in tree::children(node) {
            let (target, bound) = match item.kind() {
                "aliased_import" => {
                    let Some((name, alias)) = self.aliased(item) else { continue };
                    (name, alias)
                }
                "dotted_name" => {
                    let name = compact(&self.text[item.byte_range()]);
                    let first = name.split('.').next().unwrap_or_default().to_owned();
                    (first.clone(), first)
                }
                _ => continue,
            };
            self.bind_import(item, node, scope, target, bound);
        }
    }

    pub(super) fn import_from(&mut self, node: Node, scope: usize) {
        let Some(module) = node.child_by_field_name("module_name") else { return };
        let module = compact(&self.text[module.byte_range()]);
        let joined = |name: &str| {
            if module.ends_with('.') {
                format!("{module}{name}")
            } else {
                format!("{module}.{name}")
            }
        };
        let mut cursor = node.walk();
        for item in node.children_by_field_name("name", &mut cursor) {
            let (name, bound) = if item.kind() == "aliased_import" {
                let Some(pair) = self.aliased(item) else { continue };
                pair
            } else {
                let name = compact(&self.text[item.byte_range()]);
                (name.clone(), name)
            };
            let target = joined(&name);
            self.bind_import(item, node, scope, target, bound);
        }
        if tree::children(node).iter().any(|child| child.kind() == "wildcard_import") {
            self.names.scopes[scope].stars.push((module, tree::span(node)));
        }
    }

    pub(super) fn aliased(&self, item: Node) -> Option<(String, String)> {
        let name = compact(&self.text[item.child_by_field_name("name")?.byte_range()]);
        let alias = self.text[item.child_by_field_name("alias")?.byte_range()].to_owned();
        Some((name, alias))
    }

    pub(super) fn bind_import(
        &mut self,
        item: Node,
        statement: Node,
        scope: usize,
        target: String,
        bound: String,
    ) {
        let kind = BindingKind::Import { target, statement: tree::span(statement) };
        self.bind(bound, scope, Binding { span: tree::span(item), kind });
    }

    pub(super) fn is_import_error_handler(&self, node: Node) -> bool {
        if node.kind() != "except_clause" {
            return false;
        }
        let header = &self.text[node.byte_range()];
        let header = header.split(':').next().unwrap_or(header);
        ["ImportError", "ModuleNotFoundError", "Exception"].iter().any(|e| header.contains(e))
            || header.trim() == "except"
    }

    pub(super) fn in_import(&self, parent: &str) -> bool {
        let above = self.path.iter().nth_back(1).map_or("", Node::kind);
        let imports = [
            "import_statement",
            "import_from_statement",
            "future_import_statement",
            "aliased_import",
            "relative_import",
        ];
        parent == "aliased_import" || (parent == "dotted_name" && imports.contains(&above))
    }
}

/// A dotted name without the white space, comments and continuations that may stand in it.
fn compact(dotted: &str) -> String {
    dotted.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
}
