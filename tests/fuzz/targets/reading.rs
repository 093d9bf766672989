//! A Python file's bytes to text and back.

use untrust::workspace::FileId;
use untrust::workspace::cookie;
use untrust::workspace::source::{CodecError, Source, TextEdit};
use untrust::workspace::span::Span;

/// At most so many places of a text are edited.
const MOST_PLACES: usize = 48;

/// Decodes the bytes, and writes one edit at a time.
pub fn target(data: &[u8]) {
    let declared = cookie::declared(data);
    if !data.starts_with(b"\xef\xbb\xbf") {
        agrees_with_python(data, &declared);
    }
    let source = match Source::python(FileId(0), data.to_vec()) {
        Ok(source) => source,
        Err(error) => return assert_eq!(Some(error), declared.err(), "refused for something else"),
    };
    assert_eq!(source.encode(&[]).unwrap(), data, "the unchanged text gives other bytes");
    notes_are_true(&source);
    let step = source.text.len() / MOST_PLACES + 1;
    for at in (0..=source.text.len()).step_by(step) {
        if source.text.is_char_boundary(at) {
            insert(&source, at);
        }
    }
}

/// What the source notes of its text is so.
fn notes_are_true(source: &Source) {
    for at in &source.undecodable {
        assert!(source.text[*at..].starts_with(char::REPLACEMENT_CHARACTER), "byte {at}");
    }
    for at in &source.carriage_returns {
        assert_eq!(source.text.as_bytes()[*at], b'\n', "byte {at}");
    }
    let lone = source.text.bytes().zip(source.text.bytes().skip(1).chain([0]));
    assert!(lone.into_iter().all(|pair| pair.0 != b'\r' || pair.1 == b'\n'), "a lone return");
}

/// A letter at one place: all other bytes stay, and the text is read again with it.
fn insert(source: &Source, at: usize) {
    let edit = TextEdit { range: Span::at(at), text: "x".to_owned() };
    let new = match source.encode(&[edit]) {
        Ok(new) => new,
        Err(CodecError::InsideCharacter) => return,
        Err(error) => panic!("an insertion at {at} is refused: {error}"),
    };
    let old = &source.bytes;
    assert_eq!(new.len(), old.len() + 1);
    let place = (0..=old.len()).find(|&i| new[i] != *old.get(i).unwrap_or(&0)).unwrap_or(old.len());
    assert!(new[place + 1..] == old[place..], "bytes outside the edit at {at} changed");
    assert!(matches!(source.newline_at(at), "\n" | "\r" | "\r\n"));
    if !source.undecodable.is_empty() || cookie::declared(&new) != cookie::declared(old) {
        return;
    }
    let again = Source::python(FileId(0), new).unwrap();
    let expected = format!("{}x{}", &source.text[..at], &source.text[at..]);
    // A letter between the two halves of a line ending makes two of it.
    if !source.text[..at].ends_with('\r') {
        assert_eq!(again.text, expected, "an insertion at {at} is read otherwise");
    }
}

/// What counts as a declaration is what counts as one for Python.
fn agrees_with_python(
    data: &[u8],
    declared: &Result<Option<&'static encoding_rs::Encoding>, CodecError>,
) {
    let Some(name) = name_for_python(data) else {
        return assert_eq!(*declared, Ok(None), "Python reads no declaration here");
    };
    let alone = cookie::declared(format!("# coding: {name}\n").as_bytes());
    assert_eq!(*declared, alone, "Python reads the declaration `{name}`");
}

/// The name of the encoding that Python's tokenizer finds in the first two lines.
fn name_for_python(data: &[u8]) -> Option<String> {
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let text = data.iter().map(|&byte| if byte == b'\r' { b'\n' } else { byte });
    let crlf = data.windows(2).enumerate().filter(|(_, pair)| *pair == b"\r\n").map(|(at, _)| at);
    let crlf: std::collections::BTreeSet<usize> = crlf.collect();
    let text: Vec<u8> =
        text.enumerate().filter(|(at, _)| !crlf.contains(at)).map(|(_, byte)| byte).collect();
    for line in text.split(|byte| *byte == b'\n').take(2) {
        let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x0c));
        let Some(start) = start else { continue };
        if line[start] != b'#' {
            return None;
        }
        if let Some(name) = name_in(&line[start..]) {
            return Some(name);
        }
    }
    None
}

fn name_in(comment: &[u8]) -> Option<String> {
    (0..comment.len()).find_map(|at| {
        let rest = comment[at..].strip_prefix(b"coding")?;
        let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
        let rest = rest.iter().skip_while(|byte| matches!(byte, b' ' | b'\t'));
        let name: String = rest
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
            .map(|byte| char::from(*byte))
            .collect();
        (!name.is_empty()).then_some(name)
    })
}
