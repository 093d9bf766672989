//! The words of a line.

use super::format::Format;

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// Text without spaces, quotes and brackets.
    Word(&'t str),
    /// A character that ends a command.
    End(char),
}

/// Hands the words of a line, without its variables, to `visit`.
pub(super) fn each(line: &str, format: Format, visit: &mut dyn FnMut(Token)) {
    let mut word = String::new();
    let mut characters = line.chars().peekable();
    let mut ended = |word: &mut String, end: Option<char>| {
        if !word.is_empty() {
            visit(Token::Word(word));
            word.clear();
        }
        if let Some(end) = end {
            visit(Token::End(end));
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.peek() {
                // A quote within a string, or a command that goes on.
                None | Some('"' | '\'') => ended(&mut word, None),
                Some('\\') if format == Format::Json => {
                    characters.next();
                    word.push('/');
                }
                Some('n' | 'r' | 't') if format == Format::Json => {
                    characters.next();
                    ended(&mut word, Some(';'));
                }
                Some(_) => word.push('/'),
            },
            // Escapes, most of them of the line's end.
            '^' if format == Format::Batch => ended(&mut word, None),
            '`' if format == Format::PowerShell => ended(&mut word, None),
            ';' | '|' | '&' | '(' | ')' | '`' => ended(&mut word, Some(character)),
            '"' | '\'' | '[' | ']' | '{' | '}' | ',' | '<' | '>' | '*' => ended(&mut word, None),
            _ if character.is_whitespace() => ended(&mut word, None),
            _ => word.push(character),
        }
    }
    ended(&mut word, None);
}
