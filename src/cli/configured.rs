//! What the command line and the configurations in the tree say of files.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::arguments::ScanArguments;
use super::session::unknown;
use crate::config::{self, Configurations, KnownTransform, Overrides, Problem};
use crate::report::escape::{visible, visible_path};
use crate::scan::Asked;
use crate::transforms::{REGISTRY, Transform};
use crate::workspace::folder_rules::RuleFinder;
use crate::workspace::{File, Workspace};

/// The transforms that configurations can name, in the order of the registry.
pub(super) fn known() -> Vec<KnownTransform> {
    let abouts = REGISTRY.iter().map(|transform| transform.about());
    abouts.map(|about| KnownTransform { name: about.name, codes: about.codes }).collect()
}

/// Reads the options about transforms and the file of `--config`; configurations in the tree are
/// read when the finder comes to them.
pub(super) fn open(
    arguments: &ScanArguments,
) -> anyhow::Result<(Arc<Configurations>, Arc<RuleFinder>)> {
    let known = known();
    let bits = |names: &[String]| -> anyhow::Result<u64> {
        let mut bits = 0;
        for name in names {
            match config::mask(&known, name.trim()) {
                0 => return Err(unknown(name)),
                found => bits |= found,
            }
        }
        Ok(bits)
    };
    let select = bits(&arguments.select)?;
    let overrides = Overrides {
        select: (select != 0).then_some(select),
        ignore: bits(&arguments.ignore)?,
        include_tests: arguments.include_tests,
        include_vendored: arguments.include_vendored,
    };
    let here = std::env::current_dir().unwrap_or_default();
    let opened = config::open(known, overrides, arguments.config.as_deref(), &here);
    let (configurations, finder) = opened.map_err(|problems| error(&problems))?;
    Ok((configurations, Arc::new(finder)))
}

/// Nothing is done under a configuration that is wrong: the error lists all that is wrong with
/// those that were come to.
pub(super) fn check(configurations: &Configurations) -> anyhow::Result<()> {
    let problems = configurations.problems();
    if problems.is_empty() { Ok(()) } else { Err(error(&problems)) }
}

fn error(problems: &[Problem]) -> anyhow::Error {
    let here = std::env::current_dir().unwrap_or_default();
    let line = |problem: &Problem| {
        let path: &Path = problem.path.strip_prefix(&here).unwrap_or(&problem.path);
        let place = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        format!("  {}{place}: {}", visible_path(path), visible(&problem.message))
    };
    let lines: Vec<String> = problems.iter().map(line).collect();
    anyhow::anyhow!("the configuration is wrong, and nothing was done\n{}", lines.join("\n"))
}

/// The transforms that some file is looked at by, as bits over the registry.
pub(super) fn run(configurations: &Configurations, workspace: &Workspace) -> u64 {
    let numbers: BTreeSet<u32> = workspace.files.iter().map(|file| file.settings).collect();
    numbers.into_iter().fold(0, |bits, number| bits | configurations.numbered(number).transforms)
}

/// The transforms of bits over the registry.
pub(super) fn transforms(bits: u64) -> Vec<&'static dyn Transform> {
    let all = REGISTRY.iter().enumerate();
    all.filter(|(index, _)| bits >> index & 1 == 1).map(|(_, transform)| *transform).collect()
}

/// What is asked of a file if the transforms `run` are run, which are bits over the registry.
pub(super) fn asked(configurations: &Configurations, run: u64, file: &File) -> Asked {
    let settings = configurations.settings_of(file);
    let of_file = settings.transforms_of(file);
    let mut transforms = 0;
    let positions = (0..REGISTRY.len()).filter(|index| run >> index & 1 == 1).enumerate();
    for (position, index) in positions {
        transforms |= (of_file >> index & 1) << position;
    }
    Asked { transforms, tests: settings.include_tests, vendored: settings.include_vendored }
}
