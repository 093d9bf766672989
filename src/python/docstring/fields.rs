//! Parameters that are documented by fields of reStructuredText: `:param name: text`.

use super::{Entry, Line, TypeField, TypePlace, extent, name};

const PARAMETER: [&str; 7] = ["param", "parameter", "arg", "argument", "key", "keyword", "kwarg"];

/// What a field is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Parameter,
    Type,
}

/// The fields that document parameters, and those that give their types.
pub(super) fn read(lines: &[Line]) -> (Vec<Entry>, Vec<TypeField>) {
    let mut fields: Vec<(Role, Entry)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((role, entry)) = field(line.text) else { continue };
        let end = at + 1 + length(&lines[at..]);
        fields.extend(extent(entry, &lines[at..end]).map(|entry| (role, entry)));
    }
    let place = |at: usize| {
        let is_partner = |other: Option<&(Role, Entry)>| {
            other.is_some_and(|(role, entry)| {
                *role == Role::Parameter && entry.names == fields[at].1.names
            })
        };
        match at {
            _ if at > 0 && is_partner(fields.get(at - 1)) => TypePlace::Below,
            _ if is_partner(fields.get(at + 1)) => TypePlace::Above,
            _ => TypePlace::Apart,
        }
    };
    let places: Vec<TypePlace> = (0..fields.len()).map(place).collect();
    let mut entries = Vec::new();
    let mut types = Vec::new();
    for ((role, entry), place) in fields.into_iter().zip(places) {
        match role {
            Role::Parameter => entries.push(entry),
            Role::Type => types.push(TypeField { entry, place }),
        }
    }
    (entries, types)
}

/// How many lines go on with the field in the first one: all that are no field and not blank, and
/// behind blank lines those that are indented deeper.
fn length(lines: &[Line]) -> usize {
    let width = lines[0].width;
    let mut behind_blank = false;
    for (count, line) in lines[1..].iter().enumerate() {
        let deeper = line.width > width;
        if !line.is_blank() && !deeper && (behind_blank || line.text.starts_with(':')) {
            return count;
        }
        behind_blank = line.is_blank();
    }
    lines.len() - 1
}

/// `:param name: text`, `:param type name: text` or `:type name: type`.
fn field(line: &str) -> Option<(Role, Entry)> {
    let inner = line.strip_prefix(':')?;
    let (head, text) = inner.split_once(':')?;
    if !text.is_empty() && !text.starts_with([' ', '\t']) {
        return None;
    }
    let (word, argument) = head.split_once([' ', '\t'])?;
    let role = match word {
        "type" => Role::Type,
        _ if PARAMETER.contains(&word) => Role::Parameter,
        _ => return None,
    };
    let (kind, written) = match argument.trim().rsplit_once([' ', '\t']) {
        Some((kind, written)) => (Some(kind.trim().to_owned()), written),
        None => (None, argument.trim()),
    };
    let (name, rest) = name(written)?;
    let starred = written.starts_with(['*', '\\']);
    rest.is_empty().then(|| {
        let names = vec![name.to_owned()];
        let (lead, separator) = (format!(":{word} "), ":".to_owned());
        let text = text.trim().to_owned();
        (role, Entry { names, lead, starred, kind, separator, text, ..Entry::default() })
    })
}
