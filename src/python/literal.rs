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
