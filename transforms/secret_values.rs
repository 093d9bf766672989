//! Whether a text is a secret that somebody wrote down, or a name, a reference, a placeholder.

use super::secret_names::{self, Kind};

/// Words of a text that only stands for a secret.
#[rustfmt::skip]
const STAND_INS: &[&str] = &[
    "your", "yours", "example", "examples", "changeme", "change", "changeit", "placeholder",
    "dummy", "fake", "insert", "replace", "sample", "redacted", "todo", "fixme", "mock", "test",
    "tests", "testing", "foo", "bar", "baz", "foobar", "none", "null", "nil", "empty", "undefined",
    "unknown", "unset", "tbd", "here", "invalid", "missing", "enter", "please", "some",
    "something", "anything", "anonymous", "guest", "blah", "spam", "eggs", "notset", "unused",
    "ignored", "random", "lorem", "masked", "removed", "filtered", "sensitive", "obfuscated", "xx",
    "xxx", "mypassword", "mysecret", "mysecretpassword", "mytoken", "mykey",
];

/// Words that name a secret, what it is for, or how it is handled.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "password", "passwords", "passwd", "passphrase", "passcode", "pwd", "pass", "pw", "secret",
    "secrets", "token", "tokens", "api", "key", "keys", "apikey", "access", "private", "public",
    "auth", "authenticate", "authentication", "authorization", "authenticated", "credential",
    "credentials", "client", "user", "users", "username", "login", "name", "id", "my", "the", "a",
    "an", "of", "is", "in", "to", "for", "and", "or", "new", "old", "default", "value", "string",
    "str", "bytes", "text", "field", "input", "hidden", "basic", "digest", "bearer", "oauth",
    "jwt", "header", "x", "type", "file", "path", "url", "uri", "env", "var", "variable", "hash",
    "hashed", "reset", "set", "get", "code", "grant", "refresh", "session", "csrf", "db",
    "database", "required", "optional", "plain", "plaintext", "clear", "cleartext", "encrypted",
    "prompt", "ask", "confirm", "confirmation", "true", "false", "yes", "no", "on", "off",
    "manager", "ref", "reference", "config", "configuration", "setting", "settings", "option",
    "param", "parameter", "only", "based", "less", "with", "without", "no", "not", "sha", "md",
    "utf", "base", "pbkdf", "kerberos", "ldap", "ssh", "rsa", "aes", "ssl", "tls", "http", "https",
    "smtp", "ftp", "aws", "gcp", "azure", "github", "gitlab", "openai", "hf", "hugging", "face",
    "huggingface", "google", "service", "account", "app", "bot", "server", "policy", "provider",
    "store", "storage", "vault", "keyring", "keychain", "expired", "expiry", "change", "update",
    "create", "delete", "forgot", "prefix", "suffix", "scope", "host", "port", "recovery",
    "strength", "length", "min", "max", "web", "super", "very", "top", "this",
];

/// How many characters a password has at least; shorter ones cannot be told from words.
const SHORTEST: usize = 4;

/// Whether a value that is bound to a name of that kind is a secret.
pub(super) fn is_secret(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Password => is_password(value),
        Kind::Secret => is_strong(value),
        Kind::Token => is_random(value),
    }
}

/// Whether a value is a password, if its name says so: also one that is easily guessed.
pub(super) fn is_password(value: &str) -> bool {
    // A backslash before a quote is none of the value.
    let value = &value.replace("\\\"", "\"").replace("\\'", "'");
    let letters_only = value.bytes().all(|b| b.is_ascii_alphabetic());
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    value.chars().count() >= SHORTEST
        && value.chars().any(char::is_alphanumeric)
        && !value.chars().any(|c| c.is_whitespace() || c.is_control())
        && !refers(value)
        && !is_made_up(value)
        && !is_identifier(value)
        && !(letters_only && value.bytes().all(|b| b.is_ascii_uppercase()))
        && !(names_only(value) && digits < 3)
        && !is_algorithm(value)
}

/// Whether a value is what one takes for a key: no words, and not short.
fn is_strong(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    // In a short one, a number behind words is no sign of chance.
    let (least_digits, longest_run) = if value.len() < 16 { (2, 2.8) } else { (1, 3.5) };
    if has_bytes(value) {
        return true;
    }
    value.len() >= 6
        && digits >= least_digits
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\''))
        && !refers(value)
        && !is_made_up(value)
        && !names_only(value)
        && !is_algorithm(value)
        && !is_identifier(value)
        && !is_numbered(value)
        && average_run(value) < longest_run
}

/// Whether a value is written as bytes that are no text, as `os.urandom` shows them.
fn has_bytes(value: &str) -> bool {
    let mut characters: Vec<char> = value.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    value.matches("\\x").count() >= 2
        && value.len() >= 12
        && characters.len() >= 8
        && !value.starts_with(['[', '^', '('])
}

/// Whether a value looks as if a machine had drawn it.
pub(super) fn is_random(value: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"+/=_.~:%-".contains(&b);
    value.len() >= 16
        && value.bytes().all(is_word)
        && !value.starts_with(['/', '.'])
        && value.bytes().filter(u8::is_ascii_digit).count() >= 2
        && is_strong(value)
        && average_run(value) < 2.8
        && entropy(value) >= 3.0
}

/// Whether a text speaks of a secret that is elsewhere: a variable, a template, a path, a URL, a
/// pattern, an option.
fn refers(value: &str) -> bool {
    #[rustfmt::skip]
    const SCHEMES: [&str; 14] = [
        "op://", "vault:", "{cipher}", "arn:", "env:", "file:", "ssm:", "secret:", "keyring:",
        "secretsmanager:", "projects/", "base64:", "resource:", "env.",
    ];
    let lower = value.to_ascii_lowercase();
    let both = |open: char, close: char| value.contains(open) && value.contains(close);
    let first = value.chars().next().unwrap_or(' ');
    let rest = value.trim_start_matches(['$', '%', '@', '#', '.', ':', '!', '&', '?']);
    let is_sigil = rest.len() < value.len() && rest.bytes().all(|b| is_name(b) || b == b'%');
    SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
        || value.contains("://")
        || value.contains("${")
        || value.contains("$(")
        || value.contains('\\')
        || both('{', '}')
        || both('<', '>')
        || both('[', ']')
        || value.contains("%s")
        || value.contains("%(")
        || value.contains("..")
        || value.contains(".*")
        || (value.starts_with('^') && value.ends_with('$'))
        || matches!(first, '-' | '<' | '[' | '{' | '(')
        || (is_sigil && !rest.bytes().any(|b| b.is_ascii_digit()))
        || value.ends_with([':', '?'])
        || is_path(value)
}

fn is_path(value: &str) -> bool {
    let absolute = value.starts_with(['/', '~']) || value.starts_with("./");
    let parts = || value.split('/').filter(|part| !part.is_empty());
    let all_words = value.contains('/') && parts().all(|part| average_run(part) >= 2.5);
    let extension = value.rsplit_once('.').is_some_and(|(stem, extension)| {
        let short = (2..=5).contains(&extension.len());
        short && !stem.is_empty() && extension.bytes().all(|b| b.is_ascii_lowercase())
    });
    (absolute && parts().count() > 1 && parts().any(|part| average_run(part) >= 3.0))
        || all_words
        || (extension && average_run(value) >= 2.0)
}

/// Whether a text says that it is none, or is too regular to be one.
pub(super) fn is_made_up(value: &str) -> bool {
    // The keys of an emulator and of a well-known web page, which are the same for everybody.
    const PUBLIC: [&str; 2] = ["Eby8vdM02xNO", "IkpvaG4gRG9l"];
    #[rustfmt::skip]
    const SAYS_SO: [&str; 10] = [
        "example", "xxxx", "your", "placeholder", "redacted", "changeme", "change-me", "change_me",
        "insert", "****",
    ];
    let lower = value.to_ascii_lowercase();
    let mut characters: Vec<char> = value.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    PUBLIC.iter().any(|public| value.contains(public))
        || SAYS_SO.iter().any(|word| lower.contains(word))
        || value.contains("...")
        || value.contains('…')
        || characters.len() < 3
        || secret_names::words(value).iter().any(|word| {
            STAND_INS.contains(&word.as_str())
                || (word.len() > 1 && word.bytes().all(|b| b == b'x'))
        })
}

/// Whether a text is letters in words that are joined as in a name, `access-token`, `accessToken`,
/// `DB_PASSWORD`.
fn is_identifier(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['_', '-', '.', ':', '/', ',', '=']).collect();
    let letters = |part: &&str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let upper = value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit())
        && value.contains('_');
    let words = || secret_names::words(value).len();
    let joined = parts.len() > 1 || (words() > 1 && average_run(value) >= 3.0);
    (joined && parts.iter().all(letters)) || upper
}

/// Whether a text is joined of words and numbers as a version or a model is, `gpt2-355M-v2`.
fn is_numbered(value: &str) -> bool {
    let mut parts = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty());
    let plain = |part: &str| {
        let letters = part.bytes().take_while(u8::is_ascii_alphabetic).count();
        let digits = part[letters..].bytes().take_while(u8::is_ascii_digit).count();
        let rest = &part[letters + digits..];
        digits <= 4 && rest.len() <= 2 && rest.bytes().all(|b| b.is_ascii_alphabetic())
    };
    parts.all(plain)
}

/// Whether all words of a text name secrets or what one does with them.
fn names_only(value: &str) -> bool {
    let words = secret_names::words(value);
    let mut letters = words.iter().filter(|word| word.bytes().any(|b| !b.is_ascii_digit()));
    letters.all(|word| WORDS.contains(&word.as_str()) || STAND_INS.contains(&word.as_str()))
        && words.iter().any(|word| word.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// Whether a text is the name of an algorithm or an encoding, such as one that a password needs.
fn is_algorithm(value: &str) -> bool {
    #[rustfmt::skip]
    const NAMES: [&str; 13] = [
        "sha", "md5", "aes", "des", "rsa", "hmac", "hs256", "rs256", "es256", "pbkdf", "scram",
        "utf", "ed25519",
    ];
    let lower = value.to_ascii_lowercase();
    value.len() < 24
        && NAMES.iter().any(|name| lower.starts_with(name))
        && average_run(value) >= 1.5
}

/// How long words are in a text: runs of letters of which only the first is upper-case, of upper
/// case, of digits.
fn average_run(value: &str) -> f64 {
    let mut runs = 0_u32;
    let mut characters = 0_u32;
    let mut before = ' ';
    let mut length = 0;
    for c in value.chars() {
        let joins = match c {
            c if c.is_ascii_digit() => before.is_ascii_digit(),
            c if c.is_lowercase() => {
                before.is_lowercase() || (before.is_uppercase() && length == 1)
            }
            c if c.is_uppercase() => before.is_uppercase(),
            c if c.is_alphanumeric() => before.is_alphanumeric(),
            _ => {
                before = c;
                length = 0;
                continue;
            }
        };
        length = if joins { length + 1 } else { 1 };
        runs += u32::from(!joins);
        characters += 1;
        before = c;
    }
    f64::from(characters) / f64::from(runs.max(1))
}

/// Shannon's entropy in bits a character.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    value.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_may_be_easily_guessed() {
        for value in
            ["hunter2!", "admin123", "Tr0ub4dor&3", "s3cr3t", "letmein", "root", "P@ssw0rd"]
        {
            assert!(is_password(value), "{value}");
        }
        for value in [
            "",
            "x",
            "password",
            "Password",
            "PASSWORD",
            "DB_PASSWORD",
            "your-password",
            "changeme",
            "<password>",
            "${DB_PASSWORD}",
            "{{ password }}",
            "{password}",
            "%s",
            "%(password)s",
            "op://vault/item/password",
            "vault:secret/data/db#password",
            "settings.db.password",
            "Enter your password",
            "/etc/secrets/password",
            "secrets/db.txt",
            "none",
            "dummy",
            "test1234",
            "********",
            "--password",
            "-p",
            "#password",
            "Password:",
            "userPassword",
            "challengePassword",
            "sha256",
            "https://example.org/reset",
            "xxx",
            "password1",
            "$PASSWORD",
            "[a-z0-9]+",
            "password-authentication",
            "user.password",
            "new_password2",
        ] {
            assert!(!is_password(value), "{value}");
        }
    }

    #[test]
    fn keys_are_no_words() {
        for value in [
            "s3cr3t-k3y-2024",
            "a8f5f167f44f4964e6c998dee827110c",
            "Zx81kQ0pLm4T",
            r"_5#y2L\xF4Q8z\xec]/",
        ] {
            assert!(is_secret(Kind::Secret, value), "{value}");
        }
        for value in [
            "secret123",
            "oauth2-token-1",
            "api-key-2",
            "facebook/mbart-large-50",
            "my-secret-1",
            "OAuth2PasswordBearer",
            "2024-01-01",
            "projects/1/secrets/x",
            "AWS_SECRET_1",
            "sha256",
            "YUAN2_API_KEY",
            "eChargeToday1",
            "iChargePV1",
            "epv2Today",
            "kubernetes.io/tls2",
            "abc.def1.ghijkl",
        ] {
            assert!(!is_secret(Kind::Secret, value), "{value}");
        }
    }

    #[test]
    fn tokens_look_drawn() {
        for value in ["a8f5f167f44f4964e6c998dee827110c", "b9Xk2mQ7rT4wZ8pL"] {
            assert!(is_secret(Kind::Token, value), "{value}");
        }
        for value in [
            "<pad>",
            "[SEP]",
            "</s>",
            "Ġ",
            "##",
            "<|endoftext|>",
            "<extra_id_0>",
            "▁the",
            "token_classification_v1",
            "s3cr3t",
            "<image_token_00012345>",
            "[unused123456789]",
            "cl100k_base",
            "gpt2-medium-355M-v2",
            "meta-llama/Llama-2-7b-chat-hf",
            "RandomLtdLayerTokenLrSchedule2",
            "madeupword0001_madeupword0002",
        ] {
            assert!(!is_secret(Kind::Token, value), "{value}");
        }
    }
}
