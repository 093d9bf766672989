//! The values that a program gives an option: defaults of flags and fields, assignments, look-ups,
//! and what its configurations, scripts and documents say.

use tree_sitter::Node;

use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::{literal, tree};

/// What an option is given.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// A place that gives it a literal.
    pub literal: Option<String>,
    /// A place that gives it a text which is no literal, or says that it takes an expression.
    pub other: Option<String>,
}

impl Values {
    /// Adds a text that it is given at a place.
    pub(super) fn add(&mut self, text: &str, place: String) {
        let text = text.trim();
        // `"None"` is what an option says that was not given.
        if text.is_empty() || text == "None" {
            return;
        }
        let slot = if literal::is_literal_text(text) { &mut self.literal } else { &mut self.other };
        slot.get_or_insert(place);
    }
}

/// The values that a program gives an option of this name.
pub(super) fn values_of(module: &Module, program: &Program, name: &str) -> Values {
    let mut values = Values::default();
    let dashed = name.replace('_', "-");
    collect(module, program, name, &dashed, &mut values);
    if !program.is_alone {
        let members = program.modules_holding(&[], &[name, &dashed]);
        for member in members.iter().filter(|member| member.module.file != module.file) {
            collect(&member.module, program, name, &dashed, &mut values);
        }
    }
    in_other_files(program, name, &dashed, &mut values);
    values
}

/// What one module gives it.
fn collect(module: &Module, program: &Program, name: &str, dashed: &str, values: &mut Values) {
    let path = program.relative(module.file).display().to_string();
    let place = |node: Node| format!("{path}:{}", module.lines.of(node.start_byte()) + 1);
    // An argument or entry of that name may be another thing, of which only a text tells.
    let mut passed = |node: Node| {
        if is_text(node) {
            give(module, node, &place(node), values);
        }
    };
    for node in module.of_kind("keyword_argument") {
        let named = node.child_by_field_name("name").is_some_and(|n| module.text_of(n) == name);
        if let Some(value) = node.child_by_field_name("value").filter(|_| named) {
            passed(value);
        }
    }
    for node in module.of_kind("pair") {
        let key = node.child_by_field_name("key");
        let named = key.and_then(|key| literal::plain_string(key, module.text())) == Some(name);
        if let Some(value) = node.child_by_field_name("value").filter(|_| named) {
            passed(value);
        }
    }
    for kind in ["default_parameter", "typed_default_parameter"] {
        for node in module.of_kind(kind) {
            let named = node.child_by_field_name("name").is_some_and(|n| module.text_of(n) == name);
            if let Some(value) = node.child_by_field_name("value").filter(|_| named) {
                passed(value);
            }
        }
    }
    let mut given = |node: Node| give(module, node, &place(node), values);
    for node in module.of_kind("assignment") {
        let target = node.child_by_field_name("left").map_or("", |left| module.text_of(left));
        let named = target.rsplit('.').next() == Some(name);
        if let Some(value) = node.child_by_field_name("right").filter(|_| named) {
            given(value);
        }
    }
    for node in module.of_kind("call") {
        flag(module, node, name, dashed, &mut given);
    }
    metavars(module, program, name, dashed, values);
    in_texts(module, &path, name, dashed, values);
}

/// `add_argument("--name", default=...)`, `getattr(args, "name", ...)`, `args.get("name", ...)`.
fn flag<'t>(
    module: &'t Module,
    node: Node<'t>,
    name: &str,
    dashed: &str,
    given: &mut impl FnMut(Node<'t>),
) {
    let Some(call) = Call::at(node, module.text()) else { return };
    let Some(called) = module.text_of(call.function).rsplit('.').next() else { return };
    let is_named = |argument: Node| names_option(module, argument, name, dashed);
    let names = |index: usize| call.positional(index).is_some_and(|a| is_named(a.value));
    let value = match called {
        "add_argument" | "option" | "Option" | "argument"
            if call.arguments.iter().any(|argument| is_named(argument.value)) =>
        {
            call.keyword("default").map(|argument| argument.value)
        }
        "getattr" if names(1) => call.positional(2).map(|argument| argument.value),
        "get" | "pop" | "setdefault" if names(0) => call.positional(1).map(|a| a.value),
        _ => None,
    };
    if let Some(value) = value {
        given(value);
    }
}

/// Whether an argument is the option's name or its flag.
fn names_option(module: &Module, argument: Node, name: &str, dashed: &str) -> bool {
    let text = literal::plain_string(argument, module.text());
    text.is_some_and(|text| {
        let bare = text.trim_start_matches('-');
        bare == name || bare == dashed
    })
}

/// A flag that says it takes an expression takes more than literals.
fn metavars(module: &Module, program: &Program, name: &str, dashed: &str, values: &mut Values) {
    for node in module.calls_named("add_argument") {
        let Some(call) = Call::at(node, module.text()) else { continue };
        let is_it = call.arguments.iter().any(|a| names_option(module, a.value, name, dashed));
        let metavar = call.keyword("metavar").map(|argument| module.text_of(argument.value));
        let asks = metavar.is_some_and(|metavar| metavar.to_ascii_uppercase().contains("EXPR"));
        let help = call.keyword("help").map_or("", |argument| module.text_of(argument.value));
        let shows =
            ["*", "expression", "lambda", "arithmetic", "python", "Python", "np.", "torch."]
                .iter()
                .any(|sign| help.contains(sign))
                || divides(help);
        if is_it && (asks || shows) {
            let path = program.relative(module.file).display();
            let line = module.lines.of(node.start_byte()) + 1;
            values.other.get_or_insert_with(|| format!("its flag in {path}:{line} asks for one"));
        }
    }
}

/// Adds what an expression gives: a text, or a value that would be written as one.
fn give(module: &Module, node: Node, place: &str, values: &mut Values) {
    let node = tree::unparenthesised(node);
    let text = module.text();
    match node.kind() {
        "none" => {}
        "string" | "concatenated_string" => match whole_text(module, node) {
            Some(content) => values.add(&content, place.to_owned()),
            None => {
                values.other.get_or_insert_with(|| place.to_owned());
            }
        },
        "call" => {
            let Some(call) = Call::at(node, text) else { return };
            if let Some(default) = call.keyword("default") {
                give(module, default.value, place, values);
            }
            let name = module.text_of(call.function);
            if name == "getattr"
                && let Some(default) = call.positional(2)
            {
                give(module, default.value, place, values);
            }
        }
        "identifier" => {
            let name = module.text_of(node);
            let scope = module.names.scope_at(node.start_byte());
            let [binding] = module.names.bindings(name, scope) else { return };
            let BindingKind::Assignment { value } = binding.kind else { return };
            let Some(value) = module.nodes().covering(value) else { return };
            if matches!(value.kind(), "string" | "concatenated_string") {
                give(module, value, place, values);
            }
        }
        _ if literal::is_literal(node, text) => {
            values.literal.get_or_insert_with(|| place.to_owned());
        }
        _ => {}
    }
}

/// Whether an expression may be a text.
fn is_text(node: Node) -> bool {
    matches!(
        tree::unparenthesised(node).kind(),
        "string" | "concatenated_string" | "identifier" | "call"
    )
}

/// The content of strings without escapes and fields, those that stand side by side joined.
fn whole_text(module: &Module, node: Node) -> Option<String> {
    match node.kind() {
        "concatenated_string" => {
            tree::children(node).into_iter().map(|part| whole_text(module, part)).collect()
        }
        _ => literal::plain_string(node, module.text()).map(str::to_owned),
    }
}

/// A line of a configuration, script or document that gives it arithmetic or calls.
fn in_other_files(program: &Program, name: &str, dashed: &str, values: &mut Values) {
    let flag = format!("--{dashed}");
    let under = format!("--{name}");
    for (path, line, rest) in program.lines_holding(&[name, &flag, &under]) {
        if gives_code(&rest) {
            let place = format!("{}:{line}", path.display());
            values.other.get_or_insert(place);
        }
    }
}

/// A line of a text in a module, of its docstring or an epilog, that gives its flag arithmetic or calls.
fn in_texts(module: &Module, path: &str, name: &str, dashed: &str, values: &mut Values) {
    let flags = [format!("--{dashed}"), format!("--{name}")];
    for text in module.of_kind("string_content") {
        let shown = flags.iter().find_map(|flag| {
            let mut lines = module.text_of(text).lines().enumerate();
            let (line, _) =
                lines.find(|(_, line)| line.split(flag.as_str()).skip(1).any(gives_code))?;
            Some(module.lines.of(text.start_byte()) + 1 + line)
        });
        if let Some(line) = shown {
            values.other.get_or_insert_with(|| format!("{path}:{line}"));
        }
    }
}

/// Whether arithmetic or a call follows a name as its value.
fn gives_code(rest: &str) -> bool {
    let Some(value) = rest
        .trim_start()
        .strip_prefix([':', '=', ' '])
        .or_else(|| rest.starts_with(' ').then_some(rest.trim_start()))
    else {
        return false;
    };
    let value = value.trim().trim_end_matches(['\\', ',']).trim();
    let value = quoted(value).unwrap_or(value);
    let first = value.split_whitespace().next().unwrap_or_default();
    if first.starts_with(|c: char| c.is_ascii_digit()) && (first.contains('*') || divides(first)) {
        return true;
    }
    value.starts_with(['[', '(', '{'])
        && (value.contains('*') || value.contains(" + ") || value.contains(")+"))
        && !literal::is_literal_text(value)
}

/// Whether a digit is divided by another one.
fn divides(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|w| w[0].is_ascii_digit() && w[1] == b'/' && w[2].is_ascii_digit())
}

/// What stands between the quotes that a value begins with.
fn quoted(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next()
}
