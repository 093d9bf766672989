//! Words of a command as a POSIX shell splits and unquotes them (The Open Group Base
//! Specifications, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition).

use super::template::value_of;

/// A part of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// What separates or redirects, `&&`, `>`, `2>&`.
    Operator(String),
}

/// A word without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// What it is put together from; neighbouring texts are one.
    pub(super) pieces: Vec<Piece>,
    /// The byte at which it starts.
    pub(super) start: usize,
    /// For `NAME=value` ahead of a command: the length of `NAME` in bytes.
    pub(super) assigns: Option<usize>,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text.
    Text(String),
    /// A value, and whether it stands within quotes.
    Value {
        /// Its index.
        index: usize,
        /// Whether it stands within quotes.
        is_quoted: bool,
    },
}

impl Word {
    /// The text of a word without values.
    pub(super) fn plain(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The value of a word that is nothing else, and whether it is quoted.
    pub(super) fn value(&self) -> Option<(usize, bool)> {
        match self.pieces[..] {
            [Piece::Value { index, is_quoted }] => Some((index, is_quoted)),
            _ => None,
        }
    }

    /// The values in it.
    pub(super) fn values(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value { index, .. } => Some(*index),
            Piece::Text(_) => None,
        })
    }
}

/// The tokens of a command; `None` where a word has a meaning that only a shell can give it.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer { text, at: 0, found: Vec::new() };
    while lexer.next()? {}
    Some(lexer.found)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    found: Vec<Token>,
}

/// What a word becomes while it is read.
#[derive(Default)]
struct Builder {
    pieces: Vec<Piece>,
    assigns: Option<usize>,
    /// Whether all so far stands outside quotes and could be the name of an assignment.
    is_name: bool,
    length: usize,
}

impl Builder {
    fn text(&mut self, c: char) {
        self.length += c.len_utf8();
        if let Some(Piece::Text(text)) = self.pieces.last_mut() {
            text.push(c);
        } else {
            self.pieces.push(Piece::Text(c.to_string()));
        }
    }

    fn any(&mut self, c: char, is_quoted: bool) {
        match value_of(c) {
            Some(index) => self.pieces.push(Piece::Value { index, is_quoted }),
            None => self.text(c),
        }
    }

    fn plain(&mut self, c: char) {
        if self.is_name && c == '=' && self.length > 0 && self.assigns.is_none() {
            self.assigns = Some(self.length);
        }
        let first = self.length == 0;
        let fits = c == '_' || c.is_ascii_alphabetic() || (!first && c.is_ascii_digit());
        self.is_name &= fits;
        self.any(c, false);
    }
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Reads one token; false at the end.
    fn next(&mut self) -> Option<bool> {
        loop {
            if self.rest().starts_with("\\\n") {
                self.at += 2;
            } else if matches!(self.peek(), Some(' ' | '\t')) {
                self.at += 1;
            } else {
                break;
            }
        }
        let Some(c) = self.peek() else { return Some(false) };
        if c == '#' {
            return None;
        }
        if let Some(operator) = operator(self.rest()) {
            self.at += operator.len();
            self.found.push(Token::Operator(operator.to_owned()));
            return Some(true);
        }
        let word = self.word()?;
        self.found.push(Token::Word(word));
        Some(true)
    }

    fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut word = Builder { is_name: true, ..Builder::default() };
        let mut is_empty = true;
        while let Some(c) = self.peek() {
            match c {
                ' ' | '\t' => break,
                _ if is_operator(c) => break,
                '\'' => {
                    self.at += 1;
                    word.is_name = false;
                    self.single(&mut word)?;
                }
                '"' => {
                    self.at += 1;
                    word.is_name = false;
                    self.double(&mut word)?;
                }
                '\\' => {
                    self.at += 1;
                    word.is_name = false;
                    match self.take()? {
                        '\n' => {}
                        c => word.any(c, false),
                    }
                }
                '*' | '?' | '[' | '`' => return None,
                '~' if is_empty || word.assigns.is_some() => return None,
                '{' if !self.rest().starts_with("{}") => return None,
                '$' if self.is_expanded() => return None,
                _ => {
                    self.at += c.len_utf8();
                    word.plain(c);
                }
            }
            is_empty = false;
        }
        Some(Word { pieces: word.pieces, start, assigns: word.assigns })
    }

    fn single(&mut self, word: &mut Builder) -> Option<()> {
        loop {
            match self.take()? {
                '\'' => return Some(()),
                c => word.any(c, true),
            }
        }
    }

    fn double(&mut self, word: &mut Builder) -> Option<()> {
        loop {
            match self.take()? {
                '"' => return Some(()),
                '`' => return None,
                '\\' => match self.peek()? {
                    c @ ('$' | '`' | '"' | '\\') => {
                        self.at += 1;
                        word.any(c, true);
                    }
                    '\n' => self.at += 1,
                    _ => word.text('\\'),
                },
                '$' => {
                    self.at -= 1;
                    if self.is_expanded() && !self.rest().starts_with("$\"") {
                        return None;
                    }
                    self.at += 1;
                    word.text('$');
                }
                c => word.any(c, true),
            }
        }
    }

    /// Whether the dollar sign at hand is more than itself.
    fn is_expanded(&self) -> bool {
        let next = self.rest().chars().nth(1);
        // What follows a dollar sign that means itself: the end, a blank, the end of the quotes.
        !matches!(next, None | Some(' ' | '\t' | '\n' | '/' | '.' | ',' | ':' | '%' | '+' | '='))
    }
}

fn is_operator(c: char) -> bool {
    matches!(c, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '\n')
}

/// The operator that a text begins with, with the number of the stream that is redirected.
fn operator(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if !number.is_empty() && !rest.starts_with(['<', '>']) {
        return None;
    }
    let known = ["&>>", "<<-", "<<<", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "&>"];
    let length = known.iter().find(|op| rest.starts_with(**op)).map(|op| op.len());
    let single = || rest.chars().next().filter(|c| is_operator(*c)).map(char::len_utf8);
    length.or_else(single).map(|length| &text[..digits + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<Vec<String>> {
        let text = text.replace('@', "\u{e000}");
        let shown = |token: Token| match token {
            Token::Operator(operator) => format!("({operator})"),
            Token::Word(word) => {
                let pieces = word.pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Value { is_quoted, .. } => {
                        (if *is_quoted { "<q>" } else { "<v>" }).to_owned()
                    }
                });
                let assigns = word.assigns.map(|length| format!("{length}:"));
                assigns.into_iter().chain(pieces).collect()
            }
        };
        Some(tokens(&text)?.into_iter().map(shown).collect())
    }

    #[test]
    fn words_are_split_and_unquoted_as_a_shell_does() {
        let cases = [
            ("a  b\tc", &["a", "b", "c"][..]),
            ("a 'b c' \"d e\"f g\\ h", &["a", "b c", "d ef", "g h"]),
            ("a '' \"\"", &["a", "", ""]),
            ("a \"\\$x \\n \\\\ \\\"\" '\\n'", &["a", "$x \\n \\ \"", "\\n"]),
            ("a @ x@y '@' \"-@-\"", &["a", "<v>", "x<v>y", "<q>", "-<q>-"]),
            ("a \\\n  b", &["a", "b"]),
            ("A=b C='d e' x =y", &["1:A=b", "1:C=d e", "x", "=y"]),
            ("a --b=c 1 2", &["a", "--b=c", "1", "2"]),
            ("a > x 2>&1 >>y <z", &["a", "(>)", "x", "(2>&)", "1", "(>>)", "y", "(<)", "z"]),
            ("a&&b||c;d|e&", &["a", "(&&)", "b", "(||)", "c", "(;)", "d", "(|)", "e", "(&)"]),
            ("find . -exec rm {} \\;", &["find", ".", "-exec", "rm", "{}", ";"]),
            ("a b#c é$ \"5$\"", &["a", "b#c", "é$", "5$"]),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text).as_deref(), Some(&expected.map_owned()[..]), "{text}");
        }
    }

    trait MapOwned {
        fn map_owned(&self) -> Vec<String>;
    }

    impl MapOwned for &[&str] {
        fn map_owned(&self) -> Vec<String> {
            self.iter().map(|&text| text.to_owned()).collect()
        }
    }

    #[test]
    fn what_only_a_shell_can_read_is_left_to_it() {
        let texts = [
            "a *.c",
            "a ?",
            "a [x]",
            "a ~",
            "~/x",
            "A=~/x b",
            "a $x",
            "a \"$x\"",
            "a $(b)",
            "a `b`",
            "a \"`b`\"",
            "a {b,c}",
            "a # b",
            "a $'b'",
            "a $@",
            "a 'b",
            "a \"b",
            "a \\",
        ];
        for text in texts {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
