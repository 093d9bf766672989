//! Text that is safe to send to a terminal.

use std::fmt::Write as _;
use std::path::Path;

/// The text with every control character other than the tab, and every character that hides or
/// reorders others, written as an escape: `\x1b`, `\u{202e}`. A line feed is a control character.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    out
}

/// The path as [`visible`] text; bytes that are not UTF-8 become `\xNN`.
pub fn visible_path(path: &Path) -> String {
    visible_bytes(path.as_os_str().as_encoded_bytes())
}

/// The bytes as [`visible`] text; those that are not UTF-8 become `\xNN`.
pub(crate) fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_visible(&mut out, c);
        }
        for byte in chunk.invalid() {
            push_byte(&mut out, *byte);
        }
    }
    out
}

/// Appends one character, escaped where it must be.
pub(crate) fn push_visible(out: &mut String, c: char) {
    if c == '\t' || !is_hidden(c) {
        out.push(c);
    } else if c.is_ascii() {
        push_byte(out, c as u8);
    } else {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
    }
}

/// Whether a terminal would act on the character, or hide it, instead of showing it.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xad | 0x61c
                | 0x180e
                | 0x200b..=0x200f
                | 0x2028..=0x202e
                | 0x2060..=0x206f
                | 0xfeff
                | 0xfff9..=0xfffb
                | 0xe_0000..=0xe_007f
        )
}

fn push_byte(out: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\\x{byte:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_tabs_kept() {
        assert_eq!(visible("a\tb\x1b[31m\r\n\x7f"), "a\tb\\x1b[31m\\x0d\\x0a\\x7f");
        assert_eq!(visible("\u{9b}31m"), "\\u{9b}31m");
    }

    #[test]
    fn characters_that_hide_or_reorder_are_escaped() {
        assert_eq!(visible("a\u{202e}b\u{200b}\u{2066}\u{feff}"), {
            "a\\u{202e}b\\u{200b}\\u{2066}\\u{feff}"
        });
    }

    #[test]
    fn ordinary_text_is_untouched() {
        assert_eq!(visible("naïve 漢字 \\ \"x\" 🎉"), "naïve 漢字 \\ \"x\" 🎉");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_shows_its_bytes() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(OsStr::from_bytes(b"src/\xff\n\xc3\xa9.py"));
        assert_eq!(visible_path(path), "src/\\xff\\x0aé.py");
    }
}
