//! Lines that fit a screen: columns are counted as terminals do, escape sequences that colour take
//! none.

use unicode_width::UnicodeWidthChar;

/// Tabs reach to the next multiple of this.
const TAB: usize = 8;

/// What ends all colours.
const PLAIN: &str = "\x1b[0m";

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    let mut columns = 0;
    for part in Parts(text) {
        if let Part::Char(c) = part {
            columns += columns_of(c, columns);
        }
    }
    columns
}

fn columns_of(c: char, at: usize) -> usize {
    if c == '\t' { TAB - at % TAB } else { c.width().unwrap_or(0) }
}

/// A character, or an escape sequence that colours.
enum Part<'t> {
    Char(char),
    Colour(&'t str),
}

struct Parts<'t>(&'t str);

impl<'t> Iterator for Parts<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        let c = self.0.chars().next()?;
        if c == '\x1b'
            && let Some(end) = self.0.find('m')
        {
            let (sequence, rest) = self.0.split_at(end + 1);
            self.0 = rest;
            return Some(Part::Colour(sequence));
        }
        self.0 = &self.0[c.len_utf8()..];
        Some(Part::Char(c))
    }
}

/// The text in rows of at most so many columns, broken anywhere. What is coloured stays so on the next
/// row. An empty text is one empty row.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut rows = Vec::new();
    let (mut row, mut at, mut colour) = (String::new(), 0, String::new());
    for part in Parts(text) {
        let c = match part {
            Part::Colour(sequence) => {
                row.push_str(sequence);
                if sequence == PLAIN {
                    colour.clear();
                } else {
                    colour.push_str(sequence);
                }
                continue;
            }
            Part::Char(c) => c,
        };
        let mut wide = columns_of(c, at);
        if at + wide > columns {
            if !colour.is_empty() {
                row.push_str(PLAIN);
            }
            rows.push(std::mem::replace(&mut row, colour.clone()));
            at = 0;
            wide = columns_of(c, 0);
        }
        if c == '\t' {
            row.extend(std::iter::repeat_n(' ', wide));
        } else {
            row.push(c);
        }
        at += wide;
    }
    rows.push(row);
    rows
}

/// The text in rows of at most so many columns, broken between words where it can be.
pub fn filled(text: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(word) <= columns => {
                row.push(' ');
                row.push_str(word);
            }
            _ => rows.extend(wrapped(word, columns)),
        }
    }
    rows
}

/// The text cut to so many columns; an ellipsis shows that there was more.
pub fn cut(text: &str, columns: usize) -> String {
    let fits = width(text) <= columns;
    let most = if fits { columns } else { columns.saturating_sub(1) };
    let (mut row, mut at) = (String::new(), 0);
    for part in Parts(text) {
        match part {
            Part::Colour(sequence) => row.push_str(sequence),
            Part::Char(c) => {
                let wide = columns_of(c, at);
                if at + wide > most {
                    break;
                }
                at += wide;
                if c == '\t' {
                    row.extend(std::iter::repeat_n(' ', wide));
                } else {
                    row.push(c);
                }
            }
        }
    }
    if !fits {
        row.push('…');
        if row.contains('\x1b') {
            row.push_str(PLAIN);
        }
    }
    row
}

/// The text cut at its beginning: the last columns of a path say most.
pub fn cut_left(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept: Vec<char> = Vec::new();
    let mut at = 1;
    for c in text.chars().rev() {
        let wide = c.width().unwrap_or(0);
        if at + wide > columns {
            break;
        }
        at += wide;
        kept.push(c);
    }
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_and_combining_characters_take_what_they_take() {
        assert_eq!(width("日本"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("\x1b[31mred\x1b[0m"), 3);
        assert_eq!(width("a\tb"), 9);
    }

    #[test]
    fn colours_go_on_in_the_next_row() {
        let rows = wrapped("\x1b[31mabcd\x1b[0me", 2);
        assert_eq!(rows, ["\x1b[31mab\x1b[0m", "\x1b[31mcd\x1b[0m", "e"]);
    }

    #[test]
    fn a_wide_character_is_never_halved() {
        assert_eq!(wrapped("日本語", 3), ["日", "本", "語"]);
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut_left("src/日本語.py", 7), "…語.py");
    }

    #[test]
    fn words_stay_whole() {
        assert_eq!(filled("a bc def", 4), ["a bc", "def"]);
        assert_eq!(filled("abcdef", 4), ["abcd", "ef"]);
        assert!(filled("", 4).is_empty());
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_nothing_is_lost(text in "[a-z日\u{301} ]{0,60}", columns in 2usize..20) {
            let rows = wrapped(&text, columns);
            prop_assert!(rows.iter().all(|row| width(row) <= columns));
            prop_assert_eq!(rows.concat(), text.clone());
            prop_assert!(width(&cut(&text, columns)) <= columns);
            prop_assert!(width(&cut_left(&text, columns)) <= columns);
            prop_assert!(filled(&text, columns).iter().all(|row| width(row) <= columns));
        }
    }
}
