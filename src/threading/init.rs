//! What `__init__` always does.

use tree_sitter::Node;

use super::attribute::is_attribute;
use super::bound;
use super::place::{name_of, receiver};
use crate::python::module::Module;
use crate::python::tree;

/// The statement at the top of `__init__` after which the attribute is set, if none before it may
/// leave the function.
pub(super) fn store<'m>(module: &'m Module, init: Node<'m>, name: &str) -> Option<Node<'m>> {
    let binds = |node: Node| sets(module, init, node, name);
    reached(module, init, &binds)
}

/// The statement at the top of `__init__` that runs the `__init__` of a base, if that is always
/// reached.
pub(super) fn base_init<'m>(module: &'m Module, init: Node<'m>) -> Option<Node<'m>> {
    reached(module, init, &|statement| runs_base_init(module, statement))
}

/// Whether a statement is a call of `super().__init__` or `Base.__init__`.
pub(super) fn runs_base_init(module: &Module, statement: Node) -> bool {
    if statement.kind() != "expression_statement" {
        return false;
    }
    let [inner] = tree::children(statement)[..] else { return false };
    let Some(function) = inner.child_by_field_name("function").filter(|_| inner.kind() == "call")
    else {
        return false;
    };
    let attribute = function.child_by_field_name("attribute").map(|a| module.text_of(a));
    let object = function.child_by_field_name("object").map(|o| module.text_of(o));
    attribute == Some("__init__")
        && object
            .is_some_and(|object| !object.starts_with("self.") && !skips(module, inner, object))
}

/// Whether `super(Other, self)` begins behind another class than the one around.
fn skips(module: &Module, call: Node, object: &str) -> bool {
    let Some(arguments) = object.strip_prefix("super(") else { return false };
    let first = arguments.split([',', ')']).next().unwrap_or_default().trim();
    let around = module.ancestors(call).find(|around| around.kind() == "class_definition");
    let own = around.and_then(|class| name_of(module, class)).unwrap_or_default();
    !first.is_empty() && first != own && !matches!(first, "__class__" | "type(self")
}

/// The first statement of a function's body that binds whichever way it goes, if nothing before it
/// may return.
pub(super) fn reached<'m>(
    module: &'m Module,
    function: Node<'m>,
    binds: &dyn Fn(Node) -> bool,
) -> Option<Node<'m>> {
    let body = function.child_by_field_name("body")?;
    let found = tree::children(body).into_iter().find(|s| bound::always(module, *s, binds))?;
    let returns = tree::preorder(body)
        .take_while(|node| node.start_byte() < found.end_byte())
        .filter(|node| node.kind() == "return_statement")
        .any(|node| {
            let around = module.ancestors(node).find(|a| a.kind() == "function_definition");
            around.is_some_and(|around| around.id() == function.id())
        });
    (!returns).then_some(found)
}

/// Whether a statement assigns the attribute of the method's receiver a value.
pub(super) fn sets(module: &Module, method: Node, statement: Node, name: &str) -> bool {
    let Some(object) = receiver(module, method) else { return false };
    bound::assignment(statement).is_some_and(|assignment| {
        assignment.child_by_field_name("right").is_some()
            && assignment
                .child_by_field_name("left")
                .is_some_and(|left| is_attribute(module, left, module.text_of(object.name), name))
    })
}
