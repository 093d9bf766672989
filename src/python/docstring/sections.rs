//! Sections that document parameters in Google's and `NumPy`'s style.

use super::{Entry, Line, extent, name};

/// The headings of parameters; those of the second list are taken where there is none of the
/// first.
const HEADINGS: [&[&str]; 2] = [
    &["args", "arguments", "parameters", "params"],
    &["keyword args", "keyword arguments", "keyword parameters", "other parameters"],
];

/// The parameters below `Args:`, each line `name (type): text` or deeper text of the one before.
pub(super) fn google(lines: &[Line], is_parameter: &dyn Fn(&str) -> bool) -> Vec<Entry> {
    let heading = |line: &Line, names: &[&str]| {
        let word = line.text.strip_suffix(':').map(str::to_ascii_lowercase);
        word.is_some_and(|word| names.contains(&word.as_str()))
    };
    let section = |names: &[&str]| {
        let at = lines.iter().position(|line| heading(line, names))?;
        let body = &lines[at + 1..];
        let width = body.iter().find(|line| !line.is_blank())?.width;
        let inside = width > lines[at].width;
        let end = body.iter().position(|line| !line.is_blank() && line.width < width);
        let body = &body[..end.unwrap_or(body.len())];
        inside.then(|| split(body, width, &google_head, is_parameter)).filter(|e| !e.is_empty())
    };
    HEADINGS.iter().find_map(|names| section(names)).unwrap_or_default()
}

/// The parameters below `Parameters` and a line of dashes, each line `name : type` above deeper
/// text.
pub(super) fn numpy(lines: &[Line], is_parameter: &dyn Fn(&str) -> bool) -> Vec<Entry> {
    let underlined = |at: usize| {
        let dashes = lines.get(at + 1).map_or("", |line| line.text);
        let ruled = |c| dashes.len() > 2 && dashes.chars().all(|dash| dash == c);
        !lines[at].is_blank() && (ruled('-') || ruled('='))
    };
    let section = |names: &[&str]| {
        let heading = |at: &usize| {
            let word = lines[*at].text.trim_end_matches(':').to_ascii_lowercase();
            underlined(*at) && names.contains(&word.as_str())
        };
        let start = (0..lines.len()).find(heading)? + 2;
        let width = lines.get(start..)?.iter().find(|line| !line.is_blank())?.width;
        let ends = |at: &usize| {
            let line = &lines[*at];
            underlined(*at) || (!line.is_blank() && line.width < width)
        };
        let end = (start..lines.len()).find(ends).unwrap_or(lines.len());
        let entries = split(&lines[start..end], width, &numpy_head, is_parameter);
        (!entries.is_empty()).then_some(entries)
    };
    HEADINGS.iter().find_map(|names| section(names)).unwrap_or_default()
}

/// The entries among the lines of a section: one begins with each line of this width that reads
/// like the head of one. Another line of this width goes on with the entry above; behind a blank
/// line it is text that follows the entries, as is a head that names no parameter.
fn split(
    lines: &[Line],
    width: usize,
    head: &dyn Fn(&str) -> Option<Entry>,
    is_parameter: &dyn Fn(&str) -> bool,
) -> Vec<Entry> {
    let mut heads: Vec<(usize, Entry)> = Vec::new();
    let mut end = lines.len();
    for (at, line) in lines.iter().enumerate().filter(|(_, l)| !l.is_blank() && l.width == width) {
        let behind_blank = at > 0 && lines[at - 1].is_blank();
        let known = |entry: &Entry| entry.names.iter().any(|name| is_parameter(name));
        match head(line.text) {
            Some(entry) if !behind_blank || heads.is_empty() || known(&entry) => {
                heads.push((at, entry));
            }
            _ if heads.is_empty() => return Vec::new(),
            _ if behind_blank => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let borders: Vec<usize> = heads.iter().map(|(at, _)| *at).chain([end]).collect();
    let parts = heads.into_iter().zip(borders.windows(2));
    parts.filter_map(|((_, entry), part)| extent(entry, &lines[part[0]..part[1]])).collect()
}

/// The names that begin a line, with a bullet and markup around them; and what follows.
fn names(text: &str) -> Option<(Entry, &str)> {
    let bullet = ["- ", "* ", "+ "].into_iter().find(|bullet| text.starts_with(bullet));
    let inner = text[bullet.map_or(0, str::len)..].trim_start();
    let marked = ["``", "`", "**", "*"].into_iter().find_map(|markup| {
        let (names, rest) = list(inner.strip_prefix(markup)?)?;
        Some((markup, names, rest.strip_prefix(markup)?))
    });
    let (markup, names, rest) = match marked {
        Some(found) => found,
        None => list(inner).map(|(names, rest)| ("", names, rest))?,
    };
    let lead = format!("{}{markup}", &text[..text.len() - inner.len()]);
    let starred = inner[markup.len()..].starts_with(['*', '\\']);
    Some((Entry { names, lead, starred, markup: markup.to_owned(), ..Entry::default() }, rest))
}

/// Names with commas between them.
fn list(text: &str) -> Option<(Vec<String>, &str)> {
    let (first, mut rest) = name(text)?;
    let mut names = vec![first.to_owned()];
    while let Some((next, behind)) =
        rest.trim_start().strip_prefix(',').map(str::trim_start).and_then(name)
    {
        names.push(next.to_owned());
        rest = behind;
    }
    Some((names, rest))
}

/// `name (type): text`, also with a dash for the colon.
fn google_head(line: &str) -> Option<Entry> {
    let (mut entry, mut rest) = names(line)?;
    let opening = rest.trim_start();
    if opening.starts_with('(') {
        let end = closing(opening)?;
        rest[..rest.len() - opening.len()].clone_into(&mut entry.gap);
        entry.kind = Some(opening[1..end].trim().to_owned());
        rest = &opening[end + 1..];
    }
    let mark = rest.trim_start();
    let space = rest.len() - mark.len();
    let length = match mark {
        _ if mark.starts_with(':') => 1,
        _ if space > 0 && mark.starts_with("-- ") => 2,
        _ if space > 0 && mark.starts_with("- ") => 1,
        _ => return None,
    };
    let text = &mark[length..];
    if !text.is_empty() && !text.starts_with([' ', '\t']) {
        return None;
    }
    rest[..space + length].clone_into(&mut entry.separator);
    text.trim().clone_into(&mut entry.text);
    Some(entry)
}

/// The offset of the parenthesis that closes the one a text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `name : type`, or the name alone.
fn numpy_head(line: &str) -> Option<Entry> {
    let (mut entry, rest) = names(line)?;
    let mark = rest.trim_start();
    if mark.is_empty() {
        return Some(entry);
    }
    let kind = mark.strip_prefix(':')?.trim_start();
    rest[..rest.len() - kind.len()].clone_into(&mut entry.separator);
    entry.kind = (!kind.is_empty()).then(|| kind.to_owned());
    Some(entry)
}
