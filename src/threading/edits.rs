//! The edits by which a carrier takes the place of a hardcoded decision.

use tree_sitter::Node;

use super::found::{Carrier, Found};
use super::place::{Place, class_of, decorators, name_of};
use super::{Request, Solution};
use crate::plan::op::{Anchor, Op};
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::finding::{Fix, ThreadPlace};
use crate::workspace::source::Piece;

/// The edits that put the carrier in the place of the value.
pub(super) fn build(request: &Request, place: &Place, found: Found) -> Solution {
    let asked = request.asked;
    let name = request.parameter;
    let safe = asked.decision.safe;
    let (title, mut ops, text) = match &found.carrier {
        Carrier::Nothing(why) => return Solution::Left(why.clone()),
        Carrier::Literal => {
            let why = found.proof.first().map(|why| format!(": {why}")).unwrap_or_default();
            (format!("write {safe}{why}"), Vec::new(), safe.to_owned())
        }
        Carrier::Expression(expression) => {
            (format!("read the decision from {expression}"), Vec::new(), expression.clone())
        }
        Carrier::Parameter((file, span)) => {
            let function = Anchor { file: *file, range: *span };
            let host = place.module.exact(*span, &["function_definition"]);
            let ops = parameter(request, place.module, &function);
            let who = host.map(|host| called(place.module, host)).unwrap_or_default();
            (format!("let {who} decide {name}, default {safe}"), ops, name.to_owned())
        }
    };
    match &asked.place {
        ThreadPlace::Value { at, .. } => {
            ops.push(Op::ReplaceExpression { at: at.clone(), pieces: vec![Piece::text(text)] });
        }
        ThreadPlace::Local { at } if text == name => {
            ops.push(Op::DeleteStatement { at: at.clone() });
        }
        ThreadPlace::Local { at } => {
            let value = place
                .module
                .exact(at.range, &["expression_statement"])
                .and_then(super::bound::assignment)
                .and_then(|assignment| assignment.child_by_field_name("right"));
            let Some(value) = value else {
                return Solution::Left("let a parameter of that name decide".to_owned());
            };
            let range = tree::span(tree::unparenthesised(value));
            let at = Anchor { file: at.file, range };
            ops.push(Op::ReplaceExpression { at, pieces: vec![Piece::text(text)] });
        }
    }
    ops.extend(found.ops);
    Solution::Done(Fix {
        title,
        reason: if asked.reason.is_empty() { found.reason } else { asked.reason.clone() },
        level: asked.level.max(found.level),
        ops,
        group: None,
        proof: found.proof,
    })
}

/// Who hands arguments to a function.
fn called(module: &Module, function: Node) -> String {
    let name = name_of(module, function).unwrap_or_default();
    let class = class_of(module, function).filter(|_| name == "__init__");
    match class.and_then(|class| name_of(module, class)) {
        Some(class) => format!("whoever makes {class}"),
        None => format!("the caller of {name}"),
    }
}

/// The function gains the parameter, with its overloads.
fn parameter(request: &Request, module: &Module, function: &Anchor) -> Vec<Op> {
    let decision = request.asked.decision;
    let mut ops = Vec::new();
    let Some(node) = module.exact(function.range, &["function_definition"]) else {
        return ops;
    };
    for found in overloads(module, node).into_iter().chain([node]) {
        let function = Anchor { file: function.file, range: tree::span(found) };
        let signature = Signature::at(found);
        let typed = signature.is_some_and(|signature| signature.takes_annotation(module.text()));
        ops.push(Op::AddParameter {
            function: function.clone(),
            name: request.parameter.to_owned(),
            annotation: typed.then(|| decision.annotation.to_owned()),
            default: default(module, found, decision.safe),
        });
        ops.push(Op::DocumentParameter {
            function,
            name: request.parameter.to_owned(),
            kind: decision.annotation.to_owned(),
            text: decision.documentation.to_owned(),
        });
    }
    ops
}

/// The default of a new parameter: `...` in an overload whose other defaults are.
fn default(module: &Module, function: Node, safe: &str) -> String {
    let signature = Signature::at(function);
    let defaults = signature.iter().flat_map(|s| &s.parameters).filter_map(|p| p.default);
    let mut texts = defaults.map(|default| module.text_of(default)).peekable();
    let elided = texts.peek().is_some() && texts.all(|text| text == "...");
    if elided { "...".to_owned() } else { safe.to_owned() }
}

/// The `@overload` signatures of a function: those of its name before it in the same block.
fn overloads<'m>(module: &'m Module, function: Node<'m>) -> Vec<Node<'m>> {
    let name = name_of(module, function);
    let scope = module.names.scope_at(function.start_byte());
    if module.names.bindings(name.unwrap_or_default(), scope).len() < 2 {
        return Vec::new();
    }
    let statement = module.parent(function).filter(|p| p.kind() == "decorated_definition");
    let statement = statement.unwrap_or(function);
    let Some(block) = module.parent(statement) else { return Vec::new() };
    let before = tree::children(block).into_iter().take_while(|s| s.id() != statement.id());
    before
        .filter(|sibling| sibling.kind() == "decorated_definition")
        .filter_map(|sibling| sibling.child_by_field_name("definition"))
        .filter(|definition| {
            definition.kind() == "function_definition" && name_of(module, *definition) == name
        })
        .filter(|definition| {
            let mut found = decorators(module, *definition).into_iter();
            found.any(|decorator| module.text_of(decorator).ends_with("overload"))
        })
        .collect()
}
