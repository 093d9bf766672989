//! Of which format an archive is, by its name or by what the call says.

use tree_sitter::Node;

use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::{literal, tree};

/// The format of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    /// A tar archive, compressed or not.
    Tar,
    /// This other one.
    Other(String),
    /// Nothing tells.
    Unknown,
}

/// The endings of tar archives that `shutil` knows.
const TAR: [&str; 9] =
    [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"];

/// How many names are followed.
const DEEPEST: usize = 4;

/// The format of what `shutil.unpack_archive` unpacks: the one that it is told, else by the name.
pub(super) fn format_of(module: &Module, call: &Call) -> Format {
    if let Some(told) = call.keyword("format").or(call.positional(2))
        && module.text_of(told.value) != "None"
    {
        return match literal::plain_string(told.value, module.text()) {
            Some(name) if name.ends_with("tar") => Format::Tar,
            Some(name) => Format::Other(name.to_owned()),
            None => Format::Unknown,
        };
    }
    let name = call.keyword("filename").or(call.positional(0));
    let Some(ending) = name.and_then(|name| ending(module, name.value, DEEPEST)) else {
        return Format::Unknown;
    };
    let ending = ending.to_ascii_lowercase();
    if TAR.iter().any(|tar| ending.ends_with(tar)) {
        return Format::Tar;
    }
    let is_zip = ending.rsplit('.').next() == Some("zip");
    if is_zip { Format::Other("zip".to_owned()) } else { Format::Unknown }
}

/// The literal text that an expression for a path ends with.
fn ending(module: &Module, node: Node, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let node = tree::unparenthesised(node);
    let again = |inner: Node| ending(module, inner, depth);
    match node.kind() {
        "string" => {
            let parts = tree::children(node);
            let content = parts.iter().rev().nth(1)?;
            (content.kind() == "string_content").then(|| module.text_of(*content).to_owned())
        }
        "concatenated_string" => again(*tree::children(node).last()?),
        "binary_operator" => {
            let operator = module.text_of(node.child_by_field_name("operator")?);
            let right = node.child_by_field_name("right")?;
            matches!(operator, "+" | "/").then(|| again(right))?
        }
        "call" => {
            let call = Call::at(node, module.text())?;
            let name = module.text_of(call.function);
            let last = name.rsplit('.').next()?;
            let hands_on = ["join", "joinpath", "str", "Path", "fspath", "abspath", "expanduser"];
            hands_on.contains(&last).then(|| again(call.arguments.last()?.value))?
        }
        "identifier" => {
            let name = module.text_of(node);
            let scope = module.names.scope_at(node.start_byte());
            let [binding] = module.names.bindings(name, scope) else { return None };
            let BindingKind::Assignment { value } = binding.kind else { return None };
            again(module.nodes().covering(value)?)
        }
        _ => None,
    }
}
