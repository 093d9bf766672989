//! Which functions of the program a call runs.

use tree_sitter::Node;

use super::Program;
use super::definitions::{Definition, DefinitionKind};
use super::hierarchy::{Lookup, Own};
use super::types::{Bound, Evidence, Type, Typed, binding_of, class_around};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee {
    /// The functions, of which one is run: several where it depends.
    pub functions: Vec<Definition>,
    /// The class that is made, where an `__init__` is run by calling its class.
    pub makes: Option<Definition>,
    /// Whether the first parameter is the object or class before the dot.
    pub is_bound: bool,
    /// How it is known.
    pub evidence: How,
    /// Whether nothing else can be meant.
    pub is_sure: bool,
}

/// How a callee is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// By its name in the same file.
    Name,
    /// By an import.
    Import,
    /// `super()`.
    Super,
    /// By the class of what stands before the dot.
    Object(Evidence),
}

impl How {
    /// As people say it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Name => "by its name",
            Self::Import => "imported",
            Self::Super => "through super()",
            Self::Object(Evidence::Own) => "through its own object",
            Self::Object(Evidence::Made) => "on an object made there",
            Self::Object(Evidence::Annotated) => "on an object annotated so",
            Self::Object(Evidence::Returned) => "on an object that a function returns",
            Self::Object(Evidence::Attribute) => "on an object kept in an attribute",
        }
    }
}

/// How deep expressions are looked into.
const DEEPEST: usize = 8;

impl Program<'_> {
    /// What an expression that is called runs; `None` if it is nothing of the program as far as
    /// can be told.
    pub fn callee(&self, file: FileId, module: &Module, function: Node) -> Option<Callee> {
        self.callee_within(file, module, function, DEEPEST)
    }

    pub(super) fn callee_within(
        &self,
        file: FileId,
        module: &Module,
        function: Node,
        depth: usize,
    ) -> Option<Callee> {
        let depth = depth.checked_sub(1)?;
        let function = tree::unparenthesised(function);
        match function.kind() {
            "identifier" => self.named(file, module, function, depth),
            "attribute" => self.attribute(file, module, function, depth),
            "call" => {
                let typed = self.typed(file, module, function, depth)?;
                self.called(&typed)
            }
            _ => None,
        }
    }

    fn named(&self, file: FileId, module: &Module, node: Node, depth: usize) -> Option<Callee> {
        let meaning = self.meaning_of(file, module, node);
        if meaning.definitions.is_empty() {
            let typed = self.typed(file, module, node, depth)?;
            return self.called(&typed);
        }
        let scope = module.names.scope_at(node.start_byte());
        let is_here = module.names.bindings(module.text_of(node), scope).iter().all(|binding| {
            !matches!(binding.kind, crate::python::names::BindingKind::Import { .. })
        });
        let how = if is_here { How::Name } else { How::Import };
        self.defined(&meaning.definitions, meaning.is_sure, how)
    }

    /// What is run by calling definitions by their names.
    fn defined(&self, definitions: &[Definition], is_sure: bool, how: How) -> Option<Callee> {
        let is_class = |found: &Definition| found.kind == DefinitionKind::Class;
        if definitions.iter().any(is_class) {
            let [class] = definitions else { return None };
            let init = self.constructor(*class)?;
            let functions = vec![init];
            let makes = Some(*class);
            return Some(Callee { functions, makes, is_bound: true, evidence: how, is_sure });
        }
        let mut is_bound = false;
        for definition in definitions {
            let member = self.member_of(*definition)?;
            let module = &member.module;
            let node = module.exact(definition.span, &["function_definition"])?;
            let is_method = class_around(module, node).is_some();
            // By the name of its class, an object's method is handed the object as an argument.
            is_bound |= is_method && binding_of(module, node) == Bound::Class;
        }
        let functions = definitions.to_vec();
        Some(Callee { functions, makes: None, is_bound, evidence: how, is_sure })
    }

    /// The `__init__` that making an object of a class runs, if the program has it.
    pub fn constructor(&self, class: Definition) -> Option<Definition> {
        let (ancestry, _) = self.ancestry(class);
        for owner in ancestry {
            let member = self.member_of(owner)?;
            let node = member.module.exact(owner.span, &["class_definition"])?;
            match self.own_method(owner, "__init__") {
                Own::Function(init) => return Some(init),
                // `__init__ = prepare` may be any function.
                Own::Other => return None,
                Own::Nothing => {}
            }
            // A generated `__init__`, or one that is made otherwise.
            if is_generated(&member.module, node) {
                return None;
            }
        }
        None
    }

    fn attribute(&self, file: FileId, module: &Module, node: Node, depth: usize) -> Option<Callee> {
        let object = tree::unparenthesised(node.child_by_field_name("object")?);
        let name = module.text_of(node.child_by_field_name("attribute")?);
        if let Some(class) = super_of(module, object) {
            let class = Self::definition_at(file, class);
            let Lookup::Found { method, .. } = self.method(class, name, Some(class)) else {
                return None;
            };
            return Some(Callee {
                functions: vec![method],
                makes: None,
                is_bound: true,
                evidence: How::Super,
                is_sure: true,
            });
        }
        let meaning = self.meaning_of(file, module, node);
        if !meaning.definitions.is_empty() {
            return self.defined(&meaning.definitions, meaning.is_sure, How::Import);
        }
        let typed = self.typed(file, module, object, depth)?;
        self.method_of(&typed, name).or_else(|| {
            // What the attribute is set to is called.
            let kept = self.typed(file, module, node, depth)?;
            self.called(&kept)
        })
    }

    /// The method of that name of values of some types.
    fn method_of(&self, typed: &Typed, name: &str) -> Option<Callee> {
        let mut functions = Vec::new();
        let mut is_bound = true;
        let mut is_sure = true;
        for of in &typed.types {
            let (Type::Instance(class) | Type::Class(class)) = of;
            let Lookup::Found { method, .. } = self.method(*class, name, None) else {
                let below = self.methods_below(*class, name);
                is_sure &= !below.is_empty();
                functions.extend(below);
                continue;
            };
            let member = self.member_of(method)?;
            let node = member.module.exact(method.span, &["function_definition"])?;
            is_bound &= match (binding_of(&member.module, node), of) {
                (Bound::Static, _) | (Bound::Object, Type::Class(_)) => false,
                (Bound::Object | Bound::Class, _) => true,
            };
            functions.push(method);
        }
        functions.sort_unstable();
        functions.dedup();
        let evidence = How::Object(typed.evidence);
        (!functions.is_empty()).then_some(Callee {
            functions,
            makes: None,
            is_bound,
            evidence,
            is_sure,
        })
    }

    /// The methods of that name of the classes that derive from one, which has none itself.
    fn methods_below(&self, class: Definition, name: &str) -> Vec<Definition> {
        let derived = self.derived_with(class, &[name]).unwrap_or_default();
        let own = derived.into_iter().map(|class| self.own_method(class, name));
        own.filter_map(|own| match own {
            Own::Function(method) => Some(method),
            _ => None,
        })
        .collect()
    }

    /// What calling values of some types runs: `__call__`, or `__init__` for classes.
    fn called(&self, typed: &Typed) -> Option<Callee> {
        if typed.types.iter().all(|of| matches!(of, Type::Instance(_))) {
            return self.method_of(typed, "__call__");
        }
        let [Type::Class(class)] = typed.types[..] else { return None };
        let init = self.constructor(class)?;
        Some(Callee {
            functions: vec![init],
            makes: Some(class),
            is_bound: true,
            evidence: How::Object(typed.evidence),
            is_sure: true,
        })
    }
}

/// The class whose bases `super()` or `super(Class, self)` means.
fn super_of<'m>(module: &'m Module, object: Node<'m>) -> Option<Node<'m>> {
    let function = object.child_by_field_name("function").filter(|_| object.kind() == "call")?;
    if module.text_of(function) != "super" {
        return None;
    }
    let class = module.ancestors(object).find(|around| around.kind() == "class_definition")?;
    let arguments = tree::children(object.child_by_field_name("arguments")?);
    let name = class.child_by_field_name("name").map(|name| module.text_of(name));
    let is_own = arguments.first().is_none_or(|first| {
        Some(module.text_of(*first)) == name || module.text_of(*first) == "__class__"
    });
    is_own.then_some(class)
}

/// Whether a class makes its objects otherwise than by the `__init__` that it inherits: by a
/// generated one, or a metaclass.
fn is_generated(module: &Module, class: Node) -> bool {
    let outer = module.parent(class).filter(|parent| parent.kind() == "decorated_definition");
    let children = outer.map(tree::children).unwrap_or_default();
    let mut lines = children.into_iter().filter(|child| child.kind() == "decorator");
    let is_record = lines.any(|line| {
        let text = module.text_of(line);
        ["dataclass", "define", "attr", "frozen"].iter().any(|word| text.contains(word))
    });
    let bases = class.child_by_field_name("superclasses").map_or("", |list| module.text_of(list));
    is_record || (bases.contains("metaclass") && !bases.contains("ABCMeta"))
}
