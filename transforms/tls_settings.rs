//! What is set on a context: `check_hostname`, `verify_mode`, `minimum_version`, `maximum_version`.

use tree_sitter::Node;

use super::sinks;
use super::tls::NAME;
use super::tls_contexts::{Part, Site};
use super::tls_objects::{Key, key};
use super::tls_roles::{Role, role};
use super::tls_scene::Scene;
use super::tls_values::is_off;
use crate::python::module::Module;
use crate::python::names::Resolution;
use crate::python::{literal, tree};

/// One assignment to an attribute of a context.
pub(super) struct Setting<'m> {
    pub(super) part: Part,
    /// The context.
    pub(super) object: Option<Key>,
    /// The assignment.
    pub(super) node: Node<'m>,
    value: Node<'m>,
    /// The sink, where the value is known to be unsafe.
    sink: Option<String>,
    /// Whether the value is known to be safe.
    pub(super) is_safe: bool,
    doubt: Option<String>,
}

impl<'m> Setting<'m> {
    /// The place to change, if the value is unsafe.
    pub(super) fn site(&self) -> Option<Site<'m>> {
        Some(Site {
            part: self.part,
            object: self.object.clone(),
            node: self.node,
            value: self.value,
            sink: self.sink.clone()?,
            doubt: self.doubt.clone(),
        })
    }
}

const ATTRIBUTES: [(&str, Part); 4] = [
    ("check_hostname", Part::Hostname),
    ("verify_mode", Part::Mode),
    ("minimum_version", Part::Lowest),
    ("maximum_version", Part::Highest),
];

/// All assignments to those attributes, safe or not, in the order of the text.
pub(super) fn settings<'m>(scene: &Scene<'m>) -> Vec<Setting<'m>> {
    let module = scene.module;
    let mut found: Vec<Setting> = ATTRIBUTES
        .iter()
        .flat_map(|(name, part)| {
            module.attributes_named(name).filter_map(|target| setting(scene, target, *part))
        })
        .collect();
    found.sort_by_key(|setting| setting.node.start_byte());
    found
}

fn setting<'m>(scene: &Scene<'m>, target: Node<'m>, part: Part) -> Option<Setting<'m>> {
    let module = scene.module;
    let node = module.parent(target).filter(|node| node.kind() == "assignment")?;
    node.child_by_field_name("left").filter(|left| left.id() == target.id())?;
    let value = tree::unparenthesised(node.child_by_field_name("right")?);
    let context = target.child_by_field_name("object")?;
    let object = key(module, context);
    let mut setting = Setting {
        part,
        object,
        node,
        value,
        sink: None,
        is_safe: false,
        doubt: foreign(module, context),
    };
    match part {
        Part::Hostname => setting.of_hostname(module),
        Part::Mode => setting.of_mode(scene),
        _ => setting.of_version(module),
    }
    if setting.sink.is_some() {
        scene.speak_of(value);
        scene.speak_of(target);
    }
    Some(setting)
}

impl Setting<'_> {
    fn of_hostname(&mut self, module: &Module) {
        self.is_safe = literal::truth(self.value, module.text()) == Some(true);
        if is_off(self.value, module.text(), true) {
            self.sink = Some("ssl.SSLContext.check_hostname".to_owned());
        }
    }

    fn of_mode(&mut self, scene: &Scene) {
        let module = scene.module;
        let (name, doubt) = named(module, self.value);
        let name = name.unwrap_or_default();
        let is_number = matches!(self.value.kind(), "integer" | "false");
        match name.strip_prefix("ssl.").unwrap_or_default().trim_start_matches("VerifyMode.") {
            "CERT_REQUIRED" => self.is_safe = true,
            "CERT_OPTIONAL" => {
                self.is_safe = true;
                let serves =
                    |object: &Key| matches!(role(scene, object), Role::Server | Role::Unclear);
                // A server may leave it to its clients.
                if !self.object.as_ref().is_some_and(serves) {
                    self.sink = Some(name);
                }
            }
            "CERT_NONE" => self.sink = Some(name),
            _ if is_number && literal::truth(self.value, module.text()) == Some(false) => {
                self.sink = Some("ssl.CERT_NONE".to_owned());
                self.doubt =
                    Some("the value means `CERT_NONE`; write `ssl.CERT_REQUIRED`".to_owned());
            }
            _ => self.is_safe = is_number,
        }
        self.doubt = self.doubt.take().or(doubt);
    }

    fn of_version(&mut self, module: &Module) {
        let (name, doubt) = named(module, self.value);
        let Some(name) = name else { return };
        self.is_safe =
            ["ssl.TLSVersion.TLSv1_3", "ssl.TLSVersion.MAXIMUM_SUPPORTED"].contains(&name.as_str());
        if sinks::row(NAME, &name).is_some_and(|row| row.safe == "ssl.TLSVersion.TLSv1_3") {
            self.sink = Some(name);
        }
        self.doubt = self.doubt.take().or(doubt);
        if self.sink.is_some()
            && self.part == Part::Lowest
            && module.attributes_named("OP_NO_TLSv1_3").next().is_some()
        {
            self.doubt = Some(
                "`OP_NO_TLSv1_3` stands in this module; take it out, and write `ssl.TLSVersion.TLSv1_3`"
                    .to_owned(),
            );
        }
    }
}

/// The dotted name of a value, and why it may be something else.
fn named(module: &Module, value: Node) -> (Option<String>, Option<String>) {
    let resolution = module.names.resolve(value, module.text());
    let doubt = match &resolution {
        Resolution::Ambiguous { rival, .. } => Some(format!(
            "the name is also bound otherwise, in line {}; see to it by hand",
            module.lines.of(rival.start) + 1
        )),
        _ => None,
    };
    (resolution.candidates().first().cloned(), doubt)
}

/// Why the object that an attribute is set on may be none of `ssl`: it is the author's own.
fn foreign(module: &Module, object: Node) -> Option<String> {
    if !matches!(module.text_of(object), "self" | "cls") {
        return None;
    }
    let class = module.ancestors(object).find(|around| around.kind() == "class_definition")?;
    let bases = class.child_by_field_name("superclasses").map(tree::children).unwrap_or_default();
    let is_context = bases
        .into_iter()
        .any(|base| module.names.resolve(base, module.text()).single() == Some("ssl.SSLContext"));
    (!is_context).then(|| {
        "it is an attribute of the program's own class; let certificates and host names be checked if a context gets it".to_owned()
    })
}
