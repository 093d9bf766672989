//! Where a decision stands: the functions, lambdas and classes around it.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::BindingKind;
pub(super) use crate::python::signature::decorators;
use crate::python::signature::{Parameter, ParameterKind, Signature};
use crate::python::tree;

/// A place in a module's code.
#[derive(Debug, Clone)]
pub(super) struct Place<'m> {
    /// The module.
    pub(super) module: &'m Module,
    /// The expression or statement.
    pub(super) node: Node<'m>,
    /// The functions, lambdas and classes whose bodies hold it, the innermost first. What stands in
    /// a decorator, a default or an annotation belongs to the code around the definition.
    pub(super) around: Vec<Node<'m>>,
}

impl<'m> Place<'m> {
    /// The place of a node.
    pub(super) fn of(module: &'m Module, node: Node<'m>) -> Self {
        let mut around = Vec::new();
        let mut below = node;
        for ancestor in module.ancestors(node) {
            let is_body =
                || ancestor.child_by_field_name("body").is_some_and(|b| b.id() == below.id());
            let opens = match ancestor.kind() {
                "function_definition" | "class_definition" => true,
                "lambda" => ancestor.is_named(),
                _ => false,
            };
            if opens && is_body() {
                around.push(ancestor);
            }
            below = ancestor;
        }
        Self { module, node, around }
    }

    /// The functions and lambdas around it, the innermost first.
    pub(super) fn functions(&self) -> impl Iterator<Item = Node<'m>> + '_ {
        self.around.iter().copied().filter(|node| node.kind() != "class_definition")
    }

    /// The same with the `__init__` of the classes that hold them.
    pub(super) fn functions_and_makers(&self) -> Vec<Node<'m>> {
        let mut found: Vec<Node> = self.functions().collect();
        let classes = self.around.iter().filter(|node| node.kind() == "class_definition");
        found.extend(classes.filter_map(|class| method(self.module, *class, "__init__")));
        found
    }

    /// The function whose signature can carry a decision to it: the outermost one, for the code
    /// inside closes over its parameters.
    pub(super) fn host(&self) -> Option<Node<'m>> {
        self.around.iter().rev().find(|node| node.kind() == "function_definition").copied()
    }

    /// The scope that names are looked up in first.
    pub(super) fn scope(&self) -> usize {
        self.module.names.scope_at(self.node.start_byte())
    }
}

/// The name of a function or class; a lambda has none.
pub(super) fn name_of<'m>(module: &'m Module, definition: Node<'m>) -> Option<&'m str> {
    definition.child_by_field_name("name").map(|name| module.text_of(name))
}

/// The class whose body holds a function directly.
pub(super) fn class_of<'m>(module: &'m Module, function: Node<'m>) -> Option<Node<'m>> {
    let outer = module.parent(function).filter(|parent| parent.kind() == "decorated_definition");
    let body = module.parent(outer.unwrap_or(function))?;
    module.parent(body).filter(|parent| parent.kind() == "class_definition")
}

/// The receiver of a method: its first parameter, unless it is static or a class method.
pub(super) fn receiver<'m>(module: &'m Module, method: Node<'m>) -> Option<Parameter<'m>> {
    class_of(module, method)?;
    let is_other = decorators(module, method)
        .iter()
        .any(|decorator| matches!(module.text_of(*decorator), "staticmethod" | "classmethod"));
    let name = name_of(module, method)?;
    if is_other || matches!(name, "__new__" | "__init_subclass__" | "__class_getitem__") {
        return None;
    }
    let first = *Signature::at(method)?.parameters.first()?;
    let plain =
        matches!(first.kind, ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword);
    plain.then_some(first)
}

/// The functions that a class body defines, in order.
pub(super) fn methods(class: Node) -> Vec<Node> {
    let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
    let definitions = body.into_iter().filter_map(|statement| match statement.kind() {
        "decorated_definition" => statement.child_by_field_name("definition"),
        _ => Some(statement),
    });
    definitions.filter(|definition| definition.kind() == "function_definition").collect()
}

/// The method of a class with that name; the last definition counts.
pub(super) fn method<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Node<'m>> {
    let body = class.child_by_field_name("body")?;
    let scope = module.names.scope_at(body.start_byte());
    let bindings = module.names.scopes[scope].bindings.get(name)?;
    bindings.iter().rev().find_map(|binding| {
        let BindingKind::Function = binding.kind else { return None };
        let function = module.parent(module.nodes().covering(binding.span)?)?;
        let is_own = class_of(module, function).is_some_and(|found| found.id() == class.id());
        (function.kind() == "function_definition" && is_own).then_some(function)
    })
}
