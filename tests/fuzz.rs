//! The fuzz targets without libFuzzer: over the fixtures and what becomes of them by mutation. See
//! `tests/fuzz/README.md`.

#[allow(dead_code, unreachable_pub, reason = "they are a crate of their own to libFuzzer")]
#[path = "fuzz/targets/mod.rs"]
mod targets;

#[allow(dead_code, unreachable_pub, reason = "written as the targets are")]
#[path = "fuzz/drive/mod.rs"]
mod drive;

#[allow(dead_code, unreachable_pub, reason = "written as the targets are")]
#[path = "fuzz/words/mod.rs"]
mod words;

use drive::seeds::{headed, literal, programs, texts};
use drive::{Target, run};

#[test]
fn reading() {
    let mut seeds = literal(words::READING_SEEDS);
    seeds.extend(texts());
    let run_one = targets::reading::target;
    run(&Target { name: "reading", run: run_one, seeds, words: words::READING, cases: 6_000 });
}

#[test]
fn layout() {
    let seeds = headed(texts(), 12);
    let run_one = targets::layout::target;
    run(&Target { name: "layout", run: run_one, seeds, words: words::PYTHON, cases: 1_400 });
}

#[test]
fn whole() {
    let run_one = targets::whole::target;
    run(&Target { name: "whole", run: run_one, seeds: texts(), words: words::PYTHON, cases: 600 });
}

#[test]
fn several() {
    let seeds = programs().into_iter().filter(|files| files.len() > 1).map(|files| {
        let parts = files.into_iter().map(|(name, text)| [name.as_bytes(), b"\n", &text].concat());
        parts.collect::<Vec<_>>().join(&0)
    });
    let (run_one, seeds) = (targets::several::target, seeds.collect());
    run(&Target { name: "several", run: run_one, seeds, words: words::PYTHON, cases: 300 });
}

#[test]
fn configuration() {
    let seeds = literal(words::CONFIGURATION_SEEDS);
    let (run_one, words) = (targets::configuration::target, words::CONFIGURATION);
    run(&Target { name: "configuration", run: run_one, seeds, words, cases: 1_500 });
}

#[test]
fn git() {
    let seeds = headed(literal(words::GIT_SEEDS), 8);
    run(&Target { name: "git", run: targets::git::target, seeds, words: words::GIT, cases: 120 });
}

#[test]
fn exceptions() {
    let seeds = headed(literal(words::EXCEPTION_SEEDS), 1);
    let (run_one, words) = (targets::exceptions::target, words::EXCEPTION);
    run(&Target { name: "exceptions", run: run_one, seeds, words, cases: 600 });
}

#[test]
fn codeowners() {
    let seeds = literal(words::CODEOWNERS_SEEDS);
    let (run_one, words) = (targets::codeowners::target, words::CODEOWNERS);
    run(&Target { name: "codeowners", run: run_one, seeds, words, cases: 8_000 });
}

#[test]
fn baseline() {
    let seeds = literal(words::BASELINE_SEEDS);
    let (run_one, words) = (targets::baseline::target, words::BASELINE);
    run(&Target { name: "baseline", run: run_one, seeds, words, cases: 8_000 });
}

#[test]
fn diff() {
    let mut seeds = headed(texts(), 2);
    seeds.truncate(200);
    let run_one = targets::diff::target;
    run(&Target { name: "diff", run: run_one, seeds, words: words::DIFF, cases: 3_000 });
}
