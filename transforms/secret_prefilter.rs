//! Byte-level tests that decide whether a file has to be parsed for its secrets.

use std::cell::OnceCell;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};

use super::secret_names::{self, BEFORE_KEY, Kind};
use super::secret_shapes;
use super::secret_values::is_secret;

/// How far apart a name and the literal that it is bound to may stand, in bytes.
pub(super) const NEAR: usize = 400;
/// The same for a literal of nothing but letters, which must follow the name.
pub(super) const NEAR_LETTERS: usize = 48;
/// How long a name is that counts, in bytes.
pub(super) const LONGEST_NAME: usize = 64;

/// What a text tells of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It may be in the name of a secret.
    Name,
    /// A method that takes a password.
    Method,
    /// A callable that takes a secret by position, by whatever name it is called.
    Callable(Kind),
    /// A token of known shape begins, or what stands before one.
    Beginning,
    /// A private key.
    PrivateKey,
}

/// What the names hold in which a secret is bound.
const NAMES: [(&str, Sign); 10] = [
    ("passw", Sign::Name),
    ("passphrase", Sign::Name),
    ("pwd", Sign::Name),
    ("pass", Sign::Name),
    ("secret", Sign::Name),
    ("token", Sign::Name),
    ("credential", Sign::Name),
    ("auth", Sign::Name),
    ("login", Sign::Method),
    ("private key", Sign::PrivateKey),
];

/// The callables whose arguments tell by their places what they are.
const CALLABLES: [(&str, Kind); 8] = [
    ("basicauth", Kind::Password),
    ("digestauth", Kind::Password),
    ("proxyauth", Kind::Password),
    ("httpbasiccredentials", Kind::Password),
    ("jwt", Kind::Password),
    ("hmac", Kind::Password),
    ("fernet", Kind::Secret),
    ("itsdangerous", Kind::Secret),
];

/// What may stand between the two words of a name that is a key in a dictionary.
const BETWEEN: [&str; 6] = ["", "_", "-", " ", ".", ":"];

/// The texts that tell something, whatever their case.
struct Signs {
    automaton: AhoCorasick,
    signs: Vec<Sign>,
}

static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
    let mut texts: Vec<(String, Sign)> =
        NAMES.iter().map(|(text, sign)| ((*text).to_owned(), *sign)).collect();
    texts.extend(CALLABLES.iter().map(|(text, kind)| ((*text).to_owned(), Sign::Callable(*kind))));
    for before in BEFORE_KEY {
        let keys = BETWEEN.iter().map(|between| format!("{before}{between}key"));
        texts.extend(keys.map(|text| (text, Sign::Name)));
    }
    let beginnings = secret_shapes::BEGINNINGS.iter();
    texts.extend(beginnings.map(|text| ((*text).to_owned(), Sign::Beginning)));
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(texts.iter().map(|(text, _)| text))
        .expect("the texts are few and short");
    Signs { automaton, signs: texts.into_iter().map(|(_, sign)| sign).collect() }
});

/// Whether a file may hold a secret: a token of known shape, or near the name of a secret a literal
/// that may be one.
pub(super) fn may_hold_secret(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let literals = OnceCell::new();
    let literals = || literals.get_or_init(|| Literals::new(&text));
    let mut from = 0;
    while let Some(found) = SIGNS.automaton.find(Input::new(text.as_ref()).range(from..)) {
        // A text that begins inside this one must not be missed.
        from = found.start() + 1;
        let (start, end) = (found.start(), found.end());
        let yes = match SIGNS.signs[found.pattern().as_usize()] {
            Sign::Name => names(&text, start, end).into_iter().any(|name| {
                let kind = secret_names::kind(name).or_else(|| secret_names::kind_of_several(name));
                kind.is_some_and(|kind| literals().near(kind, start))
                    || (may_be_auth(name) && is_pair(&text[end..]) && {
                        literals().near(Kind::Password, start)
                    })
            }),
            Sign::Method => {
                text[..start].trim_end().ends_with('.') && literals().near(Kind::Password, start)
            }
            Sign::Callable(kind) => literals().anywhere(kind),
            Sign::Beginning => begins(&text, start, end),
            Sign::PrivateKey => true,
        };
        if yes {
            return true;
        }
    }
    false
}

/// The names that a text may stand in: a word, or several in a key of a dictionary. None where it
/// plainly is a part of another word.
pub(super) fn names(text: &str, start: usize, end: usize) -> Vec<&str> {
    let bytes = text.as_bytes();
    let goes_on = |b: &u8| b.is_ascii_lowercase();
    let found = &text[start..end];
    let is_whole = ["token", "secret", "auth"].iter().any(|word| found.eq_ignore_ascii_case(word));
    if is_whole && bytes.get(end).is_some_and(goes_on) {
        return Vec::new();
    }
    let is_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let is_key = |b: u8| is_word(b) || matches!(b, b' ' | b'.' | b':');
    let around = |within: &dyn Fn(u8) -> bool| {
        let before = bytes[..start].iter().rev().take(LONGEST_NAME);
        let from = start - before.take_while(|b| within(**b)).count();
        let behind = bytes[end..].iter().take(LONGEST_NAME);
        &text[from..end + behind.take_while(|b| within(**b)).count()]
    };
    let (word, key) = (around(&is_word), around(&is_key));
    if word == key { vec![word] } else { vec![word, key] }
}

/// Whether a name is that of an argument that is a user and a password.
fn may_be_auth(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("auth")
}

/// Whether a name goes on as `auth=(user, password)` does.
fn is_pair(rest: &str) -> bool {
    let rest = skip_gap(rest.trim_start_matches(['"', '\'']));
    let value = rest.strip_prefix(['=', ':']).map(skip_gap);
    value.is_some_and(|value| value.starts_with('('))
}

/// A text behind white space, line continuations and comments.
fn skip_gap(text: &str) -> &str {
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    while rest.starts_with('#') {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        rest = rest[end..].trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    }
    rest
}

/// Whether a token is at a place where one may begin, or begins there and goes on in the next
/// literal.
fn begins(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let is_scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-');
    let before = bytes[..start].iter().rev().take_while(|b| is_scheme(b)).count();
    // The character before it may make it the end of another word.
    let from = text.floor_char_boundary((start - before).saturating_sub(1));
    let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'');
    let length = bytes[end..].iter().position(stop).unwrap_or(bytes.len() - end);
    let rest = &text[end + length..];
    let goes_on = || {
        let rest = skip_gap(rest.trim_start_matches(['"', '\'']));
        rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with(['"', '\''])
    };
    // Nothing shorter is a token.
    (length >= 6 && !secret_shapes::hits(&text[from..end + length]).is_empty())
        || (rest.starts_with(['"', '\'']) && goes_on())
}

/// The literals of a text that may be secrets.
struct Literals<'x> {
    text: &'x str,
    /// What stands between quotes without white space, in order.
    found: Vec<(usize, usize)>,
}

impl<'x> Literals<'x> {
    fn new(text: &'x str) -> Self {
        let bytes = text.as_bytes();
        let found = memchr::memchr2_iter(b'"', b'\'', bytes).filter_map(|quote| {
            let rest = &bytes[quote + 1..];
            let mut escaped = false;
            let stop = |b: &u8| {
                let ends = b.is_ascii_whitespace() || (*b == bytes[quote] && !escaped);
                escaped = *b == b'\\' && !escaped;
                ends
            };
            let length = rest.iter().position(stop)?;
            (length >= 4 && rest[length] == bytes[quote]).then_some((quote + 1, quote + 1 + length))
        });
        Self { text, found: found.collect() }
    }

    /// Whether one that may be a secret of that kind stands near an offset.
    fn near(&self, kind: Kind, at: usize) -> bool {
        let reach = NEAR + LONGEST_NAME;
        let from = self.found.partition_point(|(start, _)| *start + reach < at);
        let near = self.found[from..].iter().take_while(|(start, _)| *start <= at + reach);
        near.into_iter().any(|(start, end)| {
            let value = &self.text[*start..*end];
            let follows = *start > at && *start <= at + NEAR_LETTERS + LONGEST_NAME;
            (follows || !is_letters(value)) && is_secret(kind, value)
        })
    }

    /// Whether one that may be a secret of that kind stands anywhere.
    fn anywhere(&self, kind: Kind) -> bool {
        let mut values = self.found.iter().map(|(start, end)| &self.text[*start..*end]);
        values.any(|value| !is_letters(value) && is_secret(kind, value))
    }
}

/// Whether a text is nothing but letters.
pub(super) fn is_letters(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_a_secret_are_read() {
        let token = format!("hf_{}", "AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh");
        for text in [
            "password = 'letmein'",
            "password = 'hunter2!'",
            "password: Final[str] = (  # why\n  'hunter2!')",
            "PASSWORDS = {'bob': 'hunter2!'}",
            "if 'hunter2!' == form['PASSWORD']: pass",
            "DB_PASS=\"hunter2!\"",
            "requests.get(u, auth=(user, 'hunter2!'))",
            "from jwt import encode as e\n\n\ne(payload, 'hunter2!')",
            r#"app.secret_key = b'_5#y2L"F4Q8z\n\xec\x1f]/'"#,
            "apiKey = '''a8f5f167f44f4964'''",
            "{'api key': 'a8f5f167f44f4964'}",
            "token = 'a8f5f167f44f4964e6c998dee827110c'",
            &format!("login('{token}')"),
            &format!("# {token}"),
            "x = ('hf_abc'  # part\n  b'def')",
            "x = 'postgres://u:hunter2!@h'",
            "'-----BEGIN PRIVATE KEY-----'",
        ] {
            assert!(may_hold_secret(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn most_files_are_not() {
        for text in [
            "pad_token = '<pad>'; token_type = 'bearer'; tokens = ['a', 'b-c-d']",
            "def forward_pass(): pass",
            "author = 'Somebody'\n# https://example.org/licenses/LICENSE-2.0",
            "parser.add_argument('--password', help='the password of the user')",
            "hf_model = 'sk-learn', 'x'",
            "basic = bearer = 'basic auth'",
        ] {
            assert!(!may_hold_secret(text.as_bytes()), "{text}");
        }
    }
}
