//! Names of Python.

use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::is_nfkc;

/// Words that can name nothing. `__debug__` is no keyword, and Python lets nobody bind it.
const KEYWORDS: [&str; 36] = [
    "False",
    "None",
    "True",
    "__debug__",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
];

/// Whether a text can be the name of a parameter, spelled as Python reads it.
pub(super) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    let begins = characters.next().is_some_and(|c| c == '_' || is_xid_start(c));
    begins && characters.all(is_xid_continue) && is_nfkc(text) && !is_keyword(text)
}

/// Whether a text is a keyword.
pub(super) fn is_keyword(text: &str) -> bool {
    KEYWORDS.contains(&text)
}

/// Whether a text is a dotted name.
pub(super) fn is_dotted(text: &str) -> bool {
    text.split('.').all(is_identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_python() {
        for name in ["trust_data", "_", "é", "x1", "match"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "1x", "a-b", "class", "None", "a b", "a.b", "\u{fb01}n", "__debug__"] {
            assert!(!is_identifier(name), "{name}");
        }
        assert!(is_dotted("a.b") && is_dotted("a") && !is_dotted("a..b") && !is_dotted("a.b."));
    }
}
