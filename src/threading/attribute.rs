//! What the objects of a class are known to have: an attribute that the class body gives a value, a
//! field that a generated `__init__` fills, a property, or what `__init__` always stores.

use tree_sitter::Node;

use super::init::{base_init, store};
use super::place::{decorators, method, methods, receiver};
use super::receiver::{base_expressions, bases_here};
use super::{decision, deleted};
use crate::python::call::Call;
use crate::python::literal;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// How an object comes by its attribute.
#[derive(Debug, Clone, Copy)]
pub(super) enum How<'m> {
    /// The class has it, from the beginning.
    Class,
    /// A property, which may need what `__init__` sets.
    Property,
    /// A field that is there once `__init__` of the declaring class has been run.
    Field,
    /// This statement of this `__init__` stores it.
    Store(Node<'m>, Node<'m>),
}

/// An attribute that every complete object of a class has.
#[derive(Debug)]
pub(super) struct Kept<'m> {
    /// The class itself and its bases in this module, the nearest first.
    pub(super) chain: Vec<Node<'m>>,
    /// Which of them gives it.
    pub(super) giver: usize,
    /// How it does.
    pub(super) how: How<'m>,
}

/// What one class says of an attribute.
enum Said<'m> {
    Nothing,
    Never,
    There(How<'m>),
}

/// Whether all complete objects of a class have the attribute, as a decision.
pub(super) fn kept<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Kept<'m>> {
    let mut chain = vec![class];
    chain.extend(bases_here(module, class));
    if is_ruled_out(module, &chain, name) {
        return None;
    }
    for (index, owner) in chain.iter().enumerate() {
        let how = match said(module, *owner, &chain[index..], name) {
            Said::Never => return None,
            Said::Nothing => continue,
            Said::There(how) => how,
        };
        let below = &chain[..index];
        let needs_init = matches!(how, How::Field | How::Store(..));
        if needs_init && !below.iter().all(|class| hands_up(module, *class)) {
            return None;
        }
        // An `__init__` that is generated does not run the one that stores it.
        let is_generated = |class: &Node| {
            is_record(module, *class) && method(module, *class, "__init__").is_none()
        };
        if matches!(how, How::Store(..)) && below.iter().any(is_generated) {
            return None;
        }
        return Some(Kept { giver: index, chain, how });
    }
    None
}

/// Whether a class says that the attribute is something else than a decision.
pub(super) fn is_never(module: &Module, class: Node, name: &str) -> bool {
    let mut chain = vec![class];
    chain.extend(bases_here(module, class));
    matches!(said(module, class, &chain, name), Said::Never)
}

/// Whether classes do something to the attribute that makes it unsure: they delete it, or give it
/// values that are no decision.
pub(super) fn is_ruled_out(module: &Module, chain: &[Node], name: &str) -> bool {
    chain.iter().any(|class| {
        derives_from(
            module,
            *class,
            &["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "TypedDict"],
        ) || deleted::attribute(module, *class, name)
            || stores(module, *class, name).iter().any(|store| {
                store.value.is_some_and(|value| is_other_here(module, store.method, value, name))
            })
    })
}

/// An assignment to the attribute of a method's receiver.
pub(super) struct Stored<'m> {
    method: Node<'m>,
    /// The value, where it is assigned to the attribute alone.
    value: Option<Node<'m>>,
}

/// All that the methods of a class assign to the attribute.
pub(super) fn stores<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Vec<Stored<'m>> {
    let mut found = Vec::new();
    for method in methods(class) {
        let Some(object) = receiver(module, method) else { continue };
        let object = module.text_of(object.name);
        let Some(body) = method.child_by_field_name("body") else { continue };
        for node in tree::preorder(body).filter(|n| is_attribute(module, *n, object, name)) {
            let Some(target) = target(module, node) else { continue };
            let alone = target.kind() == "assignment"
                && target.child_by_field_name("left").is_some_and(|l| l.id() == node.id());
            if alone && target.child_by_field_name("right").is_none() {
                continue;
            }
            let value = alone.then(|| target.child_by_field_name("right")).flatten();
            found.push(Stored { method, value });
        }
    }
    found
}

/// The statement or clause that assigns to an expression.
fn target<'m>(module: &'m Module, node: Node<'m>) -> Option<Node<'m>> {
    let mut below = node;
    for around in module.ancestors(node) {
        match around.kind() {
            "pattern_list" | "tuple_pattern" | "list_pattern" | "as_pattern_target"
            | "list_splat_pattern" => below = around,
            "assignment" | "augmented_assignment" | "for_statement" | "for_in_clause" => {
                let is_left =
                    around.child_by_field_name("left").is_some_and(|l| l.id() == below.id());
                return is_left.then_some(around);
            }
            "as_pattern" => return (below.kind() == "as_pattern_target").then_some(around),
            _ => return None,
        }
    }
    None
}

/// Whether a value that a method stores is no decision: by itself, or as its parameter.
fn is_other_here(module: &Module, method: Node, value: Node, name: &str) -> bool {
    if decision::is_other(module, value, name) {
        return true;
    }
    let value = tree::unparenthesised(value);
    value.kind() == "identifier"
        && decision::not_asked(module, method, module.text_of(value)).is_some()
}

/// What a class says of an attribute; `chain` is the class with its bases.
fn said<'m>(module: &'m Module, class: Node<'m>, chain: &[Node<'m>], name: &str) -> Said<'m> {
    let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
    let mut found = Said::Nothing;
    let mut seen = 0;
    for statement in body {
        let said = match statement.kind() {
            "expression_statement" => {
                let inner = tree::children(statement).first().copied();
                let assignment = inner.filter(|inner| inner.kind() == "assignment");
                let left = assignment.and_then(|a| a.child_by_field_name("left"));
                if left.is_none_or(|left| module.text_of(left) != name) {
                    continue;
                }
                assignment.map_or(Said::Never, |a| field(module, a, chain, name))
            }
            "function_definition" | "decorated_definition" => {
                let definition = statement.child_by_field_name("definition").unwrap_or(statement);
                let known = definition.child_by_field_name("name").map(|n| module.text_of(n));
                if known != Some(name) {
                    continue;
                }
                property(module, definition, name)
            }
            _ => continue,
        };
        if matches!(said, Said::Nothing) {
            continue;
        }
        seen += 1;
        found = said;
    }
    if bound_in_body(module, class, name) > seen {
        // In a branch, or as something else.
        return Said::Never;
    }
    if !matches!(found, Said::Nothing) {
        return found;
    }
    let Some(init) = method(module, class, "__init__") else { return Said::Nothing };
    store(module, init, name).map_or(Said::Nothing, |at| Said::There(How::Store(init, at)))
}

/// How often a class body binds a name.
fn bound_in_body(module: &Module, class: Node, name: &str) -> usize {
    let Some(body) = class.child_by_field_name("body") else { return 0 };
    let scopes = &module.names.scopes;
    let mut scope = module.names.scope_at(body.start_byte());
    while scopes[scope].span != tree::span(body) {
        let Some(parent) = scopes[scope].parent else { return 0 };
        scope = parent;
    }
    scopes[scope].bindings.get(name).map_or(0, |bindings| {
        bindings.iter().filter(|b| !matches!(b.kind, BindingKind::Parameter)).count()
    })
}

/// What an assignment in a class body says.
fn field<'m>(module: &'m Module, assignment: Node<'m>, chain: &[Node], name: &str) -> Said<'m> {
    let typed = assignment.child_by_field_name("type");
    if typed.is_some_and(|typed| !decision::fits(module.text_of(typed), name)) {
        return Said::Never;
    }
    let is_record = chain.iter().any(|class| is_record(module, *class));
    let Some(value) = assignment.child_by_field_name("right") else {
        let own_init = method(module, chain[0], "__init__");
        let is_filled = is_record && own_init.is_none_or(|_| hands_up(module, chain[0]));
        return if is_filled { Said::There(How::Field) } else { Said::Nothing };
    };
    let value = tree::unparenthesised(value);
    if decision::is_other(module, value, name) {
        return Said::Never;
    }
    let Some(call) = Call::at(value, module.text()) else {
        let is_model = chain.iter().any(|class| derives_from(module, *class, &MODELS));
        return Said::There(if is_model { How::Field } else { How::Class });
    };
    let given = ["default", "default_factory", "factory"].map(|key| call.keyword(key));
    let function = module.text_of(call.function);
    let last = function.rsplit('.').next().unwrap_or(function);
    let first = call.positional(0).filter(|_| last != "property");
    let mut defaults = given.into_iter().take(1).flatten().chain(first);
    if defaults.any(|default| decision::is_other(module, default.value, name)) {
        return Said::Never;
    }
    let is_left_out =
        call.keyword("init").is_some_and(|init| module.text_of(init.value) == "False");
    if is_left_out && given.iter().all(Option::is_none) {
        return Said::Never;
    }
    let describes = ["field", "Field", "ib", "attrib"].contains(&last);
    match (last, describes) {
        ("property" | "cached_property", _) => Said::There(How::Property),
        (_, true) if !is_record && all_bases_known(module, chain) => Said::Never,
        (_, true) => Said::There(How::Field),
        _ if all_bases_known(module, chain) => Said::There(How::Class),
        _ => Said::There(How::Field),
    }
}

/// What a function of that name in a class body says.
fn property<'m>(module: &'m Module, definition: Node<'m>, name: &str) -> Said<'m> {
    let is_property = decorators(module, definition).iter().any(|decorator| {
        let text = module.text_of(*decorator);
        text.ends_with("property") || text.strip_prefix(name).is_some_and(|t| t.starts_with('.'))
    });
    let returns = definition.child_by_field_name("return_type");
    let is_setter = decorators(module, definition)
        .iter()
        .any(|decorator| module.text_of(*decorator).ends_with("setter"));
    if is_property && returns.is_none_or(|r| is_setter || decision::fits(module.text_of(r), name)) {
        return Said::There(How::Property);
    }
    Said::Never
}

/// The classes of pydantic and its relatives, whose fields are set by their `__init__`.
const MODELS: [&str; 6] =
    ["BaseModel", "BaseSettings", "SQLModel", "RootModel", "GenericModel", "Struct"];

/// Whether the annotations of a class body are fields that a generated `__init__` fills.
pub(super) fn is_record(module: &Module, class: Node) -> bool {
    if derives_from(module, class, &MODELS) || derives_from(module, class, &["NamedTuple"]) {
        return true;
    }
    decorators(module, class).into_iter().any(|decorator| {
        let text = module.text_of(decorator);
        let (function, arguments) = text.split_once('(').unwrap_or((text, ""));
        let plain: String = arguments.split_whitespace().collect();
        let known = match function.rsplit('.').next().unwrap_or(function).trim() {
            "dataclass" | "define" | "frozen" | "mutable" | "dataclass_json" => true,
            "s" | "attrs" => function.contains("attr"),
            _ => false,
        };
        known && !plain.contains("init=False")
    })
}

/// Whether one of the bases that a class names is called so, whatever module it is from.
fn derives_from(module: &Module, class: Node, names: &[&str]) -> bool {
    base_expressions(class).into_iter().any(|base| {
        let text = module.text_of(base);
        let text = text.split('[').next().unwrap_or(text);
        names.contains(&text.rsplit('.').next().unwrap_or(text))
    })
}

/// Whether a class and its bases derive from nothing outside this module.
fn all_bases_known(module: &Module, chain: &[Node]) -> bool {
    chain.iter().all(|class| base_expressions(*class).into_iter().all(|b| is_known(module, b)))
}

/// Whether a base is a class of this module or one that adds nothing.
fn is_known(module: &Module, base: Node) -> bool {
    let text = module.text_of(base);
    let text = text.split('[').next().unwrap_or(text);
    if ["object", "ABC", "Generic", "Protocol"].contains(&text.rsplit('.').next().unwrap_or(text)) {
        return true;
    }
    let scope = module.names.scope_at(base.start_byte());
    let bindings = module.names.bindings(text, scope);
    !bindings.is_empty() && bindings.iter().all(|b| matches!(b.kind, BindingKind::Class { .. }))
}

/// Whether the `__init__` of a class, if it has one, always runs that of a base; without one, that
/// the first base is one of this module.
fn hands_up(module: &Module, class: Node) -> bool {
    match method(module, class, "__init__") {
        Some(init) => base_init(module, init).is_some(),
        None => base_expressions(class)
            .first()
            .is_none_or(|base| is_known(module, *base) || derives_from(module, class, &MODELS)),
    }
}

/// Whether an expression is `object.name`.
pub(super) fn is_attribute(module: &Module, node: Node, object: &str, name: &str) -> bool {
    node.kind() == "attribute"
        && node.child_by_field_name("object").is_some_and(|o| module.text_of(o) == object)
        && node.child_by_field_name("attribute").is_some_and(|a| module.text_of(a) == name)
}

/// Whether an expression stands where something is assigned or deleted.
pub(super) fn is_target(module: &Module, node: Node) -> bool {
    target(module, node).is_some() || deleted::is_deleted(module, node)
}

/// Whether code asks whether an object has the attribute: `hasattr(x, "name")`, `getattr(x, "name",
/// ...)`. `object` is the text of the object, `None` for any.
pub(super) fn is_asked_for(module: &Module, root: Node, object: Option<&str>, name: &str) -> bool {
    let text = module.slice(tree::span(root));
    if !text.contains("hasattr") && !text.contains("getattr") {
        return false;
    }
    tree::preorder(root).filter_map(|node| Call::at(node, module.text())).any(|call| {
        let asks = matches!(module.text_of(call.function), "hasattr" | "getattr");
        let named = call
            .positional(1)
            .and_then(|second| literal::plain_string(second.value, module.text()));
        let first = call.positional(0).map(|first| module.text_of(first.value));
        asks && named == Some(name) && (object.is_none() || first == object)
    })
}

/// Whether a node is guarded by a `try` within its function, so that it may fail.
pub(super) fn is_tried(module: &Module, node: Node) -> bool {
    module
        .ancestors(node)
        .take_while(|around| around.kind() != "function_definition")
        .any(|around| around.kind() == "try_statement")
}
