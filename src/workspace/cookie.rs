//! The encoding that a Python file declares (PEP 263).

use encoding_rs::{Encoding, UTF_8};

use super::source::CodecError;

/// The declared encoding, `None` for UTF-8 (declared or by default). As in PEP 263, only a
/// comment in the first two lines counts, the second only if the first is blank or a comment.
pub fn declared(bytes: &[u8]) -> Result<Option<&'static Encoding>, CodecError> {
    let mut rest = bytes;
    for _ in 0..2 {
        let end = memchr::memchr2(b'\n', b'\r', rest);
        let line = &rest[..end.unwrap_or(rest.len())];
        let Some(comment) = comment_of(line) else {
            if line.iter().all(u8::is_ascii_whitespace) {
                rest = behind_break(&rest[line.len()..]);
                continue;
            }
            break;
        };
        if let Some(name) = coding(comment) {
            return lookup(name);
        }
        rest = behind_break(&rest[line.len()..]);
    }
    Ok(None)
}

/// Python ends a line at a line feed, a carriage return, or both.
fn behind_break(rest: &[u8]) -> &[u8] {
    let length = if rest.starts_with(b"\r\n") { 2 } else { 1 };
    rest.get(length..).unwrap_or_default()
}

fn comment_of(line: &[u8]) -> Option<&[u8]> {
    let start = line.iter().position(|b| !matches!(b, b' ' | b'\t' | 0x0c))?;
    (line[start] == b'#').then(|| &line[start..])
}

/// The first name that is not empty in `coding[:=][ \t]*([-_.a-zA-Z0-9]*)`.
fn coding(comment: &[u8]) -> Option<&str> {
    memchr::memmem::find_iter(comment, b"coding").find_map(|at| {
        let (sign, rest) = comment[at + b"coding".len()..].split_first()?;
        let start = rest.iter().position(|b| !matches!(b, b' ' | b'\t'))?;
        let name = &rest[start..];
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let end = name.iter().position(|b| !is_part(b)).unwrap_or(name.len());
        let name = std::str::from_utf8(&name[..end]).ok().filter(|name| !name.is_empty());
        name.filter(|_| matches!(sign, b':' | b'='))
    })
}

fn lookup(name: &str) -> Result<Option<&'static Encoding>, CodecError> {
    let normal = name.to_ascii_lowercase().replace('_', "-");
    let normal = normal.trim_end_matches("-unix").trim_end_matches("-dos").trim_end_matches("-mac");
    // CPython's own spellings that the web's list of labels does not know.
    let label = match normal {
        "utf8" | "utf-8" | "utf-8-sig" | "u8" | "utf" => return Ok(None),
        "latin-1" | "iso-latin-1" | "iso8859-1" | "8859" | "l1" | "cp819" => "latin1",
        "iso-8859-15" | "iso8859-15" | "latin-9" | "l9" => "iso-8859-15",
        "us-ascii" | "ascii" | "646" => "ascii",
        "cp932" | "ms932" | "sjis" | "shift-jis" => "shift_jis",
        "eucjp" | "ujis" => "euc-jp",
        "cp936" | "936" | "gb2312" => "gbk",
        "cp949" | "949" | "euckr" => "euc-kr",
        "cp950" | "950" => "big5",
        "koi8r" => "koi8-r",
        other => match other.strip_prefix("cp125") {
            Some(page) => return find(&format!("windows-125{page}"), name),
            None => other,
        },
    };
    find(label, name)
}

fn find(label: &str, declared: &str) -> Result<Option<&'static Encoding>, CodecError> {
    match Encoding::for_label(label.as_bytes()) {
        // Python reads source line by line as an extension of ASCII; others cannot be a source.
        Some(found) if found == UTF_8 => Ok(None),
        Some(found) if found.is_ascii_compatible() => Ok(Some(found)),
        _ => Err(CodecError::UnknownEncoding(declared.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_comment_in_the_first_two_lines_declares() {
        assert_eq!(
            declared(b"# -*- coding: latin-1 -*-\n").unwrap().unwrap().name(),
            "windows-1252"
        );
        assert_eq!(
            declared(b"#!/usr/bin/python\n# vim: set fileencoding=cp1251 :\n")
                .unwrap()
                .unwrap()
                .name(),
            "windows-1251"
        );
        assert!(declared(b"x = 1\n# coding: latin-1\n").unwrap().is_none());
        assert!(declared(b"\n\n# coding: latin-1\n").unwrap().is_none());
        assert!(declared(b"'''coding: latin-1'''\n").unwrap().is_none());
        assert!(declared(b"# coding: utf-8\n").unwrap().is_none());
    }

    #[test]
    fn a_carriage_return_ends_a_line() {
        assert!(declared(b"# a\r# b\r# coding: latin-1\r").unwrap().is_none());
        assert!(declared(b"# a\r\n# coding: latin-1\r\n").unwrap().is_some());
        assert!(declared(b"\r# coding: latin-1\rx = 1\r").unwrap().is_some());
        assert!(declared(b"# a\rx = 'coding: latin-1'\r").unwrap().is_none());
    }

    #[test]
    fn the_first_name_counts_that_is_not_empty() {
        for text in ["# coding: # coding: latin-1\n", "# coding:# encoding=latin-1"] {
            assert!(declared(text.as_bytes()).unwrap().is_some(), "{text}");
        }
        let far = format!("# {} coding: latin-1\n", "-".repeat(600));
        assert!(declared(far.as_bytes()).unwrap().is_some());
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        let error = declared(b"# coding: rot13\n").unwrap_err();
        assert_eq!(error, CodecError::UnknownEncoding("rot13".to_owned()));
    }
}
