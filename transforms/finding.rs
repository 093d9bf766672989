//! What a transform finds.

use crate::workspace::span::Span;

use crate::plan::op::{Anchor, Op};
use crate::workspace::FileId;

/// How sure a fix is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The program keeps its behaviour for trusted input, or fails closed with a clear error.
    Auto,
    /// Depends on what the author meant.
    Review,
    /// No mechanical fix.
    Report,
}

/// One place that trusts what it should not.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The transform that found it, `torch-load`.
    pub transform: &'static str,
    /// The file.
    pub file: FileId,
    /// The unsafe expression in the module's text: the call, never its comment.
    pub range: Span,
    /// The qualified name of the function or class around it, `Engine.load`, empty at module level.
    pub scope: String,
    /// The sink as the catalogue spells it, `torch.load`, whatever the alias in the source.
    pub sink: String,
    /// Why it is unsafe, in one sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
}

/// What follows from a finding.
#[derive(Debug, Clone)]
pub enum Remedy {
    /// Edits that the transform knows by itself.
    Ops(Fix),
    /// A decision to hand through the program.
    Thread(ThreadRequest),
    /// A command to turn into an argument list.
    Shell(ShellRequest),
    /// Nothing mechanical: the reason, with what to do.
    Report(String),
    /// It stays, and why it may: no finding, but named.
    Exception(Exception),
}

/// The edits that fix a finding.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What the change does, `write weights_only=True`.
    pub title: String,
    /// Why the level is not auto, or what else the person should know; may be empty.
    pub reason: String,
    /// How sure it is.
    pub level: Level,
    /// The edits.
    pub ops: Vec<Op>,
    /// Findings that share this text are fixed by one change (a loader imported for all of
    /// them). Empty: the finding is its own change.
    pub group: Option<Group>,
}

/// A text that several findings share, whose edit fixes all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Where it stands in the module's text.
    pub at: Span,
    /// The qualified name of the function or class around it, empty at module level.
    pub scope: String,
    /// What it is, whatever its layout: the id of the change is made of it.
    pub name: String,
}

/// A hardcoded decision that belongs to a caller.
#[derive(Debug, Clone)]
pub struct ThreadRequest {
    /// The expression to be replaced by what carries the decision.
    pub value: Anchor,
    /// The parameter's name, `trust_remote_code`.
    pub parameter: String,
    /// The literal that is safe where nothing can carry the decision.
    pub safe: String,
    /// What the parameter means, one sentence for docstrings and help texts.
    pub documentation: String,
}

/// A shell command whose text is put together from values.
#[derive(Debug, Clone)]
pub struct ShellRequest {
    /// The whole call.
    pub call: Anchor,
    /// The expression that yields the command.
    pub command: Span,
    /// The callable as the catalogue spells it, `subprocess.run`.
    pub callee: String,
}

/// Why an unsafe pattern stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// What kind of exception it is.
    pub kind: ExceptionKind,
    /// The justification as the author wrote it, or what makes it safe.
    pub reason: String,
}

/// The kinds of exception, as the JSON names them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ExceptionKind {
    /// A comment says why it is necessary and why it is safe.
    Documented,
    /// A literal behind the user's own decision.
    Guarded,
    /// A loader that derives from a safe one.
    Safe,
    /// A constant shell command.
    Constant,
}
