//! Commands that read some of their words as code of their own: a value there stays code, however
//! it is handed over.

use super::grammar::Command;

/// Shells, which run the text behind `-c`.
const SHELLS: [&str; 10] =
    ["sh", "bash", "dash", "zsh", "ksh", "ash", "fish", "csh", "tcsh", "rbash"];

/// Interpreters, with the options whose text they run.
const CODE: [(&str, &[&str]); 14] = [
    ("perl", &["-e", "-E", "-ne", "-pe", "-nle", "-lne", "-pi -e"]),
    ("ruby", &["-e", "-ne", "-pe"]),
    ("node", &["-e", "--eval", "-p", "--print"]),
    ("nodejs", &["-e", "--eval", "-p"]),
    ("php", &["-r"]),
    ("lua", &["-e"]),
    ("Rscript", &["-e"]),
    ("osascript", &["-e"]),
    ("expect", &["-c"]),
    ("gdb", &["-ex", "--eval-command"]),
    ("psql", &["-c", "--command"]),
    ("mysql", &["-e", "--execute"]),
    ("su", &["-c", "--command"]),
    ("runuser", &["-c", "--command"]),
];

/// Commands all of whose words may be run by a shell.
const ALL: [&str; 15] = [
    "eval",
    "tmux",
    "screen",
    "parallel",
    "watch",
    "at",
    "batch",
    "adb",
    "pdsh",
    "clush",
    "dsh",
    "powershell",
    "pwsh",
    "cmd",
    "wsl",
];

/// Options of `ssh` that take a value.
const SSH: &str = "BbcDEeFIiJLlmOopQRSWw";

/// Commands of a shell that keep or run some of their words as code.
const KEEPS: [&str; 9] =
    ["trap", "alias", "let", "declare", "typeset", "eval", "exec", "builtin", "command"];

/// Options behind which commands take code, whoever they are.
const OPTIONS: [&str; 11] = [
    "-c",
    "-e",
    "-r",
    "-S",
    "--command",
    "--eval",
    "--execute",
    "--wrap",
    "--to-command",
    "--rsync-path",
    "-ex",
];

/// Commands that take something else behind these options.
const PLAIN: [&str; 10] =
    ["grep", "egrep", "fgrep", "zgrep", "git", "gcc", "g++", "sox", "curl", "tar"];

/// Why commands of a script, one of which may be written by another, read a value as code.
pub(super) fn reads_script(commands: &[Command], text: &str) -> Option<String> {
    let has_value = text.chars().any(|c| super::template::value_of(c).is_some());
    let is_fed = text.contains("<<") || text.contains('|');
    let is_written = text.contains('>') || text.contains("tee ");
    for command in commands {
        let Some(at) = (0..command.words.len()).find(|at| {
            command
                .plain(*at)
                .is_some_and(|word| is_interpreter(word.rsplit('/').next().unwrap_or(word)))
        }) else {
            continue;
        };
        let name = command.plain(at)?.rsplit('/').next()?.to_owned();
        let behind: Vec<usize> = (at + 1..command.words.len()).collect();
        let script =
            behind.iter().find(|at| command.plain(**at).is_none_or(|word| !word.starts_with('-')));
        let from_input = script.is_none()
            || behind.iter().any(|at| matches!(command.plain(*at), Some("-" | "-s")))
            || matches!(name.as_str(), "ssh" | "sqlite3" | "mysql" | "psql" | "at");
        if has_value && is_fed && from_input {
            return Some(format!("`{name}` reads what it is handed as code"));
        }
        let word = script.and_then(|at| command.plain(*at)).unwrap_or_default();
        if has_value && is_written && !word.is_empty() && text.matches(word).count() > 1 {
            return Some(format!("`{name}` runs what the command writes"));
        }
    }
    None
}

fn is_interpreter(name: &str) -> bool {
    SHELLS.contains(&name)
        || is_python(name)
        || CODE.iter().any(|(known, _)| *known == name)
        || matches!(name, "ssh" | "crontab" | "at" | "batch" | "sqlite3" | "source" | ".")
}

/// The option behind which a word with a value looks like code: it holds more than one word, or
/// the command is a value itself. `--option=...` counts wherever a value is in it.
fn option_with_code(command: &Command) -> Option<&str> {
    let count = command.words.len();
    for at in 1..count {
        if let Some(option) = command.plain(at).filter(|option| OPTIONS.contains(option)) {
            let is_unknown = command.name().is_none() && matches!(option, "-c" | "-e");
            let is_code = at + 1 < count
                && command.has_value[at + 1]
                && (is_unknown || holds_text(command.words[at + 1].as_ref()));
            if is_code {
                return Some(option);
            }
        }
        let start = command.words[at].as_ref().and_then(|word| word.pieces.first());
        if let Some(super::posix::Piece::Text(text)) = start
            && let Some((option, _)) = text.split_once('=')
            && OPTIONS.contains(&option)
            && option.starts_with("--")
            && command.has_value[at]
        {
            return Some(option);
        }
    }
    None
}

/// Whether a word holds text of several words; one that only a shell can read may.
fn holds_text(word: Option<&super::posix::Word>) -> bool {
    word.is_none_or(|word| {
        word.pieces.iter().any(|piece| {
            matches!(piece, super::posix::Piece::Text(text) if text.contains([' ', ';', '(']))
        })
    })
}

/// Why a command would read a value as code.
pub(super) fn reads_code(command: &Command) -> Option<String> {
    let count = command.words.len();
    let first = command.name();
    let known = first.is_none_or(|name| !PLAIN.contains(&name));
    if let Some(option) = known.then(|| option_with_code(command)).flatten() {
        return Some(format!(
            "a value stands within what the command reads as code behind `{option}`"
        ));
    }
    if first.is_some_and(|name| KEEPS.contains(&name)) && command.has_value.contains(&true) {
        let evaluates = first != Some("exec") && first != Some("command")
            || (1..count).any(|at| command.plain(at) == Some("eval"));
        if evaluates {
            return Some(format!("`{}` reads a value as code", first.unwrap_or_default()));
        }
    }
    for index in 0..count {
        let Some(word) = command.plain(index) else { continue };
        let name = word.rsplit('/').next().unwrap_or(word);
        let behind = || (index + 1..count).filter(|at| command.has_value[*at]);
        let is_first = index == 0;
        let code = if SHELLS.contains(&name) || is_python(name) {
            script_of(command, index, is_run)
        } else if let Some((_, options)) = CODE.iter().find(|(known, _)| *known == name) {
            script_of(command, index, |option| options.contains(&option))
        } else if matches!(name, "awk" | "gawk" | "mawk" | "nawk") {
            program_of(command, index, &["-v", "-F", "-f", "--assign", "--field-separator"])
        } else if matches!(name, "sed" | "gsed") {
            program_of(command, index, &["-l", "-E", "-f", "--file"])
                .or_else(|| script_of(command, index, is_sed_script))
        } else if matches!(name, "jq" | "sqlite3") {
            program_of(command, index, &["--arg", "--argjson", "-f"])
                .filter(|at| name == "jq" || *at > index + 1)
        } else if matches!(name, "ssh" | "autossh") {
            remote(command, index)
        } else if is_first && ALL.contains(&name) {
            behind().next()
        } else {
            None
        };
        if code.is_some_and(|at| command.has_value[at]) {
            return Some(format!("a value stands within what `{name}` reads as code"));
        }
    }
    None
}

fn is_python(name: &str) -> bool {
    name.strip_prefix("python")
        .is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// Whether an option of a shell, `-c` or `-lc`, says that text is to be run.
fn is_run(option: &str) -> bool {
    let letters = option.strip_prefix('-').unwrap_or_default();
    letters.ends_with('c') && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_sed_script(option: &str) -> bool {
    option == "--expression" || (option.starts_with('-') && option.ends_with('e'))
}

/// The word behind the first option that takes code, or that option where the code is part of it.
fn script_of(command: &Command, from: usize, takes: impl Fn(&str) -> bool) -> Option<usize> {
    let count = command.words.len();
    let mut found = None;
    for index in from + 1..count {
        let option = command.plain(index);
        if option.is_some_and(&takes) && index + 1 < count {
            found = found.or(Some(index + 1)).filter(|at| command.has_value[*at]).or(found);
            if command.has_value[index + 1] {
                return Some(index + 1);
            }
        }
        // `--eval=...` with a value in it.
        let start = command.words[index].as_ref().and_then(|word| match word.pieces.first()? {
            super::posix::Piece::Text(text) => text.split_once('='),
            super::posix::Piece::Value { .. } => None,
        });
        if start.is_some_and(|(option, _)| takes(option)) && command.has_value[index] {
            return Some(index);
        }
    }
    found
}

/// The first word that is no option: the program of `awk` or `sed`.
fn program_of(command: &Command, from: usize, with_value: &[&str]) -> Option<usize> {
    let mut index = from + 1;
    while index < command.words.len() {
        match command.plain(index) {
            Some(option) if with_value.contains(&option) => index += 2,
            Some(option) if option.starts_with('-') && option.len() > 1 => {
                if is_sed_script(option) || option == "-f" {
                    return None;
                }
                index += 1;
            }
            _ => {
                // `-v x=...` in one word.
                let starts = command.words[index].as_ref().and_then(|word| word.pieces.first());
                let is_option = matches!(starts, Some(super::posix::Piece::Text(text)) if text.starts_with('-'));
                if !is_option {
                    return Some(index);
                }
                index += 1;
            }
        }
    }
    None
}

/// The first word with a value in the command that `ssh` hands to the other side's shell.
fn remote(command: &Command, from: usize) -> Option<usize> {
    let mut index = from + 1;
    while index < command.words.len() {
        let starts = command.words[index].as_ref().and_then(|word| word.pieces.first());
        let Some(super::posix::Piece::Text(option)) = starts else { break };
        let Some(letters) = option.strip_prefix('-') else { break };
        let takes = letters.chars().last().is_some_and(|last| SSH.contains(last));
        let is_alone = letters.len() == 1 && command.plain(index).is_some();
        index += if takes && is_alone { 2 } else { 1 };
    }
    (index + 1..command.words.len()).find(|at| command.has_value[*at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::grammar::{commands, parse};

    fn reads(text: &str) -> bool {
        let text = text.replace('@', "\u{e000}");
        let tree = parse(&text).unwrap();
        commands(&tree, &text).iter().any(|command| reads_code(command).is_some())
    }

    #[test]
    fn values_in_code_of_others_are_seen() {
        for text in [
            "ssh host 'cd @'",
            "ssh -p 22 @ ls @",
            "bash -c 'ls @'",
            "sudo bash -lc \"ls @\"",
            "python3 -c 'print(@)'",
            "find . -exec sh -c 'rm @' \\;",
            "xargs sh -c 'a @'",
            "awk '/@/' file",
            "awk -F, '{print @}' f",
            "sed -i 's/a/@/' f",
            "sed -n -e 's/@//p' f",
            "su - user -c 'a @'",
            "eval @",
            "perl -pe 's/@//' f",
            "docker exec c sh -c 'a @'",
            "mysql -u root --execute='select @'",
        ] {
            assert!(reads(text), "{text}");
        }
    }

    #[test]
    fn values_beside_code_are_not() {
        for text in [
            "ssh @ uptime",
            "ssh -i @ -p @ user@host ls",
            "bash @ -x",
            "bash -c 'ls \"$1\"' sh @",
            "python @ -c x",
            "awk '{print $1}' @",
            "awk -v x=@ '{print x}' f",
            "sed -i 's/a/b/' @",
            "grep -e @ f",
            "echo ssh",
        ] {
            assert!(!reads(text), "{text}");
        }
    }
}
