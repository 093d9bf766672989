use std::fs;

use crate::program::Program;
use crate::workspace::{Options, Workspace};

/// The files that `target` may mean in `from`, in a program of these files.
fn imported(files: &[&str], target: &str, from: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    for file in files.iter().chain([&from]) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let options = Options { root: Some(root.clone()), ..Options::default() };
    let workspace = Workspace::open(&[root], options.clone()).unwrap();
    let program = Program::new(&workspace, options);
    let id = workspace.files.iter().find(|file| file.relative.ends_with(from)).unwrap().id;
    let found = program.imported(target, id).into_iter();
    found.map(|id| workspace.file(id).relative.to_string_lossy().into_owned()).collect()
}

#[test]
fn relative_names_are_exact() {
    let files = ["p/__init__.py", "p/a.py", "p/q/__init__.py", "p/q/a.py", "a.py"];
    let found = |target: &str, from: &str| imported(&files, target, from);
    assert_eq!(found(".a", "p/q/b.py"), ["p/q/a.py"]);
    assert_eq!(found("..a", "p/q/b.py"), ["p/a.py"]);
    assert_eq!(found("..q.a", "p/q/__init__.py"), ["p/q/a.py"]);
    assert_eq!(found(".", "p/q/b.py"), ["p/q/__init__.py"]);
    assert_eq!(found("..", "p/q/__init__.py"), ["p/__init__.py"]);
    assert_eq!(found(".q", "p/__init__.py"), ["p/q/__init__.py"]);
    assert!(found(".c", "p/q/b.py").is_empty());
    assert!(found("....a", "p/q/b.py").is_empty());
}

#[test]
fn a_stub_stands_in_only_for_what_has_no_source() {
    let files = ["p/__init__.py", "p/a.py", "p/a.pyi", "p/b.pyi"];
    assert_eq!(imported(&files, "p.a", "p/c.py"), ["p/a.py"]);
    assert_eq!(imported(&files, "p.b", "p/c.py"), ["p/b.pyi"]);
}

#[test]
fn a_package_hides_a_module_and_a_module_hides_a_folder() {
    let files = ["a.py", "a/__init__.py", "b.py", "b/c.py"];
    assert_eq!(imported(&files, "a", "run.py"), ["a/__init__.py"]);
    assert_eq!(imported(&files, "b", "run.py"), ["b.py"]);
    assert!(imported(&files, "b.c", "run.py").is_empty());
}

#[test]
fn scripts_import_their_neighbours() {
    let files = ["one/utils.py", "two/utils.py"];
    assert_eq!(imported(&files, "utils", "one/run.py"), ["one/utils.py"]);
    assert_eq!(imported(&files, "utils", "two/run.py"), ["two/utils.py"]);
    assert!(imported(&files, "utils", "three/run.py").is_empty());
}

#[test]
fn what_is_far_away_does_not_answer() {
    let files = ["examples/seq/datasets.py", "examples/seq/setup.py", "p/__init__.py"];
    for from in ["p/a.py", "run.py", "examples/other/run.py", "tests/test_a.py"] {
        assert!(imported(&files, "datasets", from).is_empty(), "{from}");
    }
    assert_eq!(imported(&files, "datasets", "examples/seq/run.py"), ["examples/seq/datasets.py"]);
}

#[test]
fn a_neighbour_within_a_package_answers_if_nothing_above_does() {
    let files = ["p/__init__.py", "p/helper.py"];
    assert_eq!(imported(&files, "helper", "p/run.py"), ["p/helper.py"]);
    let files = ["p/__init__.py", "p/helper.py", "helper.py"];
    assert_eq!(imported(&files, "helper", "p/run.py"), ["helper.py", "p/helper.py"]);
    assert_eq!(imported(&files, "helper", "tests/run.py"), ["helper.py"]);
}

#[test]
fn a_module_does_not_import_itself_or_its_own_package_by_a_short_name() {
    let files = ["p/__init__.py", "p/datasets/__init__.py", "p/datasets/a.py"];
    assert!(imported(&files, "datasets", "p/datasets/b.py").is_empty());
    assert!(imported(&files, "datasets", "p/datasets/__init__.py").is_empty());
    assert_eq!(imported(&files, "datasets.a", "p/datasets/b.py"), ["p/datasets/a.py"]);
    assert!(imported(&files, "wandb", "p/wandb.py").is_empty());
    assert!(imported(&files, "wandb", "scripts/wandb.py").is_empty());
    assert_eq!(imported(&files, "p", "p/__init__.py"), ["p/__init__.py"]);
}

#[test]
fn source_folders_are_roots() {
    let files = ["src/p/__init__.py", "src/p/a.py", "pkg/python/q/__init__.py"];
    assert_eq!(imported(&files, "p.a", "src/p/b.py"), ["src/p/a.py"]);
    assert_eq!(imported(&files, "p.a", "tests/test_a.py"), ["src/p/a.py"]);
    assert_eq!(imported(&files, "p", "run.py"), ["src/p/__init__.py"]);
    assert_eq!(imported(&files, "q", "pkg/tests/test_q.py"), ["pkg/python/q/__init__.py"]);
    assert!(imported(&files, "q", "tests/test_q.py").is_empty());
}

#[test]
fn a_source_folder_may_be_a_package_too() {
    let files = ["src/__init__.py", "src/p/__init__.py", "src/p/a.py"];
    assert_eq!(imported(&files, "p", "src/p/b.py"), ["src/p/__init__.py"]);
    assert_eq!(imported(&files, "src.p.a", "src/p/b.py"), ["src/p/a.py"]);
}

#[test]
fn folders_with_a_setup_are_roots() {
    let files = [
        "one/setup.py",
        "one/p/__init__.py",
        "two/setup.py",
        "two/src/q/__init__.py",
        "two/src/ns/m.py",
    ];
    assert_eq!(imported(&files, "p", "two/src/q/a.py"), ["one/p/__init__.py"]);
    assert_eq!(imported(&files, "q", "one/p/a.py"), ["two/src/q/__init__.py"]);
    assert_eq!(imported(&files, "ns.m", "one/p/a.py"), ["two/src/ns/m.py"]);
    let files = ["one/setup.py", "one/p/__init__.py", "two/setup.py", "two/p/__init__.py"];
    assert_eq!(imported(&files, "p", "run.py"), ["one/p/__init__.py", "two/p/__init__.py"]);
    assert_eq!(imported(&files, "p", "two/run.py"), ["two/p/__init__.py"]);
}

#[test]
fn folders_without_an_init_hold_modules() {
    let files = ["ns/p/__init__.py", "ns/p/a.py", "ns/deep/b.py"];
    assert_eq!(imported(&files, "ns.p.a", "run.py"), ["ns/p/a.py"]);
    assert_eq!(imported(&files, "ns.deep.b", "ns/p/c.py"), ["ns/deep/b.py"]);
    assert!(imported(&files, "ns", "run.py").is_empty());
}

#[test]
fn a_folder_without_an_init_does_not_hide_a_module_further_up() {
    let files = ["scripts/utils/a.py", "utils/__init__.py", "utils/b.py"];
    assert_eq!(imported(&files, "utils", "scripts/run.py"), ["utils/__init__.py"]);
    assert_eq!(imported(&files, "utils.a", "scripts/run.py"), ["scripts/utils/a.py"]);
    assert_eq!(imported(&files, "utils.b", "scripts/run.py"), ["utils/b.py"]);
}

#[test]
fn the_standard_library_comes_before_what_is_not_beside_the_program() {
    let files = ["p/__init__.py", "p/logging.py", "src/json/__init__.py", "commands/__init__.py"];
    assert!(imported(&files, "logging", "p/a.py").is_empty());
    assert!(imported(&files, "json", "run.py").is_empty());
    assert_eq!(imported(&files, "commands", "commands/a.py"), ["commands/__init__.py"]);
    assert_eq!(imported(&["queue.py"], "queue", "run.py"), ["queue.py"]);
}

#[test]
fn what_no_root_has_is_nobodys() {
    let files = ["p/__init__.py", "p/a.py"];
    for target in ["torch", "torch.nn", "p.b", "a.b", ""] {
        assert!(imported(&files, target, "p/c.py").is_empty(), "{target}");
    }
}
