//! The small closed set of meanings an edit can have. An op is anchored on the original snapshot
//! by byte ranges of the module's text and says what should be so, not which bytes change: two
//! ops that add an argument to one call need a comma between them only if both are approved.

use crate::workspace::span::Span;

use crate::workspace::FileId;
use crate::workspace::source::Piece;

/// A place in a module's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// The module's file.
    pub file: FileId,
    /// Bytes of the module's text.
    pub range: Span,
}

/// One meaning. Ops that are equal are one op.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// The call has the keyword argument with this value: an argument of that name is replaced,
    /// else one is added last, before a `**splat`.
    SetArgument {
        /// The whole call expression.
        call: Anchor,
        /// The keyword.
        name: String,
        /// Its value.
        value: Vec<Piece>,
    },
    /// The call no longer has the argument.
    DropArgument {
        /// The whole call expression.
        call: Anchor,
        /// The whole argument, a keyword's name included.
        argument: Span,
    },
    /// The expression is another one.
    ReplaceExpression {
        /// The expression.
        at: Anchor,
        /// The new one.
        pieces: Vec<Piece>,
    },
    /// The function has the parameter, placed so that no positional argument changes its meaning.
    AddParameter {
        /// The whole function definition or lambda.
        function: Anchor,
        /// The parameter's name.
        name: String,
        /// Its annotation, if the signature is annotated.
        annotation: Option<String>,
        /// Its default.
        default: String,
    },
    /// The parameter has this default.
    SetDefault {
        /// The whole parameter with a default.
        parameter: Anchor,
        /// The new default.
        value: String,
    },
    /// The docstring documents the parameter, if it documents its siblings.
    DocumentParameter {
        /// The whole function definition.
        function: Anchor,
        /// The parameter's name.
        name: String,
        /// Its type as the docstring's style writes it.
        kind: String,
        /// One sentence.
        text: String,
    },
    /// The name is importable where it is used.
    EnsureImport {
        /// A place that needs the name.
        at: Anchor,
        /// The absolute module, `os.path`.
        module: String,
        /// The name that is imported from it, `None` for the module itself.
        name: Option<String>,
        /// The name it is bound to.
        bound_as: String,
    },
    /// The imported name goes, if nothing that stays uses it.
    DropImport {
        /// The one imported name in its statement, alias included (`load as yload`).
        at: Anchor,
    },
    /// A statement stands before another one, on a line and with the indentation of it.
    InsertStatement {
        /// The statement that follows.
        before: Anchor,
        /// One logical line without indentation and line break.
        text: String,
    },
    /// A statement stands behind another one, or a decorator behind another one, on a line and with
    /// the indentation of it.
    AppendStatement {
        /// The statement or decorator before it.
        after: Anchor,
        /// One logical line without indentation. Where it has several physical ones, each tab at the
        /// beginning of one stands for one level of indentation more.
        text: String,
    },
    /// The statement goes, with its line; the only one of a block leaves `pass`.
    DeleteStatement {
        /// The whole statement.
        at: Anchor,
    },
    /// The comment reads otherwise.
    ReplaceComment {
        /// The whole comment, from `#`.
        at: Anchor,
        /// The new comment, from `#`.
        text: String,
    },
    /// The comment goes, with the white space before it, or with its line if it stands alone.
    DeleteComment {
        /// The whole comment, from `#`.
        at: Anchor,
    },
    /// A comment stands behind the code of one of the lines.
    AddComment {
        /// What it is about.
        at: Anchor,
        /// The comment, from `#`.
        text: String,
    },
    /// The lines read as a person wants them.
    RewriteLines {
        /// Whole lines.
        at: Anchor,
        /// The new lines, each with its line feed.
        text: String,
    },
}

impl Op {
    /// The place the op is anchored at.
    pub fn anchor(&self) -> &Anchor {
        match self {
            Self::SetArgument { call, .. } | Self::DropArgument { call, .. } => call,
            Self::AddParameter { function, .. } | Self::DocumentParameter { function, .. } => {
                function
            }
            Self::SetDefault { parameter, .. } => parameter,
            Self::InsertStatement { before, .. } => before,
            Self::AppendStatement { after, .. } => after,
            Self::ReplaceExpression { at, .. }
            | Self::EnsureImport { at, .. }
            | Self::DropImport { at }
            | Self::DeleteStatement { at }
            | Self::ReplaceComment { at, .. }
            | Self::DeleteComment { at }
            | Self::AddComment { at, .. }
            | Self::RewriteLines { at, .. } => at,
        }
    }
}
