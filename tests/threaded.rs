//! Programs that are made at random, of which it is known what they do: edited whole and in part, and
//! run.
//!
//! `UNTRUST_THREADED_CASES=1000` tries so many, `UNTRUST_THREADED_CASE=123` begins with that one.

#[path = "fuzz/targets/support/program.rs"]
#[allow(unreachable_pub, dead_code, reason = "the fuzz targets use more of it")]
mod library;
#[path = "runtime/python.rs"]
#[allow(unreachable_pub, dead_code, reason = "another test uses more of it")]
mod python;
#[path = "fuzz/drive/random.rs"]
#[allow(unreachable_pub, dead_code, reason = "the fuzz targets use it too")]
mod random;
#[allow(unreachable_pub, dead_code, reason = "each test uses a part of it")]
mod threaded {
    pub mod drive;
    pub mod foretell;
    pub mod generate;
    pub mod generate_class;
    pub mod model;
    pub mod names;
    pub mod render;
    pub mod shrink;
    pub mod steps;
    pub mod wanted;
}

use std::collections::BTreeSet;

use library::{Files, Planned, plan};
use python::{Answer, Job, Python, Texts};
use random::Random;
use threaded::drive::{compare, drive};
use threaded::foretell::{Arrives, Scenario, foretell};
use threaded::generate::{Features, generate};
use threaded::model::Program;
use threaded::render::{Mistake, render};
use threaded::shrink::smaller;
use threaded::wanted::Wanted;

/// Everything that programs are made of.
const ALL: Features = Features { overrides: true };
/// What a solver can do that edits single functions only: families are left out.
const SINGLE: Features = Features { overrides: false };

/// Up to so many changes, every part of them is tried.
const EVERY_PART: usize = 6;
/// Of more changes, so many parts.
const PARTS: usize = 24;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// A program with what is known of it.
struct Known {
    files: Texts,
    drive: String,
    told: Vec<Scenario>,
    was: Answer,
}

impl Known {
    fn new(python: &mut Python, program: &Program) -> Result<Self, String> {
        let files = render(program, None, None);
        let drive = drive(program);
        let told = foretell(program).ok_or("too much happens")?;
        let was = python.run(Job { files: &files, drive: &drive, yes: false });
        let wrong = compare(&told, None, &was, &|_, _| Some(true));
        if let Some(why) = wrong.first() {
            return Err(format!("the program does not do what was told: {why}"));
        }
        Ok(Self { files, drive, told, was })
    }

    /// What is wrong with the files after some of the places were edited.
    fn problems(
        &self,
        python: &mut Python,
        after: &Texts,
        approved: &BTreeSet<usize>,
        yes: bool,
    ) -> Vec<String> {
        let is = python.run(Job { files: after, drive: &self.drive, yes });
        let wants = |tag: usize, arrives: Arrives| match arrives {
            _ if !approved.contains(&tag) => Some(true),
            _ if !yes => Some(false),
            Arrives::Yes => Some(true),
            Arrives::No => Some(false),
            Arrives::Either => None,
        };
        let said = if yes { "with a yes" } else { "by default" };
        let wrong = compare(&self.told, Some(&self.was), &is, &wants);
        wrong.into_iter().map(|why| format!("{said}, of {approved:?}: {why}")).collect()
    }
}

/// Tries programs; a failure is told with a small program that fails too.
fn try_all(
    cases: u64,
    features: Features,
    holds: impl Fn(&mut Python, &Program) -> Result<(), String>,
) {
    let mut python = Python::start();
    let first = number("UNTRUST_THREADED_CASE").unwrap_or(0);
    let cases = number("UNTRUST_THREADED_CASES").unwrap_or(cases);
    for case in first..first + cases {
        let program = generate(case, features);
        let Err(why) = holds(&mut python, &program) else { continue };
        let small = smaller(&program, |program| holds(&mut python, program).is_err());
        let now = holds(&mut python, &small).err().unwrap_or_default();
        panic!(
            "UNTRUST_THREADED_CASE={case}: {why}\n\na smaller one: {now}\n{}\n# drive.py\n{}",
            shown(&render(&small, None, None)),
            drive(&small)
        );
    }
}

fn shown(files: &Texts) -> String {
    let files = files.iter().filter(|(_, text)| !text.is_empty());
    files.map(|(path, text)| ["# ", path, "\n", text, "\n"].concat()).collect()
}

/// Whether the place with some number was chosen: each of the masks chooses a part.
fn parts(count: usize, seed: u64) -> Vec<u64> {
    if count <= EVERY_PART {
        return (0..1 << count).collect();
    }
    let mut random = Random(seed);
    (0..PARTS).map(|_| random.next()).chain([0, u64::MAX]).collect()
}

#[test]
fn what_is_wanted_passes() {
    try_all(40, ALL, |python, program| {
        let known = Known::new(python, program)?;
        let all: Vec<usize> = program.tags().into_iter().collect();
        for mask in parts(all.len(), 1).into_iter().rev().step_by(3) {
            let chosen = all.iter().enumerate().filter(|(index, _)| mask >> (index % 64) & 1 == 1);
            let approved: BTreeSet<usize> = chosen.map(|(_, tag)| *tag).collect();
            let after = render(program, Some(&Wanted::new(program, approved.clone())), None);
            for yes in [false, true] {
                let wrong = known.problems(python, &after, &approved, yes);
                if !wrong.is_empty() {
                    return Err(format!("{}\n{}", wrong.join("\n"), shown(&after)));
                }
            }
        }
        Ok(())
    });
}

/// A kind of mistake: its name, what makes the one of some number, and how many of a hundred are at
/// least found. Some cannot be: a value that is handed to what does not use it, say.
type MistakeKind = (&'static str, fn(usize) -> Mistake, usize);

const MISTAKES: [MistakeKind; 5] = [
    ("not handed on", Mistake::NotHanded, 80),
    ("true by default", Mistake::TrueDefault, 100),
    ("a literal", Mistake::Literal, 95),
    ("before others", Mistake::Early, 60),
    ("left", Mistake::Left, 100),
];

#[test]
fn mistakes_are_found() {
    let mut python = Python::start();
    let mut random = Random(5);
    for (name, make, least) in MISTAKES {
        let (mut made, mut found) = (0, 0);
        for case in 0..60 {
            let program = generate(case, ALL);
            let known = Known::new(&mut python, &program).unwrap();
            let approved = program.tags();
            let wanted = Wanted::new(&program, approved.clone());
            let right = render(&program, Some(&wanted), None);
            let wrong = render(&program, Some(&wanted), Some(make(random.below(6))));
            if wrong == right {
                continue;
            }
            made += 1;
            let seen = [false, true]
                .iter()
                .any(|yes| !known.problems(&mut python, &wrong, &approved, *yes).is_empty());
            found += usize::from(seen);
        }
        println!("{name}: {found} of {made} are found");
        assert!(made >= 20, "{name}: only {made} were made");
        assert!(found * 100 >= made * least, "{name}: only {found} of {made} are found");
    }
}

/// The program in the hands of the library.
struct Edited {
    before: Files,
    planned: Planned,
    /// The places that each change is for.
    tags: Vec<BTreeSet<usize>>,
}

impl Edited {
    fn new(files: &Texts) -> Self {
        let before: Files =
            files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
        let planned = plan(&before, true);
        let findings = |change: &untrust::plan::change::Change| {
            let findings = change.findings.iter().map(|index| &planned.scan.findings[*index]);
            let places = findings.filter_map(|finding| {
                let text = &files[&planned.paths[&finding.file]];
                tag_in(text, finding.range.start, finding.range.end)
            });
            places.collect()
        };
        let tags = planned.changes.iter().map(findings).collect();
        Self { before, planned, tags }
    }

    /// The places that the chosen changes edit, and the files after them.
    fn make(&self, mask: u64) -> Result<(BTreeSet<usize>, Texts), String> {
        let is_chosen = |index: usize| mask >> (index % 64) & 1 == 1;
        let made = self.planned.make(is_chosen);
        if !made.dropped.is_empty() {
            return Err(format!("changes were dropped: {:?}", made.dropped));
        }
        let chosen = self.tags.iter().enumerate().filter(|(index, _)| is_chosen(*index));
        let approved = chosen.flat_map(|(_, tags)| tags.iter().copied()).collect();
        let files = self.planned.after(&self.before, &made).into_iter();
        let texts = files.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()));
        Ok((approved, texts.collect()))
    }
}

/// The number of the place in the lines of a range.
fn tag_in(text: &str, start: usize, end: usize) -> Option<usize> {
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let lines = &text[from..to];
    let numbers = lines.match_indices(['s', 'o']).filter_map(|(at, _)| {
        let before = lines[..at].chars().next_back();
        let digits: String = lines[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        let alone = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        alone.then(|| digits.parse().ok()).flatten()
    });
    numbers.into_iter().next()
}

/// Every part of the changes leaves a program that runs, and that is safe where it was edited.
fn every_part_is_safe(python: &mut Python, program: &Program) -> Result<(), String> {
    let known = Known::new(python, program)?;
    let edited = Edited::new(&known.files);
    let of_changes: BTreeSet<usize> = edited.tags.iter().flatten().copied().collect();
    if of_changes != program.tags() {
        return Err(format!("only {of_changes:?} have a change of {:?}", program.tags()));
    }
    for mask in parts(edited.tags.len(), 3) {
        let (approved, after) = edited.make(mask)?;
        let wrong = known.problems(python, &after, &approved, false);
        if !wrong.is_empty() {
            return Err(format!("{}\n{}", wrong.join("\n"), shown(&after)));
        }
    }
    Ok(())
}

/// All changes together, and some parts of them, give back what was to those who say yes.
fn a_yes_arrives(python: &mut Python, program: &Program) -> Result<(), String> {
    let known = Known::new(python, program)?;
    let edited = Edited::new(&known.files);
    for mask in [u64::MAX, 0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 0x9249_2492_4924_9249] {
        let (approved, after) = edited.make(mask)?;
        let wrong = known.problems(python, &after, &approved, true);
        if !wrong.is_empty() {
            return Err(format!("{}\n{}", wrong.join("\n"), shown(&after)));
        }
    }
    Ok(())
}

#[test]
fn every_part_of_the_changes_is_safe() {
    try_all(40, SINGLE, every_part_is_safe);
}

#[test]
fn every_part_of_the_changes_is_safe_with_families() {
    try_all(40, ALL, every_part_is_safe);
}

#[test]
fn a_yes_at_an_entry_point_arrives() {
    try_all(80, SINGLE, a_yes_arrives);
}

#[test]
fn a_yes_at_an_entry_point_arrives_with_families() {
    try_all(80, ALL, a_yes_arrives);
}
