//! Runs a target without libFuzzer: over its seeds, and over mutations of them that depend on
//! nothing but their number.

mod mutate;
mod random;
pub mod seeds;
mod shrink;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::PathBuf;
use std::sync::Once;
use std::time::{Duration, Instant};

use mutate::Mutator;

/// A target with what its inputs are made of.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    pub seeds: Vec<Vec<u8>>,
    /// Texts that inputs are likely to need.
    pub words: &'static [&'static str],
    /// How many inputs are tried in a normal run, the seeds among them.
    pub cases: usize,
}

/// Tries the inputs; panics with the smallest one found that fails.
///
/// `UNTRUST_FUZZ_SECONDS=3600` goes on for so long, `UNTRUST_FUZZ_CASE=1234` begins with that
/// mutation, `UNTRUST_FUZZ_INPUT=file` tries that one input, and `UNTRUST_FUZZ_CORPUS=folder` only
/// writes what libFuzzer begins with.
pub fn run(target: &Target) {
    assert!(!target.seeds.is_empty(), "{} has no seed", target.name);
    if let Ok(folder) = std::env::var("UNTRUST_FUZZ_CORPUS") {
        return seeds::write(target, &PathBuf::from(folder));
    }
    if let Ok(file) = std::env::var("UNTRUST_FUZZ_INPUT") {
        return attempt(target, &std::fs::read(&file).unwrap(), &file);
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let end = number("UNTRUST_FUZZ_SECONDS").map(|long| Instant::now() + Duration::from_secs(long));
    let first = number("UNTRUST_FUZZ_CASE");
    let seeds = some(&target.seeds, if end.is_some() { usize::MAX } else { target.cases / 3 });
    if first.is_none() {
        for seed in &seeds {
            attempt(target, seed, "a seed");
        }
    }
    let mutator = Mutator { seeds: &target.seeds, words: target.words };
    let more = target.cases.saturating_sub(seeds.len()) as u64;
    let first = first.unwrap_or(0);
    let mut case = first;
    while end.map_or(case < first + more, |end| Instant::now() < end) {
        attempt(target, &mutator.input(case), &format!("UNTRUST_FUZZ_CASE={case}"));
        case += 1;
    }
    println!("{}: {} seeds and {} mutations", target.name, seeds.len(), case - first);
}

/// At most so many of the seeds, from everywhere among them.
fn some(seeds: &[Vec<u8>], most: usize) -> Vec<&Vec<u8>> {
    let step = seeds.len().div_ceil(most.max(1)).max(1);
    seeds.iter().step_by(step).collect()
}

fn attempt(target: &Target, data: &[u8], origin: &str) {
    let Some(why) = failure(target.run, data) else { return };
    let small = shrink::smaller(data, |data| failure(target.run, data).is_some());
    let now = failure(target.run, &small).unwrap_or_default();
    let (small, data) = (small.escape_ascii(), data.escape_ascii());
    let name = target.name;
    panic!(
        "{name} fails for {origin}: {why}\nwhole:  b\"{data}\"\nshrunk: b\"{small}\"\nwhich fails so: {now}"
    );
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The message of the panic, if there is one.
fn failure(run: fn(&[u8]), data: &[u8]) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                usual(info);
            }
        }));
    });
    QUIET.set(true);
    let ended = catch_unwind(AssertUnwindSafe(|| run(data)));
    QUIET.set(false);
    let panic = ended.err()?;
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Some(text.unwrap_or_else(|| "a panic without a text".to_owned()))
}
