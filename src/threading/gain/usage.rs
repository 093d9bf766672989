//! How a program is run with its new flag.

use std::collections::BTreeSet;

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::script::runs_itself;
use crate::threading::link;
use crate::threading::place::{class_of, name_of};
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
            let function = functions.next();
            let scripts = function.map(|function| self.installed_as(file, module, function));
            for script in scripts.into_iter().flatten() {
                found.insert((file, span.start, Some(script)));
            }
            let function = function.map(crate::python::tree::span);
            if function.is_none() || runs_itself(module) {
                found.insert((file, span.start, None));
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
        let said = |(file, start, script): (FileId, usize, Option<String>)| {
            let module = self.modules.get(file)?;
            let command = script.unwrap_or_else(|| self.program.command_of(file));
            let name = module.nodes().covering(Span::new(start, start));
            let name = name.map(|node| module.scope_of(node)).unwrap_or_default();
            Some(link(spot(module, file, start), name, format!("{command} {flag}")))
        };
        found.into_iter().filter_map(said).collect()
    }

    /// The commands that run a function of a module when its package is installed.
    fn installed_as(&self, file: FileId, module: &Module, function: Node) -> Vec<String> {
        let Some(name) = name_of(module, function) else { return Vec::new() };
        if class_of(module, function).is_some() {
            return Vec::new();
        }
        let home = self.program.dotted(file);
        let scripts = self.program.console_scripts().iter();
        let scripts = scripts.filter(|script| script.function == name && script.module == home);
        scripts.map(|script| script.name.clone()).collect()
    }
}
