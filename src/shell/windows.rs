//! Code that only Windows runs.

use tree_sitter::Node;

use crate::python::module::Module;
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
            let asks = ["os.name", "sys.platform", "platform.system()", "platform"];
            let windows = ["nt", "win32", "Windows", "windows", "cygwin", "msys"];
            let names = |word: &str| {
                [format!("\"{word}\""), format!("'{word}'")].iter().any(|q| text.contains(q))
            };
            let is_asked = asks.iter().any(|ask| text.contains(ask));
            let is_windows = windows.iter().any(|word| names(word));
            let operator = module.text_of(condition.child_by_field_name("operators")?);
            match operator {
                "==" | "in" | "is" if is_asked => is_windows.then_some(true).or(Some(false)),
                "!=" if is_asked && is_windows => Some(false),
                "not in" if is_asked && is_windows => Some(false),
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
        "identifier" | "attribute" => says_name(module.text_of(condition)),
        _ => None,
    }
}

/// Whether a name says that it is true on Windows.
fn says_name(text: &str) -> Option<bool> {
    let last = text.rsplit('.').next().unwrap_or(text).to_lowercase();
    let known = ["is_windows", "windows", "on_windows", "iswindows", "is_win", "_windows", "win32"];
    let is_it = known.contains(&last.as_str()) || known.contains(&last.trim_start_matches('_'));
    is_it.then_some(true)
}
