//! Functions that only hand one of their parameters to a shell: they and all their callers are
//! turned together, or none is.

use std::collections::BTreeMap;
use std::sync::Arc;

use tree_sitter::Node;

use super::calls::{Scene, bound_name};
use super::classify::Takes;
use super::command::{Done, Manner, Outcome, at, turn};
use super::lay::Brackets;
use super::variable::{Kept, kept};
use super::windows::is_windows_only;
use super::write::Writer;
use crate::plan::op::Op;
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::threading::{CallOf, calls_of};
use crate::transforms::finding::ShellRequest;
use crate::transforms::yaml_edits::drop_imports;
use crate::workspace::FileId;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// How many functions hand a command on to one another.
const DEEPEST: usize = 5;

/// A function that hands its parameter on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapper {
    file: FileId,
    function: Span,
    parameter: String,
}

/// A call that hands a command in.
#[derive(Debug, Clone, Copy)]
struct HandedIn {
    file: FileId,
    call: Span,
    /// The command.
    at: Span,
}

/// The functions through which a command comes to a shell, and all that is handed in.
#[derive(Debug, Default)]
pub(super) struct Chain {
    wrappers: Vec<Wrapper>,
    handed_in: Vec<HandedIn>,
    /// Parameters that are handed on to another of the functions.
    handed_on: Vec<(FileId, Span)>,
    pub(super) modules: BTreeMap<FileId, Arc<Module>>,
}

/// The chain of a request whose command is a parameter of the function around it; `None` for other
/// commands.
pub(super) fn chain(
    program: &Program,
    module: &Arc<Module>,
    request: &ShellRequest,
) -> Option<Result<Chain, String>> {
    let node = module.nodes().covering(request.command)?;
    let first = wrapper(module, tree::unparenthesised(node))?;
    Some(followed(program, first))
}

/// The function whose parameter an expression is, bound nowhere else.
fn wrapper(module: &Module, node: Node) -> Option<Wrapper> {
    if node.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    let bound = module.names.binding_scope(name, scope)?;
    let bindings = module.names.scopes[bound].bindings.get(name)?;
    let function = module.ancestors(node).find(|around| around.kind() == "function_definition")?;
    let is_parameter = bindings.len() == 1
        && matches!(bindings[0].kind, BindingKind::Parameter)
        && tree::span(function).contains(bindings[0].span);
    is_parameter.then(|| Wrapper {
        file: module.file,
        function: tree::span(function),
        parameter: name.to_owned(),
    })
}

fn followed(program: &Program, first: Wrapper) -> Result<Chain, String> {
    let mut chain = Chain::default();
    let mut waiting = vec![(first, 0)];
    while let Some((wrapper, depth)) = waiting.pop() {
        if chain.wrappers.contains(&wrapper) {
            continue;
        }
        if depth > DEEPEST {
            return Err("the command is handed on by more functions than are looked at".to_owned());
        }
        let calls = calls_of(program, wrapper.file, wrapper.function)?;
        let home = program.module(wrapper.file).ok_or_else(gone)?.module;
        if calls.is_empty() {
            return Err(format!(
                "`{}` comes from elsewhere as one text, and nothing here calls the function; hand the words over as a list",
                wrapper.parameter
            ));
        }
        for call in calls {
            let module = program.module(call.file).ok_or_else(gone)?.module;
            let argument = handed_in(&home, &wrapper, &module, call)?;
            let node = module.nodes().covering(argument).ok_or_else(gone)?;
            match self::wrapper(&module, tree::unparenthesised(node)) {
                Some(next) => {
                    chain.handed_on.push((call.file, argument));
                    waiting.push((next, depth + 1));
                }
                None => chain.handed_in.push(HandedIn {
                    file: call.file,
                    call: call.call,
                    at: argument,
                }),
            }
            chain.modules.insert(call.file, module);
        }
        chain.modules.insert(wrapper.file, home);
        chain.wrappers.push(wrapper);
    }
    Ok(chain)
}

fn gone() -> String {
    "a caller could not be found again".to_owned()
}

/// The argument of a call that reaches the parameter.
fn handed_in(
    home: &Module,
    wrapper: &Wrapper,
    module: &Module,
    found: CallOf,
) -> Result<Span, String> {
    let line = module.lines.of(found.call.start) + 1;
    let unread = || format!("the call in line {line} hands its arguments over unseen");
    let function = home.exact(wrapper.function, &["function_definition"]).ok_or_else(gone)?;
    let signature = Signature::at(function).ok_or_else(gone)?;
    let place = signature
        .parameters
        .iter()
        .position(|parameter| home.text_of(parameter.name) == wrapper.parameter)
        .ok_or_else(gone)?;
    let parameter = signature.parameters[place];
    if parameter.default.is_some() {
        return Err(format!("`{}` has a default", wrapper.parameter));
    }
    if matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword) {
        return Err(format!("`{}` holds several arguments", wrapper.parameter));
    }
    let node = module.exact(found.call, &["call"]).ok_or_else(unread)?;
    let call = Call::at(node, module.text()).ok_or_else(unread)?;
    if call.has(ArgumentKind::Splat) || call.has(ArgumentKind::DoubleSplat) {
        return Err(unread());
    }
    let by_name = call.keyword(&wrapper.parameter);
    let argument = by_name.or_else(|| call.positional(place + found.skipped)).ok_or_else(unread)?;
    Ok(tree::span(argument.value))
}

impl Chain {
    /// The places of a file in which commands of the chain stand.
    pub(super) fn places(&self, file: FileId) -> impl Iterator<Item = Span> {
        let handed_on = self.handed_on.iter().copied();
        let from_callers = self.handed_in.iter().map(|one| (one.file, one.at));
        handed_on.chain(from_callers).filter(move |(there, _)| *there == file).map(|(_, at)| at)
    }

    /// The calls that hand a command in, which are turned too: one fact a line.
    pub(super) fn proof(&self, program: &Program) -> Vec<String> {
        let fact = |one: &HandedIn| {
            let module = self.modules.get(&one.file)?;
            let path = program.relative(one.file).display();
            let line = module.lines.of(one.call.start) + 1;
            Some(format!("{path}:{line} hands its command in, as words now"))
        };
        self.handed_in.iter().filter_map(fact).collect()
    }

    /// The edits of all functions and callers, for a call that runs the parameter with this shell.
    pub(super) fn turned(&self, scene: &Scene, shell: &str) -> Result<Done, String> {
        let (mut done, mut is_shown) = (Done::default(), false);
        for wrapper in &self.wrappers {
            let module = self.modules.get(&wrapper.file).ok_or_else(gone)?;
            is_shown |= self.wrapper_ops(module, wrapper, scene, &mut done)?;
        }
        for one in &self.handed_in {
            let module = self.modules.get(&one.file).ok_or_else(gone)?;
            let caller = self.caller_ops(module, one, scene, shell, is_shown)?;
            done.ops.extend(caller.ops);
            for doubt in caller.doubts {
                if !done.doubts.contains(&doubt) {
                    done.doubts.push(doubt);
                }
            }
            done.programs.extend(caller.programs);
        }
        Ok(done)
    }

    /// The edits of a function that hands its parameter on: what else it does with the text. Returns
    /// whether it does anything.
    fn wrapper_ops(
        &self,
        module: &Module,
        wrapper: &Wrapper,
        scene: &Scene,
        done: &mut Done,
    ) -> Result<bool, String> {
        let function = module.exact(wrapper.function, &["function_definition"]).ok_or_else(gone)?;
        let signature = Signature::at(function).ok_or_else(gone)?;
        let name = wrapper.parameter.as_str();
        let parameter = signature.parameters.iter().find(|p| module.text_of(p.name) == name);
        let parameter = parameter.ok_or_else(gone)?;
        if let Some(annotation) = parameter.annotation {
            let writer = Writer::new(module, (scene.python)(wrapper.file));
            let annotated = writer.annotation();
            if module.text_of(annotation) != "str" {
                return Err(format!("`{name}` is annotated as more than text"));
            }
            done.ops.push(Op::ReplaceExpression {
                at: at(module, tree::span(annotation)),
                pieces: vec![Piece::text(annotated)],
            });
        }
        let body = function.child_by_field_name("body").ok_or_else(gone)?;
        let scope = module.names.scope_at(body.start_byte());
        let bound = module.names.binding_scope(name, scope).ok_or_else(gone)?;
        let foreign = (scene.foreign)(wrapper.file);
        let writer = Writer::new(module, (scene.python)(wrapper.file));
        let (shlex, _) = bound_name(module, "shlex", body)?;
        let mut is_shown = false;
        for used in module.names.uses_of(name, bound, module.text()) {
            let place = (wrapper.file, used);
            if scene.sinks.contains(&place) || self.handed_on.contains(&place) {
                continue;
            }
            if used == tree::span(parameter.name) {
                continue;
            }
            if foreign.contains(&used) {
                return Err(format!("`{name}` is run in another way too"));
            }
            let node = module.nodes().covering(used).ok_or_else(gone)?;
            match kept(module, node) {
                Kept::AsItIs => continue,
                Kept::Text if writer.has(8) => is_shown = true,
                _ => return Err(format!("`{name}` is looked at in a way that a list is not")),
            }
            let pieces = vec![
                Piece::text(format!("{shlex}.join(")),
                Piece::Original(used),
                Piece::text(")"),
            ];
            done.ops.push(Op::ReplaceExpression { at: at(module, used), pieces });
        }
        if is_shown {
            done.ops.push(super::calls::ensure(module, body, "shlex", shlex));
        }
        Ok(is_shown)
    }

    /// The edits of a call that hands a command in.
    fn caller_ops(
        &self,
        module: &Module,
        one: &HandedIn,
        scene: &Scene,
        shell: &str,
        is_shown: bool,
    ) -> Result<Done, String> {
        let line = module.lines.of(one.call.start) + 1;
        let path = scene.program.relative(one.file).display().to_string();
        let there = |why: String| format!("the call in {path}:{line} cannot be turned: {why}");
        let node = module.nodes().covering(one.at).ok_or_else(gone)?;
        if is_windows_only(module, node) {
            return Err(there("only Windows runs it".to_owned()));
        }
        if module.slice(one.call).contains("executable") {
            return Err(there("the shell may be another one".to_owned()));
        }
        let joint = self.places(one.file).filter(|place| *place != one.at).collect();
        let mut writer = Writer {
            joint,
            foreign: (scene.foreign)(one.file),
            is_shown,
            ..Writer::new(module, (scene.python)(one.file))
        };
        let call = module.exact(one.call, &["call"]).ok_or_else(gone)?;
        writer.shlex = bound_name(module, "shlex", call)?.0;
        let manner =
            Manner { takes: Takes::NOTHING, shell, brackets: Brackets::List, may_stay: false };
        let mut done = match turn(&writer, node, manner) {
            Outcome::Done(done) => *done,
            Outcome::Constant => return Err(there("its command needs a shell".to_owned())),
            Outcome::Left(why) => return Err(there(why)),
        };
        if let Some((range, written)) = done.command.take() {
            let pieces = written.pieces;
            done.ops.push(Op::ReplaceExpression { at: at(module, range), pieces });
        }
        for name in done.modules.clone() {
            let (bound, _) = bound_name(module, name, call)?;
            done.ops.push(super::calls::ensure(module, call, name, bound));
        }
        for dropped in writer.dropped.borrow_mut().drain(..) {
            if let Some(node) = module.nodes().covering(dropped) {
                drop_imports(module, scene.program, node, &mut done.ops);
            }
        }
        Ok(done)
    }
}
