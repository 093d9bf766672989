//! What files that are no Python say: configurations, scripts and documents, line by line.

use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::prelude::*;

use super::Program;
use crate::workspace::discover;

/// A text beside the modules.
pub(super) struct OtherFile {
    /// The file's path relative to the root.
    path: PathBuf,
    text: String,
}

/// Larger files are data, in bytes.
const LARGEST: u64 = 1 << 18;

/// The extensions of files that give options values.
const EXTENSIONS: [&str; 9] = ["yaml", "yml", "json", "toml", "cfg", "ini", "sh", "md", "rst"];

impl Program<'_> {
    /// The lines of other files that hold one of the texts: path, line (1-based), and what stands
    /// behind the text. All such files are read when this is first asked.
    pub fn lines_holding(&self, texts: &[&str]) -> Vec<(PathBuf, usize, String)> {
        if self.is_alone {
            return Vec::new();
        }
        let files = self.other_files.get_or_init(|| self.read_other_files());
        let mut found = Vec::new();
        for text in texts {
            let finder = memmem::Finder::new(text);
            for file in files {
                for at in finder.find_iter(file.text.as_bytes()) {
                    let end = at + text.len();
                    let line = file.text[..at].matches('\n').count() + 1;
                    let rest = file.text[end..].lines().next().unwrap_or_default();
                    found.push((file.path.clone(), line, rest.to_owned()));
                }
            }
        }
        found.sort();
        found
    }

    fn read_other_files(&self) -> Vec<OtherFile> {
        let root = &self.whole().root;
        let is_asked = |name: &str| {
            let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
            extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
        };
        let paths = discover::named(root, &self.options, is_asked);
        let read = |path: &PathBuf| {
            let file = root.join(path);
            let length = file.metadata().ok()?.len();
            let text = (length <= LARGEST).then(|| std::fs::read_to_string(file).ok()).flatten()?;
            Some(OtherFile { path: path.clone(), text })
        };
        paths.par_iter().filter_map(read).collect()
    }
}
