//! Commands with what only running them would tell taken out.

use std::borrow::Cow;

/// Stands for text that is not known.
pub(super) const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

/// No variable is written with more bytes.
const LONGEST: usize = 256;

/// A line with each variable and substitution replaced by [`UNKNOWN`], or by `python` where its name
/// says that it is one. A substitution that runs a script stays.
pub(super) fn without_variables(line: &str) -> Cow<'_, str> {
    if !line.contains(['$', '%']) && !line.contains("{{") {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['$', '%', '{']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((length, inner)) = variable(rest) else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
            continue;
        };
        rest = &rest[length..];
        if is_python(inner) && !rest.starts_with(['/', '\\']) {
            out.push_str("python");
        } else {
            out.push(UNKNOWN);
        }
        // `%~dp0` ends with the separator.
        if inner.starts_with('~') {
            out.push('/');
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the variable or substitution that a text begins with, and what is inside.
fn variable(text: &str) -> Option<(usize, &str)> {
    for (open, close) in [("${{", "}}"), ("{{", "}}"), ("${", "}")] {
        if let Some(rest) = text.strip_prefix(open) {
            let length = find_near(rest, close)?;
            return Some((open.len() + length + close.len(), &rest[..length]));
        }
    }
    if let Some(rest) = text.strip_prefix("$(") {
        let length = closing(rest)?;
        let inner = &rest[..length];
        return (!inner.contains(".py")).then_some((length + 3, inner));
    }
    if let Some(rest) = text.strip_prefix("%~dp0") {
        return Some((text.len() - rest.len(), &text[1..5]));
    }
    if let Some(rest) = text.strip_prefix('%') {
        let length = word_length(rest);
        return (length > 0 && rest[length..].starts_with('%'))
            .then(|| (length + 2, &rest[..length]));
    }
    let rest = text.strip_prefix('$')?;
    let drive = if rest.starts_with("env:") { 4 } else { 0 };
    let length = drive + word_length(&rest[drive..]);
    if length > 0 {
        return Some((length + 1, &rest[..length]));
    }
    rest.starts_with(['@', '*', '#', '?']).then(|| (2, &rest[..1]))
}

fn word_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

fn find_near(text: &str, close: &str) -> Option<usize> {
    let near = &text.as_bytes()[..text.len().min(LONGEST)];
    memchr::memmem::find(near, close.as_bytes())
}

/// Where the parenthesis before a text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LONGEST) {
        match byte {
            b'(' => open += 1,
            b')' if open == 0 => return Some(at),
            b')' => open -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a variable of that name holds an interpreter.
fn is_python(inner: &str) -> bool {
    let inner = inner.trim().to_ascii_lowercase();
    (inner.contains("python") && !inner.contains("path")) || inner == "py"
}
