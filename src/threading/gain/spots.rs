//! Where the flag of a command line is added.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::dests::fitness;
use super::flag::{Parser, Spot};
use super::walk::{Added, Walk};
use super::{Plan, Wish};
use crate::plan::op::Op;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::origin::flags::{Search, Target};
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

impl<'m> Solver<'_, 'm> {
    /// Where the flag is added: beside the arguments that the decision is about, else behind the
    /// last argument of the parser, else behind what makes it.
    pub(super) fn spots(
        &mut self,
        parser: &Parser<'m>,
        walk: &Walk,
        made: &[Spot],
        wish: &Wish,
    ) -> Result<(Vec<Spot>, Option<String>), String> {
        let reach = reach(walk, made);
        let shared = self.planned_within(&reach, wish);
        if !shared.is_empty() {
            let runs = |solver: &mut Self, (file, span): &(FileId, Span)| {
                made.iter().any(|place| (place.file, place.after) == (*file, *span))
                    || solver.runs_before(parser, *file, *span)
            };
            let is_one = shared.len() == 1 && runs(self, &shared[0]);
            let place = is_one.then(|| self.spot_again(&shared[0], wish)).flatten();
            return place.map(|place| (vec![place], None)).ok_or_else(|| {
                "a part of what builds the parser gains the flag for another one".to_owned()
            });
        }
        if let Some((commands, dest)) = self.commands(walk, wish) {
            return Ok((commands, Some(dest)));
        }
        for candidate in candidates(walk, wish) {
            let place = (candidate.file, candidate.after);
            if self.runs_before(parser, place.0, place.1) && !self.is_others(place, wish) {
                let object = candidate.object;
                return Ok((vec![Spot { file: place.0, after: place.1, object }], None));
            }
        }
        let is_free = |solver: &Self, place: &Spot| {
            !place.object.is_empty() && !solver.is_others((place.file, place.after), wish)
        };
        if made.iter().all(|place| is_free(self, place)) {
            let spots = made.iter().map(|place| self.last_straight(walk, place));
            return Ok((spots.collect(), None));
        }
        Err("no place in the program always adds arguments to the parser".to_owned())
    }

    /// The last argument that is always added behind what makes a parser, or that.
    fn last_straight(&self, walk: &Walk, made: &Spot) -> Spot {
        let module = self.modules.get(made.file);
        let is_behind = |added: &&Added| {
            let statement =
                module.and_then(|module| module.exact(added.statement, &["expression_statement"]));
            added.file == made.file
                && added.object_text == made.object
                && added.statement.start > made.after.start
                && module.zip(statement).is_some_and(|(module, statement)| {
                    let block = module.parent(statement).map(tree::span);
                    let other = module.nodes().covering(made.after);
                    let other = other.and_then(|node| module.statement(node));
                    let other = other.and_then(|node| module.parent(node)).map(tree::span);
                    block == other && is_straight(module, statement, made.after)
                })
        };
        let last = walk.arguments.iter().filter(is_behind).max_by_key(|a| a.statement.start);
        Spot {
            file: made.file,
            after: last.map_or(made.after, |last| last.statement),
            object: made.object.clone(),
        }
    }

    /// Whether a statement is always run for a parser before it parses.
    fn runs_before(&mut self, parser: &Parser<'m>, file: FileId, span: Span) -> bool {
        let search = Search::of(Target::Statement(file, span));
        self.parser_has(parser.file, parser.module, parser.node, search)
    }

    /// The statements, among some, behind which flags of that name are added already.
    fn planned_within(
        &self,
        reach: &FxHashSet<(FileId, Span)>,
        wish: &Wish,
    ) -> Vec<(FileId, Span)> {
        let plans = self.origins.plans.iter().filter(|((_, name), _)| *name == wish.name);
        let places = plans.filter_map(|(_, plan)| plan.as_ref().ok()).flat_map(|plan| &plan.places);
        let mut found: Vec<_> = places.filter(|place| reach.contains(*place)).copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether what goes through a statement has gained the flag elsewhere.
    fn is_others(&self, place: (FileId, Span), wish: &Wish) -> bool {
        let plans = self.origins.plans.iter().filter(|((_, name), _)| *name == wish.name);
        let mut plans = plans.filter_map(|(_, plan)| plan.as_ref().ok());
        plans.any(|plan| plan.reach.contains(&place) && !plan.places.contains(&place))
    }

    /// The place of a flag that is added behind a statement already.
    fn spot_again(&self, (file, after): &(FileId, Span), wish: &Wish) -> Option<Spot> {
        let plan = self.planned_at(*file, *after, wish)?;
        let Op::AppendStatement { text, .. } = plan.op_behind(*file, *after)? else { return None };
        let object = text.split(".add_argument(").next()?.to_owned();
        Some(Spot { file: *file, after: *after, object })
    }

    /// What adds the flag behind a statement already.
    pub(super) fn planned_at(&self, file: FileId, after: Span, wish: &Wish) -> Option<Rc<Plan>> {
        let plans = self.origins.plans.iter().filter(|((_, name), _)| *name == wish.name);
        let mut plans = plans.filter_map(|(_, plan)| plan.as_ref().ok());
        plans.find(|plan| plan.places.contains(&(file, after))).map(Rc::clone)
    }

    /// Where the commands gain the flag that alone declare what the place reads.
    fn commands(&self, walk: &Walk, wish: &Wish) -> Option<(Vec<Spot>, String)> {
        let read = |added: &&Added| wish.reads.contains(&added.dest);
        let declaring: Vec<&Added> = walk.arguments.iter().filter(read).collect();
        let best = declaring.iter().map(|added| fitness(&added.dest, wish.decision)).max()?;
        let mut best = declaring
            .into_iter()
            .filter(|added| fitness(&added.dest, wish.decision) == best)
            .peekable();
        let dest = best.peek()?.dest.clone();
        let best: Vec<&Added> = best.filter(|added| added.dest == dest).collect();
        if !best.iter().all(|added| added.relation.command.is_some()) {
            return None;
        }
        // Another value may come from somewhere else.
        let is_set = best.iter().any(|added| {
            let module = self.modules.get(added.file);
            module.is_none_or(|module| {
                let mut stores = module.attributes_named(&dest);
                stores.any(|node| crate::threading::attribute::is_target(module, node))
                    || module.calls_named("set_defaults").any(|call| {
                        let call = Call::at(call, module.text());
                        call.is_some_and(|call| call.keyword(&dest).is_some())
                    })
            })
        });
        let mut found: Vec<Spot> = Vec::new();
        for added in best {
            let candidate = last_beside(walk, added);
            let module = self.modules.get(candidate.file)?;
            let statement = module.exact(candidate.after, &["expression_statement"])?;
            if is_set || !is_straight(module, statement, added.relation.command?) {
                return None;
            }
            let Candidate { file, after, object } = candidate;
            let place = Spot { file, after, object };
            let is_new =
                !found.iter().any(|known| (known.file, known.after) == (place.file, place.after));
            found.extend(is_new.then_some(place));
        }
        Some((found, dest))
    }
}

/// All statements that add arguments to a parser, and those that make it.
pub(super) fn reach(walk: &Walk, made: &[Spot]) -> FxHashSet<(FileId, Span)> {
    let added = walk.arguments.iter().map(|added| (added.file, added.statement));
    added.chain(made.iter().map(|place| (place.file, place.after))).collect()
}

/// A statement behind which the flag can be added, and the expression that it is added to.
struct Candidate {
    file: FileId,
    after: Span,
    object: String,
}

/// The statements behind which the flag could be added, the best first.
fn candidates(walk: &Walk, wish: &Wish) -> Vec<Candidate> {
    let own = || walk.arguments.iter().filter(|added| added.relation.command.is_none());
    let rank = |added: &Added| {
        let is_read = wish.reads.contains(&added.dest);
        let fitness = fitness(&added.dest, wish.decision);
        if is_read && fitness > 0 { 1000 + fitness } else { fitness }
    };
    let mut best: Vec<&Added> = own().filter(|added| rank(added) > 0).collect();
    best.sort_by_key(|added| std::cmp::Reverse(rank(added)));
    let mut found: Vec<Candidate> = best.iter().map(|added| last_beside(walk, added)).collect();
    let plain = own().filter(|added| !added.relation.is_group && !added.relation.is_exclusive);
    let plain: Vec<&Added> = plain.collect();
    found.extend(plain.iter().rev().map(|added| last_beside(walk, added)));
    found.extend(own().map(|added| last_beside(walk, added)));
    found
}

/// The last statement of a block that adds to the same as another one, or to what holds that, where
/// only one of its arguments may be given.
fn last_beside(walk: &Walk, added: &Added) -> Candidate {
    let here = walk.arguments.iter().filter(|other| {
        other.file == added.file
            && other.block == added.block
            && other.relation.command == added.relation.command
    });
    let object = added.owner.clone().unwrap_or_else(|| added.object_text.clone());
    let is_beside = |other: &&Added| {
        other.object_text == object || other.owner.as_ref().is_some_and(|owner| *owner == object)
    };
    let last = here.filter(is_beside).max_by_key(|other| other.statement.start);
    let last = last.unwrap_or(added);
    Candidate { file: last.file, after: last.statement, object }
}

/// Whether a statement is run whenever the parser of a command is made: nothing leaves between.
fn is_straight(module: &Module, statement: Node, made: Span) -> bool {
    let Some(block) = module.parent(statement) else { return false };
    let function = module.ancestors(statement).find(|a| a.kind() == "function_definition");
    let outer = function.unwrap_or_else(|| module.root());
    let is_elsewhere = !tree::span(outer).contains(made);
    let is_plain = module.parent(block).is_none_or(|around| around.id() == outer.id());
    let is_own = tree::span(block).contains(made) || (is_elsewhere && is_plain);
    let from = if is_elsewhere { outer.start_byte() } else { made.end };
    let between = Span::new(from.min(statement.start_byte()), statement.start_byte());
    let leaves = |kind: &str| module.of_kind(kind).any(|node| between.contains(tree::span(node)));
    is_own && !leaves("return_statement") && !leaves("raise_statement")
}
