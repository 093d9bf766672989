//! `--changed`: only the findings on lines that changed since a revision.

use rustc_hash::FxHashSet;

use super::arguments::ScanArguments;
use crate::scan::Scan;
use crate::transforms::finding::{Finding, Remedy};
use crate::workspace::changed::{Changed, since};
use crate::workspace::past::Past;
use crate::workspace::span::Span;
use crate::workspace::{FileId, Workspace};

/// The commit to compare with, if that was asked for.
pub(super) fn past(
    arguments: &ScanArguments,
    workspace: &Workspace,
) -> anyhow::Result<Option<Past>> {
    let Some(revision) = &arguments.changed else { return Ok(None) };
    Past::open(&workspace.root, revision).map(Some).map_err(anyhow::Error::msg)
}

/// Drops the findings of which no line changed, with their ids.
pub(super) fn keep(
    scan: &mut Scan,
    ids: &mut Vec<String>,
    past: &Past,
    workspace: &Workspace,
) -> anyhow::Result<()> {
    let touched = touched(scan, past, workspace)?;
    // One change fixes all of its findings or none.
    let is_touched = |(_, touched): &(&Finding, &bool)| **touched;
    let groups: FxHashSet<(FileId, Span)> = scan
        .findings
        .iter()
        .zip(&touched)
        .filter(is_touched)
        .filter_map(|(finding, _)| group(finding))
        .collect();
    let shares = |finding: &Finding| group(finding).is_some_and(|group| groups.contains(&group));
    let kept: Vec<bool> =
        scan.findings.iter().zip(touched).map(|(f, touched)| touched || shares(f)).collect();
    let mut each = kept.iter();
    scan.findings.retain(|_| each.next().copied().unwrap_or(true));
    let mut each = kept.iter();
    ids.retain(|_| each.next().copied().unwrap_or(true));
    Ok(())
}

/// For each finding, whether one of its lines changed.
pub(super) fn touched(
    scan: &Scan,
    past: &Past,
    workspace: &Workspace,
) -> anyhow::Result<Vec<bool>> {
    let files: FxHashSet<FileId> = scan.findings.iter().map(|finding| finding.file).collect();
    let modules = scan.modules.iter().filter(|(file, _)| files.contains(file));
    let files: Vec<(FileId, &[u8])> =
        modules.map(|(file, module)| (*file, module.source.bytes.as_slice())).collect();
    let changed = since(past, workspace, &files).map_err(anyhow::Error::msg)?;
    let is_touched = |finding: &Finding| {
        let lines = &scan.modules[&finding.file].lines;
        let range = finding.range;
        let last = lines.of(range.end.saturating_sub(1).max(range.start)) + 1;
        let changed = changed.get(&finding.file).unwrap_or(&Changed::Everything);
        changed.touches(lines.of(range.start) + 1, last)
    };
    Ok(scan.findings.iter().map(is_touched).collect())
}

/// The text that a finding's fix shares with others.
fn group(finding: &Finding) -> Option<(FileId, Span)> {
    match &finding.remedy {
        Remedy::Ops(fix) => Some((finding.file, fix.group.as_ref()?.at)),
        _ => None,
    }
}
