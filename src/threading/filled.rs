//! The classes whose objects `HfArgumentParser` fills from a command line.

use tree_sitter::Node;

use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// `HfArgumentParser((A, B)).parse_args_into_dataclasses()`: the n-th class.
pub(super) fn class<'m>(module: &'m Module, call: &Call<'m>, index: usize) -> Option<Node<'m>> {
    let method = call.function.child_by_field_name("attribute")?;
    let fills = [
        "parse_args_into_dataclasses",
        "parse_json_file",
        "parse_dict",
        "parse_yaml_file",
        "parse_args_and_config",
    ];
    if !fills.contains(&module.text_of(method)) {
        return None;
    }
    let mut parser = tree::unparenthesised(call.function.child_by_field_name("object")?);
    if parser.kind() == "identifier" {
        let scope = module.names.scope_at(parser.start_byte());
        let [binding] = module.names.bindings(module.text_of(parser), scope) else {
            return None;
        };
        let BindingKind::Assignment { value } = binding.kind else { return None };
        parser = module.nodes().covering(value)?;
    }
    let classes = Call::at(parser, module.text())?.positional(0)?.value;
    let classes = match classes.kind() {
        "tuple" | "list" => tree::children(classes),
        _ => vec![classes],
    };
    classes.get(index).copied()
}
