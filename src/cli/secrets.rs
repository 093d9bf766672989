//! Keeps secrets out of what a run shows: its texts, and the changes whose diffs would print one.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::change::Change;
use crate::plan::materialize::{Materialized, materialize};
use crate::python::module::Module;
use crate::report::diff::{self, Context, FileDiff, Shown};
use crate::report::mask::Mask;
use crate::scan::Scan;
use crate::transforms::finding::{Chain, Elsewhere, Finding, Link, Remedy};
use crate::workspace::FileId;
use crate::write::{Kept, KeptLines};

/// What to do about a change that is held back for what its diff would print.
pub(super) const ADVICE: &str = "its fix is held back, for the diff would show a secret; --show-secrets shows and applies it, and so does `untrust review` without showing it";

/// The diff of a file, without lines around the changes that hold a secret.
pub(super) fn unified(mask: &Mask, diff: &FileDiff, context: Context) -> Vec<u8> {
    diff::unified_without(diff, context, &|line| mask.hides_line(line))
}

/// What the journal keeps of a file: no secret.
pub(super) fn kept(mask: &Mask, old: &[u8], new: &[u8]) -> Kept {
    let hides = |text: &[u8]| text.split_inclusive(|b| *b == b'\n').any(|l| mask.hides_line(l));
    if !hides(old) {
        return Kept::Whole;
    }
    let replaced = diff::changed_lines(new, old);
    if replaced.iter().any(|(_, old)| hides(old)) {
        return Kept::Nothing;
    }
    let lines = replaced.into_iter().map(|(lines, old)| KeptLines {
        start: lines.start,
        count: lines.len(),
        old,
    });
    Kept::Lines(lines.collect())
}

/// Hides the secrets of a scan in the texts about findings and changes, unless they are to be shown.
pub(super) fn hide(are_shown: bool, scan: &mut Scan, changes: &mut [Change]) -> Mask {
    if are_shown {
        return Mask::off();
    }
    let mask = Mask::of(scan.modules.values().map(|module| &**module));
    mask_findings(&mask, &mut scan.findings);
    mask_changes(&mask, changes);
    mask
}

/// Hides the secrets in the texts about findings.
fn mask_findings(mask: &Mask, findings: &mut [Finding]) {
    for finding in findings {
        mask.apply(&mut finding.message);
        mask.apply(&mut finding.sink);
        match &mut finding.remedy {
            Remedy::Report(reason) => mask.apply(reason),
            Remedy::Exception(exception) => mask.apply(&mut exception.reason),
            Remedy::Ops(fix) => {
                mask.apply(&mut fix.title);
                mask.apply(&mut fix.reason);
                fix.proof.iter_mut().for_each(|fact| mask.apply(fact));
                fix.chain = fix.chain.take().map(|chain| masked_chain(mask, chain));
            }
            Remedy::Thread(_) | Remedy::Shell(_) => {}
        }
    }
}

/// The same about changes.
fn mask_changes(mask: &Mask, changes: &mut [Change]) {
    for change in changes {
        mask.apply(&mut change.title);
        mask.apply(&mut change.reason);
        change.proof.iter_mut().for_each(|fact| mask.apply(fact));
        change.chain = change.chain.take().map(|chain| masked_chain(mask, chain));
    }
}

fn masked_chain(mask: &Mask, chain: std::sync::Arc<Chain>) -> std::sync::Arc<Chain> {
    let mut masked = (*chain).clone();
    masked.way.iter_mut().for_each(|name| mask.apply(name));
    let links = [
        &mut masked.hosts,
        &mut masked.callers,
        &mut masked.ends,
        &mut masked.usages,
        &mut masked.left,
    ];
    let texts = links.into_iter().flatten().map(|link: &mut Link| &mut link.text);
    texts.for_each(|text| mask.apply(text));
    let elsewhere = [&mut masked.mocks, &mut masked.runs, &mut masked.settings];
    let abouts = elsewhere.into_iter().flatten().map(|one: &mut Elsewhere| &mut one.about);
    abouts.for_each(|about| mask.apply(about));
    if masked == *chain { chain } else { std::sync::Arc::new(masked) }
}

/// Takes the changes out of `approved` whose diffs would print a secret, or could not be applied
/// without the lines that are not printed. Returns what the others make, and which were taken out.
pub(super) fn withhold(
    mask: &Mask,
    modules: &BTreeMap<FileId, &Module>,
    changes: &[Change],
    approved: &mut Vec<usize>,
) -> (Materialized, BTreeSet<usize>) {
    let mut withheld = BTreeSet::new();
    loop {
        let chosen: Vec<&Change> = approved.iter().map(|&index| &changes[index]).collect();
        let made = materialize(modules, &chosen);
        let shown = shown(mask, modules, &made);
        if shown.is_empty() {
            return (made, withheld);
        }
        let near: Vec<usize> = approved
            .iter()
            .copied()
            .filter(|&index| {
                changes[index].ops.iter().any(|op| shown.contains_key(&op.anchor().file))
            })
            .collect();
        // Those that print one by themselves go first: the others may not without them.
        let alone = |index: &usize| {
            let made = materialize(modules, &[&changes[*index]]);
            !self::shown(mask, modules, &made).is_empty()
        };
        let mut out: BTreeSet<usize> = near.iter().copied().filter(alone).collect();
        if out.is_empty() {
            let edits = |index: &usize| prints(&changes[*index], modules, &shown);
            out = near.iter().copied().filter(edits).collect();
        }
        if out.is_empty() {
            out.extend(near);
        }
        let ids: BTreeSet<&str> = out.iter().map(|&index| changes[index].id.as_str()).collect();
        let needs =
            |index: &usize| changes[*index].requires.iter().any(|id| ids.contains(id.as_str()));
        out.extend(approved.iter().copied().filter(needs).collect::<Vec<_>>());
        approved.retain(|index| !out.contains(index));
        withheld.extend(out);
    }
}

/// For each file, the 0-based lines of the old text about which the diff would print a secret.
fn shown(
    mask: &Mask,
    modules: &BTreeMap<FileId, &Module>,
    made: &Materialized,
) -> BTreeMap<FileId, Vec<Shown>> {
    let of_file = |(file, new): (&FileId, &crate::plan::materialize::NewFile)| {
        let old = &modules.get(file)?.source.bytes;
        let found = diff::shown(old, &new.bytes, &|line| mask.hides_line(line));
        (!found.is_empty()).then_some((*file, found))
    };
    made.files.iter().filter_map(of_file).collect()
}

/// Whether a change, made alone, edits lines that are shown, or stands beside one.
fn prints(
    change: &Change,
    modules: &BTreeMap<FileId, &Module>,
    shown: &BTreeMap<FileId, Vec<Shown>>,
) -> bool {
    let made = materialize(modules, &[change]);
    shown.iter().any(|(file, shown)| {
        let Some(new) = made.files.get(file) else { return false };
        let module = modules[file];
        new.edits.iter().any(|edit| {
            let first = module.lines.of(edit.range.start);
            let last = module.lines.of(edit.range.end);
            shown.iter().any(|lines| lines.start <= last + 1 && first <= lines.end)
        })
    })
}
