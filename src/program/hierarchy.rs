//! Which classes derive from which, by their definitions: what the names suggest is looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tree_sitter::Node;

use super::definitions::{Definition, DefinitionKind};
use super::{Member, Program};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::workspace::FileId;

/// How many classes are looked at beyond one.
pub(super) const MOST_CLASSES: usize = 1000;

/// A base of a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// A class of the program.
    Ours(Definition),
    /// A class from elsewhere, or one that could not be found: its last name.
    Foreign(String),
}

/// Where a method is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// This definition, in the body of this class.
    Found {
        /// The method.
        method: Definition,
        /// The class whose body has it.
        owner: Definition,
    },
    /// The classes of the program do not define it, and one from elsewhere may.
    Foreign,
    /// Nobody does.
    Missing,
}

impl Program<'_> {
    /// The definition of a class statement or a function; the node must be one.
    pub fn definition_at(file: FileId, node: Node) -> Definition {
        let kind = match node.kind() {
            "class_definition" => DefinitionKind::Class,
            _ => DefinitionKind::Function,
        };
        Definition { file, kind, span: tree::span(node) }
    }

    /// The module of a definition.
    pub fn member_of(&self, definition: Definition) -> Option<Member> {
        self.module(definition.file)
    }

    /// The bases of a class, in order, `object` left out. Worked out once.
    pub fn bases(&self, class: Definition) -> Arc<Vec<Base>> {
        if let Some(known) = lock(&self.bases).get(&class) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.find_bases(class));
        lock(&self.bases).insert(class, Arc::clone(&found));
        found
    }

    fn find_bases(&self, class: Definition) -> Vec<Base> {
        let Some(member) = self.member_of(class) else { return Vec::new() };
        let module = &member.module;
        let Some(node) = module.exact(class.span, &["class_definition"]) else { return Vec::new() };
        let mut found = Vec::new();
        for base in base_expressions(node) {
            let base = match base.kind() {
                "subscript" => base.child_by_field_name("value").unwrap_or(base),
                _ => base,
            };
            let last = module.text_of(base).rsplit('.').next().unwrap_or_default().trim();
            if last == "object" {
                continue;
            }
            let meaning = self.meaning_of(class.file, module, base);
            let ours: Vec<Definition> = meaning
                .definitions
                .into_iter()
                .filter(|found| found.kind == DefinitionKind::Class && *found != class)
                .collect();
            if ours.is_empty() || !meaning.is_sure {
                found.push(Base::Foreign(last.to_owned()));
            }
            found.extend(ours.into_iter().map(Base::Ours));
        }
        found
    }

    /// The classes of the program from which a class derives, itself first, in the order in which
    /// methods are looked up; whether it derives from nothing else that could define any.
    pub fn ancestry(&self, class: Definition) -> (Vec<Definition>, bool) {
        let mut found = vec![class];
        let mut known: rustc_hash::FxHashSet<Definition> = std::iter::once(class).collect();
        let mut at = 0;
        let mut is_whole = true;
        while let Some(class) = found.get(at).copied() {
            at += 1;
            for base in self.bases(class).iter() {
                match base {
                    Base::Ours(base) => {
                        if found.len() < MOST_CLASSES && known.insert(*base) {
                            found.push(*base);
                        }
                    }
                    Base::Foreign(name) => is_whole &= is_bare(name),
                }
            }
        }
        (found, is_whole)
    }

    /// Which definition a method of that name means for the objects of a class. `above` leaves out
    /// what stands before that class and itself: the view of `super()`.
    pub fn method(&self, class: Definition, name: &str, above: Option<Definition>) -> Lookup {
        let (ancestry, is_whole) = self.ancestry(class);
        let from = above.and_then(|above| ancestry.iter().position(|found| *found == above));
        let from = from.map_or(0, |at| at + 1);
        for owner in &ancestry[from..] {
            match self.own_method(*owner, name) {
                Own::Function(method) => return Lookup::Found { method, owner: *owner },
                Own::Other => return Lookup::Foreign,
                Own::Nothing => {}
            }
        }
        if is_whole { Lookup::Missing } else { Lookup::Foreign }
    }

    /// What the body of a class binds a name to.
    pub fn own_method(&self, class: Definition, name: &str) -> Own {
        let Some(member) = self.member_of(class) else { return Own::Other };
        let module = &member.module;
        let Some(node) = module.exact(class.span, &["class_definition"]) else { return Own::Other };
        match method_in(module, node, name) {
            Some(Ok(function)) => Own::Function(Self::definition_at(class.file, function)),
            Some(Err(())) => Own::Other,
            None => Own::Nothing,
        }
    }

    /// The last names of the bases from elsewhere of a class and of those it derives from, sorted.
    pub fn foreign_bases(&self, class: Definition) -> Vec<String> {
        let (ancestry, _) = self.ancestry(class);
        self.foreign_of(&ancestry)
    }

    /// The same of the classes that derive from a class.
    pub fn foreign_bases_below(&self, class: Definition) -> Vec<String> {
        let mut found = BTreeSet::new();
        for derived in self.derived(class).unwrap_or_default() {
            found.extend(self.foreign_bases(derived));
        }
        found.into_iter().collect()
    }

    fn foreign_of(&self, classes: &[Definition]) -> Vec<String> {
        let mut found = BTreeSet::new();
        for class in classes {
            for base in self.bases(*class).iter() {
                if let Base::Foreign(name) = base {
                    found.insert(name.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    /// The classes that derive from a class, directly or not, itself left out, sorted. `None` if
    /// there are more than are looked at.
    pub fn derived(&self, class: Definition) -> Option<Vec<Definition>> {
        let name = self.name_of(class)?;
        let names = self.classes().derived(&name, MOST_CLASSES + 1);
        if names.len() > MOST_CLASSES {
            return None;
        }
        let files: BTreeSet<FileId> =
            names.iter().flat_map(|name| self.classes().files_of(name)).collect();
        self.parse_all(&Vec::from_iter(files));
        let candidates: Vec<Definition> =
            names.iter().flat_map(|name| self.classes_named(name)).collect();
        let mut family: BTreeSet<Definition> = BTreeSet::from([class]);
        let mut found = Vec::new();
        loop {
            let is_new = |candidate: &&Definition| {
                !family.contains(candidate)
                    && self
                        .bases(**candidate)
                        .iter()
                        .any(|base| matches!(base, Base::Ours(base) if family.contains(base)))
            };
            let more: Vec<Definition> = candidates.iter().filter(is_new).copied().collect();
            if more.is_empty() {
                break;
            }
            family.extend(&more);
            found.extend(more);
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    /// The classes of the inheritance tree that holds a class: all that derive from those of its
    /// ancestors that derive from no class of the program; sorted. `None` if there are too many.
    pub fn tree_of(&self, class: Definition) -> Option<Arc<Vec<Definition>>> {
        if let Some(known) = lock(&self.trees).get(&class) {
            return known.clone();
        }
        let (ancestry, _) = self.ancestry(class);
        let is_top = |class: &&Definition| {
            !self.bases(**class).iter().any(|base| matches!(base, Base::Ours(_)))
        };
        let mut found: BTreeSet<Definition> = ancestry.iter().copied().collect();
        let mut is_small = true;
        for top in ancestry.iter().filter(is_top) {
            match self.derived(*top) {
                Some(derived) => found.extend(derived),
                None => is_small = false,
            }
        }
        let found = is_small.then(|| Arc::new(found.into_iter().collect::<Vec<_>>()));
        lock(&self.trees).insert(class, found.clone());
        found
    }

    /// The class statements of that name outside tests.
    pub fn classes_named(&self, name: &str) -> Vec<Definition> {
        let mut files: Vec<FileId> = self.classes().files_of(name);
        files.sort_unstable();
        files.dedup();
        let mut found = Vec::new();
        for file in files {
            let Some(member) = self.module(file) else { continue };
            let module = &member.module;
            let named = module.of_kind("class_definition").filter(|node| {
                node.child_by_field_name("name").is_some_and(|n| module.text_of(n) == name)
            });
            found.extend(named.map(|node| Self::definition_at(file, node)));
        }
        found
    }

    /// The name of a definition.
    pub fn name_of(&self, definition: Definition) -> Option<String> {
        let member = self.member_of(definition)?;
        let kinds = ["class_definition", "function_definition"];
        let node = member.module.exact(definition.span, &kinds)?;
        node.child_by_field_name("name").map(|name| member.module.text_of(name).to_owned())
    }
}

/// What the body of one class binds a name to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// A function: the last definition.
    Function(Definition),
    /// Something else, or it depends.
    Other,
    /// Nothing.
    Nothing,
}

/// Bases that define no methods of their own that matter.
fn is_bare(name: &str) -> bool {
    matches!(name, "object" | "ABC" | "Generic" | "Protocol")
}

/// The expressions that name the bases of a class, without keywords.
pub fn base_expressions(class: Node) -> Vec<Node> {
    let list = class.child_by_field_name("superclasses").map(tree::children).unwrap_or_default();
    let is_base = |node: &Node| {
        !matches!(node.kind(), "keyword_argument" | "list_splat" | "dictionary_splat")
    };
    list.into_iter().filter(is_base).collect()
}

/// What a class body binds to a name: the last function, `Err` if it binds it to something else too;
/// `None` if not at all.
fn method_in<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Result<Node<'m>, ()>> {
    let body = class.child_by_field_name("body")?;
    let scope = module.names.scope_at(body.start_byte());
    if module.names.scopes[scope].span != tree::span(body) {
        return None;
    }
    let bindings = module.names.scopes[scope].bindings.get(name)?;
    let mut last = None;
    for binding in bindings {
        if !matches!(binding.kind, BindingKind::Function) {
            return Some(Err(()));
        }
        let function = module.nodes().covering(binding.span).and_then(|node| module.parent(node));
        last = function.filter(|function| function.kind() == "function_definition").or(last);
    }
    let is_direct = |function: &Node| {
        let outer = module.parent(*function).filter(|p| p.kind() == "decorated_definition");
        module.parent(outer.unwrap_or(*function)).is_some_and(|block| block.id() == body.id())
    };
    Some(last.filter(is_direct).ok_or(()))
}

/// Classes whose bases are known.
pub(super) type Bases = BTreeMap<Definition, Arc<Vec<Base>>>;
/// Classes whose inheritance tree is known.
pub(super) type Trees = BTreeMap<Definition, Option<Arc<Vec<Definition>>>>;

pub(super) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
