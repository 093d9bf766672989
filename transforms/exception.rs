//! Documented exceptions: the comments by which an author says why an unsafe pattern is necessary
//! and why it is safe where it stands.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

pub use super::vouching::vouches;
use super::vouching::{is_task, words};
use crate::python::comment;
use crate::python::module::Module;
use crate::workspace::span::Span;

/// What a comment must be about to count for a finding.
#[derive(Debug, Clone, Copy)]
pub struct Pattern<'a> {
    /// The transform's name, as `untrust: allow[name]` spells it.
    pub transform: &'a str,
    /// Lower-case texts that name the pattern: the argument, the callable.
    pub names: &'a [&'a str],
}

/// What the comments around a call say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No comment is about the pattern.
    Silent,
    /// The author names the pattern but does not say why the data can be trusted.
    Wish(String),
    /// The reason why it is safe here.
    Documented(String),
}

/// Judges the comments of one module for one pattern.
pub struct Judge<'m> {
    module: &'m Module,
    pattern: Pattern<'m>,
    /// Words that a reason must have at least, those that name the pattern not counted.
    least_words: usize,
    /// Comments on lines of their own that say something of the pattern, by the block of the
    /// statement that follows, in order.
    above: FxHashMap<usize, Vec<Above>>,
    /// The 0-based blank lines between statements, and the lines in which statements begin that
    /// end the reach of a comment, in order; known only if there are such comments.
    gaps: Vec<usize>,
    ends: FxHashMap<usize, Vec<usize>>,
}

/// A comment above statements.
struct Above {
    /// The 0-based line it ends in.
    line: usize,
    verdict: Verdict,
}

impl<'m> Judge<'m> {
    /// Reads the comments of a module. A reason must have `least_words`, those that name the
    /// pattern not counted.
    pub fn new(module: &'m Module, pattern: Pattern<'m>, least_words: usize) -> Self {
        let mut above: FxHashMap<usize, Vec<Above>> = FxHashMap::default();
        let mut blocks = FxHashMap::default();
        let mut index = 0;
        while index < module.comments.len() {
            let (from, to) = comment::group(&module.comments, index, &module.lines);
            index = to + 1;
            // A comment behind code belongs to that code, also where it is continued below.
            if !module.comments[from].own_line {
                continue;
            }
            let verdict = judge_text(&joined(module, from, to), false, pattern, least_words);
            let block = following_block(module, module.comments[to].span.end);
            if let (Some(block), false) = (block, verdict == Verdict::Silent) {
                let line = module.comments[to].line;
                above.entry(block.id()).or_default().push(Above { line, verdict });
                blocks.insert(block.id(), block);
            }
        }
        let lines = if above.is_empty() { 0 } else { module.lines.count() };
        let gaps = (0..lines).filter(|line| is_gap(module, *line)).collect();
        let ends = above.keys().map(|id| (*id, ends_of_reach(module, &blocks[id], pattern)));
        let ends = ends.collect();
        Self { module, pattern, least_words, above, gaps, ends }
    }

    /// Judges the comments on the lines of `call`, and above its statement. `argument` is the
    /// unsafe argument, if it is written.
    pub fn judge(&self, call: Node, argument: Option<Span>) -> Verdict {
        let mut verdict = Verdict::Silent;
        for (text, own) in self.beside(call, argument) {
            match judge_text(&text, own, self.pattern, self.least_words) {
                Verdict::Silent => {}
                Verdict::Documented(reason) => return Verdict::Documented(reason),
                wish @ Verdict::Wish(_) => verdict = wish,
            }
        }
        match self.above(call) {
            Verdict::Silent => verdict,
            found => found,
        }
    }

    /// The reason of an `untrust: allow` beside a call or above its statement, which counts whatever
    /// the call is.
    pub fn allowed(&self, call: Node) -> Option<String> {
        let beside = self.beside(call, None).into_iter();
        let reason =
            beside.map(|(text, _)| allowed(&text, self.pattern.transform)).find(Option::is_some);
        reason.flatten().or_else(|| {
            let statement = outermost_of_line(self.module, self.module.statement(call)?);
            let line = self.module.lines.of(statement.start_byte()).checked_sub(1)?;
            let index = self.module.comments.partition_point(|comment| comment.line < line);
            self.module.comments.get(index).filter(|c| c.line == line && c.own_line)?;
            let (from, to) = comment::group(&self.module.comments, index, &self.module.lines);
            allowed(&joined(self.module, from, to), self.pattern.transform)
        })
    }

    /// The comment texts on the lines of a call, each with whether it stands on the line of the
    /// argument itself.
    fn beside(&self, call: Node, argument: Option<Span>) -> Vec<(String, bool)> {
        let module = self.module;
        let first = module.lines.of(call.start_byte());
        let last = module.lines.of(call.end_byte());
        let own_lines = match argument {
            Some(span) => Some((module.lines.of(span.start), module.lines.of(span.end))),
            None if first == last => Some((first, last)),
            None => None,
        };
        let mut found = Vec::new();
        let mut index = module.comments.partition_point(|c| c.line < first);
        while let Some(comment) = module.comments.get(index).filter(|c| c.line <= last) {
            let (from, to) = comment::group(&module.comments, index, &module.lines);
            let own = own_lines.is_some_and(|(start, end)| (start..=end).contains(&comment.line));
            found.push((joined(module, from, to), own));
            index = to.max(index) + 1;
        }
        found
    }

    /// What the comments above a call's statement say, and above those before it in the block
    /// that no blank line parts from it.
    fn above(&self, call: Node) -> Verdict {
        let module = self.module;
        let Some(statement) = module.statement(call) else { return Verdict::Silent };
        let statement = outermost_of_line(module, statement);
        let block = module.parent(statement).map_or(0, |block| block.id());
        let Some(comments) = self.above.get(&block) else { return Verdict::Silent };
        let line = module.lines.of(statement.start_byte());
        let mut wish = Verdict::Silent;
        let count = comments.partition_point(|comment| comment.line < line);
        for comment in comments[..count].iter().rev() {
            let gap = self.gaps.partition_point(|gap| *gap <= comment.line);
            let ends = self.ends.get(&block).map_or(&[][..], Vec::as_slice);
            let end = ends.partition_point(|end| *end <= comment.line);
            let stops = |lines: &[usize], at: usize| lines.get(at).is_some_and(|at| *at < line);
            if stops(&self.gaps, gap) || stops(ends, end) {
                break;
            }
            match &comment.verdict {
                Verdict::Documented(reason) => return Verdict::Documented(reason.clone()),
                found => wish = found.clone(),
            }
        }
        wish
    }
}

/// The lines of the statements of a block by which a comment above them ends: what binds or does
/// something without a mention of the pattern is another matter than what the comment is about. A
/// mere call (`log.info(...)`) is none.
fn ends_of_reach(module: &Module, block: &Node, pattern: Pattern) -> Vec<usize> {
    let mentions = |text: &str| {
        let mut names = pattern.names.iter();
        names.any(|name| {
            let last = name.rsplit('.').next().unwrap_or(name);
            text.contains(name) || (last != *name && text.contains(&format!("{last}(")))
        })
    };
    let is_call = |statement: &Node| {
        statement.kind() == "expression_statement"
            && statement.named_child(0).is_some_and(|c| matches!(c.kind(), "call" | "await"))
    };
    crate::python::tree::children(*block)
        .into_iter()
        .filter(|statement| module.is_statement(*statement))
        .filter(|s| !is_call(s) && !mentions(&module.text_of(*s).to_lowercase()))
        .map(|statement| module.lines.of(statement.start_byte()))
        .collect()
}

/// The statement around a statement that begins in the same line (`if x: y()`), else the statement.
fn outermost_of_line<'t>(module: &'t Module, statement: Node<'t>) -> Node<'t> {
    let line = module.lines.of(statement.start_byte());
    let around = module.ancestors(statement).filter(|node| module.is_statement(*node));
    let same_line = around.take_while(|node| module.lines.of(node.start_byte()) == line);
    same_line.last().unwrap_or(statement)
}

/// Whether a 0-based line is blank and stands between statements.
fn is_gap(module: &Module, line: usize) -> bool {
    let span = module.lines.span(line);
    if !module.slice(span).trim().is_empty() {
        return false;
    }
    module.nodes().covering(Span::at(span.start)).is_none_or(|node| {
        let blocks = ["module", "block", "function_definition", "class_definition"];
        blocks.contains(&node.kind()) || node.end_byte() <= span.start
    })
}

/// The block of the statement that follows an offset.
fn following_block(module: &Module, offset: usize) -> Option<Node<'_>> {
    let next = module.nodes().from(offset).iter().find(|node| module.is_statement(**node))?;
    module.parent(*next)
}

fn joined(module: &Module, from: usize, to: usize) -> String {
    let texts = module.comments[from..=to].iter().map(|c| without_markers(module.slice(c.span)));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A comment's text without `#` and without what only speaks to a tool.
fn without_markers(comment: &str) -> String {
    let parts = comment.split('#').map(|part| strip_marker(part.trim()));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a person reads of one part of a comment.
fn strip_marker(part: &str) -> &str {
    let lower = part.to_ascii_lowercase();
    let word_end =
        |from: usize| part[from..].find(char::is_whitespace).map_or(part.len(), |i| from + i);
    if lower.starts_with("nosec") || lower.starts_with("noqa") {
        let mut rest = &part[part.find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len())..];
        rest = rest.trim_start_matches([':', ' ', ',']);
        while let Some(code) = leading_code(rest) {
            rest = rest[code..].trim_start_matches([',', ' ']);
        }
        return rest.trim_start_matches(['-', ':', '–', '—', ' ']);
    }
    for marker in ["type: ignore", "type:ignore", "pyright: ignore", "ty: ignore"] {
        if lower.starts_with(marker) {
            let rest = &part[marker.len()..];
            let behind =
                rest.strip_prefix('[').and_then(|r| r.split_once(']')).map_or(rest, |r| r.1);
            return behind.trim_start_matches(['-', ' ']);
        }
    }
    for marker in ["pylint:", "mypy:", "pyright:", "isort:", "fmt:", "pragma:", "ruff:"] {
        if lower.starts_with(marker) {
            let value = part[marker.len()..].len() - part[marker.len()..].trim_start().len();
            return part[word_end(marker.len() + value)..].trim_start_matches(['-', ' ']);
        }
    }
    part
}

/// The length of a rule's code (`B614`, `S301`, `PLR0913`) at the beginning of a text.
fn leading_code(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let word = &text[..end];
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let is_code = (1..=4).contains(&letters)
        && letters < word.len()
        && word.bytes().skip(letters).all(|b| b.is_ascii_digit());
    is_code.then_some(end)
}

fn judge_text(text: &str, own: bool, pattern: Pattern, least_words: usize) -> Verdict {
    if let Some(reason) = allowed(text, pattern.transform) {
        return Verdict::Documented(reason);
    }
    let lower = text.to_lowercase();
    let names = names_pattern(&lower, pattern);
    let counted = words(&lower).filter(|word| !is_name(word, pattern)).count();
    let long_enough = counted >= least_words;
    if !long_enough || !(names || own) {
        return Verdict::Silent;
    }
    if vouches(&lower) {
        return Verdict::Documented(text.to_owned());
    }
    if names && !is_task(&lower) { Verdict::Wish(text.to_owned()) } else { Verdict::Silent }
}

/// The reason of `untrust: allow[transform] reason`.
fn allowed(text: &str, transform: &str) -> Option<String> {
    // Each of several on one line has its own reason.
    text.split("untrust: allow[").skip(1).find_map(|behind| {
        let (allowed, reason) = behind.split_once(']')?;
        let is_named = allowed.split(',').any(|name| name.trim() == transform);
        let reason = reason.trim();
        (is_named && !reason.is_empty()).then(|| reason.to_owned())
    })
}

fn names_pattern(lower: &str, pattern: Pattern) -> bool {
    let begins = ["security", "safe"].iter().any(|word| words(lower).next() == Some(*word));
    begins
        || ["pickle", "unpickl", "remote code"].iter().any(|name| lower.contains(name))
        || pattern.names.iter().any(|name| mentions(lower, name))
}

/// Whether a text holds a name. `eval` and `exec` are parts of words that mean something else.
fn mentions(lower: &str, name: &str) -> bool {
    if matches!(name, "eval" | "exec") {
        return words(lower).any(|word| word == name);
    }
    lower.contains(name)
}

fn is_name(word: &str, pattern: Pattern) -> bool {
    let part_of_name = |name: &&str| name.split('.').any(|part| part == word);
    pattern.names.iter().any(part_of_name)
        || ["pickle", "security", "safe", "true", "false", "todo", "fixme", "note"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TORCH: Pattern =
        Pattern { transform: "torch-load", names: &["weights_only", "torch.load"] };

    #[test]
    fn reasons_of_real_code_vouch() {
        for text in [
            "weights_only=False is safe: file is internally generated by save()",
            "Security NOTE: weights_only=False is used here on internally-generated buffer, not on untrusted user input",
            "weights_only=False: our own torch.save output from a sibling rank",
            "pickle, but never user-supplied in this server",
            "untrust: allow[torch-load] because of reasons",
        ] {
            assert!(matches!(judge_text(text, false, TORCH, 4), Verdict::Documented(_)), "{text}");
        }
    }

    #[test]
    fn wishes_are_asked_about_and_other_comments_ignored() {
        let wish = "weights_only=False is needed for optimizer states";
        assert!(matches!(judge_text(wish, false, TORCH, 4), Verdict::Wish(_)));
        for text in [
            "needed for custom architectures of users",
            "weights_only=False works",
            "TODO: weights_only=False until the files are trusted by us",
            "the optimizer is kept apart from it",
            "untrust: allow[yaml-load] because of reasons",
        ] {
            assert_eq!(judge_text(text, true, TORCH, 4), Verdict::Silent, "{text}");
        }
    }
}
