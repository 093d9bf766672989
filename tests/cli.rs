//! The commands through the real binary: what they print, their exit codes, and bad input.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use support::{Sandbox, apply_patch, shows, tree};

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
const FIXED: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p, weights_only=True)\n";
const CLEAN: &str = "print(1)\n";

#[test]
fn exit_codes_tell_what_is_left() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("b.py", CLEAN)]);
    assert_eq!(sandbox.run(&["check"]).code, 1);
    assert_eq!(sandbox.run(&["check", "--exit-zero"]).code, 0);
    assert_eq!(sandbox.run(&["check", "b.py"]).code, 0);
    assert_eq!(sandbox.run(&["diff"]).code, 1);
    assert_eq!(sandbox.run(&["diff", "--exit-zero"]).code, 0);
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 0);
    assert_eq!(sandbox.run(&["check"]).code, 0);
    sandbox.write("c.py", b"import torch\ntorch.load(p, **options)\n");
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 1);
    assert_eq!(sandbox.run(&["diff"]).code, 0, "nothing would change");
}

#[test]
fn check_shows_each_finding_with_its_place_and_what_to_do() {
    let sandbox = Sandbox::new(&[
        ("app/load.py", UNSAFE),
        ("app/other.py", "import torch\n\nstate = torch.load(path, **options)\n"),
        ("tests/test_load.py", UNSAFE),
        ("app/broken.py", "import torch\n\nx = (\n\n\n\ndef f(:\n"),
    ]);
    let check = sandbox.run(&["check"]);
    shows("check_text", &format!("{}\n--- standard error\n{}", check.out, check.err));
}

#[test]
fn diff_is_a_patch_that_makes_what_fix_writes() {
    let sandbox =
        Sandbox::new(&[("pkg/a b.py", UNSAFE), ("pkg/\"q\"é.py", "import torch\r\ntorch.load(p)")]);
    sandbox.commit();
    let before = tree(&sandbox.root());
    let diff = sandbox.run(&["diff", "--exit-zero", "pkg"]);
    assert_eq!(tree(&sandbox.root()), before);
    assert_eq!(sandbox.run(&["fix"]).code, 0);
    let fixed = tree(&sandbox.root());
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    assert_eq!(tree(&sandbox.root()), before);
    apply_patch(&sandbox.root(), &diff.bytes);
    assert_eq!(tree(&sandbox.root()), fixed);
}

#[test]
fn patch_paths_are_relative_to_the_repository() {
    let sandbox = Sandbox::new(&[("src/a.py", UNSAFE)]);
    sandbox.commit();
    let mut command = sandbox.command(&["diff", "."]);
    let output = command.current_dir(sandbox.root().join("src")).output().unwrap();
    let patch = String::from_utf8(output.stdout).unwrap();
    assert!(patch.starts_with("diff --git a/src/a.py b/src/a.py\n"), "{patch}");
    assert!(patch.contains("@@ -2,4 +2,4 @@") || patch.contains("@@ -1,5 +1,5 @@"), "{patch}");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let sandbox = Sandbox::new(&[]);
    let fixed = sandbox.run_with_input(&["fix", "-"], UNSAFE.as_bytes());
    assert_eq!((fixed.code, fixed.out.as_str()), (0, FIXED));
    let same = sandbox.run_with_input(&["fix", "-"], CLEAN.as_bytes());
    assert_eq!((same.code, same.out.as_str()), (0, CLEAN));
    let empty = sandbox.run_with_input(&["fix", "-"], b"");
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    let name = ["fix", "--stdin-filename", "tests/test_a.py", "-"];
    let test = sandbox.run_with_input(&name, UNSAFE.as_bytes());
    assert_eq!((test.code, test.out.as_str()), (0, UNSAFE), "tests are exempt");
    let check = sandbox.run_with_input(&["check", "-"], UNSAFE.as_bytes());
    assert_eq!(check.code, 1);
    assert!(check.out.starts_with("stdin.py:5:12: torch-load"), "{}", check.out);
}

#[test]
fn fix_refuses_what_is_not_committed_and_what_has_no_repository() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let outside = sandbox.run(&["fix"]);
    assert_eq!(outside.code, 2);
    assert!(outside.err.contains("--allow-no-vcs"), "{}", outside.err);
    sandbox.commit();
    sandbox.write("b.py", UNSAFE.as_bytes());
    let untracked = sandbox.run(&["fix"]);
    assert_eq!(untracked.code, 2);
    assert!(untracked.err.contains("--allow-dirty") && untracked.err.contains("b.py"));
    assert_eq!(sandbox.read("a.py"), UNSAFE, "the whole run stops");
    assert_eq!(sandbox.run(&["fix", "--allow-dirty"]).code, 0);
    assert_eq!((sandbox.read("a.py").as_str(), sandbox.read("b.py").as_str()), (FIXED, FIXED));
}

#[test]
fn fix_lists_what_it_wrote() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("b.py", CLEAN), ("d/c.py", UNSAFE)]);
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--print0"]);
    assert_eq!(fix.bytes, b"a.py\0d/c.py\0");
    shows("fix_text", &fix.err);
    let undo = sandbox.run(&["undo"]);
    assert_eq!(undo.out, "a.py\nd/c.py\n");
    assert_eq!(sandbox.run(&["undo"]).code, 2, "once is enough");
}

#[test]
fn lines_that_became_too_long_are_counted() {
    let call = format!("state = torch.load({})\n", "x".repeat(60));
    let sandbox = Sandbox::new(&[("a.py", &format!("import torch\n\n{call}"))]);
    sandbox.write("pyproject.toml", b"[tool.ruff]\nline-length = 88\n");
    let fix = sandbox.run(&["fix", "--allow-no-vcs"]);
    assert!(fix.err.contains("1 changed line is now longer"), "{}", fix.err);
}

#[test]
fn names_that_are_not_known_get_a_suggestion() {
    let sandbox = Sandbox::new(&[]);
    let near = sandbox.run(&["check", "--select", "torch-laod"]);
    assert_eq!(near.code, 2);
    assert!(near.err.contains("did you mean `torch-load`?"), "{}", near.err);
    assert_eq!(sandbox.run(&["check", "--select", "B614"]).code, 0, "a code of another tool");
    assert_eq!(sandbox.run(&["explain", "nothing-like-it"]).code, 2);
    assert!(sandbox.run(&["explain", "S506"]).out.starts_with("# yaml-load\n"));
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let missing = sandbox.run(&["check", "nowhere", "a.py", "-"]);
    assert_eq!(missing.code, 2);
    assert!(missing.out.starts_with("a.py:5:12"), "the rest goes on: {}", missing.out);
    let said = "error: nowhere: there is no such file or folder";
    assert!(missing.err.contains(said) && missing.err.contains("error: -: "), "{}", missing.err);
    let glob = sandbox.run(&["check", "--exclude", "a[", "."]);
    assert_eq!(glob.code, 2);
    assert!(glob.err.contains("`a[`"), "{}", glob.err);
}

#[test]
fn bad_files_are_named_and_the_rest_goes_on() {
    let sandbox = Sandbox::new(&[("good.py", UNSAFE)]);
    sandbox.write("binary.py", b"import torch\n\0\0torch.load(p)\n");
    sandbox.write("charset.py", b"# coding: rot13\nimport torch\ntorch.load(p)\n");
    sandbox.write("bytes.py", b"import torch\ntorch.load(p)\nx\xff = 1\n");
    sandbox.write(
        "huge.py",
        &[b"import torch\ntorch.load(p)\n".as_slice(), &vec![b'#'; 11 << 20]].concat(),
    );
    symlink("/etc/hostname", sandbox.root().join("out.py")).unwrap();
    symlink("nothing", sandbox.root().join("broken.py")).unwrap();
    symlink("good.py", sandbox.root().join("same.py")).unwrap();
    symlink(".", sandbox.root().join("loop")).unwrap();
    let fifo = sandbox.root().join("pipe.py");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let fix = sandbox.run(&["fix", "--allow-no-vcs"]);
    assert_eq!(fix.code, 2);
    assert_eq!(sandbox.read("good.py"), FIXED);
    shows("bad_files", &fix.err);
}

#[test]
fn a_folder_without_python_is_no_error() {
    let sandbox = Sandbox::new(&[("a.txt", UNSAFE)]);
    let check = sandbox.run(&["check"]);
    assert_eq!((check.code, check.err.as_str()), (0, "scanned 0 files: no findings\n"));
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = format!(
        "import torch\ntorch.load(p)\nx = {}1{}\n",
        "(".repeat(100_000),
        ")".repeat(100_000)
    );
    let calls = format!("import torch\n{}p{}\n", "torch.load(".repeat(1_500), ")".repeat(1_500));
    let sandbox = Sandbox::new(&[("deep.py", &deep), ("calls.py", &calls)]);
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "-q"]);
    assert!(matches!(fix.code, 0 | 1), "{fix:?}");
    assert_eq!(sandbox.read("calls.py").matches("weights_only=True").count(), 1_500);
}

#[test]
fn a_link_is_written_through_to_its_target() {
    let sandbox = Sandbox::new(&[("real/a.py", UNSAFE)]);
    symlink("real/a.py", sandbox.root().join("link.py")).unwrap();
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(sandbox.root().join("real/a.py"), executable).unwrap();
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs", "link.py"]).code, 0);
    assert!(fs::symlink_metadata(sandbox.root().join("link.py")).unwrap().is_symlink());
    let metadata = fs::metadata(sandbox.root().join("real/a.py")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o755);
    assert_eq!(sandbox.read("real/a.py"), FIXED);
}

#[test]
fn what_git_ignores_is_left_out() {
    let sandbox = Sandbox::new(&[
        ("a.py", UNSAFE),
        ("build/b.py", UNSAFE),
        ("pkg/gen.py", UNSAFE),
        ("pkg/keep_gen.py", UNSAFE),
        ("sub/.git", "gitdir: elsewhere\n"),
        ("sub/c.py", UNSAFE),
        (".gitignore", "build/\n*gen.py\n"),
        ("pkg/.gitignore", "!keep_gen.py\n"),
    ]);
    sandbox.git(&["init", "-q"]);
    let json = |arguments: &[&str]| -> Vec<String> {
        let check = sandbox.run(&[&["check", "--format", "json"], arguments].concat());
        let report: serde_json::Value = serde_json::from_str(&check.out).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(json(&[]), ["a.py", "pkg/keep_gen.py"]);
    assert_eq!(json(&["build/b.py"]), ["build/b.py"], "a file that is named is looked at");
    let all = ["a.py", "build/b.py", "pkg/gen.py", "pkg/keep_gen.py"];
    assert_eq!(json(&["--no-gitignore"]), all);
    assert_eq!(
        json(&["--no-gitignore", "--exclude", "build", "--exclude", "pkg/k*"]),
        [all[0], all[2]]
    );
    assert_eq!(json(&["--no-gitignore", "--include", "pkg"]), all[2..]);
    let check = sandbox.run(&["check"]);
    assert!(check.err.contains("skipped: sub: another repository"), "{}", check.err);
}

#[test]
fn two_runs_print_the_same_whatever_the_number_of_threads() {
    let files: Vec<(String, &str)> =
        (0..60).map(|i| (format!("d{}/m{i}.py", i % 7), UNSAFE)).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let sandbox = Sandbox::new(&files);
    let one = sandbox.run(&["diff", "-j", "1"]);
    let many = sandbox.run(&["diff", "-j", "8"]);
    assert_eq!((one.out, one.err), (many.out, many.err));
}

#[test]
fn nothing_raw_reaches_the_terminal() {
    let text = "import torch\n# \u{202e}\u{1b}[31m\ntorch.load(p)  # \u{1b}]0;x\u{7}\n";
    let sandbox = Sandbox::new(&[("a\u{1b}[2J\n.py", text)]);
    for arguments in
        [["check", "-v"].as_slice(), &["diff", "--color", "always"], &["check", "--format", "json"]]
    {
        let ran = sandbox.run(arguments);
        let shown = format!("{}{}", ran.out, ran.err).replace("\u{1b}[", "");
        let codes = ["\u{1b}", "\u{7}", "\u{202e}", "2J\n"];
        // Only sequences of our own colours may be left.
        let colours = arguments.contains(&"always");
        assert!(codes.iter().all(|code| !shown.contains(code)), "{arguments:?}: {shown:?}");
        assert!(colours || !ran.out.contains('\u{1b}'), "{arguments:?}");
    }
}

#[test]
fn json_names_what_stays_and_why() {
    let text = "import torch\nimport yaml\n\n\
        a = torch.load(p, weights_only=False)  # written by save() of this same run\n\
        b = yaml.load(s, Loader=yaml.CSafeLoader)\n\
        if not weights_only:\n    c = torch.load(p, weights_only=False)\n";
    let sandbox = Sandbox::new(&[("a.py", text)]);
    let check = sandbox.run(&["check", "--format", "json"]);
    assert_eq!(check.code, 0);
    let version = concat!("\"", env!("CARGO_PKG_VERSION"), "\"");
    shows("exceptions_json", &check.out.replace(version, "\"[version]\""));
}

#[test]
fn documentation_of_the_command_is_generated() {
    let sandbox = Sandbox::new(&[]);
    assert!(sandbox.run(&["completions", "bash"]).out.contains("untrust"));
    assert!(sandbox.run(&["man"]).out.starts_with(".ie"));
    shows("transforms", &sandbox.run(&["transforms"]).out);
    shows("help", &sandbox.run(&["--help"]).out);
}

#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("d/b.py", UNSAFE)]);
    let outside = sandbox.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("o.py"), UNSAFE).unwrap();
    symlink("../outside/o.py", sandbox.root().join("link.py")).unwrap();
    symlink("../outside", sandbox.root().join("folder")).unwrap();
    sandbox.commit();
    let fix = sandbox.run(&["fix", "link.py", "folder", "folder/o.py", "a.py"]);
    assert_eq!(fix.code, 2);
    assert_eq!(fix.err.matches("it leads out of the repository").count(), 3, "{}", fix.err);
    assert_eq!(fs::read_to_string(outside.join("o.py")).unwrap(), UNSAFE);
    assert_eq!(sandbox.read("a.py"), FIXED, "the rest goes on");
    assert_eq!(sandbox.run(&["fix", "--allow-dirty", "."]).code, 0);
    assert_eq!(fs::read_to_string(outside.join("o.py")).unwrap(), UNSAFE);
}

#[test]
fn undo_leaves_what_is_no_longer_in_its_place() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("d/b.py", UNSAFE)]);
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 0);
    let outside = sandbox.folder.path().join("outside");
    fs::rename(sandbox.root().join("d"), &outside).unwrap();
    symlink("../outside", sandbox.root().join("d")).unwrap();
    let undo = sandbox.run(&["undo"]);
    assert_eq!(undo.code, 2);
    assert!(undo.err.contains("d/b.py"), "{}", undo.err);
    assert_eq!(fs::read_to_string(outside.join("b.py")).unwrap(), FIXED);
    assert_eq!(sandbox.read("a.py"), FIXED, "nothing was put back");
}

#[test]
fn undo_refuses_a_journal_that_was_changed() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 0);
    let runs = sandbox.folder.path().join("state/untrust/runs");
    let run = fs::read_dir(runs).unwrap().next().unwrap().unwrap().path();
    fs::write(run.join("old/0"), "x\n").unwrap();
    let undo = sandbox.run(&["undo"]);
    assert_eq!(undo.code, 2);
    assert!(undo.err.contains("the journal is damaged"), "{}", undo.err);
    assert_eq!(sandbox.read("a.py"), FIXED);
    let check = sandbox.run(&["check"]);
    assert!(!check.err.contains("interrupted"), "nothing was begun: {}", check.err);
    sandbox.write("b.py", UNSAFE.as_bytes());
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 0, "later runs go on");
}

#[test]
fn special_files_in_the_place_of_lists_do_not_hang() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    sandbox.commit();
    let fifo = |path: &str| {
        let path = sandbox.root().join(path);
        let _ = fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    fifo(".git/info/exclude");
    fifo(".gitignore");
    fifo(".gitattributes");
    assert_eq!(sandbox.run(&["check"]).code, 1);
    fifo(".git/packed-refs");
    let fix = sandbox.run(&["fix"]);
    assert_eq!(fix.code, 2);
    assert!(fix.err.contains("`packed-refs` is not a regular file"), "{}", fix.err);
    symlink("/dev/zero", sandbox.root().join("zero.py")).unwrap();
    assert_eq!(sandbox.run(&["check"]).code, 1);
}

#[test]
fn nothing_of_a_repository_is_run() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), (".gitattributes", "*.py filter=x diff=x\n")]);
    sandbox.git(&["init", "-q"]);
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-q", "-m", "before"]);
    let marker = sandbox.folder.path().join("ran");
    let touch = format!("touch {}", marker.display());
    for key in
        ["core.fsmonitor", "filter.x.clean", "filter.x.smudge", "diff.x.textconv", "core.pager"]
    {
        sandbox.git(&["config", key, &touch]);
    }
    let hook = sandbox.root().join(".git/hooks/post-index-change");
    fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    for arguments in [["check"].as_slice(), &["diff"], &["fix"], &["undo"]] {
        assert!(sandbox.run(arguments).code < 2, "{arguments:?}");
    }
    assert!(!marker.exists());
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let check = sandbox.run(&["check", "--format", "json", "--output", "report.json"]);
    assert_eq!((check.code, check.out.as_str()), (1, ""));
    assert!(sandbox.read("report.json").contains("torch.load"));
    assert_eq!(sandbox.run(&["check", "--output", "no/report.txt"]).code, 2);
    assert_eq!(sandbox.run(&["fix", "--format", "json"]).code, 2);
}

#[test]
fn a_root_that_is_a_package_itself_is_looked_at() {
    let files = [
        ("__init__.py", ""),
        ("a.py", "import pickle\n\n\ndef f(p):\n    return pickle.load(p)\n"),
    ];
    let run = Sandbox::new(&files).run(&["check"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("a.py:5:12: deserializer"), "{}", run.out);
}
