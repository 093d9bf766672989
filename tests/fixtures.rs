//! Every fixture through the real binary: `fix` leaves exactly `after`, the patch of `diff` gives
//! the same tree, and a second run finds nothing to do.

mod support;

use std::path::{Path, PathBuf};

use support::{Sandbox, apply_patch, plant, tree};

/// Runs one case; the text for a person that it prints, or what is wrong.
fn run(case: &Path) -> Result<String, String> {
    let (before, after) = (tree(&case.join("before")), tree(&case.join("after")));
    let sandbox = Sandbox::new(&[]);
    let (fixed, patched) = (sandbox.root(), sandbox.folder.path().join("patched"));
    plant(&before, &fixed);
    plant(&before, &patched);
    let diff = sandbox.run(&["diff", "--review-level", "--show-secrets", "."]);
    if tree(&fixed) != before {
        return Err("diff changed files".to_owned());
    }
    let fix = sandbox.run(&["fix", "--review-level", "--show-secrets", "--allow-no-vcs", "."]);
    if !matches!(fix.code, 0 | 1) {
        return Err(format!("fix failed: {}", fix.err));
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
    if !diff.bytes.is_empty() {
        apply_patch(&patched, &diff.bytes);
    }
    if tree(&patched) != after {
        return Err("the patch gives another tree than fix".to_owned());
    }
    let again = sandbox.run(&["diff", "--review-level", "--show-secrets", "."]);
    if !again.bytes.is_empty() {
        return Err("a second run changes files".to_owned());
    }
    Ok(format!("{}\n--- standard error\n{}", diff.out, diff.err))
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
