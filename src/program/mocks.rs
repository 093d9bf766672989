//! Assertions of tests about mocks: what they expect of a call changes with the call.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::Program;
use super::scripts::RunLine;
use crate::python::call::{ArgumentKind, Call};
use crate::python::literal;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::{File, FileKind};

/// What a mock is asked about the arguments of its calls.
const QUESTIONS: [&str; 14] = [
    "assert_called_with",
    "assert_called_once_with",
    "assert_any_call",
    "assert_has_calls",
    "assert_awaited_with",
    "assert_awaited_once_with",
    "assert_any_await",
    "assert_has_awaits",
    "call_args",
    "call_args_list",
    "await_args",
    "await_args_list",
    "called_with",
    "called_once_with",
];

/// What stands before and behind a function's name in that of its mock.
const BEFORE: [&str; 9] =
    ["mock_", "mocked_", "fake_", "spy_", "stub_", "patched_", "patch_", "m_", "Mock"];
const BEHIND: [&str; 7] = ["_mock", "_mocked", "_fake", "_spy", "_stub", "_patched", "Mock"];

impl Program<'_> {
    /// The lines of test files that assert with which arguments a mock was called, by the indices
    /// of the names for which it stands; sorted by path and line. A mock stands for a function if
    /// it has its name (`loader.load.assert_called_with`, `mock_load.call_args`), or is bound where
    /// the function is patched (`patch`, `patch.object`, `mocker`, `monkeypatch`). Only files
    /// that hold a name and such an assertion are parsed.
    pub fn mock_assertions(&self, names: &[&str]) -> BTreeMap<usize, Vec<RunLine>> {
        let mut found: BTreeMap<usize, Vec<RunLine>> = BTreeMap::new();
        let (Ok(name_finder), Ok(questions)) =
            (AhoCorasick::new(names), AhoCorasick::new(QUESTIONS))
        else {
            return found;
        };
        if self.is_alone || names.is_empty() || names.iter().any(|name| name.is_empty()) {
            return found;
        }
        let wanted = Wanted::new(names);
        let workspace = self.whole();
        let in_file = |bytes: &mut Vec<u8>, file: &File| {
            workspace.read(file.id, bytes).ok()?;
            let bytes = bytes.as_slice();
            if !questions.is_match(bytes) || !name_finder.is_match(bytes) {
                return None;
            }
            let module = self.glance(file.id)?.module;
            Some((file.relative.clone(), lines(&module, &wanted)))
        };
        let tests = workspace.files.par_iter().filter(|file| file.test);
        let hits: Vec<_> = tests
            .filter(|file| matches!(file.kind, FileKind::Python))
            .map_init(Vec::new, |bytes, file| in_file(bytes, file))
            .flatten()
            .collect();
        for (path, lines) in hits {
            for (name, line) in lines {
                for index in &wanted.indices[name] {
                    let path = path.clone();
                    found.entry(*index).or_default().push(RunLine { path, line: line + 1 });
                }
            }
        }
        for lines in found.values_mut() {
            lines.sort();
            lines.dedup();
        }
        found
    }
}

/// The names that are looked for.
#[derive(Default)]
struct Wanted<'n> {
    /// Where each stands in the list.
    indices: FxHashMap<&'n str, Vec<usize>>,
    /// The same names by what is left without leading underscores.
    public: FxHashMap<&'n str, Vec<&'n str>>,
}

impl<'n> Wanted<'n> {
    fn new(names: &[&'n str]) -> Self {
        let mut wanted = Self::default();
        for (index, name) in names.iter().enumerate() {
            wanted.indices.entry(name).or_default().push(index);
        }
        for name in wanted.indices.keys() {
            wanted.public.entry(name.trim_start_matches('_')).or_default().push(name);
        }
        wanted
    }
}

/// A mock that is bound where a function is patched.
struct Bound<'n> {
    name: &'n str,
    /// Where it is known, in bytes.
    within: Range<usize>,
}

/// The names with the 0-based lines at which their mocks are asked.
fn lines<'n>(module: &Module, wanted: &Wanted<'n>) -> Vec<(&'n str, usize)> {
    let mut found = Vec::new();
    let bound = bound(module, wanted);
    for question in QUESTIONS {
        for asked in module.attributes_named(question) {
            let Some(mock) = asked.child_by_field_name("object") else { continue };
            let mock = tree::unparenthesised(mock);
            let line = asked.child_by_field_name("attribute").map_or(0, |name| name.start_byte());
            let line = module.lines.of(line);
            let called = last_name(module, mock).map(|name| stand_for(name, wanted));
            found.extend(called.into_iter().flatten().map(|name| (name, line)));
            let fit = bound.get(text(module, mock)).into_iter().flatten();
            let fit = fit.filter(|bound| bound.within.contains(&mock.start_byte()));
            found.extend(fit.map(|bound| (bound.name, line)));
        }
    }
    for name in wanted.indices.keys() {
        // `mock.assert_has_calls([call.load("x")])` and `mock.mock_calls == [call.load("x")]`.
        let expected = module.calls_named(name).filter(|call| {
            let function = call.child_by_field_name("function");
            let object = function.and_then(|function| function.child_by_field_name("object"));
            object.is_some_and(|object| matches!(text(module, object), "call" | "mock.call"))
        });
        found.extend(expected.map(|call| (*name, module.lines.of(call.start_byte()))));
    }
    found
}

/// The last name of a chain: `load` in `loader.load` and `loaders[0].load`.
fn last_name<'m>(module: &'m Module, mock: Node) -> Option<&'m str> {
    match mock.kind() {
        "identifier" => Some(text(module, mock)),
        "attribute" => mock.child_by_field_name("attribute").map(|name| text(module, name)),
        _ => None,
    }
}

/// The functions that a mock of that name may stand for.
fn stand_for<'n>(mock: &str, wanted: &Wanted<'n>) -> Vec<&'n str> {
    if let Some((name, _)) = wanted.indices.get_key_value(mock) {
        return vec![*name];
    }
    // `mock_load` stands for `_load` as well.
    let inner = mock.trim_start_matches('_');
    let before = BEFORE.iter().find_map(|part| inner.strip_prefix(part));
    let inner = before.or_else(|| BEHIND.iter().find_map(|part| inner.strip_suffix(part)));
    let inner = inner.map(|inner| inner.trim_start_matches('_'));
    inner.and_then(|inner| wanted.public.get(inner)).cloned().unwrap_or_default()
}

/// What mocks of the functions are called where they are patched, by their texts (`m`, `self.m`).
fn bound<'m, 'n>(module: &'m Module, wanted: &Wanted<'n>) -> FxHashMap<&'m str, Vec<Bound<'n>>> {
    let mut found: FxHashMap<&str, Vec<Bound>> = FxHashMap::default();
    for (how, position) in [("patch", 0), ("object", 1), ("spy", 1), ("setattr", 1)] {
        for node in module.calls_named(how) {
            let Some(call) = Call::at(node, &module.source.text) else { continue };
            let Some((name, given)) = patched(module, &call, position, wanted) else { continue };
            for mock in binders(module, &call).into_iter().chain(given) {
                let within = reach(module, node, mock);
                found.entry(mock).or_default().push(Bound { name, within });
            }
        }
    }
    add_started(module, &mut found);
    found
}

/// The function that a call patches, and the name of what takes its place if it is given one.
fn patched<'m, 'n>(
    module: &'m Module,
    call: &Call<'m>,
    position: usize,
    wanted: &Wanted<'n>,
) -> Option<(&'n str, Option<&'m str>)> {
    let plain = |index: usize| {
        let argument = call.positional(index)?;
        literal::plain_string(argument.value, &module.source.text)
    };
    // `monkeypatch.setattr("pkg.load", m)` names it in one string.
    let (target, position) =
        plain(position).map(|name| (name, position)).or_else(|| Some((plain(0)?, 0)))?;
    let (name, _) = wanted.indices.get_key_value(target.rsplit('.').next()?)?;
    let new = call.keyword("new").or_else(|| call.positional(position + 1));
    let new = new.map(|argument| tree::unparenthesised(argument.value));
    let new = new.filter(|new| matches!(new.kind(), "identifier" | "attribute"));
    Some((name, new.map(|new| text(module, new))))
}

/// The names that get the value of a call that patches.
fn binders<'m>(module: &'m Module, call: &Call<'m>) -> Vec<&'m str> {
    let mut inner = call.node;
    for around in module.ancestors(call.node) {
        match around.kind() {
            "decorator" => return parameters(module, around, call),
            "assignment" => {
                let left = around.child_by_field_name("left");
                return left
                    .filter(|left| *left != inner)
                    .map(|left| text(module, left))
                    .into_iter()
                    .collect();
            }
            "as_pattern" => {
                let alias = around.child_by_field_name("alias");
                return alias.map(|alias| text(module, alias)).into_iter().collect();
            }
            "block" | "module" => return Vec::new(),
            _ => inner = around,
        }
    }
    Vec::new()
}

/// The parameters that a decorator fills: decorators of a function do so from the last one upwards,
/// then those of its class, for each test. None if the call gives what takes the function's place.
fn parameters<'m>(module: &'m Module, decorator: Node<'m>, call: &Call) -> Vec<&'m str> {
    let Some(decorated) = module.parent(decorator).filter(|_| !gives_new(module, call)) else {
        return Vec::new();
    };
    let Some(definition) = decorated.child_by_field_name("definition") else { return Vec::new() };
    let below = filling(module, decorated, decorator.end_byte());
    if definition.kind() == "function_definition" {
        return parameter(module, definition, below).into_iter().collect();
    }
    let body = definition.child_by_field_name("body");
    let members = body.map(tree::children).unwrap_or_default().into_iter();
    let tests = members.filter_map(|member| {
        let function = member.child_by_field_name("definition").unwrap_or(member);
        let name = function.child_by_field_name("name")?;
        let is_test = text(module, name).starts_with("test");
        let own = if function == member { 0 } else { filling(module, member, 0) };
        parameter(module, function, own + below).filter(|_| is_test)
    });
    tests.collect()
}

/// How many decorators that begin behind an offset fill a parameter.
fn filling(module: &Module, decorated: Node, behind: usize) -> usize {
    let decorators = tree::children(decorated).into_iter().filter(|d| d.kind() == "decorator");
    decorators.filter(|d| d.start_byte() >= behind && fills(module, *d)).count()
}

/// A function's parameter at an index behind `self`.
fn parameter<'m>(module: &'m Module, function: Node<'m>, index: usize) -> Option<&'m str> {
    let parameters = tree::children(function.child_by_field_name("parameters")?).into_iter();
    let names = parameters.filter(|parameter| parameter.kind() == "identifier");
    let names = names.map(|parameter| text(module, parameter));
    names.filter(|name| !matches!(*name, "self" | "cls")).nth(index)
}

/// Whether a decorator patches and fills a parameter.
fn fills(module: &Module, decorator: Node) -> bool {
    let call = tree::children(decorator).into_iter().next();
    let call = call.and_then(|call| Call::at(call, &module.source.text));
    call.is_some_and(|call| {
        let function = text(module, call.function);
        let patches = ["patch", "patch.object"]
            .iter()
            .any(|how| function == *how || function.ends_with(&format!(".{how}")));
        patches && !gives_new(module, &call)
    })
}

fn gives_new(module: &Module, call: &Call) -> bool {
    let position = if text(module, call.function).ends_with("object") { 2 } else { 1 };
    call.positional(position).is_some() || call.has(ArgumentKind::Keyword("new"))
}

/// Where a name that is bound at a node is known: in the function around it or the decorated one,
/// an attribute of `self` in the class, else in the module.
fn reach(module: &Module, node: Node, mock: &str) -> Range<usize> {
    let kinds: &[&str] = if mock.contains('.') {
        &["class_definition"]
    } else {
        &["function_definition", "decorated_definition"]
    };
    let around = module.ancestors(node).find(|around| kinds.contains(&around.kind()));
    around.unwrap_or(module.root()).byte_range()
}

/// Adds the names that get `patcher.start()` where `patcher` is one of those.
fn add_started<'m>(module: &'m Module, found: &mut FxHashMap<&'m str, Vec<Bound<'_>>>) {
    let mut started = Vec::new();
    for node in module.calls_named("start") {
        let Some(call) = Call::at(node, &module.source.text) else { continue };
        let Some(patcher) = call.function.child_by_field_name("object") else { continue };
        for bound in found.get(text(module, patcher)).into_iter().flatten() {
            if bound.within.contains(&node.start_byte()) {
                let binders = binders(module, &call).into_iter();
                started.extend(binders.map(|mock| (mock, bound.name, reach(module, node, mock))));
            }
        }
    }
    for (mock, name, within) in started {
        found.entry(mock).or_default().push(Bound { name, within });
    }
}

fn text<'m>(module: &'m Module, node: Node) -> &'m str {
    &module.source.text[node.byte_range()]
}
