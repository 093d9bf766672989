//! Decides from a file's bytes which transforms may find something in it.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Input, MatchKind};

use crate::transforms::Transform;

/// The texts of all transforms in one automaton.
pub(super) struct Filter<'a> {
    transforms: &'a [&'static dyn Transform],
    automaton: Option<AhoCorasick>,
    /// The texts: the literals of the transforms, then what they ask the program for.
    pub(super) words: Vec<&'static str>,
    /// For each text, those that stand in it, itself included.
    within: Vec<u128>,
}

/// Which texts a file holds and which transforms shall look at it, as bits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    pub(super) words: u128,
    pub(super) transforms: u64,
}

impl<'a> Filter<'a> {
    /// A filter for the transforms; without `prefilter`, each of them looks at every file.
    pub(super) fn new(transforms: &'a [&'static dyn Transform], prefilter: bool) -> Self {
        let literals = transforms.iter().flat_map(|t| t.about().literals);
        let asked = transforms.iter().flat_map(|t| t.about().asks_program_for);
        let mut words: Vec<&'static str> = literals.chain(asked).copied().collect();
        let mut seen = rustc_hash::FxHashSet::default();
        words.retain(|word| seen.insert(*word));
        let holds = |outer: &str| {
            let bits = words.iter().enumerate().filter(|(_, inner)| outer.contains(*inner));
            bits.fold(0, |bits, (index, _)| bits | 1 << index)
        };
        let within = words.iter().map(|word| holds(word)).collect();
        let automaton = AhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words)
            .ok()
            // The bits are those of one number.
            .filter(|_| prefilter && words.len() <= 128 && transforms.len() <= 64);
        Self { transforms, automaton, words, within }
    }

    /// Whether the texts that files hold are known.
    pub(super) fn is_on(&self) -> bool {
        self.automaton.is_some()
    }

    /// What the bytes hold. One scan from the first to the last byte.
    pub(super) fn held(&self, bytes: &[u8]) -> Held {
        let Some(automaton) = &self.automaton else {
            return Held { words: 0, transforms: (1 << self.transforms.len()) - 1 };
        };
        let mut held = Held::default();
        let mut from = 0;
        while let Some(found) = automaton.find(Input::new(bytes).range(from..)) {
            held.words |= self.within[found.pattern().as_usize()];
            // A text that begins inside this one must not be missed.
            from = found.start() + 1;
        }
        for (index, transform) in self.transforms.iter().enumerate() {
            let about = transform.about();
            let has = |word: &&'static str| self.words.iter().position(|w| w == word);
            let mut literals = about.literals.iter().filter_map(has);
            let hit = about.literals.is_empty() || literals.any(|i| held.words & 1 << i != 0);
            if hit && (about.confirm)(bytes) {
                held.transforms |= 1 << index;
            }
        }
        held
    }
}
