//! Code that only Windows runs.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// Whether a place is only reached on Windows.
pub(super) fn is_windows_only(module: &Module, node: Node) -> bool {
    let mut inner = node;
    for around in module.ancestors(node) {
        let is_windows = match around.kind() {
            "if_statement" | "elif_clause" | "while_statement" => {
                let condition = around.child_by_field_name("condition");
                let consequence = around
                    .child_by_field_name("consequence")
                    .or(around.child_by_field_name("body"));
                match condition.and_then(|condition| says_windows(module, condition)) {
                    Some(yes) if consequence.is_some_and(|c| c.id() == inner.id()) => yes,
                    // The other branches of an `if` belong to it.
                    Some(yes) if matches!(inner.kind(), "else_clause" | "elif_clause") => !yes,
                    _ => false,
                }
            }
            "boolean_operator" => {
                let left = around.child_by_field_name("left");
                let right = around.child_by_field_name("right");
                let says = left.and_then(|left| says_windows(module, left));
                let is_and = around
                    .child_by_field_name("operator")
                    .is_some_and(|operator| module.text_of(operator) == "and");
                right.is_some_and(|right| right.id() == inner.id()) && says == Some(is_and)
            }
            "case_clause" => {
                let text = module.text_of(around);
                let head = text.split(':').next().unwrap_or_default();
                let subject = module.ancestors(around).find(|a| a.kind() == "match_statement");
                let subject = subject.and_then(|s| s.child_by_field_name("subject"));
                subject.is_some_and(|subject| is_asked(module.text_of(subject)))
                    && WINDOWS.iter().any(|word| head.contains(word))
            }
            "conditional_expression" => {
                let parts = tree::children(around);
                let says = parts.get(1).and_then(|condition| says_windows(module, *condition));
                match says {
                    Some(yes) if parts[0].id() == inner.id() => yes,
                    Some(yes) if parts.get(2).is_some_and(|no| no.id() == inner.id()) => !yes,
                    _ => false,
                }
            }
            "block" | "module" => left_before(module, around, inner),
            _ => false,
        };
        if is_windows {
            return true;
        }
        inner = around;
    }
    false
}

/// Whether a statement before leaves the block on all other systems.
fn left_before(module: &Module, block: Node, inner: Node) -> bool {
    let before = tree::children(block);
    let before = before.iter().take_while(|statement| statement.end_byte() <= inner.start_byte());
    before.filter(|statement| statement.kind() == "if_statement").any(|statement| {
        let condition = statement.child_by_field_name("condition");
        let body = statement.child_by_field_name("consequence");
        let leaves =
            body.and_then(|body| tree::children(body).last().copied()).is_some_and(|last| {
                matches!(last.kind(), "return_statement" | "raise_statement" | "continue_statement")
                    || module.text_of(last).starts_with("sys.exit")
            });
        leaves && condition.and_then(|c| says_windows(module, c)) == Some(false)
    })
}

/// Whether a condition holds on Windows alone (true) or elsewhere alone (false).
fn says_windows(module: &Module, condition: Node) -> Option<bool> {
    let condition = tree::unparenthesised(condition);
    match condition.kind() {
        "not_operator" => {
            says_windows(module, condition.child_by_field_name("argument")?).map(|says| !says)
        }
        "boolean_operator" => {
            let left = says_windows(module, condition.child_by_field_name("left")?);
            let right = says_windows(module, condition.child_by_field_name("right")?);
            let operator = module.text_of(condition.child_by_field_name("operator")?);
            match operator {
                "and" => left.or(right),
                _ => left.filter(|_| left == right),
            }
        }
        "comparison_operator" => {
            let text = module.text_of(condition);
            let names = |word: &str| {
                [format!("\"{word}\""), format!("'{word}'")].iter().any(|q| text.contains(q))
            };
            let parts = tree::children(condition);
            let is_asked = is_asked(text)
                || parts.iter().any(|part| {
                    assigned(module, *part).is_some_and(|value| is_asked(module.text_of(value)))
                });
            let is_windows = WINDOWS.iter().any(|word| names(word));
            let operator = module.text_of(condition.child_by_field_name("operators")?);
            match operator {
                "==" | "in" | "is" if is_asked => is_windows.then_some(true).or(Some(false)),
                "!=" | "not in" if is_asked && is_windows => Some(false),
                _ => None,
            }
        }
        "call" => {
            let text = module.text_of(condition);
            let is_platform = text.contains("platform") || text.contains("os.name");
            let starts = text.contains("startswith(\"win") || text.contains("startswith('win");
            let named = says_name(text.trim_end_matches("()"));
            if is_platform && starts { Some(true) } else { named }
        }
        "identifier" | "attribute" => says_name(module.text_of(condition)).or_else(|| {
            let value = assigned(module, condition)?;
            let is_test = !matches!(value.kind(), "identifier" | "attribute");
            is_test.then(|| says_windows(module, value)).flatten()
        }),
        _ => None,
    }
}

/// What Windows goes by.
const WINDOWS: [&str; 6] = ["nt", "win32", "Windows", "windows", "cygwin", "msys"];

fn is_asked(text: &str) -> bool {
    text.contains("os.name") || text.contains("platform")
}

/// The only value that a name is given.
fn assigned<'m>(module: &'m Module, node: Node) -> Option<Node<'m>> {
    if node.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(node.start_byte());
    let [binding] = module.names.bindings(module.text_of(node), scope) else { return None };
    let BindingKind::Assignment { value } = binding.kind else { return None };
    Some(tree::unparenthesised(module.nodes().covering(value)?))
}

/// Whether a name says that it is true on Windows.
fn says_name(text: &str) -> Option<bool> {
    let last = text.rsplit('.').next().unwrap_or(text).to_lowercase();
    let known = ["is_windows", "windows", "on_windows", "iswindows", "is_win", "_windows", "win32"];
    let is_it = known.contains(&last.as_str()) || known.contains(&last.trim_start_matches('_'));
    is_it.then_some(true)
}
