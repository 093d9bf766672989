//! Commands as Python writes them: literals, f-strings, `+`, `%`, `.format` and `" ".join`.

use tree_sitter::Node;

use super::format::{braces, percent};
use super::template::{Format, Template, Value, holds_marks};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;

/// The template that an expression makes; `None` where it is no text that can be read, such as a
/// name. The error says what in it cannot be read.
pub(super) fn template(module: &Module, node: Node) -> Option<Result<Template, String>> {
    let node = tree::unparenthesised(node);
    match node.kind() {
        "string" => Some(string(module, node)),
        "concatenated_string" => {
            let mut found = Template::default();
            for part in tree::children(node) {
                match string(module, part) {
                    Ok(part) => {
                        if !found.extend(part) {
                            return Some(Err(too_many()));
                        }
                    }
                    Err(why) => return Some(Err(why)),
                }
            }
            Some(Ok(found))
        }
        "binary_operator" => match module.text_of(node.child_by_field_name("operator")?) {
            "+" => sum(module, node),
            "%" => {
                let left = node.child_by_field_name("left")?;
                let left = constant(module, left).map(Ok).or_else(|| template(module, left))?;
                let right = node.child_by_field_name("right")?;
                Some(left.and_then(|left| percent(module, &left, right)))
            }
            _ => None,
        },
        "call" => call(module, node),
        _ => None,
    }
}

fn too_many() -> String {
    "there are too many values in the command".to_owned()
}

/// The operands of a sum, of which one at least is text that can be read.
fn sum(module: &Module, node: Node) -> Option<Result<Template, String>> {
    let mut operands = Vec::new();
    let mut left = node;
    loop {
        let is_sum = left.kind() == "binary_operator"
            && left.child_by_field_name("operator").is_some_and(|o| module.text_of(o) == "+");
        if !is_sum {
            operands.push(left);
            break;
        }
        operands.push(left.child_by_field_name("right")?);
        left = tree::unparenthesised(left.child_by_field_name("left")?);
    }
    operands.reverse();
    let read: Vec<Option<Result<Template, String>>> =
        operands.iter().map(|operand| template(module, *operand)).collect();
    if read.iter().all(Option::is_none) {
        return None;
    }
    let mut found = Template::default();
    for (operand, read) in operands.iter().zip(read) {
        let fits = match read {
            Some(Ok(part)) => found.extend(part),
            Some(Err(why)) => return Some(Err(why)),
            None => found.push_value(value_of(module, *operand)),
        };
        if !fits {
            return Some(Err(too_many()));
        }
    }
    Some(Ok(found))
}

/// A value of a sum: `str(x)` is `x` as text.
fn value_of(module: &Module, node: Node) -> Value {
    let node = tree::unparenthesised(node);
    let inner = Call::at(node, module.text()).and_then(|call| {
        let is_str = module.names.resolve(call.function, module.text()).single() == Some("str");
        (is_str && call.arguments.len() == 1).then(|| call.positional(0)).flatten()
    });
    Value::plain(tree::span(inner.map_or(node, |argument| argument.value)))
}

fn call(module: &Module, node: Node) -> Option<Result<Template, String>> {
    let call = Call::at(node, module.text())?;
    if call.function.kind() != "attribute" {
        return None;
    }
    let object = call.function.child_by_field_name("object")?;
    match module.text_of(call.function.child_by_field_name("attribute")?) {
        "format" => {
            let left = constant(module, object).map(Ok).or_else(|| template(module, object))?;
            Some(left.and_then(|left| braces(module, &left, &call)))
        }
        "join" => joined(module, object, &call),
        _ => None,
    }
}

/// The text of a name that is only ever given one literal, as it is put together at the name.
fn constant(module: &Module, node: Node) -> Option<Template> {
    let node = tree::unparenthesised(node);
    if node.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(node.start_byte());
    let [binding] = module.names.bindings(module.text_of(node), scope) else { return None };
    let BindingKind::Assignment { value } = binding.kind else { return None };
    let value = module.nodes().covering(value)?;
    // A name in it may be the one that is looked up.
    if tree::preorder(value).any(|part| part.kind() == "identifier") {
        return None;
    }
    let read = template(module, value)?.ok().filter(|read| read.values.is_empty())?;
    let origins = vec![node.start_byte(); read.origins.len()];
    Some(Template { origins, ..read })
}

/// `" ".join([...])` of a list that stands there.
fn joined(module: &Module, object: Node, call: &Call) -> Option<Result<Template, String>> {
    let separator = match template(module, object)? {
        Ok(separator) if separator.values.is_empty() => separator.text,
        _ => return None,
    };
    let list = tree::unparenthesised(call.positional(0)?.value);
    let is_list = matches!(list.kind(), "list" | "tuple") && call.arguments.len() == 1;
    let elements = is_list.then(|| tree::children(list))?;
    if elements.iter().any(|element| element.kind() == "list_splat") {
        return None;
    }
    let mut found = Template::default();
    for (index, element) in elements.iter().enumerate() {
        let at = element.start_byte();
        if index > 0 {
            separator.chars().for_each(|c| found.push(c, at));
        }
        let fits = match template(module, *element) {
            Some(Ok(part)) => found.extend(part),
            Some(Err(why)) => return Some(Err(why)),
            None => found.push_value(value_of(module, *element)),
        };
        if !fits {
            return Some(Err(too_many()));
        }
    }
    Some(Ok(found))
}

/// Whether an expression joins things with a blank: what is joined.
pub(super) fn joins<'m>(module: &Module, node: Node<'m>) -> Option<Node<'m>> {
    let node = tree::unparenthesised(node);
    let function = node.child_by_field_name("function").filter(|_| node.kind() == "call")?;
    let object = function.child_by_field_name("object")?;
    let name = module.text_of(function.child_by_field_name("attribute")?);
    let list = tree::children(node.child_by_field_name("arguments")?);
    let by = template(module, object)?.ok()?;
    let arguments = node.child_by_field_name("arguments")?;
    if name != "join" || by.text != " " {
        return None;
    }
    if arguments.kind() == "generator_expression" {
        return Some(arguments);
    }
    match list[..] {
        [list] if !list.kind().ends_with("argument") => Some(list),
        _ => None,
    }
}

fn string(module: &Module, node: Node) -> Result<Template, String> {
    if node.kind() != "string" {
        return Err("a part of the command is no plain text".to_owned());
    }
    let parts = tree::all_children(node);
    let (Some(start), Some(end)) = (parts.first(), parts.last()) else {
        return Err("a text of the command is incomplete".to_owned());
    };
    let prefix = module.text_of(*start).trim_end_matches(['"', '\'']).to_ascii_lowercase();
    if prefix.contains('b') {
        return Err("the command is made of bytes".to_owned());
    }
    if prefix.contains('t') {
        return Err("the command is a template string".to_owned());
    }
    let (is_raw, is_f) = (prefix.contains('r'), prefix.contains('f'));
    let mut found = Template::default();
    let mut at = start.end_byte();
    let fields = parts.iter().filter(|part| part.kind() == "interpolation");
    for field in fields {
        decode(module, at, field.start_byte(), is_raw, is_f, &mut found)?;
        if !found.push_value(interpolated(module, *field)?) {
            return Err(too_many());
        }
        at = field.end_byte();
    }
    decode(module, at, end.start_byte(), is_raw, is_f, &mut found)?;
    Ok(found)
}

/// The value of a field of an f-string.
fn interpolated(module: &Module, field: Node) -> Result<Value, String> {
    let parts = tree::children(field);
    let is_shown = tree::all_children(field).iter().any(|part| part.kind() == "=");
    let expression = field.child_by_field_name("expression").or(parts.first().copied());
    let Some(expression) = expression.filter(|_| !is_shown) else {
        return Err("a field of the command cannot be read".to_owned());
    };
    if expression.kind() == "yield" {
        return Err("a value of the command is a yield".to_owned());
    }
    let conversion = parts.iter().find(|part| part.kind() == "type_conversion");
    let conversion = conversion.map(|part| module.text_of(*part));
    let spec = parts.iter().find(|part| part.kind() == "format_specifier");
    let spec = spec.map(|part| module.text_of(*part)).filter(|spec| *spec != ":");
    let format = match (conversion, spec) {
        (None | Some("!s"), None) => Format::Plain,
        (Some("!r"), None) => Format::Repr,
        (conversion, spec) => {
            let (conversion, spec) = (conversion.unwrap_or_default(), spec.unwrap_or_default());
            Format::Spec(format!("{conversion}{spec}"))
        }
    };
    let at = tree::span(expression);
    Ok(Value { at, suffix: String::new(), format })
}

/// Adds the text between two bytes of a literal as Python reads it.
fn decode(
    module: &Module,
    start: usize,
    end: usize,
    is_raw: bool,
    is_f: bool,
    found: &mut Template,
) -> Result<(), String> {
    let text = &module.text()[start..end];
    if holds_marks(text) {
        return Err("the command holds characters of the private use area".to_owned());
    }
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let origin = start + at;
        match c {
            '{' | '}' if is_f => {
                chars.next();
                found.push(c, origin);
            }
            '\r' => {}
            '\\' if !is_raw => {
                let rest = &text[at + 1..];
                let (decoded, length) = escape(rest)?;
                for _ in 0..rest[..length].chars().count() {
                    chars.next();
                }
                for c in decoded {
                    found.push(c, origin);
                }
            }
            _ => found.push(c, origin),
        }
    }
    Ok(())
}

/// What an escape means whose backslash has been read, and its length in bytes (the Python
/// language reference, "Escape sequences").
fn escape(rest: &str) -> Result<(Vec<char>, usize), String> {
    let unknown = || "an escape of the command cannot be read".to_owned();
    let first = rest.chars().next().ok_or_else(unknown)?;
    let number =
        |digits: &str, radix: u32| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let hex = |length: usize| {
        let digits = rest.get(1..=length).ok_or_else(unknown)?;
        Ok((vec![number(digits, 16).ok_or_else(unknown)?], length + 1))
    };
    let simple = match first {
        '\n' => return Ok((Vec::new(), 1)),
        '\r' => return Ok((Vec::new(), if rest.starts_with("\r\n") { 2 } else { 1 })),
        '\\' | '\'' | '"' => first,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '0'..='7' => {
            let length = rest.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            return Ok((vec![number(&rest[..length], 8).ok_or_else(unknown)?], length));
        }
        'x' => return hex(2),
        'u' => return hex(4),
        'U' => return hex(8),
        'N' => return Err(unknown()),
        _ => return Ok((vec!['\\', first], first.len_utf8())),
    };
    Ok((vec![simple], 1))
}

/// Whether evaluating an expression twice, or later, is evaluating it once: a name, an attribute,
/// a constant subscript, a literal.
pub(super) fn is_simple(node: Node) -> bool {
    let node = tree::unparenthesised(node);
    match node.kind() {
        "identifier" | "integer" | "float" | "true" | "false" | "none" => true,
        "string" => !tree::children(node).iter().any(|part| part.kind() == "interpolation"),
        "attribute" => node.child_by_field_name("object").is_some_and(is_simple),
        "subscript" => tree::children(node).into_iter().all(is_simple),
        _ => false,
    }
}

/// Values by position, and by name.
type Handed<'m> = (Vec<Node<'m>>, Vec<(&'m str, Node<'m>)>);

/// The values that are handed by position and by name; `None` with stars.
pub(super) fn handed<'m>(call: &Call<'m>) -> Option<Handed<'m>> {
    let (mut by_position, mut by_name) = (Vec::new(), Vec::new());
    for argument in &call.arguments {
        match argument.kind {
            ArgumentKind::Positional => by_position.push(argument.value),
            ArgumentKind::Keyword(name) => by_name.push((name, argument.value)),
            ArgumentKind::Splat | ArgumentKind::DoubleSplat => return None,
        }
    }
    Some((by_position, by_name))
}
