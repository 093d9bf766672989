//! The words by which a decision to trust is known.

/// What is trusted: decisions that say nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trusted {
    /// The code that comes with a checkpoint or a repository.
    Code,
    /// A data file that is unpickled.
    Data,
    /// Whoever answers a connection, though nothing was checked.
    Peer,
}

/// Words of names that tell a fact of a model or of an API, and no wish of a person.
const FACTS: [&str; 18] = [
    "need",
    "needs",
    "needed",
    "needing",
    "require",
    "requires",
    "required",
    "requiring",
    "support",
    "supports",
    "supported",
    "supporting",
    "has",
    "have",
    "accepts",
    "takes",
    "expects",
    "contains",
];

/// Words by which a name means the opposite.
const INVERSIONS: [&str; 19] = [
    "no", "non", "not", "disable", "disabled", "disables", "without", "dont", "don", "skip",
    "never", "deny", "denied", "forbid", "block", "reject", "refuse", "prevent", "off",
];

/// Whether a name that is true says yes (`trust_remote_code`) or no (`no_trust_remote_code`,
/// `untrusted`); `None` where it speaks of something else.
pub(super) fn says_yes(name: &str, trusted: Trusted) -> Option<bool> {
    let name = name.to_ascii_lowercase();
    let (own, others): (&[&str], &[&str]) = match trusted {
        Trusted::Code => (&["remote_code", "trust", "unsafe"], &["pickle", "trust_data"]),
        Trusted::Data => (
            &["allow_pickle", "trust", "unsafe"],
            &["remote_code", "remotecode", "remote-code", "trust_repo"],
        ),
        Trusted::Peer => return trusts_peer(&name),
    };
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if !has(own) || has(others) {
        return None;
    }
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.clone().any(|word| FACTS.contains(&word)) {
        return None;
    }
    let inverted = words.any(|word| INVERSIONS.contains(&word));
    Some(!(inverted || name.contains("untrust") || name.contains("distrust")))
}

/// Whether a lower-case name that is true says that any peer is taken (`insecure`, `no_verify`) or
/// that it is checked (`verify_ssl`).
fn trusts_peer(name: &str) -> Option<bool> {
    const TAKES_ANY: [&str; 8] = [
        "insecure",
        "unverified",
        "unsafe",
        "self_signed",
        "selfsigned",
        "self-signed",
        "noverify",
        "trust_all",
    ];
    const CHECKS: [&str; 12] = [
        "verify",
        "verification",
        "validate_cert",
        "validate_ssl",
        "validate_tls",
        "check_cert",
        "check_hostname",
        "check_ssl",
        "check_tls",
        "sslcheck",
        "tlscheck",
        "strict_ssl",
    ];
    const LEAVES_OUT: [&str; 7] =
        ["skip", "ignore", "bypass", "disable", "no", "invalid", "untrusted"];
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.clone().any(|word| FACTS.contains(&word)) {
        return None;
    }
    let inverted = words.clone().any(|word| INVERSIONS.contains(&word) || word == "ignore");
    let has = |texts: &[&str]| texts.iter().any(|text| name.contains(text));
    if has(&TAKES_ANY) {
        return Some(!inverted || name.contains("noverify"));
    }
    if has(&CHECKS) {
        return Some(inverted || name.contains("bypass"));
    }
    let is_about = ["tls", "ssl", "cert", "certs", "certificate", "certificates", "hostname"];
    if !words.clone().any(|word| is_about.contains(&word)) || name == "no_ssl" {
        return None;
    }
    if words.clone().any(|word| LEAVES_OUT.contains(&word)) {
        return Some(true);
    }
    words.any(|word| ["check", "checks", "validate", "validation"].contains(&word)).then_some(false)
}

/// Whether a text is how a person says yes in a variable of the environment or an option.
pub(super) fn is_yes(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["1", "true", "yes", "y", "on", "t", "always"].contains(&text.as_str())
}

/// Whether a function of that name asks a person.
pub(super) fn asks(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["input", "raw_input"].contains(&name.as_str())
        || ["ask", "confirm", "prompt"].iter().any(|verb| name.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_decision_has_its_words() {
        for (name, code, data) in [
            ("trust_remote_code", Some(true), None),
            ("TRUST_REMOTE_CODE", Some(true), None),
            ("allow_remote_code", Some(true), None),
            ("trust_repo", Some(true), None),
            ("trust", Some(true), Some(true)),
            ("trusted", Some(true), Some(true)),
            ("unsafe", Some(true), Some(true)),
            ("allow_pickle", None, Some(true)),
            ("trust_data", None, Some(true)),
            ("no_trust_remote_code", Some(false), None),
            ("disable-trust", Some(false), Some(false)),
            ("untrusted", Some(false), Some(false)),
            ("needs_trust_remote_code", None, None),
            ("MODELS_NEEDING_TRUST_REMOTE_CODE", None, None),
            ("fast", None, None),
        ] {
            assert_eq!(says_yes(name, Trusted::Code), code, "{name}");
            assert_eq!(says_yes(name, Trusted::Data), data, "{name}");
        }
    }

    #[test]
    fn a_peer_is_trusted_by_words_of_its_own() {
        for (name, expected) in [
            ("insecure", Some(true)),
            ("allow_insecure", Some(true)),
            ("ALLOW_SELF_SIGNED", Some(true)),
            ("no_verify", Some(true)),
            ("no_verify_ssl", Some(true)),
            ("skip_tls", Some(true)),
            ("skip_tls_verify", Some(true)),
            ("ignore_cert", Some(true)),
            ("disable_ssl_verification", Some(true)),
            ("verify", Some(false)),
            ("verify_ssl", Some(false)),
            ("ssl_verify", Some(false)),
            ("ssl_check", Some(false)),
            ("sslcheck", Some(false)),
            ("validate_certs", Some(false)),
            ("accept_invalid_certs", Some(true)),
            ("no_ssl_check", Some(true)),
            ("not_insecure", Some(false)),
            ("needs_verification", None),
            ("no_ssl", None),
            ("ssl", None),
            ("trust_remote_code", None),
            ("fast", None),
        ] {
            assert_eq!(says_yes(name, Trusted::Peer), expected, "{name}");
        }
    }
}
