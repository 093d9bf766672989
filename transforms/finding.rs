//! What a transform finds.

use std::path::PathBuf;
use std::sync::Arc;

use crate::workspace::span::Span;

use super::sinks::Sink;
use crate::config::PythonVersion;
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

/// Where transforms add what they find.
#[derive(Debug, Default)]
pub struct Findings {
    /// What was found.
    pub list: Vec<Finding>,
    /// What the project wants of the module.
    pub policy: Policy,
}

/// What a project wants of a module.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Words that a justification must have at least.
    pub exception_words: usize,
    /// Unsafe callables of the project's own.
    pub sinks: Arc<[Sink]>,
    /// The oldest Python that the project runs on.
    pub python: PythonVersion,
}

impl Default for Policy {
    fn default() -> Self {
        Self { exception_words: 4, sinks: Arc::default(), python: PythonVersion::default() }
    }
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
    /// What the fix rests on, one fact a line: who gains a parameter, what carries the decision.
    pub proof: Vec<String>,
    /// The way of a decision that is handed through functions.
    pub chain: Option<Arc<Chain>>,
    /// Calls that may be part of the way, which are taken for it by their names alone: changes of
    /// their own.
    pub offers: Vec<Offer>,
    /// Other ways to fix the finding, of which one can be taken instead: their edits stand alone.
    pub alternatives: Vec<Offer>,
}

impl Fix {
    /// Edits that stand by themselves. `reason` says why the level is not auto; it may be empty.
    pub fn new(title: impl Into<String>, reason: &str, level: Level, ops: Vec<Op>) -> Self {
        Self {
            title: title.into(),
            reason: reason.to_owned(),
            level,
            ops,
            group: None,
            proof: Vec::new(),
            chain: None,
            offers: Vec::new(),
            alternatives: Vec::new(),
        }
    }
}

/// A line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The file.
    pub file: FileId,
    /// The line, 1-based.
    pub line: usize,
}

/// The way of a decision through a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The functions from the hardcoded value to an end, `load_model <- Engine.__init__`; the
    /// first way, where there are several.
    pub way: Vec<String>,
    /// Who gains a parameter or an attribute.
    pub hosts: Vec<Link>,
    /// The calls that hand the decision on, with what shows that they are.
    pub callers: Vec<Link>,
    /// Where it ends, and how.
    pub ends: Vec<Link>,
    /// How programs are run so that the decision is yes, `python -m tool --trust-remote-code`.
    pub usages: Vec<Link>,
    /// Calls that are left as they are, and why.
    pub left: Vec<Link>,
    /// Assertions about mocks of what gains a parameter.
    pub mocks: Vec<Elsewhere>,
    /// Lines of files other than Python that run a script which behaves otherwise now.
    pub runs: Vec<Elsewhere>,
    /// Mappings of YAML files that fill objects which gain a field.
    pub settings: Vec<Elsewhere>,
}

/// A line of a file that is not edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    /// The file's path relative to the root.
    pub path: PathBuf,
    /// The line, 1-based.
    pub line: usize,
    /// What it speaks of: a function's name, a script's path.
    pub about: String,
}

/// One place on the way of a decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Where.
    pub at: Spot,
    /// The qualified name of the function or class there, empty at module level.
    pub name: String,
    /// What is so, or why.
    pub text: String,
}

/// A change that is offered beside a fix, or instead of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What tells it from others of the same transform, whatever is around it.
    pub key: String,
    /// What it does.
    pub title: String,
    /// Why it needs a review.
    pub reason: String,
    /// The edits. What is offered beside a fix is applied with those of the fix.
    pub ops: Vec<Op>,
    /// What it rests on.
    pub proof: Vec<String>,
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
    /// What gives way to the caller's decision.
    pub place: ThreadPlace,
    /// What is decided.
    pub decision: &'static Decision,
    /// How sure the fix is as far as the transform can tell.
    pub level: Level,
    /// Why the level is not auto; may be empty.
    pub reason: String,
}

/// What gives way to the caller's decision.
#[derive(Debug, Clone)]
pub enum ThreadPlace {
    /// An expression: what carries the decision takes its place. `target` is what it is assigned
    /// to, which cannot carry the decision itself.
    Value {
        /// The expression.
        at: Anchor,
        /// The target of the assignment whose value it is.
        target: Option<Span>,
    },
    /// A statement that binds a local of the parameter's name: the parameter takes its place.
    Local {
        /// The whole statement.
        at: Anchor,
    },
    /// The default of a parameter: the safe literal takes its place, and who calls the function
    /// and says nothing hands the decision on.
    Default {
        /// The literal.
        at: Anchor,
        /// The whole function definition.
        function: Span,
        /// The parameter's name.
        parameter: String,
    },
}

impl ThreadPlace {
    /// Where it stands.
    pub fn anchor(&self) -> &Anchor {
        match self {
            Self::Value { at, .. } | Self::Local { at } | Self::Default { at, .. } => at,
        }
    }
}

/// What a caller decides.
#[derive(Debug, PartialEq, Eq)]
pub struct Decision {
    /// The parameter that a function gains, `trust_remote_code`.
    pub parameter: &'static str,
    /// Whether a project may call that parameter otherwise.
    pub renamable: bool,
    /// The argument of the unsafe callable: a parameter of that name carries the decision too.
    pub argument: &'static str,
    /// The literal that is safe where nothing can carry the decision.
    pub safe: &'static str,
    /// The annotation of the parameter.
    pub annotation: &'static str,
    /// What the parameter means, one sentence for docstrings.
    pub documentation: &'static str,
    /// The help text of a flag or field, for the person who runs the program.
    pub help: &'static str,
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
    /// Why a person should look at what becomes of it; may be empty.
    pub doubt: String,
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
    /// It is safe where it stands: a loader that derives from a safe one, a context that serves.
    Safe,
    /// A constant shell command.
    Constant,
}
