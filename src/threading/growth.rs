//! What functions need to gain a parameter together, whether they may, and the edits.

use tree_sitter::Node;

use super::Reach;
use super::host::Gate;
use super::kin::{self, Kin};
use super::place::name_of;
use super::references::Key;
use super::solve::Solver;
use super::solver::{Task, class_key, definition, keeps_configuration};
use super::{link, spot, stores, stubs, variadic};
use crate::plan::op::Op;
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
            Some(kin::of(self.program, key.0, module, node))
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
        let place = (kin.members[0], name.to_owned());
        if let Some(known) = self.opened.get(&place).filter(|_| kin.trouble.is_none()) {
            return known.clone();
        }
        let found = match &kin.trouble {
            Some(why) => Opened::Closed(why.clone()),
            None => self.all_open(key, &kin, name, decision),
        };
        if kin.trouble.is_none() {
            self.opened.insert(place, found.clone());
        }
        found
    }

    fn all_open(&mut self, key: Key, kin: &Kin, name: &str, decision: &'static Decision) -> Opened {
        // What the function itself says comes first.
        let own = definition(key);
        let others = kin.members.iter().copied().filter(|member| *member != own);
        let members: Vec<Definition> = std::iter::once(own).chain(others).collect();
        for member in members {
            let found = self.member_open(member, name, decision, kin.members.len() > 1);
            if found == Opened::Yes {
                continue;
            }
            if member == own {
                return found;
            }
            let shown = self.qualified((member.file, member.span));
            let beside = |why: String| {
                format!("{why} (`{shown}`, which belongs to the same family of classes)")
            };
            return match found {
                Opened::Closed(why) => Opened::Closed(beside(why)),
                Opened::Report(why) => Opened::Report(beside(why)),
                Opened::Yes => Opened::Yes,
            };
        }
        Opened::Yes
    }

    fn member_open(
        &mut self,
        member: Definition,
        name: &str,
        decision: &'static Decision,
        is_family: bool,
    ) -> Opened {
        let Some(module) = self.modules.get(member.file) else {
            return Opened::Closed("its file cannot be read".to_owned());
        };
        let Some(node) = module.exact(member.span, &["function_definition"]) else {
            return Opened::Closed("it could not be found again".to_owned());
        };
        if is_family && self.stays(member, module, node, name) {
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
        signature.has(ParameterKind::VarKeyword) && !self.holds_sink(member)
    }

    /// Whether a hardcoded decision stands within a function.
    fn holds_sink(&self, member: Definition) -> bool {
        let places = self.places.get(&member.file).map_or(&[][..], Vec::as_slice);
        let from = places.partition_point(|place| place.start < member.span.start);
        places.get(from).is_some_and(|place| place.start < member.span.end)
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

    /// What a function gains; `exists` tells that it has the parameter already.
    pub(super) fn growth(
        &mut self,
        key: Key,
        name: &str,
        decision: &'static Decision,
        exists: bool,
    ) -> Growth {
        let Some(module) = self.modules.get(key.0) else { return Growth::default() };
        let Some(node) = module.exact(key.1, &["function_definition"]) else {
            return Growth::default();
        };
        let shown = self.qualified(key);
        let at = spot(module, key.0, key.1.start);
        if exists {
            let text = "has the parameter, whose default becomes safe".to_owned();
            return Growth { fact: Some(link(at, shown, text)), ..Growth::default() };
        }
        let is_family = self.kin.get(&key).is_some_and(|kin| kin.members.len() > 1);
        if is_family && self.stays(definition(key), module, node, name) {
            return Growth::default();
        }
        let grown = self.grown(key.0, name, decision, module, node);
        let mut growth = Growth { level: Some(grown.level), ..Growth::default() };
        growth.reason.clone_from(&grown.reason);
        let overloads = self.overloads.entry(key.0).or_default();
        growth.ops = super::edits::parameter(name, decision, module, key, overloads);
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
        let text = format!("gains the parameter; who says nothing gets {}", decision.safe);
        growth.fact = Some(link(at, shown, text));
        growth
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
