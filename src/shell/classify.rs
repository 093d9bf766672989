//! What a command becomes: an argument list, a constant script, or nothing.

use super::grammar::{self, Command};
use super::interpreters::{reads_code, reads_script};
use super::posix::{Token, Word, tokens};
use super::template::value_of;

/// What a command becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// An argument list, without a shell.
    List(List),
    /// A constant script: the shell is needed, and why.
    Script(&'static str),
}

/// A command without a shell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct List {
    /// The words.
    pub(super) words: Vec<Word>,
    /// Variables of its environment.
    pub(super) environment: Vec<(String, Word)>,
    /// The folder it runs in.
    pub(super) folder: Option<Word>,
    /// Where its output goes, other than where the program's own does.
    pub(super) stdout: Option<&'static str>,
    /// Where its error output goes.
    pub(super) stderr: Option<&'static str>,
    /// Where its input comes from.
    pub(super) stdin: Option<&'static str>,
}

/// What the call at hand can take besides the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Takes {
    /// Variables of the environment.
    pub(super) environment: bool,
    /// A folder.
    pub(super) folder: bool,
    /// Where the output goes.
    pub(super) stdout: bool,
    /// Where the error output goes.
    pub(super) stderr: bool,
    /// Where the input comes from.
    pub(super) stdin: bool,
}

impl Takes {
    /// The words alone.
    pub(super) const NOTHING: Self =
        Self { environment: false, folder: false, stdout: false, stderr: false, stdin: false };
}

/// Commands of a shell of which there is no program, or one that differs.
const BUILTINS: [&str; 42] = [
    ".", ":", "alias", "bg", "bind", "builtin", "cd", "command", "declare", "dirs", "disown",
    "eval", "exec", "exit", "export", "fc", "fg", "getopts", "hash", "jobs", "let", "local",
    "popd", "pushd", "pwd", "read", "readonly", "return", "set", "shift", "shopt", "source",
    "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
];

/// Commands of cmd.exe that no other system has.
const WINDOWS: [&str; 17] = [
    "cls", "copy", "del", "dir", "erase", "findstr", "md", "move", "pause", "rd", "ren",
    "robocopy", "start", "taskkill", "tasklist", "type", "xcopy",
];

/// What a command becomes; why it cannot be anything.
pub(super) fn classify(text: &str, takes: Takes) -> Result<Form, String> {
    if text.is_empty() {
        return Err("the command is empty".to_owned());
    }
    if names_drive(text) || names_variable(text) || text.contains("> NUL") {
        return Err("only Windows reads it".to_owned());
    }
    let tree = grammar::parse(text)
        .ok_or("the command could not be read as a shell reads it".to_owned())?;
    let commands = grammar::commands(&tree, text);
    if let Some(name) = commands.iter().find_map(windows) {
        return Err(format!("only Windows has `{name}`"));
    }
    if let Some(why) =
        commands.iter().find_map(reads_code).or_else(|| reads_script(&commands, text))
    {
        return Err(why);
    }
    let why = match tokens(text).map(|tokens| list(&tokens, takes)) {
        Some(Ok((list, counts))) if grammar::agrees(&tree, &counts) => return Ok(Form::List(list)),
        Some(Err(why)) => why,
        _ => "the shell gives some of its words a meaning",
    };
    if grammar::uses_parameters(&tree, text) {
        return Err("the script uses parameters or functions of its own".to_owned());
    }
    for (byte, c) in text.char_indices() {
        if value_of(c).is_some() {
            grammar::place(&tree, text, byte)?;
        }
    }
    Ok(Form::Script(why))
}

fn names_drive(text: &str) -> bool {
    text.as_bytes().windows(3).enumerate().any(|(at, window)| {
        let starts = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
        starts && window[0].is_ascii_alphabetic() && window[1] == b':' && window[2] == b'\\'
    })
}

/// Whether a text names a variable as cmd.exe does: `%PATH%`.
fn names_variable(text: &str) -> bool {
    let pieces: Vec<&str> = text.split('%').collect();
    let inner = pieces.get(1..pieces.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().any(|piece| {
        piece.len() > 1 && piece.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    })
}

fn windows(command: &Command) -> Option<&'static str> {
    let name = command.name()?;
    let is_all = |at: usize| matches!(command.plain(at), Some("/S" | "/s"));
    let removes = name == "rmdir" && (1..command.words.len()).any(is_all);
    let known = WINDOWS.into_iter().find(|known| *known == name);
    known.or(removes.then_some("rmdir /s"))
}

/// Whether a command has to be run by a shell that knows it.
fn is_builtin(words: &[Word]) -> bool {
    let Some(name) = words.first().and_then(Word::plain) else { return false };
    if BUILTINS.contains(&name) {
        return true;
    }
    let differs = |word: &Word| {
        word.plain().is_some_and(|text| name == "echo" && text.starts_with('-'))
            || word.values().next().is_some()
            || word.plain().is_some_and(|text| text.contains('\\'))
    };
    matches!(name, "echo" | "printf" | "test" | "[") && words.iter().any(differs)
}

/// The list that tokens make, with the number of words of each command; why a shell is needed.
fn list(tokens: &[Token], takes: Takes) -> Result<(List, Vec<usize>), &'static str> {
    let mut list = List::default();
    let mut counts = Vec::new();
    let mut rest = tokens;
    if let Some((folder, behind)) = changes_folder(tokens) {
        if !takes.folder {
            return Err("the call has a folder of its own");
        }
        list.folder = Some(folder.clone());
        counts.push(2);
        rest = behind;
    }
    let mut count = 0;
    let mut at = 0;
    while let Some(token) = rest.get(at) {
        match token {
            Token::Word(word) => {
                count += 1;
                match word.assigns.filter(|_| list.words.is_empty()) {
                    Some(length) => list.environment.push(assignment(word, length)),
                    None => list.words.push(word.clone()),
                }
                at += 1;
            }
            Token::Operator(operator) => {
                let Some(Token::Word(target)) = rest.get(at + 1) else {
                    return Err("the shell separates commands in it");
                };
                let is_last = rest[at + 2..]
                    .iter()
                    .all(|t| !matches!(t, Token::Word(w) if w.values().next().is_some()));
                redirect(&mut list, operator, target, takes, is_last)?;
                at += 2;
            }
        }
    }
    counts.push(count);
    if list.words.is_empty() {
        return Err("the shell only sets variables in it");
    }
    if !list.environment.is_empty() && !takes.environment {
        return Err("the call has an environment of its own");
    }
    if is_builtin(&list.words) {
        return Err("the shell itself is the command");
    }
    Ok((list, counts))
}

/// The folder of `cd FOLDER && ...`, and what follows.
fn changes_folder(tokens: &[Token]) -> Option<(&Word, &[Token])> {
    let [Token::Word(cd), Token::Word(folder), Token::Operator(and), rest @ ..] = tokens else {
        return None;
    };
    let is_plain = folder.plain().is_none_or(|text| !text.starts_with('-') && !text.is_empty());
    (cd.plain() == Some("cd") && and == "&&" && is_plain).then_some((folder, rest))
}

fn assignment(word: &Word, length: usize) -> (String, Word) {
    let mut pieces = word.pieces.clone();
    let mut name = String::new();
    if let Some(super::posix::Piece::Text(text)) = pieces.first_mut() {
        text[..length].clone_into(&mut name);
        text.drain(..=length);
        if text.is_empty() {
            pieces.remove(0);
        }
    }
    (name, Word { pieces, start: word.start, assigns: None })
}

fn redirect(
    list: &mut List,
    operator: &str,
    target: &Word,
    takes: Takes,
    _is_last: bool,
) -> Result<(), &'static str> {
    const FILE: &str = "a file is read or written by the shell";
    let is_null = target.plain() == Some("/dev/null");
    let to = target.plain();
    match operator {
        "<" | "0<" if is_null && takes.stdin && list.stdin.is_none() => {
            list.stdin = Some("DEVNULL");
        }
        ">" | "1>" | ">>" | "1>>" if is_null && takes.stdout && list.stdout.is_none() => {
            // What went where the output did before is not moved with it.
            if list.stderr == Some("STDOUT") {
                return Err("streams are redirected one after the other");
            }
            list.stdout = Some("DEVNULL");
        }
        "2>" | "2>>" if is_null && takes.stderr && list.stderr.is_none() => {
            list.stderr = Some("DEVNULL");
        }
        "2>&" if to == Some("1") && takes.stderr && list.stderr.is_none() => {
            list.stderr = Some("STDOUT");
        }
        "&>" | "&>>" => return Err("bash redirects its streams"),
        ">" | "1>" | ">>" | "1>>" | "2>" | "2>>" | "<" | "0<" if is_null => {
            return Err("the call redirects the stream itself");
        }
        ">" | "1>" | ">>" | "1>>" | "2>" | "2>>" | "<" | "0<" => return Err(FILE),
        "2>&" | "1>&" | ">&" => return Err("streams are redirected"),
        _ => return Err("the shell connects commands in it"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Takes =
        Takes { environment: true, folder: true, stdout: true, stderr: true, stdin: true };

    fn shown(text: &str) -> String {
        match classify(&text.replace('@', "\u{e000}"), ALL) {
            Ok(Form::List(list)) => {
                let words = list.words.len();
                let env = list.environment.iter().map(|(name, _)| format!(" {name}="));
                let env: String = env.collect();
                let folder = if list.folder.is_some() { " cd" } else { "" };
                let stream = |name: &str, to: Option<&str>| {
                    to.map(|to| format!(" {name}:{to}")).unwrap_or_default()
                };
                let (out, err) = (stream("out", list.stdout), stream("err", list.stderr));
                format!("{words}{env}{folder}{out}{err}{}", stream("in", list.stdin))
            }
            Ok(Form::Script(_)) => "script".to_owned(),
            Err(_) => "report".to_owned(),
        }
    }

    #[test]
    fn simple_commands_become_lists() {
        for (text, expected) in [
            ("ls @", "2"),
            ("A=b C=@ make x", "2 A= C="),
            ("cd @ && make -j@", "2 cd"),
            ("cd x && A=1 make", "1 A= cd"),
            ("ls > /dev/null", "1 out:DEVNULL"),
            ("ls > /dev/null 2>&1", "1 out:DEVNULL err:STDOUT"),
            ("ls @ 2>/dev/null", "2 err:DEVNULL"),
            ("ls </dev/null", "1 in:DEVNULL"),
            ("echo a b", "3"),
            ("find @ -exec rm {} \\;", "6"),
            ("a \\\n @", "2"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_needs_a_shell_stays_a_script() {
        for text in [
            "ls @ | wc",
            "ls > @",
            "ls 2>&1 >/dev/null",
            "ls @; ls",
            "ls &",
            "rm @/*",
            "echo $A @",
            "echo @",
            "cd @",
            "cd a; ls @",
            "A=@",
            "source @",
            "ls ~/@",
            "(ls @)",
            "ls @ && ls",
            "if ls @; then ls; fi",
            "for i in @; do ls; done",
            "export A=@ && x",
            "cat <<E\n@\nE",
            "ls $(ls @)",
            "ls >& /dev/null @",
        ] {
            assert_eq!(shown(text), "script", "{text}");
        }
    }

    #[test]
    fn what_no_script_can_hold_is_reported() {
        for text in [
            "",
            "ls `ls @`",
            "ls $((@ + 1))",
            "echo ${A:-@}",
            "echo $1 @ | x",
            "set -- @ ; ls $1",
            "f() { ls; }; f @",
            "cat <<'E'\n@\nE",
            "ls @ \\@ | x",
            "dir @",
            "del @",
            "C:\\x\\y @",
            "echo 'a",
            "echo $@ @ *",
            "ls $@; @",
            "ssh a 'b @'",
            "ls |",
            "echo a # @",
        ] {
            assert_eq!(shown(text), "report", "{text}");
        }
    }
}
