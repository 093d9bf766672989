//! How a program is run with its new flag.

use std::collections::BTreeSet;
use std::path::Path;

use crate::program::Program;
use crate::python::module::Module;
use crate::threading::link;
use crate::threading::parser::is_main_guard;
use crate::threading::solve::Solver;
use crate::threading::spot;
use crate::transforms::finding::Link;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How many calls lie between what parses and what is run.
const DEEPEST: usize = 4;

impl Solver<'_, '_> {
    /// How each script is run that gets its command line from a call of `parse_args`, with a flag.
    pub(super) fn usages(&mut self, file: FileId, span: Span, flag: &str) -> Vec<Link> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::from([(file, span)]);
        let mut waiting = vec![(file, span, 0)];
        while let Some((file, span, depth)) = waiting.pop() {
            let Some(module) = self.modules.get(file) else { continue };
            let Some(node) = module.nodes().covering(span) else { continue };
            let mut functions =
                module.ancestors(node).filter(|around| around.kind() == "function_definition");
            let function = functions.next().map(crate::python::tree::span);
            if function.is_none() || runs_itself(module) {
                found.insert((file, span.start));
                continue;
            }
            let callers = function.and_then(|function| self.callers_of((file, function)));
            for caller in callers.iter().flat_map(|callers| callers.iter()) {
                let place = (caller.file, caller.call);
                if depth < DEEPEST && seen.insert(place) {
                    waiting.push((place.0, place.1, depth + 1));
                }
            }
        }
        let said = |(file, start): (FileId, usize)| {
            let module = self.modules.get(file)?;
            let command = command(self.program, file);
            let name = module.nodes().covering(Span::new(start, start));
            let name = name.map(|node| module.scope_of(node)).unwrap_or_default();
            Some(link(spot(module, file, start), name, format!("{command} {flag}")))
        };
        found.into_iter().filter_map(said).collect()
    }
}

/// Whether a module does something when it is run.
fn runs_itself(module: &Module) -> bool {
    module.of_kind("if_statement").any(|node| is_main_guard(module, node))
}

/// How a module is run: `python -m package.module`, `python folder/script.py`.
pub(in crate::threading) fn command(program: &Program, file: FileId) -> String {
    let path = program.relative(file);
    let is_package = |folder: &Path| program.file_at(&folder.join("__init__.py")).is_some();
    let slashed: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let folder = path.parent().filter(|folder| is_package(folder));
    let Some(folder) = folder else { return format!("python {}", slashed.join("/")) };
    let packages = folder.ancestors().take_while(|folder| is_package(folder)).count();
    let mut parts: Vec<String> = slashed[slashed.len() - 1 - packages..].to_vec();
    let last = parts.pop().unwrap_or_default();
    let last = last.trim_end_matches(".py");
    if last != "__main__" {
        parts.push(last.to_owned());
    }
    format!("python -m {}", parts.join("."))
}
