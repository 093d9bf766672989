//! A call that runs a command: what it is, and what it can take.

use tree_sitter::Node;

use super::classify::Takes;
use crate::python::call::{Argument, ArgumentKind, Call};
use crate::python::literal::plain_string;
use crate::python::module::Module;
use crate::python::tree;

/// The ways to run a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `subprocess.run(..., shell=True)` and its relatives.
    Keyword,
    /// `os.system`.
    System,
    /// `os.popen`.
    Popen,
    /// `subprocess.getoutput`.
    Output,
    /// `asyncio.create_subprocess_shell`.
    Async,
}

/// A call that runs a command.
pub(super) struct Site<'m> {
    pub(super) call: Call<'m>,
    pub(super) style: Style,
    /// The argument that is the command.
    pub(super) command: Argument<'m>,
    /// The argument `shell=True`.
    pub(super) shell: Option<Argument<'m>>,
    /// The argument `executable=`, and the shell that it names.
    pub(super) executable: Option<(Argument<'m>, &'m str)>,
    /// What it can take.
    pub(super) takes: Takes,
}

/// Shells that read scripts as POSIX says.
const POSIX: [&str; 5] = ["sh", "bash", "dash", "ksh", "zsh"];

impl<'m> Site<'m> {
    /// The call at a node that runs a command by a callable of this name; why it cannot be read.
    pub(super) fn of(module: &'m Module, node: Node<'m>, callee: &'m str) -> Result<Self, String> {
        let unread = || "the call cannot be read".to_owned();
        let call = Call::at(node, module.text()).ok_or_else(unread)?;
        let name = callee.rsplit('.').next().unwrap_or(callee);
        let style = match name {
            "system" => Style::System,
            "popen" => Style::Popen,
            "getoutput" => Style::Output,
            "create_subprocess_shell" => Style::Async,
            _ => Style::Keyword,
        };
        if call.has(ArgumentKind::Splat) {
            return Err("the command may be among the arguments behind `*`".to_owned());
        }
        let keyword = match style {
            Style::Keyword => "args",
            Style::System => "command",
            _ => "cmd",
        };
        let command = call.keyword(keyword).or_else(|| call.positional(0)).ok_or_else(unread)?;
        let shell = (style == Style::Keyword).then(|| shell_of(module, &call)).flatten();
        let executable = match call.keyword("executable") {
            None => None,
            Some(argument) => {
                let shell = plain_string(argument.value, module.text());
                let shell =
                    shell.filter(|path| POSIX.contains(&path.rsplit('/').next().unwrap_or(path)));
                let shell = shell.ok_or("`executable` is no shell that is known")?;
                Some((argument, shell))
            }
        };
        let by_position =
            call.arguments.iter().filter(|a| a.kind == ArgumentKind::Positional).count();
        let is_open = call.has(ArgumentKind::DoubleSplat);
        if (is_open || style == Style::Async) && module.text().contains("executable") {
            return Err("the shell may be another one".to_owned());
        }
        if style != Style::Keyword && command.kind != ArgumentKind::Positional {
            return Err("the command is handed over by name".to_owned());
        }
        let more = call.arguments.len() - 1;
        let reads = call
            .positional(1)
            .is_some_and(|mode| matches!(plain_string(mode.value, module.text()), Some("r")));
        if matches!(style, Style::Popen | Style::Output) && more > usize::from(reads) {
            return Err("the call has more arguments than the command".to_owned());
        }
        if by_position > 2 && style == Style::Keyword {
            return Err("the call hands its arguments over by position".to_owned());
        }
        if by_position > 1 && style != Style::Keyword && !reads {
            return Err("the call has more arguments than the command".to_owned());
        }
        let is_open = is_open || (by_position > 1 && style == Style::Keyword);
        let takes = takes(module, &call, style, name, is_open);
        Ok(Self { call, style, command, shell, executable, takes })
    }
}

fn takes(module: &Module, call: &Call, style: Style, name: &str, is_open: bool) -> Takes {
    let lacks = |names: &[&str]| !is_open && names.iter().all(|name| call.keyword(name).is_none());
    let reads_output = matches!(style, Style::Popen | Style::Output);
    let environment = call.keyword("env").map(|argument| is_extensible(module, argument.value));
    Takes {
        environment: !is_open && environment.unwrap_or(true),
        folder: lacks(&["cwd"]),
        stdout: lacks(&["stdout", "capture_output"]) && name != "check_output" && !reads_output,
        stderr: lacks(&["stderr", "capture_output"]),
        stdin: lacks(&["stdin", "input"]),
    }
}

/// Whether a value of `env=` can be extended where it stands.
fn is_extensible(module: &Module, node: Node) -> bool {
    let node = tree::unparenthesised(node);
    node.kind() == "dictionary" || is_environment(module, node)
}

/// Whether an expression is the environment of the program, or a copy of it.
pub(super) fn is_environment(module: &Module, node: Node) -> bool {
    let is_it = |node| module.names.resolve(node, module.text()).single() == Some("os.environ");
    if is_it(node) {
        return true;
    }
    Call::at(node, module.text()).is_some_and(|call| {
        call.arguments.is_empty()
            && call.function.child_by_field_name("object").is_some_and(is_it)
            && call.function.child_by_field_name("attribute").map(|a| module.text_of(a))
                == Some("copy")
    })
}

/// The argument that says that a shell runs the command.
fn shell_of<'m>(module: &'m Module, call: &Call<'m>) -> Option<Argument<'m>> {
    let keyword = call.keyword("shell");
    keyword.or_else(|| {
        call.arguments.iter().copied().find(|argument| {
            argument.kind == ArgumentKind::DoubleSplat
                && argument.value.kind() == "dictionary"
                && entry(module, argument.value).is_some()
        })
    })
}

/// The value of `"shell"` in a dictionary display.
pub(super) fn entry<'m>(module: &Module, dictionary: Node<'m>) -> Option<Node<'m>> {
    tree::children(dictionary).into_iter().find_map(|pair| {
        let key = pair.child_by_field_name("key")?;
        let is_it = plain_string(key, module.text()) == Some("shell");
        is_it.then(|| pair.child_by_field_name("value")).flatten()
    })
}
