//! Configurations through the real binary: which one holds for a file, what it does, and what is
//! said when it is wrong.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;

use support::{Ran, Sandbox};

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)  # nosec\n";

/// What `check` finds: `path transform`, sorted.
fn found(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    let ran = sandbox.run(&all);
    assert!(ran.code < 2, "{}", ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let lines = findings.map(|f| format!("{} {}", text(&f["path"]), text(&f["transform"])));
    lines.collect::<BTreeSet<String>>().into_iter().collect()
}

fn refused(ran: &Ran, message: &str) {
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains(message), "{}", ran.err);
}

#[test]
fn the_closest_configuration_holds_for_each_file() {
    let sandbox = Sandbox::new(&[
        ("untrust.toml", "select = ['nosec']\n"),
        ("a.py", UNSAFE),
        ("b/pyproject.toml", "[tool.untrust]\nselect = ['torch-load']\n"),
        ("b/b.py", UNSAFE),
        ("b/c/pyproject.toml", "[tool.other]\nselect = 3\n"),
        ("b/c/c.py", UNSAFE),
        ("b/d/untrust.toml", ""),
        ("b/d/pyproject.toml", "[tool.untrust]\nno-such-key = 1\n"),
        ("b/d/d.py", UNSAFE),
    ]);
    let all = [
        "a.py nosec",
        "b/b.py torch-load",
        "b/c/c.py torch-load",
        "b/d/d.py nosec",
        "b/d/d.py torch-load",
    ];
    assert_eq!(found(&sandbox, &[]), all);
    assert_eq!(found(&sandbox, &["a.py", "b/b.py", "b/c/c.py", "b/d/d.py"]), all, "as named files");
    sandbox.commit();
    assert_eq!(found(&sandbox, &["b/c"]), ["b/c/c.py torch-load"], "from above what is scanned");
}

#[test]
fn options_win_over_configurations() {
    let sandbox = Sandbox::new(&[
        ("untrust.toml", "select = ['nosec']\nignore = ['B614']\nexclude = ['c.py']\n"),
        ("a.py", UNSAFE),
        ("b/untrust.toml", "ignore = ['nosec']\n[per-file-ignores]\n'x.py' = ['torch-load']\n"),
        ("b/b.py", UNSAFE),
        ("b/x.py", UNSAFE),
        ("c.py", UNSAFE),
    ]);
    assert_eq!(found(&sandbox, &[]), ["a.py nosec", "b/b.py torch-load"]);
    assert_eq!(
        found(&sandbox, &["--select", "torch-load"]),
        ["a.py torch-load", "b/b.py torch-load"]
    );
    assert_eq!(found(&sandbox, &["--ignore", "nosec"]), ["b/b.py torch-load"]);
    assert_eq!(found(&sandbox, &["--exclude", "b.py"]), ["a.py nosec"]);
    refused(&sandbox.run(&["check", "--select", "torchload"]), "did you mean `torch-load`?");
}

#[test]
fn the_transforms_of_a_file_are_those_it_may_be_changed_by() {
    let sandbox = Sandbox::new(&[
        (
            "untrust.toml",
            "[per-file-ignores]\n'scripts/**' = ['nosec']\n'new.py' = ['torch-load']\n",
        ),
        ("scripts/a.py", UNSAFE),
        ("new.py", UNSAFE),
    ]);
    assert_eq!(sandbox.run(&["fix", "--review-level", "--allow-no-vcs"]).code, 0);
    assert_eq!(
        sandbox.read("scripts/a.py"),
        UNSAFE.replace("load(p)", "load(p, weights_only=True)")
    );
    assert_eq!(sandbox.read("new.py"), UNSAFE.replace("  # nosec", ""));
    assert_eq!(found(&sandbox, &["--no-prefilter"]), Vec::<String>::new());
}

#[test]
fn globs_say_what_is_a_test() {
    let sandbox = Sandbox::new(&[
        ("untrust.toml", "select = ['torch-load']\ntests = ['checks', 'conf_*.py']\n"),
        ("checks/a.py", UNSAFE),
        ("conf_a.py", UNSAFE),
        ("tests/a.py", UNSAFE),
        ("more/untrust.toml", "select = ['torch-load']\ninclude-tests = true\n"),
        ("more/test_a.py", UNSAFE),
    ]);
    let own = ["more/test_a.py torch-load", "tests/a.py torch-load"];
    assert_eq!(found(&sandbox, &[]), own);
    let all = found(&sandbox, &["--include-tests"]);
    assert_eq!(all.len(), 4, "{all:?}");
}

#[test]
fn excluded_files_are_left_alone_however_they_are_named() {
    let sandbox = Sandbox::new(&[
        (
            "pyproject.toml",
            "[tool.untrust]\nselect = ['torch-load']\nexclude = ['/old', 'gen_*.py']\n",
        ),
        ("old/deep/a.py", UNSAFE),
        ("old/deep/untrust.toml", ""),
        ("new/old/a.py", UNSAFE),
        ("new/gen_a.py", UNSAFE),
        ("only/untrust.toml", "select = ['torch-load']\ninclude = ['src/*.py']\n"),
        ("only/src/a.py", UNSAFE),
        ("only/a.py", UNSAFE),
    ]);
    let own = ["new/old/a.py torch-load", "only/src/a.py torch-load"];
    assert_eq!(found(&sandbox, &[]), own);
    let named = ["old/deep/a.py", "new/old/a.py", "new/gen_a.py", "only/a.py", "only/src/a.py"];
    assert_eq!(found(&sandbox, &named), own);
    assert_eq!(found(&sandbox, &["old/deep"]), Vec::<String>::new());
    assert_eq!(found(&sandbox, &["new"]), ["old/a.py torch-load"], "relative to the root");
    let told = sandbox.run(&["check", "-v", "old/deep/a.py"]);
    assert!(told.err.contains("skipped: a.py: left out by the configuration"), "{}", told.err);
    let name = ["fix", "-", "--stdin-filename", "new/gen_a.py"];
    let same = sandbox.run_with_input(&name, UNSAFE.as_bytes());
    assert_eq!((same.code, same.out.as_str()), (0, UNSAFE), "its text is handed on");
    let name = ["fix", "-", "--stdin-filename", "new/a.py"];
    let fixed = sandbox.run_with_input(&name, UNSAFE.as_bytes());
    assert!(fixed.out.contains("weights_only=True"), "{}", fixed.out);
}

#[test]
fn a_link_leads_to_no_excluded_file() {
    let sandbox = Sandbox::new(&[
        ("untrust.toml", "exclude = ['old']\nselect = ['torch-load']\n"),
        ("old/a.py", UNSAFE),
        ("b/untrust.toml", "select = ['nosec']\n"),
        ("b/b.py", UNSAFE),
    ]);
    symlink("old/a.py", sandbox.root().join("link.py")).unwrap();
    symlink("../b/b.py", sandbox.root().join("b/other.py")).unwrap();
    assert_eq!(found(&sandbox, &[]), ["b/b.py nosec"]);
    assert_eq!(found(&sandbox, &["link.py"]), Vec::<String>::new());
}

#[test]
fn vendored_code_is_reported_and_left() {
    let sandbox = Sandbox::new(&[
        ("untrust.toml", "select = ['torch-load']\nvendored = ['copied']\n"),
        ("copied/a.py", UNSAFE),
        ("vendor/untrust.toml", "select = ['torch-load']\ninclude-vendored = true\n"),
        ("vendor/a.py", UNSAFE),
    ]);
    let check = sandbox.run(&["check", "copied"]);
    assert!(check.out.contains("vendored code; --include-vendored"), "{}", check.out);
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 1);
    assert_eq!(sandbox.read("copied/a.py"), UNSAFE);
    assert_ne!(sandbox.read("vendor/a.py"), UNSAFE);
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs", "--include-vendored"]).code, 0);
    assert_ne!(sandbox.read("copied/a.py"), UNSAFE);
}

#[test]
fn one_file_can_hold_for_all() {
    let sandbox = Sandbox::new(&[
        ("untrust.toml", "no-such-key = 1\n"),
        ("a/untrust.toml", "select = ['nosec']\n"),
        ("a/a.py", UNSAFE),
        ("a/skip.py", UNSAFE),
        ("our.toml", "select = ['torch-load']\nexclude = ['a/skip.py']\n"),
        ("p/pyproject.toml", "[tool.untrust]\nselect = ['nosec']\n"),
        ("q/pyproject.toml", "[project]\nname = 'q'\n"),
        ("r.toml", "selct = []\n"),
    ]);
    let own = ["a/a.py torch-load"];
    assert_eq!(found(&sandbox, &["--config", "our.toml"]), own);
    assert_eq!(
        found(&sandbox, &["--config", "p/pyproject.toml"]),
        ["a/a.py nosec", "a/skip.py nosec"]
    );
    let wrong = |file: &str| sandbox.run(&["check", "--config", file]);
    refused(&wrong("none.toml"), "none.toml: it cannot be read");
    refused(&wrong("r.toml"), "r.toml:1: there is no key `selct`; did you mean `select`?");
    refused(&wrong("q/pyproject.toml"), "it holds no table `tool.untrust`");
    refused(&wrong("a"), "a: it is not a regular file");
    refused(&wrong("/dev/zero"), "it is not a regular file");
}

#[test]
fn everything_that_is_wrong_is_listed_and_nothing_is_done() {
    let sandbox = Sandbox::new(&[
        ("pyproject.toml", "[tool.untrust]\nselect = ['torch-load']\n\ninclude-tests = 'yes'\n"),
        ("a/untrust.toml", "# first\nexlude = []\n\x1b]0;title\x07 = 1\n"),
        ("b/untrust.toml", "exclude = ['../a']\n'\\u001b[31m' = 1\n'q\\u001b' = 2\n"),
        ("a.py", UNSAFE),
        ("others/pyproject.toml", "[broken\n"),
    ]);
    for command in ["check", "diff", "fix"] {
        let ran = sandbox.run(&[command]);
        refused(&ran, "pyproject.toml:4: `include-tests` must be true or false, not a string\n");
        refused(&ran, "a/untrust.toml:3: it is not TOML");
        refused(&ran, "b/untrust.toml:1: `exclude`: the glob `../a` is wrong");
        assert!(!ran.err.contains('\x1b') && ran.out.is_empty(), "{}", ran.err);
    }
    assert_eq!(sandbox.read("a.py"), UNSAFE);
}

#[test]
fn a_configuration_that_is_a_link_or_no_file_is_refused() {
    let sandbox = Sandbox::new(&[
        ("real.toml", "select = ['nosec']\n"),
        ("a/a.py", UNSAFE),
        ("b/b.py", UNSAFE),
        ("c/c.py", UNSAFE),
    ]);
    symlink("../real.toml", sandbox.root().join("a/untrust.toml")).unwrap();
    refused(&sandbox.run(&["check", "a"]), "untrust.toml: it is a symbolic link");
    let fifo = sandbox.root().join("b/untrust.toml");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    refused(&sandbox.run(&["check", "b"]), "untrust.toml: it is not a regular file");
    fs::write(sandbox.root().join("c/untrust.toml"), " ".repeat((1 << 20) + 1)).unwrap();
    refused(&sandbox.run(&["check", "c"]), "untrust.toml: it is larger than");
    assert_eq!(found(&sandbox, &["--config", "a/untrust.toml", "a"]), ["a.py nosec"]);
}

/// The example of the README.
fn example() -> String {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, behind) = readme.split_once("## Configuration\n").unwrap();
    let (_, behind) = behind.split_once("```toml\n").unwrap();
    behind.split_once("```\n").unwrap().0.to_owned()
}

fn schema(sandbox: &Sandbox) -> serde_json::Value {
    let ran = sandbox.run(&["schema", "config"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn as_json(text: &str) -> serde_json::Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

/// The keys of a schema's object that a value does not hold.
fn missing(properties: &serde_json::Value, values: &[&serde_json::Value]) -> Vec<String> {
    let keys = properties.as_object().unwrap().keys();
    keys.filter(|key| values.iter().all(|value| value.get(key).is_none())).cloned().collect()
}

#[test]
fn the_example_of_the_readme_is_a_configuration_that_uses_every_key() {
    let sandbox = Sandbox::new(&[("untrust.toml", &example()), ("a.py", "x = 1\n")]);
    let check = sandbox.run(&["check"]);
    assert_eq!(check.code, 0, "{}", check.err);
    let (schema, example) = (schema(&sandbox), as_json(&example()));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&example).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(missing(&schema["properties"], &[&example]), Vec::<String>::new());
    let defined = |name: &str| &schema["$defs"][name]["properties"];
    let rows: Vec<&serde_json::Value> = example["sinks"].as_array().unwrap().iter().collect();
    assert_eq!(missing(defined("Sink"), &rows), Vec::<String>::new());
    assert_eq!(missing(defined("Exceptions"), &[&example["exceptions"]]), Vec::<String>::new());
}

#[test]
fn the_schema_refuses_what_the_command_refuses() {
    let sandbox = Sandbox::new(&[]);
    let schema = schema(&sandbox);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for text in [
        "selct = []",
        "select = 'nosec'",
        "ignore = ['no-such-transform']",
        "include-tests = 1",
        "target-version = '3'",
        "exceptions = { words = 0 }",
        "exceptions = { owners = ['a'] }",
        "sinks = [{ transform = 'nosec', kind = 'none', callables = ['a'] }]",
        "sinks = [{ transform = 'B614', kind = 'safe', callables = ['a'] }]",
        "sinks = [{ transform = 'nosec', kind = 'safe', callables = [] }]",
    ] {
        sandbox.write("untrust.toml", text.as_bytes());
        assert_eq!(sandbox.run(&["check"]).code, 2, "{text}");
        assert!(!validator.is_valid(&as_json(text)), "{text}");
    }
}
