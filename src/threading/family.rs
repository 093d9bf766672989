//! Classes of one inheritance tree.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::place::{class_of, name_of};
use super::receiver::base_expressions;
use crate::python::module::Module;

/// The names of the classes of a module in the inheritance tree of one of them, itself left out.
pub(super) fn family_here(module: &Module, class: &str) -> Vec<String> {
    let classes: Vec<(Node, &str, Vec<&str>)> = definitions(module)
        .into_iter()
        .filter_map(|node| {
            let bases = base_expressions(node)
                .into_iter()
                .map(|base| module.text_of(base).rsplit('.').next().unwrap_or_default());
            Some((node, name_of(module, node)?, bases.collect()))
        })
        .collect();
    let mut known: FxHashSet<&str> = FxHashSet::default();
    let mut waiting = vec![class];
    let mut up = Vec::new();
    while let Some(name) = waiting.pop() {
        for (_, found, bases) in classes.iter().filter(|(_, found, _)| *found == name) {
            if known.insert(found) {
                up.push(*found);
                waiting.extend(bases.iter().copied());
            }
        }
    }
    let mut waiting = up;
    let mut family = known;
    while let Some(name) = waiting.pop() {
        for (_, derived, bases) in &classes {
            if bases.contains(&name) && family.insert(derived) {
                waiting.push(derived);
            }
        }
    }
    let mut names: Vec<String> =
        family.into_iter().filter(|name| *name != class).map(str::to_owned).collect();
    names.sort();
    names
}

/// The first class of a module among the relatives that defines the method.
pub(super) fn definer(
    module: &Module,
    method: &str,
    is_relative: &dyn Fn(&str) -> bool,
) -> Option<String> {
    module.functions_named(method).find_map(|function| {
        let name = name_of(module, class_of(module, function)?)?;
        is_relative(name).then(|| name.to_owned())
    })
}

fn definitions(module: &Module) -> Vec<Node<'_>> {
    module.of_kind("class_definition").collect()
}
