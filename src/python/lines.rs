//! Lines of a text.

use std::sync::OnceLock;

use crate::workspace::span::Span;

/// The offsets at which lines begin.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<usize>,
    length: usize,
    /// How many characters stand before each stride of bytes; counted when first asked for.
    characters: OnceLock<Vec<usize>>,
}

/// Bytes from one count of characters to the next.
const STRIDE: usize = 1024;

impl Lines {
    /// The lines of a text whose lines end with a line feed.
    pub fn new(text: &str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i + 1))
            .collect();
        Self { starts, length: text.len(), characters: OnceLock::new() }
    }

    /// The 0-based line that holds the offset; a line feed belongs to the line it ends.
    pub fn of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// Where a 0-based line begins. Behind the last line: the text's length.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.length)
    }

    /// The bytes of a 0-based line, its line ending included.
    pub fn span(&self, line: usize) -> Span {
        Span::new(self.start(line), self.start(line + 1))
    }

    /// The 0-based column of an offset, in characters. `text` is the text of the lines.
    pub fn column(&self, text: &str, offset: usize) -> usize {
        let start = self.start(self.of(offset));
        if offset - start <= STRIDE {
            return text[start..offset].chars().count();
        }
        self.characters_before(text, offset) - self.characters_before(text, start)
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        // Every character has one byte that continues none.
        let count = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let counts = self.characters.get_or_init(|| {
            let chunks = text.as_bytes().chunks(STRIDE).scan(0, |sum, chunk| {
                let before = *sum;
                *sum += count(chunk);
                Some(before)
            });
            chunks.collect()
        });
        let stride = offset / STRIDE;
        let before = counts.get(stride).copied().unwrap_or_default();
        match counts.get(stride) {
            Some(_) => before + count(&text.as_bytes()[stride * STRIDE..offset]),
            None => count(text.as_bytes()),
        }
    }

    /// How many lines there are; a text that ends with a line feed has an empty last one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_in_lines_of_any_length() {
        let text = format!("é = 1\n{}x\n", "é".repeat(3000));
        let lines = Lines::new(&text);
        assert_eq!(lines.column(&text, 2), 1);
        let x = text.find('x').unwrap();
        assert_eq!(lines.column(&text, x), 3000);
        assert_eq!(lines.column(&text, text.len()), 0);
        let long = "é".repeat(1024);
        assert_eq!(Lines::new(&long).column(&long, long.len()), 1024);
    }
}
