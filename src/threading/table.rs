//! Functions in lists and tables: whether what is taken out of them is only called.

use tree_sitter::Node;

use super::escape::{Use, follow, followed};
use super::everywhere;
use super::handed::handed;
use super::home::{Home, home};
use super::look::Look;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;

/// What becomes of a function that stands in a list, a tuple or a dictionary. `start` is what
/// holds it directly.
pub(super) fn collected(look: &Look, function: Node, start: Node) -> Use {
    let module = look.module;
    let mut inner = function;
    let mut node = start;
    // The position in the innermost tuple: `("/show", show)`.
    let mut position = None;
    loop {
        if matches!(node.kind(), "tuple" | "list") && node.id() != start.id()
            || node.kind() == "tuple"
        {
            let at = tree::children(node).iter().position(|child| child.id() == inner.id());
            position = position.or(at.filter(|_| node.kind() == "tuple"));
        }
        let Some(parent) = module.parent(node) else { return Use::Harmless };
        match parent.kind() {
            "pair"
            | "list"
            | "tuple"
            | "set"
            | "dictionary"
            | "expression_list"
            | "parenthesized_expression" => {
                inner = node;
                node = parent;
            }
            "assignment" => {
                let Some(left) = parent.child_by_field_name("left") else { break };
                let table = match left.kind() {
                    "subscript" => left.child_by_field_name("value").unwrap_or(left),
                    _ => left,
                };
                return looked_up(look, table);
            }
            "keyword_argument" => {
                return strict(handed(look, parent));
            }
            "argument_list" => return strict(handed(look, node)),
            "for_statement" | "for_in_clause" => {
                let Some(left) = parent.child_by_field_name("left") else { break };
                return looped(look, left, position);
            }
            "subscript" => {
                return strict(followed(look, parent).or(spread(module, parent)));
            }
            "attribute" => return taken(look, parent).unwrap_or(Use::Harmless),
            "comparison_operator" | "type" | "except_clause" => return Use::Harmless,
            _ => break,
        }
    }
    Use::Unknown("kept in a table".to_owned())
}

/// What is handed on as part of a list is not what the receiver calls with its arguments.
fn strict(found: Use) -> Use {
    match found {
        Use::Known(by) => Use::Unknown(format!("in a list, {by}")),
        other => other,
    }
}

/// What a loop does with the functions that it takes from a list.
fn looped(look: &Look, left: Node, position: Option<usize>) -> Use {
    let Some(look) = look.deeper() else { return unseen() };
    let all = if left.kind() == "identifier" { vec![left] } else { tree::children(left) };
    let one = position.and_then(|position| all.get(position)).copied();
    let targets = one.filter(|_| left.kind() != "identifier").map_or(all, |one| vec![one]);
    let mut found = Use::Known("a loop".to_owned());
    for target in targets.into_iter().filter(|target| target.kind() == "identifier") {
        found = found.or(follow(&look, target));
    }
    found
}

/// The outermost list, tuple or dictionary that a node stands in directly: what is done with it is
/// done with all that stands in it.
pub(super) fn container<'m>(module: &'m Module, node: Node<'m>) -> Option<Node<'m>> {
    let kinds = [
        "pair",
        "list",
        "tuple",
        "set",
        "dictionary",
        "expression_list",
        "parenthesized_expression",
    ];
    module.ancestors(node).take_while(|around| kinds.contains(&around.kind())).last()
}

fn unseen() -> Use {
    Use::Unknown("kept in a table".to_owned())
}

/// What is done with what is looked up in a table. One in which nothing is looked up may be read by
/// anybody.
pub(super) fn looked_up(look: &Look, table: Node) -> Use {
    let Some(look) = look.deeper() else { return unseen() };
    match home(&look, table) {
        Home::Module(file, name) => everywhere::table(&look, file, &name),
        Home::Class(class, name) => everywhere::table_of_class(&look, class, &name),
        Home::Foreign => unseen(),
        Home::Local => looked_up_here(&look, look.module.text_of(table)),
    }
}

/// What the module at hand does with what it looks up in a table.
fn looked_up_here(look: &Look, table: &str) -> Use {
    let module = look.module;
    let mut found = Use::Harmless;
    let mut any = false;
    let kinds = ["subscript", "attribute", "for_statement", "for_in_clause"];
    let nodes = kinds.iter().flat_map(|kind| module.of_kind(kind));
    let base = table.split(['.', '[']).next().unwrap_or(table);
    let names = module.names.named(base, module.text());
    let names = names.filter_map(|used| module.nodes().covering(used.span));
    for node in nodes.chain(names) {
        let is_table = |field: &str| {
            node.child_by_field_name(field).is_some_and(|v| module.text_of(v) == table)
        };
        let use_here = match node.kind() {
            "subscript" if is_table("value") => {
                (!is_target(module, node)).then(|| entry(look, node))
            }
            "attribute" if is_table("object") => taken(look, node),
            "for_statement" | "for_in_clause" if is_table("right") => {
                let left = node.child_by_field_name("left");
                left.map(|left| looped(look, left, None))
            }
            "identifier" if module.text_of(node) == table => handed_whole(module, node),
            _ => None,
        };
        if let Some(here) = use_here {
            any = true;
            found = found.or(here);
        }
    }
    match found {
        Use::Unknown(_) => found,
        _ if any => Use::Known(format!("called from the table `{table}`")),
        _ => unseen(),
    }
}

/// What is done with the entries of a table where an expression means it; `None` if it only looks
/// at the table, or puts something into it.
pub(super) fn occurrence(look: &Look, table: Node) -> Option<Use> {
    let module = look.module;
    let mut node = table;
    loop {
        let parent = module.parent(node)?;
        let is_field =
            |field: &str| parent.child_by_field_name(field).is_some_and(|f| f.id() == node.id());
        return match parent.kind() {
            "parenthesized_expression" | "boolean_operator" | "conditional_expression" => {
                node = parent;
                continue;
            }
            "subscript" if is_field("value") => {
                (!is_target(module, parent)).then(|| entry(look, parent))
            }
            "attribute" if is_field("object") => taken(look, parent),
            "for_statement" | "for_in_clause" if is_field("right") => {
                parent.child_by_field_name("left").map(|left| looped(look, left, None))
            }
            "argument_list" | "keyword_argument" => handed_whole(module, node),
            "assignment" | "augmented_assignment" if is_field("left") => None,
            "assignment" => match parent.child_by_field_name("left") {
                Some(left) => everywhere::renamed(look, left),
                None => None,
            },
            "comparison_operator"
            | "not_operator"
            | "expression_statement"
            | "assert_statement"
            | "if_statement"
            | "elif_clause"
            | "while_statement"
            | "global_statement"
            | "delete_statement"
            | "subscript"
            | "interpolation"
            | "for_statement"
            | "type" => None,
            _ => Some(Use::Unknown("handed on in a table".to_owned())),
        };
    }
}

/// What is done with one entry of a table: to call it with what can be seen is harmless, to unpack
/// arguments into the call is not.
fn entry(look: &Look, entry: Node) -> Use {
    let module = look.module;
    let Some(look) = look.deeper() else { return unseen() };
    let mut node = entry;
    while let Some(parent) = module.parent(node).filter(|p| p.kind() == "subscript") {
        node = parent;
    }
    let call = module.parent(node).filter(|parent| {
        parent.kind() == "call"
            && parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id())
    });
    match call.and_then(|call| Call::at(call, module.text())) {
        Some(call) if call.has(ArgumentKind::Splat) || call.has(ArgumentKind::DoubleSplat) => {
            Use::Unknown("called from a table with what is unpacked".to_owned())
        }
        _ => followed(&look, node).or(spread(module, node)),
    }
}

/// What is taken from a table under a name and called with arguments that are unpacked.
fn spread(module: &Module, taken: Node) -> Use {
    let assignment = module.parent(taken).filter(|parent| parent.kind() == "assignment");
    let left = assignment.and_then(|assignment| assignment.child_by_field_name("left"));
    let Some(left) = left.filter(|left| left.kind() == "identifier") else { return Use::Harmless };
    let name = module.text_of(left);
    let scope = module.names.scope_at(left.start_byte());
    let uses = module.names.uses_of(name, scope, module.text());
    let calls = uses.into_iter().filter_map(|used| {
        let node = module.nodes().covering(used)?;
        Call::at(module.parent(node)?, module.text()).filter(|call| call.function.id() == node.id())
    });
    let mut unpacked =
        calls.filter(|call| call.has(ArgumentKind::Splat) || call.has(ArgumentKind::DoubleSplat));
    match unpacked.next() {
        Some(_) => Use::Unknown("called from a table with what is unpacked".to_owned()),
        None => Use::Harmless,
    }
}

/// `table.get(key)`, `table.values()`; `None` for what takes nothing out.
fn taken(look: &Look, attribute: Node) -> Option<Use> {
    let module = look.module;
    let name = module.text_of(attribute.child_by_field_name("attribute")?);
    let call = module.parent(attribute).filter(|parent| parent.kind() == "call");
    match (name, call) {
        ("get" | "pop", Some(call)) => Some(entry(look, call)),
        ("values" | "items", Some(call)) => {
            let parent = module.parent(call)?;
            let left = parent.child_by_field_name("left");
            let is_loop = matches!(parent.kind(), "for_statement" | "for_in_clause");
            let position = (name == "items").then_some(1);
            match left.filter(|_| is_loop) {
                Some(left) => Some(looped(look, left, position)),
                None => Some(Use::Unknown("handed on in a table".to_owned())),
            }
        }
        (
            "keys" | "append" | "extend" | "update" | "insert" | "setdefault" | "clear" | "copy",
            _,
        ) => None,
        _ => Some(Use::Unknown("kept in a table".to_owned())),
    }
}

fn is_target(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| {
        parent.kind() == "assignment"
            && parent.child_by_field_name("left").is_some_and(|left| left.id() == node.id())
    })
}

/// A table that is handed on whole.
fn handed_whole(module: &Module, node: Node) -> Option<Use> {
    let parent = module.parent(node)?;
    let callee = match parent.kind() {
        "argument_list" => module.parent(parent)?.child_by_field_name("function")?,
        "keyword_argument" => {
            let list = module.parent(parent)?;
            module.parent(list)?.child_by_field_name("function")?
        }
        "return_statement" | "dictionary_splat" | "list_splat" => {
            return Some(Use::Unknown("handed on in a table".to_owned()));
        }
        _ => return None,
    };
    let looks = ["len", "list", "sorted", "print", "set", "tuple", "isinstance", "str", "join"];
    let named = module.text_of(callee).rsplit('.').next().unwrap_or_default();
    (!looks.contains(&named)).then(|| Use::Unknown(format!("in a table handed to `{named}`")))
}
