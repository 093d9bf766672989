//! Expressions by which a module means a function or class of another one.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::Resolution;
use crate::python::{literal, tree};

/// The names under which a module knows a function of another one: what imports bring from a
/// module or package of one of the `homes`, with the scopes that bind them; a star import brings
/// it under its own name, wherever that is not bound.
pub(super) fn aliases<'m>(
    module: &'m Module,
    name: &'m str,
    homes: &[&str],
) -> Vec<(&'m str, Option<usize>)> {
    let imported = module.names.imports_of(name).iter();
    let mut found: Vec<(&str, Option<usize>)> = imported
        .filter(|imported| {
            let home = imported.target.rsplit_once('.').map(|(home, _)| home);
            home.is_some_and(|home| is_home(home, homes))
        })
        .map(|imported| (imported.alias.as_str(), Some(imported.scope)))
        .collect();
    let mut stars = module.names.scopes.iter().flat_map(|scope| &scope.stars);
    if stars.any(|(from, _)| is_home(from, homes)) {
        found.push((name, None));
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
    let by_alias = aliases.iter().flat_map(|(alias, scope)| {
        let uses = module.names.named(alias, module.text());
        uses.filter(move |used| {
            scope.is_none_or(|scope| module.names.binding_scope(alias, used.scope) == Some(scope))
        })
    });
    let mut found: Vec<Node> =
        by_alias.filter_map(|used| module.nodes().covering(used.span)).collect();
    found.extend(module.attributes_named(name).filter(|node| {
        let object = node.child_by_field_name("object");
        object.is_some_and(|object| is_module(module, object, homes))
    }));
    found.extend(depending(module, name));
    found
}

/// The strings that hold an annotation which depends on a name: `"Annotated[Loader, Depends()]"`.
pub(super) fn depending<'m>(module: &'m Module, name: &str) -> Vec<Node<'m>> {
    if module.names.imports_of("Depends").is_empty() {
        return Vec::new();
    }
    let strings = module.of_kind("string");
    let depends = strings.filter(|node| {
        let text = module.text_of(*node);
        text.contains("Depends") && text.contains(name)
    });
    depends.collect()
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
    let calls = SEARCHES.iter().flat_map(|search| module.calls_named(search));
    let mut found = calls.filter(|node| {
        let callee = node.child_by_field_name("function").map_or("", |f| module.text_of(f));
        let named = callee.rsplit('.').next().unwrap_or_default();
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
    });
    found.next().or_else(|| {
        // `tools.__dict__[name]`
        module.attributes_named("__dict__").find(|node| {
            let object = node.child_by_field_name("object");
            let is_looked_up = module.parent(*node).is_some_and(|p| p.kind() == "subscript");
            let targets = object.map(|object| module.names.resolve(object, module.text()));
            is_looked_up
                && targets.is_some_and(|targets| {
                    targets.candidates().iter().any(|target| is_home(target, homes))
                })
        })
    })
}

/// The strings by which a function is named to what imports it: `"app.tasks.load"`, `"tasks:load"`.
pub(super) fn spelled<'m>(module: &'m Module, name: &str, homes: &[&str]) -> Vec<Node<'m>> {
    let strings = module.of_kind("string").filter(|node| {
        let Some(text) = literal::plain_string(*node, module.text()) else { return false };
        let Some((home, last)) = text.rsplit_once(['.', ':']) else { return false };
        let is_argument = module.parent(*node).is_some_and(|parent| {
            matches!(
                parent.kind(),
                "argument_list" | "keyword_argument" | "pair" | "list" | "tuple"
            )
        });
        let is_dotted = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'));
        last == name && is_dotted && is_argument && is_home(home, homes) && !home.is_empty()
    });
    strings.collect()
}
