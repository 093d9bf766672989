//! Findings become changes: one each, or one for those that share an edit.

use std::collections::BTreeMap;
use std::path::Path;

use super::change::Change;
use crate::transforms::finding::{Finding, Remedy};
use crate::workspace::FileId;

/// The id of each finding: transform, path, qualified name, sink and ordinal among equal ones.
/// None of it changes by edits elsewhere in the file.
pub fn ids<'p>(findings: &[Finding], path: impl Fn(FileId) -> &'p Path) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    findings
        .iter()
        .map(|finding| {
            let place = path(finding.file).to_string_lossy().replace('\\', "/");
            let key =
                format!("{}\0{place}\0{}\0{}", finding.transform, finding.scope, finding.sink);
            let ordinal = seen.entry(key.clone()).or_default();
            *ordinal += 1;
            let hash = blake3::hash(format!("{key}\0{ordinal}").as_bytes());
            hash.to_hex()[..12].to_owned()
        })
        .collect()
}

/// The changes that the findings ask for, in the order of the findings. `ids` are those of
/// [`ids`].
pub fn changes(findings: &[Finding], ids: &[String]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut groups = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let Remedy::Ops(fix) = &finding.remedy else { continue };
        if let Some(group) = fix.group {
            let at = *groups.entry((finding.file, group)).or_insert(changes.len());
            if let Some(change) = changes.get_mut(at) {
                change.findings.push(index);
                change.level = change.level.max(fix.level);
                add_missing(&mut change.ops, &fix.ops);
                continue;
            }
        }
        changes.push(Change {
            id: ids[index].clone(),
            transform: finding.transform,
            title: fix.title.clone(),
            reason: fix.reason.clone(),
            level: fix.level,
            proof: fix.proof.clone(),
            ops: fix.ops.clone(),
            requires: Vec::new(),
            alternatives: Vec::new(),
            findings: vec![index],
        });
    }
    changes
}

fn add_missing(ops: &mut Vec<super::op::Op>, more: &[super::op::Op]) {
    for op in more {
        if !ops.contains(op) {
            ops.push(op.clone());
        }
    }
}
