//! Constructors that a program registers on loaders: those of an unsafe loader would be lost.

use tree_sitter::Node;

use super::yaml_loader::{class_of_yaml, is_safe};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::tree;

/// What a module that registers a constructor holds.
pub const CONSTRUCTORS: [&str; 7] = [
    "Loader.construct_",
    "add_constructor",
    "add_multi_constructor",
    "add_implicit_resolver",
    "add_path_resolver",
    "yaml_constructors",
    "YAMLObject",
];

/// Where constructors are registered on a loader that is not a safe one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// In the module, in this 1-based line.
    Here(usize),
    /// Elsewhere in the program, at `path:line`.
    Elsewhere(String),
}

/// Looks for such constructors in the module, then in the rest of the program.
pub fn registered(module: &Module, program: &Program) -> Option<Registered> {
    if let Some(line) = in_module(module) {
        return Some(Registered::Here(line));
    }
    program.modules_holding(&["yaml"], &CONSTRUCTORS).iter().find_map(|member| {
        let line = in_module(&member.module)?;
        Some(Registered::Elsewhere(format!("{}:{line}", member.relative.display())))
    })
}

/// A constructor that is registered for a tag.
struct Constructor<'t> {
    /// The text of the tag with what registers it.
    tag: (&'t str, &'t str),
    /// Whether it is on a safe loader.
    safe: bool,
    /// The 1-based line.
    line: usize,
}

/// The 1-based line of the first constructor that no safe loader has too.
fn in_module(module: &Module) -> Option<usize> {
    let text = module.text();
    if !CONSTRUCTORS.iter().any(|word| text.contains(word)) {
        return None;
    }
    let mut found = Vec::new();
    for node in tree::preorder(module.root()) {
        match node.kind() {
            "call" => found.extend(constructor(module, node)),
            "attribute" => found.extend(patched(module, node)),
            "class_definition" if is_yaml_object(module, node) => {
                let line = module.lines.of(node.start_byte()) + 1;
                found.push(Constructor { tag: ("YAMLObject", ""), safe: false, line });
            }
            _ => {}
        }
    }
    let is_lost = |c: &&Constructor| !c.safe && !found.iter().any(|s| s.safe && s.tag == c.tag);
    found.iter().find(is_lost).map(|c| c.line)
}

fn constructor<'t>(module: &'t Module, node: Node<'t>) -> Option<Constructor<'t>> {
    let call = Call::at(node, module.text())?;
    let resolution = module.names.resolve(call.function, module.text());
    let on_safe = |value: Node| {
        let loader = module.names.resolve(value, module.text());
        let classes = loader.candidates();
        !classes.is_empty() && classes.iter().all(|c| class_of_yaml(c).is_some_and(is_safe))
    };
    let argument = |name: &str, index: usize| {
        let found = call.keyword(name).or_else(|| call.positional(index));
        found.map(|argument| argument.value)
    };
    let line = module.lines.of(node.start_byte()) + 1;
    if resolution.candidates().is_empty() {
        return on_unknown(module, &call, line);
    }
    resolution.candidates().iter().find_map(|name| {
        let (owner, method) = name.rsplit_once('.')?;
        let (method, parameter) = kind_of(method)?;
        let tag = (method, argument(parameter, 0).map_or("", |tag| module.text_of(tag)));
        let safe = match class_of_yaml(owner) {
            Some(class) => is_safe(class),
            None if owner == "yaml" => argument("Loader", 2).is_some_and(on_safe),
            None => return None,
        };
        Some(Constructor { tag, safe, line })
    })
}

/// What a method registers, and the parameter that says for what.
fn kind_of(method: &str) -> Option<(&'static str, &'static str)> {
    Some(match method {
        "add_constructor" => ("constructor", "tag"),
        "add_multi_constructor" => ("multi", "tag_prefix"),
        "add_implicit_resolver" => ("resolver", "tag"),
        "add_path_resolver" => ("path", "tag"),
        _ => return None,
    })
}

/// A constructor on a loader that a variable holds: it may be any. A class of the program is none
/// of yaml's.
fn on_unknown<'t>(module: &'t Module, call: &Call<'t>, line: usize) -> Option<Constructor<'t>> {
    let method = call.function.child_by_field_name("attribute")?;
    let (method, _) = kind_of(module.text_of(method))?;
    let owner = call.function.child_by_field_name("object")?;
    let scope = module.names.scope_at(owner.start_byte());
    let bindings = module.names.bindings(module.text_of(owner), scope);
    let own_class = |b: &Binding| matches!(b.kind, BindingKind::Class { .. });
    let all_own = !bindings.is_empty() && bindings.iter().all(own_class);
    let is_safe_alias = derives(module, owner) == Some(true);
    (!all_own && !is_safe_alias).then_some(Constructor { tag: (method, ""), safe: false, line })
}

/// Whether a variable holds one of yaml's safe loaders.
fn derives(module: &Module, owner: Node) -> Option<bool> {
    let scope = module.names.scope_at(owner.start_byte());
    let [Binding { kind: BindingKind::Assignment { value }, .. }] =
        module.names.bindings(module.text_of(owner), scope)
    else {
        return None;
    };
    let value = module.exact(*value, &["identifier", "attribute"])?;
    let loader = module.names.resolve(value, module.text());
    loader.single().and_then(class_of_yaml).map(is_safe)
}

/// `yaml.FullLoader.yaml_constructors[...] = f`, or another attribute of it that is assigned to.
fn patched<'t>(module: &'t Module, node: Node<'t>) -> Option<Constructor<'t>> {
    let owner = module.names.resolve(node.child_by_field_name("object")?, module.text());
    if !owner.candidates().iter().any(|c| class_of_yaml(c).is_some_and(|c| !is_safe(c))) {
        return None;
    }
    let attribute = module.text_of(node.child_by_field_name("attribute")?);
    let is_target = || module.names.assigned_attributes.contains(&tree::span(node));
    let line = module.lines.of(node.start_byte()) + 1;
    (attribute == "yaml_constructors" || is_target()).then_some(Constructor {
        tag: ("attribute", attribute),
        safe: false,
        line,
    })
}

fn is_yaml_object(module: &Module, class: Node) -> bool {
    let Some(bases) = class.child_by_field_name("superclasses") else { return false };
    let derives = tree::children(bases).into_iter().any(|base| {
        let name = module.names.resolve(base, module.text());
        name.candidates().iter().any(|name| name == "yaml.YAMLObject")
    });
    let body = class.child_by_field_name("body").map_or("", |body| module.text_of(body));
    derives && !(body.contains("yaml_loader") && body.contains("SafeLoader"))
}
