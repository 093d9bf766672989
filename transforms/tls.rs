//! Connections that take whoever answers for the one who was meant: certificates, host names and
//! host keys that are not checked, and versions of TLS that can be broken.

use super::finding::{Findings, Level};
use super::tls_scene::Scene;
use super::{
    About, Transform, own, tls_attributes, tls_certs, tls_contexts, tls_dicts, tls_filter,
    tls_flags, tls_names,
};
use crate::program::Program;
use crate::python::module::Module;

/// The transform.
pub struct Tls;

pub(super) const NAME: &str = "tls";

static ABOUT: About = About {
    name: NAME,
    level: Level::Review,
    summary: "checks certificates, host names and host keys, and asks for TLS 1.3",
    codes: &[
        "B323", "B501", "B502", "B503", "B504", "B507", "S323", "S501", "S502", "S503", "S504",
        "S507",
    ],
    literals: &[
        "verify",
        "verify_ssl",
        "ssl",
        "SSL",
        "check_hostname",
        "assert_hostname",
        "cert_reqs",
        "validate_certs",
        "disable_warnings",
        "paramiko",
    ],
    asks_program_for: &[],
    confirm: tls_filter::may_trust,
    page: include_str!("tls.md"),
};

impl Transform for Tls {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let scene = Scene::new(module, program, findings.policy.exception_words);
        tls_contexts::check(&scene);
        tls_certs::check(&scene);
        tls_names::check(&scene);
        tls_flags::check(&scene);
        tls_attributes::check(&scene);
        tls_dicts::check(&scene);
        findings.list.extend(scene.into_findings());
        own::check(module, program, NAME, findings);
    }
}
