//! What a string literal is bound to: the name, keyword, key or parameter whose value it is.

use tree_sitter::Node;

use super::secret_groups::{container, group};
use super::secret_names::{self, Kind};
use super::secret_prefilter::LONGEST_NAME;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::{literal, tree};

/// How a literal comes to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form<'t> {
    /// It is assigned.
    Assigned,
    /// It is an argument, or an entry of a dictionary.
    Given,
    /// It is an argument that is a secret by its place.
    Passed,
    /// It is the default of a parameter.
    Parameter,
    /// Something is compared with it.
    Compared,
    /// The expression, a look-up in the environment, yields it where the variable is not set.
    Environment(Node<'t>),
    /// A look-up, a field or a flag of the program yields it where nothing else is given.
    Fallback,
    /// It is put into the environment.
    Exported,
    /// It is one of several in a list or a dictionary that has the name.
    Grouped,
    /// Nothing binds it.
    Alone,
}

/// What a literal is bound to.
#[derive(Debug, Clone)]
pub(super) struct Place<'t> {
    /// The name, keyword or key, if there is one that can be shown.
    pub(super) name: Option<String>,
    /// What the name says of the value.
    pub(super) kind: Option<Kind>,
    /// Where the name ends in the text; `None` where a callable tells what it is, which may have
    /// been imported far away.
    pub(super) at: Option<usize>,
    /// How it comes to it.
    pub(super) form: Form<'t>,
    /// The binding as a whole: the argument, the entry, the statement.
    pub(super) whole: Node<'t>,
}

/// What a literal is bound to.
pub(super) fn place<'t>(module: &'t Module, node: Node<'t>) -> Place<'t> {
    let mut found = climb(module, node);
    found.name = found.name.filter(|name| is_shown(name));
    found.kind = found.kind.or_else(|| found.name.as_deref().and_then(secret_names::kind));
    found
}

/// Whether a name is one that people give, and can be shown.
fn is_shown(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | ':'))
        && super::secret_shapes::shapes(name).is_empty()
}

fn climb<'t>(module: &'t Module, literal: Node<'t>) -> Place<'t> {
    let mut form = Form::Assigned;
    let mut inner = literal;
    let alone = |whole| Place { name: None, kind: None, at: None, form: Form::Alone, whole };
    while let Some(outer) = module.parent(inner) {
        let bound = |name: Option<Node>, given: Form<'t>| {
            let form = if form == Form::Assigned { given } else { form };
            let at = name.map(|name| name.end_byte());
            let name = name.and_then(|name| key_name(module, name));
            Place { name, kind: None, at, form, whole: outer }
        };
        match outer.kind() {
            "parenthesized_expression" => {}
            "conditional_expression" if !is_condition(outer, inner) => {}
            "boolean_operator" => {
                if let Some(looked) = either(module, outer, inner) {
                    return looked;
                }
            }
            "expression_list" | "tuple" => {
                let member = member(module, outer, inner).or_else(|| group(module, outer));
                return member.unwrap_or_else(|| alone(outer));
            }
            "list" | "set" => return group(module, outer).unwrap_or_else(|| alone(outer)),
            "attribute" if is_converted(module, outer) => {}
            "call" if outer.child_by_field_name("function") == Some(inner) => {}
            "argument_list" => {
                let Some(call) = module.parent(outer) else { break };
                match argument(module, call, inner) {
                    Step::Through(next) => {
                        form = next.unwrap_or(form);
                        inner = call;
                        continue;
                    }
                    Step::Bound(place) => return place,
                }
            }
            "keyword_argument" => {
                let Some(name) = outer.child_by_field_name("name") else { break };
                if !matches!(module.text_of(name), "default" | "default_value" | "value") {
                    return bound(Some(name), Form::Given);
                }
                let Some(call) = module.parent(outer).and_then(|list| module.parent(list)) else {
                    break;
                };
                if let Some(place) = defaulted(module, call, outer) {
                    return place;
                }
                form = Form::Fallback;
                inner = call;
                continue;
            }
            "pair" => {
                let key = outer.child_by_field_name("key").filter(|key| *key != inner);
                let Some(key) = key else { return alone(outer) };
                let place = bound(Some(key), Form::Given);
                let names_one = place.name.as_deref().and_then(secret_names::kind).is_some();
                let around = module.parent(outer).filter(|_| !names_one);
                return around.and_then(|dictionary| group(module, dictionary)).unwrap_or(place);
            }
            "assignment" => return assigned(module, outer, inner, form),
            "named_expression" => {
                return bound(outer.child_by_field_name("name"), Form::Assigned);
            }
            "default_parameter" | "typed_default_parameter" => {
                return bound(outer.child_by_field_name("name"), Form::Parameter);
            }
            "comparison_operator" => return compared(module, outer, inner),
            _ => return alone(outer),
        }
        inner = outer;
    }
    alone(inner)
}

/// Where the search goes on from an argument.
enum Step<'t> {
    /// The call stands for the literal, with the form that this gives it.
    Through(Option<Form<'t>>),
    /// Here it ends.
    Bound(Place<'t>),
}

fn is_condition(conditional: Node, inner: Node) -> bool {
    tree::children(conditional).get(1).is_some_and(|condition| *condition == inner)
}

/// `"...".encode()`: the method's object stands for the literal.
fn is_converted(module: &Module, attribute: Node) -> bool {
    let name = attribute.child_by_field_name("attribute").map(|name| module.text_of(name));
    let called = module.parent(attribute).is_some_and(|call| call.kind() == "call");
    called && matches!(name, Some("encode" | "decode" | "strip" | "rstrip"))
}

/// `os.environ.get("NAME") or "..."`; `None` where the operator stands for the literal.
fn either<'t>(module: &'t Module, outer: Node<'t>, inner: Node) -> Option<Place<'t>> {
    let left = outer.child_by_field_name("left").filter(|left| *left != inner)?;
    let left = tree::unparenthesised(left);
    let name = environment_key(module, left)?;
    Some(looked_up(name, left.end_byte(), outer))
}

/// The place of what `around` yields where the variable is not set.
fn looked_up(name: String, at: usize, around: Node) -> Place {
    let form = Form::Environment(around);
    Place { name: Some(name), kind: None, at: Some(at), form, whole: around }
}

/// The variable that `os.environ.get("NAME", ...)`, `os.getenv("NAME", ...)` or `os.environ["NAME"]`
/// reads, if it is written out.
pub(super) fn environment_key(module: &Module, node: Node) -> Option<String> {
    let text = module.text();
    if node.kind() == "subscript" {
        let value = node.child_by_field_name("value")?;
        let key = node.child_by_field_name("subscript")?;
        is_environment(module, value, &["os.environ"])
            .then(|| literal::plain_string(key, text).map(str::to_owned))?
    } else {
        let call = Call::at(node, text)?;
        let reads = ["os.environ.get", "os.getenv"];
        is_environment(module, call.function, &reads).then_some(())?;
        let key = call.positional(0).or(call.keyword("key"))?.value;
        literal::plain_string(key, text).map(str::to_owned)
    }
}

pub(super) fn is_environment(module: &Module, node: Node, names: &[&str]) -> bool {
    let resolved = module.names.resolve(node, module.text());
    resolved.candidates().iter().any(|name| names.contains(&name.as_str()))
}

/// A member of a tuple: one that is unpacked into names, or the second of `auth=(user, password)`.
fn member<'t>(module: &'t Module, tuple: Node<'t>, inner: Node) -> Option<Place<'t>> {
    let members = tree::children(tuple);
    let index = members.iter().position(|member| *member == inner)?;
    let (whole, target) = container(module, tuple)?;
    let place = |name: String, kind, at: Node, form| Place {
        name: Some(name),
        kind,
        at: Some(at.end_byte()),
        form,
        whole,
    };
    if matches!(target.kind(), "pattern_list" | "tuple_pattern" | "list_pattern") {
        let targets = tree::children(target);
        let starred =
            |node: &Node| node.kind().ends_with("splat") || node.kind() == "list_splat_pattern";
        if targets.iter().chain(&members).any(starred) || targets.len() != members.len() {
            return None;
        }
        let target = targets[index];
        return Some(place(named(module, target)?, None, target, Form::Assigned));
    }
    let name = key_name(module, target).or_else(|| named(module, target))?;
    let words = secret_names::words(&name);
    let is_pair = members.len() == 2 && index == 1 && tuple.kind() == "tuple";
    (is_pair && words.last().is_some_and(|word| word == "auth"))
        .then(|| place("password".to_owned(), Some(Kind::Password), target, Form::Passed))
}

/// The name that a key gives: a string, or a constant that stands for one.
pub(super) fn key_name(module: &Module, key: Node) -> Option<String> {
    match key.kind() {
        "string" => literal::plain_string(key, module.text()).map(str::to_owned),
        _ => named(module, key),
    }
}

/// The last name of what is bound or read: `password` of `self.password`, `c["password"]`,
/// `c.get("password")`.
pub(super) fn named(module: &Module, node: Node) -> Option<String> {
    let node = tree::unparenthesised(node);
    let text = module.text();
    let part = |name: &str| node.child_by_field_name(name);
    match node.kind() {
        "identifier" => Some(module.text_of(node).to_owned()),
        "attribute" => part("attribute").map(|name| module.text_of(name).to_owned()),
        "subscript" => {
            let key = part("subscript")?;
            match key.kind() {
                "string" => literal::plain_string(key, text).map(str::to_owned),
                "identifier" | "attribute" => named(module, key),
                _ => None,
            }
        }
        "call" => {
            let call = Call::at(node, text)?;
            let function =
                named(module, call.function).filter(|_| call.function.kind() != "call")?;
            let at = match function.as_str() {
                "get" | "getenv" | "getlist" | "pop" => 0,
                "getattr" => 1,
                _ => return None,
            };
            literal::plain_string(call.positional(at)?.value, text).map(str::to_owned)
        }
        _ => None,
    }
}

/// `name = "..."`, where several targets share a value the first that names a secret.
fn assigned<'t>(module: &'t Module, outer: Node<'t>, inner: Node, form: Form<'t>) -> Place<'t> {
    let mut whole = outer;
    let mut chosen: Option<(Node, String)> = None;
    let is_value = outer.child_by_field_name("right") == Some(inner);
    let mut next = Some(outer).filter(|_| is_value);
    while let Some(assignment) = next.filter(|node| node.kind() == "assignment") {
        whole = assignment;
        if let Some(target) = assignment.child_by_field_name("left")
            && let Some(name) = named(module, target)
            && (chosen.is_none() || secret_names::kind(&name).is_some())
        {
            chosen = Some((target, name));
        }
        next = module.parent(assignment);
    }
    let exported = chosen.as_ref().is_some_and(|(target, _)| {
        let object = target.child_by_field_name("value");
        object.is_some_and(|object| is_environment(module, object, &["os.environ"]))
    });
    let form = if exported { Form::Exported } else { form };
    let at = chosen.as_ref().map(|(target, _)| target.end_byte());
    Place { name: chosen.map(|(_, name)| name), kind: None, at, form, whole }
}

/// `if password == "..."`.
fn compared<'t>(module: &'t Module, outer: Node<'t>, inner: Node) -> Place<'t> {
    let operands = tree::children(outer);
    let is_equality = tree::all_children(outer)
        .iter()
        .all(|part| part.is_named() || matches!(module.text_of(*part), "==" | "!="));
    let other = operands.iter().find(|operand| **operand != inner);
    let other = other.filter(|_| is_equality && operands.len() == 2);
    let name = other.and_then(|other| named(module, *other));
    let at = other.map(Node::end_byte);
    Place { name, kind: None, at, form: Form::Compared, whole: outer }
}

/// What a flag or a look-up names whose `default=` holds the literal.
fn defaulted<'t>(module: &'t Module, call: Node<'t>, keyword: Node<'t>) -> Option<Place<'t>> {
    if let Some(name) = environment_key(module, call) {
        return Some(looked_up(name, keyword.start_byte(), call));
    }
    let call = Call::at(call, module.text())?;
    let strings = call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional);
    let mut names = strings.copied().chain(call.keyword("dest")).filter_map(|argument| {
        let name = literal::plain_string(argument.value, module.text())?;
        Some((name.trim_start_matches('-').to_owned(), argument.node.end_byte()))
    });
    let (name, at) = names.find(|(name, _)| secret_names::kind(name).is_some())?;
    let form = Form::Fallback;
    Some(Place { name: Some(name), kind: None, at: Some(at), form, whole: keyword })
}

/// Calls that yield their first argument in another form.
#[rustfmt::skip]
const CONVERTERS: [&str; 14] = [
    "SecretStr", "SecretBytes", "Secret", "bytes", "bytearray", "str", "quote", "quote_plus",
    "b64decode", "unhexlify", "fromhex", "to_bytes", "force_bytes", "cast",
];

/// An argument by position.
fn argument<'t>(module: &'t Module, call: Node<'t>, inner: Node<'t>) -> Step<'t> {
    let text = module.text();
    let bound = |name: Option<&str>, kind, at, form| {
        Step::Bound(Place { name: name.map(str::to_owned), kind, at, form, whole: inner })
    };
    let alone = bound(None, None, None, Form::Alone);
    let Some(parts) = Call::at(call, text) else { return alone };
    let positional: Vec<Node> = parts
        .arguments
        .iter()
        .take_while(|a| a.kind != ArgumentKind::Splat)
        .filter(|a| a.kind == ArgumentKind::Positional)
        .map(|a| a.value)
        .collect();
    let Some(index) = positional.iter().position(|value| *value == inner) else { return alone };
    let function = named(module, parts.function).unwrap_or_default();
    if index == 1
        && let Some(name) = environment_key(module, call)
    {
        return Step::Bound(looked_up(name, positional[0].end_byte(), call));
    }
    if index == 0 && CONVERTERS.contains(&function.as_str()) {
        return Step::Through(None);
    }
    if index == 0 && matches!(function.as_str(), "Field" | "field") {
        return Step::Through(Some(Form::Fallback));
    }
    if let Some((name, kind)) = known(module, &parts, &function, index, positional.len()) {
        let at = (name == "password").then(|| parts.function.end_byte());
        return bound(Some(name), Some(kind), at, Form::Passed);
    }
    let before = index.checked_sub(1).map(|at| positional[at]);
    let form = match function.as_str() {
        "setenv" | "putenv" => Form::Exported,
        "setdefault" if text[parts.function.byte_range()].contains("environ") => Form::Exported,
        "get" | "pop" | "setdefault" | "getattr" | "env" | "config" | "str" => Form::Fallback,
        "set" | "put" | "setattr" | "fill" | "add_header" => Form::Given,
        _ => return alone,
    };
    let name = before.and_then(|before| literal::plain_string(before, text));
    bound(name, None, before.map(|before| before.end_byte()), form)
}

/// The arguments that are secrets by where they stand, with a name for each, and whether a name that
/// an import gives them tells so.
fn known(
    module: &Module,
    call: &Call,
    function: &str,
    index: usize,
    count: usize,
) -> Option<(&'static str, Kind)> {
    let dotted = module.text_of(call.function);
    let resolved = module.names.resolve(call.function, module.text());
    let resolved = resolved.candidates().first().map_or(dotted, String::as_str);
    let is = |names: &[&str]| names.iter().any(|name| dotted == *name || resolved == *name);
    let last = resolved.rsplit('.').next().unwrap_or(function);
    let found = match last {
        "HTTPBasicAuth"
        | "HTTPDigestAuth"
        | "HTTPProxyAuth"
        | "BasicAuth"
        | "DigestAuth"
        | "HTTPBasicCredentials" => (1, "http_password", Kind::Password),
        "login" if dotted.contains('.') && count == 2 => (1, "password", Kind::Password),
        "set_password" => (count - 1, "password", Kind::Password),
        "make_password" => (0, "password", Kind::Password),
        "Fernet" => (0, "fernet_key", Kind::Secret),
        _ if resolved.starts_with("itsdangerous.") => (0, "secret_key", Kind::Secret),
        "encode" | "decode"
            if is(&["jwt.encode", "jwt.decode", "jose.jwt.encode", "jose.jwt.decode"]) =>
        {
            (1, "jwt_secret", Kind::Password)
        }
        "new" if is(&["hmac.new"]) => (0, "hmac_key", Kind::Password),
        _ => return None,
    };
    (found.0 == index).then_some((found.1, found.2))
}
