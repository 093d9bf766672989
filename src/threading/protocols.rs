//! Classes that match a `Protocol` without deriving from it: they belong to its family where one of
//! their objects is handed to what is annotated with it.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::{callers, kin};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::hierarchy::{Base, Own};
use crate::program::mentions::Sought;
use crate::program::types::Type;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::workspace::FileId;

/// How many protocols of one program are looked at.
const MOST_PROTOCOLS: usize = 200;

/// The classes whose objects are handed on at the type of a protocol, each worked out once.
#[derive(Debug, Default)]
pub(super) struct Protocols {
    passed: FxHashMap<Definition, Rc<BTreeSet<Definition>>>,
    /// The protocols of the program.
    all: Option<Rc<Vec<Definition>>>,
}

/// A parameter that is annotated with a protocol.
struct Taker {
    function: Definition,
    parameter: String,
}

impl Protocols {
    /// The methods of that name that an object of a class may have to stand for, or that may stand
    /// for it: those of the protocols at whose type it is handed on, and of all other classes that
    /// are.
    pub(super) fn kin(
        &mut self,
        program: &Program,
        class: Definition,
        name: &str,
    ) -> Vec<Definition> {
        let mut found = Vec::new();
        for protocol in self.all(program).iter() {
            let Own::Function(method) = program.own_method(*protocol, name) else { continue };
            let passed = self.passed(program, *protocol);
            let is_related = |other: &Definition| program.are_related(*other, class);
            if !is_related(protocol) && !passed.iter().any(is_related) {
                continue;
            }
            found.push(method);
            for class in passed.iter() {
                let relatives = program.relatives_with(*class, &[name]).unwrap_or_default();
                let own = relatives.iter().map(|relative| program.own_method(*relative, name));
                found.extend(own.filter_map(|own| match own {
                    Own::Function(method) => Some(method),
                    _ => None,
                }));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn all(&mut self, program: &Program) -> Rc<Vec<Definition>> {
        let all = self.all.get_or_insert_with(|| {
            let names = program.classes().derived("Protocol", MOST_PROTOCOLS);
            let classes = names.iter().flat_map(|name| program.classes_named(name));
            let is_protocol = |class: &Definition| {
                let is_it = |base: &Base| matches!(base, Base::Foreign(name) if name == "Protocol");
                program.bases(*class).iter().any(is_it)
            };
            Rc::new(classes.filter(is_protocol).collect())
        });
        Rc::clone(all)
    }

    fn passed(&mut self, program: &Program, protocol: Definition) -> Rc<BTreeSet<Definition>> {
        if let Some(known) = self.passed.get(&protocol) {
            return Rc::clone(known);
        }
        let found = Rc::new(passed(program, protocol));
        self.passed.insert(protocol, Rc::clone(&found));
        found
    }
}

/// The classes whose objects are handed on, assigned or returned at the type of a protocol.
fn passed(program: &Program, protocol: Definition) -> BTreeSet<Definition> {
    let Some(name) = program.name_of(protocol) else { return BTreeSet::new() };
    let sought = [Sought {
        word: name.clone(),
        as_attribute: false,
        calls_too: true,
        as_method: false,
        beside: Vec::new(),
        ..Sought::default()
    }];
    let mut takers: Vec<Taker> = Vec::new();
    let mut found = BTreeSet::new();
    program.mentioning(&sought, &mut |member, _| {
        let module = &member.module;
        let file = module.file;
        takers.extend(annotated(program, file, module, protocol, &name));
        for value in assigned(program, file, module, protocol, &name) {
            found.extend(classes_of(program, file, module, value));
        }
    });
    let wanted: Vec<Option<callers::Wanted>> =
        takers.iter().map(|taker| kin::wanted(program, &[taker.function])).collect();
    let known: Vec<callers::Wanted> = wanted.iter().flatten().cloned().collect();
    let takers =
        takers.iter().zip(&wanted).filter_map(|(taker, wanted)| wanted.as_ref().map(|_| taker));
    for (taker, callers) in takers.zip(callers::find(program, &known)) {
        for caller in callers.calls.iter().chain(&callers.joint) {
            let Some(member) = program.module(caller.file) else { continue };
            let module = &member.module;
            let value = argument(program, module, taker, caller);
            let Some(value) = value else { continue };
            found.extend(classes_of(program, caller.file, module, value));
        }
    }
    found.remove(&protocol);
    found
}

/// The classes of which an expression may be an object.
fn classes_of(program: &Program, file: FileId, module: &Module, value: Node) -> Vec<Definition> {
    let typed = program.type_of(file, module, value);
    let found = typed.map(|typed| typed.types).unwrap_or_default();
    let instance = |of| match of {
        Type::Instance(class) => Some(class),
        Type::Class(_) => None,
    };
    found.into_iter().filter_map(instance).collect()
}

/// Whether an annotation names the protocol.
fn names(
    program: &Program,
    file: FileId,
    module: &Module,
    annotation: Node,
    protocol: Definition,
) -> bool {
    let typed = program.annotated_type(file, module, annotation);
    typed.is_some_and(|typed| typed.types.contains(&Type::Instance(protocol)))
}

/// The parameters of a module's functions that are annotated with the protocol.
fn annotated(
    program: &Program,
    file: FileId,
    module: &Module,
    protocol: Definition,
    name: &str,
) -> Vec<Taker> {
    let functions = module.of_kind("function_definition");
    functions
        .filter_map(|function| Some((function, Signature::at(function)?)))
        .flat_map(|(function, signature)| {
            let parameters = signature.parameters.into_iter().filter(|parameter| {
                parameter.annotation.is_some_and(|annotation| {
                    module.text_of(annotation).contains(name)
                        && names(program, file, module, annotation, protocol)
                })
            });
            let function = Program::definition_at(file, function);
            parameters
                .map(|parameter| Taker {
                    function,
                    parameter: module.text_of(parameter.name).to_owned(),
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The values that a module assigns to what is annotated with the protocol, or returns as one.
fn assigned<'m>(
    program: &Program,
    file: FileId,
    module: &'m Module,
    protocol: Definition,
    name: &str,
) -> Vec<Node<'m>> {
    let is_it = |annotation: Option<Node>| {
        annotation.is_some_and(|annotation| {
            module.text_of(annotation).contains(name)
                && names(program, file, module, annotation, protocol)
        })
    };
    let assignments = module
        .of_kind("assignment")
        .filter(|node| is_it(node.child_by_field_name("type")))
        .filter_map(|node| node.child_by_field_name("right"));
    let returns = module.of_kind("return_statement").filter_map(|node| {
        let function = module.ancestors(node).find(|a| a.kind() == "function_definition")?;
        let value = crate::python::tree::children(node).first().copied()?;
        is_it(function.child_by_field_name("return_type")).then_some(value)
    });
    assignments.chain(returns).collect()
}

/// The argument of a call that reaches a parameter.
fn argument<'m>(
    program: &Program,
    module: &'m Module,
    taker: &Taker,
    caller: &callers::Caller,
) -> Option<Node<'m>> {
    let node = module.exact(caller.call, &["call"])?;
    let call = Call::at(node, module.text())?;
    if let Some(named) = call.keyword(&taker.parameter) {
        return Some(named.value);
    }
    let home = program.module(taker.function.file)?;
    let function = home.module.exact(taker.function.span, &["function_definition"])?;
    let signature = Signature::at(function)?;
    let at = signature
        .parameters
        .iter()
        .position(|parameter| home.module.text_of(parameter.name) == taker.parameter)?;
    let at = (at + caller.skipped).checked_sub(usize::from(caller.is_bound))?;
    call.positional(at).map(|argument| argument.value)
}
