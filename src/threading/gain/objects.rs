//! The object around a place that can gain what the place needs.

use tree_sitter::Node;

use super::Wish;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::conflict::target;
use crate::threading::found::{Carrier, Found};
use crate::threading::origin::places::Need;
use crate::threading::place::Place;
use crate::threading::solve::Solver;
use crate::threading::{Reach, Request};

impl<'m> Solver<'_, 'm> {
    /// An object at hand whose source can gain the decision.
    pub(in crate::threading) fn gained(
        &mut self,
        request: &Request,
        place: &Place<'m>,
    ) -> Option<Found> {
        if self.reach != Reach::Program {
            return None;
        }
        let own = target(request, place);
        let module = place.module;
        let functions: Vec<Node> = place.functions().collect();
        let remote: Vec<usize> = functions
            .iter()
            .filter(|function| self.is_closed(request.file, module, **function))
            .map(Node::id)
            .collect();
        let wish = Wish {
            name: request.parameter.to_owned(),
            decision: request.asked.decision,
            reads: Vec::new(),
        };
        let need = Need::Gains(&wish);
        // What the place reads already comes first.
        let near = Some(true);
        let held = self.around(request.file, place, &need, &remote, near);
        let held = held.or_else(|| self.around(request.file, place, &need, &remote, None))?;
        if own.as_deref() == Some(held.expression.as_str()) {
            return None;
        }
        let carrier = Carrier::Gained { text: held.expression, sources: held.gains };
        Some(Found::new(carrier, held.proof))
    }
}

/// What the call around a place always reads of an object, in the order of the text.
pub(in crate::threading) fn reads_of(place: &Place, object: &str) -> Vec<String> {
    let module = place.module;
    let Some(call) = outermost_call(module, place.node) else { return Vec::new() };
    let span = tree::span(call);
    let mut found: Vec<String> = Vec::new();
    for node in module.of_kind("attribute").filter(|node| span.contains(tree::span(*node))) {
        let of = node.child_by_field_name("object").map(|of| module.text_of(of));
        let name = node.child_by_field_name("attribute").map(|name| module.text_of(name));
        let is_always = || {
            let between = module.ancestors(node).take_while(|around| around.id() != call.id());
            !between.into_iter().any(|around| {
                matches!(around.kind(), "conditional_expression" | "boolean_operator" | "lambda")
                    || around.kind().ends_with("comprehension")
                    || around.kind() == "generator_expression"
            })
        };
        if let Some(name) = name.filter(|_| of == Some(object) && is_always()) {
            found.push(name.to_owned());
        }
    }
    found
}

/// The outermost call of the statement around a node.
fn outermost_call<'m>(module: &'m Module, node: Node<'m>) -> Option<Node<'m>> {
    let around = std::iter::once(node).chain(module.ancestors(node));
    let within = around.take_while(|node| {
        !node.kind().ends_with("_statement") && !matches!(node.kind(), "block" | "module")
    });
    within.filter(|node| node.kind() == "call").last()
}
