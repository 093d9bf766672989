//! Lists of codes in TOML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Says, Tool, is_per_file, says};
use crate::workspace::span::Span;

/// The codes in a file of that name.
pub(super) fn codes(name: &str, text: &str) -> Vec<Entry> {
    let Ok(document) = DeTable::parse(text) else { return Vec::new() };
    let tables: &[(Tool, &str)] = match name {
        "pyproject.toml" => &[
            (Tool::Bandit, "tool.bandit"),
            (Tool::Ruff, "tool.ruff"),
            (Tool::Ruff, "tool.ruff.lint"),
            (Tool::Flake8, "tool.flake8"),
        ],
        _ => &[(Tool::Ruff, ""), (Tool::Ruff, "lint")],
    };
    let mut found = Vec::new();
    for (tool, path) in tables {
        let mut parts = path.split('.').filter(|part| !part.is_empty());
        let table =
            parts.try_fold(document.get_ref(), |table, part| table.get(part)?.get_ref().as_table());
        for (key, value) in table.into_iter().flatten() {
            let key = key.get_ref().as_ref();
            let list = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            if let Some(says) = says(*tool, key) {
                found.extend(listed(*tool, says, &list, None, value));
            } else if is_per_file(*tool, key) {
                for (glob, codes) in value.get_ref().as_table().into_iter().flatten() {
                    let glob = Some(glob.get_ref().as_ref());
                    found.extend(listed(*tool, Says::Off, &list, glob, codes));
                }
            }
        }
    }
    found
}

/// The codes of a value: a list of strings, or one string.
fn listed(
    tool: Tool,
    says: Says,
    list: &str,
    files: Option<&str>,
    value: &Spanned<DeValue>,
) -> Vec<Entry> {
    let values = match value.get_ref() {
        DeValue::Array(values) => values.iter().collect(),
        _ => vec![value],
    };
    let code = |value: &Spanned<DeValue>| {
        let text = value.get_ref().as_str()?;
        let at = Span::new(value.span().start, value.span().end);
        let split = text.split(',').map(str::trim).filter(|code| !code.is_empty());
        let codes = split.map(|code| Entry {
            tool,
            says,
            list: list.to_owned(),
            files: files.map(str::to_owned),
            code: code.to_owned(),
            at,
        });
        Some(codes.collect::<Vec<_>>())
    };
    values.into_iter().filter_map(code).flatten().collect()
}
