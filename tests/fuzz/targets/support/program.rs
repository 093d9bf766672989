//! Runs every transform over the files of a small program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use untrust::plan::change::Change;
use untrust::plan::materialize::{Materialized, materialize};
use untrust::plan::{build, taken};
use untrust::program::Program;
use untrust::python::module::Module;
use untrust::scan::{Asked, Scan, Settings, scan};
use untrust::threading::{Reach, Rules, settle};
use untrust::transforms::REGISTRY;
use untrust::transforms::finding::Policy;
use untrust::workspace::{FileId, Options, Workspace};

/// Files by their path relative to the root, with their bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a run found, before anything is approved.
pub struct Planned {
    /// The findings, their requests settled.
    pub scan: Scan,
    /// Every change, at whatever level.
    pub changes: Vec<Change>,
    /// The path of each file.
    pub paths: BTreeMap<FileId, String>,
}

impl Planned {
    /// The new bytes with some of the changes.
    pub fn make(&self, chosen: impl Fn(usize) -> bool) -> Materialized {
        let modules = self.modules();
        let all = self.changes.iter().enumerate();
        let approved: Vec<&Change> =
            all.filter(|(index, _)| chosen(*index)).map(|(_, change)| change).collect();
        materialize(&modules, &approved)
    }

    /// All files as they are after some changes.
    pub fn after(&self, before: &Files, made: &Materialized) -> Files {
        let mut files = before.clone();
        for (id, new) in &made.files {
            files.insert(self.paths[id].clone(), new.bytes.clone());
        }
        files
    }

    fn modules(&self) -> BTreeMap<FileId, &Module> {
        self.scan.by_file()
    }
}

/// Scans the files with every transform and plans all changes.
pub fn plan(files: &Files, prefilter: bool) -> Planned {
    let root = root(files);
    let top = root.path().canonicalize().unwrap();
    let overlay = files.iter().map(|(path, bytes)| (top.join(path), bytes.clone())).collect();
    let options = Options { root: Some(top.clone()), overlay, ..Options::default() };
    let workspace = Workspace::open(&[top], options.clone()).unwrap();
    let program = Program::new(&workspace, options);
    let asked =
        Asked { transforms: u64::MAX, tests: true, vendored: true, policy: Policy::default() };
    let settings = Settings {
        transforms: REGISTRY,
        per_file: &|_| asked.clone(),
        prefilter,
        review: true,
        own: Vec::new(),
    };
    let mut scan = scan(&workspace, &program, &settings, &|_| {});
    let rules = Rules { parameter: &|_| "trust_data", may_edit: &|_, _| true };
    let edited = settle(&mut scan.findings, &scan.modules, &program, Reach::Program, &rules);
    scan.modules.extend(edited);
    let path = |id: FileId| workspace.file(id).relative.as_path();
    let ids = build::ids(&scan.findings, path);
    let mut changes = build::changes(&scan.findings, &ids, path);
    // One of several ways is taken where nobody chooses.
    changes.retain(|change| !change.is_alternative);
    taken::keep(&mut changes, &scan.by_file(), &program);
    let all = workspace.files.iter();
    let paths = all.map(|file| (file.id, slashed(&file.relative))).collect();
    Planned { scan, changes, paths }
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// A folder with empty files of these names, whose bytes are given from memory. Kept, for most runs
/// ask for the same names.
fn root(files: &Files) -> Arc<tempfile::TempDir> {
    static KNOWN: Mutex<BTreeMap<Vec<String>, Arc<tempfile::TempDir>>> =
        Mutex::new(BTreeMap::new());
    let names: Vec<String> = files.keys().cloned().collect();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(root) = known.get(&names) {
        return Arc::clone(root);
    }
    if known.len() > 500 {
        known.clear();
    }
    let folder = tempfile::tempdir().unwrap();
    for name in &names {
        let path: PathBuf = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"").unwrap();
    }
    let root = Arc::new(folder);
    known.insert(names, Arc::clone(&root));
    root
}
