//! One run: files, findings, the changes they ask for, and the new bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::arguments::ScanArguments;
use super::baseline::{self, Known};
use super::changed;
use super::configured;
use super::output::note;
use super::secrets;
use crate::exposure::{self, Reached};
use crate::plan::build;
use crate::plan::change::Change;
use crate::plan::materialize::{Cause, Dropped, Materialized, materialize};
use crate::plan::taken;
use crate::program::Program;
use crate::report::escape::{visible, visible_path};
use crate::report::mask::Mask;
use crate::scan::{Scan, Settings, scan};
use crate::shell;
use crate::threading::{Reach, Rules, look_beyond, settle};
use crate::transforms::finding::{Finding, Level, Remedy};
use crate::transforms::{Transform, nearest, nosec_switches};
use crate::workspace::span::Span;
use crate::workspace::{File, FileId, Options, Skipped, Stdin, Workspace};

/// More threads only get in each other's way.
const MOST_THREADS: usize = 64;

/// Everything that a command shows or writes.
pub(super) struct Session {
    pub(super) workspace: Workspace,
    pub(super) scan: Scan,
    /// The ids of the findings.
    pub(super) ids: Vec<String>,
    /// Which of them the baseline holds.
    pub(super) known: Known,
    pub(super) changes: Vec<Change>,
    /// Indices of the changes that are applied at the levels that were asked for.
    pub(super) approved: Vec<usize>,
    pub(super) materialized: Materialized,
    /// Whether the text came from standard input.
    pub(super) stdin: bool,
    /// Files that could not be written, and why: their changes were dropped.
    pub(super) left: Vec<(PathBuf, &'static str)>,
    /// Only findings on lines changed since this revision are in the scan.
    pub(super) changed_since: Option<String>,
    /// The transforms that were run.
    pub(super) transforms: Vec<&'static dyn Transform>,
    /// What is kept out of all that is shown.
    pub(super) mask: Mask,
    /// Indices of the changes that are held back, for their diffs would show a secret.
    pub(super) withheld: BTreeSet<usize>,
    /// What reaches the findings, by their indices; only where that was asked for.
    pub(super) reached: BTreeMap<usize, Reached>,
}

/// What a session is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The findings are shown; what only matters to the new bytes is left out.
    Findings,
    /// The new bytes are shown or written.
    Bytes,
    /// Every change is shown, those that are not applied included.
    Changes,
}

impl Session {
    /// Scans and plans as the arguments say.
    pub(super) fn open(arguments: &ScanArguments, purpose: Purpose) -> anyhow::Result<Self> {
        Self::open_as(arguments, purpose, false)
    }

    /// The same, and looks for what reaches the findings.
    pub(super) fn open_exposed(
        arguments: &ScanArguments,
        purpose: Purpose,
    ) -> anyhow::Result<Self> {
        Self::open_as(arguments, purpose, true)
    }

    fn open_as(
        arguments: &ScanArguments,
        purpose: Purpose,
        is_exposed: bool,
    ) -> anyhow::Result<Self> {
        let entries = baseline::read(arguments)?;
        limit_threads(arguments.jobs);
        let (configurations, finder) = configured::open(arguments)?;
        let (paths, options) = inputs(arguments)?;
        let options = Options { rules: Some(finder), ..options };
        let stdin = options.stdin.is_some();
        let program_options = Options { stdin: None, ..options.clone() };
        let mut workspace = Workspace::open(&paths, options)?;
        configured::check(&configurations)?;
        let run = configured::run(&configurations, &workspace);
        let transforms = configured::transforms(run);
        let policies = configured::policies(&configurations, &workspace);
        let per_file = |file: &File| configured::asked(&configurations, run, &policies, file);
        let mut program = Program::new(&workspace, program_options);
        program.is_alone = stdin;
        let past = changed::past(arguments, &workspace)?;
        let settings = Settings {
            transforms: &transforms,
            per_file: &per_file,
            prefilter: !arguments.no_prefilter,
            review: arguments.review_level || purpose == Purpose::Changes,
            own: configured::own(&policies, &transforms),
        };
        let bar = progress(workspace.files.len());
        let mut scan = scan(&workspace, &program, &settings, &|done| {
            if let Some(bar) = &bar {
                bar.set_position(done as u64);
            }
        });
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        let reach = arguments.reach(stdin);
        let parameter =
            |file: FileId| configurations.settings_of(program.file(file)).data_parameter.as_str();
        let may_edit = |file: FileId, bytes: &[u8]| {
            let facts = program.file(file);
            !facts.excluded && (per_file(facts).vendored || !program.is_vendored(file, bytes))
        };
        let rules = Rules { parameter: &parameter, may_edit: &may_edit };
        look_beyond(&mut scan, &workspace, &program, &settings, reach, &rules);
        let python = |file: FileId| configurations.settings_of(program.file(file)).target_version;
        let is_whole = reach == Reach::Program;
        let turned = shell::settle(
            &mut scan.findings,
            &scan.modules,
            &program,
            is_whole,
            &may_edit,
            &python,
        );
        configured::require_owners(&mut scan, &workspace, &configurations)?;
        let path = |file: FileId| workspace.file(file).relative.as_path();
        let mut ids = build::ids(&scan.findings, path);
        // What is dropped below was looked for: its entries are not gone.
        let mut known = baseline::compare(entries, arguments, &settings, &workspace, &scan, &ids);
        if let Some(past) = &past {
            let all = ids.clone();
            changed::keep(&mut scan, &mut ids, past, &workspace)?;
            known.renumber(&all, &ids);
        }
        let edited = settle(&mut scan.findings, &scan.modules, &program, reach, &rules);
        scan.modules.extend(edited);
        for (file, module) in turned {
            scan.modules.entry(file).or_insert(module);
        }
        let mut changes = build::changes(&scan.findings, &ids, path);
        let mask = secrets::hide(arguments.show_secrets, &mut scan, &mut changes);
        let mut approved: Vec<usize> = (0..changes.len())
            .filter(|&index| changes[index].level == Level::Auto || arguments.review_level)
            .filter(|&index| !changes[index].is_alternative)
            .filter(|&index| !known.covers(&changes[index]))
            .collect();
        if purpose != Purpose::Findings {
            taken::keep(&mut changes, &scan.by_file(), &program);
        }
        let reached = if is_exposed { reached(&program, &scan, &known) } else { BTreeMap::new() };
        let beyond = program.beyond();
        drop(program);
        workspace.beyond = beyond;
        let (materialized, withheld) =
            secrets::withhold(&mask, &scan.by_file(), &changes, &mut approved);
        let left = Vec::new();
        let changed_since = arguments.changed.clone();
        Ok(Self {
            workspace,
            scan,
            ids,
            known,
            changes,
            approved,
            materialized,
            stdin,
            left,
            changed_since,
            transforms,
            mask,
            withheld,
            reached,
        })
    }

    /// Drops the changes that concern files which cannot be written, and makes the new bytes of
    /// the rest again.
    pub(super) fn leave(&mut self, paths: &[PathBuf], why: &'static str) {
        let is_stale = |id: FileId| paths.contains(&self.workspace.file(id).path);
        let concerns = |change: &Change| change.ops.iter().any(|op| is_stale(op.anchor().file));
        self.approved.retain(|&index| !concerns(&self.changes[index]));
        self.left.extend(paths.iter().map(|path| (path.clone(), why)));
        let modules = self.scan.by_file();
        let chosen: Vec<&Change> = self.approved.iter().map(|&i| &self.changes[i]).collect();
        self.materialized = materialize(&modules, &chosen);
    }

    /// What was not looked at.
    pub(super) fn skipped(&self) -> impl Iterator<Item = &Skipped> {
        self.workspace.skipped.iter().chain(&self.scan.skipped)
    }

    /// The indices of the findings that the new bytes fix.
    pub(super) fn fixed(&self) -> BTreeSet<usize> {
        let dropped: BTreeSet<usize> =
            self.materialized.dropped.iter().map(|d| self.approved[d.change]).collect();
        let applied = self.approved.iter().filter(|index| !dropped.contains(index));
        applied.flat_map(|&index| self.changes[index].findings.iter().copied()).collect()
    }

    /// The indices of the findings whose fixes were to be applied and were left out.
    pub(super) fn left_out(&self) -> BTreeSet<usize> {
        let dropped = self.materialized.dropped.iter().map(|d| self.approved[d.change]);
        dropped.flat_map(|index| self.changes[index].findings.iter().copied()).collect()
    }

    /// The indices of the findings whose fixes are held back, for they would show a secret.
    pub(super) fn kept_secret(&self) -> BTreeSet<usize> {
        self.withheld
            .iter()
            .flat_map(|&index| self.changes[index].findings.iter().copied())
            .collect()
    }

    /// The finding that a change begins with.
    pub(super) fn finding_of(&self, change: &Change) -> &Finding {
        &self.scan.findings[change.findings[0]]
    }

    /// The 1-based line of a finding.
    pub(super) fn line_of(&self, finding: &Finding) -> usize {
        self.scan.modules[&finding.file].lines.of(finding.range.start) + 1
    }

    /// A file's path as it is shown: relative to the working folder where that is above it.
    pub(super) fn shown(&self, file: FileId) -> PathBuf {
        let file = self.workspace.file(file);
        let here = std::env::current_dir().ok();
        let below = here.and_then(|here| {
            self.workspace.root.join(&file.relative).strip_prefix(here).map(Path::to_owned).ok()
        });
        below.unwrap_or_else(|| file.relative.clone())
    }

    /// Says on standard error that a run was killed here, so that files may be half of it.
    pub(super) fn note_interrupted(&self) {
        let state = crate::write::StateDir::default_location();
        if state.is_ok_and(|state| crate::write::is_interrupted(&state, &self.workspace.root)) {
            note(
                "note: a run was interrupted here; `untrust undo` puts its files back, and so does the next `untrust fix`",
            );
        }
    }

    /// Says on standard error what could not be read and what was left out by our fault; returns
    /// whether anything could not be read.
    pub(super) fn report_problems(&self) -> bool {
        let problems = self.workspace.errors.iter().chain(&self.scan.errors);
        let mut any = false;
        for problem in problems {
            any = true;
            note(&format!("error: {}: {}", visible_path(&problem.path), visible(&problem.message)));
        }
        for (path, why) in &self.left {
            any = true;
            let path = path.strip_prefix(&self.workspace.root).unwrap_or(path);
            note(&format!("error: {}: it was not written, for {why}", visible_path(path)));
        }
        for dropped in &self.materialized.dropped {
            note(&self.describe(dropped));
        }
        any
    }

    fn describe(&self, dropped: &Dropped) -> String {
        self.mask.text(&self.described(dropped)).into_owned()
    }

    fn described(&self, dropped: &Dropped) -> String {
        let change = &self.changes[self.approved[dropped.change]];
        let finding = self.finding_of(change);
        let place =
            format!("{}:{}", visible_path(&self.shown(finding.file)), self.line_of(finding));
        match &dropped.cause {
            Cause::Conflict { with } => {
                let other = self.finding_of(&self.changes[self.approved[*with]]);
                format!(
                    "left out: {place}: {} changes the same text as {} in line {}; run again afterwards",
                    change.transform,
                    other.transform,
                    self.line_of(other)
                )
            }
            Cause::Held { message } => format!(
                "left out: {place}: {}: {}; do it by hand",
                change.transform,
                visible(message)
            ),
            Cause::Failed { message } => format!(
                "left out: {place}: the fix of {} did not pass the checks ({}). This is a bug in untrust {}; please report it with the file and the id {}",
                change.transform,
                visible(message),
                env!("CARGO_PKG_VERSION"),
                change.id
            ),
        }
    }

    /// Whether a finding is open: no exception, not known, and not fixed by what was applied.
    pub(super) fn is_open(&self, index: usize, fixed: &BTreeSet<usize>) -> bool {
        let finding = &self.scan.findings[index];
        !matches!(finding.remedy, Remedy::Exception(_))
            && !self.known.findings.contains(&index)
            && !fixed.contains(&index)
    }
}

/// What reaches the findings that are neither exceptions nor known, by their indices.
fn reached(program: &Program, scan: &Scan, known: &Known) -> BTreeMap<usize, Reached> {
    let is_open = |index: &usize| {
        !matches!(scan.findings[*index].remedy, Remedy::Exception(_))
            && !known.findings.contains(index)
    };
    let open: Vec<usize> = (0..scan.findings.len()).filter(is_open).collect();
    let place = |index: &usize| (scan.findings[*index].file, scan.findings[*index].range);
    let places: Vec<(FileId, Span)> = open.iter().map(place).collect();
    open.into_iter().zip(exposure::reached(program, &places)).collect()
}

/// Runs on so many threads at most. A second call in one process keeps the first setting, which is as
/// good.
fn limit_threads(jobs: Option<usize>) {
    if let Some(jobs) = jobs {
        let threads = jobs.min(MOST_THREADS);
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
}

/// The error for a name that no transform has.
pub(super) fn unknown(name: &str) -> anyhow::Error {
    let hint = match nearest(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`untrust transforms` lists them all".to_owned(),
    };
    anyhow::anyhow!("there is no transform `{}`; {hint}", visible(name))
}

fn inputs(arguments: &ScanArguments) -> anyhow::Result<(Vec<PathBuf>, Options)> {
    let mut paths = arguments.paths.clone();
    let stdin = if paths == [PathBuf::from("-")] {
        paths.clear();
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("standard input cannot be read")?;
        let name = arguments.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("stdin.py"));
        Some(Stdin { name, bytes })
    } else {
        None
    };
    if paths.is_empty() && stdin.is_none() {
        paths.push(PathBuf::from("."));
    }
    Ok((paths, Options { stdin, ..options(arguments) }))
}

/// How files are looked for, apart from standard input.
pub(super) fn options(arguments: &ScanArguments) -> Options {
    Options {
        root: arguments.root.clone(),
        gitignore: !arguments.no_gitignore,
        include: arguments.include.clone(),
        exclude: arguments.exclude.clone(),
        size_limit: arguments.size_limit << 20,
        noted: &nosec_switches::FILES,
        ..Options::default()
    }
}

/// A progress bar for long work on a terminal; it shows itself after half a second.
fn progress(files: usize) -> Option<indicatif::ProgressBar> {
    use std::io::IsTerminal;
    if files < 500 || !std::io::stderr().is_terminal() {
        return None;
    }
    let bar = indicatif::ProgressBar::new(files as u64);
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr_with_hz(4));
    Some(bar)
}
