//! The transforms: each finds one kind of misplaced trust and says what to do about it.

pub mod archive;
mod archive_filters;
mod archive_names;
pub mod code_execution;
pub mod decisions;
pub mod deserializer;
mod deserializer_modules;
mod eval_advice;
mod eval_handlers;
mod eval_text;
mod eval_use;
mod eval_values;
pub mod exception;
pub mod finding;
pub mod guard;
pub mod instance;
pub mod logged_credential;
mod method;
mod noqa;
pub mod nosec;
pub mod nosec_switches;
pub mod numpy_load;
mod numpy_splat;
mod own;
mod own_decision;
pub mod prefilter;
pub mod reference;
pub mod remote;
mod rename;
mod row_flags;
mod rows;
pub mod secret;
mod secret_fix;
mod secret_groups;
mod secret_literals;
mod secret_names;
mod secret_places;
mod secret_prefilter;
pub mod secret_shapes;
mod secret_values;
pub mod shell_command;
mod shell_indirect;
pub mod sinks;
pub mod splat;
pub mod tls;
mod tls_attributes;
mod tls_certs;
mod tls_contexts;
mod tls_dicts;
mod tls_edits;
mod tls_filter;
mod tls_flags;
mod tls_meant;
mod tls_names;
mod tls_objects;
mod tls_renames;
mod tls_roles;
mod tls_scene;
mod tls_settings;
mod tls_targets;
mod tls_uses;
mod tls_values;
mod tls_wrappers;
pub mod torch_load;
mod trust_answer;
mod trust_bound;
mod trust_callee;
mod trust_calls;
mod trust_defaults;
pub mod trust_guard;
pub mod trust_remote_code;
mod trust_sinks;
mod trust_values;
mod trust_words;
pub mod unpinned_download;
mod vouching;
pub mod yaml_constructors;
pub mod yaml_edits;
pub mod yaml_load;
pub mod yaml_loader;
pub mod yaml_ruamel;

use crate::program::Program;
use crate::python::module::Module;
use finding::{Findings, Level};

/// What is known of a transform without running it.
#[derive(Debug)]
pub struct About {
    /// Its name on the command line, `torch-load`.
    pub name: &'static str,
    /// The level of most of its fixes.
    pub level: Level,
    /// One line that says what it rewrites.
    pub summary: &'static str,
    /// The codes that bandit and ruff give the pattern.
    pub codes: &'static [&'static str],
    /// Texts of which a file must hold at least one for anything to be found in it; none where
    /// `confirm` alone decides.
    pub literals: &'static [&'static str],
    /// Texts by which its check looks for other modules of the program.
    pub asks_program_for: &'static [&'static str],
    /// Whether a file that holds such a text must be parsed: cheap, and never false where
    /// something would be found.
    pub confirm: fn(&[u8]) -> bool,
    /// The page that `explain` prints.
    pub page: &'static str,
}

/// Finds one kind of misplaced trust.
pub trait Transform: Sync {
    /// What is known of it without running it.
    fn about(&self) -> &'static About;
    /// Adds what is found in `module`.
    fn check(&self, module: &Module, program: &Program, findings: &mut Findings);
}

/// Every transform, in the order of their names.
pub static REGISTRY: &[&dyn Transform] = &[
    &archive::Archive,
    &code_execution::CodeExecution,
    &deserializer::Deserializer,
    &logged_credential::LoggedCredential,
    &nosec::Nosec,
    &numpy_load::NumpyLoad,
    &secret::Secret,
    &shell_command::ShellCommand,
    &tls::Tls,
    &torch_load::TorchLoad,
    &trust_remote_code::TrustRemoteCode,
    &unpinned_download::UnpinnedDownload,
    &yaml_load::YamlLoad,
];

/// The transforms that are run only where they are selected.
pub const ON_REQUEST: &[&str] = &["unpinned-download"];

/// The transforms that look for what runs: nothing in a stub file does.
pub const NOT_IN_STUBS: &[&str] =
    &["archive", "code-execution", "deserializer", "logged-credential"];

/// The transforms that look for no callables, so that no rows of a table are for them.
pub const WITHOUT_SINKS: &[&str] = &["logged-credential", "nosec", "secret"];

/// The transforms that a name means: its own, or the code of another tool (`B614`).
pub fn named(name: &str) -> Vec<&'static dyn Transform> {
    let code = name.to_ascii_uppercase();
    REGISTRY
        .iter()
        .copied()
        .filter(|t| t.about().name == name || t.about().codes.contains(&code.as_str()))
        .collect()
}

/// The known name that is nearest to one that is not known.
pub fn nearest(name: &str) -> Option<&'static str> {
    REGISTRY
        .iter()
        .map(|t| t.about().name)
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 2)
        .map(|(_, known)| known)
}
