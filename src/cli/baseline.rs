//! `--baseline` and `--write-baseline`: a ratchet.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::arguments::ScanArguments;
use super::output::note;
use super::session::Session;
use crate::plan::change::Change;
use crate::report::baseline::{Entry, is_gone, parse, render};
use crate::report::escape::{visible, visible_path};
use crate::report::json::slashed;
use crate::scan::{Scan, Settings};
use crate::threading::Reach;
use crate::transforms::finding::Remedy;
use crate::workspace::{File, FileKind, SkipCause, Workspace};

/// The transforms that look through the whole program for calls that do not hand a decision on.
const DECISIONS: [&str; 2] = ["trust-remote-code", "numpy-load"];
/// A larger file is no baseline, in bytes.
const SIZE_LIMIT: u64 = 256 << 20;

/// What is known of the findings of a run.
#[derive(Default)]
pub(super) struct Known {
    /// The indices of the findings that the baseline holds.
    pub(super) findings: BTreeSet<usize>,
    /// The entries whose findings are there, or were not looked for.
    kept: Vec<Entry>,
    /// The number of entries whose findings are gone.
    pub(super) gone: usize,
}

impl Known {
    /// Follows the findings when others among them were dropped: their ids before and after.
    pub(super) fn renumber(&mut self, before: &[String], after: &[String]) {
        let known: BTreeSet<&String> = self.findings.iter().map(|&index| &before[index]).collect();
        let there = after.iter().enumerate().filter(|(_, id)| known.contains(id));
        self.findings = there.map(|(index, _)| index).collect();
    }

    /// Whether a change concerns known findings only, so that it is left alone.
    pub(super) fn covers(&self, change: &Change) -> bool {
        change.findings.iter().all(|index| self.findings.contains(index))
    }
}

/// The entries of the baseline that was named; none without one.
pub(super) fn read(arguments: &ScanArguments) -> anyhow::Result<Vec<Entry>> {
    let Some(path) = &arguments.baseline else { return Ok(Vec::new()) };
    let named = format!("the baseline {}", visible_path(path));
    let mut bytes = Vec::new();
    let read =
        fs::File::open(path).and_then(|file| file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        if error.kind() == std::io::ErrorKind::NotFound {
            bail!("{named} is not there; `--write-baseline {}` alone makes it", visible_path(path));
        }
        return Err(error).with_context(|| format!("{named} cannot be read"));
    }
    if bytes.len() as u64 > SIZE_LIMIT {
        bail!("{named} is larger than {} MiB and cannot be one", SIZE_LIMIT >> 20);
    }
    parse(&bytes).map_err(|error| anyhow::anyhow!("{named} {error}"))
}

/// Finds the entries again among the findings.
pub(super) fn compare(
    entries: Vec<Entry>,
    arguments: &ScanArguments,
    settings: &Settings,
    workspace: &Workspace,
    scan: &Scan,
    ids: &[String],
) -> Known {
    if entries.is_empty() {
        return Known::default();
    }
    let open = scan.findings.iter().zip(ids).enumerate();
    let open = open.filter(|(_, (f, _))| !matches!(f.remedy, Remedy::Exception(_)));
    let open: Vec<(usize, &str)> = open.map(|(index, (_, id))| (index, id.as_str())).collect();
    let open_ids: BTreeSet<&str> = open.iter().map(|(_, id)| *id).collect();
    let names: Vec<&str> = settings.transforms.iter().map(|t| t.about().name).collect();
    let looked_at = looked_at(workspace, scan, settings);
    let folders = folders(arguments, workspace);
    let is_whole = arguments.reach(false) == Reach::Program;
    let was_looked_for = |entry: &Entry| {
        // A file that is no longer there was looked for where its folder was.
        let is_deleted = || {
            folders.iter().any(|folder| Path::new(&entry.path).starts_with(folder))
                && workspace.root.join(&entry.path).try_exists().is_ok_and(|exists| !exists)
        };
        if !is_whole && DECISIONS.contains(&entry.transform.as_str()) {
            // Decisions that are not handed on show in the whole program only.
            return is_deleted();
        }
        let Some(bit) = names.iter().position(|name| *name == entry.transform) else {
            return false;
        };
        match looked_at.get(&entry.path) {
            Some(transforms) => transforms >> bit & 1 == 1,
            None => is_deleted(),
        }
    };
    let before = entries.len();
    let known: BTreeSet<String> = entries.iter().map(|entry| entry.id.clone()).collect();
    let mut kept = entries;
    kept.retain(|entry| !is_gone(entry, &open_ids, was_looked_for));
    let findings = open.iter().filter(|(_, id)| known.contains(*id)).map(|(index, _)| *index);
    Known { findings: findings.collect(), gone: before - kept.len(), kept }
}

/// The files in which every finding of some transforms was found, with these as bits. A file that
/// does not parse may hide some.
fn looked_at(workspace: &Workspace, scan: &Scan, settings: &Settings) -> BTreeMap<String, u64> {
    let unread = scan.errors.iter().map(|problem| problem.path.as_path());
    let skipped = scan.skipped.iter().filter(|s| s.cause != SkipCause::Test);
    let skipped = skipped.map(|s| s.relative.as_path());
    let damaged = scan.syntax_errors.iter().map(|(id, _)| workspace.file(*id).relative.as_path());
    let not: BTreeSet<&Path> = unread.chain(skipped).chain(damaged).collect();
    let is_read = |file: &&File| {
        matches!(file.kind, FileKind::Python | FileKind::Stub)
            && !not.contains(file.relative.as_path())
    };
    let asked =
        workspace.files.iter().filter(is_read).map(|file| (file, (settings.per_file)(file)));
    let others = scan.configurations.iter().map(|file| workspace.file(*file));
    asked
        .filter(|(file, asked)| asked.tests || !file.test)
        .chain(others.map(|file| (file, (settings.per_file)(file))))
        .map(|(file, asked)| (slashed(&file.relative), asked.transforms))
        .collect()
}

/// The folders that were named, relative to the root.
fn folders(arguments: &ScanArguments, workspace: &Workspace) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let named = if arguments.paths.is_empty() { &here[..] } else { &arguments.paths[..] };
    let absolute = named.iter().filter_map(|path| path.canonicalize().ok());
    absolute
        .filter(|path| path.is_dir())
        .filter_map(|path| path.strip_prefix(&workspace.root).map(Path::to_owned).ok())
        .collect()
}

/// Says how many entries are gone, and with `-v` what is known.
pub(super) fn notes(session: &Session, arguments: &ScanArguments) {
    let gone = session.known.gone;
    if gone > 0 && arguments.write_baseline.is_none() {
        let (entries, them) = if gone == 1 { ("entry", "it") } else { ("entries", "them") };
        let are = if gone == 1 { "is" } else { "are" };
        note(&format!(
            "note: {gone} {entries} of the baseline {are} gone; --write-baseline removes {them}"
        ));
    }
    if !arguments.verbose {
        return;
    }
    for index in &session.known.findings {
        let finding = &session.scan.findings[*index];
        let path = visible_path(&session.workspace.file(finding.file).relative);
        let line = session.line_of(finding);
        note(&format!("known: {path}:{line}: {}: {}", finding.transform, visible(&finding.sink)));
    }
}

/// Writes the baseline that was asked for: what was known and is not gone, or, where there was
/// none, every finding that is open.
pub(super) fn write(session: &Session, arguments: &ScanArguments) -> anyhow::Result<()> {
    let Some(path) = &arguments.write_baseline else { return Ok(()) };
    let (entries, removed) = if arguments.baseline.is_some() {
        (session.known.kept.clone(), session.known.gone)
    } else {
        (open(session), 0)
    };
    replace(path, render(&entries).as_bytes())
        .with_context(|| format!("the baseline {} cannot be written", visible_path(path)))?;
    if !arguments.quiet {
        let findings = if entries.len() == 1 { "finding" } else { "findings" };
        let removed = if removed > 0 { format!(", {removed} removed") } else { String::new() };
        let (count, path) = (entries.len(), visible_path(path));
        note(&format!("wrote the baseline {path}: {count} {findings}{removed}"));
    }
    Ok(())
}

fn open(session: &Session) -> Vec<Entry> {
    let nothing = BTreeSet::new();
    let open = (0..session.scan.findings.len()).filter(|&index| session.is_open(index, &nothing));
    open.map(|index| {
        let finding = &session.scan.findings[index];
        Entry {
            id: session.ids[index].clone(),
            transform: finding.transform.to_owned(),
            path: slashed(&session.workspace.file(finding.file).relative),
            sink: finding.sink.clone(),
        }
    })
    .collect()
}

/// Puts new bytes in the place of a file, all at once; a link stays and leads to the new one.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if fs::read(&target).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let permissions = fs::metadata(&target).map_or_else(|_| fresh(), |old| old.permissions());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".untrust-baseline").permissions(permissions.clone());
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    Ok(())
}

/// What a new file may be used for, as far as the user's mask lets it.
fn fresh() -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    Permissions::from_mode(0o666)
}
