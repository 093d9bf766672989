//! Finds the files below the paths that were named.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use globset::{Glob, GlobSet, GlobSetBuilder};
use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashSet;
use walkdir::{DirEntry, WalkDir};

use super::gitignore::{self, Rules, ignored};
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
    let mut errors = Vec::new();
    for path in paths {
        match locate(path, options) {
            Ok(found) => absolute.push(found),
            Err(message) => errors.push(ReadProblem { path: path.clone(), message }),
        }
    }
    let root = root_of(&absolute, options)?;
    if let Some(path) = absolute.iter().find(|path| !path.starts_with(&root)) {
        return Err(OpenError::OutsideRoot { path: path.clone(), root });
    }
    let walk = Walk {
        repository: repository_top(&root),
        include: globs(&options.include)?,
        exclude: globs(&options.exclude)?,
        tests: options.tests.as_deref().map(globs).transpose()?,
        whole: absolute.contains(&root),
        several: absolute.len() > 1,
        root,
        options,
        out: Mutex::new(Out { errors, ..Out::default() }),
    };
    rayon::scope(|scope| {
        for path in &absolute {
            if path.is_dir() {
                walk.folder(scope, path, walk.rules_above(path), true);
            } else {
                walk.explicit(path);
            }
        }
    });
    Ok(walk.finish())
}

/// Where a path that was named leads; the error says why it cannot be looked at.
fn locate(path: &Path, options: &Options) -> Result<PathBuf, String> {
    if path == Path::new("-") {
        return Err("`-` stands for standard input and can only stand alone".to_owned());
    }
    let target = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if path.is_symlink() => "it is a broken link".to_owned(),
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        _ => error.to_string(),
    })?;
    let written = std::path::absolute(path).map_err(|error| error.to_string())?;
    let leaves = written.ancestors().filter(|part| part.is_symlink()).any(|link| {
        let repository = || link.parent().and_then(repository_top);
        let bound = match &options.root {
            Some(root) => root.canonicalize().ok(),
            None => repository().and_then(|top| top.canonicalize().ok()),
        };
        bound.is_some_and(|bound| !target.starts_with(bound))
    });
    if leaves {
        return Err(format!("it leads out of the repository, to {}", target.display()));
    }
    Ok(target)
}

/// Whether a path relative to the root is a test, by the globs or the usual names.
pub(super) fn is_test(relative: &Path, tests: Option<&[String]>) -> Result<bool, OpenError> {
    Ok(match tests {
        Some(patterns) => globs(patterns)?.is_match(relative),
        None => kind::is_test(relative),
    })
}

fn root_of(paths: &[PathBuf], options: &Options) -> Result<PathBuf, OpenError> {
    if let Some(root) = &options.root {
        let found = root.canonicalize().ok().filter(|root| root.is_dir());
        return found.ok_or_else(|| OpenError::NotFound(root.clone()));
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
        if bare.is_empty() {
            let message = "it is empty".to_owned();
            return Err(OpenError::Glob { glob: pattern.clone(), message });
        }
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
    root: PathBuf,
    whole: bool,
    /// Whether several paths were named, which may overlap.
    several: bool,
    repository: Option<PathBuf>,
    include: GlobSet,
    exclude: GlobSet,
    tests: Option<GlobSet>,
    out: Mutex<Out>,
}

/// What was found so far, in the order in which threads came to it.
#[derive(Default)]
struct Out {
    files: Vec<File>,
    skipped: Vec<Skipped>,
    errors: Vec<ReadProblem>,
    /// Links to files within the root with their targets: scanned if the target is not.
    links: Vec<(PathBuf, PathBuf)>,
}

impl Walk<'_> {
    /// Looks at the entries of a folder; those below it are left to other threads. `top` is a
    /// folder that was named.
    fn folder<'s>(&'s self, scope: &rayon::Scope<'s>, folder: &Path, mut rules: Rules, top: bool) {
        let mut entries = Vec::new();
        let mut out = Out::default();
        for entry in WalkDir::new(folder).min_depth(1).max_depth(1) {
            match entry {
                Ok(entry) => entries.push(entry),
                Err(error) => out.errors.push(unreadable(&error)),
            }
        }
        let holds = |name: &str| entries.iter().any(|entry| entry.file_name() == OsStr::new(name));
        if !top && holds("pyvenv.cfg") {
            return;
        }
        if !top && self.repository.is_some() && holds(".git") {
            out.skipped.push(self.skipped(folder, SkipCause::Repository));
            self.merge(out);
            return;
        }
        if holds(".gitignore") && self.options.gitignore && self.repository.is_some() {
            rules.extend(gitignore::of_folder(folder));
        }
        for entry in entries {
            if !entry.file_type().is_dir() {
                self.entry(&entry, &rules, &mut out);
            } else if !self.leaves_out_folder(&entry, &rules) {
                let (path, rules) = (entry.into_path(), rules.clone());
                scope.spawn(move |scope| self.folder(scope, &path, rules, false));
            }
        }
        self.merge(out);
    }

    fn merge(&self, mut found: Out) {
        let mut out = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        out.files.append(&mut found.files);
        out.skipped.append(&mut found.skipped);
        out.errors.append(&mut found.errors);
        out.links.append(&mut found.links);
    }

    /// The rules that hold above a folder.
    fn rules_above(&self, top: &Path) -> Rules {
        let repository = self.repository.as_ref().filter(|_| self.options.gitignore);
        repository.map(|repository| gitignore::above(repository, top)).unwrap_or_default()
    }

    fn leaves_out_folder(&self, entry: &DirEntry, rules: &Rules) -> bool {
        CACHES.iter().any(|cache| entry.file_name() == OsStr::new(cache))
            || ignored(rules, entry.path(), true)
            || self.is_excluded(entry.path())
    }

    fn is_excluded(&self, path: &Path) -> bool {
        !self.exclude.is_empty()
            && path.strip_prefix(&self.root).is_ok_and(|relative| self.exclude.is_match(relative))
    }

    fn entry(&self, entry: &DirEntry, rules: &Rules, out: &mut Out) {
        let Some(kind) = kind::of_name(&entry.file_name().to_string_lossy()) else { return };
        let path = entry.path();
        if ignored(rules, path, false) || self.is_excluded(path) {
            return;
        }
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        if !self.include.is_empty() && !self.include.is_match(relative) {
            return;
        }
        if entry.path_is_symlink() {
            self.link(path, out);
        } else if entry.file_type().is_file() {
            self.add(path, kind, false, out);
        } else {
            out.skipped.push(self.skipped(path, SkipCause::NotRegular));
        }
    }

    /// A link is scanned under its target's path, if that lies within the root.
    fn link(&self, path: &Path, out: &mut Out) {
        let Ok(target) = path.canonicalize() else {
            out.skipped.push(self.skipped(path, SkipCause::BrokenLink));
            return;
        };
        if target.is_dir() {
            return;
        }
        if !target.starts_with(&self.root) {
            out.skipped.push(self.skipped(path, SkipCause::LinkOutOfRoot));
            return;
        }
        out.links.push((path.to_owned(), target));
    }

    fn explicit(&self, path: &Path) {
        let mut out = Out::default();
        let refused = |message: String| ReadProblem { path: path.to_owned(), message };
        match path.metadata() {
            Err(error) => out.errors.push(refused(error.to_string())),
            Ok(metadata) if !metadata.is_file() => {
                out.errors.push(refused("it is not a regular file".to_owned()));
            }
            Ok(metadata) if metadata.len() > self.options.size_limit => {
                let message = "it is larger than the size limit; --size-limit raises it";
                out.errors.push(refused(message.to_owned()));
            }
            Ok(_) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let kind = kind::of_name(&name).unwrap_or(FileKind::Python);
                self.add(path, kind, true, &mut out);
            }
        }
        self.merge(out);
    }

    fn add(&self, path: &Path, kind: FileKind, explicit: bool, out: &mut Out) {
        let cause = match kind {
            FileKind::Notebook => Some(SkipCause::Notebook),
            FileKind::Document => Some(SkipCause::Document),
            FileKind::Python | FileKind::Stub => None,
        };
        if let Some(cause) = cause {
            out.skipped.push(self.skipped(path, cause));
            return;
        }
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        let test = match &self.tests {
            Some(globs) => globs.is_match(&relative),
            None => kind::is_test(&relative),
        };
        out.files.push(File {
            id: FileId(0),
            path: path.to_owned(),
            vendored: kind::vendored(&relative),
            relative,
            kind,
            test,
            explicit,
        });
    }

    fn skipped(&self, path: &Path, cause: SkipCause) -> Skipped {
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        Skipped { relative, cause }
    }

    /// Puts everything in order, each file once.
    fn finish(self) -> Found {
        let out = std::mem::take(
            &mut *self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner),
        );
        let Out { mut files, mut skipped, mut errors, mut links } = out;
        links.sort();
        let paths: FxHashSet<PathBuf> = if links.is_empty() {
            FxHashSet::default()
        } else {
            files.iter().map(|file| file.path.clone()).collect()
        };
        let mut linked: FxHashSet<PathBuf> = FxHashSet::default();
        for (path, target) in links {
            if paths.contains(&target) || !linked.insert(target.clone()) {
                skipped.push(self.skipped(&path, SkipCause::Duplicate));
                continue;
            }
            let mut out = Out::default();
            if target.metadata().is_ok_and(|metadata| metadata.is_file()) {
                self.add(&path, FileKind::Python, false, &mut out);
            } else {
                out.skipped.push(self.skipped(&path, SkipCause::NotRegular));
            }
            files.extend(out.files.into_iter().map(|file| File { path: target.clone(), ..file }));
            skipped.append(&mut out.skipped);
        }
        if self.several {
            // A file that was named and found below a folder is one that was named.
            files.sort_by(|a, b| {
                (&a.path, !a.explicit, &a.relative).cmp(&(&b.path, !b.explicit, &b.relative))
            });
            files.dedup_by(|b, a| a.path == b.path);
        }
        files.par_sort_by(|a, b| a.relative.cmp(&b.relative));
        for (index, file) in files.iter_mut().enumerate() {
            file.id = FileId(u32::try_from(index).unwrap_or(u32::MAX));
        }
        skipped.sort();
        skipped.dedup();
        errors.sort();
        Found { root: self.root, files, skipped, errors, whole: self.whole }
    }
}

fn unreadable(error: &walkdir::Error) -> ReadProblem {
    let path = error.path().unwrap_or(Path::new("")).to_owned();
    let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    ReadProblem { path, message }
}
