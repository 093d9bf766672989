//! `%` and `.format`: what their fields stand for.

use tree_sitter::Node;

use super::read::{handed, is_simple, template};
use super::template::{Format, Template, Value};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;

/// The template of `left % right` (the Python library reference, "printf-style String Formatting").
pub(super) fn percent(module: &Module, left: &Template, right: Node) -> Result<Template, String> {
    let right = tree::unparenthesised(right);
    let given = match right.kind() {
        "tuple" => Given { by_position: tree::children(right), by_name: Vec::new() },
        "dictionary" => Given { by_position: Vec::new(), by_name: entries(module, right)? },
        _ => Given { by_position: vec![right], by_name: Vec::new() },
    };
    if given.by_position.iter().any(|node| node.kind() == "list_splat") {
        return Err("what is put into the command cannot be told apart".to_owned());
    }
    let mut fields = Fields::new(module, given, left)?;
    let chars: Vec<char> = left.text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let origin = left.origins[at];
        if chars[at] != '%' {
            fields.found.push(chars[at], origin);
            at += 1;
            continue;
        }
        at += 1;
        let mut name = None;
        if chars.get(at) == Some(&'(') {
            let length = chars[at..].iter().position(|c| *c == ')').ok_or_else(unread)?;
            name = Some(chars[at + 1..at + length].iter().collect::<String>());
            at += length + 1;
        }
        let start = at;
        while chars.get(at).is_some_and(|c| matches!(c, '#' | '0'..='9' | '-' | '+' | ' ' | '.')) {
            at += 1;
        }
        let spec: String = chars[start..at].iter().collect();
        let conversion = *chars.get(at).ok_or_else(unread)?;
        at += 1;
        if conversion == '%' {
            fields.found.push('%', origin);
            continue;
        }
        fields.add(name.as_deref(), "", percent_format(&spec, conversion)?, origin)?;
    }
    fields.finish()
}

fn percent_format(spec: &str, conversion: char) -> Result<Format, String> {
    match (spec, conversion) {
        ("", 's') => Ok(Format::Plain),
        ("", 'r') => Ok(Format::Repr),
        ("", 'd' | 'i' | 'u') => Ok(Format::Whole),
        // These mean the same behind the colon of an f-string.
        (spec, 'f' | 'F' | 'e' | 'E' | 'g' | 'G' | 'x' | 'X' | 'o' | 'd')
            if !spec.contains(['-', '+', ' ', '#']) =>
        {
            Ok(Format::Spec(format!(":{spec}{conversion}")))
        }
        _ => Err("a field of the command cannot be read".to_owned()),
    }
}

fn unread() -> String {
    "a field of the command cannot be read".to_owned()
}

/// The entries of a dictionary whose keys are plain text.
fn entries<'m>(module: &'m Module, node: Node<'m>) -> Result<Vec<(String, Node<'m>)>, String> {
    let entry = |pair: Node<'m>| {
        let key = pair.child_by_field_name("key")?;
        let name = crate::python::literal::plain_string(key, module.text())?;
        Some((name.to_owned(), pair.child_by_field_name("value")?))
    };
    tree::children(node).into_iter().map(|pair| entry(pair).ok_or_else(unread)).collect()
}

/// The template of `left.format(...)` (the Python library reference, "Format String Syntax").
pub(super) fn braces(module: &Module, left: &Template, call: &Call) -> Result<Template, String> {
    let (by_position, by_name) = handed(call)
        .ok_or_else(|| "what is put into the command cannot be told apart".to_owned())?;
    let by_name = by_name.into_iter().map(|(name, node)| (name.to_owned(), node)).collect();
    let mut fields = Fields::new(module, Given { by_position, by_name }, left)?;
    let chars: Vec<char> = left.text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let (c, origin) = (chars[at], left.origins[at]);
        at += 1;
        if !matches!(c, '{' | '}') {
            fields.found.push(c, origin);
            continue;
        }
        if chars.get(at) == Some(&c) {
            fields.found.push(c, origin);
            at += 1;
            continue;
        }
        let length = chars[at..].iter().position(|c| *c == '}').ok_or_else(unread)?;
        let field: String = chars[at..at + length].iter().collect();
        if c == '}' || field.contains('{') {
            return Err(unread());
        }
        at += length + 1;
        let (name, spec) = field.split_once(':').unwrap_or((&field, ""));
        let (name, conversion) = name.split_once('!').unwrap_or((name, ""));
        let format = match (conversion, spec) {
            ("" | "s", "") => Format::Plain,
            ("r", "") => Format::Repr,
            ("" | "s" | "r" | "a", _) => {
                let conversion =
                    if conversion.is_empty() { String::new() } else { format!("!{conversion}") };
                let spec = if spec.is_empty() { String::new() } else { format!(":{spec}") };
                Format::Spec(format!("{conversion}{spec}"))
            }
            _ => return Err(unread()),
        };
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (base, suffix) = name.split_at(end);
        let is_plain = suffix.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
        let is_index = suffix.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_index = is_index.is_some_and(|i| i.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_plain && !is_index {
            return Err(unread());
        }
        fields.add((!base.is_empty()).then_some(base), suffix, format, origin)?;
    }
    fields.finish()
}

/// The text of a literal that is put in.
fn literal_text(module: &Module, node: Node) -> Option<String> {
    let read = template(module, node)?.ok()?;
    read.values.is_empty().then_some(read.text)
}

/// What is put into a text.
struct Given<'m> {
    by_position: Vec<Node<'m>>,
    by_name: Vec<(String, Node<'m>)>,
}

struct Fields<'m> {
    module: &'m Module,
    given: Given<'m>,
    found: Template,
    /// How many fields without a name there were.
    counted: usize,
    /// The places of the values, in the order of the fields.
    used: Vec<usize>,
}

impl<'m> Fields<'m> {
    fn new(module: &'m Module, given: Given<'m>, left: &Template) -> Result<Self, String> {
        if !left.values.is_empty() {
            return Err("the command is formatted twice".to_owned());
        }
        Ok(Self { module, given, found: Template::default(), counted: 0, used: Vec::new() })
    }

    /// Adds the field of this name or number, or the next one.
    fn add(
        &mut self,
        name: Option<&str>,
        suffix: &str,
        format: Format,
        origin: usize,
    ) -> Result<(), String> {
        let number = match name {
            None => {
                self.counted += 1;
                Some(self.counted - 1)
            }
            Some(name) => name.parse::<usize>().ok(),
        };
        let node = match (number, name) {
            (Some(number), _) => self.given.by_position.get(number).copied(),
            (None, Some(name)) => {
                self.given.by_name.iter().find(|(known, _)| known == name).map(|(_, node)| *node)
            }
            (None, None) => None,
        };
        let node = node.ok_or_else(|| "a value of the command is missing".to_owned())?;
        self.used.push(node.start_byte());
        let text = literal_text(self.module, node).filter(|_| suffix.is_empty());
        if let Some(text) = text.filter(|_| format == Format::Plain) {
            text.chars().for_each(|c| self.found.push(c, origin));
            return Ok(());
        }
        let value = Value { at: tree::span(node), suffix: suffix.to_owned(), format };
        if self.found.push_value_at(value, origin) {
            Ok(())
        } else {
            Err("there are too many values in the command".to_owned())
        }
    }

    /// The template, if the values are worked out as before: each once, in their order.
    fn finish(self) -> Result<Template, String> {
        let all = self.given.by_position.iter().chain(self.given.by_name.iter().map(|(_, n)| n));
        let involved: Vec<&Node> = all.filter(|node| !is_simple(**node)).collect();
        let count = |node: &Node| self.used.iter().filter(|at| **at == node.start_byte()).count();
        let is_once = involved.iter().all(|node| count(node) == 1);
        let in_order = involved.len() < 2 || self.used.is_sorted();
        if is_once && in_order {
            Ok(self.found)
        } else {
            Err("the values of the command would be worked out in another order".to_owned())
        }
    }
}
