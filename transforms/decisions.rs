//! The decisions that functions of a program take as parameters, and calls of them that give a true
//! value by position. What is called is known only once the whole program is.

use tree_sitter::Node;

use super::exception::{Judge, Pattern};
use super::finding::{Decision, Finding, Policy};
use super::guard::{Decides, Guards};
use super::{numpy_load, trust_callee, trust_guard, trust_remote_code, trust_values};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::workspace::span::Span;

/// A decision that functions take, with the transform that finds it where it is hardcoded.
pub struct Taken {
    /// The transform's name.
    pub transform: &'static str,
    /// The decision.
    pub decision: &'static Decision,
    /// What a comment has to be about.
    pattern: Pattern<'static>,
    /// Whether a condition is the decision of a person.
    pub decides: Decides,
    /// Whether it is that of a person who says no.
    pub forbids: Decides,
}

/// Whether a condition says where it holds, or does not, that code of others is not trusted.
fn forbids_code(module: &Module, condition: Node, holds: bool) -> bool {
    trust_guard::decides_code(module, condition, !holds)
}

/// The same of a data file.
fn forbids_data(module: &Module, condition: Node, holds: bool) -> bool {
    trust_guard::decides_data(module, condition, !holds)
}

/// All of them.
pub static TAKEN: [Taken; 3] = [
    Taken {
        transform: "trust-remote-code",
        decision: &trust_remote_code::REMOTE_CODE,
        pattern: trust_remote_code::PATTERN,
        decides: trust_guard::decides_code,
        forbids: forbids_code,
    },
    Taken {
        transform: "trust-remote-code",
        decision: &trust_remote_code::REPOSITORY,
        pattern: trust_remote_code::PATTERN,
        decides: trust_guard::decides_code,
        forbids: forbids_code,
    },
    Taken {
        transform: "numpy-load",
        decision: &numpy_load::DATA,
        pattern: numpy_load::PATTERN,
        decides: trust_guard::decides_data,
        forbids: forbids_data,
    },
];

/// A call that gives a parameter a value by position.
pub struct Given<'t> {
    /// The call.
    pub call: Node<'t>,
    /// The argument.
    pub argument: Node<'t>,
    /// The parameter's name.
    pub parameter: &'t str,
}

impl Taken {
    /// Judges the comments of a module as the transform does. A reason must have `least_words`.
    pub fn judge<'m>(&self, module: &'m Module, least_words: usize) -> Judge<'m> {
        Judge::new(module, self.pattern, least_words)
    }

    /// The findings of values that are true, in the order of the calls.
    pub fn by_position<'t>(
        &self,
        module: &'t Module,
        policy: &Policy,
        given: &[Given<'t>],
    ) -> Vec<Finding> {
        let judge = self.judge(module, policy.exception_words);
        let guards = Guards::new(module);
        if self.transform == "numpy-load" {
            let finding = |given| numpy_load::by_position(module, &judge, &guards, given);
            return given.iter().filter_map(finding).collect();
        }
        trust_remote_code::by_position(module, judge, guards, self.decision, given)
    }

    /// Whether the transform finds a value at this position by itself.
    pub fn is_found_alone(&self, module: &Module, call: &Call, parameter: &str) -> bool {
        self.decision == &trust_remote_code::REMOTE_CODE
            && trust_callee::parameter_index(module, call, parameter).is_some()
    }
}

/// The 0-based position at which making an object of a class of the module gives a field, if its
/// `__init__` is made of the fields.
pub fn field_position(module: &Module, class: Span, name: &str) -> Option<usize> {
    let class = module.exact(class, &["class_definition"])?;
    trust_callee::field_of(module, class, name)
}

/// Whether a call gives anything by position that is written as true.
pub fn may_give_true(module: &Module, call: &Call) -> bool {
    let positional = call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional);
    let mut values = positional.map(|argument| argument.value);
    values.any(|value| {
        let leaves = trust_values::leaves(value, module.text());
        leaves.iter().any(|leaf| leaf.kind() == "true")
    })
}
