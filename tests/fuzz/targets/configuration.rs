//! A configuration file of any bytes, and the settings that it gives a file.

use std::path::Path;

use untrust::config::parse::{Place, parse};
use untrust::config::{KnownTransform, Overrides, Problem, open};
use untrust::transforms::REGISTRY;
use untrust::workspace::{Options, Workspace};

/// Reads the bytes as both files that can hold a configuration.
pub fn target(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        for place in [Place::Whole, Place::Tool] {
            if let Err(problems) = parse(Path::new("untrust.toml"), text, place, &known()) {
                assert!(!problems.is_empty(), "refused, and nothing said");
                for problem in problems {
                    is_clear(&problem, text);
                }
            }
        }
    }
    in_a_tree("untrust.toml", data);
    in_a_tree("pyproject.toml", data);
}

fn known() -> Vec<KnownTransform> {
    let abouts = REGISTRY.iter().map(|transform| transform.about());
    abouts
        .map(|about| KnownTransform {
            name: about.name,
            codes: about.codes,
            on_request: false,
            takes_sinks: true,
        })
        .collect()
}

/// A problem names a line of the file, and what it quotes cannot reach a terminal raw.
fn is_clear(problem: &Problem, text: &str) {
    let lines = text.split('\n').count();
    let line = problem.line.expect("a problem of a text has a line");
    assert!((1..=lines).contains(&line), "line {line} of {lines}: {}", problem.message);
    assert!(!problem.message.trim().is_empty());
    assert!(problem.message.len() < 2_000, "{} bytes of message", problem.message.len());
}

/// The file is read where a run comes to it, and holds for what stands below.
fn in_a_tree(name: &str, data: &[u8]) {
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
    }
    FOLDER.with(|folder| {
        let top = folder.path().canonicalize().unwrap().join(name.replace('.', "_"));
        std::fs::create_dir_all(top.join("pkg/tests")).unwrap();
        for file in ["a.py", "pkg/b.py", "pkg/tests/test_c.py", "pkg/_pb2.py"] {
            let path = top.join(file);
            if !path.exists() {
                std::fs::write(path, b"").unwrap();
            }
        }
        std::fs::write(top.join(name), data).unwrap();
        let overrides = Overrides::default();
        let (all, finder) = open(known(), overrides, None, &top).unwrap();
        let rules = Some(std::sync::Arc::new(finder));
        let options = Options { root: Some(top.clone()), rules, ..Options::default() };
        let workspace = Workspace::open(std::slice::from_ref(&top), options).unwrap();
        let problems = all.problems();
        for file in &workspace.files {
            let settings = all.settings_of(file);
            let some = settings.transforms_of(file);
            assert!(some & !settings.transforms == 0, "a transform that was not selected");
        }
        assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        let named = open(known(), overrides, Some(&top.join(name)), &top);
        if let (Ok(_), true) = (&named, problems.is_empty()) {
            return;
        }
        let is_refused = named.err().is_some_and(|problems| !problems.is_empty());
        let holds_none = name == "pyproject.toml" && problems.is_empty();
        assert!(is_refused || holds_none, "refused in one way only: {problems:?}");
    });
}
