//! Finds the files below the paths that were named.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::kind::{self, FileKind};
use super::{File, FileId, OpenError, Options, ReadProblem, SkipCause, Skipped, repository_top};

/// What was found.
pub struct Found {
    /// The folder that bounds the program.
    pub root: PathBuf,
    /// What is scanned, sorted by relative path.
    pub files: Vec<File>,
    /// What is not.
    pub skipped: Vec<Skipped>,
    /// What could not be read.
    pub errors: Vec<ReadProblem>,
    /// Whether everything below the root was looked for.
    pub whole: bool,
}

/// Folders that never hold a program's own code.
const CACHES: [&str; 10] = [
    ".git",
    ".hg",
    ".svn",
    "__pycache__",
    "node_modules",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
];

/// Finds the files below `paths`.
pub fn discover(paths: &[PathBuf], options: &Options) -> Result<Found, OpenError> {
    let mut absolute = Vec::new();
    for path in paths {
        let full = path.canonicalize().or_else(|_| {
            // A broken link is there all the same.
            if path.is_symlink() {
                std::path::absolute(path)
            } else {
                Err(std::io::ErrorKind::NotFound.into())
            }
        });
        absolute.push(full.map_err(|_| OpenError::NotFound(path.clone()))?);
    }
    let root = root_of(&absolute, options)?;
    if let Some(path) = absolute.iter().find(|path| !path.starts_with(&root)) {
        return Err(OpenError::OutsideRoot { path: path.clone(), root });
    }
    let mut walk = Walk {
        repository: repository_top(&root),
        include: globs(&options.include)?,
        exclude: globs(&options.exclude)?,
        tests: options.tests.as_deref().map(globs).transpose()?,
        found: Found {
            whole: absolute.contains(&root),
            root,
            files: Vec::new(),
            skipped: Vec::new(),
            errors: Vec::new(),
        },
        seen: BTreeSet::new(),
        links: Vec::new(),
        options,
    };
    for path in &absolute {
        if path.is_dir() {
            walk.folder(path);
        } else {
            walk.explicit(path);
        }
    }
    Ok(walk.finish())
}

fn root_of(paths: &[PathBuf], options: &Options) -> Result<PathBuf, OpenError> {
    if let Some(root) = &options.root {
        return root.canonicalize().map_err(|_| OpenError::NotFound(root.clone()));
    }
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let folder =
            if path.is_dir() { path.clone() } else { path.parent().unwrap_or(path).to_owned() };
        common = Some(match common {
            None => folder,
            Some(before) => shared(&before, &folder),
        });
    }
    let common =
        common.map_or_else(std::env::current_dir, Ok).unwrap_or_else(|_| PathBuf::from("/"));
    Ok(repository_top(&common).unwrap_or(common))
}

fn shared(a: &Path, b: &Path) -> PathBuf {
    let both = a.components().zip(b.components());
    both.take_while(|(x, y)| x == y).map(|(x, _)| x).collect::<Vec<Component>>().iter().collect()
}

/// A set of globs; one without a slash matches at any depth, a folder's glob all below it.
fn globs(patterns: &[String]) -> Result<GlobSet, OpenError> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let bare = pattern.trim_end_matches('/').trim_start_matches("./");
        let anywhere = !bare.contains('/');
        let forms = [bare.to_owned(), format!("{bare}/**")];
        for form in forms {
            let form = if anywhere {
                format!("**/{form}")
            } else {
                form.trim_start_matches('/').to_owned()
            };
            let glob = Glob::new(&form).map_err(|error| OpenError::Glob {
                glob: pattern.clone(),
                message: error.kind().to_string(),
            })?;
            builder.add(glob);
        }
    }
    builder
        .build()
        .map_err(|error| OpenError::Glob { glob: patterns.join(", "), message: error.to_string() })
}

struct Walk<'o> {
    options: &'o Options,
    repository: Option<PathBuf>,
    include: GlobSet,
    exclude: GlobSet,
    tests: Option<GlobSet>,
    found: Found,
    seen: BTreeSet<PathBuf>,
    /// Links to files within the root: scanned if the target is not.
    links: Vec<(PathBuf, PathBuf)>,
}

/// The ignore rules that hold in a folder, those of the folder itself last.
type Rules = Vec<Arc<Gitignore>>;

impl Walk<'_> {
    fn folder(&mut self, top: &Path) {
        let mut rules: Vec<(PathBuf, Rules)> = vec![(top.to_owned(), self.rules_above(top))];
        let mut walk = WalkDir::new(top).follow_links(false).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable(&error);
                    continue;
                }
            };
            let path = entry.path();
            while rules.len() > 1 && !path.starts_with(&rules[rules.len() - 1].0) {
                rules.pop();
            }
            let here = rules[rules.len() - 1].1.clone();
            if entry.file_type().is_dir() {
                if entry.depth() > 0 && self.leaves_out_folder(&entry, &here) {
                    walk.skip_current_dir();
                    continue;
                }
                if let Some(own) = self.rules_in(path) {
                    let mut with = here;
                    with.push(own);
                    rules.push((path.to_owned(), with));
                }
                continue;
            }
            self.entry(&entry, &here);
        }
    }

    fn unreadable(&mut self, error: &walkdir::Error) {
        let path = error.path().unwrap_or(Path::new("")).to_owned();
        let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
        self.found.errors.push(ReadProblem { path, message });
    }

    /// The rules of the folders from the repository's top down to before `top`, and those that the
    /// user and the repository hold outside the tree.
    fn rules_above(&self, top: &Path) -> Rules {
        let Some(repository) = self.repository.as_ref().filter(|_| self.options.gitignore) else {
            return Vec::new();
        };
        let mut rules = Vec::new();
        let (global, _) = GitignoreBuilder::new(repository).build_global();
        rules.push(Arc::new(global));
        let mut builder = GitignoreBuilder::new(repository);
        builder.add(repository.join(".git/info/exclude"));
        rules.extend(builder.build().ok().map(Arc::new));
        let mut folders: Vec<&Path> =
            top.ancestors().skip(1).take_while(|folder| folder.starts_with(repository)).collect();
        folders.reverse();
        rules.extend(folders.into_iter().filter_map(|folder| self.rules_in(folder)));
        rules
    }

    fn rules_in(&self, folder: &Path) -> Option<Arc<Gitignore>> {
        if !self.options.gitignore || self.repository.is_none() {
            return None;
        }
        let file = folder.join(".gitignore");
        if !file.is_file() {
            return None;
        }
        let mut builder = GitignoreBuilder::new(folder);
        builder.add(file);
        builder.build().ok().map(Arc::new)
    }

    fn leaves_out_folder(&mut self, entry: &DirEntry, rules: &Rules) -> bool {
        let path = entry.path();
        if CACHES.iter().any(|cache| entry.file_name() == OsStr::new(cache))
            || ignored(rules, path, true)
            || self.is_excluded(path)
        {
            return true;
        }
        if path.join("pyvenv.cfg").exists() {
            return true;
        }
        if self.repository.is_some() && path.join(".git").exists() {
            self.skip(path, SkipCause::Repository);
            return true;
        }
        false
    }

    fn is_excluded(&self, path: &Path) -> bool {
        !self.exclude.is_empty()
            && path
                .strip_prefix(&self.found.root)
                .is_ok_and(|relative| self.exclude.is_match(relative))
    }

    fn entry(&mut self, entry: &DirEntry, rules: &Rules) {
        let Some(kind) = entry
            .file_name()
            .to_str()
            .map_or_else(|| kind::of_name(&entry.file_name().to_string_lossy()), kind::of_name)
        else {
            return;
        };
        let path = entry.path();
        if ignored(rules, path, false) || self.is_excluded(path) {
            return;
        }
        let relative = path.strip_prefix(&self.found.root).unwrap_or(path);
        if !self.include.is_empty() && !self.include.is_match(relative) {
            return;
        }
        if entry.path_is_symlink() {
            self.link(path);
            return;
        }
        if !entry.file_type().is_file() {
            self.skip(path, SkipCause::NotRegular);
            return;
        }
        match kind {
            FileKind::Notebook => self.skip(path, SkipCause::Notebook),
            FileKind::Document => self.skip(path, SkipCause::Document),
            _ => {
                let size = entry.metadata().map_or(0, |metadata| metadata.len());
                self.add(path, path, kind, size, false);
            }
        }
    }

    /// A link is scanned under its target's path, if that lies within the root.
    fn link(&mut self, path: &Path) {
        let Ok(target) = path.canonicalize() else {
            self.skip(path, SkipCause::BrokenLink);
            return;
        };
        if target.is_dir() {
            return;
        }
        if !target.starts_with(&self.found.root) {
            self.skip(path, SkipCause::LinkOutOfRoot);
            return;
        }
        self.links.push((path.to_owned(), target));
    }

    fn explicit(&mut self, path: &Path) {
        let Ok(metadata) = path.metadata() else {
            self.skip(path, SkipCause::BrokenLink);
            return;
        };
        if !metadata.is_file() {
            self.skip(path, SkipCause::NotRegular);
            return;
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        match kind::of_name(&name.unwrap_or_default()) {
            Some(FileKind::Notebook) => self.skip(path, SkipCause::Notebook),
            Some(FileKind::Document) => self.skip(path, SkipCause::Document),
            Some(kind) => self.add(path, path, kind, metadata.len(), true),
            None => self.add(path, path, FileKind::Python, metadata.len(), true),
        }
    }

    fn add(&mut self, path: &Path, target: &Path, kind: FileKind, size: u64, explicit: bool) {
        if size > self.options.size_limit {
            self.skip(path, SkipCause::TooLarge(size));
            return;
        }
        if !self.seen.insert(target.to_owned()) {
            return;
        }
        let relative = path.strip_prefix(&self.found.root).unwrap_or(path).to_owned();
        let test = match &self.tests {
            Some(globs) => globs.is_match(&relative),
            None => kind::is_test(&relative),
        };
        self.found.files.push(File {
            id: FileId(0),
            path: target.to_owned(),
            vendored: kind::vendored(&relative),
            relative,
            kind,
            test,
            explicit,
        });
    }

    fn skip(&mut self, path: &Path, cause: SkipCause) {
        let relative = path.strip_prefix(&self.found.root).unwrap_or(path).to_owned();
        self.found.skipped.push(Skipped { relative, cause });
    }

    fn finish(mut self) -> Found {
        for (path, target) in std::mem::take(&mut self.links) {
            if self.seen.contains(&target) {
                self.skip(&path, SkipCause::Duplicate);
                continue;
            }
            match target.metadata() {
                Ok(metadata) if metadata.is_file() => {
                    self.add(&path, &target, FileKind::Python, metadata.len(), false);
                }
                _ => self.skip(&path, SkipCause::NotRegular),
            }
        }
        let mut found = self.found;
        found.files.sort_by(|a, b| a.relative.cmp(&b.relative));
        for (index, file) in found.files.iter_mut().enumerate() {
            file.id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
        }
        found.skipped.sort();
        found.skipped.dedup();
        found.errors.sort();
        found
    }
}

/// Whether the rules leave a path out: the last rule that matches decides.
fn ignored(rules: &Rules, path: &Path, is_dir: bool) -> bool {
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
