//! Where a value that switches a check off comes from: the literal itself, the default of a
//! parameter or of a look-up, a constant.

use tree_sitter::Node;

use super::guard;
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
pub(super) fn off<'t>(module: &'t Module, value: Node<'t>, none: bool) -> Option<Off<'t>> {
    let value = tree::unparenthesised(value);
    if is_off(value, module.text(), none) {
        return Some(Off { literal: value, from: From::Here });
    }
    match value.kind() {
        "identifier" => named(module, value),
        "attribute" => of_self(module, value),
        "call" => looked_up(module, value),
        _ => None,
    }
}

/// A name that is bound once: to a false literal, or as a parameter with a false default.
fn named<'t>(module: &'t Module, name: Node<'t>) -> Option<Off<'t>> {
    let text = module.text_of(name);
    let scope = module.names.scope_at(name.start_byte());
    let [binding] = module.names.bindings(text, scope) else { return None };
    if module.names.scopes.iter().any(|scope| scope.declared.contains_key(text)) {
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
fn of_self<'t>(module: &'t Module, value: Node<'t>) -> Option<Off<'t>> {
    let object = value.child_by_field_name("object")?;
    let name = module.text_of(value.child_by_field_name("attribute")?);
    if module.text_of(object) != "self" {
        return None;
    }
    let class = |node: Node| module.ancestors(node).find(|n| n.kind() == "class_definition");
    let own = class(value)?;
    let assigned = module.attributes_named(name).filter_map(|target| {
        let assignment = module.parent(target)?;
        let is_target =
            assignment.child_by_field_name("left").is_some_and(|left| left.id() == target.id());
        (is_target && class(target).is_some_and(|class| class.id() == own.id()))
            .then_some((target, assignment.child_by_field_name("right")?))
    });
    let assigned: Vec<_> = assigned.take(2).collect();
    let field = field(module, own, name);
    match (assigned.as_slice(), field) {
        ([(target, value)], None) => {
            let value = tree::unparenthesised(*value);
            match value.kind() {
                "identifier" => named(module, value),
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
        && matches!(default.kind(), "true" | "false")
        && literal::truth(default, module.text()) == Some(holds)
        && says_yes(text, Trusted::Peer) == Some(holds);
    decides.then_some((parameter, default))
}
