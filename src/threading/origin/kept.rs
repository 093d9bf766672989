//! What the objects of a class keep under a name.

use tree_sitter::Node;

use super::value::value;
use super::{Item, Source, Step};
use crate::program::definitions::Definition;
use crate::program::hierarchy::{Base, Own};
use crate::program::mentions::Sought;
use crate::program::types::Type;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::attribute::is_target;
use crate::threading::deleted;
use crate::threading::init::{base_init, store};
use crate::threading::place::{method, receiver};
use crate::threading::solve::Solver;
use crate::workspace::FileId;

/// Bases from elsewhere that set no attributes of the kind.
const QUIET: [&str; 10] = [
    "ABC",
    "Dataset",
    "Exception",
    "Generic",
    "IterableDataset",
    "Module",
    "Process",
    "Protocol",
    "Thread",
    "object",
];

impl Solver<'_, '_> {
    /// All that the classes of the inheritance tree store under the name.
    pub(super) fn step_of_kept(&mut self, class: Definition, name: &str) -> Step {
        let (ancestry, _) = self.program.ancestry(class);
        if !ancestry.iter().all(|class| self.is_quiet(*class)) {
            return self.annotated_field(class, name);
        }
        let Some(tree) = self.program.relatives_with(class, &[name]) else {
            return Step::Unknown;
        };
        let mut items = Vec::new();
        for relative in &tree {
            let Some(module) = self.modules.get(relative.file) else { return Step::Unknown };
            let Some(node) = module.exact(relative.span, &["class_definition"]) else {
                return Step::Unknown;
            };
            if field(module, node, name).is_some() {
                return self.annotated_field(class, name);
            }
            if !matches!(self.program.own_method(*relative, name), Own::Nothing)
                || deleted::attribute(module, node, name)
            {
                return Step::Unknown;
            }
            match stored(relative.file, module, name) {
                Some(stored) => items.extend(stored.into_iter().filter_map(|(item, at)| {
                    tree::span(node).contains(tree::span(at)).then_some(item)
                })),
                None => return Step::Unknown,
            }
        }
        if self.is_set_from_outside(class, name) {
            return Step::Unknown;
        }
        items.sort_unstable();
        items.dedup();
        Step::either(Some(items).filter(|items| !items.is_empty()))
    }

    /// Whether code that names a class of the tree gives an object that may be of them another value.
    fn is_set_from_outside(&self, class: Definition, name: &str) -> bool {
        let own = self.program.name_of(class).unwrap_or_default();
        let beside = self.program.classes().family(&own).names.iter().cloned().collect();
        let sought = Sought {
            word: name.to_owned(),
            as_attribute: true,
            calls_too: true,
            as_method: false,
            beside,
            ..Sought::default()
        };
        let program = self.program;
        let mut is_set = false;
        program.mentioning(&[sought], &mut |member, _| {
            let module = &*member.module;
            let mut targets = module
                .attributes_named(name)
                .filter(|node| is_target(module, *node) && !is_own(module, *node));
            is_set |= targets.any(|target| {
                let object = target.child_by_field_name("object");
                let typed = object.and_then(|o| program.type_of(module.file, module, o));
                typed.is_none_or(|typed| {
                    typed.types.iter().any(|of| match of {
                        Type::Instance(of) | Type::Class(of) => program.are_related(*of, class),
                    })
                })
            });
        });
        is_set
    }

    /// The class whose `__init__` always stores the attribute for the objects of a class.
    pub(super) fn storing_class(&self, class: Definition, name: &str) -> Option<Definition> {
        let (ancestry, _) = self.program.ancestry(class);
        for owner in ancestry {
            let module = self.modules.get(owner.file)?;
            let node = module.exact(owner.span, &["class_definition"])?;
            if !self.is_quiet(owner) {
                return None;
            }
            let Some(init) = method(module, node, "__init__") else { continue };
            if store(module, init, name).is_some() {
                return Some(owner);
            }
            base_init(module, init)?;
        }
        None
    }

    /// Whether the bases of a class that are from elsewhere set no attributes of the kind.
    fn is_quiet(&self, class: Definition) -> bool {
        self.program.bases(class).iter().all(|base| match base {
            Base::Ours(_) => true,
            Base::Foreign(name) => QUIET.contains(&name.as_str()),
        })
    }

    /// A field of a class that its body annotates with a class of the program.
    fn annotated_field(&self, class: Definition, name: &str) -> Step {
        let (ancestry, _) = self.program.ancestry(class);
        for owner in ancestry {
            let Some(module) = self.modules.get(owner.file) else { return Step::Unknown };
            let Some(node) = module.exact(owner.span, &["class_definition"]) else {
                return Step::Unknown;
            };
            if !class_stores(module, node, name).is_empty() {
                return Step::Unknown;
            }
            let Some(field) = field(module, node, name) else { continue };
            let is_given =
                field.child_by_field_name("right").is_none_or(|value| value.kind() != "none");
            let annotation = field.child_by_field_name("type").filter(|_| is_given);
            let class =
                annotation.and_then(|annotation| self.class_named(owner.file, module, annotation));
            return class.map_or(Step::Unknown, |class| Step::From(Source::Made(class)));
        }
        Step::Unknown
    }
}

/// What a module assigns to attributes of that name; `None` where it does so in another way than by
/// giving a method's own object one value.
fn stored<'m>(file: FileId, module: &'m Module, name: &str) -> Option<Vec<(Item, Node<'m>)>> {
    let mut found = Vec::new();
    for node in module.attributes_named(name).filter(|node| is_target(module, *node)) {
        let assignment = module.parent(node).filter(|parent| parent.kind() == "assignment")?;
        if !is_own(module, node) {
            return None;
        }
        match assignment.child_by_field_name("right") {
            Some(right) => found.push((value(file, right, None), node)),
            // A bare annotation assigns nothing.
            None if assignment.child_by_field_name("type").is_some() => {}
            None => return None,
        }
    }
    Some(found)
}

/// The stores to a name in one class.
fn class_stores<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Vec<Node<'m>> {
    let span = tree::span(class);
    let targets = module.attributes_named(name).filter(|node| is_target(module, *node));
    targets.filter(|node| span.contains(tree::span(*node))).collect()
}

/// Whether an attribute is one of the object of the method around.
fn is_own(module: &Module, attribute: Node) -> bool {
    let Some(object) = attribute.child_by_field_name("object") else { return false };
    module.ancestors(attribute).filter(|around| around.kind() == "function_definition").any(
        |function| {
            receiver(module, function)
                .is_some_and(|own| module.text_of(own.name) == module.text_of(object))
        },
    )
}

/// The assignment in a class body that declares a field.
fn field<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Node<'m>> {
    let body = class.child_by_field_name("body")?;
    let assignments =
        tree::children(body).into_iter().filter_map(crate::threading::bound::assignment);
    let mut named = assignments.filter(|assignment| {
        assignment.child_by_field_name("left").is_some_and(|left| module.text_of(left) == name)
    });
    named.next()
}
