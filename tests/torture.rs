//! Input that was made to break it, through the real binary: every run ends, with an exit code
//! that is documented, and what reaches a person is text.

#[path = "torture/hostile.rs"]
mod hostile;
#[path = "torture/run.rs"]
mod run;
#[path = "torture/shapes.rs"]
mod shapes;
mod support;

use std::fs;
use std::process::Command;

use run::{READERS, assert_visible, run, run_coloured, without_colours};
use support::{Sandbox, apply_patch, tree};

/// Where a shape can stand: the name of the place, what the shape is around, and a module that
/// holds the shape there.
const PLACES: [(&str, &str, &str); 5] = [
    ("around", "torch.load(p)", "import torch\ns = @\n"),
    ("inside", "p", "import torch\ns = torch.load(@)\n"),
    (
        "default",
        "1",
        "import numpy\n\n\ndef f(p, q=@):\n    return numpy.load(p, allow_pickle=True)\n",
    ),
    ("keyword", "1", "def f(p):\n    return M.from_pretrained(p, k=@, trust_remote_code=True)\n"),
    ("positional", "1", "import yaml\n\n\ndef f(p):\n    return yaml.load(p, @)\n"),
];

/// What stands within a shape of statements.
const SINKS: [(&str, &str); 3] = [
    ("load", "torch.load(p)"),
    ("flag", "numpy.load(p, allow_pickle=True)"),
    ("hub", "g(p, trust_remote_code=True)"),
];

/// A tree that holds whatever is printed of names and sources.
fn hostile_tree() -> Sandbox {
    let sandbox = Sandbox::new(&[]);
    hostile::plant_names(&sandbox);
    for (name, bytes) in hostile::sources() {
        sandbox.write(&format!("sources/{name}.py"), &bytes);
    }
    sandbox
}

#[test]
fn no_control_character_of_a_name_or_a_source_is_printed() {
    let sandbox = hostile_tree();
    for arguments in READERS {
        let ran = run(&sandbox, arguments);
        assert!(ran.code > 0 || arguments[0] == "exceptions", "{arguments:?} finds nothing");
        assert_visible(&ran.err, "standard error");
        if arguments[0] != "diff" {
            assert_visible(&ran.out, &format!("{arguments:?}"));
        }
        if arguments.contains(&"json") {
            serde_json::from_slice::<serde_json::Value>(&ran.bytes).unwrap();
        }
        if arguments.contains(&"jsonl") {
            for line in ran.bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
                serde_json::from_slice::<serde_json::Value>(line).unwrap();
            }
        }
    }
}

#[test]
fn colours_are_the_only_sequences_that_a_terminal_gets() {
    let sandbox = hostile_tree();
    for arguments in READERS.into_iter().filter(|a| !a.contains(&"--format")) {
        let ran = run_coloured(&sandbox, arguments);
        assert_visible(&without_colours(&ran.err), "standard error");
        assert_visible(&without_colours(&ran.out), &format!("{arguments:?}"));
    }
}

#[test]
fn hostile_files_are_patched_fixed_and_undone_byte_for_byte() {
    let sandbox = hostile_tree();
    let before = tree(&sandbox.root());
    let patch = run(&sandbox, &["diff", "--review-level"]);
    assert_eq!(tree(&sandbox.root()), before, "diff writes nothing");
    let fix = run(&sandbox, &["fix", "--review-level", "--allow-no-vcs", "--print0"]);
    assert_visible(&fix.err, "fix");
    let fixed = tree(&sandbox.root());
    let changed = before.iter().filter(|(path, bytes)| fixed[*path] != **bytes).count();
    assert!(changed > hostile::names().len() + 100, "{changed} files were changed");
    let again = run(&sandbox, &["diff", "--review-level"]);
    assert_eq!(again.out, "", "a second run finds nothing to change");
    let undo = run(&sandbox, &["undo"]);
    assert_visible(&undo.out, "undo");
    assert!(tree(&sandbox.root()) == before, "undo gives everything back");
    assert_visible(&run(&sandbox, &["undo", "--list"]).out, "undo --list");
    apply_patch(&sandbox.root(), &patch.bytes);
    assert!(tree(&sandbox.root()) == fixed, "git apply gives what fix wrote");
}

fn shaped(places: impl Fn(usize, usize) -> bool) -> Sandbox {
    let sandbox = Sandbox::new(&[]);
    for (index, shape) in shapes::EXPRESSIONS.iter().enumerate() {
        for (at, (place, inner, module)) in PLACES.iter().enumerate() {
            if places(index, at) {
                let text = module.replace('@', &(shape.around)(shape.size, inner));
                sandbox.write(&format!("{place}/{}.py", shape.name), text.as_bytes());
            }
        }
    }
    for (index, shape) in shapes::STATEMENTS.iter().enumerate() {
        for (at, (place, inner)) in SINKS.iter().enumerate() {
            if places(index, at) {
                let text = format!("import torch, numpy\n{}", (shape.around)(shape.size, inner));
                sandbox.write(&format!("{place}/{}.py", shape.name), text.as_bytes());
            }
        }
    }
    sandbox
}

/// Whether everything shall be tried, however long it takes: `UNTRUST_TORTURE=long`.
fn is_long() -> bool {
    std::env::var_os("UNTRUST_TORTURE").is_some_and(|value| value == "long")
}
