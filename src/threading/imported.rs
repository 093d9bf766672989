//! Expressions by which a module means a function or class of another one.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::tree;

/// The names under which a module knows a function of another one: what imports bring from a
/// module or package of one of the `homes`, with the scopes that bind them; a star import brings
/// it under its own name, wherever that is not bound.
pub(super) fn aliases<'m>(
    module: &'m Module,
    name: &'m str,
    homes: &[&str],
) -> Vec<(&'m str, Option<usize>)> {
    let brings = |target: &str| {
        target.rsplit_once('.').is_some_and(|(home, last)| last == name && is_home(home, homes))
    };
    let mut found = Vec::new();
    for (index, scope) in module.names.scopes.iter().enumerate() {
        for (alias, bindings) in &scope.bindings {
            let is_brought = bindings
                .iter()
                .any(|b| matches!(&b.kind, BindingKind::Import { target, .. } if brings(target)));
            if is_brought {
                found.push((alias.as_str(), Some(index)));
            }
        }
        if scope.stars.iter().any(|(from, _)| is_home(from, homes)) {
            found.push((name, None));
        }
    }
    found.sort_unstable();
    found
}

/// Whether a dotted module name ends in one of the homes, or is the package itself.
fn is_home(target: &str, homes: &[&str]) -> bool {
    let last = target.trim_start_matches('.').rsplit('.').next().unwrap_or_default();
    last.is_empty() || homes.contains(&last)
}

/// The expressions of a module that mean the function: uses of the aliases, and attributes of
/// modules that are its home.
pub(super) fn references<'m>(module: &'m Module, name: &'m str, homes: &[&str]) -> Vec<Node<'m>> {
    let aliases = aliases(module, name, homes);
    let by_alias = module.names.uses.iter().filter(|used| {
        let text = module.slice(used.span);
        aliases.iter().any(|(alias, scope)| {
            *alias == text
                && scope
                    .is_none_or(|scope| module.names.binding_scope(text, used.scope) == Some(scope))
        })
    });
    let mut found: Vec<Node> =
        by_alias.filter_map(|used| module.nodes().covering(used.span)).collect();
    for node in module.nodes().from(0) {
        match node.kind() {
            "attribute" => {
                let named = node.child_by_field_name("attribute");
                let object = node.child_by_field_name("object");
                let is_name = named.is_some_and(|named| module.text_of(named) == name);
                if is_name && object.is_some_and(|object| is_module(module, object, homes)) {
                    found.push(*node);
                }
            }
            // A string may hold an annotation: `"Annotated[Loader, Depends()]"`.
            "string" if module.text_of(*node).contains("Depends") => {
                if module.text_of(*node).contains(name) {
                    found.push(*node);
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether an expression is a module that is the home.
fn is_module(module: &Module, object: Node, homes: &[&str]) -> bool {
    let resolved = module.names.resolve(object, module.text());
    resolved.candidates().iter().any(|target| is_home(target, homes))
        || made_by_name(module, object, homes)
}

/// `importlib.import_module("app.views")`
fn made_by_name(module: &Module, object: Node, homes: &[&str]) -> bool {
    if object.kind() != "call" {
        return false;
    }
    let callee = object.child_by_field_name("function").map_or("", |f| module.text_of(f));
    let arguments = object.child_by_field_name("arguments").map(tree::children);
    let first = arguments.and_then(|arguments| arguments.first().copied());
    let named = first.map_or("", |first| module.text_of(first).trim_matches(['"', '\'']));
    callee.ends_with("import_module") && is_home(named, homes)
}

/// The calls in which a module that is the home is searched for functions by name:
/// `getattr(views, name)`, `inspect.getmembers(views)`.
pub(super) fn searches<'m>(module: &'m Module, homes: &[&str]) -> Option<Node<'m>> {
    const SEARCHES: [&str; 6] =
        ["getattr", "getmembers", "vars", "dir", "import_string", "register_module"];
    module.nodes().from(0).iter().copied().find(|node| {
        if node.kind() != "call" {
            return false;
        }
        let callee = node.child_by_field_name("function").map_or("", |f| module.text_of(f));
        let named = callee.rsplit('.').next().unwrap_or_default();
        if !SEARCHES.contains(&named) {
            return false;
        }
        let arguments = node.child_by_field_name("arguments").map(tree::children);
        let first = arguments.as_ref().and_then(|arguments| arguments.first().copied());
        let is_plain =
            arguments.as_ref().and_then(|a| a.get(1)).is_some_and(|a| a.kind() == "string");
        let Some(first) = first.filter(|_| !is_plain) else { return false };
        match module.names.resolve(first, module.text()) {
            Resolution::Known(targets) => targets.iter().any(|target| {
                let is_bound = module.names.is_used(module.text_of(first), module.text());
                is_bound
                    && target.contains(|c: char| c.is_alphabetic())
                    && is_home(target, homes)
                    && !target.is_empty()
            }),
            _ => {
                first.kind() == "string"
                    && named == "import_string"
                    && homes.iter().any(|home| module.text_of(first).contains(home))
            }
        }
    })
}
