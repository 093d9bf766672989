//! Signs that somebody wants checks to be off, which are none of the forms that surely decide it. Where
//! there is one, a person has to look.

use tree_sitter::Node;

use super::guard::Guards;
use super::trust_guard::decides_peer;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// Words of conditions about checks.
const WORDS: [&str; 12] = [
    "insecure", "verif", "cert", "validat", "trust", "unsafe", "secure", "no_check", "nossl",
    "no_ssl", "no_tls", "ssl_mode",
];
/// Words of conditions about what Python or a library has.
const FACTS: [&str; 4] = ["hasattr(", "has_", "version", "importerror"];
/// Words in the names of functions that are there to leave checks out.
const LEAVES_OUT: [&str; 5] = ["unverified", "insecure", "noverif", "no_verif", "unsafe"];

/// Why checks may be off on purpose at a place: a condition before it speaks of them, or the function
/// is made for it.
pub(super) fn may_be_meant(module: &Module, guards: &Guards, place: Node) -> Option<String> {
    if let Some(line) = condition(module, place) {
        return Some(format!("the condition of line {line} may be somebody's decision"));
    }
    let function = module.ancestors(place).find(|a| a.kind() == "function_definition")?;
    let name = module.text_of(function.child_by_field_name("name")?);
    let lower = name.to_ascii_lowercase();
    if LEAVES_OUT.iter().any(|word| lower.contains(word)) {
        return Some(format!("`{name}` is there for those who want no checks"));
    }
    let mut behind = None;
    for call in module.calls_named(name) {
        behind = Some(guards.of(call, decides_peer)?);
    }
    behind.map(|behind| format!("`{name}` is only called {behind}"))
}

/// The 1-based line of a condition about checks that a place stands behind, within its function.
fn condition(module: &Module, place: Node) -> Option<usize> {
    let mut below = place;
    for around in module.ancestors(place) {
        if matches!(around.kind(), "function_definition" | "class_definition") {
            return None;
        }
        let found =
            conditions(module, around, below).into_iter().find(|part| speaks(module, *part));
        if let Some(found) = found {
            return Some(module.lines.of(found.start_byte()) + 1);
        }
        below = around;
    }
    None
}

/// The conditions that a node puts before one of its children.
fn conditions<'t>(module: &Module, around: Node<'t>, inside: Node<'t>) -> Vec<Node<'t>> {
    let children = tree::children(around);
    let before = || children.iter().copied().take_while(|child| child.id() != inside.id());
    let own = |node: Node<'t>| node.child_by_field_name("condition");
    match around.kind() {
        "if_statement" | "elif_clause" | "while_statement" => {
            let others = before().filter(|child| child.kind() == "elif_clause").filter_map(own);
            let all = own(around).into_iter().chain(others);
            all.filter(|condition| condition.id() != inside.id()).collect()
        }
        "conditional_expression" => {
            let condition = children.get(1).copied();
            condition.into_iter().filter(|condition| condition.id() != inside.id()).collect()
        }
        "list_comprehension"
        | "set_comprehension"
        | "dictionary_comprehension"
        | "generator_expression" => {
            children.iter().copied().filter(|child| child.kind() == "if_clause").collect()
        }
        "boolean_operator" => before().collect(),
        "case_clause" => {
            let patterns = before().filter(|child| child.kind() != "block");
            patterns.collect()
        }
        "match_statement" => around.child_by_field_name("subject").into_iter().collect(),
        "block" | "module" => before().filter_map(|child| leaves(module, child)).collect(),
        _ => Vec::new(),
    }
}

/// The condition of a statement that may leave its block: an `assert`, or an `if` that ends so.
fn leaves<'t>(module: &Module, statement: Node<'t>) -> Option<Node<'t>> {
    if statement.kind() == "assert_statement" {
        return tree::children(statement).first().copied();
    }
    let body = Some(statement).filter(|s| s.kind() == "if_statement")?;
    let last = tree::children(body.child_by_field_name("consequence")?).last().copied()?;
    let ends = ["return_statement", "raise_statement", "continue_statement", "break_statement"];
    (ends.contains(&last.kind()) || gives_up(module, last))
        .then(|| body.child_by_field_name("condition"))?
}

/// Whether a statement ends the program: `sys.exit()`, `parser.error("...")`.
fn gives_up(module: &Module, statement: Node) -> bool {
    let call = tree::children(statement).first().copied().filter(|value| value.kind() == "call");
    let function = call.and_then(|call| call.child_by_field_name("function"));
    let name = function.map_or("", |f| module.text_of(f).rsplit('.').next().unwrap_or_default());
    ["exit", "error", "abort", "fail"].iter().any(|word| name.contains(word))
}

/// Whether a condition, or a value that a name in it was given, is about checks.
fn speaks(module: &Module, condition: Node) -> bool {
    let is_about = |node: Node| {
        let text = module.text_of(node).to_ascii_lowercase();
        WORDS.iter().any(|word| text.contains(word)) && !FACTS.iter().any(|f| text.contains(f))
    };
    let given = |name: Node| {
        let scope = module.names.scope_at(name.start_byte());
        let bindings = module.names.bindings(module.text_of(name), scope).iter();
        let values = bindings.filter_map(|binding| match binding.kind {
            BindingKind::Assignment { value } => module.nodes().covering(value),
            _ => None,
        });
        values.take(8).any(is_about)
    };
    let names = tree::preorder(condition).filter(|part| part.kind() == "identifier");
    is_about(condition) || names.into_iter().any(given)
}
