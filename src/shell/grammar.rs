//! The shell's grammar: where in a command its values stand, and which commands it runs.

use tree_sitter::{Node, Parser, Tree};

use super::posix::{Token, Word, tokens};
use super::template::value_of;
use crate::python::tree::{all_children, children, preorder};

/// The tree of a command; `None` where it is none that the grammar knows.
pub(super) fn parse(text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    let tree = parser.parse(text, None)?;
    (!tree.root_node().has_error()).then_some(tree)
}

/// A command that a script runs.
#[derive(Debug)]
pub(super) struct Command {
    /// Its words without quotes; `None` for one that only a shell can give a meaning.
    pub(super) words: Vec<Option<Word>>,
    /// Whether each word holds a value.
    pub(super) has_value: Vec<bool>,
}

impl Command {
    /// The name without its folder, if it is plain text.
    pub(super) fn name(&self) -> Option<&str> {
        self.plain(0).map(|name| name.rsplit('/').next().unwrap_or(name))
    }

    /// The text of a word without values.
    pub(super) fn plain(&self, index: usize) -> Option<&str> {
        self.words.get(index)?.as_ref()?.plain()
    }
}

/// All commands of a script, those within others too.
pub(super) fn commands(tree: &Tree, text: &str) -> Vec<Command> {
    let nodes = preorder(tree.root_node()).filter(|node| node.kind() == "command");
    nodes
        .map(|node| {
            let parts = children(node).into_iter().filter(|part| {
                !part.kind().ends_with("redirect") && part.kind() != "variable_assignment"
            });
            let parts: Vec<Node> = parts.collect();
            let words = parts.iter().map(|part| word(&text[part.byte_range()])).collect();
            let has_value = |part: &Node| text[part.byte_range()].chars().any(is_mark);
            Command { words, has_value: parts.iter().map(has_value).collect() }
        })
        .collect()
}

fn is_mark(c: char) -> bool {
    value_of(c).is_some()
}

/// A text that is one word.
fn word(text: &str) -> Option<Word> {
    match tokens(text)?.pop()? {
        Token::Word(word) => Some(word),
        Token::Operator(_) => None,
    }
}

/// Whether the grammar sees one simple command of so many words, assignments ahead of it included,
/// in each part of a list.
pub(super) fn agrees(tree: &Tree, counts: &[usize]) -> bool {
    let seen: Vec<usize> = preorder(tree.root_node())
        .filter(|node| node.kind() == "command")
        .map(|node| {
            let parts = all_children(node);
            let is_plain = |part: &&Node| {
                matches!(
                    part.kind(),
                    "command_name"
                        | "word"
                        | "string"
                        | "raw_string"
                        | "concatenation"
                        | "number"
                        | "variable_assignment"
                )
            };
            if parts.iter().all(|part| is_plain(&part)) { parts.len() } else { usize::MAX }
        })
        .collect();
    seen == counts
}

/// Where in a script a value stands, which tells how a parameter is written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Outside quotes.
    Bare,
    /// Between single quotes.
    Single,
    /// Between double quotes, or in the text of a heredoc.
    Double,
}

/// Where the value at a byte stands; why no parameter can stand there.
pub(super) fn place(tree: &Tree, text: &str, byte: usize) -> Result<Place, &'static str> {
    let length = text[byte..].chars().next().map_or(1, char::len_utf8);
    let leaf = tree.root_node().descendant_for_byte_range(byte, byte + length);
    let mut found = None;
    let mut next = leaf;
    while let Some(node) = next {
        match node.kind() {
            "raw_string" => found = found.or(Some(Place::Single)),
            "string" | "heredoc_body" => found = found.or(Some(Place::Double)),
            "heredoc_redirect" => check_heredoc(node, text)?,
            "command_substitution" if text[node.byte_range()].starts_with('`') => {
                return Err("a value stands between backticks");
            }
            // Whatever is around it, a substitution has quotes of its own.
            "command_substitution" => found = found.or(Some(Place::Bare)),
            "arithmetic_expansion" | "expansion" | "simple_expansion" => {
                return Err("a value stands within an expansion of the shell");
            }
            "comment" => return Err("a value stands in a comment of the command"),
            "for_statement" | "variable_assignment" if is_read_again(node, text) => {
                return Err("a value is kept in a variable of the shell, which the script reads");
            }
            "ansi_c_string"
            | "translated_string"
            | "process_substitution"
            | "brace_expression"
            | "regex"
            | "subscript"
            | "array"
            | "function_definition"
            | "variable_name"
            | "file_descriptor"
            | "heredoc_start"
            | "heredoc_end"
            | "c_style_for_statement"
            | "special_variable_name"
            | "extglob_pattern" => {
                return Err("a value stands where no parameter of a script can");
            }
            _ => {}
        }
        next = node.parent();
    }
    let place = found.unwrap_or(Place::Bare);
    check_neighbours(text, byte, length, place)?;
    Ok(place)
}

/// Whether a script reads the variable that a statement of it sets.
fn is_read_again(statement: Node, text: &str) -> bool {
    let name = children(statement).into_iter().find(|child| child.kind() == "variable_name");
    name.is_some_and(|name| {
        let name = &text[name.byte_range()];
        [format!("${name}"), format!("${{{name}")].iter().any(|read| text.contains(read.as_str()))
    })
}

fn check_heredoc(redirect: Node, text: &str) -> Result<(), &'static str> {
    let start = children(redirect).into_iter().find(|child| child.kind() == "heredoc_start");
    let is_quoted = start.is_some_and(|start| text[start.byte_range()].contains(['\'', '"', '\\']));
    if is_quoted { Err("a value stands in a quoted heredoc") } else { Ok(()) }
}

fn check_neighbours(
    text: &str,
    byte: usize,
    length: usize,
    place: Place,
) -> Result<(), &'static str> {
    let before = &text[..byte];
    let slashes = before.chars().rev().take_while(|c| *c == '\\').count();
    if place != Place::Single && slashes % 2 == 1 {
        return Err("a value stands behind a backslash");
    }
    // `$NAME` goes on in what follows it.
    let name = before.trim_end_matches(|c: char| c == '_' || c.is_ascii_alphanumeric());
    let is_variable = name.ends_with('$') && !name.ends_with("\\$");
    let digits = before[name.len()..].starts_with(|c: char| c.is_ascii_digit());
    if place != Place::Single && is_variable && !digits {
        return Err("a value names a variable of the shell");
    }
    let word = before.rsplit([' ', '\t', '\n', ';', '|', '&']).next().unwrap_or_default();
    if place == Place::Bare && word.contains('{') && !word.contains('}') {
        return Err("a value stands within braces, which a shell may expand");
    }
    let after = text[byte + length..].chars().next();
    let is_stream = matches!(after, Some('<' | '>')) || before.ends_with(['&']);
    if place == Place::Bare && is_stream && (before.is_empty() || !before.ends_with("&&")) {
        return Err("a value names a stream of the shell");
    }
    Ok(())
}

/// What a script does itself that parameters would change or be changed by.
pub(super) fn uses_parameters(tree: &Tree, text: &str) -> bool {
    preorder(tree.root_node()).any(|node| match node.kind() {
        "special_variable_name" => !matches!(&text[node.byte_range()], "?" | "$" | "!" | "-"),
        "variable_name" => text[node.byte_range()].bytes().all(|byte| byte.is_ascii_digit()),
        "command_name" => match &text[node.byte_range()] {
            "shift" | "getopts" => true,
            // `set -e` sets an option, `set -- x` the parameters.
            "set" => node.next_sibling().is_none_or(|next| {
                let option = &text[next.byte_range()];
                option == "--" || option == "-" || !option.starts_with(['-', '+'])
            }),
            _ => false,
        },
        "function_definition" => true,
        _ => false,
    })
}
