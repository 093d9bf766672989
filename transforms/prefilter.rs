//! Byte-level tests that decide whether a file has to be parsed. They may say yes too often, never
//! no where something would be found.

use memchr::memmem;

/// Whether a callable of one of the modules may be used: the module's name stands in the text,
/// and with it one of the attributes as a whole word, or a star import.
pub fn may_use(bytes: &[u8], module: &str, attributes: &[&str]) -> bool {
    // A name that is not ASCII is normalised by Python and may mean any of these.
    if !holds_word(bytes, module) {
        return false;
    }
    attributes.iter().any(|attribute| holds_word(bytes, attribute))
}

/// Whether the word stands in the text with no other word character beside it.
pub fn holds_word(bytes: &[u8], word: &str) -> bool {
    memmem::find_iter(bytes, word).any(|at| {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        let after = bytes.get(at + word.len());
        !before.copied().is_some_and(is_word) && !after.copied().is_some_and(is_word)
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether one of the attributes is read from something (`.load`), looked up by its name
/// (`"load"`), or imported by name: what a use of `module.attribute` looks like, on however many lines.
pub fn reads_attribute(bytes: &[u8], module: &str, attributes: &[&str]) -> bool {
    if !holds_word(bytes, module) {
        return false;
    }
    if imports_from(bytes, module) {
        return attributes.iter().any(|attribute| holds_word(bytes, attribute));
    }
    attributes.iter().any(|attribute| {
        memmem::find_iter(bytes, attribute).any(|at| {
            let whole = !bytes.get(at + attribute.len()).copied().is_some_and(is_word);
            let head = bytes[..at].trim_ascii_end();
            let quoted = head.ends_with(b"\"") || head.ends_with(b"'");
            // A dot on a line of its own may be parted from the name by a comment or a backslash.
            whole && (quoted || head.ends_with(b".") || head.ends_with(b"\\") || odd_line(head))
        })
    })
}

/// Whether the last line of the text before a name holds a comment, so that a dot may be hidden.
fn odd_line(head: &[u8]) -> bool {
    let start = memchr::memrchr(b'\n', head).map_or(0, |i| i + 1);
    head[start..].contains(&b'#')
}

/// Whether `from module…` stands in the text.
fn imports_from(bytes: &[u8], module: &str) -> bool {
    memmem::find_iter(bytes, module).any(|at| {
        let head = bytes[..at].trim_ascii_end();
        head.ends_with(b"from") || head.ends_with(b"\\") || head.ends_with(b".")
    })
}
