//! Hands decisions through the program: for each place that hardcodes one, what carries it there,
//! or which function gains a parameter for it. All requests are solved at once, so that a signature
//! that several of them share is worked out once.

mod attribute;
mod bound;
mod carrier;
mod conflict;
mod decision;
mod decorator;
mod deleted;
mod early;
mod edits;
mod escape;
mod family;
mod filled;
mod flag;
mod found;
mod host;
mod imported;
mod init;
mod message;
mod methods;
mod object;
mod parser;
mod place;
mod reads;
mod receiver;
mod references;
mod shared;
mod solve;
mod subject;
mod table;
mod variadic;

use std::collections::BTreeMap;

use crate::program::Program;
use crate::python::module::Module;
use crate::transforms::finding::{Finding, Fix, Remedy, ThreadRequest};
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

/// Solves all requests; the solutions are in their order.
///
/// `excepted` are the places that keep the unsafe value for a documented reason: what they bind
/// carries no decision.
pub fn solve(
    requests: &[Request],
    excepted: &BTreeMap<FileId, Vec<Span>>,
    modules: &BTreeMap<FileId, &Module>,
    program: &Program,
    reach: Reach,
) -> Vec<Solution> {
    solve::all(requests, excepted, modules, program, reach)
}

/// Puts what came of the requests among the findings in their place. `parameter` tells how a
/// file's project calls a parameter that may be renamed.
pub fn settle<'p>(
    findings: &mut [Finding],
    modules: &BTreeMap<FileId, &Module>,
    program: &Program,
    reach: Reach,
    parameter: impl Fn(FileId) -> &'p str,
) {
    let asked: Vec<(usize, ThreadRequest)> = findings
        .iter()
        .enumerate()
        .filter_map(|(index, finding)| match &finding.remedy {
            Remedy::Thread(request) => Some((index, request.clone())),
            _ => None,
        })
        .collect();
    let requests: Vec<Request> = asked
        .iter()
        .map(|(index, request)| {
            let file = findings[*index].file;
            let decision = request.decision;
            let name = if decision.renamable { parameter(file) } else { decision.parameter };
            Request { file, asked: request, parameter: name }
        })
        .collect();
    let mut excepted: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| matches!(f.remedy, Remedy::Exception(_))) {
        excepted.entry(finding.file).or_default().push(finding.range);
    }
    let solutions = solve(&requests, &excepted, modules, program, reach);
    let indices: Vec<usize> = asked.iter().map(|(index, _)| *index).collect();
    for (index, solution) in indices.into_iter().zip(solutions) {
        findings[index].remedy = match solution {
            Solution::Done(fix) => Remedy::Ops(fix),
            Solution::Left(reason) => Remedy::Report(reason),
        };
    }
}
