//! Modules that do something when they are run.

use tree_sitter::Node;

use super::module::Module;

/// `if __name__ == "__main__":`
pub fn is_main_guard(module: &Module, node: Node) -> bool {
    node.kind() == "if_statement"
        && node
            .child_by_field_name("condition")
            .is_some_and(|condition| module.text_of(condition).contains("__name__"))
}

/// Whether a module does something when it is run.
pub fn runs_itself(module: &Module) -> bool {
    module.of_kind("if_statement").any(|node| is_main_guard(module, node))
}
