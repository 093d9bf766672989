//! A command wherever it is put together: in the call, in a variable, under a condition.

use tree_sitter::Node;

use super::classify::{Form, List, Takes, classify};
use super::lay::{Brackets, range};
use super::read::{is_simple, joins, template};
use super::script::{Script, script};
use super::template::Template;
use super::write::{Writer, Written};
use crate::plan::op::{Anchor, Op};
use crate::python::module::Module;
use crate::python::names::BindingKind;
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

/// Turns the command that an expression yields; `call` is the call that runs it.
pub(super) fn turn(writer: &Writer, node: Node, call: Node, manner: Manner) -> Outcome {
    match turned(writer, node, call, manner) {
        Ok(Some(done)) => Outcome::Done(Box::new(done)),
        Ok(None) => Outcome::Constant,
        Err(why) => Outcome::Left(why),
    }
}

fn turned(writer: &Writer, node: Node, call: Node, manner: Manner) -> Result<Option<Done>, String> {
    let module = writer.module;
    let inner = tree::unparenthesised(node);
    if let Some(list) = joins(module, inner)
        && template(module, inner).is_none()
    {
        return joined(writer, inner, list, manner).map(Some);
    }
    if inner.kind() == "identifier" {
        return super::variable::turned(writer, inner, call, manner);
    }
    if module.holds_comment(range(module, inner)) {
        return Err("a comment stands inside the command".to_owned());
    }
    let mut done = Done::default();
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
        if is_constant(module, yes)
            && is_constant(module, no)
            && may_stay
            && needs_shell(module, &[yes, no], manner)
        {
            return Ok(None);
        }
        let takes =
            Takes { environment: false, folder: false, stdout: false, stderr: false, stdin: false };
        let manner = Manner { takes, brackets: Brackets::List, ..manner };
        if manner.brackets == Brackets::None {
            return Err("the command is one of two".to_owned());
        }
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
            done.is_script = true;
            let script = parameterised(writer.module, read)?;
            let doubt = format!("it still needs a shell, for {why}");
            if !done.doubts.contains(&doubt) {
                done.doubts.push(doubt);
            }
            let shell = [manner.shell, "-c"];
            let written = writer.script(node, read, &script, &shell, manner.brackets)?;
            done.take(&written);
            Ok(Some(written))
        }
        Form::List(list) => {
            let written = writer.list(node, read, &list, manner.brackets)?;
            done.take(&written);
            note_command(writer, read, &list, done);
            add_keywords(writer, read, &list, done)?;
            Ok(Some(written))
        }
    }
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
            let shown = super::write::short(writer.module.slice(value.at));
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
        for (name, word) in &list.environment {
            pieces.push(Piece::text(format!(", {}: ", super::write::literal(name, writer.quote))));
            let written = writer.single(read, word)?;
            done.take(&written);
            pieces.extend(written.pieces);
        }
        done.keywords.push(("env", pieces));
    }
    if let Some(folder) = &list.folder {
        let written = writer.single(read, folder)?;
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

/// `" ".join(list)` as the whole command: the list itself, if its elements are the words.
fn joined(writer: &Writer, node: Node, list: Node, manner: Manner) -> Result<Done, String> {
    let module = writer.module;
    let mut done = Done::default();
    let mut known = Template::default();
    let mut is_sure = true;
    elements(writer, list, &mut known, &mut is_sure, 0)?;
    match classify(&known.text, manner.takes)? {
        Form::List(found)
            if found.environment.is_empty()
                && found.folder.is_none()
                && (found.stdin, found.stdout, found.stderr) == (None, None, None) =>
        {
            note_command(writer, &known, &found, &mut done);
        }
        _ => return Err("the joined words need a shell".to_owned()),
    }
    if !is_sure {
        let shown = super::write::short(module.text_of(list));
        done.doubts.push(format!("each element of `{shown}` is taken for one word"));
    }
    let mut written = Written::default();
    if manner.brackets == Brackets::None {
        written.text("*");
    }
    let is_generator = list.kind() == "generator_expression";
    if is_generator {
        written.text("[");
        let span = tree::span(list);
        written.pieces.push(Piece::Original(Span::new(span.start + 1, span.end - 1)));
        written.text("]");
    } else {
        written.pieces.push(Piece::Original(tree::span(list)));
    }
    done.command = Some((range(module, node), written));
    Ok(done)
}

/// Adds the elements of a list to a template, as far as they are known.
fn elements(
    writer: &Writer,
    list: Node,
    known: &mut Template,
    is_sure: &mut bool,
    depth: usize,
) -> Result<(), String> {
    let module = writer.module;
    let list = tree::unparenthesised(list);
    if depth > 4 {
        return Err("the list of words cannot be read".to_owned());
    }
    match list.kind() {
        "list" => {
            for element in tree::children(list) {
                if element.kind() == "list_splat" {
                    *is_sure = false;
                    continue;
                }
                *is_sure &= writer.is_one_word(element)?;
                if !known.text.is_empty() {
                    known.push(' ', element.start_byte());
                }
                match template(module, element) {
                    Some(read) => {
                        known.extend(read?);
                    }
                    None => {
                        known.push_value(super::template::Value::plain(tree::span(element)));
                    }
                }
            }
            Ok(())
        }
        "binary_operator" => {
            let (Some(left), Some(right)) =
                (list.child_by_field_name("left"), list.child_by_field_name("right"))
            else {
                return Err("the list of words cannot be read".to_owned());
            };
            elements(writer, left, known, is_sure, depth + 1)?;
            elements(writer, right, known, is_sure, depth + 1)
        }
        "identifier" => {
            let scope = module.names.scope_at(list.start_byte());
            let name = module.text_of(list);
            let bindings = module.names.bindings(name, scope);
            let [binding] = bindings else {
                *is_sure = false;
                return begins(known, list);
            };
            let BindingKind::Assignment { value } = binding.kind else {
                *is_sure = false;
                return begins(known, list);
            };
            if module.names.binding_scope(name, scope) != Some(scope) {
                *is_sure = false;
            }
            let Some(value) = module.nodes().covering(value) else {
                return Err("the list of words cannot be read".to_owned());
            };
            let value = tree::unparenthesised(value);
            if !matches!(value.kind(), "list" | "binary_operator") {
                *is_sure = false;
                return begins(known, list);
            }
            elements(writer, value, known, is_sure, depth + 1)?;
            grown(writer, list, known, is_sure, depth)
        }
        "list_comprehension" | "generator_expression" => {
            let body = list.child_by_field_name("body");
            let body = body.ok_or_else(|| "the list of words cannot be read".to_owned())?;
            *is_sure &= writer.is_one_word(body)?;
            begins(known, list)
        }
        _ => {
            *is_sure = false;
            begins(known, list)
        }
    }
}

/// An unknown list stands for one value, which cannot say what the command is.
fn begins(known: &mut Template, list: Node) -> Result<(), String> {
    if known.text.is_empty() {
        return Err("nothing shows which words are joined".to_owned());
    }
    known.push(' ', list.start_byte());
    known.push_value(super::template::Value::plain(tree::span(list)));
    Ok(())
}

/// What is added to a list before or after it is joined.
fn grown(
    writer: &Writer,
    list: Node,
    known: &mut Template,
    is_sure: &mut bool,
    depth: usize,
) -> Result<(), String> {
    let module = writer.module;
    let name = module.text_of(list);
    let scope = module.names.scope_at(list.start_byte());
    let Some(bound) = module.names.binding_scope(name, scope) else { return Ok(()) };
    for used in module.names.uses_of(name, bound, module.text()) {
        let Some(node) = module.nodes().covering(used) else { continue };
        let Some(parent) = module.parent(node) else { continue };
        match parent.kind() {
            "attribute" => {
                let method = parent.child_by_field_name("attribute").map(|m| module.text_of(m));
                let call = module.parent(parent).filter(|call| call.kind() == "call");
                let argument = call
                    .and_then(|call| call.child_by_field_name("arguments"))
                    .and_then(|list| tree::children(list).first().copied());
                match (method, argument) {
                    (Some("append"), Some(argument)) => {
                        *is_sure &= writer.is_one_word(argument)?;
                    }
                    (Some("extend"), Some(argument)) => {
                        elements(writer, argument, known, is_sure, depth + 1)?;
                    }
                    (Some("copy" | "index" | "count"), _) => {}
                    _ => *is_sure = false,
                }
            }
            "augmented_assignment" => {
                let right = parent.child_by_field_name("right");
                let right = right.filter(|right| right.id() != node.id());
                if let Some(right) = right {
                    elements(writer, right, known, is_sure, depth + 1)?;
                }
            }
            "subscript" => *is_sure = false,
            _ => {}
        }
    }
    Ok(())
}

/// The anchor of a range of a module.
pub(super) fn at(module: &Module, range: Span) -> Anchor {
    Anchor { file: module.file, range }
}
