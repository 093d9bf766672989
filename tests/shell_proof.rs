//! The promise of argument lists and constant scripts, tried with generated programs: for values
//! without shell meaning the rewritten program does what it did before, and every other value
//! reaches the commands verbatim.
//!
//! `UNTRUST_SHELL_SEED` replays a run, `UNTRUST_SHELL_COMMANDS` says how many commands it has.

use std::collections::HashMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Value, json};

/// Values without shell meaning: what a shell does with them is to hand them over.
const PLAIN: [&str; 6] = ["abc", "a-b_c.d", "x/y:z", "v=1,2", "a+b@c%d", "-dash"];
/// Values with shell meaning.
const HOSTILE: [&str; 12] = [
    "a b",
    "",
    "'",
    "\"",
    "$HOME",
    "`evil`",
    "$(evil)",
    "; evil",
    "a\nevil\n",
    "*",
    "\\",
    "ü é|evil",
];
/// What stands for a value where a run without shell meaning tells what has to come out.
const MARK: &str = "qZ";

struct Random(TestRng);

impl Random {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

/// A command: its text, in which `\u{0}` and a digit stand for a parameter.
struct Generated {
    text: String,
    /// The parameters that are numbers.
    numbers: Vec<bool>,
}

/// A piece of a word.
fn piece(random: &mut Random, count: usize, text: &mut String) {
    let value = |random: &mut Random, text: &mut String| {
        let _ = write!(text, "\u{0}{}", random.below(count));
    };
    match random.below(9) {
        0..=2 => text.push_str(random.pick(&["x", "--opt=", "a.b", "%", "k:", "é", "+", "/p/q"])),
        3 | 4 => value(random, text),
        5 => {
            text.push('\'');
            text.push_str(random.pick(&["", "a b", "$x", "\"", "\\", "*", "{}"]));
            if random.chance(60) {
                value(random, text);
            }
            text.push_str(random.pick(&["", " c", "`"]));
            text.push('\'');
        }
        6 | 7 => {
            text.push('"');
            text.push_str(random.pick(&["", "a b", "\\$x", "'", "\\\\", "*", "\\\"", "\\n"]));
            if random.chance(70) {
                value(random, text);
            }
            text.push_str(random.pick(&["", " c", "_1", "b", "'"]));
            text.push('"');
        }
        _ => text.push_str(random.pick(&["\\ ", "\\$", "\\'", "\\\"", "\\\\", "\\;", "{}"])),
    }
}

fn word(random: &mut Random, count: usize, text: &mut String) {
    let start = text.len();
    for _ in 0..=random.below(3) {
        piece(random, count, text);
    }
    // A word that begins with a comment sign, or is empty, is another thing.
    if text.len() == start {
        text.push('w');
    }
}

fn simple(random: &mut Random, count: usize, text: &mut String) {
    text.push_str(random.pick(&["one", "one", "two", "says", "fails"]));
    for _ in 0..random.below(4) {
        text.push_str(random.pick(&[" ", " ", "  ", " \\\n ", "\t"]));
        word(random, count, text);
    }
}

fn command(random: &mut Random) -> Generated {
    let count = 1 + random.below(3);
    let numbers = (0..count).map(|_| random.chance(15)).collect();
    let mut text = String::new();
    match random.below(16) {
        0..=6 => simple(random, count, &mut text),
        7 => {
            text.push_str("AA=");
            word(random, count, &mut text);
            text.push_str(random.pick(&[" ", " BB=b ", " CC= "]));
            simple(random, count, &mut text);
        }
        8 => {
            text.push_str("cd sub && ");
            simple(random, count, &mut text);
        }
        9 => {
            simple(random, count, &mut text);
            let redirects = [
                " > /dev/null",
                " 2>/dev/null",
                " > /dev/null 2>&1",
                " 2>&1",
                " < input",
                " > made",
                " >> made 2>&1",
                " < /dev/null",
            ];
            text.push_str(random.pick(&redirects));
        }
        10 => {
            simple(random, count, &mut text);
            text.push_str(" | eats ");
            word(random, count, &mut text);
        }
        11 | 12 => {
            simple(random, count, &mut text);
            text.push_str(random.pick(&[" && ", " || ", "; ", "\n"]));
            simple(random, count, &mut text);
        }
        13 => {
            text.push_str("one ");
            text.push_str(random.pick(&[
                "$HOME",
                "\"$HOME\"",
                "~",
                "*.none",
                "[ab]none",
                "$(says x)",
            ]));
            text.push(' ');
            word(random, count, &mut text);
        }
        14 => {
            text.push_str("if one ");
            word(random, count, &mut text);
            text.push_str("; then two ");
            word(random, count, &mut text);
            text.push_str("; fi");
        }
        _ => {
            text.push_str("eats <<END\na ");
            let _ = write!(text, "\u{0}0b\nEND\none x");
        }
    }
    Generated { text, numbers }
}

/// A literal of Python.
fn literal(text: &str, prefix: &str) -> String {
    let mut found = format!("{prefix}\"");
    for c in text.chars() {
        match c {
            '\\' => found.push_str("\\\\"),
            '"' => found.push_str("\\\""),
            '\n' => found.push_str("\\n"),
            '\t' => found.push_str("\\t"),
            '{' | '}' if prefix == "f" => {
                found.push(c);
                found.push(c);
            }
            c => found.push(c),
        }
    }
    found.push('"');
    found
}

/// The texts and parameters of a command in turn.
fn parts(text: &str) -> Vec<(String, Option<usize>)> {
    let mut found = Vec::new();
    let mut pieces = text.split('\u{0}');
    let mut before = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        found.push((std::mem::take(&mut before), Some(piece[..1].parse().unwrap())));
        piece[1..].clone_into(&mut before);
    }
    found.push((before, None));
    found
}

/// The expression that yields a command.
fn spelled(random: &mut Random, generated: &Generated) -> String {
    let parts = parts(&generated.text);
    let names: Vec<String> = parts.iter().filter_map(|(_, v)| v.map(|v| format!("v{v}"))).collect();
    match random.below(4) {
        0 | 1 => {
            let mut body = String::new();
            for (text, value) in &parts {
                let escaped = literal(text, "f");
                body.push_str(&escaped[2..escaped.len() - 1]);
                if let Some(value) = value {
                    let _ = write!(body, "{{v{value}}}");
                }
            }
            format!("f\"{body}\"")
        }
        2 => {
            let text: String = parts
                .iter()
                .map(|(text, value)| {
                    text.replace('%', "%%") + if value.is_some() { "%s" } else { "" }
                })
                .collect();
            if names.is_empty() {
                return literal(&text.replace("%%", "%"), "");
            }
            format!("{} % ({},)", literal(&text, ""), names.join(", "))
        }
        _ => {
            let text: String = parts
                .iter()
                .map(|(text, value)| {
                    let text = text.replace('{', "{{").replace('}', "}}");
                    text + if value.is_some() { "{}" } else { "" }
                })
                .collect();
            format!("{}.format({})", literal(&text, ""), names.join(", "))
        }
    }
}

fn function(random: &mut Random, index: usize, generated: &Generated) -> String {
    let parameters: Vec<String> = generated
        .numbers
        .iter()
        .enumerate()
        .map(|(index, number)| format!("v{index}: {}", if *number { "int" } else { "str" }))
        .collect();
    let expression = spelled(random, generated);
    let call = match random.below(8) {
        0 | 1 => format!("    return subprocess.run({expression}, shell=True).returncode\n"),
        2 => format!(
            "    return subprocess.call({expression}, shell=True, stdin=subprocess.DEVNULL)\n"
        ),
        3 => format!("    return subprocess.check_output({expression}, shell=True)\n"),
        4 => format!(
            "    if os.system({expression}) == 0:\n        return \"fine\"\n    return \"bad\"\n"
        ),
        5 => format!("    cmd = {expression}\n    subprocess.check_call(cmd, shell=True)\n"),
        6 => format!(
            "    with subprocess.Popen({expression}, shell=True, stdout=subprocess.PIPE) as process:\n        return process.communicate()[0]\n"
        ),
        _ => format!("    return subprocess.getoutput({expression})\n"),
    };
    format!("\n\ndef f{index}({}):\n{call}", parameters.join(", "))
}

fn run(module: &Path, folder: &Path, shell: &str, values: &Value) -> Vec<Value> {
    fs::create_dir(folder).unwrap();
    let file = folder.join("values.json");
    fs::write(&file, values.to_string()).unwrap();
    let drive = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shell/drive.py");
    let mut command = Command::new("python3");
    command.arg(drive).arg(module).arg(folder).arg(shell).arg(&file);
    let output = command.stderr(std::process::Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // What the commands say without being asked stands before it.
    let start = text.rfind("[{\"result\"").expect("the driver did not print its records");
    serde_json::from_str(&text[start..]).unwrap()
}

/// The arguments of a function: plain ones, marks, then hostile ones.
fn arguments(random: &mut Random, generated: &Generated) -> Vec<Vec<Value>> {
    let list = |value: &mut dyn FnMut(usize) -> String| {
        let one = |(index, number): (usize, &bool)| match number {
            true => json!(index + 7),
            false => json!(value(index)),
        };
        generated.numbers.iter().enumerate().map(one).collect::<Vec<Value>>()
    };
    let mut found = vec![
        list(&mut |_| random.pick(&PLAIN).to_owned()),
        list(&mut |index| format!("{MARK}{index}")),
    ];
    for _ in 0..2 {
        found.push(list(&mut |_| random.pick(&HOSTILE).to_owned()));
    }
    found
}

/// What has to come out for hostile values: what came out for the marks, with the values in it.
fn expected(marks: &Value, values: &[Value]) -> Value {
    let mut text = marks.clone();
    let fill = |text: &mut Value| {
        let mut filled = text.as_str().unwrap_or_default().to_owned();
        for (index, value) in values.iter().enumerate() {
            if let Some(value) = value.as_str() {
                filled = filled.replace(&format!("{MARK}{index}"), value);
            }
        }
        *text = Value::String(filled);
    };
    let mut records = text["records"].as_array().cloned().unwrap_or_default();
    records.iter_mut().for_each(fill);
    records.sort_by_key(|record| record.as_str().unwrap_or_default().to_owned());
    text["records"] = Value::Array(records);
    text["records"].clone()
}

/// Which of several ways to rewrite a command is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The one that `fix` takes.
    Preferred,
    /// The other one that a review offers, where there is one.
    Other,
}

/// Runs the tool on the tree; returns what it prints.
fn tool(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_untrust"));
    command.args(arguments).args(["--select", "shell-command"]).arg(folder.join("tree"));
    let output = command.env("XDG_STATE_HOME", folder.join("state")).output().unwrap();
    // 1 says that some are left.
    assert!(matches!(output.status.code(), Some(0 | 1)), "the tool failed");
    output.stdout
}

/// Applies the last of the ways of each change.
fn review(folder: &Path) -> Vec<u8> {
    let report = tool(folder, &["diff", "--review-level", "--format", "json"]);
    let report: Value = serde_json::from_slice(&report).unwrap();
    let changes = report["changes"].as_array().unwrap().iter();
    let taken = changes.filter(|change| {
        change["is_alternative"] == true || change["alternatives"].as_array().unwrap().is_empty()
    });
    let decisions: serde_json::Map<String, Value> =
        taken.map(|change| (change["id"].as_str().unwrap().to_owned(), json!("apply"))).collect();
    let file = folder.join("decisions.json");
    fs::write(&file, Value::Object(decisions).to_string()).unwrap();
    tool(folder, &["review", "--allow-no-vcs", "--decisions", file.to_str().unwrap()])
}

/// Generates a module, rewrites it, lets `sabotage` change what came out, and tells how many
/// functions were rewritten and what went wrong.
fn tried(
    seed: u64,
    count: usize,
    way: Way,
    sabotage: impl Fn(String) -> String,
) -> (usize, Vec<String>) {
    let mut random = Random::new(seed);
    let all: Vec<Generated> = (0..count).map(|_| command(&mut random)).collect();
    let mut text = "import os\nimport subprocess\n".to_owned();
    for (index, generated) in all.iter().enumerate() {
        text.push_str(&function(&mut random, index, generated));
    }
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before.py"), folder.path().join("tree/after.py"));
    fs::create_dir(folder.path().join("tree")).unwrap();
    fs::write(&before, &text).unwrap();
    fs::write(&after, &text).unwrap();
    match way {
        Way::Preferred => tool(folder.path(), &["fix", "--review-level", "--allow-no-vcs"]),
        Way::Other => review(folder.path()),
    };
    let new = sabotage(fs::read_to_string(&after).unwrap());
    fs::write(&after, &new).unwrap();
    let (old, new) = (functions(&text), functions(&new));
    let rewritten: Vec<usize> =
        (0..count).filter(|index| old[&format!("f{index}")] != new[&format!("f{index}")]).collect();
    let lists: Vec<Vec<Vec<Value>>> =
        all.iter().map(|generated| arguments(&mut random, generated)).collect();
    let named = |lists: &dyn Fn(usize) -> Vec<Vec<Value>>| -> Value {
        rewritten.iter().map(|index| json!([format!("f{index}"), lists(*index)])).collect()
    };
    let mut wrong = Vec::new();
    for shell in ["dash", "bash"].into_iter().filter(|shell| is_there(shell)) {
        let plain = named(&|index| lists[index][..2].to_vec());
        let old_runs = run(&before, &folder.path().join(format!("{shell}-old")), shell, &plain);
        let every = named(&|index| lists[index].clone());
        let new_runs = run(&after, &folder.path().join(format!("{shell}-new")), shell, &every);
        for (place, index) in rewritten.iter().enumerate() {
            let (olds, news) = (&old_runs[place * 2..][..2], &new_runs[place * 4..][..4]);
            let name = format!("f{index}");
            let mut fail = |what: &str, arguments: &[Value], left: &Value, right: &Value| {
                wrong.push(format!(
                    "{shell}: {what} with {arguments:?}\n{}\n{}\nexpected {left}\ngot      {right}",
                    old[&name], new[&name]
                ));
            };
            for at in 0..2 {
                if olds[at] != news[at] {
                    fail("other than before", &lists[*index][at], &olds[at], &news[at]);
                }
            }
            for at in 2..4 {
                let values = &lists[*index][at];
                let left = expected(&olds[1], values);
                if left != news[at]["records"] {
                    fail("not verbatim", values, &left, &news[at]["records"]);
                }
            }
        }
    }
    (rewritten.len(), wrong)
}

#[test]
fn rewritten_commands_do_what_they_did_and_read_no_value_as_code() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let seed = number("UNTRUST_SHELL_SEED", 20_261_126);
    let count = usize::try_from(number("UNTRUST_SHELL_COMMANDS", 500)).unwrap();
    for (way, count) in [(Way::Preferred, count), (Way::Other, count / 2)] {
        let (rewritten, wrong) = tried(seed, count, way, |text| text);
        let first: Vec<&str> = wrong.iter().take(5).map(String::as_str).collect();
        let first = first.join("\n\n");
        assert!(wrong.is_empty(), "{way:?}: {} wrong with seed {seed}:\n{first}", wrong.len());
        assert!(rewritten * 10 > count * 7, "only {rewritten} of {count} are rewritten");
    }
}

#[test]
fn a_wrong_list_and_a_script_that_reads_its_values_are_noticed() {
    let (_, wrong) =
        tried(1, 30, Way::Preferred, |text| text.replace("[\"one\"", "[\"one\", \"more\""));
    assert!(wrong.iter().any(|why| why.contains("other than before")));
    let (_, wrong) = tried(2, 60, Way::Other, |text| text.replace("\"$1\"", "$1"));
    assert!(wrong.iter().any(|why| why.contains("not verbatim")));
}

fn is_there(shell: &str) -> bool {
    Command::new(shell).args(["-c", ":"]).status().is_ok_and(|status| status.success())
}

/// The functions of a module by their names.
fn functions(text: &str) -> HashMap<String, String> {
    let pieces = text.split("\ndef ").skip(1);
    pieces
        .map(|piece| {
            let name = piece.split('(').next().unwrap_or_default().to_owned();
            (name, piece.trim_end().to_owned())
        })
        .collect()
}
