//! Adding and deleting comments.

use super::Edit;
use crate::python::module::Module;
use crate::python::tree;
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

/// The edit that adds a comment behind the code of the first line of a span that can end in one, or
/// behind the comment that is there. Lines within strings and those that a backslash continues cannot:
/// `None` if all are such. (A comment above the statement would be about others too.)
pub fn add(module: &Module, span: Span, text: &str) -> Option<Edit> {
    let end = end_of_comment_line(module, span)?;
    Some(Edit::insert(end, format!("  {text}")))
}

/// Where the first line of a span that can end in a comment ends.
pub fn end_of_comment_line(module: &Module, span: Span) -> Option<usize> {
    let (first, last) = (module.lines.of(span.start), module.lines.of(span.end));
    (first..=last).find_map(|line| end_of_code(module, line))
}

/// Where a comment can be added to a 0-based line.
fn end_of_code(module: &Module, line: usize) -> Option<usize> {
    let comment = module.comments.partition_point(|comment| comment.line < line);
    if let Some(comment) = module.comments.get(comment).filter(|comment| comment.line == line) {
        return Some(comment.span.end);
    }
    let span = module.lines.span(line);
    let code = module.slice(span).trim_end();
    let end = span.start + code.len();
    let is_string = |node: tree_sitter::Node| {
        node.kind() == "string" && tree::span(node).start < end && end < tree::span(node).end
    };
    let node = module.nodes().covering(Span::at(end))?;
    let is_within = is_string(node) || module.ancestors(node).any(is_string);
    (!code.is_empty() && !code.ends_with('\\') && !is_within).then_some(end)
}
