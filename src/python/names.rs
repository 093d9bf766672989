//! What names mean: scopes, their bindings, and the dotted name of an expression.
//!
//! The rules are those of Python's execution model ("Naming and binding"): a name that is bound
//! anywhere in a function is local to all of it, class scopes are not seen from the functions in
//! them, comprehensions have a scope of their own.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::tree;
use crate::workspace::span::Span;

/// What kind of code a scope belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// The module.
    Module,
    /// A class body.
    Class,
    /// A function or lambda.
    Function,
    /// A comprehension or generator expression.
    Comprehension,
}

/// One scope.
#[derive(Debug)]
pub struct Scope {
    /// What it belongs to.
    pub kind: ScopeKind,
    /// The index of the scope around it.
    pub parent: Option<usize>,
    /// The bytes in which names are looked up here first.
    pub span: Span,
    /// Its bindings by name.
    pub bindings: FxHashMap<String, Vec<Binding>>,
    /// Names declared `global` or `nonlocal`: true for global.
    pub declared: FxHashMap<String, bool>,
    /// Modules imported with a star, with the statement.
    pub stars: Vec<(String, Span)>,
}

/// One place that binds a name.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The bound name, or for an import the whole imported name with its alias.
    pub span: Span,
    /// How it is bound.
    pub kind: BindingKind,
}

/// How a name is bound.
#[derive(Debug, Clone)]
pub enum BindingKind {
    /// By an import of this dotted name (leading dots where it is relative).
    Import {
        /// The dotted name.
        target: String,
        /// The whole statement.
        statement: Span,
    },
    /// By an assignment of one expression to one name.
    Assignment {
        /// The expression.
        value: Span,
    },
    /// By a class statement.
    Class {
        /// The whole class definition.
        definition: Span,
    },
    /// By a function definition.
    Function,
    /// As a parameter.
    Parameter,
    /// In any other way: a loop, `with`, `except`, an unpacking, `match`, ...
    Other,
    /// As a stand-in for an import that failed: `None`, or anything in an `except ImportError`.
    Placeholder,
}

/// An identifier that is no attribute, keyword or part of an import.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// The identifier.
    pub span: Span,
    /// The scope it stands in.
    pub scope: usize,
}

/// The names of one module.
#[derive(Debug, Default)]
pub struct Names {
    /// The scopes; the module's is the first.
    pub scopes: Vec<Scope>,
    /// All uses, bindings by assignment included, in order.
    pub uses: Vec<Use>,
    /// The words of strings and comments that may be names: in `__all__`, in annotations.
    pub quoted: FxHashSet<String>,
    /// Whether an identifier is spelled otherwise than Python reads it (NFKC).
    pub has_other_spellings: bool,
    /// Attributes that are assigned to (`torch.load = ...`).
    pub assigned_attributes: Vec<Span>,
    /// The scopes in the order of the text.
    pub(super) by_start: Vec<usize>,
    /// The places of the uses in the list, by name, once somebody asks.
    pub(super) by_name: OnceLock<FxHashMap<String, Vec<u32>>>,
    /// The same by the scopes that bind them.
    pub(super) by_binding: OnceLock<FxHashMap<String, FxHashMap<usize, Vec<u32>>>>,
    /// What imports bring, by the last part of their targets, once somebody asks.
    pub(super) imports: OnceLock<FxHashMap<String, Vec<Imported>>>,
    /// The packages that are imported from, once somebody asks.
    pub(super) packages: OnceLock<FxHashSet<String>>,
}

/// A name that an import binds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Imported {
    /// The dotted name that is imported, with leading dots where it is relative.
    pub target: String,
    /// The name it is bound to.
    pub alias: String,
    /// The scope that binds it.
    pub scope: usize,
}

/// What is known of an expression's dotted name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// It is one of these (several where branches import differently), sorted.
    Known(Vec<String>),
    /// It may be one of these, but something else binds the name too.
    Ambiguous {
        /// The dotted names that imports give.
        names: Vec<String>,
        /// Where it is bound otherwise, or the star import that may bind it.
        rival: Span,
    },
    /// Nothing is known.
    Unknown,
}

impl Resolution {
    /// The dotted name, if there is just one.
    pub fn single(&self) -> Option<&str> {
        match self {
            Self::Known(names) if names.len() == 1 => Some(&names[0]),
            _ => None,
        }
    }

    /// All dotted names that it is or may be.
    pub fn candidates(&self) -> &[String] {
        match self {
            Self::Known(names) | Self::Ambiguous { names, .. } => names,
            Self::Unknown => &[],
        }
    }

    fn with_attribute(self, attribute: &str) -> Self {
        let extend = |names: Vec<String>| {
            names.into_iter().map(|name| format!("{name}.{attribute}")).collect()
        };
        match self {
            Self::Known(names) => Self::Known(extend(names)),
            Self::Ambiguous { names, rival } => Self::Ambiguous { names: extend(names), rival },
            Self::Unknown => Self::Unknown,
        }
    }
}

impl Names {
    /// To be called once all scopes are known.
    pub(super) fn finish(&mut self) {
        self.by_start = (0..self.scopes.len()).collect();
        // A scope that holds another one at the same place comes first.
        let key = |&s: &usize| (self.scopes[s].span.start, usize::MAX - self.scopes[s].span.end, s);
        self.by_start.sort_by_key(key);
    }

    /// The innermost scope at an offset.
    pub fn scope_at(&self, offset: usize) -> usize {
        let behind = self.by_start.partition_point(|&s| self.scopes[s].span.start <= offset);
        let mut scope = behind.checked_sub(1).map_or(0, |last| self.by_start[last]);
        while offset >= self.scopes[scope].span.end {
            let Some(parent) = self.scopes[scope].parent else { break };
            scope = parent;
        }
        scope
    }

    /// The scope that binds `name` as seen from `scope`.
    pub fn binding_scope(&self, name: &str, scope: usize) -> Option<usize> {
        let mut current = scope;
        loop {
            let here = &self.scopes[current];
            let visible = current == scope || here.kind != ScopeKind::Class;
            match here.declared.get(name) {
                Some(true) => return self.scopes[0].bindings.contains_key(name).then_some(0),
                None if visible && here.bindings.contains_key(name) => return Some(current),
                Some(false) | None => {}
            }
            current = here.parent?;
        }
    }

    /// The bindings of `name` as seen from `scope`.
    pub fn bindings(&self, name: &str, scope: usize) -> &[Binding] {
        self.binding_scope(name, scope)
            .and_then(|bound| self.scopes[bound].bindings.get(name))
            .map_or(&[], Vec::as_slice)
    }

    /// The dotted name of an expression: a name, or attributes of one. A name that nothing binds
    /// is itself where it is a builtin (`eval`), or may come from a star import.
    pub fn resolve(&self, node: Node, text: &str) -> Resolution {
        let mut attributes = Vec::new();
        let mut node = tree::unparenthesised(node);
        while node.kind() == "attribute" {
            let (Some(object), Some(name)) =
                (node.child_by_field_name("object"), node.child_by_field_name("attribute"))
            else {
                return Resolution::Unknown;
            };
            attributes.push(&text[name.byte_range()]);
            node = tree::unparenthesised(object);
        }
        if node.kind() != "identifier" {
            return Resolution::Unknown;
        }
        let base = self.lookup(&text[node.byte_range()], self.scope_at(node.start_byte()));
        attributes.iter().rev().fold(base, |name, attribute| name.with_attribute(attribute))
    }

    /// What a name means in a scope.
    pub fn lookup(&self, name: &str, scope: usize) -> Resolution {
        let bindings = self.bindings(name, scope);
        if bindings.is_empty() {
            return self.unbound(name, scope);
        }
        let mut names = Vec::new();
        let mut rival = None;
        for binding in bindings {
            match &binding.kind {
                BindingKind::Import { target, .. } => names.push(target.clone()),
                BindingKind::Placeholder => {}
                _ => rival = rival.or(Some(binding.span)),
            }
        }
        names.sort();
        names.dedup();
        let rival = rival.or_else(|| self.later_star(name, scope, bindings));
        match rival {
            _ if names.is_empty() => Resolution::Unknown,
            None => Resolution::Known(names),
            Some(rival) => Resolution::Ambiguous { names, rival },
        }
    }

    /// A star import from another module behind the import of a name from one: it may bring the
    /// name too. A module's own name is taken to mean the module.
    fn later_star(&self, name: &str, scope: usize, bindings: &[Binding]) -> Option<Span> {
        let bound = self.binding_scope(name, scope)?;
        let from = bindings.iter().find_map(|binding| match &binding.kind {
            BindingKind::Import { target, .. } => {
                let (module, last) = target.rsplit_once('.')?;
                (last == name).then_some((module, binding.span.start))
            }
            _ => None,
        });
        let (module, start) = from?;
        self.scopes[bound]
            .stars
            .iter()
            .find(|(star, span)| star != module && span.start > start)
            .map(|(_, span)| *span)
    }

    /// A name that no scope binds: a builtin, or what a star import brings.
    fn unbound(&self, name: &str, scope: usize) -> Resolution {
        let stars: Vec<&(String, Span)> =
            std::iter::successors(Some(scope), |&s| self.scopes[s].parent)
                .flat_map(|s| &self.scopes[s].stars)
                .collect();
        match stars.as_slice() {
            [] => Resolution::Known(vec![name.to_owned()]),
            [(module, _)] => Resolution::Known(vec![format!("{module}.{name}")]),
            [_, .., (_, rival)] => {
                let mut names: Vec<_> = stars.iter().map(|(m, _)| format!("{m}.{name}")).collect();
                names.sort();
                names.dedup();
                Resolution::Ambiguous { names, rival: *rival }
            }
        }
    }

    /// The uses of `name` that mean the binding in `scope`.
    pub fn uses_of(&self, name: &str, scope: usize, text: &str) -> Vec<Span> {
        let index = self.by_binding.get_or_init(|| {
            let mut index: FxHashMap<String, FxHashMap<usize, Vec<u32>>> = FxHashMap::default();
            for (place, used) in self.uses.iter().enumerate() {
                let Ok(place) = u32::try_from(place) else { break };
                let name = &text[used.span.range()];
                let Some(bound) = self.binding_scope(name, used.scope) else { continue };
                index.entry(name.to_owned()).or_default().entry(bound).or_default().push(place);
            }
            index
        });
        let places = index.get(name).and_then(|scopes| scopes.get(&scope));
        let places = places.map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| self.uses[*place as usize].span).collect()
    }

    /// The uses of a name, whatever it means, in order.
    pub fn named<'n>(&'n self, name: &str, text: &str) -> impl Iterator<Item = &'n Use> + Clone {
        let index = self.by_name.get_or_init(|| {
            let mut index: FxHashMap<String, Vec<u32>> = FxHashMap::default();
            for (place, used) in self.uses.iter().enumerate() {
                let Ok(place) = u32::try_from(place) else { break };
                index.entry(text[used.span.range()].to_owned()).or_default().push(place);
            }
            index
        });
        let places = index.get(name).map_or(&[][..], Vec::as_slice);
        places.iter().map(|place| &self.uses[*place as usize])
    }

    /// The packages that imports anywhere in the module name.
    pub fn packages(&self) -> &FxHashSet<String> {
        self.packages.get_or_init(|| {
            let bindings = self.scopes.iter().flat_map(|scope| scope.bindings.values().flatten());
            let targets = bindings.filter_map(|binding| match &binding.kind {
                BindingKind::Import { target, .. } => Some(target.as_str()),
                _ => None,
            });
            let stars = self.scopes.iter().flat_map(|scope| &scope.stars);
            let targets = targets.chain(stars.map(|(from, _)| from.as_str()));
            targets.filter_map(|target| target.split('.').next().map(str::to_owned)).collect()
        })
    }

    /// What imports bind to a target with this last part, in no order that matters to Python.
    pub fn imports_of(&self, last: &str) -> &[Imported] {
        let index = self.imports.get_or_init(|| {
            let mut index: FxHashMap<String, Vec<Imported>> = FxHashMap::default();
            for (scope, facts) in self.scopes.iter().enumerate() {
                for (alias, bindings) in &facts.bindings {
                    for binding in bindings {
                        let BindingKind::Import { target, .. } = &binding.kind else { continue };
                        let last = target.rsplit('.').next().unwrap_or(target).to_owned();
                        let (target, alias) = (target.clone(), alias.clone());
                        index.entry(last).or_default().push(Imported { target, alias, scope });
                    }
                }
            }
            for found in index.values_mut() {
                found.sort();
            }
            index
        });
        index.get(last).map_or(&[], Vec::as_slice)
    }

    /// Whether an identifier of that name stands anywhere.
    pub fn is_used(&self, name: &str, text: &str) -> bool {
        self.named(name, text).next().is_some()
    }

    /// Whether `name` can be bound at module level and mean that in `scope`: nothing between
    /// binds it, and the module does not bind it to something else.
    pub fn is_free(&self, name: &str, scope: usize) -> bool {
        self.binding_scope(name, scope).is_none() && !self.scopes[0].bindings.contains_key(name)
    }
}
