//! One Python text with its tree and names, built once and never changed.

use std::sync::OnceLock;

use tree_sitter::{Node, Parser, Tree};

use super::comment::Comment;
use super::index::Index;
use super::lines::Lines;
use super::names::Names;
use super::nodes::{Nodes, Parsed};
use super::{breaks, comment, names_build, runs, tree};
use crate::workspace::FileId;
use crate::workspace::source::Source;
use crate::workspace::span::Span;

/// Deeper trees are not edited: a recursive parser cannot judge them.
pub const TOO_DEEP: usize = 4000;

/// How far outwards from a node is looked.
const MOST_ANCESTORS: usize = 4096;

/// A parsed module.
#[derive(Debug)]
pub struct Module {
    /// The file it came from.
    pub file: FileId,
    /// Its text and bytes.
    pub source: Source,
    /// Its syntax tree; a damaged text gives a tree with errors.
    parsed: Parsed,
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
    /// Its nodes by kind and name, once somebody asks.
    index: OnceLock<Index>,
}

/// Parses a text. Never fails: what is no Python becomes errors in the tree.
pub fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_python::LANGUAGE.into())
        .expect("the grammar is of the linked library's version");
    parser.parse(text, None).expect("no limit is set that could stop it")
}

/// A tree with the comments that it does not hold.
struct Read {
    tree: Tree,
    /// All comments but those that were blanked, where the tree lacks some.
    comments: Option<Vec<Span>>,
    /// What was blanked, for it took too long to read: comments, and what looks like some within
    /// strings.
    blanked: Vec<Span>,
}

/// Parses a text without its long runs of comments.
fn read(text: &str) -> Read {
    match runs::shortened(text) {
        Some(short) => Read { blanked: short.comments, ..read_whole(&short.text) },
        None => read_whole(text),
    }
}

/// Parses a text; where the grammar sees damage that another parser does not, without the line
/// breaks at which it loses its way.
fn read_whole(text: &str) -> Read {
    let tree = parse(text);
    let blanked = Vec::new();
    if !tree.root_node().has_error() {
        return Read { tree, comments: None, blanked };
    }
    let Some(unbroken) = breaks::unbroken(text) else {
        return Read { tree, comments: None, blanked };
    };
    let again = parse(&unbroken.text);
    if again.root_node().has_error() {
        return Read { tree, comments: None, blanked };
    }
    Read { tree: again, comments: Some(unbroken.comments), blanked }
}

/// How many errors the grammar sees in a text.
pub fn errors(text: &str) -> usize {
    let tree = read(text).tree;
    if !tree.root_node().has_error() {
        return 0;
    }
    tree::preorder(tree.root_node()).filter(|node| node.is_error() || node.is_missing()).count()
}

impl Module {
    /// Parses a source and resolves its names.
    pub fn new(source: Source) -> Self {
        let mut walked = None;
        let read = read(&source.text);
        let parsed = Parsed::new(read.tree, |tree| {
            let (nodes, facts) = names_build::build(tree.root_node(), &source.text);
            walked = Some(facts);
            nodes
        });
        let walked = walked.expect("the walk has just been made");
        let lines = Lines::new(&source.text);
        let mut comments = read.comments.unwrap_or(walked.comments);
        let is_comment = |span: &Span| !is_in_string(parsed.borrow_dependent(), *span);
        comments.extend(read.blanked.into_iter().filter(is_comment));
        comments.sort_unstable_by_key(|span| span.start);
        let comments = comment::placed(&comments, &source.text, &lines);
        let (names, depth) = (walked.names, walked.depth);
        let damage = damage(parsed.borrow_owner().root_node());
        let index = OnceLock::new();
        Self { file: source.file, parsed, lines, comments, names, damage, depth, index, source }
    }

    /// A text that is not Python, of which places can be shown.
    pub fn without_tree(source: Source) -> Self {
        Self {
            file: source.file,
            parsed: Parsed::new(parse(""), |_| Nodes::default()),
            lines: Lines::new(&source.text),
            comments: Vec::new(),
            names: Names::default(),
            damage: Vec::new(),
            depth: 0,
            index: OnceLock::new(),
            source,
        }
    }

    /// Keeps the text, its lines and comments, and forgets the tree and the names: all that is needed
    /// to show a place of a module that will not change, in a small part of the memory.
    pub fn forget_tree(&mut self) {
        self.parsed = Parsed::new(parse(""), |_| Nodes::default());
        self.names = Names::default();
        self.index = OnceLock::new();
    }

    /// Whether the tree is there: it was not forgotten.
    pub fn has_tree(&self) -> bool {
        self.root().end_byte() > 0
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.nodes(), self.text()))
    }

    fn at<'m>(&'m self, places: &'m [u32]) -> impl Iterator<Item = Node<'m>> + Clone {
        let nodes = self.nodes().from(0);
        places.iter().map(|place| nodes[*place as usize])
    }

    /// The named nodes of a kind, in the order of the text.
    pub fn of_kind<'m>(&'m self, kind: &str) -> impl Iterator<Item = Node<'m>> + Clone {
        self.at(self.index().of_kind(kind))
    }

    /// The attributes of a name (`x.name`), in the order of the text.
    pub fn attributes_named<'m>(&'m self, name: &str) -> impl Iterator<Item = Node<'m>> + Clone {
        self.at(self.index().attributes(name))
    }

    /// The function definitions of a name, in the order of the text.
    pub fn functions_named<'m>(&'m self, name: &str) -> impl Iterator<Item = Node<'m>> + Clone {
        self.at(self.index().functions(name))
    }

    /// The calls of what has this last name, in the order of the text.
    pub fn calls_named<'m>(&'m self, name: &str) -> impl Iterator<Item = Node<'m>> + Clone {
        self.at(self.index().calls(name))
    }

    /// The same, of those that begin within a span.
    pub fn calls_within<'m>(
        &'m self,
        name: &str,
        span: Span,
    ) -> impl Iterator<Item = Node<'m>> + Clone {
        let nodes = self.nodes().from(0);
        let places = self.index().calls(name);
        let begins = |place: &u32| nodes[*place as usize].start_byte();
        let from = places.partition_point(|place| begins(place) < span.start);
        let to = places.partition_point(|place| begins(place) < span.end);
        self.at(places.get(from..to).unwrap_or_default())
    }

    /// The tree's root.
    pub fn root(&self) -> Node<'_> {
        self.parsed.borrow_owner().root_node()
    }

    /// The nodes with their parents.
    pub fn nodes(&self) -> &Nodes<'_> {
        self.parsed.borrow_dependent()
    }

    /// The node around a node.
    pub fn parent(&self, node: Node) -> Option<Node<'_>> {
        self.nodes().parent(node)
    }

    /// The nodes around a node, the innermost first; only so many as people write.
    pub fn ancestors(&self, node: Node) -> impl Iterator<Item = Node<'_>> {
        let first = self.parent(node);
        std::iter::successors(first, |around| self.parent(*around)).take(MOST_ANCESTORS)
    }

    /// Whether a node stands directly in a block or at the top of the module.
    pub fn is_statement(&self, node: Node) -> bool {
        node.is_named()
            && node.kind() != "comment"
            && self.parent(node).is_some_and(|p| matches!(p.kind(), "module" | "block"))
    }

    /// The innermost statement that holds the node, or is it.
    pub fn statement<'t>(&'t self, node: Node<'t>) -> Option<Node<'t>> {
        std::iter::once(node).chain(self.ancestors(node)).find(|node| self.is_statement(*node))
    }

    /// The innermost statement around a span.
    pub fn statement_at(&self, span: Span) -> Option<Node<'_>> {
        self.statement(self.nodes().covering(span)?)
    }

    /// The node of one of these kinds that covers exactly the span.
    pub fn exact(&self, wanted: Span, kinds: &[&str]) -> Option<Node<'_>> {
        let mut node = self.nodes().covering(wanted)?;
        loop {
            if tree::span(node) == wanted && kinds.contains(&node.kind()) {
                return Some(node);
            }
            node = self.parent(node).filter(|parent| tree::span(*parent) == wanted)?;
        }
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
        let around = self.statement(node).map_or(tree::span(node), tree::span);
        let around = if around.len() > 4096 { tree::span(node) } else { around };
        let first = self.lines.start(self.lines.of(around.start).saturating_sub(1));
        let last = self.lines.start(self.lines.of(around.end) + 2);
        let near = Span::new(first, last);
        // Spans of damage are apart from one another.
        let from = self.damage.partition_point(|damaged| damaged.end < near.start);
        self.damage[from..].iter().take_while(|damaged| damaged.start <= near.end).any(|damaged| {
            damaged.overlaps(near) || (damaged.is_empty() && near.contains(*damaged))
        })
    }

    /// The qualified name of the functions and classes around a node, `Engine.load`; empty at
    /// module level.
    pub fn scope_of(&self, node: Node) -> String {
        self.qualified(self.ancestors(node))
    }

    /// The qualified name of the functions and classes that a comment stands in; `code` is the
    /// offset of the last character of code before it, if there is any. Where a parser puts a
    /// comment at the end of a block depends on what follows; this does not.
    pub fn scope_of_comment(&self, comment: &Comment, code: Option<usize>) -> String {
        let found = code.and_then(|at| self.nodes().covering(Span::new(at, at + 1)));
        let Some(node) = found else { return String::new() };
        let column = |offset: usize| offset - self.lines.start(self.lines.of(offset));
        let own = comment.own_line.then(|| column(comment.span.start));
        // A definition that the code before is in ends where lines are indented no more than it.
        let holds = |around: &Node| own.is_none_or(|own| column(around.start_byte()) < own);
        self.qualified(std::iter::once(node).chain(self.ancestors(node)).filter(holds))
    }

    /// The names of the definitions among nodes, of which the innermost is the first.
    fn qualified<'t>(&self, around: impl Iterator<Item = Node<'t>>) -> String {
        let mut names: Vec<&str> = around
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

    /// The white space by which the text indents a block: that of the first one in it that begins a
    /// line, four blanks if there is none.
    pub fn indentation_unit(&self) -> &str {
        let unit = |block: Node| {
            let first = *tree::children(block).first()?;
            let outer = self.parent(block)?;
            if !self.starts_line(first.start_byte())
                || self.same_line(outer.start_byte(), first.start_byte())
            {
                return None;
            }
            let inner = self.indentation(first.start_byte());
            inner.strip_prefix(self.indentation(outer.start_byte())).filter(|unit| !unit.is_empty())
        };
        self.of_kind("block").find_map(unit).unwrap_or("    ")
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

    /// Whether a comment begins within a span.
    pub fn holds_comment(&self, span: Span) -> bool {
        let index = self.comments.partition_point(|c| c.span.start < span.start);
        self.comments.get(index).is_some_and(|comment| comment.span.start < span.end)
    }

    /// Whether an offset lies in a comment or in the text of a string.
    pub fn is_prose(&self, offset: usize) -> bool {
        let behind = self.comments.partition_point(|comment| comment.span.start <= offset);
        let before = behind.checked_sub(1).map(|index| self.comments[index].span);
        before.is_some_and(|comment| offset < comment.end)
            || is_in_string(self.nodes(), Span::new(offset, offset + 1))
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

fn is_in_string(nodes: &Nodes, span: Span) -> bool {
    nodes.covering(span).is_some_and(|node| matches!(node.kind(), "string" | "string_content"))
}

/// The spans of errors and of tokens that the parser had to invent.
fn damage(root: Node) -> Vec<Span> {
    if !root.has_error() {
        return Vec::new();
    }
    let mut damage: Vec<Span> = Vec::new();
    let damaged = tree::preorder(root).filter(|node| node.is_error() || node.is_missing());
    for span in damaged.map(tree::span) {
        match damage.last_mut() {
            Some(last) if last.contains(span) => {}
            Some(last) if span.start < last.end => last.end = span.end,
            _ => damage.push(span),
        }
    }
    damage
}
