//! `cert_reqs`, by which urllib3 and others are told whether certificates are checked.

use tree_sitter::Node;

use super::tls_contexts::around;
use super::tls_renames::renamed;
use super::tls_scene::{Edits, Mend, Place, Scene};
use super::tls_targets::target;
use super::tls_values::is_plainly_off;
use super::trust_values::callee;
use crate::plan::op::Op;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};

const KEYS: [&str; 2] = ["cert_reqs", "ssl_cert_reqs"];
const MESSAGE: &str =
    "certificates are not checked: whoever stands between reads and changes what is sent";
const REASON: &str = "a server whose certificate does not pass is refused from now on";

/// Finds it as an argument and as an entry of a dict.
pub(super) fn check(scene: &Scene) {
    let module = scene.module;
    for node in module.of_kind("keyword_argument") {
        let name = node.child_by_field_name("name").map_or("", |name| module.text_of(name));
        let value = node.child_by_field_name("value");
        if let Some(value) = value.filter(|_| KEYS.contains(&name)) {
            argument(scene, node, name, tree::unparenthesised(value));
        }
    }
    for node in module.of_kind("pair") {
        let key = node.child_by_field_name("key");
        let key = key.and_then(|key| literal::plain_string(key, module.text()));
        let value = node.child_by_field_name("value");
        if let (Some(key), Some(value)) = (key.filter(|key| KEYS.contains(key)), value) {
            entry(scene, node, key, tree::unparenthesised(value));
        }
    }
}

/// What a value asks for.
enum Asked {
    /// `ssl.CERT_NONE`, `ssl.CERT_OPTIONAL`.
    Name,
    /// `"CERT_NONE"`, `"OPTIONAL"`.
    Text,
}

/// How little a value asks for; `None` if it asks for a certificate, or is decided elsewhere.
fn asked(module: &Module, value: Node) -> Option<Asked> {
    if let Some(text) = literal::plain_string(value, module.text()) {
        let text = text.to_ascii_uppercase();
        let word = text.strip_prefix("CERT_").unwrap_or(&text);
        return matches!(word, "NONE" | "OPTIONAL").then_some(Asked::Text);
    }
    let resolution = module.names.resolve(value, module.text());
    let name = resolution.candidates().first()?;
    let is_weak = ["CERT_NONE", "CERT_OPTIONAL"].iter().any(|last| name.ends_with(last));
    (name.starts_with("ssl.") && is_weak).then_some(Asked::Name)
}

/// `cert_reqs=...` of a call.
fn argument(scene: &Scene, node: Node, name: &str, value: Node) {
    let module = scene.module;
    let call = module.parent(node).and_then(|list| module.parent(list));
    let Some(call) = call.and_then(|call| Call::at(call, module.text())) else { return };
    let is_judged_whole = ["ssl.wrap_socket", "ssl._create_unverified_context"]
        .iter()
        .any(|callable| around(module, node, callable).is_some());
    if is_judged_whole || module.text_of(call.function) == "dict" {
        scene.speak_of(value);
        return;
    }
    let place = |sink: String| Place {
        node: call.node,
        argument: Some(tree::span(node)),
        sink,
        message: MESSAGE.to_owned(),
        advice: format!("let `{name}` ask for a certificate"),
    };
    // redis takes None for no check.
    if name == "ssl_cert_reqs" && (value.kind() == "none" || is_plainly_off(value, module.text())) {
        scene.settle(place(callee(module, call.node)), || {
            Err("write `ssl_cert_reqs=\"required\"`".to_owned())
        });
        return;
    }
    let Some(asked) = asked(module, value) else { return };
    scene.speak_of(value);
    match target(module, &scene.known.makers, &call, name) {
        Some(target) => scene.settle(place(target.sink.clone()), || match &target.doubt {
            Some(doubt) => Err(format!("{doubt}; pass `CERT_REQUIRED` if it is `{}`", target.sink)),
            None => edits(scene, value, &asked),
        }),
        None => scene.settle(place(callee(module, call.node)), || {
            Err("what is called is not known; ask for a certificate (`ssl.CERT_REQUIRED`) if it connects to a server".to_owned())
        }),
    }
}

fn edits(scene: &Scene, value: Node, asked: &Asked) -> Edits {
    let mend = Mend {
        title: "write CERT_REQUIRED".to_owned(),
        reason: REASON.to_owned(),
        ..Mend::default()
    };
    match asked {
        Asked::Name => {
            let renamed = renamed(scene, value, "CERT_REQUIRED")?;
            let (ops, group) = (renamed.ops, renamed.group);
            Ok(Mend { ops, group, together: renamed.together, ..mend })
        }
        Asked::Text => {
            let old = scene.module.text_of(value);
            let content = literal::plain_string(value, scene.module.text()).unwrap_or_default();
            let new = old.replacen(content, "CERT_REQUIRED", 1);
            Ok(Mend { ops: vec![scene.replace(value, &new)], ..mend })
        }
    }
}

/// `"cert_reqs": ...` of a dict. That of websocket-client is handed on as it is.
fn entry(scene: &Scene, node: Node, name: &str, value: Node) {
    let module = scene.module;
    let Some(asked) = asked(module, value) else { return };
    scene.speak_of(value);
    let Some(dict) = module.parent(node) else { return };
    let place = Place {
        node,
        argument: Some(tree::span(node)),
        sink: name.to_owned(),
        message: MESSAGE.to_owned(),
        advice: "ask for a certificate (`ssl.CERT_REQUIRED`)".to_owned(),
    };
    let is_option = is_option(module, dict);
    let unchecked = hostname_entry(module, dict);
    if let Some(unchecked) = unchecked.filter(|_| is_option) {
        scene.speak_of(unchecked);
    }
    scene.settle(place, || {
        if !is_option {
            return Err("where the dict goes is not seen; ask for a certificate (`ssl.CERT_REQUIRED`) if it reaches a connection".to_owned());
        }
        let mend = edits(scene, value, &asked)?;
        // The one without the other is refused by Python.
        let other: Option<Op> = unchecked.map(|value| scene.replace(value, "True"));
        let ops = mend.ops.iter().cloned().chain(other).collect();
        Ok(Mend { ops, ..mend })
    });
}

/// Whether a dict is the `sslopt` of a call.
fn is_option(module: &Module, dict: Node) -> bool {
    let keyword = module.parent(dict).filter(|node| node.kind() == "keyword_argument");
    let name = keyword.and_then(|keyword| keyword.child_by_field_name("name"));
    name.is_some_and(|name| module.text_of(name) == "sslopt")
}

/// The False that a dict gives `check_hostname`.
fn hostname_entry<'m>(module: &'m Module, dict: Node<'m>) -> Option<Node<'m>> {
    tree::children(dict).into_iter().find_map(|pair| {
        let key = literal::plain_string(pair.child_by_field_name("key")?, module.text())?;
        let value = tree::unparenthesised(pair.child_by_field_name("value")?);
        (key == "check_hostname" && is_plainly_off(value, module.text())).then_some(value)
    })
}
