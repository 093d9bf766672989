//! Turns commands for a shell into argument lists, or into constant scripts that are handed their
//! values: in neither can a value be read as code.

mod around;
mod calls;
mod classify;
mod command;
mod evidence;
mod format;
mod grammar;
mod interpreters;
mod joined;
mod keywords;
mod lay;
mod lists;
mod literal;
mod posix;
mod read;
mod results;
mod script;
mod site;
mod spread;
mod template;
mod values;
mod variable;
mod windows;
mod wrappers;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use calls::{Scene, Solved};
use rustc_hash::FxHashMap;
use wrappers::Chain;
use write::Writer;

use crate::config::PythonVersion;
use crate::plan::op::Op;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::tree;
use crate::transforms::finding::{
    Exception, ExceptionKind, Finding, Fix, Level, Offer, Remedy, ShellRequest,
};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Puts what came of the requests among the findings in their place. Functions that hand a command
/// on are turned together with their callers where `whole` says that the program is looked at; the
/// edits keep to files that `may_edit` allows, and to what the oldest Python has that a file is for. Returns the modules that they concern.
pub fn settle(
    findings: &mut [Finding],
    modules: &BTreeMap<FileId, Arc<Module>>,
    program: &Program,
    whole: bool,
    may_edit: &dyn Fn(FileId, &[u8]) -> bool,
    python: &dyn Fn(FileId) -> PythonVersion,
) -> BTreeMap<FileId, Arc<Module>> {
    let mut asked: Vec<Asked> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let Remedy::Shell(request) = &finding.remedy else { continue };
        let Some(module) = modules.get(&finding.file).filter(|module| module.has_tree()) else {
            continue;
        };
        asked.push(Asked { index, request: request.clone(), module, chain: None });
    }
    let mut edited = BTreeMap::new();
    if asked.is_empty() {
        return edited;
    }
    for one in &asked {
        program.adopt(one.module.file, one.module);
    }
    for one in &mut asked {
        one.chain = wrappers::chain(program, one.module, &one.request);
        let unseen = || Err("its callers are looked for only in a whole program".to_owned());
        if one.chain.is_some() && !whole {
            one.chain = Some(unseen());
        }
        if let Some(Ok(chain)) = &one.chain {
            let held = chain.modules.iter().find(|(file, module)| {
                !may_edit(**file, &module.source.bytes) || !module.damage.is_empty()
            });
            if let Some((file, _)) = held {
                let path = program.relative(*file).display();
                one.chain = Some(Err(format!("{path} is not to be edited")));
            }
        }
    }
    for (index, solved) in solve(program, &asked, python) {
        if let Solved::Done(fix) = &solved {
            for op in &fix.ops {
                let file = op.anchor().file;
                if let Some(member) = program.module(file) {
                    edited.entry(file).or_insert(member.module);
                }
            }
        }
        if let Remedy::Shell(request) = &findings[index].remedy {
            findings[index].remedy = remedy(&request.clone(), solved);
        }
    }
    edited
}

/// A command that is asked for.
struct Asked<'m> {
    /// The index of the finding.
    index: usize,
    request: ShellRequest,
    module: &'m Arc<Module>,
    /// Where it comes from, if it is handed in.
    chain: Option<Result<Chain, String>>,
}

fn remedy(request: &ShellRequest, solved: Solved) -> Remedy {
    match solved {
        Solved::Done(mut fix) => {
            if !request.doubt.is_empty() {
                fix.level = fix.level.max(Level::Review);
                let both = [fix.reason.as_str(), request.doubt.as_str()];
                fix.reason =
                    both.into_iter().filter(|r| !r.is_empty()).collect::<Vec<_>>().join("; ");
            }
            Remedy::Ops(*fix)
        }
        Solved::Constant => Remedy::Exception(Exception {
            kind: ExceptionKind::Constant,
            reason: "the command is a constant, in which no value can be read as code".to_owned(),
        }),
        Solved::Left(why) => Remedy::Report(why),
    }
}

/// What came of the requests, with the indices of their findings.
fn solve(
    program: &Program,
    asked: &[Asked],
    python: &dyn Fn(FileId) -> PythonVersion,
) -> Vec<(usize, Solved)> {
    let variables: Vec<Option<Variable>> = asked.iter().map(variable_of).collect();
    let mut by_variable: FxHashMap<Key, Vec<usize>> = FxHashMap::default();
    for (index, variable) in variables.iter().enumerate() {
        if let Some((_, key)) = variable {
            by_variable.entry(*key).or_default().push(index);
        }
    }
    let mut solved: Vec<(usize, Solved)> = Vec::new();
    for (index, one) in asked.iter().enumerate() {
        let together = variables[index].and_then(|(_, key)| by_variable.get(&key));
        let together: Vec<usize> = together.map_or_else(|| vec![index], Clone::clone);
        let sinks: Vec<(FileId, Span)> = together
            .iter()
            .filter_map(|other| Some((asked[*other].module.file, variables[*other]?.0)))
            .collect();
        let joint = sinks.iter().map(|(_, span)| *span).collect();
        let foreign = |file: FileId| foreign(asked, &variables, &together, file);
        let writer = Writer {
            joint,
            foreign: foreign(one.module.file),
            ..Writer::new(one.module, python(one.module.file))
        };
        let (chain, why) = match &one.chain {
            Some(Ok(chain)) => (Some(chain), None),
            Some(Err(why)) => (None, Some(why.clone())),
            None => (None, None),
        };
        let node = one.module.exact(one.request.call.range, &["call"]);
        let solve = |node, prefers_script| {
            let writer = Writer { prefers_script, ..writer.shown(false) };
            let sinks = &sinks;
            let mut scene = Scene { program, writer, chain, sinks, foreign: &foreign, python };
            scene.solve(node, &one.request.callee)
        };
        let found = match (node, why) {
            (_, Some(why)) => Solved::Left(why),
            (Some(node), None) => match solve(node, false) {
                Solved::Done(fix) if chain.is_none() => {
                    let other = solve(node, true);
                    Solved::Done(Box::new(with_script(*fix, other)))
                }
                other => other,
            },
            (None, None) => Solved::Left("the call could not be found again".to_owned()),
        };
        solved.push((one.index, found));
    }
    for indices in by_variable.values().filter(|indices| indices.len() > 1) {
        together(asked, indices, &mut solved);
    }
    solved
}

/// The change that runs a list, with the script instead where that is another one.
fn with_script(mut fix: Fix, script: Solved) -> Fix {
    let Solved::Done(script) = script else { return fix };
    if script.title == fix.title {
        return fix;
    }
    let first = "a shell still runs it, whose script is constant".to_owned();
    let reasons = [first, script.reason].into_iter().filter(|reason| !reason.is_empty());
    fix.alternatives.push(Offer {
        key: "script".to_owned(),
        title: script.title,
        reason: reasons.collect::<Vec<_>>().join("; "),
        ops: script.ops,
        proof: script.proof,
    });
    fix
}

/// A variable becomes a list for all calls that run it, or for none; the change of all of them is as
/// sure as the least sure one.
fn together(asked: &[Asked], indices: &[usize], solved: &mut [(usize, Solved)]) {
    let differs = |index: &usize| match (&solved[*index].1, &solved[indices[0]].1) {
        (Solved::Done(fix), Solved::Done(first)) => contradict(&fix.ops, &first.ops),
        _ => true,
    };
    let left = indices.iter().find(|index| differs(index));
    if let Some(left) = left {
        let line = asked[*left].module.lines.of(asked[*left].request.call.range.start) + 1;
        for index in indices {
            if matches!(solved[*index].1, Solved::Done(_)) {
                solved[*index].1 = Solved::Left(format!(
                    "line {line} runs the same variable and cannot run a list"
                ));
            }
        }
        return;
    }
    let (mut level, mut reasons) = (Level::Auto, Vec::new());
    for index in indices {
        let Solved::Done(fix) = &solved[*index].1 else { continue };
        level = level.max(fix.level);
        if !fix.reason.is_empty() && !reasons.contains(&fix.reason) {
            reasons.push(fix.reason.clone());
        }
    }
    for index in indices {
        if let Solved::Done(fix) = &mut solved[*index].1 {
            fix.level = level;
            fix.reason = reasons.join("; ");
        }
    }
}

/// Whether ops want different things of one expression: the calls run the text by different shells.
fn contradict(ops: &[Op], others: &[Op]) -> bool {
    let wants = |op: &Op| matches!(op, Op::ReplaceExpression { .. });
    ops.iter().filter(|op| wants(op)).any(|op| {
        others.iter().any(|other| wants(other) && other.anchor() == op.anchor() && other != op)
    })
}

/// The places in a file where commands stand that are turned apart from those at the indices.
fn foreign(
    asked: &[Asked],
    variables: &[Option<Variable>],
    together: &[usize],
    file: FileId,
) -> Vec<Span> {
    let mut found = Vec::new();
    for (index, one) in asked.iter().enumerate() {
        if together.contains(&index) {
            continue;
        }
        if one.module.file == file {
            found.extend(variables[index].map(|(span, _)| span));
        }
        if let Some(Ok(chain)) = &one.chain {
            found.extend(chain.places(file));
        }
    }
    found
}

/// A variable: its file, the scope that binds it, its name.
type Key<'m> = (FileId, usize, &'m str);

/// The place of a variable, and what it is.
type Variable<'m> = (Span, Key<'m>);

/// The variable that a request runs.
fn variable_of<'m>(one: &Asked<'m>) -> Option<Variable<'m>> {
    let module = one.module;
    let node = tree::unparenthesised(module.nodes().covering(one.request.command)?);
    if node.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(node);
    let bound = module.names.binding_scope(name, module.names.scope_at(node.start_byte()))?;
    Some((tree::span(node), (module.file, bound, name)))
}
