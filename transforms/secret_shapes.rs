//! Tokens that are known by their shape, wherever they stand: their prefixes, their lengths, what
//! is secret in a URL or a connection string.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::secret_values::{is_made_up, is_password, is_random};

/// A kind of token.
#[derive(Debug)]
pub struct Shape {
    /// What it is, `Hugging Face token`.
    pub label: &'static str,
    /// The variable by which the field's own tools read it from the environment.
    pub variable: &'static str,
    /// What it looks like. The group is what is secret, else all of it.
    pattern: &'static str,
    /// What must be true of the secret part, and of what it stands in.
    holds: fn(&str, &str) -> bool,
}

/// A token in a text.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is.
    pub shape: &'static Shape,
}

const fn shape(label: &'static str, variable: &'static str, pattern: &'static str) -> Shape {
    Shape { label, variable, pattern, holds: |token, _| is_real(token) }
}

/// The shapes that begin with a text of their own.
#[rustfmt::skip]
static PREFIXED: &[Shape] = &[
    shape("Hugging Face token", "HF_TOKEN", r"\bhf_[A-Za-z0-9]{34,40}\b"),
    shape("Hugging Face token", "HF_TOKEN", r"\bapi_org_[A-Za-z0-9]{34}\b"),
    shape("Anthropic key", "ANTHROPIC_API_KEY", r"\bsk-ant-[\w-]{20,}"),
    shape("OpenRouter key", "OPENROUTER_API_KEY", r"\bsk-or-v1-[0-9a-f]{40,}\b"),
    shape("OpenAI key", "OPENAI_API_KEY", r"\bsk-(?:proj|svcacct|admin|None)-[\w-]{20,}"),
    Shape {
        holds: |token, _| is_real(token) && token.bytes().any(|b| b.is_ascii_digit()),
        ..shape("OpenAI key", "OPENAI_API_KEY", r"\bsk-[A-Za-z0-9]{20,}\b")
    },
    shape("GitHub token", "GITHUB_TOKEN", r"\bgh[opsur]_[A-Za-z0-9]{36,}\b"),
    shape("GitHub token", "GITHUB_TOKEN", r"\bgithub_pat_[\w]{36,}"),
    shape("GitLab token", "GITLAB_TOKEN", r"\bgl(?:pat|ptt|dt|rt|soat|cbt)-[\w-]{20,}"),
    shape("AWS access key", "AWS_ACCESS_KEY_ID", r"\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b"),
    shape("Slack token", "SLACK_TOKEN", r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}"),
    shape("Slack token", "SLACK_APP_TOKEN", r"\bxapp-\d-[0-9A-Za-z-]{20,}"),
    shape("Slack webhook", "SLACK_WEBHOOK_URL", r"\bhooks\.slack\.com/services/(T[\w]{6,}/B[\w]{6,}/[\w]{20,})"),
    shape("NVIDIA key", "NVIDIA_API_KEY", r"\bnvapi-[\w-]{40,}"),
    shape("Google API key", "GOOGLE_API_KEY", r"\bAIza[\w-]{35}"),
    shape("Google client secret", "GOOGLE_CLIENT_SECRET", r"\bGOCSPX-[\w-]{28}"),
    shape("npm token", "NPM_TOKEN", r"\bnpm_[A-Za-z0-9]{36}\b"),
    shape("PyPI token", "PYPI_TOKEN", r"\bpypi-AgE[IN][\w-]{40,}"),
    shape("Stripe key", "STRIPE_API_KEY", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}\b"),
    shape("SendGrid key", "SENDGRID_API_KEY", r"\bSG\.[\w-]{22}\.[\w-]{43}"),
    shape("Groq key", "GROQ_API_KEY", r"\bgsk_[A-Za-z0-9]{48,}\b"),
    shape("Replicate token", "REPLICATE_API_TOKEN", r"\br8_[A-Za-z0-9]{37}\b"),
    shape("xAI key", "XAI_API_KEY", r"\bxai-[A-Za-z0-9]{70,}\b"),
    shape("Databricks token", "DATABRICKS_TOKEN", r"\bdapi[0-9a-f]{32}\b"),
    shape("LangSmith key", "LANGSMITH_API_KEY", r"\blsv2_[a-z]{2}_[0-9a-f]{32}_[0-9a-f]{10}\b"),
    shape("DigitalOcean token", "DIGITALOCEAN_TOKEN", r"\bdo[opr]_v1_[0-9a-f]{64}\b"),
    shape("Shopify token", "SHOPIFY_TOKEN", r"\bshp(?:at|ca|pa|ss)_[0-9a-f]{32}\b"),
    shape("Vault token", "VAULT_TOKEN", r"\bhvs\.[\w-]{60,}"),
    shape("JSON web token", "ACCESS_TOKEN", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    Shape {
        holds: |body, _| holds_base64(body),
        ..shape("private key", "PRIVATE_KEY", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----([^-]{64,}?)-----END")
    },
];

/// The shapes around a secret whose own text says nothing.
#[rustfmt::skip]
static AROUND: &[Shape] = &[
    Shape {
        holds: is_of_url,
        ..shape("password in a URL", "DATABASE_PASSWORD", r#"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@"'`<>?#\\]*:([^\s/@"'`<>\\?#]+)@[\w\[{%$.-]"#)
    },
    Shape {
        holds: |text, _| is_password(text),
        ..shape("password in a URL", "DATABASE_PASSWORD", r#"://[^\s"'`<>\\]*[?&](?:password|passwd|pwd)=([^\s"'`<>\\&]+)"#)
    },
    Shape {
        holds: |text, _| is_random(text),
        ..shape("key in a URL", "API_KEY", r#"://[^\s"'`<>\\]*[?&](?:api_?key|key|access_?token|auth_?token|token|client_?secret|secret|sig)=([\w%.~+/=-]{16,})"#)
    },
    Shape {
        holds: |text, _| is_password(text),
        ..shape("password in a connection string", "DATABASE_PASSWORD", r#"(?i)\b(?:host|hostaddr|server|user|uid|user id|username|dbname|database|data source|initial catalog|port)\s*=[^\r\n"'`]*[;,\s&](?:password|passwd|pwd)\s*=\s*([^\s;,&"'`\\]+)"#)
    },
    Shape {
        holds: |text, _| is_password(text),
        ..shape("password in a connection string", "DATABASE_PASSWORD", r#"(?i)\b(?:password|passwd|pwd)\s*=([^\s;,&"'`\\()]+)[;\s&]\s*(?:host|hostaddr|server|user|uid|user id|dbname|database|data source|initial catalog|port)="#)
    },
    shape("Azure key", "AZURE_STORAGE_KEY", r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{42,}=*)"),
    Shape {
        holds: |text, _| is_random(text),
        ..shape("access token in a header", "ACCESS_TOKEN", r"(?i:\b(?:bearer|basic)) ([A-Za-z0-9._~+/=-]{20,})")
    },
];

/// The texts by which the shapes begin, or what stands before what is secret, in any case.
#[rustfmt::skip]
pub(super) const BEGINNINGS: &[&str] = &[
    "hf_", "api_org_", "sk-ant-", "sk-or-", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", "sk-",
    "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "glptt-", "gldt-", "glrt-",
    "glsoat-", "glcbt-", "AKIA", "ASIA", "ABIA", "ACCA", "xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-",
    "xoxr-", "xoxs-", "xapp-", "hooks.slack.com/services/", "nvapi-", "AIza", "GOCSPX-", "npm_",
    "pypi-AgE", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "SG.", "gsk_", "r8_", "xai-", "dapi",
    "lsv2_", "doo_v1_", "dop_v1_", "dor_v1_", "shpat_", "shpca_", "shppa_", "shpss_", "hvs.", "eyJ",
    "://", "AccountKey=", "SharedAccessKey=", "bearer ", "basic ",
];

/// The patterns of shapes.
struct Patterns {
    /// All of them at once.
    any: Regex,
    each: Vec<(Regex, &'static Shape)>,
}

static PREFIXES: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(PREFIXED));
static SURROUNDED: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(AROUND));
impl Patterns {
    fn new(shapes: &'static [Shape]) -> Self {
        let all: Vec<String> = shapes.iter().map(|s| format!("(?:{})", s.pattern)).collect();
        let each = shapes.iter().map(|shape| (compiled(shape.pattern), shape));
        Self { any: compiled(&all.join("|")), each: each.collect() }
    }

    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        if !self.any.is_match(text) {
            return;
        }
        for (pattern, shape) in &self.each {
            for found in pattern.captures_iter(text) {
                let Some(secret) = found.get(1).or(found.get(0)) else { continue };
                let whole = found.get(0).map_or("", |whole| whole.as_str());
                if (shape.holds)(secret.as_str(), whole) {
                    hits.push(Hit { range: secret.range(), shape });
                }
            }
        }
    }
}

/// A pattern whose words are those of ASCII: its automaton is small, and reads other texts as fast.
fn compiled(pattern: &str) -> Regex {
    let ascii = pattern.replace(r"\b", r"(?-u:\b)").replace(r"\w", "0-9A-Za-z_");
    Regex::new(&ascii).expect("a test compiles every pattern of the tables")
}

/// The tokens in a text, in order, apart from one another.
pub fn hits(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    PREFIXES.find(text, &mut hits);
    SURROUNDED.find(text, &mut hits);
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
    let mut end = 0;
    hits.retain(|hit| {
        let apart = hit.range.start >= end;
        end = end.max(hit.range.end);
        apart
    });
    hits
}

/// The ranges of known token shapes in any text, in order, apart from one another.
pub fn shapes(text: &str) -> Vec<Range<usize>> {
    hits(text).into_iter().map(|hit| hit.range).collect()
}

/// Whether a token begins in a text, as far as is seen there.
pub(super) fn begins(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let begin = |text: &&str| lower.contains(&text.to_ascii_lowercase());
    lower.contains("private key") || BEGINNINGS.iter().any(begin)
}

/// How a secret is shown: its first characters, at most four and never more than a quarter, and an
/// ellipsis.
pub fn masked(value: &str) -> String {
    let shown = (value.chars().count() / 4).min(4);
    value.chars().take(shown).chain(['…']).collect()
}

/// Whether a token is one that somebody was given.
fn is_real(token: &str) -> bool {
    !is_made_up(token) && distinct(token) >= 8
}

/// Whether the password of a URL is one: many programs are delivered with one that is the name of
/// the user.
fn is_of_url(password: &str, url: &str) -> bool {
    let user = url.split_once("://").and_then(|(_, rest)| rest.split_once(':'));
    // An account that manuals have used for decades.
    let is_of_manuals = |user: &str| user == "scott" && password == "tiger";
    is_password(password) && user.is_none_or(|(user, _)| user != password && !is_of_manuals(user))
}

/// Whether a text holds a line of a key.
fn holds_base64(text: &str) -> bool {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let mut runs = text.split(|c: char| !is_base64(c));
    runs.any(|run| run.len() >= 32 && distinct(run) >= 12)
}

fn distinct(text: &str) -> usize {
    let mut bytes: Vec<u8> = text.bytes().collect();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token put together here, so that no tool takes this file for one that holds a secret.
    fn token(prefix: &str, length: usize) -> String {
        let letters = "qT7xWm2RkZ9pLv4NcB8sHd3JfY6gKa5E".chars().cycle();
        prefix.chars().chain(letters.take(length)).collect()
    }

    fn labels(text: &str) -> Vec<&'static str> {
        hits(text).into_iter().map(|hit| hit.shape.label).collect()
    }

    #[test]
    fn tokens_are_known_by_their_shape() {
        let cases = [
            (token("hf_", 34), "Hugging Face token"),
            (token("sk-proj-", 60), "OpenAI key"),
            (token("sk-", 48), "OpenAI key"),
            (token("sk-ant-api03-", 60), "Anthropic key"),
            (token("ghp_", 36), "GitHub token"),
            (token("github_pat_", 82), "GitHub token"),
            (token("glpat-", 20), "GitLab token"),
            (format!("AKIA{}", token("", 16).to_uppercase()), "AWS access key"),
            (token("xoxb-", 24), "Slack token"),
            (token("nvapi-", 64), "NVIDIA key"),
            (token("AIza", 35), "Google API key"),
            (token("npm_", 36), "npm token"),
            (token("pypi-AgEI", 80), "PyPI token"),
            (
                format!("{}.{}.{}", token("eyJ", 20), token("eyJ", 20), token("", 30)),
                "JSON web token",
            ),
        ];
        for (token, label) in cases {
            for text in [token.clone(), format!("x = \"{token}\"\n"), format!("Bearer {token} é")]
            {
                assert_eq!(labels(&text), [label], "{text}");
            }
            assert!(begins(&token), "{token}");
        }
    }

    #[test]
    fn only_the_secret_part_is_meant() {
        let cases = [
            ("postgresql://app:hunter2!@db/x", "hunter2!"),
            ("x?sslmode=a host=db user=app password=hunter2! port=1", "hunter2!"),
            ("Server=tcp:db;Uid=sa;Pwd=Tr0ub4dor3;", "Tr0ub4dor3"),
            ("redis://:s3cr3tpw9@cache:6379/0", "s3cr3tpw9"),
        ];
        for (text, secret) in cases {
            let found: Vec<&str> = shapes(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, [secret], "{text}");
        }
        let body = format!("\n{}\n", token("MII", 61));
        let key = format!("-----BEGIN RSA PRIVATE KEY-----{body}-----END RSA PRIVATE KEY-----");
        assert_eq!(&key[shapes(&key)[0].clone()], body);
    }

    #[test]
    fn what_only_looks_like_a_token_is_none() {
        for text in [
            "hf_model_name_or_path_for_the_big_one",
            "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-container-id-1",
            "AKIAIOSFODNN7EXAMPLE",
            "https://user:password@example.org",
            "postgresql://scott:tiger@localhost/test",
            "postgresql://postgres:postgres@localhost/db",
            "amqp://guest:guest@localhost//",
            "https://{user}:{password}@example.org",
            "https://%s:%s@example.org",
            "https://$USER:$PASS@example.org",
            "http://[::1]:8080/path@2x.png",
            "https://example.org:8443/a@b",
            "git@github.com:org/repo.git",
            "-----BEGIN PRIVATE KEY-----",
            "host=localhost password=<password> port=1",
            "Bearer your-token-goes-here-please",
            "lib::namespace::name",
        ] {
            assert_eq!(labels(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn little_of_a_secret_is_shown() {
        assert_eq!(masked("hunter2!"), "hu…");
        assert_eq!(masked("abc"), "…");
        assert_eq!(masked("hf_abcdefghijklmnopqrstuvwxyz"), "hf_a…");
    }
}
