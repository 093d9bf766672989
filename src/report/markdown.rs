//! Text that stays text in Markdown, as GitHub and GitLab show it.

use std::fmt::Write as _;

use super::escape::visible;

/// The text on one line, with everything escaped that Markdown would take for markup. No name in
/// it calls somebody, and no number refers to an issue.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let starts = out.is_empty();
        match c {
            '@' => out.push_str("@&#8203;"),
            '#' if next.is_some_and(|next| next.is_ascii_digit()) => out.push_str("#&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '$' | '|' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '+' | '-' | '=' if starts => {
                out.push('\\');
                out.push(c);
            }
            // `1.` would begin a list.
            '.' | ')' if out.bytes().all(|byte| byte.is_ascii_digit()) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// The text as code, whatever backticks it holds.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(out, "{fence}{pad}{text}{pad}{fence}");
    out
}

/// Prose on one line, in which what stands in single backticks is code.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without its other half is a mark like any other, and so are two without anything
    // between them.
    let is_paired = parts.len() % 2 == 1 && parts.iter().skip(1).step_by(2).all(|p| !p.is_empty());
    if !is_paired {
        return escaped(text);
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 0 { escaped(part) } else { code(part) };
    parts.iter().enumerate().map(part).collect()
}

/// An owner, who is called by the name if that is one.
pub(super) fn mention(owner: &str) -> String {
    if is_mention(owner) { owner.to_owned() } else { escaped(&visible(owner)) }
}

/// Whether a word is the name of a user or a team that may be called by it.
fn is_mention(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    word.strip_prefix('@').is_some_and(|name| !name.is_empty() && name.chars().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        for (text, shown) in [
            ("plain text, (really): yes.", "plain text, (really): yes."),
            ("weights_only=False", "weights\\_only=False"),
            ("*a* `b` [c](d) <b>&amp;", "\\*a\\* \\`b\\` \\[c\\](d) \\<b\\>\\&amp;"),
            ("- a", "\\- a"),
            ("a - b", "a - b"),
            ("12. a 1.", "12\\. a 1."),
            ("# a # b", "\\# a \\# b"),
            ("see #12, ask @team", "see #&#8203;12, ask @&#8203;team"),
            ("a|b ~~c~~ $d$ \\e", "a\\|b \\~\\~c\\~\\~ \\$d\\$ \\\\e"),
        ] {
            assert_eq!(escaped(text), shown, "{text}");
        }
    }

    #[test]
    fn code_holds_backticks() {
        assert_eq!(code("a.py:1:2"), "`a.py:1:2`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a"), "`` `a ``");
    }

    #[test]
    fn what_stands_in_backticks_is_code() {
        for (text, shown) in [
            ("`a_b` decides c_d", "`a_b` decides c\\_d"),
            ("run `x` or `y`", "run `x` or `y`"),
            ("an odd ` in a_b", "an odd \\` in a\\_b"),
            ("nothing `` between a_b", "nothing \\`\\` between a\\_b"),
            ("`<b>` @team", "`<b>` @&#8203;team"),
        ] {
            assert_eq!(prose(text), shown, "{text}");
        }
    }

    #[test]
    fn only_names_are_mentions() {
        assert!(is_mention("@org/team-1") && is_mention("@a_b.c"));
        for word in ["@", "a@b.c", "@a b", "@a)<", "@@role"] {
            assert!(!is_mention(word), "{word}");
        }
    }
}
