//! What must hold of a program before and after its edits, told by what it calls.

use serde_json::Value;

use super::python::{Answer, Call, Job, Python, Scenario, Texts};

/// What a function of a drive tells, by the beginning of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `run_`: everything was unsafe; it is safe now, and unsafe again where the decision is handed in.
    Run,
    /// `given_`: the same, but part of it waited for the decision before.
    Given,
    /// `cut_`, and what is called by the imports: everything was unsafe, and now nothing is, whatever
    /// is handed in elsewhere.
    Cut,
    /// `kept_`: nothing changes.
    Kept,
}

impl Kind {
    fn of(scenario: &Scenario) -> Result<Self, String> {
        match scenario.name.split('_').next() {
            Some("run") => Ok(Self::Run),
            Some("given") => Ok(Self::Given),
            Some("cut" | "import") => Ok(Self::Cut),
            Some("kept") => Ok(Self::Kept),
            _ => Err(format!("`{}` is no kind of scenario", scenario.name)),
        }
    }
}

/// Runs a program before and after its edits; all that is wrong with them.
pub fn check(python: &mut Python, before: &Texts, after: &Texts, drive: &str) -> Vec<String> {
    let was = python.run(Job { files: before, drive, yes: false });
    let mut wrong = is_a_program(&was);
    if !wrong.is_empty() {
        return wrong;
    }
    for (yes, said) in [(false, "by default"), (true, "with a yes")] {
        let is = python.run(Job { files: after, drive, yes });
        wrong.extend(compared(&was, &is, yes).into_iter().map(|why| format!("{said}: {why}")));
    }
    wrong
}

/// What is wrong with a program before its edits: it must run, and be unsafe where it says so.
fn is_a_program(was: &Answer) -> Vec<String> {
    let mut wrong = failures(was);
    for scenario in &was.scenarios {
        let name = &scenario.name;
        let wants = match Kind::of(scenario) {
            Ok(Kind::Run | Kind::Cut) => true,
            Ok(Kind::Given | Kind::Kept) => continue,
            Err(why) => {
                wrong.push(why);
                continue;
            }
        };
        wrong.extend(decided(scenario, wants).map(|call| format!("{name}: it is safe: {call}")));
        if scenario.calls.is_empty() && name != "import" {
            wrong.push(format!("{name}: it calls nothing"));
        }
    }
    if was.scenarios.len() < 2 {
        wrong.push("the drive has no scenario".to_owned());
    }
    wrong.into_iter().map(|why| format!("before: {why}")).collect()
}

/// What is wrong with a run after the edits.
fn compared(was: &Answer, is: &Answer, yes: bool) -> Vec<String> {
    let mut wrong = failures(is);
    if is.error.is_some() {
        return wrong;
    }
    wrong.extend(is.open.iter().map(|function| format!("{function} trusts by default")));
    for (old, new) in was.scenarios.iter().zip(&is.scenarios) {
        let name = &new.name;
        if new.error.is_some() {
            continue;
        }
        if let Some(why) = other_calls(&old.calls, &new.calls) {
            wrong.push(format!("{name}: {why}"));
        } else if old.result != new.result {
            let [old, new] = [old, new].map(|s| s.result.as_deref().unwrap_or("nothing"));
            wrong.push(format!("{name}: it returns {new} and returned {old}"));
        }
        let wants = match Kind::of(new) {
            Ok(Kind::Run | Kind::Given) => yes,
            Ok(Kind::Cut) => false,
            Ok(Kind::Kept) | Err(_) => {
                let pairs = old.calls.iter().zip(&new.calls);
                let mut other = pairs.filter(|(old, new)| old.decision != new.decision);
                wrong.extend(other.next().map(|(_, new)| format!("{name}: {}", shown(new))));
                continue;
            }
        };
        wrong.extend(decided(new, wants).map(|call| format!("{name}: {call}")));
    }
    wrong
}

fn failures(answer: &Answer) -> Vec<String> {
    let scenarios = answer.scenarios.iter();
    let failed = scenarios.filter_map(|s| Some(format!("{}: {}", s.name, s.error.as_ref()?)));
    answer.error.iter().cloned().chain(failed).collect()
}

/// The calls of a scenario that decide something else than is wanted, as people read them.
fn decided(scenario: &Scenario, wants: bool) -> impl Iterator<Item = String> {
    let calls = scenario.calls.iter();
    calls
        .filter(move |call| call.decision != Value::Null && call.decision != Value::Bool(wants))
        .map(shown)
}

fn shown(call: &Call) -> String {
    format!("{}({}) got {}", call.name, call.rest, call.decision)
}

/// The first difference of the calls, apart from what they decide.
fn other_calls(old: &[Call], new: &[Call]) -> Option<String> {
    let is_same = |(old, new): (&Call, &Call)| old.name == new.name && old.rest == new.rest;
    let same = old.iter().zip(new).take_while(|pair| is_same(*pair)).count();
    if same == old.len() && same == new.len() {
        return None;
    }
    let text = |calls: &[Call]| {
        calls.get(same).map_or("nothing".to_owned(), |c| format!("{}({})", c.name, c.rest))
    };
    Some(format!("call {} is {} and was {}", same + 1, text(new), text(old)))
}
