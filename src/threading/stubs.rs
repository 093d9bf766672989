//! Stub files beside modules: what they say of a function follows it.

use std::path::PathBuf;

use super::edits::parameter_of;
use super::modules::Modules;
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::tree;
use crate::transforms::finding::Decision;
use crate::workspace::FileId;

/// The edits by which the signatures of a function in the stub file beside its module gain the
/// parameter. `qualified` is its name with those of the classes around it.
pub(super) fn parameters(
    program: &Program,
    modules: &Modules,
    file: FileId,
    qualified: &str,
    name: &str,
    decision: &'static Decision,
) -> Vec<Op> {
    let path: PathBuf = program.relative(file).with_extension("pyi");
    let Some(stub) = program.file_at(&path) else { return Vec::new() };
    let Some(module) = modules.get(stub) else { return Vec::new() };
    let last = qualified.rsplit('.').next().unwrap_or(qualified);
    let functions = module.functions_named(last).filter(|node| {
        let around = module.scope_of(*node);
        let found = if around.is_empty() { last.to_owned() } else { format!("{around}.{last}") };
        found == qualified
    });
    functions
        .flat_map(|node| {
            let anchor = Anchor { file: stub, range: tree::span(node) };
            parameter_of(module, node, anchor, name, decision)
        })
        .collect()
}
