//! `untrust exceptions`: what stays although it looks unsafe, why, and who answers for it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::arguments::{ExceptionsArguments, ExceptionsFormat};
use super::check::{name_skipped, output};
use super::output::{note, note_text};
use super::session::{Purpose, Session, options};
use super::views;
use crate::program::Program;
use crate::report::escape::{visible, visible_path};
use crate::report::exceptions::{Entry, Totals, json, markdown, summary, text};
use crate::scan;
use crate::transforms::finding::{Exception, ExceptionKind, Finding, Remedy};
use crate::workspace::changed::{Changed, added};
use crate::workspace::codeowners::Owners;
use crate::workspace::past::Past;
use crate::workspace::{FileId, repository_top};

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &ExceptionsArguments) -> anyhow::Result<u8> {
    let session = Session::open(&arguments.scan, Purpose::Findings)?;
    session.note_interrupted();
    let mut wanted = wanted(&session, arguments.all);
    if let Some(revision) = &arguments.new_since {
        wanted = new(&session, arguments, revision, wanted)?;
    }
    let (entries, no_owners) = entries(&session, &wanted);
    let shown = match arguments.format {
        ExceptionsFormat::Text => text(&entries),
        ExceptionsFormat::Json => json(&entries),
        ExceptionsFormat::Markdown => markdown(&entries),
    };
    let mut out = output(&arguments.scan)?;
    out.write_all(shown.as_bytes())?;
    out.flush()?;
    let failed = session.report_problems() | no_owners;
    name_skipped(&session, &arguments.scan);
    if !arguments.scan.quiet {
        let totals = Totals {
            files: session.scan.files,
            new_since: arguments.new_since.as_deref(),
            changed_since: session.changed_since.as_deref(),
        };
        note_text(&summary(&entries, &totals));
    }
    Ok(if failed { 2 } else { 0 })
}

/// The indices of the findings that are exceptions of the kinds that were asked for.
fn wanted(session: &Session, all: bool) -> Vec<usize> {
    let findings = session.scan.findings.iter().enumerate();
    let wanted =
        findings.filter(|(_, finding)| exception(finding).is_some_and(|e| is_wanted(e, all)));
    wanted.map(|(index, _)| index).collect()
}

fn exception(finding: &Finding) -> Option<&Exception> {
    match &finding.remedy {
        Remedy::Exception(exception) => Some(exception),
        _ => None,
    }
}

fn is_wanted(exception: &Exception, all: bool) -> bool {
    all || exception.kind == ExceptionKind::Documented
}

/// The exceptions as they are shown, and whether the list of owners could not be read.
fn entries(session: &Session, wanted: &[usize]) -> (Vec<Entry>, bool) {
    let mut owned = Owned::of(session);
    let failed = owned.report_problems();
    let views: FxHashMap<usize, _> = (0..session.scan.findings.len())
        .filter(|&index| exception(&session.scan.findings[index]).is_some())
        .zip(views::exceptions(session))
        .collect();
    let entry = |index: &usize| {
        let finding = &session.scan.findings[*index];
        let owners = owned.owners(session, finding.file);
        let scope = finding.scope.clone();
        Some(Entry { exception: views.get(index)?.clone(), scope, owners })
    };
    let entries = wanted.iter().filter_map(entry).collect();
    (entries, failed)
}

/// Who owns the files of a session.
pub(super) struct Owned {
    /// The folder that the list speaks of.
    base: PathBuf,
    list: Owners,
    /// Why the list could not be read.
    error: Option<String>,
    known: BTreeMap<FileId, Vec<String>>,
}

impl Owned {
    /// Reads the list of owners of the repository.
    pub(super) fn of(session: &Session) -> Self {
        let root = &session.workspace.root;
        let base = repository_top(root).unwrap_or_else(|| root.clone());
        let (list, error) = match Owners::load(&base) {
            Ok(owners) => (owners, None),
            Err(message) => (Owners::default(), Some(message)),
        };
        Self { base, list, error, known: BTreeMap::new() }
    }

    /// Says on standard error why the list was not read, if it was not; returns whether that is
    /// an error.
    pub(super) fn report_problems(&self) -> bool {
        if let Some(message) = &self.error {
            note(&format!("error: {}", visible(message)));
        }
        if let (Some(list), Some(why)) = (&self.list.list, self.list.refused) {
            let list = visible_path(list);
            note(&format!("note: {list} was not read: {why}; no file has an owner"));
        }
        self.error.is_some()
    }

    /// The owners of a file.
    pub(super) fn owners(&mut self, session: &Session, file: FileId) -> Vec<String> {
        let Self { base, list, known, .. } = self;
        let found = known.entry(file).or_insert_with(|| {
            let file = session.workspace.file(file);
            list.of(file.path.strip_prefix(base).unwrap_or(&file.relative))
        });
        found.clone()
    }
}

/// What makes two exceptions the same, wherever they stand in the file.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    file: FileId,
    transform: &'static str,
    kind: ExceptionKind,
    scope: String,
    sink: String,
    reason: String,
}

fn key(finding: &Finding) -> Option<Key> {
    let exception = exception(finding)?;
    Some(Key {
        file: finding.file,
        transform: finding.transform,
        kind: exception.kind,
        scope: finding.scope.clone(),
        sink: finding.sink.clone(),
        reason: exception.reason.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

/// Those of the exceptions that the files did not hold where the branch left the revision.
fn new(
    session: &Session,
    arguments: &ExceptionsArguments,
    revision: &str,
    wanted: Vec<usize>,
) -> anyhow::Result<Vec<usize>> {
    let workspace = &session.workspace;
    let findings = &session.scan.findings;
    let past = Past::open(&workspace.root, revision).map_err(anyhow::Error::msg)?;
    let mut files: Vec<FileId> = wanted.iter().map(|&index| findings[index].file).collect();
    files.dedup();
    let before = past.before(workspace, &files).map_err(anyhow::Error::msg)?;
    let changed: BTreeMap<FileId, Changed> = before
        .iter()
        .map(|(file, old)| {
            let bytes = &session.scan.modules[file].source.bytes;
            (*file, Changed::Lines(added(old, bytes)))
        })
        .collect();
    let program = Program::new(workspace, options(&arguments.scan));
    let old: Vec<Finding> = before
        .into_par_iter()
        .flat_map(|(file, bytes)| scan::text::findings(file, bytes, &program, &session.transforms))
        .collect();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for key in old.iter().filter_map(key) {
        *known.entry(key).or_default() += 1;
    }
    let is_changed = |index: &usize| {
        let finding = &findings[*index];
        let lines = &session.scan.modules[&finding.file].lines;
        let (first, last) = (lines.of(finding.range.start) + 1, lines.of(finding.range.end) + 1);
        changed.get(&finding.file).is_none_or(|changed| changed.touches(first, last))
    };
    // Of several that are equal, those that stand where they stood are the old ones.
    let mut order = wanted;
    order.sort_by_key(|index| (is_changed(index), *index));
    order.retain(|index| {
        let count = key(&findings[*index]).and_then(|key| known.get_mut(&key));
        let Some(count) = count.filter(|count| **count > 0) else { return true };
        *count -= 1;
        false
    });
    order.sort_unstable();
    Ok(order)
}
