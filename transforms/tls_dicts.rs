//! Checks that are switched off by an entry of a dict: `requests.get(url, **{"verify": False})`,
//! `options = {"verify": False}` handed on as `**options`.

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::numpy_splat::put;
use super::tls_edits::{advice, fits, message};
use super::tls_flags::{FLAGS, PLAIN};
use super::tls_scene::{Mend, Place, Scene};
use super::tls_targets::{Target, target};
use super::tls_values::{From, Off, is_off, is_plainly_off};
use crate::plan::op::Op;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};

/// False entries of the dicts that names stand for: by name, scope and key.
type Held<'m> = FxHashMap<(&'m str, usize, &'static str), Vec<Node<'m>>>;

/// Finds them.
pub(super) fn check(scene: &Scene) {
    let module = scene.module;
    let held = held(module);
    for splat in module.of_kind("dictionary_splat") {
        let call = module.parent(splat).and_then(|list| module.parent(list));
        let Some(call) = call.and_then(|call| Call::at(call, module.text())) else { continue };
        for name in FLAGS {
            if call.keyword(name).is_none()
                && let Some(target) = target(module, &scene.known.makers, &call, name)
            {
                splatted(scene, &held, &call, splat, name, &target);
            }
        }
    }
    let mut rest: Vec<(&str, Node)> = held
        .into_iter()
        .flat_map(|((_, _, name), values)| values.into_iter().map(move |value| (name, value)))
        .collect();
    rest.extend(module.of_kind("pair").filter_map(|pair| entry(module, pair)));
    rest.sort_by_key(|(_, value)| value.start_byte());
    for (name, value) in rest {
        alone(scene, name, value);
    }
}

/// What a dictionary display gives a key of ours.
fn entry<'m>(module: &'m Module, pair: Node<'m>) -> Option<(&'static str, Node<'m>)> {
    let key = literal::plain_string(pair.child_by_field_name("key")?, module.text())?;
    let name = FLAGS.into_iter().chain(PLAIN).find(|name| *name == key)?;
    Some((name, pair.child_by_field_name("value")?))
}

/// The dicts of a module that hold a false entry of ours.
fn held(module: &Module) -> Held<'_> {
    let mut found = Held::default();
    let kinds = ["pair", "keyword_argument", "assignment", "call"];
    let nodes = kinds.iter().flat_map(|kind| module.of_kind(kind));
    for (node, name) in nodes.flat_map(|node| FLAGS.map(|name| (node, name))) {
        let Some((owner, value)) = put(module, node, name) else { continue };
        if !is_off(value, module.text(), false) {
            continue;
        }
        let owner_name = module.text_of(owner);
        let scope = module.names.scope_at(owner.start_byte());
        if let Some(scope) = module.names.binding_scope(owner_name, scope) {
            found.entry((owner_name, scope, name)).or_default().push(value);
        }
    }
    found
}

/// The entries that `**` brings to a callable of the table.
fn splatted(
    scene: &Scene,
    held: &Held,
    call: &Call,
    splat: Node,
    name: &'static str,
    target: &Target,
) {
    let module = scene.module;
    let Some(value) = tree::children(splat).first().map(|v| tree::unparenthesised(*v)) else {
        return;
    };
    let none = target.sink.starts_with("httpx.");
    let off = |value: Node| is_off(value, module.text(), none);
    let values: Vec<Node> = match value.kind() {
        "dictionary" => tree::children(value)
            .into_iter()
            .filter_map(|pair| entry(module, pair))
            .filter(|(key, value)| *key == name && off(*value))
            .map(|(_, value)| value)
            .collect(),
        "call" => Call::at(value, module.text())
            .filter(|made| module.text_of(made.function) == "dict")
            .and_then(|made| made.keyword(name))
            .map(|argument| argument.value)
            .filter(|value| off(*value))
            .into_iter()
            .collect(),
        "identifier" => {
            let owner = module.text_of(value);
            let scope = module.names.scope_at(value.start_byte());
            let scope = module.names.binding_scope(owner, scope);
            scope.and_then(|scope| held.get(&(owner, scope, name))).cloned().unwrap_or_default()
        }
        _ => return,
    };
    for value in values {
        settle(scene, call, value, name, target);
    }
}

fn settle(scene: &Scene, call: &Call, value: Node, name: &str, target: &Target) {
    let value = tree::unparenthesised(value);
    if !fits(name, &Off { literal: value, from: From::Here }) {
        return;
    }
    // One entry may reach several calls.
    if !scene.speak_of(value) {
        return;
    }
    let place = Place {
        node: call.node,
        argument: None,
        sink: target.sink.clone(),
        message: message(name),
        advice: advice(name),
    };
    let there = scene.excused(value, Some(tree::span(value)));
    if let Some(exception) = scene.excused(call.node, None).or(there) {
        return scene.except(place, exception);
    }
    scene.mend(place, || {
        if let Some(doubt) = &target.doubt {
            return Err(format!("{doubt}; {} if it is `{}`", advice(name), target.sink));
        }
        if target.row.safe == "drop" {
            let line = scene.line(value);
            return Err(format!("`{name}` comes from the dict in line {line}; leave it out there"));
        }
        let ops: Vec<Op> = vec![scene.replace(value, "True")];
        Ok(Mend {
            title: format!("let {name} be True"),
            reason: "the entry of the dict reaches every call that the dict is handed to"
                .to_owned(),
            ops,
            group: Some(scene.group(value, format!("entry {name}"))),
            together: None,
        })
    });
}

/// An entry of a dict that no call is seen to get.
fn alone(scene: &Scene, name: &'static str, value: Node) {
    let module = scene.module;
    let value = tree::unparenthesised(value);
    if !is_plainly_off(value, module.text())
        || scene.speaks_of(value)
        || matches!(name, "ssl" | "enable")
        || is_sent(module, value)
        || owner_is_sent(module, value, name)
    {
        return;
    }
    let packages = module.names.packages();
    if name == "verify" && !["requests", "httpx"].iter().any(|p| packages.contains(*p)) {
        return;
    }
    let Some(node) = module.parent(value).filter(|entry| !scene.speaks_of(*entry)) else { return };
    scene.speak_of(value);
    let place = Place {
        node,
        argument: Some(tree::span(value)),
        sink: name.to_owned(),
        message: message(name),
        advice: advice(name),
    };
    scene.settle(place, || {
        Err(format!("where the dict goes is not seen; {} if it reaches a connection", advice(name)))
    });
}

/// Whether a value stands in what is sent to a server, which may call anything so.
fn is_sent(module: &Module, value: Node) -> bool {
    module.ancestors(value).take_while(|node| !module.is_statement(*node)).any(|node| {
        let name = node.child_by_field_name("name").filter(|_| node.kind() == "keyword_argument");
        name.is_some_and(|name| {
            matches!(module.text_of(name), "json" | "data" | "params" | "headers" | "body")
        })
    })
}

/// Uses of one dict that are looked at.
const MOST_USES: usize = 64;

/// Whether the dict that holds a value is sent.
fn owner_is_sent(module: &Module, value: Node, name: &str) -> bool {
    let owner = module.ancestors(value).take(3).find_map(|node| put(module, node, name));
    let Some((owner, _)) = owner else { return false };
    let text = module.text_of(owner);
    let scope = module.names.scope_at(owner.start_byte());
    let Some(bound) = module.names.binding_scope(text, scope) else { return false };
    let uses = module.names.uses_of(text, bound, module.text()).into_iter().take(MOST_USES);
    uses.filter_map(|used| module.nodes().covering(used)).any(|used| is_sent(module, used))
}
