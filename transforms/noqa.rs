//! `# noqa` comments that switch ruff's rules for the patterns of the policy off.

use super::REGISTRY;
use super::vouching::{vouches, words};

/// The rules for patterns of the policy that a comment switches off, `S602`, or the group of them that
/// it names, `S6`; empty if it is no such comment.
pub(super) fn switched_off(comment: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in comment.match_indices("noqa").chain(comment.match_indices("NOQA")) {
        let head = comment[..at].trim_end();
        let is_marker = head.ends_with('#') || head.ends_with("ruff:") || head.ends_with("flake8:");
        let Some(list) = comment[at + 4..].trim_start().strip_prefix(':').filter(|_| is_marker)
        else {
            continue;
        };
        found.extend(codes(list).filter(|code| is_ours(code)).map(str::to_owned));
    }
    found
}

/// The codes that a list begins with.
fn codes(list: &str) -> impl Iterator<Item = &str> {
    let words = list.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    words.take_while(|word| {
        let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
        letters > 0 && word[letters..].bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether a code or the beginning of one is that of a pattern of the policy.
fn is_ours(code: &str) -> bool {
    let is_rule = code.starts_with('S') && code[1..].bytes().all(|byte| byte.is_ascii_digit());
    let mut known = REGISTRY.iter().flat_map(|transform| transform.about().codes);
    is_rule && known.any(|known| known.starts_with(code))
}

/// Whether the comment says too why what it hides is safe, in `least` words at least.
pub(super) fn is_justified(comment: &str, least: usize) -> bool {
    let lower = comment.to_lowercase();
    let counted =
        words(&lower).filter(|word| *word != "noqa" && !word.chars().any(|c| c.is_ascii_digit()));
    counted.count() >= least && vouches(&lower)
}

#[cfg(test)]
mod tests {
    use super::switched_off;

    #[test]
    fn the_rules_of_the_policy_are_told_from_others() {
        for (comment, rules) in [
            ("# noqa: S602", &["S602"][..]),
            ("# noqa:S602,E501", &["S602"]),
            ("# noqa: E501, S301 - why", &["S301"]),
            ("# type: ignore  # noqa: S307", &["S307"]),
            ("# ruff: noqa: S506", &["S506"]),
            ("# noqa: S", &["S"]),
            ("# noqa: S6", &["S6"]),
            ("# noqa", &[]),
            ("# noqa: S101", &[]),
            ("# noqa: SIM102", &[]),
            ("# why noqa: S602 is bad", &[]),
        ] {
            assert_eq!(switched_off(comment), rules, "{comment}");
        }
    }
}
