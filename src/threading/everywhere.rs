//! What is kept under a name of a module, or in an attribute: what all modules do with it.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::Reach;
use super::escape::{Use, followed};
use super::home::{Home, home, home_of_name};
use super::host::{Gate, gate};
use super::imported::{aliases, references};
use super::look::{Look, What};
use super::methods::{CALLBACKS, class_of_receiver};
use super::subject::homes;
use super::table::occurrence;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::mentions::Sought;
use crate::program::types::Type;
use crate::python::module::Module;
use crate::python::names::ScopeKind;
use crate::python::tree;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How often names under which it is handed on are looked for again.
const ROUNDS: usize = 3;
/// What modules do with what they look up in a table at the top of one of them. One in which
/// nothing is looked up may be read by anybody.
pub(super) fn table(look: &Look, file: FileId, name: &str) -> Use {
    look.kept((file, Span::default()), &format!("{name}[]"), || {
        let mut found = None;
        let is_whole = mentions(look, file, name, &mut |look, node| {
            add(&mut found, occurrence(&look.found_again(), node));
        });
        read_from(found, is_whole, name)
    })
}

/// The same for a table in an attribute of a class.
pub(super) fn table_of_class(look: &Look, class: Definition, name: &str) -> Use {
    look.kept((class.file, class.span), &format!("{name}[]"), || {
        let mut found = None;
        let is_whole = attributes(look, class, name, false, &mut |look, node| {
            add(&mut found, occurrence(&look.found_again(), node));
        });
        read_from(found, is_whole, name)
    })
}

fn add(found: &mut Option<Use>, more: Option<Use>) {
    if let Some(more) = more {
        *found = Some(found.take().map_or(more.clone(), |before| before.or(more)));
    }
}

fn read_from(found: Option<Use>, is_whole: bool, name: &str) -> Use {
    match found {
        Some(Use::Unknown(by)) => Use::Unknown(by),
        Some(_) if is_whole => Use::Known(format!("called from the table `{name}`")),
        _ => Use::Unknown("kept in a table".to_owned()),
    }
}

/// What is done with a table under another name that it is given; `None` if nothing is looked up
/// there.
pub(super) fn renamed(look: &Look, name: Node) -> Option<Use> {
    let module = look.module;
    let unseen = || Some(Use::Unknown("kept in a table".to_owned()));
    let Some(look) = look.deeper() else { return unseen() };
    if name.kind() == "attribute" {
        return match home(&look, name) {
            Home::Class(class, name) => Some(table_of_class(&look, class, &name)),
            _ => unseen(),
        };
    }
    if name.kind() != "identifier" {
        return unseen();
    }
    let text = module.text_of(name);
    let scope = module.names.binding_scope(text, module.names.scope_at(name.start_byte()))?;
    let mut found = None;
    match module.names.scopes[scope].kind {
        ScopeKind::Module => {
            let is_whole = mentions(&look, module.file, text, &mut |look, node| {
                add(&mut found, occurrence(&look.found_again(), node));
            });
            if is_whole { found } else { unseen() }
        }
        ScopeKind::Class => unseen(),
        _ => {
            let judged = look.once(tree::span(name), || {
                for used in module.names.uses_of(text, scope, module.text()) {
                    let node = module.nodes().covering(used);
                    add(&mut found, node.and_then(|node| occurrence(&look.found_again(), node)));
                }
                found.unwrap_or(Use::Harmless)
            });
            Some(judged)
        }
    }
}

/// What other modules do with what is kept under a name of a module or class, where it is looked
/// for under its own name alone.
pub(super) fn name(look: &Look, bound: Node) -> Use {
    let is_known = look.frame.is_none() && look.what == What::Function;
    if is_known || look.what == What::Object {
        return Use::Harmless;
    }
    let is_framed = look.frame.is_some();
    let judge = |found: &mut Use, look: &Look, node: Node| {
        let look = if is_framed { look.found_again() } else { *look };
        *found = std::mem::replace(found, Use::Harmless).or(followed(&look, node));
    };
    let mut found = Use::Harmless;
    let module = look.module;
    let here = module.names.scope_at(bound.start_byte());
    let scope = module.names.binding_scope(module.text_of(bound), here);
    let is_whole = match scope.map_or(Home::Foreign, |scope| home_of_name(look, bound, scope)) {
        Home::Module(file, name) => {
            return look.kept((file, Span::default()), &name, || {
                let is_whole =
                    mentions(look, file, &name, &mut |look, node| judge(&mut found, look, node));
                or_unseen(found, is_whole)
            });
        }
        Home::Class(class, name) => {
            attributes(look, class, &name, true, &mut |look, node| judge(&mut found, look, node))
        }
        Home::Local => true,
        Home::Foreign => false,
    };
    or_unseen(found, is_whole)
}

/// What the whole program does with a function that hands on all that it is called with.
pub(super) fn function(look: &Look, bound: Node) -> Use {
    let module = look.module;
    let name = module.text_of(bound);
    let here = module.names.scope_at(bound.start_byte());
    let scope = module.names.binding_scope(name, here);
    let is_top = scope.is_some_and(|s| module.names.scopes[s].kind == ScopeKind::Module);
    if !is_top {
        return Use::Harmless;
    }
    look.kept((module.file, Span::default()), &format!("{name}()"), || {
        let mut found = Use::Harmless;
        let is_whole = mentions(look, module.file, name, &mut |look, node| {
            found = std::mem::replace(&mut found, Use::Harmless).or(followed(look, node));
        });
        or_unseen(found, is_whole)
    })
}

/// The same for a method: by the attributes of that name of objects that may be of its class.
pub(super) fn method(look: &Look, class: Node, function: Node) -> Use {
    let (module, program) = (look.module, look.program);
    let name = function.child_by_field_name("name").map_or("", |name| module.text_of(name));
    if let Gate::Closed { why, .. } = gate(module, program, look.work(), function, Reach::Program) {
        return Use::Unknown(format!("called with what is unpacked, where {why}"));
    }
    let class = Program::definition_at(module.file, class);
    look.kept((class.file, class.span), &format!("{name}()"), || {
        let mut found = Use::Harmless;
        let mut visit = |look: &Look| {
            for node in look.module.attributes_named(name) {
                if !is_target(look.module, node) && may_be_of(look, node, class) {
                    found = std::mem::replace(&mut found, Use::Harmless).or(followed(look, node));
                }
            }
        };
        visit(look);
        if !look.may_search() {
            return Use::Unknown("called with what is unpacked".to_owned());
        }
        let sought = Sought { word: name.to_owned(), as_attribute: true, ..Sought::default() };
        program.mentioning(&[sought], &mut |member, _| {
            if member.module.file != module.file {
                visit(&look.within(&member.module));
            }
        });
        found
    })
}

/// Whether the object of an attribute may be of a class or one of its tree.
fn may_be_of(look: &Look, attribute: Node, class: Definition) -> bool {
    let Some(object) = attribute.child_by_field_name("object") else { return true };
    let typed = look.program.type_of(look.module.file, look.module, object);
    typed.is_none_or(|typed| {
        typed.types.iter().any(|of| {
            let (Type::Instance(found) | Type::Class(found)) = of;
            look.program.are_related(*found, class)
        })
    })
}

fn or_unseen(found: Use, is_whole: bool) -> Use {
    if is_whole { found } else { found.or(Use::Unknown("kept under another name".to_owned())) }
}

/// What modules do with what is kept in an attribute of an object of a class, if all that can read
/// it is the program's.
pub(super) fn attribute(look: &Look, target: Node) -> Option<Use> {
    if look.what == What::Object || look.what == What::Class {
        return None;
    }
    let Home::Class(class, name) = home(look, target) else { return None };
    // Libraries call what objects keep under such names.
    if CALLBACKS.contains(&name.as_str()) {
        return None;
    }
    let found = look.kept((class.file, class.span), &name, || {
        let mut found = Use::Harmless;
        let is_whole = attributes(look, class, &name, true, &mut |look, node| {
            let here = followed(&look.found_again(), node);
            found = std::mem::replace(&mut found, Use::Harmless).or(here);
        });
        or_unseen(found, is_whole)
    });
    Some(match found {
        Use::Unknown(by) => Use::Unknown(by),
        _ => Use::Known(format!("kept in `{}`", look.module.text_of(target))),
    })
}

/// Hands the places that mean a name at the top of a module to `judge`, those of its own module
/// first; whether all were.
fn mentions(look: &Look, file: FileId, name: &str, judge: &mut dyn FnMut(&Look, Node)) -> bool {
    let Some(member) = look.program.module(file) else { return false };
    let own = look.within(&member.module);
    for used in own.module.names.uses_of(name, 0, own.module.text()) {
        if let Some(node) = own.module.nodes().covering(used) {
            judge(&own, node);
        }
    }
    let mut searches = BTreeSet::from([(name.to_owned(), homes(&member.relative))]);
    let mut known = searches.clone();
    for _ in 0..ROUNDS {
        if searches.is_empty() {
            return true;
        }
        if !look.may_search() {
            return false;
        }
        let these: Vec<(String, Vec<String>)> = searches.into_iter().collect();
        let sought: Vec<Sought> = these.iter().map(|(word, homes)| sought(word, homes)).collect();
        let mut again = BTreeSet::new();
        look.program.mentioning(&sought, &mut |member, hits| {
            if member.module.file == file {
                return;
            }
            let other = look.within(&member.module);
            for (word, from) in hits.iter().map(|hit| &these[*hit]) {
                let from: Vec<&str> = from.iter().map(String::as_str).collect();
                let nodes = references(other.module, word, &from).into_iter();
                nodes.filter(|node| node.kind() != "string").for_each(|n| judge(&other, n));
                for (alias, scope) in aliases(other.module, word, &from) {
                    if scope.is_none_or(|scope| scope == 0) {
                        again.insert((alias.to_owned(), homes(&member.relative)));
                    }
                }
            }
        });
        searches = again.into_iter().filter(|search| known.insert(search.clone())).collect();
    }
    searches.is_empty()
}

/// Hands the attributes of that name to `judge`, apart from those that are assigned to and those of
/// objects of other classes; whether all were. Where it `is_read_by_us` alone, no class may derive
/// from one of another library, which could read it too.
fn attributes(
    look: &Look,
    class: Definition,
    name: &str,
    is_read_by_us: bool,
    judge: &mut dyn FnMut(&Look, Node),
) -> bool {
    let program = look.program;
    if is_read_by_us && !program.ancestry(class).1 {
        return false;
    }
    if is_read_by_us && !is_tree_ours(program, class) {
        return false;
    }
    // What a class derives from beside the one at hand reads the attributes of both.
    let Some(names) = program.names_around(class) else { return false };
    if !look.may_search() {
        return false;
    }
    let mut visit = |module: &Module| {
        let there = look.within(module);
        for node in module.attributes_named(name) {
            if !is_target(module, node) && may_belong(&there, node, &names) {
                judge(&there, node);
            }
        }
    };
    let Some(own) = program.module(class.file) else { return false };
    visit(&own.module);
    program.mentioning(&[sought(name, &[])], &mut |member, _| {
        if member.module.file != class.file {
            visit(&member.module);
        }
    });
    true
}

/// Whether no class of the inheritance tree of a class derives from one of another library.
fn is_tree_ours(program: &Program, class: Definition) -> bool {
    program
        .tree_of(class)
        .is_some_and(|tree| tree.iter().all(|relative| program.ancestry(*relative).1))
}

/// Whether the object of an attribute may be of a class of one of the names.
fn may_belong(look: &Look, attribute: Node, names: &FxHashSet<String>) -> bool {
    let Some(object) = attribute.child_by_field_name("object") else { return true };
    let module = look.module;
    if object.kind() == "identifier"
        && let Some(class) = class_of_receiver(module, object)
        && matches!(module.text_of(object), "self" | "cls")
    {
        return names.contains(class);
    }
    let Some(typed) = look.program.type_of(module.file, module, object) else { return true };
    typed.types.iter().any(|of| {
        let (Type::Instance(class) | Type::Class(class)) = of;
        look.program.name_of(*class).is_none_or(|name| names.contains(&name))
    })
}

fn sought(word: &str, homes: &[String]) -> Sought {
    Sought {
        word: word.to_owned(),
        as_attribute: false,
        calls_too: false,
        as_method: false,
        beside: homes.to_vec(),
        ..Sought::default()
    }
}

fn is_target(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| {
        parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id())
    })
}
