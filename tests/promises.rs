//! What is promised about other people's files, one test for each promise. Most promises are
//! tested in more depth elsewhere; here each stands by itself, through the real binary.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{Sandbox, apply_patch, strace, tree};

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
const FIXED: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p, weights_only=True)\n";
const FIX: [&str; 3] = ["fix", "-q", "--allow-no-vcs"];

/// Files with every kind of edit, and every kind of byte around it. The call stands between the
/// two texts.
fn odd_files() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let latin: &[u8] = b"# -*- coding: latin-1 -*-\nimport torch\ns = 'caf\xe9'; x = ";
    let files: Vec<(&str, &[u8], &[u8])> = vec![
        ("bom.py", b"\xef\xbb\xbfimport torch\n\nx = ", b"\n"),
        ("latin.py", latin, b"  # \xfcber\n"),
        ("undecodable.py", b"import torch\n# \xff\xfe\nx = ", b"  # \xe9\n"),
        ("crlf.py", b"import torch\r\n\r\nx = ", b"\r\ny = 1\r\n"),
        ("cr.py", b"import torch\rx = ", b"\ry = 1\r"),
        ("mixed.py", b"import torch\r\n\nx = ", b"\r\ny = 1\n\n\n"),
        ("form_feed.py", b"import torch\n\x0c\nif 1:\n\tx = ", b"\t \n\x0c"),
        ("no_newline.py", b"import torch\nx = ", b""),
        (
            "wide.py",
            "import torch\n# \u{65e5}\u{672c}\nx = '\u{1f980}', ".as_bytes(),
            b" # \xc2\xa0\n",
        ),
    ];
    files.into_iter().map(|(name, before, after)| (name, before.to_vec(), after.to_vec())).collect()
}

fn with_odd_files() -> Sandbox {
    let sandbox = Sandbox::new(&[
        ("pkg/plain.py", UNSAFE),
        (
            "pkg/numpy_.py",
            "import numpy as np\n\n\ndef f(p):\n    \"\"\"Doc.\n\n    Args:\n        p: path\n    \"\"\"\n    return np.load(p, allow_pickle=True)\n",
        ),
        ("pkg/yaml_.py", "from yaml import load, Loader\n\nx = load(s, Loader=Loader)\n"),
        ("pkg/nosec_.py", "import os\n\nos.system(x)  # nosec B605 - ours\n"),
    ]);
    for (name, before, after) in odd_files() {
        sandbox.write(name, &[&before, b"torch.load(p)".as_slice(), &after].concat());
    }
    sandbox
}

#[test]
fn promise_1_nothing_is_written_that_was_not_shown() {
    for options in [&[][..], &["--review-level"], &["--thread", "off"]] {
        let sandbox = with_odd_files();
        let before = tree(&sandbox.root());
        let diff = sandbox.run(&[&["diff", "--exit-zero"], options].concat());
        assert_eq!((diff.code, tree(&sandbox.root())), (0, before.clone()));
        let copy = sandbox.folder.path().join("copy");
        support::plant(&before, &copy);
        apply_patch(&copy, &diff.bytes);
        sandbox.run(&[&FIX[..], options].concat());
        let fixed = tree(&sandbox.root());
        assert!(fixed == tree(&copy), "{options:?}");
        assert!(before.iter().filter(|(path, text)| fixed[*path] != **text).count() > 10);
    }
}

#[test]
fn promise_2_only_the_edits() {
    let sandbox = with_odd_files();
    let mode = |path: &str| fs::metadata(sandbox.root().join(path)).unwrap().mode() & 0o7777;
    let bom = sandbox.root().join("bom.py");
    fs::set_permissions(&bom, fs::Permissions::from_mode(0o751)).unwrap();
    // Only root may give files away.
    let is_given = chown(&bom, Some(65534), Some(65534)).is_ok();
    fs::hard_link(sandbox.root().join("crlf.py"), sandbox.folder.path().join("other")).unwrap();
    let fix = sandbox.run(&FIX);
    for (name, before, after) in odd_files() {
        let expected = [&before, b"torch.load(p, weights_only=True)".as_slice(), &after].concat();
        assert!(fs::read(sandbox.root().join(name)).unwrap() == expected, "{name}");
    }
    assert_eq!((mode("bom.py"), mode("cr.py")), (0o751, 0o644));
    let owner = fs::metadata(&bom).unwrap().uid();
    assert!(!is_given || owner == 65534, "{owner}");
    assert!(fix.err.contains("crlf.py had other hard links"), "{}", fix.err);
}

/// The files of a tree that Python itself can parse.
fn parsed(root: &Path) -> BTreeSet<PathBuf> {
    let script = "import ast, sys\nfor p in sys.argv[1:]:\n    try: ast.parse(open(p, 'rb').read()); print(p)\n    except (SyntaxError, ValueError): pass\n";
    let paths: Vec<PathBuf> = tree(root).into_keys().collect();
    let mut python = Command::new("python3");
    python.arg("-c").arg(script).args(&paths).current_dir(root).stderr(Stdio::null());
    let output = python.output().expect("python3 is needed");
    String::from_utf8(output.stdout).unwrap().lines().map(PathBuf::from).collect()
}

#[test]
fn promise_3_the_new_text_is_still_python() {
    let sandbox = with_odd_files();
    let text = format!("{UNSAFE}\n\ndef g(:\n    return torch.load(p)\n");
    sandbox.write("broken.py", text.as_bytes());
    let before = parsed(&sandbox.root());
    assert!(before.len() > 8 && !before.contains(Path::new("broken.py")), "{before:?}");
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--exit-zero"]);
    assert_eq!(fix.code, 0, "a syntax error decides nothing: {}", fix.err);
    assert!(fix.err.contains("syntax error: broken.py:8: "), "{}", fix.err);
    assert!(fix.err.contains("1 file has a syntax error"), "{}", fix.err);
    let near_is_kept = text.replacen("torch.load(p)", "torch.load(p, weights_only=True)", 1);
    assert_eq!(sandbox.read("broken.py"), near_is_kept);
    assert_eq!(parsed(&sandbox.root()), before);
}

#[test]
fn promise_4_a_second_run_finds_nothing_to_do() {
    let sandbox = with_odd_files();
    let findings = || -> BTreeSet<String> {
        let check = sandbox.run(&["check", "--format", "json", "--exit-zero"]);
        let report: serde_json::Value = serde_json::from_str(&check.out).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect()
    };
    let before = findings();
    let first = sandbox.run(&["fix", "--allow-no-vcs", "--review-level"]);
    assert!(first.out.lines().count() > 10, "{first:?}");
    let after = findings();
    assert!(after.is_subset(&before) && after.len() < before.len(), "{after:?}");
    let fixed = tree(&sandbox.root());
    let second = sandbox.run(&["fix", "--allow-no-vcs", "--review-level"]);
    assert_eq!(second.out, "", "{second:?}");
    assert!(tree(&sandbox.root()) == fixed);
}

#[test]
fn promise_5_all_files_or_none_and_all_back() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("z.py", UNSAFE)]);
    // The last file may not become as large as it would.
    let text = format!("{UNSAFE}#{}\n", "x".repeat(8 * 1024 - UNSAFE.len() - 2));
    sandbox.write("m.py", text.as_bytes());
    sandbox.write("n.py", &text.as_bytes()[..8 * 512]);
    let before = tree(&sandbox.root());
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"];
    let refused = sandbox.run_by(&limited, &FIX);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(tree(&sandbox.root()) == before, "some were written: {refused:?}");
    assert_eq!(sandbox.run(&["undo"]).code, 2, "nothing is to be undone");
    assert_eq!(sandbox.run(&FIX).code, 0);
    let fixed = tree(&sandbox.root());
    assert!(before.iter().all(|(path, text)| fixed[path] != *text));
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    assert!(tree(&sandbox.root()) == before);
}

#[test]
fn promise_6_never_over_somebody_s_edits() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("b.py", UNSAFE)]);
    assert_eq!(sandbox.run(&["fix"]).code, 2, "no version control");
    sandbox.commit();
    sandbox.write("a.py", format!("{UNSAFE}# mine\n").as_bytes());
    assert_eq!(sandbox.run(&["fix"]).code, 2, "not committed");
    assert_eq!(sandbox.read("b.py"), UNSAFE, "the whole run stops");
    if !strace::is_available() {
        return;
    }
    // What was read is waiting for its lock while somebody saves.
    let slow = ["strace", "-f", "-o", "/dev/null", "-e", "trace=flock"];
    let slow = [&slow[..], &["-e", "inject=flock:delay_enter=2000000:when=1"]].concat();
    let mut fix = sandbox.command_by(&slow, &["fix", "--allow-dirty"]);
    let fix = fix.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while fs::read_dir(sandbox.state().join("locks")).map_or(0, Iterator::count) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    sandbox.write("a.py", b"saved\n");
    let fix = support::Ran::from(fix.wait_with_output().unwrap());
    assert_eq!((fix.code, sandbox.read("a.py").as_str()), (2, "saved\n"));
    assert!(fix.err.contains("a.py: it was not written, for it changed meanwhile"), "{}", fix.err);
    assert_eq!(sandbox.read("b.py"), FIXED, "the rest goes on");
}

#[test]
fn promise_7_inside_the_root() {
    let sandbox = Sandbox::new(&[("in/real.py", UNSAFE), ("out/o.py", UNSAFE)]);
    let inside = sandbox.root().join("in");
    symlink("real.py", inside.join("same.py")).unwrap();
    symlink("../out/o.py", inside.join("link.py")).unwrap();
    symlink("../out", inside.join("folder")).unwrap();
    symlink("/dev/zero", inside.join("device.py")).unwrap();
    let fifo = Command::new("mkfifo").arg(inside.join("fifo.py")).status().unwrap();
    assert!(fifo.success());
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--root", "in", "in"]);
    assert_eq!(fix.out, "in/real.py\n");
    let named = ["in/link.py", "in/folder/o.py", "in/same.py", "in/real.py", "in/../out/o.py"];
    for path in named {
        sandbox.write("in/real.py", UNSAFE.as_bytes());
        sandbox.run(&["fix", "--allow-no-vcs", "--root", "in", path]);
        let is_inside = path.ends_with("same.py") || path.ends_with("real.py");
        assert_eq!(sandbox.read("in/real.py") == FIXED, is_inside, "{path}");
        assert_eq!(sandbox.read("out/o.py"), UNSAFE, "{path}");
    }
    let links = ["same.py", "link.py", "folder", "device.py"];
    assert!(links.iter().all(|link| inside.join(link).is_symlink()));
}

#[test]
fn promise_8_bounded() {
    let deep = format!("{UNSAFE}x = {}1{}\n", "[".repeat(30_000), "]".repeat(30_000));
    let large = format!("{UNSAFE}#{}\n", "x".repeat(1 << 20));
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("deep.py", &deep), ("large.py", &large)]);
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--exit-zero", "--size-limit", "1"]);
    assert_eq!(fix.code, 0, "{fix:?}");
    assert!(fix.err.contains("skipped: large.py: "), "{}", fix.err);
    assert_eq!((sandbox.read("a.py").as_str(), sandbox.read("large.py")), (FIXED, large));
    assert!(sandbox.read("deep.py").ends_with(&deep[UNSAFE.len()..]));
}

#[test]
fn promise_9_bad_input_is_named_and_the_rest_goes_on() {
    let sandbox = Sandbox::new(&[("good.py", UNSAFE)]);
    let bad: [(&str, &[u8]); 3] = [
        ("bytes.py", b"import torch\ntorch.load(p)\nx\xff = 1\n"),
        ("charset.py", b"# coding: no-such\nimport torch\ntorch.load(p)\n"),
        ("zero.py", b"import torch\n\0torch.load(p)\n"),
    ];
    for (name, bytes) in bad {
        sandbox.write(name, bytes);
    }
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "gone.py", "."]);
    assert_eq!((fix.code, sandbox.read("good.py").as_str()), (2, FIXED));
    for name in ["bytes.py", "charset.py", "zero.py", "gone.py"] {
        assert!(fix.err.contains(&format!("error: {name}: ")), "{name}: {}", fix.err);
    }
    assert!(fix.err.contains("4 errors"), "{}", fix.err);
    assert!(bad.iter().all(|(name, bytes)| fs::read(sandbox.root().join(name)).unwrap() == *bytes));
}

#[test]
fn promise_10_hostile_repositories_are_data() {
    if !strace::is_available() {
        return;
    }
    let sandbox = Sandbox::new(&[
        ("a.py", UNSAFE),
        ("b\u{1b}[2J.py", UNSAFE),
        (".gitattributes", "*.py filter=x\n"),
    ]);
    let outside = sandbox.folder.path().join("outside.py");
    fs::write(&outside, UNSAFE).unwrap();
    sandbox.commit();
    for key in ["core.fsmonitor", "filter.x.clean", "filter.x.smudge", "core.pager"] {
        sandbox.git(&["config", key, "touch ran"]);
    }
    for command in [&["check"][..], &["diff"], &["fix"], &["undo"], &["exceptions"]] {
        let (ran, log) = strace::run(&sandbox, &["-e", "trace=execve,?execveat"], command);
        assert!(ran.code < 2, "{command:?}: {ran:?}");
        assert_eq!(log.matches("execve").count(), 1, "{command:?} ran something: {log}");
        assert!(!format!("{}{}", ran.out, ran.err).contains('\u{1b}'), "{command:?}: {ran:?}");
    }
    sandbox.write("untrust.toml", b"include = [\"../*.py\"]\n");
    let fix = sandbox.run(&FIX);
    assert!(fix.code == 2 && fix.err.contains("the configuration is wrong"), "{fix:?}");
    assert_eq!(fs::read_to_string(outside).unwrap(), UNSAFE);
    assert_eq!(sandbox.read("a.py"), UNSAFE);
}

#[test]
fn promise_11_the_journal_is_its_owner_s_and_goes_with_undo() {
    let secret = "token = 'hunter2hunter2'\n";
    let sandbox = Sandbox::new(&[("a.py", &format!("{UNSAFE}{secret}"))]);
    let open = ["sh", "-c", "umask 0; exec \"$@\"", "sh"];
    assert_eq!(sandbox.run_by(&open, &FIX).code, 0);
    let holds_secret = |path: &Path| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
    };
    let mut kept = 0;
    let state = sandbox.state();
    for entry in walkdir::WalkDir::new(&state).into_iter().map(Result::unwrap) {
        let mode = entry.metadata().unwrap().mode() & 0o777;
        let expected = if entry.file_type().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", entry.path().display());
        kept += usize::from(entry.file_type().is_file() && holds_secret(entry.path()));
    }
    assert_eq!(kept, 1, "the old bytes are kept once");
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    let files = walkdir::WalkDir::new(state).into_iter().map(Result::unwrap);
    let mut files = files.filter(|entry| entry.file_type().is_file());
    assert!(files.all(|entry| !holds_secret(entry.path())));
}

#[test]
fn promise_12_no_network_ever() {
    if !strace::is_available() {
        return;
    }
    let sandbox = with_odd_files();
    sandbox.commit();
    sandbox.git(&["remote", "add", "origin", "https://localhost:1/nothing.git"]);
    let commands: [&[&str]; 7] = [
        &["check", "--changed"],
        &["check", "--format", "json"],
        &["diff"],
        &["fix"],
        &["undo"],
        &["exceptions"],
        &["explain", "torch-load"],
    ];
    for command in commands {
        let (ran, log) = strace::run(&sandbox, &["-e", "trace=%network,exit_group"], command);
        assert!(ran.code < 2, "{command:?}: {ran:?}");
        assert!(log.contains("exit_group("), "nothing was traced: {log}");
        let calls: Vec<&str> = log.lines().filter(|line| line.contains("socket(")).collect();
        assert!(calls.is_empty(), "{command:?}: {calls:?}");
    }
}
