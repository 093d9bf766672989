//! A class that keeps the decision: `self.trust_remote_code`.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::bound;
use super::place::{Place, class_of, decorators, method, methods, name_of, receiver};
use crate::python::module::Module;
use crate::python::tree;

/// The expression by which a method around the place reads the decision from its object, and why
/// it is there.
pub(super) fn kept(place: &Place, name: &str) -> Option<(String, String)> {
    let module = place.module;
    let method = place.functions().find(|function| receiver(module, *function).is_some())?;
    let object = receiver(module, method)?;
    let spelled = module.text_of(object.name);
    // The functions within may give the name another meaning.
    let seen = module.names.binding_scope(spelled, place.scope())?;
    let body = method.child_by_field_name("body")?;
    if module.names.scopes[seen].span != tree::span(body) {
        return None;
    }
    let class = class_of(module, method)?;
    let evidence = keeps(module, class, method, place, name)?;
    Some((format!("{spelled}.{name}"), evidence))
}

/// Why the objects of a class have the attribute when the method reads it.
fn keeps(module: &Module, class: Node, host: Node, place: &Place, name: &str) -> Option<String> {
    let known = name_of(module, class)?;
    if let Some(declared) = declared(module, class, name) {
        return declared.then(|| format!("`{known}` declares `{name}`"));
    }
    let here = |node: Node| sets(module, host, node, name);
    if name_of(module, host) == Some("__init__") {
        return bound::before(module, place.node, &here)
            .then(|| format!("`__init__` has set `self.{name}` before"));
    }
    if let Some(init) = method(module, class, "__init__")
        && let Some(statement) = setting(module, init, name)
    {
        let early = called_before(module, class, init, statement);
        return (!early.contains(name_of(module, host)?))
            .then(|| format!("`__init__` of `{known}` sets `self.{name}`"));
    }
    let base = bases_here(module, class).into_iter().find_map(|base| {
        let init = method(module, base, "__init__");
        let kept = declared(module, base, name) == Some(true)
            || init.is_some_and(|init| setting(module, init, name).is_some());
        kept.then(|| name_of(module, base).unwrap_or_default().to_owned())
    });
    if let Some(base) = base {
        return Some(format!("`{base}`, from which `{known}` derives, keeps `{name}`"));
    }
    reads_elsewhere(module, class, place, name)
        .then(|| format!("other methods of `{known}` read `self.{name}`"))
}

/// Whether a class body declares a field or property of that name; `None` if it says nothing of
/// it, false if the name is a plain method.
fn declared(module: &Module, class: Node, name: &str) -> Option<bool> {
    let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
    for statement in body {
        let inner = tree::children(statement).first().copied();
        if let Some(assignment) = inner.filter(|i| i.kind() == "assignment")
            && let Some(left) = assignment.child_by_field_name("left")
            && module.text_of(left) == name
        {
            let is_value = assignment.child_by_field_name("right").is_some();
            let is_typed = assignment.child_by_field_name("type").is_some();
            return Some(is_value || is_typed);
        }
    }
    let found = method(module, class, name)?;
    let is_property = decorators(module, found)
        .iter()
        .any(|decorator| module.text_of(*decorator).ends_with("property"));
    Some(is_property)
}

/// The statement at the top of `__init__` after which the attribute is set.
fn setting<'m>(module: &'m Module, init: Node<'m>, name: &str) -> Option<Node<'m>> {
    let body = init.child_by_field_name("body")?;
    let direct = tree::children(body).into_iter().find(|s| sets(module, init, *s, name));
    direct.or_else(|| {
        // Within a branch: behind the whole statement it may be set, as the author reads it.
        let mut inside = tree::preorder(body).filter(|node| sets(module, init, *node, name));
        let found = inside.next()?;
        let top = std::iter::once(found).chain(module.ancestors(found));
        let is_top = |node: &Node| module.parent(*node).is_some_and(|p| p.id() == body.id());
        top.into_iter().find(is_top).filter(|_| always_reads(module, init, name))
    })
}

/// Whether a class whose `__init__` sets an attribute in a branch is read elsewhere without care.
fn always_reads(module: &Module, init: Node, name: &str) -> bool {
    let Some(class) = class_of(module, init) else { return false };
    methods(class).into_iter().filter(|m| m.id() != init.id()).any(|m| reads(module, m, name))
}

/// Whether a statement assigns the attribute of the method's receiver.
fn sets(module: &Module, method: Node, statement: Node, name: &str) -> bool {
    let Some(object) = receiver(module, method) else { return false };
    let left = bound::assignment(statement).and_then(|a| a.child_by_field_name("left"));
    left.is_some_and(|left| is_attribute(module, left, module.text_of(object.name), name))
}

fn is_attribute(module: &Module, node: Node, object: &str, name: &str) -> bool {
    node.kind() == "attribute"
        && node.child_by_field_name("object").is_some_and(|o| module.text_of(o) == object)
        && node.child_by_field_name("attribute").is_some_and(|a| module.text_of(a) == name)
}

/// The methods that are run from `__init__` before a statement of it, through one another too.
fn called_before<'m>(
    module: &'m Module,
    class: Node<'m>,
    init: Node<'m>,
    statement: Node,
) -> FxHashSet<&'m str> {
    let mut known: FxHashSet<&str> = FxHashSet::default();
    let mut waiting: Vec<&str> = own_calls(module, init, statement.start_byte());
    while let Some(name) = waiting.pop() {
        if known.insert(name)
            && let Some(called) = method(module, class, name)
        {
            waiting.extend(own_calls(module, called, called.end_byte()));
        }
    }
    known
}

/// The attributes of its receiver that a method reads before an offset.
fn own_calls<'m>(module: &'m Module, method: Node<'m>, end: usize) -> Vec<&'m str> {
    let Some(object) = receiver(module, method) else { return Vec::new() };
    let object = module.text_of(object.name);
    let Some(body) = method.child_by_field_name("body") else { return Vec::new() };
    let attributes = tree::preorder(body)
        .take_while(|node| node.start_byte() < end)
        .filter(|node| node.kind() == "attribute");
    attributes
        .filter(|node| {
            node.child_by_field_name("object").is_some_and(|o| module.text_of(o) == object)
        })
        .filter_map(|node| node.child_by_field_name("attribute"))
        .map(|name| module.text_of(name))
        .collect()
}

/// Whether a method reads the attribute of its receiver.
fn reads(module: &Module, method: Node, name: &str) -> bool {
    let Some(object) = receiver(module, method) else { return false };
    let object = module.text_of(object.name);
    let Some(body) = method.child_by_field_name("body") else { return false };
    tree::preorder(body).any(|node| {
        is_attribute(module, node, object, name)
            && module.parent(node).is_some_and(|parent| {
                let is_target = parent.kind() == "assignment"
                    && parent.child_by_field_name("left").is_some_and(|l| l.id() == node.id());
                !is_target
            })
    })
}

/// Whether another method of the class reads the attribute.
fn reads_elsewhere(module: &Module, class: Node, place: &Place, name: &str) -> bool {
    let own = tree::span(place.node);
    methods(class)
        .into_iter()
        .filter(|method| !tree::span(*method).contains(own))
        .any(|method| reads(module, method, name))
}

/// The classes of this module from which a class derives, the nearest first.
pub(super) fn bases_here<'m>(module: &'m Module, class: Node<'m>) -> Vec<Node<'m>> {
    let mut found: Vec<Node> = Vec::new();
    let mut waiting = vec![class];
    while let Some(class) = waiting.pop() {
        for base in base_expressions(class) {
            let name = module.text_of(base);
            let scope = module.names.scope_at(base.start_byte());
            let bindings = module.names.bindings(name, scope);
            let definitions = bindings.iter().filter_map(|binding| match binding.kind {
                crate::python::names::BindingKind::Class { definition } => {
                    module.exact(definition, &["class_definition"])
                }
                _ => None,
            });
            for definition in definitions {
                let known = found.iter().any(|there| there.id() == definition.id());
                if !known && definition.id() != class.id() && found.len() < 64 {
                    found.push(definition);
                    waiting.push(definition);
                }
            }
        }
    }
    found
}

/// The expressions that name the bases of a class, without keywords.
pub(super) fn base_expressions(class: Node) -> Vec<Node> {
    let list = class.child_by_field_name("superclasses").map(tree::children).unwrap_or_default();
    let is_base = |node: &Node| {
        !matches!(node.kind(), "keyword_argument" | "list_splat" | "dictionary_splat")
    };
    list.into_iter().filter(is_base).collect()
}
