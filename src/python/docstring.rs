//! Docstrings, and the parameters that they document.

mod fields;
mod sections;

use tree_sitter::Node;

use super::module::Module;
use super::signature::{Parameter, ParameterKind, Signature};
use super::tree;
use crate::workspace::span::Span;

/// A docstring.
#[derive(Debug, Clone, Copy)]
pub struct Docstring<'t> {
    /// The whole string.
    pub node: Node<'t>,
    /// What stands between its quotes.
    pub content: Span,
    /// Its quotes, `"""` or `'`.
    pub quotes: Span,
    /// Whether a backslash is only a backslash.
    pub raw: bool,
}

/// A docstring that documents parameters.
#[derive(Debug, Clone)]
pub struct Documentation<'t> {
    /// The docstring.
    pub docstring: Docstring<'t>,
    /// How it is written.
    pub style: Style,
    /// The documented parameters, in the order of the text.
    pub entries: Vec<Entry>,
    /// The `:type name:` fields, in the order of the text; only in a docstring of fields.
    pub types: Vec<TypeField>,
}

/// How parameters are documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `Args:` with indented `name (type): text`.
    Google,
    /// `Parameters`, underlined, with `name : type` above an indented text.
    Numpy,
    /// reStructuredText fields, `:param name: text`.
    Sphinx,
}

/// One documented parameter, or several that share an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The names without stars, backslashes and markup.
    pub names: Vec<String>,
    /// From the first character of its first line to the last one of its last line that is not
    /// blank.
    pub span: Span,
    /// Where its last line ends, white space included.
    pub line_end: usize,
    /// The white space before its first line.
    pub indentation: String,
    /// What stands before the first name and its stars: a bullet, markup, the word of a field with
    /// its colon (`:param `).
    pub lead: String,
    /// Whether stars stand before the first name.
    pub starred: bool,
    /// Markup directly behind the last name.
    pub markup: String,
    /// The type without parentheses, with `optional` and the note of a default where they are
    /// written.
    pub kind: Option<String>,
    /// What stands between the name and the opening parenthesis of the type.
    pub gap: String,
    /// What ends the head: ` :`, `:`, ` --`.
    pub separator: String,
    /// The text in the first line, without the white space around it. In `NumPy`'s style there is
    /// none: the type stands there.
    pub text: String,
    /// The white space before its second line, if it has one.
    pub hanging: Option<String>,
    /// Whether a blank line follows.
    pub blank_after: bool,
}

/// A `:type name: kind` field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeField {
    /// The field as an entry: its text is the type.
    pub entry: Entry,
    /// How it stands to the field that documents the same parameter.
    pub place: TypePlace,
}

/// How a `:type` field stands to its `:param` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypePlace {
    /// Directly above it.
    Above,
    /// Directly below it.
    Below,
    /// Elsewhere.
    Apart,
}

/// One line of a docstring.
#[derive(Debug, Clone, Copy)]
struct Line<'m> {
    /// The offset of its first character that is no white space.
    start: usize,
    /// Its characters without the white space around them.
    text: &'m str,
    /// The white space before them.
    indentation: &'m str,
    /// How wide that is, in columns.
    width: usize,
    /// Where the line ends, white space included.
    end: usize,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    fn text_end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The docstring of a function or class definition: a plain string as its first statement.
pub fn of<'t>(definition: Node<'t>, text: &str) -> Option<Docstring<'t>> {
    let body = definition.child_by_field_name("body")?;
    let first = *tree::children(body).first()?;
    if first.kind() != "expression_statement" {
        return None;
    }
    let [expression] = tree::children(first)[..] else { return None };
    let node = tree::unparenthesised(expression);
    if node.kind() != "string" {
        return None;
    }
    let parts = tree::all_children(node);
    let (start, end) = (parts.first()?, parts.last()?);
    let opening = &text[start.byte_range()];
    let prefix = opening.trim_end_matches(['"', '\'']).to_ascii_lowercase();
    if !matches!(prefix.as_str(), "" | "r" | "u" | "ur") || end.kind() != "string_end" {
        return None;
    }
    let content = Span::new(start.end_byte(), end.start_byte());
    let quotes = tree::span(*end);
    Some(Docstring { node, content, quotes, raw: prefix.contains('r') })
}

/// Where the parameters of a function are documented: in its docstring, or for an `__init__` that
/// documents none, in that of its class, if that one knows a parameter of it.
pub fn documentation<'t>(module: &'t Module, function: Node<'t>) -> Option<Documentation<'t>> {
    let text = module.text();
    let signature = Signature::at(function)?;
    let own = of(function, text).and_then(|docstring| read(module, docstring, &signature));
    if own.is_some() {
        return own;
    }
    let name = function.child_by_field_name("name")?;
    if &text[name.byte_range()] != "__init__" {
        return None;
    }
    let definition = class_of(module, function)?;
    let found = of(definition, text).and_then(|docstring| read(module, docstring, &signature))?;
    let known = |entry: &Entry| entry.names.iter().any(|n| signature.binding(n, text).is_some());
    found.entries.iter().any(known).then_some(found)
}

/// The class whose body holds a method directly.
fn class_of<'t>(module: &'t Module, method: Node<'t>) -> Option<Node<'t>> {
    let outer = module.parent(method).filter(|parent| parent.kind() == "decorated_definition");
    let body = module.parent(outer.unwrap_or(method))?;
    module.parent(body).filter(|parent| parent.kind() == "class_definition")
}

/// The documented parameters in a docstring over several lines; `None` if there are none.
fn read<'t>(
    module: &'t Module,
    docstring: Docstring<'t>,
    signature: &Signature,
) -> Option<Documentation<'t>> {
    let lines = lines(module, docstring);
    if lines.len() < 2 || docstring.quotes.len() != 3 {
        return None;
    }
    let with = |style, entries: Vec<Entry>, types| {
        let found = Documentation { docstring, style, entries, types };
        (!found.entries.is_empty()).then_some(found)
    };
    let is_parameter = |name: &str| signature.binding(name, module.text()).is_some();
    with(Style::Numpy, sections::numpy(&lines, &is_parameter), Vec::new())
        .or_else(|| with(Style::Google, sections::google(&lines, &is_parameter), Vec::new()))
        .or_else(|| {
            let (entries, types) = fields::read(&lines);
            with(Style::Sphinx, entries, types)
        })
}

/// The lines of a docstring. The first one, behind the quotes, has the indentation of the line
/// that it stands in.
fn lines<'t>(module: &'t Module, docstring: Docstring) -> Vec<Line<'t>> {
    let content = module.slice(docstring.content);
    let mut found = Vec::new();
    let mut offset = docstring.content.start;
    for whole in content.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let text = line.trim();
        let blanks = line.len() - line.trim_start().len();
        let indentation =
            if found.is_empty() { module.indentation(offset) } else { &line[..blanks] };
        found.push(Line {
            start: offset + blanks,
            text,
            indentation,
            width: width(indentation),
            end: offset + line.len(),
        });
        offset += whole.len();
    }
    found
}

/// How wide white space is, with a tab stop every 8 columns.
fn width(indentation: &str) -> usize {
    indentation.chars().fold(0, |column, c| match c {
        '\t' => column / 8 * 8 + 8,
        '\x0c' => 0,
        _ => column + 1,
    })
}

/// Fills in what an entry has from its lines: `lines[first..]` up to where the next entry or
/// another part begins. Returns `None` if there is no line.
fn extent(entry: Entry, lines: &[Line]) -> Option<Entry> {
    let first = lines.first()?;
    let last = lines.iter().rposition(|line| !line.is_blank())?;
    let hanging = lines[1..].iter().find(|line| !line.is_blank());
    Some(Entry {
        span: Span::new(first.start, lines[last].text_end()),
        line_end: lines[last].end,
        indentation: first.indentation.to_owned(),
        hanging: hanging.map(|line| line.indentation.to_owned()),
        blank_after: last + 1 < lines.len(),
        ..entry
    })
}

/// A name at the beginning of a text, and what follows it. Stars and their backslashes are left
/// out.
fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(['*', '\\']);
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let valid = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (valid && !name.ends_with('.')).then_some((name, rest))
}

impl Entry {
    /// The parameter that it documents.
    pub fn parameter<'s, 't>(
        &self,
        signature: &'s Signature<'t>,
        text: &str,
    ) -> Option<&'s Parameter<'t>> {
        self.names.iter().find_map(|name| signature.binding(name, text))
    }

    /// Whether it documents `*args` or `**kwargs`.
    pub fn is_variadic(&self, signature: &Signature, text: &str) -> bool {
        let kinds = [ParameterKind::VarPositional, ParameterKind::VarKeyword];
        self.parameter(signature, text).is_some_and(|parameter| kinds.contains(&parameter.kind))
            || self.starred
    }
}
