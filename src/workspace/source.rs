//! One file's bytes, decoded once: the text that is analysed and the way back from it to bytes.
//!
//! The text is virtual: it is put together from [`Segment`]s, each of which knows which bytes of
//! the file it shows and how to write a replacement back. Positions everywhere else are byte
//! offsets into that text, which is UTF-8.

use encoding_rs::Encoding;

use super::FileId;
use super::codec::{Codec, OffsetMap};
use super::cookie;
use super::span::Span;

/// A run of text and the file bytes it came from.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Where the segment stands in the virtual text, in bytes.
    pub text: Span,
    /// The file that holds it.
    pub file: FileId,
    /// Where it stands in the file, in bytes.
    pub range: Span,
    /// How the one became the other.
    pub codec: Codec,
}

/// A part of a replacement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// New text.
    Literal(String),
    /// A range of the original text, in bytes. Changes inside that range survive.
    Original(Span),
}

impl Piece {
    /// A literal piece.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Literal(text.into())
    }
}

/// One replacement in the virtual text of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced, in bytes of the virtual text. Empty for an insertion.
    pub range: Span,
    /// The new text.
    pub text: String,
}

/// A file as it was read.
#[derive(Debug)]
pub struct Source {
    /// The file.
    pub file: FileId,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The hash of its bytes: who writes compares it with the file on disk.
    pub hash: blake3::Hash,
    /// The virtual text.
    pub text: String,
    /// What the text is made of, in order, without gaps.
    pub segments: Vec<Segment>,
    /// Offsets in the text of characters that stand for bytes which do not decode.
    pub undecodable: Vec<usize>,
    /// Offsets of line feeds in the text that are lone carriage returns in the file. Python reads
    /// both as the end of a line, grammars know only the line feed.
    pub carriage_returns: Vec<usize>,
}

/// Why a source could not be decoded or a replacement could not be written back.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CodecError {
    /// The file names an encoding that is not known.
    #[error("it declares the encoding `{0}`, which is not supported")]
    UnknownEncoding(String),
    /// A replacement holds characters outside ASCII in a file that is not UTF-8.
    #[error("the replacement is not ASCII and the file is not UTF-8")]
    NotAscii,
    /// A replacement begins or ends where no file position corresponds.
    #[error("the replaced text begins or ends inside a character of the file's encoding")]
    InsideCharacter,
    /// A replacement reaches over the border of two segments.
    #[error("the replaced text reaches over the border of two parts of the file")]
    AcrossSegments,
}

impl Source {
    /// Decodes a Python file: a byte order mark is kept out of the text, a PEP 263 declaration
    /// is followed, bytes that do not decode become replacement characters and are noted.
    pub fn python(file: FileId, bytes: Vec<u8>) -> Result<Self, CodecError> {
        let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let encoding = if start == 3 { None } else { cookie::declared(&bytes)? };
        let hash = blake3::hash(&bytes);
        let (mut text, codec, undecodable) = match encoding {
            None => decode_utf8(&bytes[start..]),
            Some(encoding) => decode_charset(&bytes[start..], encoding),
        };
        let carriage_returns = normalise_carriage_returns(&mut text);
        let segment = Segment {
            text: Span::new(0, text.len()),
            file,
            range: Span::new(start, bytes.len()),
            codec,
        };
        Ok(Self { file, bytes, hash, text, segments: vec![segment], undecodable, carriage_returns })
    }

    /// The file's bytes after the edits, which must be sorted by position and must not overlap.
    /// Every byte outside them is the one that was read.
    pub fn encode(&self, edits: &[TextEdit]) -> Result<Vec<u8>, CodecError> {
        let mut out = Vec::with_capacity(self.bytes.len() + 64 * edits.len());
        let mut copied = 0;
        for edit in edits {
            let segment = self.segment_at(edit.range).ok_or(CodecError::AcrossSegments)?;
            let range = segment.file_range(edit.range).ok_or(CodecError::InsideCharacter)?;
            let written = segment.codec.written(&edit.text)?;
            out.extend_from_slice(&self.bytes[copied..range.start]);
            out.extend_from_slice(written.as_bytes());
            copied = range.end;
        }
        out.extend_from_slice(&self.bytes[copied..]);
        Ok(out)
    }

    /// The line ending that a new line beside `offset` should have: that of the line it is in,
    /// else of the line before, else `\n`.
    pub fn newline_at(&self, offset: usize) -> &'static str {
        let end = self.text[offset..].find('\n').map(|i| offset + i);
        let Some(end) = end.or_else(|| self.text[..offset].rfind('\n')) else { return "\n" };
        if self.carriage_returns.binary_search(&end).is_ok() {
            return "\r";
        }
        if self.text[..end].ends_with('\r') { "\r\n" } else { "\n" }
    }

    fn segment_at(&self, range: Span) -> Option<&Segment> {
        self.segments.iter().find(|s| s.text.contains(range))
    }
}

impl Segment {
    /// The bytes of the file that a range of the virtual text came from.
    fn file_range(&self, range: Span) -> Option<Span> {
        let start = self.codec.byte_of(range.start - self.text.start)?;
        let end = self.codec.byte_of(range.end - self.text.start)?;
        Some(Span::new(start, end).shifted(self.range.start))
    }
}

/// Turns carriage returns that no line feed follows into line feeds; returns where.
pub fn normalise_carriage_returns(text: &mut String) -> Vec<usize> {
    let bytes = text.as_bytes();
    let lone: Vec<usize> =
        memchr::memchr_iter(b'\r', bytes).filter(|&i| bytes.get(i + 1) != Some(&b'\n')).collect();
    if lone.is_empty() {
        return lone;
    }
    let mut bytes = std::mem::take(text).into_bytes();
    for &at in &lone {
        bytes[at] = b'\n';
    }
    *text = String::from_utf8(bytes).expect("one ASCII byte took the place of another");
    lone
}

fn decode_utf8(bytes: &[u8]) -> (String, Codec, Vec<usize>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), Codec::AsIs, Vec::new());
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut map = OffsetMap::default();
    let mut undecodable = Vec::new();
    let mut consumed = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        consumed += chunk.valid().len();
        for _ in chunk.invalid() {
            undecodable.push(text.len());
            text.push(char::REPLACEMENT_CHARACTER);
            consumed += 1;
            map.anchors.push((text.len(), consumed));
        }
    }
    (text, Codec::Charset(map), undecodable)
}

/// Decodes byte by byte, so that the place of each character in the file is known exactly, even
/// where a charset has several spellings of one character.
fn decode_charset(bytes: &[u8], encoding: &'static Encoding) -> (String, Codec, Vec<usize>) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut map = OffsetMap::default();
    let mut undecodable = Vec::new();
    let mut pending_from = 0;
    for (index, byte) in bytes.iter().enumerate() {
        let last = index + 1 == bytes.len();
        let before = text.len();
        text.reserve(32);
        let (_, _, failed) = decoder.decode_to_string(&[*byte], &mut text, last);
        if text.len() == before {
            continue;
        }
        if failed {
            undecodable.push(before);
        }
        if text.len() - before != index + 1 - pending_from || !text[before..].is_ascii() {
            map.anchors.push((text.len(), index + 1));
        }
        pending_from = index + 1;
    }
    (text, Codec::Charset(map), undecodable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> Source {
        Source::python(FileId(0), bytes.to_vec()).expect("decodes")
    }

    fn replace(source: &Source, from: &str, to: &str) -> Result<Vec<u8>, CodecError> {
        let start = source.text.find(from).expect("is there");
        source.encode(&[TextEdit {
            range: Span::new(start, start + from.len()),
            text: to.to_owned(),
        }])
    }

    #[test]
    fn a_byte_order_mark_stays_outside_the_text() {
        let read = source(b"\xef\xbb\xbfx = 1\n");
        assert_eq!(read.text, "x = 1\n");
        assert_eq!(replace(&read, "1", "2").unwrap(), b"\xef\xbb\xbfx = 2\n");
    }

    #[test]
    fn each_line_ending_is_known() {
        let read = source(b"a\rb\r\nc\nd");
        assert_eq!(read.text, "a\nb\r\nc\nd");
        assert_eq!([0, 2, 5, 7].map(|at| read.newline_at(at)), ["\r", "\r\n", "\n", "\n"]);
        assert_eq!(replace(&read, "c", "x").unwrap(), b"a\rb\r\nx\nd");
    }

    #[test]
    fn latin_1_keeps_its_bytes_around_an_edit() {
        let bytes = b"# -*- coding: latin-1 -*-\ns = 'caf\xe9'; x = 1  # \xfcber\n";
        let read = source(bytes);
        assert!(read.text.contains("café") && read.text.contains("über"));
        let expected = b"# -*- coding: latin-1 -*-\ns = 'caf\xe9'; x = 22  # \xfcber\n";
        assert_eq!(replace(&read, "1  #", "22  #").unwrap(), expected);
        assert_eq!(replace(&read, "1  #", "\u{e9}").unwrap_err(), CodecError::NotAscii);
    }

    #[test]
    fn shift_jis_is_mapped_over_double_bytes() {
        let bytes = b"# coding: shift_jis\ns = '\x93\xfa\x96{'; x = 1\n";
        let read = source(bytes);
        assert!(read.text.contains("日本"));
        assert_eq!(
            replace(&read, "1\n", "2\n").unwrap(),
            b"# coding: shift_jis\ns = '\x93\xfa\x96{'; x = 2\n"
        );
    }

    #[test]
    fn bytes_that_do_not_decode_are_kept_and_noted() {
        let read = source(b"# caf\xe9\nx = 1\n");
        assert_eq!(read.undecodable, [5]);
        assert_eq!(replace(&read, "1", "2").unwrap(), b"# caf\xe9\nx = 2\n");
    }
}
