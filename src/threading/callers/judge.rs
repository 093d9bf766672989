//! Whether a call runs what is wanted.

use std::collections::BTreeSet;

use super::{Caller, Candidate, Finder, Unresolved, Wanted, class_of};
use crate::program::Program;
use crate::program::callee::{Callee, How};
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::program::mentions::Sought;
use crate::program::types::{self, Bound, binding_of};
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::threading::receivers_unknown::is_foreign;
use crate::workspace::FileId;

impl Finder<'_, '_> {
    /// Whether a call runs what is wanted.
    pub(super) fn judge(
        &mut self,
        file: FileId,
        module: &Module,
        index: usize,
        candidate: &Candidate,
    ) {
        let wanted = &self.wanted[index];
        let call = tree::span(candidate.call);
        let Some(callee) = self.program.callee(file, module, candidate.function) else {
            if !self.sure_only {
                self.judge_name(file, module, index, candidate);
            }
            return;
        };
        let is_member = |function: &Definition| wanted.members.contains(function);
        if !callee.functions.iter().any(is_member) {
            return;
        }
        let mut others: Vec<Definition> =
            callee.functions.iter().copied().filter(|function| !is_member(function)).collect();
        others.extend(self.made_instead(file, module, &callee, candidate));
        others.retain(|other| !is_member(other));
        if !callee.is_sure {
            let why = "it may run something else as well";
            self.found[index].unresolved.insert(Unresolved { file, call, why });
            return;
        }
        let is_own = matches!(callee.evidence, How::Super | How::Object(types::Evidence::Own));
        let is_lent = wanted.is_method && !callee.is_bound && self.takes_object(&callee);
        let unbound = usize::from(is_lent);
        let found = &mut self.found[index];
        let calls = if others.is_empty() { &mut found.calls } else { &mut found.joint };
        calls.insert(Caller {
            file,
            call,
            how: Some(callee.evidence),
            skipped: candidate.skipped + unbound,
            is_bound: callee.is_bound,
            is_own,
            others,
        });
    }

    /// Whether what is called is handed an object as its first argument: static methods are not.
    fn takes_object(&self, callee: &Callee) -> bool {
        callee.functions.iter().any(|function| {
            let Some(member) = self.program.member_of(*function) else { return true };
            let node = member.module.exact(function.span, &["function_definition"]);
            node.is_none_or(|node| binding_of(&member.module, node) != Bound::Static)
        })
    }

    /// The constructors that a call may run in the place of the one that it names: those of derived
    /// classes where the class is `cls` or the object's, those of classes that stand beside it in the
    /// order of a derived one where `super()` is called.
    fn made_instead(
        &self,
        file: FileId,
        module: &Module,
        callee: &Callee,
        candidate: &Candidate,
    ) -> Vec<Definition> {
        let program = self.program;
        if let Some(class) = callee.makes {
            if !matches!(callee.evidence, How::Object(_)) {
                return Vec::new();
            }
            let derived = program.derived(class).unwrap_or_default();
            let makers = derived.iter().filter_map(|class| program.constructor(*class));
            return makers.filter(|maker| !takes_all(program, *maker)).collect();
        }
        let is_init = self.is_init(callee);
        if callee.evidence != How::Super || !is_init {
            return Vec::new();
        }
        let around = module.ancestors(candidate.call).find(|a| a.kind() == "class_definition");
        let Some(class) = around.map(|class| Program::definition_at(file, class)) else {
            return Vec::new();
        };
        let (above, _) = program.ancestry(class);
        let mut found = Vec::new();
        for derived in program.derived(class).unwrap_or_default() {
            let (all, _) = program.ancestry(derived);
            let beside = all.iter().skip(1).filter(|other| {
                !above.contains(other)
                    && !program.ancestry(**other).0.contains(&class)
                    && program.ancestry(**other).0.iter().skip(1).any(|base| above.contains(base))
            });
            found.extend(beside.filter_map(|class| match program.own_method(*class, "__init__") {
                Own::Function(init) => Some(init),
                _ => None,
            }));
        }
        found
    }

    pub(super) fn is_init(&self, callee: &Callee) -> bool {
        let name = callee.functions.first().and_then(|function| self.program.name_of(*function));
        name.as_deref() == Some("__init__")
    }

    /// A call on an object of unknown class.
    fn judge_name(&mut self, file: FileId, module: &Module, index: usize, candidate: &Candidate) {
        let wanted = &self.wanted[index];
        let is_plain = wanted.is_method && wanted.makes.is_empty() && wanted.name != "__call__";
        if !is_plain || candidate.function.kind() != "attribute" {
            return;
        }
        let Some(object) = candidate.function.child_by_field_name("object") else { return };
        if is_foreign(self.program, file, module, object) {
            return;
        }
        self.found[index].by_name.insert(Caller {
            file,
            call: tree::span(candidate.call),
            how: None,
            skipped: candidate.skipped,
            is_bound: true,
            is_own: false,
            others: Vec::new(),
        });
    }

    /// What fits by the name alone stays only where every definition of it is one of those that are
    /// wanted, and libraries have no method of that name.
    pub(super) fn settle_names(&mut self) {
        let open: Vec<usize> =
            (0..self.wanted.len()).filter(|index| !self.found[*index].by_name.is_empty()).collect();
        let others = self.defined_elsewhere(&open);
        for index in open {
            let name = &self.wanted[index].name;
            let why = if others.contains(&index) {
                "its object's class is not known, and others define a method of that name"
            } else if crate::threading::known_methods::is_known(name) {
                "its object's class is not known, and libraries have a method of that name"
            } else {
                continue;
            };
            let found = &mut self.found[index];
            for caller in std::mem::take(&mut found.by_name) {
                found.unresolved.insert(Unresolved { file: caller.file, call: caller.call, why });
            }
        }
    }

    /// Where code gives the name another function (`base.load = quick`), calls by it may run that.
    pub(super) fn settle_replaced(&mut self) {
        for index in 0..self.wanted.len() {
            let wanted = &self.wanted[index];
            if self.found[index].len() == 0 || !self.is_replaced(wanted) {
                continue;
            }
            let why = "its name is given another function in the program";
            let found = &mut self.found[index];
            let calls = std::mem::take(&mut found.calls).into_iter();
            let others = std::mem::take(&mut found.joint).into_iter();
            let by_name = std::mem::take(&mut found.by_name).into_iter();
            for caller in calls.chain(others).chain(by_name) {
                let (file, call) = (caller.file, caller.call);
                found.unresolved.insert(Unresolved { file, call, why });
            }
        }
    }

    /// Whether an attribute of the module or the classes of functions is assigned under their name, or
    /// that of an object of these classes.
    pub(super) fn is_replaced(&self, wanted: &Wanted) -> bool {
        let program = self.program;
        if !program.assigns_attribute(&wanted.name) {
            return false;
        }
        let classes: Vec<Definition> =
            wanted.members.iter().filter_map(|member| class_of(program, *member)).collect();
        let homes: Vec<FileId> = wanted.members.iter().map(|member| member.file).collect();
        let text = format!(".{} =", wanted.name);
        program.modules_holding(&[&text], &[]).iter().any(|member| {
            let module = &member.module;
            module.attributes_named(&wanted.name).any(|node| {
                let parent = module.parent(node).filter(|parent| parent.kind() == "assignment");
                let left = parent.and_then(|parent| parent.child_by_field_name("left"));
                let Some(object) = node.child_by_field_name("object") else { return false };
                if left.is_none_or(|left| left.id() != node.id()) {
                    return false;
                }
                if classes.is_empty() {
                    let meaning = program.meaning_of(module.file, module, object);
                    return meaning.module.iter().any(|file| homes.contains(file));
                }
                let typed = program.type_of(module.file, module, object);
                typed.is_some_and(|typed| {
                    typed.types.iter().any(|of| {
                        let (types::Type::Instance(class) | types::Type::Class(class)) = of;
                        let (above, _) = program.ancestry(*class);
                        classes.iter().any(|own| above.contains(own))
                            || classes.iter().any(|own| program.ancestry(*own).0.contains(class))
                    })
                })
            })
        })
    }

    /// Which of the wanted have a name that something else in the program is defined by, too.
    fn defined_elsewhere(&self, indices: &[usize]) -> BTreeSet<usize> {
        let sought: Vec<Sought> = indices
            .iter()
            .map(|index| Sought {
                word: self.wanted[*index].name.clone(),
                as_attribute: false,
                calls_too: true,
                as_method: false,
                beside: vec![format!("def {}", self.wanted[*index].name)],
                ..Sought::default()
            })
            .collect();
        let mut found = BTreeSet::new();
        self.program.mentioning(&sought, &mut |member, hits| {
            let module = &member.module;
            for hit in hits {
                let wanted = &self.wanted[indices[*hit]];
                let other = module.functions_named(&wanted.name).any(|node| {
                    !wanted.members.contains(&Program::definition_at(module.file, node))
                });
                if other {
                    found.insert(indices[*hit]);
                }
            }
        });
        found
    }
}

/// Whether a function takes any keyword.
fn takes_all(program: &Program, function: Definition) -> bool {
    let Some(member) = program.module(function.file) else { return false };
    let node = member.module.exact(function.span, &["function_definition"]);
    node.and_then(Signature::at).is_some_and(|s| s.has(ParameterKind::VarKeyword))
}
