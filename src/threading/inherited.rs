//! A class that keeps the decision because a base in another file does.

use tree_sitter::Node;

use super::attribute::{self, How, Kept};
use super::early;
use super::init::base_init;
use super::message::keeps_what_is_sent;
use super::place::{Place, class_of, method, name_of, receiver};
use super::receiver::object_at;
use crate::program::Program;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::FileId;

/// The expression by which a method around the place reads the decision from its object, and why it
/// is there.
pub(super) fn kept(
    program: &Program,
    file: FileId,
    place: &Place,
    name: &str,
) -> Option<(String, String)> {
    let module = place.module;
    let object = object_at(place)?;
    let host = place.functions().find(|function| receiver(module, *function).is_some())?;
    let called = name_of(module, host)?;
    let class = class_of(module, host)?;
    if called == name || is_unsure(module, class, name) {
        return None;
    }
    let (ancestry, _) = program.ancestry(Program::definition_at(file, class));
    for (index, owner) in ancestry.iter().enumerate().skip(1) {
        let member = program.member_of(*owner)?;
        let module = &member.module;
        let node = module.exact(owner.span, &["class_definition"])?;
        let Some(kept) = attribute::kept(module, node, name) else {
            if is_unsure(module, node, name) {
                return None;
            }
            continue;
        };
        let early = early::before(module, &kept, name);
        let is_early = early.whole || early.names.contains(called);
        if is_early || keeps_what_is_sent(module, node, name) {
            return None;
        }
        if is_written(module, &kept, name) {
            return None;
        }
        let needs_init = !matches!(kept.how, How::Class);
        if needs_init && !is_set_up(program, &ancestry[..index], place, host) {
            return None;
        }
        let giver = name_of(module, kept.chain[kept.giver])?;
        let known = name_of(place.module, class)?;
        let evidence = format!("`{giver}`, from which `{known}` derives, keeps `{name}`");
        return Some((format!("{object}.{name}"), evidence));
    }
    None
}

/// Whether a class does something to the attribute that makes it unsure.
fn is_unsure(module: &Module, class: Node, name: &str) -> bool {
    attribute::is_ruled_out(module, &[class], name)
        || attribute::is_never(module, class, name)
        || !attribute::stores(module, class, name).is_empty()
}

/// Whether the classes below a base, that of the place first, run its `__init__` before the place is
/// reached.
fn is_set_up(
    program: &Program,
    below: &[crate::program::definitions::Definition],
    place: &Place,
    host: Node,
) -> bool {
    let Some(called) = name_of(place.module, host) else { return false };
    below.iter().enumerate().all(|(index, class)| {
        let Some(member) = program.member_of(*class) else { return false };
        let module = &member.module;
        let Some(node) = module.exact(class.span, &["class_definition"]) else { return false };
        let Some(init) = method(module, node, "__init__") else { return true };
        let Some(call) = base_init(module, init) else { return false };
        if index == 0 && called == "__init__" {
            return place.node.start_byte() >= call.end_byte();
        }
        !module.attributes_named(called).any(|attribute| {
            let at = tree::span(attribute);
            tree::span(init).contains(at) && at.start < call.end_byte()
        })
    })
}

/// Whether the class gives the attribute a value that is written as true.
fn is_written(module: &Module, kept: &Kept, name: &str) -> bool {
    let class = tree::span(kept.chain[kept.giver]);
    module.of_kind("assignment").filter(|node| class.contains(tree::span(*node))).any(|node| {
        let (left, right) = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        let is_it = left.is_some_and(|left| {
            let last = left.child_by_field_name("attribute").unwrap_or(left);
            module.text_of(last) == name
        });
        is_it && right.is_some_and(|right| literal::truth(right, module.text()) == Some(true))
    })
}
