//! What a loader that is handed to `yaml.load` can do.

use tree_sitter::Node;

use super::sinks::{self, Kind, Sink};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::tree;
use crate::workspace::span::Span;

/// What is known of a loader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loader {
    /// What `yaml.safe_load` does, or more than that: it is dropped.
    Replaceable,
    /// Written in C: this class of yaml does the same safely.
    Fast(&'static str),
    /// It is safe and was chosen for a reason.
    Safe(String),
    /// Different branches import it from yaml: these imports are to change, each with the text
    /// that takes its place.
    Imports(Vec<(Span, String)>),
    /// Nothing can be done mechanically: why.
    Unknown(String),
}

/// Classifies the expression that is handed over as loader.
pub fn classify(module: &Module, program: &Program, node: Node) -> Loader {
    let resolution = module.names.resolve(node, module.text());
    if let Resolution::Known(names) = &resolution {
        let classes: Option<Vec<&str>> = names.iter().map(|name| class_of_yaml(name)).collect();
        match classes.as_deref() {
            Some([class]) if is_renamed(module, node, class) => {
                return of_branches(module, node, &[class]);
            }
            Some([class]) => return of_yaml(class),
            Some(classes) => return of_branches(module, node, classes),
            None => {}
        }
    }
    match derives(module, program, node, 0) {
        Some(true) => Loader::Safe("the loader derives from a safe one".to_owned()),
        Some(false) => Loader::Unknown(format!(
            "the loader `{}` is the program's own and derives from an unsafe one; derive it from `yaml.SafeLoader`",
            module.text_of(node)
        )),
        None => Loader::Unknown(format!(
            "what the loader `{}` can do is not known here; use `yaml.safe_load`, or a loader that derives from `yaml.SafeLoader`",
            module.text_of(node)
        )),
    }
}

/// Whether a loader written in C was imported under another name: then the import changes, and its
/// uses stay.
fn is_renamed(module: &Module, node: Node, class: &str) -> bool {
    node.kind() == "identifier"
        && module.text_of(node) != class
        && matches!(of_yaml(class), Loader::Fast(_))
}

/// The name of a loader class of yaml, wherever in the package it is taken from.
pub fn class_of_yaml(dotted: &str) -> Option<&str> {
    let row = sinks::row("yaml-load", dotted)?;
    matches!(row.kind, Kind::Class | Kind::Safe).then(|| dotted.rsplit('.').next())?
}

/// Whether a loader class of yaml makes nothing but plain data.
pub fn is_safe(class: &str) -> bool {
    of_class(class).is_some_and(|row| row.kind == Kind::Safe)
}

fn of_class(class: &str) -> Option<&'static Sink> {
    sinks::row("yaml-load", &format!("yaml.{class}"))
}

fn of_yaml(class: &str) -> Loader {
    match of_class(class) {
        // `safe_load` uses that one.
        Some(row) if row.kind == Kind::Safe && class != "SafeLoader" => {
            Loader::Safe(format!("`yaml.{class}` makes nothing but plain data"))
        }
        Some(row) if row.kind == Kind::Class && row.safe != "SafeLoader" => Loader::Fast(&row.safe),
        _ => Loader::Replaceable,
    }
}

/// `try: from yaml import CLoader as Loader` / `except ImportError: from yaml import Loader`.
fn of_branches(module: &Module, node: Node, classes: &[&str]) -> Loader {
    if classes.iter().all(|class| is_safe(class)) {
        return Loader::Safe("every loader that may be imported is a safe one".to_owned());
    }
    let unknown = || {
        Loader::Unknown(
            "the loader depends on what can be imported; use `yaml.safe_load`".to_owned(),
        )
    };
    if node.kind() != "identifier" {
        return unknown();
    }
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    let mut imports = Vec::new();
    for binding in module.names.bindings(name, scope) {
        let BindingKind::Import { target, statement } = &binding.kind else { continue };
        let Some(class) = class_of_yaml(target) else { return unknown() };
        let from = module.slice(*statement).trim_start().starts_with("from");
        if !from {
            return unknown();
        }
        if is_safe(class) {
            continue;
        }
        let safe = if class.starts_with('C') { "CSafeLoader" } else { "SafeLoader" };
        imports.push((binding.span, format!("{safe} as {name}")));
    }
    Loader::Imports(imports)
}

/// Whether a class derives from safe loaders only; `None` where that is not known.
fn derives(module: &Module, program: &Program, node: Node, level: usize) -> Option<bool> {
    if level > 8 {
        return None;
    }
    if let Resolution::Known(names) = module.names.resolve(node, module.text())
        && let Some(classes) =
            names.iter().map(|name| class_of_yaml(name)).collect::<Option<Vec<&str>>>()
        && !classes.is_empty()
    {
        return Some(classes.into_iter().all(is_safe));
    }
    let node = tree::unparenthesised(node);
    if node.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    match module.names.bindings(name, scope) {
        [binding] => match &binding.kind {
            BindingKind::Class { definition } => {
                let class = module.exact(*definition, &["class_definition"])?;
                bases_are_safe(module, program, class, level)
            }
            BindingKind::Assignment { value } => {
                let value = module.exact(*value, &["identifier", "attribute"])?;
                derives(module, program, value, level + 1)
            }
            BindingKind::Import { target, .. } => of_program(program, target, level),
            _ => None,
        },
        _ => None,
    }
}

fn bases_are_safe(module: &Module, program: &Program, class: Node, level: usize) -> Option<bool> {
    let bases = class.child_by_field_name("superclasses")?;
    let bases: Vec<Node> =
        tree::children(bases).into_iter().filter(|b| b.kind() != "keyword_argument").collect();
    let known: Vec<Option<bool>> =
        bases.iter().map(|base| derives(module, program, *base, level + 1)).collect();
    if known.contains(&Some(false)) {
        return Some(false);
    }
    // A mixin whose origin is unknown may do anything.
    (!known.is_empty() && known.iter().all(|safe| *safe == Some(true))).then_some(true)
}

/// Classes of that name anywhere in the program: safe if there is one and all are.
fn of_program(program: &Program, target: &str, level: usize) -> Option<bool> {
    let name = target.rsplit('.').next()?;
    let members = program.modules_holding(&["yaml", "class ", name], &[]);
    let mut verdict = None;
    for member in members.iter() {
        for class in tree::preorder(member.module.root()).filter(|n| n.kind() == "class_definition")
        {
            let is_it = class
                .child_by_field_name("name")
                .is_some_and(|found| member.module.text_of(found) == name);
            if !is_it {
                continue;
            }
            match bases_are_safe(&member.module, program, class, level + 1) {
                Some(true) => verdict = Some(verdict.unwrap_or(true)),
                other => return other,
            }
        }
    }
    verdict
}
