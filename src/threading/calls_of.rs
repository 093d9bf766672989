//! All that is done with a function of the program, for who changes what its callers hand it.

use super::callers::{self, Caller, Wanted};
use super::decorator::is_property;
use super::kin;
use super::place::{class_of, name_of};
use crate::program::Program;
use crate::program::definitions::{Definition, DefinitionKind};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// Methods with such names that calls run.
const CALLED: [&str; 2] = ["__init__", "__call__"];

/// A call of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOf {
    /// The file.
    pub file: FileId,
    /// The whole call.
    pub call: Span,
    /// How many of its arguments by position go elsewhere.
    pub skipped: usize,
}

impl CallOf {
    fn of(caller: &Caller) -> Self {
        Self { file: caller.file, call: caller.call, skipped: caller.skipped }
    }
}

/// The calls of a function that no class holds, in the order of files and text. Why they cannot all
/// be seen: it is decorated, handed on as a value, called by a test, or may be called where that
/// cannot be resolved.
pub fn calls_of(program: &Program, file: FileId, span: Span) -> Result<Vec<CallOf>, String> {
    let gone = || "the function that runs it could not be found again".to_owned();
    let member = program.module(file).ok_or_else(gone)?;
    let module = &*member.module;
    let node = module.exact(span, &["function_definition"]).ok_or_else(gone)?;
    let name = name_of(module, node).ok_or_else(gone)?.to_owned();
    let parent = module.parent(node).map_or("", |parent| parent.kind());
    if class_of(module, node).is_some() || parent == "decorated_definition" {
        return Err(format!("`{name}` is a method or is decorated"));
    }
    let definition = Definition { file, kind: DefinitionKind::Function, span };
    let wanted = Wanted {
        members: vec![definition],
        name: name.clone(),
        makes: Vec::new(),
        is_method: false,
    };
    let stem = program.relative(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    if program.is_tested_with(&[&stem.unwrap_or_default()], &name) {
        return Err(format!("a test calls `{name}`"));
    }
    let found = callers::find(program, &[wanted]).pop().unwrap_or_default();
    let unseen = found.joint.iter().chain(&found.by_name).map(|caller| (caller.file, caller.call));
    let unseen = unseen.chain(found.unresolved.iter().map(|call| (call.file, call.call)));
    if let Some((file, call)) = unseen.min() {
        return Err(format!("`{name}` may be called {}", place(program, file, call)));
    }
    if let Some((file, at)) = handed_on(program, definition, &name) {
        return Err(format!("`{name}` is handed on as a value {}", place(program, file, at)));
    }
    Ok(found.calls.iter().map(CallOf::of).collect())
}

/// The calls that surely run each of some functions, in the order of files and text: also those that
/// run another one where that depends on the object. A call whose object could be anything is none.
pub fn callers_of(program: &Program, functions: &[Definition]) -> Vec<Vec<CallOf>> {
    let wanted = |function: &Definition| {
        is_called(program, *function).then(|| kin::wanted(program, &[*function]))?
    };
    let wanted: Vec<Option<Wanted>> = functions.iter().map(wanted).collect();
    let known: Vec<Wanted> = wanted.iter().flatten().cloned().collect();
    let mut found = callers::find_sure(program, &known).into_iter();
    let calls = wanted.iter().map(|wanted| {
        let found = wanted.as_ref().and_then(|_| found.next()).unwrap_or_default();
        let mut calls: Vec<&Caller> = found.calls.iter().chain(&found.joint).collect();
        calls.sort_unstable();
        calls.into_iter().map(CallOf::of).collect()
    });
    calls.collect()
}

/// Whether calls run a function: properties are read, and what has a name like `__getitem__` is run
/// by what the language does with objects.
fn is_called(program: &Program, function: Definition) -> bool {
    let Some(member) = program.module(function.file) else { return false };
    let module = &*member.module;
    let Some(node) = module.exact(function.span, &["function_definition"]) else { return false };
    let name = name_of(module, node).unwrap_or_default();
    let is_implicit = name.starts_with("__") && name.ends_with("__");
    !is_property(module, node) && (!is_implicit || CALLED.contains(&name))
}

fn place(program: &Program, file: FileId, at: Span) -> String {
    let line = program.module(file).map_or(0, |member| member.module.lines.of(at.start) + 1);
    format!("in {}:{line}", program.relative(file).display())
}

/// A place that names the function and does not call it.
fn handed_on(program: &Program, function: Definition, name: &str) -> Option<(FileId, Span)> {
    for member in program.modules_holding(&[name], &[]).iter() {
        let module = &*member.module;
        let file = module.file;
        let imports = module.names.imports_of(name).iter().map(|import| import.alias.as_str());
        let mut names: Vec<&str> = imports.chain([name]).collect();
        names.sort_unstable();
        names.dedup();
        let means = |node| {
            let meaning = program.meaning_of(file, module, node);
            meaning
                .definitions
                .iter()
                .any(|found| (found.file, found.span) == (function.file, function.span))
        };
        let identifiers = names.iter().flat_map(|name| module.names.named(name, module.text()));
        let identifiers = identifiers.filter_map(|used| module.nodes().covering(used.span));
        let attributes = module.attributes_named(name);
        for node in identifiers.chain(attributes) {
            let parent = module.parent(node);
            let is_called = parent.is_some_and(|parent| {
                parent.kind() == "call"
                    && parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id())
            });
            let is_defined = parent.is_some_and(|parent| {
                matches!(parent.kind(), "function_definition" | "attribute")
                    && parent.child_by_field_name("object").is_none_or(|o| o.id() != node.id())
            });
            if !is_called && !is_defined && means(node) {
                return Some((file, tree::span(node)));
            }
        }
        if is_sought(module, name) {
            return Some((file, Span::at(0)));
        }
    }
    None
}

/// Whether a module may look for a function by its name.
fn is_sought(module: &Module, name: &str) -> bool {
    let quoted = [format!("\"{name}\""), format!("'{name}'")];
    module.text().contains("getattr(") && quoted.iter().any(|text| module.text().contains(text))
}
