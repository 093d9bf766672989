//! Documented exceptions: the comments by which an author says why an unsafe pattern is necessary
//! and why it is safe where it stands.

use tree_sitter::Node;

use crate::python::comment;
use crate::python::module::Module;
use crate::python::tree;
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

/// Words that a reason must have at least, those that name the pattern not counted.
const LEAST_WORDS: usize = 4;

/// Judges the comments on the lines of `call`, and above its statement. `argument` is the unsafe
/// argument, if it is written.
pub fn judge(module: &Module, call: Node, argument: Option<Span>, pattern: Pattern) -> Verdict {
    let mut verdict = Verdict::Silent;
    for (text, own) in candidates(module, call, argument) {
        match judge_text(&text, own, pattern) {
            Verdict::Silent => {}
            Verdict::Documented(reason) => return Verdict::Documented(reason),
            wish @ Verdict::Wish(_) => verdict = wish,
        }
    }
    verdict
}

/// The comment texts that may speak of a call, each with whether it stands on the line of the
/// argument itself.
fn candidates(module: &Module, call: Node, argument: Option<Span>) -> Vec<(String, bool)> {
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
    let mut statement = tree::statement(call);
    while let Some(here) = statement {
        let line = module.lines.of(here.start_byte());
        if let Some(above) = own_line_comment(module, line.wrapping_sub(1)) {
            let (from, to) = comment::group(&module.comments, above, &module.lines);
            // A comment behind code belongs to that code, also where it is continued below.
            if module.comments[from].own_line {
                found.push((joined(module, from, to), false));
            }
        }
        statement = previous_without_gap(module, here);
    }
    found
}

fn own_line_comment(module: &Module, line: usize) -> Option<usize> {
    let index = module.comments.partition_point(|c| c.line < line);
    module.comments.get(index).filter(|c| c.line == line && c.own_line).map(|_| index)
}

/// The statement before in the block, if no blank line stands between.
fn previous_without_gap<'t>(module: &Module, statement: Node<'t>) -> Option<Node<'t>> {
    let mut previous = statement.prev_named_sibling()?;
    while previous.kind() == "comment" {
        previous = previous.prev_named_sibling()?;
    }
    let between =
        (module.lines.of(previous.end_byte()) + 1)..module.lines.of(statement.start_byte());
    let blank = |line: usize| module.slice(module.lines.span(line)).trim().is_empty();
    (tree::is_statement(previous) && !between.into_iter().any(blank)).then_some(previous)
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

fn judge_text(text: &str, own: bool, pattern: Pattern) -> Verdict {
    if let Some(reason) = allowed(text, pattern.transform) {
        return Verdict::Documented(reason);
    }
    let lower = text.to_lowercase();
    let names = names_pattern(&lower, pattern);
    let long_enough = words(&lower).filter(|word| !is_name(word, pattern)).count() >= LEAST_WORDS;
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
    let (_, behind) = text.split_once("untrust: allow[")?;
    let (allowed, reason) = behind.split_once(']')?;
    let is_named = allowed.split(',').any(|name| name.trim() == transform);
    let reason = reason.trim();
    (is_named && !reason.is_empty()).then(|| reason.to_owned())
}

fn names_pattern(lower: &str, pattern: Pattern) -> bool {
    let begins = ["security", "safe"].iter().any(|word| words(lower).next() == Some(*word));
    begins
        || ["pickle", "unpickl", "remote code"].iter().any(|name| lower.contains(name))
        || pattern.names.iter().any(|name| lower.contains(name))
}

fn is_name(word: &str, pattern: Pattern) -> bool {
    let part_of_name = |name: &&str| name.split('.').any(|part| part == word);
    pattern.names.iter().any(part_of_name)
        || ["pickle", "security", "safe", "true", "false", "todo", "fixme", "note"].contains(&word)
}

fn words(lower: &str) -> impl Iterator<Item = &str> {
    lower
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| word.chars().any(char::is_alphabetic))
}

/// Whether the comment is a note of work to do.
fn is_task(lower: &str) -> bool {
    words(lower).next().is_some_and(|word| ["todo", "fixme", "xxx", "hack"].contains(&word))
}

/// Whether a text says where the data comes from or what makes it safe.
pub fn vouches(lower: &str) -> bool {
    if is_task(lower) || lower.trim_end().ends_with('?') {
        return false;
    }
    let clauses = lower.split([',', ';', '(', ')', ':', '!', '?']).flat_map(|c| c.split(". "));
    clauses.map(|clause| words(clause).collect::<Vec<_>>()).any(|clause| clause_vouches(&clause))
}

fn clause_vouches(clause: &[&str]) -> bool {
    const DEMANDS: [&str; 16] = [
        "only",
        "ensure",
        "make",
        "should",
        "must",
        "assume",
        "assuming",
        "assumes",
        "maybe",
        "probably",
        "hopefully",
        "do",
        "don",
        "if",
        "unless",
        "use",
    ];
    if clause.first().is_some_and(|word| DEMANDS.contains(word)) {
        return false;
    }
    let doubt = ["should", "must", "assume", "assuming", "maybe", "probably", "if", "unless"];
    if clause.iter().any(|word| doubt.contains(word)) {
        return false;
    }
    (0..clause.len()).any(|at| word_vouches(clause, at)) || denies_outside(clause)
}

fn word_vouches(clause: &[&str], at: usize) -> bool {
    let before = &clause[at.saturating_sub(3)..at];
    let negations = ["not", "never", "no", "cannot", "t", "without", "isn", "nor", "un"];
    if before.iter().any(|word| negations.contains(word)) {
        return false;
    }
    let next = clause.get(at + 1).copied().unwrap_or_default();
    match clause[at] {
        "own" => {
            let whose = before.last().copied().unwrap_or_default();
            !["its", "their", "your", "s", "users", "his", "her"].contains(&whose)
        }
        "internal" | "internally" | "trusted" | "verified" | "checksum" | "checksums"
        | "sandboxed" | "allowlisted" | "whitelisted" => true,
        "allow" => next == "listed",
        "local" => next == "to",
        "generated" | "written" | "created" | "saved" | "produced" => {
            let others = [
                "user",
                "users",
                "client",
                "clients",
                "customer",
                "customers",
                "someone",
                "anyone",
                "attacker",
                "others",
                "third",
            ];
            next == "by" && !clause[at + 2..].iter().any(|word| others.contains(word))
        }
        _ => false,
    }
}

/// `never user-supplied`, `not from outside`, `not on untrusted user input`.
fn denies_outside(clause: &[&str]) -> bool {
    let Some(at) = clause.iter().position(|word| ["not", "never"].contains(word)) else {
        return false;
    };
    let behind = &clause[at + 1..];
    let outside = ["user", "users", "outside", "external", "untrusted"];
    let warns = ["safe", "secure", "trust", "use", "load", "be"];
    behind.iter().any(|word| outside.contains(word)) && !behind.iter().any(|w| warns.contains(w))
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
            assert!(matches!(judge_text(text, false, TORCH), Verdict::Documented(_)), "{text}");
        }
    }

    #[test]
    fn wishes_are_asked_about_and_other_comments_ignored() {
        let wish = "weights_only=False is needed for optimizer states";
        assert!(matches!(judge_text(wish, false, TORCH), Verdict::Wish(_)));
        for text in [
            "needed for custom architectures of users",
            "weights_only=False works",
            "TODO: weights_only=False until the files are trusted by us",
            "the optimizer is kept apart from it",
            "untrust: allow[yaml-load] because of reasons",
        ] {
            assert_eq!(judge_text(text, true, TORCH), Verdict::Silent, "{text}");
        }
    }

    #[test]
    fn warnings_and_negations_do_not_vouch() {
        for text in [
            "weights_only=False, only use with trusted files",
            "this file cannot be trusted at all",
            "the file is not verified by anything",
            "pickle is not safe for untrusted input",
            "generated by the user of the server",
            "loads a file from their own machine",
        ] {
            assert!(!vouches(text), "{text}");
        }
    }
}
