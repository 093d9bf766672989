//! The layout of what takes a command's place: a list over as many lines as the command.

use tree_sitter::Node;

use super::classify::List;
use super::literal::literal;
use super::script::Script;
use super::template::Template;
use super::write::{Writer, Written};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// How the words of a command are enclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brackets {
    /// As a list.
    List,
    /// As arguments of a call.
    None,
}

/// One item of the new list, and the line (0-based) of the command in which it began.
struct Item {
    written: Written,
    line: usize,
}

/// The expression with its parentheses: they give way to the brackets.
pub(super) fn whole<'m>(module: &'m Module, node: Node<'m>) -> Node<'m> {
    let mut node = node;
    while let Some(around) = module.parent(node).filter(|p| p.kind() == "parenthesized_expression")
    {
        node = around;
    }
    node
}

impl Writer<'_> {
    /// The list of a simple command.
    pub(super) fn list(
        &self,
        node: Node,
        template: &Template,
        list: &List,
        brackets: Brackets,
    ) -> Result<Written, String> {
        let mut items = Vec::new();
        for word in &list.words {
            let line = self.module.lines.of(template.origin(word.start));
            items.push(Item { written: self.word(template, word)?, line });
        }
        Ok(self.laid_out(node, items, brackets))
    }

    /// The list that runs a constant script, with the shell's own arguments ahead of it.
    pub(super) fn script(
        &self,
        node: Node,
        template: &Template,
        script: &Script,
        shell: &[&str],
        brackets: Brackets,
    ) -> Result<Written, String> {
        let first = self.module.lines.of(node.start_byte());
        let mut items = Vec::new();
        for word in shell {
            let mut written = Written::default();
            written.text(literal(word, self.quote));
            items.push(Item { written, line: first });
        }
        let (written, line) = self.script_text(node, template, script);
        items.push(Item { written, line: first });
        let mut zero = Written::default();
        zero.text(literal(shell[0], self.quote));
        if !script.parameters.is_empty() {
            items.push(Item { written: zero, line });
        }
        for value in &script.parameters {
            let written = self.parameter(&template.values[*value])?;
            items.push(Item { written, line });
        }
        Ok(self.laid_out(node, items, brackets))
    }

    /// The literals of a script, one for each line of the command, with the line of the last one.
    fn script_text(&self, node: Node, template: &Template, script: &Script) -> (Written, usize) {
        let first = self.module.lines.of(node.start_byte());
        let mut lines: Vec<(usize, String)> = vec![(first, String::new())];
        for (c, byte) in &script.text {
            let line = self.module.lines.of(template.origin(*byte));
            if lines.last().is_some_and(|(last, _)| line > *last) {
                lines.push((line, String::new()));
            }
            if let Some((_, text)) = lines.last_mut() {
                text.push(*c);
            }
        }
        lines.retain(|(_, text)| !text.is_empty());
        let all: String = lines.iter().map(|(_, text)| text.as_str()).collect();
        let quote = literal(&all, self.quote).chars().next().unwrap_or('"');
        let mut written = Written::default();
        let mut at = first;
        for (index, (line, text)) in lines.iter().enumerate() {
            if index > 0 || *line > first {
                written.text(self.line_break(node, *line));
            }
            written.text(format!("{quote}{}{quote}", super::literal::escaped(text, quote)));
            at = *line;
        }
        (written, at)
    }

    /// A line break with the indentation of a line of the command; a line within a literal has none
    /// of its own, and stands one level deeper than the command's statement.
    fn line_break(&self, node: Node, line: usize) -> String {
        let module = self.module;
        let newline = module.source.newline_at(node.start_byte());
        let start = module.lines.start(line);
        let text = &module.text()[start..];
        let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
        let first = module.nodes().covering(Span::at(start + blank));
        let is_in_literal = first.is_some_and(|first| {
            let mut around = std::iter::once(first).chain(module.ancestors(first));
            around.any(|node| node.kind() == "string" && node.start_byte() < start)
        });
        if is_in_literal {
            let own = module.indentation(node.start_byte());
            return format!("{newline}{own}{}", module.indentation_unit());
        }
        format!("{newline}{}", &text[..blank])
    }

    fn laid_out(&self, node: Node, items: Vec<Item>, brackets: Brackets) -> Written {
        let outer = whole(self.module, node);
        let inner = tree::span(node);
        let blank = |start: usize, end: usize| {
            let text = self.module.text()[start..end].trim_matches(['(', ')']);
            if text.trim().is_empty() { text.to_owned() } else { String::new() }
        };
        let (before, after) =
            (blank(outer.start_byte(), inner.start), blank(inner.end, outer.end_byte()));
        let mut written = Written::default();
        let is_list = brackets == Brackets::List;
        written.text(if is_list { format!("[{before}") } else { before });
        let mut line = self.module.lines.of(inner.start);
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                written.text(",");
            }
            if item.line > line {
                written.text(self.line_break(node, item.line));
                line = item.line;
            } else if index > 0 && !begins_line(&item.written) {
                written.text(" ");
            }
            written.extend(item.written);
        }
        let last = self.module.lines.of(inner.end);
        let text = self.module.slice(inner);
        if last > line && (text.ends_with("\"\"\"") || text.ends_with("'''")) {
            let newline = self.module.source.newline_at(inner.start);
            written.text(format!("{newline}{}", self.module.indentation(inner.start)));
        }
        written.text(if is_list { format!("{after}]") } else { after });
        written
    }
}

/// Whether code begins with a line break.
fn begins_line(written: &Written) -> bool {
    matches!(written.pieces.first(), Some(Piece::Literal(text)) if text.starts_with(['\n', '\r']))
}

/// The range that gives way to what is written for a command.
pub(super) fn range(module: &Module, node: Node) -> Span {
    tree::span(whole(module, node))
}

/// Where an expression begins, its parentheses included.
pub(super) fn whole_start(module: &Module, node: Node) -> usize {
    range(module, tree::unparenthesised(node)).start
}

/// Where an expression ends, its parentheses included.
pub(super) fn whole_end(module: &Module, node: Node) -> usize {
    range(module, tree::unparenthesised(node)).end
}
