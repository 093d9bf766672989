//! Classes of one inheritance tree.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::place::{class_of, name_of};
use super::receiver::base_expressions;
use crate::python::module::Module;

/// The names of the classes of a module in the inheritance tree of one of them, itself left out.
pub(super) fn family_here(module: &Module, class: &str) -> Vec<String> {
    let mut bases: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let mut derived: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for node in definitions(module) {
        let Some(name) = name_of(module, node) else { continue };
        let known = bases.entry(name).or_default();
        for base in base_expressions(node) {
            let base = module.text_of(base).rsplit('.').next().unwrap_or_default();
            known.push(base);
            derived.entry(base).or_default().push(name);
        }
    }
    let mut family: FxHashSet<&str> = FxHashSet::default();
    let mut waiting: Vec<&str> =
        bases.get_key_value(class).map(|(name, _)| *name).into_iter().collect();
    while let Some(name) = waiting.pop() {
        if let Some((name, above)) = bases.get_key_value(name)
            && family.insert(name)
        {
            waiting.extend(above);
        }
    }
    let mut waiting: Vec<&str> = family.iter().copied().collect();
    while let Some(name) = waiting.pop() {
        for below in derived.get(name).into_iter().flatten() {
            if family.insert(below) {
                waiting.push(below);
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
