//! An expression that names something of a module comes to name another thing of it, with the import
//! that brings it.

use tree_sitter::Node;

use super::finding::Group;
use super::tls_scene::Scene;
use super::yaml_edits::drop_imports;
use crate::plan::op::{Anchor, Op};
use crate::python::layout::new_import;
use crate::python::names::{Binding, BindingKind};
use crate::python::tree;
use crate::workspace::source::Piece;

/// The edits that rename, and what they share with others.
#[derive(Debug, Default)]
pub(super) struct Renamed {
    pub(super) ops: Vec<Op>,
    /// The import of an alias, which is edited once for all its uses.
    pub(super) group: Option<Group>,
    /// How many uses the alias has, all of which must be meant.
    pub(super) together: Option<usize>,
}

/// Makes an expression end in another name. `Err` says why it cannot.
pub(super) fn renamed(scene: &Scene, node: Node, last: &str) -> Result<Renamed, String> {
    let module = scene.module;
    let node = tree::unparenthesised(node);
    match node.kind() {
        "attribute" => {
            let attribute =
                node.child_by_field_name("attribute").ok_or("the name is incomplete")?;
            Ok(Renamed { ops: vec![scene.replace(attribute, last)], ..Renamed::default() })
        }
        "identifier" => imported(scene, node, last),
        _ => Err(format!("`{}` is looked up by a text; look up `{last}`", module.text_of(node))),
    }
}

/// A name that was imported by itself.
fn imported(scene: &Scene, node: Node, last: &str) -> Result<Renamed, String> {
    let (module, names) = (scene.module, &scene.module.names);
    let old = module.text_of(node);
    let scope = names.scope_at(node.start_byte());
    let bindings = names.bindings(old, scope);
    let is_import = |b: &Binding| matches!(b.kind, BindingKind::Import { .. });
    let by_hand = |why: &str| Err(format!("{why}; import `{last}` in the place of `{old}`"));
    if bindings.is_empty() || !bindings.iter().all(is_import) {
        return by_hand("the name is not bound by imports alone");
    }
    if scene.is_declared(old) {
        return by_hand("the name is declared global");
    }
    if bindings.iter().any(|b| module.slice(b.span).split_whitespace().count() > 1) {
        return aliased(scene, node, bindings, last);
    }
    let import = |binding: &Binding| match &binding.kind {
        BindingKind::Import { target, .. } => {
            target.rsplit_once('.').map(|(from, _)| from.to_owned())
        }
        _ => None,
    };
    let from: Vec<String> = bindings.iter().filter_map(import).collect();
    let Some(first) = from.first() else { return by_hand("the import is not understood") };
    let new = new_import::Import { module: first, name: Some(last), bound_as: last };
    let is_there = new_import::is_there(module, &new, node.start_byte());
    let bound = names.binding_scope(old, scope).unwrap_or_default();
    let is_own = |b: &Binding| matches!(&b.kind, BindingKind::Import { target, .. } if *target == format!("{first}.{last}"));
    let known = names.bindings(last, scope);
    let is_taken = if known.is_empty() {
        !names.is_free(last, scope)
    } else {
        names.binding_scope(last, scope) != Some(bound) || !known.iter().all(is_own)
    };
    if !is_there && (is_taken || scene.has_star) {
        return by_hand(&format!("the name `{last}` may mean something else here"));
    }
    let mut ops = vec![scene.replace(node, last)];
    for (binding, from) in bindings.iter().zip(from).filter(|_| !is_there) {
        ops.push(Op::EnsureImport {
            at: Anchor { file: module.file, range: binding.span },
            module: from,
            name: Some(last.to_owned()),
            bound_as: last.to_owned(),
        });
    }
    drop_imports(module, scene.program, node, &mut ops);
    Ok(Renamed { ops, ..Renamed::default() })
}

/// `from ssl import _create_unverified_context as context`: the import changes, for all uses at once.
fn aliased(scene: &Scene, node: Node, bindings: &[Binding], last: &str) -> Result<Renamed, String> {
    let module = scene.module;
    let alias = module.text_of(node);
    let by_hand = |why: &str| Err(format!("{why}; import `{last}` as `{alias}`"));
    let [binding] = bindings else { return by_hand("the name is imported in several places") };
    let Some(import) = module.exact(binding.span, &["aliased_import"]) else {
        return by_hand("the import is not understood");
    };
    let Some(name) = import.child_by_field_name("name") else {
        return by_hand("the import is not understood");
    };
    if module.names.quoted.contains(alias) {
        return by_hand("other modules may take the name from here");
    }
    let scope = module.names.scope_at(node.start_byte());
    let bound = module.names.binding_scope(alias, scope).unwrap_or_default();
    let count = || module.names.uses_of(alias, bound, module.text()).len();
    let uses = *scene.known.uses.borrow_mut().entry((alias, bound)).or_insert_with(count);
    let op = Op::ReplaceExpression { at: scene.at(name), pieces: vec![Piece::text(last)] };
    let text = module.slice(binding.span).split_whitespace().collect::<Vec<_>>().join(" ");
    let group = Some(scene.group(import, format!("import {text}")));
    Ok(Renamed { ops: vec![op], group, together: Some(uses) })
}
