use super::*;
use crate::plan::op::{Anchor, Op};
use crate::transforms::finding::Level;
use crate::workspace::source::{Piece, Source};
use crate::workspace::span::Span;

const FILE: FileId = FileId(0);

fn change(id: &str, ops: Vec<Op>, requires: &[&str]) -> Change {
    Change {
        id: id.to_owned(),
        transform: "t",
        title: String::new(),
        reason: String::new(),
        level: Level::Auto,
        proof: Vec::new(),
        chain: None,
        ops,
        requires: requires.iter().map(|id| (*id).to_owned()).collect(),
        alternatives: Vec::new(),
        is_alternative: false,
        findings: vec![0],
    }
}

fn module(file: FileId, text: &str) -> Module {
    Module::new(Source::python(file, text.into()).unwrap())
}

fn anchor(module: &Module, text: &str) -> Anchor {
    let start = module.text().find(text).unwrap();
    Anchor { file: module.source.file, range: Span::new(start, start + text.len()) }
}

fn replace(module: &Module, old: &str, new: &str) -> Op {
    Op::ReplaceExpression { at: anchor(module, old), pieces: vec![Piece::text(new)] }
}

/// For each part its changes, those that are deferred, and the new texts of its files.
fn made(
    modules: &[&Module],
    changes: &[Change],
    groups: Vec<Vec<usize>>,
) -> Vec<(Vec<usize>, Vec<usize>, Vec<String>)> {
    let modules: BTreeMap<FileId, &Module> =
        modules.iter().map(|module| (module.source.file, *module)).collect();
    let changes: Vec<&Change> = changes.iter().collect();
    let text = |step: &Step| String::from_utf8(step.new.clone()).unwrap();
    let mut before: BTreeMap<FileId, Vec<u8>> = BTreeMap::new();
    let parts: Vec<Part> = parts(&modules, &changes, groups).collect();
    for (file, step) in parts.iter().flat_map(|part| &part.files) {
        let old = before.insert(*file, step.new.clone());
        assert_eq!(step.old, old.unwrap_or_else(|| modules[file].source.bytes.clone()));
    }
    assert_eq!(
        before.into_iter().collect::<Vec<_>>(),
        materialize(&modules, &changes)
            .files
            .into_iter()
            .map(|(file, new)| (file, new.bytes))
            .collect::<Vec<_>>(),
        "the last part ends with all"
    );
    let shown = |part: Part| (part.changes, part.deferred, part.files.values().map(text).collect());
    parts.into_iter().map(shown).collect()
}

#[test]
fn each_part_stands_on_those_before() {
    let (a, b) = (module(FILE, "f(1)\ng(2)\n"), module(FileId(1), "h(3)\n"));
    let changes = [
        change("x", vec![replace(&a, "1", "one"), replace(&b, "3", "three")], &[]),
        change("y", vec![replace(&a, "2", "two")], &[]),
    ];
    assert_eq!(
        made(&[&a, &b], &changes, vec![vec![1], vec![0]]),
        [
            (vec![1], vec![], vec!["f(1)\ng(two)\n".to_owned()]),
            (vec![0], vec![], vec!["f(one)\ng(two)\n".to_owned(), "h(three)\n".to_owned()]),
        ]
    );
}

#[test]
fn a_part_that_repeats_what_was_done_changes_nothing() {
    let a = module(FILE, "f(1)\n");
    let one = |id| change(id, vec![replace(&a, "1", "one")], &[]);
    assert_eq!(
        made(&[&a], &[one("x"), one("y")], vec![vec![0], vec![1], vec![]]),
        [
            (vec![0], vec![], vec!["f(one)\n".to_owned()]),
            (vec![1], vec![], vec![]),
            (vec![], vec![], vec![]),
        ]
    );
}

#[test]
fn what_cannot_be_made_yet_comes_with_what_it_needs() {
    let a = module(FILE, "f(  # because\n  1)\ng(2)\n");
    let statement = Op::DeleteStatement { at: anchor(&a, "f(  # because\n  1)") };
    let changes = [
        change("statement", vec![statement], &[]),
        change("more", vec![replace(&a, "2", "two")], &["statement"]),
        change("comment", vec![Op::DeleteComment { at: anchor(&a, "# because") }], &[]),
    ];
    assert_eq!(
        made(&[&a], &changes, vec![vec![0, 1], vec![2]]),
        [(vec![], vec![0, 1], vec![]), (vec![0, 1, 2], vec![], vec!["g(two)\n".to_owned()]),],
        "the comment would be lost"
    );
}

#[test]
fn a_change_comes_no_earlier_than_what_it_requires() {
    let changes = [
        change("a", vec![], &["c"]),
        change("b", vec![], &["a", "gone"]),
        change("c", vec![], &[]),
    ];
    let changes: Vec<&Change> = changes.iter().collect();
    for (parts, moved) in [([0, 0, 1], [1, 1, 1]), ([2, 1, 0], [2, 2, 0]), ([0, 3, 0], [0, 3, 0])] {
        let mut parts = parts;
        require(&changes, &mut parts);
        assert_eq!(parts, moved);
    }
}
