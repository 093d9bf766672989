//! Finds the files below the paths that were named.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use globset::GlobSet;
use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashSet;
use walkdir::{DirEntry, WalkDir};

use super::folder_rules::{FolderRules, RuleFinder};
use super::gitignore::{self, Rules, ignored};
use super::globs;
use super::kind::{self, FileKind};
use super::root::{locate, root_of, top_of};
use super::{File, FileId, OpenError, Options, ReadProblem, SkipCause, Skipped, repository_top};

/// What was found.
pub struct Found {
    /// The folder that bounds the program.
    pub root: PathBuf,
    /// What is scanned, sorted by relative path.
    pub files: Vec<File>,
    /// Files of the names that are noted, sorted by relative path.
    pub noted: Vec<File>,
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
    walk(paths, options, None)
}

/// Finds the regular files below a root whose names `is_sought` accepts, by the rules that hold for
/// Python files, but for the globs of what is looked at: these speak of Python. Returns paths
/// relative to the root, sorted; links are not followed.
pub fn named(root: &Path, options: &Options, is_sought: fn(&str) -> bool) -> Vec<PathBuf> {
    let found = walk(&[root.to_owned()], options, Some(is_sought));
    let files = found.map(|found| found.files).unwrap_or_default();
    files.into_iter().map(|file| file.relative).collect()
}

fn walk(
    paths: &[PathBuf],
    options: &Options,
    sought: Option<fn(&str) -> bool>,
) -> Result<Found, OpenError> {
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
    if let Some(finder) = &options.rules {
        // Who opens a second workspace with the same options finds the same rules.
        finder.top.get_or_init(|| top_of(&root, options));
    }
    let walk = Walk {
        include: globs::set(&options.include)?,
        exclude: globs::set(&options.exclude)?,
        finder: options.rules.as_deref(),
        repository: repository_top(&root),
        whole: absolute.contains(&root),
        several: absolute.len() > 1,
        root,
        options,
        sought,
        out: Mutex::new(Out { errors, ..Out::default() }),
    };
    rayon::scope(|scope| {
        for path in &absolute {
            if walk.leaves_out(path)
                || (path.is_file() && !walk.is_included(path, &walk.rules_of(path)))
            {
                let skipped = vec![walk.skipped(path, SkipCause::Excluded)];
                walk.merge(Out { skipped, ..Out::default() });
            } else if path.is_dir() {
                let here = Here { ignored: walk.ignored_above(path), rules: walk.rules_of(path) };
                walk.folder(scope, path, here, true);
            } else {
                walk.explicit(path);
            }
        }
    });
    if !walk.whole && walk.sought.is_none() && options.stdin.is_none() {
        walk.note_at_root();
    }
    Ok(walk.finish())
}

/// A file with what its name and the rules of its folder say of it; its index is set later.
pub(super) fn file(
    path: &Path,
    relative: PathBuf,
    kind: FileKind,
    explicit: bool,
    rules: &FolderRules,
) -> File {
    let by_rules = || rules.is_vendored(path).then_some("vendored code");
    File {
        id: FileId(0),
        path: path.to_owned(),
        test: rules.is_test(path).unwrap_or_else(|| kind::is_test(&relative)),
        vendored: kind::vendored(&relative).or_else(by_rules),
        relative,
        kind,
        explicit,
        excluded: false,
        settings: rules.settings,
    }
}

/// What holds in a folder.
#[derive(Clone)]
struct Here {
    /// What git leaves out.
    ignored: Rules,
    /// What the closest configuration says.
    rules: Arc<FolderRules>,
}

struct Walk<'o> {
    options: &'o Options,
    root: PathBuf,
    whole: bool,
    /// Whether several paths were named, which may overlap.
    several: bool,
    repository: Option<PathBuf>,
    finder: Option<&'o RuleFinder>,
    /// Which names are sought instead of those of Python files.
    sought: Option<fn(&str) -> bool>,
    include: GlobSet,
    exclude: GlobSet,
    out: Mutex<Out>,
}

/// What was found so far, in the order in which threads came to it.
#[derive(Default)]
struct Out {
    files: Vec<File>,
    noted: Vec<File>,
    skipped: Vec<Skipped>,
    errors: Vec<ReadProblem>,
    /// Links to files within the root with their targets: scanned if the target is not.
    links: Vec<(PathBuf, PathBuf)>,
}

impl Walk<'_> {
    /// Looks at the entries of a folder; those below it are left to other threads. `top` is a
    /// folder that was named.
    fn folder<'s>(&'s self, scope: &rayon::Scope<'s>, folder: &Path, mut here: Here, top: bool) {
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
            here.ignored.extend(gitignore::of_folder(folder));
        }
        let finder = self.finder.filter(|finder| finder.names.iter().any(|name| holds(name)));
        if let Some(finder) = finder {
            here.rules = finder.enter(folder, &here.rules);
        }
        for entry in entries {
            if !entry.file_type().is_dir() {
                self.entry(&entry, &here, &mut out);
            } else if !self.leaves_out_folder(&entry, &here) {
                let (path, here) = (entry.into_path(), here.clone());
                scope.spawn(move |scope| self.folder(scope, &path, here, false));
            }
        }
        self.merge(out);
    }

    fn merge(&self, mut found: Out) {
        let mut out = self.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        out.files.append(&mut found.files);
        out.noted.append(&mut found.noted);
        out.skipped.append(&mut found.skipped);
        out.errors.append(&mut found.errors);
        out.links.append(&mut found.links);
    }

    /// What git leaves out by rules that stand above a folder.
    fn ignored_above(&self, top: &Path) -> Rules {
        let repository = self.repository.as_ref().filter(|_| self.options.gitignore);
        repository.map(|repository| gitignore::above(repository, top)).unwrap_or_default()
    }

    /// The rules of the configuration that is closest to a path.
    fn rules_of(&self, path: &Path) -> Arc<FolderRules> {
        let Some(finder) = self.finder else { return Arc::default() };
        path.parent().map_or_else(|| Arc::clone(&finder.default), |folder| finder.at(folder))
    }

    fn leaves_out_folder(&self, entry: &DirEntry, here: &Here) -> bool {
        CACHES.iter().any(|cache| entry.file_name() == OsStr::new(cache))
            || ignored(&here.ignored, entry.path(), true)
            || self.is_excluded(entry.path(), &here.rules)
    }

    fn is_excluded(&self, path: &Path, rules: &FolderRules) -> bool {
        let by_option = !self.exclude.is_empty()
            && path.strip_prefix(&self.root).is_ok_and(|relative| self.exclude.is_match(relative));
        by_option || rules.excludes(path)
    }

    fn is_included(&self, path: &Path, rules: &FolderRules) -> bool {
        if self.include.is_empty() {
            return rules.includes(path);
        }
        path.strip_prefix(&self.root).is_ok_and(|relative| self.include.is_match(relative))
    }

    /// Whether a path that no walk led to is left out, be it by a folder above it.
    fn leaves_out(&self, path: &Path) -> bool {
        let by_folder = || self.finder.is_some_and(|finder| finder.leaves_out(path));
        by_folder() || self.is_excluded(path, &self.rules_of(path))
    }

    fn entry(&self, entry: &DirEntry, here: &Here, out: &mut Out) {
        if let Some(is_sought) = self.sought {
            self.sought(entry, is_sought, here, out);
            return;
        }
        let path = entry.path();
        if self.is_noted(path) && !ignored(&here.ignored, path, false) {
            self.note(path, &here.rules, out);
        }
        let Some(kind) = kind::of_name(&entry.file_name().to_string_lossy()) else { return };
        if ignored(&here.ignored, path, false)
            || self.is_excluded(path, &here.rules)
            || !self.is_included(path, &here.rules)
        {
            return;
        }
        if entry.path_is_symlink() {
            self.link(path, out);
        } else if entry.file_type().is_file() {
            self.add(path, kind, false, &here.rules, out);
        } else {
            out.skipped.push(self.skipped(path, SkipCause::NotRegular));
        }
    }

    fn sought(&self, entry: &DirEntry, is_sought: fn(&str) -> bool, here: &Here, out: &mut Out) {
        let path = entry.path();
        let is_there = entry.file_type().is_file()
            && is_sought(&entry.file_name().to_string_lossy())
            && !ignored(&here.ignored, path, false)
            && !self.is_excluded(path, &here.rules);
        if is_there {
            let relative = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
            out.files.push(file(path, relative, FileKind::Document, false, &here.rules));
        }
    }

    /// Whether a file has one of the names that are noted.
    fn is_noted(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        self.options.noted.iter().any(|noted| name == OsStr::new(noted))
    }

    /// Notes a regular file, if nothing leaves it out; links are not followed.
    fn note(&self, path: &Path, rules: &FolderRules, out: &mut Out) {
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if is_file && !self.is_excluded(path, rules) {
            let relative = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
            out.noted.push(file(path, relative, FileKind::Document, false, rules));
        }
    }

    /// Notes the files at the root, which hold for all that is below it.
    fn note_at_root(&self) {
        let mut out = Out::default();
        for name in self.options.noted {
            let path = self.root.join(name);
            self.note(&path, &self.rules_of(&path), &mut out);
        }
        self.merge(out);
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
            Ok(_) if self.is_noted(path) => self.note(path, &self.rules_of(path), &mut out),
            Ok(_) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let kind = kind::of_name(&name).unwrap_or(FileKind::Python);
                self.add(path, kind, true, &self.rules_of(path), &mut out);
            }
        }
        self.merge(out);
    }

    fn add(&self, path: &Path, kind: FileKind, explicit: bool, rules: &FolderRules, out: &mut Out) {
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
        out.files.push(file(path, relative, kind, explicit, rules));
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
        let Out { mut files, mut noted, mut skipped, mut errors, mut links } = out;
        noted.sort_by(|a, b| a.relative.cmp(&b.relative));
        noted.dedup_by(|b, a| a.relative == b.relative);
        for (id, file) in (super::NOTED..).zip(&mut noted) {
            file.id = FileId(id);
        }
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
            if self.leaves_out(&target) {
                out.skipped.push(self.skipped(&path, SkipCause::Excluded));
            } else if target.metadata().is_ok_and(|metadata| metadata.is_file()) {
                self.add(&path, FileKind::Python, false, &self.rules_of(&target), &mut out);
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
        Found { root: self.root, files, noted, skipped, errors, whole: self.whole }
    }
}

fn unreadable(error: &walkdir::Error) -> ReadProblem {
    let path = error.path().unwrap_or(Path::new("")).to_owned();
    let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    ReadProblem { path, message }
}
