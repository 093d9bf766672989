//! What functions need to gain a parameter together, whether they may, and the edits.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::Reach;
use super::callers;
use super::gain::command;
use super::host::Gate;
use super::kin::{self, Kin};
use super::place::name_of;
use super::references::Key;
use super::solve::Solver;
use super::solver::{Task, class_key, definition, keeps_configuration};
use super::variadic::{self, Ours};
use super::{link, spot, stores, stubs};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::finding::{Decision, Level, Link, Spot};
use crate::workspace::FileId;

/// Whether functions may gain a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opened {
    Yes,
    /// They may not: why. What cannot be handed it may keep it.
    Closed(String),
    /// Nothing is changed: why.
    Report(String),
}

/// What a function gains.
#[derive(Debug, Default)]
pub(super) struct Growth {
    pub(super) ops: Vec<Op>,
    pub(super) fact: Option<Link>,
    pub(super) level: Option<Level>,
    pub(super) reason: String,
}

impl<'m> Solver<'_, 'm> {
    /// The functions whose place in the program matters to a task: those around it, the `__init__`
    /// of their classes, and those that would have to gain a parameter together with its host.
    pub(super) fn functions_of(&mut self, task: &Task<'m>) -> Vec<(FileId, Node<'m>)> {
        let around = task.place.functions_and_makers();
        let mut found: Vec<(FileId, Node)> =
            around.into_iter().map(|function| (task.file, function)).collect();
        let Some(host) = task.place.host().filter(|_| self.reach == Reach::Program) else {
            return found;
        };
        let members = self.kin((task.file, tree::span(host))).members;
        for member in members.iter() {
            let Some(module) = self.modules.get(member.file) else { continue };
            let node = module.exact(member.span, &["function_definition"]);
            found.extend(node.map(|node| (member.file, node)));
        }
        found
    }

    /// Looks for functions in the program, unless they were looked for already.
    pub(super) fn look_for(&mut self, mut functions: Vec<(FileId, Node<'m>)>) {
        functions.sort_by_key(|(file, node)| (*file, tree::span(*node)));
        functions.dedup_by_key(|(file, node)| (*file, tree::span(*node)));
        functions.retain(|(file, node)| self.looked_for.insert((*file, tree::span(*node))));
        if !functions.is_empty() {
            self.references.add(&functions, self.modules, self.program);
        }
    }

    /// The functions that have to gain a parameter together with one.
    pub(super) fn kin(&mut self, key: Key) -> Kin {
        if let Some(known) = self.kin.get(&key) {
            return known.clone();
        }
        let found = self.modules.get(key.0).and_then(|module| {
            let node = module.exact(key.1, &["function_definition"])?;
            Some(kin::of(self.program, &mut self.protocols, key.0, module, node))
        });
        let alone = || Kin { members: std::rc::Rc::new(vec![definition(key)]), trouble: None };
        let found = found.unwrap_or_else(alone);
        for member in found.members.iter().filter(|_| found.trouble.is_none()) {
            self.kin.insert((member.file, member.span), found.clone());
        }
        self.kin.insert(key, found.clone());
        found
    }

    /// Whether a function, and all that belong to it, may gain a parameter.
    pub(super) fn opened(&mut self, key: Key, name: &str, decision: &'static Decision) -> Opened {
        let kin = match self.reach {
            Reach::Program => self.kin(key),
            _ => Kin { members: std::rc::Rc::new(vec![definition(key)]), trouble: None },
        };
        // What the function itself says comes first.
        let own = self.member_open(definition(key), name, decision, false);
        if own != Opened::Yes {
            return own;
        }
        if let Some(why) = &kin.trouble {
            return Opened::Closed(why.clone());
        }
        let place = (kin.members[0], name.to_owned());
        if let Some(known) = self.opened.get(&place) {
            return known.clone();
        }
        let found = self.all_open(&kin, name, decision);
        self.opened.insert(place, found.clone());
        found
    }

    /// Whether all members of a family may gain the parameter, or need not.
    fn all_open(&mut self, kin: &Kin, name: &str, decision: &'static Decision) -> Opened {
        if kin.members.len() == 1 {
            return Opened::Yes;
        }
        for member in kin.members.iter().copied() {
            let shown = self.qualified((member.file, member.span));
            let beside = |why: String| {
                format!("{why} (`{shown}`, which belongs to the same family of classes)")
            };
            match self.member_open(member, name, decision, true) {
                Opened::Yes => {}
                Opened::Closed(why) => return Opened::Closed(beside(why)),
                Opened::Report(why) => return Opened::Report(beside(why)),
            }
        }
        Opened::Yes
    }

    fn member_open(
        &mut self,
        member: Definition,
        name: &str,
        decision: &'static Decision,
        may_stay: bool,
    ) -> Opened {
        let Some(module) = self.modules.get(member.file) else {
            return Opened::Closed("its file cannot be read".to_owned());
        };
        let Some(node) = module.exact(member.span, &["function_definition"]) else {
            return Opened::Closed("it could not be found again".to_owned());
        };
        if may_stay && self.stays(member, module, node, name) {
            return Opened::Yes;
        }
        if let Some(why) = self.untouchable(member.file, module) {
            return Opened::Closed(why);
        }
        match self.gate(member.file, module, node) {
            Gate::Report(why) => return Opened::Report(why),
            Gate::Closed { why, .. } => return Opened::Closed(why),
            Gate::Open => {}
        }
        let grown = self.grown(member.file, name, decision, module, node);
        grown.taken.clone().map_or(Opened::Yes, Opened::Report)
    }

    /// Whether a member of a family needs no change: it takes the argument already.
    fn stays(&self, member: Definition, module: &Module, node: Node, name: &str) -> bool {
        let Some(signature) = Signature::at(node) else { return false };
        if signature.binding(name, module.text()).is_some() {
            return true;
        }
        let key = ((member.file, member.span), name.to_owned());
        signature.has(ParameterKind::VarKeyword)
            && !self.holds_sink(member)
            && !self.drops_keywords(member, module, node, name)
            && !self.needing.contains(&key)
    }

    /// Whether a function hands its `**kwargs` to a function of the program that does not take the
    /// argument.
    fn drops_keywords(
        &self,
        member: Definition,
        module: &Module,
        function: Node,
        name: &str,
    ) -> bool {
        let own = self.kin.get(&(member.file, member.span));
        super::variadic::unpacking_calls(module, function).into_iter().any(|call| {
            let callee = call
                .child_by_field_name("function")
                .and_then(|callee| self.program.callee(member.file, module, callee));
            callee.is_some_and(|callee| {
                callee.functions.iter().any(|called| {
                    !own.is_some_and(|kin| kin.members.contains(called))
                        && !self.takes_keyword(*called, name)
                })
            })
        })
    }

    /// Whether a function takes a keyword.
    fn takes_keyword(&self, function: Definition, name: &str) -> bool {
        let Some(module) = self.modules.get(function.file) else { return false };
        let node = module.exact(function.span, &["function_definition"]);
        node.and_then(Signature::at).is_some_and(|signature| {
            signature.has(ParameterKind::VarKeyword)
                || signature.binding(name, module.text()).is_some()
        })
    }

    /// Whether a hardcoded decision stands within a function.
    fn holds_sink(&self, member: Definition) -> bool {
        let places = self.places.get(&member.file).map_or(&[][..], Vec::as_slice);
        let from = places.partition_point(|place| place.start < member.span.start);
        places.get(from).is_some_and(|place| place.start < member.span.end)
    }

    /// What a call that unpacks the `**kwargs` of a function does with a key in them.
    pub(super) fn use_of_key(&self, file: FileId, module: &Module, call: Node, name: &str) -> Ours {
        let callee = call
            .child_by_field_name("function")
            .and_then(|function| self.program.callee(file, module, function));
        let Some(callee) = callee.filter(|callee| callee.is_sure) else { return Ours::Unknown };
        let mut found = Ours::Kept;
        for function in callee.functions {
            let Some(module) = self.modules.get(function.file) else { return Ours::Unknown };
            let node = module.exact(function.span, &["function_definition"]);
            let Some(signature) = node.and_then(Signature::at) else { return Ours::Unknown };
            if signature.binding(name, module.text()).is_some() {
                found = Ours::Named;
            } else if signature.has(ParameterKind::VarKeyword) && !self.holds_sink(function) {
                return Ours::Unknown;
            }
        }
        found
    }

    /// Why a file is not edited.
    pub(super) fn untouchable(&self, file: FileId, module: &Module) -> Option<String> {
        if !(self.may_edit)(file, &module.source.bytes) {
            return Some("it is another project's or generated code".to_owned());
        }
        if module.names.has_other_spellings || module.depth > crate::python::module::TOO_DEEP {
            return Some("its file cannot be edited safely".to_owned());
        }
        None
    }

    /// Whether a function has a parameter of that name.
    pub(super) fn has(&self, key: Key, name: &str) -> bool {
        let Some(module) = self.modules.get(key.0) else { return false };
        let node = module.exact(key.1, &["function_definition"]);
        let signature = node.and_then(Signature::at);
        signature.is_some_and(|signature| signature.binding(name, module.text()).is_some())
    }

    /// That a function has the parameter already.
    pub(super) fn has_it(&self, key: Key) -> Option<Link> {
        let module = self.modules.get(key.0)?;
        let text = "has the parameter, whose default becomes safe".to_owned();
        Some(link(spot(module, key.0, key.1.start), self.qualified(key), text))
    }

    /// What a function gains.
    pub(super) fn growth(&mut self, key: Key, name: &str, decision: &'static Decision) -> Growth {
        let Some(module) = self.modules.get(key.0) else { return Growth::default() };
        let Some(node) = module.exact(key.1, &["function_definition"]) else {
            return Growth::default();
        };
        let shown = self.qualified(key);
        let at = spot(module, key.0, key.1.start);
        let is_family = self.kin.get(&key).is_some_and(|kin| kin.members.len() > 1);
        if is_family && self.stays(definition(key), module, node, name) {
            return Growth::default();
        }
        let grown = self.grown(key.0, name, decision, module, node);
        let mut growth = Growth { level: Some(grown.level), ..Growth::default() };
        growth.reason.clone_from(&grown.reason);
        let overloads = self.overloads.entry(key.0).or_default();
        growth.ops = super::edits::parameter(name, decision, module, key, overloads);
        let option = command::option(key.0, module, node, name, decision);
        let is_command = option.is_some();
        growth.ops.extend(option);
        growth.ops.extend(stubs::parameters(
            self.program,
            self.modules,
            key.0,
            &shown,
            name,
            decision,
        ));
        if name == decision.argument {
            match &grown.variadic {
                variadic::Key::Handed(ops) => growth.ops.extend(ops.iter().cloned()),
                variadic::Key::Lost(why) => {
                    growth.level = Some(Level::Review);
                    growth.reason.clone_from(why);
                }
                variadic::Key::Read { .. } => {}
            }
        }
        let flag = name.replace('_', "-");
        let how = if is_command { format!(" and the option `--{flag}`") } else { String::new() };
        let text = format!("gains the parameter{how}; who says nothing gets {}", decision.safe);
        growth.fact = Some(link(at, shown, text));
        growth
    }

    /// The edits by which the classes of tests that derive from those of methods take the parameter.
    pub(super) fn stand_ins(
        &self,
        members: &[Definition],
        name: &str,
        decision: &'static Decision,
    ) -> Vec<Op> {
        let program = self.program;
        let method = members.first().and_then(|member| program.name_of(*member));
        let Some(method) = method.filter(|method| !method.starts_with("__")) else {
            return Vec::new();
        };
        let classes: Vec<Definition> =
            members.iter().filter_map(|member| callers::class_of(program, *member)).collect();
        let names = classes.iter().filter_map(|class| program.name_of(*class));
        let suggested: BTreeSet<String> =
            names.flat_map(|name| program.classes().family(&name).names.clone()).collect();
        let suggested: Vec<&str> = suggested.iter().map(String::as_str).collect();
        if program.stand_ins(&method, &suggested).is_empty() {
            return Vec::new();
        }
        // The tree itself is only asked for where tests have something that may belong to it.
        let trees = classes.iter().filter_map(|class| program.tree_of(*class));
        let tree: BTreeSet<Definition> = trees.flat_map(|tree| tree.to_vec()).collect();
        let names: BTreeSet<String> =
            tree.into_iter().filter_map(|class| program.name_of(class)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut ops = Vec::new();
        for (file, span) in program.stand_ins(&method, &names) {
            let Some(module) = self.modules.get(file) else { continue };
            let Some(node) = module.exact(span, &["function_definition"]) else { continue };
            let takes_all = Signature::at(node)
                .is_none_or(|signature| signature.has(ParameterKind::VarKeyword));
            if takes_all || self.untouchable(file, module).is_some() {
                continue;
            }
            let anchor = Anchor { file, range: span };
            ops.extend(super::edits::parameter_of(module, node, anchor, name, decision));
        }
        ops
    }

    /// The qualified name of a function or class.
    pub(super) fn qualified(&self, key: Key) -> String {
        let Some(module) = self.modules.get(key.0) else { return String::new() };
        let kinds = ["function_definition", "class_definition"];
        let Some(node) = module.exact(key.1, &kinds) else { return String::new() };
        let own = name_of(module, node).unwrap_or_default();
        match module.scope_of(node) {
            around if around.is_empty() => own.to_owned(),
            around => format!("{around}.{own}"),
        }
    }

    /// Where a definition stands.
    pub(super) fn spot(&self, key: Key) -> Spot {
        match self.modules.get(key.0) {
            Some(module) => spot(module, key.0, key.1.start),
            None => Spot { file: key.0, line: 1 },
        }
    }

    /// The `__init__` of a class that can store the decision, and the edit; else why not.
    pub(super) fn can_store(&mut self, class: Key, name: &str) -> Result<(Key, Op), String> {
        let place = (class, name.to_owned());
        if let Some(known) = self.storable.get(&place) {
            return known.clone();
        }
        let found = self.find_store(class, name);
        self.storable.insert(place, found.clone());
        found
    }

    fn find_store(&mut self, class: Key, name: &str) -> Result<(Key, Op), String> {
        let missing = || "its class could not be found again".to_owned();
        let module = self.modules.get(class.0).ok_or_else(missing)?;
        let node = module.exact(class.1, &["class_definition"]).ok_or_else(missing)?;
        let definition = Program::definition_at(class.0, node);
        let (init, op) = stores::store(self.program, definition, module, node, name)?;
        let key = (class.0, tree::span(init));
        self.look_for(vec![(class.0, init)]);
        let decision = &crate::transforms::trust_remote_code::REMOTE_CODE;
        match self.opened(key, name, decision) {
            Opened::Yes => Ok((key, op)),
            Opened::Closed(why) | Opened::Report(why) => Err(why),
        }
    }

    /// The class of a method, if it keeps its configuration and can keep the decision as well.
    pub(super) fn keeping_class(&mut self, method: Key, name: &str) -> Option<Key> {
        let class = class_key(self.program, method)?;
        let maker = stores::maker(self.program, super::solver::class_definition(class))?;
        let class = (maker.file, maker.span);
        let module = self.modules.get(class.0)?;
        (keeps_configuration(module, class) && self.can_store(class, name).is_ok()).then_some(class)
    }

    /// At which position, 0-based, an argument reaches a parameter of a function; `None` if it has
    /// to be named.
    pub(super) fn position(
        &self,
        function: Definition,
        name: &str,
        is_bound: bool,
    ) -> Option<usize> {
        let module = self.modules.get(function.file)?;
        let node = module.exact(function.span, &["function_definition"])?;
        let signature = Signature::at(node)?;
        let at = signature
            .parameters
            .iter()
            .take_while(|p| {
                !matches!(p.kind, ParameterKind::VarPositional | ParameterKind::KeywordOnly)
            })
            .position(|parameter| module.text_of(parameter.name) == name)?;
        Some(at - usize::from(is_bound && at > 0))
    }
}
