//! The edits by which a carrier takes the place of a hardcoded decision.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::chain::{Steps, Whole};
use super::found::{Carrier, Found};
use super::gain::command::typer_option;
use super::place::{Place, class_of, decorators, name_of};
use super::references::Key;
use super::solver::Settled;
use super::{Request, Solution};
use crate::plan::op::{Anchor, Op};
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::finding::{Chain, Decision, Fix, Level, Offer, ThreadPlace, ThreadRequest};
use crate::workspace::source::Piece;

/// What steps need all in all, each worked out once.
#[derive(Default)]
pub(super) struct Wholes {
    known: FxHashMap<usize, Rc<Whole>>,
}

impl Wholes {
    pub(super) fn of(&mut self, steps: &Steps, step: usize) -> Rc<Whole> {
        Rc::clone(self.known.entry(step).or_insert_with(|| Rc::new(steps.whole(step))))
    }
}

/// The edits that put the carrier in the place of the value, with all that it needs.
pub(super) fn build(
    request: &Request,
    place: &Place,
    settled: Settled,
    steps: &Steps,
    wholes: &mut Wholes,
) -> Solution {
    let asked = request.asked;
    let name = request.parameter;
    let safe = asked.decision.safe;
    let Settled { found, text, step } = settled;
    let whole = step.map(|step| wholes.of(steps, step));
    let (title, text) = match &found.carrier {
        Carrier::Nothing(why) => return Solution::Left(why.clone()),
        Carrier::Literal => {
            let why = found.proof.first().map(|why| format!(": {why}")).unwrap_or_default();
            (format!("write {safe}{why}"), safe.to_owned())
        }
        Carrier::Existing(_) => (format!("make the default of {name} {safe}"), safe.to_owned()),
        Carrier::Expression(expression) => {
            (format!("read the decision from {expression}"), expression.clone())
        }
        Carrier::Gained { text, .. } => {
            let way = whole.as_ref().and_then(|whole| whole.chain.way.first());
            let flag = way.map(String::as_str).unwrap_or_default();
            (format!("let {flag} decide, read from {text}"), text.clone())
        }
        Carrier::Parameter(_) | Carrier::Stored { .. } => {
            let Some(text) = text else {
                return Solution::Left(
                    "what would carry the decision could not be found".to_owned(),
                );
            };
            let who = whole
                .as_ref()
                .map_or_else(String::new, |whole| decider(place, &found, &text, whole));
            (format!("let {who} decide {name}, default {safe}"), text)
        }
    };
    let mut ops = Vec::new();
    let alternatives = literal(place, asked, &text).into_iter().collect();
    match &asked.place {
        ThreadPlace::Value { at, .. } | ThreadPlace::Default { at, .. } => {
            ops.push(Op::ReplaceExpression { at: at.clone(), pieces: vec![Piece::text(text)] });
        }
        ThreadPlace::Local { at } if text == name => {
            ops.push(Op::DeleteStatement { at: at.clone() });
        }
        ThreadPlace::Local { at } => {
            let Some(at) = value_of(place, at) else {
                return Solution::Left("let a parameter of that name decide".to_owned());
            };
            ops.push(Op::ReplaceExpression { at, pieces: vec![Piece::text(text)] });
        }
    }
    let (mut level, mut reason) = (asked.level, asked.reason.clone());
    let mut proof = found.proof;
    let mut offers = Vec::new();
    let mut title = title;
    if let Some(whole) = &whole {
        ops.extend(whole.ops.iter().cloned());
        level = level.max(whole.level.unwrap_or(Level::Auto));
        if reason.is_empty() {
            reason.clone_from(&whole.reason);
        }
        if whole.chain.way.len() > 1 {
            title = format!("{title}: {}", way(&whole.chain));
        }
        proof.extend(facts(&whole.chain));
        offers = super::offers::of(steps, whole, wholes);
    }
    Solution::Done(Fix {
        title,
        reason,
        level,
        ops,
        group: None,
        proof,
        chain: whole.map(|whole| Arc::new(whole.chain.clone())),
        offers,
        alternatives,
    })
}

/// The value of the assignment that a statement is.
fn value_of(place: &Place, statement: &Anchor) -> Option<Anchor> {
    let node = place.module.exact(statement.range, &["expression_statement"])?;
    let value = super::bound::assignment(node)?.child_by_field_name("right")?;
    Some(Anchor { file: statement.file, range: tree::span(tree::unparenthesised(value)) })
}

/// The safe value instead of a decision that is handed on.
fn literal(place: &Place, asked: &ThreadRequest, text: &str) -> Option<Offer> {
    let safe = asked.decision.safe;
    let at = match &asked.place {
        ThreadPlace::Value { at, .. } => at.clone(),
        ThreadPlace::Local { at } => value_of(place, at)?,
        ThreadPlace::Default { .. } => return None,
    };
    if text == safe {
        return None;
    }
    Some(Offer {
        key: "literal".to_owned(),
        title: format!("write {safe}"),
        reason: "nobody who calls it can say yes".to_owned(),
        ops: vec![Op::ReplaceExpression { at, pieces: vec![Piece::text(safe)] }],
        proof: Vec::new(),
    })
}

/// How many names of a way are shown.
const SHOWN: usize = 8;

/// The way of a decision, `load_model <- Engine.__init__ <- serve`.
fn way(chain: &Chain) -> String {
    let names: Vec<&str> = chain.way.iter().take(SHOWN).map(String::as_str).collect();
    let more = if chain.way.len() > SHOWN { " <- ..." } else { "" };
    format!("{}{more}", names.join(" <- "))
}

/// The facts of a chain, one a line, without their places.
fn facts(chain: &Chain) -> Vec<String> {
    let hosts = chain.hosts.iter().map(|host| format!("`{}` {}", host.name, host.text));
    hosts.collect()
}

/// Who decides from now on.
fn decider(place: &Place, found: &Found, text: &str, whole: &Whole) -> String {
    let module = place.module;
    let host = place.host().filter(|_| matches!(found.carrier, Carrier::Parameter(_)));
    match host {
        Some(host) if !text.contains('.') => called(module, host),
        _ => format!("whoever makes {}", whole.chain.way.first().map_or("", String::as_str)),
    }
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

/// The edits by which a function gains the parameter, with its overloads.
pub(super) fn parameter<'m>(
    name: &str,
    decision: &'static Decision,
    module: &'m Module,
    (file, span): Key,
    overloads: &mut Overloads<'m>,
) -> Vec<Op> {
    let Some(node) = module.exact(span, &["function_definition"]) else { return Vec::new() };
    let all = overloads.of(module, node).into_iter().chain([node]);
    all.flat_map(|found| {
        parameter_of(module, found, Anchor { file, range: tree::span(found) }, name, decision)
    })
    .collect()
}

/// The edits by which one signature gains the parameter.
pub(super) fn parameter_of(
    module: &Module,
    node: Node,
    function: Anchor,
    name: &str,
    decision: &'static Decision,
) -> Vec<Op> {
    let signature = Signature::at(node);
    if signature.as_ref().is_some_and(|s| s.binding(name, module.text()).is_some()) {
        return Vec::new();
    }
    let typed = signature.is_some_and(|signature| signature.takes_annotation(module.text()));
    let plain = || {
        let annotation = typed.then(|| decision.annotation.to_owned());
        (annotation, default(module, node, decision.safe))
    };
    let (annotation, default) = typer_option(module, node, decision).unwrap_or_else(plain);
    vec![
        Op::AddParameter { function: function.clone(), name: name.to_owned(), annotation, default },
        Op::DocumentParameter {
            function,
            name: name.to_owned(),
            kind: decision.annotation.to_owned(),
            text: decision.documentation.to_owned(),
        },
    ]
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
