//! Layout edits, which may hold one another, become replacements that do not overlap.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::python::layout::Edit;
use crate::workspace::source::{Piece, TextEdit};
use crate::workspace::span::Span;

/// Two edits that cannot both be made: the indices of their owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// The owner of the one.
    pub first: usize,
    /// The owner of the other.
    pub second: usize,
}

/// A replacement and who asks for it.
#[derive(Debug, Clone)]
struct Owned {
    edit: TextEdit,
    owner: usize,
    order: usize,
    /// What the edit that it is a part of replaces.
    within: Span,
}

impl Owned {
    /// Where it stands among the others: what closes something before what is only inserted, and
    /// what opens something last; the inner one of two closes first, the outer one opens first.
    fn place(&self) -> (usize, bool, usize, u8, Reverse<usize>, usize) {
        let range = self.edit.range;
        let (side, depth) = match range {
            _ if !range.is_empty() || self.within.is_empty() => (1, 0),
            _ if range.start == self.within.end => (0, self.within.start),
            _ if range.start == self.within.start => (2, self.within.end),
            _ => (1, 0),
        };
        (range.start, !range.is_empty(), range.end, side, Reverse(depth), self.order)
    }
}

/// The replacements of all edits, sorted by position. Parts of the original that an edit keeps are
/// left to other edits; a deletion swallows what lies inside it; equal replacements are one.
/// `edits` are pairs of owner and edit; at one offset, insertions stand in their order.
pub fn flatten(text: &str, edits: &[(usize, Edit)]) -> Result<Vec<TextEdit>, Overlap> {
    let mut all: Vec<Owned> = Vec::new();
    let mut known: FxHashMap<&Edit, usize> = FxHashMap::default();
    for (order, (owner, edit)) in edits.iter().enumerate() {
        // What two insert, each around a part of its own, is inserted twice.
        if *known.entry(edit).or_insert(*owner) != *owner {
            continue;
        }
        let whole = edit.span;
        for edit in gaps(text, edit) {
            all.push(Owned { edit, owner: *owner, order, within: whole });
        }
    }
    all.sort_by_key(Owned::place);
    all.dedup_by(|b, a| a.edit == b.edit && !a.edit.range.is_empty());
    let (deletions, mut all): (Vec<Owned>, Vec<Owned>) =
        all.into_iter().partition(|o| o.edit.text.is_empty());
    let deletions = joined(deletions);
    let spans: Vec<Span> = deletions.iter().map(|o| o.edit.range).collect();
    all.retain(|o| !swallowed(&spans, &o.edit));
    all.extend(deletions);
    all.sort_by_key(Owned::place);
    for pair in all.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let both_replace = a.edit.range == b.edit.range && !a.edit.range.is_empty();
        if b.edit.range.start < a.edit.range.end || both_replace {
            return Err(Overlap { first: a.owner, second: b.owner });
        }
    }
    Ok(all.into_iter().map(|o| o.edit).collect())
}

/// An edit as replacements of what lies between the parts of the original that it keeps.
fn gaps(text: &str, edit: &Edit) -> Vec<TextEdit> {
    let mut found = Vec::new();
    let mut from = edit.span.start;
    let mut literal = String::new();
    for piece in &edit.pieces {
        match piece {
            Piece::Literal(new) => literal.push_str(new),
            Piece::Original(kept) if kept.start >= from && kept.end <= edit.span.end => {
                push(&mut found, Span::new(from, kept.start), std::mem::take(&mut literal));
                from = kept.end;
            }
            // Text that moves is copied as it was.
            Piece::Original(moved) => literal.push_str(&text[moved.range()]),
        }
    }
    push(&mut found, Span::new(from, edit.span.end), literal);
    found
}

fn push(found: &mut Vec<TextEdit>, range: Span, text: String) {
    if !range.is_empty() || !text.is_empty() {
        found.push(TextEdit { range, text });
    }
}

/// The deletions, sorted, those that overlap made one.
fn joined(deletions: Vec<Owned>) -> Vec<Owned> {
    let mut joined: Vec<Owned> = Vec::new();
    for deletion in deletions {
        let span = deletion.edit.range;
        match joined.last_mut() {
            Some(last) if span.start < last.edit.range.end => {
                last.edit.range.end = last.edit.range.end.max(span.end);
            }
            _ => joined.push(deletion),
        }
    }
    joined
}

/// Whether an edit lies inside one of the deletions without being it.
fn swallowed(deletions: &[Span], edit: &TextEdit) -> bool {
    let index = deletions.partition_point(|d| d.end < edit.range.end);
    deletions[index..].iter().take(2).any(|deletion| {
        if edit.range.is_empty() {
            return deletion.start < edit.range.start && edit.range.start < deletion.end;
        }
        deletion.contains(edit.range) && *deletion != edit.range
    })
}

/// The text after the replacements, which must be sorted and must not overlap.
pub fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut out = String::with_capacity(text.len() + 64 * edits.len());
    let mut copied = 0;
    for edit in edits {
        out.push_str(&text[copied..edit.range.start]);
        out.push_str(&edit.text);
        copied = edit.range.end;
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_around_calls_that_begin_together_is_put_around_both() {
        let text = "d().m()";
        let wrap = |end| {
            let span = Span::new(0, end);
            let pieces = vec![Piece::text("z("), Piece::Original(span), Piece::text(")")];
            Edit { span, pieces }
        };
        let made = |edits: &[(usize, Edit)]| apply(text, &flatten(text, edits).unwrap());
        assert_eq!(made(&[(0, wrap(7)), (1, wrap(3))]), "z(z(d()).m())");
        assert_eq!(made(&[(0, wrap(3)), (1, wrap(3))]), "z(d()).m()");
        let mut outer = wrap(7);
        outer.pieces[0] = Piece::text("y(");
        assert_eq!(made(&[(0, wrap(3)), (1, outer)]), "y(z(d()).m())");
    }

    fn flat(text: &str, edits: &[Edit]) -> Result<String, Overlap> {
        let owned: Vec<(usize, Edit)> = edits.iter().cloned().enumerate().collect();
        Ok(apply(text, &flatten(text, &owned)?))
    }

    #[test]
    fn a_change_inside_a_changed_expression_survives() {
        let wrap = Edit {
            span: Span::new(0, 4),
            pieces: vec![Piece::text("g("), Piece::Original(Span::new(0, 4)), Piece::text(")")],
        };
        let inner = Edit::replace(Span::new(2, 3), "y");
        assert_eq!(flat("f(x)", &[wrap, inner]).unwrap(), "g(f(y))");
    }

    #[test]
    fn a_deletion_swallows_what_lies_inside() {
        let edits = [Edit::delete(Span::new(1, 5)), Edit::insert(3, "new")];
        assert_eq!(flat("abcdef", &edits).unwrap(), "af");
    }

    #[test]
    fn deletions_that_overlap_are_one() {
        let edits = [Edit::delete(Span::new(1, 4)), Edit::delete(Span::new(3, 5))];
        assert_eq!(flat("abcdef", &edits).unwrap(), "af");
        let edits = [Edit::delete(Span::new(1, 4)), Edit::delete(Span::new(2, 3))];
        assert_eq!(flat("abcdef", &edits).unwrap(), "aef");
    }

    #[test]
    fn two_replacements_of_one_text_are_an_overlap() {
        let edits = [Edit::replace(Span::new(1, 3), "x"), Edit::replace(Span::new(2, 4), "y")];
        assert_eq!(flat("abcdef", &edits), Err(Overlap { first: 0, second: 1 }));
        let same = [Edit::replace(Span::new(1, 3), "x"), Edit::replace(Span::new(1, 3), "x")];
        assert_eq!(flat("abcdef", &same).unwrap(), "axdef");
    }
}
