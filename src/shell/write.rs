//! Words as Python writes them.

use tree_sitter::Node;

use super::literal::{escaped, literal, predominant, short};
use super::posix::{Piece as Part, Word};
use super::read::template;
use super::template::{Format, Template, Value};
use super::values::{Kind, Known, known};
use crate::config::PythonVersion;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// Code that is put together, with what it needs and why a person should look at it.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    /// The code.
    pub(super) pieces: Vec<Piece>,
    /// Why it is not sure; empty if it is.
    pub(super) doubts: Vec<String>,
    /// Whether it uses `shlex`.
    pub(super) needs_shlex: bool,
}

impl Written {
    /// Adds code.
    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.pieces.push(Piece::text(text));
    }

    /// Adds other code.
    pub(super) fn extend(&mut self, other: Written) {
        self.pieces.extend(other.pieces);
        self.needs_shlex |= other.needs_shlex;
        for doubt in other.doubts {
            self.doubt(doubt);
        }
    }

    /// Notes why it is not sure.
    pub(super) fn doubt(&mut self, why: String) {
        if !self.doubts.contains(&why) {
            self.doubts.push(why);
        }
    }
}

/// Who writes into a module.
pub(super) struct Writer<'m> {
    pub(super) module: &'m Module,
    /// The oldest Python that the module is for.
    pub(super) python: PythonVersion,
    /// What the module calls `shlex`.
    pub(super) shlex: String,
    /// The quotes of most of its literals.
    pub(super) quote: char,
    /// The places where other calls run the same variable, which becomes a list for all of them.
    pub(super) joint: Vec<Span>,
    /// The places where calls that are turned apart run a variable.
    pub(super) foreign: Vec<Span>,
    /// Whether the list is shown as text too, with `shlex.join`.
    pub(super) is_shown: bool,
    /// Whether commands with values become scripts, though lists would do.
    pub(super) prefers_script: bool,
    /// Calls that are no longer made, of which the imports may go.
    pub(super) dropped: std::rc::Rc<std::cell::RefCell<Vec<Span>>>,
}

impl<'m> Writer<'m> {
    pub(super) fn new(module: &'m Module, python: PythonVersion) -> Self {
        Self {
            module,
            python,
            shlex: "shlex".to_owned(),
            quote: predominant(module),
            joint: Vec::new(),
            foreign: Vec::new(),
            is_shown: false,
            prefers_script: false,
            dropped: std::rc::Rc::default(),
        }
    }

    /// The same, for a list that is shown as text too.
    pub(super) fn shown(&self, is_shown: bool) -> Self {
        Self {
            shlex: self.shlex.clone(),
            joint: self.joint.clone(),
            foreign: self.foreign.clone(),
            dropped: std::rc::Rc::clone(&self.dropped),
            is_shown: self.is_shown || is_shown,
            ..*self
        }
    }

    /// Whether the module can use what came with a version 3.x of Python.
    pub(super) fn has(&self, minor: u8) -> bool {
        (self.python.major, self.python.minor) >= (3, minor)
    }

    /// `list[str]`, as the oldest Python reads it.
    pub(super) fn annotation(&self) -> &'static str {
        if self.has(9) { "list[str]" } else { "list" }
    }

    /// The element of a list that a word is.
    pub(super) fn word(&self, from: &Template, word: &Word) -> Result<Written, String> {
        if let Some(text) = word.plain() {
            let mut written = Written::default();
            written.text(literal(text, self.quote));
            return Ok(written);
        }
        if let Some((index, is_quoted)) = word.value() {
            return self.alone(&from.values[index], is_quoted);
        }
        self.glued(from, word)
    }

    /// A word that is one expression: a folder, the value of a variable.
    pub(super) fn single(&self, from: &Template, word: &Word) -> Result<Written, String> {
        match word.value() {
            Some((index, _)) => self.alone(&from.values[index], true),
            None => self.word(from, word),
        }
    }

    pub(super) fn node(&self, at: Span) -> Result<Node<'m>, String> {
        let node = self.module.nodes().covering(at);
        node.ok_or_else(|| "a value of the command could not be found again".to_owned())
    }

    /// A value that is a word of its own.
    pub(super) fn alone(&self, value: &Value, is_quoted: bool) -> Result<Written, String> {
        let node = self.node(value.at)?;
        let mut written = Written::default();
        if !value.suffix.is_empty() {
            written.text("str(");
            written.extend(self.expression(value)?);
            written.text(")");
            written.doubt(unknown(&self.text_shown(value)));
            return Ok(written);
        }
        let known = known(self.module, node);
        self.refuse_special(value, &known, is_quoted)?;
        if value.format == Format::Plain && !is_quoted {
            match &known.kind {
                Kind::Joined(list) => return self.spread(*list),
                Kind::Optional => return self.choice(node),
                Kind::Words | Kind::Empty => {
                    written.text(format!("*{}.split(", self.shlex));
                    written.extend(self.expression(value)?);
                    written.text(")");
                    written.needs_shlex = true;
                    let many = if known.kind == Kind::Empty { "none" } else { "several words" };
                    written.doubt(format!("`{}` may hold {many}", self.text_shown(value)));
                    return Ok(written);
                }
                _ => {}
            }
        }
        self.one(value, &known)
    }

    /// A value that is one word, whatever it holds.
    pub(super) fn one(&self, value: &Value, known: &Known) -> Result<Written, String> {
        let mut written = Written::default();
        if let Kind::Quoted(inner) = known.kind {
            self.drop_call(value.at);
            return self.alone(&Value::plain(inner), true);
        }
        // `shlex.join` takes nothing but strings.
        let is_bare = match known.kind {
            Kind::Path => !self.is_shown,
            Kind::Text => known.is_sure || !self.is_shown,
            Kind::Words | Kind::Empty | Kind::Optional | Kind::Joined(_) => true,
            _ => false,
        };
        match &value.format {
            Format::Plain | Format::Repr if is_bare => {
                written.extend(self.expression(value)?);
                if !known.is_sure {
                    written.doubt(format!(
                        "`{}` is taken for text by its name",
                        self.text_shown(value)
                    ));
                }
            }
            Format::Spec(spec) => {
                let inner = self.field(value, spec)?;
                let quote = self.quote_for(&[&inner])?;
                written.text(format!("f{quote}"));
                written.pieces.extend(inner);
                written.text(quote);
            }
            Format::Whole if known.kind != Kind::Whole => {
                written.text("str(int(");
                written.extend(self.expression(value)?);
                written.text("))");
            }
            _ => {
                written.text("str(");
                written.extend(self.expression(value)?);
                written.text(")");
                if known.kind == Kind::Unknown {
                    written.doubt(unknown(&self.text_shown(value)));
                }
            }
        }
        Ok(written)
    }

    /// A value as the script's parameter, or in a word with other text, which is one word.
    pub(super) fn parameter(&self, value: &Value) -> Result<Written, String> {
        let node = self.node(value.at)?;
        if value.suffix.is_empty() && value.format == Format::Plain {
            self.refuse_several(node, value, false)?;
        }
        self.alone(value, true)
    }

    /// Refuses what a shell would read as more than itself, or would have read otherwise than it
    /// is written.
    pub(super) fn refuse_special(
        &self,
        value: &Value,
        known: &Known,
        is_quoted: bool,
    ) -> Result<(), String> {
        let shown = self.text_shown(value);
        if known.kind == Kind::Special {
            return Err(format!(
                "`{shown}` holds what a shell reads, or was quoted for one; hand over the words themselves"
            ));
        }
        match &value.format {
            Format::Repr if is_quoted => {
                Err(format!("the quotes of `{shown}` stand within quotes"))
            }
            Format::Spec(spec) if spec.starts_with("!a") || (!is_quoted && is_padded(spec)) => {
                Err(format!("`{shown}` is written in a way that a shell would change"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what may be several words, or none, where that matters.
    pub(super) fn refuse_several(
        &self,
        node: Node,
        value: &Value,
        is_glued: bool,
    ) -> Result<(), String> {
        let known = known(self.module, node);
        let shown = self.text_shown(value);
        let is_several = match known.kind {
            Kind::Words | Kind::Joined(_) => true,
            Kind::Empty => !is_glued,
            Kind::Optional => !is_glued || self.holds_blank(node),
            _ => false,
        };
        if is_several {
            return Err(format!("`{shown}` may hold several words where only one can stand"));
        }
        Ok(())
    }

    /// Whether a side of a choice is several words.
    pub(super) fn holds_blank(&self, node: Node) -> bool {
        let parts = tree::children(tree::unparenthesised(node));
        [parts.first(), parts.get(2)].into_iter().flatten().any(|side| {
            matches!(template(self.module, *side), Some(Ok(read)) if read.text.contains([' ', '\t']))
        })
    }

    /// Notes that the call at a place is no longer made.
    pub(super) fn drop_call(&self, at: Span) {
        let function = self.node(at).ok().and_then(|node| node.child_by_field_name("function"));
        self.dropped.borrow_mut().extend(function.map(tree::span));
    }

    /// A word of several pieces: an f-string.
    pub(super) fn glued(&self, from: &Template, word: &Word) -> Result<Written, String> {
        let mut written = Written::default();
        let mut fields = Vec::new();
        for piece in &word.pieces {
            let Part::Value { index, is_quoted } = piece else { continue };
            let value = &from.values[*index];
            let node = self.node(value.at)?;
            let known = known(self.module, node);
            let mut value = value.clone();
            self.refuse_special(&value, &known, *is_quoted)?;
            if value.format == Format::Plain {
                if !is_quoted {
                    self.refuse_several(node, &value, true)?;
                }
                if let Kind::Quoted(inner) = known.kind {
                    self.drop_call(value.at);
                    value = Value::plain(inner);
                }
            }
            let spec = match &value.format {
                Format::Spec(spec) => spec.clone(),
                Format::Plain | Format::Repr => String::new(),
                Format::Whole if known.kind == Kind::Whole => String::new(),
                Format::Whole => {
                    let mut pieces = vec![Piece::text("{int(")];
                    pieces.extend(self.expression(&value)?.pieces);
                    pieces.push(Piece::text(")}"));
                    fields.push(pieces);
                    continue;
                }
            };
            fields.push(self.field(&value, &spec)?);
        }
        let all: Vec<&[Piece]> = fields.iter().map(Vec::as_slice).collect();
        let quote = self.quote_for(&all)?;
        written.text(format!("f{quote}"));
        let mut fields = fields.into_iter();
        for piece in &word.pieces {
            match piece {
                Part::Text(text) => {
                    let doubled = text.replace('{', "{{").replace('}', "}}");
                    written.text(escaped(&doubled, quote.chars().next().unwrap_or('"')));
                }
                Part::Value { .. } => written.pieces.extend(fields.next().unwrap_or_default()),
            }
        }
        written.text(quote);
        Ok(written)
    }

    /// The field of an f-string.
    pub(super) fn field(&self, value: &Value, spec: &str) -> Result<Vec<Piece>, String> {
        let mut pieces = vec![Piece::text("{")];
        let inner = self.expression(value)?.pieces;
        let text: String = self.text_of(&inner);
        if text.starts_with('{') {
            pieces.push(Piece::text(" "));
        }
        pieces.extend(inner);
        pieces.push(Piece::text(format!("{spec}}}")));
        Ok(pieces)
    }

    /// The expression of a value, which may stand in a field, an argument or a list.
    pub(super) fn expression(&self, value: &Value) -> Result<Written, String> {
        let node = self.node(value.at)?;
        let mut written = Written::default();
        if matches!(node.kind(), "expression_list" | "yield" | "list_splat") {
            return Err("a value of the command cannot stand in a list".to_owned());
        }
        let is_loose =
            matches!(node.kind(), "lambda" | "named_expression" | "generator_expression");
        let is_open = !value.suffix.is_empty()
            && !matches!(
                node.kind(),
                "identifier"
                    | "attribute"
                    | "call"
                    | "subscript"
                    | "string"
                    | "list"
                    | "dictionary"
            );
        if is_loose || is_open {
            written.text("(");
        }
        written.pieces.push(Piece::Original(value.at));
        if is_loose || is_open {
            written.text(")");
        }
        written.text(value.suffix.clone());
        Ok(written)
    }

    /// The quotes in which fields can stand in every version of Python: none of them may hold
    /// those quotes, a backslash or a line break.
    pub(super) fn quote_for(&self, fields: &[&[Piece]]) -> Result<String, String> {
        let text: String = fields.iter().map(|field| self.text_of(field)).collect();
        if text.contains(['\\', '\n', '#']) {
            return Err("a value of the command cannot stand in an f-string".to_owned());
        }
        let other = if self.quote == '"' { '\'' } else { '"' };
        for quote in [self.quote, other] {
            if !text.contains(quote) {
                return Ok(quote.to_string());
            }
        }
        Err("a value of the command holds both kinds of quotes".to_owned())
    }

    pub(super) fn text_of(&self, pieces: &[Piece]) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Original(span) => self.module.slice(*span).to_owned(),
        };
        pieces.iter().map(text).collect()
    }

    pub(super) fn text_shown(&self, value: &Value) -> String {
        format!("{}{}", short(self.module.slice(value.at)), value.suffix)
    }
}

/// Whether a format may write blanks: it has a width, and nothing else fills it, or is one of time.
fn is_padded(spec: &str) -> bool {
    let spec = spec.rsplit(':').next().unwrap_or(spec);
    if spec.contains([' ', '%', '{']) {
        return true;
    }
    let mut rest = spec.chars().peekable();
    while rest.next_if(|c| matches!(c, '<' | '>' | '^' | '=' | '+' | '-' | '#')).is_some() {}
    rest.peek().is_some_and(|c| ('1'..='9').contains(c))
}

fn unknown(shown: &str) -> String {
    format!("nothing shows what `{shown}` is")
}
