//! `# nosec` comments, which switch bandit off, and `# noqa` comments for rules of the policy.

use super::finding::{Exception, ExceptionKind, Finding, Findings, Fix, Level, Policy, Remedy};
use super::{About, Transform, noqa};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::comment::Comment;
use crate::python::module::Module;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// The transform.
pub struct Nosec;

/// bandit itself reads the first only; the others are what people write for it.
const SPELLINGS: [&str; 4] = ["nosec", "NOSEC", "NoSec", "Nosec"];

/// Its name.
pub(super) const NAME: &str = "nosec";

static ABOUT: About = About {
    name: NAME,
    level: Level::Review,
    summary: "removes `# nosec` comments; a reason stays as a comment; reports other switches",
    codes: &[],
    literals: &["nosec", "NOSEC", "NoSec", "Nosec", "noqa", "NOQA"],
    asks_program_for: &[],
    confirm: may_mark,
    page: include_str!("nosec.md"),
};

/// What may stand between the hash and the marker.
const BLANK: [char; 3] = [' ', '\t', '\x0c'];

/// Whether a marker stands behind a hash, or a rule for security behind another one.
fn may_mark(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    if (holds("noqa") || holds("NOQA")) && [":S", ": S", " S", ",S"].into_iter().any(holds) {
        return true;
    }
    SPELLINGS.iter().any(|marker| {
        memchr::memmem::find_iter(bytes, marker).any(|at| {
            let is_blank = |byte: &u8| BLANK.contains(&char::from(*byte));
            bytes[..at].iter().rev().find(|byte| !is_blank(byte)) == Some(&b'#')
        })
    })
}

impl Transform for Nosec {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, _program: &Program, findings: &mut Findings) {
        let (mut code, mut from) = (None, 0);
        for comment in &module.comments {
            let between = module.slice(Span::new(from.min(comment.span.start), comment.span.start));
            code = between.rfind(|c: char| !c.is_whitespace()).map(|at| from + at).or(code);
            from = comment.span.end;
            if let Some(rest) = without_marker(module.slice(comment.span)) {
                let scope = module.scope_of_comment(comment, code);
                findings.list.push(finding(module, *comment, &rest, scope));
            }
            let rules = noqa::switched_off(module.slice(comment.span));
            if !rules.is_empty() {
                let scope = module.scope_of_comment(comment, code);
                let found = of_ruff(module, comment, &rules, scope, &findings.policy);
                findings.list.push(found);
            }
        }
    }
}

/// A comment that switches rules of ruff off. It stays: whether they find something is ruff's to say.
fn of_ruff(
    module: &Module,
    comment: &Comment,
    rules: &[String],
    scope: String,
    policy: &Policy,
) -> Finding {
    let text = module.slice(comment.span);
    let codes = rules.join(", ");
    let remedy = if noqa::is_justified(text, policy.exception_words) {
        let reason = text.trim_start_matches(['#', ' ']).to_owned();
        Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
    } else {
        Remedy::Report(
            "take it out and see to what it hides, or say beside it why that is necessary and safe here"
                .to_owned(),
        )
    };
    Finding {
        transform: ABOUT.name,
        file: module.file,
        range: comment.span,
        scope,
        sink: format!("# noqa: {codes}"),
        message: format!("the comment switches {codes} of ruff off"),
        remedy,
    }
}

fn finding(module: &Module, comment: Comment, rest: &str, scope: String) -> Finding {
    if comment.own_line && speaks_of_it(module.slice(comment.span)) {
        let reason = "the comment may only speak of nosec; take the marker out if it is one";
        return marked(&comment, module.file, scope, Remedy::Report(reason.to_owned()));
    }
    if speaks_to_another(module.slice(comment.span), rest) {
        let reason = "without the marker the rest of the comment would speak to another tool; take it out by hand";
        return marked(&comment, module.file, scope, Remedy::Report(reason.to_owned()));
    }
    let at = Anchor { file: module.file, range: comment.span };
    let (title, op) = if rest.is_empty() {
        ("remove `# nosec`", Op::DeleteComment { at })
    } else {
        ("remove `# nosec`, keep the reason", Op::ReplaceComment { at, text: rest.to_owned() })
    };
    let remedy = Remedy::Ops(Fix {
        title: title.to_owned(),
        reason: "bandit will look at the line again".to_owned(),
        level: Level::Review,
        ops: vec![op],
        group: None,
        proof: Vec::new(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    });
    marked(&comment, module.file, scope, remedy)
}

fn marked(comment: &Comment, file: FileId, scope: String, remedy: Remedy) -> Finding {
    Finding {
        transform: ABOUT.name,
        file,
        range: comment.span,
        scope,
        sink: "# nosec".to_owned(),
        message: "the comment switches bandit off for this line".to_owned(),
        remedy,
    }
}

/// Whether what stays of a comment begins with a marker of another tool that stood behind words before.
fn speaks_to_another(comment: &str, rest: &str) -> bool {
    let marks = |text: &str, marker: &str| {
        split_at_hashes(text).iter().any(|part| {
            let words = part.trim_start_matches('#').trim_start_matches(BLANK);
            let lower = words.to_ascii_lowercase();
            // With codes behind it, it speaks of those only.
            lower.starts_with(marker) && !lower.starts_with("noqa:")
        })
    };
    ["noqa", "type:", "pragma:", "pylint:", "mypy:", "pyright:", "ruff:"]
        .into_iter()
        .any(|marker| !rest.is_empty() && marks(rest, marker) && !marks(comment, marker))
}

/// Whether a comment goes on behind the marker as a sentence does that has it for its subject:
/// `# nosec is not recognized here`.
fn speaks_of_it(comment: &str) -> bool {
    let Some(rest) = strip_nosec(comment) else { return false };
    let word = rest.split_whitespace().next().unwrap_or_default();
    let verbs = [
        "is", "are", "was", "has", "does", "doesn't", "isn't", "can", "cannot", "will", "must",
        "should", "on", "in", "for", "comments", "and", "or",
    ];
    rest.starts_with(BLANK) && verbs.contains(&word)
}

/// The comment without its `nosec` markers, empty if nothing else was in it; `None` if there is
/// no marker. bandit reads `#\s*nosec:?` followed by codes or plugin names. What stays keeps its
/// own spacing.
pub fn without_marker(comment: &str) -> Option<String> {
    if !SPELLINGS.iter().any(|marker| comment.contains(marker)) {
        return None;
    }
    let mut rest = without_markers_once(comment)?;
    // What stood behind a marker may be one itself.
    for _ in 0..MOST_PASSES {
        let Some(less) = without_markers_once(&rest) else { break };
        rest = less;
    }
    Some(rest)
}

/// How often a comment is looked at again. Nobody writes one that needs more.
const MOST_PASSES: usize = 8;

fn without_markers_once(comment: &str) -> Option<String> {
    let parts = split_at_hashes(comment);
    if !parts.iter().any(|part| strip_nosec(part).is_some()) {
        return None;
    }
    let mut kept = String::with_capacity(comment.len());
    for part in parts {
        match marker_rest(part) {
            None => kept.push_str(part),
            Some(reason) if reason.trim_end().is_empty() => {}
            Some(reason) => {
                kept.push_str("# ");
                kept.push_str(reason);
            }
        }
    }
    kept.truncate(kept.trim_end().len());
    // Hashes that led to a marker say nothing alone.
    let empty = kept.chars().all(|c| c == '#' || c.is_whitespace());
    Some(if empty { String::new() } else { kept })
}

/// The parts of a comment that each begin with `#`; several in a row belong to what follows.
fn split_at_hashes(comment: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let hashes = |from: usize| from + comment[from..].bytes().take_while(|b| *b == b'#').count();
    let mut content = hashes(0);
    for (at, _) in comment.match_indices('#') {
        // One inside a word or quotes is no beginning (`/page#anchor`, `see `# nosec``).
        let begins = comment[..at].is_empty() || comment[..at].ends_with([' ', '\t', '#']);
        let says_more = at > content;
        let is_joined_marker = !begins
            && strip_nosec(&comment[at..]).is_some_and(|rest| {
                rest.trim_start().is_empty() && !comment[..at].ends_with(['`', '\'', '"', '/'])
            });
        if says_more && (begins || is_joined_marker) {
            parts.push(&comment[start..at]);
            start = at;
            content = hashes(at);
        }
    }
    parts.push(&comment[start..]);
    parts
}

/// What follows `nosec` in a part that begins with `#`.
fn strip_nosec(part: &str) -> Option<&str> {
    strip_word(part.trim_start_matches('#').trim_start_matches(BLANK))
}

/// What follows a `nosec` that a text begins with.
fn strip_word(text: &str) -> Option<&str> {
    let head = text.get(..5)?;
    let rest = &text[5..];
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (SPELLINGS.contains(&head) && ends).then_some(rest)
}

/// The reason behind a `nosec` marker, its codes left out.
fn marker_rest(part: &str) -> Option<&str> {
    let mut reason = behind_codes(strip_nosec(part)?);
    while let Some(rest) = strip_word(reason) {
        reason = behind_codes(rest);
    }
    Some(reason)
}

/// What follows the codes behind a marker.
fn behind_codes(rest: &str) -> &str {
    let mut rest = rest.trim_start().trim_start_matches(':').trim_start();
    loop {
        let word = first_word(rest);
        if !is_code(word) && !is_listed(word, &rest[word.len()..]) {
            break;
        }
        rest = rest[word.len()..].trim_start_matches([',', ' ', '\t']);
        let next = rest.trim_start_matches(['/', ';', ':', '|', '+']);
        let word = first_word(next);
        if is_code(word) || is_listed(word, &next[word.len()..]) {
            rest = next;
        }
    }
    let reason = rest.trim_start_matches(['-', '–', '—', ':', ',', ';']);
    let parted = reason.is_empty() || reason.starts_with(char::is_whitespace) || reason == rest;
    if parted || rest.starts_with(':') { reason.trim_start() } else { rest }
}

/// The letters, digits and underscores that a text begins with.
fn first_word(text: &str) -> &str {
    &text[..text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())]
}

/// Whether a word is the name of a test of bandit's lists of calls and imports. Many are words of
/// the language too, and names only where no sentence goes on behind them.
fn is_listed(word: &str, behind: &str) -> bool {
    let ends = behind.trim_start().is_empty()
        || behind.trim_start().starts_with([',', '-', '–', '—', ':', ';', '#'])
        || is_code(first_word(behind.trim_start()));
    word.starts_with("import_") || (ends && LISTED.contains(&word))
}

/// Whether a word is a bandit code (`B602`) or one of its plugin names.
fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix(['B', 'b']).unwrap_or("");
    let is_number = digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit());
    is_number || PLUGINS.contains(&word)
}

/// The names of bandit's plugins (1.8).
#[rustfmt::skip]
const PLUGINS: [&str; 44] = [
    "any_other_function_with_shell_equals_true", "assert_used", "blacklist", "django_extra_used",
    "django_mark_safe", "django_rawsql_used", "exec_used", "flask_debug_true",
    "hardcoded_bind_all_interfaces", "hardcoded_password_default", "hardcoded_password_funcarg",
    "hardcoded_password_string", "hardcoded_sql_expressions", "hardcoded_tmp_directory", "hashlib",
    "huggingface_unsafe_download", "jinja2_autoescape_false", "linux_commands_wildcard_injection",
    "logging_config_insecure_listen", "markupsafe_markup_xss", "paramiko_calls", "pytorch_load",
    "request_with_no_cert_validation", "request_without_timeout", "set_bad_file_permissions",
    "snmp_insecure_version", "snmp_weak_cryptography", "ssh_no_host_key_verification",
    "ssl_with_bad_defaults", "ssl_with_bad_version", "ssl_with_no_version",
    "start_process_with_a_shell", "start_process_with_no_shell", "start_process_with_partial_path",
    "subprocess_popen_with_shell_equals_true", "subprocess_without_shell_equals_true",
    "tarfile_unsafe_members", "trojansource", "try_except_continue", "try_except_pass",
    "use_of_mako_templates", "weak_cryptographic_key", "yaml_load", "hashlib_insecure_functions",
];

/// The names of the calls in bandit's list (1.8); those of imports begin with `import_`.
#[rustfmt::skip]
const LISTED: [&str; 25] = [
    "pickle", "marshal", "md5", "ciphers", "cipher_modes", "mktemp_q", "eval", "mark_safe",
    "httpsconnection", "urllib_urlopen", "random", "telnetlib", "xml_bad_cElementTree",
    "xml_bad_ElementTree", "xml_bad_expatreader", "xml_bad_expatbuilder", "xml_bad_sax",
    "xml_bad_minidom", "xml_bad_pulldom", "xml_bad_etree", "ftplib", "input",
    "unverified_context", "tempnam", "httpoxy",
];

#[cfg(test)]
mod tests {
    use super::without_marker;

    #[test]
    fn markers_go_and_reasons_stay() {
        let cases = [
            ("# nosec", ""),
            ("#nosec", ""),
            ("# NOSEC", ""),
            ("#nosec:B602,B603", ""),
            ("# nosec B602, B603", ""),
            ("# nosec subprocess_popen_with_shell_equals_true", ""),
            ("# nosec B602 - fixed argv", "# fixed argv"),
            ("# nosec: fixed argv", "# fixed argv"),
            ("# noqa: S105  # nosec", "# noqa: S105"),
            ("# nosec B602  # noqa: S602", "# noqa: S602"),
            ("# noqa: S603 # nosec # pylint: disable=x", "# noqa: S603 # pylint: disable=x"),
            ("## nosec B311", ""),
            ("# nosec B607 - see issue #42", "# see issue #42"),
            ("# nosec: https://example.org/audit#urlopen", "# https://example.org/audit#urlopen"),
            ("# für Gäste # nosec", "# für Gäste"),
            ("# nosec: weights_only=False is fine", "# weights_only=False is fine"),
            ("# nosec nosec", ""),
            ("#nosec nosec#nosec", ""),
            ("# nosec -*- x -*-", "# -*- x -*-"),
            ("# nosec B101/B102", ""),
            ("# nosec B101;B102", ""),
            ("# nosec::B101", ""),
            ("# nosec: import_subprocess", ""),
            ("# nosec: md5, B101", ""),
            ("# nosec pickle - our own cache", "# our own cache"),
            ("# nosec random is fine for a test", "# random is fine for a test"),
            ("# nosec (see https://x/#nosec)", "# (see https://x/#nosec)"),
            ("# nosec  # noqa: S602  # type: ignore", "# noqa: S602  # type: ignore"),
        ];
        for (before, after) in cases {
            assert_eq!(without_marker(before).as_deref(), Some(after), "{before}");
        }
        assert_eq!(without_marker("# about nosecurity"), None);
        assert_eq!(without_marker("# why nosec is bad"), None);
        assert_eq!(without_marker("# see `# nosec` for this"), None);
    }
}
