//! Deleting comments.

use super::Edit;
use crate::python::module::Module;
use crate::workspace::span::Span;

/// The edit that deletes a comment: with the white space before it behind code, with its line
/// where it stands alone.
pub fn delete(module: &Module, comment: Span) -> Edit {
    let line = module.lines.span(module.lines.of(comment.start));
    let before = &module.text()[line.start..comment.start];
    if before.trim().is_empty() {
        let ends_text = line.end == module.text().len() && !module.slice(line).ends_with('\n');
        if ends_text {
            return Edit::delete(Span::new(line.start, comment.end));
        }
        return Edit::delete(line);
    }
    Edit::delete(Span::new(line.start + before.trim_end().len(), comment.end))
}
