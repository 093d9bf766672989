//! Edits as machines read them.

use super::machine::{Meaning, Op, Place};
use super::mask::Mask;
use super::model::Position;
use crate::plan::op;
use crate::python::module::Module;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// An edit of a module; `path` is that of its file.
pub fn view(op: &op::Op, module: &Module, path: String) -> Op {
    let Place { start, end } = place(module, op.anchor().range);
    Op { meaning: meaning(op, module), path, start, end }
}

/// Hides the secrets in what an edit writes; returns whether there were any.
pub fn mask(op: &mut Op, mask: &Mask) -> bool {
    let written = match &mut op.meaning {
        Meaning::SetArgument { value, .. } | Meaning::SetDefault { value } => value,
        Meaning::ReplaceExpression { text }
        | Meaning::DocumentParameter { text, .. }
        | Meaning::InsertStatement { text }
        | Meaning::AppendStatement { text }
        | Meaning::ReplaceComment { text }
        | Meaning::AddComment { text }
        | Meaning::RewriteLines { text } => text,
        Meaning::AddParameter { default, .. } => default,
        Meaning::DropArgument { .. }
        | Meaning::EnsureImport { .. }
        | Meaning::DropImport {}
        | Meaning::DeleteStatement {}
        | Meaning::DeleteComment {} => return false,
    };
    let hidden = mask.hides(written);
    mask.apply(written);
    hidden
}

/// Where a span of a module's text stands.
fn place(module: &Module, span: Span) -> Place {
    Place { start: Position::at(module, span.start), end: Position::at(module, span.end) }
}

fn meaning(op: &op::Op, module: &Module) -> Meaning {
    match op {
        op::Op::SetArgument { name, value, .. } => {
            Meaning::SetArgument { name: name.clone(), value: text(value, module) }
        }
        op::Op::DropArgument { argument, .. } => {
            Meaning::DropArgument { argument: place(module, *argument) }
        }
        op::Op::ReplaceExpression { pieces, .. } => {
            Meaning::ReplaceExpression { text: text(pieces, module) }
        }
        op::Op::AddParameter { name, annotation, default, .. } => Meaning::AddParameter {
            name: name.clone(),
            annotation: annotation.clone(),
            default: default.clone(),
        },
        op::Op::SetDefault { value, .. } => Meaning::SetDefault { value: value.clone() },
        op::Op::DocumentParameter { name, kind, text, .. } => Meaning::DocumentParameter {
            name: name.clone(),
            r#type: kind.clone(),
            text: text.clone(),
        },
        op::Op::EnsureImport { module, name, bound_as, .. } => Meaning::EnsureImport {
            module: module.clone(),
            name: name.clone(),
            bound_as: bound_as.clone(),
        },
        op::Op::DropImport { .. } => Meaning::DropImport {},
        op::Op::InsertStatement { text, .. } => Meaning::InsertStatement { text: text.clone() },
        op::Op::AppendStatement { text, .. } => Meaning::AppendStatement { text: text.clone() },
        op::Op::DeleteStatement { .. } => Meaning::DeleteStatement {},
        op::Op::ReplaceComment { text, .. } => Meaning::ReplaceComment { text: text.clone() },
        op::Op::DeleteComment { .. } => Meaning::DeleteComment {},
        op::Op::AddComment { text, .. } => Meaning::AddComment { text: text.clone() },
        op::Op::RewriteLines { text, .. } => Meaning::RewriteLines { text: text.clone() },
    }
}

/// Pieces as text, the parts of the original filled in.
fn text(pieces: &[Piece], module: &Module) -> String {
    let part = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Original(span) => module.slice(*span).to_owned(),
    };
    pieces.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::op::Anchor;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;
    use serde_json::json;

    fn shown(op: &op::Op) -> serde_json::Value {
        let source = Source::python(FileId(0), "é = f(a,\n  b)\n".into()).unwrap();
        serde_json::to_value(view(op, &Module::new(source), "a.py".to_owned())).unwrap()
    }

    fn anchor(start: usize, end: usize) -> Anchor {
        Anchor { file: FileId(0), range: Span::new(start, end) }
    }

    #[test]
    fn pieces_are_text_with_the_original_filled_in() {
        let pieces = vec![
            Piece::text("partial("),
            Piece::Original(Span::new(5, 6)),
            Piece::text(", x=True)"),
        ];
        let op = op::Op::ReplaceExpression { at: anchor(5, 6), pieces };
        let expected = json!({
            "kind": "replace_expression", "text": "partial(f, x=True)", "path": "a.py",
            "start": {"line": 1, "column": 5}, "end": {"line": 1, "column": 6},
        });
        assert_eq!(shown(&op), expected);
    }

    #[test]
    fn a_dropped_argument_says_where_it_stands() {
        let op = op::Op::DropArgument { call: anchor(5, 13), argument: Span::new(12, 13) };
        let expected = json!({
            "kind": "drop_argument",
            "argument": {"start": {"line": 2, "column": 3}, "end": {"line": 2, "column": 4}},
            "path": "a.py", "start": {"line": 1, "column": 5}, "end": {"line": 2, "column": 4},
        });
        assert_eq!(shown(&op), expected);
    }

    #[test]
    fn what_has_no_fields_has_its_kind() {
        let shown = shown(&op::Op::DropImport { at: anchor(0, 2) });
        assert_eq!(shown["kind"], "drop_import");
        assert_eq!(shown.as_object().unwrap().len(), 4);
    }
}
