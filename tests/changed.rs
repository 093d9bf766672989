//! `--changed` through the real binary: which lines count, and what stands in the way of knowing.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use support::Sandbox;

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
const SAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p, weights_only=True)\n";

/// A function of that name which is unsafe in its last line.
fn function(name: &str) -> String {
    format!("\n\ndef {name}(p):\n    return torch.load(p)\n")
}

/// The places of the findings, `a.py:5`.
fn found(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let check = sandbox.run(&[&["check"], arguments].concat());
    assert!(check.code < 2, "{arguments:?}: {}", check.err);
    let places = check.out.lines().filter(|line| line.contains(": torch-load: "));
    let place = |line: &str| line.split(':').take(2).collect::<Vec<_>>().join(":");
    let places: Vec<String> = places.map(place).collect();
    assert_eq!(check.code, i32::from(!places.is_empty()), "{arguments:?}");
    places
}

/// A repository with one commit of these files.
fn repository(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new(files);
    sandbox.git(&["init", "-q", "-b", "main"]);
    commit(&sandbox);
    sandbox
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(&["add", "-A", "-f"]);
    sandbox.git(&["commit", "-q", "-m", "x"]);
}

#[test]
fn only_changed_lines_count_staged_or_not() {
    let sandbox = repository(&[("a.py", UNSAFE), ("b.py", UNSAFE)]);
    assert_eq!(found(&sandbox, &["--changed"]), [""; 0]);
    sandbox.write("a.py", format!("{UNSAFE}{}", function("g")).as_bytes());
    sandbox.write("new.py", UNSAFE.as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), ["a.py:9", "new.py:5"]);
    sandbox.git(&["add", "a.py"]);
    assert_eq!(found(&sandbox, &["--changed=HEAD"]), ["a.py:9", "new.py:5"]);
    sandbox.write("a.py", format!("# {UNSAFE}{}{}", function("g"), function("h")).as_bytes());
    assert_eq!(found(&sandbox, &["--changed", "a.py"]), [""; 0], "the import is gone");
    let all = format!("\n{UNSAFE}{}{}", function("g"), function("h"));
    sandbox.write("a.py", all.as_bytes());
    assert_eq!(found(&sandbox, &["--changed", "a.py"]), ["a.py:10", "a.py:14"]);
    assert_eq!(found(&sandbox, &[]).len(), 5);
}

#[test]
fn a_call_counts_if_any_of_its_lines_changed() {
    let call =
        |device: &str| format!("import torch\n\nx = torch.load(\n    p,\n    {device},\n)\n");
    let sandbox = repository(&[("a.py", &call("a"))]);
    sandbox.write("a.py", call("b").as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), ["a.py:3"]);
    sandbox.write("a.py", format!("{}y = 1\n", call("a")).as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), [""; 0], "the line below it");
}

#[test]
fn what_was_deleted_beside_a_call_does_not_count() {
    let sandbox = repository(&[("a.py", "import torch\na = 1\ntorch.load(p)\nb = 1\n")]);
    sandbox.write("a.py", b"import torch\ntorch.load(p)\n");
    assert_eq!(found(&sandbox, &["--changed"]), [""; 0]);
}

#[test]
fn line_endings_that_git_converts_are_no_change() {
    let sandbox = repository(&[("a.py", UNSAFE), ("b.py", &UNSAFE.replace('\n', "\r\n"))]);
    sandbox.write("a.py", UNSAFE.replace('\n', "\r\n").as_bytes());
    sandbox.write("b.py", UNSAFE.as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), [""; 0]);
    sandbox.write("a.py", format!("{UNSAFE}torch.load(q)\n").replace('\n', "\r\n").as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), ["a.py:6"]);
}

#[test]
fn a_branch_is_compared_with_where_it_began() {
    let sandbox = repository(&[("a.py", UNSAFE), ("b.py", SAFE)]);
    sandbox.git(&["checkout", "-q", "-b", "work"]);
    sandbox.write("a.py", format!("{UNSAFE}{}", function("g")).as_bytes());
    commit(&sandbox);
    sandbox.git(&["checkout", "-q", "main"]);
    // What the other branch repaired meanwhile is nothing that this one added.
    sandbox.write("a.py", SAFE.as_bytes());
    commit(&sandbox);
    sandbox.git(&["checkout", "-q", "work"]);
    assert_eq!(found(&sandbox, &["--changed"]), [""; 0]);
    assert_eq!(found(&sandbox, &["--changed=main"]), ["a.py:9"]);
    sandbox.write("b.py", UNSAFE.as_bytes());
    assert_eq!(found(&sandbox, &["--changed=main"]), ["a.py:9", "b.py:5"]);
    assert_eq!(found(&sandbox, &["--changed=main~1"]), ["a.py:9", "b.py:5"]);
    sandbox.git(&["tag", "-a", "-m", "t", "release", "main"]);
    assert_eq!(found(&sandbox, &["--changed=release"]), ["a.py:9", "b.py:5"]);
    let folder = sandbox.root().join("b.py");
    let mut below = sandbox.command(&["check", "--changed=main", "."]);
    fs::create_dir(sandbox.root().join("sub")).unwrap();
    fs::rename(folder, sandbox.root().join("sub/b.py")).unwrap();
    let output = below.current_dir(sandbox.root().join("sub")).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("sub/b.py:5:12"));
}

#[test]
fn a_renamed_file_is_compared_with_what_it_was() {
    let long = format!("{UNSAFE}{}{}", function("g"), function("h"));
    let sandbox = repository(&[("old/a.py", &long), ("old/b.py", UNSAFE), ("c.py", UNSAFE)]);
    sandbox.git(&["mv", "old", "new"]);
    sandbox.write("new/d.py", UNSAFE.as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), ["new/d.py:5"], "one of the equal files is new");
    sandbox.write("new/a.py", format!("{long}{}", function("i")).as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), ["new/a.py:17", "new/d.py:5"]);
    commit(&sandbox);
    assert_eq!(found(&sandbox, &["--changed=HEAD~1"]), ["new/a.py:17", "new/d.py:5"]);
    let crlf = long.replace('\n', "\r\n");
    fs::remove_file(sandbox.root().join("new/a.py")).unwrap();
    sandbox.write("new/e.py", crlf.as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), [""; 0]);
    sandbox.write("new/e.py", b"import torch\n\ntorch.load(p)\n");
    assert_eq!(found(&sandbox, &["--changed"]), ["new/e.py:3"], "too little is the same");
}

#[test]
fn other_findings_are_neither_shown_nor_fixed_nor_counted() {
    let sandbox = repository(&[("a.py", UNSAFE), ("b.py", UNSAFE)]);
    sandbox.write("a.py", format!("{UNSAFE}{}", function("g")).as_bytes());
    let diff = sandbox.run(&["diff", "--changed"]);
    assert_eq!(diff.code, 1);
    let added = diff.out.lines().filter(|line| line.starts_with("+ ")).count();
    assert_eq!(added, 1, "{}", diff.out);
    assert!(diff.err.contains("1 finding (torch-load 1)"), "{}", diff.err);
    assert!(diff.err.contains("only lines changed since HEAD"), "{}", diff.err);
    let json = sandbox.run(&["check", "--changed", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    assert_eq!(json["summary"]["changed_since"], "HEAD");
    let fix = sandbox.run(&["fix", "--changed", "--allow-dirty"]);
    assert_eq!((fix.code, fix.out.as_str()), (0, "a.py\n"), "{}", fix.err);
    assert!(fix.err.contains("no findings left"), "{}", fix.err);
    let fixed = function("g").replace("load(p)", "load(p, weights_only=True)");
    assert_eq!(sandbox.read("a.py"), format!("{UNSAFE}{fixed}"));
    assert_eq!(sandbox.read("b.py"), UNSAFE);
    assert_eq!(sandbox.run(&["fix", "--changed", "--allow-dirty"]).out, "", "nothing is left");
}

#[test]
fn what_one_change_fixes_stays_together() {
    let text = "try:\n    from yaml import CLoader as Loader\nexcept ImportError:\n    from yaml import Loader\nimport yaml\n\na = yaml.load(s, Loader=Loader)\nb = yaml.load(s, Loader=Loader)\n";
    let sandbox = repository(&[("a.py", text)]);
    sandbox.write("a.py", text.replace("b = yaml.load(s,", "c = yaml.load(t,").as_bytes());
    let whole = sandbox.run(&["diff", "--exit-zero", "a.py"]);
    let changed = sandbox.run(&["diff", "--exit-zero", "--changed", "a.py"]);
    assert!(whole.out.contains("SafeLoader"), "{}", whole.out);
    assert_eq!(changed.out, whole.out);
}

#[test]
fn of_equal_calls_the_later_one_is_new() {
    let twice = "import torch\n\ntorch.load(p)\n\ntorch.load(p)\n";
    let sandbox = repository(&[("a.py", "import torch\n\ntorch.load(p)\n")]);
    sandbox.write("a.py", twice.as_bytes());
    assert_eq!(found(&sandbox, &["--changed"]), ["a.py:5"]);
    assert_eq!(found(&sandbox, &[]), ["a.py:3", "a.py:5"]);
}

#[test]
fn standard_input_is_compared_with_the_file_it_stands_for() {
    let sandbox = repository(&[("a.py", UNSAFE)]);
    let text = format!("{UNSAFE}torch.load(q)\n");
    let check = |name: &str| {
        let arguments = ["check", "--changed", "--stdin-filename", name, "-"];
        sandbox.run_with_input(&arguments, text.as_bytes()).out
    };
    assert_eq!(check("a.py").matches(": torch-load: ").count(), 1);
    assert_eq!(check("b.py").matches(": torch-load: ").count(), 2);
}

/// The message of a run that must fail.
fn refused(sandbox: &Sandbox, revision: &str) -> String {
    let mut messages = Vec::new();
    for command in [["check", "--changed"], ["exceptions", "--new-since"]] {
        let option = format!("{}={revision}", command[1]);
        let ran = sandbox.run(&[command[0], &option]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{option}: {}", ran.err);
        messages.push(ran.err);
    }
    assert_eq!(messages[0], messages[1]);
    assert!(!messages[0].contains("panicked"), "{}", messages[0]);
    messages.remove(0)
}

#[test]
fn revisions_that_mean_no_commit_are_refused() {
    let sandbox = repository(&[("a.py", "import torch\n")]);
    let nowhere = "nowhere|--upload-pack=x|-x||HEAD:a.py|HEAD^{tree}|HEAD~1|HEAD^2|HEAD..HEAD|\
        main@{upstream}|HEAD@{99}|@{-1}|ffffffffffffffffffffffffffffffffffffffff|a\u{1b}[31m\n..|\
        refs/../../a.py|:a.py|:/nothing like it|^|~|@{|^{}|HEAD^{/nothing like it}|\u{e9}";
    for revision in nowhere.split('|') {
        let message = refused(&sandbox, revision);
        assert!(message.starts_with("error: `"), "{revision}: {message}");
        assert!(!message.contains('\u{1b}'), "{message:?}");
    }
    assert_eq!(sandbox.run(&["check", "--changed", "HEAD"]).code, 2, "HEAD is a path here");
}

#[test]
fn a_damaged_commit_is_named_and_not_the_end() {
    let sandbox = repository(&[("a.py", UNSAFE)]);
    let first = fs::read_to_string(sandbox.root().join(".git/refs/heads/main")).unwrap();
    sandbox.write("a.py", SAFE.as_bytes());
    commit(&sandbox);
    sandbox.git(&["branch", "old", "HEAD~1"]);
    let (folder, name) = first.trim().split_at(2);
    let object = sandbox.root().join(".git/objects").join(folder).join(name);
    fs::remove_file(object).unwrap();
    for revision in ["old", "HEAD~1", "old~1", "HEAD^{/nothing}"] {
        let check = sandbox.run(&["check", &format!("--changed={revision}")]);
        assert_eq!(check.code, 2, "{revision}: {}", check.err);
        assert!(check.err.contains("names no commit"), "{revision}: {}", check.err);
    }
}

#[test]
fn repositories_without_a_past_are_named() {
    let none = Sandbox::new(&[("a.py", UNSAFE)]);
    assert!(refused(&none, "HEAD").contains("in no work tree of a git repository"));
    let unborn = Sandbox::new(&[("a.py", UNSAFE)]);
    unborn.git(&["init", "-q"]);
    assert!(refused(&unborn, "HEAD").contains("nothing was committed yet"));
    let bare = repository(&[("a.py", UNSAFE)]);
    bare.git(&["config", "core.bare", "true"]);
    assert!(refused(&bare, "HEAD").contains("is bare"));
    let apart = repository(&[("a.py", UNSAFE)]);
    apart.git(&["checkout", "-q", "--orphan", "other"]);
    apart.write("b.py", b"x = 1\n");
    commit(&apart);
    assert!(refused(&apart, "main").contains("no common ancestor"));
    let damaged = repository(&[("a.py", UNSAFE)]);
    for entry in walkdir::WalkDir::new(damaged.root().join(".git/objects")).into_iter().flatten() {
        if entry.file_type().is_file() {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    assert!(refused(&damaged, "HEAD").contains("cannot be read"));
}

#[test]
fn a_shallow_clone_says_what_is_missing() {
    let origin = repository(&[("a.py", UNSAFE)]);
    origin.git(&["checkout", "-q", "-b", "work"]);
    origin.write("a.py", format!("{UNSAFE}torch.load(q)\n").as_bytes());
    commit(&origin);
    origin.git(&["checkout", "-q", "main"]);
    origin.write("b.py", b"x = 1\n");
    commit(&origin);
    let clone = Sandbox::new(&[]);
    let url = format!("file://{}", origin.root().display());
    clone.git(&["clone", "-q", "--depth=1", "--no-single-branch", "-b", "work", &url, "."]);
    assert_eq!(found(&clone, &["--changed"]), [""; 0]);
    clone.write("new.py", UNSAFE.as_bytes());
    assert_eq!(found(&clone, &["--changed"]), ["new.py:5"]);
    for revision in ["origin/main", "HEAD~1"] {
        let message = refused(&clone, revision);
        assert!(message.contains("git fetch --unshallow"), "{message}");
    }
    clone.git(&["fetch", "-q", "--unshallow"]);
    assert_eq!(found(&clone, &["--changed=origin/main"]), ["a.py:6", "new.py:5"]);
}

#[test]
fn a_linked_work_tree_has_its_own_head() {
    let sandbox = repository(&[("a.py", UNSAFE)]);
    let other = sandbox.folder.path().join("other");
    sandbox.git(&["worktree", "add", "-q", "-b", "work", other.to_str().unwrap()]);
    fs::write(other.join("a.py"), format!("{UNSAFE}torch.load(q)\n")).unwrap();
    let run = |option: &str| {
        let mut command = sandbox.command(&["check", option]);
        String::from_utf8(command.current_dir(&other).output().unwrap().stdout).unwrap()
    };
    assert!(run("--changed").starts_with("a.py:6:1:"));
    assert_eq!(run("--changed=main").matches(": torch-load: ").count(), 1);
}

#[test]
fn nothing_of_a_repository_is_run_and_nothing_in_it_hangs() {
    let long = format!("{UNSAFE}{}", function("g"));
    let sandbox = repository(&[("a.py", UNSAFE)]);
    sandbox.write("old.py", long.as_bytes());
    commit(&sandbox);
    sandbox.git(&["mv", "old.py", "new.py"]);
    sandbox.write(".gitattributes", b"*.py filter=x diff=x merge=x working-tree-encoding=UTF-16\n");
    sandbox.write("a.py", format!("{UNSAFE}torch.load(q)\n").as_bytes());
    let marker = sandbox.folder.path().join("ran");
    let script = sandbox.folder.path().join("script");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\n", marker.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.hooksPath",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "merge.x.driver",
        "credential.helper",
        "uploadpack.packObjectsHook",
        "gpg.program",
        "alias.merge-base",
    ] {
        sandbox.git(&["config", key, script.to_str().unwrap()]);
    }
    // A promisor remote is where git would fetch what is missing.
    let url = format!("ext::{}", script.display());
    for (key, value) in [
        ("remote.origin.url", url.as_str()),
        ("remote.origin.promisor", "true"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("include.path", "/dev/zero"),
    ] {
        sandbox.git(&["-c", "core.fsmonitor=false", "config", key, value]);
    }
    for option in ["--changed", "--changed=main", "--changed=origin/main", "--changed=HEAD^"] {
        let check = sandbox.run(&["check", option]);
        assert_eq!(check.code, if option.contains("origin") { 2 } else { 1 }, "{}", check.err);
    }
    assert_eq!(sandbox.run(&["exceptions", "--new-since=main"]).code, 0);
    assert!(!marker.exists());
}

#[test]
fn special_files_and_links_in_the_place_of_objects_are_refused() {
    let sandbox = repository(&[("a.py", UNSAFE)]);
    let git = sandbox.root().join(".git");
    let fifo = |path: &str| {
        let path = git.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let made = Command::new("mkfifo").arg(&path).stdout(Stdio::null()).status();
        assert!(made.unwrap().success());
        path
    };
    for path in ["refs/heads/x", "refs/tags/v1", "objects/ab/cdef", "logs/refs/heads/x"] {
        let made = fifo(path);
        assert!(refused(&sandbox, "x").contains("is not a regular file"), "{path}");
        fs::remove_file(made).unwrap();
    }
    // Objects can be borrowed from another folder.
    let borrowed = fifo("lent/ab/cdef");
    fs::write(git.join("objects/info/alternates"), "../lent\n").unwrap();
    assert!(refused(&sandbox, "x").contains("lent/ab/cdef` is not a regular file"));
    fs::remove_file(borrowed).unwrap();
    let link = git.join("refs/heads/linked");
    symlink("/dev/zero", &link).unwrap();
    assert!(refused(&sandbox, "linked").contains("`refs/heads/linked` is not a regular file"));
    fs::remove_file(&link).unwrap();
    let head = git.join("HEAD");
    fs::remove_file(&head).unwrap();
    fifo("HEAD");
    assert!(refused(&sandbox, "HEAD").contains("`HEAD` is not a regular file"));
}

#[test]
fn a_tree_that_describes_more_files_than_there_is_time_for_ends() {
    let sandbox = repository(&[("a.py", UNSAFE)]);
    let git = |arguments: &[&str], input: &str| {
        use std::io::Write;
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments);
        command.current_dir(sandbox.root()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
    };
    let mut kind = "100644 blob";
    let mut id = git(&["hash-object", "-w", "--stdin"], UNSAFE);
    for _ in 0..10 {
        let entries: Vec<String> = (0..10).map(|n| format!("{kind} {id}\td{n}.py\n")).collect();
        id = git(&["mktree"], &entries.concat());
        kind = "040000 tree";
    }
    let commit = git(&["commit-tree", &id, "-m", "x"], "");
    sandbox.git(&["update-ref", "refs/heads/main", &commit]);
    assert_eq!(found(&sandbox, &["--changed"]), ["a.py:5"]);
}
