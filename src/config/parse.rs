//! The text of a configuration to a [`Document`].

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::document::{Document, Exceptions};
use super::identifier::{is_identifier, is_keyword};
use super::names::{KnownTransform, shown};
use super::python_version::PythonVersion;
use super::reader::{Problem, Reader, Value};
use super::sink;

/// Where in a file the configuration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is all of it, as in `untrust.toml`.
    Whole,
    /// It is the table `tool.untrust`, as in `pyproject.toml`.
    Tool,
}

/// Reads a value into its field.
type Read = fn(&mut Reader, &str, &Value, &mut Document);

/// The keys, and how their values are read.
const KEYS: [(&str, Read); 13] = [
    ("select", |r, key, value, d| d.select = r.transforms(key, value)),
    ("ignore", |r, key, value, d| d.ignore = r.transforms(key, value).unwrap_or_default()),
    ("exclude", |r, key, value, d| d.exclude = r.globs(key, value).unwrap_or_default()),
    ("include", |r, key, value, d| d.include = r.globs(key, value).unwrap_or_default()),
    ("per-file-ignores", per_file_ignores),
    ("include-tests", |r, key, value, d| {
        d.include_tests = r.flag(key, value).unwrap_or_default();
    }),
    ("tests", |r, key, value, d| d.tests = r.globs(key, value)),
    ("target-version", target_version),
    ("data-parameter", data_parameter),
    ("include-vendored", |r, key, value, d| {
        d.include_vendored = r.flag(key, value).unwrap_or_default();
    }),
    ("vendored", |r, key, value, d| d.vendored = r.globs(key, value).unwrap_or_default()),
    ("sinks", |r, key, value, d| {
        let rows = r.list(key, value, |r, value| sink::read(r, value));
        d.sinks = rows.unwrap_or_default();
    }),
    ("exceptions", exceptions),
];

/// The configuration in a text; `None` if it holds none. The error lists all that is wrong. Paths
/// are only for the messages.
pub fn parse(
    path: &Path,
    text: &str,
    place: Place,
    known: &[KnownTransform],
) -> Result<Option<Document>, Vec<Problem>> {
    let mut reader = Reader::new(path, text, known);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = error.span().unwrap_or_default();
        reader.refuse(&at, format!("it is not TOML: {}", error.message()));
    }
    // What is wrong in a line is found wrong several times over.
    reader.problems.sort_by_key(|problem| problem.line);
    reader.problems.dedup_by_key(|problem| problem.line);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let table = match place {
        Place::Whole => Some(table.get_ref()),
        Place::Tool => tool(&mut reader, table.get_ref()),
    };
    let document = table.map(|table| document(&mut reader, table));
    if reader.problems.is_empty() {
        return Ok(document);
    }
    reader.problems.sort();
    Err(reader.problems)
}

/// The table `tool.untrust`.
fn tool<'v, 't>(reader: &mut Reader, table: &'v DeTable<'t>) -> Option<&'v DeTable<'t>> {
    let tool = table.get("tool")?.get_ref().as_table()?;
    reader.table("tool.untrust", tool.get("untrust")?)
}

fn document(reader: &mut Reader, table: &DeTable) -> Document {
    let mut document = Document::default();
    for (key, value) in table {
        if let Some((known, read)) = KEYS.iter().find(|(known, _)| known == key.get_ref()) {
            read(reader, known, value, &mut document);
        } else {
            let known = KEYS.iter().map(|(known, _)| *known);
            reader.unknown(&key.span(), "", key.get_ref(), known);
        }
    }
    document
}

fn per_file_ignores(reader: &mut Reader, key: &str, value: &Value, document: &mut Document) {
    let Some(table) = reader.table(key, value) else { return };
    for (pattern, value) in table {
        let readable = reader.glob(key, &pattern.span(), pattern.get_ref());
        let Some(names) = reader.transforms(key, value) else { continue };
        if readable {
            document.per_file_ignores.insert(pattern.get_ref().to_string(), names);
        }
    }
}

fn target_version(reader: &mut Reader, key: &str, value: &Value, document: &mut Document) {
    if matches!(value.get_ref(), DeValue::Float(_)) {
        let message = format!("`{key}` must be a string: write \"3.9\" or \"py39\"");
        reader.refuse(&value.span(), message);
        return;
    }
    let Some(text) = reader.text(key, value) else { return };
    document.target_version = PythonVersion::parse(&text);
    if document.target_version.is_none() {
        let text = shown(&text);
        let message =
            format!("`{key}`: `{text}` is no version of Python; write \"3.9\" or \"py39\"");
        reader.refuse(&value.span(), message);
    }
}

/// The longest name of a parameter, in bytes: it is searched for in every file.
const LONGEST_NAME: usize = 100;

fn data_parameter(reader: &mut Reader, key: &str, value: &Value, document: &mut Document) {
    let Some(name) = reader.text(key, value) else { return };
    if is_identifier(&name) && name.len() <= LONGEST_NAME {
        document.data_parameter = name;
        return;
    }
    let cause = if is_keyword(&name) {
        "is a keyword of Python"
    } else if name.len() > LONGEST_NAME {
        "is longer than 100 bytes"
    } else {
        "is no Python identifier"
    };
    let message = format!("`{key}`: `{}` {cause} and cannot name a parameter", shown(&name));
    reader.refuse(&value.span(), message);
}

fn exceptions(reader: &mut Reader, key: &str, value: &Value, document: &mut Document) {
    let Some(table) = reader.table(key, value) else { return };
    let mut exceptions = Exceptions::default();
    for (inner, value) in table {
        match inner.get_ref().as_ref() {
            "words" => {
                if let Some(words) = reader.number("exceptions.words", value, 1..1001) {
                    exceptions.words = words;
                }
            }
            "owners" => {
                exceptions.owners =
                    reader.list("exceptions.owners", value, owner).unwrap_or_default();
            }
            unknown => {
                let known = ["words", "owners"].into_iter();
                reader.unknown(&inner.span(), "exceptions.", unknown, known);
            }
        }
    }
    document.exceptions = exceptions;
}

/// An owner as CODEOWNERS writes one.
fn owner(reader: &mut Reader, value: &Value) -> Option<String> {
    let owner = reader.item("exceptions.owners", value)?;
    let is_owner = owner.split_once('@').is_some_and(|(_, name)| {
        !name.is_empty() && !name.contains('@') && !owner.contains(char::is_whitespace)
    });
    if !is_owner {
        let message = format!(
            "`exceptions.owners`: `{}` is no owner; write \"@org/team\", \"@name\" or an e-mail address",
            shown(&owner)
        );
        reader.refuse(&value.span(), message);
    }
    is_owner.then_some(owner)
}

#[cfg(test)]
#[path = "parse/tests.rs"]
mod tests;
