//! Runs the transforms over the files of a workspace: one scan for literals decides which files
//! are looked at, each transform's own test which are parsed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};
use rayon::prelude::*;

use crate::program::Program;
use crate::python::module::Module;
use crate::transforms::Transform;
use crate::transforms::finding::{Finding, Level, Remedy};
use crate::workspace::source::Source;
use crate::workspace::{FileId, FileKind, ReadProblem, Workspace, kind};

/// What is asked of a scan.
pub struct Settings<'a> {
    /// The transforms to run.
    pub transforms: &'a [&'static dyn Transform],
    /// Whether tests are looked at.
    pub tests: bool,
    /// Whether vendored and generated code may be edited.
    pub vendored: bool,
    /// Whether files are parsed only where something can be found.
    pub prefilter: bool,
}

/// What a scan found.
#[derive(Default)]
pub struct Scan {
    /// The modules with findings, and those that do not parse.
    pub modules: BTreeMap<FileId, Module>,
    /// The findings, by file and position.
    pub findings: Vec<Finding>,
    /// What could not be read or decoded.
    pub errors: Vec<ReadProblem>,
    /// Files with syntax errors among those that were parsed.
    pub syntax_errors: Vec<FileId>,
    /// How many files were looked at.
    pub files: usize,
}

/// Scans every file. `progress` is told after each file how many are done.
pub fn scan(
    workspace: &Workspace,
    program: &Program,
    settings: &Settings,
    progress: &(dyn Fn(usize) + Sync),
) -> Scan {
    let filter = Filter::new(settings);
    let done = AtomicUsize::new(0);
    let looked_at = workspace.files.iter().filter(|file| {
        (settings.tests || !file.test) && matches!(file.kind, FileKind::Python | FileKind::Stub)
    });
    let ids: Vec<FileId> = looked_at.map(|file| file.id).collect();
    let results: Vec<Outcome> = ids
        .par_iter()
        .map_init(Vec::new, |buffer, id| {
            let outcome = one(workspace, program, settings, &filter, *id, buffer);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            outcome
        })
        .filter(|outcome| !matches!(outcome, Outcome::Nothing))
        .collect();
    let mut scan = Scan { files: ids.len(), ..Scan::default() };
    for outcome in results {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Problem(problem) => scan.errors.push(problem),
            Outcome::Parsed(module, findings, problem) => {
                scan.errors.extend(problem);
                if !module.damage.is_empty() {
                    scan.syntax_errors.push(module.file);
                }
                if !findings.is_empty() {
                    scan.findings.extend(findings);
                    scan.modules.insert(module.file, *module);
                }
            }
        }
    }
    scan
}

enum Outcome {
    Nothing,
    Problem(ReadProblem),
    Parsed(Box<Module>, Vec<Finding>, Option<ReadProblem>),
}

/// The literals of all transforms in one automaton.
struct Filter {
    automaton: Option<AhoCorasick>,
    /// The transform that each literal belongs to.
    owners: Vec<usize>,
}

impl Filter {
    fn new(settings: &Settings) -> Self {
        let mut owners = Vec::new();
        let mut literals = Vec::new();
        for (index, transform) in settings.transforms.iter().enumerate() {
            for literal in transform.about().literals {
                owners.push(index);
                literals.push(*literal);
            }
        }
        let automaton = AhoCorasickBuilder::new()
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(&literals)
            .ok()
            .filter(|_| settings.prefilter);
        Self { automaton, owners }
    }

    /// The transforms that may find something in the bytes.
    fn candidates(&self, settings: &Settings, bytes: &[u8]) -> Vec<&'static dyn Transform> {
        let Some(automaton) = &self.automaton else { return settings.transforms.to_vec() };
        let mut hit = 0_u64;
        for found in automaton.find_overlapping_iter(bytes) {
            hit |= 1 << self.owners[found.pattern().as_usize()];
            if hit.count_ones() as usize == settings.transforms.len() {
                break;
            }
        }
        if hit == 0 {
            return Vec::new();
        }
        let chosen = settings.transforms.iter().enumerate();
        chosen
            .filter(|(index, transform)| {
                hit & (1 << index) != 0 && (transform.about().confirm)(bytes)
            })
            .map(|(_, transform)| *transform)
            .collect()
    }
}

fn one(
    workspace: &Workspace,
    program: &Program,
    settings: &Settings,
    filter: &Filter,
    id: FileId,
    buffer: &mut Vec<u8>,
) -> Outcome {
    let file = workspace.file(id);
    let problem = |message: String| ReadProblem { path: file.relative.clone(), message };
    if let Err(message) = workspace.read(id, buffer) {
        return Outcome::Problem(problem(message));
    }
    let transforms = filter.candidates(settings, buffer);
    if transforms.is_empty() {
        return Outcome::Nothing;
    }
    if memchr::memchr(0, buffer).is_some() {
        return Outcome::Problem(problem("it holds zero bytes and is no Python source".to_owned()));
    }
    let vendored = file.vendored.or(kind::is_generated(buffer).then_some("generated code"));
    let source = match Source::python(id, std::mem::take(buffer)) {
        Ok(source) => source,
        Err(error) => return Outcome::Problem(problem(error.to_string())),
    };
    let module = Module::new(source);
    let mut findings = Vec::new();
    for transform in transforms {
        transform.check(&module, program, &mut findings);
    }
    findings.sort_by(|a, b| (a.range, a.transform).cmp(&(b.range, b.transform)));
    if let Some(cause) = vendored.filter(|_| !settings.vendored) {
        for finding in &mut findings {
            hold_back(finding, cause);
        }
    }
    let undecodable = undecodable_code(&module);
    Outcome::Parsed(Box::new(module), findings, undecodable.map(problem))
}

/// Bytes that do not decode are kept where nothing depends on them: in comments and strings.
fn undecodable_code(module: &Module) -> Option<String> {
    let at = module.source.undecodable.iter().find(|&&at| {
        let node = module.root().descendant_for_byte_range(at, at + 1);
        !node.is_some_and(|node| matches!(node.kind(), "comment" | "string_content" | "string"))
    })?;
    Some(format!(
        "line {} holds bytes that are not in the file's encoding",
        module.lines.of(*at) + 1
    ))
}

/// Turns a fix in code of others into a report.
fn hold_back(finding: &mut Finding, cause: &str) {
    if let Remedy::Ops(fix) = &finding.remedy {
        let reason = format!("it is {cause}; --include-vendored lets it be edited ({})", fix.title);
        finding.remedy = Remedy::Report(reason);
    }
}

/// The level of a finding as its remedy has it; `None` for an exception.
pub fn level(finding: &Finding) -> Option<Level> {
    match &finding.remedy {
        Remedy::Ops(fix) => Some(fix.level),
        Remedy::Thread(_) | Remedy::Shell(_) => Some(Level::Auto),
        Remedy::Report(_) => Some(Level::Report),
        Remedy::Exception(_) => None,
    }
}
