//! A command as a program puts it together: text with values in it.

use crate::workspace::span::Span;

/// A command: its characters, some of which stand for values.
#[derive(Debug, Clone, Default)]
pub(super) struct Template {
    /// The text; each value is one private-use character.
    pub(super) text: String,
    /// For each character of the text the byte of the module's text that it stems from.
    pub(super) origins: Vec<usize>,
    /// What the private-use characters stand for, in order.
    pub(super) values: Vec<Value>,
}

/// A value in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// The expression in the module's text.
    pub(super) at: Span,
    /// What is read of it, `.name`.
    pub(super) suffix: String,
    /// How it becomes text.
    pub(super) format: Format,
}

/// How a value becomes text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    /// As `str` makes it.
    Plain,
    /// As `repr` makes it: what was meant are the quotes.
    Repr,
    /// As a whole number.
    Whole,
    /// As an f-string does with this behind the expression, `:.3f`.
    Spec(String),
}

impl Value {
    /// An expression as it is.
    pub(super) fn plain(at: Span) -> Self {
        Self { at, suffix: String::new(), format: Format::Plain }
    }
}

/// The first of the characters that stand for values.
const FIRST: u32 = 0xE000;
/// Behind the last of them.
const LAST: u32 = 0xF8FF;

/// Whether a text holds characters that could be taken for values.
pub(super) fn holds_marks(text: &str) -> bool {
    text.chars().any(|c| value_of(c).is_some())
}

/// The index of the value that a character stands for.
pub(super) fn value_of(c: char) -> Option<usize> {
    let code = u32::from(c);
    (FIRST..=LAST).contains(&code).then(|| (code - FIRST) as usize)
}

impl Template {
    /// Adds a character of the text, which stems from this byte.
    pub(super) fn push(&mut self, c: char, origin: usize) {
        self.text.push(c);
        self.origins.push(origin);
    }

    /// Adds a value; false if there are too many.
    pub(super) fn push_value(&mut self, value: Value) -> bool {
        let origin = value.at.start;
        self.push_value_at(value, origin)
    }

    /// Adds a value that is put in where this byte stands.
    pub(super) fn push_value_at(&mut self, value: Value, origin: usize) -> bool {
        let code = u32::try_from(self.values.len()).ok().and_then(|n| n.checked_add(FIRST));
        let Some(mark) = code.filter(|code| *code <= LAST).and_then(char::from_u32) else {
            return false;
        };
        self.push(mark, origin);
        self.values.push(value);
        true
    }

    /// Adds what another template holds.
    pub(super) fn extend(&mut self, other: Template) -> bool {
        let mut values = other.values.into_iter();
        other.text.chars().zip(other.origins).all(|(c, origin)| {
            if value_of(c).is_some() {
                return values.next().is_some_and(|value| self.push_value_at(value, origin));
            }
            self.push(c, origin);
            true
        })
    }

    /// The byte of the module's text that a byte of the template's text stems from.
    pub(super) fn origin(&self, byte: usize) -> usize {
        let index = self.text[..byte].chars().count();
        self.origins.get(index).or(self.origins.last()).copied().unwrap_or_default()
    }

    /// Without white space at both ends.
    pub(super) fn trimmed(&self) -> Self {
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n');
        let start = self.text.chars().take_while(|c| is_blank(*c)).count();
        let text = self.text.trim_start_matches(is_blank);
        let kept = text.trim_end_matches(is_blank);
        // A backslash keeps the blank behind it.
        let kept = if kept.ends_with('\\') { text } else { kept };
        let count = kept.chars().count();
        Self {
            text: kept.to_owned(),
            origins: self.origins[start..start + count].to_vec(),
            values: self.values.clone(),
        }
    }
}
