//! Which words the program's files hold, worked out once: most searches are for names that few files
//! have, and only these are searched.

use std::hash::Hasher;

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::Program;
use crate::workspace::{FileId, FileKind};

/// The hashes of the words of each file, sorted; `None` for a file that could not be read or is no
/// Python.
pub(super) type Words = Vec<Option<Box<[u32]>>>;

/// Words that a text can only stand in a file with, as hashes.
pub(super) struct Needed(Vec<u32>);

impl Needed {
    /// The words of a text that is looked for as a whole word or several.
    pub(super) fn of_word(word: &str) -> Self {
        Self(runs(word.as_bytes()).map(hash).collect())
    }

    /// The words of a text that may be part of a longer one: those that end within it.
    pub(super) fn of_text(text: &str) -> Self {
        let bytes = text.as_bytes();
        let end = bytes.as_ptr_range().end;
        let is_inner =
            |run: &&[u8]| run.as_ptr() != bytes.as_ptr() && run.as_ptr_range().end != end;
        Self(runs(bytes).filter(is_inner).map(hash).collect())
    }
}

impl Program<'_> {
    /// Whether a file may hold a text of which these are the words; its bytes have to tell.
    pub(super) fn may_hold(&self, file: FileId, needed: &Needed) -> bool {
        if needed.0.is_empty() {
            return true;
        }
        let words = self.words.get_or_init(|| self.words_of_files());
        let Some(Some(words)) = words.get(file.0 as usize) else { return false };
        needed.0.iter().all(|hash| words.binary_search(hash).is_ok())
    }

    fn words_of_files(&self) -> Words {
        let files = self.whole().files.par_iter();
        files
            .map(|file| {
                if !matches!(file.kind, FileKind::Python) {
                    return None;
                }
                let bytes = self.bytes(file.id)?;
                let mut words: Vec<u32> = runs(&bytes).map(hash).collect();
                words.sort_unstable();
                words.dedup();
                Some(words.into_boxed_slice())
            })
            .collect()
    }
}

/// The longest runs of bytes that belong to words.
fn runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| !is_word(*byte)).filter(|run| !run.is_empty())
}

fn hash(word: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    let hash = hasher.finish();
    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is one")]
    let folded = (hash ^ (hash >> 32)) as u32;
    folded
}

/// Whether a byte belongs to a word: those of letters outside ASCII do.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(needed: &Needed) -> Vec<u32> {
        needed.0.clone()
    }

    #[test]
    fn a_word_with_a_dash_needs_both_parts() {
        let needed = words(&Needed::of_word("trust-data"));
        assert_eq!(needed, [hash(b"trust"), hash(b"data")]);
    }

    #[test]
    fn the_ends_of_a_text_may_be_parts_of_longer_words() {
        assert_eq!(words(&Needed::of_text("import numpy as n")), [hash(b"numpy"), hash(b"as")]);
        assert_eq!(words(&Needed::of_text(".load =")), [hash(b"load")]);
        assert!(words(&Needed::of_text("load")).is_empty());
    }

    #[test]
    fn letters_outside_ascii_belong_to_words() {
        assert_eq!(runs("naïve = 1".as_bytes()).next(), Some("naïve".as_bytes()));
    }
}
