//! A class that keeps the decision: `self.trust_remote_code`.

use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::attribute::{self, How, Kept, is_asked_for, is_attribute, is_target, is_tried};
use super::bound::Firsts;
use super::early::Early;
use super::init::{runs_base_init, sets};
use super::place::{Place, class_of, method, methods, name_of, receiver};
use super::{deleted, early};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::span::Span;

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

/// The name of the object by which a method around a place can read its attributes there; `None` if
/// the code between gives that name another meaning.
pub(super) fn object_at<'m>(place: &Place<'m>) -> Option<&'m str> {
    let module = place.module;
    let method = place.functions().find(|function| receiver(module, *function).is_some())?;
    let spelled = module.text_of(receiver(module, method)?.name);
    let called = name_of(module, method)?;
    if matches!(spelled, "cls" | "mcs" | "klass") || NEVER.contains(&called) {
        return None;
    }
    let seen = module.names.binding_scope(spelled, place.scope())?;
    let body = method.child_by_field_name("body")?;
    let is_own = module.names.scopes[seen].span == tree::span(body)
        && module.names.bindings(spelled, seen).len() == 1
        && deleted::line(module, spelled, seen).is_none();
    is_own.then_some(spelled)
}

/// What the classes of one file keep, each worked out once.
#[derive(Debug, Default)]
pub(super) struct Receivers<'m> {
    /// By class and attribute.
    keepers: FxHashMap<(usize, String), Rc<Keeper<'m>>>,
    /// Where an `__init__` has set the attribute, and where it has run that of a base.
    inits: FxHashMap<(usize, String), Rc<(Firsts, Firsts)>>,
}

/// What a class says of an attribute.
#[derive(Debug)]
struct Keeper<'m> {
    /// Whether something is done to it that makes it unsure.
    is_ruled_out: bool,
    /// How all complete objects have it.
    kept: Option<Kept<'m>>,
    /// What is run before it is there.
    early: Early<'m>,
    /// Where other methods read it without care, which nothing here sets: the classes that this one
    /// is mixed into do.
    readers: Vec<Span>,
}

impl<'m> Receivers<'m> {
    /// The expression by which a method around the place reads the decision from its object, and
    /// why it is there.
    pub(super) fn kept(&mut self, place: &Place<'m>, name: &str) -> Option<(String, String)> {
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
        let evidence = self.keeps(module, class, method, place, name)?;
        Some((format!("{spelled}.{name}"), evidence))
    }

    /// Why the objects of a class have the attribute when the method reads it.
    fn keeps(
        &mut self,
        module: &'m Module,
        class: Node<'m>,
        host: Node<'m>,
        place: &Place<'m>,
        name: &str,
    ) -> Option<String> {
        let known = name_of(module, class)?;
        let keeper = self.keeper(module, class, name);
        if keeper.is_ruled_out {
            return None;
        }
        let called = name_of(module, host)?;
        let init = (called == "__init__").then(|| self.init(module, host, name));
        if init.as_ref().is_some_and(|init| init.0.before(module, place.node)) {
            return Some(format!("`__init__` has set `self.{name}` before"));
        }
        let is_early = keeper.early.whole || keeper.early.names.contains(called);
        let Some(kept) = &keeper.kept else {
            let own = tree::span(place.node);
            let elsewhere = init.is_none()
                && !is_early
                && keeper.readers.iter().any(|reader| !reader.contains(own));
            return elsewhere.then(|| format!("other methods of `{known}` read `self.{name}`"));
        };
        let owner = kept.chain[kept.giver];
        match &init {
            Some(init) if !matches!(kept.how, How::Class) => {
                let is_own = owner.id() == class.id() && matches!(kept.how, How::Store(..));
                if is_own || !init.1.before(module, place.node) {
                    return None;
                }
            }
            None if is_early => return None,
            _ => {}
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

    fn keeper(&mut self, module: &'m Module, class: Node<'m>, name: &str) -> Rc<Keeper<'m>> {
        let key = (class.id(), name.to_owned());
        let found = self.keepers.entry(key).or_insert_with(|| {
            let mut chain = vec![class];
            chain.extend(bases_here(module, class));
            Rc::new(keeper(module, &chain, name))
        });
        Rc::clone(found)
    }

    fn init(&mut self, module: &Module, init: Node, name: &str) -> Rc<(Firsts, Firsts)> {
        let found = self.inits.entry((init.id(), name.to_owned())).or_insert_with(|| {
            let here = |node: Node| sets(module, init, node, name);
            let base = |node: Node| runs_base_init(module, node);
            let body = init.child_by_field_name("body").unwrap_or(init);
            Rc::new((Firsts::below(module, body, &here), Firsts::below(module, body, &base)))
        });
        Rc::clone(found)
    }
}

/// What a class, the first of the chain, says of an attribute.
fn keeper<'m>(module: &'m Module, chain: &[Node<'m>], name: &str) -> Keeper<'m> {
    let nothing = |is_ruled_out| Keeper {
        is_ruled_out,
        kept: None,
        early: Early::default(),
        readers: Vec::new(),
    };
    if attribute::is_ruled_out(module, chain, name) {
        return nothing(true);
    }
    if let Some(kept) = attribute::kept(module, chain[0], name) {
        let early = early::before(module, &kept, name);
        return Keeper { is_ruled_out: false, kept: Some(kept), early, readers: Vec::new() };
    }
    let is_unsure = |class: &Node| {
        !attribute::stores(module, *class, name).is_empty()
            || is_asked_for(module, *class, None, name)
            || attribute::is_never(module, *class, name)
    };
    if chain.iter().any(is_unsure) {
        return nothing(false);
    }
    let has_init = chain.iter().any(|class| method(module, *class, "__init__").is_some());
    let early = if has_init { early::all(module, chain) } else { Early::default() };
    let readers = methods(chain[0]).into_iter().filter(|method| reads(module, *method, name));
    Keeper { is_ruled_out: false, kept: None, early, readers: readers.map(tree::span).collect() }
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
