//! A command that is put together in a variable, which becomes a list.

use tree_sitter::Node;

use super::classify::{Form, Takes, classify};
use super::command::{Done, Manner, at, expression};
use super::lay::{Brackets, range};
use super::posix::{Token, tokens};
use super::read::{is_simple, template};
use super::template::Template;
use super::windows::is_windows_only;
use super::write::{Writer, Written};
use crate::plan::op::Op;
use crate::python::module::Module;
use crate::python::names::ScopeKind;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What is done with the variable.
#[derive(Default)]
struct Uses<'m> {
    /// The expressions that it is given.
    values: Vec<Node<'m>>,
    /// What is added to it.
    added: Vec<Node<'m>>,
    /// Annotations of it.
    types: Vec<Node<'m>>,
    /// Other uses, which keep a text.
    others: Vec<Span>,
}

/// The variable's list; `None` if it is a constant that needs a shell.
pub(super) fn turned(writer: &Writer, node: Node, manner: Manner) -> Result<Option<Done>, String> {
    let module = writer.module;
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    let elsewhere =
        || format!("`{name}` comes from elsewhere as one text; hand the words over as a list");
    let bound = module.names.binding_scope(name, scope).ok_or_else(elsewhere)?;
    let kind = module.names.scopes[bound].kind;
    if bound != scope || kind == ScopeKind::Class {
        return Err(elsewhere());
    }
    let uses = uses(writer, name, bound, node)?;
    if uses.values.is_empty() {
        return Err(elsewhere());
    }
    let is_sole = uses.values.len() == 1 && uses.added.is_empty() && uses.others.is_empty();
    let takes = if is_sole && writer.joint.is_empty() { manner.takes } else { Takes::NOTHING };
    let value_manner = Manner { takes, brackets: Brackets::List, ..manner };
    for value in uses.values.iter().chain(&uses.added) {
        if is_windows_only(module, *value) {
            return Err("one of the commands is for Windows".to_owned());
        }
        if module.holds_comment(range(module, tree::unparenthesised(*value))) {
            return Err("a comment stands inside the command".to_owned());
        }
    }
    let writer = &writer.shown(!uses.others.is_empty());
    let mut done = Done::default();
    if uses.added.is_empty() {
        let may_stay = uses.values.len() == 1 && manner.may_stay;
        for value in &uses.values {
            let written = expression(writer, *value, value_manner, &mut done, may_stay)?;
            let Some(written) = written else { return Ok(None) };
            replace(module, *value, written, &mut done);
        }
        if !done.keywords.is_empty() && !values_are_simple(module, uses.values[0]) {
            let value_manner = Manner { takes: Takes::NOTHING, ..value_manner };
            done = Done::default();
            let written = expression(writer, uses.values[0], value_manner, &mut done, may_stay)?;
            let Some(written) = written else { return Ok(None) };
            replace(module, uses.values[0], written, &mut done);
        }
    } else {
        grown(writer, &uses, &mut done)?;
    }
    if !uses.others.is_empty() && !writer.has(8) {
        return Err("`shlex.join` is not in the oldest Python that this is for".to_owned());
    }
    for used in &uses.others {
        let pieces = vec![
            Piece::text(format!("{}.join(", writer.shlex)),
            Piece::Original(*used),
            Piece::text(")"),
        ];
        done.ops.push(Op::ReplaceExpression { at: at(module, *used), pieces });
        done.needs("shlex");
    }
    for kind in &uses.types {
        let pieces = vec![Piece::text(writer.annotation())];
        done.ops.push(Op::ReplaceExpression { at: at(module, tree::span(*kind)), pieces });
    }
    if manner.brackets == Brackets::None {
        let mut written = Written::default();
        written.text("*");
        written.pieces.push(Piece::Original(tree::span(node)));
        done.command = Some((tree::span(node), written));
    }
    let shared = tree::span(uses.values[0]);
    done.shared = Some((shared, name.to_owned()));
    Ok(Some(done))
}

fn replace(module: &Module, value: Node, written: Written, done: &mut Done) {
    let range = range(module, tree::unparenthesised(value));
    done.ops.push(Op::ReplaceExpression { at: at(module, range), pieces: written.pieces });
}

/// Whether all values of a command can be worked out later as well.
fn values_are_simple(module: &Module, value: Node) -> bool {
    let Some(Ok(read)) = template(module, value) else { return false };
    let node = |at: Span| module.nodes().covering(at);
    read.values.iter().all(|value| node(value.at).is_some_and(is_simple))
}

/// Sorts what is done with a variable; why it cannot become a list.
fn uses<'m>(writer: &Writer<'m>, name: &str, bound: usize, sink: Node) -> Result<Uses<'m>, String> {
    let module = writer.module;
    let mut found = Uses::default();
    let declared = module.names.scopes.iter().any(|scope| scope.declared.contains_key(name));
    if declared {
        return Err(format!("`{name}` is bound from other functions too"));
    }
    let all = module.names.uses_of(name, bound, module.text());
    for used in all {
        let node = module.nodes().covering(used);
        let Some((node, parent)) = node.and_then(|node| Some((node, module.parent(node)?))) else {
            continue;
        };
        let is_left = parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id());
        match parent.kind() {
            _ if used == tree::span(sink) || writer.joint.contains(&used) => {}
            _ if writer.foreign.contains(&used) => {
                return Err(format!("`{name}` is run in another way too"));
            }
            "assignment" if is_left => {
                let statement = module.parent(parent).map(|statement| statement.kind());
                let value = parent.child_by_field_name("right");
                let typed = parent.child_by_field_name("type");
                if let Some(typed) = typed {
                    if module.text_of(typed) != "str" {
                        return Err(format!("`{name}` is annotated"));
                    }
                    found.types.push(typed);
                }
                match value {
                    Some(value) if statement == Some("expression_statement") => {
                        match own_sum(module, value, name) {
                            Some(added) => found.added.push(added),
                            None => found.values.push(value),
                        }
                    }
                    None => {}
                    Some(_) => return Err(format!("`{name}` is one of several targets")),
                }
            }
            "augmented_assignment" if is_left => {
                let is_sum = parent
                    .child_by_field_name("operator")
                    .is_some_and(|o| module.text_of(o) == "+=");
                let right = parent.child_by_field_name("right").filter(|_| is_sum);
                let right = right.ok_or_else(|| format!("`{name}` is changed on its way"))?;
                found.added.push(right);
            }
            "delete_statement" | "global_statement" | "nonlocal_statement" | "for_statement"
            | "with_item" | "as_pattern_target" | "pattern_list" | "tuple_pattern"
            | "named_expression" | "for_in_clause"
                if !is_read(parent, node) =>
            {
                return Err(format!("`{name}` is bound in another way too"));
            }
            _ if is_own_operand(module, node, name) => {}
            _ => match kept(module, node) {
                Kept::AsItIs => {}
                Kept::Text => found.others.push(used),
                Kept::No => {
                    return Err(format!("`{name}` is looked at in a way that a list is not"));
                }
            },
        }
    }
    let bindings = module.names.scopes[bound].bindings.get(name).map_or(0, Vec::len);
    let seen = found.values.len() + found.added.len();
    let is_parameter = module.names.scopes[bound].bindings.get(name).is_some_and(|bindings| {
        bindings.iter().any(|b| matches!(b.kind, crate::python::names::BindingKind::Parameter))
    });
    if is_parameter || bindings > seen {
        return Err(format!(
            "`{name}` comes from elsewhere as one text; hand the words over as a list"
        ));
    }
    Ok(found)
}

/// What a use of a text needs once it is a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing: a list is as empty as its text, and as little None.
    AsItIs,
    /// The text.
    Text,
    /// It cannot be told.
    No,
}

/// What a use of a command needs once that is a list.
pub(super) fn kept(module: &Module, node: Node) -> Kept {
    let Some(parent) = module.parent(node) else { return Kept::Text };
    let is_field =
        |name: &str| parent.child_by_field_name(name).is_some_and(|field| field.id() == node.id());
    match parent.kind() {
        "not_operator" => Kept::AsItIs,
        "if_statement" | "elif_clause" | "while_statement" if is_field("condition") => Kept::AsItIs,
        "comparison_operator" if module.text_of(parent).ends_with("None") => Kept::AsItIs,
        "interpolation" if tree::all_children(parent).iter().any(|c| c.kind() == "=") => Kept::No,
        "argument_list" => {
            let callee =
                module.parent(parent).and_then(|call| call.child_by_field_name("function"));
            match callee.map(|callee| module.text_of(callee)) {
                Some("isinstance" | "type" | "id") => Kept::No,
                _ => Kept::Text,
            }
        }
        _ => Kept::Text,
    }
}

/// What is added in `name = name + added`.
fn own_sum<'m>(module: &Module, value: Node<'m>, name: &str) -> Option<Node<'m>> {
    let value = tree::unparenthesised(value);
    let is_sum = value.kind() == "binary_operator"
        && value.child_by_field_name("operator").is_some_and(|o| module.text_of(o) == "+");
    let left = value.child_by_field_name("left").filter(|_| is_sum)?;
    let is_own = left.kind() == "identifier" && module.text_of(left) == name;
    is_own.then(|| value.child_by_field_name("right")).flatten()
}

/// Whether a use is the variable itself in `name = name + added`.
fn is_own_operand(module: &Module, node: Node, name: &str) -> bool {
    let sum = module.parent(node).filter(|sum| own_sum(module, *sum, name).is_some());
    let target = sum.and_then(|sum| module.parent(sum)).filter(|a| a.kind() == "assignment");
    target.and_then(|a| a.child_by_field_name("left")).is_some_and(|l| module.text_of(l) == name)
}

/// Whether a part of a binding statement is what is read, not what is bound.
fn is_read(parent: Node, node: Node) -> bool {
    ["right", "value"]
        .iter()
        .any(|field| parent.child_by_field_name(field).is_some_and(|part| part.id() == node.id()))
}

/// A command that grows: each piece is whole words.
fn grown(writer: &Writer, uses: &Uses, done: &mut Done) -> Result<(), String> {
    let module = writer.module;
    let mut pieces: Vec<(Node, Template)> = Vec::new();
    for node in uses.values.iter().chain(&uses.added) {
        let read = template(module, *node)
            .ok_or_else(|| "what is added to the command comes from elsewhere".to_owned())??;
        pieces.push((*node, read));
    }
    pieces.sort_by_key(|(node, _)| node.start_byte());
    let is_added = |node: &Node| uses.added.iter().any(|added| added.id() == node.id());
    for (index, (node, read)) in pieces.iter().enumerate() {
        let starts = read.text.starts_with([' ', '\t']);
        let all_end = pieces[..index]
            .iter()
            .all(|(_, before)| before.text.is_empty() || before.text.ends_with([' ', '\t']));
        if is_added(node) && !starts && !all_end {
            return Err("a word of the command is put together in several statements".to_owned());
        }
    }
    let mut whole = Template::default();
    for (node, read) in &pieces {
        // Each of several beginnings is a command of its own.
        if !is_added(node) && uses.values.len() > 1 && !read.trimmed().text.is_empty() {
            simple(&read.trimmed(), Takes::NOTHING)?;
        }
        whole.extend(read.clone());
    }
    simple(&whole.trimmed(), Takes::NOTHING)?;
    for (node, read) in &pieces {
        let inner = tree::unparenthesised(*node);
        let words = tokens(&read.text).ok_or_else(in_shell)?;
        let mut list = super::classify::List::default();
        for token in words {
            let Token::Word(word) = token else { return Err(in_shell()) };
            list.words.push(word);
        }
        let written = writer.list(inner, read, &list, Brackets::List)?;
        done.take(&written);
        if !is_added(node) && !list.words.is_empty() {
            super::command::note_command(writer, read, &list, done);
        }
        replace(module, *node, written, done);
    }
    Ok(())
}

fn in_shell() -> String {
    "the command grows in several statements and needs a shell".to_owned()
}

fn simple(read: &Template, takes: Takes) -> Result<(), String> {
    match classify(&read.text, takes)? {
        Form::List(_) => Ok(()),
        Form::Script(_) => Err(in_shell()),
    }
}
