//! Whether a flag of a command line gives a yes or a no.

use tree_sitter::Node;

use super::decision;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;

/// Whether what `add_argument` adds is always there and always a yes or a no.
pub(super) fn is_decision(module: &Module, call: &Call, name: &str) -> bool {
    if call.has(ArgumentKind::DoubleSplat) {
        return false;
    }
    let text = |key: &str| call.keyword(key).map(|argument| module.text_of(argument.value));
    if let Some(default) = call.keyword("default")
        && (decision::is_other(module, default.value, name)
            || matches!(default.value.kind(), "string" | "concatenated_string")
            || is_suppressed(module, default.value))
    {
        return false;
    }
    let action = text("action").map(|action| action.trim_matches(['"', '\'']));
    match action {
        Some("store_true") => true,
        // Without a default of its own it says yes to whoever says nothing.
        Some("store_false") => call.keyword("default").is_some(),
        Some("store_const") => text("const").is_some_and(is_plain),
        Some("store") | None => converts(module, call),
        Some(other) => other.ends_with("BooleanOptionalAction"),
    }
}

/// Whether a flag that takes a value turns it into one yes or no.
fn converts(module: &Module, call: &Call) -> bool {
    let is_one = call.keyword("nargs").is_none_or(|nargs| {
        let optional = module.text_of(nargs.value).trim_matches(['"', '\'']) == "?";
        optional && call.keyword("const").is_none_or(|given| is_plain(module.text_of(given.value)))
    });
    let Some(kind) = call.keyword("type").filter(|_| is_one) else { return false };
    let kind = tree::unparenthesised(kind.value);
    if kind.kind() == "lambda" {
        let body = kind.child_by_field_name("body").map(tree::unparenthesised);
        return body.is_some_and(|body| {
            matches!(body.kind(), "comparison_operator" | "not_operator" | "true" | "false")
        });
    }
    let text = module.text_of(kind);
    text.rsplit('.').next().unwrap_or(text).to_lowercase().contains("bool")
}

fn is_plain(text: &str) -> bool {
    matches!(text, "True" | "False" | "None")
}

/// Whether a call makes a parser whose namespaces lack what is not given.
pub(super) fn leaves_out(module: &Module, call: &Call) -> bool {
    call.keyword("argument_default").is_some_and(|given| is_suppressed(module, given.value))
}

fn is_suppressed(module: &Module, value: Node) -> bool {
    module.text_of(value).contains("SUPPRESS")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;

    fn is(arguments: &str) -> bool {
        let text = format!("p.add_argument(\"--trust-remote-code\"{arguments})\n");
        let module = Module::new(Source::python(FileId(0), text.into()).unwrap());
        let call = tree::preorder(module.root()).find_map(|n| Call::at(n, module.text()));
        is_decision(&module, &call.unwrap(), "trust_remote_code")
    }

    #[test]
    fn a_flag_that_is_a_yes_or_a_no_is_a_decision() {
        for text in [
            ", action='store_true'",
            ", action=\"store_true\", default=True",
            ", action='store_false', default=False",
            ", action='store_const', const=True",
            ", action=argparse.BooleanOptionalAction, default=None",
            ", type=bool, default=False",
            ", type=str2bool, nargs='?', const=True, default=False",
            ", type=utils.strtobool, default=0",
            ", type=lambda x: x.lower() == 'true', default=False",
        ] {
            assert!(is(text), "{text}");
        }
    }

    #[test]
    fn a_flag_that_is_something_else_or_may_be_missing_is_none() {
        for text in [
            "",
            ", type=str",
            ", type=str, default='no'",
            ", default='false', type=bool",
            ", choices=['yes', 'no']",
            ", type=bool, nargs='*'",
            ", nargs='?', const=True",
            ", action='store_true', default=argparse.SUPPRESS",
            ", action='append'",
            ", action='store_false'",
            ", action='store_const', const='all'",
            ", action=Custom",
            ", type=int, default=0",
            ", **options",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
