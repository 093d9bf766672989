//! The edits that make calls of yaml safe, with the imports that follow.

use std::rc::Rc;

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::exception::Verdict;
use super::finding::Group;
use super::reference::Reference;
use super::sinks::{self, Kind, Sink};
use super::yaml_load::{Scene, argument};
use super::yaml_loader::Loader;
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::{Argument, Call};
use crate::python::layout::new_import;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind, ScopeKind};
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What a change does, its ops, and the text that it shares with others.
pub(super) type Edits = (String, Vec<Op>, Option<Group>);

/// The edits that make a call safe; `Err` says what to do by hand instead.
pub(super) fn edits(
    scene: &Scene,
    found: &Reference,
    sink: &Sink,
    call: &Call,
    loader: Option<Argument>,
    class: Loader,
) -> Result<Edits, String> {
    let (module, program) = (scene.module, scene.program);
    let at = |range: Span| Anchor { file: module.file, range };
    match class {
        Loader::Imports(imports) => {
            let value = loader.ok_or("the loader is not there")?.value;
            if let Some(line) = other_use(scene, value) {
                return Err(format!(
                    "the loader is imported for line {line} too; use `yaml.safe_load` here"
                ));
            }
            let group = imports.first().map(|(span, _)| group(module, *span));
            let ops = imports.into_iter().map(|(span, text)| Op::ReplaceExpression {
                at: at(span),
                pieces: vec![Piece::text(text)],
            });
            Ok(("import the safe loaders of yaml".to_owned(), ops.collect(), group))
        }
        Loader::Fast(safe) => {
            let value = loader.ok_or("the loader is not there")?.value;
            let mut ops = Vec::new();
            rename(scene, value, safe, &mut ops)?;
            Ok((format!("use yaml.{safe}"), ops, None))
        }
        _ => {
            let inside = loader.is_some_and(|l| module.holds_comment(tree::span(l.node)));
            if inside {
                return Err("a comment stands inside the loader; call `yaml.safe_load`".to_owned());
            }
            let safe = sink.safe.rsplit('.').next().unwrap_or(&sink.safe);
            let mut ops = Vec::new();
            rename(scene, found.node, safe, &mut ops)?;
            if let Some(loader) = loader {
                ops.push(Op::DropArgument {
                    call: at(tree::span(call.node)),
                    argument: tree::span(loader.node),
                });
                drop_imports(module, program, loader.value, &mut ops);
            }
            Ok((format!("call yaml.{safe}"), ops, None))
        }
    }
}

/// What the calls share whose loader is imported there.
fn group(module: &Module, at: Span) -> Group {
    let scope = module.nodes().covering(at).map(|node| module.scope_of(node)).unwrap_or_default();
    let name = module.slice(at).split_whitespace().collect::<Vec<_>>().join(" ");
    Group { at, scope, name }
}

/// Makes an expression mean another name of yaml: the attribute changes, or the imported name does
/// and its import follows.
fn rename(scene: &Scene, node: Node, name: &str, ops: &mut Vec<Op>) -> Result<(), String> {
    let (module, program) = (scene.module, scene.program);
    let at = |range: Span| Anchor { file: module.file, range };
    let node = tree::unparenthesised(node);
    let pieces = vec![Piece::text(name)];
    if node.kind() == "attribute" {
        let attribute = node.child_by_field_name("attribute").ok_or("the name is incomplete")?;
        ops.push(Op::ReplaceExpression { at: at(tree::span(attribute)), pieces });
        return Ok(());
    }
    let scope = module.names.scope_at(node.start_byte());
    let old = module.text_of(node);
    let bindings = module.names.bindings(old, scope);
    let import = new_import::Import { module: "yaml", name: Some(name), bound_as: name };
    let is_there = new_import::is_there(module, &import, node.start_byte());
    // An outer import of the new name may be one that another change brings.
    let bound = module.names.binding_scope(old, scope).unwrap_or_default();
    if is_there && bound != 0 && module.names.binding_scope(name, scope) != Some(bound) {
        return Err(format!("the name `{old}` is imported within a function; call `yaml.{name}`"));
    }
    if !is_there && let Some(reason) = cannot_bind(scene, old, name, scope) {
        return Err(format!("{reason}; call `yaml.{name}`"));
    }
    ops.push(Op::ReplaceExpression { at: at(tree::span(node)), pieces });
    for binding in bindings.iter().filter(|_| !is_there) {
        ops.push(Op::EnsureImport {
            at: at(binding.span),
            module: "yaml".to_owned(),
            name: Some(name.to_owned()),
            bound_as: name.to_owned(),
        });
    }
    drop_imports(module, program, node, ops);
    Ok(())
}

/// What is known of a name that is to be imported, wherever that is.
pub(super) struct NewName {
    /// The scopes in which a binding of the name would change what a use of it means.
    captures: FxHashSet<usize>,
    /// Whether a scope declares it global or nonlocal.
    declared: bool,
    /// Whether an import at the top of the module may become one of it.
    at_top: bool,
}

impl NewName {
    fn new(module: &Module, name: &str) -> Self {
        let names = &module.names;
        let mut captures = FxHashSet::default();
        for used in names.uses.iter().filter(|used| module.slice(used.span) == name) {
            let bound = names.binding_scope(name, used.scope);
            let around = std::iter::successors(Some(used.scope), |s| names.scopes[*s].parent);
            captures.extend(around.take_while(|scope| Some(*scope) != bound));
        }
        Self {
            captures,
            declared: names.scopes.iter().any(|scope| scope.declared.contains_key(name)),
            at_top: names.scopes[0].bindings.values().flatten().any(|b| becomes(b, name)),
        }
    }
}

/// Why a new name, used in a scope in the place of an old one, cannot be imported where the old one
/// is so that it means the same.
fn cannot_bind(scene: &Scene, old: &str, new: &str, scope: usize) -> Option<String> {
    let (module, names) = (scene.module, &scene.module.names);
    let bound = names.binding_scope(old, scope).unwrap_or_default();
    let is_import = |b: &Binding| matches!(b.kind, BindingKind::Import { .. });
    let bindings = names.scopes[bound].bindings.get(old);
    if let Some(other) = bindings.into_iter().flatten().find(|b| !is_import(b)) {
        let line = module.lines.of(other.span.start) + 1;
        return Some(format!("the name `{old}` is also bound in line {line}"));
    }
    let mut known = scene.new_names.borrow_mut();
    let mut fact = |name: &str| -> Rc<NewName> {
        let found = known.entry(name.to_owned());
        Rc::clone(found.or_insert_with(|| Rc::new(NewName::new(module, name))))
    };
    if fact(old).declared || fact(new).declared {
        return Some(format!("the name `{old}` is declared global"));
    }
    if names.scopes[bound].kind == ScopeKind::Class {
        return Some(format!("the name `{old}` is an attribute of a class"));
    }
    let new_name = fact(new);
    let is_own = |binding: &Binding| match &binding.kind {
        BindingKind::Import { target, .. } => *target == format!("yaml.{new}"),
        _ => false,
    };
    let otherwise = names.binding_scope(new, scope).is_some_and(|other| {
        other != bound || !names.scopes[other].bindings[new].iter().all(is_own)
    });
    if otherwise || scene.has_star || new_name.captures.contains(&bound) {
        return Some(format!("the name `{new}` may mean something else here"));
    }
    // An inner import of the new name would hide an outer one from the rest of its function.
    let hides = bound != 0 && new_name.at_top;
    hides.then(|| format!("the name `{old}` is imported within a function"))
}

/// Whether the import of an unsafe name may become that of a safe one.
fn becomes(binding: &Binding, safe: &str) -> bool {
    let BindingKind::Import { target, .. } = &binding.kind else { return false };
    let sink = sinks::row("yaml-load", target).filter(|sink| sink.kind != Kind::Safe);
    sink.is_some_and(|sink| sink.safe.rsplit('.').next() == Some(safe))
}

/// Drops the imports of the name that an expression begins with, if the rest of the program does
/// not take it from this module. Whether this module still uses it is seen when all is planned.
pub fn drop_imports(module: &Module, program: &Program, node: Node, ops: &mut Vec<Op>) {
    let mut base = tree::unparenthesised(node);
    while let Some(object) = base.child_by_field_name("object") {
        base = tree::unparenthesised(object);
    }
    if base.kind() != "identifier" {
        return;
    }
    let name = module.text_of(base);
    let scope = module.names.scope_at(base.start_byte());
    let bindings = module.names.bindings(name, scope);
    let only_imports = bindings.iter().all(|b| matches!(b.kind, BindingKind::Import { .. }));
    let relative = program.relative(module.file);
    let is_package = relative.file_stem().is_some_and(|stem| stem == "__init__");
    let quoted = module.names.quoted.contains(name);
    if !only_imports || is_package || quoted {
        return;
    }
    let re_exported = bindings
        .iter()
        .any(|b| module.slice(b.span).split_whitespace().collect::<Vec<_>>() == [name, "as", name]);
    let bound = module.names.binding_scope(name, scope).unwrap_or_default();
    let is_attribute = module.names.scopes[bound].kind == ScopeKind::Class;
    if re_exported || is_attribute || bindings.iter().any(|b| is_kept_for_others(module, b)) {
        return;
    }
    for binding in bindings {
        ops.push(Op::DropImport { at: Anchor { file: module.file, range: binding.span } });
    }
}

/// Whether the comment behind an import says that it is there though nothing uses it.
fn is_kept_for_others(module: &Module, binding: &Binding) -> bool {
    let BindingKind::Import { statement, .. } = &binding.kind else { return false };
    [statement.end, binding.span.end].iter().any(|&end| {
        let comment = module.trailing_comment(end, true).map(|c| module.slice(c.span));
        comment.is_some_and(|comment| {
            comment.split_once("noqa").is_some_and(|(_, codes)| {
                codes.contains("F401") || !codes.trim_start().starts_with(':')
            })
        })
    })
}

/// The 1-based line of the first use of an imported loader that is no loader of a call, or of one
/// that is to stay as it is.
fn other_use(scene: &Scene, loader: Node) -> Option<usize> {
    let module = scene.module;
    let name = module.text_of(loader);
    let bound = module.names.binding_scope(name, module.names.scope_at(loader.start_byte()))?;
    let key = (name.to_owned(), bound);
    if let Some(known) = scene.other_uses.borrow().get(&key) {
        return *known;
    }
    let uses = module.names.uses_of(name, bound, module.text());
    let other = uses.into_iter().find(|used| !is_loader_of_call(scene, *used));
    let line = other.map(|other| module.lines.of(other.start) + 1);
    scene.other_uses.borrow_mut().insert(key, line);
    line
}

fn is_loader_of_call(scene: &Scene, used: Span) -> bool {
    let module = scene.module;
    let node = module.nodes().covering(used);
    let call = node.and_then(|node| module.ancestors(node).find(|around| around.kind() == "call"));
    let Some(call) = call.and_then(|call| Call::at(call, module.text())) else { return false };
    let resolution = module.names.resolve(call.function, module.text());
    let Some(sink) = resolution.single().and_then(|name| sinks::row("yaml-load", name)) else {
        return false;
    };
    let loader = argument(&call, sink, 0).filter(|l| tree::span(l.value) == used);
    loader.is_some_and(|loader| {
        let verdict = scene.judge.judge(call.node, Some(tree::span(loader.node)));
        !matches!(verdict, Verdict::Documented(_))
    })
}
