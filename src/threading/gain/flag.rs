//! The flag of a command line: where it is added, and how it is spelled.

use tree_sitter::Node;

use super::spots::reach;
use super::walk::Walk;
use super::{Plan, Wish};
use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::{literal, tree};
use crate::threading::origin::Source;
use crate::threading::origin::value::value;
use crate::threading::parser::PARSES;
use crate::threading::serving::is_serving;
use crate::threading::solve::Solver;
use crate::threading::{deleted, link, spot};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Where a flag is added.
pub(super) struct Spot {
    pub(super) file: FileId,
    /// The statement before it.
    pub(super) after: Span,
    /// The expression that it is added to.
    pub(super) object: String,
}

/// A parser where it parses.
pub(super) struct Parser<'m> {
    pub(super) file: FileId,
    pub(super) module: &'m Module,
    /// The expression, `parser` in `parser.parse_args()`.
    pub(super) node: Node<'m>,
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
        if PARSES.iter().any(refills) {
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
        // Where another program shares the place, the flag there is this one.
        let known = spots.iter().find_map(|place| self.planned_at(place.file, place.after, wish));
        let flag = known.map_or_else(|| spelled(&wish.name, dashed), |plan| plan.shown.clone());
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
            // What a function makes and parses itself is nobody else's.
            let is_own = place.file == file
                && function_around(there, place.after) == function_around(module, span);
            let others = || (!is_own).then(|| self.is_added_by_others(&place, wish)).flatten();
            if let Some(why) = why.or_else(others) {
                return Err(why);
            }
            let at = spot(there, place.file, place.after.start);
            let around = there.nodes().covering(place.after).map(|node| there.scope_of(node));
            let text = format!("gains the flag `{flag}`; who does not give it gets False");
            plan.hosts.push(link(at, around.unwrap_or_default(), text));
            plan.places.insert((place.file, place.after));
            let planned = self.planned_at(place.file, place.after, wish);
            let planned = planned.and_then(|plan| plan.op_behind(place.file, place.after).cloned());
            plan.ops.push(planned.unwrap_or_else(|| Op::AppendStatement {
                after: Anchor { file: place.file, range: place.after },
                text: statement(&place.object, &flag, quote, wish),
            }));
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
        if found.is_empty() { Err(unseen()) } else { Ok(found) }
    }
}

/// The function around a place, nothing at the top of a module.
fn function_around(module: &Module, place: Span) -> Option<Span> {
    let node = module.nodes().covering(place)?;
    let mut around = module.ancestors(node).filter(|a| a.kind() == "function_definition");
    around.next().map(tree::span)
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
pub(super) fn parser_of<'m>(
    file: FileId,
    module: &'m Module,
    call: Node<'m>,
) -> Option<Parser<'m>> {
    let function = call.child_by_field_name("function")?;
    let name = module.text_of(function.child_by_field_name("attribute")?);
    let node = function.child_by_field_name("object").filter(|_| PARSES.contains(&name))?;
    Some(Parser { file, module, node })
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
