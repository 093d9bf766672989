//! The flag of a command line: where it is added, and how it is spelled.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::dests::fitness;
use super::walk::{Added, Walk};
use super::{Plan, Wish};
use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::threading::origin::Source;
use crate::threading::origin::flags::{Search, Target};
use crate::threading::origin::value::value;
use crate::threading::parser::PARSES;
use crate::threading::solve::Solver;
use crate::threading::{deleted, link, spot};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Where a flag is added.
struct Spot {
    file: FileId,
    /// The statement before it.
    after: Span,
    /// The expression that it is added to.
    object: String,
}

/// A parser where it parses.
struct Parser<'m> {
    file: FileId,
    module: &'m Module,
    /// The expression, `parser` in `parser.parse_args()`.
    node: Node<'m>,
}

impl<'m> Solver<'_, 'm> {
    /// How the namespaces of a call of `parse_args` gain a flag, or why they do not.
    pub(super) fn gain_flag(
        &mut self,
        file: FileId,
        span: Span,
        wish: &Wish,
    ) -> Result<Plan, String> {
        let gone = || "the parser could not be found again".to_owned();
        let module = self.modules.get(file).ok_or_else(gone)?;
        let node = module.exact(span, &["call"]).ok_or_else(gone)?;
        let parser = parser_of(file, module, node).ok_or_else(gone)?;
        if deleted::attribute(module, module.root(), &wish.name) {
            return Err(format!("`{}` is deleted from the namespace", wish.name));
        }
        if !self.keeps_defaults(file, parser.node) {
            return Err("not all that makes the parser can be seen".to_owned());
        }
        let made = self.made_at(&parser)?;
        let walk = self.walk(file, module, parser.node);
        if let Some(why) = walk.stranger.clone().or_else(|| self.conflict(&walk, &made, wish)) {
            return Err(why);
        }
        let requires = self.takers_of_all(file, span, wish)?;
        let spots = self.spots(&parser, &walk, &made, wish)?;
        let (dashed, quote) = habits(module, &walk);
        let flag = spelled(&wish.name, dashed);
        let mut plan = Plan { shown: flag.clone(), requires, ..Plan::default() };
        plan.reach = reach(&walk, &made);
        plan.usages = self.usages(file, span, &flag);
        for place in spots {
            let there = self.modules.get(place.file).ok_or_else(gone)?;
            if let Some(why) = self.untouchable(place.file, there) {
                return Err(why);
            }
            let at = spot(there, place.file, place.after.start);
            let around = there.nodes().covering(place.after).map(|node| there.scope_of(node));
            let text = format!("gains the flag `{flag}`; who does not give it gets False");
            plan.hosts.push(link(at, around.unwrap_or_default(), text));
            plan.places.insert((place.file, place.after));
            plan.ops.push(Op::AppendStatement {
                after: Anchor { file: place.file, range: place.after },
                text: statement(&place.object, &flag, quote, wish),
            });
        }
        Ok(plan)
    }

    /// The statements that make the parser, and what they assign it to.
    fn made_at(&mut self, parser: &Parser<'m>) -> Result<Vec<Spot>, String> {
        let unseen = || "not all that makes the parser can be seen".to_owned();
        let item = value(parser.file, parser.node, None);
        let sources = self.sources(&item, None).ok_or_else(unseen)?;
        let mut found = Vec::new();
        for source in sources.iter() {
            let Source::Parser(file, span) = source else { return Err(unseen()) };
            let module = self.modules.get(*file).ok_or_else(unseen)?;
            let call = module.exact(*span, &["call"]).ok_or_else(unseen)?;
            if module.text_of(call).contains("prefix_chars") {
                return Err("its options begin otherwise than with `-`".to_owned());
            }
            let assigned = module.parent(call).filter(|around| around.kind() == "assignment");
            let statement = assigned.and_then(|assigned| module.parent(assigned));
            let left = assigned.and_then(|assigned| assigned.child_by_field_name("left"));
            let left = left.filter(|left| matches!(left.kind(), "identifier" | "attribute"));
            found.push(Spot {
                file: *file,
                after: statement.map_or(*span, tree::span),
                object: left.map_or("", |left| module.text_of(left)).to_owned(),
            });
        }
        Ok(found)
    }

    /// Why the flag would be one too many.
    fn conflict(&mut self, walk: &Walk, made: &[Spot], wish: &Wish) -> Option<String> {
        let flags = [format!("--{}", wish.name), format!("--{}", wish.name.replace('_', "-"))];
        let files = made.iter().map(|place| (place.file, None));
        let roots = walk.code.iter().map(|(file, root)| (*file, Some(*root)));
        for (file, root) in roots.chain(files) {
            let Some(module) = self.modules.get(file) else { continue };
            let Some(root) = root.or_else(|| around(module, made, file)) else { continue };
            let mut strings = module.of_kind("string").filter(|s| root.contains(tree::span(*s)));
            let found = strings.find(|string| {
                let text = literal::plain_string(*string, module.text());
                text.is_some_and(|text| {
                    flags.iter().any(|flag| flag == text)
                        || (text == wish.name && is_dest(module, *string))
                })
            });
            if let Some(found) = found {
                let line = module.lines.of(found.start_byte()) + 1;
                let path = self.program.relative(file).display();
                return Some(format!("there is such a flag already ({path}:{line})"));
            }
        }
        None
    }

    /// Where the flag is added: beside the arguments that the decision is about, else behind the
    /// last argument of the parser, else behind what makes it.
    fn spots(
        &mut self,
        parser: &Parser<'m>,
        walk: &Walk,
        made: &[Spot],
        wish: &Wish,
    ) -> Result<Vec<Spot>, String> {
        let reach = reach(walk, made);
        let shared = self.planned_within(&reach, wish);
        if !shared.is_empty() {
            let runs = |solver: &mut Self, (file, span): &(FileId, Span)| {
                made.iter().any(|place| (place.file, place.after) == (*file, *span))
                    || solver.runs_before(parser, *file, *span)
            };
            let is_one = shared.len() == 1 && runs(self, &shared[0]);
            let place = is_one.then(|| self.spot_again(&shared[0], wish)).flatten();
            return place.map(|place| vec![place]).ok_or_else(|| {
                "a part of what builds the parser gains the flag for another one".to_owned()
            });
        }
        if let Some(commands) = self.commands(walk, wish) {
            return Ok(commands);
        }
        for candidate in candidates(walk, wish) {
            let place = (candidate.file, candidate.after);
            if self.runs_before(parser, place.0, place.1) && !self.is_others(place, wish) {
                let object = self.object_text(&candidate);
                return Ok(vec![Spot { file: place.0, after: place.1, object }]);
            }
        }
        let is_free = |solver: &Self, place: &Spot| {
            !place.object.is_empty() && !solver.is_others((place.file, place.after), wish)
        };
        if made.iter().all(|place| is_free(self, place)) {
            let again = |place: &Spot| Spot { object: place.object.clone(), ..*place };
            return Ok(made.iter().map(again).collect());
        }
        Err("no place in the program always adds arguments to the parser".to_owned())
    }

    fn object_text(&self, candidate: &Candidate) -> String {
        let module = self.modules.get(candidate.file);
        module.map_or("", |module| module.slice(candidate.object)).to_owned()
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
        let plans = self.origins.plans.iter().filter(|((_, name), _)| *name == wish.name);
        let ops = plans.filter_map(|(_, plan)| plan.as_ref().ok()).flat_map(|plan| &plan.ops);
        let text = ops.into_iter().find_map(|op| match op {
            Op::AppendStatement { after: at, text } if at.file == *file && at.range == *after => {
                Some(text)
            }
            _ => None,
        })?;
        let object = text.split(".add_argument(").next()?.to_owned();
        Some(Spot { file: *file, after: *after, object })
    }

    /// Where the commands gain the flag that alone declare what the place reads.
    fn commands(&self, walk: &Walk, wish: &Wish) -> Option<Vec<Spot>> {
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
            let object = self.object_text(&candidate);
            let place = Spot { file: candidate.file, after: candidate.after, object };
            let is_new =
                !found.iter().any(|known| (known.file, known.after) == (place.file, place.after));
            found.extend(is_new.then_some(place));
        }
        Some(found)
    }
}

/// The parser of a call of `parse_args`.
fn parser_of<'m>(file: FileId, module: &'m Module, call: Node<'m>) -> Option<Parser<'m>> {
    let function = call.child_by_field_name("function")?;
    let name = module.text_of(function.child_by_field_name("attribute")?);
    let node = function.child_by_field_name("object").filter(|_| PARSES.contains(&name))?;
    Some(Parser { file, module, node })
}

/// The function or module around what makes a parser in a file.
fn around(module: &Module, made: &[Spot], file: FileId) -> Option<Span> {
    let place = made.iter().find(|place| place.file == file)?;
    let node = module.nodes().covering(place.after)?;
    let function = module.ancestors(node).find(|around| around.kind() == "function_definition");
    Some(tree::span(function.unwrap_or_else(|| module.root())))
}

/// Whether a string is the `dest` of an argument.
fn is_dest(module: &Module, string: Node) -> bool {
    module.parent(string).is_some_and(|parent| {
        let name = parent.child_by_field_name("name").map(|name| module.text_of(name));
        parent.kind() == "keyword_argument" && name == Some("dest")
    })
}

/// All statements that add arguments to a parser, and those that make it.
fn reach(walk: &Walk, made: &[Spot]) -> FxHashSet<(FileId, Span)> {
    let added = walk.arguments.iter().map(|added| (added.file, added.statement));
    added.chain(made.iter().map(|place| (place.file, place.after))).collect()
}

/// A statement behind which the flag can be added, and the expression that it is added to.
struct Candidate {
    file: FileId,
    after: Span,
    object: Span,
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
    found.extend(own().filter(|added| !added.relation.is_exclusive).map(|a| last_beside(walk, a)));
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
    let is_beside = |other: &&Added| {
        if added.relation.is_exclusive {
            !other.relation.is_exclusive
        } else {
            other.relation == added.relation && other.object_is(added)
        }
    };
    let last = here.filter(is_beside).max_by_key(|other| other.statement.start);
    let last = last.unwrap_or(added);
    Candidate { file: last.file, after: last.statement, object: last.object }
}

/// Whether a statement is run whenever the parser of a command is made: nothing leaves between.
fn is_straight(module: &Module, statement: Node, made: Span) -> bool {
    let Some(block) = module.parent(statement) else { return false };
    let is_own = tree::span(block).contains(made);
    let between = Span::new(made.end.min(statement.start_byte()), statement.start_byte());
    let leaves = |kind: &str| module.of_kind(kind).any(|node| between.contains(tree::span(node)));
    is_own && !leaves("return_statement") && !leaves("raise_statement")
}

/// Whether the options with several words are mostly spelled with dashes, those of the whole module
/// where the parser has none, and the quote of the names.
fn habits(module: &Module, walk: &Walk) -> (bool, char) {
    let all = module.calls_named("add_argument").filter_map(|call| {
        let first = Call::at(call, module.text())?.positional(0)?.value;
        literal::plain_string(first, module.text()).map(str::to_owned)
    });
    let own = walk.arguments.iter().map(|added| added.option.clone());
    let count = |options: &[String], letter: char| {
        let options = options.iter().map(|option| option.trim_start_matches('-'));
        options.filter(|option| option.contains(letter)).count()
    };
    let is_dashed = |options: &[String]| {
        let (dashes, underscores) = (count(options, '-'), count(options, '_'));
        (dashes + underscores > 0).then_some(dashes > underscores)
    };
    let (own, all): (Vec<String>, Vec<String>) = (own.collect(), all.collect());
    let is_dashed = is_dashed(&own).or_else(|| is_dashed(&all)).unwrap_or_default();
    let single = walk.arguments.iter().filter(|added| added.quote == '\'').count();
    let quote = if single * 2 > walk.arguments.len() { '\'' } else { '"' };
    (is_dashed, quote)
}

/// How the flag is spelled.
fn spelled(name: &str, dashed: bool) -> String {
    let name = if dashed { name.replace('_', "-") } else { name.to_owned() };
    format!("--{name}")
}

/// The statement that adds the flag.
fn statement(object: &str, flag: &str, quote: char, wish: &Wish) -> String {
    let help = wish.decision.help;
    // A text with an apostrophe keeps to double quotes.
    let around = if help.contains(quote) { '"' } else { quote };
    format!(
        "{object}.add_argument(\n\t{quote}{flag}{quote},\n\taction={quote}store_true{quote},\n\thelp={around}{help}{around},\n)"
    )
}
