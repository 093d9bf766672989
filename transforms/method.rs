//! Where a module calls or hands on a method of an object whose class is known.

use tree_sitter::Node;

use super::instance::origins;
use super::reference::{Reference, Usage, usage};
use crate::python::module::Module;

/// Whether a dotted name means a method: what stands before its last part is a class by the way it
/// is written, `tarfile.TarFile.extractall`.
pub(super) fn is_method(callable: &str) -> bool {
    let class = callable.rsplit('.').nth(1);
    class.is_some_and(|class| class.starts_with(char::is_uppercase))
}

/// The mentions of a method, as the table spells it, on objects of its class: those that the class or
/// one of the `makers` returns.
pub(super) fn methods<'t>(
    module: &'t Module,
    callable: &str,
    makers: &[&str],
) -> Vec<Reference<'t>> {
    let Some((class, name)) = callable.rsplit_once('.') else { return Vec::new() };
    let makers: Vec<&str> = makers.iter().copied().chain([class]).collect();
    let of_objects = module.attributes_named(name).filter_map(|node| {
        let object = node.child_by_field_name("object")?;
        let found = origins(module, object);
        if !found.has(&makers) {
            return None;
        }
        let doubt = (!found.only(&makers))
            .then(|| format!("`{}` may be something else here", short(module, object)));
        Some(reference(module, node, callable, doubt))
    });
    of_objects.collect()
}

fn reference<'t>(
    module: &'t Module,
    node: Node<'t>,
    sink: &str,
    doubt: Option<String>,
) -> Reference<'t> {
    let usage: Usage = usage(module, node);
    let scope = module.names.scope_at(node.start_byte());
    Reference { node, sink: sink.to_owned(), base: module.text_of(node), scope, doubt, usage }
}

/// The text of an expression, if it is short.
fn short<'t>(module: &'t Module, node: Node) -> &'t str {
    let text = module.text_of(node);
    if text.len() > 40 || text.contains('\n') { "the object" } else { text }
}
