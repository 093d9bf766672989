//! The table of unsafe callables.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A row of the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// The transform that looks for it.
    pub transform: String,
    /// How it is unsafe.
    pub kind: Kind,
    /// Dotted names, as an import spells them.
    pub callables: Vec<String>,
    /// For a method: callables that return objects of its class, besides the class itself.
    #[serde(default)]
    pub made_by: Vec<String>,
    /// The keyword that decides.
    pub argument: Option<String>,
    /// The 0-based position at which that argument can be given.
    pub position: Option<usize>,
    /// Whether a call without the argument is unsafe.
    #[serde(default)]
    pub default: Default,
    /// The string that is unsafe, for an argument that takes strings.
    pub r#unsafe: Option<String>,
    /// The safe value, callable or class, or what to do.
    pub safe: String,
    /// Arguments that cannot stand beside the safe value, with their 0-based positions.
    #[serde(default)]
    pub excludes: BTreeMap<String, usize>,
    /// The source that was read.
    pub verified: String,
}

/// How something is unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An argument turns the danger on.
    Flag,
    /// The callable is the danger; another one does the same safely.
    Callee,
    /// The class is the danger where it is used or derived from.
    Class,
    /// It is safe.
    Safe,
    /// It is only reported.
    Report,
}

/// What a call without the argument means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Default {
    /// It is safe.
    #[default]
    Safe,
    /// It is unsafe, at least in some versions.
    Unsafe,
}

#[derive(Deserialize)]
struct Table {
    sink: Vec<Sink>,
}

static TABLE: LazyLock<Vec<Sink>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("sinks.toml")).expect("a test reads the table");
    table.sink
});

/// The rows of a transform, in the order of the table.
pub fn of(transform: &str) -> impl Iterator<Item = &'static Sink> {
    TABLE.iter().filter(move |sink| sink.transform == transform)
}

/// The dotted names in the rows of a transform that have one of the kinds and whose names begin
/// with the package.
pub fn callables(transform: &str, kinds: &[Kind], package: &str) -> Vec<&'static str> {
    of(transform)
        .filter(|sink| kinds.contains(&sink.kind))
        .flat_map(|sink| &sink.callables)
        .map(String::as_str)
        .filter(|name| name.split('.').next() == Some(package))
        .collect()
}

/// The row of a transform that names the callable.
pub fn row(transform: &str, callable: &str) -> Option<&'static Sink> {
    of(transform).find(|sink| sink.callables.iter().any(|name| name == callable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transforms::REGISTRY;

    #[test]
    fn every_row_belongs_to_a_transform_and_is_complete() {
        assert!(!TABLE.is_empty());
        for sink in TABLE.iter() {
            assert!(REGISTRY.iter().any(|t| t.about().name == sink.transform), "{sink:?}");
            assert!(!sink.callables.is_empty() && !sink.verified.is_empty(), "{sink:?}");
            assert!(sink.kind != Kind::Flag || sink.argument.is_some(), "{sink:?}");
        }
    }

    #[test]
    fn every_transform_is_asked_only_for_files_that_hold_a_package_of_its_rows() {
        for transform in REGISTRY {
            let about = transform.about();
            let rows = of(about.name);
            let texts = rows.flat_map(|sink| sink.callables.iter().map(move |name| (sink, name)));
            for (sink, name) in texts {
                let argument = sink.argument.as_deref().unwrap_or_default();
                let mut literals = about.literals.iter();
                let covered = literals.any(|l| name.contains(l) || argument == *l);
                assert!(covered, "{name}");
            }
        }
    }
}
