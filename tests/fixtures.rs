//! Every fixture through the real binary: `fix` leaves exactly `after`, the patch of `diff` gives
//! the same tree, and a second run finds nothing to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

type Tree = BTreeMap<PathBuf, Vec<u8>>;

fn tree(root: &Path) -> Tree {
    walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let relative = entry.path().strip_prefix(root).unwrap().to_owned();
            (relative, fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn plant(tree: &Tree, root: &Path) {
    for (relative, bytes) in tree {
        let path = root.join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn untrust(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_untrust"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.parent().unwrap().join("state"))
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn apply_patch(folder: &Path, patch: &[u8]) {
    use std::io::Write;
    let mut git = Command::new("git")
        .args(["apply", "--whitespace=nowarn", "-"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(patch).unwrap();
    assert!(git.wait().unwrap().success(), "git refuses the patch");
}

/// Runs one case; the text for a person that it prints, or what is wrong.
fn run(case: &Path) -> Result<String, String> {
    let (before, after) = (tree(&case.join("before")), tree(&case.join("after")));
    let folder = tempfile::tempdir().unwrap();
    let (fixed, patched) = (folder.path().join("fixed"), folder.path().join("patched"));
    plant(&before, &fixed);
    plant(&before, &patched);
    let diff = untrust(&fixed, &["diff", "--review-level", "."]);
    if tree(&fixed) != before {
        return Err("diff changed files".to_owned());
    }
    let fix = untrust(&fixed, &["fix", "--review-level", "--allow-no-vcs", "."]);
    if !matches!(fix.status.code(), Some(0 | 1)) {
        return Err(format!("fix failed: {}", String::from_utf8_lossy(&fix.stderr)));
    }
    for (name, bytes) in &after {
        let found = tree(&fixed).remove(name).unwrap_or_default();
        if found != *bytes {
            return Err(format!(
                "{} is\n{}\nand should be\n{}",
                name.display(),
                String::from_utf8_lossy(&found),
                String::from_utf8_lossy(bytes)
            ));
        }
    }
    if !diff.stdout.is_empty() {
        apply_patch(&patched, &diff.stdout);
    }
    if tree(&patched) != after {
        return Err("the patch gives another tree than fix".to_owned());
    }
    let again = untrust(&fixed, &["diff", "--review-level", "."]);
    if !again.stdout.is_empty() {
        return Err("a second run changes files".to_owned());
    }
    let shown =
        [diff.stdout, diff.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(format!("{}\n--- standard error\n{}", shown[0], shown[1]))
}

#[test]
fn every_fixture_is_fixed_as_it_says() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut cases: Vec<PathBuf> = walkdir::WalkDir::new(&top)
        .min_depth(3)
        .max_depth(3)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_name() == "about.txt")
        .map(|entry| entry.path().parent().unwrap().to_owned())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case.strip_prefix(&top).unwrap().display().to_string();
        match run(case) {
            Ok(shown) => settings.bind(|| insta::assert_snapshot!(name.replace('/', "__"), shown)),
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
