//! Shells that are started in a roundabout way: by a list of words, by a method, under another name.
//! They are reported; what to do is for a person.

use tree_sitter::Node;

use super::reference::{Reference, Usage};
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::{BindingKind, ScopeKind};
use crate::python::{literal, tree};

/// Shells that a list may start.
pub(super) const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ksh", "zsh", "ash"];

/// Callables that start a program by its words, by the beginnings of their names.
const STARTERS: [&str; 4] = ["exec", "spawn", "posix_spawn", "create_subprocess_exec"];

/// What a person should do where words start a shell.
const WORDS: &str = "the words start a shell on a text that is put together; hand the values to a constant script as its parameters";

/// Methods that run a command in a shell, the 0-based place and the keyword of the command, a text that
/// the file must hold for the name to be theirs, and what to do.
const METHODS: [(&str, usize, &str, &str, &str); 3] = [
    (
        "exec_command",
        0,
        "command",
        "paramiko",
        "the shell of another machine reads the command; quote each value with `shlex.quote`, or hand the values over as its standard input",
    ),
    (
        "subprocess_shell",
        1,
        "cmd",
        "asyncio",
        "call `subprocess_exec` of the loop with the words as arguments",
    ),
    (
        "BashOperator",
        usize::MAX,
        "bash_command",
        "airflow",
        "hand the values over with `env=` and read them in a constant command",
    ),
];

/// Whether a file holds what [`methods`] looks for.
pub(super) fn may_hold_methods(bytes: &[u8]) -> bool {
    let holds = |text: &str| memchr::memmem::find(bytes, text.as_bytes()).is_some();
    holds("__import__") || METHODS.iter().any(|(name, .., needs, _)| holds(name) && holds(needs))
}

/// Calls of methods that run a command, in which values stand: each with its name and what to do.
pub(super) fn methods(module: &Module) -> Vec<(Node<'_>, &'static str, &'static str)> {
    let mut found = Vec::new();
    for (name, place, keyword, needs, advice) in METHODS {
        if !module.names.packages().contains(needs) {
            continue;
        }
        for node in module.calls_named(name) {
            let Some(call) = Call::at(node, module.text()) else { continue };
            let command = call.keyword(keyword).or_else(|| call.positional(place));
            if command.is_some_and(|command| is_made(module, command.value)) {
                found.push((node, name, advice));
            }
        }
    }
    for node in module.calls_named("system").chain(module.calls_named("popen")) {
        let function = node.child_by_field_name("function");
        let object = function.and_then(|function| function.child_by_field_name("object"));
        let object = object.map(|object| module.text_of(object));
        if matches!(object, Some("__import__(\"os\")" | "__import__('os')")) {
            let advice = "import `subprocess` and call `subprocess.run` with a list";
            found.push((node, "os.system", advice));
        }
    }
    found
}

/// Whether a callable starts a program by its words, and not by a text for a shell.
pub(super) fn is_starter(sink: &str) -> bool {
    let name = sink.rsplit('.').next().unwrap_or(sink);
    STARTERS.iter().any(|starter| name.starts_with(starter))
}

/// What is wrong with a call that starts a program by its words; nothing if it is no shell, or runs a
/// constant.
pub(super) fn of_words(module: &Module, call: &Call) -> Option<&'static str> {
    let mut words: Vec<Node> = Vec::new();
    for argument in call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional) {
        let value = tree::unparenthesised(argument.value);
        match value.kind() {
            "list" | "tuple" => words.extend(tree::children(value)),
            _ => words.push(value),
        }
    }
    if let Some(list) = call.keyword("args").map(|argument| tree::unparenthesised(argument.value))
        && matches!(list.kind(), "list" | "tuple")
    {
        words.extend(tree::children(list));
    }
    let plain = |node: &Node| literal::plain_string(*node, module.text());
    let is_shell = |node: &Node| {
        plain(node).is_some_and(|w| SHELLS.contains(&w.rsplit('/').next().unwrap_or(w)))
    };
    let shell = words.iter().position(is_shell)?;
    let is_script =
        |node: &Node| plain(node).is_some_and(|w| w.starts_with('-') && w.ends_with('c'));
    let option = words[shell..].iter().position(is_script)? + shell;
    words.get(option + 1).filter(|script| is_made(module, **script)).map(|_| WORDS)
}

/// Whether a text is put together from values where it stands.
pub(super) fn is_made(module: &Module, text: Node) -> bool {
    let text = tree::unparenthesised(text);
    match text.kind() {
        "string" | "concatenated_string" => {
            tree::preorder(text).any(|node| node.kind() == "interpolation")
        }
        "binary_operator" => tree::preorder(text).any(|node| node.kind() == "identifier"),
        "call" => {
            let function = text.child_by_field_name("function");
            let method = function.and_then(|function| function.child_by_field_name("attribute"));
            method.is_some_and(|method| matches!(module.text_of(method), "format" | "join"))
        }
        _ => false,
    }
}

/// The place in which a dictionary that a call unpacks asks for a shell: a variable of the function or
/// the module that is bound to a display once.
pub(super) fn shell_in_variable<'m>(module: &'m Module, call: &Call<'m>) -> Option<Node<'m>> {
    let stars = call.arguments.iter().filter(|a| a.kind == ArgumentKind::DoubleSplat);
    let names = stars.filter(|argument| argument.value.kind() == "identifier");
    let mut names = names;
    names.find_map(|argument| shell_of(module, bound_to(module, argument.value)?))
}

/// What a variable is bound to, if that is one value.
fn bound_to<'m>(module: &'m Module, name: Node<'m>) -> Option<Node<'m>> {
    let scope = module.names.scope_at(name.start_byte());
    let [binding] = module.names.bindings(module.text_of(name), scope) else { return None };
    let target = module.nodes().covering(binding.span)?;
    let assignment = module.parent(target).filter(|parent| parent.kind() == "assignment")?;
    assignment.child_by_field_name("right").map(tree::unparenthesised)
}

/// The entry of a display by which a shell is asked for.
fn shell_of<'m>(module: &'m Module, display: Node<'m>) -> Option<Node<'m>> {
    let is_true = |value: Node| literal::truth(value, module.text()) == Some(true);
    let asks = |entry: &Node| match entry.kind() {
        "pair" => {
            let key = entry.child_by_field_name("key");
            let key = key.and_then(|key| literal::plain_string(key, module.text()));
            key == Some("shell") && entry.child_by_field_name("value").is_some_and(is_true)
        }
        "keyword_argument" => {
            let name = entry.child_by_field_name("name");
            name.is_some_and(|name| module.text_of(name) == "shell")
                && entry.child_by_field_name("value").is_some_and(is_true)
        }
        _ => false,
    };
    tree::children(display).into_iter().find(asks)
}

/// The calls that make a callable of subprocess run a shell though it is not called by its name: the
/// one that it is handed to, or those of the variable that it is bound to.
pub(super) fn handed<'m>(module: &'m Module, found: &Reference<'m>) -> Vec<Node<'m>> {
    match found.usage {
        Usage::HandedOn => {
            let around = module.ancestors(found.node).find(|node| node.kind() == "call");
            around.filter(|call| asks_for_shell(module, *call)).into_iter().collect()
        }
        Usage::Value => {
            let assignment = module.parent(found.node).filter(|p| p.kind() == "assignment");
            let target = assignment.and_then(|a| a.child_by_field_name("left"));
            let Some(target) = target.filter(|target| target.kind() == "identifier") else {
                return Vec::new();
            };
            let name = module.text_of(target);
            let scope = module.names.scope_at(target.start_byte());
            if module.names.scopes[scope].kind == ScopeKind::Class {
                return Vec::new();
            }
            let is_plain = |kind: &BindingKind| !matches!(kind, BindingKind::Import { .. });
            let [binding] = module.names.bindings(name, scope) else { return Vec::new() };
            if !is_plain(&binding.kind) {
                return Vec::new();
            }
            let uses = module.names.uses_of(name, scope, module.text()).into_iter();
            let nodes = uses.filter_map(|span| module.nodes().covering(span));
            let calls = nodes.filter_map(|node| {
                let call = module.parent(node).filter(|parent| parent.kind() == "call")?;
                let function = call.child_by_field_name("function")?;
                (function.id() == node.id() && asks_for_shell(module, call)).then_some(call)
            });
            calls.collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a call has an argument that asks for a shell, or a display that does.
fn asks_for_shell(module: &Module, call: Node) -> bool {
    let Some(arguments) = call.child_by_field_name("arguments") else { return false };
    let displays = tree::children(arguments).into_iter().filter_map(|argument| {
        let value = argument.child_by_field_name("value").unwrap_or(argument);
        (value.kind() == "dictionary").then_some(value)
    });
    shell_of(module, arguments).is_some()
        || displays.into_iter().any(|display| shell_of(module, display).is_some())
}
