//! Names of files that every file system takes: letters and digits of ASCII, and hyphens.

/// How many characters of a path or of owners are kept.
const LONGEST: usize = 48;

/// The letters and digits of a text, in lower case; whatever is between them becomes a hyphen.
/// Of a long text the end is left, which tells more of a path.
pub(super) fn slug(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let spelled: String = text.chars().map(plain).collect();
    let words: Vec<&str> = spelled.split('-').filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    let end = &joined[joined.len().saturating_sub(LONGEST)..];
    // A word that was cut tells nothing, unless it is the only one.
    let end = if end.len() == joined.len() { end } else { whole_words(end) };
    end.to_owned()
}

fn whole_words(text: &str) -> &str {
    text.split_once('-').map_or(text, |(_, rest)| rest)
}

/// The words that are not empty, joined.
pub(super) fn joined(words: &[&str]) -> String {
    let words: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_short() {
        for (text, name) in [
            ("src/app/loading.py", "src-app-loading-py"),
            ("@Org/ML team", "org-ml-team"),
            ("..\\a:b*c?\u{202e}é", "a-b-c"),
            ("漢字", ""),
        ] {
            assert_eq!(slug(text), name, "{text}");
        }
        let long = slug(&format!("{}/last/file.py", "folder/".repeat(40)));
        assert!(long.len() <= LONGEST && long.ends_with("-last-file-py"), "{long}");
        assert!(long.starts_with("folder-"), "{long}");
        assert_eq!(slug(&"x".repeat(200)).len(), LONGEST);
        assert_eq!(joined(&["a", "", "b"]), "a-b");
    }
}
