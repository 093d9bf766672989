//! What the command line and the configurations in the tree say of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::arguments::ScanArguments;
use super::session::unknown;
use crate::config::{self, Configurations, KnownTransform, Overrides, Problem, document};
use crate::report::escape::{visible, visible_path};
use crate::scan::{Asked, Scan};
use crate::transforms::finding::{ExceptionKind, Finding, Policy, Remedy};
use crate::transforms::sinks::{self, Kind, Sink};
use crate::transforms::{ON_REQUEST, REGISTRY, Transform, WITHOUT_SINKS};
use crate::workspace::codeowners::Owners;
use crate::workspace::folder_rules::RuleFinder;
use crate::workspace::{File, Workspace, repository_top};

/// The transforms that configurations can name, in the order of the registry.
pub(super) fn known() -> Vec<KnownTransform> {
    let abouts = REGISTRY.iter().map(|transform| transform.about());
    let known = abouts.map(|about| KnownTransform {
        name: about.name,
        codes: about.codes,
        on_request: ON_REQUEST.contains(&about.name),
        takes_sinks: !WITHOUT_SINKS.contains(&about.name),
    });
    known.collect()
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
    numbers(workspace)
        .into_iter()
        .fold(0, |bits, number| bits | configurations.numbered(number).transforms)
}

/// The numbers of the settings of all files.
fn numbers(workspace: &Workspace) -> BTreeSet<u32> {
    workspace.files.iter().chain(&workspace.noted).map(|file| file.settings).collect()
}

/// What the projects want, by the numbers of the settings of the files.
pub(super) fn policies(
    configurations: &Configurations,
    workspace: &Workspace,
) -> BTreeMap<u32, Policy> {
    let policy = |number: u32| {
        let settings = configurations.numbered(number);
        Policy {
            exception_words: settings.exceptions.words as usize,
            sinks: settings.sinks.iter().map(row).collect(),
            python: settings.target_version,
        }
    };
    numbers(workspace).into_iter().map(|number| (number, policy(number))).collect()
}

/// A row of a configuration as a row of the table.
fn row(own: &document::Sink) -> Sink {
    Sink {
        transform: own.transform.clone(),
        kind: match own.kind {
            document::SinkKind::Flag => Kind::Flag,
            document::SinkKind::Callee => Kind::Callee,
            document::SinkKind::Class => Kind::Class,
            document::SinkKind::Safe => Kind::Safe,
            document::SinkKind::Report => Kind::Report,
        },
        callables: own.callables.clone(),
        made_by: own.made_by.clone(),
        argument: own.argument.clone(),
        position: own.position.map(|position| position as usize),
        default: match own.default {
            document::SinkDefault::Safe => sinks::Default::Safe,
            document::SinkDefault::Unsafe => sinks::Default::Unsafe,
        },
        r#unsafe: own.r#unsafe.clone(),
        safe: own.safe.clone(),
        excludes: own.excludes.iter().map(|(name, at)| (name.clone(), *at as usize)).collect(),
        verified: own.verified.clone().unwrap_or_default(),
    }
}

/// The last names of the projects' own callables, each with the transforms, of `chosen`, that look
/// for it.
pub(super) fn own(
    policies: &BTreeMap<u32, Policy>,
    chosen: &[&'static dyn Transform],
) -> Vec<(String, u64)> {
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for row in policies.values().flat_map(|policy| policy.sinks.iter()) {
        let bit = chosen.iter().position(|transform| transform.about().name == row.transform);
        let Some(bit) = bit else { continue };
        for callable in &row.callables {
            let last = callable.rsplit('.').next().unwrap_or(callable);
            *found.entry(last.to_owned()).or_default() |= 1 << bit;
        }
    }
    found.into_iter().collect()
}

/// The transforms of bits over the registry.
pub(super) fn transforms(bits: u64) -> Vec<&'static dyn Transform> {
    let all = REGISTRY.iter().enumerate();
    all.filter(|(index, _)| bits >> index & 1 == 1).map(|(_, transform)| *transform).collect()
}

/// What is asked of a file if the transforms `run` are run, which are bits over the registry.
pub(super) fn asked(
    configurations: &Configurations,
    run: u64,
    policies: &BTreeMap<u32, Policy>,
    file: &File,
) -> Asked {
    let settings = configurations.settings_of(file);
    let of_file = settings.transforms_of(file);
    let mut transforms = 0;
    let positions = (0..REGISTRY.len()).filter(|index| run >> index & 1 == 1).enumerate();
    for (position, index) in positions {
        transforms |= (of_file >> index & 1) << position;
    }
    let policy = policies.get(&file.settings).cloned().unwrap_or_default();
    let (tests, vendored) = (settings.include_tests, settings.include_vendored);
    Asked { transforms, tests, vendored, policy }
}

/// Documented exceptions in files that none of the owners has whom a project requires become
/// findings. The error says why the list of owners cannot be read.
pub(super) fn require_owners(
    scan: &mut Scan,
    workspace: &Workspace,
    configurations: &Configurations,
) -> anyhow::Result<()> {
    let required = |file| &configurations.settings_of(workspace.file(file)).exceptions.owners;
    let is_documented = |finding: &Finding| matches!(&finding.remedy, Remedy::Exception(e) if e.kind == ExceptionKind::Documented);
    let base = repository_top(&workspace.root).unwrap_or_else(|| workspace.root.clone());
    let mut list = None;
    for finding in scan.findings.iter_mut().filter(|finding| is_documented(finding)) {
        let required = required(finding.file);
        if required.is_empty() {
            continue;
        }
        let owners = match &list {
            Some(list) => list,
            None => list.insert(Owners::load(&base).map_err(anyhow::Error::msg)?),
        };
        let file = workspace.file(finding.file);
        let found = owners.of(file.path.strip_prefix(&base).unwrap_or(&file.relative));
        if !found.iter().any(|owner| required.contains(owner)) {
            finding.remedy = Remedy::Report(format!(
                "its comment gives a reason, but CODEOWNERS gives the file to none of {}, who have to review it",
                required.join(", ")
            ));
        }
    }
    Ok(())
}
