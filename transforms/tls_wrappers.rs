//! Functions of the program that hand an argument on to a callable of the table.

use super::tls_scene::Scene;
use super::tls_targets::{Makers, Target, target};
use super::trust_values::callee;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::workspace::span::Span;

/// Packages that connect to servers.
pub(super) const CONNECT: [&str; 4] = ["requests", "httpx", "aiohttp", "urllib3"];

/// What is known of a call that is given an argument.
pub(super) enum Wrapped {
    /// Every function that it may run hands the argument on.
    HandsOn(Box<Target>),
    /// It runs a function of the program in a module that connects to servers.
    MayHandOn,
    /// It runs a function of the program that has nothing to do with connections.
    Other,
    /// It is not known what it runs.
    Unknown,
}

/// What a function of the program does with the argument of a call.
pub(super) fn wrapped(scene: &Scene, call: &Call, argument: &str) -> Wrapped {
    let module = scene.module;
    let Some(found) = scene.program.callee(module.file, module, call.function) else {
        return Wrapped::Unknown;
    };
    let mut targets = Vec::new();
    let mut connects = false;
    for function in &found.functions {
        let Some(member) = scene.program.module(function.file) else { return Wrapped::Unknown };
        let packages = member.module.names.packages();
        connects |= CONNECT.iter().any(|package| packages.contains(*package));
        let key = (function.file, function.span, argument.to_owned());
        let mut known = scene.known.wrappers.borrow_mut();
        let found = || handed_on(&member.module, function.span, argument);
        targets.push(known.entry(key).or_insert_with(found).clone());
    }
    let hands_on = targets.iter().all(Option::is_some);
    match targets.into_iter().flatten().next().filter(|_| hands_on && found.is_sure) {
        Some(inner) => {
            let sink = callee(module, call.node);
            Wrapped::HandsOn(Box::new(Target { sink, ..inner }))
        }
        None if connects || !found.is_sure => Wrapped::MayHandOn,
        None => Wrapped::Other,
    }
}

/// The callable that a function hands its parameter of that name to, under the same name.
fn handed_on(module: &Module, span: Span, argument: &str) -> Option<Target> {
    let function = module.exact(span, &["function_definition"])?;
    let signature = Signature::at(function)?;
    signature.parameters.iter().find(|p| module.text_of(p.name) == argument)?;
    module.of_kind("keyword_argument").filter(|node| span.contains(tree::span(*node))).find_map(
        |node| {
            let value = node.child_by_field_name("value")?;
            let name = node.child_by_field_name("name")?;
            if module.text_of(name) != argument || module.text_of(value) != argument {
                return None;
            }
            let call = Call::at(module.parent(module.parent(node)?)?, module.text())?;
            target(module, &Makers::default(), &call, argument)
                .filter(|found| found.row.safe == "True")
        },
    )
}
