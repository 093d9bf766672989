//! Configurations of other tools that switch off the checks of the patterns that are handled here:
//! `skips` of bandit, `ignore` of ruff and flake8.

mod ini;
mod toml;
mod yaml;

use std::path::Path;

use super::finding::{Finding, Remedy};
use super::{REGISTRY, nosec};
use crate::workspace::FileId;
use crate::workspace::kind::is_test;
use crate::workspace::span::Span;

/// The names of the files that can hold such a configuration.
pub const FILES: [&str; 11] = [
    ".bandit",
    ".bandit.yaml",
    ".bandit.yml",
    ".flake8",
    ".ruff.toml",
    "bandit.yaml",
    "bandit.yml",
    "pyproject.toml",
    "ruff.toml",
    "setup.cfg",
    "tox.ini",
];

/// A tool whose checks are switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Bandit,
    Ruff,
    Flake8,
}

/// What a list of codes says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// These are off.
    Off,
    /// Only these are on.
    Only,
}

/// A code in a list of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    tool: Tool,
    says: Says,
    /// The list, as the configuration spells it: `tool.bandit.skips`.
    list: String,
    /// The glob of the files that the list is about; all of them without one.
    files: Option<String>,
    /// The code, `B602`, or what several begin with.
    code: String,
    /// Where it stands.
    at: Span,
}

/// The lists of each tool, by the keys that hold them.
fn says(tool: Tool, key: &str) -> Option<Says> {
    match (tool, key) {
        (Tool::Bandit, "skips") | (Tool::Ruff | Tool::Flake8, "ignore" | "extend-ignore") => {
            Some(Says::Off)
        }
        (Tool::Bandit, "tests") => Some(Says::Only),
        _ => None,
    }
}

/// Whether a key holds a list of codes for each of some globs.
fn is_per_file(tool: Tool, key: &str) -> bool {
    tool != Tool::Bandit && matches!(key, "per-file-ignores" | "extend-per-file-ignores")
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Bandit => "bandit",
            Self::Ruff => "ruff",
            Self::Flake8 => "flake8",
        }
    }

    /// Its codes of the patterns that are handled here, sorted.
    fn codes(self) -> Vec<&'static str> {
        let letter = if self == Self::Bandit { 'B' } else { 'S' };
        let all = REGISTRY.iter().flat_map(|transform| transform.about().codes);
        let mut codes: Vec<&str> = all.copied().filter(|code| code.starts_with(letter)).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Those of them that a code in a list means.
    fn meant(self, code: &str) -> Vec<&'static str> {
        let code = code.to_ascii_uppercase();
        let is_meant = |known: &&str| match self {
            Self::Bandit => **known == code,
            Self::Ruff | Self::Flake8 => {
                code == "ALL" || (!code.is_empty() && known.starts_with(&code))
            }
        };
        self.codes().into_iter().filter(is_meant).collect()
    }
}

/// What a configuration file of that name switches off, in the order of the text. A text that
/// cannot be read switches nothing off. `tests` is whether files count that are tests.
pub fn findings(file: FileId, name: &str, text: &str, tests: bool) -> Vec<Finding> {
    let codes = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("toml") => toml::codes(name, text),
        Some("yaml" | "yml") => yaml::codes(text),
        _ => ini::codes(name, text),
    };
    // A glob may be that of a folder.
    let is_test = |glob: &str| is_test(Path::new(glob)) || is_test(&Path::new(glob).join("_"));
    let codes: Vec<Entry> = codes
        .into_iter()
        .filter(|code| tests || !code.files.as_deref().is_some_and(is_test))
        .collect();
    let mut found: Vec<Finding> =
        codes.iter().filter(|code| code.says == Says::Off).filter_map(|c| off(file, c)).collect();
    found.extend(codes.chunk_by(|a, b| a.list == b.list).filter_map(|list| left_out(file, list)));
    found.sort_by_key(|finding| finding.range);
    found
}

/// The finding for a code that is off.
fn off(file: FileId, code: &Entry) -> Option<Finding> {
    let meant = code.tool.meant(&code.code);
    if meant.is_empty() {
        return None;
    }
    let named = meant == [code.code.to_ascii_uppercase()];
    let which = if named { String::new() } else { format!(" ({})", meant.join(", ")) };
    let files = match &code.files {
        Some(glob) => format!("for `{glob}`"),
        None => "for the whole project".to_owned(),
    };
    let (tool, name) = (code.tool.name(), &code.code);
    let message = format!("the configuration switches {tool}'s {name}{which} off {files}");
    let list = last_key(code);
    let advice =
        format!("take the code out of `{list}`, and document the exceptions beside the code");
    Some(finding(file, code, code.code.clone(), message, advice))
}

/// The finding for a list of all codes that are on, if it lacks some.
fn left_out(file: FileId, list: &[Entry]) -> Option<Finding> {
    let first = list.first().filter(|code| code.says == Says::Only)?;
    let is_on = |known: &&str| list.iter().any(|code| code.code.eq_ignore_ascii_case(known));
    let off: Vec<&str> = first.tool.codes().into_iter().filter(|known| !is_on(known)).collect();
    if off.is_empty() {
        return None;
    }
    let (tool, key) = (first.tool.name(), last_key(first));
    let off = off.join(", ");
    let message = format!("the configuration lets {tool} look for what `{key}` lists alone");
    let advice = format!("take `{key}` out, or add {off}");
    Some(finding(file, first, key.to_owned(), message, advice))
}

fn last_key(code: &Entry) -> &str {
    code.list.rsplit('.').next().unwrap_or(&code.list)
}

fn finding(file: FileId, code: &Entry, sink: String, message: String, advice: String) -> Finding {
    let scope = match &code.files {
        Some(glob) => format!("{}.{glob}", code.list),
        None => code.list.clone(),
    };
    let (transform, range) = (nosec::NAME, code.at);
    Finding { transform, file, range, scope, sink, message, remedy: Remedy::Report(advice) }
}

#[cfg(test)]
mod tests;
