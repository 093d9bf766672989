//! The ops of one file become layout edits: those that meet at one call, one import statement or
//! one block are worked out together.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::flatten::{Overlap, flatten};
use super::op::Op;
use super::parameters;
use crate::python::layout::{self, Edit};
use crate::python::module::Module;
use crate::python::names::{BindingKind, ScopeKind};
use crate::python::tree;
use crate::workspace::source::TextEdit;
use crate::workspace::span::Span;

/// Why the ops of a file cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Two owners want different things of one text.
    Conflict(Overlap),
    /// What an op of this owner is anchored at is not there, or cannot be changed.
    Unplaced(usize),
}

/// An op and the index of the change that asks for it.
pub type OwnedOp<'a> = (usize, &'a Op);

/// An edit and the index of the change that asks for it.
pub type OwnedEdit = (usize, Edit);

/// The replacements that make all ops of one module true.
pub fn of_module(module: &Module, ops: &[OwnedOp]) -> Result<Vec<TextEdit>, Trouble> {
    let ops = &needed(ops)[..];
    // Where an expression begins a statement, what is put before the statement comes first.
    let mut edits = inserted_statements(module, ops)?;
    edits.extend(arguments(module, ops)?);
    edits.extend(parameters::edits(module, ops)?);
    for (owner, op) in ops {
        if let Some(edit) = single(module, op, *owner)? {
            edits.push((*owner, edit));
        }
    }
    let mut asked = edits.clone();
    asked.extend(deleted_statements(module, ops, &[])?);
    let before = flatten(module.text(), &asked).map_err(Trouble::Conflict)?;
    let (mut all, emptied) = imports(module, ops, &before)?;
    all.extend(edits);
    // A block may lose its last statements to both.
    all.extend(deleted_statements(module, ops, &emptied)?);
    flatten(module.text(), &all).map_err(Trouble::Conflict)
}

/// The ops without those that change something inside a statement or an argument that goes.
fn needed<'a>(ops: &[OwnedOp<'a>]) -> Vec<OwnedOp<'a>> {
    let deleted = ops.iter().filter_map(|(_, op)| match op {
        Op::DeleteStatement { at } => Some(at.range),
        Op::DropArgument { argument, .. } => Some(*argument),
        _ => None,
    });
    let mut deleted: Vec<Span> = deleted.collect();
    deleted.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    deleted.dedup_by(|inner, outer| outer.contains(*inner));
    let gone = |span: Span| {
        let behind = deleted.partition_point(|statement| statement.start <= span.start);
        behind > 0 && deleted[behind - 1].contains(span)
    };
    let stays = |op: &Op| match op {
        Op::SetArgument { call: at, .. }
        | Op::DropArgument { call: at, .. }
        | Op::SetDefault { parameter: at, .. }
        | Op::AddParameter { function: at, .. }
        | Op::DocumentParameter { function: at, .. }
        | Op::ReplaceExpression { at, .. }
        | Op::EnsureImport { at, .. } => !gone(at.range),
        _ => true,
    };
    ops.iter().copied().filter(|(_, op)| stays(op)).collect()
}

pub(super) fn find<'t>(
    module: &'t Module,
    span: Span,
    kinds: &[&str],
    owner: usize,
) -> Result<Node<'t>, Trouble> {
    module.exact(span, kinds).ok_or(Trouble::Unplaced(owner))
}

/// Arguments that are set and dropped, call by call.
fn arguments(module: &Module, ops: &[OwnedOp]) -> Result<Vec<OwnedEdit>, Trouble> {
    type Asked<'a> = (usize, Vec<(&'a str, &'a [crate::workspace::source::Piece])>, Vec<Span>);
    let mut calls: BTreeMap<Span, Asked> = BTreeMap::new();
    for (owner, op) in ops {
        match op {
            Op::SetArgument { call, name, value } => {
                let asked = calls.entry(call.range).or_insert((*owner, Vec::new(), Vec::new()));
                match asked.1.iter().find(|(there, _)| *there == name.as_str()) {
                    Some((_, other)) if *other != value.as_slice() => {
                        let overlap = Overlap { first: asked.0, second: *owner };
                        return Err(Trouble::Conflict(overlap));
                    }
                    Some(_) => {}
                    None => asked.1.push((name, value)),
                }
            }
            Op::DropArgument { call, argument } => {
                let asked = calls.entry(call.range).or_insert((*owner, Vec::new(), Vec::new()));
                if !asked.2.contains(argument) {
                    asked.2.push(*argument);
                }
            }
            _ => {}
        }
    }
    let mut edits = Vec::new();
    for (span, (owner, mut set, drop)) in calls {
        set.sort();
        let keywords: Vec<layout::argument::Keyword> = set
            .into_iter()
            .map(|(name, value)| layout::argument::Keyword { name, value })
            .collect();
        let call = find(module, span, &["call"], owner)?;
        let changed = layout::argument::change(module, call, &keywords, &drop);
        edits.extend(changed.ok_or(Trouble::Unplaced(owner))?.into_iter().map(|e| (owner, e)));
    }
    Ok(edits)
}

/// The edit of an op that needs to know of no other.
fn single(module: &Module, op: &Op, owner: usize) -> Result<Option<Edit>, Trouble> {
    let edit = match op {
        Op::ReplaceExpression { at, pieces } => Edit { span: at.range, pieces: pieces.clone() },
        Op::SetDefault { parameter, value } => {
            let kinds = ["default_parameter", "typed_default_parameter"];
            let node = find(module, parameter.range, &kinds, owner)?;
            let old = node.child_by_field_name("value").ok_or(Trouble::Unplaced(owner))?;
            Edit::replace(tree::span(old), value.clone())
        }
        Op::ReplaceComment { at, text } => replace_comment(module, at.range, text),
        Op::DeleteComment { at } => layout::comment::delete(module, at.range),
        Op::AddComment { at, text } => {
            layout::comment::add(module, at.range, text).ok_or(Trouble::Unplaced(owner))?
        }
        Op::RewriteLines { at, text } => rewritten_lines(module, at.range, text),
        _ => return Ok(None),
    };
    Ok(Some(edit))
}

fn inserted_statements(module: &Module, ops: &[OwnedOp]) -> Result<Vec<OwnedEdit>, Trouble> {
    let mut edits = Vec::new();
    for (owner, op) in ops {
        let (at, text, is_before) = match op {
            Op::InsertStatement { before, text } => (before, text, true),
            Op::AppendStatement { after, text } => (after, text, false),
            _ => continue,
        };
        let decorator = module.exact(at.range, &["decorator"]);
        let statement = decorator.or_else(|| module.statement_at(at.range));
        // Between the cases of a `match` no statement can stand.
        let statement = statement.filter(|statement| statement.kind() != "case_clause");
        let statement = statement.ok_or(Trouble::Unplaced(*owner))?;
        let edit = if is_before {
            layout::statement::insert_before(module, statement, text)
        } else {
            layout::statement::insert_after(module, statement, text)
        };
        edits.push((*owner, edit));
    }
    Ok(edits)
}

/// The lines, with the file's line ending.
fn rewritten_lines(module: &Module, lines: Span, text: &str) -> Edit {
    let newline = module.source.newline_at(lines.start);
    let mut text = text.replace("\r\n", "\n").replace('\n', newline);
    let ends_text = lines.end == module.text().len() && !module.slice(lines).ends_with('\n');
    if ends_text && text.ends_with(newline) {
        text.truncate(text.len() - newline.len());
    }
    Edit::replace(lines, text)
}

/// Only what differs is replaced: a file in another charset keeps the rest as it is.
fn replace_comment(module: &Module, comment: Span, new: &str) -> Edit {
    let old = module.slice(comment);
    let same = |pair: &(char, char)| pair.0 == pair.1;
    let length = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(same).map(|(c, _)| c.len_utf8()).sum()
    };
    let head = length(&mut old.chars().zip(new.chars()));
    let (old, new) = (&old[head..], &new[head..]);
    let tail = length(&mut old.chars().rev().zip(new.chars().rev()));
    let span = Span::new(comment.start + head, comment.end - tail);
    Edit::replace(span, &new[..new.len() - tail])
}

/// Statements that go, together with those that imports leave empty.
fn deleted_statements(
    module: &Module,
    ops: &[OwnedOp],
    emptied: &[(usize, Span)],
) -> Result<Vec<OwnedEdit>, Trouble> {
    let asked = ops.iter().filter_map(|(owner, op)| match op {
        Op::DeleteStatement { at } => Some((*owner, at.range)),
        _ => None,
    });
    let mut all: Vec<(usize, Span)> = asked.chain(emptied.iter().copied()).collect();
    // What stands within a statement that goes, goes with it.
    all.sort_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)));
    all.dedup_by(|(_, inner), (_, outer)| outer.contains(*inner));
    let mut nodes = Vec::new();
    for (owner, span) in &all {
        nodes.push(module.statement_at(*span).ok_or(Trouble::Unplaced(*owner))?);
    }
    let owner = all.first().map_or(0, |(owner, _)| *owner);
    Ok(layout::statement::delete(module, &nodes).into_iter().map(|edit| (owner, edit)).collect())
}

/// What is asked of one import statement.
#[derive(Default)]
struct Wanted<'a> {
    owner: usize,
    drop: BTreeSet<Span>,
    add: Vec<&'a str>,
}

/// An import statement of which nothing stays, and the index of the change that asks for it.
type OwnedEmptied = (usize, Span);

/// Imports that are needed or no longer so, and the statements of which nothing stays. `edits` are
/// all others: a use inside text that they replace is gone.
fn imports(
    module: &Module,
    ops: &[OwnedOp],
    edits: &[TextEdit],
) -> Result<(Vec<OwnedEdit>, Vec<OwnedEmptied>), Trouble> {
    let mut statements: BTreeMap<Span, Wanted> = BTreeMap::new();
    let dropped = dropped_imports(module, ops, edits);
    for (owner, op) in ops {
        match op {
            Op::DropImport { at } if dropped.contains(&at.range) => {
                let statement = import_around(module, at.range, *owner)?;
                let wanted = statements.entry(tree::span(statement)).or_default();
                wanted.owner = *owner;
                wanted.drop.insert(at.range);
            }
            Op::EnsureImport { at, name: Some(name), .. } if in_import(module, at.range) => {
                let statement = import_around(module, at.range, *owner)?;
                let wanted = statements.entry(tree::span(statement)).or_default();
                wanted.owner = *owner;
                if !imports_name(module, statement, name) && !wanted.add.contains(&name.as_str()) {
                    wanted.add.push(name);
                }
            }
            _ => {}
        }
    }
    let mut found = new_imports(module, ops)?;
    let mut emptied = Vec::new();
    let mut at_top_already: FxHashSet<&str> = FxHashSet::default();
    for (span, mut wanted) in statements {
        let statement = import_around(module, span, wanted.owner)?;
        let at_top = module.parent(statement).is_some_and(|parent| parent.kind() == "module");
        if at_top {
            // One statement that always runs is enough.
            wanted.add.retain(|name| at_top_already.insert(*name));
        }
        wanted.add.sort_unstable();
        if wanted.drop.is_empty() && wanted.add.is_empty() {
            continue;
        }
        let drop: Vec<Span> = wanted.drop.into_iter().collect();
        match layout::import::change(module, statement, &drop, &wanted.add) {
            Some(changed) => found.extend(changed.into_iter().map(|edit| (wanted.owner, edit))),
            None => emptied.push((wanted.owner, span)),
        }
    }
    let emptied = succeeded(module, &mut found, emptied);
    Ok((found, emptied))
}

/// A new import that would stand beside a statement of which nothing stays takes its place. Returns
/// the statements that go all the same.
fn succeeded(
    module: &Module,
    found: &mut Vec<OwnedEdit>,
    emptied: Vec<OwnedEmptied>,
) -> Vec<OwnedEmptied> {
    let mut left = Vec::new();
    for (owner, span) in emptied {
        let line = module.lines.span(module.lines.of(span.start));
        let rest = module.text()[span.end.min(line.end)..line.end].trim();
        let is_alone = module.starts_line(span.start) && span.end <= line.end && rest.is_empty();
        let beside = |edit: &Edit| {
            edit.span.is_empty() && edit.span.start >= line.start && edit.span.start <= span.end
        };
        let heirs: Vec<OwnedEdit> =
            found.iter().filter(|(_, edit)| is_alone && beside(edit)).cloned().collect();
        let Some((heir, _)) = heirs.first() else {
            left.push((owner, span));
            continue;
        };
        let text = |edit: &Edit| {
            edit.pieces.iter().fold(String::new(), |text, piece| match piece {
                crate::workspace::source::Piece::Literal(piece) => text + piece,
                crate::workspace::source::Piece::Original(span) => text + module.slice(*span),
            })
        };
        let texts: Vec<String> =
            heirs.iter().map(|(_, edit)| text(edit).trim().to_owned()).collect();
        let heir = *heir;
        found.retain(|edit| !heirs.contains(edit));
        let newline = module.source.newline_at(span.start);
        found.push((heir, Edit::replace(span, texts.join(newline))));
    }
    left
}

/// Whether a place is an import statement that can take a name more: the name is to come from that
/// one.
fn in_import(module: &Module, span: Span) -> bool {
    import_around(module, span, 0).is_ok_and(|statement| {
        let all = |part: &Node| part.kind() == "wildcard_import";
        statement.kind() == "import_from_statement" && !tree::children(statement).iter().any(all)
    })
}

/// Imports that the module lacks, each once.
fn new_imports(module: &Module, ops: &[OwnedOp]) -> Result<Vec<(usize, Edit)>, Trouble> {
    // For each import the first place that lacks it, and who needs it there.
    let mut lacking: BTreeMap<layout::new_import::Import, (usize, usize)> = BTreeMap::new();
    for (owner, op) in ops {
        let Op::EnsureImport { at, module: from, name, bound_as } = op else { continue };
        let place = at.range.start;
        let import = layout::new_import::Import { module: from, name: name.as_deref(), bound_as };
        let known = lacking.get(&import).is_some_and(|(first, _)| *first <= place);
        if known
            || in_import(module, at.range)
            || layout::new_import::is_there(module, &import, place)
        {
            continue;
        }
        lacking.insert(import, (place, *owner));
    }
    let mut found = Vec::new();
    for (import, (place, owner)) in lacking {
        let edit = layout::new_import::add(module, &import, place);
        found.push((owner, edit.ok_or(Trouble::Unplaced(owner))?));
    }
    Ok(found)
}

fn import_around(module: &Module, span: Span, owner: usize) -> Result<Node<'_>, Trouble> {
    module
        .statement_at(span)
        .filter(|s| matches!(s.kind(), "import_from_statement" | "import_statement"))
        .ok_or(Trouble::Unplaced(owner))
}

/// Whether a from-import already brings the name under its own name.
fn imports_name(module: &Module, statement: Node, name: &str) -> bool {
    let mut cursor = statement.walk();
    statement.children_by_field_name("name", &mut cursor).any(|item| module.text_of(item) == name)
}

/// The imports that ops would drop and of which no use stays.
fn dropped_imports(module: &Module, ops: &[OwnedOp], edits: &[TextEdit]) -> FxHashSet<Span> {
    let asked: FxHashSet<Span> = ops
        .iter()
        .filter_map(|(_, op)| match op {
            Op::DropImport { at } => Some(at.range),
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return asked;
    }
    // The edits are apart from one another, in order.
    let is_gone = |used: Span| {
        let next = edits.partition_point(|edit| edit.range.end < used.end);
        edits.get(next).is_some_and(|edit| edit.range.contains(used))
    };
    let scopes = module.names.scopes.iter();
    let targets: FxHashSet<Span> =
        scopes.flat_map(|scope| scope.bindings.values().flatten()).map(|b| b.span).collect();
    let mut kept: FxHashSet<(usize, &str)> = FxHashSet::default();
    for (_, op) in ops {
        // New code uses it too.
        let Op::EnsureImport { at, bound_as, name: None, .. } = op else { continue };
        let scope = module.names.scope_at(at.range.start);
        kept.extend(module.names.binding_scope(bound_as, scope).map(|s| (s, bound_as.as_str())));
    }
    for used in module.names.uses.iter().filter(|used| !is_gone(used.span)) {
        let name = module.slice(used.span);
        let mut scope = module.names.binding_scope(name, used.scope);
        while let Some(found) = scope {
            kept.insert((found, name));
            // Before its own binding has run, a class body sees the one around it.
            let facts = &module.names.scopes[found];
            let reads = facts.kind == ScopeKind::Class && !targets.contains(&used.span);
            let around = facts.parent.filter(|_| reads);
            scope = around.and_then(|around| module.names.binding_scope(name, around));
        }
    }
    let scopes = module.names.scopes.iter().enumerate();
    let bindings = scopes.flat_map(|(scope, facts)| {
        facts.bindings.iter().map(move |(name, bindings)| (scope, name.as_str(), bindings))
    });
    bindings
        .filter(|(scope, name, _)| !kept.contains(&(*scope, *name)))
        .flat_map(|(_, _, bindings)| bindings)
        .filter(|b| matches!(b.kind, BindingKind::Import { .. }) && asked.contains(&b.span))
        .map(|b| b.span)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::flatten::apply;
    use crate::plan::op::Anchor;
    use crate::workspace::FileId;
    use crate::workspace::source::{Piece, Source};

    #[test]
    fn a_statement_goes_with_the_one_around_it() {
        let source = Source::python(FileId(0), b"def f():\n    g()\nh()\n".to_vec()).unwrap();
        let module = Module::new(source);
        let delete = |start, end| {
            let at = Anchor { file: FileId(0), range: Span::new(start, end) };
            Op::DeleteStatement { at }
        };
        let (inner, outer) = (delete(13, 16), delete(0, 16));
        let edits = of_module(&module, &[(0, &inner), (1, &outer)]).unwrap();
        assert_eq!(apply(module.text(), &edits), "h()\n");
    }

    #[test]
    fn nothing_is_changed_in_a_statement_that_goes() {
        let source = Source::python(FileId(0), b"f()\ng()\n".to_vec()).unwrap();
        let module = Module::new(source);
        let at = Anchor { file: FileId(0), range: Span::new(4, 7) };
        let pieces = vec![Piece::text("h("), Piece::Original(at.range), Piece::text(")")];
        let wrap = Op::ReplaceExpression { at: at.clone(), pieces };
        let edits = of_module(&module, &[(0, &wrap), (1, &Op::DeleteStatement { at })]).unwrap();
        assert_eq!(apply(module.text(), &edits), "f()\n");
    }

    #[test]
    fn an_import_of_all_or_of_modules_takes_no_name() {
        for text in ["from a import *\n", "import a\n", "from a import b\n"] {
            let source = Source::python(FileId(0), text.as_bytes().to_vec()).unwrap();
            let module = Module::new(source);
            let op = Op::EnsureImport {
                at: Anchor { file: FileId(0), range: Span::new(0, text.len() - 1) },
                module: "a".to_owned(),
                name: Some("c".to_owned()),
                bound_as: "c".to_owned(),
            };
            let new = apply(module.text(), &of_module(&module, &[(0, &op)]).unwrap());
            let line = if text.ends_with("b\n") { "from a import b, c" } else { "from a import c" };
            assert!(new.lines().any(|found| found == line), "{new}");
        }
    }

    #[test]
    fn a_statement_comes_before_what_else_is_put_where_the_next_one_begins() {
        let source = Source::python(FileId(0), b"def f():\n    g()\n".to_vec()).unwrap();
        let module = Module::new(source);
        let at = Anchor { file: FileId(0), range: Span::new(13, 16) };
        let pieces = vec![Piece::text("h("), Piece::Original(at.range), Piece::text(")")];
        let wrap = Op::ReplaceExpression { at: at.clone(), pieces };
        let insert = Op::InsertStatement { before: at, text: "x = 1".to_owned() };
        for ops in [[(0, &wrap), (1, &insert)], [(0, &insert), (1, &wrap)]] {
            let edits = of_module(&module, &ops).unwrap();
            let expected = "def f():\n    x = 1\n    h(g())\n";
            assert_eq!(apply(module.text(), &edits), expected);
        }
    }
}
