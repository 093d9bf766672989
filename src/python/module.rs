//! One Python text with its tree and names, built once and never changed.

use tree_sitter::{Node, Parser, Tree};

use super::comment::Comment;
use super::lines::Lines;
use super::names::Names;
use super::{comment, names_build, tree};
use crate::workspace::FileId;
use crate::workspace::source::Source;
use crate::workspace::span::Span;

/// A parsed module.
#[derive(Debug)]
pub struct Module {
    /// The file it came from.
    pub file: FileId,
    /// Its text and bytes.
    pub source: Source,
    /// Its syntax tree; a damaged text gives a tree with errors.
    pub tree: Tree,
    /// Its lines.
    pub lines: Lines,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// What its names mean.
    pub names: Names,
    /// The parts of the text that do not parse, in order.
    pub damage: Vec<Span>,
    /// How deep the tree is.
    pub depth: usize,
}

/// Parses a text. Never fails: what is no Python becomes errors in the tree.
pub fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .expect("the grammar is of the linked library's version");
    parser.parse(text, None).expect("no limit is set that could stop it")
}

impl Module {
    /// Parses a source and resolves its names.
    pub fn new(source: Source) -> Self {
        let tree = parse(&source.text);
        let root = tree.root_node();
        let lines = Lines::new(&source.text);
        let walked = names_build::build(root, &source.text);
        let comments = comment::placed(&walked.comments, &source.text, &lines);
        let (names, depth) = (walked.names, walked.depth);
        let damage = damage(root);
        Self { file: source.file, tree, lines, comments, names, damage, depth, source }
    }

    /// The tree's root.
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The text of a node.
    pub fn text_of(&self, node: Node) -> &str {
        &self.source.text[node.byte_range()]
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        &self.source.text[span.range()]
    }

    /// Whether the text around a node does not parse: an error inside its statement's header or
    /// simple statement, around it, or on a neighbouring line. An edit there cannot be trusted.
    pub fn is_damaged_near(&self, node: Node) -> bool {
        if self.damage.is_empty() {
            return false;
        }
        let around = tree::statement(node).map_or(tree::span(node), tree::span);
        let around = if around.len() > 4096 { tree::span(node) } else { around };
        let first = self.lines.start(self.lines.of(around.start).saturating_sub(1));
        let last = self.lines.start(self.lines.of(around.end) + 2);
        let near = Span::new(first, last);
        self.damage.iter().any(|damaged| {
            damaged.overlaps(near) || (damaged.is_empty() && near.contains(*damaged))
        })
    }

    /// The qualified name of the functions and classes around a node, `Engine.load`; empty at
    /// module level.
    pub fn scope_of(&self, node: Node) -> String {
        let mut names: Vec<&str> = tree::ancestors(node)
            .filter(|a| matches!(a.kind(), "function_definition" | "class_definition"))
            .filter_map(|definition| definition.child_by_field_name("name"))
            .map(|name| self.text_of(name))
            .collect();
        names.reverse();
        names.join(".")
    }

    /// The white space a line begins with.
    pub fn indentation(&self, offset: usize) -> &str {
        let line = self.slice(self.lines.span(self.lines.of(offset)));
        let end = line.find(|c| !matches!(c, ' ' | '\t' | '\x0c')).unwrap_or(line.len());
        &line[..end]
    }

    /// Whether only white space stands before the offset in its line.
    pub fn starts_line(&self, offset: usize) -> bool {
        let start = self.lines.start(self.lines.of(offset));
        self.text()[start..offset].chars().all(|c| matches!(c, ' ' | '\t' | '\x0c'))
    }

    /// Whether two offsets are in one line.
    pub fn same_line(&self, a: usize, b: usize) -> bool {
        self.lines.of(a) == self.lines.of(b)
    }

    /// The comment that begins behind `offset` in the same line with only white space (and
    /// commas, if `commas`) between.
    pub fn trailing_comment(&self, offset: usize, commas: bool) -> Option<&Comment> {
        let index = self.comments.partition_point(|c| c.span.start < offset);
        let comment = self.comments.get(index)?;
        let between = &self.text()[offset..comment.span.start];
        let only_space =
            between.chars().all(|c| matches!(c, ' ' | '\t' | '\x0c') || (commas && c == ','));
        only_space.then_some(comment)
    }
}

/// The spans of errors and of tokens that the parser had to invent.
fn damage(root: Node) -> Vec<Span> {
    if !root.has_error() {
        return Vec::new();
    }
    tree::preorder(root)
        .filter(|node| node.is_error() || node.is_missing())
        .map(tree::span)
        .collect()
}
