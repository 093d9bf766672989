//! A row of the project's own table of unsafe callables.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::document::{Sink, SinkDefault, SinkKind};
use super::identifier::{is_dotted, is_identifier};
use super::names::{hint, shown};
use super::reader::{Reader, Value};

const KEYS: [&str; 11] = [
    "transform",
    "kind",
    "callables",
    "made_by",
    "argument",
    "position",
    "default",
    "unsafe",
    "safe",
    "excludes",
    "verified",
];

const KINDS: [(&str, SinkKind); 5] = [
    ("flag", SinkKind::Flag),
    ("callee", SinkKind::Callee),
    ("class", SinkKind::Class),
    ("safe", SinkKind::Safe),
    ("report", SinkKind::Report),
];

const DEFAULTS: [(&str, SinkDefault); 2] =
    [("safe", SinkDefault::Safe), ("unsafe", SinkDefault::Unsafe)];

/// Positions of arguments lie below this.
const MOST_ARGUMENTS: u32 = 1001;

/// Reads a row; `None` if something in it is wrong, which is noted.
pub(super) fn read(reader: &mut Reader, value: &Value) -> Option<Sink> {
    let before = reader.problems.len();
    let table = reader.table("sinks", value)?;
    for (key, _) in table {
        if !KEYS.contains(&key.get_ref().as_ref()) {
            reader.unknown(&key.span(), "sinks.", key.get_ref(), KEYS.into_iter());
        }
    }
    let missing = |reader: &mut Reader, key: &str| {
        if table.get(key).is_none() {
            reader.refuse(&value.span(), format!("a row of `sinks` lacks the key `{key}`"));
        }
    };
    for key in ["transform", "kind", "callables"] {
        missing(reader, key);
    }
    let row = Row { table };
    let kind = row.one_of(reader, "kind", &KINDS);
    if kind.is_some_and(|kind| kind != SinkKind::Safe) {
        missing(reader, "safe");
    }
    if kind == Some(SinkKind::Flag) {
        missing(reader, "argument");
    }
    let transform = row.transform(reader);
    let callables = row.callables(reader);
    let sink = Sink {
        argument: row.argument(reader),
        position: row
            .get("position")
            .and_then(|value| reader.number("sinks.position", value, 0..MOST_ARGUMENTS)),
        default: row.one_of(reader, "default", &DEFAULTS).unwrap_or_default(),
        r#unsafe: row.text(reader, "unsafe"),
        safe: row.text(reader, "safe").unwrap_or_default(),
        excludes: row.excludes(reader),
        verified: row.text(reader, "verified"),
        made_by: row
            .get("made_by")
            .and_then(|value| names(reader, "made_by", value))
            .unwrap_or_default(),
        transform: transform?,
        kind: kind?,
        callables: callables?,
    };
    (reader.problems.len() == before).then_some(sink)
}

struct Row<'v, 't> {
    table: &'v DeTable<'t>,
}

impl<'v, 't> Row<'v, 't> {
    fn get(&self, key: &str) -> Option<&'v Value<'t>> {
        self.table.get(key)
    }

    fn text(&self, reader: &mut Reader, key: &str) -> Option<String> {
        reader.text(&format!("sinks.{key}"), self.get(key)?)
    }

    fn one_of<T: Copy>(&self, reader: &mut Reader, key: &str, words: &[(&str, T)]) -> Option<T> {
        let value = self.get(key)?;
        let text = self.text(reader, key)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let hint = hint("", &text, words.iter().map(|(word, _)| *word));
            let message = format!("`sinks.{key}`: there is no `{}`; {hint}", shown(&text));
            reader.refuse(&value.span(), message);
        }
        found.map(|(_, meaning)| *meaning)
    }

    fn transform(&self, reader: &mut Reader) -> Option<String> {
        let name = self.text(reader, "transform")?;
        let known = reader.known.iter().find(|known| known.name == name);
        if known.is_some_and(|known| known.takes_sinks) {
            return Some(name);
        }
        let message = if known.is_some() {
            let takers = reader.known.iter().filter(|known| known.takes_sinks);
            let takers: Vec<String> = takers.map(|taker| format!("`{}`", taker.name)).collect();
            format!(
                "`sinks.transform`: `{name}` looks for no callables; those that do are {}",
                takers.join(", ")
            )
        } else {
            reader.no_transform("sinks.transform", &name)
        };
        reader.refuse(&self.get("transform")?.span(), message);
        None
    }

    fn callables(&self, reader: &mut Reader) -> Option<Vec<String>> {
        names(reader, "callables", self.get("callables")?)
    }

    fn argument(&self, reader: &mut Reader) -> Option<String> {
        let name = self.text(reader, "argument")?;
        self.is_argument(reader, "argument", &name).then_some(name)
    }

    fn is_argument(&self, reader: &mut Reader, key: &str, name: &str) -> bool {
        let is_name = is_identifier(name);
        if let (false, Some(value)) = (is_name, self.get(key)) {
            let message = format!("`sinks.{key}`: `{}` can name no argument", shown(name));
            reader.refuse(&value.span(), message);
        }
        is_name
    }

    fn excludes(&self, reader: &mut Reader) -> BTreeMap<String, u32> {
        let mut excludes = BTreeMap::new();
        let Some(value) = self.get("excludes") else { return excludes };
        let Some(table) = reader.table("sinks.excludes", value) else { return excludes };
        for (name, position) in table {
            let name = name.get_ref().to_string();
            let is_argument = self.is_argument(reader, "excludes", &name);
            let key = format!("sinks.excludes.{}", shown(&name));
            let position = reader.number(&key, position, 0..MOST_ARGUMENTS);
            if let Some(position) = position.filter(|_| is_argument) {
                excludes.insert(name, position);
            }
        }
        excludes
    }
}

/// Dotted names under a key of a row, at least one.
fn names(reader: &mut Reader, key: &str, value: &Value) -> Option<Vec<String>> {
    let key = format!("sinks.{key}");
    let mut wrong = false;
    let names = reader.list(&key, value, |reader, item| {
        let name = reader.item(&key, item)?;
        if is_dotted(&name) {
            return Some(name);
        }
        wrong = true;
        let message = format!(
            "`{key}`: `{}` is no dotted name; write it as an import spells it, \"package.module.function\"",
            shown(&name)
        );
        reader.refuse(&item.span(), message);
        None
    })?;
    if names.is_empty() && !wrong {
        reader.refuse(&value.span(), format!("`{key}` names nothing"));
    }
    Some(names)
}
