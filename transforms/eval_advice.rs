//! What to do about a text that runs as code and is no literal.

use tree_sitter::Node;

use super::eval_use::{Use, use_of};
use super::reference::{Reference, Usage};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;

/// What to do about an `eval` that is no literal, by what becomes of its value.
pub(super) fn of_eval(module: &Module, call: &Call) -> String {
    let text = call.positional(0).map(|argument| tree::unparenthesised(argument.value));
    let made = text.is_some_and(|text| is_made(module, text));
    if call.arguments.len() > 1 {
        return "read the names and operators that are allowed with `ast.parse`, or look the name up in a dictionary of them".to_owned();
    }
    if use_of(module, call.node) == Use::Code {
        return "look the class or function up by its name in a dictionary of those that are allowed, or with `getattr` on the module that holds them".to_owned();
    }
    if made {
        return "the text is put together here: look the value up with `getattr` or in a dictionary, and do without code".to_owned();
    }
    "use `ast.literal_eval` if a literal is meant; for a class or function by its name, a dictionary of those that are allowed; for arithmetic, a parser of the operators that are allowed".to_owned()
}

/// What to do about an `exec` or `compile`, and about either handed on.
pub(super) fn of_exec(module: &Module, found: &Reference, call: Option<&Call>) -> String {
    if !matches!(found.usage, Usage::Call(_)) {
        return format!(
            "`{}` is handed on as a value; hand on a function that does the one thing that is needed",
            found.sink
        );
    }
    let text = call.and_then(|call| call.positional(0)).map(|text| module.text_of(text.value));
    let reads_file = text.is_some_and(|text| text.contains("read") || text.contains("open("));
    if reads_file {
        return "import the module, run the file with `runpy.run_path`, or read what is needed of it (a version, a setting) without running it".to_owned();
    }
    if found.sink == "compile" {
        return "say in a comment where the source comes from, or do without making code of a text"
            .to_owned();
    }
    "write the function out, set attributes with `setattr`, or check the text against a list of what is allowed; run code of others in a sandbox of its own process".to_owned()
}

/// Whether a text is put together from parts.
fn is_made(module: &Module, text: Node) -> bool {
    match text.kind() {
        "binary_operator" => true,
        "string" => tree::preorder(text).any(|part| part.kind() == "interpolation"),
        "call" => {
            let function = text.child_by_field_name("function");
            function.is_some_and(|f| {
                matches!(module.text_of(f).rsplit('.').next(), Some("format" | "join"))
            })
        }
        _ => false,
    }
}
