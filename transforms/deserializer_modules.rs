//! Modules that read pickles and are handed on as values, so that the calls of their functions are
//! not seen.

use memchr::memmem;
use tree_sitter::Node;

use super::deserializer::ABOUT;
use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Remedy};
use super::guard::Guards;
use super::prefilter::{is_whole, skip_gap};
use super::reference::{Usage, usage};
use super::trust_guard::decides_data;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};

/// Modules that are there to read and write what can hold code.
const MODULES: [&str; 6] = ["pickle", "_pickle", "cPickle", "dill", "cloudpickle", "marshal"];
/// What imports a module by its name.
const IMPORTERS: [&str; 3] = ["__import__", "importlib.import_module", "importlib.__import__"];
const PATTERN: Pattern =
    Pattern { transform: "deserializer", names: &["pickle", "dill", "marshal", "unpickl"] };
const ADVICE: &str = "call its functions by their names where the data is read, or use a format that cannot hold code";

/// Whether a file may make a value of one of the modules.
pub(super) fn may_hand_on(bytes: &[u8]) -> bool {
    let holds = |text: &str| memmem::find(bytes, text.as_bytes()).is_some();
    let by_name = holds("__import__") || holds("import_module");
    MODULES.iter().any(|name| {
        memmem::find_iter(bytes, name).any(|at| {
            let end = at + name.len();
            is_whole(bytes, at, end) && (by_name || is_value(bytes, at, end))
        })
    })
}

/// Whether a name may stand for itself: nothing is read from it, and it is not only imported.
fn is_value(bytes: &[u8], start: usize, end: usize) -> bool {
    let next = skip_gap(bytes, end);
    let is_read = bytes.get(next) == Some(&b'.');
    let is_part = bytes[..start].last().is_some_and(|b| matches!(b, b'.' | b'"' | b'\'' | b'/'));
    let is_renamed = bytes[next..].starts_with(b"as");
    !is_read && !is_part && (is_renamed || !is_imported(bytes, start))
}

/// Whether a name stands behind `import` in one statement and line.
fn is_imported(bytes: &[u8], at: usize) -> bool {
    let line = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1);
    let import = memmem::rfind(&bytes[line..at], b"import");
    import.is_some_and(|import| !bytes[line + import..at].contains(&b';'))
}

/// Adds the places where one of the modules becomes a value.
pub(super) fn check(module: &Module, findings: &mut Findings) {
    let judge = Judge::new(module, PATTERN, findings.policy.exception_words);
    let guards = Guards::new(module);
    let stays = |kind, reason| Remedy::Exception(Exception { kind, reason });
    let imported = imported(module);
    for (node, name) in values(module).chain(imported) {
        let remedy = match (judge.judge(node, None), guards.of(node, decides_data)) {
            (Verdict::Documented(reason), _) => stays(ExceptionKind::Documented, reason),
            (_, Some(reason)) => stays(ExceptionKind::Guarded, reason),
            _ => Remedy::Report(ADVICE.to_owned()),
        };
        findings.list.push(Finding {
            transform: ABOUT.name,
            file: module.file,
            range: tree::span(node),
            scope: module.scope_of(node),
            message: format!(
                "`{name}` is handed on as a value, and what it reads can run any code"
            ),
            sink: name,
            remedy,
        });
    }
}

/// The names of the modules where something else than an attribute is made of them.
fn values(module: &Module) -> impl Iterator<Item = (Node<'_>, String)> {
    module.names.uses.iter().filter_map(|used| {
        let name = &module.text()[used.span.range()];
        let resolution = module.names.lookup(name, used.scope);
        let target = resolution.single().filter(|target| MODULES.contains(target))?.to_owned();
        let node = module.nodes().covering(used.span).filter(|node| node.kind() == "identifier")?;
        let parent = module.parent(node)?;
        if parent.kind() == "attribute" || is_for_torch(module, parent) || is_bound(parent, node) {
            return None;
        }
        matches!(usage(module, node), Usage::HandedOn | Usage::Value).then_some((node, target))
    })
}

/// Whether a module is handed to torch: `torch.save(..., pickle_module=pickle)` writes, and `torch.load`
/// is a finding by itself.
fn is_for_torch(module: &Module, parent: Node) -> bool {
    let named = |field: &str| {
        let name = parent.child_by_field_name(field);
        name.is_some_and(|name| module.text_of(name).trim_matches(['"', '\'']) == "pickle_module")
    };
    match parent.kind() {
        "keyword_argument" => named("name"),
        "pair" => named("key"),
        "argument_list" => {
            let function =
                module.parent(parent).and_then(|call| call.child_by_field_name("function"));
            let resolved = function.map(|function| module.names.resolve(function, module.text()));
            let is_torch = |name: &String| name.starts_with("torch.");
            resolved.is_some_and(|resolved| resolved.candidates().iter().any(is_torch))
        }
        _ => false,
    }
}

/// Whether a name is the target of an assignment.
fn is_bound(parent: Node, name: Node) -> bool {
    let left = parent.child_by_field_name("left").or(parent.child_by_field_name("name"));
    left.is_some_and(|left| left.id() == name.id())
}

/// `importlib.import_module("pickle")`
fn imported(module: &Module) -> Vec<(Node<'_>, String)> {
    let calls = module.of_kind("call").filter_map(|node| {
        let call = Call::at(node, module.text())?;
        let name = literal::plain_string(call.positional(0)?.value, module.text())?;
        let is_one = MODULES.contains(&name);
        let resolution = module.names.resolve(call.function, module.text());
        (is_one && IMPORTERS.contains(&resolution.single()?)).then(|| (node, name.to_owned()))
    });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_may_make_a_value_of_a_module_are_read() {
        for text in [
            "import pickle\np = pickle\n",
            "import os, pickle as p\nq = p\n",
            "import dill\nuse(dill)\n",
            "import dill; use(dill)\n",
            "import dill\nx = \\\n  dill\n",
            "from importlib import import_module\nimport_module('pickle')\n",
        ] {
            assert!(may_hand_on(text.as_bytes()), "{text}");
        }
        for text in [
            "import pickle\npickle.dumps(x)\n",
            "import os, pickle\n",
            "open('cache.pickle')\n",
            "import marshalling\n",
        ] {
            assert!(!may_hand_on(text.as_bytes()), "{text}");
        }
    }
}
