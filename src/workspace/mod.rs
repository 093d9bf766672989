//! What is looked at: the root, its files, their bytes and texts.

pub mod attributes;
pub mod changed;
pub mod codec;
pub mod codeowners;
pub mod cookie;
pub mod discover;
pub mod folder_rules;
mod gitignore;
pub mod globs;
pub mod kind;
pub mod line_length;
pub(crate) mod lines_changed;
pub mod past;
mod renames;
mod root;
pub mod source;
pub mod span;
pub mod vcs;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use folder_rules::RuleFinder;
pub use kind::FileKind;

/// A file of the workspace: an index that is stable for one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// The first id of files that are noted, beyond those of all others.
pub const NOTED: u32 = 1 << 31;

/// What is looked at, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder that bounds the program; by default the repository's top, else the common folder
    /// of the paths.
    pub root: Option<PathBuf>,
    /// Whether git's ignore rules hold.
    pub gitignore: bool,
    /// Globs of which a file must match one, if there are any.
    pub include: Vec<String>,
    /// Globs of what is left out.
    pub exclude: Vec<String>,
    /// Finds what configurations in the tree say of files.
    pub rules: Option<Arc<RuleFinder>>,
    /// Larger files are skipped, in bytes.
    pub size_limit: u64,
    /// Texts that take the place of files on disk, by absolute path.
    pub overlay: BTreeMap<PathBuf, Vec<u8>>,
    /// What was read from standard input.
    pub stdin: Option<Stdin>,
    /// The names of files that are noted beside those that are scanned.
    pub noted: &'static [&'static str],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            root: None,
            gitignore: true,
            include: Vec::new(),
            exclude: Vec::new(),
            rules: None,
            size_limit: 10 << 20,
            overlay: BTreeMap::new(),
            stdin: None,
            noted: &[],
        }
    }
}

/// A text from standard input.
#[derive(Debug, Clone)]
pub struct Stdin {
    /// The name it goes by.
    pub name: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A file that is scanned.
#[derive(Debug, Clone)]
pub struct File {
    /// Its index.
    pub id: FileId,
    /// Its absolute path; of a symbolic link, that of the target.
    pub path: PathBuf,
    /// Its path relative to the root.
    pub relative: PathBuf,
    /// What it holds.
    pub kind: FileKind,
    /// Whether it is a test.
    pub test: bool,
    /// Why it counts as another project's or a generator's, if it does.
    pub vendored: Option<&'static str>,
    /// Whether it was named on the command line.
    pub explicit: bool,
    /// Whether a configuration leaves it out: so can be the name of standard input, whose text is
    /// needed all the same.
    pub excluded: bool,
    /// The number of the rules that hold for it, see [`folder_rules::FolderRules::settings`].
    pub settings: u32,
}

/// Why a file is not scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipCause {
    /// It has more bytes than the limit.
    TooLarge(u64),
    /// It is a FIFO, a device or a socket.
    NotRegular,
    /// It is a link to something outside the root.
    LinkOutOfRoot,
    /// It is a link to nothing.
    BrokenLink,
    /// It is another repository.
    Repository,
    /// It is a notebook.
    Notebook,
    /// It is a documentation file.
    Document,
    /// It is a link to a file that is scanned under its own name.
    Duplicate,
    /// It is a test.
    Test,
    /// It was named, and the configuration or an option leaves it out.
    Excluded,
}

impl SkipCause {
    /// Whether a person should hear of each such file, not only of their number.
    pub fn is_named(&self) -> bool {
        matches!(self, Self::TooLarge(_) | Self::Repository | Self::LinkOutOfRoot)
    }

    /// The cause as a phrase.
    pub fn text(&self) -> String {
        match self {
            Self::TooLarge(_) => "larger than the size limit",
            Self::NotRegular => "not a regular file",
            Self::LinkOutOfRoot => "a link out of the root",
            Self::BrokenLink => "a broken link",
            Self::Repository => "another repository",
            Self::Notebook => "a notebook",
            Self::Document => "a documentation file",
            Self::Duplicate => "a link to a scanned file",
            Self::Test => "a test",
            Self::Excluded => "left out by the configuration or an option",
        }
        .to_owned()
    }
}

/// A file or folder that is not scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Its path relative to the root.
    pub relative: PathBuf,
    /// Why.
    pub cause: SkipCause,
}

/// Why a file's bytes are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It has more bytes than the limit: so many.
    #[error("it is larger than the size limit ({0} bytes)")]
    TooLarge(u64),
    /// The system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadProblem {
    /// What.
    pub path: PathBuf,
    /// Why.
    pub message: String,
}

/// Why nothing can be looked at.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The root that was named is not there.
    #[error("there is no such folder to be the root: {}", .0.display())]
    NotFound(PathBuf),
    /// A path that was named lies outside the root that was named.
    #[error("{} is outside the root {}; give a --root that holds both", .path.display(), .root.display())]
    OutsideRoot {
        /// The path.
        path: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// A glob is no glob.
    #[error("the glob `{glob}` cannot be read: {message}")]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        message: String,
    },
}

/// The files of one run.
#[derive(Debug)]
pub struct Workspace {
    /// The folder that bounds the program.
    pub root: PathBuf,
    /// What is scanned, sorted by relative path.
    pub files: Vec<File>,
    /// Files of the program that are not scanned but edited: callers elsewhere. Their ids follow
    /// those of [`Self::files`].
    pub beyond: Vec<File>,
    /// Files of the names that are noted, below the paths and at the root, sorted. Their ids begin
    /// at [`NOTED`].
    pub noted: Vec<File>,
    /// What is not, sorted.
    pub skipped: Vec<Skipped>,
    /// What could not be read, sorted.
    pub errors: Vec<ReadProblem>,
    /// Whether everything below the root was looked for.
    pub whole: bool,
    size_limit: u64,
    texts: BTreeMap<FileId, Vec<u8>>,
}

impl Workspace {
    /// Finds the files below the paths. A path that does not exist is an error; a folder that
    /// cannot be read is noted and the rest goes on.
    pub fn open(paths: &[PathBuf], options: Options) -> Result<Self, OpenError> {
        let found = discover::discover(paths, &options)?;
        let mut texts = BTreeMap::new();
        let mut overlay = options.overlay;
        for file in &found.files {
            if let Some(bytes) = overlay.remove(&file.path) {
                texts.insert(file.id, bytes);
            }
        }
        let mut workspace = Self {
            root: found.root,
            files: found.files,
            beyond: Vec::new(),
            noted: found.noted,
            skipped: found.skipped,
            errors: found.errors,
            whole: found.whole,
            size_limit: options.size_limit,
            texts,
        };
        if let Some(stdin) = options.stdin {
            workspace.add_stdin(stdin, options.rules.as_deref());
        }
        Ok(workspace)
    }

    fn add_stdin(&mut self, stdin: Stdin, finder: Option<&RuleFinder>) {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let name = stdin.name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kind = match kind::of_name(&name) {
            Some(FileKind::Stub) => FileKind::Stub,
            _ => FileKind::Python,
        };
        let path = std::path::absolute(&stdin.name).unwrap_or_else(|_| stdin.name.clone());
        let inside = path.starts_with(&self.root)
            && !path.components().any(|component| component == Component::ParentDir);
        let path = if inside { path } else { self.root.join(&stdin.name) };
        let relative = path.strip_prefix(&self.root).unwrap_or(&stdin.name).to_owned();
        let excluded = inside && finder.is_some_and(|finder| finder.leaves_out(&path));
        let folder = path.parent().filter(|_| inside && !excluded);
        let rules = finder.zip(folder).map(|(finder, folder)| finder.at(folder));
        let rules = rules.or_else(|| finder.map(|finder| Arc::clone(&finder.default)));
        let file = discover::file(&path, relative, kind, true, &rules.unwrap_or_default());
        self.files.push(File { id, excluded, ..file });
        self.texts.insert(id, stdin.bytes);
    }

    /// The file of an id.
    pub fn file(&self, id: FileId) -> &File {
        if let Some(noted) = id.0.checked_sub(NOTED) {
            return &self.noted[noted as usize];
        }
        let index = id.0 as usize;
        self.files.get(index).unwrap_or_else(|| &self.beyond[index - self.files.len()])
    }

    /// The same files with the ids that another workspace of the same root gives them, and behind
    /// those the files that it lacks; what only the other one has is added.
    #[must_use]
    pub fn numbered_as(self, known: &Self) -> Self {
        let numbers: BTreeMap<&Path, FileId> =
            known.files.iter().map(|file| (file.relative.as_path(), file.id)).collect();
        let mut files = known.files.clone();
        let mut texts = known.texts.clone();
        for file in self.files {
            if numbers.contains_key(file.relative.as_path()) {
                continue;
            }
            let id = FileId(u32::try_from(files.len()).unwrap_or(u32::MAX));
            texts.extend(self.texts.get(&file.id).map(|text| (id, text.clone())));
            files.push(File { id, ..file });
        }
        Self { files, texts, ..self }
    }

    /// Why a file counts as another project's or a generator's: by its name, its first lines, or
    /// what version control says of it.
    pub fn vendored(&self, id: FileId, bytes: &[u8]) -> Option<&'static str> {
        let file = self.file(id);
        let by_name = file.vendored.or(kind::is_generated(bytes).then_some("generated code"));
        by_name.or_else(|| {
            let base = repository_top(&self.root);
            attributes::vendored(base.as_deref().unwrap_or(&self.root), &file.path)
        })
    }

    /// Reads a file's bytes into a buffer, which is cleared first.
    pub fn read(&self, id: FileId, into: &mut Vec<u8>) -> Result<(), ReadError> {
        into.clear();
        if let Some(text) = self.texts.get(&id) {
            into.extend_from_slice(text);
            return Ok(());
        }
        let mut file = std::fs::File::open(&self.file(id).path)?;
        let size = file.metadata()?.len();
        if size > self.size_limit {
            return Err(ReadError::TooLarge(size));
        }
        file.read_to_end(into)?;
        Ok(())
    }
}

/// The nearest folder at or above a path that is a git work tree's top.
pub fn repository_top(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}
