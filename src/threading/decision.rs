//! What can be a decision: values and annotations that are a yes or a no.

use tree_sitter::Node;

use crate::python::literal;
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;

/// Builtins that never give a yes or a no.
const OTHER_CALLS: [&str; 17] = [
    "dict",
    "float",
    "frozenset",
    "input",
    "int",
    "iter",
    "len",
    "list",
    "object",
    "open",
    "range",
    "repr",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
];

/// How many parts of a value are looked at.
const MOST_PARTS: usize = 64;

/// Whether a value of that name is something else than a decision, as far as the text tells.
pub(super) fn is_other(module: &Module, value: Node, name: &str) -> bool {
    let mut waiting = vec![value];
    for _ in 0..MOST_PARTS {
        let Some(node) = waiting.pop() else { return false };
        let node = tree::unparenthesised(node);
        match node.kind() {
            "list"
            | "dictionary"
            | "tuple"
            | "set"
            | "expression_list"
            | "list_comprehension"
            | "dictionary_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "lambda"
            | "float"
            | "ellipsis"
            | "unary_operator" => return true,
            "string" | "concatenated_string" if !takes_text(name) => return true,
            "integer" if !matches!(module.text_of(node), "0" | "1") => return true,
            "binary_operator" => {
                let sign = node.child_by_field_name("operator").map(|o| module.text_of(o));
                if !matches!(sign, Some("|" | "&" | "^")) {
                    return true;
                }
            }
            "call" => {
                let function = node.child_by_field_name("function").map(|f| module.text_of(f));
                if function.is_some_and(|function| OTHER_CALLS.contains(&function)) {
                    return true;
                }
            }
            "conditional_expression" => {
                let parts = tree::children(node);
                waiting.extend(parts.first().copied());
                waiting.extend(parts.get(2).copied());
            }
            "boolean_operator" => waiting.extend(tree::children(node)),
            "assignment" => waiting.extend(node.child_by_field_name("right")),
            "named_expression" => waiting.extend(node.child_by_field_name("value")),
            _ => {}
        }
    }
    true
}

/// Whether a decision of that name may be a word: `trust_repo="check"`.
fn takes_text(name: &str) -> bool {
    name == "trust_repo"
}

/// Where a parameter says that it is no decision, by its stars, annotation or default: its offset.
pub(super) fn not_asked(module: &Module, function: Node, name: &str) -> Option<usize> {
    let signature = Signature::at(function)?;
    let parameter = *signature.binding(name, module.text())?;
    let is_starred =
        matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword);
    let at = Some(parameter.node.start_byte());
    if is_starred || parameter.name.kind() != "identifier" {
        return at;
    }
    if let Some(annotation) = parameter.annotation
        && !fits(module.text_of(annotation), name)
    {
        return at;
    }
    let default = tree::unparenthesised(parameter.default?);
    let is_plain = match default.kind() {
        "true" | "false" | "none" | "integer" | "call" | "not_operator" | "comparison_operator" => {
            true
        }
        // A constant may be anything, unless the annotation says what it is.
        "identifier" | "attribute" => parameter.annotation.is_some(),
        _ => takes_text(name) && literal::plain_string(default, module.text()).is_some(),
    };
    (!is_plain || is_other(module, default, name)).then_some(at).flatten()
}

/// Whether an annotation is that of a decision: `bool`, `Optional[bool]`, `"bool | None"`, `Any`.
pub(super) fn fits(annotation: &str, name: &str) -> bool {
    is_yes_or_no(annotation, name, 0)
}

/// How deep annotations are looked into.
const DEEPEST: usize = 8;

fn is_yes_or_no(annotation: &str, name: &str, depth: usize) -> bool {
    let text = annotation.trim();
    if depth > DEEPEST || text.is_empty() {
        return false;
    }
    let all = |parts: Vec<&str>| parts.into_iter().all(|part| is_yes_or_no(part, name, depth + 1));
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return all(vec![inner]);
        }
    }
    let alternatives = parts(text, '|');
    if alternatives.len() > 1 {
        return all(alternatives);
    }
    let last = |text: &'_ str| text.trim().rsplit('.').next().unwrap_or_default().to_owned();
    let Some((head, rest)) = text.split_once('[') else {
        let plain = ["bool", "StrictBool", "None", "NoneType", "Any"];
        let known = last(text);
        return plain.contains(&known.as_str()) || (takes_text(name) && known == "str");
    };
    let Some(inside) = rest.trim_end().strip_suffix(']') else { return false };
    let arguments: Vec<&str> =
        parts(inside, ',').into_iter().filter(|part| !part.trim().is_empty()).collect();
    match last(head).as_str() {
        "Optional" | "Union" | "Final" | "ClassVar" | "Required" | "NotRequired" => all(arguments),
        "Annotated" => all(arguments.into_iter().take(1).collect()),
        "Literal" => {
            let is_plain = |part: &&str| {
                matches!(part.trim(), "True" | "False" | "None")
                    || (takes_text(name) && part.contains("check"))
            };
            arguments.iter().all(is_plain)
        }
        _ => false,
    }
}

/// The parts of an annotation between separators that stand in no brackets and no quotes.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut quote) = (0_usize, 0, None);
    for (at, letter) in text.char_indices() {
        if let Some(open) = quote {
            quote = (open != letter).then_some(open);
            continue;
        }
        match letter {
            '"' | '\'' => quote = Some(letter),
            '[' | '(' => depth += 1,
            ']' | ')' => depth = depth.saturating_sub(1),
            _ if letter == separator && depth == 0 => {
                found.push(&text[start..at]);
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_of_a_yes_or_no_fit() {
        for text in [
            "bool",
            "Optional[bool]",
            "t.Optional[ bool ]",
            "bool | None",
            "None|bool",
            "\"bool | None\"",
            "'Optional[\"bool\"]'",
            "Union[bool, None]",
            "Any",
            "typing.Any",
            "Annotated[bool, Option('--x', help='a, b')]",
            "Annotated[Optional[bool], typer.Option()]",
            "Literal[True, False]",
        ] {
            assert!(fits(text, "trust_remote_code"), "{text}");
        }
        assert!(fits("Union[bool, str, None]", "trust_repo"));
    }

    #[test]
    fn other_annotations_do_not_fit() {
        for text in [
            "str",
            "int",
            "dict",
            "list[bool]",
            "Optional[str]",
            "bool | str",
            "Union[bool, str]",
            "\"str\"",
            "Annotated[str, bool]",
            "Literal['auto']",
            "Callable[[str], bool]",
            "InitVar[bool]",
            "TrustPolicy",
            "bool[",
            "",
        ] {
            assert!(!fits(text, "trust_remote_code"), "{text}");
        }
    }

    #[test]
    fn values_tell_whether_they_are_a_decision() {
        use crate::workspace::FileId;
        use crate::workspace::source::Source;
        let is = |text: &str| {
            let source = Source::python(FileId(0), text.as_bytes().to_vec()).unwrap();
            let module = Module::new(source);
            let statement = tree::children(module.root())[0];
            let value = tree::children(statement)[0].child_by_field_name("right").unwrap();
            is_other(&module, value, "trust_remote_code")
        };
        for text in [
            "x = True",
            "x = None",
            "x = 0",
            "x = f(y)",
            "x = y.z",
            "x = 'a' in y",
            "x = not y",
            "x = a or b",
            "x = a | b",
            "x = True if 'a' == y else None",
            "x = y = False",
        ] {
            assert!(!is(text), "{text}");
        }
        for text in [
            "x = []",
            "x = {'a': 1}",
            "x = 'auto'",
            "x = f'{y}'",
            "x = 2",
            "x = 0.5",
            "x = lambda: True",
            "x = len(y)",
            "x = y or {}",
            "x = True if y else 'auto'",
            "x = y = []",
            "x = a, b",
            "x = a + b",
            "x = ...",
        ] {
            assert!(is(text), "{text}");
        }
    }
}
