//! Decisions that were made elsewhere.

use std::path::Path;

use anyhow::{Context, bail};

use super::planner::Planner;
use crate::report::escape::{is_hidden, visible};
use crate::review::decision::{Decision, parse};
use crate::review::state::Decided;

/// The decisions of a file that change files, in order. An unknown or stale id, and what cannot be
/// carried out, is an error that names it.
pub(super) fn chosen(planner: &Planner, path: &Path) -> anyhow::Result<Vec<Decided>> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).context("standard input cannot be read")?
    } else {
        std::fs::read_to_string(path).with_context(|| path.display().to_string())?
    };
    let entries = parse(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let (mut unknown, mut stale) = (Vec::new(), Vec::new());
    let mut decided: Vec<Decided> = Vec::new();
    for (id, entry) in &entries {
        match planner.item_of(id) {
            None => unknown.push(id.as_str()),
            Some(item) if entry.is_stale(&planner.files_hash(item)) => stale.push(id.as_str()),
            Some(item) => decided.push(Decided { item, decision: entry.decision().clone() }),
        }
    }
    if !unknown.is_empty() {
        bail!(
            "nothing was written: there are no changes with these ids; `untrust diff --review-level --format json` lists those that there are\n{}",
            named(&unknown)
        );
    }
    if !stale.is_empty() {
        bail!(
            "nothing was written: the files of these changes are not those that were decided about; decide again\n{}",
            named(&stale)
        );
    }
    decided.retain(|one| one.decision != Decision::Leave);
    decided.sort_by_key(|one| one.item);
    refuse(planner, &decided)?;
    Ok(decided)
}

/// Ids that are named in one message.
const MOST: usize = 20;

fn named(ids: &[&str]) -> String {
    let mut lines: Vec<String> =
        ids.iter().take(MOST).map(|id| format!("  {}", visible(id))).collect();
    if ids.len() > MOST {
        lines.push(format!("  and {} more", ids.len() - MOST));
    }
    lines.join("\n")
}

/// Refuses what does not go together.
fn refuse(planner: &Planner, decided: &[Decided]) -> anyhow::Result<()> {
    let id = |item: usize| planner.subjects[item].change.id.as_str();
    let is_applied = |item: &usize| {
        decided.iter().any(|d| d.item == *item && !matches!(d.decision, Decision::Except(_)))
    };
    for one in decided {
        let item = &planner.subjects[one.item].item;
        let reason = match &one.decision {
            Decision::Except(why) => Some(why.trim()),
            _ => None,
        };
        if reason == Some("") {
            bail!("nothing was written: {} can be kept only for a reason", id(one.item));
        }
        if reason.is_some() && !item.can_stay {
            bail!(
                "nothing was written: {} is a marker, which no reason keeps; remove it, or leave it",
                id(one.item)
            );
        }
        if reason.is_some_and(|reason| reason.contains(is_hidden)) {
            bail!(
                "nothing was written: the reason of {} is more than one line, or holds characters that hide or reorder others",
                id(one.item)
            );
        }
        let other = item.options.iter().chain(&item.parts).find(|other| {
            **other != one.item && decided.iter().any(|decided| decided.item == **other)
        });
        if let Some(other) = other {
            bail!("nothing was written: {} and {} do the same", id(one.item), id(*other));
        }
        let missing = item.requires.iter().find(|needed| !is_applied(needed));
        if let Some(missing) = missing.filter(|_| reason.is_none()) {
            bail!("nothing was written: {} makes no sense without {}", id(one.item), id(*missing));
        }
    }
    if let Some(refused) = planner.refused(decided).first() {
        let beside = refused.by.map_or_else(String::new, |by| format!(" beside {}", id(by)));
        bail!(
            "nothing was written: {} cannot be applied{beside}: {}",
            id(refused.item),
            refused.why
        );
    }
    Ok(())
}
