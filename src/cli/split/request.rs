//! What the text of a pull request is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::super::diff::{patch_base, path_below};
use super::super::exceptions::Owned;
use super::super::machine::way;
use super::super::session::Session;
use super::names::{joined, slug};
use super::{Key, edited};
use crate::plan::change::Change;
use crate::plan::parts::Part;
use crate::report::json::slashed;
use crate::report::pull_request::{self, Common, PullRequest};
use crate::transforms::{Transform, named};
use crate::workspace::FileId;

/// What is the same for all parts.
pub(super) struct Scene<'s> {
    pub(in crate::cli) session: &'s Session,
    /// The changes of all parts.
    pub(super) changes: &'s [&'s Change],
    /// The folder that the paths of a patch are relative to.
    base: PathBuf,
    /// The root, relative to that.
    root: PathBuf,
}

impl<'s> Scene<'s> {
    pub(super) fn new(session: &'s Session, changes: &'s [&'s Change]) -> Self {
        let base = patch_base(session);
        let root = session.workspace.root.strip_prefix(&base).unwrap_or(Path::new("")).to_owned();
        Self { session, changes, base, root }
    }

    /// The path of a file in a patch.
    pub(super) fn patch_path(&self, file: FileId) -> PathBuf {
        path_below(self.session, &self.base, file)
    }

    fn shown(&self, file: FileId) -> String {
        slashed(&self.patch_path(file))
    }

    /// The path and the 1-based line of the finding that a change begins with.
    pub(super) fn place(&self, change: &Change) -> (String, usize) {
        let finding = self.session.finding_of(change);
        (self.shown(finding.file), self.session.line_of(finding))
    }

    /// What the name of a patch says behind its number.
    pub(super) fn slug(&self, key: &Key) -> String {
        let name = match key {
            Key::Transform(name) => slug(name),
            Key::Change(at) => {
                let change = self.changes[*at];
                let (path, line) = self.place(change);
                joined(&[&slug(change.transform), &slug(&path), &line.to_string()])
            }
            Key::Owners(_, owners) if owners.is_empty() => "no-owner".to_owned(),
            Key::Owners(_, owners) => slug(&owners.join(" ")),
        };
        if name.is_empty() { "part".to_owned() } else { name }
    }

    /// The text's content for a part that changes something.
    pub(super) fn request<'a>(
        &'a self,
        key: &'a Key,
        part: &Part,
        owned: &mut Owned,
        patch: &'a str,
        before: Vec<&'a str>,
    ) -> PullRequest<'a> {
        let common = match key {
            Key::Transform(name) => Common::Transform(name),
            Key::Change(_) => Common::Change,
            Key::Owners(_, owners) => Common::Owners(owners),
        };
        let changes = part.changes.iter().map(|&at| self.changes[at]);
        let transforms: BTreeSet<&'static str> =
            changes.clone().map(|change| change.transform).collect();
        let pages = transforms.into_iter().flat_map(named).map(Transform::about);
        let files: BTreeMap<String, Vec<String>> = part
            .files
            .keys()
            .map(|file| (self.shown(*file), owned.owners(self.session, *file)))
            .collect();
        PullRequest {
            common,
            changes: changes.map(|change| self.change(change)).collect(),
            files: files.into_iter().collect(),
            pages: pages.map(|about| (about.name, about.page)).collect(),
            patch,
            before,
        }
    }

    fn change<'a>(&'a self, change: &'a Change) -> pull_request::Change<'a> {
        let first = self.session.finding_of(change);
        let findings = change.findings.iter().map(|&index| &self.session.scan.findings[index]);
        let lines: BTreeSet<usize> = findings.map(|one| self.session.line_of(one)).collect();
        let others = edited(change).into_iter().filter(|file| *file != first.file);
        let elsewhere: BTreeSet<String> = others.map(|file| self.shown(file)).collect();
        let below_root = |path: &Path| slashed(&self.root.join(path));
        let chain = change.chain.as_deref();
        pull_request::Change {
            path: self.shown(first.file),
            lines: lines.into_iter().collect(),
            scope: &first.scope,
            transform: change.transform,
            title: &change.title,
            reason: &change.reason,
            level: change.level,
            elsewhere: elsewhere.into_iter().collect(),
            way: chain.map(|chain| way(chain, |file| self.shown(file), below_root)),
        }
    }
}
