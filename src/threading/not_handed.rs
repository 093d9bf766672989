//! Calls that hold the decision and do not hand it on: what they call takes it, a carrier is at hand,
//! and the argument is missing.

use std::sync::Arc;

use tree_sitter::Node;

use super::carrier::has_safe_parameter;
use super::found::Carrier;
use super::missing::Inquiry;
use super::modules::Modules;
use super::place::Place;
use super::solve::Solver;
use super::takers::{Slot, calls_by, last_name, slot};
use super::{Reach, Request, Rules, excepted, with_trees};
use crate::plan::op::{Anchor, Op};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::scan::{Scan, hold};
use crate::transforms::decisions::Taken;
use crate::transforms::exception::{Judge, Verdict};
use crate::transforms::finding::{
    Exception, ExceptionKind, Finding, Fix, Level, Remedy, ThreadPlace, ThreadRequest,
};
use crate::transforms::guard::Guards;
use crate::workspace::FileId;
use crate::workspace::source::Piece;

/// Why the fix needs a review.
const REASON: &str = "it may be left out on purpose";

/// A call that does not hand the decision over.
struct Candidate<'m> {
    module: &'m Module,
    call: Call<'m>,
    slot: Slot,
}

/// Adds the findings.
pub(super) fn look(inquiry: &Inquiry, scan: &mut Scan, rules: &Rules) {
    let candidates = candidates(inquiry);
    if candidates.is_empty() {
        return;
    }
    let asked: Vec<(FileId, ThreadRequest)> = scan
        .findings
        .iter()
        .filter_map(|finding| match &finding.remedy {
            Remedy::Thread(request) => Some((finding.file, request.clone())),
            _ => None,
        })
        .collect();
    let requests: Vec<Request> = asked
        .iter()
        .map(|(file, asked)| Request {
            file: *file,
            asked,
            parameter: rules.parameter_of(*file, asked),
        })
        .collect();
    let mut known = with_trees(&scan.modules);
    for module in &inquiry.holders {
        known.entry(module.file).or_insert_with(|| Arc::clone(module));
    }
    let held = Modules::new(inquiry.program, &known);
    let mut solver = Solver::new(
        &requests,
        &excepted(&scan.findings),
        &held,
        inquiry.program,
        (Reach::Program, rules.may_edit),
    );
    let found = found(inquiry, scan, &mut solver, &held, &candidates);
    let mut by_file: Vec<(FileId, Vec<Finding>)> = Vec::new();
    for finding in found {
        match by_file.last_mut().filter(|(file, _)| *file == finding.file) {
            Some((_, findings)) => findings.push(finding),
            None => by_file.push((finding.file, vec![finding])),
        }
    }
    for (file, mut findings) in by_file {
        let (Some(asked), Some(module)) = (inquiry.asked(file), held.shared(file)) else {
            continue;
        };
        hold(inquiry.workspace, &asked, module, &mut findings);
        findings.retain(|finding| !matches!(finding.remedy, Remedy::Report(_)));
        scan.add(module, findings);
    }
}

/// The calls in the scanned files that do not hand the decision over.
fn candidates<'i>(inquiry: &'i Inquiry) -> Vec<Candidate<'i>> {
    let mut found = Vec::new();
    for module in &inquiry.holders {
        if inquiry.asked(module.file).is_none() {
            continue;
        }
        for node in calls_by(module, &inquiry.takers.words) {
            let Some(call) = Call::at(node, module.text()) else { continue };
            if call.has(ArgumentKind::DoubleSplat) || module.is_damaged_near(node) {
                continue;
            }
            let of = (module.file, &**module);
            let slot = slot(inquiry.program, of, call.function, inquiry.name_in);
            let Some(slot) = slot.filter(|slot| is_missing(&call, slot)) else { continue };
            found.push(Candidate { module, call, slot });
        }
    }
    found
}

/// Whether a call could hand the decision over by name, and does not.
fn is_missing(call: &Call, slot: &Slot) -> bool {
    let positional = call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional).count();
    let is_given = slot
        .position
        .is_some_and(|position| positional > position || call.has(ArgumentKind::Splat));
    slot.is_missed && slot.by_name && !is_given && call.keyword(&slot.parameter).is_none()
}

fn found<'m>(
    inquiry: &Inquiry,
    scan: &Scan,
    solver: &mut Solver<'_, 'm>,
    held: &'m Modules,
    candidates: &[Candidate],
) -> Vec<Finding> {
    // What is asked of the solver is asked of its own modules.
    let places: Vec<Option<Place>> = candidates
        .iter()
        .map(|candidate| {
            let module = held.get(candidate.module.file)?;
            let node = module.exact(tree::span(candidate.call.node), &["call"])?;
            Some(Place::of(module, node))
        })
        .collect();
    let around = candidates.iter().zip(&places).flat_map(|(candidate, place)| {
        let functions = place.iter().flat_map(Place::functions_and_makers);
        functions.map(|function| (candidate.module.file, function))
    });
    solver.look_for(around.collect());
    let mut scenes = Scenes { inquiry, current: None };
    let mut found = Vec::new();
    for (candidate, place) in candidates.iter().zip(&places) {
        let Some(place) = place else { continue };
        found.extend(finding(&mut scenes, scan, solver, candidate, place));
    }
    found
}

/// The scene of the module that is looked at.
struct Scenes<'a, 'i, 'c> {
    inquiry: &'a Inquiry<'i>,
    current: Option<Scene<'c>>,
}

impl<'c> Scenes<'_, '_, 'c> {
    fn of(&mut self, module: &'c Module) -> Option<&Scene<'c>> {
        let is_it = self.current.as_ref().is_some_and(|scene| scene.module.file == module.file);
        if !is_it {
            let words = self.inquiry.asked(module.file)?.policy.exception_words;
            self.current = Some(Scene {
                module,
                judge: self.inquiry.taken.judge(module, words),
                grants: Guards::new(module),
                forbids: Guards::new(module),
            });
        }
        self.current.as_ref()
    }
}

/// The comments and conditions of a module.
struct Scene<'c> {
    module: &'c Module,
    judge: Judge<'c>,
    grants: Guards<'c>,
    forbids: Guards<'c>,
}

impl Scene<'_> {
    /// Whether a call stands where the decision was made in another way: behind a condition that
    /// forbids it, or one that speaks of it and does not grant it.
    fn decides_otherwise(&self, taken: &Taken, call: &Call, parameter: &str) -> bool {
        if self.forbids.of(call.node, taken.forbids).is_some() {
            return true;
        }
        let inside = self.module.ancestors(call.node).take_while(|around| {
            !matches!(around.kind(), "function_definition" | "class_definition")
        });
        let speaks = |around: Node| {
            let condition = match around.kind() {
                "if_statement" | "elif_clause" => around.child_by_field_name("condition"),
                "conditional_expression" => tree::children(around).get(1).copied(),
                _ => None,
            };
            condition.is_some_and(|condition| self.module.text_of(condition).contains(parameter))
        };
        inside.into_iter().any(speaks) && self.grants.of(call.node, taken.decides).is_none()
    }
}

/// The finding of a call, if a carrier is at hand there.
fn finding<'c, 'm>(
    scenes: &mut Scenes<'_, '_, 'c>,
    scan: &Scan,
    solver: &mut Solver<'_, 'm>,
    candidate: &Candidate<'c>,
    place: &Place<'m>,
) -> Option<Finding> {
    let taken = scenes.inquiry.taken;
    let Candidate { module, call, slot } = candidate;
    let at = Anchor { file: module.file, range: tree::span(call.node) };
    let asked = ThreadRequest {
        place: ThreadPlace::Value { at: at.clone(), target: None },
        decision: taken.decision,
        level: Level::Review,
        reason: REASON.to_owned(),
    };
    let name = (scenes.inquiry.name_in)(module.file);
    let request = Request { file: module.file, asked: &asked, parameter: name };
    let carried = solver.at_hand(&request, place)?;
    let Carrier::Expression(text) = &carried.carrier else { return None };
    if is_unsafe(scan, taken.transform, place, name, text)
        || hands_on_holder(call, module, text)
        || is_second_try(module, call, &slot.parameter)
    {
        return None;
    }
    let scene = scenes.of(module)?;
    if scene.decides_otherwise(taken, call, &slot.parameter) {
        return None;
    }
    let remedy = match scene.judge.judge(call.node, None) {
        Verdict::Documented(reason) => {
            Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason })
        }
        _ => Remedy::Ops(fix(slot, at, text, carried.proof)),
    };
    Some(Finding {
        transform: taken.transform,
        file: module.file,
        range: tree::span(call.node),
        scope: module.scope_of(call.node),
        sink: slot.shown.clone(),
        message: format!(
            "`{}` is not handed the decision, which is at hand as `{text}`",
            slot.shown
        ),
        remedy,
    })
}

fn fix(slot: &Slot, call: Anchor, text: &str, proof: Vec<String>) -> Fix {
    let takes = format!(
        "`{}` takes `{}`; it is called {}",
        slot.shown,
        slot.parameter,
        slot.evidence.text()
    );
    Fix {
        title: format!("pass {}={text}", slot.parameter),
        reason: REASON.to_owned(),
        level: Level::Review,
        ops: vec![Op::SetArgument {
            call,
            name: slot.parameter.clone(),
            value: vec![Piece::text(text)],
        }],
        group: None,
        proof: [takes].into_iter().chain(proof).collect(),
        chain: None,
        offers: Vec::new(),
        alternatives: Vec::new(),
    }
}

/// Whether what is at hand is not the user's decision: a parameter that is true by default, or an
/// attribute that is hardcoded nearby.
fn is_unsafe(scan: &Scan, transform: &str, place: &Place, name: &str, text: &str) -> bool {
    let module = place.module;
    if !text.contains('.') {
        let mut functions = place.functions();
        let binds = |function: &Node| {
            Signature::at(*function)
                .is_some_and(|signature| signature.binding(text, module.text()).is_some())
        };
        let own = functions.find(binds);
        return own.is_some_and(|own| !has_safe_parameter(module, own, text));
    }
    let around = place.around.last().map_or_else(|| tree::span(module.root()), |n| tree::span(*n));
    scan.findings.iter().any(|finding| {
        let is_stored = finding.sink == "field" || finding.sink == format!("{name} =");
        finding.file == module.file
            && finding.transform == transform
            && is_stored
            && around.contains(finding.range)
    })
}

/// Whether the object that holds the decision is handed on, so that what is called can read it there.
fn hands_on_holder(call: &Call, module: &Module, text: &str) -> bool {
    let Some((holder, _)) = text.rsplit_once('.') else { return false };
    call.arguments.iter().any(|argument| module.text_of(argument.value) == holder)
}

/// Whether a call is one of two tries, of which the other one hands the decision on.
fn is_second_try(module: &Module, call: &Call, parameter: &str) -> bool {
    let Some(name) = last_name(call.function).map(|name| module.text_of(name)) else {
        return false;
    };
    let hands_on = |node: Node| {
        let other = Call::at(node, module.text());
        other.is_some_and(|other| {
            let called = last_name(other.function).map(|name| module.text_of(name));
            called == Some(name) && other.keyword(parameter).is_some()
        })
    };
    let mut below = call.node;
    for around in module.ancestors(call.node) {
        match around.kind() {
            "function_definition" | "lambda" => return false,
            "try_statement" => {
                let parts = tree::children(around).into_iter();
                let others = parts.filter(|part| part.id() != below.id());
                if others.flat_map(tree::preorder).any(hands_on) {
                    return true;
                }
            }
            _ => {}
        }
        below = around;
    }
    false
}
