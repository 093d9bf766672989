//! Lines for a person. One that cannot be written is lost, which is no reason to stop half way.

use std::io::Write;

/// Writes a line to standard error.
pub(super) fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes text that ends its own lines to standard error.
pub(super) fn note_text(text: &str) {
    let _ = write!(std::io::stderr(), "{text}");
}

/// Writes a line to standard output.
pub(super) fn print_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
