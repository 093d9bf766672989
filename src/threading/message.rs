//! Classes whose objects are made of what is sent: bodies of requests, forms, rows, arguments of
//! tools. Their fields are the sender's, never the user's decision.

use tree_sitter::Node;

use super::host::{MESSAGES, last_name};
use super::place::{class_of, name_of};
use super::receiver::base_expressions;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::remote::{imports_web, is_remote_value};

/// Whether the objects of a class are made of what is sent, by its bases.
pub(super) fn is_message(module: &Module, program: &Program, class: Node) -> bool {
    let bases: Vec<String> =
        base_expressions(class).into_iter().map(|base| last_name(module, base)).collect();
    let foreign = program.classes().foreign_bases(&bases);
    let is_row = |base: &String| base == "Model" && imports_web(module);
    bases.iter().chain(&foreign).any(|base| MESSAGES.contains(&base.as_str()) || is_row(base))
}

/// The names in the annotations of a function's parameters, and of the class that holds it.
pub(super) fn classes_of<'m>(module: &'m Module, function: Node<'m>) -> Vec<&'m str> {
    let signature = Signature::at(function);
    let annotations = signature.iter().flat_map(|s| &s.parameters).filter_map(|p| p.annotation);
    let words = annotations.flat_map(|annotation| {
        let text = module.text_of(annotation);
        text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
    });
    let is_class = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase())
            && module.names.scopes[0].bindings.get(*word).is_some_and(|bindings| {
                bindings.iter().any(|b| matches!(b.kind, BindingKind::Class { .. }))
            })
    };
    let own = class_of(module, function).and_then(|class| name_of(module, class));
    words.filter(is_class).chain(own).collect()
}

/// Whether what a class keeps under a name comes from what is sent: a store of it in the class
/// reads it from there, or a loop sets whatever attributes it is sent.
pub(super) fn keeps_what_is_sent(module: &Module, class: Node, name: &str) -> bool {
    tree::preorder(class).any(|node| match node.kind() {
        "assignment" => {
            let left = node.child_by_field_name("left");
            let is_it = left.and_then(|left| left.child_by_field_name("attribute"));
            let right = node.child_by_field_name("right");
            is_it.is_some_and(|attribute| module.text_of(attribute) == name)
                && right
                    .is_some_and(|right| is_remote_value(module, right) || reads_key(module, right))
        }
        _ => false,
    })
}

/// Whether a value is looked up by a key in what the function was handed, in a module that serves
/// requests: `data.get("trust_remote_code")`.
fn reads_key(module: &Module, value: Node) -> bool {
    let is_look_up = match value.kind() {
        "subscript" => true,
        "call" => value
            .child_by_field_name("function")
            .and_then(|f| f.child_by_field_name("attribute"))
            .is_some_and(|method| matches!(module.text_of(method), "get" | "pop")),
        _ => false,
    };
    is_look_up && imports_web(module)
}
