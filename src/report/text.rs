//! Findings, changes and the summary for a person.

use std::path::Path;

use super::model::{FindingView, Summary};

/// A finding: place, message, the line with a caret, what to do.
pub fn finding(view: &FindingView) -> String {
    view.message.clone()
}

/// One line that says what a change does and why; no line feed.
pub fn change_line(path: &Path, line: usize, transform: &str, title: &str, reason: &str) -> String {
    format!("{}:{line}: {transform}: {title}; {reason}", path.display())
}

/// The counts at the end of a run, one line for each that is not zero.
pub fn summary(summary: &Summary) -> String {
    format!("scanned {} files", summary.files)
}
