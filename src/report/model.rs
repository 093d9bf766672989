//! What the reports show, as plain data without borrowed texts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::exposure::Exposure;
use crate::python::module::Module;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Position {
    /// The line, 1-based.
    pub line: usize,
    /// The column in characters, 1-based.
    pub column: usize,
}

impl Position {
    /// Where an offset of a module's text stands.
    pub fn at(module: &Module, offset: usize) -> Self {
        let line = module.lines.of(offset) + 1;
        Self { line, column: module.lines.column(module.text(), offset) + 1 }
    }
}

/// A finding as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingView {
    /// The transform that found it, `torch-load`.
    pub transform: &'static str,
    /// How sure its fix is: `auto`, `review` or `report`.
    pub level: &'static str,
    /// The file, relative to the root.
    pub path: PathBuf,
    /// Where the unsafe call begins.
    pub start: Position,
    /// Behind the last character of the unsafe call.
    pub end: Position,
    /// Why it is unsafe, in one sentence.
    pub message: String,
    /// What to do; may be empty.
    pub advice: String,
    /// The sink as the catalogue spells it, `torch.load`.
    pub sink: String,
    /// The line of code the call begins in.
    pub source_line: String,
    /// What of that line is marked: the first column (1-based) and the length, in characters.
    pub caret: (usize, usize),
    /// What reaches it.
    pub exposure: Exposure,
    /// By which way; `None` if nothing does, or nobody asked.
    pub way: Option<WayView>,
}

/// The way from a web request or a command line to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayView {
    /// Where it begins, `POST /generate`.
    pub entry: String,
    /// The functions from there to the finding, which the last one holds.
    pub steps: Vec<StepView>,
}

/// A function on a way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepView {
    /// The file.
    pub path: String,
    /// The line, 1-based, in which it calls the next one; of the last, the line of the finding.
    pub line: usize,
    /// The qualified name of the function, `<module>` for the code at the top of a module.
    pub name: String,
}

/// An unsafe-looking place that stays, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionView {
    /// The transform that would have reported it.
    pub transform: &'static str,
    /// Why it may stay: `documented`, `guarded`, `safe` or `constant`.
    pub kind: &'static str,
    /// The file, relative to the root.
    pub path: PathBuf,
    /// Where the call begins.
    pub start: Position,
    /// Behind the last character of the call.
    pub end: Position,
    /// The sink as the catalogue spells it.
    pub sink: String,
    /// The justification as written, or what makes it safe.
    pub reason: String,
}

/// What the command was asked to do with what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Report only.
    #[default]
    Check,
    /// Show the changes.
    Diff,
    /// Apply the changes.
    Fix,
    /// Apply the changes that a person approved.
    Review,
}

impl Mode {
    /// Whether changes were written.
    pub fn applies(self) -> bool {
        matches!(self, Self::Fix | Self::Review)
    }
}

/// The counts at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Open findings by transform; what was fixed does not count.
    pub findings: BTreeMap<&'static str, usize>,
    /// Findings that were fixed.
    pub fixed: usize,
    /// Open findings that `fix` would fix as it was called.
    pub fixable: usize,
    /// Open findings whose fix waits for a review.
    pub held_for_review: usize,
    /// Open findings whose fix is held back, for its diff would show a secret.
    pub held_for_secrets: usize,
    /// Open findings without a fix.
    pub left: usize,
    /// How many were left for which reason.
    pub left_reasons: BTreeMap<String, usize>,
    /// Findings that the baseline holds; they count nowhere else.
    pub known: usize,
    /// Entries of the baseline whose findings are gone.
    pub gone: usize,
    /// Unsafe-looking places that stay, and why is known.
    pub exceptions: usize,
    /// Files that were not looked at, by cause.
    pub skipped: BTreeMap<String, usize>,
    /// Files with a syntax error.
    pub syntax_errors: usize,
    /// Things that went wrong, each reported where it happened.
    pub errors: usize,
    /// Fixes that were given up, for they did not hold together with others or broke the file.
    pub dropped: usize,
    /// Changed lines that are now longer than the project's configuration allows.
    pub long_lines: usize,
    /// Only findings on lines changed since this revision count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_since: Option<String>,
    /// What the command did.
    pub mode: Mode,
}
