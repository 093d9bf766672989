//! Which scripts of a program a path or a module as written can mean.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::command::{Mention, Target};
use super::variables::UNKNOWN;
use crate::workspace::{FileId, FileKind, Workspace};

/// The Python files of a program.
pub(super) struct Scripts<'w> {
    workspace: &'w Workspace,
    by_name: FxHashMap<&'w str, Vec<FileId>>,
}

/// A path as written, by its parts.
#[derive(Debug, Clone)]
struct Written {
    /// Names, `..`, and what is not known; no `.`.
    parts: Vec<String>,
    /// Whether it begins where nothing of the program needs to be: at the top of a file system, or
    /// with what is not known.
    is_loose: bool,
}

impl Written {
    fn new(path: &str) -> Self {
        let path = path.strip_prefix("file:").unwrap_or(path);
        // `C:/work`.
        let drive = path.as_bytes().get(1) == Some(&b':');
        let path = if drive { path.get(2..).unwrap_or(path) } else { path };
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        let is_unknown = |part: &str| part.contains(UNKNOWN) || part == "~";
        let part =
            |part: &str| if is_unknown(part) { UNKNOWN.to_string() } else { part.to_owned() };
        let parts: Vec<String> = parts.map(part).collect();
        let is_loose = path.starts_with('/') || parts.iter().any(|part| part.contains(UNKNOWN));
        Self { parts, is_loose }
    }

    /// The names behind everything that is not known and every `..`.
    fn tail(&self) -> &[String] {
        let is_open = |part: &String| part == ".." || part.contains(UNKNOWN);
        let open = self.parts.iter().rposition(is_open).map_or(0, |at| at + 1);
        &self.parts[open..]
    }
}

impl<'w> Scripts<'w> {
    pub(super) fn new(workspace: &'w Workspace) -> Self {
        let mut by_name: FxHashMap<&str, Vec<FileId>> = FxHashMap::default();
        let files = workspace.files.iter().filter(|file| file.kind == FileKind::Python);
        for file in files {
            if let Some(name) = file.relative.file_name().and_then(|name| name.to_str()) {
                by_name.entry(name).or_default().push(file.id);
            }
        }
        Self { workspace, by_name }
    }

    /// The scripts that a mention in a file of the folder `home`, relative to the root, can mean.
    pub(super) fn fitting(&self, mention: &Mention, home: &Path) -> Vec<FileId> {
        let entered = mention.folder.as_deref();
        match &mention.target {
            Target::Script(path) => self.of_path(path, entered, home),
            Target::Module(name) => self.of_module(name, "__main__.py", entered, home),
            Target::EntryPoint(name) => self.of_module(name, "__init__.py", None, home),
        }
    }

    fn of_path(&self, path: &str, entered: Option<&str>, home: &Path) -> Vec<FileId> {
        let is_whole = path.starts_with(['/', '~', UNKNOWN]);
        let from_entered = entered.filter(|_| !is_whole).map(|folder| format!("{folder}/{path}"));
        let found = from_entered.map(|path| self.of_written(&Written::new(&path), home));
        match found {
            Some(found) if !found.is_empty() => found,
            _ => self.of_written(&Written::new(path), home),
        }
    }

    fn of_written(&self, written: &Written, home: &Path) -> Vec<FileId> {
        if let Some(script) = self.exact(&written.parts, home) {
            return vec![script];
        }
        let tail = written.tail();
        let Some(name) = tail.last() else { return Vec::new() };
        let found = self.by_suffix(tail, written.is_loose, home);
        let may_be_any = written.is_loose || (written.parts.len() == 1);
        if found.is_empty() && may_be_any { self.by_name(name) } else { found }
    }

    /// The script at a path from the folder itself or the closest one around it, up to the root: a
    /// file is often run from above its own folder. What is not known at the path's beginning is
    /// taken for one of them. A path that leads upwards begins in the folder itself or the root.
    fn exact(&self, parts: &[String], home: &Path) -> Option<FileId> {
        let open = parts.first().is_some_and(|part| part.contains(UNKNOWN));
        let parts = &parts[usize::from(open)..];
        let leads_upwards = parts.iter().any(|part| part == "..");
        let is_asked =
            |base: &&Path| !leads_upwards || *base == home || base.as_os_str().is_empty();
        home.ancestors().filter(is_asked).find_map(|base| self.at(&joined(base, parts)?))
    }

    fn at(&self, relative: &Path) -> Option<FileId> {
        let files = &self.workspace.files;
        let found = files.binary_search_by(|file| file.relative.as_path().cmp(relative)).ok()?;
        (files[found].kind == FileKind::Python).then_some(files[found].id)
    }

    /// The scripts whose path ends with the parts. Where these may begin outside the program, or with
    /// the name of its folder, leading ones are left away until some fit.
    fn by_suffix(&self, parts: &[String], is_loose: bool, home: &Path) -> Vec<FileId> {
        let root = self.workspace.root.file_name().and_then(|name| name.to_str());
        let begins_at_root = parts.first().map(String::as_str) == root;
        let last = parts.len().saturating_sub(1);
        for first in 0..last {
            if first > 0 && !is_loose && !(first == 1 && begins_at_root) {
                break;
            }
            let found = self.ending_with(&parts[first..], home);
            if !found.is_empty() {
                return found;
            }
        }
        if begins_at_root && last == 1 {
            self.at(Path::new(&parts[1])).into_iter().collect()
        } else {
            Vec::new()
        }
    }

    /// The scripts whose path ends with the parts; those below the folder if there are some.
    fn ending_with(&self, parts: &[String], home: &Path) -> Vec<FileId> {
        let suffix: PathBuf = parts.iter().collect();
        let named = parts.last().and_then(|name| self.by_name.get(name.as_str()));
        let path = |id: &FileId| self.workspace.file(*id).relative.as_path();
        let named = named.into_iter().flatten().filter(|id| path(id).ends_with(&suffix));
        let found: Vec<FileId> = named.copied().collect();
        let near: Vec<FileId> =
            found.iter().filter(|id| path(id).starts_with(home)).copied().collect();
        if near.is_empty() { found } else { near }
    }

    /// The only script of a name, else the one in the root.
    fn by_name(&self, name: &str) -> Vec<FileId> {
        match self.by_name.get(name).map(Vec::as_slice) {
            Some([only]) => vec![*only],
            _ => self.at(Path::new(name)).into_iter().collect(),
        }
    }

    /// The files of a module: its own, or `own` of a package. One without a package has to stand
    /// where it would be looked for.
    fn of_module(&self, name: &str, own: &str, entered: Option<&str>, home: &Path) -> Vec<FileId> {
        let parts: Vec<String> = name.split('.').map(str::to_owned).collect();
        let mut file = parts.clone();
        if let Some(last) = file.last_mut() {
            last.push_str(".py");
        }
        let mut package = parts;
        package.push(own.to_owned());
        let is_single = file.len() == 1;
        for parts in [file, package] {
            if let Some(script) = self.module_at(&parts, entered, home) {
                return vec![script];
            }
            let found = if is_single { Vec::new() } else { self.ending_with(&parts, home) };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn module_at(&self, parts: &[String], entered: Option<&str>, home: &Path) -> Option<FileId> {
        let entered = entered.map(Written::new);
        let from_entered = entered.and_then(|mut folder| {
            folder.parts.extend_from_slice(parts);
            self.exact(&folder.parts, home)
        });
        let src: Vec<String> = std::iter::once("src")
            .chain(parts.iter().map(String::as_str))
            .map(str::to_owned)
            .collect();
        from_entered.or_else(|| self.exact(parts, home)).or_else(|| self.exact(&src, home))
    }
}

/// A folder with parts of a path behind it; `None` if they lead out of the root.
fn joined(base: &Path, parts: &[String]) -> Option<PathBuf> {
    let mut path = base.to_owned();
    for part in parts {
        if part != ".." {
            path.push(part);
        } else if !path.pop() {
            return None;
        }
    }
    Some(path)
}
