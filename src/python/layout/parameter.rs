//! Adding parameters to a signature.

use tree_sitter::Node;

use super::list::{self, Item, List};
use super::{Edit, type_comment};
use crate::python::module::Module;
use crate::python::names::ScopeKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// A parameter that a function shall have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewParameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its annotation.
    pub annotation: Option<&'a str>,
    /// Its default.
    pub default: &'a str,
}

/// The edits after which the function definition or lambda has the parameters, in their order: last,
/// but before `**kwargs`, so that no positional argument changes its meaning. `None` if the node is
/// neither, its signature does not parse, or its body declares one of the names global or nonlocal.
pub fn add(module: &Module, function: Node, new: &[NewParameter]) -> Option<Vec<Edit>> {
    let signature = Signature::at(function)?;
    if signature.list.is_some_and(|list| list.has_error())
        || new.iter().any(|parameter| is_declared(module, function, parameter.name))
    {
        return None;
    }
    if new.is_empty() {
        return Some(Vec::new());
    }
    let lambda = function.kind() == "lambda";
    let comment = type_comment::find(module, &signature);
    let annotated = !lambda && comment.is_none();
    let texts = new.iter().map(|parameter| vec![Piece::text(written(parameter, annotated))]);
    let mut texts: Vec<Vec<Piece>> = texts.collect();
    let list = match signature.list {
        Some(parameters) if lambda => lambda_list(parameters),
        Some(parameters) => List::bracketed(parameters)?,
        None => return Some(vec![first_of_lambda(module, function, texts)?]),
    };
    let behind = usize::from(signature.has(ParameterKind::VarKeyword));
    let index = list.items.len().checked_sub(behind)?;
    if lambda && index == 0 && function.start_byte() + "lambda".len() == list.open {
        // `lambda**k: k` needs no space, a name does.
        texts[0].insert(0, Piece::text(" "));
    }
    let texts: Vec<&[Piece]> = texts.iter().map(Vec::as_slice).collect();
    let own_line = !lambda && one_per_line(module, &list, &signature);
    let mut edits = list::add(module, &list, index, &texts, own_line);
    edits.extend(comment.and_then(|c| type_comment::add(module, &signature, c, behind, new)));
    Some(edits)
}

/// PEP 8: spaces around the equals sign only behind an annotation.
fn written(parameter: &NewParameter, annotated: bool) -> String {
    let NewParameter { name, annotation, default } = parameter;
    match annotation.filter(|_| annotated) {
        Some(annotation) => format!("{name}: {annotation} = {default}"),
        None => format!("{name}={default}"),
    }
}

/// Whether the function's own body says `global name` or `nonlocal name`: no parameter may be
/// called so.
fn is_declared(module: &Module, function: Node, name: &str) -> bool {
    let Some(body) = function.child_by_field_name("body").map(tree::span) else { return false };
    let mut scopes = module.names.scopes.iter();
    let own = scopes.find(|scope| scope.kind == ScopeKind::Function && scope.span == body);
    own.is_some_and(|scope| scope.declared.contains_key(name))
}

fn lambda_list(parameters: Node) -> List {
    let items = list::items_of(&tree::all_children(parameters));
    List { open: parameters.start_byte(), close: parameters.end_byte(), items }
}

/// Parameters for a lambda that has none: behind the keyword, and white space before the colon
/// goes.
fn first_of_lambda(module: &Module, lambda: Node, texts: Vec<Vec<Piece>>) -> Option<Edit> {
    let parts = tree::all_children(lambda);
    let colon = parts.iter().find(|part| part.kind() == ":")?;
    let gap = Span::new(lambda.start_byte() + "lambda".len(), colon.start_byte());
    let blank = module.slice(gap).chars().all(|c| matches!(c, ' ' | '\t'));
    let mut pieces = Vec::new();
    for (position, text) in texts.into_iter().enumerate() {
        pieces.push(Piece::text(if position == 0 { " " } else { ", " }));
        pieces.extend(text);
    }
    Some(Edit { span: if blank { gap } else { Span::at(gap.start) }, pieces })
}

/// Whether a new parameter has a line of its own: each one has, apart from those beside the
/// bracket. With several beside it (`def f(self, name,`) it takes two others to show the layout;
/// `*` and `/` may share a line with a neighbour.
fn one_per_line(module: &Module, list: &List, signature: &Signature) -> bool {
    let separator = |item: &Item| [signature.star, signature.slash].contains(&Some(item.span));
    let mut starts = Vec::new();
    let mut led = false;
    for item in &list.items {
        let begins = module.starts_line(item.span.start) || led;
        led = begins && separator(item);
        if !separator(item) {
            starts.push((begins, item.span.start));
        }
    }
    let Some(&(first_starts, first)) = starts.first() else { return false };
    let [_, rest @ ..] = starts.as_slice() else { return false };
    if rest.is_empty() {
        return first_starts;
    }
    let beside = rest.iter().take_while(|(begins, at)| !begins && module.same_line(first, *at));
    let beside = beside.count();
    let own = &rest[beside..];
    own.iter().all(|(begins, _)| *begins) && own.len() > usize::from(beside > 0)
}
