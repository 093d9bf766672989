//! A configuration as it is written. The comments of these types are the descriptions in the JSON
//! schema.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::names::KnownTransform;
use super::python_version::PythonVersion;

/// The name of a transform, or the code that bandit or ruff gives the pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct TransformName(pub String);

/// The configuration of untrust: `untrust.toml`, or the table `tool.untrust` of `pyproject.toml`.
/// The closest one above a file holds for it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
#[schemars(deny_unknown_fields)]
pub struct Document {
    /// The transforms to run, instead of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<TransformName>")]
    pub select: Option<Vec<TransformName>>,
    /// Transforms to leave out.
    pub ignore: Vec<TransformName>,
    /// Globs of files and folders to leave out, relative to the folder of this file. One without a
    /// slash matches at any depth.
    pub exclude: Vec<String>,
    /// Globs of which a file must match one to be looked at, if there are any.
    pub include: Vec<String>,
    /// Transforms to leave out in the files that a glob matches.
    pub per_file_ignores: BTreeMap<String, Vec<TransformName>>,
    /// Whether tests are looked at.
    pub include_tests: bool,
    /// Globs that say which files are tests, instead of the usual names (`tests/`, `test_*.py`,
    /// `*_test.py`, `conftest.py`).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub tests: Option<Vec<String>>,
    /// The oldest Python that the code must run on, `"3.9"` or `"py39"`. By default the lower
    /// bound of `requires-python` in the closest `pyproject.toml`, else 3.9.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        with = "String",
        regex(pattern = r"^(2\.[0-9]{1,2}|3\.[0-9]{1,2}|py[23][0-9]{1,2})$")
    )]
    pub target_version: Option<PythonVersion>,
    /// The name of the parameter that hands on whether data is trusted.
    pub data_parameter: String,
    /// Whether vendored and generated code may be edited.
    pub include_vendored: bool,
    /// Globs of vendored code, besides the usual folders (`third_party/`, `vendor/`).
    pub vendored: Vec<String>,
    /// Callables of the project's own that are unsafe.
    pub sinks: Vec<Sink>,
    /// What a comment must have to document an exception.
    pub exceptions: Exceptions,
}

impl Default for Document {
    fn default() -> Self {
        Self {
            select: None,
            ignore: Vec::new(),
            exclude: Vec::new(),
            include: Vec::new(),
            per_file_ignores: BTreeMap::new(),
            include_tests: false,
            tests: None,
            target_version: None,
            data_parameter: "trust_data".to_owned(),
            include_vendored: false,
            vendored: Vec::new(),
            sinks: Vec::new(),
            exceptions: Exceptions::default(),
        }
    }
}

/// What a comment must have to document an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Exceptions {
    /// The least number of words of a justification.
    #[schemars(range(min = 1, max = 1000))]
    pub words: u32,
    /// Teams and people of whom one must own the file in CODEOWNERS: `@org/team`, `@name`, or an
    /// e-mail address.
    #[schemars(inner(regex(pattern = r"^[^\s@]*@[^\s@]+$")))]
    pub owners: Vec<String>,
}

impl Default for Exceptions {
    fn default() -> Self {
        Self { words: 4, owners: Vec::new() }
    }
}

/// A callable or class that is unsafe, and what is safe instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Sink {
    /// The name of the transform that looks for it.
    pub transform: String,
    /// How it is unsafe.
    pub kind: SinkKind,
    /// Dotted names, as an import spells them.
    #[schemars(length(min = 1))]
    pub callables: Vec<String>,
    /// For a method (`package.Class.method`): callables that return objects of its class, besides the
    /// class itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_by: Vec<String>,
    /// The keyword that decides. A flag needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub argument: Option<String>,
    /// The 0-based position at which that argument can be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(max = 1000))]
    pub position: Option<u32>,
    /// Whether a call without the argument is unsafe.
    #[serde(default)]
    pub default: SinkDefault,
    /// The string that is unsafe, for an argument that takes strings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub r#unsafe: Option<String>,
    /// The safe value, callable or class, or what to do. Only the kind `safe` needs none.
    #[serde(default)]
    pub safe: String,
    /// Arguments that cannot stand beside the safe value, with their 0-based positions.
    #[serde(default)]
    pub excludes: BTreeMap<String, u32>,
    /// The source that was read to know all this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub verified: Option<String>,
}

/// How something is unsafe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SinkKind {
    /// An argument turns the danger on.
    Flag,
    /// The callable is the danger; another one does the same safely.
    Callee,
    /// The class is the danger where it is used or derived from.
    Class,
    /// It is safe: it stays where it is found.
    Safe,
    /// It is only reported.
    Report,
}

/// What a call without the argument means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SinkDefault {
    /// It is safe.
    #[default]
    Safe,
    /// It is unsafe, at least in some versions.
    Unsafe,
}

/// The JSON schema of a configuration that can name these transforms.
pub fn schema(known: &[KnownTransform]) -> serde_json::Value {
    let names: Vec<&str> = known.iter().map(|known| known.name).collect();
    let codes: BTreeSet<&str> = known.iter().flat_map(|known| known.codes).copied().collect();
    let all: Vec<&str> = names.iter().copied().chain(codes).collect();
    let mut schema = schemars::schema_for!(Document).to_value();
    schema["title"] = "Configuration of untrust".into();
    schema["$defs"]["TransformName"]["enum"] = all.into();
    schema["$defs"]["Sink"]["properties"]["transform"]["enum"] = names.into();
    schema
}
