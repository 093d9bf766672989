//! Several secrets in one list or dictionary that has a name for all of them.

use tree_sitter::Node;

use super::secret_names;
use super::secret_places::{Form, Place, key_name, named};
use crate::python::module::Module;

/// The place of a member of a list, tuple, set or dictionary whose name is that of several secrets:
/// `passwords = [...]`, `API_KEYS = {"service": ...}`.
pub(super) fn group<'t>(module: &'t Module, display: Node<'t>) -> Option<Place<'t>> {
    let (whole, target) = container(module, display)?;
    let name = key_name(module, target).or_else(|| named(module, target))?;
    let kind = secret_names::kind_of_several(&name)?;
    let at = Some(target.end_byte());
    Some(Place { name: Some(name), kind: Some(kind), at, form: Form::Grouped, whole })
}

/// What binds a list, tuple, set or dictionary as a whole, and the name that it binds.
pub(super) fn container<'t>(module: &'t Module, display: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let mut whole = module.parent(display)?;
    while whole.kind() == "parenthesized_expression" {
        whole = module.parent(whole)?;
    }
    let target = match whole.kind() {
        "keyword_argument" => whole.child_by_field_name("name"),
        "pair" => whole.child_by_field_name("key"),
        "assignment" => whole.child_by_field_name("left"),
        _ => None,
    }?;
    Some((whole, target))
}
