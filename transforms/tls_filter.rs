//! Which files may hold what the transform looks for, by their bytes.

use std::sync::LazyLock;

use super::prefilter::{self, Wanted};
use super::sinks::{self, Kind};
use super::tls::NAME;

/// Packages whose names alone are looked for.
pub(super) const PACKAGES: [&str; 4] = ["ssl", "OpenSSL", "pyOpenSSL", "paramiko"];

static WANTED: LazyLock<[Wanted; 4]> = LazyLock::new(|| {
    let kinds = [Kind::Callee, Kind::Class, Kind::Flag, Kind::Report];
    PACKAGES.map(|package| Wanted::new(package, &sinks::callables(NAME, &kinds, package)))
});

/// Texts that are hardly written for anything else.
const UNMISTAKABLE: [&str; 12] = [
    "check_hostname",
    "assert_hostname",
    "verify_mode",
    "verify_ssl",
    "verify_certs",
    "ssl_verify",
    "tls_verify",
    "validate_certs",
    "cert_reqs",
    "disable_warnings",
    "_create_default_https_context",
    "_https_verify_certificates",
];

/// Whether a check may be switched off, or a name stands there that does.
pub(super) fn may_trust(bytes: &[u8]) -> bool {
    let holds = |text: &&str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    UNMISTAKABLE.iter().any(holds)
        || ["verify", "ssl"].iter().any(|word| is_given(bytes, word))
        || WANTED.iter().any(|wanted| prefilter::may_refer(bytes, wanted))
}

/// Whether a word is given a value that is not plainly True: `verify=x`, `"verify": x`,
/// `["verify"] = x`, `("verify", x)`.
fn is_given(bytes: &[u8], word: &str) -> bool {
    memchr::memmem::find_iter(bytes, word).any(|at| {
        let end = at + word.len();
        if !prefilter::is_whole(bytes, at, end) {
            return false;
        }
        let mut next = prefilter::skip_gap(bytes, end);
        while let Some(b'"' | b'\'' | b']' | b')') = bytes.get(next) {
            next = prefilter::skip_gap(bytes, next + 1);
        }
        if !matches!(bytes.get(next), Some(b'=' | b':' | b',')) {
            return false;
        }
        let value = &bytes[prefilter::skip_gap(bytes, next + 1)..];
        let is_true = value.starts_with(b"True") && prefilter::is_whole(value, 0, 4);
        !is_true && !value.starts_with(b"=")
    })
}

#[cfg(test)]
mod tests {
    use super::may_trust;

    #[test]
    fn every_spelling_is_seen() {
        for text in [
            "requests.get(u, verify=False)",
            "requests.get(u, verify = 0)",
            "requests.get(u, verify  # why\n = (False))",
            "requests.get(u, verify=VERIFY)",
            "{'verify': False}",
            "{u'verify' : False}",
            "options[\"verify\"] = False",
            "options . setdefault('verify', False)",
            "options[('verify')] = False",
            "verify: bool = False",
            "s.verify = Trueish",
            "f(verify=True)\nf(verify=False)",
            "f(verify \\\n = False)",
            "session.get(u, ssl=False)",
            "f(verify_ssl=False)",
            "ctx.check_hostname = False",
            "from ssl import (\n    PROTOCOL_TLSv1,\n)",
            "import ssl as s\ns.CERT_NONE",
            "from ssl import TLSVersion\nTLSVersion.TLSv1",
            "ssl.TLSVersion.TLSv1_2",
            "from ssl import *",
            "getattr(ssl, 'PROTOCOL_TLSv1')",
            "paramiko.client.AutoAddPolicy()",
            "from OpenSSL import SSL\nSSL.TLSv1_METHOD",
            "urllib3.disable_warnings()",
        ] {
            for ending in ["\n", "\r\n", "\r"] {
                let text = text.replace('\n', ending);
                assert!(may_trust(text.as_bytes()), "{text:?}");
            }
        }
    }

    #[test]
    fn most_files_are_not_parsed() {
        for text in [
            "requests.get(u, verify=True)",
            "import ssl\nssl.create_default_context()",
            "def verify(x): return verify_all(x)",
            "if verify == False: pass",
            "# ssl is not used here",
            "self.verified = False",
            "paramiko.SSHClient()",
        ] {
            assert!(!may_trust(text.as_bytes()), "{text}");
        }
    }
}
