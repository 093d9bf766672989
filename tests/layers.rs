//! A layer uses only what stands before it in the flow of data.

use std::fs;
use std::path::Path;

/// The layers in the order of the flow, with the folder that holds each.
const LAYERS: [(&str, &str); 14] = [
    ("workspace", "src/workspace"),
    ("config", "src/config"),
    ("python", "src/python"),
    ("program", "src/program"),
    ("transforms", "transforms"),
    ("scan", "src/scan"),
    ("threading", "src/threading"),
    ("exposure", "src/exposure"),
    ("shell", "src/shell"),
    ("plan", "src/plan"),
    ("report", "src/report"),
    ("review", "src/review"),
    ("write", "src/write"),
    ("cli", "src/cli"),
];

#[test]
fn no_layer_uses_one_that_comes_after_it() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (index, (name, folder)) in LAYERS.iter().enumerate() {
        for entry in walkdir::WalkDir::new(top.join(folder)).into_iter().flatten() {
            if entry.path().extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            for (at, _) in text.match_indices("crate::") {
                seen += 1;
                let used: String = text[at + 7..]
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                // The vocabulary of edits stands before those who speak it.
                let vocabulary = text[at..].starts_with("crate::plan::op");
                let position = LAYERS.iter().position(|(layer, _)| *layer == used);
                if position.is_some_and(|position| position > index) && !vocabulary {
                    wrong.push(format!("{}: {name} uses {used}", entry.path().display()));
                }
            }
        }
    }
    assert!(seen > 50, "the test looks at nothing");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_vocabulary_of_edits_uses_only_the_workspace() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(top.join("src/plan/op.rs")).unwrap();
    for line in text.lines().filter(|line| line.starts_with("use crate::")) {
        assert!(line.starts_with("use crate::workspace"), "{line}");
    }
}
