//! The flag of a command line: where it is added, and how it is spelled.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::dests::fitness;
use super::walk::{Added, Walk};
use super::{Plan, Wish};
use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::{literal, tree};
use crate::threading::origin::Source;
use crate::threading::origin::flags::{Search, Target};
use crate::threading::origin::value::value;
use crate::threading::parser::PARSES;
use crate::threading::serving::is_serving;
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
        let is_deleted = deleted::attribute(module, module.root(), &wish.name);
        if is_deleted || module.text().contains("delattr(") {
            return Err("attributes of the namespace are deleted".to_owned());
        }
        let own = Call::at(node, module.text());
        if own
            .is_some_and(|call| call.keyword("namespace").is_some() || call.positional(1).is_some())
        {
            return Err("what is parsed is written into an object that is there already".to_owned());
        }
        let refills = |name: &&str| {
            module.calls_named(name).any(|call| {
                let call = Call::at(call, module.text());
                call.is_some_and(|call| call.keyword("namespace").is_some())
            })
        };
        if PARSES.iter().any(|name| refills(&name)) {
            return Err("a namespace of the module is filled twice".to_owned());
        }
        if self.parses_what_is_sent(file, module, node) {
            return Err("what it parses may be what somebody else sends".to_owned());
        }
        if !self.keeps_defaults(file, parser.node) {
            return Err("not all that makes the parser can be seen".to_owned());
        }
        let made = self.made_at(&parser)?;
        let walk = self.walk(file, module, parser.node);
        if let Some(why) = walk.stranger.clone().or_else(|| self.conflict(&walk, &made, wish)) {
            return Err(why);
        }
        let takers = self.takers_of_all(file, span, wish)?;
        let (spots, read_as) = self.spots(&parser, &walk, &made, wish)?;
        let (dashed, quote) = habits(module, &walk);
        let flag = spelled(&wish.name, dashed);
        let mut plan = Plan {
            shown: flag.clone(),
            requires: takers.functions,
            beside: takers.classes,
            read_as,
            ..Plan::default()
        };
        plan.reach = reach(&walk, &made);
        plan.usages = self.usages(file, span, &flag);
        for place in spots {
            let there = self.modules.get(place.file).ok_or_else(gone)?;
            let why = self.untouchable(place.file, there);
            if let Some(why) = why.or_else(|| self.is_added_by_others(&place, wish)) {
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

    /// Whether a program that hears from others may parse what these say: anything but the command
    /// line of the process, in functions that are no handlers.
    fn parses_what_is_sent(&mut self, file: FileId, module: &'m Module, call: Node<'m>) -> bool {
        if !is_serving(self.program) {
            return false;
        }
        let functions = module.ancestors(call).filter(|a| a.kind() == "function_definition");
        let functions: Vec<Node> = functions.collect();
        if functions.iter().any(|function| self.is_closed(file, module, *function)) {
            return true;
        }
        let call = Call::at(call, module.text());
        let Some(given) = call.as_ref().and_then(|call| call.positional(0)) else { return false };
        if is_command_line(module, given.value) {
            return false;
        }
        let name = module.text_of(given.value);
        let Some(function) = functions.first().filter(|_| given.value.kind() == "identifier")
        else {
            return true;
        };
        let key = (file, tree::span(*function));
        let parameter = Signature::at(*function)
            .is_some_and(|signature| signature.binding(name, module.text()).is_some());
        let Some(callers) = self.callers_of(key).filter(|_| parameter) else {
            // Nothing in the program hands anything in.
            return !parameter || self.references.escape(key).is_some();
        };
        callers.iter().any(|caller| {
            let Some(there) = self.modules.get(caller.file) else { return true };
            let handed = self.handed_in(key, name, caller);
            handed.is_some_and(|handed| !is_command_line(there, handed))
        })
    }

    /// The statements that make the parser, and what they assign it to.
    fn made_at(&mut self, parser: &Parser<'m>) -> Result<Vec<Spot>, String> {
        let unseen = || "not all that makes the parser can be seen".to_owned();
        let node = last_bound(parser.module, parser.node).unwrap_or(parser.node);
        let item = value(parser.file, node, None);
        let sources = self.sources(&item, None).ok_or_else(unseen)?;
        let mut found = Vec::new();
        for source in sources.iter().filter(|source| **source != Source::Nothing) {
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
        let flags = flags_of(wish);
        if walk.is_open || self.is_open(walk, made) {
            let [one, other] = &flags;
            if let Some(file) = self.program.files_holding(&[&one[2..], &other[2..]]).first() {
                let holds = |file: &FileId| {
                    let strings = self.modules.get(*file).into_iter().flat_map(|module| {
                        let strings = module.of_kind("string");
                        strings.filter_map(|node| literal::plain_string(node, module.text()))
                    });
                    strings
                        .into_iter()
                        .any(|text| flags.iter().any(|f| f.ends_with(text) && text.len() > 2))
                };
                let all = self.program.files_holding(&[&one[2..], &other[2..]]);
                if all.iter().any(holds) {
                    let path = self.program.relative(*file).display();
                    return Some(format!(
                        "arguments are added by names that are not written where that happens, and such a flag may be one of them ({path})"
                    ));
                }
            }
        }
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

    /// Whether arguments are added by names that are not written there, in the code that a parser goes
    /// through.
    fn is_open(&self, walk: &Walk, made: &[Spot]) -> bool {
        let roots = walk.code.iter().copied();
        let made = made.iter().filter_map(|place| {
            let module = self.modules.get(place.file)?;
            Some((place.file, around(module, made, place.file)?))
        });
        roots.chain(made).any(|(file, root)| {
            let Some(module) = self.modules.get(file) else { return true };
            let mut calls =
                module.calls_named("add_argument").filter(|call| root.contains(tree::span(*call)));
            calls.any(|call| {
                let call = Call::at(call, module.text());
                let first = call.as_ref().and_then(|call| call.positional(0));
                first
                    .is_none_or(|first| literal::plain_string(first.value, module.text()).is_none())
            })
        })
    }

    /// Why the flag would be one too many for another program that shares the code at a place.
    fn is_added_by_others(&mut self, place: &Spot, wish: &Wish) -> Option<String> {
        let module = self.modules.get(place.file)?;
        let node = module.nodes().covering(place.after)?;
        let function = module.ancestors(node).find(|a| a.kind() == "function_definition");
        let name = match function {
            Some(function) => crate::threading::place::name_of(module, function)?.to_owned(),
            None => place.object.clone(),
        };
        for file in self.program.files_holding(&[&name]) {
            let Some(other) = self.modules.get(file) else { continue };
            let calls: Vec<Node> =
                PARSES.iter().flat_map(|parses| other.calls_named(parses)).collect();
            for call in calls {
                if self.has_flag(file, tree::span(call), &wish.name) {
                    let line = other.lines.of(call.start_byte()) + 1;
                    let path = self.program.relative(file).display();
                    return Some(format!(
                        "`{name}` is shared with what has such a flag already ({path}:{line})"
                    ));
                }
            }
        }
        let flags = flags_of(wish);
        for file in self.program.files_holding(&[&flags[0], &flags[1]]) {
            let Some(other) = self.modules.get(file) else { continue };
            let strings = other.of_kind("string").filter(|string| {
                let text = literal::plain_string(*string, other.text());
                text.is_some_and(|text| flags.iter().any(|flag| flag == text))
            });
            for string in strings {
                let around = other.ancestors(string).find(|a| a.kind() == "function_definition");
                let root = around.unwrap_or_else(|| other.root());
                let is_own = file == place.file && function.is_some_and(|f| f.id() == root.id());
                let text = other.text_of(root);
                let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                if is_own || words.any(|word| word == name) {
                    let line = other.lines.of(string.start_byte()) + 1;
                    let path = self.program.relative(file).display();
                    return Some(format!(
                        "`{name}` is shared with what has such a flag already ({path}:{line})"
                    ));
                }
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

/// What the last assignment gives a variable that is always run before a place.
fn last_bound<'m>(module: &'m Module, node: Node<'m>) -> Option<Node<'m>> {
    use crate::python::names::BindingKind::Assignment;
    if node.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(node.start_byte());
    let before = module
        .names
        .bindings(module.text_of(node), scope)
        .iter()
        .filter(|binding| binding.span.start < node.start_byte());
    let last = before.max_by_key(|binding| binding.span.start)?;
    let Assignment { value } = last.kind else { return None };
    let statement = module.statement(module.nodes().covering(last.span)?)?;
    let block = module.parent(statement)?;
    let is_around = module.ancestors(node).any(|around| around.id() == block.id());
    is_around.then(|| module.nodes().covering(value)).flatten()
}

/// Whether an expression is the command line of the process, or nothing.
fn is_command_line(module: &Module, node: Node) -> bool {
    let text = module.text_of(node);
    text == "None" || text.starts_with("sys.argv")
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

/// How the flag may be spelled.
fn flags_of(wish: &Wish) -> [String; 2] {
    [format!("--{}", wish.name), format!("--{}", wish.name.replace('_', "-"))]
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
