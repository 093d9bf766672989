//! Findings become changes: one each, or one for those that share an edit.

use std::collections::BTreeMap;
use std::path::Path;

use super::change::Change;
use crate::transforms::finding::{Finding, Group, Level, Offer, Remedy};
use crate::workspace::FileId;

/// The id of each finding: transform, path, qualified name, sink and ordinal among equal ones.
/// None of it changes by edits elsewhere in the file. A place that stays counts too, so that a
/// justification beside one call leaves the ids of the others as they are.
pub fn ids<'p>(findings: &[Finding], path: impl Fn(FileId) -> &'p Path) -> Vec<String> {
    let mut seen = Ordinals::default();
    findings.iter().map(|f| seen.id(f.transform, path(f.file), &f.scope, &f.sink)).collect()
}

/// Counts what is alike.
#[derive(Default)]
struct Ordinals(BTreeMap<Vec<u8>, usize>);

impl Ordinals {
    /// The id of the next one with these parts.
    fn id(&mut self, transform: &str, path: &Path, scope: &str, what: &str) -> String {
        let parts = [transform.as_bytes(), &spelled(path), scope.as_bytes(), what.as_bytes()];
        let mut key = parts.join(&0);
        let ordinal = self.0.entry(key.clone()).or_default();
        *ordinal += 1;
        key.extend_from_slice(format!("\0{ordinal}").as_bytes());
        blake3::hash(&key).to_hex()[..12].to_owned()
    }
}

/// The bytes of a path, the same on every system. Names that are not UTF-8 stay apart.
fn spelled(path: &Path) -> Vec<u8> {
    let mut bytes = path.as_os_str().as_encoded_bytes().to_vec();
    if cfg!(windows) {
        bytes.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    bytes
}

/// The changes that the findings ask for, in the order of the findings. `ids` are those of
/// [`ids`]; a change of one finding has the id of it, a change of several an id of what they
/// share, which stays the same when one more joins them.
pub fn changes<'p>(
    findings: &[Finding],
    ids: &[String],
    path: impl Fn(FileId) -> &'p Path,
) -> Vec<Change> {
    let group_ids = group_ids(findings, path);
    let mut changes: Vec<Change> = Vec::new();
    let mut offers: Vec<Change> = Vec::new();
    let mut alternatives = Alternatives::default();
    let mut groups = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let Remedy::Ops(fix) = &finding.remedy else { continue };
        let group = fix.group.as_ref().map(|group| (finding.transform, finding.file, group));
        if let Some(group) = group {
            let at = *groups.entry(group).or_insert(changes.len());
            if let Some(change) = changes.get_mut(at) {
                change.findings.push(index);
                change.level = change.level.max(fix.level);
                add_missing(&mut change.ops, &fix.ops);
                alternatives.join(at, &fix.alternatives);
                continue;
            }
        }
        let id = group.and_then(|group| group_ids.get(&group)).unwrap_or(&ids[index]);
        let change = Change {
            id: id.clone(),
            transform: finding.transform,
            title: fix.title.clone(),
            reason: fix.reason.clone(),
            level: fix.level,
            proof: fix.proof.clone(),
            chain: fix.chain.clone(),
            ops: fix.ops.clone(),
            requires: Vec::new(),
            alternatives: Vec::new(),
            is_alternative: false,
            findings: vec![index],
        };
        for offer in &fix.offers {
            let mut ops = fix.ops.clone();
            add_missing(&mut ops, &offer.ops);
            let requires = vec![id.clone()];
            offers.push(Change { ops, requires, ..offered(&change, &ids[index], offer) });
        }
        alternatives.join(changes.len(), &fix.alternatives);
        changes.push(change);
    }
    changes.extend(offers);
    alternatives.append(&mut changes);
    changes
}

/// A change that does what is offered.
fn offered(change: &Change, finding: &str, offer: &Offer) -> Change {
    Change {
        id: offer_id(finding, offer),
        title: offer.title.clone(),
        reason: offer.reason.clone(),
        level: Level::Review,
        proof: offer.proof.clone(),
        ..change.clone()
    }
}

/// The other ways of each change, by its index.
#[derive(Default)]
struct Alternatives(BTreeMap<usize, Vec<Offer>>);

impl Alternatives {
    /// Adds those of a finding. A change of several findings has the ways that all of them have.
    fn join(&mut self, change: usize, offers: &[Offer]) {
        let Some(known) = self.0.get_mut(&change) else {
            self.0.insert(change, offers.to_vec());
            return;
        };
        known.retain(|one| offers.iter().any(|offer| offer.key == one.key));
        for one in known {
            for offer in offers.iter().filter(|offer| offer.key == one.key) {
                add_missing(&mut one.ops, &offer.ops);
            }
        }
    }

    /// Makes them changes, which name each other.
    fn append(self, changes: &mut Vec<Change>) {
        for (index, offers) in self.0 {
            let first = changes[index].clone();
            let others = offers.iter().map(|offer| Change {
                ops: offer.ops.clone(),
                chain: None,
                is_alternative: true,
                ..offered(&first, &first.id, offer)
            });
            let others: Vec<Change> = others.collect();
            let all: Vec<String> =
                std::iter::once(&first).chain(&others).map(|change| change.id.clone()).collect();
            let but = |id: &str| all.iter().filter(|other| *other != id).cloned().collect();
            changes[index].alternatives = but(&first.id);
            changes.extend(
                others.into_iter().map(|other| Change { alternatives: but(&other.id), ..other }),
            );
        }
    }
}

/// The id of what is offered beside a fix or instead of it: that of the finding, and what it is about.
fn offer_id(finding: &str, offer: &Offer) -> String {
    let key = format!("offered\0{finding}\0{}", offer.key);
    blake3::hash(key.as_bytes()).to_hex()[..12].to_owned()
}

/// What tells one group of findings from another.
type GroupKey<'f> = (&'static str, FileId, &'f Group);

/// The id of each group: transform, path, and where and what the shared text is. Groups that are
/// alike in that are counted as they stand in the file, not as their findings do.
fn group_ids<'p>(
    findings: &[Finding],
    path: impl Fn(FileId) -> &'p Path,
) -> BTreeMap<GroupKey<'_>, String> {
    let mut ids: BTreeMap<GroupKey, String> = BTreeMap::new();
    for finding in findings {
        if let Remedy::Ops(fix) = &finding.remedy
            && let Some(group) = &fix.group
        {
            ids.insert((finding.transform, finding.file, group), String::new());
        }
    }
    let mut seen = Ordinals::default();
    for ((transform, file, group), id) in &mut ids {
        let what = format!("shared\0{}", group.name);
        *id = seen.id(transform, path(*file), &group.scope, &what);
    }
    ids
}

fn add_missing(ops: &mut Vec<super::op::Op>, more: &[super::op::Op]) {
    for op in more {
        if !ops.contains(op) {
            ops.push(op.clone());
        }
    }
}
