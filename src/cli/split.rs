//! `untrust diff --split`: the changes in parts, a patch and the text of a pull request for each.

mod folder;
mod names;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;

use super::arguments::{DiffArguments, Format, Split};
use super::exceptions::Owned;
use super::output::note;
use super::secrets::unified;
use super::session::Session;
use crate::plan::change::Change;
use crate::plan::parts::{Part, Step, parts, require};
use crate::report::diff::{Context, FileDiff};
use crate::report::escape::{visible, visible_path};
use crate::report::pull_request;
use crate::workspace::FileId;
use request::Scene;

/// What was asked for.
pub(super) struct Asked {
    by: Split,
    folder: PathBuf,
}

/// What the options ask for; the error says what cannot be done, before anything is looked at.
pub(super) fn asked(arguments: &DiffArguments) -> anyhow::Result<Option<Asked>> {
    let (Some(by), Some(folder)) = (arguments.split, &arguments.output_dir) else {
        return Ok(None);
    };
    if arguments.format != Format::Text {
        bail!(
            "--split writes patches; leave it out, for `--format json` has the diff of each change"
        );
    }
    if arguments.paths == [PathBuf::from("-")] {
        bail!("standard input cannot be split: a patch is for files; name files or folders");
    }
    folder::check(folder)?;
    Ok(Some(Asked { by, folder: folder.clone() }))
}

/// What tells a part from others. Parts come in this order. Fewer owners come before more, for a
/// change that requires another one edits the files of that one and perhaps others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Transform(&'static str),
    Change(usize),
    Owners(usize, Vec<String>),
}

/// Writes the parts and lists the files on standard output. Returns whether something that was
/// needed could not be read.
pub(super) fn run(session: &Session, asked: &Asked, quiet: bool) -> anyhow::Result<bool> {
    let mut owned = Owned::of(session);
    let failed = owned.report_problems();
    let changes = applied(session);
    let keys: Vec<Key> = changes
        .iter()
        .enumerate()
        .map(|(at, change)| key(session, asked.by, at, change, &mut owned))
        .collect();
    let (keys, groups) = grouped(&changes, keys);
    let modules = session.scan.by_file();
    let scene = Scene::new(session, &changes);
    let mut series = Series::new(keys.len());
    for (key, part) in keys.iter().zip(parts(&modules, &changes, groups)) {
        if !part.files.is_empty() {
            series.add(&scene, key, &part, &mut owned);
        } else if !quiet {
            note(&nothing(&scene, key, &part));
        }
    }
    let written = folder::write(&asked.folder, &series.files)?;
    let mut out = std::io::stdout().lock();
    for path in written {
        writeln!(out, "{}", visible_path(&path))?;
    }
    out.flush()?;
    Ok(failed)
}

/// The changes that `fix` would apply, in the order in which they are made.
fn applied(session: &Session) -> Vec<&Change> {
    let dropped: BTreeSet<usize> = session.materialized.dropped.iter().map(|d| d.change).collect();
    let approved = session.approved.iter().enumerate();
    let applied = approved.filter(|(position, _)| !dropped.contains(position));
    applied.map(|(_, &index)| &session.changes[index]).collect()
}

fn edited(change: &Change) -> BTreeSet<FileId> {
    change.ops.iter().map(|op| op.anchor().file).collect()
}

fn key(session: &Session, by: Split, at: usize, change: &Change, owned: &mut Owned) -> Key {
    match by {
        Split::Transform => Key::Transform(change.transform),
        Split::Change => Key::Change(at),
        Split::Owner => {
            let files = edited(change).into_iter();
            let owners: BTreeSet<String> =
                files.flat_map(|file| owned.owners(session, file)).collect();
            Key::Owners(owners.len(), owners.into_iter().collect())
        }
    }
}

/// The keys in order, and the changes of each.
fn grouped(changes: &[&Change], keys: Vec<Key>) -> (Vec<Key>, Vec<Vec<usize>>) {
    let sorted: Vec<Key> = keys.iter().cloned().collect::<BTreeSet<Key>>().into_iter().collect();
    let place = |key: Key| sorted.binary_search(&key).unwrap_or_default();
    let mut numbers: Vec<usize> = keys.into_iter().map(place).collect();
    require(changes, &mut numbers);
    let mut groups = vec![Vec::new(); sorted.len()];
    for (at, number) in numbers.into_iter().enumerate() {
        groups[number].push(at);
    }
    (sorted, groups)
}

/// Why there is no patch for a part.
fn nothing(scene: &Scene, key: &Key, part: &Part) -> String {
    let what = match key {
        Key::Transform(name) => (*name).to_owned(),
        Key::Change(at) => {
            let (path, line) = scene.place(scene.changes[*at]);
            format!("{} in {path}:{line}", scene.changes[*at].transform)
        }
        Key::Owners(_, owners) if owners.is_empty() => "files without an owner".to_owned(),
        Key::Owners(_, owners) => format!("files of {}", owners.join(" ")),
    };
    let why = if part.changes.is_empty() {
        "its changes need others and come with a later patch"
    } else {
        "the patches before it make all its edits"
    };
    format!("note: there is no patch for {}: {why}", visible(&what))
}

/// The patches so far.
struct Series {
    /// How many digits a number has.
    width: usize,
    /// The names of the patches.
    patches: Vec<String>,
    /// For each patch, those that have to be applied before it.
    before: Vec<BTreeSet<usize>>,
    /// The last patch that changes a file: those that changed it earlier come before that one.
    last: BTreeMap<FileId, usize>,
    /// The patch that holds a change.
    holds: BTreeMap<String, usize>,
    /// What is to be written: the name and the bytes of each file.
    files: Vec<(String, Vec<u8>)>,
}

impl Series {
    fn new(most: usize) -> Self {
        Self {
            width: most.to_string().len().max(4),
            patches: Vec::new(),
            before: Vec::new(),
            last: BTreeMap::new(),
            holds: BTreeMap::new(),
            files: Vec::new(),
        }
    }

    fn add(&mut self, scene: &Scene, key: &Key, part: &Part, owned: &mut Owned) {
        let number = self.patches.len();
        let stem = format!("{:0width$}-{}", number + 1, scene.slug(key), width = self.width);
        let patch = format!("{stem}.patch");
        let before = self.needed(scene, part);
        let names = before.iter().map(|&other| self.patches[other].as_str()).collect();
        let text = pull_request::text(&scene.request(key, part, owned, &patch, names));
        self.files.push((patch.clone(), bytes(scene, part)));
        self.files.push((format!("{stem}.md"), text.into_bytes()));
        self.patches.push(patch);
        self.before.push(before);
        self.last.extend(part.files.keys().map(|file| (*file, number)));
        let ids = part.changes.iter().map(|&at| (scene.changes[at].id.clone(), number));
        self.holds.extend(ids);
    }

    /// The patches that have to be applied before a part: those that change its files or hold
    /// what it requires, and those that they need.
    fn needed(&self, scene: &Scene, part: &Part) -> BTreeSet<usize> {
        let shared = part.files.keys().filter_map(|file| self.last.get(file));
        let changes = part.changes.iter().map(|&at| scene.changes[at]);
        let required = changes.flat_map(|change| &change.requires);
        let direct: BTreeSet<usize> =
            shared.chain(required.filter_map(|id| self.holds.get(id))).copied().collect();
        let mut all = direct.clone();
        for patch in direct {
            all.extend(&self.before[patch]);
        }
        all
    }
}

/// The patch of a part.
fn bytes(scene: &Scene, part: &Part) -> Vec<u8> {
    let diff = |(file, step): (&FileId, &Step)| {
        let path = scene.patch_path(*file);
        let diff = FileDiff { old: &step.old, new: &step.new, path: &path };
        unified(&scene.session.mask, &diff, Context::Lines)
    };
    part.files.iter().flat_map(diff).collect()
}
