//! Configurations: `untrust.toml`, or the table `tool.untrust` of `pyproject.toml`. The closest one
//! above a file holds for it, and nothing of those above that one.

pub mod document;
mod identifier;
mod names;
pub mod parse;
mod python_version;
mod read;
mod reader;
mod settings;
mod sink;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::workspace::File;
use crate::workspace::folder_rules::{FolderRules, RuleFinder};
use document::Document;
pub use document::schema;
pub use names::{KnownTransform, mask};
use parse::{Place, parse};
pub use python_version::PythonVersion;
pub use reader::Problem;
pub use settings::{FileSettings, Overrides, PerFileIgnore};

/// All configurations of a run, read when a folder that holds one is come to.
#[derive(Debug)]
pub struct Configurations {
    known: Vec<KnownTransform>,
    overrides: Overrides,
    /// Whether one file that was named holds for all.
    is_fixed: bool,
    /// The first are those that hold where no configuration is found.
    settings: boxcar::Vec<FileSettings>,
    /// What is wrong with the configurations that were come to.
    problems: Mutex<Vec<Problem>>,
}

/// The configurations of a run, and what finds them. `known` are the transforms, at most 64, and
/// `file` is the one configuration that holds for every file, with globs relative to the folder
/// `here`. The error lists what is wrong with that one.
pub fn open(
    known: Vec<KnownTransform>,
    overrides: Overrides,
    file: Option<&Path>,
    here: &Path,
) -> Result<(Arc<Configurations>, RuleFinder), Vec<Problem>> {
    let document = match file {
        Some(path) => read_named(path, &known)?,
        None => Document::default(),
    };
    let settings = boxcar::Vec::new();
    settings.push(FileSettings::new(&document, here, &known, overrides));
    let rules = settings::rules(&document, here, 0);
    let is_fixed = file.is_some();
    let problems = Mutex::default();
    let all = Arc::new(Configurations { known, overrides, is_fixed, settings, problems });
    let finder = Arc::clone(&all);
    let find = Box::new(move |folder: &Path, top: &Path, above: &Arc<FolderRules>| {
        finder.in_folder(folder, top, above)
    });
    Ok((all, RuleFinder::new(&read::NAMES, rules, find)))
}

fn read_named(path: &Path, known: &[KnownTransform]) -> Result<Document, Vec<Problem>> {
    let refused = |message: String| vec![Problem { path: path.to_owned(), line: None, message }];
    let text = read::named(path).map_err(refused)?;
    let is_project = path.file_name().is_some_and(|name| name == "pyproject.toml");
    let place = if is_project { Place::Tool } else { Place::Whole };
    let found = parse(path, &text, place, known)?;
    found.ok_or_else(|| refused("it holds no table `tool.untrust`".to_owned()))
}

impl Configurations {
    /// What holds for a file of a workspace that was opened with the finder of these
    /// configurations.
    pub fn settings_of(&self, file: &File) -> &FileSettings {
        self.numbered(file.settings)
    }

    /// The settings of a number, which files and [`FolderRules`] carry.
    pub fn numbered(&self, number: u32) -> &FileSettings {
        self.settings.get(number as usize).unwrap_or(&self.settings[0])
    }

    /// Everything that is wrong with the configurations that were come to so far, in order.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.all_problems().clone();
        problems.sort();
        problems.dedup();
        problems
    }

    /// The rules that a folder holds itself.
    fn in_folder(
        &self,
        folder: &Path,
        top: &Path,
        above: &Arc<FolderRules>,
    ) -> Option<Arc<FolderRules>> {
        let path = folder.join("pyproject.toml");
        let project = match read::project(&path, top) {
            Ok(project) => project,
            Err(message) => {
                self.note(&path, message);
                read::Project::default()
            }
        };
        let above_settings = self.numbered(above.settings);
        let requires = project.requires_python.or(above_settings.requires_python);
        if let Some(document) = self.document(folder, &project) {
            let settings = FileSettings::new(&document, folder, &self.known, self.overrides);
            let number = self.add(settings.requiring(requires));
            return Some(Arc::new(settings::rules(&document, folder, number)));
        }
        if requires == above_settings.requires_python {
            return None;
        }
        let settings = self.add(above_settings.clone().requiring(requires));
        Some(Arc::new(FolderRules { settings, ..FolderRules::clone(above) }))
    }

    /// The configuration that a folder holds.
    fn document(&self, folder: &Path, project: &read::Project) -> Option<Document> {
        if self.is_fixed {
            return None;
        }
        let own = folder.join("untrust.toml");
        match read::own(&own) {
            Err(message) => {
                self.note(&own, message);
                None
            }
            Ok(Some(text)) => self.parsed(&own, &text, Place::Whole),
            Ok(None) => {
                let path = folder.join("pyproject.toml");
                let document = self.parsed(&path, project.text.as_deref()?, Place::Tool)?;
                if let Some(message) = project.refused() {
                    self.note(&path, message.to_owned());
                    return None;
                }
                Some(document)
            }
        }
    }

    fn parsed(&self, path: &Path, text: &str, place: Place) -> Option<Document> {
        parse(path, text, place, &self.known).unwrap_or_else(|mut problems| {
            self.all_problems().append(&mut problems);
            None
        })
    }

    fn add(&self, settings: FileSettings) -> u32 {
        u32::try_from(self.settings.push(settings)).unwrap_or(0)
    }

    fn note(&self, path: &Path, message: String) {
        // With one file for all, no other one is a configuration.
        if !self.is_fixed {
            let path: PathBuf = path.to_owned();
            self.all_problems().push(Problem { path, line: None, message });
        }
    }

    fn all_problems(&self) -> std::sync::MutexGuard<'_, Vec<Problem>> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
