//! Where `trust_remote_code` is true because somebody wrote it down.

use tree_sitter::Node;

use super::finding::Decision;
use super::trust_defaults;
use super::trust_remote_code::{REMOTE_CODE, REPOSITORY};
use super::trust_values::{self, callee, leaves};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::Signature;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// One place that decides.
#[derive(Debug, Clone)]
pub(super) struct Sink<'t> {
    /// What is shown: the call, the entry, the assignment.
    pub node: Node<'t>,
    /// The node whose comments may speak of it.
    pub commented: Node<'t>,
    /// The whole argument, entry, assignment or parameter.
    pub argument: Span,
    /// The true value.
    pub value: Node<'t>,
    /// What the catalogue calls it.
    pub name: String,
    /// What is decided.
    pub decision: &'static Decision,
    /// What can be done about it.
    pub form: Form<'t>,
}

/// What can be done about a sink.
#[derive(Debug, Clone)]
pub(super) enum Form<'t> {
    /// The caller's decision takes the place of the value.
    Value {
        /// What the value is assigned to.
        target: Option<Span>,
    },
    /// The statement that binds a local gives way to a parameter.
    Local {
        /// The statement.
        statement: Node<'t>,
    },
    /// The safe literal takes the place of the value: who wants the other one says so.
    Default {
        /// Why the default may be meant for something else too.
        shared: Option<String>,
    },
    /// The argument goes.
    Drop {
        /// The call that has it.
        call: Node<'t>,
    },
    /// Nothing mechanical, for this reason.
    Report(String),
}

/// All sinks of a module, in the order of the text.
pub(super) fn sinks(module: &Module) -> Vec<Sink<'_>> {
    let mut found = Vec::new();
    for &node in module.nodes().from(0) {
        match node.kind() {
            "keyword_argument" => keyword(module, node, &mut found),
            "pair" => entry(module, node, &mut found),
            "assignment" => assignment(module, node, &mut found),
            "named_expression" => walrus(module, node, &mut found),
            "default_parameter" | "typed_default_parameter" => {
                trust_defaults::parameter(module, node, &mut found);
            }
            "call" => call(module, node, &mut found),
            _ => {}
        }
    }
    found
}

/// Adds a sink for each true value in `value`.
pub(super) fn push<'t>(
    module: &'t Module,
    found: &mut Vec<Sink<'t>>,
    value: Node<'t>,
    sink: &Sink<'t>,
) {
    for leaf in leaves(value, module.text()) {
        found.push(Sink { value: leaf, ..sink.clone() });
    }
}

/// `f(trust_remote_code=True)`, whatever `f` is.
fn keyword<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let (Some(name), Some(value)) =
        (node.child_by_field_name("name"), node.child_by_field_name("value"))
    else {
        return;
    };
    let Some(list) = module.parent(node) else { return };
    let Some(call) = module.parent(list) else { return };
    let decision = match module.text_of(name) {
        "trust_remote_code" => &REMOTE_CODE,
        "trust_repo" if trust_values::is_hub(module, call) => &REPOSITORY,
        _ => return,
    };
    let callee = callee(module, call);
    let named = callee.rsplit('.').next().unwrap_or_default();
    if named.starts_with("assert_") || callee == "unittest.mock.call" {
        return;
    }
    let form = if named == "set_defaults" {
        Form::Default { shared: None }
    } else if trust_values::drops(module, call) {
        Form::Drop { call }
    } else {
        Form::Value { target: None }
    };
    let sink = Sink {
        node: call,
        commented: call,
        argument: tree::span(node),
        value,
        name: callee,
        decision,
        form,
    };
    if let Some(source) = trust_values::constant(module, value) {
        found.push(Sink { form: source, ..sink });
        return;
    }
    push(module, found, value, &sink);
}

/// `{"trust_remote_code": True}`.
fn entry<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let (Some(key), Some(value)) =
        (node.child_by_field_name("key"), node.child_by_field_name("value"))
    else {
        return;
    };
    if literal::plain_string(key, module.text()) != Some("trust_remote_code") {
        return;
    }
    let commented = module.parent(node).unwrap_or(node);
    let asserted = module
        .ancestors(node)
        .take_while(|around| !module.is_statement(*around))
        .filter(|around| around.kind() == "call")
        .any(|call| {
            callee(module, call).rsplit('.').next().is_some_and(|n| n.starts_with("assert_"))
        });
    if asserted {
        return;
    }
    let sink = Sink {
        node,
        commented,
        argument: tree::span(node),
        value,
        name: "{trust_remote_code}".to_owned(),
        decision: &REMOTE_CODE,
        form: Form::Value { target: None },
    };
    push(module, found, value, &sink);
}

/// `trust_remote_code = True`, `x.trust_remote_code = True`, `x["trust_remote_code"] = True`.
fn assignment<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let Some(left) = node.child_by_field_name("left") else { return };
    let Some(right) = node.child_by_field_name("right") else { return };
    let Some((target, value)) = element(module, left, right) else { return };
    let sink = |name: &str, form: Form<'t>| Sink {
        node,
        commented: node,
        argument: tree::span(node),
        value,
        name: name.to_owned(),
        decision: &REMOTE_CODE,
        form,
    };
    if target.kind() != "identifier" {
        let form = Form::Value { target: Some(tree::span(target)) };
        push(module, found, value, &sink("trust_remote_code =", form));
        return;
    }
    if trust_defaults::is_in_class_body(module, node) {
        trust_defaults::field(module, value, &sink("field", Form::Default { shared: None }), found);
        return;
    }
    let scope = module.names.scope_at(node.start_byte());
    let is_global = module.names.binding_scope("trust_remote_code", scope) == Some(0);
    let form = if is_global && scope == 0 {
        Form::Value { target: Some(tree::span(target)) }
    } else if is_global {
        Form::Report("it sets a global variable; hand the decision to this function".to_owned())
    } else if left.id() != target.id() || !is_alone(module, node, scope) {
        Form::Report(
            "the name is bound in several ways here; let a parameter of that name decide"
                .to_owned(),
        )
    } else if let Some(statement) = module.parent(node).filter(|s| module.is_statement(*s)) {
        Form::Local { statement }
    } else {
        Form::Report("let a parameter of that name decide instead".to_owned())
    };
    let is_whole = leaves(value, module.text())
        .iter()
        .any(|leaf| leaf.id() == tree::unparenthesised(value).id());
    let form = match form {
        // `trust_remote_code = True if x else y`: the value alone gives way.
        Form::Local { .. } if !is_whole => Form::Report(
            "the decision depends on something else; let a parameter of that name decide"
                .to_owned(),
        ),
        form => form,
    };
    push(module, found, value, &sink("trust_remote_code =", form));
}

/// The target that is named like the decision, and its value: of a plain assignment, or of the
/// element of an unpacking.
fn element<'t>(module: &Module, left: Node<'t>, right: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let text = module.text();
    match left.kind() {
        "identifier" => (module.text_of(left) == "trust_remote_code").then_some((left, right)),
        "attribute" => {
            let name = left.child_by_field_name("attribute")?;
            (module.text_of(name) == "trust_remote_code").then_some((left, right))
        }
        "subscript" => {
            let key = left.child_by_field_name("subscript")?;
            (literal::plain_string(key, text) == Some("trust_remote_code")).then_some((left, right))
        }
        "pattern_list" | "tuple_pattern" | "list_pattern" => {
            let (targets, values) = (tree::children(left), tree::children(right));
            let is_display = matches!(right.kind(), "expression_list" | "tuple" | "list");
            if !is_display || targets.len() != values.len() {
                return None;
            }
            let at = targets.iter().position(|target| {
                target.kind() == "identifier" && module.text_of(*target) == "trust_remote_code"
            })?;
            Some((targets[at], values[at]))
        }
        _ => None,
    }
}

/// Whether an assignment is the only one of the name in its scope, apart from a parameter.
fn is_alone(module: &Module, node: Node, scope: usize) -> bool {
    let bound = module.names.binding_scope("trust_remote_code", scope);
    let span = tree::span(node);
    bound == Some(scope)
        && module.names.bindings("trust_remote_code", scope).iter().all(|binding| {
            matches!(binding.kind, BindingKind::Parameter) || span.contains(binding.span)
        })
}

/// `(trust_remote_code := True)`.
fn walrus<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let (Some(name), Some(value)) =
        (node.child_by_field_name("name"), node.child_by_field_name("value"))
    else {
        return;
    };
    if module.text_of(name) != "trust_remote_code" {
        return;
    }
    let sink = Sink {
        node,
        commented: node,
        argument: tree::span(node),
        value,
        name: "trust_remote_code :=".to_owned(),
        decision: &REMOTE_CODE,
        form: Form::Report("let a parameter of that name decide instead".to_owned()),
    };
    push(module, found, value, &sink);
}

/// Look-ups with a default, `setattr`, flags, and positional arguments.
fn call<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let Some(call) = Call::at(node, module.text()) else { return };
    let name = callee(module, node);
    let last = name.rsplit('.').next().unwrap_or_default();
    let key = |index: usize| {
        let argument = call.positional(index)?;
        literal::plain_string(argument.value, module.text())
    };
    let sink = |form: Form<'t>, argument: Node<'t>| Sink {
        node,
        commented: node,
        argument: tree::span(argument),
        value: argument,
        name: name.clone(),
        decision: &REMOTE_CODE,
        form,
    };
    match last {
        "get" | "pop" if key(0) == Some("trust_remote_code") => {
            let default = call.positional(1).or(call.keyword("default"));
            if let Some(default) = default {
                let sink = sink(Form::Default { shared: None }, default.node);
                push(module, found, default.value, &sink);
            }
        }
        "getattr" if key(1) == Some("trust_remote_code") => {
            if let Some(default) = call.positional(2) {
                let sink = sink(Form::Default { shared: None }, default.node);
                push(module, found, default.value, &sink);
            }
        }
        "setattr" | "setdefault" | "__setitem__" => {
            let at = usize::from(last == "setattr");
            let Some(value) = call.positional(at + 1) else { return };
            if key(at) != Some("trust_remote_code") {
                return;
            }
            let own = last == "setdefault" && is_own_kwargs(module, call.function);
            let form =
                if own { Form::Default { shared: None } } else { Form::Value { target: None } };
            push(module, found, value.value, &sink(form, value.node));
        }
        _ if trust_defaults::flag(module, &call, last, &name, found) => {}
        _ => positional(module, &call, &name, found),
    }
}

/// Whether `kwargs.setdefault` belongs to the `**kwargs` of the function around it.
fn is_own_kwargs(module: &Module, function: Node) -> bool {
    let Some(object) = function.child_by_field_name("object") else { return false };
    let name = module.text_of(object);
    let mut functions =
        module.ancestors(function).filter(|around| around.kind() == "function_definition");
    functions.any(|around| {
        let signature = Signature::at(around);
        signature.is_some_and(|signature| {
            signature.parameters.iter().any(|parameter| {
                parameter.kind == crate::python::signature::ParameterKind::VarKeyword
                    && module.text_of(parameter.name) == name
            })
        })
    })
}

/// `load(path, True)`, where the module's own `load` has the parameter there.
fn positional<'t>(module: &'t Module, call: &Call<'t>, name: &str, found: &mut Vec<Sink<'t>>) {
    let positional = call
        .arguments
        .iter()
        .take_while(|argument| argument.kind == ArgumentKind::Positional)
        .enumerate()
        .find(|(_, argument)| {
            literal::truth(argument.value, module.text()) == Some(true)
                && argument.value.kind() == "true"
        });
    if positional.is_none() {
        return;
    }
    let Some(index) = trust_values::parameter_index(module, call, "trust_remote_code") else {
        return;
    };
    let Some(argument) = call.positional(index) else { return };
    let sink = Sink {
        node: call.node,
        commented: call.node,
        argument: tree::span(argument.node),
        value: argument.value,
        name: name.to_owned(),
        decision: &REMOTE_CODE,
        form: Form::Value { target: None },
    };
    push(module, found, argument.value, &sink);
}
