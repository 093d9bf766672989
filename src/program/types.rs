//! Of which class the value of an expression is, where that can be told: by a constructor call, an
//! annotation, a return annotation, or what an attribute was set to.

use tree_sitter::Node;

use super::Program;
use super::callee::Callee;
use super::definitions::{Definition, DefinitionKind, Meaning};
use super::hierarchy::Own;
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

    /// The type of what an annotation is at, if that is all classes of the program.
    pub fn annotated_type(&self, file: FileId, module: &Module, annotation: Node) -> Option<Typed> {
        self.type_named(file, module, annotation, DEEPEST)
    }

    /// The class that an annotation names: `Engine`, `"pkg.Engine"`, `Optional[Engine]`, `Engine |
    /// None`, `type[Engine]`.
    pub(super) fn type_named(
        &self,
        file: FileId,
        module: &Module,
        annotation: Node,
        depth: usize,
    ) -> Option<Typed> {
        let scope = module.names.scope_at(annotation.start_byte());
        let own = module
            .ancestors(annotation)
            .find(|around| around.kind() == "class_definition")
            .map(|class| Self::definition_at(file, class));
        let text = module.text_of(annotation);
        let context = Context { file, module, scope, own };
        self.type_in_text(&context, text, depth).map(|typed| typed.because(Evidence::Annotated))
    }

    fn type_in_text(&self, context: &Context, text: &str, depth: usize) -> Option<Typed> {
        let depth = depth.checked_sub(1)?;
        let text = text.trim();
        for quote in ["\"\"\"", "'''", "\"", "'"] {
            let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                return self.type_in_text(context, inner, depth);
            }
        }
        let alternatives = split(text, '|');
        if alternatives.len() > 1 {
            return self.all_in_text(context, &alternatives, depth);
        }
        if let Some((head, rest)) = text.split_once('[') {
            let inside = rest.trim_end().strip_suffix(']')?;
            let parts = split(inside, ',');
            return match head.rsplit('.').next().unwrap_or_default().trim() {
                "Optional" | "Union" => self.all_in_text(context, &parts, depth),
                "Annotated" | "Final" | "ClassVar" | "Required" => {
                    self.type_in_text(context, parts.first()?, depth)
                }
                "type" | "Type" => {
                    let typed = self.type_in_text(context, inside, depth)?;
                    let class = |of: &Type| match of {
                        Type::Instance(class) => Some(Type::Class(*class)),
                        Type::Class(_) => None,
                    };
                    let classes: Option<Vec<Type>> = typed.types.iter().map(class).collect();
                    Some(Typed { types: classes?, ..typed })
                }
                // `Base[int]`.
                _ => self.type_in_text(context, head, depth),
            };
        }
        if text == "Self" || text.ends_with(".Self") {
            return context.own.map(|own| Typed::one(Type::Instance(own), Evidence::Annotated));
        }
        let (first, rest) = text.split_once('.').map_or((text, None), |(f, r)| (f, Some(r)));
        let is_name = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        };
        if !is_name(text) {
            return None;
        }
        let meaning = match rest {
            None => self.local_meaning(context.module, context.file, first, context.scope),
            Some(rest) => {
                let resolved = context.module.names.lookup(first, context.scope);
                self.meaning(&format!("{}.{rest}", resolved.single()?), context.file)
            }
        };
        let class = class_itself(&meaning)?;
        let objects = class.types.iter().map(|of| match of {
            Type::Class(class) | Type::Instance(class) => Type::Instance(*class),
        });
        Some(Typed { types: objects.collect(), evidence: Evidence::Annotated })
    }

    fn all_in_text(&self, context: &Context, parts: &[&str], depth: usize) -> Option<Typed> {
        let parts = parts.iter().map(|part| part.trim()).filter(|part| {
            !part.is_empty() && !matches!(part.trim_matches(['"', '\'']), "None" | "NoneType")
        });
        let all: Option<Vec<Typed>> =
            parts.map(|part| self.type_in_text(context, part, depth)).collect();
        Typed::joined(all?)
    }

    /// `object.name`: what the class of the object sets it to, everywhere.
    fn type_of_attribute(
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

    fn type_of_call(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        is_awaited: bool,
        depth: usize,
    ) -> Option<Typed> {
        if node.kind() != "call" {
            return None;
        }
        let function = node.child_by_field_name("function")?;
        if is_awaited {
            return self.type_of_result(file, module, function, true, depth);
        }
        match module.text_of(function) {
            "super" => return None,
            "type" => {
                let arguments = tree::children(node.child_by_field_name("arguments")?);
                let [only] = arguments[..] else { return None };
                return class_of_objects(&self.typed(file, module, only, depth)?);
            }
            _ => {}
        }
        let by_class = self.typed_class(file, module, function, depth);
        if let Some(classes) = by_class {
            let object = |of: &Type| match of {
                Type::Class(class) => Some(Type::Instance(*class)),
                Type::Instance(_) => None,
            };
            let types: Option<Vec<Type>> = classes.types.iter().map(object).collect();
            if let Some(types) = types {
                if types.iter().any(|of| self.is_made_otherwise(*of)) {
                    return None;
                }
                return Some(Typed { types, evidence: classes.evidence.max(Evidence::Made) });
            }
        }
        self.type_of_result(file, module, function, false, depth)
    }

    /// Whether calling the class of an object may make one of another class: by a `__new__` that
    /// returns something that no other `__new__` made.
    fn is_made_otherwise(&self, of: Type) -> bool {
        let (Type::Instance(class) | Type::Class(class)) = of;
        let (ancestry, _) = self.ancestry(class);
        let own = ancestry.into_iter().map(|owner| self.own_method(owner, "__new__"));
        let Some(Own::Function(new)) = own.into_iter().find(|own| *own != Own::Nothing) else {
            return false;
        };
        let Some(member) = self.member_of(new) else { return true };
        let module = &member.module;
        let Some(node) = module.exact(new.span, &["function_definition"]) else { return true };
        tree::preorder(node).filter(|inner| inner.kind() == "return_statement").any(|inner| {
            let value = tree::children(inner).first().copied();
            let is_call = value.is_some_and(|value| tree::unparenthesised(value).kind() == "call");
            is_call && !module.text_of(inner).contains("__new__")
        })
    }

    /// The classes that an expression is, if it is one.
    fn typed_class(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        depth: usize,
    ) -> Option<Typed> {
        let typed = match tree::unparenthesised(node).kind() {
            "identifier" | "attribute" | "call" | "subscript" => {
                self.typed(file, module, node, depth)?
            }
            _ => return None,
        };
        typed.types.iter().all(|of| matches!(of, Type::Class(_))).then_some(typed)
    }

    fn type_of_result(
        &self,
        file: FileId,
        module: &Module,
        function: Node,
        is_awaited: bool,
        depth: usize,
    ) -> Option<Typed> {
        let callee: Callee = self.callee_within(file, module, function, depth)?;
        if callee.makes.is_some() || !callee.is_sure {
            return None;
        }
        let mut found = Vec::new();
        for definition in &callee.functions {
            let typed = self.type_returned(*definition, is_awaited, depth)?;
            found.push(typed);
        }
        Typed::joined(found).map(|typed| typed.because(Evidence::Returned))
    }

    /// The types of what a function returns: those of its annotation, else of all that it returns.
    fn type_returned(&self, function: Definition, is_awaited: bool, depth: usize) -> Option<Typed> {
        let depth = depth.checked_sub(1)?;
        let member = self.member_of(function)?;
        let module = &member.module;
        let node = module.exact(function.span, &["function_definition"])?;
        let is_async = module.text_of(node).starts_with("async");
        if is_async != is_awaited {
            return None;
        }
        if let Some(returns) = node.child_by_field_name("return_type") {
            return self.type_named(function.file, module, returns, depth);
        }
        let body = node.child_by_field_name("body")?;
        let scope = module.names.scope_at(body.start_byte());
        let mut values = Vec::new();
        for inner in tree::preorder(body) {
            match inner.kind() {
                "yield" if module.names.scope_at(inner.start_byte()) == scope => return None,
                "return_statement" if module.names.scope_at(inner.start_byte()) == scope => {
                    values.extend(tree::children(inner).first().copied());
                }
                _ => {}
            }
        }
        self.all_of(function.file, module, &values, depth)
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

/// Where an annotation stands.
struct Context<'c> {
    file: FileId,
    module: &'c Module,
    scope: usize,
    own: Option<Definition>,
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

fn class_of_objects(typed: &Typed) -> Option<Typed> {
    let class = |of: &Type| match of {
        Type::Instance(class) => Some(Type::Class(*class)),
        Type::Class(_) => None,
    };
    let classes: Option<Vec<Type>> = typed.types.iter().map(class).collect();
    classes.map(|types| Typed { types, evidence: typed.evidence })
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

/// The parts of an annotation between separators that stand in no brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if letter == separator && depth == 0 => {
                found.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}
