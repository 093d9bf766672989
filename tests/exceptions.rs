//! `untrust exceptions` through the real binary: what is listed, who owns it, what a branch adds.

mod support;

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;
use support::{Sandbox, shows};

const OWN: &str = "written by save() of this same run";

/// A module with one documented exception in each of the functions.
fn module(functions: &[&str]) -> String {
    let one = |name: &&str| {
        format!(
            "\n\ndef {name}(p):\n    # pickle: {OWN}\n    return torch.load(p, weights_only=False)\n"
        )
    };
    format!("import torch\n{}", functions.iter().map(one).collect::<String>())
}

const OTHER_KINDS: &str = "import torch\nimport yaml\n\n\
    a = torch.load(p, weights_only=False)  # written by save() of this same run\n\
    b = yaml.load(s, Loader=yaml.CSafeLoader)\n\
    if not weights_only:\n    c = torch.load(p, weights_only=False)\n\
    d = torch.load(q)\n";

/// The exceptions as the JSON has them.
fn listed(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Value> {
    let ran = sandbox.run(&[&["exceptions", "--format", "json"], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    let json: Value = serde_json::from_str(&ran.out).unwrap();
    json["exceptions"].as_array().unwrap().clone()
}

/// Their places, `a.py:5`, with the scope where there is one.
fn places(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let place = |entry: &Value| {
        let (path, scope) = (entry["path"].as_str().unwrap(), entry["scope"].as_str().unwrap());
        format!("{path}:{} {scope}", entry["start"]["line"]).trim_end().to_owned()
    };
    listed(sandbox, arguments).iter().map(place).collect()
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(&["add", "-A", "-f"]);
    sandbox.git(&["commit", "-q", "-m", "x"]);
}

/// A repository with one commit of these files.
fn repository(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new(files);
    sandbox.git(&["init", "-q", "-b", "main"]);
    commit(&sandbox);
    sandbox
}

#[test]
fn documented_exceptions_are_listed_with_their_owners() {
    let sandbox = Sandbox::new(&[
        ("app/a.py", &module(&["f", "g"])),
        ("b.py", OTHER_KINDS),
        ("tests/test_a.py", &module(&["t"])),
        (".github/CODEOWNERS", "app/ @org/ml me@example.com\n"),
    ]);
    let text = sandbox.run(&["exceptions"]);
    assert_eq!(text.code, 0, "findings do not matter");
    shows("exceptions_text", &format!("{}\n--- standard error\n{}", text.out, text.err));
    let all = sandbox.run(&["exceptions", "--all"]);
    shows("exceptions_text_all", &all.out);
    shows("exceptions_markdown", &sandbox.run(&["exceptions", "--format", "markdown"]).out);
    shows("exceptions_list_json", &sandbox.run(&["exceptions", "--format", "json", "b.py"]).out);
}

#[test]
fn the_options_of_all_scanning_commands_hold() {
    let sandbox = repository(&[
        ("a.py", &module(&["f"])),
        ("b/b.py", &module(&["g"])),
        ("tests/t.py", &module(&["h"])),
        (
            "c.py",
            "import yaml\nyaml.load(s, Loader=yaml.Loader)  # safe: written by our own build\n",
        ),
    ]);
    assert_eq!(places(&sandbox, &[]), ["a.py:6 f", "b/b.py:6 g", "c.py:2"]);
    assert_eq!(places(&sandbox, &["b"]), ["b/b.py:6 g"]);
    assert_eq!(places(&sandbox, &["--exclude", "b", "--select", "torch-load"]), ["a.py:6 f"]);
    assert_eq!(places(&sandbox, &["--include-tests", "tests"]), ["tests/t.py:6 h"]);
    let quiet = sandbox.run(&["exceptions", "-q", "--output", "list.txt"]);
    assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (0, "", ""));
    assert!(sandbox.read("list.txt").starts_with("a.py (no owner)\n  a.py:6:12: torch-load"));
    assert_eq!(sandbox.run(&["exceptions", "--output", "no/list.txt"]).code, 2);
    let text = module(&["f"]);
    let input = sandbox.run_with_input(&["exceptions", "-"], text.as_bytes());
    assert!(input.out.starts_with("stdin.py (no owner)\n"), "{}", input.out);
    let missing = sandbox.run(&["exceptions", "a.py", "nowhere"]);
    assert_eq!(missing.code, 2);
    assert!(missing.out.contains("a.py:6:12"), "the rest goes on");
    assert_eq!(sandbox.run(&["exceptions", "--format", "markdown", "nothing.py"]).out, "");
}

#[test]
fn formats_belong_to_their_commands() {
    let sandbox = Sandbox::new(&[("a.py", &module(&["f"]))]);
    assert_eq!(sandbox.run(&["check", "--format", "markdown"]).code, 2);
    assert_eq!(sandbox.run(&["exceptions", "--format", "html"]).code, 2);
}

#[test]
fn a_branch_adds_what_its_base_did_not_hold() {
    let sandbox = repository(&[("a.py", &module(&["f"])), ("b.py", "x = 1\n")]);
    assert_eq!(places(&sandbox, &["--new-since", "main"]), [""; 0]);
    sandbox.git(&["checkout", "-q", "-b", "work"]);
    sandbox.write("a.py", format!("# moved down\n{}", module(&["f", "g"])).as_bytes());
    commit(&sandbox);
    sandbox.write("new.py", module(&["h"]).as_bytes());
    assert_eq!(places(&sandbox, &["--new-since", "main"]), ["a.py:12 g", "new.py:6 h"]);
    assert_eq!(places(&sandbox, &["--new-since", "HEAD"]), ["new.py:6 h"]);
    // What another branch removed meanwhile is nothing that this one added.
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("a.py", b"import torch\n");
    sandbox.git(&["commit", "-q", "-m", "x", "a.py"]);
    sandbox.git(&["checkout", "-q", "work"]);
    assert_eq!(places(&sandbox, &["--new-since", "main"]), ["a.py:12 g", "new.py:6 h"]);
    let text = sandbox.run(&["exceptions", "--new-since", "main"]);
    assert!(text.err.contains("2 exceptions new since main"), "{}", text.err);
}

#[test]
fn what_counts_as_the_same_exception() {
    let old = module(&["f"]);
    let sandbox = repository(&[("a.py", &old)]);
    let new = |text: &str| {
        sandbox.write("a.py", text.as_bytes());
        places(&sandbox, &["--new-since", "HEAD"])
    };
    let respaced = old.replace("written by", "written\n    #   by").replace('\n', "\r\n");
    assert_eq!(new(&respaced), [""; 0], "white space");
    assert_eq!(new(&old.replace("(p, ", "(other, ")), [""; 0], "arguments");
    assert_eq!(new(&old.replace("same", "very")), ["a.py:6 f"], "the justification");
    assert_eq!(new(&old.replace("def f", "def g")), ["a.py:6 g"], "the scope");
    let line = "    return torch.load(p, weights_only=False)\n";
    let twice = format!("{old}{line}");
    assert_eq!(new(&twice), ["a.py:7 f"], "a second one");
    let before = twice.replace(line, "").replace("    # pickle", "    #pickle");
    let before = format!("{before}    x = torch.load(q, weights_only=False)\n{line}");
    assert_eq!(new(&before), ["a.py:6 f"], "the one that was there is on a line that was there");
    let undocumented =
        "import torch\n\n\ndef f(p):\n    return torch.load(p, weights_only=False)\n";
    assert_eq!(new(undocumented), [""; 0]);
    commit(&sandbox);
    assert_eq!(new(&old), ["a.py:6 f"], "a finding of the past is no exception");
}

#[test]
fn a_renamed_file_keeps_its_exceptions() {
    let sandbox = repository(&[("old/a.py", &module(&["f", "g", "h"])), ("b.py", &module(&["f"]))]);
    sandbox.git(&["mv", "old", "new"]);
    assert_eq!(places(&sandbox, &["--new-since", "HEAD"]), [""; 0]);
    sandbox.write("new/a.py", module(&["f", "g", "h", "i"]).as_bytes());
    assert_eq!(places(&sandbox, &["--new-since", "HEAD"]), ["new/a.py:21 i"]);
    fs::copy(sandbox.root().join("b.py"), sandbox.root().join("c.py")).unwrap();
    let copied = places(&sandbox, &["--new-since", "HEAD"]);
    assert_eq!(copied, ["c.py:6 f", "new/a.py:21 i"], "a copy is new");
}

#[test]
fn other_kinds_are_compared_too() {
    let sandbox = repository(&[("a.py", "import yaml\n")]);
    sandbox.write("a.py", OTHER_KINDS.as_bytes());
    let kinds = |arguments: &[&str]| {
        let kind = |entry: Value| entry["kind"].as_str().unwrap().to_owned();
        listed(&sandbox, arguments).into_iter().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&["--new-since", "HEAD"]), ["documented"]);
    assert_eq!(kinds(&["--new-since", "HEAD", "--all"]), ["documented", "safe", "guarded"]);
    commit(&sandbox);
    assert_eq!(kinds(&["--new-since", "HEAD", "--all"]), [""; 0]);
}

#[test]
fn owners_are_those_of_the_repository() {
    let sandbox = repository(&[
        ("src/a.py", &module(&["f"])),
        ("src/CODEOWNERS", "* @nobody\n"),
        ("docs/CODEOWNERS", "* @docs\n"),
        ("CODEOWNERS", "/src/ @src\n/a.py @root\n"),
    ]);
    let owners = |arguments: &[&str]| listed(&sandbox, arguments)[0]["owners"].clone();
    assert_eq!(owners(&["src"]), serde_json::json!(["@src"]));
    assert_eq!(owners(&["--root", "src", "src"]), serde_json::json!(["@src"]));
}

#[test]
fn lists_of_owners_that_are_links_or_special_files_are_not_read() {
    let sandbox = repository(&[("a.py", &module(&["f"])), ("docs/CODEOWNERS", "* @docs\n")]);
    let outside = sandbox.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("CODEOWNERS"), "* @evil\n").unwrap();
    let list = sandbox.root().join("CODEOWNERS");
    let refused = |why: &str| {
        let ran = sandbox.run(&["exceptions"]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.starts_with("a.py (no owner)\n"), "{}", ran.out);
        assert!(ran.err.contains(why), "{}", ran.err);
    };
    symlink("../outside/CODEOWNERS", &list).unwrap();
    refused("note: CODEOWNERS was not read: it is not a regular file");
    fs::remove_file(&list).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&list).status().unwrap().success());
    refused("note: CODEOWNERS was not read: it is not a regular file");
    fs::remove_file(&list).unwrap();
    symlink("../outside", sandbox.root().join(".github")).unwrap();
    refused("note: .github/CODEOWNERS was not read: it leads out of the repository");
}

#[test]
fn nothing_raw_reaches_the_terminal_or_a_description() {
    let text = "import torch\n# pickle: \u{202e}\u{1b}[31m written by our own @everyone \u{7} job\n\
        torch.load(p, weights_only=False)\n";
    let sandbox = Sandbox::new(&[
        ("a\u{1b}[2J`\n.py", text),
        ("CODEOWNERS", "* @o\u{1b}]0;x\u{7} @p\u{202e}\n"),
    ]);
    for format in ["text", "json", "markdown"] {
        let ran = sandbox.run(&["exceptions", "--format", format]);
        let shown = format!("{}{}", ran.out, ran.err);
        assert!(shown.contains("torch-load"), "{shown}");
        let raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!shown.contains(raw), "{format}: {shown:?}");
        assert!(format != "markdown" || !ran.out.contains("@everyone"), "{shown}");
    }
}
