//! Words that are joined with blanks, only to be split again by a shell: the list itself runs.

use tree_sitter::Node;

use super::classify::{Form, classify};
use super::command::{Done, Manner, at, note_command};
use super::lay::Brackets;
use super::literal::short;
use super::posix::{Token, tokens};
use super::read::template;
use super::template::{Template, Value};
use super::write::{Writer, Written};
use crate::plan::op::Op;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What is known of joined words.
struct Known {
    /// The words, as far as they are known; an unknown list stands for one value.
    words: Template,
    /// Whether each element is known to be one word.
    is_sure: bool,
    /// The edits that split elements which are several words.
    ops: Vec<Op>,
}

/// How many lists are followed.
const DEEPEST: usize = 4;

/// What takes the place of `" ".join(list)`: the list.
pub(super) fn joined(
    writer: &Writer,
    list: Node,
    manner: Manner,
    done: &mut Done,
) -> Result<Written, String> {
    let mut known = Known { words: Template::default(), is_sure: true, ops: Vec::new() };
    elements(writer, list, list, &mut known, 0)?;
    match classify(&known.words.text, manner.takes)? {
        Form::List(found)
            if found.environment.is_empty()
                && found.folder.is_none()
                && (found.stdin, found.stdout, found.stderr) == (None, None, None) =>
        {
            note_command(writer, &known.words, &found, done);
        }
        _ => return Err("the joined words need a shell".to_owned()),
    }
    if !known.is_sure {
        let shown = short(writer.module.text_of(list));
        done.doubts.push(format!("each element of `{shown}` is taken for one word"));
    }
    if !known.ops.is_empty() {
        done.doubts.push("elements of several words are split".to_owned());
    }
    done.ops.extend(known.ops);
    let mut written = Written::default();
    if manner.brackets == Brackets::None {
        written.text("*");
    }
    if list.kind() == "generator_expression" {
        written.text("[");
        let span = tree::span(list);
        written.pieces.push(Piece::Original(Span::new(span.start + 1, span.end - 1)));
        written.text("]");
    } else {
        written.pieces.push(Piece::Original(tree::span(list)));
    }
    Ok(written)
}

fn unread() -> String {
    "the list of words cannot be read".to_owned()
}

/// Adds the elements of a list, as far as they are known. `join` is what is joined in the end.
fn elements(
    writer: &Writer,
    list: Node,
    join: Node,
    known: &mut Known,
    depth: usize,
) -> Result<(), String> {
    let module = writer.module;
    let list = tree::unparenthesised(list);
    if depth > DEEPEST {
        return Err(unread());
    }
    match list.kind() {
        "list" => {
            for element in tree::children(list) {
                if element.kind() == "list_splat" {
                    known.is_sure = false;
                    begins(known, element)?;
                    continue;
                }
                let words = element_of(writer, element, known)?;
                if let Some(words) = words {
                    let range = super::lay::range(module, element);
                    known.ops.push(Op::ReplaceExpression { at: at(module, range), pieces: words });
                }
            }
            Ok(())
        }
        "binary_operator" => {
            let left = list.child_by_field_name("left").ok_or_else(unread)?;
            let right = list.child_by_field_name("right").ok_or_else(unread)?;
            elements(writer, left, join, known, depth + 1)?;
            elements(writer, right, join, known, depth + 1)
        }
        "identifier" => variable(writer, list, join, known, depth),
        "list_comprehension" | "generator_expression" => {
            let body = list.child_by_field_name("body").ok_or_else(unread)?;
            known.is_sure &= writer.is_one_word(body)?;
            if writer.unquoted(body).is_some() {
                return Err("the words are quoted for a shell already".to_owned());
            }
            begins(known, list)
        }
        _ => {
            known.is_sure = false;
            begins(known, list)
        }
    }
}

/// Adds one element; what takes its place if it is several words.
fn element_of(
    writer: &Writer,
    element: Node,
    known: &mut Known,
) -> Result<Option<Vec<Piece>>, String> {
    let module = writer.module;
    if !known.words.text.is_empty() {
        known.words.push(' ', element.start_byte());
    }
    let Some(read) = template(module, element) else {
        known.words.push_value(Value::plain(tree::span(element)));
        known.is_sure &= writer.is_one_word(element)?;
        return Ok(writer.unquoted(element).map(|inner| vec![Piece::Original(inner)]));
    };
    let read = read?;
    known.words.extend(read.clone());
    if writer.is_one_word(element).is_ok() {
        return Ok(None);
    }
    if module.holds_comment(tree::span(element)) {
        return Err("a comment stands inside the command".to_owned());
    }
    let shell = || "the joined words need a shell".to_owned();
    let mut pieces = Vec::new();
    for token in tokens(&read.text).ok_or_else(shell)? {
        let Token::Word(word) = token else { return Err(shell()) };
        if !pieces.is_empty() {
            pieces.push(Piece::text(", "));
        }
        let written = writer.word(&read, &word)?;
        if written.needs_shlex {
            return Err("an element of the list may hold several words".to_owned());
        }
        pieces.extend(written.pieces);
    }
    if pieces.is_empty() {
        return Err("an element of the list is empty".to_owned());
    }
    Ok(Some(pieces))
}

/// An unknown list stands for one value, which cannot say what the command is.
fn begins(known: &mut Known, list: Node) -> Result<(), String> {
    if known.words.text.is_empty() {
        return Err("nothing shows which words are joined".to_owned());
    }
    known.words.push(' ', list.start_byte());
    known.words.push_value(Value::plain(tree::span(list)));
    Ok(())
}

/// A list in a variable, with what is added to it.
fn variable(
    writer: &Writer,
    list: Node,
    join: Node,
    known: &mut Known,
    depth: usize,
) -> Result<(), String> {
    let module = writer.module;
    let scope = module.names.scope_at(list.start_byte());
    let name = module.text_of(list);
    let value = match module.names.bindings(name, scope) {
        [binding] => match binding.kind {
            BindingKind::Assignment { value } => module.nodes().covering(value),
            _ => None,
        },
        _ => None,
    };
    let value = value.map(tree::unparenthesised);
    let Some(value) = value.filter(|v| matches!(v.kind(), "list" | "binary_operator")) else {
        if value.is_some_and(|value| writer.is_made_of_quotes(value)) {
            return Err("the words are quoted for a shell already".to_owned());
        }
        known.is_sure = false;
        return begins(known, list);
    };
    let bound = module.names.binding_scope(name, scope).ok_or_else(unread)?;
    let before = known.ops.len();
    known.is_sure &= bound == scope;
    elements(writer, value, join, known, depth + 1)?;
    let mut others = Vec::new();
    for used in module.names.uses_of(name, bound, module.text()) {
        let node = module.nodes().covering(used).ok_or_else(unread)?;
        if !used_for(writer, node, join, known, depth)? {
            others.push(used);
        }
    }
    let is_split = known.ops.len() > before;
    if is_split && let Some(other) = others.first() {
        let line = module.lines.of(other.start) + 1;
        return Err(format!(
            "elements of `{name}` are several words, and line {line} uses the list as it is"
        ));
    }
    known.is_sure &= !others.iter().any(|used| changes(module, *used));
    Ok(())
}

/// Whether a use of a list may change it in a way that is not read.
fn changes(module: &Module, used: Span) -> bool {
    let parent = module.nodes().covering(used).and_then(|node| module.parent(node));
    parent
        .is_some_and(|parent| matches!(parent.kind(), "attribute" | "subscript" | "argument_list"))
}

/// Reads what a use of a list adds to it; false for a use that is none of the ways to make it.
fn used_for(
    writer: &Writer,
    node: Node,
    join: Node,
    known: &mut Known,
    depth: usize,
) -> Result<bool, String> {
    let module = writer.module;
    if tree::span(join).contains(tree::span(node)) {
        return Ok(true);
    }
    let Some(parent) = module.parent(node) else { return Ok(false) };
    let is_changed = matches!(parent.kind(), "attribute" | "augmented_assignment" | "subscript");
    if is_changed && node.start_byte() > join.end_byte() {
        // The text was made before; the list would have what is added later.
        return Err("the list is changed after it is joined".to_owned());
    }
    let is_left = parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id());
    match parent.kind() {
        "assignment" => Ok(is_left),
        "augmented_assignment" if is_left => {
            let right = parent.child_by_field_name("right").ok_or_else(unread)?;
            elements(writer, right, join, known, depth + 1)?;
            Ok(true)
        }
        "attribute" => added(writer, parent, join, known, depth),
        "argument_list" => Ok(is_length_test(module, parent)),
        "if_statement" | "elif_clause" | "not_operator" => Ok(true),
        _ => Ok(false),
    }
}

/// `list.append(...)` and `list.extend(...)`.
fn added(
    writer: &Writer,
    method: Node,
    join: Node,
    known: &mut Known,
    depth: usize,
) -> Result<bool, String> {
    let module = writer.module;
    let name = method.child_by_field_name("attribute").ok_or_else(unread)?;
    let call = module.parent(method).filter(|call| call.kind() == "call");
    let arguments = call.and_then(|call| call.child_by_field_name("arguments"));
    let arguments = arguments.map(tree::children).unwrap_or_default();
    match (module.text_of(name), &arguments[..]) {
        ("append", [element]) => {
            if let Some(words) = element_of(writer, *element, known)? {
                let mut pieces = vec![Piece::text("[")];
                pieces.extend(words);
                pieces.push(Piece::text("]"));
                let range = super::lay::range(module, tree::unparenthesised(*element));
                known.ops.push(Op::ReplaceExpression { at: at(module, range), pieces });
                let range = tree::span(name);
                let pieces = vec![Piece::text("extend")];
                known.ops.push(Op::ReplaceExpression { at: at(module, range), pieces });
            }
            Ok(true)
        }
        ("extend", [list]) => {
            elements(writer, *list, join, known, depth + 1)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// `len(list) > 0`, which does not depend on how many words an element is.
fn is_length_test(module: &Module, arguments: Node) -> bool {
    let call = module.parent(arguments);
    let callee = call.and_then(|call| call.child_by_field_name("function"));
    let comparison = call.and_then(|call| module.parent(call));
    callee.is_some_and(|callee| module.text_of(callee) == "len")
        && comparison.is_some_and(|comparison| {
            comparison.kind() == "comparison_operator"
                && tree::children(comparison).iter().any(|part| module.text_of(*part) == "0")
        })
}
