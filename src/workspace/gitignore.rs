//! What git leaves out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The ignore rules that hold in a folder, those of the folder itself last.
pub(super) type Rules = Vec<Arc<Gitignore>>;

/// Lists of git that have more bytes are not read.
const LARGEST_LIST: u64 = 16 << 20;

/// A line with more bytes is a pattern of no path, and would take long to read.
const LONGEST_LINE: usize = 1 << 10;

/// More lines of one list are not read: each takes some kilobytes of memory.
const MOST_LINES: usize = 20_000;

/// The rules of the folders from the repository's top down to before `top`, and those that the
/// user and the repository hold outside the tree.
pub(super) fn above(repository: &Path, top: &Path) -> Rules {
    let mut rules = Vec::new();
    let (global, _) = GitignoreBuilder::new(repository).build_global();
    rules.push(Arc::new(global));
    if let Some(git) = common_git_folder(repository) {
        rules.extend(read(repository, &git.join("info/exclude")));
    }
    let mut folders: Vec<&Path> =
        top.ancestors().skip(1).take_while(|folder| folder.starts_with(repository)).collect();
    folders.reverse();
    rules.extend(folders.into_iter().filter_map(of_folder));
    rules
}

/// The rules that a folder holds itself.
pub(super) fn of_folder(folder: &Path) -> Option<Arc<Gitignore>> {
    read(folder, &folder.join(".gitignore"))
}

/// The rules of a list about what stands in a folder. A line that is no pattern says nothing.
fn read(folder: &Path, list: &Path) -> Option<Arc<Gitignore>> {
    if !is_small_file(list) {
        return None;
    }
    let bytes = std::fs::read(list).ok()?;
    let mut builder = GitignoreBuilder::new(folder);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| line.len() <= LONGEST_LINE);
    for line in lines.take(MOST_LINES) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Ok(line) = str::from_utf8(line) {
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().ok().map(Arc::new)
}

/// The folder that holds what all work trees of a repository share: in a linked work tree,
/// `commondir` in its own one names it.
pub(super) fn common_git_folder(repository: &Path) -> Option<PathBuf> {
    let own = own_git_folder(repository)?;
    let common = own.join("commondir");
    if repository.join(".git").is_dir() || !is_small_file(&common) {
        return Some(own);
    }
    std::fs::read_to_string(common).ok().map(|common| own.join(common.trim()))
}

/// The folder of a work tree's own state. `.git` is a file in a linked work tree: it names one.
pub(super) fn own_git_folder(repository: &Path) -> Option<PathBuf> {
    let git = repository.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    if !is_small_file(&git) {
        return None;
    }
    let text = std::fs::read_to_string(&git).ok()?;
    Some(repository.join(text.strip_prefix("gitdir:")?.trim()))
}

/// Whether a list that git reads is a regular file of a size that people write.
pub(super) fn is_small_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST_LIST)
}

/// Whether the rules leave a path out: the last rule that matches decides.
pub(super) fn ignored(rules: &Rules, path: &Path, is_dir: bool) -> bool {
    for matcher in rules.iter().rev() {
        let matched = matcher.matched(path, is_dir);
        if matched.is_ignore() {
            return true;
        }
        if matched.is_whitelist() {
            return false;
        }
    }
    false
}
