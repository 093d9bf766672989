//! Types of what objects keep in attributes.

use tree_sitter::Node;

use super::made::class_of_objects;
use super::{Evidence, Type, Typed, class_itself};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;

impl Program<'_> {
    /// `object.name`: what the class of the object sets it to, everywhere.
    pub(super) fn type_of_attribute(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        depth: usize,
    ) -> Option<Typed> {
        let object = node.child_by_field_name("object")?;
        let name = module.text_of(node.child_by_field_name("attribute")?);
        if name == "__class__" {
            let typed = self.typed(file, module, object, depth)?;
            return class_of_objects(&typed);
        }
        let by_name = self.meaning_of(file, module, node);
        if !by_name.definitions.is_empty() {
            return class_itself(&by_name);
        }
        let typed = self.typed(file, module, object, depth)?;
        let mut found = Vec::new();
        for of in &typed.types {
            let (Type::Instance(class) | Type::Class(class)) = of;
            found.push(self.type_of_kept(*class, name, depth)?);
        }
        Typed::joined(found).map(|typed| typed.because(Evidence::Attribute))
    }

    /// The types of what the objects of a class keep under a name: what its own body and methods,
    /// or else those of the classes it derives from, set it to.
    fn type_of_kept(&self, class: Definition, name: &str, depth: usize) -> Option<Typed> {
        let (ancestry, _) = self.ancestry(class);
        if self.is_set_elsewhere(class, &ancestry, name) {
            return None;
        }
        for owner in ancestry {
            let member = self.member_of(owner)?;
            let module = &member.module;
            let node = module.exact(owner.span, &["class_definition"])?;
            let stores = stores(module, node, name)?;
            if stores.is_empty() {
                if let Some(annotated) = field(module, node, name) {
                    return self.type_named(owner.file, module, annotated, depth);
                }
                continue;
            }
            let mut found = Vec::new();
            for store in stores {
                let annotation = store.child_by_field_name("type");
                if let Some(annotation) = annotation {
                    return self.type_named(owner.file, module, annotation, depth);
                }
                let value = store.child_by_field_name("right")?;
                if value.kind() != "none" {
                    found.push(self.typed(owner.file, module, value, depth)?);
                }
            }
            return Typed::joined(found);
        }
        None
    }

    /// Whether something else than the methods of a class and of those it derives from gives its
    /// objects the attribute: a derived class, or other code.
    fn is_set_elsewhere(&self, class: Definition, ancestry: &[Definition], name: &str) -> bool {
        if !self.assigns_attribute(name) {
            return false;
        }
        let own = self.name_of(class).unwrap_or_default();
        let derived = self.classes().derived(&own, usize::MAX);
        self.modules_assigning(name, &derived).iter().any(|member| {
            let module = &member.module;
            module.attributes_named(name).any(|node| {
                let parent = module.parent(node).filter(|parent| parent.kind() == "assignment");
                let is_left = parent
                    .and_then(|parent| parent.child_by_field_name("left"))
                    .is_some_and(|left| left.id() == node.id());
                if !is_left {
                    return false;
                }
                let object = node.child_by_field_name("object");
                let is_own = object.is_some_and(|o| matches!(module.text_of(o), "self" | "cls"));
                let around = module.ancestors(node).find(|a| a.kind() == "class_definition");
                let around = around.map(|class| Self::definition_at(module.file, class));
                match around.filter(|_| is_own) {
                    Some(around) => !ancestry.contains(&around) && self.derives_from(around, class),
                    // Any object may be one of the class.
                    None => !is_own,
                }
            })
        })
    }
}

/// The assignments to `self.name` in the methods of a class; `None` if it is bound otherwise there.
fn stores<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Vec<Node<'m>>> {
    let span = tree::span(class);
    let targets = module.attributes_named(name).filter(|node| span.contains(tree::span(*node)));
    let is_own = |node: &Node| {
        node.child_by_field_name("object").is_some_and(|object| {
            object.kind() == "identifier" && matches!(module.text_of(object), "self" | "cls")
        })
    };
    let mut found = Vec::new();
    for node in targets.filter(is_own) {
        let parent = module.parent(node)?;
        let is_left = parent.child_by_field_name("left").is_some_and(|l| l.id() == node.id());
        match parent.kind() {
            "assignment" if is_left => found.push(parent),
            "pattern_list" | "tuple_pattern" | "list_pattern" | "as_pattern_target" => return None,
            "for_statement" | "augmented_assignment" if is_left => return None,
            _ => {}
        }
    }
    Some(found)
}

/// The annotation of a field in a class body.
fn field<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Node<'m>> {
    let body = class.child_by_field_name("body")?;
    tree::children(body).into_iter().find_map(|statement| {
        let assignment = tree::children(statement).first().copied()?;
        let left = assignment.child_by_field_name("left")?;
        let is_it = assignment.kind() == "assignment" && module.text_of(left) == name;
        is_it.then(|| assignment.child_by_field_name("type")).flatten()
    })
}
