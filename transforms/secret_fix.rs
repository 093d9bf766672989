//! What is done about a secret in the code: the variable of the environment that takes its place,
//! or why a person has to see to it.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::exception::Verdict;
use super::finding::{Fix, Level, Remedy};
use super::secret::Found;
use super::secret_names;
use super::secret_places::Form;
use crate::plan::op::{Anchor, Op};
use crate::python::layout::new_import::{Import, bound_name, is_there};
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::workspace::source::Piece;

/// Shorter values are reported only: they may be words that mean something else.
const SHORTEST: usize = 8;

/// The variables by which the secrets of a module are read.
pub(super) struct Variables {
    /// For the start of each literal its variable; `None` where another secret would have the same.
    names: BTreeMap<usize, Option<String>>,
}

impl Variables {
    /// Names a variable for each secret: two of them share one only if they are equal.
    pub(super) fn new<'f, 't: 'f>(
        module: &Module,
        found: impl Iterator<Item = &'f Found<'t>>,
    ) -> Self {
        let mut groups: BTreeMap<String, Vec<&Found>> = BTreeMap::new();
        let replaced = |one: &&Found| !matches!(one.place.form, Form::Environment(_));
        for one in found.filter(|one| replaced(one) && held(module, one).is_none()) {
            if let Some(name) = variable(one) {
                groups.entry(name).or_default().push(one);
            }
        }
        let known = read_already(module);
        let taken: BTreeSet<String> = known.iter().chain(groups.keys()).cloned().collect();
        let mut names = BTreeMap::new();
        for (name, members) in &groups {
            let unlike =
                known.contains(name) || members.iter().any(|one| one.value != members[0].value);
            let told =
                if unlike { told_apart(module, name, members, &known, &taken) } else { None };
            for (index, one) in members.iter().enumerate() {
                let name = match &told {
                    Some(told) => Some(told[index].clone()),
                    None => Some(name.clone()).filter(|_| !unlike),
                };
                names.insert(one.literal.node.start_byte(), name);
            }
        }
        Self { names }
    }
}

/// The variable that the name of the binding gives, else the one that is usual for the token.
fn variable(found: &Found) -> Option<String> {
    let place = &found.place;
    let named = place.name.as_deref().filter(|_| place.kind.is_some());
    match (named, found.shape) {
        (Some(name), _) => secret_names::variable(name),
        (None, shape) => shape.map(|shape| shape.variable.to_owned()),
    }
}

/// The variables that the module reads or sets itself.
fn read_already(module: &Module) -> BTreeSet<String> {
    let keys = module.of_kind("string").filter(|node| {
        let around = module.parent(*node);
        let whole = around.and_then(|around| match around.kind() {
            "argument_list" => module.parent(around),
            _ => Some(around).filter(|around| around.kind() == "subscript"),
        });
        let object = whole.and_then(|whole| {
            whole.child_by_field_name("function").or(whole.child_by_field_name("value"))
        });
        object.is_some_and(|object| {
            let object = module.text_of(object);
            object.contains("environ") || object.ends_with("getenv")
        })
    });
    keys.filter_map(|key| literal::plain_string(key, module.text()).map(str::to_owned)).collect()
}

/// Names with those of the classes and functions around them, if that tells all of them apart.
fn told_apart(
    module: &Module,
    name: &str,
    members: &[&Found],
    known: &BTreeSet<String>,
    taken: &BTreeSet<String>,
) -> Option<Vec<String>> {
    let mut values: BTreeMap<String, &str> = BTreeMap::new();
    let mut names = Vec::new();
    for one in members {
        let scope = module.scope_of(one.literal.node);
        let full = match scope.rsplit('.').next().unwrap_or_default() {
            "" => name.to_owned(),
            last => format!("{}_{name}", secret_names::variable(last)?),
        };
        let is_free = if full == name { !known.contains(name) } else { !taken.contains(&full) };
        let value = values.entry(full.clone()).or_insert(&one.value);
        if *value != one.value || !is_free {
            return None;
        }
        names.push(full);
    }
    Some(names)
}

/// What to do about a secret.
pub(super) fn remedy(
    module: &Module,
    found: &Found,
    variables: &Variables,
    verdict: &Verdict,
) -> Remedy {
    if let Some(reason) = held(module, found) {
        return Remedy::Report(reason);
    }
    let node = found.literal.node;
    let (at, name) = match found.place.form {
        Form::Environment(around) => (around, found.place.name.clone()),
        _ => (node, variables.names.get(&node.start_byte()).cloned().flatten()),
    };
    let Some(name) = name else {
        return Remedy::Report(
            "the file reads another value from a variable of that name; give each its own in `os.environ`".to_owned(),
        );
    };
    match ops(module, found, at, &name) {
        Err(reason) => Remedy::Report(format!("{reason}; read `{name}` from the environment")),
        Ok(ops) => {
            let doubt = match verdict {
                Verdict::Wish(_) => "the comment does not say why it may stay; ",
                _ => "",
            };
            let empty = match at.kind() {
                "boolean_operator" => "; one that is set and empty counts now",
                _ => "",
            };
            let reason = format!(
                "{doubt}set {name} where the program runs, and replace the value: whoever has the code or its history knows it{empty}"
            );
            Remedy::Ops(Fix::new(
                format!("read {name} from the environment"),
                &reason,
                Level::Review,
                ops,
            ))
        }
    }
}

/// The expression that reads the variable, in the place of a node.
fn ops(module: &Module, found: &Found, at: Node, name: &str) -> Result<Vec<Op>, String> {
    let is_there = is_there(
        module,
        &Import { module: "os", name: Some("environ"), bound_as: "environ" },
        at.start_byte(),
    );
    let (environment, import) = if is_there {
        ("environ".to_owned(), None)
    } else {
        let (os, lacks) = bound_name(module, "os", at)?;
        (format!("{os}.environ"), lacks.then_some(os))
    };
    let quote = quote(module, found.literal.node);
    let encode = if found.literal.is_bytes { ".encode()" } else { "" };
    let text = format!("{environment}[{quote}{name}{quote}]{encode}");
    let anchor = Anchor { file: module.file, range: tree::span(at) };
    let import = import.map(|os| Op::EnsureImport {
        at: anchor.clone(),
        module: "os".to_owned(),
        name: None,
        bound_as: os,
    });
    let replace = Op::ReplaceExpression { at: anchor.clone(), pieces: vec![Piece::text(text)] };
    Ok(std::iter::once(replace).chain(import).collect())
}

/// The quote of a literal.
fn quote(module: &Module, literal: Node) -> char {
    if module.text_of(literal).ends_with('\'') { '\'' } else { '"' }
}

/// Why a person has to see to a secret, with what to do.
fn held(module: &Module, found: &Found) -> Option<String> {
    let place = &found.place;
    let node = found.literal.node;
    let around = match place.form {
        Form::Environment(around) => around,
        _ => node,
    };
    let read = match variable(found) {
        Some(variable) => format!("`os.environ[\"{variable}\"]`"),
        None => "`os.environ`".to_owned(),
    };
    let reason = match place.form {
        Form::Parameter => format!(
            "a default is made when the function is; make the parameter required, or let the function read {read}"
        ),
        Form::Compared => format!(
            "compare with {read} by `hmac.compare_digest`, or with a hash of it if people type it"
        ),
        Form::Fallback => {
            "it is used where nothing else is given; take it out, so that one must be given"
                .to_owned()
        }
        Form::Grouped => {
            "it is one of several; read them from a file that version control ignores".to_owned()
        }
        Form::Exported => {
            "the variable is for whoever starts the program to set; take the line out".to_owned()
        }
        _ if found.shape.is_some_and(|shape| shape.label == "private key") => {
            "read the key from a file that version control ignores".to_owned()
        }
        _ if !found.is_whole() => longer(found, &read),
        _ if variable(found).is_none() => {
            "its name is none that a variable can have; read it from one in `os.environ`".to_owned()
        }
        _ if found.shape.is_none() && found.value.chars().count() < SHORTEST => {
            format!("it is short and may mean something else; read {read} if it is a secret")
        }
        _ if found.value.contains('\\') => {
            "it may be no text; read it from a file that version control ignores".to_owned()
        }
        _ => stands(module, around, place.whole, &read)?,
    };
    Some(reason)
}

/// What to do about a secret in a longer text.
fn longer(found: &Found, read: &str) -> String {
    let name = found.place.name.as_deref().unwrap_or_default();
    let last = secret_names::words(name).pop().unwrap_or_default();
    let is_address = matches!(last.as_str(), "url" | "uri" | "dsn" | "connection");
    match secret_names::variable(name).filter(|_| is_address) {
        Some(variable) => {
            format!(
                "it is a part of a longer text; read all of that from `os.environ[\"{variable}\"]`"
            )
        }
        None => format!("it is a part of a longer text; put that together with {read}"),
    }
}

/// Why the place of an expression keeps it from being read there.
fn stands(module: &Module, node: Node, whole: Node, read: &str) -> Option<String> {
    if module.is_damaged_near(node) {
        return Some(format!("the code around it does not parse; read {read} by hand"));
    }
    if module.holds_comment(tree::span(node)) {
        return Some(format!("comments stand within the literal; read {read} by hand"));
    }
    let is_annotated = whole.kind() == "assignment" && whole.child_by_field_name("type").is_some();
    for outer in module.ancestors(node) {
        let reason = match outer.kind() {
            "decorator" => "a decorator runs when the function is made; read {} in the function",
            "parameters" | "lambda_parameters" => {
                "a default is made when the function is; read {} in the function"
            }
            "interpolation" => "it stands in the field of an f-string; read {} before it",
            "case_pattern" | "case_clause" if is_in_pattern(module, node) => {
                "a pattern can only be a literal; compare with {}"
            }
            "type" => "it stands in an annotation; take it out",
            "class_definition" if is_annotated && is_directly_in(module, whole, outer) => {
                "it is the default of a field; give the field none, or let a factory read {}"
            }
            "function_definition" | "lambda" | "class_definition" => return None,
            _ => continue,
        };
        return Some(reason.replace("{}", read));
    }
    None
}

fn is_in_pattern(module: &Module, node: Node) -> bool {
    module.ancestors(node).take_while(|a| a.kind() != "block").any(|a| a.kind() == "case_pattern")
}

/// Whether a statement stands in the body of a class.
fn is_directly_in(module: &Module, statement: Node, class: Node) -> bool {
    let mut around = module.ancestors(statement);
    around
        .find(|a| a.kind() == "function_definition" || a.kind() == "class_definition")
        .is_some_and(|a| a == class)
}
