//! Parameters that functions gain, and what docstrings say of them: those of one function are
//! worked out together.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::edits::{OwnedEdit, OwnedOp, Trouble, find};
use super::flatten::Overlap;
use super::op::Op;
use crate::python::docstring::{self, Documentation};
use crate::python::layout::docstring::{NewEntry, document};
use crate::python::layout::parameter::{self, NewParameter};
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::workspace::span::Span;

const FUNCTIONS: [&str; 2] = ["function_definition", "lambda"];

/// What is asked for, by the parameter's name, each with the owner who asked first.
type Asked<'a, T> = BTreeMap<&'a str, (usize, T)>;

/// The edits that add parameters and document them, with their owners.
pub(super) fn edits(module: &Module, ops: &[OwnedOp]) -> Result<Vec<OwnedEdit>, Trouble> {
    let mut edits = added(module, ops)?;
    edits.extend(documented(module, ops)?);
    Ok(edits)
}

/// Notes what an owner asks for; another wish under the same name is a conflict.
fn ask<'a, T: PartialEq>(
    asked: &mut Asked<'a, T>,
    name: &'a str,
    owner: usize,
    wanted: T,
) -> Result<(), Trouble> {
    match asked.entry(name) {
        Entry::Vacant(free) => {
            free.insert((owner, wanted));
        }
        Entry::Occupied(there) if there.get().1 != wanted => {
            return Err(Trouble::Conflict(Overlap { first: there.get().0, second: owner }));
        }
        Entry::Occupied(_) => {}
    }
    Ok(())
}

/// Parameters that are added, function by function.
fn added(module: &Module, ops: &[OwnedOp]) -> Result<Vec<OwnedEdit>, Trouble> {
    let mut functions: BTreeMap<Span, Asked<NewParameter>> = BTreeMap::new();
    for (owner, op) in ops {
        let Op::AddParameter { function, name, annotation, default } = op else { continue };
        let wanted = NewParameter { name, annotation: annotation.as_deref(), default };
        ask(functions.entry(function.range).or_default(), name, *owner, wanted)?;
    }
    let mut edits = Vec::new();
    for (span, asked) in functions {
        let mut new = Vec::new();
        let mut first = None;
        for (owner, wanted) in asked.into_values() {
            let function = find(module, span, &FUNCTIONS, owner)?;
            if is_missing(module, function, &wanted).ok_or(Trouble::Unplaced(owner))? {
                first = first.or(Some((owner, function)));
                new.push(wanted);
            }
        }
        let Some((owner, function)) = first else { continue };
        let found = parameter::add(module, function, &new).ok_or(Trouble::Unplaced(owner))?;
        edits.extend(found.into_iter().map(|edit| (owner, edit)));
    }
    Ok(edits)
}

/// Whether a function has no parameter of that name; `None` if it has one that is another.
fn is_missing(module: &Module, function: tree_sitter::Node, new: &NewParameter) -> Option<bool> {
    let signature = Signature::at(function)?;
    let Some(there) = signature.binding(new.name, module.text()) else { return Some(true) };
    let same = there.default.is_some_and(|default| module.text_of(default) == new.default);
    same.then_some(false)
}

/// A docstring with what is asked of it.
struct Wanted<'a> {
    documentation: Documentation<'a>,
    signature: Signature<'a>,
    asked: Asked<'a, NewEntry<'a>>,
}

/// Entries of docstrings, docstring by docstring: that of a class may document several overloads
/// of `__init__`.
fn documented<'a>(module: &'a Module, ops: &[OwnedOp<'a>]) -> Result<Vec<OwnedEdit>, Trouble> {
    let mut docstrings: BTreeMap<Span, Wanted> = BTreeMap::new();
    // Many changes of one function ask for the same entry.
    let mut seen = BTreeSet::new();
    for (owner, op) in ops {
        let Op::DocumentParameter { function, name, kind, text } = op else { continue };
        if !seen.insert((function.range, name, kind, text)) {
            continue;
        }
        let function = find(module, function.range, &FUNCTIONS, *owner)?;
        let Some(documentation) = docstring::documentation(module, function) else { continue };
        let signature = Signature::at(function).ok_or(Trouble::Unplaced(*owner))?;
        let wanted = docstrings
            .entry(tree::span(documentation.docstring.node))
            .or_insert_with(|| Wanted { documentation, signature, asked: Asked::new() });
        ask(&mut wanted.asked, name, *owner, NewEntry { name, kind, text })?;
    }
    let mut edits = Vec::new();
    for Wanted { documentation, signature, asked } in docstrings.into_values() {
        let Some(owner) = asked.values().next().map(|(owner, _)| *owner) else { continue };
        let new: Vec<NewEntry> = asked.into_values().map(|(_, entry)| entry).collect();
        let found = document(module, &documentation, &signature, &new);
        edits.extend(found.into_iter().map(|edit| (owner, edit)));
    }
    Ok(edits)
}

#[cfg(test)]
mod tests;
