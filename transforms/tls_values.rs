//! Where a value that switches a check off comes from: the literal itself, the default of a
//! parameter or of a look-up, a constant.

use tree_sitter::Node;

use super::guard;
use super::tls_scene::Scene;
use super::trust_words::{Trusted, says_yes};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::{literal, tree};

/// A false literal that decides.
#[derive(Debug, Clone, Copy)]
pub(super) struct Off<'t> {
    /// The literal.
    pub(super) literal: Node<'t>,
    /// How it gets to where it decides.
    pub(super) from: From<'t>,
}

/// How a literal gets to where it decides.
#[derive(Debug, Clone, Copy)]
pub(super) enum From<'t> {
    /// It stands there.
    Here,
    /// It is the default of a look-up: `options.get("verify", False)`.
    LookUp,
    /// It is what a variable or an attribute always is: the name of that.
    Constant(Node<'t>),
    /// It is the default of this parameter.
    Parameter(Node<'t>),
}

/// Whether a literal is false; None, which means a default, counts only if it is said to.
pub(super) fn is_off(value: Node, text: &str, none: bool) -> bool {
    let value = tree::unparenthesised(value);
    literal::truth(value, text) == Some(false) && (none || value.kind() != "none")
}

/// Whether a literal is `False` or 0, and nothing that may be meant as another kind of value.
pub(super) fn is_plainly_off(value: Node, text: &str) -> bool {
    let value = tree::unparenthesised(value);
    matches!(value.kind(), "false" | "integer") && literal::truth(value, text) == Some(false)
}

/// The false literal behind a value; `None` where it is safe or decided by somebody else.
pub(super) fn off<'t>(scene: &Scene<'t>, value: Node<'t>, none: bool) -> Option<Off<'t>> {
    let module = scene.module;
    let value = tree::unparenthesised(value);
    if is_off(value, module.text(), none) {
        return Some(Off { literal: value, from: From::Here });
    }
    match value.kind() {
        "identifier" => named(scene, value),
        "attribute" => of_self(scene, value),
        "call" => looked_up(module, value),
        _ => None,
    }
}

/// A name that is bound once: to a false literal, or as a parameter with a false default.
fn named<'t>(scene: &Scene<'t>, name: Node<'t>) -> Option<Off<'t>> {
    let module = scene.module;
    let text = module.text_of(name);
    let scope = module.names.scope_at(name.start_byte());
    let [binding] = module.names.bindings(text, scope) else { return None };
    if scene.is_declared(text) {
        return None;
    }
    let target = module.nodes().covering(binding.span)?;
    match binding.kind {
        BindingKind::Assignment { value } => {
            constant(module, target, module.nodes().covering(value)?)
        }
        BindingKind::Parameter => {
            let parameter = module.parent(target)?;
            let default = parameter.child_by_field_name("value")?;
            let default = tree::unparenthesised(default);
            is_plainly_off(default, module.text())
                .then_some(Off { literal: default, from: From::Parameter(parameter) })
        }
        _ => None,
    }
}

/// What is assigned to a target, and to it alone.
fn constant<'t>(module: &'t Module, target: Node<'t>, value: Node<'t>) -> Option<Off<'t>> {
    let value = tree::unparenthesised(value);
    if is_plainly_off(value, module.text()) {
        return Some(Off { literal: value, from: From::Constant(target) });
    }
    looked_up(module, value)
}

/// `self.verify`, which the class sets once.
fn of_self<'t>(scene: &Scene<'t>, value: Node<'t>) -> Option<Off<'t>> {
    let module = scene.module;
    let object = value.child_by_field_name("object")?;
    let name = module.text_of(value.child_by_field_name("attribute")?);
    let class = class_around(module, value).filter(|_| module.text_of(object) == "self")?;
    let key = (class.id(), name);
    if let Some(known) = scene.known.attributes.borrow().get(&key) {
        return *known;
    }
    let found = set_once(scene, class, name);
    scene.known.attributes.borrow_mut().insert(key, found);
    found
}

fn class_around<'t>(module: &'t Module, node: Node) -> Option<Node<'t>> {
    module.ancestors(node).find(|around| around.kind() == "class_definition")
}

/// The false literal that an attribute of the objects of a class always is.
fn set_once<'t>(scene: &Scene<'t>, class: Node<'t>, name: &str) -> Option<Off<'t>> {
    let module = scene.module;
    let assigned = module.attributes_named(name).filter_map(|target| {
        let assignment = module.parent(target)?;
        let is_target =
            assignment.child_by_field_name("left").is_some_and(|left| left.id() == target.id());
        (is_target && class_around(module, target).is_some_and(|c| c.id() == class.id()))
            .then_some((target, assignment.child_by_field_name("right")?))
    });
    let assigned: Vec<_> = assigned.take(2).collect();
    match (assigned.as_slice(), field(module, class, name)) {
        ([(target, value)], None) => {
            let value = tree::unparenthesised(*value);
            match value.kind() {
                "identifier" => named(scene, value),
                _ => constant(module, *target, value),
            }
        }
        ([], Some((target, value))) => constant(module, target, value),
        _ => None,
    }
}

/// The field of a class, if its body gives it a value: its name and the value.
fn field<'t>(module: &'t Module, class: Node<'t>, name: &str) -> Option<(Node<'t>, Node<'t>)> {
    let body = class.child_by_field_name("body")?;
    let scope = module.names.scope_at(body.start_byte());
    let bindings = module.names.scopes.get(scope)?.bindings.get(name)?;
    let found = bindings.iter().find_map(|binding| match binding.kind {
        BindingKind::Assignment { value } => {
            Some((module.nodes().covering(binding.span)?, module.nodes().covering(value)?))
        }
        _ => None,
    });
    found.filter(|_| bindings.len() == 1)
}

/// The default of `options.get("verify", False)` and its like.
fn looked_up<'t>(module: &'t Module, value: Node<'t>) -> Option<Off<'t>> {
    let call = Call::at(value, module.text())?;
    let at = match module.text_of(call.function).rsplit('.').next().unwrap_or_default() {
        "get" | "pop" => 0,
        "getattr" => 1,
        _ => return None,
    };
    literal::plain_string(call.positional(at)?.value, module.text())?;
    let default = call.positional(at + 1).or(call.keyword("default"))?;
    let default = tree::unparenthesised(default.value);
    is_plainly_off(default, module.text()).then_some(Off { literal: default, from: From::LookUp })
}

/// The default of a parameter by which a place is reached though nobody asked for it:
/// `def f(verify=False): ... if not verify: ...`. The parameter and its default.
pub(super) fn default_of_guard<'t>(
    module: &'t Module,
    place: Node<'t>,
) -> Option<(Node<'t>, Node<'t>)> {
    let mut below = place;
    for around in module.ancestors(place) {
        if matches!(around.kind(), "function_definition" | "lambda" | "class_definition") {
            return None;
        }
        if let Some((condition, holds)) = guard::branch(around, below)
            && let Some(found) = default_that_decides(module, condition, holds)
        {
            return Some(found);
        }
        below = around;
    }
    None
}

fn default_that_decides<'t>(
    module: &'t Module,
    condition: Node<'t>,
    mut holds: bool,
) -> Option<(Node<'t>, Node<'t>)> {
    let mut name = tree::unparenthesised(condition);
    while name.kind() == "not_operator" {
        name = tree::unparenthesised(*tree::children(name).first()?);
        holds = !holds;
    }
    if name.kind() != "identifier" {
        return None;
    }
    let text = module.text_of(name);
    let scope = module.names.scope_at(name.start_byte());
    let [binding] = module.names.bindings(text, scope) else { return None };
    let parameter = module.parent(module.nodes().covering(binding.span)?)?;
    let default = tree::unparenthesised(parameter.child_by_field_name("value")?);
    let decides = matches!(binding.kind, BindingKind::Parameter)
        && matches!(default.kind(), "true" | "false" | "none")
        && literal::truth(default, module.text()) == Some(holds)
        && says_yes(text, Trusted::Peer) == Some(holds);
    decides.then_some((parameter, default))
}
