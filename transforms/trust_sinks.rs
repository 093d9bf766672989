//! Where `trust_remote_code` is true because somebody wrote it down.

use tree_sitter::Node;

use super::finding::Decision;
use super::trust_calls::call;
use super::trust_defaults;
use super::trust_remote_code::{REMOTE_CODE, REPOSITORY};
use super::trust_values::{self, callee, ends, is_fallback, leaves};

use crate::python::module::Module;
use crate::python::names::BindingKind;
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
    let text = module.text();
    let is_default = matches!(sink.form, Form::Default { .. });
    for leaf in ends(value) {
        let form = match leaf.kind() {
            "true" | "integer" if literal::truth(leaf, text) != Some(true) => continue,
            "true" | "integer" => match sink.form {
                Form::Drop { .. } => sink.form.clone(),
                _ if is_fallback(
                    module,
                    leaf,
                    sink.decision.argument,
                    sink.name.ends_with(" ="),
                ) =>
                {
                    Form::Default { shared: None }
                }
                _ => sink.form.clone(),
            },
            "identifier" => match trust_values::constant(module, leaf) {
                Some(form) => form,
                None => continue,
            },
            "string" if is_default => match literal::plain_string(leaf, text) {
                Some("true" | "True") => Form::Report(
                    "the default is a text that means yes; make it False, or a text that means no"
                        .to_owned(),
                ),
                _ => continue,
            },
            _ => continue,
        };
        found.push(Sink { value: leaf, form, ..sink.clone() });
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
    let is_looked_at = callee == "dict" && trust_values::is_compared(module, call);
    if named.starts_with("assert_") || callee == "unittest.mock.call" || is_looked_at {
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
    push(module, found, value, &sink);
}

/// `{"trust_remote_code": True}`.
fn entry<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let (Some(key), Some(value)) =
        (node.child_by_field_name("key"), node.child_by_field_name("value"))
    else {
        return;
    };
    let decision = match literal::plain_string(key, module.text()) {
        Some("trust_remote_code") => &REMOTE_CODE,
        Some("trust_repo") if goes_to_hub(module, node) => &REPOSITORY,
        _ => return,
    };
    if trust_values::is_compared(module, node) {
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
        name: format!("{{{}}}", decision.argument),
        decision,
        form: Form::Value { target: None },
    };
    push(module, found, value, &sink);
}

/// Whether an entry is an argument of a call of `torch.hub`: `load(path, **{"trust_repo": True})`.
fn goes_to_hub(module: &Module, entry: Node) -> bool {
    let splat = module.parent(entry).and_then(|display| module.parent(display));
    let splat = splat.filter(|splat| splat.kind() == "dictionary_splat");
    let call = splat.and_then(|splat| module.parent(splat)).and_then(|list| module.parent(list));
    call.is_some_and(|call| call.kind() == "call" && trust_values::is_hub(module, call))
}

/// `trust_remote_code = True`, `x.trust_remote_code = True`, `x["trust_remote_code"] = True`.
fn assignment<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let Some(left) = node.child_by_field_name("left") else { return };
    let Some(right) = node.child_by_field_name("right") else { return };
    if module.parent(node).is_some_and(|around| around.kind() == "assignment") {
        // The outermost one speaks for all of `a = b = value`.
        return;
    }
    let mut targets = vec![(node, left)];
    let mut value = right;
    while value.kind() == "assignment" {
        let Some(target) = value.child_by_field_name("left") else { return };
        targets.push((value, target));
        let Some(next) = value.child_by_field_name("right") else { return };
        value = next;
    }
    let is_chained = targets.len() > 1;
    for (node, left) in targets {
        for (target, value) in elements(module, left, value) {
            assigned(module, node, target, value, is_chained, found);
        }
    }
}

/// One target of an assignment that gets a value.
fn assigned<'t>(
    module: &'t Module,
    node: Node<'t>,
    target: Node<'t>,
    value: Node<'t>,
    is_chained: bool,
    found: &mut Vec<Sink<'t>>,
) {
    let sink = |name: &str, form: Form<'t>| Sink {
        node,
        commented: node,
        argument: tree::span(node),
        value,
        name: name.to_owned(),
        decision: &REMOTE_CODE,
        form,
    };
    if is_chained {
        let reason = "the same value is assigned to something else too; let the caller decide";
        let form = Form::Report(reason.to_owned());
        push(module, found, value, &sink("trust_remote_code =", form));
        return;
    }
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
    } else if module.parent(target).is_some_and(|around| around.id() != node.id())
        || !is_alone(module, node, scope)
    {
        Form::Report(
            "the name is bound in several ways here; let a parameter of that name decide"
                .to_owned(),
        )
    } else if let Some(statement) = module.parent(node).filter(|s| module.is_statement(*s)) {
        Form::Local { statement }
    } else {
        Form::Report("let a parameter of that name decide instead".to_owned())
    };
    // Another number is no decision.
    if value.kind() == "integer" && module.text_of(value) != "1" {
        return;
    }
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

/// The targets that are named like the decision, and their values: of a plain assignment, or of
/// the elements of an unpacking.
fn elements<'t>(module: &Module, left: Node<'t>, right: Node<'t>) -> Vec<(Node<'t>, Node<'t>)> {
    if !matches!(left.kind(), "pattern_list" | "tuple_pattern" | "list_pattern") {
        return if is_named(module, left) { vec![(left, right)] } else { Vec::new() };
    }
    let (targets, values) = (tree::children(left), tree::children(right));
    let is_display = matches!(right.kind(), "expression_list" | "tuple" | "list");
    let is_plain = |node: &Node| !node.kind().contains("splat");
    if !is_display || targets.len() != values.len() || !targets.iter().all(is_plain) {
        return Vec::new();
    }
    let pairs = targets.into_iter().zip(values);
    pairs.filter(|(target, _)| is_named(module, *target)).collect()
}

/// Whether a target is a name, an attribute or a key that is named like the decision.
fn is_named(module: &Module, target: Node) -> bool {
    let is_name =
        |node: Option<Node>| node.is_some_and(|name| module.text_of(name) == "trust_remote_code");
    match target.kind() {
        "identifier" => is_name(Some(target)),
        "attribute" => is_name(target.child_by_field_name("attribute")),
        "subscript" => target.child_by_field_name("subscript").is_some_and(|key| {
            literal::plain_string(key, module.text()) == Some("trust_remote_code")
        }),
        _ => false,
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
