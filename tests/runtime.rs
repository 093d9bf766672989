//! Programs before and after `fix`, run: by default nothing that they load is trusted any more, who
//! says yes at an entry point gets back what was, and nothing else that they do changes.
//!
//! `runtime/programs/NAME` is a program; its `drive.py`, which is no part of it, runs it. How a
//! function of the drive is called tells what must hold of it: `runtime/check.rs`.

#[path = "runtime/check.rs"]
#[allow(unreachable_pub, reason = "other tests use it too")]
mod check;
#[path = "runtime/python.rs"]
#[allow(unreachable_pub, reason = "other tests use it too")]
mod python;
mod support;

use std::fs;
use std::path::PathBuf;

use check::check;
use python::{Python, Texts, folder};
use support::{Sandbox, plant, tree};

/// Programs that are not handled as they shall be, each with what is missing. One that is, is taken
/// out: the test fails until it is.
const WAITING: &str = include_str!("runtime/waiting.txt");

/// A program with what runs it.
struct Program {
    name: String,
    folder: PathBuf,
    drive: String,
}

fn programs() -> Vec<Program> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder().join("programs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let named = |folder: PathBuf| Program {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        drive: fs::read_to_string(folder.join("drive.py")).unwrap(),
        folder,
    };
    folders.into_iter().map(named).collect()
}

/// The Python files of a folder; `drive.py` at its top is none of the program.
fn texts(folder: &std::path::Path) -> Texts {
    let files = tree(folder).into_iter().filter(|(path, _)| {
        path.extension().is_some_and(|e| e == "py") && path.as_os_str() != "drive.py"
    });
    files
        .map(|(path, bytes)| {
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            (parts.join("/"), String::from_utf8(bytes).unwrap())
        })
        .collect()
}

/// The files as the real binary leaves them; a second run must have nothing to do.
fn fixed(before: &Texts) -> Result<Texts, String> {
    let sandbox = Sandbox::new(&[]);
    let files = before.iter().map(|(path, text)| (path.into(), text.clone().into_bytes()));
    plant(&files.collect(), &sandbox.root());
    let fix = sandbox.run(&["fix", "--review-level", "--allow-no-vcs", "."]);
    if !matches!(fix.code, 0 | 1) {
        return Err(format!("fix ended with {}: {}", fix.code, fix.err));
    }
    let again = sandbox.run(&["diff", "--review-level", "."]);
    if !again.bytes.is_empty() {
        return Err(format!("a second run has something to do:\n{}", again.out));
    }
    Ok(texts(&sandbox.root()))
}

/// What is wrong with how a program is handled.
fn problems(python: &mut Python, program: &Program) -> Vec<String> {
    let before = texts(&program.folder);
    match fixed(&before) {
        Ok(after) => check(python, &before, &after, &program.drive),
        Err(why) => vec![why],
    }
}

#[test]
fn programs_are_safe_by_default_and_can_be_told_to_trust() {
    let mut python = Python::start();
    let waiting: Vec<&str> = WAITING.lines().filter_map(|line| line.split(':').next()).collect();
    let programs = programs();
    assert!(programs.len() >= 40, "there are only {}", programs.len());
    for name in &waiting {
        assert!(programs.iter().any(|program| program.name == *name), "there is no {name}");
    }
    let mut wrong = Vec::new();
    for program in &programs {
        let (name, found) = (&program.name, problems(&mut python, program));
        match (waiting.contains(&name.as_str()), found.is_empty()) {
            (true, true) => wrong.push(format!("{name} works: take it out of waiting.txt")),
            (false, false) => wrong.push(format!("{name}: {}", found.join("\n    "))),
            _ => {}
        }
        let unsound = found.iter().find(|why| why.starts_with("before: "));
        assert!(unsound.is_none(), "{name} is no program for this test: {unsound:?}");
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), programs.len(), wrong.join("\n"));
}
