//! Input that was made to break it, through the real binary: every run ends, with an exit code
//! that is documented, and what reaches a person is text.
#![allow(unreachable_pub, reason = "modules of a test")]

#[path = "torture/cycles.rs"]
mod cycles;
#[path = "torture/giants.rs"]
mod giants;
#[path = "torture/hostile.rs"]
mod hostile;
#[path = "torture/links.rs"]
mod links;
#[path = "torture/outside.rs"]
mod outside;
#[path = "torture/repository.rs"]
mod repository;
#[path = "torture/run.rs"]
mod run;
#[path = "torture/settings.rs"]
mod settings;
#[path = "torture/shapes.rs"]
mod shapes;
mod support;
#[path = "torture/trace.rs"]
mod trace;

use std::fs;

use hostile::UNSAFE;
use outside::Snapshot;
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
    let changed = patched_fixed_and_undone(&hostile_tree());
    assert!(changed > hostile::names().len() + 100, "{changed} files were changed");
}

/// The patch of `diff` and `fix` come to the same bytes, a second run to none, and `undo` to those
/// from before. Returns how many files changed.
fn patched_fixed_and_undone(sandbox: &Sandbox) -> usize {
    let before = tree(&sandbox.root());
    let patch = run(sandbox, &["diff", "--review-level"]);
    assert_eq!(tree(&sandbox.root()), before, "diff writes nothing");
    let fix = run(sandbox, &["fix", "--review-level", "--allow-no-vcs", "--print0"]);
    assert_visible(&fix.err, "fix");
    let fixed = tree(&sandbox.root());
    let changed = before.iter().filter(|(path, bytes)| fixed[*path] != **bytes).count();
    let again = run(sandbox, &["diff", "--review-level"]);
    assert_eq!(again.out, "", "a second run finds nothing to change");
    let undo = run(sandbox, &["undo"]);
    assert_visible(&undo.out, "undo");
    assert!(tree(&sandbox.root()) == before, "undo gives everything back");
    assert_visible(&run(sandbox, &["undo", "--list"]).out, "undo --list");
    apply_patch(&sandbox.root(), &patch.bytes);
    assert!(tree(&sandbox.root()) == fixed, "git apply gives what fix wrote");
    changed
}

/// The shapes at the places that are wanted; a quarter of their size unless everything is tried.
fn shaped(places: impl Fn(usize, usize) -> bool) -> Sandbox {
    let share = if is_long() { 1 } else { 4 };
    let sandbox = Sandbox::new(&[]);
    for (index, shape) in shapes::EXPRESSIONS.iter().enumerate() {
        for (at, (place, inner, module)) in PLACES.iter().enumerate() {
            if places(index, at) {
                let text = module.replace('@', &(shape.around)(shape.size / share, inner));
                sandbox.write(&format!("{place}/{}.py", shape.name), text.as_bytes());
            }
        }
    }
    for (index, shape) in shapes::STATEMENTS.iter().enumerate() {
        for (at, (place, inner)) in SINKS.iter().enumerate() {
            if places(index, at) {
                let text =
                    format!("import torch, numpy\n{}", (shape.around)(shape.size / share, inner));
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

#[test]
fn shapes_of_any_depth_and_width_are_looked_at() {
    // Each shape with a finding deep inside and with a parameter to add; all places at length.
    let sandbox = shaped(|index, at| is_long() || at == index % 2 || at == 2 + index % 3);
    let check = run(&sandbox, &["check", "--review-level", "--format", "jsonl"]);
    assert_eq!(check.code, 1);
    let is_found = |file: &str| check.out.contains(&format!("\"path\":\"{file}"));
    for shape in shapes::EXPRESSIONS.iter().chain(shapes::STATEMENTS) {
        let places =
            ["around", "inside", "default", "keyword", "positional", "load", "flag", "hub"];
        let file = |place: &&str| is_found(&format!("{place}/{}.py", shape.name));
        assert!(places.iter().any(file), "nothing is found in {}", shape.name);
    }
    if is_long() {
        patched_fixed_and_undone(&sandbox);
    }
}

#[test]
fn names_that_are_bound_to_themselves_end() {
    let sandbox = Sandbox::new(&[]);
    for (name, text) in cycles::modules(if is_long() { 4 } else { 12 }) {
        sandbox.write(&name, text.as_bytes());
    }
    let check = run(&sandbox, &["check", "--no-prefilter", "--review-level"]);
    assert_eq!(check.code, 1, "{}", run::tail(&check.err));
    let fix = run(&sandbox, &["fix", "--allow-no-vcs", "--no-prefilter", "--review-level"]);
    assert_eq!(fix.code, 1, "{}", run::tail(&fix.err));
}

#[test]
fn large_files_are_read_up_to_the_limit() {
    let sandbox = Sandbox::new(&[]);
    for (name, bytes) in giants::files(if is_long() { 9_000_000 } else { 300_000 }) {
        sandbox.write(&format!("{name}.py"), &bytes);
    }
    for (name, bytes) in giants::dense(if is_long() { 1_000_000 } else { 20_000 }) {
        sandbox.write(&format!("{name}.py"), &bytes);
    }
    let text = UNSAFE.as_bytes();
    let filled = |size: usize| [text, b"#", &vec![b'c'; size - text.len() - 1]].concat();
    sandbox.write("under.py", &filled(10 << 20));
    sandbox.write("over.py", &filled((10 << 20) + 1));
    let fix = run(&sandbox, &["fix", "--allow-no-vcs", "--review-level", "-v"]);
    assert!(fix.out.contains("under.py"), "{}", fix.out);
    assert!(!fix.out.contains("over.py"), "{}", fix.out);
    assert!(fix.err.contains("over.py: larger than the size limit"), "{}", run::tail(&fix.err));
    for name in ["comment", "string", "newlines", "comments", "continuations", "one line"] {
        assert!(fix.out.contains(&format!("{name}.py")), "{name} is not fixed: {}", fix.out);
    }
}

/// A fifth of the files that `UNTRUST_TORTURE=long` walks over.
#[test]
fn many_small_files_are_walked_over() {
    let folders = if is_long() { 1_000 } else { 200 };
    let sandbox = Sandbox::new(&[]);
    for folder in 0..folders {
        let folder = sandbox.root().join(format!("{}/{folder}", folder % 10));
        fs::create_dir_all(&folder).unwrap();
        for file in 0..99 {
            fs::write(folder.join(format!("{file}.py")), "x = 1\n").unwrap();
        }
        fs::write(folder.join("last.py"), UNSAFE).unwrap();
    }
    let scanned = format!("scanned {} files", folders * 100);
    let check = run(&sandbox, &["check", "--format", "jsonl"]);
    assert!(check.err.contains(&scanned), "{}", run::tail(&check.err));
    assert!(check.out.matches("torch-load").count() >= folders);
    if is_long() {
        let fix = run(&sandbox, &["fix", "--allow-no-vcs", "--review-level"]);
        assert_eq!(fix.out.lines().count(), folders);
        assert_eq!(run(&sandbox, &["undo"]).out.lines().count(), folders);
    }
}

#[test]
fn nothing_of_a_git_folder_is_run_or_changed_whatever_it_holds() {
    for (name, spoil) in repository::SPOILS {
        let sandbox = repository::committed();
        let mut kept = repository::surroundings(&sandbox);
        kept.push(sandbox.root().join(".git"));
        spoil(&sandbox, &kept[2]);
        let before = Snapshot::of(&kept);
        for arguments in GIT_COMMANDS {
            let ran = run(&sandbox, arguments);
            assert_visible(&ran.err, name);
        }
        before.assert_same(&kept, name);
        assert!(!repository::trace(&sandbox).exists(), "{name}: something was run");
    }
}

/// The commands that ask version control.
const GIT_COMMANDS: [&[&str]; 6] = [
    &["check"],
    &["diff", "--changed", "-q"],
    &["exceptions", "--new-since", "HEAD"],
    &["fix", "-q"],
    &["fix", "-q", "--allow-dirty", "--review-level"],
    &["undo"],
];

#[test]
fn nothing_is_executed_and_no_socket_is_opened() {
    let sandbox = repository::committed();
    repository::surroundings(&sandbox);
    let git = sandbox.root().join(".git");
    for (name, spoil) in &repository::SPOILS[..3] {
        assert!(!name.is_empty());
        spoil(&sandbox, &git);
    }
    for arguments in GIT_COMMANDS {
        trace::assert_alone(&sandbox, arguments);
    }
    assert!(!repository::trace(&sandbox).exists());
}

#[test]
fn links_and_special_files_lead_nowhere() {
    let sandbox = Sandbox::new(&[]);
    let kept = repository::surroundings(&sandbox);
    links::plant(&sandbox);
    let before = Snapshot::of(&kept);
    let is_root = links::is_root(&sandbox);
    for arguments in READERS {
        assert_visible(&run(&sandbox, arguments).err, "standard error");
    }
    let fix = run(&sandbox, &["fix", "--allow-no-vcs", "--review-level"]);
    before.assert_same(&kept, "fix");
    let is_fixed = |path: &str| fs::read(sandbox.root().join(path)).unwrap() != UNSAFE.as_bytes();
    for path in ["a.py", "d/b.py", "d/e/c.py", "only/target.txt"] {
        assert!(is_fixed(path), "{path} is not fixed");
    }
    for path in ["same.py", "through.py", "folder", "self.py", "out.py"] {
        assert!(fs::symlink_metadata(sandbox.root().join(path)).unwrap().is_symlink(), "{path}");
    }
    assert_eq!(fix.out.matches("target.txt").count() + fix.out.matches("through").count(), 1);
    if !is_root {
        assert_eq!(fix.code, 2, "what cannot be read is an error");
        assert!(fix.err.contains("unreadable.py") && fix.err.contains("closed"), "{}", fix.err);
    }
    run(&sandbox, &["undo"]);
    before.assert_same(&kept, "undo");
    assert!(!is_fixed("a.py") && !is_fixed("only/target.txt"), "undo gives back");
    for named in [
        "zero.py",
        "tty.py",
        "memory.py",
        "pipe.py",
        "socket.py",
        "out.py",
        "outside",
        "top",
        "root",
        "self.py",
    ] {
        let ran = run(&sandbox, &["fix", "--allow-no-vcs", "--root", ".", named]);
        assert_eq!(ran.code, 2, "{named}: {}", ran.err);
        before.assert_same(&kept, named);
    }
    links::open(&sandbox);
}

#[test]
fn hostile_configurations_are_refused_in_words_or_do_no_harm() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let kept = repository::surroundings(&sandbox);
    let before = Snapshot::of(&kept);
    let texts = settings::configurations();
    for (index, text) in texts.iter().enumerate() {
        sandbox.write(&format!("c{index}/untrust.toml"), text);
        sandbox.write(&format!("c{index}/a.py"), UNSAFE.as_bytes());
        let in_project = [b"[tool.untrust]\n".as_slice(), text].concat();
        sandbox.write(&format!("p{index}/pyproject.toml"), &in_project);
        sandbox.write(&format!("p{index}/a.py"), UNSAFE.as_bytes());
    }
    let refused = run(&sandbox, &["check"]);
    assert_eq!(refused.code, 2);
    assert_visible(&refused.err, "what is wrong");
    let names = (0..texts.len()).flat_map(|index| [format!("c{index}"), format!("p{index}")]);
    let (wrong, right): (Vec<String>, Vec<String>) =
        names.partition(|name| refused.err.contains(&format!("{name}/")));
    assert!(wrong.len() > 100 && right.len() > 20, "{} are refused", wrong.len());
    for name in &wrong {
        fs::remove_dir_all(sandbox.root().join(name)).unwrap();
    }
    for arguments in READERS {
        let ran = run(&sandbox, arguments);
        assert_visible(&ran.err, "standard error");
        assert!(ran.code < 2, "{}", run::tail(&ran.err));
    }
    run(&sandbox, &["fix", "--allow-no-vcs", "-q", "--review-level"]);
    before.assert_same(&kept, "fix");
    for text in texts.iter().step_by(12) {
        let file = sandbox.folder.path().join("named.toml");
        fs::write(file, text).unwrap();
        let ran = run(&sandbox, &["check", "--config", "../named.toml"]);
        assert_visible(&ran.err, "what is wrong with the one that was named");
    }
}

#[test]
fn hostile_lists_of_owners_and_baselines_are_data() {
    let text = "import torch\ntorch.load(p)  # untrust: allow[torch-load] signed by our build\n";
    let sandbox = Sandbox::new(&[("a.py", text), ("b.py", UNSAFE)]);
    sandbox.commit();
    for list in settings::owners() {
        sandbox.write("CODEOWNERS", &list);
        let ran = run(&sandbox, &["exceptions"]);
        assert_visible(&ran.err, "standard error");
        assert_visible(&ran.out, "owners");
        assert_eq!(ran.code, 0, "{}", run::tail(&ran.err));
    }
    fs::remove_file(sandbox.root().join("CODEOWNERS")).unwrap();
    let kept = repository::surroundings(&sandbox);
    let before = Snapshot::of(&kept);
    for baseline in settings::baselines() {
        fs::write(sandbox.folder.path().join("known.json"), &baseline).unwrap();
        let arguments =
            ["check", "-v", "--baseline", "../known.json", "--write-baseline", "../new.json"];
        let ran = run(&sandbox, &arguments);
        assert_visible(&ran.err, "standard error");
        before.assert_same(&kept, "a baseline");
    }
}

#[test]
fn what_is_no_file_in_the_place_of_a_list_does_not_hang() {
    for place in settings::ODD_FILES {
        let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
        repository::surroundings(&sandbox);
        sandbox.commit();
        let names = [
            "untrust.toml",
            "pyproject.toml",
            "ruff.toml",
            "setup.cfg",
            ".gitignore",
            ".gitattributes",
            ".editorconfig",
            "CODEOWNERS",
            "pyvenv.cfg",
        ];
        for name in names {
            sandbox.write(&format!("{name}.d/a.py"), UNSAFE.as_bytes());
            place(&sandbox, &format!("{name}.d/{name}"));
        }
        for arguments in [&["check"], &["diff"], &["exceptions"]] {
            assert_visible(&run(&sandbox, arguments).err, "standard error");
        }
        place(&sandbox, "CODEOWNERS");
        assert_visible(&run(&sandbox, &["exceptions"]).err, "standard error");
        place(&sandbox, "untrust.toml");
        assert_visible(&run(&sandbox, &["fix", "--allow-dirty"]).err, "standard error");
    }
}
