//! What the functions of the program do with what they are handed.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::callers::class_of;
use super::decorator::{Effect, effect_at};
use super::escape::{Use, followed};
use super::look::{Frame, Look, What};
use super::place::decorators;
use crate::program::Program;
use crate::program::callee::{Callee, How};
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::signature::{Parameter, ParameterKind, Signature};
use crate::python::tree;

/// How many functions a call may run.
const MOST_FUNCTIONS: usize = 16;

/// What becomes of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passed {
    /// This is done with it.
    Followed(Use),
    /// It is not seen what: why.
    Unseen(&'static str),
}

impl Passed {
    /// What is done with a function by a call of what is shown so.
    pub(super) fn by(self, look: &Look, shown: &str) -> Use {
        let is_function = matches!(look.what, What::Function | What::Partial);
        match self {
            Self::Followed(Use::Unknown(by)) if is_function => {
                Use::Unknown(format!("{by}, through `{shown}`"))
            }
            Self::Followed(Use::Unknown(by)) => Use::Unknown(by),
            Self::Followed(_) => Use::Known(format!("handed to `{shown}`")),
            Self::Unseen(why) => Use::Unknown(format!("handed to `{shown}` {why}")),
        }
    }
}

/// What the functions that a call runs do with one of its arguments: the whole argument, with its
/// keyword. `is_late` tells that the call is one of `partial`, whose first argument is the callee.
/// `None` if it may run what is not the program's.
pub(super) fn passed(
    look: &Look,
    call: Node,
    callee: Node,
    argument: Node,
    is_late: bool,
) -> Option<Passed> {
    let module = look.module;
    let found = look.program.callee(module.file, module, callee).filter(|callee| callee.is_sure)?;
    let Some(functions) = with_overrides(look.program, &found) else {
        return Some(Passed::Unseen("which other classes replace"));
    };
    let Some(look) = look.deeper() else { return Some(Passed::Unseen("too deep inside")) };
    let slot = Slot::of(module, call, argument, usize::from(is_late));
    let Some(slot) = slot else { return Some(Passed::Unseen("behind what is unpacked")) };
    let mut result = Use::Harmless;
    for function in functions {
        let Some(member) = look.program.member_of(function) else {
            return Some(Passed::Unseen("in a file that cannot be read"));
        };
        let module = &*member.module;
        let node = module.exact(function.span, &["function_definition"])?;
        let frame = Frame { look, call, function: (function.file, function.span), is_late };
        let inner = look.run_by(module, &frame);
        match received(&inner, node, slot, found.is_bound) {
            Passed::Followed(found) => result = result.or(found),
            unseen @ Passed::Unseen(_) => return Some(unseen),
        }
    }
    Some(Passed::Followed(result))
}

/// The functions of a callee and those by which classes that derive from theirs replace them;
/// `None` if that cannot be told.
fn with_overrides(program: &Program, callee: &Callee) -> Option<BTreeSet<Definition>> {
    let mut found: BTreeSet<Definition> = callee.functions.iter().copied().collect();
    if let Some(class) = callee.makes {
        let (ancestry, _) = program.ancestry(class);
        let is_plain = |class: &Definition| program.own_method(*class, "__new__") == Own::Nothing;
        if !ancestry.iter().all(is_plain) {
            return None;
        }
    }
    if !matches!(callee.evidence, How::Object(_) | How::Super) {
        return Some(found);
    }
    for function in &callee.functions {
        let class = class_of(program, *function)?;
        let name = program.name_of(*function)?;
        for derived in program.derived_with(class, &[&name])? {
            match program.own_method(derived, &name) {
                Own::Function(method) => {
                    found.insert(method);
                }
                Own::Other => return None,
                Own::Nothing => {}
            }
        }
    }
    (found.len() <= MOST_FUNCTIONS).then_some(found)
}

/// How an argument is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot<'t> {
    /// As the n-th by position.
    Position(usize),
    /// By its name.
    Keyword(&'t str),
}

impl<'t> Slot<'t> {
    /// `skipped` arguments by position are not for the callee. `None` if it cannot be told.
    fn of(module: &'t Module, call: Node<'t>, argument: Node, skipped: usize) -> Option<Self> {
        let call = Call::at(call, module.text())?;
        let at = call.arguments.iter().position(|found| found.node.id() == argument.id())?;
        match call.arguments[at].kind {
            ArgumentKind::Keyword(name) => Some(Self::Keyword(name)),
            ArgumentKind::Positional => {
                let before = &call.arguments[..at];
                if before.iter().any(|argument| argument.kind == ArgumentKind::Splat) {
                    return None;
                }
                let by_position =
                    before.iter().filter(|argument| argument.kind == ArgumentKind::Positional);
                by_position.count().checked_sub(skipped).map(Self::Position)
            }
            ArgumentKind::Splat | ArgumentKind::DoubleSplat => None,
        }
    }

    /// The parameter in which it arrives, if it has one of its own.
    fn parameter<'s>(
        self,
        module: &Module,
        signature: &'s Signature<'s>,
        is_bound: bool,
    ) -> Option<&'s Parameter<'s>> {
        let mut parameters = signature.parameters.iter();
        match self {
            Self::Keyword(name) => parameters.find(|parameter| {
                module.text_of(parameter.name) == name
                    && matches!(
                        parameter.kind,
                        ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly
                    )
            }),
            Self::Position(at) => parameters
                .take_while(|parameter| {
                    matches!(
                        parameter.kind,
                        ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
                    )
                })
                .nth(at + usize::from(is_bound)),
        }
    }
}

/// What a function does with an argument.
fn received(look: &Look, function: Node, slot: Slot, is_bound: bool) -> Passed {
    let module = look.module;
    // Its decorators may run something else, or hand the arguments on otherwise.
    let is_itself = decorators(module, function).into_iter().all(|decorator| {
        effect_at(look, decorator) == Effect::Kept
            && !module.text_of(decorator).contains("singledispatch")
    });
    if !is_itself {
        return Passed::Unseen("which is decorated");
    }
    let signature = Signature::at(function);
    let parameter =
        signature.as_ref().and_then(|signature| slot.parameter(module, signature, is_bound));
    let body = function.child_by_field_name("body");
    let Some((parameter, body)) = parameter.zip(body) else {
        return Passed::Unseen("among other arguments");
    };
    Passed::Followed(look.once(tree::span(parameter.name), || {
        let name = module.text_of(parameter.name);
        let scope = module.names.scope_at(body.start_byte());
        let uses = module.names.uses_of(name, scope, module.text());
        let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
        let nodes = nodes.filter(|node| !is_target(module, *node));
        nodes.fold(Use::Harmless, |found, node| found.or(followed(look, node)))
    }))
}

fn is_target(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| {
        parent.child_by_field_name("name").is_some_and(|name| name.id() == node.id())
            || parent
                .child_by_field_name("left")
                .is_some_and(|left| left.id() == node.id() && parent.kind() == "assignment")
    })
}
