//! A class that keeps the decision: `self.trust_remote_code`.

use tree_sitter::Node;

use super::attribute::{self, How, is_asked_for, is_attribute, is_target, is_tried};
use super::init::{runs_base_init, sets};
use super::place::{Place, class_of, method, methods, name_of, receiver};
use super::{bound, deleted, early};
use crate::python::module::Module;
use crate::python::tree;

/// Methods that Python runs for objects that are not complete yet, or no more.
const NEVER: [&str; 10] = [
    "__setattr__",
    "__getattr__",
    "__getattribute__",
    "__delattr__",
    "__setstate__",
    "__getstate__",
    "__del__",
    "__reduce__",
    "__reduce_ex__",
    "__getnewargs__",
];

/// The expression by which a method around the place reads the decision from its object, and why
/// it is there.
pub(super) fn kept(place: &Place, name: &str) -> Option<(String, String)> {
    let module = place.module;
    let method = place.functions().find(|function| receiver(module, *function).is_some())?;
    let object = receiver(module, method)?;
    let spelled = module.text_of(object.name);
    let called = name_of(module, method)?;
    if matches!(spelled, "cls" | "mcs" | "klass") || called == name || NEVER.contains(&called) {
        return None;
    }
    // The functions within may give the name another meaning.
    let seen = module.names.binding_scope(spelled, place.scope())?;
    let body = method.child_by_field_name("body")?;
    if module.names.scopes[seen].span != tree::span(body)
        || module.names.bindings(spelled, seen).len() != 1
        || deleted::line(module, spelled, seen).is_some()
    {
        return None;
    }
    let class = class_of(module, method)?;
    let evidence = keeps(module, class, method, place, name)?;
    Some((format!("{spelled}.{name}"), evidence))
}

/// Why the objects of a class have the attribute when the method reads it.
fn keeps(module: &Module, class: Node, host: Node, place: &Place, name: &str) -> Option<String> {
    let known = name_of(module, class)?;
    let mut chain = vec![class];
    chain.extend(bases_here(module, class));
    if attribute::is_ruled_out(module, &chain, name) {
        return None;
    }
    let is_init = name_of(module, host) == Some("__init__");
    let here = |node: Node| sets(module, host, node, name);
    if is_init && bound::before(module, place.node, &here) {
        return Some(format!("`__init__` has set `self.{name}` before"));
    }
    let Some(kept) = attribute::kept(module, class, name) else {
        let elsewhere = !is_init && reads_elsewhere(module, &chain, host, place, name);
        return elsewhere.then(|| format!("other methods of `{known}` read `self.{name}`"));
    };
    let owner = kept.chain[kept.giver];
    if is_init && !matches!(kept.how, How::Class) {
        let base = |node: Node| runs_base_init(module, node);
        let is_own = owner.id() == class.id() && matches!(kept.how, How::Store(..));
        if is_own || !bound::before(module, place.node, &base) {
            return None;
        }
    } else if !is_init {
        let early = early::before(module, &kept, name);
        if early.whole || early.names.contains(name_of(module, host)?) {
            return None;
        }
    }
    let giver = name_of(module, owner).unwrap_or_default();
    Some(match kept.how {
        _ if owner.id() != class.id() => {
            format!("`{giver}`, from which `{known}` derives, keeps `{name}`")
        }
        How::Store(..) => format!("`__init__` of `{known}` sets `self.{name}`"),
        How::Class | How::Property | How::Field => format!("`{known}` declares `{name}`"),
    })
}

/// Whether other methods of a class read the attribute without care, which nothing here sets: the
/// classes that it is mixed into do.
fn reads_elsewhere(module: &Module, chain: &[Node], host: Node, place: &Place, name: &str) -> bool {
    let is_unsure = |class: &Node| {
        !attribute::stores(module, *class, name).is_empty()
            || is_asked_for(module, *class, None, name)
            || attribute::is_never(module, *class, name)
    };
    let Some(class) = chain.first().filter(|_| !chain.iter().any(is_unsure)) else { return false };
    if chain.iter().any(|class| method(module, *class, "__init__").is_some()) {
        let early = early::all(module, chain);
        if early.whole || name_of(module, host).is_none_or(|host| early.names.contains(host)) {
            return false;
        }
    }
    let own = tree::span(place.node);
    methods(*class)
        .into_iter()
        .filter(|method| !tree::span(*method).contains(own))
        .any(|method| reads(module, method, name))
}

/// Whether a method reads the attribute of its receiver.
fn reads(module: &Module, method: Node, name: &str) -> bool {
    let Some(object) = receiver(module, method) else { return false };
    let object = module.text_of(object.name);
    let Some(body) = method.child_by_field_name("body") else { return false };
    tree::preorder(body).any(|node| {
        is_attribute(module, node, object, name)
            && !is_target(module, node)
            && !is_tried(module, node)
    })
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
