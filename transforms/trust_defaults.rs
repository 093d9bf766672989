//! Defaults that are true: of parameters, fields and flags. The safe literal takes their place, for
//! whoever wants the other one can say so.

use tree_sitter::Node;

use super::trust_remote_code::{REMOTE_CODE, REPOSITORY};
use super::trust_sinks::{Form, Sink, push};
use super::trust_values::leaves;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};

/// `def f(trust_remote_code=True)`, and a parameter of another name that only feeds the argument.
pub(super) fn parameter<'t>(module: &'t Module, node: Node<'t>, found: &mut Vec<Sink<'t>>) {
    let (Some(name), Some(value)) =
        (node.child_by_field_name("name"), node.child_by_field_name("value"))
    else {
        return;
    };
    let named = module.text_of(name);
    let decision = if named == "trust_repo" { &REPOSITORY } else { &REMOTE_CODE };
    let shared = match named {
        "trust_remote_code" => None,
        _ if leaves(value, module.text()).is_empty() => return,
        _ => match feeds(module, node, named, decision.argument) {
            Feeds::Nothing => return,
            Feeds::Only => None,
            Feeds::Others => Some(format!("`{named}` is used for something else too")),
        },
    };
    let sink = Sink {
        node,
        commented: node,
        argument: tree::span(node),
        value,
        name: format!("{named} ="),
        decision,
        form: Form::Default { shared },
    };
    field(module, value, &sink, found);
}

/// What the uses of a parameter feed.
enum Feeds {
    /// None of them the argument.
    Nothing,
    /// All of them the argument.
    Only,
    /// Some the argument, some something else.
    Others,
}

fn feeds(module: &Module, parameter: Node, name: &str, fed_argument: &str) -> Feeds {
    let function = module
        .ancestors(parameter)
        .find(|around| matches!(around.kind(), "function_definition" | "lambda"));
    let Some(body) = function.and_then(|function| function.child_by_field_name("body")) else {
        return Feeds::Nothing;
    };
    let scope = module.names.scope_at(body.start_byte());
    let (mut fed, mut other) = (0, 0);
    for used in module.names.uses_of(name, scope, module.text()) {
        let argument = module
            .nodes()
            .covering(used)
            .and_then(|node| module.parent(node))
            .filter(|parent| parent.kind() == "keyword_argument")
            .and_then(|parent| parent.child_by_field_name("name"));
        match argument.map(|argument| module.text_of(argument)) {
            Some(argument) if argument == fed_argument => fed += 1,
            _ => other += 1,
        }
    }
    match (fed, other) {
        (0, _) => Feeds::Nothing,
        (_, 0) => Feeds::Only,
        _ => Feeds::Others,
    }
}

/// A default that is true, or a call that declares one: `field(default=True)`, `Field(True)`.
pub(super) fn field<'t>(
    module: &'t Module,
    value: Node<'t>,
    sink: &Sink<'t>,
    found: &mut Vec<Sink<'t>>,
) {
    let Some(call) = Call::at(tree::unparenthesised(value), module.text()) else {
        push(module, found, value, sink);
        return;
    };
    let name = module.text_of(call.function).rsplit('.').next().unwrap_or_default();
    let takes_first = matches!(
        name,
        "Field"
            | "Option"
            | "Argument"
            | "Query"
            | "Body"
            | "Form"
            | "Header"
            | "Cookie"
            | "Bool"
            | "ib"
            | "attrib"
    );
    let first = call.positional(0).filter(|_| takes_first);
    for default in [call.keyword("default"), first].into_iter().flatten() {
        push(module, found, default.value, sink);
    }
}

/// Whether a statement stands directly in a class body.
pub(super) fn is_in_class_body(module: &Module, assignment: Node) -> bool {
    let body = module.parent(assignment).and_then(|statement| module.parent(statement));
    body.and_then(|body| module.parent(body))
        .is_some_and(|class| class.kind() == "class_definition")
}

/// `add_argument("--trust-remote-code", default=True)` and its like in other libraries. Whether
/// the call declares such a flag.
pub(super) fn flag<'t>(
    module: &'t Module,
    call: &Call<'t>,
    last: &str,
    name: &str,
    found: &mut Vec<Sink<'t>>,
) -> bool {
    let text = module.text();
    let declares = matches!(last, "add_argument" | "option" | "add_option" | "Option" | "add_flag");
    let defines = last.starts_with("DEFINE_");
    if !(declares || defines) || !names_flag(call, text) {
        return false;
    }
    let sink = |argument: Node<'t>, form: Form<'t>| Sink {
        node: call.node,
        commented: call.node,
        argument: tree::span(argument),
        value: argument,
        name: name.to_owned(),
        decision: &REMOTE_CODE,
        form,
    };
    let action = call.keyword("action");
    if let Some(action) = action
        && literal::plain_string(action.value, text) == Some("store_false")
    {
        let reason = "the flag switches it off, so that it is on by default; replace it by one that switches it on";
        // With another default nobody could switch it on.
        found.push(sink(action.node, Form::Report(reason.to_owned())));
        return true;
    }
    let default = call.keyword("default").or(call.positional(1).filter(|_| defines));
    if let Some(default) = default {
        let sink = sink(default.node, Form::Default { shared: None });
        push(module, found, default.value, &sink);
    }
    true
}

/// Whether a string among the arguments, or `dest=`, names the decision.
fn names_flag(call: &Call, text: &str) -> bool {
    let is_name = |spelled: &str| {
        spelled.split('/').any(|option| {
            let name = option.trim_start_matches('-').replace('-', "_");
            name == "trust_remote_code"
        })
    };
    let dest = call.keyword("dest").map(|dest| dest.value);
    let options = (0..).map_while(|index| call.positional(index)).map(|argument| argument.value);
    let dest = match dest {
        Some(dest) => literal::plain_string(dest, text).map(str::to_owned),
        None => None,
    };
    match dest {
        Some(dest) => is_name(&dest),
        None => options.filter_map(|option| literal::plain_string(option, text)).any(is_name),
    }
}
