//! Tar archives that are unpacked without a filter: their members may leave the folder, be links
//! out of it, or belong to somebody else.

use std::sync::LazyLock;

use tree_sitter::Node;

use super::archive_names::{Format, format_of};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Level, Remedy};
use super::instance::origins;
use super::reference::{Reference, Usage};
use super::rows::{self, Rows};
use super::sinks::{self, Sink};
use super::{About, Transform, archive_filters, own};
use crate::config::PythonVersion;
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};

/// The transform.
pub struct Archive;

pub(super) static ABOUT: About = About {
    name: "archive",
    level: Level::Review,
    summary: "unpacks tar archives with `filter=\"data\"`",
    codes: &["B202", "S202"],
    literals: &["tarfile", "extractall", "unpack_archive"],
    asks_program_for: &[],
    confirm: may_unpack,
    page: include_str!("archive.md"),
};

static ROWS: LazyLock<Vec<&Sink>> = LazyLock::new(|| sinks::of(ABOUT.name).collect());

/// The first Python whose oldest versions had the argument from a security release.
const HAS_FILTER: PythonVersion = PythonVersion { major: 3, minor: 9 };
/// Texts by which a comment names what is unsafe.
pub(super) const NAMES: &[&str] = &["extract", "tarfile", "unpack", "archive", "members"];
pub(super) const MESSAGE: &str = "the archive can write outside the folder that it is unpacked in, by `..`, links and absolute names";
pub(super) const LEVEL: (Level, &str) =
    (Level::Review, "links out of the folder, devices and foreign owners are refused or dropped");

const FOR_TAR: &str =
    "pass `filter=\"data\"` if it is a tar archive; a zip file refuses the argument";

fn may_unpack(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    holds("extractall") || holds("unpack_archive") || (holds("tarfile") && holds("extract"))
}

impl Transform for Archive {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let python = findings.policy.python;
        let filters = filters_of_module(module);
        let rows = Rows {
            transform: ABOUT.name,
            all: ROWS.clone(),
            names: NAMES,
            message: &|_, _| MESSAGE.to_owned(),
            decides: None,
            level: LEVEL,
            instead: &|module, program, reference| {
                instead(module, program, reference, python, filters)
            },
        };
        rows::check(module, program, &rows, findings);
        archive_filters::check(module, findings);
        unknown_objects(module, program, findings);
        own::check(module, program, ABOUT.name, findings);
    }
}

/// What is so whatever the row says: another format, a filter for the whole module, members that the
/// program chooses, a Python that has no filter.
fn instead(
    module: &Module,
    program: &Program,
    reference: &Reference,
    python: PythonVersion,
    filters: Option<usize>,
) -> Option<Remedy> {
    let report = |reason: String| Some(Remedy::Report(reason));
    let unpacks_any = reference.sink == "shutil.unpack_archive";
    let node = match reference.usage {
        Usage::Call(node) => node,
        Usage::Partial(_) if unpacks_any && filters.is_none() => return report(FOR_TAR.to_owned()),
        _ => return None,
    };
    if let Some(line) = filters {
        let reason = format!("line {line} makes the filter for data that of all tar archives");
        return Some(Remedy::Exception(Exception { kind: ExceptionKind::Safe, reason }));
    }
    let call = Call::at(node, module.text())?;
    if unpacks_any {
        match format_of(module, &call) {
            Format::Tar => {}
            Format::Other(format) => {
                let reason = format!("a {format} file: its names are made harmless already");
                return Some(Remedy::Exception(Exception { kind: ExceptionKind::Safe, reason }));
            }
            Format::Unknown => return report(FOR_TAR.to_owned()),
        }
    }
    if python < HAS_FILTER {
        let PythonVersion { major, minor } = python;
        return report(format!(
            "`filter=\"data\"` is not in Python {major}.{minor}, which the project supports; check the names and links of the members by hand"
        ));
    }
    let members = call
        .keyword("members")
        .or(call.positional(1))
        .filter(|_| reference.sink.ends_with("extractall"))?;
    let chosen = chosen_by(module, program, members.value)?;
    report(format!(
        "`{chosen}` chooses the members; pass `filter=\"data\"` too unless it refuses links and names that leave the folder"
    ))
}

/// The function of the program that an expression for members calls.
fn chosen_by(module: &Module, program: &Program, members: Node) -> Option<String> {
    let members = tree::unparenthesised(members);
    let function = Call::at(members, module.text())?.function;
    let callee = program.callee(module.file, module, function)?;
    let is_own = !callee.functions.is_empty();
    is_own.then(|| module.text_of(function).to_owned())
}

/// The 1-based line that sets the filter of all archives to the one for data:
/// `tarfile.TarFile.extraction_filter = staticmethod(tarfile.data_filter)`.
fn filters_of_module(module: &Module) -> Option<usize> {
    let mut targets = module.attributes_named("extraction_filter");
    let set = targets.find(|target| {
        let statement = module.parent(*target).filter(|parent| parent.kind() == "assignment");
        let value = statement.and_then(|statement| statement.child_by_field_name("right"));
        let object = target.child_by_field_name("object");
        let class = object.is_some_and(|object| {
            let name = module.names.resolve(object, module.text());
            name.single() == Some("tarfile.TarFile")
        });
        class && value.is_some_and(|value| module.text_of(value).contains("data_filter"))
    })?;
    // Only what is set when the module is imported holds for all of its functions.
    let top = module.names.scope_at(set.start_byte()) == 0;
    top.then(|| module.lines.of(set.start_byte()) + 1)
}

/// What unpacks all members of an object that nothing tells of.
fn unknown_objects(module: &Module, program: &Program, findings: &mut Findings) {
    for node in module.attributes_named("extractall") {
        let Some(call) = module.parent(node).and_then(|call| Call::at(call, module.text())) else {
            continue;
        };
        if call.function.id() != node.id() || call.keyword("filter").is_some() {
            continue;
        }
        let Some(object) = node.child_by_field_name("object") else { continue };
        if !origins(module, object).open || is_text(module, object, &call) {
            continue;
        }
        // A class of the program has a method of its own.
        if program.type_of(module.file, module, object).is_some() {
            continue;
        }
        let range = tree::span(call.node);
        if findings.list.iter().any(|f| f.transform == ABOUT.name && f.range == range) {
            continue;
        }
        findings.list.push(Finding {
            transform: ABOUT.name,
            file: module.file,
            range,
            scope: module.scope_of(node),
            sink: "tarfile.TarFile.extractall".to_owned(),
            message: MESSAGE.to_owned(),
            remedy: Remedy::Report(
                "pass `filter=\"data\"` if it is a tar archive; other archives refuse the argument"
                    .to_owned(),
            ),
        });
    }
}

/// Whether a column of texts is searched: `column.str.extractall(pattern)`.
fn is_text(module: &Module, object: Node, call: &Call) -> bool {
    module.text_of(object).rsplit('.').next() == Some("str")
        || call.positional(0).is_some_and(|pattern| {
            let literal = literal::plain_string(pattern.value, module.text());
            literal.is_some_and(|pattern| pattern.contains('('))
                || module.text_of(pattern.value).starts_with(['r', 'R'])
                    && pattern.value.kind() == "string"
        })
}
