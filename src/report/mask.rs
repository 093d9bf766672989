//! Keeps secrets out of what is shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use crate::python::module::Module;
use crate::transforms::secret::Secret;
use crate::transforms::{Transform, secret, secret_shapes};
use crate::workspace::source::Source;
use crate::workspace::span::Span;

/// What must not be shown: the secrets of modules, and everything that has the shape of a token.
#[derive(Debug, Default)]
pub struct Mask {
    /// Whether anything is hidden.
    on: bool,
    /// The texts that hold a secret, for each what is shown in its place.
    texts: Vec<String>,
    shown: Vec<String>,
    automaton: Option<AhoCorasick>,
}

/// A secret of at least so many bytes that is no word is hidden wherever it stands; others only
/// between the characters that they have around them in the source, `"hunter2"`.
const ANYWHERE: usize = 10;

impl Mask {
    /// Hides nothing.
    pub fn off() -> Self {
        Self::default()
    }

    /// Hides the secrets of the modules.
    pub fn of<'m>(modules: impl Iterator<Item = &'m Module>) -> Self {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for module in modules {
            let again = parsed_again(module);
            let module = again.as_ref().unwrap_or(module);
            for span in secret::spans(module) {
                for line in lines(module, span) {
                    let found = pattern(module, line);
                    texts
                        .extend(found.iter().map(|(text, shown)| (undecoded(text), shown.clone())));
                    texts.extend(found);
                }
            }
        }
        let (texts, shown): (Vec<String>, Vec<String>) = texts.into_iter().unzip();
        let automaton = AhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&texts)
            .ok()
            .filter(|_| !texts.is_empty());
        Self { on: true, texts, shown, automaton }
    }

    /// The text with each secret cut to its first characters and an ellipsis.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.on {
            return Cow::Borrowed(text);
        }
        let mut found = self.known(text);
        found.extend(secret_shapes::shapes(text).into_iter().map(|range| {
            let shown = secret_shapes::masked(&text[range.clone()]);
            (range, shown)
        }));
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, shown) in found {
            if range.start < at {
                // What begins inside another one ends with it, or is hidden to its own end.
                at = at.max(range.end);
                continue;
            }
            out.push_str(&text[at..range.start]);
            out.push_str(&shown);
            at = range.end;
        }
        out.push_str(&text[at..]);
        Cow::Owned(out)
    }

    /// Whether a text holds a secret.
    pub fn hides(&self, text: &str) -> bool {
        self.on && matches!(self.text(text), Cow::Owned(_))
    }

    /// The same of the bytes of a line.
    pub fn hides_line(&self, line: &[u8]) -> bool {
        self.on && self.hides(&String::from_utf8_lossy(line))
    }

    /// Hides the secrets in a text.
    pub fn apply(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }

    /// Where the known secrets stand, with what is shown in their place.
    fn known(&self, text: &str) -> Vec<(Range<usize>, String)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let found = automaton.find_iter(text);
        found.map(|hit| (hit.range(), self.shown[hit.pattern().as_usize()].clone())).collect()
    }

    /// Whether anything is hidden.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// How many texts are hidden, apart from those of known shapes.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// A module whose tree was forgotten, if it may hold a secret.
fn parsed_again(module: &Module) -> Option<Module> {
    let bytes = &module.source.bytes;
    if module.has_tree() || !(Secret.about().confirm)(bytes) {
        return None;
    }
    Source::python(module.file, bytes.clone()).ok().map(Module::new)
}

/// The parts of a span that lie in one line each.
fn lines(module: &Module, span: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = span.start;
    for line in module.slice(span).split_inclusive('\n') {
        let end = start + line.trim_end_matches(['\r', '\n']).len();
        let from = start + (line.len() - line.trim_start().len()).min(end - start);
        if end > from {
            parts.push(Span::new(from, end));
        }
        start += line.len();
    }
    parts
}

/// The text as it is seen where its bytes are read as UTF-8 and are not.
fn undecoded(text: &str) -> String {
    let seen = |c: char| if c.is_ascii() { c } else { char::REPLACEMENT_CHARACTER };
    text.chars().map(seen).collect()
}

/// The text that is looked for to hide a secret, and what is shown instead.
fn pattern(module: &Module, span: Span) -> Option<(String, String)> {
    let value = module.slice(span);
    let shown = secret_shapes::masked(value);
    let is_word = value.chars().all(|c| c.is_ascii_alphabetic());
    if value.len() >= ANYWHERE && !is_word {
        return Some((value.to_owned(), shown));
    }
    let text = module.text();
    let before = text[..span.start].chars().next_back().filter(|c| !c.is_control())?;
    let after = text[span.end..].chars().next().filter(|c| !c.is_control())?;
    Some((format!("{before}{value}{after}"), format!("{before}{shown}{after}")))
}
