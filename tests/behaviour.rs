//! Fixtures before and after `fix`, run with `CPython`: what they do stays the same, and what an attacker
//! could do is over. `behaviour.py` beside a fixture's `before` says what is done and tried.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{plant, tree};

/// The fixtures that say how they are run.
fn fixtures() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = walkdir::WalkDir::new(top).min_depth(3).max_depth(3).sort_by_file_name();
    let found = entries.into_iter().filter_map(Result::ok);
    let found = found.filter(|entry| entry.file_name() == "behaviour.py");
    found.filter_map(|entry| entry.path().parent().map(PathBuf::from)).collect()
}

/// What is wrong with the fixtures in the folders, and how many functions were run.
fn compare(folders: &[PathBuf]) -> (Vec<String>, u64) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/behaviour/run.py");
    let output = Command::new("python3").arg(script).args(folders).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let wrong = said["wrong"].as_array().unwrap().iter();
    (wrong.map(|why| why.as_str().unwrap().to_owned()).collect(), said["count"].as_u64().unwrap())
}

#[test]
fn what_fixtures_do_stays_and_attacks_fail() {
    let (wrong, count) = compare(&fixtures());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 35, "hardly anything is run: {count}");
}

/// The scenarios themselves can fail: where nothing is edited, all attacks still succeed.
#[test]
fn attacks_succeed_where_nothing_is_edited() {
    let folder = tempfile::tempdir().unwrap();
    let mut unedited = Vec::new();
    let mut attacks = 0;
    for fixture in fixtures() {
        let name = fixture.file_name().unwrap().to_string_lossy().into_owned();
        let copy = folder.path().join(unedited.len().to_string()).join(name);
        let before = tree(&fixture.join("before"));
        plant(&before, &copy.join("before"));
        plant(&before, &copy.join("after"));
        let scenarios = std::fs::read_to_string(fixture.join("behaviour.py")).unwrap();
        attacks += scenarios.matches("def attack_").count();
        std::fs::write(copy.join("behaviour.py"), scenarios).unwrap();
        unedited.push(copy);
    }
    let (wrong, _) = compare(&unedited);
    assert_eq!(wrong.len(), attacks, "{}", wrong.join("\n"));
    assert!(wrong.iter().all(|why| why.ends_with("True became True")), "{}", wrong.join("\n"));
}
