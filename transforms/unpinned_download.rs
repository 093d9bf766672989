//! Downloads from a hub that name no commit: what they bring can change from one day to the next.

use std::sync::LazyLock;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Level, Remedy};
use super::method::methods;
use super::reference::{Reference, Usage, references, usage};
use super::sinks::{self, Sink};
use super::splat::splats;
use super::{About, Transform, own};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};

/// The transform.
pub struct UnpinnedDownload;

static ABOUT: About = About {
    name: "unpinned-download",
    level: Level::Report,
    summary: "reports hub downloads without a commit (off unless selected)",
    codes: &["B615"],
    literals: &["huggingface_hub", "transformers", "diffusers", "datasets"],
    asks_program_for: &[],
    confirm: may_download,
    page: include_str!("unpinned_download.md"),
};

const PATTERN: Pattern = Pattern {
    transform: "unpinned-download",
    names: &["revision", "commit", "unpinned", "pinned"],
};

static ROWS: LazyLock<Vec<&Sink>> = LazyLock::new(|| sinks::of(ABOUT.name).collect());

/// The packages whose classes load with `from_pretrained`.
const PRETRAINED: [&str; 2] = ["transformers", "diffusers"];

/// What `load_dataset` makes of files of one's own.
const BUILDERS: [&str; 14] = [
    "json",
    "csv",
    "parquet",
    "text",
    "arrow",
    "pandas",
    "sql",
    "imagefolder",
    "audiofolder",
    "videofolder",
    "webdataset",
    "xml",
    "hdf5",
    "lance",
];

fn may_download(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    let names = ["hf_hub_download", "snapshot_download", "from_pretrained", "load_dataset"];
    names.into_iter().any(holds)
}

impl Transform for UnpinnedDownload {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let judge = Judge::new(module, PATTERN, findings.policy.exception_words);
        for found in mentions(module) {
            let Usage::Call(node) = found.usage else { continue };
            let Some(reason) =
                Call::at(node, module.text()).and_then(|c| floats(module, &c, &found.sink))
            else {
                continue;
            };
            let remedy = match judge.judge(node, None) {
                Verdict::Documented(reason) => {
                    Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
                }
                _ => Remedy::Report(reason),
            };
            findings.list.push(Finding {
                transform: ABOUT.name,
                file: module.file,
                range: tree::span(node),
                scope: module.scope_of(found.node),
                message: "what is downloaded can change without a change of this program"
                    .to_owned(),
                sink: found.sink,
                remedy,
            });
        }
        own::check(module, program, ABOUT.name, findings);
    }
}

/// The calls that download, in the order of the text.
fn mentions(module: &Module) -> Vec<Reference<'_>> {
    let names: Vec<&str> = ROWS.iter().flat_map(|row| &row.callables).map(String::as_str).collect();
    let mut found = Vec::new();
    for package in ["huggingface_hub", "datasets"] {
        found.extend(references(module, package, &names));
    }
    for row in ROWS.iter() {
        let makers: Vec<&str> = row.made_by.iter().map(String::as_str).collect();
        let of_objects = row.callables.iter().filter(|name| super::method::is_method(name));
        found.extend(of_objects.flat_map(|name| methods(module, name, &makers)));
    }
    for node in module.attributes_named("from_pretrained") {
        let name = module.names.resolve(node, module.text());
        let Some(name) = name.single() else { continue };
        if PRETRAINED.contains(&name.split('.').next().unwrap_or_default()) {
            let scope = module.names.scope_at(node.start_byte());
            let (sink, usage) = (name.to_owned(), usage(module, node));
            let base = module.text_of(node);
            found.push(Reference { node, sink, base, scope, doubt: None, usage });
        }
    }
    found.sort_by_key(|found| tree::span(found.node));
    found.dedup_by_key(|found| tree::span(found.node));
    found
}

/// Why a call downloads what can change, with what to do; `None` if it names a commit, leaves that to
/// others, or reads what is there already.
fn floats(module: &Module, call: &Call, sink: &str) -> Option<String> {
    let text = module.text();
    let splats = splats(module, call);
    let id = ["repo_id", "pretrained_model_name_or_path", "path"]
        .into_iter()
        .find_map(|name| call.keyword(name))
        .or(call.positional(0));
    let literal = id.and_then(|id| literal::plain_string(id.value, text));
    let is_dataset = sink.ends_with("load_dataset");
    let by_hub = sink.ends_with("_download");
    match literal {
        Some(id) if !is_hub_id(id) || (is_dataset && BUILDERS.contains(&id)) => return None,
        // What is no literal may be a folder, except where only the hub is asked.
        None if !by_hub => return None,
        _ => {}
    }
    if let Some(local) = call.keyword("local_files_only")
        && literal::truth(local.value, text) == Some(true)
    {
        return None;
    }
    let revision = call.keyword("revision").or(call.keyword("commit_id")).map(|a| a.value);
    let revision = revision.or_else(|| {
        let entry = splats.entries.iter().find(|(name, ..)| *name == "revision");
        entry.map(|(_, value, _)| *value)
    });
    let Some(revision) = revision else {
        let maybe = if splats.open { ", if what is behind `**` does not" } else { "" };
        return Some(format!("name a commit: `revision=\"<its hash>\"`{maybe}"));
    };
    if revision.kind() == "none" {
        return Some("name a commit: `revision=\"<its hash>\"`".to_owned());
    }
    // An expression is decided elsewhere.
    let named = literal::plain_string(revision, text)?;
    let is_commit = named.len() >= 7 && named.bytes().all(|byte| byte.is_ascii_hexdigit());
    (!is_commit)
        .then(|| format!("`{named}` is a branch or tag, which can move: name the hash of a commit"))
}

/// Whether a text names a repository of the hub, not a path: `org/name` or `name`.
fn is_hub_id(id: &str) -> bool {
    let parts = id.split('/').count();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let endings = [".json", ".bin", ".pt", ".py", ".csv", ".jsonl", ".safetensors", ".parquet"];
    !id.is_empty()
        && parts <= 2
        && !id.starts_with(['.', '/', '~'])
        && !id.ends_with('/')
        && id.chars().all(allowed)
        && !endings.iter().any(|ending| id.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::is_hub_id;

    #[test]
    fn repositories_are_told_from_paths() {
        for id in ["gpt2", "org/model", "org/model-1.5_b", "squad"] {
            assert!(is_hub_id(id), "{id}");
        }
        for id in ["./model", "/data/x", "~/x", "a/b/c", "model/", "a b", "x.json", "", "C:\\x"] {
            assert!(!is_hub_id(id), "{id}");
        }
    }
}
