//! `untrust review`: a person decides change by change.

mod batch;
mod dialogue;
mod editor;
mod finish;
mod items;
mod planner;

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::arguments::ReviewArguments;
use super::fix::{guard, recovered};
use super::output::note;
use super::session::{Purpose, Session};
use crate::plan::materialize::materialize;
use crate::report::escape::visible_path;
use crate::review::decision::{Decision, Entry};
use crate::review::{kept, terminal};
use crate::write::StateDir;
use items::{Subject, subjects};
use planner::Planner;

/// Runs the command; returns the exit code.
pub(super) fn run(arguments: &ReviewArguments) -> anyhow::Result<u8> {
    if arguments.decisions.is_none() && !terminal::is_there() {
        bail!(
            "a review asks a person, and there is no terminal; `untrust diff --review-level` shows every change, `untrust fix` applies those that are sure (--review-level: all), and `untrust review --decisions FILE` applies what was decided elsewhere"
        );
    }
    let mut session = Session::open(&arguments.fix.scan, Purpose::Changes)?;
    if session.stdin {
        bail!("a review writes files; `untrust fix -` rewrites standard input");
    }
    let state = StateDir::default_location()?;
    if recovered(&state, &session.workspace.root)? {
        return run(arguments);
    }
    let subjects = subjects(&session);
    guard(&concerned(&session, &subjects), &arguments.fix)?;
    match &arguments.decisions {
        Some(file) => {
            let chosen = {
                let planner = Planner::new(&session, &subjects);
                batch::chosen(&planner, file)?
            };
            finish::write(&mut session, &subjects, &chosen, arguments, &state)
        }
        None => interactive(&mut session, &subjects, arguments, &state),
    }
}

/// The dialogue, and what follows it.
fn interactive(
    session: &mut Session,
    subjects: &[Subject],
    arguments: &ReviewArguments,
    state: &StateDir,
) -> anyhow::Result<u8> {
    if subjects.is_empty() {
        note("there is nothing to decide about; `untrust check` lists what is left for a person");
        return finish::write(session, subjects, &[], arguments, state);
    }
    let path = decisions_of(state, session);
    prepared(arguments, &path)?;
    let ended = {
        let planner = Planner::new(session, subjects);
        dialogue::run(&planner, &path, arguments.resume)?
    };
    let decisions = ended.decisions;
    let is_unsaved = !saved(&decisions, arguments.save_decisions.as_deref())?;
    let Some(chosen) = ended.chosen else {
        note(&match decisions.len() {
            0 => "nothing was written".to_owned(),
            1 => "nothing was written; 1 decision is kept, and `untrust review --resume` goes on with it".to_owned(),
            count => format!(
                "nothing was written; {count} decisions are kept, and `untrust review --resume` goes on with them"
            ),
        });
        return Ok(if ended.is_gone { 2 } else { u8::from(!arguments.fix.scan.exit_zero) });
    };
    let code = finish::write(session, subjects, &chosen, arguments, state)?;
    let code = if is_unsaved { 2 } else { code };
    if session.left.is_empty() {
        // What is written is decided. That it is still listed would do no harm.
        let _ = std::fs::remove_file(&path);
    } else {
        note(
            "what was decided about the files that were not written is kept; `untrust review --resume` goes on with it",
        );
    }
    Ok(code)
}

/// Writes the decisions down, if that is wanted; whether that did not fail.
fn saved(
    decisions: &crate::review::decision::Decisions,
    file: Option<&Path>,
) -> anyhow::Result<bool> {
    let Some(file) = file else { return Ok(true) };
    let text = crate::review::decision::text(decisions)?;
    let written = std::fs::write(file, text);
    if let Err(error) = &written {
        note(&format!("error: the decisions could not be saved: {}: {error}", visible_path(file)));
    }
    Ok(written.is_ok())
}

/// Refuses a review that could not end as it is meant to, before any work is done.
fn prepared(arguments: &ReviewArguments, path: &Path) -> anyhow::Result<()> {
    if let Some(file) = &arguments.save_decisions {
        let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
        opened.map_err(|error| {
            anyhow::anyhow!("{}: the decisions cannot be saved there: {error}", visible_path(file))
        })?;
    }
    let known =
        kept::read(path).map_err(|error| anyhow::anyhow!("{}: {error}", visible_path(path)))?;
    if !known.is_empty() && !arguments.resume && !arguments.restart {
        let them = match known.len() {
            1 => "1 decision is".to_owned(),
            count => format!("{count} decisions are"),
        };
        bail!(
            "{them} kept of a review that was not finished; --resume goes on with it, --restart begins anew"
        );
    }
    Ok(())
}

/// Where the decisions about a program are kept.
fn decisions_of(state: &StateDir, session: &Session) -> PathBuf {
    let root = session.workspace.root.as_os_str().as_encoded_bytes();
    let name = blake3::hash(root).to_hex()[..16].to_owned();
    state.path.join("reviews").join(format!("{name}.jsonl"))
}

/// The files that may be written.
fn concerned(session: &Session, subjects: &[Subject]) -> Vec<PathBuf> {
    let files = subjects.iter().flat_map(Subject::files);
    let paths = files.map(|file| session.workspace.file(file).path.clone());
    paths.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// The decisions that were kept and still hold, and how many do not.
fn resumed(planner: &Planner, path: &Path) -> anyhow::Result<(Vec<(usize, Decision)>, usize)> {
    let known = kept::read(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let (mut found, mut stale) = (Vec::new(), 0);
    for (id, entry) in known {
        let item = planner.item_of(&id).filter(|item| !entry.is_stale(&planner.files_hash(*item)));
        match item {
            Some(item) => found.push((item, entry.decision().clone())),
            None => stale += 1,
        }
    }
    found.sort_by_key(|(item, _)| *item);
    Ok((found, stale))
}

/// A decision about an item as it is kept.
fn entry(planner: &Planner, item: usize, decision: &Decision) -> Entry {
    Entry::Of { decision: decision.clone(), files: planner.files_hash(item) }
}

/// What the changes make of all files.
fn all_files(
    session: &Session,
    changes: &[crate::plan::change::Change],
) -> crate::plan::materialize::Materialized {
    let approved: Vec<&crate::plan::change::Change> = changes.iter().collect();
    materialize(&session.scan.by_file(), &approved)
}
