//! Documenting parameters in a docstring that documents others.

mod habits;

use habits::{Habits, TextPlace};

use super::Edit;
use crate::python::docstring::{Docstring, Documentation, Entry, Style, TypeField, TypePlace};
use crate::python::module::Module;
use crate::python::signature::Signature;

/// What shall be said of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewEntry<'a> {
    /// The parameter's name.
    pub name: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// One sentence.
    pub text: &'a str,
}

/// The edits after which the docstring documents the parameters, in their order: last, but before
/// `*args` and `**kwargs` at the end, as the entries that are there are written. A parameter that
/// is documented already gets no edit, nor does a text that the string cannot hold as it is.
pub fn document(
    module: &Module,
    there: &Documentation,
    signature: &Signature,
    new: &[NewEntry],
) -> Vec<Edit> {
    let fits = |entry: &&NewEntry| {
        let known = there.entries.iter().any(|e| e.names.iter().any(|name| name == entry.name));
        !known && holds(module, &there.docstring, entry.text)
    };
    let new: Vec<&NewEntry> = new.iter().filter(fits).collect();
    if new.is_empty() {
        return Vec::new();
    }
    let habits = Habits::of(module, there, signature);
    let place = Place { module, there, separate: habits.gap };
    let newline = module.source.newline_at(there.docstring.content.start);
    let texts: Vec<String> = new.iter().map(|entry| entry_text(&habits, entry, newline)).collect();
    let variadic = |entry: &&Entry| entry.is_variadic(signature, module.text());
    let index = there.entries.len() - there.entries.iter().rev().take_while(variadic).count();
    let mut edits = Vec::new();
    edits.extend(place.among_entries(index, &texts));
    if habits.types == Some(TypePlace::Apart) {
        let texts: Vec<String> = new.iter().map(|entry| type_text(&habits, entry)).collect();
        edits.extend(place.among_types(signature, &texts));
    }
    // Half of what belongs together would be worse than nothing.
    if edits.iter().any(|edit| continues(module, edit)) { Vec::new() } else { edits }
}

/// Whether the string can hold the text without any escape.
fn holds(module: &Module, docstring: &Docstring, text: &str) -> bool {
    let quotes = module.slice(docstring.quotes);
    let quote = quotes.chars().next().unwrap_or('"');
    !text.contains(['\\', '\n', '\r']) && !text.contains(quotes) && !text.ends_with(quote)
}

/// Whether an edit begins behind a backslash, which would swallow its line break.
fn continues(module: &Module, edit: &Edit) -> bool {
    module.text()[..edit.span.start].trim_end_matches([' ', '\t']).ends_with('\\')
}

/// An entry without the white space before its first line.
fn entry_text(habits: &Habits, new: &NewEntry, newline: &str) -> String {
    let Habits { model, hanging, .. } = habits;
    let kind = habits.kind(new.kind);
    let NewEntry { name, text, .. } = new;
    let named = format!("{}{name}{}", model.lead, model.markup);
    let separator = &habits.separator;
    if habits.style == Style::Numpy {
        return match kind {
            _ if habits.text == TextPlace::ForType => format!("{named}{separator}{text}"),
            Some(kind) => format!("{named}{separator}{kind}{newline}{hanging}{text}"),
            None => format!("{named}{}{newline}{hanging}{text}", habits.bare),
        };
    }
    let head = match kind {
        Some(kind) if habits.style == Style::Google => {
            format!("{named}{}({kind}){separator}", habits.gap_before_kind)
        }
        Some(kind) if habits.types.is_none() => {
            format!("{}{kind} {name}{separator}", model.lead)
        }
        _ => format!("{named}{separator}"),
    };
    let entry = if habits.text == TextPlace::Below {
        format!("{head}{newline}{hanging}{text}")
    } else {
        format!("{head} {text}")
    };
    let indentation = &model.indentation;
    match habits.types {
        Some(TypePlace::Below) => {
            format!("{entry}{newline}{indentation}{}", type_text(habits, new))
        }
        Some(TypePlace::Above) => {
            format!("{}{newline}{indentation}{entry}", type_text(habits, new))
        }
        _ => entry,
    }
}

/// A `:type` field without the white space before it.
fn type_text(habits: &Habits, new: &NewEntry) -> String {
    let kind = habits.kind(new.kind).unwrap_or_else(|| new.kind.to_owned());
    format!(":type {}: {kind}", new.name)
}

/// Where entries stand.
struct Place<'a, 't> {
    module: &'a Module,
    there: &'a Documentation<'t>,
    separate: bool,
}

impl Place<'_, '_> {
    /// Inserts texts behind the first `index` entries.
    fn among_entries(&self, index: usize, texts: &[String]) -> Option<Edit> {
        let entries = &self.there.entries;
        let Some(before) = index.checked_sub(1).map(|i| &entries[i]) else {
            let first = entries.first()?;
            let above = self.field_of(first, TypePlace::Above);
            return Some(self.before(above.unwrap_or(first), texts));
        };
        let below = self.field_of(before, TypePlace::Below);
        Some(self.behind(below.unwrap_or(before), texts))
    }

    /// Inserts `:type` fields behind the last one that is not of `*args` or `**kwargs`.
    fn among_types(&self, signature: &Signature, texts: &[String]) -> Option<Edit> {
        let types = &self.there.types;
        let plain = |field: &&TypeField| !field.entry.is_variadic(signature, self.module.text());
        match types.iter().rfind(plain) {
            Some(last) => Some(self.behind(&last.entry, texts)),
            None => types.first().map(|first| self.before(&first.entry, texts)),
        }
    }

    /// The `:type` field that stands so beside an entry.
    fn field_of(&self, entry: &Entry, place: TypePlace) -> Option<&Entry> {
        let is_it = |f: &&TypeField| f.place == place && f.entry.names == entry.names;
        self.there.types.iter().find(is_it).map(|field| &field.entry)
    }

    fn behind(&self, entry: &Entry, texts: &[String]) -> Edit {
        // White space before the closing quotes stays there.
        let last_line = entry.line_end == self.there.docstring.content.end;
        let offset = if last_line { entry.span.end } else { entry.line_end };
        let newline = self.module.source.newline_at(entry.span.start);
        let blank = if self.separate { newline } else { "" };
        let written =
            texts.iter().map(|text| format!("{newline}{blank}{}{text}", entry.indentation));
        Edit::insert(offset, written.collect::<String>())
    }

    fn before(&self, entry: &Entry, texts: &[String]) -> Edit {
        let newline = self.module.source.newline_at(entry.span.start);
        let blank = if self.separate { newline } else { "" };
        let written =
            texts.iter().map(|text| format!("{text}{newline}{blank}{}", entry.indentation));
        Edit::insert(entry.span.start, written.collect::<String>())
    }
}
