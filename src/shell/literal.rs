//! Texts as literals of Python.

use std::fmt::Write;

use crate::python::module::Module;

/// A text on one line, the start of a long one.
pub(super) fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A literal of a text in these quotes, or the others where that needs fewer escapes.
pub(super) fn literal(text: &str, quote: char) -> String {
    let other = if quote == '"' { '\'' } else { '"' };
    let count = |quote: char| text.chars().filter(|c| *c == quote).count();
    let quote = if count(quote) > count(other) { other } else { quote };
    format!("{quote}{}{quote}", escaped(text, quote))
}

/// A text as it stands between quotes.
pub(super) fn escaped(text: &str, quote: char) -> String {
    let mut found = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => found.push_str("\\\\"),
            '\n' => found.push_str("\\n"),
            '\r' => found.push_str("\\r"),
            '\t' => found.push_str("\\t"),
            c if c == quote => {
                found.push('\\');
                found.push(c);
            }
            c if c.is_control() => {
                let code = u32::from(c);
                let (mark, width) = if code < 0x100 { ('x', 2) } else { ('u', 4) };
                let _ = write!(found, "\\{mark}{code:0width$x}");
            }
            c => found.push(c),
        }
    }
    found
}

/// The quotes of most literals of a module.
pub(super) fn predominant(module: &Module) -> char {
    let (mut double, mut single) = (0, 0);
    for start in module.of_kind("string_start") {
        match module.text_of(start).trim_start_matches(|c: char| c.is_ascii_alphabetic()) {
            "\"" => double += 1,
            "'" => single += 1,
            _ => {}
        }
    }
    if single > double { '\'' } else { '"' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_take_the_quotes_that_need_fewest_escapes() {
        assert_eq!(literal("a b", '"'), "\"a b\"");
        assert_eq!(literal("a \"b\"", '"'), "'a \"b\"'");
        assert_eq!(literal("it's", '\''), "\"it's\"");
        assert_eq!(literal("'\"", '"'), "\"'\\\"\"");
        assert_eq!(literal("a\\\n\x01", '"'), "\"a\\\\\\n\\x01\"");
    }
}
