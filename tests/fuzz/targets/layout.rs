//! Edits of every kind at any place of a text, made by the layout rules.

use std::collections::BTreeMap;

use tree_sitter::Node;
use untrust::plan::change::Change;
use untrust::plan::materialize::{Cause, materialize};
use untrust::plan::op::{Anchor, Op};
use untrust::python::module::Module;
use untrust::python::names::BindingKind;
use untrust::python::tree;
use untrust::transforms::finding::Level;
use untrust::workspace::FileId;
use untrust::workspace::source::{Piece, Source};
use untrust::workspace::span::Span;

use super::support::Choices;
use super::support::python::{self, is_left_of};

/// So many edits are asked for, of three bytes each before the text.
const OPS: usize = 4;

/// What [`materialize`] says of a place that a transform would not have asked for.
const UNPLACED: &str = "the place of an edit could not be found";

/// Makes the edits that the first bytes choose in the text that follows.
pub fn target(data: &[u8]) {
    let mut choices = Choices::new(data.get(..3 * OPS).unwrap_or(data));
    let text = data.get(3 * OPS..).unwrap_or_default();
    let Ok(source) = Source::python(FileId(0), text.to_vec()) else { return };
    let sane = python::sane(text).is_some();
    let module = Module::new(source);
    let mut ops = Vec::new();
    let mut drift = Drift::default();
    for number in 0..OPS {
        let kind = choices.byte();
        ops.extend(op(&module, number, kind, &mut choices, &mut drift));
    }
    let changes: Vec<Change> = ops.into_iter().enumerate().map(change).collect();
    let modules = BTreeMap::from([(FileId(0), &module)]);
    let made = materialize(&modules, &changes.iter().collect::<Vec<_>>());
    for dropped in &made.dropped {
        if let (Cause::Failed { message }, true) = (&dropped.cause, sane) {
            assert_eq!(message, UNPLACED, "{:?}", changes[dropped.change].ops);
        }
    }
    let Some(new) = made.files.values().next() else { return };
    if sane {
        let text = String::from_utf8_lossy(&new.bytes);
        let Some(after) = python::sane(&new.bytes) else { panic!("no longer Python:\n{text}") };
        drift.holds(module.text(), after.text());
    } else {
        assert!(python::damage(&new.bytes) <= python::damage(text), "damaged more");
    }
}

/// In which direction the edits can move the tokens.
#[derive(Default)]
struct Drift {
    adds: bool,
    removes: bool,
    comments: bool,
}

impl Drift {
    /// What nobody asked to remove is still there, what nobody asked to add is not.
    fn holds(&self, old: &str, new: &str) {
        let (before, after) = (python::tokens(old), python::tokens(new));
        if !self.removes {
            assert!(is_left_of(&before, &after), "a token went:\n{old}\n---\n{new}");
        }
        if !self.adds {
            let after: Vec<&str> = after.into_iter().filter(|token| *token != "pass").collect();
            assert!(is_left_of(&after, &before), "a token came:\n{old}\n---\n{new}");
        }
        if !self.comments && !self.removes {
            let (before, after) = (python::comments(old), python::comments(new));
            assert!(before == after, "a comment changed:\n{old}\n---\n{new}");
        }
    }
}

fn change((number, op): (usize, Op)) -> Change {
    Change {
        id: number.to_string(),
        transform: "fuzz",
        title: String::new(),
        reason: String::new(),
        level: Level::Auto,
        proof: Vec::new(),
        chain: None,
        ops: vec![op],
        requires: Vec::new(),
        alternatives: Vec::new(),
        is_alternative: false,
        findings: Vec::new(),
    }
}

/// An edit of the kind at one of the places that can have it.
fn op(
    module: &Module,
    number: usize,
    kind: u8,
    choices: &mut Choices,
    drift: &mut Drift,
) -> Option<Op> {
    drift.adds |= matches!(kind % 12, 0 | 2..=5 | 10 | 11);
    drift.removes |= matches!(kind % 12, 1 | 6 | 7 | 10 | 11);
    // A new parameter is noted in type comments too.
    drift.comments |= matches!(kind % 12, 2 | 8 | 9);
    match kind % 12 {
        0 => {
            let call = anchor(pick(module, &["call"], choices)?);
            // Two of four, so that edits can meet.
            let name = format!("zz_set_{}", number % 2);
            Some(Op::SetArgument { call, name, value: vec![Piece::text("False")] })
        }
        1 => {
            let call = pick(module, &["call"], choices)?;
            let list = call.child_by_field_name("arguments")?;
            let all: Vec<Node> =
                tree::children(list).into_iter().filter(|node| node.kind() != "comment").collect();
            let argument = tree::span(*all.get(choices.below(all.len()))?);
            Some(Op::DropArgument { call: anchor(call), argument })
        }
        2 => Some(Op::AddParameter {
            function: anchor(pick(module, &["function_definition", "lambda"], choices)?),
            name: format!("zz_parameter_{}", number % 2),
            annotation: number.is_multiple_of(2).then(|| "bool".to_owned()),
            default: "False".to_owned(),
        }),
        3 => {
            let at = anchor(pick(module, &["call"], choices)?);
            let pieces = vec![Piece::text("zz("), Piece::Original(at.range), Piece::text(")")];
            Some(Op::ReplaceExpression { at, pieces })
        }
        4 => Some(Op::EnsureImport {
            at: anchor(pick(module, &["identifier", "import_from_statement"], choices)?),
            module: "zz.module".to_owned(),
            name: (number % 2 == 1).then(|| "zz_name".to_owned()),
            bound_as: if number % 2 == 1 { "zz_name" } else { "zz" }.to_owned(),
        }),
        5 => {
            let before = anchor(statement(module, choices)?);
            Some(Op::InsertStatement { before, text: "zz = 1".to_owned() })
        }
        6 => Some(Op::DropImport { at: import(module, choices)? }),
        7 => Some(Op::DeleteStatement { at: anchor(statement(module, choices)?) }),
        8 => Some(Op::DeleteComment { at: comment(module, choices)? }),
        9 => Some(Op::ReplaceComment {
            at: comment(module, choices)?,
            text: ["# zz", "#", "# type: ignore", "#: zz"][number].to_owned(),
        }),
        10 => {
            let kinds = ["default_parameter", "typed_default_parameter"];
            let parameter = anchor(pick(module, &kinds, choices)?);
            Some(Op::SetDefault { parameter, value: "False".to_owned() })
        }
        _ => Some(Op::DocumentParameter {
            function: anchor(pick(module, &["function_definition"], choices)?),
            name: format!("zz_parameter_{}", number % 2),
            kind: "bool".to_owned(),
            text: "What it does.".to_owned(),
        }),
    }
}

fn anchor(node: Node) -> Anchor {
    Anchor { file: FileId(0), range: tree::span(node) }
}

fn pick<'m>(module: &'m Module, kinds: &[&str], choices: &mut Choices) -> Option<Node<'m>> {
    let all: Vec<Node> = kinds.iter().flat_map(|kind| module.of_kind(kind)).collect();
    all.get(choices.below(all.len())).copied()
}

fn statement<'m>(module: &'m Module, choices: &mut Choices) -> Option<Node<'m>> {
    let nodes = tree::preorder(module.root()).filter(|node| module.is_statement(*node));
    let all: Vec<Span> = nodes.map(tree::span).collect();
    module.statement_at(*all.get(choices.below(all.len()))?)
}

fn comment(module: &Module, choices: &mut Choices) -> Option<Anchor> {
    let range = module.comments.get(choices.below(module.comments.len()))?.span;
    Some(Anchor { file: FileId(0), range })
}

fn import(module: &Module, choices: &mut Choices) -> Option<Anchor> {
    let scopes = module.names.scopes.iter();
    let bindings = scopes.flat_map(|scope| scope.bindings.values().flatten());
    let mut all: Vec<Span> = bindings
        .filter(|binding| matches!(binding.kind, BindingKind::Import { .. }))
        .map(|binding| binding.span)
        .collect();
    all.sort();
    let range = *all.get(choices.below(all.len()))?;
    Some(Anchor { file: FileId(0), range })
}
