//! What several targets need.

pub mod patch;
pub mod program;
pub mod python;

/// Reads choices from the front of some bytes. What is not there is zero.
pub struct Choices<'d> {
    /// The bytes that are left.
    pub rest: &'d [u8],
}

impl<'d> Choices<'d> {
    /// All bytes are left.
    pub fn new(rest: &'d [u8]) -> Self {
        Self { rest }
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// The next two bytes as a number below `end`; zero if that is zero.
    pub fn below(&mut self, end: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % end.max(1)
    }
}

/// Sixty-four bits that depend on every byte.
pub fn mask(data: &[u8]) -> u64 {
    let hash = data.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ hash >> 29
}
