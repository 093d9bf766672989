//! Facts across modules, loaded when asked for: a byte search names the files that can matter, and
//! only those are parsed.

pub mod callee;
pub mod classes;
pub mod console;
pub mod definitions;
pub mod hierarchy;
pub mod imports;
pub mod mentions;
pub mod mocks;
mod other_files;
pub mod relatives;
pub mod scripts;
mod settings_files;
pub mod stand_ins;
pub mod taken;
#[cfg(test)]
mod tests;
mod texts;
pub mod types;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::python::module::Module;
use crate::workspace::source::Source;
use crate::workspace::{File, FileId, FileKind, Options, Workspace};
use classes::Classes;
use scripts::Runs;
use words::Needed;

/// A module of the program with the file that holds it.
#[derive(Debug, Clone)]
pub struct Member {
    /// The file's path relative to the root.
    pub relative: PathBuf,
    /// Its facts.
    pub module: Arc<Module>,
}

/// What was searched for (all of the ones, one of the others) and found.
type Found = FxHashMap<(Vec<String>, Vec<String>), Arc<Vec<Member>>>;

/// How many bytes of text the modules have that are kept though they were only looked at once.
const MOST_GLANCED: usize = 2 << 20;

/// Which files hold which texts.
struct Holders {
    words: Vec<&'static str>,
    /// Bit n stands for text n.
    files: Vec<(FileId, u128)>,
}

/// All modules within the root, those that are not scanned included.
pub struct Program<'w> {
    scanned: &'w Workspace,
    options: Options,
    whole: OnceLock<Option<Workspace>>,
    holders: OnceLock<Holders>,
    found: Mutex<Found>,
    classes: OnceLock<Classes>,
    /// Which lines of other files run which scripts.
    runs: OnceLock<Runs>,
    mappings: OnceLock<Vec<settings_files::Mapping>>,
    console_scripts: OnceLock<Vec<console::ConsoleScript>>,
    other_files: OnceLock<Vec<other_files::OtherFile>>,
    /// Modules by the files of the whole, parsed once.
    parsed: Mutex<FxHashMap<FileId, Option<Member>>>,
    /// The bytes of the files of the whole.
    texts: texts::Texts,
    /// Which words they hold.
    words: OnceLock<words::Words>,
    /// Those that were looked at once.
    glanced: Mutex<FxHashMap<FileId, Member>>,
    /// What the bases of classes are.
    bases: Mutex<hierarchy::Bases>,
    /// The files by their paths.
    by_path: OnceLock<FxHashMap<PathBuf, FileId>>,
    /// The inheritance trees of classes.
    trees: Mutex<hierarchy::Trees>,
    /// The folders and modules, once somebody asks.
    paths: OnceLock<imports::Paths>,
    /// What dotted names mean, as far as it was worked out.
    meanings: Mutex<definitions::Meanings>,
    /// The names of the attributes that are assigned anywhere.
    assigned: OnceLock<rustc_hash::FxHashSet<String>>,
    /// Whether it hears from others.
    serving: OnceLock<bool>,
    /// Whether there is only what is scanned: a text from standard input.
    pub is_alone: bool,
}

impl<'w> Program<'w> {
    /// The program around what is scanned. `options` are those the workspace was opened with.
    pub fn new(scanned: &'w Workspace, options: Options) -> Self {
        let options = Options { root: Some(scanned.root.clone()), ..options };
        Self {
            scanned,
            options,
            whole: OnceLock::new(),
            holders: OnceLock::new(),
            found: Mutex::default(),
            classes: OnceLock::new(),
            runs: OnceLock::new(),
            mappings: OnceLock::new(),
            console_scripts: OnceLock::new(),
            other_files: OnceLock::new(),
            parsed: Mutex::default(),
            glanced: Mutex::default(),
            texts: texts::Texts::default(),
            words: OnceLock::new(),
            bases: Mutex::default(),
            by_path: OnceLock::new(),
            trees: Mutex::default(),
            paths: OnceLock::new(),
            meanings: Mutex::default(),
            assigned: OnceLock::new(),
            serving: OnceLock::new(),
            is_alone: false,
        }
    }

    /// The module of a file of the whole program, parsed once; `None` if it cannot be read.
    pub fn module(&self, file: FileId) -> Option<Member> {
        let known = |member: &Option<Member>| member.clone();
        if let Some(there) = self.parsed().get(&file).map(known) {
            return there;
        }
        let member = self.parse(file);
        self.parsed().insert(file, member.clone());
        member
    }

    /// Parses the files that are not known yet, side by side.
    pub fn parse_all(&self, files: &[FileId]) {
        let unknown: Vec<FileId> = {
            let parsed = self.parsed();
            files.iter().copied().filter(|file| !parsed.contains_key(file)).collect()
        };
        let members: Vec<(FileId, Option<Member>)> =
            unknown.into_par_iter().map(|file| (file, self.parse(file))).collect();
        let mut parsed = self.parsed();
        for (file, member) in members {
            parsed.entry(file).or_insert(member);
        }
    }

    /// Takes a module that is parsed already.
    pub fn adopt(&self, file: FileId, module: &Arc<Module>) {
        let relative = self.relative(file).to_owned();
        let member = Member { relative, module: Arc::clone(module) };
        self.parsed().insert(file, Some(member));
    }

    /// The same for a module that is looked at once: it is kept only until others were.
    fn glance(&self, file: FileId) -> Option<Member> {
        if let Some(known) = self.parsed().get(&file) {
            return known.clone();
        }
        if let Some(known) = hierarchy::lock(&self.glanced).get(&file) {
            return Some(known.clone());
        }
        let member = self.parse(file)?;
        let mut glanced = hierarchy::lock(&self.glanced);
        let held: usize = glanced.values().map(|held| held.module.text().len()).sum();
        if held + member.module.text().len() > MOST_GLANCED {
            glanced.clear();
        }
        glanced.insert(file, member.clone());
        Some(member)
    }

    fn parse(&self, file: FileId) -> Option<Member> {
        let workspace = self.whole();
        let source = Source::python(file, self.bytes(file)?.to_vec()).ok()?;
        let relative = workspace.file(file).relative.clone();
        Some(Member { relative, module: Arc::new(Module::new(source)) })
    }

    fn parsed(&self) -> std::sync::MutexGuard<'_, FxHashMap<FileId, Option<Member>>> {
        self.parsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The path of a file, relative to the root.
    pub fn relative(&self, file: FileId) -> &Path {
        &self.file(file).relative
    }

    /// The files of the program that are not scanned, in the order of their ids, which follow
    /// those of the scanned ones; none if nobody has asked for them.
    pub fn beyond(&self) -> Vec<File> {
        let whole = self.whole.get().and_then(Option::as_ref);
        whole.map_or_else(Vec::new, |whole| whole.files[self.scanned.files.len()..].to_vec())
    }

    /// The file at a path relative to the root.
    pub fn file_at(&self, relative: &Path) -> Option<FileId> {
        let index = self.by_path.get_or_init(|| {
            let files = self.whole().files.iter();
            files.map(|file| (file.relative.clone(), file.id)).collect()
        });
        index.get(relative).copied()
    }

    /// Whether a file of the program counts as another project's or a generator's.
    pub fn is_vendored(&self, file: FileId, bytes: &[u8]) -> bool {
        self.whole().vendored(file, bytes).is_some()
    }

    /// A file of the whole program.
    pub fn file(&self, file: FileId) -> &File {
        match self.scanned.files.get(file.0 as usize) {
            Some(scanned) => scanned,
            None => self.whole().file(file),
        }
    }

    /// The workspace that holds every file within the root. The scanned files have the ids there
    /// that they have in theirs.
    fn whole(&self) -> &Workspace {
        if self.scanned.whole {
            return self.scanned;
        }
        let opened = self.whole.get_or_init(|| {
            let paths = [self.scanned.root.clone()];
            let whole = Workspace::open(&paths, self.options.clone()).ok();
            whole.map(|whole| whole.numbered_as(self.scanned))
        });
        opened.as_ref().unwrap_or(self.scanned)
    }

    /// Remembers which files hold which of the texts: bit n of a file stands for text n. Only if
    /// all files within the root outside tests were searched.
    pub fn note_holders(&self, words: &[&'static str], holders: Vec<(FileId, u128)>) {
        let _ = self.holders.set(Holders { words: words.to_vec(), files: holders });
    }

    /// The modules outside tests whose bytes hold all the texts of `all`, and one of `any` if there
    /// are some; sorted by path.
    pub fn modules_holding(&self, all: &[&str], any: &[&str]) -> Arc<Vec<Member>> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let key: (Vec<String>, Vec<String>) = (owned(all), owned(any));
        if let Some(found) = self.cache().get(&key) {
            return Arc::clone(found);
        }
        let workspace = self.whole();
        let finders = |texts: &[&str]| -> Vec<memmem::Finder> {
            texts.iter().map(memmem::Finder::new).map(memmem::Finder::into_owned).collect()
        };
        let (all_finders, any_finders) = (finders(all), finders(any));
        let needed: Vec<Needed> = all.iter().map(|text| Needed::of_text(text)).collect();
        let found = |bytes: &[u8], finder: &memmem::Finder| finder.find(bytes).is_some();
        let mut members: Vec<Member> = self
            .candidates(workspace, all, any)
            .into_par_iter()
            .map(|id| workspace.file(id))
            .filter(|file| !file.test && matches!(file.kind, FileKind::Python))
            .filter(|file| needed.iter().all(|needed| self.may_hold(file.id, needed)))
            .filter_map(|file| {
                let bytes = self.bytes(file.id)?;
                let holds = all_finders.iter().all(|finder| found(&bytes, finder))
                    && (any.is_empty() || any_finders.iter().any(|finder| found(&bytes, finder)));
                if holds { self.glance(file.id) } else { None }
            })
            .collect();
        members.sort_by(|a, b| a.relative.cmp(&b.relative));
        let members = Arc::new(members);
        self.cache().insert(key, Arc::clone(&members));
        members
    }

    /// The files outside tests whose bytes hold one of the texts, sorted by path.
    pub fn files_holding(&self, any: &[&str]) -> Vec<FileId> {
        let workspace = self.whole();
        let finders: Vec<memmem::Finder> = any.iter().map(memmem::Finder::new).collect();
        let needed: Vec<Needed> = any.iter().map(|text| Needed::of_text(text)).collect();
        let mut files: Vec<&File> = self
            .candidates(workspace, &[], any)
            .into_par_iter()
            .map(|id| workspace.file(id))
            .filter(|file| !file.test && matches!(file.kind, FileKind::Python))
            .filter(|file| needed.iter().any(|needed| self.may_hold(file.id, needed)))
            .map(|file| {
                let bytes = self.bytes(file.id)?;
                finders.iter().any(|finder| finder.find(&bytes).is_some()).then_some(file)
            })
            .flatten()
            .collect();
        files.sort_by(|a, b| a.relative.cmp(&b.relative));
        files.into_iter().map(|file| file.id).collect()
    }

    /// Whether a test's bytes hold one of the texts and a word.
    pub fn is_tested_with(&self, any: &[&str], word: &str) -> bool {
        let tests = self.whole().files.par_iter().filter(|file| file.test);
        let finders: Vec<memmem::Finder> = any.iter().map(memmem::Finder::new).collect();
        let needed = Needed::of_word(word);
        tests.filter(|file| self.may_hold(file.id, &needed)).any(|file| {
            let bytes = self.bytes(file.id);
            bytes.is_some_and(|bytes| finders.iter().any(|finder| finder.find(&bytes).is_some()))
        })
    }

    /// The files that can hold the texts, as far as that is known without reading them.
    fn candidates(&self, workspace: &Workspace, all: &[&str], any: &[&str]) -> Vec<FileId> {
        let every = || workspace.files.iter().map(|file| file.id).collect();
        let Some(holders) = self.holders.get() else { return every() };
        let bit = |text: &&str| holders.words.iter().position(|word| word == text);
        let all_bits = all.iter().filter_map(&bit).fold(0_u128, |bits, i| bits | 1 << i);
        let any_bits: Option<u128> = any.iter().map(|text| bit(text).map(|i| 1 << i)).sum();
        let any_bits = any_bits.filter(|bits| *bits != 0);
        if all_bits == 0 && any_bits.is_none() {
            return every();
        }
        let fits = |held: u128| {
            held & all_bits == all_bits && any_bits.is_none_or(|bits| held & bits != 0)
        };
        holders.files.iter().filter(|(_, held)| fits(*held)).map(|(id, _)| *id).collect()
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
