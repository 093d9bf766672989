//! Where an argument, a parameter, an import or a statement goes, and with which commas,
//! indentation and line breaks. Everything here describes edits of one module's text.

pub mod argument;
pub mod comment;
pub mod docstring;
pub mod import;
pub mod list;
pub mod new_import;
pub mod parameter;
pub mod statement;
mod type_comment;

pub use list::is_marker;

use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// One replacement. Parts of the original among the pieces stay as they are, or as other edits
/// make them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// The new text.
    pub pieces: Vec<Piece>,
}

impl Edit {
    /// Inserts text.
    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self { span: Span::at(offset), pieces: vec![Piece::text(text)] }
    }

    /// Replaces a span by text.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, pieces: vec![Piece::text(text)] }
    }

    /// Removes a span.
    pub fn delete(span: Span) -> Self {
        Self { span, pieces: Vec::new() }
    }

    /// Inserts pieces.
    pub fn insert_pieces(offset: usize, pieces: Vec<Piece>) -> Self {
        Self { span: Span::at(offset), pieces }
    }
}
