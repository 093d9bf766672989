//! New inputs from old ones.

use super::random::Random;

/// Longer inputs are cut.
const LONGEST: usize = 6_000;

/// What inputs are made of.
pub struct Mutator<'s> {
    pub seeds: &'s [Vec<u8>],
    pub words: &'s [&'static str],
}

impl Mutator<'_> {
    /// The input of a number: a seed that was changed one to six times.
    pub fn input(&self, case: u64) -> Vec<u8> {
        let mut random = Random(case.wrapping_mul(0x5851_f42d_4c95_7f2d));
        let mut data = random.of(self.seeds).cloned().unwrap_or_default();
        for _ in 0..=random.below(6) {
            self.change(&mut data, &mut random);
            data.truncate(LONGEST);
        }
        data
    }

    fn change(&self, data: &mut Vec<u8>, random: &mut Random) {
        match random.below(16) {
            0 => flip(data, random),
            1 => insert_odd(data, random),
            2 => line_endings(data, random),
            3 => remove(data, random, lines),
            4 => repeat(data, random, lines),
            5 => swap(data, random, lines),
            6 => self.splice(data, random, lines),
            7 => indent(data, random),
            8 => remove(data, random, tokens),
            9 => repeat(data, random, tokens),
            10 | 11 => swap(data, random, tokens),
            12 | 13 => self.splice(data, random, tokens),
            _ => self.word(data, random),
        }
    }

    /// A part of another seed takes the place of a part, or stands before it.
    fn splice(&self, data: &mut Vec<u8>, random: &mut Random, parts: Parts) {
        let Some(other) = random.of(self.seeds) else { return };
        let (from, to) = (part(other, random, parts), part(data, random, parts));
        let end = if random.below(2) == 0 { to.start } else { to.end };
        data.splice(to.start..end, other[from].iter().copied());
    }

    /// A word of the target's takes the place of a token, or stands before it.
    fn word(&self, data: &mut Vec<u8>, random: &mut Random) {
        let Some(word) = random.of(self.words) else { return };
        let to = part(data, random, tokens);
        let end = if random.below(2) == 0 { to.start } else { to.start + (to.len().min(12)) };
        data.splice(to.start..end, word.bytes());
    }
}

/// Where the parts of an input begin.
type Parts = fn(&[u8]) -> Vec<usize>;

fn lines(data: &[u8]) -> Vec<usize> {
    let ends = data.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

/// Names, numbers and white space are one token each, other bytes alone.
fn tokens(data: &[u8]) -> Vec<usize> {
    let kind = |byte: u8| match byte {
        b'_' => 1,
        byte if byte.is_ascii_alphanumeric() => 1,
        b' ' | b'\t' => 2,
        _ => 0,
    };
    let inside = |at: usize| kind(data[at]) != 0 && kind(data[at]) == kind(data[at - 1]);
    (0..data.len()).filter(|&at| at == 0 || !inside(at)).collect()
}

/// One to four parts that follow one another.
fn part(data: &[u8], random: &mut Random, parts: Parts) -> std::ops::Range<usize> {
    let starts = parts(data);
    let at = random.below(starts.len());
    let end = at + 1 + random.below(4);
    let offset = |at: usize| starts.get(at).copied().unwrap_or(data.len());
    offset(at)..offset(end)
}

fn remove(data: &mut Vec<u8>, random: &mut Random, parts: Parts) {
    data.drain(part(data, random, parts));
}

fn repeat(data: &mut Vec<u8>, random: &mut Random, parts: Parts) {
    let range = part(data, random, parts);
    let copy = data[range.clone()].to_vec();
    let times = if random.below(8) == 0 { 30 } else { 1 };
    data.splice(range.end..range.end, copy.repeat(times));
}

/// A copy of one part takes the place of another.
fn swap(data: &mut Vec<u8>, random: &mut Random, parts: Parts) {
    let copy = data[part(data, random, parts)].to_vec();
    let to = part(data, random, parts);
    data.splice(to, copy);
}

fn flip(data: &mut [u8], random: &mut Random) {
    let at = random.below(data.len());
    if let Some(byte) = data.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn insert_odd(data: &mut Vec<u8>, random: &mut Random) {
    const ODD: [&[u8]; 16] = [
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\t",
        b"\x0c",
        b"\x0b",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\\\n",
        b"\"\"\"",
        b"'",
        b"#",
        "\u{2028}".as_bytes(),
        "\u{e9}".as_bytes(),
        "\u{1f600}".as_bytes(),
    ];
    let at = random.below(data.len() + 1);
    let odd = random.of(&ODD).copied().unwrap_or_default();
    data.splice(at..at, odd.iter().copied());
}

fn line_endings(data: &mut Vec<u8>, random: &mut Random) {
    let ending: &[u8] = if random.below(2) == 0 { b"\r\n" } else { b"\r" };
    let one = random.below(3) == 0;
    let chosen = random.below(lines(data).len() - 1);
    let mut seen = 0;
    let mut out = Vec::with_capacity(data.len() * 2);
    for byte in data.iter() {
        let is_end = *byte == b'\n';
        if is_end && (!one || seen == chosen) {
            out.extend_from_slice(ending);
        } else {
            out.push(*byte);
        }
        seen += usize::from(is_end);
    }
    *data = out;
}

/// Some lines go a level in, under what makes a block of them.
fn indent(data: &mut Vec<u8>, random: &mut Random) {
    const HEADS: [&str; 7] =
        ["if x:", "def f(x):", "class C:", "try:", "with x:", "for x in y:", "async def f(self):"];
    let range = part(data, random, lines);
    let head = random.of(&HEADS).copied().unwrap_or_default();
    let mut block = format!("{head}\n").into_bytes();
    for line in data[range.clone()].split_inclusive(|byte| *byte == b'\n') {
        block.extend_from_slice(b"    ");
        block.extend_from_slice(line);
    }
    data.splice(range, block);
}
