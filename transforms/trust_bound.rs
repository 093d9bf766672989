//! Whether a name, a key or a call leaves it to a person to trust.

use tree_sitter::Node;

use super::trust_answer::answers_trust;
use super::trust_guard::{Asked, MOST_SIDES, Question};
use super::trust_words::{Trusted, asks, is_yes, says_yes};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::{literal, tree};

/// Assignments that are followed from a name to what it was computed from.
const MOST_STEPS: usize = 3;
/// Objects whose attributes are what a person set when starting the program.
const OPTIONS: [&str; 22] = [
    "args",
    "arguments",
    "opt",
    "opts",
    "options",
    "cli_args",
    "parsed",
    "parsed_args",
    "namespace",
    "ns",
    "flags",
    "cfg",
    "conf",
    "config",
    "configuration",
    "settings",
    "params",
    "hparams",
    "model_args",
    "data_args",
    "script_args",
    "training_args",
];

impl Question<'_> {
    pub(super) fn speaks(&self, name: &str, asked: Asked) -> bool {
        says_yes(name, self.trusted) == Some(asked.holds)
    }

    pub(super) fn key_speaks(&self, key: Node, asked: Asked) -> bool {
        literal::plain_string(key, self.module.text()).is_some_and(|key| self.speaks(key, asked))
    }

    /// Whether an attribute is one of what a person set: `args.fast`.
    pub(super) fn is_option(&self, node: Node) -> bool {
        let Some(object) = node.child_by_field_name("object") else { return false };
        let name = match object.kind() {
            "attribute" => object.child_by_field_name("attribute"),
            "identifier" => Some(object),
            _ => None,
        };
        let name = name.map(|name| self.module.text_of(name).to_ascii_lowercase());
        name.is_some_and(|name| OPTIONS.contains(&name.trim_start_matches('_')))
    }

    /// A name decides by what it is called, if nothing that it is bound to decides by itself.
    pub(super) fn name_decides(&self, node: Node, asked: Asked) -> bool {
        let module = self.module;
        let name = module.text_of(node);
        let scope = module.names.scope_at(node.start_byte());
        let bindings = module.names.bindings(name, scope);
        if asked.steps == 0 && !self.speaks(name, asked) {
            return asked.compared && answers_trust(module, bindings, self.trusted);
        }
        if bindings.is_empty() {
            return self.speaks(name, asked);
        }
        if bindings.len() > MOST_SIDES {
            return false;
        }
        let mut decided = false;
        for binding in bindings.iter().filter(|binding| !is_set_behind(module, node, binding)) {
            match self.binding_decides(name, binding, asked) {
                Some(true) => decided = true,
                Some(false) => return false,
                None => {}
            }
        }
        decided
    }

    /// Whether a binding leaves it to a person; `None` where it only says no beforehand.
    fn binding_decides(&self, name: &str, binding: &Binding, asked: Asked) -> Option<bool> {
        let module = self.module;
        match &binding.kind {
            // What a peer is asked for is often worked out where it was not said.
            BindingKind::Parameter
                if self.trusted == Trusted::Peer && is_none_by_default(module, binding) =>
            {
                None
            }
            BindingKind::Parameter => Some(self.parameter_decides(name, binding, asked)),
            BindingKind::Import { .. } => Some(self.speaks(name, asked)),
            BindingKind::Placeholder => None,
            BindingKind::Function | BindingKind::Class { .. } => Some(false),
            BindingKind::Assignment { value } => {
                let Some(value) = module.nodes().covering(*value) else { return Some(false) };
                let is_peer = self.trusted == Trusted::Peer;
                match literal::truth(value, module.text()) {
                    Some(_) if is_peer && is_converted(module, name, value) => return None,
                    Some(truth) if truth == asked.holds => return Some(false),
                    Some(_) => return None,
                    None => {}
                }
                let steps = asked.steps + 1;
                let by_value = steps <= MOST_STEPS && self.decided(value, Asked { steps, ..asked });
                Some(by_value || (is_peer && self.names_it(value, asked)))
            }
            BindingKind::Other => {
                // What is unpacked or looped over: not a display that the author wrote.
                let source = super::remote::source(module, binding);
                let is_written = source.is_some_and(|source| {
                    matches!(source.kind(), "tuple" | "list" | "set" | "expression_list")
                });
                Some(!is_written && self.speaks(name, asked))
            }
        }
    }

    /// Whether a value is worked out by a call from what says the same: `self.given(verify, self.verify)`.
    fn names_it(&self, value: Node, asked: Asked) -> bool {
        let Some(call) = Call::at(value, self.module.text()) else { return false };
        call.arguments.iter().any(|argument| {
            let name = self.module.text_of(argument.value).rsplit('.').next().unwrap_or_default();
            let is_name = matches!(argument.value.kind(), "identifier" | "attribute");
            is_name && self.speaks(name, asked)
        })
    }

    /// A parameter decides unless its default says yes for everyone who says nothing. That of
    /// `trust_remote_code` itself is a finding of its own.
    fn parameter_decides(&self, name: &str, binding: &Binding, asked: Asked) -> bool {
        let module = self.module;
        let parameter = module.nodes().covering(binding.span).and_then(|node| module.parent(node));
        let default = parameter
            .filter(|p| matches!(p.kind(), "default_parameter" | "typed_default_parameter"))
            .and_then(|parameter| parameter.child_by_field_name("value"));
        let truth = default.and_then(|default| literal::truth(default, module.text()));
        let own = self.trusted == Trusted::Code && name == "trust_remote_code";
        own || truth != Some(asked.holds)
    }

    pub(super) fn call_decides(&self, node: Node, asked: Asked) -> bool {
        let module = self.module;
        let Some(call) = Call::at(node, module.text()) else { return false };
        let callee = module.text_of(call.function);
        let last = callee.rsplit('.').next().unwrap_or_default();
        let value = |index: usize| call.positional(index).map(|argument| argument.value);
        match last {
            // What a function takes is a fact: `inspect.signature(f).parameters.get(...)`.
            "get" if callee.contains("parameters") || callee.contains("signature") => false,
            "get" | "getenv" | "pop" => {
                let default = value(1).or(call.keyword("default").map(|d| d.value));
                value(0).is_some_and(|key| self.key_speaks(key, asked))
                    && !self.is_on(default, asked)
            }
            "getattr" => {
                value(1).is_some_and(|key| self.key_speaks(key, asked))
                    && !self.is_on(value(2), asked)
            }
            "bool" => value(0).is_some_and(|inner| self.decided(inner, asked)),
            "is_true" | "strtobool" | "str2bool" | "int" => {
                let asked = Asked { compared: true, ..asked };
                value(0).is_some_and(|inner| self.decided(inner, asked))
            }
            "lower" | "upper" | "strip" | "casefold" => {
                let object = call.function.child_by_field_name("object");
                object.is_some_and(|object| self.decided(object, asked))
            }
            name if asks(name) => {
                asked.steps > 0
                    || says_yes(module.text_of(call.list), self.trusted) == Some(asked.holds)
            }
            name => {
                let is_told = call.arguments.iter().any(|argument| argument.value.kind() == "true");
                self.speaks(name, asked) && !is_told
            }
        }
    }

    /// Whether a default says yes for everyone who says nothing.
    fn is_on(&self, default: Option<Node>, asked: Asked) -> bool {
        let Some(default) = default else { return false };
        let text = self.module.text();
        if asked.compared
            && let Some(word) = literal::plain_string(default, text)
        {
            return is_yes(word);
        }
        literal::truth(default, text) == Some(asked.holds)
    }
}

/// Whether a parameter is None where nothing is given.
fn is_none_by_default(module: &Module, binding: &Binding) -> bool {
    let parameter = module.nodes().covering(binding.span).and_then(|node| module.parent(node));
    let default = parameter.and_then(|parameter| parameter.child_by_field_name("value"));
    default.is_some_and(|default| default.kind() == "none")
}

/// Whether an assignment reads what its own name was given: `if check in ("no", "0"): check = False`.
fn is_converted(module: &Module, name: &str, value: Node) -> bool {
    module.ancestors(value).any(|around| {
        let condition = around.child_by_field_name("condition");
        matches!(around.kind(), "if_statement" | "elif_clause")
            && condition.is_some_and(|condition| {
                tree::preorder(condition)
                    .any(|part| part.kind() == "identifier" && module.text_of(part) == name)
            })
    })
}

/// Whether a binding stands in the `if` whose condition the name belongs to: it comes later.
fn is_set_behind(module: &Module, name: Node, binding: &Binding) -> bool {
    if binding.span.start <= name.end_byte() {
        return false;
    }
    let around = module.ancestors(name).find(|around| {
        module.is_statement(*around) || matches!(around.kind(), "if_statement" | "elif_clause")
    });
    around.is_some_and(|around| {
        around.kind() == "if_statement" && tree::span(around).contains(binding.span)
    })
}
