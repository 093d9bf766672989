//! The edits by which a carrier takes the place of a hardcoded decision.

use std::rc::Rc;

use rustc_hash::FxHashMap;
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
pub(super) fn build<'m>(
    request: &Request,
    place: &Place<'m>,
    found: Found,
    overloads: &mut Overloads<'m>,
) -> Solution {
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
            let ops = parameter(request, place.module, &function, overloads);
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
fn parameter<'m>(
    request: &Request,
    module: &'m Module,
    function: &Anchor,
    overloads: &mut Overloads<'m>,
) -> Vec<Op> {
    let decision = request.asked.decision;
    let mut ops = Vec::new();
    let Some(node) = module.exact(function.range, &["function_definition"]) else {
        return ops;
    };
    for found in overloads.of(module, node).into_iter().chain([node]) {
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

/// The `@overload` signatures of functions, by the block and the name.
#[derive(Debug, Default)]
pub(super) struct Overloads<'m> {
    known: FxHashMap<(usize, String), Rc<Vec<Node<'m>>>>,
}

impl<'m> Overloads<'m> {
    /// Those of a function: of its name and before it in the same block.
    fn of(&mut self, module: &'m Module, function: Node<'m>) -> Vec<Node<'m>> {
        let name = name_of(module, function).unwrap_or_default();
        let scope = module.names.scope_at(function.start_byte());
        if module.names.bindings(name, scope).len() < 2 {
            return Vec::new();
        }
        let Some(block) = block_of(module, function) else { return Vec::new() };
        let key = (block.id(), name.to_owned());
        let all = self.known.entry(key).or_insert_with(|| {
            let named = module.functions_named(name);
            let here = named.filter(|found| {
                block_of(module, *found).is_some_and(|around| around.id() == block.id())
                    && is_overload(module, *found)
            });
            Rc::new(here.collect())
        });
        let before = all.iter().take_while(|found| found.end_byte() <= function.start_byte());
        before.copied().collect()
    }
}

/// The block that holds the statement of a definition.
fn block_of<'m>(module: &'m Module, definition: Node<'m>) -> Option<Node<'m>> {
    let outer = module.parent(definition)?;
    if outer.kind() == "decorated_definition" { module.parent(outer) } else { Some(outer) }
}

fn is_overload(module: &Module, definition: Node) -> bool {
    let mut decorators = decorators(module, definition).into_iter();
    decorators.any(|decorator| module.text_of(decorator).ends_with("overload"))
}
