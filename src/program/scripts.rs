//! Lines of files that are no Python and run a program's scripts: shell scripts, configurations,
//! documentation. They are callers that nothing rewrites, but that people should hear of.

mod command;
mod fit;
mod format;
mod runners;
#[cfg(test)]
mod tests;
mod variables;
mod words;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Program;
use crate::workspace::{FileId, discover};
use command::{Mention, Target};
use fit::Scripts;
use format::Format;

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunLine {
    /// The file's path relative to the root.
    pub path: PathBuf,
    /// The line's number; the first is 1.
    pub line: usize,
}

/// The lines that run each script, in order.
pub(super) type Runs = BTreeMap<FileId, Vec<RunLine>>;

/// Larger files are not read, in bytes: nobody writes commands into them.
const LARGEST: u64 = 1 << 20;

/// Nobody reads more lines about one script.
const MOST_LINES: usize = 50;

impl Program<'_> {
    /// The lines of files other than Python that run the scripts, by path
    /// (`python examples/quantize.py`, `torchrun train.py`) or as modules (`python -m pkg.mod`,
    /// `pkg.mod:main` as an entry point). Scripts are given by the ids of the whole program; those
    /// that nothing runs are left out. The lines are sorted by path and number, the first 50 of
    /// each script. All such files are read when this is first asked.
    pub fn runs_of(&self, scripts: &[FileId]) -> BTreeMap<FileId, Vec<RunLine>> {
        if self.is_alone || scripts.is_empty() {
            return BTreeMap::new();
        }
        let runs = self.runs.get_or_init(|| self.all_runs());
        let lines = |script: &FileId| runs.get(script).map(|lines| (*script, lines.clone()));
        scripts.iter().filter_map(lines).collect()
    }

    fn all_runs(&self) -> Runs {
        let workspace = self.whole();
        let scripts = Scripts::new(workspace);
        let is_sought = |name: &str| Format::of_name(name).is_some();
        let paths = discover::named(&workspace.root, &self.options, is_sought);
        let hits: Vec<Vec<(FileId, RunLine)>> = paths
            .into_par_iter()
            .filter_map(|path| {
                let format = Format::of_name(path.file_name()?.to_str()?)?;
                let text = text(&workspace.root.join(&path), format)?;
                let home = path.parent().unwrap_or(Path::new(""));
                let found = command::mentions(&text, format);
                Some(lines(&path, &found, |mention| scripts.fitting(mention, home)))
            })
            .collect();
        let mut runs = Runs::new();
        for (script, line) in hits.into_iter().flatten() {
            runs.entry(script).or_default().push(line);
        }
        for lines in runs.values_mut() {
            lines.sort();
            lines.truncate(MOST_LINES);
        }
        runs
    }
}

/// The scripts that the mentions of a file fit, with the first lines of each.
fn lines(
    path: &Path,
    mentions: &[Mention],
    fitting: impl Fn(&Mention) -> Vec<FileId>,
) -> Vec<(FileId, RunLine)> {
    let mut found = Vec::new();
    let mut numbers: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
    // Files name the same script again and again.
    let mut known: FxHashMap<(&Target, Option<&str>), Vec<FileId>> = FxHashMap::default();
    for mention in mentions {
        let key = (&mention.target, mention.folder.as_deref());
        for script in known.entry(key).or_insert_with(|| fitting(mention)) {
            let numbers = numbers.entry(*script).or_default();
            if numbers.len() < MOST_LINES && numbers.last() != Some(&mention.line) {
                numbers.push(mention.line);
                found.push((*script, RunLine { path: path.to_owned(), line: mention.line + 1 }));
            }
        }
    }
    found
}

/// A file's text, if it is not too large and can name a script.
fn text(path: &Path, format: Format) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    if file.metadata().ok()?.len() > LARGEST {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).ok()?;
    let holds = |word: &str| memmem::find(&bytes, word.as_bytes()).is_some();
    let can_name = holds(".py") || holds("-m") || holds("module") || format.has_entry_points();
    can_name.then(|| String::from_utf8_lossy(&bytes).into_owned())
}
