//! Of which class the value of an expression is, where that can be told: by a constructor call, an
//! annotation, a return annotation, or what an attribute was set to.

mod annotation;
mod kept;
mod made;

use tree_sitter::Node;

use super::Program;
use super::definitions::{Definition, DefinitionKind, Meaning};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::workspace::FileId;

/// What an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// An object of this class, or of one that derives from it.
    Instance(Definition),
    /// This class itself, or one that derives from it.
    Class(Definition),
}

/// How it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The method's own object: `self`, `cls`.
    Own,
    /// It is made by calling the class.
    Made,
    /// An annotation says so.
    Annotated,
    /// What is called returns it.
    Returned,
    /// The attribute is set to it.
    Attribute,
}

/// The possible types of an expression, all of which are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Sorted, at least one.
    pub types: Vec<Type>,
    /// How they are known; of several, the weakest.
    pub evidence: Evidence,
}

/// How many steps are followed.
const DEEPEST: usize = 8;

impl Typed {
    fn one(of: Type, evidence: Evidence) -> Self {
        Self { types: vec![of], evidence }
    }

    fn joined(all: Vec<Self>) -> Option<Self> {
        let evidence = all.iter().map(|typed| typed.evidence).max()?;
        let mut types: Vec<Type> = all.into_iter().flat_map(|typed| typed.types).collect();
        types.sort_unstable();
        types.dedup();
        Some(Self { types, evidence })
    }

    fn because(self, evidence: Evidence) -> Self {
        Self { evidence: self.evidence.max(evidence), ..self }
    }
}

impl Program<'_> {
    /// The types of an expression; `None` if one of its values may be something else.
    pub fn type_of(&self, file: FileId, module: &Module, node: Node) -> Option<Typed> {
        self.typed(file, module, node, DEEPEST)
    }

    pub(super) fn typed(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        depth: usize,
    ) -> Option<Typed> {
        let depth = depth.checked_sub(1)?;
        let node = tree::unparenthesised(node);
        let again = |inner: Node| self.typed(file, module, inner, depth);
        match node.kind() {
            "identifier" => self.type_of_name(file, module, node, depth),
            "attribute" => self.type_of_attribute(file, module, node, depth),
            "call" => self.type_of_call(file, module, node, false, depth),
            "await" => {
                let inner = tree::children(node).first().copied()?;
                self.type_of_call(file, module, tree::unparenthesised(inner), true, depth)
            }
            "named_expression" => again(node.child_by_field_name("value")?),
            "assignment" => again(node.child_by_field_name("right")?),
            "conditional_expression" => {
                let parts = tree::children(node);
                let ends = [*parts.first()?, *parts.get(2)?];
                self.all_of(file, module, &ends, depth)
            }
            "boolean_operator" => {
                let ends = [node.child_by_field_name("left")?, node.child_by_field_name("right")?];
                self.all_of(file, module, &ends, depth)
            }
            _ => None,
        }
    }

    /// The types of several expressions, of which those that are `None` do not count.
    fn all_of(&self, file: FileId, module: &Module, nodes: &[Node], depth: usize) -> Option<Typed> {
        let values = nodes.iter().filter(|node| node.kind() != "none");
        let all: Option<Vec<Typed>> =
            values.map(|node| self.typed(file, module, *node, depth)).collect();
        Typed::joined(all?)
    }

    fn type_of_name(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        depth: usize,
    ) -> Option<Typed> {
        let name = module.text_of(node);
        let scope = module.names.scope_at(node.start_byte());
        let bindings = module.names.bindings(name, scope);
        let is_value = |kind: &BindingKind| {
            matches!(kind, BindingKind::Assignment { .. } | BindingKind::Parameter)
        };
        if bindings.is_empty() || !bindings.iter().all(|binding| is_value(&binding.kind)) {
            let meaning = self.local_meaning(module, file, name, scope);
            return class_itself(&meaning).or_else(|| self.type_of_imported(file, bindings, depth));
        }
        let mut found = Vec::new();
        for binding in bindings {
            match binding.kind {
                BindingKind::Parameter => {
                    found.push(self.type_of_parameter(file, module, binding.span, depth)?);
                }
                BindingKind::Assignment { value } => {
                    let target = module.nodes().covering(binding.span)?;
                    let statement = module.parent(target)?;
                    let annotation = statement.child_by_field_name("type");
                    let annotated =
                        annotation.and_then(|a| self.type_named(file, module, a, depth));
                    let value = module.nodes().covering(value)?;
                    if value.kind() == "none" {
                        found.extend(annotated);
                        continue;
                    }
                    let typed = annotated.or_else(|| self.typed(file, module, value, depth))?;
                    found.push(typed);
                }
                _ => return None,
            }
        }
        let is_top = module.names.binding_scope(name, scope) == Some(0);
        if is_top && self.is_replaced(file, name) {
            return None;
        }
        Typed::joined(found)
    }

    /// Whether another module gives a name at the top of a module something else: `hub.loader = fake`.
    fn is_replaced(&self, file: FileId, name: &str) -> bool {
        self.assigns_attribute(name)
            && self.modules_assigning(name, &[]).iter().any(|member| {
                let module = &member.module;
                module.attributes_named(name).any(|node| {
                    let object = node.child_by_field_name("object");
                    let is_target = module.parent(node).is_some_and(|parent| {
                        let left = parent.child_by_field_name("left");
                        left.is_some_and(|left| left.id() == node.id())
                    });
                    is_target
                        && object.is_some_and(|object| {
                            let meaning = self.meaning_of(module.file, module, object);
                            meaning.module.contains(&file)
                        })
                })
            })
    }

    /// The type of a variable that is imported from another module of the program, at whose top it
    /// is bound once.
    fn type_of_imported(
        &self,
        file: FileId,
        bindings: &[crate::python::names::Binding],
        depth: usize,
    ) -> Option<Typed> {
        let [binding] = bindings else { return None };
        let BindingKind::Import { target, .. } = &binding.kind else { return None };
        let (home, name) = target.rsplit_once('.')?;
        let is_relative = home.chars().all(|letter| letter == '.');
        let home = if is_relative { format!("{home}.") } else { home.to_owned() };
        let [home] = self.imported(&home, file)[..] else { return None };
        let member = self.module(home)?;
        let module = &member.module;
        let there = module.names.scopes.first()?.bindings.get(name)?;
        match there.as_slice() {
            [one] => match &one.kind {
                BindingKind::Assignment { value } => {
                    let value = module.nodes().covering(*value)?;
                    self.typed(home, module, value, depth)
                }
                BindingKind::Import { .. } => {
                    self.type_of_imported(home, there, depth.checked_sub(1)?)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The type of a parameter: the class around for the receiver of a method, else what the
    /// annotation names.
    fn type_of_parameter(
        &self,
        file: FileId,
        module: &Module,
        span: crate::workspace::span::Span,
        depth: usize,
    ) -> Option<Typed> {
        let name = module.nodes().covering(span)?;
        let function = module.ancestors(name).find(|around| Signature::at(*around).is_some())?;
        let signature = Signature::at(function)?;
        let at = signature.parameters.iter().position(|parameter| {
            let whole = tree::span(parameter.node);
            whole.contains(span)
        })?;
        let parameter = signature.parameters[at];
        if at == 0
            && let Some(class) = class_around(module, function)
            && parameter.annotation.is_none()
        {
            let class = Self::definition_at(file, class);
            let made = module.text_of(function.child_by_field_name("name")?).trim().to_owned();
            return match binding_of(module, function) {
                Bound::Static if made != "__new__" => None,
                Bound::Class | Bound::Static => Some(Typed::one(Type::Class(class), Evidence::Own)),
                Bound::Object => Some(Typed::one(Type::Instance(class), Evidence::Own)),
            };
        }
        if matches!(parameter.node.kind(), "list_splat_pattern" | "dictionary_splat_pattern") {
            return None;
        }
        self.type_named(file, module, parameter.annotation?, depth)
    }

    /// What the dotted name of an expression means.
    pub fn meaning_of(&self, file: FileId, module: &Module, node: Node) -> Meaning {
        let node = tree::unparenthesised(node);
        if node.kind() == "identifier" {
            let scope = module.names.scope_at(node.start_byte());
            return self.local_meaning(module, file, module.text_of(node), scope);
        }
        if node.kind() == "attribute"
            && let Some(own) = self.meaning_in_class(file, module, node)
        {
            return own;
        }
        let resolved = module.names.resolve(node, module.text());
        let mut found = Meaning { is_sure: true, ..Meaning::default() };
        for name in resolved.candidates() {
            let meaning = self.meaning(name, file);
            found.is_sure &= meaning.is_sure;
            found.definitions.extend(meaning.definitions);
            found.module.extend(meaning.module);
        }
        found.is_sure &= !matches!(resolved, crate::python::names::Resolution::Ambiguous { .. });
        found.definitions.sort_unstable();
        found.definitions.dedup();
        found
    }

    /// `Class.name` for a class that is defined in the module.
    fn meaning_in_class(&self, file: FileId, module: &Module, node: Node) -> Option<Meaning> {
        let object = node.child_by_field_name("object").filter(|o| o.kind() == "identifier")?;
        let name = module.text_of(node.child_by_field_name("attribute")?);
        let scope = module.names.scope_at(object.start_byte());
        let bindings = module.names.bindings(module.text_of(object), scope);
        let is_class = |kind: &BindingKind| matches!(kind, BindingKind::Class { .. });
        if bindings.is_empty() || !bindings.iter().all(|b| is_class(&b.kind)) {
            return None;
        }
        let outer = self.local_meaning(module, file, module.text_of(object), scope);
        let mut found = Meaning { is_sure: outer.is_sure, ..Meaning::default() };
        for class in outer.definitions {
            match self.method(class, name, None) {
                super::hierarchy::Lookup::Found { method, .. } => found.definitions.push(method),
                _ => found.is_sure = false,
            }
        }
        Some(found)
    }
}

/// The classes that a name means, if it means nothing else.
fn class_itself(meaning: &Meaning) -> Option<Typed> {
    let is_class = |found: &Definition| found.kind == DefinitionKind::Class;
    if !meaning.is_sure || !meaning.definitions.iter().all(is_class) {
        return None;
    }
    let types: Vec<Type> = meaning.definitions.iter().map(|class| Type::Class(*class)).collect();
    (!types.is_empty()).then_some(Typed { types, evidence: Evidence::Own })
}

/// How a method is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It is handed its object.
    Object,
    /// It is handed the class.
    Class,
    /// It is handed nothing.
    Static,
}

/// How a function in a class body is bound.
pub fn binding_of(module: &Module, function: Node) -> Bound {
    let outer = module.parent(function).filter(|parent| parent.kind() == "decorated_definition");
    let children = outer.map(tree::children).unwrap_or_default();
    let lines = children.into_iter().filter(|child| child.kind() == "decorator");
    for line in lines {
        match tree::children(line).first().map(|first| module.text_of(*first)) {
            Some("staticmethod") => return Bound::Static,
            Some("classmethod") => return Bound::Class,
            _ => {}
        }
    }
    let name = function.child_by_field_name("name").map_or("", |name| module.text_of(name));
    match name {
        "__new__" => Bound::Static,
        "__init_subclass__" | "__class_getitem__" => Bound::Class,
        _ => Bound::Object,
    }
}

/// The class whose body holds a function directly.
pub fn class_around<'m>(module: &'m Module, function: Node<'m>) -> Option<Node<'m>> {
    let outer = module.parent(function).filter(|parent| parent.kind() == "decorated_definition");
    let body = module.parent(outer.unwrap_or(function))?;
    module.parent(body).filter(|parent| parent.kind() == "class_definition")
}
