//! Callables of a project's own that are unsafe as those of the table are: rows of its
//! configuration.

use super::finding::{Findings, Level};
use super::rows::{self, Rows};
use crate::program::Program;
use crate::python::module::Module;

/// Adds what a module does with the callables that the project's rows for a transform name.
pub(super) fn check(
    module: &Module,
    program: &Program,
    transform: &'static str,
    findings: &mut Findings,
) {
    let all = std::sync::Arc::clone(&findings.policy.sinks);
    let own = Rows {
        transform,
        all: all.iter().filter(|row| row.transform == transform).collect(),
        names: &[],
        message: &|_, callable| {
            format!("`{callable}` is unsafe as the project's configuration says")
        },
        decides: None,
        level: (Level::Auto, ""),
        instead: &|_, _, _| None,
    };
    if !own.all.is_empty() {
        rows::check(module, program, &own, findings);
    }
}
