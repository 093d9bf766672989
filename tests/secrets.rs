//! No secret of the scanned program leaves it: in no output, and in no patch.

mod support;

use support::{Sandbox, apply_patch, shows, tree};

/// Made up, and of the shape of a token.
const TOKEN: &str = "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567";
const PASSWORD: &str = "Tr0ub4dor-and-3";

/// A program that holds two secrets, at places where a diff would come by them.
fn program() -> String {
    format!(
        r#"import torch
import numpy as np


def above(path):
    one = 1
    db_password = "{PASSWORD}"
    state = torch.load(path)
    two = 2
    return one, db_password, state, two


def below(path):
    one = 1
    state = torch.load(path)
    api_token = "{TOKEN}"
    return one, state, api_token


def beside(path):
    return torch.load(path), connect(password="{PASSWORD}")


def spoken_of(path):
    # weights_only=False: our own file, and {TOKEN} is our own token
    state = torch.load(path, weights_only=False)
    return state


def far(path):
    state = torch.load(path)
    return state, 1, 2, 3
"#
    )
}

fn sandbox() -> Sandbox {
    Sandbox::new(&[("a.py", &program())])
}

fn holds_secret(text: &str) -> bool {
    text.contains(TOKEN) || text.contains(PASSWORD)
}

#[test]
fn no_command_shows_a_secret() {
    let formats: [&[&str]; 10] = [
        &["check"],
        &["check", "-v", "--review-level"],
        &["check", "--format", "json"],
        &["check", "--format", "jsonl"],
        &["diff"],
        &["diff", "--review-level", "-v"],
        &["diff", "--format", "json", "--review-level"],
        &["exceptions"],
        &["exceptions", "--format", "json"],
        &["exceptions", "--format", "markdown"],
    ];
    for arguments in formats {
        let run = sandbox().run(arguments);
        assert!(run.code < 2, "{arguments:?}: {}", run.err);
        assert!(!holds_secret(&run.out) && !holds_secret(&run.err), "{arguments:?}");
    }
}

#[test]
fn a_change_whose_diff_would_show_a_secret_is_held_back_from_diff_and_fix() {
    let sandbox = sandbox();
    let diff = sandbox.run(&["diff", "--review-level"]);
    shows("secrets_held_back", &format!("{}\n--- standard error\n{}", diff.out, diff.err));
    let fix = sandbox.run(&["fix", "--review-level", "--allow-no-vcs"]);
    assert!(!holds_secret(&fix.out) && !holds_secret(&fix.err));
    let fixed = tree(&sandbox.root());
    let patched = sandbox.folder.path().join("patched");
    support::plant(&[("a.py".into(), program().into_bytes())].into(), &patched);
    apply_patch(&patched, &diff.bytes);
    assert_eq!(tree(&patched), fixed, "the patch is what fix writes");
    let text = String::from_utf8(fixed.values().next().unwrap().clone()).unwrap();
    assert_eq!(text.matches("weights_only=True").count(), 2, "{text}");
    assert!(text.contains(TOKEN) && text.contains(PASSWORD), "{text}");
}

#[test]
fn asked_for_they_are_shown_and_written() {
    let sandbox = sandbox();
    let diff = sandbox.run(&["diff", "--review-level", "--show-secrets"]);
    assert!(diff.out.contains(&format!("-    api_token = \"{TOKEN}\"")), "{}", diff.out);
    assert!(diff.out.contains("+    api_token = os.environ[\"API_TOKEN\"]"), "{}", diff.out);
    sandbox.run(&["fix", "--review-level", "--show-secrets", "--allow-no-vcs"]);
    let text = String::from_utf8(tree(&sandbox.root()).values().next().unwrap().clone()).unwrap();
    assert_eq!(text.matches("weights_only=True").count(), 4, "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
}

#[test]
fn machines_are_told_where_a_secret_is_hidden() {
    let out = sandbox().run(&["check", "--format", "json"]).out;
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let changes = report["changes"].as_array().unwrap();
    let beside = changes
        .iter()
        .find(|change| change["masked"] == true && change["transform"] == "torch-load")
        .unwrap();
    assert_eq!(beside["applied"], false);
    assert!(beside["dropped"].as_str().unwrap().contains("--show-secrets"));
    assert!(report["summary"]["held_for_secrets"].as_u64().unwrap() > 0);
}

/// Whether a file of the journal holds a secret.
fn is_in_journal(sandbox: &Sandbox) -> bool {
    let files = walkdir::WalkDir::new(sandbox.folder.path().join("state"));
    let files: Vec<_> = files.into_iter().flatten().filter(|e| e.file_type().is_file()).collect();
    assert!(!files.is_empty(), "the journal is not there");
    files
        .iter()
        .any(|entry| holds_secret(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap())))
}

#[test]
fn the_journal_keeps_no_secret_and_a_run_beside_one_can_be_undone() {
    let sandbox = sandbox();
    let before = tree(&sandbox.root());
    sandbox.run(&["fix", "--allow-no-vcs"]);
    assert_ne!(tree(&sandbox.root()), before);
    assert!(!is_in_journal(&sandbox));
    let undo = sandbox.run(&["undo"]);
    assert_eq!(undo.code, 0, "{}", undo.err);
    assert_eq!(tree(&sandbox.root()), before);
}

#[test]
fn a_secret_that_was_taken_out_is_not_kept_for_an_undo() {
    let sandbox = sandbox();
    sandbox.run(&["fix", "--review-level", "--show-secrets", "--allow-no-vcs"]);
    let after = tree(&sandbox.root());
    assert!(!is_in_journal(&sandbox));
    let undo = sandbox.run(&["undo"]);
    assert_eq!(undo.code, 2);
    assert!(undo.err.contains("the journal does not keep; put them back from version control"));
    assert_eq!(tree(&sandbox.root()), after);
}
