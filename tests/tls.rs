//! The fixtures of TLS do the same before and after, but for what switched checks off; contexts are
//! made by Python itself. Any one of the changes alone leaves what runs.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Sandbox, apply_patch, plant, tree};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    let mut all: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// What is wrong, and how many functions were run.
fn compare(arguments: &[String]) -> (Vec<String>, u64) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/compare.py");
    let output = Command::new("python3").arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong = said["wrong"].as_array().unwrap().iter().map(ToString::to_string).collect();
    (wrong, said["count"].as_u64().unwrap())
}

#[test]
fn what_connects_is_checked_and_does_the_same_otherwise() {
    let arguments: Vec<String> = fixtures().iter().map(|f| f.display().to_string()).collect();
    let (wrong, count) = compare(&arguments);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 40, "hardly anything is called: {count}");
}

#[test]
fn every_change_alone_leaves_what_runs() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = Vec::new();
    for (number, fixture) in fixtures().iter().enumerate() {
        let sandbox = Sandbox::new(&[]);
        let before = tree(&fixture.join("before"));
        plant(&before, &sandbox.root());
        let parts = folder.path().join(format!("parts{number}"));
        let out = parts.display().to_string();
        sandbox.run(&["diff", "--review-level", "--split", "change", "--output-dir", &out, "."]);
        let patches = tree(&parts);
        for (at, (name, patch)) in patches.iter().enumerate() {
            let alone = folder.path().join(format!("alone{number}_{at}"));
            plant(&before, &alone);
            // A patch that rests on one before it is none that stands alone.
            let is_patch = name.extension().is_some_and(|extension| extension == "patch");
            if is_patch && applies(&alone, patch) {
                apply_patch(&alone, patch);
                arguments.push(format!("{}={}", fixture.display(), alone.display()));
            }
        }
    }
    assert!(arguments.len() >= 60, "there are hardly any changes: {}", arguments.len());
    let (wrong, _) = compare(&arguments);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a patch can be made in a folder as it is.
fn applies(folder: &Path, patch: &[u8]) -> bool {
    let file = folder.with_extension("patch");
    fs::write(&file, patch).unwrap();
    let status = Command::new("git")
        .args(["apply", "--check"])
        .arg(&file)
        .current_dir(folder)
        .output()
        .unwrap()
        .status;
    status.success()
}
