//! What a function does with its own `**kwargs`: once it has a parameter of its own for a key, that
//! key is no longer among them.

use tree_sitter::Node;

use super::bound::Firsts;
use crate::plan::op::{Anchor, Op};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::{literal, tree};
use crate::workspace::FileId;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What becomes of a key that a new parameter takes out of `**kwargs`.
#[derive(Debug)]
pub(super) enum Key {
    /// Nothing is lost; these calls are handed it by name.
    Handed(Vec<Op>),
    /// Parts of the function would no longer get it: why.
    Lost(String),
    /// The function looks for it there.
    Read {
        /// Why the parameter cannot be added.
        why: String,
        /// The locals that it puts it into, and where they have it.
        locals: Vec<(String, Firsts)>,
    },
}

/// What a call of a function of the program does with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ours {
    /// It has no use for it, or is handed it by name anyway.
    Kept,
    /// It takes it by its name.
    Named,
    /// Nobody knows.
    Unknown,
}

/// The edit by which a call is handed the parameter by name.
fn hand_on(file: FileId, call: Node, name: &str) -> Op {
    Op::SetArgument {
        call: Anchor { file, range: tree::span(call) },
        name: name.to_owned(),
        value: vec![Piece::text(name)],
    }
}

/// Whether a library's callable takes the decision by its name: the Auto classes and the pipeline
/// of transformers 4.57, vllm's engines. Others may refuse a keyword that they do not know.
fn takes(module: &Module, callee: Node) -> bool {
    let resolved = module.names.resolve(callee, module.text());
    let Some(name) = resolved.single() else { return false };
    match name.rsplit_once('.') {
        Some((class, "from_pretrained" | "from_config")) => class.starts_with("transformers.Auto"),
        _ => matches!(name, "transformers.pipeline" | "vllm.LLM" | "vllm.EngineArgs"),
    }
}

/// What becomes of the key `name` in the function's `**kwargs`. `places` are the hardcoded ones, in
/// order, which do not count as reading it; `ours`
/// tells what a call that unpacks them does with it.
pub(super) fn key(
    module: &Module,
    file: FileId,
    function: Node,
    name: &str,
    places: &[Span],
    ours: &dyn Fn(Node) -> Ours,
) -> Key {
    let mut handed = Vec::new();
    let mut lost = None;
    let mut is_put_back = false;
    for node in uses(module, function) {
        match fate(module, node, name) {
            Fate::Nothing => {}
            Fate::Lost(Some(call)) if matches!(ours(call), Ours::Kept | Ours::Named) => {
                if matches!(ours(call), Ours::Named) {
                    handed.push(hand_on(file, call, name));
                }
            }
            // `kwargs["trust_remote_code"] = ...` is one of the places.
            Fate::Read if is_near(module, places, node) => {
                is_put_back = true;
            }
            Fate::Read => {
                let line = module.lines.of(node.start_byte()) + 1;
                let why = format!(
                    "`{}` in line {line} reads it from the keyword arguments; make it a parameter there",
                    module.text_of(node)
                );
                return Key::Read { why, locals: read_into(module, function, name) };
            }
            Fate::Handed(call) => {
                let op = hand_on(file, call, name);
                if !handed.contains(&op) {
                    handed.push(op);
                }
            }
            Fate::Lost(_) => {
                let line = module.lines.of(node.start_byte()) + 1;
                lost = lost.or(Some(format!(
                    "what is handed on with `**{}` in line {line} no longer holds it",
                    module.text_of(node)
                )));
            }
        }
    }
    if is_put_back {
        return Key::Handed(Vec::new());
    }
    match lost {
        Some(why) => Key::Lost(why),
        None => Key::Handed(handed),
    }
}

/// The uses of the function's `**kwargs`.
fn uses<'m>(module: &'m Module, function: Node<'m>) -> Vec<Node<'m>> {
    let signature = Signature::at(function);
    let variadic = signature.and_then(|signature| {
        signature.parameters.iter().copied().find(|p| p.kind == ParameterKind::VarKeyword)
    });
    let Some((variadic, body)) = variadic.zip(function.child_by_field_name("body")) else {
        return Vec::new();
    };
    let scope = module.names.scope_at(body.start_byte());
    let spelled = module.text_of(variadic.name);
    let uses = module.names.uses_of(spelled, scope, module.text());
    uses.into_iter().filter_map(|used| module.nodes().covering(used)).collect()
}

/// The calls into which a function unpacks its `**kwargs`.
pub(super) fn unpacking_calls<'m>(module: &'m Module, function: Node<'m>) -> Vec<Node<'m>> {
    let splats = uses(module, function).into_iter().filter_map(|node| {
        let splat = module.parent(node).filter(|parent| parent.kind() == "dictionary_splat")?;
        module.parent(module.parent(splat)?).filter(|call| call.kind() == "call")
    });
    splats.collect()
}

/// What one use of `**kwargs` means for the key.
enum Fate<'m> {
    Nothing,
    Read,
    Handed(Node<'m>),
    /// It may be lost, in this call.
    Lost(Option<Node<'m>>),
}

fn fate<'m>(module: &'m Module, node: Node<'m>, name: &str) -> Fate<'m> {
    let Some(parent) = module.parent(node) else { return Fate::Nothing };
    let is_key = |node: Node| literal::plain_string(node, module.text()).map(|key| key == name);
    match parent.kind() {
        "dictionary_splat" => splatted(module, parent, name),
        "subscript" => match parent.child_by_field_name("subscript").and_then(is_key) {
            Some(false) => Fate::Nothing,
            _ => Fate::Read,
        },
        "comparison_operator" => {
            let other = tree::children(parent).into_iter().find(|side| side.id() != node.id());
            match other.and_then(is_key) {
                Some(false) => Fate::Nothing,
                Some(true) => Fate::Read,
                None => Fate::Lost(None),
            }
        }
        "attribute" => {
            let method = parent.child_by_field_name("attribute").map_or("", |m| module.text_of(m));
            let call = module.parent(parent).filter(|call| call.kind() == "call");
            let first = call
                .and_then(|call| Call::at(call, module.text()))
                .and_then(|call| call.positional(0));
            match method {
                "get" | "pop" | "setdefault" => match first.and_then(|first| is_key(first.value)) {
                    Some(false) => Fate::Nothing,
                    _ => Fate::Read,
                },
                "update" => updated(module, call, name),
                "clear" => Fate::Nothing,
                _ => Fate::Lost(None),
            }
        }
        "if_statement" | "not_operator" | "boolean_operator" => Fate::Nothing,
        _ => Fate::Lost(None),
    }
}

/// `kwargs.update(...)`: it may put the key back among them, beside the parameter.
fn updated<'m>(module: &'m Module, call: Option<Node<'m>>, name: &str) -> Fate<'m> {
    let Some(found) = call.and_then(|call| Call::at(call, module.text())) else {
        return Fate::Lost(None);
    };
    let names_it = found.arguments.iter().any(|argument| {
        let text = module.text_of(argument.node);
        text.contains(name)
            || argument.value.kind() != "dictionary"
                && found.keyword(name).is_none()
                && !matches!(argument.kind, ArgumentKind::Keyword(_))
    });
    if names_it { Fate::Read } else { Fate::Nothing }
}

/// `f(**kwargs)`: nothing is lost where the call has the argument by name.
fn splatted<'m>(module: &'m Module, splat: Node<'m>, name: &str) -> Fate<'m> {
    let call = module.parent(splat).and_then(|list| module.parent(list));
    let Some(found) = call.and_then(|call| Call::at(call, module.text())) else {
        return Fate::Lost(None);
    };
    if found.keyword(name).is_some() {
        return Fate::Nothing;
    }
    if takes(module, found.function) {
        Fate::Handed(found.node)
    } else {
        Fate::Lost(Some(found.node))
    }
}

/// Whether a hardcoded place is part of the same statement; the places are in order.
fn is_near(module: &Module, places: &[Span], node: Node) -> bool {
    let Some(statement) = module.statement(node).map(tree::span) else { return false };
    let first = places.partition_point(|place| place.start < statement.start);
    let within = places[first..].iter().take_while(|place| place.start < statement.end);
    within.into_iter().any(|place| statement.contains(*place))
}

/// The locals that are given the key's value by a statement of the function, with what comes after
/// it: `trust = kwargs.pop("trust_remote_code", False)`.
fn read_into(module: &Module, function: Node, name: &str) -> Vec<(String, Firsts)> {
    let reads = uses(module, function).into_iter();
    let reads = reads.filter(|node| matches!(fate(module, *node, name), Fate::Read));
    reads
        .filter_map(|node| {
            let statement = module.statement(node)?;
            let assignment = super::bound::assignment(statement)?;
            let left = assignment.child_by_field_name("left")?;
            let right = assignment.child_by_field_name("right")?;
            let whole = right.kind() == "call" || right.kind() == "subscript";
            let is_read = whole && right.start_byte() == node.start_byte();
            if left.kind() != "identifier" || !is_read {
                return None;
            }
            let binds = |node: Node| node.id() == statement.id();
            let firsts = Firsts::of(module, [tree::span(left)], &binds);
            Some((module.text_of(left).to_owned(), firsts))
        })
        .collect()
}
