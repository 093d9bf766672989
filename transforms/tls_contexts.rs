//! Contexts of `ssl`: how they are made, and what is set on them. What is set on one context hangs
//! together: Python refuses `CERT_NONE` where host names are checked, and nothing connects whose
//! lowest version is above its highest. So all of it is one change.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::finding::{Exception, ExceptionKind, Group};
use super::reference::{Reference, Usage, references};
use super::sinks;
use super::tls::NAME;
use super::tls_objects::{Key, key};
use super::tls_renames::{Renamed, renamed};
use super::tls_roles::{Role, role, role_of_call};
use super::tls_scene::{Edits, Mend, Place, Scene};
use super::tls_settings::{Setting, settings};
use super::tls_uses::by_hand;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;

/// What is done at one place with a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// It is made without any check.
    Unverified,
    /// It is made for an old version.
    Protocol,
    /// Its host names are not checked.
    Hostname,
    /// Its certificates are not checked.
    Mode,
    /// The lowest version that it takes is old.
    Lowest,
    /// The highest version that it takes is old.
    Highest,
}

impl Part {
    fn is_version(self) -> bool {
        matches!(self, Self::Lowest | Self::Highest)
    }
}

/// A place at which a context is made or set.
pub(super) struct Site<'m> {
    pub(super) part: Part,
    /// The context, if it is kept anywhere.
    pub(super) object: Option<Key>,
    /// The call or the assignment.
    pub(super) node: Node<'m>,
    /// The expression to replace: a name of `ssl`, or False.
    pub(super) value: Node<'m>,
    /// The sink as the catalogue spells it.
    pub(super) sink: String,
    /// Why a person has to see to it.
    pub(super) doubt: Option<String>,
}

const VERIFIED: &str = "a server whose certificate does not pass is refused from now on";
const NEWEST: &str = "whoever does not speak TLS 1.3 is refused from now on";

/// Finds them.
pub(super) fn check(scene: &Scene) {
    let set = settings(scene);
    let mut sites = made(scene);
    sites.extend(set.iter().filter_map(Setting::site));
    sites.sort_by_key(|site| site.node.start_byte());
    let judged: Vec<Judged> = sites.into_iter().map(|site| judged(scene, site)).collect();
    let objects = objects(scene, &judged, &set);
    for one in &judged {
        let object = one.site.object.as_ref().and_then(|object| objects.get(object));
        let conflict = object.and_then(|object| object.conflict(one));
        let together = object.and_then(|object| object.group(one)).filter(|_| conflict.is_none());
        show(scene, one, conflict, together);
    }
}

/// A place with what is known of its context.
struct Judged<'m> {
    site: Site<'m>,
    role: Role,
    exception: Option<Exception>,
}

impl Judged<'_> {
    fn is_fixable(&self) -> bool {
        self.exception.is_none() && self.site.doubt.is_none()
    }

    /// Whether its fix makes the context check host names.
    fn checks_names(&self) -> bool {
        match self.site.part {
            Part::Hostname => true,
            Part::Unverified | Part::Protocol => self.role != Role::Server,
            _ => false,
        }
    }
}

fn judged<'m>(scene: &Scene<'m>, mut site: Site<'m>) -> Judged<'m> {
    let role = match &site.object {
        Some(object) => role(scene, object),
        None => role_of_call(scene.module, site.node),
    };
    let exception = scene.excused(site.node, Some(tree::span(site.value))).or_else(|| {
        let normal = role == Role::Server && matches!(site.part, Part::Hostname | Part::Mode);
        let reason =
            "the context serves: a server checks no host names, and asks for no certificate";
        normal.then(|| Exception { kind: ExceptionKind::Safe, reason: reason.to_owned() })
    });
    let unclear = unclear(scene, &site, role).map(str::to_owned);
    site.doubt = site.doubt.or(unclear);
    Judged { site, role, exception }
}

/// Why the part that a context plays does not tell what to write.
fn unclear(scene: &Scene, site: &Site, role: Role) -> Option<&'static str> {
    match (site.part, role) {
        (Part::Protocol, Role::Unclear) => Some(
            "it is not clear whether the context connects or serves; write `ssl.PROTOCOL_TLS_CLIENT` or `ssl.PROTOCOL_TLS_SERVER`",
        ),
        (Part::Hostname | Part::Mode, Role::Unclear) => Some(
            "it is not clear whether the context connects or serves; if it connects, let certificates and host names be checked",
        ),
        (Part::Unverified, Role::Server) if !says_purpose(scene.module, site.node) => Some(
            "the context may serve; call `ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)` if it does, else `ssl.create_default_context()`",
        ),
        _ => None,
    }
}

/// Whether `purpose` is given to a call that makes a context.
fn says_purpose(module: &Module, call: Node) -> bool {
    Call::at(call, module.text()).is_some_and(|call| call.keyword("purpose").is_some())
}

/// What is done with one context, as far as its parts hang together.
#[derive(Default)]
struct Object {
    /// The line that may set `verify_mode` to `CERT_NONE`, and stays.
    mode_stays: Option<usize>,
    /// The line that may set a low `maximum_version`, and stays.
    highest_stays: Option<usize>,
    /// What is shared by the changes of what is checked.
    checks: Shared,
    /// What is shared by the changes of versions.
    versions: Shared,
}

/// Changes of one context that are one.
#[derive(Default)]
struct Shared {
    group: Option<Group>,
    members: usize,
}

impl Object {
    /// Why a place cannot change while another one of its context stays as it is.
    fn conflict(&self, own: &Judged) -> Option<String> {
        if let Some(line) = self.mode_stays.filter(|_| own.checks_names()) {
            return Some(format!(
                "line {line} may set `verify_mode` to `CERT_NONE`, which Python refuses where host names are checked; see to both"
            ));
        }
        let line = self.highest_stays.filter(|_| own.site.part == Part::Lowest)?;
        Some(format!(
            "line {line} may set a highest version below TLS 1.3, with which nothing would connect; see to both"
        ))
    }

    /// What a place shares with others of its context that change with it.
    fn group(&self, own: &Judged) -> Option<Group> {
        let shared = if own.site.part.is_version() { &self.versions } else { &self.checks };
        shared.group.clone().filter(|_| shared.members > 1)
    }
}

/// The contexts that are kept somewhere.
fn objects(scene: &Scene, judged: &[Judged], set: &[Setting]) -> BTreeMap<Key, Object> {
    let fixed: FxHashSet<usize> =
        judged.iter().filter(|one| one.is_fixable()).map(|one| one.site.node.id()).collect();
    let mut objects: BTreeMap<Key, Object> = BTreeMap::new();
    for setting in set.iter().filter(|s| !s.is_safe && !fixed.contains(&s.node.id())) {
        let Some(key) = &setting.object else { continue };
        let object = objects.entry(key.clone()).or_default();
        let line = || scene.line(setting.node);
        match setting.part {
            Part::Mode => object.mode_stays = object.mode_stays.or_else(|| Some(line())),
            Part::Highest => object.highest_stays = object.highest_stays.or_else(|| Some(line())),
            _ => {}
        }
    }
    for one in judged.iter().filter(|one| one.is_fixable()) {
        let Some(key) = &one.site.object else { continue };
        let object = objects.entry(key.clone()).or_default();
        if object.conflict(one).is_some() {
            continue;
        }
        let (what, shared) = if one.site.part.is_version() {
            ("versions", &mut object.versions)
        } else {
            ("checks", &mut object.checks)
        };
        shared.members += 1;
        let name = || format!("{what} of {}", key.text);
        shared.group.get_or_insert_with(|| scene.group(one.site.node, name()));
    }
    objects
}

fn show(scene: &Scene, judged: &Judged, conflict: Option<String>, together: Option<Group>) {
    let site = &judged.site;
    let place = Place {
        node: site.node,
        argument: Some(tree::span(site.value)),
        sink: site.sink.clone(),
        message: message(site.part).to_owned(),
        advice: advice(site.part).to_owned(),
    };
    if let Some(exception) = &judged.exception {
        return scene.except(place, exception.clone());
    }
    let is_check = !matches!(site.part, Part::Lowest | Part::Highest);
    let doubt = site
        .doubt
        .clone()
        .or(conflict)
        .or_else(|| is_check.then(|| by_hand(scene.module, site.node)).flatten());
    scene.mend(place, || match doubt {
        Some(doubt) => Err(doubt),
        None => edits(scene, judged, together),
    });
}

fn message(part: Part) -> &'static str {
    match part {
        Part::Unverified => {
            "the context takes any certificate: whoever stands between reads and changes what is sent"
        }
        Part::Protocol => {
            "the context is made for an old version of TLS, and checks no certificate"
        }
        Part::Hostname => "whoever has any valid certificate passes for the server",
        Part::Mode => {
            "certificates are not checked: whoever stands between reads and changes what is sent"
        }
        Part::Lowest | Part::Highest => {
            "old versions of TLS can be broken, or lack what the new one has"
        }
    }
}

fn advice(part: Part) -> &'static str {
    match part {
        Part::Unverified => "call `ssl.create_default_context`",
        Part::Protocol => "write `ssl.PROTOCOL_TLS_CLIENT`, or `ssl.PROTOCOL_TLS_SERVER` to serve",
        Part::Hostname => "let `check_hostname` be True",
        Part::Mode => "write `ssl.CERT_REQUIRED`",
        Part::Lowest | Part::Highest => "write `ssl.TLSVersion.TLSv1_3`",
    }
}

/// The edits of a place, alone or as its part of those of its context.
fn edits(scene: &Scene, judged: &Judged, together: Option<Group>) -> Edits {
    let site = &judged.site;
    let new = match site.part {
        Part::Unverified => "create_default_context",
        Part::Protocol if judged.role == Role::Server => "PROTOCOL_TLS_SERVER",
        Part::Protocol => "PROTOCOL_TLS_CLIENT",
        Part::Hostname => "True",
        Part::Mode => "CERT_REQUIRED",
        Part::Lowest | Part::Highest => "TLSv1_3",
    };
    let renamed = match site.part {
        Part::Hostname => {
            Renamed { ops: vec![scene.replace(site.value, new)], ..Renamed::default() }
        }
        _ => renamed(scene, site.value, new)?,
    };
    if together.is_some() && renamed.together.is_some_and(|uses| uses > 1) {
        return Err(format!("the name is imported for other uses too; {}", advice(site.part)));
    }
    let (title, reason) = match &together {
        Some(group) if group.name.starts_with("versions") => {
            ("ask for TLS 1.3".to_owned(), NEWEST.to_owned())
        }
        Some(_) => ("check certificates and host names".to_owned(), VERIFIED.to_owned()),
        None => (title(site.part, new), reason(judged)),
    };
    Ok(Mend {
        title,
        reason,
        ops: renamed.ops,
        together: renamed.together.filter(|_| together.is_none()),
        group: together.or(renamed.group),
    })
}

fn title(part: Part, new: &str) -> String {
    match part {
        Part::Unverified => format!("call ssl.{new}"),
        Part::Hostname => "let check_hostname be True".to_owned(),
        _ => format!("write {new}"),
    }
}

fn reason(judged: &Judged) -> String {
    match judged.site.part {
        Part::Protocol if judged.role == Role::Server => {
            "clients that speak no version but the old one are refused from now on".to_owned()
        }
        Part::Protocol => {
            format!("{VERIFIED}, and all are unless `load_default_certs()` or its like is called")
        }
        Part::Mode => format!("{VERIFIED}; host names are checked where `check_hostname` is True"),
        Part::Lowest => NEWEST.to_owned(),
        Part::Highest => "TLS 1.3 is spoken with whoever knows it".to_owned(),
        Part::Unverified | Part::Hostname => VERIFIED.to_owned(),
    }
}

/// The calls that make a context without checks, or for an old version.
fn made<'m>(scene: &Scene<'m>) -> Vec<Site<'m>> {
    let module = scene.module;
    let names: Vec<&str> = sinks::of(NAME)
        .filter(|row| {
            row.safe == "ssl.create_default_context" || row.safe == "ssl.PROTOCOL_TLS_CLIENT"
        })
        .flat_map(|row| row.callables.iter().map(String::as_str))
        .collect();
    let found = references(module, "ssl", &names).into_iter();
    found.filter_map(|reference| site(scene, reference)).collect()
}

fn site<'m>(scene: &Scene<'m>, reference: Reference<'m>) -> Option<Site<'m>> {
    let module = scene.module;
    let is_protocol = reference.sink.contains("PROTOCOL_");
    let call = if is_protocol {
        around(module, reference.node, "ssl.SSLContext")?
    } else {
        match reference.usage {
            Usage::Call(call) => call,
            _ => return None,
        }
    };
    scene.speak_of(reference.node);
    let asked = if is_protocol { None } else { refused_arguments(module, call) };
    let part = if is_protocol { Part::Protocol } else { Part::Unverified };
    Some(Site {
        part,
        object: kept(module, call),
        node: call,
        value: reference.node,
        sink: reference.sink,
        doubt: reference.doubt.map(|doubt| format!("{doubt}; {}", advice(part))).or(asked),
    })
}

/// The call of that name that an expression is an argument of.
pub(super) fn around<'m>(module: &'m Module, node: Node<'m>, callable: &str) -> Option<Node<'m>> {
    let mut list = module.parent(node)?;
    if list.kind() == "keyword_argument" {
        list = module.parent(list)?;
    }
    let call = module.parent(list).filter(|_| list.kind() == "argument_list")?;
    let function = call.child_by_field_name("function")?;
    let resolution = module.names.resolve(function, module.text());
    resolution.candidates().iter().any(|name| name == callable).then_some(call)
}

/// Why the arguments cannot stay where `create_default_context` is called.
fn refused_arguments(module: &Module, call: Node) -> Option<String> {
    let call = Call::at(call, module.text())?;
    let other = call.arguments.iter().find(|argument| match argument.kind {
        ArgumentKind::Keyword(name) => !matches!(name, "purpose" | "cafile" | "capath" | "cadata"),
        _ => true,
    })?;
    Some(format!(
        "`ssl.create_default_context` does not take `{}`; call it without, and set on the context what is needed",
        module.text_of(other.node)
    ))
}

/// What the value of a call is kept in.
fn kept(module: &Module, call: Node) -> Option<Key> {
    let assignment = module.parent(call).filter(|node| node.kind() == "assignment")?;
    let left = assignment.child_by_field_name("left")?;
    assignment.child_by_field_name("right").filter(|right| right.id() == call.id())?;
    key(module, left)
}
