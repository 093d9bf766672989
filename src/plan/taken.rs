//! Imports that other modules take from the one that would drop them.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Change;
use super::op::{Anchor, Op};
use crate::program::Program;
use crate::program::taken::Imported;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::workspace::FileId;

/// Takes from the changes what would drop an import that the rest of the program needs.
pub fn keep(changes: &mut [Change], modules: &BTreeMap<FileId, &Module>, program: &Program) {
    let dropped: BTreeSet<Imported> =
        changes.iter().flat_map(|change| &change.ops).filter_map(|op| of(op, modules)).collect();
    let taken = program.taken(&dropped);
    if taken.is_empty() {
        return;
    }
    for change in changes {
        change.ops.retain(|op| of(op, modules).is_none_or(|name| !taken.contains(&name)));
    }
}

/// The name that an op would drop from the top of its module.
fn of(op: &Op, modules: &BTreeMap<FileId, &Module>) -> Option<Imported> {
    let Op::DropImport { at: Anchor { file, range } } = op else { return None };
    let top = modules.get(file)?.names.scopes.first()?;
    top.bindings.iter().find_map(|(name, bindings)| {
        bindings.iter().filter(|binding| binding.span == *range).find_map(|binding| {
            let BindingKind::Import { target, .. } = &binding.kind else { return None };
            let package = target.split('.').next().unwrap_or(target).to_owned();
            Some(Imported { file: *file, name: name.clone(), package })
        })
    })
}
