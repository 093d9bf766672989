//! The files of an earlier commit, read from the repository's objects with a library: nothing is
//! checked out, and no program, hook or filter that the repository names is run.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice};

use super::{FileId, Workspace, renames, repository_top, vcs};

/// The commit that the working tree is compared with.
pub struct Past {
    /// The repository's top folder.
    pub top: PathBuf,
    repository: gix::Repository,
    tree: ObjectId,
}

/// A file of the earlier commit.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its path relative to the repository's top, with `/` between its parts.
    pub(super) path: BString,
    pub(super) id: ObjectId,
}

/// Larger files of the past are not compared, in bytes.
const LARGEST: u64 = 64 << 20;

/// Trees with more entries are not searched for renamed files. Trees can share their parts, so
/// that a small repository may describe more files than there is time for.
const MOST_ENTRIES: usize = 500_000;

/// Longer paths are not searched for renamed files, in bytes.
const LONGEST_PATH: usize = 4096;

impl Past {
    /// The commit where the branch that is checked out left `revision`: their merge base. `HEAD`
    /// is the last commit itself. `root` lies in the repository's work tree. The error says what is
    /// wrong with the revision or the repository.
    pub fn open(root: &Path, revision: &str) -> Result<Self, String> {
        // Git would take it for an option, and nobody names a branch so.
        if revision.is_empty() || revision.starts_with('-') {
            return Err(format!("`{revision}` is no revision; name a commit, a branch or a tag"));
        }
        let Some(top) = repository_top(root) else {
            return Err(format!(
                "{} is in no work tree of a git repository, so there is no `{revision}` to compare with",
                root.display()
            ));
        };
        let repository = vcs::repository(&top)?;
        let base = base(&repository, &top, revision)?;
        let tree = repository
            .find_commit(base)
            .and_then(|commit| commit.tree_id().map(gix::Id::detach))
            .map_err(|error| unreadable(&top, &error))?;
        Ok(Self { top, repository, tree })
    }

    /// The bytes that each of the files had in the commit. A file that was not there is looked for
    /// under the path it was renamed from; one that is new is left out.
    pub fn before(
        &self,
        workspace: &Workspace,
        files: &[FileId],
    ) -> Result<BTreeMap<FileId, Vec<u8>>, String> {
        let mut found = BTreeMap::new();
        let mut missing = Vec::new();
        for &file in files {
            match self.at(&workspace.file(file).path)? {
                Some(id) => found.extend(self.bytes(id)?.map(|bytes| (file, bytes))),
                None => missing.push(file),
            }
        }
        if !missing.is_empty() {
            for (file, id) in renames::find(self, workspace, &missing)? {
                found.extend(self.bytes(id)?.map(|bytes| (file, bytes)));
            }
        }
        Ok(found)
    }

    /// The file that stood at an absolute path.
    fn at(&self, path: &Path) -> Result<Option<ObjectId>, String> {
        let Ok(relative) = path.strip_prefix(&self.top) else { return Ok(None) };
        let tree = self.repository.find_tree(self.tree).map_err(|e| self.unreadable(&e))?;
        let entry = tree.lookup_entry_by_path(relative).map_err(|e| self.unreadable(&e))?;
        Ok(entry.filter(|entry| entry.mode().is_blob()).map(|entry| entry.object_id()))
    }

    /// The bytes of a file; nothing where it is too large.
    pub(super) fn bytes(&self, id: ObjectId) -> Result<Option<Vec<u8>>, String> {
        if self.size(id)? > LARGEST {
            return Ok(None);
        }
        let blob = self.repository.find_blob(id).map_err(|error| self.unreadable(&error))?;
        Ok(Some(blob.detach().data))
    }

    /// How the repository names its objects.
    pub(super) fn hash_kind(&self) -> gix::hash::Kind {
        self.tree.kind()
    }

    /// The size of a file in bytes.
    pub(super) fn size(&self, id: ObjectId) -> Result<u64, String> {
        let header = self.repository.find_header(id).map_err(|error| self.unreadable(&error))?;
        Ok(header.size())
    }

    /// Every file of the commit, or nothing where there are too many.
    pub(super) fn entries(&self) -> Result<Option<Vec<Entry>>, String> {
        let mut entries = Vec::new();
        let mut trees = vec![(BString::default(), self.tree)];
        let mut seen = 0;
        while let Some((folder, id)) = trees.pop() {
            let tree = self.repository.find_tree(id).map_err(|error| self.unreadable(&error))?;
            for entry in tree.iter() {
                let entry = entry.map_err(|error| self.unreadable(&error))?;
                seen += 1;
                if seen > MOST_ENTRIES {
                    return Ok(None);
                }
                let path = below(folder.as_bstr(), entry.filename());
                if path.len() > LONGEST_PATH {
                    continue;
                }
                if entry.mode().is_tree() {
                    trees.push((path, entry.object_id()));
                } else if entry.mode().is_blob() {
                    entries.push(Entry { path, id: entry.object_id() });
                }
            }
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Some(entries))
    }

    fn unreadable(&self, error: &dyn std::fmt::Display) -> String {
        unreadable(&self.top, error)
    }
}

fn below(folder: &BStr, name: &BStr) -> BString {
    if folder.is_empty() {
        return name.to_owned();
    }
    let mut path = folder.to_owned();
    path.push(b'/');
    path.extend_from_slice(name);
    path
}

fn unreadable(top: &Path, error: &dyn std::fmt::Display) -> String {
    format!(
        "an object of the git repository in {} cannot be read: {error}; in a partial clone, let git fetch it first",
        top.display()
    )
}

/// Where `HEAD` and the revision part.
fn base(repository: &gix::Repository, top: &Path, revision: &str) -> Result<ObjectId, String> {
    let place = top.display();
    if repository.workdir().is_none() {
        return Err(format!(
            "the git repository in {place} is bare: there are no files to compare"
        ));
    }
    let head = repository.head().map_err(|error| {
        format!("`HEAD` of the git repository in {place} cannot be read: {error}")
    })?;
    if head.is_unborn() {
        return Err(format!(
            "nothing was committed yet in {place}, so there is nothing to compare with; commit first"
        ));
    }
    let head = repository.head_commit().map_err(|error| unreadable(top, &error))?.id;
    let commit = named(repository, revision).ok_or_else(|| {
        format!(
            "`{revision}` names no commit of the git repository in {place}{}",
            shallow(repository)
        )
    })?;
    if commit == head {
        return Ok(head);
    }
    let merge_base =
        repository.merge_base(head, commit).map_err(|error| unreadable(top, &error))?;
    merge_base.map(gix::Id::detach).ok_or_else(|| {
        format!(
            "`HEAD` and `{revision}` have no common ancestor in the git repository in {place}{}",
            shallow(repository)
        )
    })
}

/// The commit that a revision names. The reference that it begins with is read first, for the
/// library's parser panics where the object of one is damaged; and so it does in a search through
/// messages (`HEAD^{/text}`) that comes to a damaged commit.
fn named(repository: &gix::Repository, revision: &str) -> Option<ObjectId> {
    let name = revision.split(['~', '^', '@', ':']).next().unwrap_or_default();
    if let Ok(Some(mut reference)) = repository.try_find_reference(name) {
        let commit = reference.peel_to_commit().ok()?;
        if name == revision {
            return Some(commit.id);
        }
    }
    let parsed =
        catch_unwind(AssertUnwindSafe(|| repository.rev_parse_single(BStr::new(revision))));
    let id = parsed.ok()?.ok()?;
    let object = id.object().ok()?;
    object.peel_to_commit().ok().map(|commit| commit.id)
}

/// What to do where a part of the history is not there.
fn shallow(repository: &gix::Repository) -> &'static str {
    if repository.is_shallow().unwrap_or(false) {
        "; it is a shallow clone: `git fetch --unshallow` gets the rest of its history"
    } else {
        ""
    }
}
