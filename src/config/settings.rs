//! What holds for files, ready to be asked.

use std::path::{Path, PathBuf};

use globset::GlobSet;

use super::document::{Document, Exceptions, Sink, TransformName};
use super::names::{KnownTransform, mask};
use super::python_version::PythonVersion;
use super::reader::glob_set;
use crate::workspace::File;
use crate::workspace::folder_rules::FolderRules;

/// What the command line says. It wins over every configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Overrides {
    /// The transforms to run, in place of what configurations select and ignore.
    pub select: Option<u64>,
    /// Transforms that are left out everywhere.
    pub ignore: u64,
    /// Tests are looked at everywhere.
    pub include_tests: bool,
    /// Vendored and generated code may be edited everywhere.
    pub include_vendored: bool,
}

/// What holds for the files of which one configuration is the closest. Sets of transforms are bits:
/// bit n stands for the n-th of the known transforms.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// The transforms that are run.
    pub transforms: u64,
    /// Transforms that are left out of the files that globs match.
    pub per_file_ignores: Vec<PerFileIgnore>,
    /// The folder that those globs are relative to.
    pub base: PathBuf,
    /// Whether tests are looked at.
    pub include_tests: bool,
    /// Whether vendored and generated code may be edited.
    pub include_vendored: bool,
    /// The oldest Python that the code must run on.
    pub target_version: PythonVersion,
    /// The name of the parameter that hands on whether data is trusted.
    pub data_parameter: String,
    /// What a comment must have to document an exception.
    pub exceptions: Exceptions,
    /// Unsafe callables of the project's own.
    pub sinks: Vec<Sink>,
    /// What the configuration itself says of the version.
    pub(super) stated_version: Option<PythonVersion>,
    /// What the closest project that says so requires.
    pub(super) requires_python: Option<PythonVersion>,
}

/// Transforms that are left out of some files.
#[derive(Debug, Clone)]
pub struct PerFileIgnore {
    /// Which files.
    pub globs: GlobSet,
    /// Which transforms.
    pub transforms: u64,
}

impl FileSettings {
    /// The settings that a configuration means; `base` is the folder that its globs are relative
    /// to.
    pub(super) fn new(
        document: &Document,
        base: &Path,
        known: &[KnownTransform],
        overrides: Overrides,
    ) -> Self {
        let bits = |names: &[TransformName]| {
            names.iter().fold(0, |bits, name| bits | mask(known, &name.0))
        };
        let select = document.select.as_deref().map_or_else(|| unasked(known), bits);
        let selected = overrides.select.unwrap_or(select & !bits(&document.ignore));
        let ignores = document.per_file_ignores.iter();
        Self {
            transforms: selected & !overrides.ignore,
            per_file_ignores: ignores
                .map(|(pattern, names)| PerFileIgnore {
                    globs: globs(std::slice::from_ref(pattern)),
                    transforms: bits(names),
                })
                .collect(),
            base: base.to_owned(),
            include_tests: document.include_tests || overrides.include_tests,
            include_vendored: document.include_vendored || overrides.include_vendored,
            target_version: document.target_version.unwrap_or_default(),
            data_parameter: document.data_parameter.clone(),
            exceptions: document.exceptions.clone(),
            sinks: document.sinks.clone(),
            stated_version: document.target_version,
            requires_python: None,
        }
    }

    /// The same with what a project requires.
    pub(super) fn requiring(mut self, version: Option<PythonVersion>) -> Self {
        self.requires_python = version;
        self.target_version = self.stated_version.or(version).unwrap_or_default();
        self
    }

    /// The transforms that look at a file.
    pub fn transforms_of(&self, file: &File) -> u64 {
        let Ok(relative) = file.path.strip_prefix(&self.base) else { return self.transforms };
        let ignores = self.per_file_ignores.iter().filter(|ignore| ignore.globs.is_match(relative));
        ignores.fold(self.transforms, |bits, ignore| bits & !ignore.transforms)
    }
}

/// The transforms that are run where nothing is selected.
fn unasked(known: &[KnownTransform]) -> u64 {
    let asked = known.iter().enumerate().filter(|(_, known)| known.on_request);
    asked.fold(u64::MAX, |bits, (index, _)| bits & !(1 << index))
}

/// The globs that decide what is looked at. `settings` is the number of the settings that belong
/// to them.
pub(super) fn rules(document: &Document, base: &Path, settings: u32) -> FolderRules {
    FolderRules {
        base: base.to_owned(),
        include: globs(&document.include),
        exclude: globs(&document.exclude),
        tests: document.tests.as_deref().map(globs),
        vendored: globs(&document.vendored),
        settings,
    }
}

/// Globs that were read before, so that they are right.
fn globs(patterns: &[String]) -> GlobSet {
    glob_set(patterns).unwrap_or_default()
}
