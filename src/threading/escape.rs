//! References to a function that are no calls: what may call it, and with what.

use tree_sitter::Node;

use super::handed::handed;
use super::look::{Look, What};
use super::place::{class_of, name_of};
use super::returned::returned;
use super::serving::is_serving;
use super::{everywhere, table};
use crate::program::Program;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::{BindingKind, ScopeKind};
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::remote::{imports_web, is_remote_value};

/// What is done with a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    /// Nothing comes of it, or it is called with what can be seen.
    Harmless,
    /// It is handed to something that calls it with what can be seen here.
    Known(String),
    /// It is handed to something that may turn parameters into remote input.
    Unknown(String),
}

impl Use {
    /// The use that matters more.
    pub(super) fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Unknown(_), _) | (_, Self::Harmless) => self,
            (_, Self::Unknown(_)) | (Self::Harmless, _) => other,
            _ => self,
        }
    }
}

/// What is done with a function where an expression names it.
pub(super) fn followed(look: &Look, reference: Node) -> Use {
    let module = look.module;
    let mut node = reference;
    loop {
        let Some(parent) = module.parent(node) else { return Use::Harmless };
        match parent.kind() {
            "parenthesized_expression"
            | "boolean_operator"
            | "conditional_expression"
            | "await" => node = parent,
            "call" => return called(look, parent),
            "attribute" => return looked_at(look, parent),
            "decorator"
            | "type"
            | "comparison_operator"
            | "not_operator"
            | "expression_statement"
            | "delete_statement"
            | "global_statement"
            | "nonlocal_statement"
            | "class_pattern"
            | "assert_statement"
            | "if_statement"
            | "subscript"
            | "interpolation"
            | "function_definition"
            | "class_definition" => return Use::Harmless,
            "keyword_argument" => return handed(look, parent),
            "argument_list" => return handed(look, node),
            "pair" | "list" | "tuple" | "set" | "dictionary" | "expression_list" => {
                return table::collected(look, node, parent);
            }
            "assignment" => return kept(look, parent, node),
            "default_parameter" | "typed_default_parameter" => return default(look, parent),
            "return_statement" => return returned(look, parent),
            kind => return Use::Unknown(format!("used in a {}", kind.replace('_', " "))),
        }
    }
}

/// A call, with arguments that may come from afar where they are unpacked.
pub(super) fn called(look: &Look, call: Node) -> Use {
    let module = look.module;
    let Some(found) = Call::at(call, module.text()) else { return Use::Harmless };
    let spreads = |kind| matches!(kind, ArgumentKind::Splat | ArgumentKind::DoubleSplat);
    let mut result = Use::Harmless;
    for argument in found.arguments.iter().filter(|argument| spreads(argument.kind)) {
        if is_sent(module, argument.value) || is_unseen(look.program, module, argument.value) {
            let line = module.lines.of(call.start_byte()) + 1;
            return Use::Unknown(format!("called with what is sent in line {line}"));
        }
        result = result.or(unpacked(look, argument.value));
    }
    if look.what == What::Class {
        result = result.or(followed(&look.of(What::Object), call));
    }
    result
}

/// What is unpacked into a call of something that was handed to the function around it, or kept.
fn unpacked(look: &Look, value: Node) -> Use {
    let unseen = || Use::Unknown("called with what is unpacked".to_owned());
    if look.is_kept {
        return unseen();
    }
    if look.frame.is_none() {
        return forwarded(look, value);
    }
    let owner = variadic_owner(look.module, value);
    let Some(owner) = owner.filter(|owner| is_as_called(look.module, *owner, value)) else {
        return unseen();
    };
    if let Some(frame) = look.frame_of(owner) {
        // What the function was called with.
        let at_call = frame.look.of(What::Object);
        return if frame.is_late { unseen() } else { called(&at_call, frame.call) };
    }
    // A function within that one: who calls it decides.
    match owner.child_by_field_name("name") {
        Some(name) => follow(look, name),
        None => followed(look, owner),
    }
}

/// What a function hands on of its own arguments: who calls it decides, in a program that hears from
/// others.
fn forwarded(look: &Look, value: Node) -> Use {
    let module = look.module;
    let Some(owner) = variadic_owner(module, value).filter(|_| is_serving(look.program)) else {
        return Use::Harmless;
    };
    let Some(name) = owner.child_by_field_name("name") else {
        return Use::Unknown("called by a lambda with all that it is handed".to_owned());
    };
    let Some(look) = look.deeper() else {
        return Use::Unknown("called with what is unpacked".to_owned());
    };
    let is_published = super::place::decorators(module, owner).into_iter().any(|decorator| {
        let effect = super::decorator::effect(look.program, look.work(), module, decorator);
        !matches!(effect, super::decorator::Effect::Kept | super::decorator::Effect::Cut)
    });
    if is_published || takes_sent(module, owner) {
        let shown = module.text_of(name);
        return Use::Unknown(format!("called with all that `{shown}` is handed from afar"));
    }
    match class_of(module, owner) {
        Some(class) => everywhere::method(&look, class, owner),
        None => follow(&look, name).or(everywhere::function(&look, name)),
    }
}

/// Whether a server calls a function by its name or signature.
fn takes_sent(module: &Module, function: Node) -> bool {
    super::host::reserved(module, function, name_of(module, function).unwrap_or_default()).is_some()
}

/// Whether a value that is unpacked may be what is sent, in a program that hears from others: it is
/// neither written there nor what the function around it was called with.
pub(super) fn is_unseen(program: &Program, module: &Module, value: Node) -> bool {
    let value = tree::unparenthesised(value);
    if is_written(module, value, 0) || is_own_variadic(module, value) {
        return false;
    }
    is_serving(program)
}

/// Whether a mapping or sequence is written in the module, or is what a command line holds.
fn is_written(module: &Module, value: Node, depth: usize) -> bool {
    match value.kind() {
        "dictionary" | "list" | "tuple" | "list_comprehension" | "string" => true,
        "conditional_expression" => {
            let parts = tree::children(value);
            let ends = [parts.first(), parts.get(2)];
            ends.into_iter().flatten().all(|end| is_written(module, *end, depth))
        }
        "call" => {
            let function = value.child_by_field_name("function").map_or("", |f| module.text_of(f));
            matches!(function, "dict" | "vars" | "zip" | "range" | "sorted")
        }
        "identifier" if depth < 2 => {
            let scope = module.names.scope_at(value.start_byte());
            let bindings = module.names.bindings(module.text_of(value), scope);
            !bindings.is_empty()
                && bindings.iter().all(|binding| match binding.kind {
                    BindingKind::Assignment { value } => module
                        .nodes()
                        .covering(value)
                        .is_some_and(|value| is_written(module, value, depth + 1)),
                    _ => false,
                })
        }
        _ => false,
    }
}

/// Whether a name still holds what a function was called with, as its `*args` or `**kwargs`.
pub(super) fn is_as_called(module: &Module, function: Node, value: Node) -> bool {
    let name = module.text_of(value);
    let scope = module.names.scope_at(value.start_byte());
    let Some(bound) = module.names.binding_scope(name, scope) else { return false };
    let is_parameter = match module.names.bindings(name, scope) {
        [binding] => matches!(binding.kind, BindingKind::Parameter),
        _ => false,
    };
    let is_plain = |node: Node| {
        let Some(parent) = module.parent(node) else { return false };
        let named = parent.child_by_field_name("attribute").map_or("", |a| module.text_of(a));
        let is_left = |node: Node| {
            module.parent(node).is_some_and(|around| {
                matches!(around.kind(), "assignment" | "augmented_assignment")
                    && around.child_by_field_name("left").is_some_and(|l| l.id() == node.id())
            })
        };
        match parent.kind() {
            "subscript" => {
                let key = parent.child_by_field_name("subscript");
                !is_left(parent) || key.is_some_and(|key| key.kind() == "string")
            }
            "attribute" => !matches!(named, "update" | "setdefault"),
            "augmented_assignment" => false,
            _ => true,
        }
    };
    let uses = module.names.uses_of(name, bound, module.text());
    let mut nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    is_parameter && variadic_owner(module, value) == Some(function) && nodes.all(is_plain)
}

/// Whether a value that is unpacked into a call may come from afar: anything but what the function
/// around it was called with, in a module that serves requests or decodes messages.
pub(super) fn is_sent(module: &Module, value: Node) -> bool {
    if is_remote_value(module, value) {
        return true;
    }
    let mut text = module.text_of(value);
    if value.kind() == "identifier" {
        if matches!(text, "arguments" | "payload" | "body") {
            return true;
        }
        let scope = module.names.scope_at(value.start_byte());
        if let [binding] = module.names.bindings(text, scope)
            && let BindingKind::Assignment { value } = binding.kind
        {
            text = module.slice(value);
        }
    }
    if ["loads(", "recv(", "model_dump(", ".dict(", ".json("].iter().any(|t| text.contains(t)) {
        return true;
    }
    imports_web(module) && !is_own_variadic(module, value)
}

/// Whether a name is the `*args` or `**kwargs` of a function around it.
fn is_own_variadic(module: &Module, value: Node) -> bool {
    variadic_owner(module, value).is_some()
}

/// The function around a name whose `*args` or `**kwargs` it is.
fn variadic_owner<'m>(module: &'m Module, value: Node) -> Option<Node<'m>> {
    if value.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(value);
    let is_own = |function: &Node| {
        Signature::at(*function).is_some_and(|signature| {
            signature.parameters.iter().any(|parameter| {
                matches!(parameter.kind, ParameterKind::VarKeyword | ParameterKind::VarPositional)
                    && module.text_of(parameter.name) == name
            })
        })
    };
    module.ancestors(value).find(is_own)
}

/// `f.name`: nothing, unless it is how a framework is told to publish it.
fn looked_at(look: &Look, attribute: Node) -> Use {
    let module = look.module;
    let name = attribute.child_by_field_name("attribute").map_or("", |a| module.text_of(a));
    let is_set = module.parent(attribute).is_some_and(|parent| {
        parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_some_and(|l| l.id() == attribute.id())
    });
    if is_set && matches!(name, "exposed" | "_cp_config" | "is_tool" | "route") {
        return Use::Unknown(format!("published by `.{name}`"));
    }
    // `load.remote(**body)`, `task.delay(*args)`, `load.options(...).remote(...)`.
    let runs = ["remote", "delay", "apply_async", "send", "s", "si", "options", "__call__"];
    if runs.contains(&name)
        && let Some(call) = module.parent(attribute).filter(|parent| parent.kind() == "call")
    {
        let outer = module.parent(call).filter(|parent| parent.kind() == "attribute");
        return called(look, call).or(outer.map_or(Use::Harmless, |outer| looked_at(look, outer)));
    }
    Use::Harmless
}

/// What is done with the name that a function is kept under.
fn kept(look: &Look, assignment: Node, value: Node) -> Use {
    let left = assignment.child_by_field_name("left");
    if left.is_some_and(|left| left.id() == value.id()) {
        return Use::Harmless;
    }
    let unseen = Use::Unknown("kept under another name".to_owned());
    let Some(look) = look.deeper() else { return unseen };
    match left {
        Some(left) if left.kind() == "identifier" && is_in_class(module_of(&look), left) => {
            Use::Unknown("kept as an attribute of a class".to_owned())
        }
        Some(left) if left.kind() == "identifier" => {
            follow(&look, left).or(everywhere::name(&look, left))
        }
        Some(left) if left.kind() == "subscript" => {
            let table = left.child_by_field_name("value").unwrap_or(left);
            table::looked_up(&look, table)
        }
        Some(left) if left.kind() == "attribute" => {
            everywhere::attribute(&look, left).unwrap_or(unseen)
        }
        _ => unseen,
    }
}

fn module_of<'a>(look: &Look<'a>) -> &'a Module {
    look.module
}

/// Whether a name is bound in a class body.
fn is_in_class(module: &Module, name: Node) -> bool {
    let scope = module.names.scope_at(name.start_byte());
    module.names.scopes[scope].kind == ScopeKind::Class
}

/// What is done with everything that a name, given by one of its bindings, may mean.
pub(super) fn follow(look: &Look, bound: Node) -> Use {
    let module = look.module;
    let name = module.text_of(bound);
    let here = module.names.scope_at(bound.start_byte());
    let Some(scope) = module.names.binding_scope(name, here) else { return Use::Harmless };
    let bindings: Vec<_> =
        module.names.bindings(name, here).iter().map(|binding| binding.span).collect();
    let uses = module.names.uses_of(name, scope, module.text());
    let own = tree::span(bound);
    look.once(own, || {
        let mut found = Use::Harmless;
        for used in uses.into_iter().filter(|used| !bindings.contains(used)) {
            let Some(node) = module.nodes().covering(used) else { continue };
            found = found.or(followed(look, node));
        }
        found
    })
}

/// What a function does with a parameter whose default it is.
fn default(look: &Look, parameter: Node) -> Use {
    let module = look.module;
    let Some(name) = parameter.child_by_field_name("name") else { return Use::Harmless };
    let function = module.ancestors(parameter).find(|a| Signature::at(*a).is_some());
    let body = function.and_then(|function| function.child_by_field_name("body"));
    let Some((body, look)) = body.zip(look.deeper()) else {
        return Use::Unknown("a default".to_owned());
    };
    look.once(tree::span(name), || {
        let scope = module.names.scope_at(body.start_byte());
        let uses = module.names.uses_of(module.text_of(name), scope, module.text());
        let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
        nodes.fold(Use::Harmless, |found, node| found.or(followed(&look, node)))
    })
}

/// The place of a node as people read it: the line, 1-based.
pub(super) fn line(module: &Module, node: Node) -> usize {
    module.lines.of(tree::span(node).start) + 1
}
