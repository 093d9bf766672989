//! A program of several files through all transforms, its plan and its new bytes.

use std::path::Path;

use untrust::plan::materialize::{Cause, Materialized};
use untrust::report::diff::{FileDiff, unified};
use untrust::transforms::finding::Remedy;

use super::support::mask;
use super::support::patch::apply;
use super::support::program::{Files, Planned, plan};
use super::support::python;

/// More parts are not looked at.
const MOST_FILES: usize = 6;

/// What a part without a name is called.
const NAMES: [&str; MOST_FILES] =
    ["a.py", "b.py", "pkg/__init__.py", "pkg/c.py", "pkg/inner/d.py", "e.pyi"];

/// Fixes the parts between NUL bytes as the files of a program. The first line of a part may name
/// its file.
pub fn target(data: &[u8]) {
    let mut files = Files::new();
    for (part, name) in data.split(|byte| *byte == 0).zip(NAMES) {
        let first = part.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let named = std::str::from_utf8(&part[..first]).ok().filter(|name| is_name(name));
        let (name, text) = match named {
            Some(name) if !files.contains_key(name) => (name, &part[first + 1..]),
            _ => (name, part),
        };
        files.insert(name.to_owned(), text.to_vec());
    }
    check(&files, data);
}

fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        (1..=20).contains(&part.len()) && part.chars().all(fine)
    };
    let stem = name.strip_suffix(".py").or_else(|| name.strip_suffix(".pyi"));
    stem.is_some_and(|stem| stem.split('/').count() <= 3 && stem.split('/').all(is_part))
}

/// What must hold of every program. `data` chooses among the changes.
pub fn check(files: &Files, data: &[u8]) {
    let planned = plan(files, true);
    let sane = files.values().all(|bytes| python::sane(bytes).is_some());
    if sane {
        same_without_prefilter(files, &planned);
    }
    let chosen = mask(data);
    let some = planned.make(|index| chosen >> (index % 64) & 1 == 1);
    still_python(files, &planned, &some, sane);
    let all = planned.make(|_| true);
    still_python(files, &planned, &all, sane);
    if sane && all.dropped.is_empty() {
        nothing_is_left(&planned, &planned.after(files, &all));
    }
}

/// The test on bytes that saves parsing never hides a finding.
fn same_without_prefilter(files: &Files, planned: &Planned) {
    let places = |planned: &Planned| -> Vec<_> {
        let findings = planned.scan.findings.iter();
        findings.map(|f| (planned.paths[&f.file].clone(), f.range, f.transform)).collect()
    };
    assert_eq!(places(planned), places(&plan(files, false)), "the prefilter hides findings");
}

/// What was Python stays so, what was not gets no worse, and the patch gives the same bytes.
fn still_python(files: &Files, planned: &Planned, made: &Materialized, sane: bool) {
    for dropped in &made.dropped {
        if let (Cause::Failed { message }, true) = (&dropped.cause, sane) {
            panic!("a change failed the checks: {message}");
        }
    }
    for (id, new) in &made.files {
        let path = &planned.paths[id];
        let old = &files[path];
        if python::sane(old).is_some() {
            let text = String::from_utf8_lossy(&new.bytes);
            assert!(python::sane(&new.bytes).is_some(), "{path} is no longer Python:\n{text}");
        } else {
            assert!(python::damage(&new.bytes) <= python::damage(old), "{path} is damaged more");
        }
        let diff = unified(&FileDiff { old, new: &new.bytes, path: Path::new(path) });
        assert!(apply(old, &diff) == new.bytes, "the patch of {path} makes something else");
    }
}

/// A second run has nothing to do, and no finding came by the first.
fn nothing_is_left(before: &Planned, files: &Files) {
    let again = plan(files, true);
    let shown = |files: &Files| -> String {
        let files = files.iter();
        let shown = files
            .map(|(path, text)| [path.as_str(), "\n", &String::from_utf8_lossy(text)].concat());
        shown.collect::<Vec<_>>().join("\n--- ")
    };
    let titles: Vec<&str> = again.changes.iter().map(|change| change.title.as_str()).collect();
    assert!(titles.is_empty(), "a second run wants to {titles:?} in\n{}", shown(files));
    let open = |planned: &Planned| {
        let findings = planned.scan.findings.iter();
        findings.filter(|finding| !matches!(finding.remedy, Remedy::Exception(_))).count()
    };
    assert!(open(&again) <= open(before), "the fixes made findings:\n{}", shown(files));
}
