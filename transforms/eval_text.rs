//! What the text that `eval` is given is meant as: a literal, where the program itself gives the
//! option only such, or where the result is taken apart as data; else something that needs a person.

use tree_sitter::Node;

use super::eval_advice::of_eval;
use super::eval_handlers::expects_otherwise;
use super::eval_use::{Use, use_of};
use super::eval_values::{Values, values_of};
use super::reference::{Reference, Usage};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::{literal, tree};

/// What a text is meant as.
pub(super) enum Meant {
    /// A literal, and what shows it, one fact a line.
    Literal(Vec<String>),
    /// Something else, or it cannot be told: what to do.
    Else(String),
}

/// Where a text comes from.
enum Source {
    /// An option of the command line or the configuration, by its name, with the default that is
    /// given beside it.
    Option { name: String, default: Option<String> },
    /// A line of a file.
    Line,
    /// Anything else.
    Unknown,
}

/// How many names are followed.
const DEEPEST: usize = 4;

/// What the text is meant as that a mention of `eval` is given.
pub(super) fn meant(
    module: &Module,
    program: &Program,
    found: &Reference,
    call: Option<&Call>,
) -> Meant {
    let Some(call) = call else { return handed_on(module, program, found) };
    let otherwise = || Meant::Else(of_eval(module, call));
    let [only] = call.arguments[..] else { return otherwise() };
    if call.positional(0).is_none() {
        return otherwise();
    }
    if let Some(error) = expects_otherwise(module, call.node) {
        return Meant::Else(format!(
            "the code around it expects `{error}`, which `ast.literal_eval` does not raise; {}",
            of_eval(module, call)
        ));
    }
    if let Some(name) = bound_for_it(module) {
        return Meant::Else(format!(
            "`{name}` is bound here, which the text may need; {}",
            of_eval(module, call)
        ));
    }
    let used = use_of(module, call.node);
    if used == Use::Code {
        return otherwise();
    }
    let is_data = used == Use::Data;
    match source(module, only.value, DEEPEST) {
        Source::Option { name, default } => {
            let mut values = values_of(module, program, &name);
            if let Some(default) = default {
                values.add(&default, "the default beside it".to_owned());
            }
            option(&name, &values, is_data).unwrap_or_else(otherwise)
        }
        Source::Line if is_data && !speaks_of_expressions(module) => {
            Meant::Literal(vec!["it is a line of a file, and what comes of it is data".to_owned()])
        }
        _ => otherwise(),
    }
}

/// A name that a module binds so that a text which is no Python literal can be read: those of JSON, and
/// what numbers and arrays are printed as.
fn bound_for_it(module: &Module) -> Option<&'static str> {
    const NAMES: [&str; 7] = ["null", "true", "false", "nan", "inf", "array", "tensor"];
    let mut scopes = module.names.scopes.iter();
    scopes.find_map(|scope| NAMES.into_iter().find(|name| scope.bindings.contains_key(*name)))
}

/// Whether a text of the module says that something is an expression.
fn speaks_of_expressions(module: &Module) -> bool {
    module.of_kind("string_content").any(|text| module.text_of(text).contains("expression"))
}

/// `None` if nothing tells.
fn option(name: &str, values: &Values, is_data: bool) -> Option<Meant> {
    if let Some(other) = &values.other {
        return Some(Meant::Else(format!(
            "`{name}` is given an expression that is no literal ({other}); give it a literal, and read it with `ast.literal_eval`"
        )));
    }
    if let Some(literal) = &values.literal {
        let proof = format!("`{name}` is given literals only, as {literal}");
        return Some(Meant::Literal(vec![proof]));
    }
    is_data.then(|| {
        Meant::Literal(vec![format!("`{name}` is an option, and what comes of it is data")])
    })
}

/// `parser.add_argument("--betas", type=eval)`: what the option is given by default tells.
fn handed_on(module: &Module, program: &Program, found: &Reference) -> Meant {
    let by_hand = Meant::Else(
        "`eval` is handed on as a value; hand on `ast.literal_eval` if literals are meant, else a function for the values that are allowed".to_owned(),
    );
    if !matches!(found.usage, Usage::HandedOn) {
        return by_hand;
    }
    let keyword = module.parent(found.node).filter(|node| node.kind() == "keyword_argument");
    let name = keyword.and_then(|keyword| keyword.child_by_field_name("name"));
    let list = keyword.and_then(|keyword| module.parent(keyword));
    let Some(call) = list.and_then(|list| Call::at(module.parent(list)?, module.text())) else {
        return by_hand;
    };
    let is_type = name.is_some_and(|name| module.text_of(name) == "type");
    let is_flag = module.text_of(call.function).ends_with("add_argument");
    let flag = call.positional(0).and_then(|f| literal::plain_string(f.value, module.text()));
    let Some(flag) = flag.filter(|_| is_type && is_flag) else { return by_hand };
    let name = flag.trim_start_matches('-').replace('-', "_");
    let mut values = values_of(module, program, &name);
    if let Some(default) = call.keyword("default")
        && literal::is_literal(default.value, module.text())
        && default.value.kind() != "none"
    {
        values.literal.get_or_insert_with(|| {
            format!("in line {}", module.lines.of(default.node.start_byte()) + 1)
        });
    }
    match option(&name, &values, false) {
        Some(meant) => meant,
        None => by_hand,
    }
}

/// Where a text comes from, through what only trims it.
fn source(module: &Module, node: Node, depth: usize) -> Source {
    let Some(depth) = depth.checked_sub(1) else { return Source::Unknown };
    let node = tree::unparenthesised(node);
    let text = module.text();
    let option = |name: &str| Source::Option { name: name.to_owned(), default: None };
    match node.kind() {
        "attribute" => {
            let name = node.child_by_field_name("attribute").map(|name| module.text_of(name));
            name.map_or(Source::Unknown, option)
        }
        "subscript" => {
            let object = node.child_by_field_name("value").map(|value| module.text_of(value));
            let key = node.child_by_field_name("subscript");
            let key = key.and_then(|key| literal::plain_string(key, text));
            match (object, key) {
                (Some(object), Some(key)) if holds_options(object) => option(key),
                _ => Source::Unknown,
            }
        }
        "call" => of_call(module, node, depth),
        "identifier" => of_name(module, node, depth),
        _ => Source::Unknown,
    }
}

/// Whether a mapping holds options, by its name.
fn holds_options(object: &str) -> bool {
    let last = object.rsplit('.').next().unwrap_or(object).to_ascii_lowercase();
    ["kwargs", "config", "cfg", "opt", "args", "param", "setting", "conf"]
        .iter()
        .any(|word| last.contains(word))
}

fn of_call(module: &Module, node: Node, depth: usize) -> Source {
    let Some(call) = Call::at(node, module.text()) else { return Source::Unknown };
    let name = module.text_of(call.function);
    if name == "getattr"
        && let Some(key) = call.positional(1)
        && let Some(key) = literal::plain_string(key.value, module.text())
    {
        let default = call.positional(2).filter(|d| d.value.kind() != "none");
        let default = default.and_then(|d| literal::plain_string(d.value, module.text()));
        return Source::Option { name: key.to_owned(), default: default.map(str::to_owned) };
    }
    if name == "str"
        && let [only] = call.arguments[..]
    {
        return source(module, only.value, depth);
    }
    let trims = ["strip", "rstrip", "lstrip"];
    let method = name.rsplit('.').next().unwrap_or(name);
    if trims.contains(&method)
        && call.arguments.is_empty()
        && let Some(object) = call.function.child_by_field_name("object")
    {
        return source(module, object, depth);
    }
    Source::Unknown
}

fn of_name(module: &Module, node: Node, depth: usize) -> Source {
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    let bindings = module.names.bindings(name, scope);
    // `token = eval(token)` binds the same name again.
    let again = |binding: &Binding| match &binding.kind {
        BindingKind::Assignment { value } => module.slice(*value).contains(name),
        _ => false,
    };
    let mut others = bindings.iter().filter(|binding| !again(binding)).peekable();
    if others.peek().is_some() && others.all(|binding| is_line(module, binding.span)) {
        return Source::Line;
    }
    let [binding] = bindings else { return Source::Unknown };
    match &binding.kind {
        BindingKind::Assignment { value } => module
            .nodes()
            .covering(*value)
            .map_or(Source::Unknown, |value| source(module, value, depth)),
        // A name that says little is that of many things.
        BindingKind::Parameter if name.contains('_') => {
            Source::Option { name: name.to_owned(), default: None }
        }
        _ => Source::Unknown,
    }
}

/// Whether a name is bound to the lines of a file: `for line in f`, where `f` is an open file.
fn is_line(module: &Module, target: crate::workspace::span::Span) -> bool {
    let Some(target) = module.nodes().covering(target) else { return false };
    let loop_ = module.parent(target).filter(|parent| {
        matches!(parent.kind(), "for_statement" | "for_in_clause")
            && parent.child_by_field_name("left").is_some_and(|left| left.id() == target.id())
    });
    let Some(mut lines) = loop_.and_then(|found| found.child_by_field_name("right")) else {
        return false;
    };
    if let Some(call) = Call::at(lines, module.text()) {
        let name = module.text_of(call.function);
        if let Some(object) = call.function.child_by_field_name("object")
            && name.ends_with(".readlines")
        {
            lines = object;
        } else if name == "open" {
            return true;
        } else if matches!(name, "tqdm" | "tqdm.tqdm")
            && let Some(inner) = call.positional(0)
        {
            lines = inner.value;
        }
    }
    let made = super::instance::origins(module, lines);
    made.has(&["io.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open"])
        || is_opened(module, lines)
}

/// Whether a name is that of a file which the builtin opens.
fn is_opened(module: &Module, node: Node) -> bool {
    if node.kind() != "identifier" {
        return module.text_of(node).starts_with("open(");
    }
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    module.names.bindings(name, scope).iter().any(|binding| {
        let target = module.nodes().covering(binding.span);
        let statement = target.and_then(|target| {
            module
                .ancestors(target)
                .find(|around| matches!(around.kind(), "as_pattern" | "assignment"))
        });
        statement.is_some_and(|statement| {
            let value = statement
                .child_by_field_name("right")
                .or_else(|| tree::children(statement).first().copied());
            value.is_some_and(|value| {
                let text = module.text_of(value);
                text.starts_with("open(") || text.contains(".open(")
            })
        })
    })
}
