//! Facts across modules, loaded when asked for: a byte search names the files that can matter, and
//! only those are parsed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::workspace::source::Source;
use crate::workspace::{FileId, FileKind, Options, Workspace};

/// A module of the program with the file that holds it.
#[derive(Debug, Clone)]
pub struct Member {
    /// The file's path relative to the root.
    pub relative: PathBuf,
    /// Its facts.
    pub module: Arc<Module>,
}

/// All modules within the root, those that are not scanned included.
pub struct Program<'w> {
    scanned: &'w Workspace,
    options: Options,
    whole: OnceLock<Option<Workspace>>,
    found: Mutex<FxHashMap<Vec<String>, Arc<Vec<Member>>>>,
}

impl<'w> Program<'w> {
    /// The program around what is scanned. `options` are those the workspace was opened with.
    pub fn new(scanned: &'w Workspace, options: Options) -> Self {
        let options = Options { root: Some(scanned.root.clone()), ..options };
        Self { scanned, options, whole: OnceLock::new(), found: Mutex::default() }
    }

    /// The path of a scanned file, relative to the root.
    pub fn relative(&self, file: FileId) -> &Path {
        &self.scanned.file(file).relative
    }

    /// The workspace that holds every file within the root.
    fn whole(&self) -> &Workspace {
        let opened = self.whole.get_or_init(|| {
            let paths = [self.scanned.root.clone()];
            Workspace::open(&paths, self.options.clone()).ok()
        });
        opened.as_ref().unwrap_or(self.scanned)
    }

    /// The modules outside tests whose bytes hold all the words, sorted by path.
    pub fn modules_holding(&self, words: &[&str]) -> Arc<Vec<Member>> {
        let key: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        if let Some(found) = self.cache().get(&key) {
            return Arc::clone(found);
        }
        let workspace = self.whole();
        let finders: Vec<_> = words.iter().map(memmem::Finder::new).collect();
        let members: Vec<Member> = workspace
            .files
            .par_iter()
            .filter(|file| !file.test && matches!(file.kind, FileKind::Python))
            .filter_map(|file| {
                let mut bytes = Vec::new();
                workspace.read(file.id, &mut bytes).ok()?;
                if !finders.iter().all(|finder| finder.find(&bytes).is_some()) {
                    return None;
                }
                let source = Source::python(file.id, bytes).ok()?;
                let module = Arc::new(Module::new(source));
                Some(Member { relative: file.relative.clone(), module })
            })
            .collect();
        let members = Arc::new(members);
        self.cache().insert(key, Arc::clone(&members));
        members
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, FxHashMap<Vec<String>, Arc<Vec<Member>>>> {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether another module may take `name` from this one: it imports it by name or with a star,
    /// or reads it as an attribute of the module.
    pub fn is_taken_from(&self, file: FileId, name: &str) -> bool {
        let own = self.relative(file).to_owned();
        let stem = match own.file_stem().and_then(|stem| stem.to_str()) {
            Some(stem) => stem.to_owned(),
            None => return true,
        };
        let members = self.modules_holding(&[&stem, name, "import"]);
        members.iter().filter(|m| m.relative != own).any(|m| takes(&m.module, &stem, name))
    }
}

/// Whether a module imports `stem.name`, all of `stem`, or reads `.name` of something named `stem`.
fn takes(module: &Module, stem: &str, name: &str) -> bool {
    let ends_with = |dotted: &str| dotted.rsplit('.').next() == Some(stem);
    module.names.scopes.iter().any(|scope| {
        let star = scope.stars.iter().any(|(from, _)| ends_with(from));
        star || scope.bindings.values().flatten().any(|binding| match &binding.kind {
            BindingKind::Import { target, .. } => match target.rsplit_once('.') {
                Some((from, last)) => (last == name && ends_with(from)) || last == stem,
                None => target == stem,
            },
            _ => false,
        })
    })
}
