//! Arguments that switch a check off: `requests.get(url, verify=False)`, `ssl=False` of aiohttp,
//! the attribute of a session.

use tree_sitter::Node;

use super::tls::{Edits, Mend, Place, Scene};
use super::tls_targets::{Target, class_of, target};
use super::tls_values::{From, Off, is_plainly_off, off};
use super::trust_values::callee;
use crate::plan::op::Op;
use crate::python::call::{Argument, ArgumentKind, Call};
use crate::python::tree;

/// Arguments of the table that are switched off by a false value.
pub(super) const FLAGS: [&str; 5] = ["verify", "ssl", "verify_ssl", "assert_hostname", "enable"];

/// Arguments and attributes that say of themselves that they are about certificates.
pub(super) const PLAIN: [&str; 7] = [
    "verify_ssl",
    "verify_certs",
    "ssl_verify",
    "tls_verify",
    "validate_certs",
    "assert_hostname",
    "check_hostname",
];

/// Last names of functions and methods that send a request, or make what does.
const REQUESTS: [&str; 17] = [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "request",
    "stream",
    "send",
    "ws_connect",
    "Client",
    "AsyncClient",
    "Session",
    "client",
    "session",
    "resource",
];

/// Finds them.
pub(super) fn check(scene: &Scene) {
    let module = scene.module;
    for node in module.of_kind("keyword_argument") {
        let name = node.child_by_field_name("name").map_or("", |name| module.text_of(name));
        if !FLAGS.contains(&name) && !PLAIN.contains(&name) {
            continue;
        }
        let call = module.parent(node).and_then(|list| module.parent(list));
        let Some(call) = call.and_then(|call| Call::at(call, module.text())) else { continue };
        if let Some(argument) = call.keyword(name) {
            given(scene, &call, name, argument);
        }
    }
    for node in module.calls_named("_https_verify_certificates") {
        let Some(call) = Call::at(node, module.text()) else { continue };
        if let Some(argument) = call.positional(0) {
            given(scene, &call, "enable", argument);
        }
    }
    for name in PLAIN.iter().chain(&["verify"]) {
        for node in module.attributes_named(name) {
            attribute(scene, node, name);
        }
    }
}

/// Why an argument is unsafe.
pub(super) fn message(name: &str) -> String {
    match name {
        "check_hostname" | "assert_hostname" => {
            format!("with `{name}` off, whoever has any valid certificate passes for the server")
        }
        _ => format!(
            "with `{name}` off, any certificate passes: whoever stands between reads and changes what is sent"
        ),
    }
}

/// An argument that a call is given by name, or by position.
fn given(scene: &Scene, call: &Call, name: &str, argument: Argument) {
    if scene.speaks_of(argument.node) {
        return;
    }
    match target(scene.module, call, name) {
        Some(target) => known(scene, call, name, argument, &target),
        None => unknown(scene, call, name, argument),
    }
}

/// An argument of a callable of the table.
fn known(scene: &Scene, call: &Call, name: &str, argument: Argument, target: &Target) {
    let none = target.sink.starts_with("httpx.");
    let Some(off) = off(scene.module, argument.value, none) else { return };
    if !fits(name, &off) {
        return;
    }
    settle(scene, call, name, argument, &off, target);
}

/// Whether a false value means that nothing is checked: aiohttp refuses any other than False.
pub(super) fn fits(name: &str, off: &Off) -> bool {
    !matches!(name, "ssl" | "assert_hostname") || off.literal.kind() == "false"
}

fn settle(scene: &Scene, call: &Call, name: &str, argument: Argument, off: &Off, target: &Target) {
    let shown = match off.from {
        // One default may feed several calls.
        From::Parameter(parameter) if !scene.speak_of(parameter) => return,
        From::Parameter(parameter) => parameter,
        _ => call.node,
    };
    let place = Place {
        node: shown,
        argument: Some(tree::span(if shown.id() == call.node.id() {
            argument.node
        } else {
            shown
        })),
        sink: target.sink.clone(),
        message: message(name),
        advice: advice(name),
    };
    // What is said at the call counts as well as what is said where the literal stands.
    let at_call = scene.excused(call.node, Some(tree::span(argument.node)));
    let there = scene.excused(off.literal, Some(tree::span(off.literal)));
    if let Some(exception) = at_call.or(there) {
        return scene.except(place, exception);
    }
    scene.mend(place, || {
        if let Some(doubt) = &target.doubt {
            return Err(format!("{doubt}; {} if it is `{}`", advice(name), target.sink));
        }
        edits(scene, call, name, argument, off, target)
    });
}

/// What a person does by hand.
pub(super) fn advice(name: &str) -> String {
    match name {
        "ssl" => "leave `ssl=False` out".to_owned(),
        _ => format!("let `{name}` be True"),
    }
}

fn edits(
    scene: &Scene,
    call: &Call,
    name: &str,
    argument: Argument,
    off: &Off,
    target: &Target,
) -> Edits {
    let drops = target.row.safe == "drop";
    let reason = match (drops, target.handed_on) {
        (_, true) => "the argument is handed on with the function".to_owned(),
        _ => "a server whose certificate does not pass is refused from now on".to_owned(),
    };
    let mend = Mend { reason, ..Mend::default() };
    match off.from {
        From::Here if drops => Ok(Mend {
            title: format!("drop {name}={}", scene.module.text_of(off.literal)),
            ops: vec![Op::DropArgument {
                call: scene.at(call.node),
                argument: tree::span(argument.node),
            }],
            ..mend
        }),
        _ if drops => Err(format!(
            "the value is False, from line {}; leave the argument out where certificates are to be checked",
            scene.line(off.literal)
        )),
        From::Here if argument.kind == ArgumentKind::Positional => {
            Ok(written(scene, "write True", off, mend))
        }
        From::Here => Ok(written(scene, &format!("write {name}=True"), off, mend)),
        From::LookUp => {
            let mend = written(scene, &format!("make the default of {name} True"), off, mend);
            let group = scene.group(off.literal, format!("default of {name}"));
            Ok(Mend { group: Some(group), ..mend })
        }
        From::Constant(target) => {
            let constant = scene.module.text_of(target);
            let mend = written(scene, &format!("let {constant} be True"), off, mend);
            let group = scene.group(target, format!("{constant} = False"));
            Ok(Mend { group: Some(group), ..mend })
        }
        From::Parameter(parameter) => Ok(Mend {
            title: format!("make the default of {} True", scene.name_of(parameter)),
            group: None,
            reason: "who calls the function and says nothing is checked from now on".to_owned(),
            ops: vec![scene.replace(off.literal, "True")],
            together: None,
        }),
    }
}

/// True in the place of the literal.
fn written(scene: &Scene, title: &str, off: &Off, mend: Mend) -> Mend {
    Mend { title: title.to_owned(), ops: vec![scene.replace(off.literal, "True")], ..mend }
}

/// An argument of a callable that nothing is known of.
fn unknown(scene: &Scene, call: &Call, name: &str, argument: Argument) {
    let module = scene.module;
    let is_entry = matches!(last_name(scene, call), "dict" | "update" | "setdefault");
    let is_off = is_plainly_off(argument.value, module.text());
    if !is_off || is_entry || !is_about_tls(scene, call, name) || !scene.speak_of(argument.node) {
        return;
    }
    let place = Place {
        node: call.node,
        argument: Some(tree::span(argument.node)),
        sink: callee(module, call.node),
        message: message(name),
        advice: advice(name),
    };
    scene.settle(place, || {
        Err(format!("what is called is not known; {} if it connects to a server", advice(name)))
    });
}

fn last_name<'m>(scene: &Scene<'m>, call: &Call) -> &'m str {
    scene.module.text_of(call.function).rsplit('.').next().unwrap_or_default()
}

/// Whether an argument of that name is likely to be about certificates.
fn is_about_tls(scene: &Scene, call: &Call, name: &str) -> bool {
    let packages = scene.module.names.packages();
    let imports = |names: &[&str]| names.iter().any(|name| packages.contains(*name));
    let last = last_name(scene, call);
    match name {
        "verify" => {
            let text = scene.module.text_of(call.function).to_ascii_lowercase();
            let is_token = ["jwt", "jws", "jose", "token", "decode", "encode", "signature"];
            !is_token.iter().any(|word| text.contains(word))
                && (REQUESTS.contains(&last) || imports(&["requests", "httpx"]))
        }
        "ssl" => imports(&["aiohttp"]) || (REQUESTS[..11].contains(&last)),
        "enable" => false,
        _ => true,
    }
}

/// `session.verify = False`.
fn attribute(scene: &Scene, target: Node, name: &str) {
    let module = scene.module;
    let Some(assignment) = module.parent(target).filter(|node| {
        node.kind() == "assignment"
            && node.child_by_field_name("left").is_some_and(|left| left.id() == target.id())
    }) else {
        return;
    };
    let (Some(object), Some(value)) =
        (target.child_by_field_name("object"), assignment.child_by_field_name("right"))
    else {
        return;
    };
    if scene.speaks_of(target) || name == "check_hostname" {
        return;
    }
    let class = class_of(module, object, name).filter(|(class, _)| class.starts_with("requests."));
    let Some(off) = off(module, value, class.is_some()) else { return };
    if !matches!(off.from, From::Here) || !(class.is_some() || is_plainly_off(value, module.text()))
    {
        return;
    }
    if class.is_none() && !object_is_about_tls(scene, object, name) {
        return;
    }
    let place = Place {
        node: assignment,
        argument: Some(tree::span(value)),
        sink: class
            .as_ref()
            .map_or_else(|| name.to_owned(), |(class, _)| format!("{class}.{name}")),
        message: message(name),
        advice: advice(name),
    };
    scene.settle(place, || match class {
        Some(_) => {
            let reason = "a server whose certificate does not pass is refused from now on";
            let mend = Mend { reason: reason.to_owned(), ..Mend::default() };
            Ok(written(scene, &format!("let {} be True", module.text_of(target)), &off, mend))
        }
        None => Err(format!(
            "what the object is is not known; {} if it connects to a server",
            advice(name)
        )),
    });
}

/// Whether the attribute of an object that nothing is known of is likely to be about certificates.
fn object_is_about_tls(scene: &Scene, object: Node, name: &str) -> bool {
    if name != "verify" {
        return true;
    }
    let packages = scene.module.names.packages();
    let text = scene.module.text_of(object).to_ascii_lowercase();
    ["requests", "httpx", "urllib3", "aiohttp"].iter().any(|name| packages.contains(*name))
        || ["session", "client", "http", "conn", "adapter"].iter().any(|word| text.contains(word))
}
