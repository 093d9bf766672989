//! Which functions the solve may open.

use tree_sitter::Node;

use super::Solver;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::threading::Request;
use crate::threading::host::{Gate, gate};
use crate::threading::place::{Place, decorators, name_of};
use crate::workspace::FileId;

impl Solver<'_, '_> {
    /// Whether a function may gain a parameter, with what the rest of the program does with it.
    pub(in crate::threading) fn gate(
        &mut self,
        file: FileId,
        module: &Module,
        function: Node,
    ) -> Gate {
        let key = (file, tree::span(function));
        if let Some(known) = self.gates.get(&key) {
            return known.clone();
        }
        let mut found = gate(module, self.program, &self.references.work, function, self.reach);
        let shown = name_of(module, function).unwrap_or("lambda");
        if found == Gate::Open {
            let is_method = crate::threading::place::class_of(module, function).is_some()
                && shown != "__init__";
            if let Some(by) = self.references.escape(key) {
                let why =
                    format!("`{shown}` is {by}, so that its parameters may become remote input");
                found = Gate::Closed { why, remote: true };
            } else if is_method && let Some(by) = self.references.known(key) {
                let why = format!("`{shown}` is {by}, which cannot hand it the decision");
                found = Gate::Closed { why, remote: false };
            }
        }
        self.gates.insert(key, found.clone());
        found
    }

    /// Why a function's parameters are remote input.
    pub(super) fn remote(
        &mut self,
        file: FileId,
        module: &Module,
        function: Node,
    ) -> Option<String> {
        match self.gate(file, module, function) {
            Gate::Closed { why, remote: true } => Some(why),
            _ => None,
        }
    }

    /// Whether what a function receives cannot be trusted to be the program's own.
    pub(in crate::threading) fn is_closed(
        &mut self,
        file: FileId,
        module: &Module,
        function: Node,
    ) -> bool {
        match self.gate(file, module, function) {
            Gate::Closed { remote, .. } => remote || !decorators(module, function).is_empty(),
            _ => false,
        }
    }

    /// Whether the default of a function's parameter is a documented exception.
    pub(super) fn is_excepted(&self, request: &Request, place: &Place, function: Node) -> bool {
        let Some(excepted) = self.excepted.get(&request.file) else { return false };
        let text = place.module.text();
        let signature = Signature::at(function);
        let parameter = signature.and_then(|signature| {
            signature.binding(request.parameter, text).map(|p| tree::span(p.node))
        });
        parameter.is_some_and(|parameter| excepted.contains(&parameter))
    }
}
