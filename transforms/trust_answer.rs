//! What a person answers to a question that the program asks: `answer = input("Trust it? [y/N] ")`.

use tree_sitter::Node;

use super::trust_guard::MOST_SIDES;
use super::trust_words::{Trusted, asks};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::tree;

/// Words by which a question asks to trust code; the first, data too.
const TRUST: [&str; 3] = ["trust", "remote code", "custom code"];
/// Words by which a question may ask for the opposite, so that a yes is a no.
const DISTRUST: [&str; 8] =
    ["untrust", "distrust", "not ", "n't ", "disable", "without", "refuse", "block"];
/// Parts of a condition that are looked at.
const MOST_PARTS: usize = 64;

/// Whether a name is only bound to answers to questions that ask to trust.
pub(super) fn answers_trust(module: &Module, bindings: &[Binding], trusted: Trusted) -> bool {
    let words = if trusted == Trusted::Code { &TRUST[..] } else { &TRUST[..1] };
    let is_about = |question: Call| {
        let text = module.text_of(question.list).to_lowercase();
        words.iter().any(|word| text.contains(word))
            && !DISTRUST.iter().any(|word| text.contains(word))
    };
    !bindings.is_empty()
        && bindings.len() <= MOST_SIDES
        && bindings.iter().all(|binding| answered(module, binding).is_some_and(is_about))
}

/// The 1-based line of a condition around a place, within its function, that depends on what
/// somebody answers.
pub(super) fn line_before(module: &Module, place: Node) -> Option<usize> {
    let around = module
        .ancestors(place)
        .take_while(|node| !matches!(node.kind(), "function_definition" | "class_definition"));
    let conditions = around.filter_map(|node| node.child_by_field_name("condition"));
    conditions
        .filter(|condition| {
            tree::preorder(*condition).take(MOST_PARTS).any(|part| match part.kind() {
                "call" => question(module, part).is_some(),
                "identifier" => {
                    let scope = module.names.scope_at(part.start_byte());
                    let bindings = module.names.bindings(module.text_of(part), scope);
                    let few = bindings.iter().take(MOST_SIDES);
                    few.into_iter().any(|binding| answered(module, binding).is_some())
                }
                _ => false,
            })
        })
        .map(|condition| module.lines.of(condition.start_byte()) + 1)
        .next()
}

/// The question whose answer an assignment binds.
fn answered<'m>(module: &'m Module, binding: &Binding) -> Option<Call<'m>> {
    let BindingKind::Assignment { value } = binding.kind else { return None };
    question(module, innermost(module.nodes().covering(value)?))
}

/// The call, if it asks a person.
fn question<'m>(module: &'m Module, node: Node<'m>) -> Option<Call<'m>> {
    let call = Call::at(node, module.text())?;
    let callee = module.text_of(call.function);
    asks(callee.rsplit('.').next().unwrap_or_default()).then_some(call)
}

/// The call on whose result methods are called: `input(...).strip().lower()`.
fn innermost(mut value: Node) -> Node {
    loop {
        value = tree::unparenthesised(value);
        let function = value.child_by_field_name("function").filter(|_| value.kind() == "call");
        let object = function.and_then(|function| function.child_by_field_name("object"));
        match object.map(tree::unparenthesised) {
            Some(object) if object.kind() == "call" => value = object,
            _ => return value,
        }
    }
}
