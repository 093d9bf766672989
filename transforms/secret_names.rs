//! Names that say that what is bound to them is a secret.

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A password: it may be as easily guessed as people make them.
    Password,
    /// A key or another secret that a machine reads.
    Secret,
    /// A token, credentials: the word has other meanings, so the value must look drawn.
    Token,
}

const PASSWORDS: [&str; 5] = ["password", "passwd", "passphrase", "pwd", "passwort"];

/// What `pass` must follow to be a password: it has other meanings (`forward_pass`).
#[rustfmt::skip]
const BEFORE_PASS: &[&str] = &[
    "admin", "amqp", "app", "auth", "backend", "basic", "bind", "broker", "cert", "client",
    "database", "db", "default", "email", "ftp", "http", "key", "ldap", "login", "mail", "mariadb",
    "master", "mongo", "mongodb", "mq", "mqtt", "my", "mysql", "oracle", "pg", "postgres",
    "postgresql", "proxy", "rabbit", "rabbitmq", "redis", "root", "rpc", "server", "service",
    "sftp", "smtp", "sql", "ssh", "sudo", "super", "superuser", "svn", "user", "vault", "vpn",
    "web", "wifi", "zip",
];

/// What makes a `key` a secret.
#[rustfmt::skip]
pub(super) const BEFORE_KEY: [&str; 14] = [
    "api", "access", "private", "secret", "auth", "encryption", "encrypt", "encrypting", "signing",
    "account", "subscription", "shared", "jwt", "hmac",
];

/// Names that are written in one word.
const JOINED: &[(&str, Kind)] = &[
    ("apikey", Kind::Secret),
    ("secretkey", Kind::Secret),
    ("privatekey", Kind::Secret),
    ("accesskey", Kind::Secret),
    ("clientsecret", Kind::Secret),
    ("appsecret", Kind::Secret),
    ("authkey", Kind::Secret),
    ("apitoken", Kind::Token),
    ("accesstoken", Kind::Token),
    ("authtoken", Kind::Token),
    ("bearertoken", Kind::Token),
    ("hftoken", Kind::Token),
    ("dbpass", Kind::Password),
    ("userpass", Kind::Password),
    ("rootpass", Kind::Password),
    ("adminpass", Kind::Password),
];

/// Words behind the one that names the secret which leave it one: `password_default`.
#[rustfmt::skip]
const BEHIND: &[&str] = &[
    "value", "val", "string", "str", "bytes", "raw", "plain", "plaintext", "default", "b", "base",
    "hex", "prod", "production", "dev", "development", "staging", "live", "local", "old", "new",
    "current", "literal",
];

/// Words before it which say that the value is something else: `no_password`, `hashed_password`.
#[rustfmt::skip]
const BEFORE: &[&str] = &[
    "no", "not", "is", "has", "have", "use", "uses", "show", "hide", "need", "needs", "require",
    "required", "requires", "reset", "forgot", "forgotten", "lost", "change", "changed", "invalid",
    "wrong", "missing", "bad", "incorrect", "expired", "unknown", "unexpected", "empty", "error",
    "err", "min", "max", "num", "prompt", "label", "ask", "check", "verify", "validate", "get",
    "set", "create", "update", "delete", "remove", "with", "without", "hashed", "encrypted",
    "masked", "redacted", "hidden", "public", "regenerate", "generate", "clear", "csrf", "enable",
    "disable", "allow", "print", "log", "fake", "dummy", "mock", "example", "sample",
    "placeholder", "obfuscated", "ignored", "pad", "eos", "bos", "unk", "sep", "cls", "mask", "stop",
    "special",
];

/// What a name says of its value; `None` if it does not name a secret.
pub(super) fn kind(name: &str) -> Option<Kind> {
    let words = words(name);
    // `password_for_email`
    let words = words.iter().map(String::as_str).take_while(|word| *word != "for");
    let mut all: Vec<&str> = words.collect();
    let is_behind = |word: &&str| BEHIND.contains(word) || word.bytes().all(|b| b.is_ascii_digit());
    while all.len() > 1 && all.last().is_some_and(is_behind) {
        all.pop();
    }
    let (last, before) = all.split_last()?;
    if before.iter().any(|word| BEFORE.contains(word)) {
        return None;
    }
    let is_joined = |word: &str| PASSWORDS.iter().any(|p| word.ends_with(p) && *p != "pwd");
    match (*last, before.last().copied()) {
        (word, _) if PASSWORDS.contains(&word) || is_joined(word) => Some(Kind::Password),
        ("pass", Some(of)) if BEFORE_PASS.contains(&of) => Some(Kind::Password),
        ("secret", _) => Some(Kind::Secret),
        ("key", Some(of)) if BEFORE_KEY.contains(&of) => Some(Kind::Secret),
        ("token" | "credential" | "credentials" | "auth", _) => Some(Kind::Token),
        (word, _) => JOINED.iter().find(|(joined, _)| *joined == word).map(|(_, kind)| *kind),
    }
}

/// Words in the name of a list of passwords which say that they are nobody's.
#[rustfmt::skip]
const OF_NOBODY: &[&str] = &[
    "common", "weak", "forbidden", "blocked", "known", "simple", "leaked", "breached", "top",
    "guesses", "allowed", "possible", "candidate", "random", "test", "valid", "used",
];

/// What a name says of the members of what it is bound to: `passwords`, `API_KEYS`. `None` if it does
/// not name several secrets; `tokens` and `secrets` have other meanings.
pub(super) fn kind_of_several(name: &str) -> Option<Kind> {
    let words = words(name);
    let is_list = |word: &String| matches!(word.as_str(), "list" | "dict" | "map");
    let all = &words[..words.len() - usize::from(words.last().is_some_and(is_list))];
    let one = all.last()?.strip_suffix('s').filter(|one| !one.ends_with("secret"))?;
    if all.iter().any(|word| OF_NOBODY.contains(&word.as_str())) {
        return None;
    }
    let singular = [&all[..all.len() - 1], &[one.to_owned()]].concat().join("_");
    kind(&singular).filter(|kind| *kind != Kind::Token)
}

/// Whether a name means a secret where it is printed: a bare `token` is none there, for it is a part
/// of a text as often, and `pwd` is a folder.
pub(super) fn is_credential(name: &str) -> bool {
    #[rustfmt::skip]
    const BEFORE_TOKEN: &[&str] = &[
        "access", "admin", "anthropic", "api", "app", "auth", "aws", "azure", "bearer",
        "discord", "gcp", "gh", "github", "gitlab", "google", "hf", "huggingface", "hub",
        "id", "jwt", "login", "npm", "oauth", "openai", "personal", "pypi", "refresh", "registry",
        "secret", "security", "service", "session", "slack", "telegram", "vault", "wandb",
        "webhook",
    ];
    let words = words(name);
    let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
    while all.len() > 1 && all.last().is_some_and(|word| BEHIND.contains(word)) {
        all.pop();
    }
    match (kind(name), all.as_slice()) {
        (None, _)
        | (Some(_), [] | ["pwd" | "auth" | "token"] | [.., "shared", "key"])
        | (Some(Kind::Token), [.., "auth"]) => false,
        (Some(Kind::Token), [.., before, "token"]) => BEFORE_TOKEN.contains(before),
        (Some(_), _) => true,
    }
}

/// The variable of the environment for what is bound to a name: `dbPassword` is `DB_PASSWORD`.
/// `None` where the name has no such form.
pub(super) fn variable(name: &str) -> Option<String> {
    let parts = parts(name);
    let joined = parts.join("_").to_ascii_uppercase();
    let is_ascii = joined.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let starts = joined.starts_with(|c: char| c.is_ascii_alphabetic());
    // Shells keep the working folder in it.
    let joined = if joined == "PWD" { "PASSWORD".to_owned() } else { joined };
    (is_ascii && starts).then_some(joined)
}

/// The lower-case words of a name, however it joins them; digits are words of their own.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in parts(name) {
        let part = part.to_lowercase();
        let mut start = 0;
        let digit = |c: char| c.is_ascii_digit();
        for (at, c) in part.char_indices().skip(1) {
            if digit(c) != part[..at].ends_with(digit) {
                words.push(part[start..at].to_owned());
                start = at;
            }
        }
        words.push(part[start..].to_owned());
    }
    words
}

/// The words of a name as they are written: parted by what is no letter or digit, and where
/// an upper-case letter begins one (`hfToken`, `HFToken`).
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let mut start = 0;
        let characters: Vec<(usize, char)> = part.char_indices().collect();
        for (index, (at, c)) in characters.iter().enumerate().skip(1) {
            let before = characters[index - 1].1;
            let next = characters.get(index + 1).map(|(_, next)| *next);
            let begins = c.is_uppercase()
                && (!before.is_uppercase() || next.is_some_and(char::is_lowercase));
            if begins {
                parts.push(&part[start..*at]);
                start = *at;
            }
        }
        parts.push(&part[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_name_a_secret() {
        for (name, expected) in [
            ("db_password", Kind::Password),
            ("dbPassword", Kind::Password),
            ("DB_PASS", Kind::Password),
            ("smtp_passwd_2", Kind::Password),
            ("mypassword", Kind::Password),
            ("PASSPHRASE", Kind::Password),
            ("my_password_for_email", Kind::Password),
            ("api-key", Kind::Secret),
            ("apiKey", Kind::Secret),
            ("OPENAI_API_KEY", Kind::Secret),
            ("AWS_SECRET_ACCESS_KEY", Kind::Secret),
            ("client_secret", Kind::Secret),
            ("hfToken", Kind::Token),
            ("HFToken", Kind::Token),
            ("token", Kind::Token),
            ("credentials", Kind::Token),
        ] {
            assert_eq!(kind(name), Some(expected), "{name}");
        }
        for name in [
            "token_type",
            "tokenizer",
            "passage",
            "bypass",
            "secretary",
            "author",
            "passed",
            "key",
            "forward_pass",
            "password_hash",
            "hashed_password",
            "password_field",
            "is_token",
            "pad_token",
            "secret_name",
            "token_url",
            "use_auth_token",
            "monkey",
            "public_key",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn plurals_name_several_secrets() {
        for (name, expected) in [
            ("passwords", Some(Kind::Password)),
            ("USER_PASSWORDS", Some(Kind::Password)),
            ("apiKeys", Some(Kind::Secret)),
            ("db_passwords_list", Some(Kind::Password)),
            ("password", None),
            ("secrets", None),
            ("tokens", None),
            ("common_passwords", None),
            ("keys", None),
        ] {
            assert_eq!(kind_of_several(name), expected, "{name}");
        }
    }

    #[test]
    fn variables_are_named_after_what_they_are_bound_to() {
        for (name, expected) in [
            ("db_password", Some("DB_PASSWORD")),
            ("apiKey", Some("API_KEY")),
            ("api-key", Some("API_KEY")),
            ("_HFToken", Some("HF_TOKEN")),
            ("oauth2Secret", Some("OAUTH2_SECRET")),
            ("pwd", Some("PASSWORD")),
            ("contraseña", None),
            ("2fa_secret", None),
            ("", None),
        ] {
            assert_eq!(variable(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_bare_token_is_no_credential() {
        for name in ["hf_token", "apiToken", "password", "secret_key", "credentials", "db_pwd"] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "image_token_str",
            "token",
            "tokens",
            "next_token",
            "num_tokens",
            "pwd",
            "auth",
            "token_ids",
        ] {
            assert!(!is_credential(name), "{name}");
        }
    }
}
