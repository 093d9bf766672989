//! What version control says of a file, read with a library: no command is run, so no filter,
//! hook or monitor that the repository names is either.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use gix::bstr::BStr;
use walkdir::WalkDir;

use super::gitignore::{common_git_folder, own_git_folder};
use super::repository_top;

/// The state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As in the last commit.
    Clean,
    /// It differs from the last commit.
    Dirty,
    /// Version control does not know it.
    Untracked,
    /// There is no repository around it.
    NoRepository,
}

/// The repositories that were opened, by their top folder.
#[derive(Default)]
pub struct Vcs {
    repositories: BTreeMap<PathBuf, Opened>,
}

struct Opened {
    repository: gix::Repository,
    index: Option<gix::worktree::Index>,
}

impl Vcs {
    /// No repository is open yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The state of a file. The error says why the repository cannot be read.
    pub fn state(&mut self, path: &Path) -> Result<State, String> {
        let Some(top) = path.parent().and_then(repository_top) else {
            return Ok(State::NoRepository);
        };
        let relative = path.strip_prefix(&top).map_err(|e| e.to_string())?.to_owned();
        if !self.repositories.contains_key(&top) {
            self.repositories.insert(top.clone(), open(&top)?);
        }
        let opened = &self.repositories[&top];
        let bytes = std::fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
        compare(opened, &relative, &bytes)
    }
}

/// Files that git reads, below its folder. A special file in the place of one would never end.
const READ_BY_GIT: [&str; 10] = [
    "HEAD",
    "config",
    "config.worktree",
    "index",
    "commondir",
    "gitdir",
    "packed-refs",
    "shallow",
    "info/exclude",
    "objects/info/alternates",
];

/// Refuses a repository in which something else stands where git keeps a file.
fn inspect(top: &Path) -> Result<(), String> {
    let missing = "its `.git` is not a folder and names none";
    let own = own_git_folder(top).ok_or(missing)?;
    let common = common_git_folder(top).ok_or(missing)?;
    inspect_folder(&own)?;
    inspect_folder(&common)
}

fn inspect_folder(git: &Path) -> Result<(), String> {
    if let Some(odd) = READ_BY_GIT.iter().find(|name| is_odd(&git.join(name))) {
        return Err(format!("its `{odd}` is not a regular file"));
    }
    inspect_reference(git, "HEAD", 0)?;
    inspect_below(git, "refs", MOST_PARTS)?;
    inspect_below(git, "logs", MOST_PARTS)?;
    inspect_objects(git)
}

/// Whether something is there that is no regular file.
fn is_odd(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// Names of references have no more parts.
const MOST_PARTS: usize = 32;

/// References that name others lead to no more than so many.
const MOST_NAMED: usize = 8;

/// Repositories that borrow the objects of more others are refused.
const MOST_STORES: usize = 64;

/// Refuses a reference that leads to something else than files.
fn inspect_reference(git: &Path, name: &str, above: usize) -> Result<(), String> {
    let path = git.join(name);
    if is_odd(&path) {
        return Err(format!("its `{name}` is not a regular file"));
    }
    let mut text = String::new();
    let read = std::fs::File::open(path).map(|file| file.take(4096).read_to_string(&mut text));
    let named = text.strip_prefix("ref:").map(str::trim).filter(|name| !name.is_empty());
    match named {
        Some(name) if read.is_ok() && above < MOST_NAMED => inspect_reference(git, name, above + 1),
        _ => Ok(()),
    }
}

/// Refuses a folder in which something else than files and folders stands, down to a depth. A link
/// leads out of the repository. The message names it relative to `base`.
fn inspect_below(base: &Path, folder: &str, depth: usize) -> Result<(), String> {
    let odd =
        |entry: &walkdir::DirEntry| !entry.file_type().is_dir() && !entry.file_type().is_file();
    let mut below = WalkDir::new(base.join(folder)).min_depth(1).max_depth(depth).into_iter();
    let Some(entry) = below.find_map(|entry| entry.ok().filter(odd)) else { return Ok(()) };
    let name = entry.path().strip_prefix(base).unwrap_or(entry.path());
    Err(format!("its `{}` is not a regular file", name.display()))
}

/// Refuses a store of objects, and those that it borrows from, if they hold something else than
/// files.
fn inspect_objects(git: &Path) -> Result<(), String> {
    let mut known = BTreeSet::new();
    let mut waiting = vec![git.join("objects")];
    while let Some(store) = waiting.pop() {
        // One that is not there holds nothing.
        let Ok(store) = store.canonicalize() else { continue };
        if known.insert(store.clone()) {
            inspect_store(&store)?;
            waiting.extend(borrowed(&store));
        }
        if known.len() > MOST_STORES {
            return Err("it borrows the objects of too many others".to_owned());
        }
    }
    Ok(())
}

fn inspect_store(store: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(store).into_iter().flatten().flatten();
    let is_read = |name: &String| {
        let is_part = name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_part || name == "pack" || name == "info"
    };
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(is_read);
    let git = store.parent().unwrap_or(store);
    let own = store.file_name().unwrap_or_default().to_string_lossy().into_owned();
    names.into_iter().try_for_each(|name| inspect_below(git, &format!("{own}/{name}"), 1))
}

/// The stores that one borrows from.
fn borrowed(store: &Path) -> Vec<PathBuf> {
    let list = store.join("info/alternates");
    if !list.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= 1 << 16) {
        return Vec::new();
    }
    let text = std::fs::read_to_string(list).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty()).map(|line| store.join(line)).collect()
}

/// The repository of a top folder, with the configuration that it holds itself and no other.
pub(super) fn repository(top: &Path) -> Result<gix::Repository, String> {
    let failed =
        |why: String| format!("the git repository in {} cannot be read: {why}", top.display());
    inspect(top).map_err(failed)?;
    let options = gix::open::Options::isolated();
    gix::open_opts(top, options).map_err(|error| failed(error.to_string()))
}

fn open(top: &Path) -> Result<Opened, String> {
    let repository = repository(top)?;
    let index = match repository.try_index() {
        Ok(index) => index,
        Err(error) => {
            return Err(format!("the git index in {} cannot be read: {error}", top.display()));
        }
    };
    Ok(Opened { repository, index })
}

fn compare(opened: &Opened, relative: &Path, bytes: &[u8]) -> Result<State, String> {
    let name = relative.as_os_str().as_encoded_bytes();
    let name = BStr::new(name);
    let Some(entry) = opened.index.as_ref().and_then(|index| index.entry_by_path(name)) else {
        return Ok(State::Untracked);
    };
    let staged = entry.id;
    if !is_blob(bytes, &staged)? && !is_blob(&without_carriage_returns(bytes), &staged)? {
        return Ok(State::Dirty);
    }
    let tree = match opened.repository.head_tree() {
        Ok(tree) => tree,
        // Nothing was committed yet.
        Err(_) if opened.repository.head().is_ok_and(|head| head.is_unborn()) => {
            return Ok(State::Dirty);
        }
        Err(error) => return Err(format!("the last commit cannot be read: {error}")),
    };
    let committed = tree.lookup_entry_by_path(relative).map_err(|e| e.to_string())?;
    let same = committed.is_some_and(|entry| entry.object_id() == staged);
    Ok(if same { State::Clean } else { State::Dirty })
}

fn is_blob(bytes: &[u8], id: &gix::ObjectId) -> Result<bool, String> {
    let hash = gix::objs::compute_hash(id.kind(), gix::objs::Kind::Blob, bytes);
    hash.map(|hash| hash == *id).map_err(|e| e.to_string())
}

/// As git stores a file whose line endings it converts.
fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(index + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn git(folder: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let status = Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(folder)
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    }

    #[test]
    fn each_state_is_told_and_no_program_of_the_repository_runs() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let file = top.join("a.py");
        std::fs::write(&file, "x = 1\n").unwrap();
        assert_eq!(Vcs::new().state(&file).unwrap(), State::NoRepository);
        git(&top, &["init", "-q"]);
        assert_eq!(Vcs::new().state(&file).unwrap(), State::Untracked);
        git(&top, &["add", "a.py"]);
        assert_eq!(Vcs::new().state(&file).unwrap(), State::Dirty);
        git(&top, &["commit", "-q", "-m", "a"]);
        let marker = top.join("marker");
        let touch = format!("touch {}", marker.display());
        git(&top, &["config", "core.fsmonitor", &touch]);
        git(&top, &["config", "filter.x.clean", &touch]);
        std::fs::write(top.join(".gitattributes"), "*.py filter=x\n").unwrap();
        assert_eq!(Vcs::new().state(&file).unwrap(), State::Clean);
        std::fs::write(&file, "x = 2\n").unwrap();
        assert_eq!(Vcs::new().state(&file).unwrap(), State::Dirty);
        assert!(!marker.exists());
    }
}
