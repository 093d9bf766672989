//! Arguments that switch a check off: `requests.get(url, verify=False)`, `ssl=False` of aiohttp.

use super::tls_edits::{Flag, advice, fits, message, settle};
use super::tls_scene::{Place, Scene};
use super::tls_targets::{Target, target};
use super::tls_values::{is_plainly_off, off};
use super::tls_wrappers::{CONNECT, Wrapped, wrapped};
use super::trust_values::callee;
use crate::python::call::{Argument, Call};
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
}

/// An argument that a call is given by name, or by position.
fn given<'m>(scene: &Scene<'m>, call: &Call<'m>, name: &str, argument: Argument<'m>) {
    if scene.speaks_of(argument.node) {
        return;
    }
    if let Some(target) = target(scene.module, &scene.known.makers, call, name) {
        return known(scene, call, name, argument, &target);
    }
    if name != "verify" || off(scene, argument.value, false).is_none() {
        return unknown(scene, call, name, argument, is_about_tls(scene, call, name));
    }
    match wrapped(scene, call, name) {
        Wrapped::HandsOn(target) => known(scene, call, name, argument, &target),
        Wrapped::MayHandOn => unknown(scene, call, name, argument, true),
        Wrapped::Other => {}
        Wrapped::Unknown => {
            unknown(scene, call, name, argument, is_about_tls(scene, call, name));
        }
    }
}

/// An argument of a callable of the table.
fn known<'m>(
    scene: &Scene<'m>,
    call: &Call<'m>,
    name: &str,
    argument: Argument<'m>,
    target: &Target,
) {
    let none = target.sink.starts_with("httpx.");
    let Some(off) = off(scene, argument.value, none) else { return };
    let flag = Flag { name, whole: call.node, argument: argument.node, is_argument: true };
    if fits(name, &off) {
        settle(scene, &flag, &off, target);
    }
}

/// An argument of a callable that nothing is known of.
fn unknown(scene: &Scene, call: &Call, name: &str, argument: Argument, is_about_tls: bool) {
    let module = scene.module;
    let is_entry = matches!(last_name(scene, call), "dict" | "update" | "setdefault");
    let is_off = is_plainly_off(argument.value, module.text());
    if !is_off || is_entry || !is_about_tls || !scene.speak_of(argument.node) {
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
            let is_foreign = is_of_another_package(scene, call);
            !is_about_tokens(scene, call)
                && (REQUESTS.contains(&last) || (!is_foreign && imports(&CONNECT[..2])))
        }
        "ssl" => imports(&["aiohttp"]) || (REQUESTS[..11].contains(&last)),
        "enable" => false,
        _ => true,
    }
}

/// Whether a call is about signatures, which `verify` may speak of too: `jwt.decode(token, verify=False)`.
fn is_about_tokens(scene: &Scene, call: &Call) -> bool {
    let text = scene.module.text_of(call.function).to_ascii_lowercase();
    ["jwt", "jws", "jose", "decode", "encode", "signature"].iter().any(|word| text.contains(word))
}

/// Whether what is called is imported from a package that is none of those known to connect.
fn is_of_another_package(scene: &Scene, call: &Call) -> bool {
    let resolution = scene.module.names.resolve(call.function, scene.module.text());
    resolution.single().and_then(|name| name.split_once('.')).is_some_and(|(package, _)| {
        scene.module.names.packages().contains(package) && !CONNECT.contains(&package)
    })
}
