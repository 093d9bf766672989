//! Hands decisions through the program: for each place that hardcodes one, what carries it there,
//! or which function gains a parameter for it. All requests are solved at once, so that a signature
//! that several of them share is worked out once.

mod attribute;
mod bound;
mod callers;
mod calls_of;
mod carrier;
mod chain;
mod conflict;
mod decision;
mod decorator;
mod deleted;
mod early;
mod edits;
mod elsewhere;
mod escape;
mod everywhere;
mod family;
mod filled;
mod flag;
mod found;
mod gain;
mod growth;
mod handed;
mod home;
mod host;
mod imported;
mod init;
mod keeps;
mod kin;
mod known_methods;
mod look;
mod message;
mod methods;
mod missing;
mod modules;
mod not_handed;
mod object;
mod offers;
mod origin;
mod parser;
mod passed;
mod place;
mod positional;
mod protocols;
mod reads;
mod receiver;
mod receivers_unknown;
mod references;
mod returned;
mod serving;
mod shared;
mod solve;
mod solver;
mod stores;
mod stubs;
mod subject;
mod table;
mod takers;
mod variadic;
mod wrapper;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use calls_of::{CallOf, callers_of, calls_of};
pub use decorator::command_maker;
pub use missing::look_beyond;

use crate::program::Program;
use crate::python::module::Module;
use crate::transforms::finding::{Finding, Fix, Link, Remedy, Spot, ThreadRequest};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How far decisions are handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Through the whole program.
    Program,
    /// Within the function that holds the place. The rest of the program is only looked at to see
    /// that what may call the function is its own code.
    Function,
    /// Not at all: the safe literal is written.
    Off,
}

/// One decision to hand on.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The file that hardcodes it.
    pub file: FileId,
    /// What is asked.
    pub asked: &'a ThreadRequest,
    /// The parameter's name, which a project may have chosen.
    pub parameter: &'a str,
}

/// What came of a request.
#[derive(Debug, Clone)]
pub enum Solution {
    /// It is done by these edits.
    Done(Fix),
    /// It is left to a person: why.
    Left(String),
}

/// What a project wants of its files.
pub struct Rules<'r, 'p> {
    /// How it calls a parameter that may be renamed.
    pub parameter: &'r dyn Fn(FileId) -> &'p str,
    /// Whether a file, of which these are the bytes, may be edited.
    pub may_edit: &'r dyn Fn(FileId, &[u8]) -> bool,
}

/// Puts what came of the requests among the findings in their place. Returns the modules that the
/// edits concern, those at hand among them.
///
/// The places that keep the unsafe value for a documented reason carry no decision.
pub fn settle(
    findings: &mut [Finding],
    modules: &BTreeMap<FileId, Arc<Module>>,
    program: &Program,
    reach: Reach,
    rules: &Rules,
) -> BTreeMap<FileId, Arc<Module>> {
    let asked: Vec<(usize, ThreadRequest)> = findings
        .iter()
        .enumerate()
        .filter_map(|(index, finding)| match &finding.remedy {
            Remedy::Thread(request) => Some((index, request.clone())),
            _ => None,
        })
        .collect();
    if asked.is_empty() {
        return BTreeMap::new();
    }
    let requests: Vec<Request> = asked
        .iter()
        .map(|(index, request)| Request {
            file: findings[*index].file,
            asked: request,
            parameter: rules.parameter_of(findings[*index].file, request),
        })
        .collect();
    let excepted = excepted(findings);
    let known = with_trees(modules);
    for (file, module) in &known {
        program.adopt(*file, module);
    }
    let held = modules::Modules::new(program, &known);
    let solutions = solve::all(&requests, &excepted, &held, program, reach, rules.may_edit);
    let solutions = elsewhere::noted(solutions, program);
    let indices: Vec<usize> = asked.iter().map(|(index, _)| *index).collect();
    let mut edited = BTreeMap::new();
    for (index, solution) in indices.into_iter().zip(solutions) {
        findings[index].remedy = match solution {
            Solution::Done(fix) => {
                let offered = fix.offers.iter().flat_map(|offer| &offer.ops);
                for op in fix.ops.iter().chain(offered) {
                    let file = op.anchor().file;
                    if let Some(module) = held.shared(file) {
                        edited.entry(file).or_insert_with(|| Arc::clone(module));
                    }
                }
                Remedy::Ops(fix)
            }
            Solution::Left(reason) => Remedy::Report(reason),
        };
    }
    edited
}

impl<'p> Rules<'_, 'p> {
    /// The parameter's name in a file.
    fn parameter_of(&self, file: FileId, request: &ThreadRequest) -> &'p str {
        let decision = request.decision;
        if decision.renamable { (self.parameter)(file) } else { decision.parameter }
    }
}

/// The places that keep the unsafe value, by their files.
fn excepted(findings: &[Finding]) -> BTreeMap<FileId, Vec<Span>> {
    let mut excepted: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| matches!(f.remedy, Remedy::Exception(_))) {
        excepted.entry(finding.file).or_default().push(finding.range);
    }
    excepted
}

/// The modules that have their trees: one without has no findings that could be fixed.
fn with_trees(modules: &BTreeMap<FileId, Arc<Module>>) -> BTreeMap<FileId, Arc<Module>> {
    let known = modules.iter().filter(|(_, module)| module.has_tree());
    known.map(|(file, module)| (*file, Arc::clone(module))).collect()
}

/// A fact of a place.
fn link(at: Spot, name: String, text: String) -> Link {
    Link { at, name, text }
}

/// The line of an offset.
fn spot(module: &Module, file: FileId, offset: usize) -> Spot {
    Spot { file, line: module.lines.of(offset) + 1 }
}
