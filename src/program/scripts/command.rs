//! Commands that run Python scripts, in the order of a text.

use super::format::Format;
use super::runners;
use super::variables::{UNKNOWN, without_variables};
use super::words::{self, Token};

/// A place that runs a script or module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// Its 0-based line.
    pub(super) line: usize,
    /// The folder that was entered before, as written.
    pub(super) folder: Option<String>,
    /// What is run.
    pub(super) target: Target,
}

/// What is run, as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// The path of a script.
    Script(String),
    /// A module (`pkg.mod`).
    Module(String),
    /// The module of an entry point (`pkg.mod` of `pkg.mod:main`).
    EntryPoint(String),
}

/// Folders are not followed further, in bytes.
const LONGEST_FOLDER: usize = 1 << 10;

/// Nor are shells in shells.
const MOST_SHELLS: usize = 64;

/// What the words so far make of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// The first word of a command.
    Command,
    /// Arguments of a command that runs nothing.
    Nothing,
    /// The options of an interpreter, then its script.
    Script,
    /// The value of an interpreter's option.
    Value,
    /// A script among the arguments of a launcher.
    AnyScript,
    /// The name of a module; whether that of one with dots only.
    Module { dotted: bool },
    /// The value of a key that names a script.
    KeyValue,
    /// The same for a module.
    KeyModule,
    /// The folder to enter.
    Folder,
    /// The arguments of a script.
    Arguments,
}

/// The places of a text that run scripts or modules.
pub(super) fn mentions(text: &str, format: Format) -> Vec<Mention> {
    let mut reader = Reader {
        format,
        found: Vec::new(),
        line: 0,
        folder: None,
        outer: Vec::new(),
        expects: Expects::Command,
        before: String::new(),
        is_comment: false,
    };
    let mut goes_on = false;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if format.is_comment(trimmed) {
            continue;
        }
        reader.line = number;
        reader.is_comment = false;
        if !goes_on {
            reader.begin(trimmed);
        }
        words::each(&without_variables(line), format, &mut |token| reader.token(token));
        goes_on = format.goes_on(trimmed);
    }
    reader.found
}

struct Reader {
    format: Format,
    found: Vec<Mention>,
    line: usize,
    folder: Option<String>,
    /// The folders outside the subshells.
    outer: Vec<Option<String>>,
    expects: Expects,
    /// The word before.
    before: String,
    /// Whether the rest of the line is a comment.
    is_comment: bool,
}

impl Reader {
    /// Begins a line that does not go on with the one before.
    fn begin(&mut self, line: &str) {
        let awaits = matches!(
            self.expects,
            Expects::Script | Expects::Value | Expects::AnyScript | Expects::Module { .. }
        );
        // A list of words, one a line.
        if self.format == Format::Yaml && awaits && line.starts_with('-') {
            return;
        }
        self.expects = Expects::Command;
        self.outer.clear();
        if !self.format.keeps_folder() || self.format.begins_anew(line) {
            self.folder = None;
        }
    }

    fn token(&mut self, token: Token) {
        match token {
            _ if self.is_comment => {}
            Token::Word(word) => {
                self.word(word);
                word.clone_into(&mut self.before);
            }
            Token::End(end) => self.end(end),
        }
    }

    fn end(&mut self, end: char) {
        let is_text = self.format == Format::Prose && matches!(end, '`' | '|' | '(' | ')');
        self.expects = if is_text { Expects::Nothing } else { Expects::Command };
        match end {
            '(' if self.format.has_subshells() && self.outer.len() < MOST_SHELLS => {
                self.outer.push(self.folder.clone());
            }
            ')' if self.format.has_subshells() => {
                if let Some(folder) = self.outer.pop() {
                    self.folder = folder;
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, word: &str) {
        let plain = word.trim_end_matches(['.', ',', ':', '!', '?']);
        if self.format.has_entry_points() {
            self.entry_point(word);
        }
        if self.format.begins_comment(word) {
            self.is_comment = true;
        } else if let Some(value) = self.key(word) {
            self.expects = value;
        } else if self.expects == Expects::Folder {
            self.enter(word);
        } else if runners::is_python(word) {
            self.expects = Expects::Script;
        } else if runners::launches(&self.before, word) {
            self.expects = Expects::AnyScript;
        } else {
            self.expects = self.behind(word, plain);
        }
    }

    /// What is expected behind a key; `None` if the word ends none that matters.
    fn key(&self, word: &str) -> Option<Expects> {
        if !self.format.has_keys() {
            return None;
        }
        let bare = word.trim_end_matches([':', '=']);
        let key = if bare.is_empty() { self.before.as_str() } else { bare };
        if bare.len() == word.len() {
            return None;
        }
        match key {
            "module" => Some(Expects::KeyModule),
            _ if runners::KEYS.contains(&key) => Some(Expects::KeyValue),
            // Whatever the words before have begun ends with the next key.
            _ if word == ":" => Some(Expects::Nothing),
            _ => None,
        }
    }

    /// Reads a word by what is expected; returns what is expected behind it.
    fn behind(&mut self, word: &str, plain: &str) -> Expects {
        let is_named = is_script(plain);
        match self.expects {
            Expects::AnyScript | Expects::KeyValue if is_named => {
                self.add(Target::Script(plain.to_owned()))
            }
            Expects::AnyScript if matches!(word, "-m" | "--module") => {
                Expects::Module { dotted: false }
            }
            Expects::Command | Expects::Nothing | Expects::KeyValue => self.unexpected(word, plain),
            Expects::Script => self.script(word, plain),
            Expects::Value => Expects::Script,
            Expects::Module { dotted } => self.module(plain, dotted),
            Expects::KeyModule => self.module(plain, true),
            same @ (Expects::AnyScript | Expects::Folder | Expects::Arguments) => same,
        }
    }

    /// A word behind an interpreter.
    fn script(&mut self, word: &str, plain: &str) -> Expects {
        let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
        match letters {
            Some("") => return Expects::Script,
            Some("W" | "X") => return Expects::Value,
            Some(letters) if letters.starts_with('c') || letters.ends_with('c') => {
                return Expects::Arguments;
            }
            Some(letters) if letters.ends_with('m') && letters.len() <= 4 => {
                return Expects::Module { dotted: false };
            }
            Some(letters) if letters.starts_with('m') => return self.module(&letters[1..], false),
            _ => {}
        }
        let is_skipped = word.starts_with('-') || word.chars().all(|c| c == UNKNOWN);
        if is_skipped {
            return Expects::Script;
        }
        if is_script(plain) {
            self.add(Target::Script(plain.to_owned()))
        } else {
            Expects::Arguments
        }
    }

    fn module(&mut self, name: &str, dotted: bool) -> Expects {
        if !is_dotted(name) || (dotted && !name.contains('.')) {
            return Expects::Nothing;
        }
        self.add(Target::Module(name.to_owned()));
        if runners::is_launching(name) { Expects::AnyScript } else { Expects::Arguments }
    }

    /// A word where no script is expected.
    fn unexpected(&mut self, word: &str, plain: &str) -> Expects {
        if word == "-m" {
            return Expects::Module { dotted: true };
        }
        if self.expects == Expects::Nothing {
            return Expects::Nothing;
        }
        if matches!(word, "cd" | "pushd" | "chdir" | "Set-Location") {
            return Expects::Folder;
        }
        if word == "popd" {
            self.folder = Some(UNKNOWN.to_string());
        }
        let path = plain.trim_start_matches('@');
        if self.format.runs_path(path) && is_script(path) {
            return self.add(Target::Script(path.to_owned()));
        }
        let is_assignment = word.contains('=') && !word.starts_with('-');
        if self.format == Format::Prose && word == "-" {
            return Expects::Nothing;
        }
        if is_assignment || runners::PREFIXES.contains(&word) || word.ends_with(':') {
            return Expects::Command;
        }
        Expects::Nothing
    }

    fn enter(&mut self, word: &str) {
        let is_option = (word.starts_with('-') && word != "-") || word == "/d" || word == "/D";
        if is_option {
            return;
        }
        self.expects = Expects::Arguments;
        let is_whole = word.starts_with(['/', '~', UNKNOWN]);
        let folder = match &self.folder {
            _ if word == "-" => UNKNOWN.to_string(),
            Some(folder) if !is_whole => format!("{folder}/{word}"),
            _ => word.to_owned(),
        };
        let is_long = folder.len() > LONGEST_FOLDER;
        self.folder = Some(if is_long { UNKNOWN.to_string() } else { folder });
    }

    fn entry_point(&mut self, word: &str) {
        let value = word.rsplit('=').next().unwrap_or_default();
        let Some((module, function)) = value.split_once(':') else { return };
        if is_dotted(module) && is_dotted(function) {
            self.add(Target::EntryPoint(module.to_owned()));
        }
    }

    fn add(&mut self, target: Target) -> Expects {
        self.found.push(Mention { line: self.line, folder: self.folder.clone(), target });
        Expects::Arguments
    }
}

/// Whether a word is the path of a script.
fn is_script(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".py").unwrap_or_default();
    !stem.is_empty() && !name.contains([UNKNOWN, '=', ':']) && !word.contains("://")
}

/// Whether a word is made of names and dots.
fn is_dotted(word: &str) -> bool {
    word.split('.').all(|part| {
        part.chars().all(|c| c.is_alphanumeric() || c == '_')
            && part.starts_with(|c: char| c.is_alphabetic() || c == '_')
    })
}
