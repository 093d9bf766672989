//! YAML files that hold settings: which of their mappings fill the objects of a class.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use saphyr_parser::{Event, Parser};

use super::Program;
use crate::workspace::discover;

/// A mapping of a YAML file: where its first key stands, and its keys.
pub(super) struct Mapping {
    /// The file's path relative to the root.
    path: PathBuf,
    /// The line of the first key, 1-based.
    line: usize,
    keys: Vec<String>,
}

/// Larger files are data, in bytes.
const LARGEST: u64 = 1 << 18;

impl Program<'_> {
    /// The mappings of YAML files that fill objects with these fields, by path and line (1-based):
    /// two of their keys at least, and half of them, are names of fields. All such files are read
    /// when this is first asked.
    pub fn mappings_of(&self, fields: &[&str]) -> Vec<(PathBuf, usize)> {
        if self.is_alone {
            return Vec::new();
        }
        let mappings = self.mappings.get_or_init(|| self.all_mappings());
        let mut found: Vec<(PathBuf, usize)> = mappings
            .iter()
            .filter(|mapping| fills(&mapping.keys, fields))
            .map(|mapping| (mapping.path.clone(), mapping.line))
            .collect();
        found.sort();
        found
    }

    fn all_mappings(&self) -> Vec<Mapping> {
        let root = &self.whole().root;
        let is_yaml = |name: &str| {
            let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
            matches!(extension, Some("yaml" | "yml"))
        };
        let paths = discover::named(root, &self.options, is_yaml);
        let read = |path: &PathBuf| {
            let file = root.join(path);
            let length = file.metadata().ok()?.len();
            let text = (length <= LARGEST).then(|| std::fs::read_to_string(file).ok()).flatten()?;
            Some(mappings(path, &text))
        };
        paths.par_iter().filter_map(read).flatten().collect()
    }
}

fn fills(keys: &[String], fields: &[&str]) -> bool {
    // `_target_` and `defaults` are said to hydra itself.
    let said = keys.iter().filter(|key| !key.starts_with('_') && *key != "defaults");
    let (meant, others): (Vec<_>, Vec<_>) = said.partition(|key| fields.contains(&key.as_str()));
    meant.len() >= fields.len().clamp(1, 2) && meant.len() >= others.len()
}

/// The mappings of a text, as far as it can be read.
fn mappings(path: &Path, text: &str) -> Vec<Mapping> {
    let (mut found, mut open) = (Vec::new(), Vec::<Open>::new());
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                open.last_mut().map(Open::is_key);
                open.push(Open::new(matches!(event, Event::MappingStart(..))));
            }
            Event::Scalar(key, ..) => {
                let Some(around) = open.last_mut() else { continue };
                if around.is_key() {
                    around.line = around.line.or(Some(span.start.line()));
                    around.keys.push(key.into_owned());
                }
            }
            Event::Alias(..) => {
                open.last_mut().map(Open::is_key);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let ended = open.pop();
                found.extend(ended.and_then(|open| {
                    Some(Mapping { path: path.to_owned(), line: open.line?, keys: open.keys })
                }));
            }
            _ => {}
        }
    }
    found
}

/// A mapping or sequence that has not ended.
struct Open {
    is_mapping: bool,
    /// Whether the next thing in it is a key.
    before_key: bool,
    line: Option<usize>,
    keys: Vec<String>,
}

impl Open {
    fn new(is_mapping: bool) -> Self {
        Self { is_mapping, before_key: true, line: None, keys: Vec::new() }
    }

    /// Whether the next thing is a key; the one behind it is then a value.
    fn is_key(&mut self) -> bool {
        let is_key = self.is_mapping && self.before_key;
        self.before_key = !self.before_key;
        is_key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, fields: &[&str]) -> Vec<usize> {
        let all = mappings(Path::new("c.yaml"), text);
        let mut lines: Vec<usize> =
            all.iter().filter(|one| fills(&one.keys, fields)).map(|one| one.line).collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn mappings_with_the_fields_are_found_at_any_depth() {
        let text = "# first\nseed: 1\nmodel:\n  path: a\n  revision: main\n";
        assert_eq!(lines(text, &["path", "revision", "dtype"]), [4]);
        let text = "- {path: a, revision: b}\n- path: c\n  dtype: half\n  _target_: x.Y\n";
        assert_eq!(lines(text, &["path", "revision", "dtype"]), [1, 2]);
        assert_eq!(lines("path: [revision, path]\n", &["path", "revision"]), [0; 0]);
        assert_eq!(lines("path: ${oc.env:P}\n", &["path"]), [1]);
    }

    #[test]
    fn other_mappings_and_broken_files_are_not() {
        assert_eq!(lines("path: a\nlr: 1\n", &["path", "revision"]), [0; 0]);
        assert_eq!(
            lines("path: a\nrevision: b\nx: 1\ny: 2\nz: 3\n", &["path", "revision"]),
            [0; 0]
        );
        assert_eq!(lines("a: [b\n  - }\n", &["a", "b"]), [0; 0]);
    }
}
