//! How parts of files become text, and replacements become parts of files.

use std::borrow::Cow;

use super::source::CodecError;

/// How the bytes of a segment became text.
#[derive(Debug, Clone)]
pub enum Codec {
    /// The bytes are valid UTF-8 and are the text.
    AsIs,
    /// The bytes are in another charset, or are UTF-8 with bytes that do not decode. Unchanged
    /// parts are copied as bytes; replacements must be ASCII, which every supported charset
    /// writes in the same way.
    Charset(OffsetMap),
    /// The bytes are the inside of a JSON string: a notebook's line. Escapes became what they stand
    /// for, replacements are escaped.
    JsonString(OffsetMap),
    /// Each line behind the first begins with this in the file, and without it in the text: a fenced
    /// block that is indented, a doctest with its prompt of continuation lines.
    Prefixed {
        /// Where text and bytes advance differently.
        map: OffsetMap,
        /// What a new line begins with.
        prefix: String,
    },
}

impl Codec {
    /// The offset in the segment's bytes for an offset in its text; `None` inside a character that
    /// is written differently.
    pub fn byte_of(&self, offset: usize) -> Option<usize> {
        match self {
            Self::AsIs => Some(offset),
            Self::Charset(map) | Self::JsonString(map) | Self::Prefixed { map, .. } => {
                map.byte_of(offset)
            }
        }
    }

    /// A replacement as the file writes it.
    pub fn written<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, CodecError> {
        match self {
            Self::AsIs => Ok(Cow::Borrowed(text)),
            Self::Charset(_) if text.is_ascii() => Ok(Cow::Borrowed(text)),
            Self::Charset(_) => Err(CodecError::NotAscii),
            Self::JsonString(_) => {
                let quoted = serde_json::Value::from(text).to_string();
                Ok(Cow::Owned(quoted[1..quoted.len() - 1].to_owned()))
            }
            Self::Prefixed { prefix, .. } => {
                Ok(Cow::Owned(text.replace('\n', &format!("\n{prefix}"))))
            }
        }
    }
}

/// Decodes the inside of a JSON string; `None` if it is none.
pub fn json_string(inside: &str) -> Option<(String, OffsetMap)> {
    let mut text = String::with_capacity(inside.len());
    let mut map = OffsetMap::default();
    let mut at = 0;
    while at < inside.len() {
        let rest = &inside[at..];
        let length = escape_length(rest)?;
        if length == 0 {
            let plain = rest.find('\\').unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            at += plain;
            continue;
        }
        let decoded: String = serde_json::from_str(&format!("\"{}\"", &rest[..length])).ok()?;
        text.push_str(&decoded);
        at += length;
        map.anchors.push((text.len(), at));
    }
    Some((text, map))
}

/// The bytes of the escape that a text begins with, 0 if it begins with none; both halves of a
/// character outside the basic plane are one escape.
fn escape_length(text: &str) -> Option<usize> {
    if !text.starts_with('\\') {
        return Some(0);
    }
    if !text[1..].starts_with('u') {
        return (text.len() > 1).then_some(2);
    }
    let unit = u32::from_str_radix(text.get(2..6)?, 16).ok()?;
    let is_first_half = (0xd800..0xdc00).contains(&unit);
    Some(if is_first_half && text[6..].starts_with("\\u") { 12 } else { 6 })
}

/// Takes the prefix from each line of a block but the first; a line that is shorter than it, for it
/// is blank, loses what it has of it. `None` if a line begins otherwise.
pub fn without_prefix(block: &str, prefix: &str) -> Option<(String, OffsetMap)> {
    let mut text = String::with_capacity(block.len());
    let mut map = OffsetMap::default();
    let mut at = 0;
    for (number, line) in block.split_inclusive('\n').enumerate() {
        let mut kept = line;
        if number > 0 {
            let blank = line.trim().is_empty() && !line.starts_with(prefix);
            kept = if blank { line.trim_start_matches(' ') } else { line.strip_prefix(prefix)? };
            map.anchors.push((text.len(), at + line.len() - kept.len()));
        }
        text.push_str(kept);
        at += line.len();
    }
    Some((text, map))
}

/// The positions at which text and file bytes advance differently.
#[derive(Debug, Clone, Default)]
pub struct OffsetMap {
    /// Pairs of (offset in the segment's text, offset in the segment's bytes), both ascending,
    /// each directly behind a character whose length differs. Between pairs both advance alike.
    pub anchors: Vec<(usize, usize)>,
}

impl OffsetMap {
    /// The offset in the segment's bytes for an offset in its text. `None` inside a character
    /// that is written differently.
    pub fn byte_of(&self, text_offset: usize) -> Option<usize> {
        let index = self.anchors.partition_point(|&(text, _)| text <= text_offset);
        let (text, byte) = match index.checked_sub(1) {
            Some(i) => self.anchors[i],
            None => (0, 0),
        };
        let candidate = byte + (text_offset - text);
        match self.anchors.get(index) {
            // The next anchor ends a character; an offset that would overtake it lies inside.
            Some(&(_, next_byte)) if candidate >= next_byte => None,
            _ => Some(candidate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_inside_a_foreign_character_has_no_byte() {
        let map = OffsetMap { anchors: vec![(3, 1)] };
        assert_eq!(map.byte_of(0), Some(0));
        assert_eq!(map.byte_of(1), None);
        assert_eq!(map.byte_of(2), None);
        assert_eq!(map.byte_of(3), Some(1));
        assert_eq!(map.byte_of(5), Some(3));
    }

    #[test]
    fn a_json_string_is_read_and_written() {
        let inside = r#"a = \"\u00e9\ud83d\ude00\"\n"#;
        let (text, map) = json_string(inside).unwrap();
        assert_eq!(text, "a = \"é😀\"\n");
        let codec = Codec::JsonString(map);
        assert_eq!(codec.byte_of(0), Some(0));
        assert_eq!(codec.byte_of(text.find('é').unwrap()), inside.find("\\u00e9"));
        assert_eq!(codec.byte_of(text.len()), Some(inside.len()));
        assert_eq!(codec.written("x\n\"").unwrap(), r#"x\n\""#);
        assert!(json_string("a\\").is_none());
    }

    #[test]
    fn an_indented_block_is_read_and_written() {
        let block = "f(\n    a,\n\n    b)\n";
        let (text, map) = without_prefix(block, "    ").unwrap();
        assert_eq!(text, "f(\na,\n\nb)\n");
        let codec = Codec::Prefixed { map, prefix: "    ".to_owned() };
        for (at, expected) in [("a", "a"), ("b", "b"), (")", ")")] {
            assert_eq!(codec.byte_of(text.find(at).unwrap()), block.find(expected));
        }
        assert_eq!(codec.written(",\nc").unwrap(), ",\n    c");
        assert!(without_prefix("f(\na)\n", ">>> ").is_none());
    }
}
