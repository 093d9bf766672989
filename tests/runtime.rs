//! Programs before and after `fix`, run: by default nothing that they load is trusted any more, who
//! says yes at an entry point gets back what was, and nothing else that they do changes.
//!
//! `runtime/programs/NAME` is a program, and so is a fixture with a `drive.py` beside its `before`.
//! That `drive.py`, which is no part of it, runs it. How a
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
    folders.extend(driven());
    folders.sort();
    let named = |folder: PathBuf| Program {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        drive: fs::read_to_string(folder.join("drive.py")).unwrap(),
        folder: match folder.join("before") {
            before if before.is_dir() => before,
            _ => folder,
        },
    };
    folders.into_iter().map(named).collect()
}

/// The fixtures that have something that runs them.
fn driven() -> impl Iterator<Item = PathBuf> {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let drives = walkdir::WalkDir::new(fixtures).max_depth(3).into_iter().filter_map(Result::ok);
    let drives = drives.filter(|entry| entry.file_name() == "drive.py");
    drives.filter_map(|drive| drive.path().parent().map(PathBuf::from))
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

/// A program as it shall be: what `wanted/NAME` holds in the place of its own files.
fn wanted(program: &Program) -> Option<Texts> {
    let folder = folder().join("wanted").join(&program.name);
    let mut files = texts(&program.folder);
    let edited = folder.is_dir().then(|| texts(&folder))?;
    assert!(edited.keys().all(|path| files.contains_key(path)), "{}", program.name);
    files.extend(edited);
    Some(files)
}

#[test]
fn what_is_wanted_passes() {
    let mut python = Python::start();
    let mut seen = 0;
    for program in programs() {
        let Some(after) = wanted(&program) else { continue };
        let wrong = check(&mut python, &texts(&program.folder), &after, &program.drive);
        assert!(wrong.is_empty(), "{}: {}", program.name, wrong.join("\n"));
        seen += 1;
    }
    assert!(seen >= 15, "there are only {seen}");
}

/// An edit that is wrong: in this file of what is wanted of a program this text becomes that one.
struct Mistake {
    program: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// What is said of it.
    told: &'static str,
}

#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // Unsafe by default.
    Mistake { program: "chain_over_files", file: "app/engine.py", from: "trust_remote_code=False", to: "trust_remote_code=True", told: "app/engine.py:5 __init__ trusts by default" },
    Mistake { program: "chain_over_files", file: "app/loading.py", from: "=trust_remote_code", to: "=True", told: "got true" },
    Mistake { program: "callbacks_of_pools", file: "count.py", from: "count(path, trust_remote_code=False)", to: "count(path, trust_remote_code=True)", told: "by default: cut_pool" },
    Mistake { program: "web_handlers", file: "api.py", from: "(name, trust_remote_code=False)", to: "(name, trust_remote_code=True)", told: "by default: cut_handler" },
    Mistake { program: "data_set", file: "motion/data/clips.py", from: "allow_pickle=self.trust_data", to: "allow_pickle=True", told: "got true" },
    // The value does not come back.
    Mistake { program: "chain_over_files", file: "app/engine.py", from: ", trust_remote_code=trust_remote_code", to: "", told: "with a yes: run_start: AutoModel.from_pretrained('org/a') got false" },
    Mistake { program: "chain_over_files", file: "app/loading.py", from: "=trust_remote_code", to: "=False", told: "got false" },
    Mistake { program: "data_set", file: "motion/data/clips.py", from: "\"train\", trust_data=trust_data", to: "\"train\"", told: "got false" },
    Mistake { program: "data_set", file: "motion/data/clips.py", from: "self.trust_data = trust_data", to: "self.trust_data = False", told: "got false" },
    Mistake { program: "family_of_adapters", file: "adapters/t5.py", from: "=trust_remote_code", to: "=False", told: "run_override" },
    Mistake { program: "class_methods", file: "rerank.py", from: "(name, trust_remote_code=trust_remote_code))", to: "(name))", told: "got false" },
    Mistake { program: "generators", file: "stream.py", from: "(group, trust_data=trust_data)", to: "(group)", told: "run_collect" },
    Mistake { program: "partial_calls", file: "use.py", from: "device=\"cuda:1\", trust_remote_code=trust_remote_code", to: "device=\"cuda:1\"", told: "run_mapped" },
    Mistake { program: "decision_not_handed_on", file: "use.py", from: "self.name, trust_remote_code=self.trust_remote_code", to: "self.name", told: "given_keeper" },
    Mistake { program: "field_that_exists", file: "build.py", from: "tokenizer(config.name, trust_remote_code=config.trust_remote_code)", to: "tokenizer(config.name)", told: "run_build" },
    // It no longer runs.
    Mistake { program: "family_of_adapters", file: "adapters/t5.py", from: "path, trust_remote_code=False):\n        return f", to: "path):\n        return f", told: "unexpected keyword argument" },
    Mistake { program: "stored_configuration", file: "asr/service.py", from: "        self.trust_remote_code = trust_remote_code\n", to: "", told: "has no attribute" },
    Mistake { program: "properties", file: "folder.py", from: "root, trust_remote_code=False", to: "root", told: "unexpected keyword argument" },
    Mistake { program: "chain_over_files", file: "app/start.py", from: "size, trust_remote_code=False", to: "size", told: "is not defined" },
    Mistake { program: "chain_over_files", file: "app/start.py", from: "):", to: ")", told: "SyntaxError" },
    Mistake { program: "decorators_that_forward", file: "load.py", from: "@timed\ndef load(name, trust_remote_code=False)", to: "@timed\ndef load(name)", told: "unexpected keyword argument" },
    // Something else changes.
    Mistake { program: "class_methods", file: "rerank.py", from: "revision=\"main\", trust_remote_code=False", to: "trust_remote_code=False, revision=\"main\"", told: "multiple values" },
    Mistake { program: "stored_configuration", file: "asr/service.py", from: "device: str = \"cpu\", seconds: int = 30, trust_remote_code: bool = False", to: "trust_remote_code: bool = False, device: str = \"cpu\", seconds: int = 30", told: "run_class" },
    Mistake { program: "chain_over_files", file: "app/start.py", from: "batch_size=size, ", to: "", told: "it returns" },
    Mistake { program: "callbacks_of_pools", file: "count.py", from: "pool.map(count, paths)", to: "pool.map(count, paths[1:])", told: "call 1 is" },
    Mistake { program: "generators", file: "use.py", from: "list(all_shards(groups, trust_data=trust_data))", to: "all_shards(groups, trust_data=trust_data)", told: "call 1 is nothing and was" },
    Mistake { program: "web_handlers", file: "api.py", from: "def load(name: str)", to: "def load(name: str, trust_remote_code: bool = False)", told: "cut_handler: it returns" },
    Mistake { program: "keyword_that_goes", file: "data.py", from: "def rows(split)", to: "def rows(split, trust_remote_code=False)", told: "cut_rows: it returns" },
];

#[test]
fn mistakes_are_found() {
    let mut python = Python::start();
    let programs = programs();
    let mut missed = Vec::new();
    for Mistake { program: name, file, from, to, told } in MISTAKES {
        let program = programs.iter().find(|program| program.name == *name).unwrap();
        let mut after = wanted(program).unwrap();
        let text = after.get_mut(*file).unwrap();
        assert!(text.contains(from), "{name}/{file} does not hold {from}");
        *text = text.replacen(from, to, 1);
        let wrong = check(&mut python, &texts(&program.folder), &after, &program.drive).join("\n");
        if !wrong.contains(told) {
            missed.push(format!("{name}/{file}, {from} -> {to}:\n{wrong}"));
        }
    }
    assert!(missed.is_empty(), "{} are missed:\n{}", missed.len(), missed.join("\n"));
}
