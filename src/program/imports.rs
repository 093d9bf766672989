//! Which files an import may mean: worked out from the paths of the program, without parsing.

use rustc_hash::FxHashMap;

use super::Program;
use crate::python::stdlib;
use crate::workspace::{FileId, FileKind, Workspace};

/// Folders that hold packages and are no part of their names.
const SOURCE_FOLDERS: [&str; 3] = ["src", "lib", "python"];

/// The folders and modules of a program by their paths.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// The program's root is the first.
    folders: Vec<Folder>,
    /// The folder of each file.
    homes: Vec<usize>,
    /// The folders from which a package can be installed, by the first part of its name.
    installed: FxHashMap<String, Vec<usize>>,
}

/// A folder that holds Python files, be it below it.
#[derive(Debug, Default)]
struct Folder {
    name: String,
    parent: Option<usize>,
    folders: FxHashMap<String, usize>,
    modules: FxHashMap<String, ModuleFile>,
}

#[derive(Debug, Clone, Copy)]
struct ModuleFile {
    file: FileId,
    is_stub: bool,
}

/// What a dotted name leads to: a module, a package, or a folder without an `__init__.py`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The folder, if it can hold modules.
    pub folder: Option<usize>,
    /// The module, for a package that of its `__init__.py`.
    pub file: Option<FileId>,
}

/// A folder in which the first part of an absolute name is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Root {
    /// The folder, without a module of its own.
    pub place: Place,
    /// Whether Python looks there however the program is run: above the topmost package.
    pub is_certain: bool,
    /// Whether it is a package itself, so that only a script within it makes it a root, and no more
    /// than the first part of the name speaks for it.
    pub is_doubtful: bool,
}

impl Folder {
    fn init(&self) -> Option<ModuleFile> {
        self.modules.get("__init__").copied()
    }
}

impl Paths {
    fn new(workspace: &Workspace) -> Self {
        let mut paths = Self { folders: vec![Folder::default()], ..Self::default() };
        for file in &workspace.files {
            let home = file.relative.parent().map_or(0, |folder| paths.enter(folder));
            paths.homes.push(home);
            let is_stub = match file.relative.extension().and_then(|e| e.to_str()) {
                Some("py") if file.kind == FileKind::Python => false,
                Some("pyi") => true,
                _ => continue,
            };
            let Some(stem) = file.relative.file_stem().and_then(|s| s.to_str()) else { continue };
            let modules = &mut paths.folders[home].modules;
            if !is_stub || !modules.contains_key(stem) {
                modules.insert(stem.to_owned(), ModuleFile { file: file.id, is_stub });
            }
        }
        paths.installed = paths.installed();
        paths
    }

    /// The folder of a relative path, made if it is new.
    fn enter(&mut self, relative: &std::path::Path) -> usize {
        let mut at = 0;
        for component in relative.components() {
            let name = component.as_os_str().to_string_lossy();
            if let Some(&inner) = self.folders[at].folders.get(name.as_ref()) {
                at = inner;
                continue;
            }
            let name = name.into_owned();
            self.folders.push(Folder { name: name.clone(), parent: Some(at), ..Folder::default() });
            let inner = self.folders.len() - 1;
            self.folders[at].folders.insert(name, inner);
            at = inner;
        }
        at
    }

    /// What can be installed from folders with a `setup.py`: the packages there and in their `src`.
    fn installed(&self) -> FxHashMap<String, Vec<usize>> {
        let mut found: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (top, folder) in self.folders.iter().enumerate() {
            if !folder.modules.contains_key("setup") {
                continue;
            }
            for (name, inner) in &folder.folders {
                if self.folders[*inner].init().is_some() {
                    found.entry(name.clone()).or_default().push(top);
                }
            }
            let Some(&source) = folder.folders.get("src") else { continue };
            for name in self.folders[source].folders.keys() {
                found.entry(name.clone()).or_default().push(source);
            }
        }
        found
    }

    /// The folder that holds a file; `None` if the program has no such file.
    pub(super) fn home(&self, file: FileId) -> Option<usize> {
        self.homes.get(file.0 as usize).copied()
    }

    /// Whether a file is the module of that name in its folder.
    pub(super) fn is_named(&self, file: FileId, name: &str) -> bool {
        let home = self.home(file).map(|home| &self.folders[home]);
        home.and_then(|home| home.modules.get(name)).is_some_and(|module| module.file == file)
    }

    /// What a name means within a package or folder, by the paths alone.
    pub(super) fn child(&self, place: Place, name: &str) -> Option<Place> {
        let folder = &self.folders[place.folder?];
        let inner = folder.folders.get(name).copied();
        let init = inner.and_then(|inner| self.folders[inner].init());
        let module = folder.modules.get(name).copied();
        let package = |init: ModuleFile| Place { folder: inner, file: Some(init.file) };
        match (init, module) {
            (Some(init), module) if !init.is_stub || module.is_none_or(|m| m.is_stub) => {
                Some(package(init))
            }
            (_, Some(module)) => Some(Place { folder: None, file: Some(module.file) }),
            _ => inner.map(|inner| Place { folder: Some(inner), file: None }),
        }
    }

    /// What the whole of a dotted name leads to.
    pub(super) fn walk(&self, from: Place, names: &[&str]) -> Option<Place> {
        names.iter().try_fold(from, |place, name| self.child(place, name))
    }

    /// The package that the leading dots of a relative name mean; `None` above the program's root.
    pub(super) fn package(&self, from: FileId, dots: usize) -> Option<Place> {
        let home = self.home(from)?;
        let mut above = std::iter::successors(Some(home), |at| self.folders[*at].parent);
        let folder = above.nth(dots.checked_sub(1)?)?;
        let file = self.folders[folder].init().map(|init| init.file);
        Some(Place { folder: Some(folder), file })
    }

    /// The modules that a dotted module name may mean.
    pub(super) fn modules(&self, target: &str, from: FileId) -> Vec<Place> {
        let (dots, names) = parts(target);
        if dots > 0 {
            let package = self.package(from, dots);
            return package.and_then(|package| self.walk(package, &names)).into_iter().collect();
        }
        for roots in self.roots(&names, from) {
            let mut found: Vec<Place> = Vec::new();
            for place in roots.iter().filter_map(|root| self.walk(root.place, &names)) {
                if place.file.is_some() && !found.contains(&place) {
                    found.push(place);
                }
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The folders in which an absolute name may begin as seen from a file, in order of preference;
    /// those of one rank are equally good.
    pub(super) fn roots(&self, names: &[&str], from: FileId) -> Vec<Vec<Root>> {
        let (Some(home), Some(&first)) = (self.home(from), names.first()) else {
            return Vec::new();
        };
        let top = self.above_packages(home);
        let is_stdlib = stdlib::is_stdlib(first);
        let mut seen: Vec<usize> = Vec::new();
        let mut ranks: Vec<Vec<Root>> = Vec::new();
        let mut add = |folders: &[usize]| {
            let mut rank: Vec<Root> = Vec::new();
            for &folder in folders {
                if seen.contains(&folder) {
                    continue;
                }
                seen.push(folder);
                let place = Place { folder: Some(folder), file: None };
                let is_certain = folder == top;
                let Some(reached) = self.begins(place, is_certain, names, from) else { continue };
                let is_package = self.folders[folder].init().is_some();
                let is_doubtful = ![top, home].contains(&folder) && is_package && reached < 2;
                rank.push(Root { place, is_certain, is_doubtful });
            }
            ranks.push(rank);
        };
        if is_stdlib {
            add(&[top]);
            return ranks;
        }
        add(&[top, home]);
        let above: Vec<usize> =
            std::iter::successors(Some(home), |at| self.folders[*at].parent).collect();
        for folder in &above {
            add(&[*folder]);
        }
        for folder in &above {
            for name in SOURCE_FOLDERS {
                add(self.folders[*folder].folders.get(name).map_or(&[], std::slice::from_ref));
            }
        }
        add(self.installed.get(first).map_or(&[], Vec::as_slice));
        ranks
    }

    /// The folder above the topmost of the packages that hold a folder.
    fn above_packages(&self, home: usize) -> usize {
        let mut at = home;
        while let Some(parent) =
            self.folders[at].parent.filter(|_| self.folders[at].init().is_some())
        {
            at = parent;
        }
        at
    }

    /// How many parts of a name lead from a root to a module; `None` if that is hardly meant: a
    /// module that imports its own name, or that of the package it is in, means one from elsewhere.
    fn begins(&self, root: Place, is_certain: bool, names: &[&str], from: FileId) -> Option<usize> {
        let first = self.child(root, names[0])?;
        let is_own_module = first.file == Some(from) && first.folder.is_none();
        if is_own_module || (first.file.is_none() && stdlib::is_stdlib(names[0])) {
            return None;
        }
        let mut place = first;
        let mut reached = usize::from(first.file.is_some());
        for (index, name) in names.iter().enumerate().skip(1) {
            let Some(inner) = self.child(place, name) else { break };
            place = inner;
            if place.file.is_some() {
                reached = index + 1;
            }
        }
        let is_own_package = !is_certain && self.is_around(first, from) && !self.is_source(root);
        (reached >= if is_own_package { 2 } else { 1 }).then_some(reached)
    }

    fn is_around(&self, package: Place, file: FileId) -> bool {
        let mut around = std::iter::successors(self.home(file), |at| self.folders[*at].parent);
        package.folder.is_some_and(|folder| around.any(|at| at == folder))
    }

    fn is_source(&self, root: Place) -> bool {
        root.folder.is_some_and(|at| SOURCE_FOLDERS.contains(&self.folders[at].name.as_str()))
    }
}

/// The number of leading dots of a dotted name, and its parts.
pub(super) fn parts(dotted: &str) -> (usize, Vec<&str>) {
    let name = dotted.trim_start_matches('.');
    let names = name.split('.').filter(|part| !part.is_empty()).collect();
    (dotted.len() - name.len(), names)
}

impl Program<'_> {
    /// The files of the whole program that a module may be, sorted. `target` is its dotted name as
    /// an import in the file `from` writes it, with leading dots where it is relative. Several where
    /// it depends on how the program is run; none if the module is not the program's, or is a folder
    /// without an `__init__.py`.
    pub fn imported(&self, target: &str, from: FileId) -> Vec<FileId> {
        let places = self.paths().modules(target, from).into_iter();
        let mut files: Vec<FileId> = places.filter_map(|place| place.file).collect();
        files.sort_unstable();
        files
    }

    /// The paths of the whole program; none where there is only a text from standard input.
    pub(super) fn paths(&self) -> &Paths {
        self.paths.get_or_init(|| {
            if self.is_alone {
                return Paths::default();
            }
            Paths::new(self.whole())
        })
    }
}

#[cfg(test)]
mod tests;
