//! Values of several words: joined lists, and words that are there under a condition.

use tree_sitter::Node;

use super::literal::short;
use super::posix::{Piece as Part, Token, Word, tokens};
use super::read::template;
use super::template::{Value, value_of};
use super::values::{Kind, known};
use super::write::{Writer, Written};
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

impl<'m> Writer<'m> {
    /// What joins give is spread: `*list`.
    pub(super) fn spread(&self, list: Span) -> Result<Written, String> {
        let node = tree::unparenthesised(self.node(list)?);
        let mut written = Written::default();
        let mut over = node;
        let mut is_sure = false;
        let resolve = |node| self.module.names.resolve(node, self.module.text());
        let is_quote = |node| matches!(resolve(node).single(), Some("shlex.quote" | "pipes.quote"));
        if let Some(call) = crate::python::call::Call::at(node, self.module.text())
            && resolve(call.function).single() == Some("map")
            && let (Some(function), Some(items)) = (call.positional(0), call.positional(1))
            && is_quote(function.value)
            && call.arguments.len() == 2
        {
            over = items.value;
            is_sure = true;
        }
        if matches!(node.kind(), "generator_expression" | "list_comprehension") {
            let body = node.child_by_field_name("body");
            let body = body.ok_or_else(|| "a list of the command cannot be read".to_owned())?;
            is_sure = self.is_one_word(body)?;
            written.text("*[");
            let (start, end) = (node.start_byte() + 1, node.end_byte() - 1);
            let quoted = self.quoted(body);
            match quoted {
                Some(inner) => {
                    written.pieces.push(Piece::Original(inner));
                    written.pieces.push(Piece::Original(Span::new(body.end_byte(), end)));
                }
                None => written.pieces.push(Piece::Original(Span::new(start, end))),
            }
            written.text("]");
        } else {
            if matches!(over.kind(), "list" | "tuple") {
                for element in tree::children(over) {
                    is_sure = self.is_one_word(element)?;
                }
            }
            written.text("*");
            let is_loose = matches!(
                over.kind(),
                "conditional_expression"
                    | "boolean_operator"
                    | "lambda"
                    | "not_operator"
                    | "comparison_operator"
                    | "named_expression"
            );
            written.text(if is_loose { "(" } else { "" });
            written.pieces.push(Piece::Original(tree::span(over)));
            written.text(if is_loose { ")" } else { "" });
        }
        if let Some(value) = self.assigned(over).map(tree::unparenthesised) {
            let body =
                value.child_by_field_name("body").filter(|_| value.kind() == "list_comprehension");
            let elements = match value.kind() {
                "list" | "tuple" => tree::children(value),
                _ => body.into_iter().collect(),
            };
            for element in elements {
                self.is_one_word(element)?;
            }
        }
        if let Some(value) = self.assigned(over).filter(|value| self.is_made_of_quotes(*value)) {
            let shown = short(self.module.text_of(value));
            return Err(format!("`{shown}` is quoted for a shell already"));
        }
        if !is_sure {
            written.doubt(format!(
                "each element of `{}` is taken for one word",
                short(self.module.text_of(over))
            ));
        }
        Ok(written)
    }

    /// The text of a literal, or of a name that is given one.
    pub(super) fn text_of_name(&self, node: Node) -> Option<String> {
        let node = tree::unparenthesised(node);
        let value = if node.kind() == "identifier" { self.assigned(node)? } else { node };
        Some(template(self.module, value)?.ok()?.text)
    }

    /// The only value that a name is given.
    pub(super) fn assigned(&self, node: Node) -> Option<Node<'m>> {
        let scope = self.module.names.scope_at(node.start_byte());
        let name = self.module.text_of(node);
        let [binding] = self.module.names.bindings(name, scope) else { return None };
        match binding.kind {
            crate::python::names::BindingKind::Assignment { value } => {
                self.module.nodes().covering(value)
            }
            _ => None,
        }
    }

    /// What an element quotes for a shell, the call of which goes.
    pub(super) fn unquoted(&self, node: Node) -> Option<Span> {
        let inner = self.quoted(node)?;
        self.drop_call(tree::span(tree::unparenthesised(node)));
        Some(inner)
    }

    /// Whether a list is made of texts that were quoted for a shell.
    pub(super) fn is_made_of_quotes(&self, node: Node) -> bool {
        let text = self.module.text_of(node);
        text.contains("quote(") || text.contains(".quote,")
    }

    /// What a call of `shlex.quote` quotes.
    pub(super) fn quoted(&self, node: Node) -> Option<Span> {
        match known(self.module, node).kind {
            Kind::Quoted(inner) => Some(inner),
            _ => None,
        }
    }

    /// Whether an element is one word and nothing that a shell would change; an error if it surely
    /// is not.
    pub(super) fn is_one_word(&self, node: Node) -> Result<bool, String> {
        if let Some(read) = template(self.module, node) {
            let read = read?;
            let same = |word: &Word| {
                let mut text = String::new();
                let mut values = read.text.chars().filter(|c| value_of(*c).is_some());
                for piece in &word.pieces {
                    match piece {
                        Part::Text(part) => text.push_str(part),
                        Part::Value { .. } => text.extend(values.next()),
                    }
                }
                text == read.text
            };
            return match tokens(&read.text).as_deref() {
                Some([Token::Word(word)]) if same(word) => Ok(true),
                _ => Err("an element of the list is no single word".to_owned()),
            };
        }
        let known = known(self.module, node);
        match known.kind {
            Kind::Text | Kind::Path | Kind::Whole | Kind::Number | Kind::Quoted(_) => {
                Ok(known.is_sure)
            }
            Kind::Special => {
                Err("an element of the list holds what a shell reads, or was quoted for one"
                    .to_owned())
            }
            Kind::Words | Kind::Empty | Kind::Optional | Kind::Joined(_) => {
                Err("an element of the list may hold several words".to_owned())
            }
            Kind::Unknown => Ok(false),
        }
    }

    /// `'--fast' if x else ''` is `*(["--fast"] if x else [])`.
    pub(super) fn choice(&self, node: Node) -> Result<Written, String> {
        let parts = tree::children(tree::unparenthesised(node));
        let [yes, condition, no] = parts[..] else {
            return Err("a choice of the command cannot be read".to_owned());
        };
        let mut written = Written::default();
        written.text("*(");
        written.extend(self.words_of(yes)?);
        written.text(" if ");
        written.pieces.push(Piece::Original(tree::span(condition)));
        written.text(" else ");
        written.extend(self.words_of(no)?);
        written.text(")");
        written.doubt("words are there only under a condition".to_owned());
        Ok(written)
    }

    pub(super) fn words_of(&self, node: Node) -> Result<Written, String> {
        let read = template(self.module, node);
        let Some(read) = read else {
            let mut written = Written::default();
            written.text("[");
            written.extend(self.alone(&Value::plain(tree::span(node)), false)?);
            written.text("]");
            return Ok(written);
        };
        let read = read?;
        let words = tokens(&read.text);
        let words = words.ok_or_else(|| "a choice of the command needs a shell".to_owned())?;
        let mut written = Written::default();
        written.text("[");
        for (index, token) in words.iter().enumerate() {
            let Token::Word(word) = token else {
                return Err("a choice of the command needs a shell".to_owned());
            };
            if index > 0 {
                written.text(", ");
            }
            written.extend(self.word(&read, word)?);
        }
        written.text("]");
        Ok(written)
    }
}
