//! Values that are known from the text alone.

use tree_sitter::Node;

use super::tree;

/// Whether a literal is true or false to Python; `None` for anything that is no literal.
pub fn truth(node: Node, text: &str) -> Option<bool> {
    let node = tree::unparenthesised(node);
    let source = &text[node.byte_range()];
    match node.kind() {
        "true" => Some(true),
        "false" | "none" => Some(false),
        "integer" => number_is_true(source),
        "float" => source.parse().ok().map(|number: f64| number != 0.0),
        "string" => plain_string(node, text).map(|content| !content.is_empty()),
        "list" | "dictionary" | "tuple" => tree::children(node).is_empty().then_some(false),
        _ => None,
    }
}

fn number_is_true(source: &str) -> Option<bool> {
    let digits = source.to_ascii_lowercase().replace('_', "");
    let digits = digits.trim_end_matches(['l', 'j']);
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    digits.chars().all(|c| c.is_digit(radix)).then(|| digits.chars().any(|c| c != '0'))
}

/// The content of a string literal that has no prefix but `u`, no escape and no field.
pub fn plain_string<'t>(node: Node, text: &'t str) -> Option<&'t str> {
    if node.kind() != "string" {
        return None;
    }
    let parts = tree::all_children(node);
    let start = parts.first()?;
    let end = parts.last()?;
    let prefix = text[start.byte_range()].trim_end_matches(['"', '\'']);
    if !prefix.chars().all(|c| matches!(c, 'u' | 'U')) {
        return None;
    }
    let content = &text[start.end_byte()..end.start_byte()];
    (!content.contains('\\')).then_some(content)
}

/// Whether a text is what `ast.literal_eval` accepts: strings, bytes, numbers, tuples, lists,
/// dictionaries, sets, booleans, `None` and `set()`.
pub fn is_literal_text(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t']);
    let tree = super::module::parse(text);
    let root = tree.root_node();
    let [statement] = tree::children(root)[..] else { return false };
    let [value] = tree::children(statement)[..] else { return is_bare_tuple(statement, text) };
    !root.has_error() && statement.kind() == "expression_statement" && is_literal(value, text)
}

/// `1, 2` is read as a statement of several expressions.
fn is_bare_tuple(statement: Node, text: &str) -> bool {
    let parts = tree::children(statement);
    statement.kind() == "expression_statement"
        && !statement.has_error()
        && parts.iter().all(|part| is_literal(*part, text))
}

/// Whether an expression is made of literals alone, as `ast.literal_eval` accepts them.
pub fn is_literal(node: Node, text: &str) -> bool {
    let source = &text[node.byte_range()];
    let parts = || tree::children(node);
    match node.kind() {
        "true" | "false" | "none" | "integer" | "float" => true,
        "string" => tree::preorder(node).all(|part| part.kind() != "interpolation"),
        "concatenated_string"
        | "tuple"
        | "list"
        | "set"
        | "parenthesized_expression"
        | "dictionary" => parts().into_iter().all(|part| is_literal(part, text)),
        "pair" => parts().into_iter().all(|part| is_literal(part, text)),
        "unary_operator" => {
            let number = parts().first().is_some_and(|number| is_number(*number));
            number && source.starts_with(['-', '+'])
        }
        "binary_operator" => {
            // A complex number.
            let [left, right] = parts()[..] else { return false };
            let signed = left.kind() == "unary_operator" && is_literal(left, text);
            let imaginary = text[right.byte_range()].ends_with(['j', 'J']);
            (signed || is_number(left)) && is_number(right) && imaginary
        }
        "call" => source == "set()",
        _ => false,
    }
}

fn is_number(node: Node) -> bool {
    matches!(node.kind(), "integer" | "float")
}

#[cfg(test)]
mod tests {
    use super::is_literal_text;

    #[test]
    fn what_literal_eval_accepts() {
        for text in [
            "1",
            "-1.5",
            "'a'",
            "b'a'",
            "'a' 'b'",
            "(0.9, 0.98)",
            "[1, (2, 3)]",
            "{'a': [1]}",
            "{}",
            "{1, 2}",
            "True",
            "None",
            " 1",
            "(1)",
            "1, 2",
            "1+2j",
            "set()",
            "()",
        ] {
            assert!(is_literal_text(text), "{text}");
        }
        for text in [
            "",
            "a",
            "[1] * 4",
            "1 + 2",
            "f()",
            "[x for x in y]",
            "f'{a}'",
            "not 1",
            "lambda: 1",
            "1; 2",
            "x = 1",
            "(",
            "a.b",
            "{**a}",
            "[*a]",
            "1\n2",
        ] {
            assert!(!is_literal_text(text), "{text}");
        }
    }
}
