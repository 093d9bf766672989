//! The edits that make calls of yaml safe, with the imports that follow.

use tree_sitter::Node;

use super::exception::Verdict;
use super::reference::Reference;
use super::sinks::{self, Sink};
use super::yaml_load::{Scene, argument};
use super::yaml_loader::Loader;
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::{Argument, Call};
use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// What a change does, its ops, and the text that it shares with others.
pub(super) type Edits = (String, Vec<Op>, Option<Span>);

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
            let group = imports.first().map(|(span, _)| *span);
            let ops = imports.into_iter().map(|(span, text)| Op::ReplaceExpression {
                at: at(span),
                pieces: vec![Piece::text(text)],
            });
            Ok(("import the safe loaders of yaml".to_owned(), ops.collect(), group))
        }
        Loader::Fast(safe) => {
            let value = loader.ok_or("the loader is not there")?.value;
            let mut ops = Vec::new();
            rename(module, program, value, safe, &mut ops)?;
            Ok((format!("use yaml.{safe}"), ops, None))
        }
        _ => {
            let safe = sink.safe.rsplit('.').next().unwrap_or(&sink.safe);
            let mut ops = Vec::new();
            rename(module, program, found.node, safe, &mut ops)?;
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

/// Makes an expression mean another name of yaml: the attribute changes, or the imported name does
/// and its import follows.
fn rename(
    module: &Module,
    program: &Program,
    node: Node,
    name: &str,
    ops: &mut Vec<Op>,
) -> Result<(), String> {
    let at = |range: Span| Anchor { file: module.file, range };
    let node = tree::unparenthesised(node);
    let pieces = vec![Piece::text(name)];
    if node.kind() == "attribute" {
        let attribute = node.child_by_field_name("attribute").ok_or("the name is incomplete")?;
        ops.push(Op::ReplaceExpression { at: at(tree::span(attribute)), pieces });
        return Ok(());
    }
    let scope = module.names.scope_at(node.start_byte());
    let taken = !module.names.bindings(name, scope).is_empty()
        && module.names.lookup(name, scope) != Resolution::Known(vec![format!("yaml.{name}")]);
    if taken {
        return Err(format!("the name `{name}` means something else here; call `yaml.{name}`"));
    }
    ops.push(Op::ReplaceExpression { at: at(tree::span(node)), pieces });
    for binding in module.names.bindings(module.text_of(node), scope) {
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

/// Drops the imports of the name that an expression begins with, if the rest of the program does
/// not take it from this module. Whether this module still uses it is seen when all is planned.
fn drop_imports(module: &Module, program: &Program, node: Node, ops: &mut Vec<Op>) {
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
    let quoted = module.names.quoted.iter().any(|word| word == name);
    if !only_imports || is_package || quoted {
        return;
    }
    let re_exported = bindings
        .iter()
        .any(|b| module.slice(b.span).split_whitespace().collect::<Vec<_>>() == [name, "as", name]);
    if re_exported {
        return;
    }
    for binding in bindings {
        ops.push(Op::DropImport { at: Anchor { file: module.file, range: binding.span } });
    }
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
