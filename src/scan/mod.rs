//! Runs the transforms over the files of a workspace: one scan for literals decides which files
//! are looked at, each transform's own test which are parsed.

mod filter;
mod switches;
pub mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::program::Program;
use crate::python::module::{Module, TOO_DEEP};
use crate::transforms::finding::{Finding, Findings, Level, Policy, Remedy};
use crate::transforms::{NOT_IN_STUBS, Transform};
use crate::workspace::source::Source;
use crate::workspace::{
    File, FileId, FileKind, ReadError, ReadProblem, SkipCause, Skipped, Workspace,
};
use filter::{Filter, Held};

/// What is asked of a scan.
pub struct Settings<'a> {
    /// The transforms to run.
    pub transforms: &'a [&'static dyn Transform],
    /// What is asked of a file.
    pub per_file: &'a (dyn Fn(&File) -> Asked + Sync),
    /// Whether files are parsed only where something can be found.
    pub prefilter: bool,
    /// Whether the new text of fixes that need a review may be asked for.
    pub review: bool,
    /// Texts of the projects' own callables, each with the transforms that look at a file that
    /// holds it, as bits.
    pub own: Vec<(String, u64)>,
}

/// What is asked of one file.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which of [`Settings::transforms`] look at it: bit n stands for the n-th.
    pub transforms: u64,
    /// Whether it is looked at if it is a test.
    pub tests: bool,
    /// Whether it may be edited if it is vendored or generated.
    pub vendored: bool,
    /// What the project wants of it.
    pub policy: Policy,
}

/// What a scan found.
#[derive(Default)]
pub struct Scan {
    /// The modules with findings, and those that do not parse.
    pub modules: BTreeMap<FileId, Arc<Module>>,
    /// The findings, by file and position.
    pub findings: Vec<Finding>,
    /// What could not be read or decoded.
    pub errors: Vec<ReadProblem>,
    /// What was not looked at: tests, and what is too large.
    pub skipped: Vec<Skipped>,
    /// Files with syntax errors among those that were parsed, with the 1-based line of the first.
    pub syntax_errors: Vec<(FileId, usize)>,
    /// How many files were looked at.
    pub files: usize,
    /// The configurations of other tools that were looked at.
    pub configurations: Vec<FileId>,
}

impl Scan {
    /// Adds findings of a module, in their order among the others.
    pub fn add(&mut self, module: &Arc<Module>, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        let known = self.modules.entry(module.file).or_insert_with(|| Arc::clone(module));
        if !known.has_tree() {
            *known = Arc::clone(module);
        }
        self.findings.extend(findings);
        self.findings
            .sort_by(|a, b| (a.file, a.range, a.transform).cmp(&(b.file, b.range, b.transform)));
    }

    /// The modules by their files.
    pub fn by_file(&self) -> BTreeMap<FileId, &Module> {
        self.modules.iter().map(|(file, module)| (*file, &**module)).collect()
    }
}

/// Scans every file. `progress` is told after each file how many are done.
pub fn scan(
    workspace: &Workspace,
    program: &Program,
    settings: &Settings,
    progress: &(dyn Fn(usize) + Sync),
) -> Scan {
    let filter = Filter::new(settings.transforms, settings.prefilter);
    let left_out = |file: &File| {
        if file.excluded {
            return Some(SkipCause::Excluded);
        }
        (file.test && !(settings.per_file)(file).tests).then_some(SkipCause::Test)
    };
    let mut scan = Scan::default();
    let mut ids: Vec<FileId> = Vec::new();
    for file in &workspace.files {
        if let Some(cause) = left_out(file) {
            scan.skipped.push(Skipped { relative: file.relative.clone(), cause });
        } else if matches!(file.kind, FileKind::Python | FileKind::Stub) {
            ids.push(file.id);
        }
    }
    scan.files = ids.len();
    let not_looked_at = scan.skipped.len();
    let mut candidates = Vec::new();
    let mut holders = Vec::new();
    for read in read_all(workspace, &filter, settings, &ids, progress) {
        match read {
            Err((file, ReadError::TooLarge(size))) => {
                let relative = workspace.file(file).relative.clone();
                scan.skipped.push(Skipped { relative, cause: SkipCause::TooLarge(size) });
            }
            Err((file, ReadError::Io(error))) => {
                let path = workspace.file(file).relative.clone();
                scan.errors.push(ReadProblem { path, message: error.to_string() });
            }
            Ok(candidate) => {
                holders.push((candidate.file, candidate.held.words));
                if candidate.held.transforms != 0 {
                    candidates.push(candidate);
                }
            }
        }
    }
    if filter.is_on() && workspace.whole {
        program.note_holders(&filter.words, holders);
    }
    // The largest first, one by one: no thread waits long for the last one.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.bytes.len()));
    let mut looked: Vec<(FileId, Outcome)> = candidates
        .into_par_iter()
        .with_max_len(1)
        .filter_map(|candidate| {
            let file = candidate.file;
            Some((file, look(workspace, program, settings, candidate)?))
        })
        .collect();
    looked.sort_by_key(|(file, _)| *file);
    for (_, outcome) in looked {
        scan.errors.extend(outcome.problem);
        let Some((module, findings)) = outcome.parsed else { continue };
        if let Some(first) = module.damage.first() {
            scan.syntax_errors.push((module.file, module.lines.of(first.start) + 1));
        }
        if !findings.is_empty() {
            scan.findings.extend(findings);
            scan.modules.insert(module.file, Arc::from(module));
        }
    }
    switches::look(workspace, settings, &mut scan);
    let unread = scan.skipped.len() - not_looked_at;
    scan.files -= unread + scan.errors.len().min(scan.files - unread);
    scan.errors.sort();
    scan
}

/// A file that holds one of the texts.
struct Candidate {
    file: FileId,
    held: Held,
    /// Empty where no transform looks at it.
    bytes: Vec<u8>,
}

/// Reads every file once; those that hold none of the texts are forgotten at once.
fn read_all(
    workspace: &Workspace,
    filter: &Filter,
    settings: &Settings,
    ids: &[FileId],
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<Result<Candidate, (FileId, ReadError)>> {
    let done = AtomicUsize::new(0);
    // Long stretches for each thread: a buffer that has grown is used again.
    let stretch = (ids.len() / 64).max(1);
    ids.par_iter()
        .with_min_len(stretch)
        .map_init(Vec::new, |buffer, &file| {
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            if let Err(error) = workspace.read(file, buffer) {
                return Some(Err((file, error)));
            }
            let mut held = filter.held(buffer);
            held.transforms |= own(buffer, &settings.own);
            if held.transforms != 0 {
                held.transforms &= (settings.per_file)(workspace.file(file)).transforms;
            }
            let wanted = held.transforms != 0;
            // The buffer is as large as the largest file so far; a copy is as large as this one.
            let bytes = if wanted { buffer.as_slice().to_vec() } else { Vec::new() };
            (wanted || held.words != 0).then_some(Ok(Candidate { file, held, bytes }))
        })
        .flatten()
        .collect()
}

/// The transforms that look at a file for callables of the project's own.
fn own(bytes: &[u8], own: &[(String, u64)]) -> u64 {
    let held =
        own.iter().filter(|(text, _)| memchr::memmem::find(bytes, text.as_bytes()).is_some());
    held.fold(0, |bits, (_, transforms)| bits | transforms)
}

/// What came of parsing a file.
struct Outcome {
    parsed: Option<(Box<Module>, Vec<Finding>)>,
    problem: Option<ReadProblem>,
}

fn look(
    workspace: &Workspace,
    program: &Program,
    settings: &Settings,
    candidate: Candidate,
) -> Option<Outcome> {
    let path = &workspace.file(candidate.file).relative;
    let problem = |message: String| ReadProblem { path: path.clone(), message };
    let refused = |message: String| Some(Outcome { parsed: None, problem: Some(problem(message)) });
    if memchr::memchr(0, &candidate.bytes).is_some() {
        return refused("it holds zero bytes and is no Python source".to_owned());
    }
    let source = match Source::python(candidate.file, candidate.bytes) {
        Ok(source) => source,
        Err(error) => return refused(error.to_string()),
    };
    let mut module = Module::new(source);
    let asked = (settings.per_file)(workspace.file(candidate.file));
    let mut findings = Findings { list: Vec::new(), policy: asked.policy.clone() };
    let is_stub = matches!(workspace.file(candidate.file).kind, FileKind::Stub);
    for (index, transform) in settings.transforms.iter().enumerate() {
        let is_void = is_stub && NOT_IN_STUBS.contains(&transform.about().name);
        if candidate.held.transforms & 1 << index != 0 && !is_void {
            transform.check(&module, program, &mut findings);
        }
    }
    let mut findings = findings.list;
    findings.sort_by(|a, b| (a.range, a.transform).cmp(&(b.range, b.transform)));
    hold(workspace, &asked, &module, &mut findings);
    let problem = undecodable_code(&module).map(problem);
    if findings.is_empty() && module.damage.is_empty() {
        return problem.map(|problem| Outcome { parsed: None, problem: Some(problem) });
    }
    let applies = |finding: &Finding| match &finding.remedy {
        Remedy::Ops(fix) => fix.level == Level::Auto || settings.review,
        Remedy::Thread(_) | Remedy::Shell(_) => true,
        _ => false,
    };
    if !findings.iter().any(applies) {
        module.forget_tree();
    }
    Some(Outcome { parsed: Some((Box::new(module), findings)), problem })
}

/// Turns the fixes of findings into reports where the module is not one to edit: one that is hard
/// to read, or another project's.
pub fn hold(workspace: &Workspace, asked: &Asked, module: &Module, findings: &mut [Finding]) {
    if module.names.has_other_spellings {
        for finding in findings.iter_mut() {
            report_only(finding, |title| {
                format!(
                    "identifiers here are spelled otherwise than Python reads them; do it by hand ({title})"
                )
            });
        }
    }
    if module.depth > TOO_DEEP {
        let cause = format!("nested more than {TOO_DEEP} levels deep");
        for finding in findings.iter_mut() {
            report_only(finding, |title| format!("the code is {cause}; do it by hand ({title})"));
        }
    }
    if !findings.is_empty()
        && !asked.vendored
        && let Some(cause) = workspace.vendored(module.file, &module.source.bytes)
    {
        for finding in findings.iter_mut() {
            hold_back(finding, cause);
        }
    }
}

/// Bytes that do not decode are kept where nothing depends on them: in comments and strings.
fn undecodable_code(module: &Module) -> Option<String> {
    let at = module.source.undecodable.iter().find(|&&at| !module.is_prose(at))?;
    Some(format!(
        "line {} holds bytes that are not in the file's encoding",
        module.lines.of(*at) + 1
    ))
}

/// Turns a fix in code of others into a report.
fn hold_back(finding: &mut Finding, cause: &str) {
    report_only(finding, |title| {
        format!("it is {cause}; --include-vendored lets it be edited ({title})")
    });
}

/// Turns a fix into a report with a reason that names it.
fn report_only(finding: &mut Finding, reason: impl Fn(&str) -> String) {
    let title = match &finding.remedy {
        Remedy::Ops(fix) => fix.title.clone(),
        Remedy::Thread(request) => format!("let the caller decide {}", request.decision.argument),
        Remedy::Shell(_) => "run the words without a shell".to_owned(),
        _ => return,
    };
    finding.remedy = Remedy::Report(reason(&title));
}

/// The level of a finding as its remedy has it; `None` for an exception.
pub fn level(finding: &Finding) -> Option<Level> {
    match &finding.remedy {
        Remedy::Ops(fix) => Some(fix.level),
        Remedy::Thread(request) => Some(request.level),
        Remedy::Shell(_) => Some(Level::Auto),
        Remedy::Report(_) => Some(Level::Report),
        Remedy::Exception(_) => None,
    }
}
