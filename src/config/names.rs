//! The names that a configuration may hold.

/// A transform as a configuration names it.
#[derive(Debug, Clone, Copy)]
pub struct KnownTransform {
    /// Its name, `torch-load`.
    pub name: &'static str,
    /// The codes that bandit and ruff give the pattern.
    pub codes: &'static [&'static str],
    /// Whether it is run only where it is selected.
    pub on_request: bool,
    /// Whether it looks for callables, so that a project can add its own.
    pub takes_sinks: bool,
}

/// The transforms that a name or a code means, as bits: bit n stands for the n-th of `known`, of
/// which there are at most 64. 0 if it means none.
pub fn mask(known: &[KnownTransform], name: &str) -> u64 {
    let code = name.to_ascii_uppercase();
    let means = |known: &KnownTransform| known.name == name || known.codes.contains(&code.as_str());
    let found = known.iter().enumerate().filter(|(_, known)| means(known));
    found.fold(0, |bits, (index, _)| bits | 1 << index)
}

/// The known word that is nearest to one that is not known, if one is near.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    // What is much longer than any known word is near to none; the distance would take long.
    let word: String = word.chars().take(64).collect::<String>().to_lowercase();
    known
        .map(|known| (strsim::damerau_levenshtein(known, &word), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 2)
        .map(|(_, known)| known)
}

/// The end of a message about a word that is not known. The known ones are shown behind `above`.
pub(super) fn hint<'k>(
    above: &str,
    word: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean `{above}{near}`?");
    }
    let all: Vec<String> = known.map(|known| format!("`{above}{known}`")).collect();
    format!("there are {}", all.join(", "))
}

/// A text of the configuration as a message shows it.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
