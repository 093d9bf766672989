//! Constructors that a program registers on loaders: those of an unsafe loader would be lost.

use tree_sitter::Node;

use super::yaml_loader::{class_of_yaml, is_safe};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;

/// Where constructors are registered on a loader that is not a safe one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// In the module, in this 1-based line.
    Here(usize),
    /// Elsewhere in the program, at `path:line`.
    Elsewhere(String),
}

/// Looks for such constructors in the module, then in the rest of the program.
pub fn registered(module: &Module, program: &Program) -> Option<Registered> {
    if let Some(line) = in_module(module) {
        return Some(Registered::Here(line));
    }
    ["add_constructor", "add_multi_constructor", "YAMLObject"].iter().find_map(|word| {
        program.modules_holding(&["yaml", word]).iter().find_map(|member| {
            let line = in_module(&member.module)?;
            Some(Registered::Elsewhere(format!("{}:{line}", member.relative.display())))
        })
    })
}

/// The 1-based line of the first such constructor.
fn in_module(module: &Module) -> Option<usize> {
    let text = module.text();
    if !["add_constructor", "add_multi_constructor", "YAMLObject"].iter().any(|w| text.contains(w))
    {
        return None;
    }
    tree::preorder(module.root())
        .find(|node| match node.kind() {
            "call" => registers(module, *node),
            "class_definition" => is_yaml_object(module, *node),
            _ => false,
        })
        .map(|node| module.lines.of(node.start_byte()) + 1)
}

fn registers(module: &Module, node: Node) -> bool {
    let Some(call) = Call::at(node, module.text()) else { return false };
    let resolution = module.names.resolve(call.function, module.text());
    let on_safe = |value: Node| {
        let loader = module.names.resolve(value, module.text());
        let classes = loader.candidates();
        !classes.is_empty() && classes.iter().all(|c| class_of_yaml(c).is_some_and(is_safe))
    };
    for name in resolution.candidates() {
        let Some((owner, method)) = name.rsplit_once('.') else { continue };
        if !matches!(method, "add_constructor" | "add_multi_constructor") {
            continue;
        }
        if owner == "yaml" {
            let loader = call.keyword("Loader").or_else(|| call.positional(2));
            return !loader.is_some_and(|loader| on_safe(loader.value));
        }
        if class_of_yaml(owner).is_some_and(|class| !is_safe(class)) {
            return true;
        }
    }
    false
}

fn is_yaml_object(module: &Module, class: Node) -> bool {
    let Some(bases) = class.child_by_field_name("superclasses") else { return false };
    let derives = tree::children(bases).into_iter().any(|base| {
        let name = module.names.resolve(base, module.text());
        name.candidates().iter().any(|name| name == "yaml.YAMLObject")
    });
    let body = class.child_by_field_name("body").map_or("", |body| module.text_of(body));
    derives && !(body.contains("yaml_loader") && body.contains("SafeLoader"))
}
