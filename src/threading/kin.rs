//! The definitions that one method call may mean: those of its name in an inheritance tree.

use std::rc::Rc;

use tree_sitter::Node;

use super::callers::{Wanted, class_of};
use super::place::{class_of as class_node, name_of};
use super::protocols::Protocols;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::python::module::Module;
use crate::workspace::FileId;

/// All that have to gain a parameter together.
#[derive(Debug, Clone)]
pub(super) struct Kin {
    /// The definitions, sorted; one where nothing else defines it.
    pub(super) members: Rc<Vec<Definition>>,
    /// Why they are not known.
    pub(super) trouble: Option<String>,
}

/// The definitions that belong to a function: itself, and for a method those of its name in the
/// same inheritance tree.
pub(super) fn of(
    program: &Program,
    protocols: &mut Protocols,
    file: FileId,
    module: &Module,
    function: Node,
) -> Kin {
    let own = Program::definition_at(file, function);
    let alone = |trouble: Option<String>| Kin { members: Rc::new(vec![own]), trouble };
    let name = name_of(module, function).unwrap_or_default();
    let is_private = name.starts_with("__") && name != "__call__";
    let Some(class) = class_node(module, function).filter(|_| !is_private) else {
        return alone(None);
    };
    let class = Program::definition_at(file, class);
    let Some(tree) = program.relatives_with(class, &[name]) else {
        return alone(Some("its class belongs to more classes than are looked at".to_owned()));
    };
    let mut members = vec![own];
    for relative in &tree {
        match program.own_method(*relative, name) {
            Own::Function(method) => members.push(method),
            Own::Other => {
                let shown = program.name_of(*relative).unwrap_or_default();
                return alone(Some(format!(
                    "`{name}` of `{shown}`, which belongs to the same family of classes, is no plain method"
                )));
            }
            Own::Nothing => {}
        }
    }
    // What stands beside the class in the order of one that derives from both.
    let beside = program.beside_with(class, &[name]);
    members.extend(beside.into_iter().filter_map(|class| match program.own_method(class, name) {
        Own::Function(method) => Some(method),
        _ => None,
    }));
    members.extend(protocols.kin(program, class, name));
    members.sort_unstable();
    members.dedup();
    Kin { members: Rc::new(members), trouble: None }
}

/// What is looked for to find who calls the members of a family.
pub(super) fn wanted(program: &Program, members: &[Definition]) -> Option<Wanted> {
    let first = *members.first()?;
    let name = program.name_of(first)?;
    let class = class_of(program, first);
    let makes = match class {
        Some(class) if name == "__init__" => made_by(program, class, first),
        _ => Vec::new(),
    };
    Some(Wanted { members: members.to_vec(), name, makes, is_method: class.is_some() })
}

/// The classes whose objects are made by an `__init__`: its own, and those that inherit it.
fn made_by(program: &Program, class: Definition, init: Definition) -> Vec<(Definition, String)> {
    let derived = program.derived(class).unwrap_or_default();
    let inherits = |class: &Definition| program.constructor(*class) == Some(init);
    let classes = std::iter::once(class).chain(derived.into_iter().filter(inherits));
    classes.filter_map(|class| Some((class, program.name_of(class)?))).collect()
}
