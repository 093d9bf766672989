//! What machines read: one object for a whole run, or one object a line. The schema is generated
//! from these types, so that what is written here is what is promised.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::model::{Position, StepView, Summary};
use super::policy::Policy;
use crate::exposure::Exposure;
use crate::transforms::finding::{ExceptionKind, Level};

/// The version of the format. Keys may be added within a version; none changes or goes.
pub const VERSION: u32 = 1;

/// What a run found and what it would do, or did, about it. Paths are relative to the root, with
/// forward slashes. Lines and columns are those of the text that was read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Report {
    /// Which tool in which version wrote this, in which version of the format.
    #[serde(flatten)]
    pub tool: Tool,
    /// What trusts what it should not, in the order of files and places; configurations of other
    /// tools come last.
    pub findings: Vec<Finding>,
    /// The edits that fix findings, each to be applied whole or not at all.
    pub changes: Vec<Change>,
    /// What looks unsafe and stays, and why.
    pub exceptions: Vec<Exception>,
    /// What was not looked at.
    pub skipped: Vec<Skipped>,
    /// What could not be read or written.
    pub errors: Vec<Problem>,
    /// The findings counted by transform and folder; not there for other commands than `check`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Policy>,
    /// The files that `fix` wrote; not there for other commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Vec<String>>,
    /// The counts.
    pub summary: Summary,
}

/// Who wrote a report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tool {
    /// The version of the format. Keys may be added within a version; none changes or goes.
    pub version: u32,
    /// The tool's name.
    pub tool: &'static str,
    /// The tool's version.
    pub tool_version: &'static str,
}

/// This tool.
pub const TOOL: Tool =
    Tool { version: VERSION, tool: "untrust", tool_version: env!("CARGO_PKG_VERSION") };

/// One line of the format that has an object on each line.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line<'a> {
    /// A finding.
    Finding(&'a Finding),
    /// A change.
    Change(&'a Change),
    /// A place that stays.
    Exception(&'a Exception),
    /// A file that was not looked at.
    Skipped(&'a Skipped),
    /// Something that could not be read or written.
    Error(&'a Problem),
    /// A file that `fix` wrote.
    Written(Written<'a>),
    /// The findings counted by transform and folder.
    Policy(&'a Policy),
    /// The last line.
    Summary(End<'a>),
}

/// A file that `fix` wrote.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Written<'a> {
    /// The file.
    pub path: &'a str,
}

/// The counts of a run, and who wrote them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct End<'a> {
    /// Which tool in which version wrote this, in which version of the format.
    #[serde(flatten)]
    pub tool: &'a Tool,
    /// The counts.
    #[serde(flatten)]
    pub summary: &'a Summary,
}

/// One place that trusts what it should not.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// Stays the same when other parts of the file change.
    pub id: String,
    /// The transform that found it, `torch-load`.
    pub transform: String,
    /// How sure its fix is.
    pub level: Level,
    /// The file.
    pub path: String,
    /// Where the unsafe call begins.
    pub start: Position,
    /// Behind the last character of the unsafe call.
    pub end: Position,
    /// Why it is unsafe, in one sentence.
    pub message: String,
    /// What to do; may be empty.
    pub advice: String,
    /// The sink as the catalogue spells it, `torch.load`, whatever the alias in the source.
    pub sink: String,
    /// The qualified name of the function or class around it, empty at module level.
    pub scope: String,
    /// The ids of the changes that fix it.
    pub changes: Vec<String>,
    /// Why there is no change, or why it is held back for a review; null where there is nothing to
    /// ask.
    pub reason: Option<String>,
    /// Whether the baseline holds it: it was known before.
    pub baseline: bool,
    /// Whether it is gone: `fix` wrote a change of it.
    pub fixed: bool,
    /// What reaches it, by the calls of the program; only `check` looks for it, and not for what the
    /// baseline holds. That nothing does is no proof: calls that cannot be resolved do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
    /// Where the way to it begins: `POST /generate`, `python -m tool.serve`; not there where nothing
    /// reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The functions from there to the finding, which the last one holds; not there where nothing
    /// reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_from_entry: Option<Vec<StepView>>,
}

/// What one decision needs: it is applied whole or not at all.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Change {
    /// Stays the same when other parts of the file change.
    pub id: String,
    /// The transform that asks for it.
    pub transform: String,
    /// What it does, `write weights_only=True`.
    pub title: String,
    /// Why it needs a look; may be empty.
    pub reason: String,
    /// How sure it is.
    pub level: Level,
    /// Whether `diff` shows it and `fix` applies it with the options of this run.
    pub applied: bool,
    /// Why it is not applied though its level would be; null otherwise.
    pub dropped: Option<String>,
    /// The ids of the findings that it fixes.
    pub findings: Vec<String>,
    /// The ids of the changes without which it makes no sense.
    pub requires: Vec<String>,
    /// The ids of the changes that do the same in another way.
    pub alternatives: Vec<String>,
    /// Whether it is taken only by a person who prefers it to its alternatives.
    pub is_alternative: bool,
    /// Whether a secret is hidden in its edits or its diff: what they say is not what is written.
    pub masked: bool,
    /// Its edits, in any number of files.
    pub ops: Vec<Op>,
    /// The way of a decision that is handed through the program; null for other changes.
    pub way: Option<Way>,
    /// The steps by which the decision was reached.
    pub proof: Vec<String>,
    /// The unified diff of this change alone, with those that it requires. Null where it cannot be
    /// made alone, and in a file with so many changes that each of them alone would take too long.
    pub diff: Option<String>,
}

/// One edit: what shall be so at a place.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Op {
    /// What it is.
    #[serde(flatten)]
    pub meaning: Meaning,
    /// The file.
    pub path: String,
    /// Where the text that it is about begins.
    pub start: Position,
    /// Behind the last character of it.
    pub end: Position,
}

/// The kinds of edit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Meaning {
    /// The call has the keyword argument with this value.
    SetArgument {
        /// The keyword.
        name: String,
        /// Its value.
        value: String,
    },
    /// The call no longer has the argument.
    DropArgument {
        /// Where the argument stands.
        argument: Place,
    },
    /// The expression is another one.
    ReplaceExpression {
        /// The new one.
        text: String,
    },
    /// The function has the parameter.
    AddParameter {
        /// The parameter's name.
        name: String,
        /// Its annotation, if the signature is annotated.
        annotation: Option<String>,
        /// Its default.
        default: String,
    },
    /// The parameter has this default.
    SetDefault {
        /// The new default.
        value: String,
    },
    /// The docstring documents the parameter.
    DocumentParameter {
        /// The parameter's name.
        name: String,
        /// Its type as the docstring's style writes it.
        r#type: String,
        /// One sentence.
        text: String,
    },
    /// The name is importable.
    EnsureImport {
        /// The absolute module.
        module: String,
        /// The name that is imported from it, null for the module itself.
        name: Option<String>,
        /// The name it is bound to.
        bound_as: String,
    },
    /// The imported name goes, if nothing that stays uses it.
    DropImport {},
    /// A statement stands before the one at the place.
    InsertStatement {
        /// The statement.
        text: String,
    },
    /// A statement stands behind the one at the place.
    AppendStatement {
        /// The statement.
        text: String,
    },
    /// The statement goes.
    DeleteStatement {},
    /// The comment reads otherwise.
    ReplaceComment {
        /// The new comment.
        text: String,
    },
    /// The comment goes.
    DeleteComment {},
    /// A comment stands behind the code there.
    AddComment {
        /// The comment.
        text: String,
    },
    /// The lines read as a person wants them.
    RewriteLines {
        /// The new lines.
        text: String,
    },
}

/// The way of a decision through the program.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Way {
    /// The functions from the hardcoded value to an end; the first way, where there are several.
    pub names: Vec<String>,
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
    /// Assertions of tests about mocks of what gains a parameter.
    pub mocks: Vec<Elsewhere>,
    /// Lines of files other than Python that run a script which behaves otherwise now.
    pub runs: Vec<Elsewhere>,
    /// Mappings of YAML files that fill objects which gain a field: the line of the first key.
    pub settings: Vec<Elsewhere>,
}

/// One place on the way of a decision.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Link {
    /// The file.
    pub path: String,
    /// The line, 1-based.
    pub line: usize,
    /// The qualified name of the function or class there, empty at module level.
    pub name: String,
    /// What is so, or why.
    pub text: String,
}

/// A line of a file that is not edited.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Elsewhere {
    /// The file.
    pub path: String,
    /// The line, 1-based.
    pub line: usize,
    /// What it speaks of: a function's name, a script's path.
    pub about: String,
}

/// A range of text.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Place {
    /// Where it begins.
    pub start: Position,
    /// Behind its last character.
    pub end: Position,
}

/// A place that looks unsafe and stays.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Exception {
    /// Stays the same when other parts of the file change.
    pub id: String,
    /// The transform that would have reported it.
    pub transform: String,
    /// Why it may stay.
    pub kind: ExceptionKind,
    /// The file.
    pub path: String,
    /// Where the call begins.
    pub start: Position,
    /// Behind the last character of the call.
    pub end: Position,
    /// The sink as the catalogue spells it.
    pub sink: String,
    /// The justification as written, or what makes it safe.
    pub reason: String,
    /// Who owns the file.
    pub owners: Vec<String>,
}

/// A file or folder that was not looked at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// Why, as a phrase.
    pub cause: String,
}

/// Something that could not be read or written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Problem {
    /// Its path, as it was named where it is not below the root.
    pub path: String,
    /// Why, in one sentence.
    pub message: String,
}

/// The JSON schema of a report; what a line of the other format holds is `$defs/Line` in it.
pub fn schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.subschema_for::<Line>();
    let mut schema = generator.into_root_schema_for::<Report>();
    schema.insert("title".to_owned(), "The findings of untrust".into());
    serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n"
}
