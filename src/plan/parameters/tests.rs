use std::collections::BTreeMap;

use crate::plan::change::Change;
use crate::plan::materialize::{Cause, Dropped, materialize};
use crate::plan::op::{Anchor, Op};
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::finding::Level;
use crate::workspace::FileId;
use crate::workspace::source::Source;
use crate::workspace::span::Span;

const FILE: FileId = FileId(0);

fn change(ops: Vec<Op>) -> Change {
    Change {
        id: String::new(),
        transform: "test",
        title: String::new(),
        reason: String::new(),
        level: Level::Auto,
        ops,
        requires: Vec::new(),
        proof: Vec::new(),
        chain: None,
        alternatives: Vec::new(),
        is_alternative: false,
        findings: Vec::new(),
    }
}

fn module(bytes: &[u8]) -> Module {
    Module::new(Source::python(FILE, bytes.to_vec()).unwrap())
}

/// The bytes after the changes, and what was left out.
fn made(module: &Module, changes: &[Vec<Op>]) -> (String, Vec<Dropped>) {
    let changes: Vec<Change> = changes.iter().cloned().map(change).collect();
    let approved: Vec<&Change> = changes.iter().collect();
    let made = materialize(&BTreeMap::from([(FILE, module)]), &approved);
    let bytes = made.files.get(&FILE).map_or(&module.source.bytes, |new| &new.bytes);
    (String::from_utf8_lossy(bytes).into_owned(), made.dropped)
}

/// Where the functions and lambdas stand, in the order of the text.
fn functions(module: &Module) -> Vec<Span> {
    let found = tree::preorder(module.root()).filter_map(Signature::at);
    found.map(|signature| tree::span(signature.node)).collect()
}

fn anchor(range: Span) -> Anchor {
    Anchor { file: FILE, range }
}

/// Adds the parameter, annotated where the signature takes annotations.
fn add(module: &Module, function: Span, name: &str, default: &str) -> Op {
    let kinds = ["function_definition", "lambda"];
    let node = module.exact(function, &kinds).unwrap();
    let takes = Signature::at(node).unwrap().takes_annotation(module.text());
    Op::AddParameter {
        function: anchor(function),
        name: name.to_owned(),
        annotation: takes.then(|| "bool".to_owned()),
        default: default.to_owned(),
    }
}

fn describe(function: Span, name: &str, text: &str) -> Op {
    Op::DocumentParameter {
        function: anchor(function),
        name: name.to_owned(),
        kind: "bool".to_owned(),
        text: text.to_owned(),
    }
}

/// The cases of a table: a title, the text before and the text after.
fn cases(table: &str) -> Vec<(&str, String, String)> {
    table
        .split("=== ")
        .skip(1)
        .map(|case| {
            let (title, texts) = case.split_once('\n').unwrap();
            let (before, after) = texts.split_once("\n---\n").unwrap();
            (title, format!("{before}\n"), after.to_owned())
        })
        .collect()
}

/// Runs every case of a table with the endings of lines that files have.
fn check(table: &str, ops: impl Fn(&Module) -> Vec<Op>) {
    for (title, before, after) in cases(table) {
        for ending in ["\n", "\r\n", "\r"] {
            let module = module(before.replace('\n', ending).as_bytes());
            let (text, dropped) = made(&module, &[ops(&module)]);
            assert_eq!(dropped, [], "{title}, {ending:?}");
            assert_eq!(text, after.replace('\n', ending), "{title}");
        }
    }
}

fn add_to_first(module: &Module) -> Vec<Op> {
    vec![add(module, functions(module)[0], "new", "False")]
}

#[test]
fn a_parameter_takes_the_layout_of_the_signature() {
    check(include_str!("signatures.txt"), add_to_first);
    check(include_str!("other_versions.txt"), add_to_first);
}

#[test]
fn docstrings_gain_an_entry_as_the_others_are_written() {
    check(include_str!("docstrings.txt"), |module| {
        let every = functions(module).into_iter();
        every.map(|function| describe(function, "new", "Whether it is new.")).collect()
    });
}

#[test]
fn a_decision_is_threaded_through_every_signature() {
    let (name, text) = ("trust_remote_code", "Whether to run code shipped with the checkpoint.");
    check(include_str!("threading.txt"), |module| {
        let every = functions(module).into_iter();
        every.flat_map(|f| [add(module, f, name, "False"), describe(f, name, text)]).collect()
    });
}

#[test]
fn defaults_that_were_unsafe_become_safe() {
    let module = module(b"def f(a, x=True, **k): pass\ndef g(a, x: bool = True): pass\n");
    let parameters = tree::preorder(module.root()).filter_map(Signature::at).filter_map(|found| {
        let parameter = *found.binding("x", module.text())?;
        let value = "False".to_owned();
        Some(Op::SetDefault { parameter: anchor(tree::span(parameter.node)), value })
    });
    let expected = "def f(a, x=False, **k): pass\ndef g(a, x: bool = False): pass\n";
    assert_eq!(made(&module, &[parameters.collect()]), (expected.to_owned(), vec![]));
}

/// The text after changes to the first function, each of which adds the parameters with these
/// names and defaults.
fn several(text: &str, changes: &[&[(&str, &str)]]) -> (String, Vec<Dropped>) {
    let module = module(text.as_bytes());
    let first = functions(&module)[0];
    let ops = changes.iter().map(|wanted| {
        wanted.iter().map(|(name, default)| add(&module, first, name, default)).collect()
    });
    made(&module, &ops.collect::<Vec<Vec<Op>>>())
}

#[test]
fn parameters_of_several_changes_stand_sorted_by_name_and_once() {
    let wanted: [&[(&str, &str)]; 3] =
        [&[("z", "False"), ("y", "1")], &[("x", "None")], &[("y", "1")]];
    for (before, after) in [
        ("def f(a): pass\n", "def f(a, x=None, y=1, z=False): pass\n"),
        ("def f(a, ): pass\n", "def f(a, x=None, y=1, z=False, ): pass\n"),
        ("def f(): pass\n", "def f(x: bool = None, y: bool = 1, z: bool = False): pass\n"),
        ("def f(**k): pass\n", "def f(x=None, y=1, z=False, **k): pass\n"),
        ("f = lambda: 1\n", "f = lambda x=None, y=1, z=False: 1\n"),
        (
            "def f(\n    a,\n    b  # two\n): pass\n",
            "def f(\n    a,\n    b,  # two\n    x=None,\n    y=1,\n    z=False\n): pass\n",
        ),
        (
            "def f(\n    a,\n    **k,\n): pass\n",
            "def f(\n    a,\n    x=None,\n    y=1,\n    z=False,\n    **k,\n): pass\n",
        ),
        (
            "def f(a):\n    # type: (int) -> int\n    pass\n",
            "def f(a, x=None, y=1, z=False):\n    # type: (int) -> int\n    pass\n",
        ),
    ] {
        assert_eq!(several(before, &wanted), (after.to_owned(), vec![]), "{before}");
    }
}

#[test]
fn two_defaults_for_one_parameter_are_a_conflict() {
    let (text, dropped) = several("def f(a): pass\n", &[&[("x", "False")], &[("x", "None")]]);
    assert_eq!(text, "def f(a, x=False): pass\n");
    assert_eq!(dropped, [Dropped { change: 1, cause: Cause::Conflict { with: 0 } }]);
}

#[test]
fn two_annotations_of_one_parameter_are_a_conflict() {
    let module = module(b"def f(a: int): pass\n");
    let first = functions(&module)[0];
    let annotated = add(&module, first, "x", "False");
    let mut bare = annotated.clone();
    if let Op::AddParameter { annotation, .. } = &mut bare {
        *annotation = None;
    }
    let (text, dropped) = made(&module, &[vec![annotated], vec![bare]]);
    assert_eq!(text, "def f(a: int, x: bool = False): pass\n");
    assert_eq!(dropped, [Dropped { change: 1, cause: Cause::Conflict { with: 0 } }]);
}

fn is_refused(text: &str) -> bool {
    let (after, dropped) = several(text, &[&[("x", "False")]]);
    after == text && matches!(dropped[..], [Dropped { change: 0, cause: Cause::Failed { .. } }])
}

#[test]
fn a_name_that_is_taken_is_refused() {
    for text in [
        "def f(x): pass\n",
        "def f(x=True): pass\n",
        "def f(*x): pass\n",
        "def f(**x): pass\n",
        "def f(*, x: bool): pass\n",
        "def f(a, (b, x)): pass\n",
        "def f(a):\n    global x\n    x = a\n",
        "f = lambda x: x\n",
    ] {
        assert!(is_refused(text), "{text}");
    }
    let inner = "def f(a):\n    def g():\n        global x\n        x = a\n";
    assert!(!is_refused(inner));
}

#[test]
fn a_damaged_signature_is_refused() {
    assert!(is_refused("def f(a b=): pass\n"));
    assert!(is_refused("def f(a, lambda): pass\n"));
    // The second parser knows no tuples of Python 2 and cannot vouch for what stands beside one.
    assert!(is_refused("def f(a, (b, c), d=1): pass\n"));
    assert!(!is_refused("def f(a): pass\n\n\n\nx = = 1\n"));
}

#[test]
fn the_same_parameter_that_is_there_stays() {
    for text in ["def f(x=False): pass\n", "def f(a, *, x: bool = False, **k): pass\n"] {
        assert_eq!(several(text, &[&[("x", "False")]]), (text.to_owned(), vec![]));
    }
}

#[test]
fn every_function_of_a_module_can_gain_one() {
    let before = "class C(B):\n    def __init__(self, a):\n        super().__init__(a)\n\n    \
                  def f(self):\n        def g(b): return b\n        return g, lambda: 1\n";
    let after = "class C(B):\n    def __init__(self, a, x=False):\n        super().__init__(a)\n\n    \
                 def f(self, x: bool = False):\n        def g(b, x=False): return b\n        \
                 return g, lambda x=False: 1\n";
    let module = module(before.as_bytes());
    let ops = functions(&module).into_iter().map(|f| add(&module, f, "x", "False")).collect();
    assert_eq!(made(&module, &[ops]), (after.to_owned(), vec![]));
}

#[test]
fn a_new_default_and_a_new_parameter_meet() {
    let module = module(b"def f(a, b=True): return g(b)\n");
    let function = functions(&module)[0];
    let start = module.text().find("b=True").unwrap();
    let parameter = anchor(Span::new(start, start + "b=True".len()));
    let default = Op::SetDefault { parameter, value: "False".to_owned() };
    let ops = vec![add(&module, function, "x", "None"), default];
    let expected = "def f(a, b=False, x=None): return g(b)\n";
    assert_eq!(made(&module, &[ops]), (expected.to_owned(), vec![]));
}

#[test]
fn a_function_that_is_not_there_is_refused() {
    let module = module(b"def f(a): pass\n");
    let mut op = add(&module, functions(&module)[0], "x", "False");
    if let Op::AddParameter { function, .. } = &mut op {
        function.range = Span::new(0, 5);
    }
    let (_, dropped) = made(&module, &[vec![op]]);
    assert_eq!(dropped.len(), 1);
}

const GOOGLE: &str = "def f(a):\n    '''It.\n\n    Args:\n        a: One.\n    '''\n";

fn described(text: &str, changes: &[&[(&str, &str)]]) -> (String, Vec<Dropped>) {
    let module = module(text.as_bytes());
    let first = functions(&module)[0];
    let ops = changes
        .iter()
        .map(|wanted| wanted.iter().map(|(name, text)| describe(first, name, text)).collect());
    made(&module, &ops.collect::<Vec<Vec<Op>>>())
}

#[test]
fn entries_of_several_changes_stand_sorted_by_name_and_once() {
    let wanted: [&[(&str, &str)]; 2] = [&[("z", "Last."), ("x", "New.")], &[("x", "New.")]];
    let expected = GOOGLE.replace("One.\n", "One.\n        x: New.\n        z: Last.\n");
    assert_eq!(described(GOOGLE, &wanted), (expected, vec![]));
    let wanted: [&[(&str, &str)]; 2] = [&[("x", "New.")], &[("x", "Newer.")]];
    let expected = GOOGLE.replace("One.\n", "One.\n        x: New.\n");
    let conflict = Dropped { change: 1, cause: Cause::Conflict { with: 0 } };
    assert_eq!(described(GOOGLE, &wanted), (expected, vec![conflict]));
}

#[test]
fn a_text_that_the_string_cannot_hold_is_left_out() {
    for text in ["Back\\slash.", "Three ''' quotes.", "A quote at the end'"] {
        assert_eq!(described(GOOGLE, &[&[("x", text)]]), (GOOGLE.to_owned(), vec![]), "{text}");
    }
    let held = "Whether to run the repository's code without asking.";
    let expected = GOOGLE.replace("One.\n", &format!("One.\n        x: {held}\n"));
    assert_eq!(described(GOOGLE, &[&[("x", held)]]), (expected, vec![]));
}

#[test]
fn a_parameter_comes_with_its_entry() {
    let module = module(GOOGLE.as_bytes());
    let function = functions(&module)[0];
    let ops = vec![add(&module, function, "x", "False"), describe(function, "x", "New.")];
    let expected = GOOGLE.replace("(a)", "(a, x=False)");
    let expected = expected.replace("One.\n", "One.\n        x: New.\n");
    assert_eq!(made(&module, &[ops]), (expected, vec![]));
}
