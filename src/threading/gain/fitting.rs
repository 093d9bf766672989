//! Objects around a place that may gain something, and those that do: their sources have it, or can
//! be given it.

use std::collections::BTreeSet;
use std::rc::Rc;

use tree_sitter::Node;

use super::Wish;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::threading::bound;
use crate::threading::origin::places::{NAMES, Need};
use crate::threading::origin::{Item, Source, Sources};
use crate::threading::place::{Place, class_of, name_of};
use crate::threading::solve::Solver;
use crate::workspace::FileId;

impl<'m> Solver<'_, 'm> {
    /// Whether tests may hand a function something that stands in for a namespace, and lacks what
    /// that gains.
    pub(in crate::threading) fn is_stood_in(&self, module: &Module, function: Node) -> bool {
        let name = name_of(module, function).unwrap_or_default();
        // Tests make objects by the name of the class.
        let class = class_of(module, function).filter(|_| name == "__init__");
        let name = class.and_then(|class| name_of(module, class)).unwrap_or(name);
        self.program.is_tested_with(&["Namespace(", "Mock(", "MagicMock"], name)
    }

    /// What a parameter holds at a place before which it is always given another value.
    pub(in crate::threading) fn assigned_before(
        &self,
        file: FileId,
        place: &Place<'m>,
        bindings: &[Binding],
    ) -> Option<Vec<Item>> {
        let module = place.module;
        let is_given = |binding: &&Binding| matches!(binding.kind, BindingKind::Parameter);
        let (given, others): (Vec<&Binding>, Vec<&Binding>) = bindings.iter().partition(is_given);
        let others: Vec<Binding> = others.into_iter().cloned().collect();
        if given.is_empty() || !bound::assigned(module, &others).before(module, place.node) {
            return None;
        }
        others.iter().map(|binding| self.bound(file, module, binding)).collect()
    }

    /// All sources of an object, if each of them has what is needed or can gain it; those that have
    /// to.
    pub(in crate::threading) fn fitting(
        &mut self,
        items: &[Item],
        need: &Need,
        reads: Vec<String>,
    ) -> Option<(Sources, Vec<Source>)> {
        if items.is_empty() {
            return None;
        }
        let field = match need {
            Need::Has(name) => Some(*name),
            Need::Gains(_) => None,
        };
        let mut sources = BTreeSet::new();
        for item in items {
            sources.extend(self.sources(item, field)?.iter().copied());
        }
        let mut sources = Rc::new(sources);
        let wish = match need {
            Need::Has(_) => return Some((sources, Vec::new())),
            Need::Gains(wish) => Wish { reads, ..(*wish).clone() },
        };
        // What the place reads something of is filled there.
        if !wish.reads.is_empty() {
            Rc::make_mut(&mut sources).remove(&Source::Nothing);
        }
        if sources.is_empty() {
            return None;
        }
        let mut gains = Vec::new();
        for source in sources.iter().copied() {
            if !self.has_field(source, &wish.name) {
                self.gain(source, &wish).ok()?;
                gains.push(source);
            }
        }
        Some((sources, gains))
    }
}

/// Whether a variable may hold what gains a flag or field, as far as its name and what binds it tell:
/// what the place reads may be settings of any kind, other objects only namespaces.
pub(in crate::threading) fn may_gain(
    module: &Module,
    name: &str,
    bindings: &[Binding],
    is_read: bool,
) -> bool {
    bindings.iter().any(|binding| match binding.kind {
        BindingKind::Parameter if is_read => {
            let node = module.nodes().covering(binding.span);
            let parameter = node.and_then(|node| module.parent(node));
            is_like_settings(name)
                || parameter.is_some_and(|p| p.child_by_field_name("type").is_some())
        }
        BindingKind::Assignment { value } if !is_read => {
            is_like_namespace(name) || module.slice(value).contains("parse")
        }
        _ => is_read || is_like_namespace(name),
    })
}

/// Whether a name is one that namespaces of command lines go by.
pub(in crate::threading) fn is_like_namespace(name: &str) -> bool {
    const LIKE: [&str; 7] = ["args", "arguments", "cli", "flags", "namespace", "opt", "opts"];
    LIKE.iter().any(|like| name == *like || name.ends_with(&format!("_{like}")))
        || name == "options"
}

pub(in crate::threading) fn is_like_settings(name: &str) -> bool {
    NAMES.iter().any(|like| name == *like || name.ends_with(&format!("_{like}")))
}

/// The function within another one that holds a place: what is bound before it is bound when it runs.
pub(in crate::threading) fn nested_in<'m>(place: &Place<'m>, function: Node) -> Option<Node<'m>> {
    let functions: Vec<Node> = place.functions().collect();
    let at = functions.iter().position(|found| found.id() == function.id())?;
    at.checked_sub(1).map(|inner| functions[inner])
}
