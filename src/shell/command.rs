//! A command wherever it is put together: in the call, in a variable, under a condition.

use tree_sitter::Node;

use super::classify::{Form, List, Takes, classify};
use super::lay::{Brackets, range};
use super::posix::Piece as Part;
use super::read::{is_simple, joins, template};
use super::script::{Script, script};
use super::template::Template;
use super::windows::is_windows_only;
use super::write::{Writer, Written};
use crate::plan::op::{Anchor, Op};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// How commands of a call are to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner<'c> {
    /// What the call can take besides the words.
    pub(super) takes: Takes,
    /// The shell that runs a script, `sh`.
    pub(super) shell: &'c str,
    /// Whether the words are a list or arguments.
    pub(super) brackets: Brackets,
    /// Whether a constant that needs a shell may stay as it is.
    pub(super) may_stay: bool,
}

/// What a command becomes.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Edits of the places that put it together, other than the call.
    pub(super) ops: Vec<Op>,
    /// What stands in the call instead of the command; `None` if that stays.
    pub(super) command: Option<(Span, Written)>,
    /// Keywords that the call gains.
    pub(super) keywords: Vec<(&'static str, Vec<Piece>)>,
    /// Why a person should look at it.
    pub(super) doubts: Vec<String>,
    /// Modules that the new code uses.
    pub(super) modules: Vec<&'static str>,
    /// The text that other calls share.
    pub(super) shared: Option<(Span, String)>,
    /// What it rests on.
    pub(super) proof: Vec<String>,
    /// Whether any of it runs as a script.
    pub(super) is_script: bool,
    /// The names of the programs that are run, as far as they are plain.
    pub(super) programs: Vec<Vec<String>>,
}

/// What came of a command.
pub(super) enum Outcome {
    /// It becomes something else.
    Done(Box<Done>),
    /// It is a constant that needs a shell.
    Constant,
    /// It is left, and why.
    Left(String),
}

impl Done {
    pub(super) fn take(&mut self, written: &Written) {
        for doubt in &written.doubts {
            if !self.doubts.contains(doubt) {
                self.doubts.push(doubt.clone());
            }
        }
        if written.needs_shlex {
            self.needs("shlex");
        }
    }

    pub(super) fn needs(&mut self, module: &'static str) {
        if !self.modules.contains(&module) {
            self.modules.push(module);
        }
    }
}

/// Turns the command that an expression yields.
pub(super) fn turn(writer: &Writer, node: Node, manner: Manner) -> Outcome {
    match turned(writer, node, manner) {
        Ok(Some(done)) => Outcome::Done(Box::new(done)),
        Ok(None) => Outcome::Constant,
        Err(why) => Outcome::Left(why),
    }
}

fn turned(writer: &Writer, node: Node, manner: Manner) -> Result<Option<Done>, String> {
    let module = writer.module;
    let inner = tree::unparenthesised(node);
    if inner.kind() == "identifier" {
        return super::variable::turned(writer, inner, manner);
    }
    if module.holds_comment(range(module, inner)) {
        return Err("a comment stands inside the command".to_owned());
    }
    let mut done = Done::default();
    if inner.kind() == "conditional_expression" && manner.brackets == Brackets::None {
        let manner = Manner { brackets: Brackets::List, ..manner };
        let Some(found) = expression(writer, inner, manner, &mut done, manner.may_stay)? else {
            return Ok(None);
        };
        let mut written = Written::default();
        written.text("*(");
        written.extend(found);
        written.text(")");
        done.command = Some((range(module, inner), written));
        return Ok(Some(done));
    }
    let written = expression(writer, inner, manner, &mut done, manner.may_stay)?;
    let Some(written) = written else { return Ok(None) };
    done.command = Some((range(module, inner), written));
    Ok(Some(done))
}

/// What takes the place of an expression that yields a command: one command, or one of two.
/// `None` for constants that need a shell.
pub(super) fn expression(
    writer: &Writer,
    node: Node,
    manner: Manner,
    done: &mut Done,
    may_stay: bool,
) -> Result<Option<Written>, String> {
    let module = writer.module;
    let node = tree::unparenthesised(node);
    if node.kind() == "conditional_expression" {
        let parts = tree::children(node);
        let [yes, condition, no] = parts[..] else {
            return Err("the command cannot be read".to_owned());
        };
        if [yes, no].iter().any(|side| is_windows_only(module, *side)) {
            return Err("one of the commands is for Windows".to_owned());
        }
        if is_constant(module, yes)
            && is_constant(module, no)
            && may_stay
            && needs_shell(module, &[yes, no], manner)
        {
            return Ok(None);
        }
        let takes = Takes::NOTHING;
        let manner = Manner { takes, brackets: Brackets::List, ..manner };
        let missing = || "the command cannot be read".to_owned();
        let left = expression(writer, yes, manner, done, false)?.ok_or_else(missing)?;
        let right = expression(writer, no, manner, done, false)?.ok_or_else(missing)?;
        let mut written = Written::default();
        written.extend(left);
        written.pieces.push(Piece::Original(Span::new(
            super::lay::whole_end(module, yes),
            condition.start_byte(),
        )));
        written.pieces.push(Piece::Original(tree::span(condition)));
        written.pieces.push(Piece::Original(Span::new(
            condition.end_byte(),
            super::lay::whole_start(module, no),
        )));
        written.extend(right);
        return Ok(Some(written));
    }
    if let Some(list) = joins(module, node)
        && template(module, node).is_none()
    {
        return super::joined::joined(writer, list, manner, done).map(Some);
    }
    let Some(read) = template(module, node) else {
        return Err(
            "the command comes from elsewhere as one text; hand it over as a list".to_owned()
        );
    };
    let read = read?.trimmed();
    one(writer, node, &read, manner, done, may_stay)
}

fn is_constant(module: &Module, node: Node) -> bool {
    matches!(template(module, node), Some(Ok(read)) if read.values.is_empty())
}

fn needs_shell(module: &Module, nodes: &[Node], manner: Manner) -> bool {
    nodes.iter().any(|node| {
        let Some(Ok(read)) = template(module, *node) else { return true };
        !matches!(classify(&read.trimmed().text, manner.takes), Ok(Form::List(_)))
    })
}

/// What takes the place of one command.
fn one(
    writer: &Writer,
    node: Node,
    read: &Template,
    manner: Manner,
    done: &mut Done,
    may_stay: bool,
) -> Result<Option<Written>, String> {
    let is_constant = read.values.is_empty();
    let form = match classify(&read.text, manner.takes) {
        Ok(form) => form,
        // A constant is no injection, whatever it means.
        Err(_) if is_constant && may_stay => return Ok(None),
        Err(why) => return Err(why),
    };
    match form {
        Form::Script(_) if is_constant && may_stay => Ok(None),
        Form::Script(why) => {
            let doubt = format!("it still needs a shell, for {why}");
            if !done.doubts.contains(&doubt) {
                done.doubts.push(doubt);
            }
            as_script(writer, node, read, manner, done).map(Some)
        }
        Form::List(list) => {
            refuse_assignment(writer, read, &list)?;
            if writer.prefers_script && !is_constant {
                note_command(writer, read, &list, done);
                return as_script(writer, node, read, manner, done).map(Some);
            }
            let written = writer.list(node, read, &list, manner.brackets)?;
            done.take(&written);
            note_command(writer, read, &list, done);
            add_keywords(writer, read, &list, done)?;
            Ok(Some(written))
        }
    }
}

/// A constant script that is handed the values.
fn as_script(
    writer: &Writer,
    node: Node,
    read: &Template,
    manner: Manner,
    done: &mut Done,
) -> Result<Written, String> {
    done.is_script = true;
    let script = parameterised(writer.module, read)?;
    let written = writer.script(node, read, &script, &[manner.shell, "-c"], manner.brackets)?;
    done.take(&written);
    Ok(written)
}

/// The script of a command: equal values that can be worked out once are one parameter.
pub(super) fn parameterised(module: &Module, read: &Template) -> Result<Script, String> {
    let same = |a: usize, b: usize| {
        let (a, b) = (&read.values[a], &read.values[b]);
        let node = module.nodes().covering(a.at);
        module.slice(a.at) == module.slice(b.at)
            && (&a.suffix, &a.format) == (&b.suffix, &b.format)
            && node.is_some_and(is_simple)
    };
    script(&read.text, &same)
}

/// Refuses a first word that a shell may take for the assignment of a variable.
fn refuse_assignment(writer: &Writer, read: &Template, list: &List) -> Result<(), String> {
    let Some(first) = list.words.first() else { return Ok(()) };
    let holds = |piece: &Part| match piece {
        Part::Text(text) => text.contains('='),
        Part::Value { index, .. } => {
            let node = writer.module.nodes().covering(read.values[*index].at);
            let text = node.and_then(|node| writer.text_of_name(node));
            text.is_some_and(|text| text.contains('='))
        }
    };
    if first.pieces.iter().any(holds) {
        return Err("the command may begin with a variable that it sets".to_owned());
    }
    Ok(())
}

/// Notes the program that is run, and whether a value says which.
pub(super) fn note_command(writer: &Writer, read: &Template, list: &List, done: &mut Done) {
    let Some(first) = list.words.first() else { return };
    let plain = list.words.iter().map(|word| word.plain().unwrap_or_default().to_owned());
    done.programs.push(plain.collect());
    for index in first.values() {
        let value = &read.values[index];
        let Some(node) = writer.module.nodes().covering(value.at) else { continue };
        let resolved = writer.module.names.resolve(node, writer.module.text());
        if resolved.single() != Some("sys.executable") {
            let shown = super::literal::short(writer.module.slice(value.at));
            done.doubts.push(format!("`{shown}` says which program is run"));
        }
    }
}

fn add_keywords(
    writer: &Writer,
    read: &Template,
    list: &List,
    done: &mut Done,
) -> Result<(), String> {
    if !list.environment.is_empty() {
        let mut pieces = Vec::new();
        for (index, (name, word)) in list.environment.iter().enumerate() {
            if list.environment[index + 1..].iter().any(|(later, _)| later == name) {
                continue;
            }
            pieces
                .push(Piece::text(format!(", {}: ", super::literal::literal(name, writer.quote))));
            let written = writer.single(read, word)?;
            done.take(&written);
            pieces.extend(written.pieces);
        }
        done.keywords.push(("env", pieces));
    }
    if let Some(folder) = &list.folder {
        let written = match folder.value() {
            Some((index, false)) => writer.parameter(&read.values[index])?,
            _ => writer.single(read, folder)?,
        };
        if folder.values().any(|v| writer.module.slice(read.values[v].at).contains("dirname(")) {
            done.doubts.push("the folder may be empty, which is none to Python".to_owned());
        }
        done.take(&written);
        done.keywords.push(("cwd", written.pieces));
    }
    for (name, stream) in [("stdin", list.stdin), ("stdout", list.stdout), ("stderr", list.stderr)]
    {
        if let Some(stream) = stream {
            done.keywords.push((name, vec![Piece::text(stream)]));
        }
    }
    Ok(())
}

/// The anchor of a range of a module.
pub(super) fn at(module: &Module, range: Span) -> Anchor {
    Anchor { file: module.file, range }
}
