//! Which parameter of the module's own functions and classes an argument by position means.

use tree_sitter::Node;

use super::trust_values::callee;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{BindingKind, ScopeKind};
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;

/// Base classes that are followed from a class.
const MOST_BASES: usize = 8;
/// Fields of a class that are looked at.
const MOST_FIELDS: usize = 200;

/// The 0-based position at which a call of a function or class of the same module gives the
/// parameter; that of a `functools.partial` included.
pub(super) fn parameter_index<'t>(
    module: &'t Module,
    call: &Call<'t>,
    parameter: &str,
) -> Option<usize> {
    if callee(module, call.node) == "functools.partial" {
        let first = call.positional(0)?;
        return Some(index_of(module, first.value, parameter)? + 1);
    }
    index_of(module, call.function, parameter)
}

fn index_of<'t>(module: &'t Module, callee: Node<'t>, parameter: &str) -> Option<usize> {
    let (function, bound) = match definition(module, callee)? {
        Definition::Function { node, bound } => (node, bound),
        Definition::Fields(class) => return field_index(module, class, parameter),
    };
    let signature = Signature::at(function)?;
    let index = signature.parameters.iter().position(|p| {
        matches!(p.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword)
            && module.text_of(p.name) == parameter
    })?;
    let before =
        signature.parameters[..index].iter().all(|p| p.kind != ParameterKind::VarPositional);
    let index = index.checked_sub(usize::from(bound))?;
    before.then_some(index)
}

/// The 0-based position at which making an object of a class gives a field, if its `__init__` is
/// made of the fields.
pub(super) fn field_of(module: &Module, class: Node, name: &str) -> Option<usize> {
    match constructor(module, module.exact(tree::span(class), &["class_definition"])?)? {
        Definition::Fields(class) => field_index(module, class, name),
        Definition::Function { .. } => None,
    }
}

/// What takes the arguments of a call.
enum Definition<'t> {
    /// A function, and whether its first parameter is bound already.
    Function { node: Node<'t>, bound: bool },
    /// The fields of a class whose `__init__` is made of them.
    Fields(Node<'t>),
}

fn definition<'t>(module: &'t Module, callee: Node<'t>) -> Option<Definition<'t>> {
    let enclosing = || module.ancestors(callee).find(|around| around.kind() == "class_definition");
    match callee.kind() {
        "identifier" if module.text_of(callee) == "cls" => constructor(module, enclosing()?),
        "identifier" => match named(module, callee)? {
            node if node.kind() == "class_definition" => constructor(module, node),
            node => Some(Definition::Function { node, bound: false }),
        },
        "attribute" => {
            let object = callee.child_by_field_name("object")?;
            let name = module.text_of(callee.child_by_field_name("attribute")?);
            let is_super = object.kind() == "call"
                && object
                    .child_by_field_name("function")
                    .is_some_and(|f| module.text_of(f) == "super");
            if is_super {
                let mut bases = bases(module, enclosing()?).into_iter();
                let node = bases.find_map(|base| method(module, base, name))?;
                return Some(Definition::Function { node, bound: !is_static(module, node) });
            }
            if matches!(module.text_of(object), "self" | "cls") {
                let node = method(module, enclosing()?, name)?;
                return Some(Definition::Function { node, bound: !is_static(module, node) });
            }
            // `Base.__init__(self, ...)`.
            let class = named(module, object).filter(|node| node.kind() == "class_definition")?;
            let node = method(module, class, name)?;
            Some(Definition::Function { node, bound: is_decorated(module, node, "classmethod") })
        }
        _ => None,
    }
}

/// The only function or class of this module that a name means.
fn named<'t>(module: &'t Module, name: Node) -> Option<Node<'t>> {
    if name.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(name.start_byte());
    let [binding] = module.names.bindings(module.text_of(name), scope) else { return None };
    let node = module.parent(module.nodes().covering(binding.span)?)?;
    let is_there = match binding.kind {
        BindingKind::Function => node.kind() == "function_definition",
        BindingKind::Class { .. } => node.kind() == "class_definition",
        _ => false,
    };
    is_there.then_some(node)
}

fn constructor<'t>(module: &'t Module, class: Node<'t>) -> Option<Definition<'t>> {
    if let Some(node) = method(module, class, "__init__") {
        return Some(Definition::Function { node, bound: true });
    }
    makes_init(module, class).then_some(Definition::Fields(class))
}

/// Whether the fields of a class become the parameters of its `__init__`, all by position.
fn makes_init(module: &Module, class: Node) -> bool {
    let decorators = decorators(module, class);
    let is_made = decorators.iter().any(|decorator| {
        let name = decorator.split('(').next().unwrap_or_default();
        let last = name.trim_start_matches('@').trim().rsplit('.').next().unwrap_or_default();
        matches!(last, "dataclass" | "define" | "frozen" | "mutable" | "attrs")
            && !decorator.contains("kw_only")
    });
    let superclasses = class.child_by_field_name("superclasses");
    match superclasses.map(tree::children).unwrap_or_default().as_slice() {
        [] => is_made,
        [base] => module.text_of(*base).ends_with("NamedTuple"),
        _ => false,
    }
}

/// The 0-based position of a field among those of a class.
fn field_index(module: &Module, class: Node, name: &str) -> Option<usize> {
    let body = class.child_by_field_name("body")?;
    let mut cursor = body.walk();
    let fields = body.named_children(&mut cursor).take(MOST_FIELDS).filter_map(|statement| {
        let field = statement.named_child(0).filter(|field| field.kind() == "assignment")?;
        field.child_by_field_name("type").map(|annotation| (field, annotation))
    });
    let mut index = 0;
    for (field, annotation) in fields {
        let annotation = module.text_of(annotation);
        if annotation.contains("KW_ONLY") {
            return None;
        }
        let value = field.child_by_field_name("right").map_or("", |value| module.text_of(value));
        if annotation.contains("ClassVar") || value.contains("init=False") {
            continue;
        }
        if field.child_by_field_name("left").is_some_and(|left| module.text_of(left) == name) {
            return (!value.contains("kw_only")).then_some(index);
        }
        index += 1;
    }
    None
}

/// The only method of that name in a class, or in one of its bases in the module.
fn method<'t>(module: &'t Module, class: Node<'t>, name: &str) -> Option<Node<'t>> {
    let mut classes = vec![class];
    for _ in 0..MOST_BASES {
        let class = classes.pop()?;
        if let Some(bindings) = own_bindings(module, class, name) {
            let [binding] = bindings else { return None };
            let node = module.parent(module.nodes().covering(binding.span)?)?;
            return (node.kind() == "function_definition").then_some(node);
        }
        classes.extend(bases(module, class).into_iter().rev());
    }
    None
}

/// What the body of a class binds a name to.
fn own_bindings<'t>(
    module: &'t Module,
    class: Node,
    name: &str,
) -> Option<&'t [crate::python::names::Binding]> {
    let body = class.child_by_field_name("body")?;
    let innermost = module.names.scope_at(body.start_byte());
    let scopes = &module.names.scopes;
    let scope = std::iter::successors(Some(innermost), |scope| scopes[*scope].parent)
        .find(|scope| scopes[*scope].kind == ScopeKind::Class)?;
    scopes[scope].bindings.get(name).map(Vec::as_slice)
}

/// The base classes of a class that are classes of this module.
fn bases<'t>(module: &'t Module, class: Node<'t>) -> Vec<Node<'t>> {
    let Some(list) = class.child_by_field_name("superclasses") else { return Vec::new() };
    let bases = tree::children(list).into_iter().take(MOST_BASES);
    let found = bases.filter_map(|base| named(module, base));
    found.filter(|node| node.kind() == "class_definition" && node.id() != class.id()).collect()
}

fn is_static(module: &Module, function: Node) -> bool {
    is_decorated(module, function, "staticmethod")
}

fn is_decorated(module: &Module, function: Node, name: &str) -> bool {
    decorators(module, function).iter().any(|text| text.trim_start_matches('@').trim() == name)
}

/// The texts of the decorators of a definition.
fn decorators<'t>(module: &'t Module, definition: Node) -> Vec<&'t str> {
    let around = module.parent(definition).filter(|a| a.kind() == "decorated_definition");
    let children = around.map(tree::children).unwrap_or_default();
    let decorators = children.into_iter().filter(|child| child.kind() == "decorator");
    decorators.map(|decorator| module.text_of(decorator)).collect()
}
