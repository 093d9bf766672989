//! The patterns of a `CODEOWNERS` list: those of `.gitignore` with GitHub's exceptions.

use gix::bstr::{BStr, BString, ByteSlice};
use gix::glob::wildmatch::Mode;

use super::super::globs::is_tame;

/// What a line is about.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The glob of the path itself.
    itself: Option<BString>,
    /// The glob of what stands below it.
    below: Option<BString>,
}

/// The pattern that a line begins with, and what stands behind it. A backslash keeps a space in
/// the pattern. Nothing if GitHub takes the line for invalid: `!` negates nothing, `[ ]` is no
/// range and `\#` no way to begin a pattern with that sign.
pub(super) fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    if line.starts_with(b"!") || line.starts_with(b"\\#") {
        return None;
    }
    let mut escaped = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' | b']' => return None,
            byte if byte.is_ascii_whitespace() => return Some((&line[..at], &line[at..])),
            _ => {}
        }
    }
    Some((line, b""))
}

impl Pattern {
    /// The pattern of a line; nothing if it can match no file, or takes too long to match.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        let folder = text.ends_with(b"/");
        let bare = text.trim_end_with(|c| c == '/');
        let anchored = bare.contains(&b'/');
        let bare = bare.strip_prefix(b"/").unwrap_or(bare);
        if bare.is_empty() || !is_tame(bare) {
            return None;
        }
        let mut glob = BString::from(if anchored { "" } else { "**/" });
        glob.extend_from_slice(bare);
        let mut below = glob.clone();
        below.extend_from_slice(b"/**");
        // `docs/*` means the files in that folder, not those in its folders.
        let direct = anchored && !folder && bare.rsplit_str("/").next() == Some(b"*");
        Some(Self { itself: (!folder).then_some(glob), below: (!direct).then_some(below) })
    }

    /// Whether a path is meant; parts are parted by `/`.
    pub(super) fn matches(&self, path: &BStr) -> bool {
        let globs = [&self.itself, &self.below];
        globs
            .into_iter()
            .flatten()
            .any(|glob| gix::glob::wildmatch(glob.as_bstr(), path, Mode::NO_MATCH_SLASH_LITERAL))
    }
}
