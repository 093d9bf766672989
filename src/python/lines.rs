//! Lines of a text.

use crate::workspace::span::Span;

/// The offsets at which lines begin.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<usize>,
    length: usize,
}

impl Lines {
    /// The lines of a text whose lines end with a line feed.
    pub fn new(text: &str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i + 1))
            .collect();
        Self { starts, length: text.len() }
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

    /// How many lines there are; a text that ends with a line feed has an empty last one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}
