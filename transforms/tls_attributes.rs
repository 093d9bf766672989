//! Attributes that switch a check off: `session.verify = False`.

use tree_sitter::Node;

use super::tls_edits::{Flag, advice, message, settle};
use super::tls_flags::PLAIN;
use super::tls_scene::{Place, Scene};
use super::tls_targets::{Target, class_of};
use super::tls_values::{is_plainly_off, off};
use super::tls_wrappers::CONNECT;
use crate::python::tree;

/// Finds them.
pub(super) fn check(scene: &Scene) {
    for name in PLAIN.iter().chain(&["verify"]).filter(|name| **name != "check_hostname") {
        for target in scene.module.attributes_named(name) {
            if !scene.speaks_of(target) {
                attribute(scene, target, name);
            }
        }
    }
}

fn attribute(scene: &Scene, target: Node, name: &str) {
    let module = scene.module;
    let Some((assignment, value)) = assigned(scene, target) else { return };
    let Some(object) = target.child_by_field_name("object") else { return };
    let class = class_of(module, &scene.known.makers, object, name)
        .filter(|(class, _)| class.starts_with("requests."));
    if let Some((class, row)) = class {
        // None is no default here: it means False.
        let Some(off) = off(scene, value, true) else { return };
        let sink = format!("{class}.{name}");
        let target = Target { sink, row, doubt: None, handed_on: false };
        let flag = Flag { name, whole: assignment, argument: value, is_argument: false };
        return settle(scene, &flag, &off, &target);
    }
    if !is_plainly_off(value, module.text())
        || !is_about_tls(scene, object, name)
        // A default that feeds a connection is a finding of its own.
        || scene.speaks_of(tree::unparenthesised(value))
    {
        return;
    }
    let place = Place {
        node: assignment,
        argument: Some(tree::span(value)),
        sink: name.to_owned(),
        message: message(name),
        advice: advice(name),
    };
    scene.settle(place, || {
        Err(format!("what the object is is not known; {} if it connects to a server", advice(name)))
    });
}

/// The assignment whose one target a node is, and its value.
fn assigned<'m>(scene: &Scene<'m>, target: Node) -> Option<(Node<'m>, Node<'m>)> {
    let assignment = scene.module.parent(target).filter(|node| node.kind() == "assignment")?;
    assignment.child_by_field_name("left").filter(|left| left.id() == target.id())?;
    Some((assignment, assignment.child_by_field_name("right")?))
}

/// Whether the attribute of an object that nothing is known of is likely to be about certificates.
fn is_about_tls(scene: &Scene, object: Node, name: &str) -> bool {
    if name != "verify" {
        return true;
    }
    let packages = scene.module.names.packages();
    let text = scene.module.text_of(object).to_ascii_lowercase();
    CONNECT.iter().any(|name| packages.contains(*name))
        || ["session", "client", "http", "conn", "adapter"].iter().any(|word| text.contains(word))
}
