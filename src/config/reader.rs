//! Reads values of the right type from TOML and gathers everything that is wrong with them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use globset::GlobSet;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::TransformName;
use super::names::{KnownTransform, hint, mask, shown};
use crate::workspace::{OpenError, globs};

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// The 1-based line; `None` if it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong, with the key, and what to do.
    pub message: String,
}

/// A value with its place.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// Reads one file.
pub(super) struct Reader<'a> {
    pub(super) path: &'a Path,
    pub(super) known: &'a [KnownTransform],
    pub(super) problems: Vec<Problem>,
    /// Where lines end, in bytes.
    ends: Vec<usize>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &'a Path, text: &str, known: &'a [KnownTransform]) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        Self { path, known, problems: Vec::new(), ends }
    }

    pub(super) fn refuse(&mut self, at: &Range<usize>, message: String) {
        let line = self.ends.partition_point(|end| *end < at.start) + 1;
        self.problems.push(Problem { path: self.path.to_owned(), line: Some(line), message });
    }

    /// `what` is the key in quotes, or an item of it.
    fn refuse_type(&mut self, what: &str, value: &Value, wanted: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(&value.span(), format!("{what} must be {wanted}, not {found}"));
    }

    pub(super) fn unknown<'k>(
        &mut self,
        at: &Range<usize>,
        above: &str,
        key: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let hint = hint(above, key, known);
        self.refuse(at, format!("there is no key `{above}{}`; {hint}", shown(key)));
    }

    pub(super) fn text(&mut self, key: &str, value: &Value) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.refuse_type(&format!("`{key}`"), value, "a string");
        }
        text.map(str::to_owned)
    }

    /// The text of an item of a list.
    pub(super) fn item(&mut self, key: &str, value: &Value) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.refuse_type(&format!("an item of `{key}`"), value, "a string");
        }
        text.map(str::to_owned)
    }

    pub(super) fn flag(&mut self, key: &str, value: &Value) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.refuse_type(&format!("`{key}`"), value, "true or false");
        }
        flag
    }

    pub(super) fn number(&mut self, key: &str, value: &Value, range: Range<u32>) -> Option<u32> {
        let Some(integer) = value.get_ref().as_integer() else {
            self.refuse_type(&format!("`{key}`"), value, "an integer");
            return None;
        };
        let number = u32::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start, range.end - 1);
            let message = format!("`{key}` must be between {least} and {most}");
            self.refuse(&value.span(), message);
        }
        number
    }

    pub(super) fn table<'v, 't>(
        &mut self,
        key: &str,
        value: &'v Value<'t>,
    ) -> Option<&'v DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.refuse_type(&format!("`{key}`"), value, "a table");
        }
        table
    }

    /// The items that can be read; the others are noted.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        value: &Value,
        mut item: impl FnMut(&mut Self, &Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(items) = value.get_ref().as_array() else {
            self.refuse_type(&format!("`{key}`"), value, "a list");
            return None;
        };
        Some(items.iter().filter_map(|value| item(self, value)).collect())
    }

    pub(super) fn transforms(&mut self, key: &str, value: &Value) -> Option<Vec<TransformName>> {
        self.list(key, value, |reader, item| {
            let name = reader.item(key, item)?;
            let is_known = mask(reader.known, &name) != 0;
            if !is_known {
                let message = reader.no_transform(key, &name);
                reader.refuse(&item.span(), message);
            }
            is_known.then_some(TransformName(name))
        })
    }

    pub(super) fn no_transform(&self, key: &str, name: &str) -> String {
        let hint = hint("", name, self.known.iter().map(|known| known.name));
        format!("`{key}`: there is no transform `{}`; {hint}", shown(name))
    }

    pub(super) fn globs(&mut self, key: &str, value: &Value) -> Option<Vec<String>> {
        let patterns = self.list(key, value, |reader, item| {
            let pattern = reader.item(key, item)?;
            reader.glob(key, &item.span(), &pattern).then_some(pattern)
        })?;
        if let Err(message) = glob_set(&patterns) {
            self.refuse(&value.span(), format!("`{key}`: {message}"));
        }
        Some(patterns)
    }

    /// Whether a glob can be read and stays in its folder.
    pub(super) fn glob(&mut self, key: &str, at: &Range<usize>, pattern: &str) -> bool {
        let leaves = pattern.split(['/', '\\', '{', '}', ',']).any(|part| part == "..");
        let message = if leaves {
            Some("it leads out of the configuration's folder, to which globs are relative".into())
        } else {
            globs::check(pattern).map_err(message_of).err()
        };
        if let Some(message) = &message {
            self.refuse(at, format!("`{key}`: the glob `{}` is wrong: {message}", shown(pattern)));
        }
        message.is_none()
    }
}

/// A set of globs, or what is wrong with them.
pub(super) fn glob_set(patterns: &[String]) -> Result<GlobSet, String> {
    globs::set(patterns).map_err(message_of)
}

fn message_of(error: OpenError) -> String {
    match error {
        OpenError::Glob { message, .. } => message,
        other => other.to_string(),
    }
}
