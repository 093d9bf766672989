//! References to a function that are no calls: what may call it, and with what.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// What is done with a function that is not called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    /// Nothing comes of it, or it is called by code that can be seen.
    Harmless,
    /// It is handed to something that calls it with what can be seen here.
    Known(String),
    /// It is handed to something that may turn parameters into remote input.
    Unknown(String),
}

/// Callables that call what they are handed with arguments that stand beside it.
const KNOWN: [&str; 40] = [
    "map",
    "filter",
    "sorted",
    "min",
    "max",
    "sort",
    "reduce",
    "groupby",
    "accumulate",
    "takewhile",
    "dropwhile",
    "starmap",
    "submit",
    "apply",
    "apply_async",
    "apply_along_axis",
    "imap",
    "imap_unordered",
    "map_async",
    "starmap_async",
    "Thread",
    "Process",
    "Timer",
    "spawn",
    "run_in_executor",
    "run_sync",
    "to_thread",
    "Pool",
    "ThreadPool",
    "ProcessPoolExecutor",
    "ThreadPoolExecutor",
    "Fire",
    "set_defaults",
    "vmap",
    "remote",
    "vectorize",
    "tree_map",
    "call_count",
    "timeit",
    "from_generator",
];

/// Callables that only look at a function.
const LOOKS: [&str; 16] = [
    "wraps",
    "update_wrapper",
    "signature",
    "hasattr",
    "getattr",
    "type",
    "isinstance",
    "issubclass",
    "id",
    "repr",
    "callable",
    "getsource",
    "getdoc",
    "super",
    "cast",
    "get_type_hints",
];

/// What is done with a function where an expression names it.
pub(super) fn use_of(module: &Module, reference: Node) -> Use {
    let mut node = reference;
    loop {
        let Some(parent) = module.parent(node) else { return Use::Harmless };
        match parent.kind() {
            "parenthesized_expression" | "boolean_operator" | "conditional_expression" => {
                node = parent;
            }
            "call" => return Use::Harmless,
            "decorator"
            | "type"
            | "comparison_operator"
            | "not_operator"
            | "expression_statement"
            | "delete_statement"
            | "global_statement"
            | "nonlocal_statement"
            | "attribute"
            | "class_pattern"
            | "assert_statement"
            | "if_statement"
            | "subscript" => {
                return Use::Harmless;
            }
            "keyword_argument" => {
                let list = module.parent(parent);
                return list.map_or(Use::Harmless, |list| handed(module, list));
            }
            "argument_list" => return handed(module, parent),
            "pair" | "list" | "tuple" | "set" | "dictionary" | "expression_list" => {
                return collected(module, parent);
            }
            "assignment" => return Use::Unknown("kept under another name".to_owned()),
            "return_statement" => return Use::Unknown("returned".to_owned()),
            kind => return Use::Unknown(format!("used in a {}", kind.replace('_', " "))),
        }
    }
}

/// What the call does to which a function is an argument.
fn handed(module: &Module, list: Node) -> Use {
    let Some(call) = module.parent(list) else { return Use::Harmless };
    if call.kind() == "class_definition" {
        return Use::Harmless;
    }
    let Some(callee) = call.child_by_field_name("function") else { return Use::Harmless };
    let resolved = module.names.resolve(callee, module.text());
    let shown = match callee.kind() {
        "call" => module.text_of(callee.child_by_field_name("function").unwrap_or(callee)),
        _ => module.text_of(callee),
    };
    let named = shown.rsplit('.').next().unwrap_or_default().trim();
    let dotted = resolved.single().unwrap_or_default();
    if LOOKS.contains(&named) {
        return Use::Harmless;
    }
    if dotted == "functools.partial" {
        // Where the bound function goes decides.
        return match use_of(module, call) {
            Use::Unknown(by) if by == "kept under another name" => {
                Use::Known("functools.partial".to_owned())
            }
            other => other,
        };
    }
    let runs = matches!(dotted, "typer.run" | "absl.app.run" | "asyncio.run");
    if KNOWN.contains(&named) || runs {
        return Use::Known(shown.to_owned());
    }
    let shown: String = shown.chars().take(60).collect();
    Use::Unknown(format!("handed to `{shown}`"))
}

/// What becomes of a list or table that holds a function: one whose entries are called in the
/// module is known.
fn collected(module: &Module, start: Node) -> Use {
    let mut node = start;
    loop {
        let Some(parent) = module.parent(node) else { return Use::Harmless };
        match parent.kind() {
            "pair"
            | "list"
            | "tuple"
            | "set"
            | "dictionary"
            | "expression_list"
            | "parenthesized_expression" => node = parent,
            "assignment" => {
                let Some(left) = parent.child_by_field_name("left") else { break };
                let table = match left.kind() {
                    "subscript" => left.child_by_field_name("value").unwrap_or(left),
                    _ => left,
                };
                if is_looked_up(module, module.text_of(table)) {
                    return Use::Known(format!("the table `{}`", module.text_of(table)));
                }
                break;
            }
            "keyword_argument" => {
                return module.parent(parent).map_or(Use::Harmless, |list| handed(module, list));
            }
            "argument_list" => return handed(module, parent),
            "for_statement" | "for_in_clause" => {
                return Use::Known("a loop".to_owned());
            }
            "comparison_operator" | "type" | "except_clause" => return Use::Harmless,
            _ => break,
        }
    }
    Use::Unknown("kept in a table".to_owned())
}

/// Whether the module calls what it looks up in a table.
fn is_looked_up(module: &Module, table: &str) -> bool {
    module.nodes().from(0).iter().any(|node| {
        let looked = match node.kind() {
            "subscript" => node.child_by_field_name("value"),
            "attribute" => node.child_by_field_name("object"),
            "for_statement" | "for_in_clause" => node.child_by_field_name("right"),
            _ => None,
        };
        let is_target = module.parent(*node).is_some_and(|parent| {
            parent.kind() == "assignment"
                && parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id())
        });
        !is_target && looked.is_some_and(|looked| module.text_of(looked) == table)
    })
}

/// The expressions of a module that mean a function of another module by its name: what imports
/// bring from a module or package of one of these names, and attributes of such modules.
pub(super) fn imported<'m>(module: &'m Module, name: &str, homes: &[&str]) -> Vec<Node<'m>> {
    let is_home = |target: &str| {
        let last = target.trim_start_matches('.').rsplit('.').next().unwrap_or_default();
        last.is_empty() || homes.contains(&last)
    };
    let mut aliases: Vec<(&str, usize)> = Vec::new();
    for (index, scope) in module.names.scopes.iter().enumerate() {
        for (alias, bindings) in &scope.bindings {
            let brings = |target: &str| {
                target.rsplit_once('.').is_some_and(|(home, last)| last == name && is_home(home))
            };
            let found = bindings
                .iter()
                .any(|b| matches!(&b.kind, BindingKind::Import { target, .. } if brings(target)));
            if found {
                aliases.push((alias, index));
            }
        }
        if scope.stars.iter().any(|(from, _)| is_home(from)) {
            aliases.push((name, usize::MAX));
        }
    }
    let by_alias = module.names.uses.iter().filter(|used| {
        let text = module.slice(used.span);
        aliases.iter().any(|(alias, scope)| {
            *alias == text
                && (*scope == usize::MAX
                    || module.names.binding_scope(text, used.scope) == Some(*scope))
        })
    });
    let mut found: Vec<Node> =
        by_alias.filter_map(|used| module.nodes().covering(used.span)).collect();
    for node in module.nodes().from(0) {
        if node.kind() != "attribute" {
            continue;
        }
        let (Some(object), Some(attribute)) =
            (node.child_by_field_name("object"), node.child_by_field_name("attribute"))
        else {
            continue;
        };
        if module.text_of(attribute) != name {
            continue;
        }
        let resolved = module.names.resolve(object, module.text());
        if resolved.candidates().iter().any(|target| is_home(target)) {
            found.push(*node);
        }
    }
    found
}

/// Whether a use publishes a class, so that the parameters of its `__init__` are remote input.
pub(super) fn publishes(module: &Module, reference: Node) -> bool {
    const PUBLISHERS: [&str; 12] = [
        "Depends",
        "Security",
        "add_route",
        "add_api_route",
        "add_resource",
        "add_url_rule",
        "add_view",
        "add_handler",
        "register",
        "bind",
        "Mount",
        "Route",
    ];
    match use_of(module, reference) {
        Use::Unknown(by) => PUBLISHERS
            .iter()
            .any(|name| by.trim_end_matches('`').rsplit(['.', '`', ' ']).next() == Some(*name)),
        _ => false,
    }
}

/// The place of a node as people read it: the line, 1-based.
pub(super) fn line(module: &Module, node: Node) -> usize {
    module.lines.of(tree::span(node).start) + 1
}
