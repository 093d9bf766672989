//! What a configuration says of the files in and below its folder, as far as that decides what is
//! looked at. Who reads configurations is not known here: a function finds them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use globset::GlobSet;
use rustc_hash::FxHashMap;

/// The rules that hold in a folder: those of the closest configuration. The default leaves nothing
/// out.
#[derive(Debug, Clone, Default)]
pub struct FolderRules {
    /// The folder that the globs are relative to.
    pub base: PathBuf,
    /// What files must match, if there are globs.
    pub include: GlobSet,
    /// What is left out.
    pub exclude: GlobSet,
    /// Which files are tests, instead of those with the usual names.
    pub tests: Option<GlobSet>,
    /// Which files are another project's, besides those with the usual names.
    pub vendored: GlobSet,
    /// A number that the files carry on, for who found the rules.
    pub settings: u32,
}

impl FolderRules {
    fn matches(&self, globs: &GlobSet, path: &Path) -> bool {
        !globs.is_empty()
            && path.strip_prefix(&self.base).is_ok_and(|relative| globs.is_match(relative))
    }

    /// Whether an absolute path is left out.
    pub fn excludes(&self, path: &Path) -> bool {
        self.matches(&self.exclude, path)
    }

    /// Whether an absolute path is among those that are looked at.
    pub fn includes(&self, path: &Path) -> bool {
        self.include.is_empty() || self.matches(&self.include, path)
    }

    /// Whether an absolute path is a test; `None` if the usual names decide.
    pub fn is_test(&self, path: &Path) -> Option<bool> {
        self.tests.as_ref().map(|globs| self.matches(globs, path))
    }

    /// Whether an absolute path is another project's.
    pub fn is_vendored(&self, path: &Path) -> bool {
        self.matches(&self.vendored, path)
    }
}

/// A folder, the topmost folder that anything may be read from, and the rules of the folder above:
/// the rules that the folder holds itself, if it holds some.
pub type Find = dyn Fn(&Path, &Path, &Arc<FolderRules>) -> Option<Arc<FolderRules>> + Send + Sync;

/// Finds the rules of folders, each folder's once.
pub struct RuleFinder {
    /// The names of the files that can hold rules.
    pub names: &'static [&'static str],
    /// Looks into one folder.
    pub find: Box<Find>,
    /// The rules where no folder holds any.
    pub default: Arc<FolderRules>,
    /// The topmost folder that is looked into; while it is not known, none is.
    pub top: OnceLock<PathBuf>,
    known: Mutex<FxHashMap<PathBuf, Arc<FolderRules>>>,
}

impl std::fmt::Debug for RuleFinder {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.debug_struct("RuleFinder").field("names", &self.names).finish_non_exhaustive()
    }
}

impl RuleFinder {
    /// A finder that asks `find`; only folders that hold one of the names need to be asked.
    pub fn new(names: &'static [&'static str], default: FolderRules, find: Box<Find>) -> Self {
        let default = Arc::new(default);
        Self { names, find, default, top: OnceLock::new(), known: Mutex::default() }
    }

    /// The rules that hold in a folder, given those of the folder above.
    pub fn enter(&self, folder: &Path, above: &Arc<FolderRules>) -> Arc<FolderRules> {
        if let Some(known) = self.known().get(folder) {
            return Arc::clone(known);
        }
        let found = self.top.get().and_then(|top| (self.find)(folder, top, above));
        let found = found.unwrap_or_else(|| Arc::clone(above));
        Arc::clone(self.known().entry(folder.to_owned()).or_insert(found))
    }

    /// The rules that hold in a folder, for which the folders above it are looked into, up to the
    /// top.
    pub fn at(&self, folder: &Path) -> Arc<FolderRules> {
        let Some(top) = self.top.get().filter(|top| folder.starts_with(top)) else {
            return Arc::clone(&self.default);
        };
        if let Some(known) = self.known().get(folder) {
            return Arc::clone(known);
        }
        let above = match folder.parent() {
            Some(parent) if folder != top => self.at(parent),
            _ => Arc::clone(&self.default),
        };
        self.enter(folder, &above)
    }

    /// Whether a path below the top, or a folder above it, is left out. What stands in a folder that is
    /// left out is not looked into.
    pub fn leaves_out(&self, path: &Path) -> bool {
        let Some(top) = self.top.get() else { return false };
        let mut parts: Vec<&Path> =
            path.ancestors().take_while(|part| part != top && part.starts_with(top)).collect();
        parts.reverse();
        let excluded =
            |part: &Path| part.parent().is_some_and(|folder| self.at(folder).excludes(part));
        parts.into_iter().any(excluded)
    }

    fn known(&self) -> MutexGuard<'_, FxHashMap<PathBuf, Arc<FolderRules>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
