//! How the entries of a docstring are written: what most of them do, the last one where they are
//! even.

use crate::python::docstring::{Documentation, Entry, Style, TypePlace};
use crate::python::module::Module;
use crate::python::signature::Signature;

/// The habits of a docstring.
pub(super) struct Habits<'d> {
    /// The style.
    pub style: Style,
    /// The last entry that is not of `*args` or `**kwargs`, else the last one.
    pub model: &'d Entry,
    /// The white space before a second line.
    pub hanging: String,
    /// Where the text stands.
    pub text: TextPlace,
    /// What ends the name and the type, or in the style of `numpy` stands between them.
    pub separator: String,
    /// What stands behind a name without a type.
    pub bare: String,
    /// What stands between the name and the parenthesis of a type.
    pub gap_before_kind: String,
    /// Where `:type` fields stand, if types are given in such.
    pub types: Option<TypePlace>,
    /// Whether blank lines stand between entries.
    pub gap: bool,
    /// Whether types are given.
    typed: bool,
    /// What stands before and behind the word of a type.
    quotes: (String, String),
    /// How it is said that a parameter may be left out.
    optional: Option<String>,
}

/// Where the text of an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextPlace {
    /// Behind the head.
    Beside,
    /// In the line below the head.
    Below,
    /// In the place of the type, where `numpy` wants that: `name: text`.
    ForType,
}

impl<'d> Habits<'d> {
    /// The habits of the entries that document parameters other than `*args` and `**kwargs`; of
    /// all if there are only these.
    pub(super) fn of(module: &Module, there: &'d Documentation, signature: &Signature) -> Self {
        let variadic = |entry: &&Entry| entry.is_variadic(signature, module.text());
        let mut plain: Vec<&Entry> = there.entries.iter().filter(|e| !variadic(e)).collect();
        if plain.is_empty() {
            plain = there.entries.iter().collect();
        }
        let model = plain[plain.len() - 1];
        let kinds: Vec<Kind> = plain.iter().map(|entry| Kind::of(there, entry)).collect();
        let typed: Vec<&str> = kinds.iter().filter_map(|kind| kind.word).collect();
        let has_field = |entry: &&Entry| field(there, entry).is_some();
        let in_fields = mostly(plain.iter().map(has_field));
        let last_typed = plain.iter().rev().find(|entry| entry.kind.is_some());
        let last_bare = plain.iter().rev().find(|entry| entry.kind.is_none());
        let with_default = plain.iter().zip(&kinds).filter(|(entry, _)| {
            entry.parameter(signature, module.text()).is_some_and(|p| p.default.is_some())
        });
        let optionals: Vec<Option<&str>> = with_default.map(|(_, kind)| kind.optional).collect();
        let is_optional = mostly(optionals.iter().map(Option::is_some));
        let optional = optionals.iter().rev().find_map(|spelled| *spelled);
        Self {
            style: there.style,
            model,
            hanging: hanging(&plain),
            text: text_place(&plain),
            separator: separator(there.style, model, last_typed.copied()),
            bare: last_bare.map_or("", |entry| entry.separator.trim_end()).to_owned(),
            gap_before_kind: last_typed.map_or(" ", |entry| entry.gap.as_str()).to_owned(),
            types: in_fields.then(|| type_place(there)),
            gap: separated(there),
            typed: mostly(kinds.iter().map(|kind| kind.word.is_some())),
            quotes: quotes(&typed),
            optional: optional.filter(|_| is_optional).map(str::to_owned),
        }
    }

    /// The type as it is written here, with the word for optional; `None` if none is given.
    pub(super) fn kind(&self, kind: &str) -> Option<String> {
        let (before, behind) = &self.quotes;
        match (self.typed, &self.optional) {
            (true, Some(optional)) if optional.starts_with([',', ' ', '(']) => {
                Some(format!("{before}{kind}{behind}{optional}"))
            }
            (true, Some(optional)) => Some(format!("{before}{kind}{behind}, {optional}")),
            (true, None) => Some(format!("{before}{kind}{behind}")),
            (false, Some(optional)) => Some(optional.trim_matches([',', ' ', '(', ')']).to_owned()),
            (false, None) => None,
        }
    }
}

/// Whether most say yes; the last one decides where they are even.
fn mostly(votes: impl Iterator<Item = bool>) -> bool {
    let (mut yes, mut no, mut last) = (0_usize, 0_usize, false);
    for vote in votes {
        *(if vote { &mut yes } else { &mut no }) += 1;
        last = vote;
    }
    yes > no || (yes == no && last)
}

/// What is said of a type.
struct Kind<'d> {
    /// The type without further notes.
    word: Option<&'d str>,
    /// How it is said that the parameter is optional, with what separates it from the type.
    optional: Option<&'d str>,
}

impl<'d> Kind<'d> {
    fn of(there: &'d Documentation, entry: &'d Entry) -> Self {
        let mut found = Self { word: None, optional: None };
        let Some(kind) = field(there, entry).map(|f| f.text.as_str()).or(entry.kind.as_deref())
        else {
            return found;
        };
        for (separator, part) in parts(kind) {
            let word = part.trim_matches(['*', '`', '_', ' ']).to_ascii_lowercase();
            if word == "optional" {
                found.optional = Some(separator).filter(|s| !s.is_empty()).or(Some(part));
            } else if !word.starts_with("default") {
                found.word = found.word.or(Some(part));
            }
        }
        let noted = found.word.and_then(|word| Some((word, word.find("(optional)")?)));
        if let Some((word, at)) = noted {
            let kept = word[..at].trim_end();
            found.word = Some(kept).filter(|kept| !kept.is_empty());
            found.optional = Some(&word[kept.len()..at + "(optional)".len()]);
        }
        found
    }
}

/// The parts of a type that commas separate outside of brackets: each with and without the comma
/// before it.
fn parts(kind: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    let mut push = |start: usize, end: usize| {
        let whole = kind[start..end].trim_end();
        let separator = if start == 0 { "" } else { whole };
        found.push((separator, whole.trim_start_matches([',', ' ', '\t'])));
    };
    for (at, c) in kind.char_indices() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                push(start, at);
                start = at;
            }
            _ => {}
        }
    }
    push(start, kind.len());
    found
}

/// Where most `:type` fields stand.
fn type_place(there: &Documentation) -> TypePlace {
    let stand = |place| mostly(there.types.iter().map(|field| field.place == place));
    let beside = [TypePlace::Below, TypePlace::Above].into_iter().find(|place| stand(*place));
    beside.unwrap_or(TypePlace::Apart)
}

/// The `:type` field of an entry.
fn field<'d>(there: &'d Documentation, entry: &Entry) -> Option<&'d Entry> {
    there.types.iter().map(|field| &field.entry).find(|field| field.names == entry.names)
}

fn text_place(entries: &[&Entry]) -> TextPlace {
    let below = |entry: &&Entry| entry.text.is_empty() && entry.hanging.is_some();
    match () {
        () if mostly(entries.iter().map(|entry| is_prose(entry))) => TextPlace::ForType,
        () if mostly(entries.iter().map(below)) => TextPlace::Below,
        () => TextPlace::Beside,
    }
}

/// Whether a sentence stands where `numpy` wants the type.
fn is_prose(entry: &Entry) -> bool {
    let sentence = |kind: &String| kind.ends_with('.') || kind.split_whitespace().count() > 4;
    entry.hanging.is_none() && entry.kind.as_ref().is_some_and(sentence)
}

/// The white space before second lines: that of the last entry that has one, else one level more
/// than the entries.
fn hanging(entries: &[&Entry]) -> String {
    let written = entries.iter().rev().find_map(|entry| entry.hanging.clone());
    written.unwrap_or_else(|| {
        let own = entries.last().map_or("", |entry| entry.indentation.as_str());
        format!("{own}{}", if own.ends_with('\t') { "\t" } else { "    " })
    })
}

fn separator(style: Style, model: &Entry, last_typed: Option<&Entry>) -> String {
    let entry = if style == Style::Numpy { last_typed } else { Some(model) };
    entry.map_or(" : ", |entry| entry.separator.as_str()).to_owned()
}

/// Whether blank lines separate the entries.
fn separated(there: &Documentation) -> bool {
    let (_, but_last) = there.entries.split_last().map_or((None, &[][..]), |(l, r)| (Some(l), r));
    let field = |entry: &Entry| {
        let fields = there.types.iter();
        fields.filter(|f| f.place == TypePlace::Below).find(|f| f.entry.names == entry.names)
    };
    let blank =
        |entry: &Entry| field(entry).map_or(entry.blank_after, |field| field.entry.blank_after);
    mostly(but_last.iter().map(blank))
}

/// The markup around types, if most have some: that of the last type that begins with it.
fn quotes(words: &[&str]) -> (String, String) {
    let marked = |word: &&str| {
        let at = word.find('`')?;
        let role = at == 0 || (word.starts_with(':') && word[..at].ends_with(':'));
        let ticks: String = word[at..].chars().take_while(|c| *c == '`').collect();
        role.then(|| (format!("{}{ticks}", &word[..at]), ticks))
    };
    let last = words.iter().rev().find_map(marked);
    last.filter(|_| mostly(words.iter().map(|word| word.contains('`')))).unwrap_or_default()
}
