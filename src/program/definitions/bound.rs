//! What the bindings of a name in one scope mean.

use tree_sitter::Node;

use super::{Definition, DefinitionKind, Meaning, Search, Within, add};
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind, Scope, ScopeKind};
use crate::python::tree;
use crate::workspace::span::Span;

/// Whether a scope binds a name to something, not only to a stand-in for it.
pub(super) fn is_bound(scope: &Scope, name: &str) -> bool {
    let bindings = scope.bindings.get(name).into_iter().flatten();
    bindings.into_iter().any(|binding| !matches!(binding.kind, BindingKind::Placeholder))
}

impl Search<'_, '_> {
    /// What the bindings of a name mean that hold at the end of its scope, and the rest as
    /// attributes of it.
    pub(super) fn by_bindings(
        &mut self,
        within: &Within,
        scope: usize,
        name: &str,
        rest: &[&str],
    ) -> Option<Meaning> {
        let bindings = lasting(within.module, scope, name);
        let end = bindings.last()?.span.end;
        let is_import = |b: &&Binding| matches!(b.kind, BindingKind::Import { .. });
        let is_imported = bindings.iter().any(is_import);
        let mut found = None;
        for binding in bindings {
            let loops = self.loops;
            let meaning = self.by_binding(within, binding, rest);
            // What a name takes from itself adds nothing.
            if !self.is_loop(loops, &meaning) {
                add(&mut found, meaning);
            }
        }
        let found = found.unwrap_or_else(Meaning::unknown);
        let loops = self.loops;
        match self.by_stars(within, &[scope], name, rest, end) {
            // Nobody lets a star from elsewhere replace what the module defines.
            Some(starred)
                if starred != found
                    && !self.is_loop(loops, &starred)
                    && (is_imported || !starred.is_empty()) =>
            {
                Some(found.or(starred).unsure())
            }
            _ => Some(found),
        }
    }

    /// Whether nothing was found because a name led back to itself.
    fn is_loop(&self, loops_before: usize, meaning: &Meaning) -> bool {
        self.loops > loops_before && meaning.is_empty()
    }

    fn by_binding(&mut self, within: &Within, binding: &Binding, rest: &[&str]) -> Meaning {
        let Within { module, file } = *within;
        match &binding.kind {
            BindingKind::Import { target, .. } => self.dotted(&joined(target, rest), file),
            BindingKind::Function => match function(module, binding) {
                Some(node) if rest.is_empty() => {
                    let kind = DefinitionKind::Function;
                    Meaning::of_definition(Definition { file, kind, span: tree::span(node) })
                }
                _ => Meaning::unknown(),
            },
            BindingKind::Class { definition } => match rest.split_first() {
                None => {
                    let kind = DefinitionKind::Class;
                    Meaning::of_definition(Definition { file, kind, span: *definition })
                }
                Some((attribute, rest)) => {
                    let body = body(module, *definition);
                    let found = body.and_then(|scope| self.in_body(within, scope, attribute, rest));
                    found.unwrap_or_else(Meaning::unknown)
                }
            },
            BindingKind::Assignment { value } => {
                let Some(mut names) = chain_at(module, *value) else { return Meaning::unknown() };
                names.extend(rest);
                let scope = module.names.scope_at(value.start);
                let found = self.seen_from(within, scope, names[0], &names[1..]);
                found.unwrap_or_else(Meaning::foreign)
            }
            BindingKind::Parameter | BindingKind::Other | BindingKind::Placeholder => {
                Meaning::unknown()
            }
        }
    }

    /// What an attribute means by the body of its class alone.
    fn in_body(
        &mut self,
        within: &Within,
        scope: usize,
        attribute: &str,
        rest: &[&str],
    ) -> Option<Meaning> {
        let facts = within.module.names.scopes.get(scope)?;
        is_bound(facts, attribute).then(|| self.in_scope(within, scope, attribute, rest))?
    }
}

/// A dotted name with attributes of what it means.
fn joined(target: &str, rest: &[&str]) -> String {
    let mut dotted = target.to_owned();
    for name in rest {
        if !dotted.ends_with('.') {
            dotted.push('.');
        }
        dotted.push_str(name);
    }
    dotted
}

/// The bindings of a name that may hold at the end of its scope, in order: none that a later one
/// surely replaces, no stand-ins, no overloads where there is an implementation.
fn lasting<'m>(module: &'m Module, scope: usize, name: &str) -> Vec<&'m Binding> {
    let bindings = module.names.scopes[scope].bindings.get(name).map_or(&[][..], Vec::as_slice);
    let mut replaced: Vec<Span> = Vec::new();
    let mut found: Vec<&Binding> = Vec::new();
    for binding in bindings.iter().rev() {
        let is_here = module.names.scope_at(binding.span.start) == scope;
        if matches!(binding.kind, BindingKind::Placeholder)
            || (is_here && replaced.iter().any(|block| block.contains(binding.span)))
        {
            continue;
        }
        found.push(binding);
        if is_here && replaces(module, binding, name) {
            replaced.extend(block(module, binding.span));
        }
    }
    let is_overload = |binding: &&Binding| {
        function(module, binding).is_some_and(|node| is_overload(module, node))
    };
    let is_implemented =
        |binding: &&Binding| matches!(binding.kind, BindingKind::Function) && !is_overload(binding);
    if found.iter().any(is_implemented) {
        found.retain(|binding| !is_overload(binding));
    }
    found.reverse();
    found
}

/// The block that a place stands in.
fn block(module: &Module, place: Span) -> Option<Span> {
    module.parent(module.statement_at(place)?).map(tree::span)
}

/// Whether a binding puts something else in the place of what the name meant before it.
fn replaces(module: &Module, binding: &Binding, name: &str) -> bool {
    match &binding.kind {
        BindingKind::Import { .. } | BindingKind::Class { .. } => true,
        // `@name.setter` and the like add to what is there.
        BindingKind::Function => function(module, binding).is_some_and(|node| {
            decorators(module, node).into_iter().all(|decorator| {
                !decorator.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
            })
        }),
        BindingKind::Assignment { value } => {
            chain_at(module, *value).is_some_and(|names| names[0] != name)
        }
        BindingKind::Parameter | BindingKind::Other | BindingKind::Placeholder => false,
    }
}

/// The definition of a function whose name is bound.
fn function<'m>(module: &'m Module, binding: &Binding) -> Option<Node<'m>> {
    if !matches!(binding.kind, BindingKind::Function) {
        return None;
    }
    let name = module.nodes().covering(binding.span)?;
    module.parent(name).filter(|node| node.kind() == "function_definition")
}

/// The expressions that decorate a function.
fn decorators<'m>(module: &'m Module, function: Node<'m>) -> Vec<&'m str> {
    let around = module.parent(function).filter(|node| node.kind() == "decorated_definition");
    let children = around.map(tree::children).unwrap_or_default().into_iter();
    let decorators = children.filter(|child| child.kind() == "decorator");
    decorators.map(|decorator| module.text_of(decorator).trim_start_matches('@').trim()).collect()
}

fn is_overload(module: &Module, function: Node) -> bool {
    let mut decorators = decorators(module, function).into_iter();
    decorators.any(|decorator| decorator.rsplit('.').next() == Some("overload"))
}

/// The scope of a class's body.
fn body(module: &Module, definition: Span) -> Option<usize> {
    let node = module.exact(definition, &["class_definition"])?;
    let body = tree::span(node.child_by_field_name("body")?);
    let names = &module.names;
    let around = std::iter::successors(Some(names.scope_at(body.start)), |scope| {
        names.scopes[*scope].parent
    });
    let is_body = |scope: &usize| {
        let facts = &names.scopes[*scope];
        facts.kind == ScopeKind::Class && facts.span == body
    };
    around.into_iter().find(is_body)
}

/// The names of an expression that is a name, or attributes of one.
pub(super) fn chain<'m>(module: &'m Module, expression: Node) -> Option<Vec<&'m str>> {
    let mut node = tree::unparenthesised(expression);
    let mut names = Vec::new();
    while node.kind() == "attribute" {
        names.push(module.text_of(node.child_by_field_name("attribute")?));
        node = tree::unparenthesised(node.child_by_field_name("object")?);
    }
    if node.kind() != "identifier" {
        return None;
    }
    names.push(module.text_of(node));
    names.reverse();
    Some(names)
}

/// The same of the expression that covers a span.
fn chain_at(module: &Module, expression: Span) -> Option<Vec<&str>> {
    let node = module.nodes().covering(expression)?;
    if tree::span(node) != expression {
        return None;
    }
    chain(module, node)
}
