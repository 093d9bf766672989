//! A constant script: each value of a command becomes a positional parameter.

use super::grammar::{Place, parse, place};
use super::template::value_of;

/// A script, and the values that its parameters stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// Its characters, each with the byte of the command that it stems from.
    pub(super) text: Vec<(char, usize)>,
    /// The index of the value behind each parameter, the first being `$1`.
    pub(super) parameters: Vec<usize>,
}

/// The script of a command; `same` tells of two values whether one parameter serves both.
pub(super) fn script(text: &str, same: &dyn Fn(usize, usize) -> bool) -> Result<Script, String> {
    let tree = parse(text).ok_or("the command could not be read as a shell reads it")?;
    let mut script = Script { text: Vec::new(), parameters: Vec::new() };
    for (byte, c) in text.char_indices() {
        let Some(value) = value_of(c) else {
            script.text.push((c, byte));
            continue;
        };
        let known = script.parameters.iter().position(|other| same(*other, value));
        let index = known.unwrap_or(script.parameters.len());
        if known.is_none() {
            script.parameters.push(value);
        }
        let number = index + 1;
        let next = text[byte + c.len_utf8()..].chars().next();
        // A mark is followed by a quote or a dollar sign in the end.
        let is_word = next.is_some_and(|c| c == '_' || c.is_ascii_alphanumeric());
        let parameter =
            if number > 9 || is_word { format!("${{{number}}}") } else { format!("${number}") };
        let written = match place(&tree, text, byte)? {
            Place::Bare if number > 9 => format!("\"${{{number}}}\""),
            Place::Bare => format!("\"${number}\""),
            Place::Single if number > 9 => format!("'\"${{{number}}}\"'"),
            Place::Single => format!("'\"${number}\"'"),
            Place::Double => parameter,
        };
        script.text.extend(written.chars().map(|c| (c, byte)));
    }
    script.drop_empty_quotes();
    Ok(script)
}

impl Script {
    /// Single quotes with nothing between them go where a parameter stands beside them:
    /// `'a '"$1"''` is `'a '"$1"`.
    fn drop_empty_quotes(&mut self) {
        let mut at = 0;
        let mut in_single = false;
        let mut in_double = false;
        while at < self.text.len() {
            match self.text[at].0 {
                '\\' if !in_single => at += 1,
                '"' if !in_single => in_double = !in_double,
                '\'' if !in_double => {
                    let next = self.text.get(at + 1).map(|(c, _)| *c);
                    let beside = |index: Option<usize>| {
                        index.and_then(|index| self.text.get(index)).is_some_and(|(c, _)| *c == '"')
                    };
                    if !in_single
                        && next == Some('\'')
                        && (beside(at.checked_sub(1)) || beside(Some(at + 2)))
                    {
                        self.text.drain(at..at + 2);
                        continue;
                    }
                    in_single = !in_single;
                }
                _ => {}
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut count = 0;
        let marked = text.chars().map(|c| match c {
            '@' => {
                count += 1;
                char::from_u32(0xdfff + count).unwrap()
            }
            c => c,
        });
        let marked: String = marked.collect();
        match script(&marked, &|_, _| false) {
            Ok(script) => script.text.iter().map(|(c, _)| c).collect(),
            Err(why) => why,
        }
    }

    #[test]
    fn values_become_parameters_as_their_quotes_ask() {
        for (text, expected) in [
            ("cat @ | grep '@'", "cat \"$1\" | grep \"$2\""),
            ("cat 'a @' | x", "cat 'a '\"$1\" | x"),
            ("cat '@ b' | x", "cat \"$1\"' b' | x"),
            ("cat 'a @ b' | x", "cat 'a '\"$1\"' b' | x"),
            ("cat \"a @b @.c @_\" | x", "cat \"a ${1}b $2.c ${3}_\" | x"),
            ("cat '' @ | x", "cat '' \"$1\" | x"),
            ("rm -rf @/*.tmp", "rm -rf \"$1\"/*.tmp"),
            ("echo $(ls @) \"$(ls @)\"", "echo $(ls \"$1\") \"$(ls \"$2\")\""),
            ("cat <<E\na @b\nE", "cat <<E\na ${1}b\nE"),
            ("x '@@' | y", "x \"$1\"\"$2\" | y"),
            (
                "x @ @ @ @ @ @ @ @ @ @ \"@\" | y",
                "x \"$1\" \"$2\" \"$3\" \"$4\" \"$5\" \"$6\" \"$7\" \"$8\" \"$9\" \"${10}\" \"${11}\" | y",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
