//! The text that runs a program, and whether what it did is what was told.

use std::collections::BTreeSet;

use serde_json::Value;

use super::foretell::{Arrives, Event, Scenario, uses};
use super::model::{Access, ClassId, Item, Program, UnitId};
use crate::python::{Answer, Call};

/// The module that runs every function and every class.
pub fn drive(program: &Program) -> String {
    let mut imports = BTreeSet::new();
    let mut text = String::new();
    for item in &program.items {
        text += &match *item {
            Item::Function(unit) => function(program, unit, &mut imports),
            Item::Class(class) => whole_class(program, class, &mut imports),
        };
    }
    if !program.script.is_empty() {
        text += "\n\ndef cut_script(yes):\n    yes.script(\"main.py\")\n";
    }
    let imports: Vec<String> = imports.into_iter().collect();
    // A module that nothing uses is imported too, for what it calls by itself.
    let all = program.modules.iter().map(|module| format!("import {}\n", module.name));
    format!("{}{}\n{text}", all.collect::<String>(), imports.join("\n"))
}

fn construct(program: &Program, class: ClassId, imports: &mut BTreeSet<String>) -> String {
    let found = &program.classes[class];
    let name = &found.name;
    imports.insert(format!("from {} import {name}", program.modules[found.module].name));
    match program.member(class, "__init__") {
        Some(init) => format!("{name}(\"i\"{}, **yes.to({name}))", size(program, init)),
        None => format!("{name}()"),
    }
}

/// A second positional argument, where there is a parameter for it: a new one must not take its place.
fn size(program: &Program, unit: UnitId) -> &'static str {
    if program.units[unit].shape.size { ", 4" } else { "" }
}

fn function(program: &Program, id: UnitId, imports: &mut BTreeSet<String>) -> String {
    let unit = &program.units[id];
    let name = &unit.name;
    imports.insert(format!("from {} import {name}", program.modules[unit.module].name));
    let item = unit.takes.map(|class| construct(program, class, imports) + ", ");
    let size = size(program, id);
    let call = format!("{name}({}\"e\"{size}, **yes.to({name}))", item.unwrap_or_default());
    let call = if unit.yields { format!("list({call})") } else { call };
    format!("\n\ndef run_{name}(yes):\n    return {call}\n")
}

fn whole_class(program: &Program, class: ClassId, imports: &mut BTreeSet<String>) -> String {
    let item = construct(program, class, imports);
    let name = &program.classes[class].name;
    let mut text = format!("\n\ndef run_{name}(yes):\n    item = {item}\n    found = []\n");
    for (unit, access) in uses(program, class) {
        let size = size(program, unit);
        let value = match access {
            Access::Method(name, _) => format!("item.{name}(\"e\"{size}, **yes.to(item.{name}))"),
            Access::Property(name) => format!("item.{name}"),
            Access::Index => "item[\"e\"]".to_owned(),
            Access::Call => format!("item(\"e\"{size}, **yes.to(item.__call__))"),
            Access::Hand(_) => continue,
        };
        text += &["    found.append(", &value, ")\n"].concat();
    }
    text + "    return found\n"
}

/// What each place must decide in a run: nothing where more than one answer is right.
pub type Wants<'w> = &'w dyn Fn(usize, Arrives) -> Option<bool>;

/// What is wrong with a run, compared with what was told, and with what the program did before.
pub fn compare(told: &[Scenario], was: Option<&Answer>, is: &Answer, wants: Wants) -> Vec<String> {
    let mut wrong: Vec<String> = is.error.iter().cloned().collect();
    wrong.extend(is.open.iter().map(|function| format!("{function} trusts by default")));
    if is.error.is_none() && told.len() != is.scenarios.len() {
        wrong.push(format!("{} scenarios ran of {}", is.scenarios.len(), told.len()));
    }
    for (index, (told, ran)) in told.iter().zip(&is.scenarios).enumerate() {
        assert_eq!(told.name, ran.name);
        let before = was.and_then(|was| was.scenarios.get(index));
        let mut found: Vec<String> = ran.error.iter().cloned().collect();
        if ran.error.is_none() {
            found.extend(of_events(&told.events, &ran.calls, told.name == "import", wants));
            let same = |before: &crate::python::Scenario| {
                let rests = before.calls.iter().zip(&ran.calls).all(|(a, b)| a.rest == b.rest);
                rests && before.result == ran.result
            };
            if before.is_some_and(|before| !same(before)) {
                found.push("other arguments or results than before".to_owned());
            }
        }
        wrong.extend(found.into_iter().map(|why| format!("{}: {why}", told.name)));
    }
    wrong
}

/// The number of the place that a call is.
fn tag(call: &Call) -> Option<usize> {
    let (_, rest) = call.rest.split_once("'s")?;
    rest.split_once('\'')?.0.parse().ok()
}

/// The first difference of what happened from what was told. The order of imports is not told.
fn of_events(told: &[Event], calls: &[Call], any_order: bool, wants: Wants) -> Option<String> {
    let key = |event: &Event| match event {
        Event::Runs(name) => name.clone(),
        Event::Decides(tag, _) => format!("s{tag}"),
    };
    let name = |call: &Call| match call.decision {
        Value::Null => call.name.clone(),
        _ => format!("s{}", tag(call).unwrap_or_default()),
    };
    let mut told: Vec<&Event> = told.iter().collect();
    let mut calls: Vec<&Call> = calls.iter().collect();
    if any_order {
        told.sort_by_key(|event| key(event));
        calls.sort_by_key(|call| name(call));
    }
    for index in 0..told.len().max(calls.len()) {
        let (event, call) = (told.get(index), calls.get(index));
        let [expected, found] = [event.map(|e| key(e)), call.map(|c| name(c))];
        if expected != found {
            return Some(format!("event {index} is {found:?} and not {expected:?}"));
        }
        if let (Some(Event::Decides(tag, arrives)), Some(call)) = (event, call) {
            let is_right = match wants(*tag, *arrives) {
                Some(wanted) => call.decision == Value::Bool(wanted),
                None => call.decision.is_boolean(),
            };
            if !is_right {
                return Some(format!("s{tag} (event {index}) got {}", call.decision));
            }
        }
    }
    None
}
