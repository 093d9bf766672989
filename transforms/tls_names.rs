//! Names that are unsafe wherever they are used: old protocols, policies that take any host key,
//! functions that check nothing.

use tree_sitter::Node;

use super::reference::{Reference, Usage, references};
use super::sinks::{self, Kind, Sink};
use super::tls::NAME;
use super::tls_contexts::around;
use super::tls_filter::PACKAGES;
use super::tls_renames::renamed;
use super::tls_scene::{Edits, Mend, Place, Scene};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::{literal, tree};

/// Packages through which warnings of urllib3 are switched off.
const WARNING: [&str; 4] = ["urllib3", "requests", "botocore", "pip"];

/// Finds them.
pub(super) fn check(scene: &Scene) {
    let kinds = [Kind::Callee, Kind::Class, Kind::Report];
    for package in PACKAGES.into_iter().chain(WARNING) {
        let names = sinks::callables(NAME, &kinds, package);
        for reference in references(scene.module, package, &names) {
            if matches!(reference.usage, Usage::Mention) || scene.speaks_of(reference.node) {
                continue;
            }
            if let Some(row) = sinks::row(NAME, &reference.sink) {
                found(scene, &reference, row);
            }
        }
    }
    for target in scene.module.attributes_named("_create_default_https_context") {
        default_context(scene, target);
    }
}

fn found(scene: &Scene, reference: &Reference, row: &Sink) {
    match row.safe.as_str() {
        "ssl.create_default_context" => unverified(scene, reference),
        "ssl.PROTOCOL_TLS_CLIENT" => protocol(scene, reference),
        "ssl.TLSVersion.TLSv1_3" => version(scene, reference),
        "ssl.CERT_REQUIRED" => requirement(scene, reference),
        "OpenSSL.SSL.TLS_METHOD" => method(scene, reference),
        "OpenSSL.SSL.VERIFY_PEER" => peer(scene, reference),
        "paramiko.RejectPolicy" => policy(scene, reference),
        _ if reference.sink.ends_with("disable_warnings") => warnings(scene, reference, row),
        _ if is_listed(scene.module, reference.node) => {}
        _ => {
            let node = holder(scene.module, reference);
            report(scene, reference, node, &message(&reference.sink), &row.safe);
        }
    }
}

fn message(sink: &str) -> String {
    let last = sink.rsplit('.').next().unwrap_or(sink);
    match last {
        "wrap_socket" => "the socket takes any certificate unless told otherwise, for any host".to_owned(),
        "AutoAddPolicy" | "WarningPolicy" => {
            "a host key that is not known is taken: whoever stands between reads and changes what is sent".to_owned()
        }
        "disable_warnings" => "connections whose certificate is not checked are no longer seen".to_owned(),
        "CERT_NONE" | "VERIFY_NONE" | "_create_unverified_context" | "_create_stdlib_context" => {
            "certificates are not checked: whoever stands between reads and changes what is sent".to_owned()
        }
        _ => format!("`{last}` asks for an old version of TLS, which can be broken"),
    }
}

/// The call or the name.
fn shown<'t>(reference: &Reference<'t>) -> Node<'t> {
    match reference.usage {
        Usage::Call(call) | Usage::Partial(call) => call,
        _ => reference.node,
    }
}

fn place<'t>(reference: &Reference, node: Node<'t>, advice: &str) -> Place<'t> {
    Place {
        node,
        argument: Some(tree::span(reference.node)),
        sink: reference.sink.clone(),
        message: message(&reference.sink),
        advice: advice.to_owned(),
    }
}

fn report(scene: &Scene, reference: &Reference, node: Node, message: &str, advice: &str) {
    let place = Place { message: message.to_owned(), ..place(reference, node, advice) };
    scene.settle(place, || Err(advice.to_owned()));
}

/// The name becomes another one, if nothing stands against it.
fn rename(scene: &Scene, reference: &Reference, last: &str, reason: &str) -> Edits {
    if let Some(doubt) = &reference.doubt {
        return Err(format!("{doubt}; use `{last}` if it is `{}`", reference.sink));
    }
    let renamed = renamed(scene, reference.node, last)?;
    Ok(Mend {
        title: format!("use {last}"),
        reason: reason.to_owned(),
        ops: renamed.ops,
        group: renamed.group,
        together: renamed.together,
    })
}

/// `ssl._create_default_https_context = ssl._create_unverified_context`, `f(context=ssl....)`.
fn unverified(scene: &Scene, reference: &Reference) {
    let module = scene.module;
    let assignment = module.parent(reference.node).filter(|parent| {
        let left = parent.child_by_field_name("left");
        left.is_some_and(|left| module.text_of(left).ends_with("_create_default_https_context"))
    });
    let node = assignment.unwrap_or_else(|| shown(reference));
    let advice = "use `ssl.create_default_context`";
    scene.settle(place(reference, node, advice), || match reference.usage {
        Usage::Partial(_) => Err(format!("{advice}, which does not take all of its arguments")),
        _ => rename(
            scene,
            reference,
            "create_default_context",
            "a server whose certificate does not pass is refused from now on",
        ),
    });
}

/// An old protocol that is no argument of `SSLContext`.
fn protocol(scene: &Scene, reference: &Reference) {
    if around(scene.module, reference.node, "ssl.wrap_socket").is_some()
        || around(scene.module, reference.node, "ssl._create_unverified_context").is_some()
        || is_listed(scene.module, reference.node)
        // That is another name of `PROTOCOL_TLS`, which it may be here.
        || (reference.sink.ends_with("SSLv23") && reference.doubt.is_some())
    {
        return;
    }
    let advice = "write `ssl.PROTOCOL_TLS_CLIENT`, or `ssl.PROTOCOL_TLS_SERVER` to serve, where a context is made; leave it out elsewhere";
    report(scene, reference, holder(scene.module, reference), &message(&reference.sink), advice);
}

/// Whether an expression stands in a list, a tuple or a mapping: a table of versions. An entry that
/// is an argument by its key is none.
fn is_listed(module: &Module, node: Node) -> bool {
    let Some(parent) = module.parent(node) else { return false };
    match parent.kind() {
        "list" | "tuple" | "set" | "subscript" => true,
        "pair" => {
            let key = parent.child_by_field_name("key");
            let key = key.and_then(|key| literal::plain_string(key, module.text()));
            !key.is_some_and(|key| {
                ["ssl_version", "protocol", "method", "verify_mode"].contains(&key)
            })
        }
        "assignment" => {
            let left = parent.child_by_field_name("left");
            left.is_some_and(|left| left.kind() == "subscript")
        }
        _ => false,
    }
}

/// What is shown of a name: the call or the parameter that it is given to.
fn holder<'t>(module: &'t Module, reference: &Reference<'t>) -> Node<'t> {
    let mut around = module.parent(reference.node);
    if let Some(keyword) = around.filter(|node| node.kind() == "keyword_argument") {
        around = module.parent(keyword);
    }
    match around {
        Some(list) if list.kind() == "argument_list" => {
            module.parent(list).filter(|call| call.kind() == "call").unwrap_or(reference.node)
        }
        _ => shown(reference),
    }
}

/// `ssl_minimum_version=ssl.TLSVersion.TLSv1_2`.
fn version(scene: &Scene, reference: &Reference) {
    let module = scene.module;
    let keyword = module.parent(reference.node).filter(|node| node.kind() == "keyword_argument");
    let name = keyword.and_then(|keyword| keyword.child_by_field_name("name"));
    let name = name.map_or("", |name| module.text_of(name));
    if !name.ends_with("minimum_version") && !name.ends_with("maximum_version") {
        return;
    }
    let place = place(reference, holder(module, reference), "write `ssl.TLSVersion.TLSv1_3`");
    scene.settle(place, || {
        rename(scene, reference, "TLSv1_3", "whoever does not speak TLS 1.3 is refused from now on")
    });
}

/// `ssl.CERT_NONE` that is set on no context that is seen.
fn requirement(scene: &Scene, reference: &Reference) {
    let module = scene.module;
    let chosen = module
        .ancestors(reference.node)
        .take_while(|node| !module.is_statement(*node))
        .any(|node| matches!(node.kind(), "conditional_expression" | "boolean_operator"));
    let node = holder(module, reference);
    let advice =
        "ask for a certificate (`ssl.CERT_REQUIRED`) if it reaches a connection to a server";
    let place = place(reference, node, advice);
    if reference.sink.ends_with("CERT_OPTIONAL") || is_listed(module, reference.node) {
        return;
    }
    match scene.excused(reference.node, Some(tree::span(reference.node))) {
        Some(exception) => scene.except(place, exception),
        // An expression is a decision that is made elsewhere.
        None if chosen => {}
        None => scene.mend(place, || Err(advice.to_owned())),
    }
}

/// A method of pyOpenSSL.
fn method(scene: &Scene, reference: &Reference) {
    let module = scene.module;
    let context = ["OpenSSL.SSL.Context", "pyOpenSSL.SSL.Context"]
        .iter()
        .find_map(|callable| around(module, reference.node, callable));
    let advice = "write `SSL.TLS_METHOD`, and call `set_min_proto_version(SSL.TLS1_3_VERSION)` on the context";
    if context.is_none() && is_listed(module, reference.node) {
        return;
    }
    let node = context.unwrap_or_else(|| holder(module, reference));
    scene.settle(place(reference, node, advice), || {
        if context.is_none() {
            return Err(advice.to_owned());
        }
        let reason = "call `set_min_proto_version(SSL.TLS1_3_VERSION)` on the context too";
        rename(scene, reference, "TLS_METHOD", reason)
    });
}

/// `context.set_verify(SSL.VERIFY_NONE)`.
fn peer(scene: &Scene, reference: &Reference) {
    let module = scene.module;
    let node = holder(module, reference);
    let advice = "pass `SSL.VERIFY_PEER` if it connects to a server";
    if is_listed(module, reference.node) {
        return;
    }
    let call = Call::at(node, module.text())
        .filter(|call| module.text_of(call.function).ends_with(".set_verify"));
    scene.settle(place(reference, node, advice), || {
        let Some(call) = call else { return Err(advice.to_owned()) };
        let callback = call.positional(1).or(call.keyword("callback"));
        if callback.is_some_and(|callback| callback.value.kind() != "none") {
            return Err(format!("{advice}; the callback decides too, and must not say yes to all"));
        }
        let reason = "a peer whose certificate does not pass is refused from now on";
        rename(scene, reference, "VERIFY_PEER", reason)
    });
}

/// `client.set_missing_host_key_policy(paramiko.AutoAddPolicy())`.
fn policy(scene: &Scene, reference: &Reference) {
    let module = scene.module;
    let made = shown(reference);
    let list = module.parent(made).filter(|node| node.kind() == "argument_list");
    let around = list.and_then(|list| module.parent(list));
    let is_base = around.is_some_and(|around| around.kind() == "class_definition");
    let setter = around.filter(|around| {
        let function = around.child_by_field_name("function");
        function.is_some_and(|f| module.text_of(f).ends_with("set_missing_host_key_policy"))
    });
    let advice =
        "use `RejectPolicy`, and load the keys of known hosts with `load_system_host_keys()`";
    scene.settle(place(reference, setter.unwrap_or(made), advice), || {
        if is_base {
            return Err(format!("a class derives from it; {advice}"));
        }
        let loads = ["load_system_host_keys", "load_host_keys"]
            .iter()
            .any(|name| module.calls_named(name).next().is_some());
        let reason = if loads {
            "a host whose key is not known is refused from now on"
        } else {
            "a host whose key is not known is refused from now on, and all are unless `load_system_host_keys()` is called"
        };
        rename(scene, reference, "RejectPolicy", reason)
    });
}

/// `urllib3.disable_warnings()`.
fn warnings(scene: &Scene, reference: &Reference, row: &Sink) {
    let Usage::Call(node) = reference.usage else { return };
    let Some(call) = Call::at(node, scene.module.text()) else { return };
    let is_about = |text: &str| {
        ["Insecure", "HTTPWarning", "SecurityWarning"].iter().any(|name| text.contains(name))
    };
    let all = call.arguments.is_empty();
    if all || call.arguments.iter().any(|a| is_about(scene.module.text_of(a.value))) {
        report(scene, reference, node, &message(&reference.sink), &row.safe);
    }
}

/// `ssl._create_default_https_context = ...`, where it gets another value than those that are known.
fn default_context(scene: &Scene, target: Node) {
    let module = scene.module;
    let Some(assignment) = module.parent(target).filter(|node| {
        node.kind() == "assignment"
            && node.child_by_field_name("left").is_some_and(|left| left.id() == target.id())
    }) else {
        return;
    };
    let Some(value) = assignment.child_by_field_name("right") else { return };
    let own = module.names.resolve(target, module.text());
    if !own.candidates().iter().any(|name| name == "ssl._create_default_https_context") {
        return;
    }
    let known = ["create_default_context", "_create_unverified_context", "_create_stdlib_context"];
    let resolution = module.names.resolve(value, module.text());
    let is_known =
        |name: &String| known.iter().any(|last| name.strip_prefix("ssl.") == Some(*last));
    if resolution.candidates().iter().any(is_known) || comes_from_ssl(module, value) {
        return;
    }
    let place = Place {
        node: assignment,
        argument: None,
        sink: "ssl._create_default_https_context".to_owned(),
        message: "every HTTPS connection of the program is made with another context".to_owned(),
        advice: "let it be `ssl.create_default_context`".to_owned(),
    };
    scene.settle(place, || {
        Err("let it be `ssl.create_default_context`, and hand a context to the calls that need another one".to_owned())
    });
}

/// Whether a value is a name that holds one of the functions of `ssl`: what was there before, or
/// one that is a finding where the name is bound.
fn comes_from_ssl(module: &Module, value: Node) -> bool {
    let value = tree::unparenthesised(value);
    if value.kind() != "identifier" {
        return false;
    }
    let scope = module.names.scope_at(value.start_byte());
    let bindings = module.names.bindings(module.text_of(value), scope);
    !bindings.is_empty()
        && bindings.iter().all(|binding| match binding.kind {
            BindingKind::Assignment { value } => {
                let source = module.slice(value);
                source.contains("_create_default_https_context")
                    || source.contains("_create_unverified_context")
                    || source.contains("create_default_context")
            }
            _ => false,
        })
}
