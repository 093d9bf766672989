//! Runs the real binary under a watchdog, and holds it to what it promises whatever the input is.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Ran, Sandbox};

/// A run that takes longer hangs. It is generous: the tests share the machine.
const LIMIT: Duration = Duration::from_mins(2);

/// Every command that reads a tree, none of which writes into it.
pub const READERS: [&[&str]; 8] = [
    &["check"],
    &["check", "-v", "--review-level"],
    &["check", "--format", "json", "--review-level"],
    &["check", "--format", "jsonl"],
    &["diff"],
    &["diff", "--review-level", "-v"],
    &["exceptions", "--all"],
    &["exceptions", "--format", "json"],
];

/// Runs the binary in the tree of a sandbox; the exit code is one of those that are documented.
pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(arguments);
    finish(sandbox, &mut command, arguments)
}

/// As [`run`], with colours.
pub fn run_coloured(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    let mut command = sandbox.command(arguments);
    command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1");
    finish(sandbox, &mut command, arguments)
}

/// Runs a command that runs the binary, and looks at how it ended.
pub fn finish(sandbox: &Sandbox, command: &mut Command, arguments: &[&str]) -> Ran {
    let ran = watched(sandbox.folder.path(), command, arguments);
    assert!(
        (0..=2).contains(&ran.code),
        "{arguments:?} ended with {}: {}",
        ran.code,
        tail(&ran.err)
    );
    for word in ["panicked", "overflow", "RUST_BACKTRACE"] {
        assert!(!ran.err.contains(word), "{arguments:?}: {}", tail(&ran.err));
    }
    ran
}

/// Output goes to files, so that no pipe can fill up.
fn watched(folder: &Path, command: &mut Command, arguments: &[&str]) -> Ran {
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    command
        .stdin(Stdio::null())
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&err).unwrap());
    let mut child = command.spawn().unwrap();
    let code = wait(&mut child, arguments);
    let bytes = fs::read(out).unwrap();
    Ran {
        code,
        out: String::from_utf8_lossy(&bytes).into_owned(),
        err: String::from_utf8_lossy(&fs::read(err).unwrap()).into_owned(),
        bytes,
    }
}

/// The exit code; -1 after a signal. Where the machine is busy time passes without work, so that
/// the time on the processor counts, and for what waits for ever the time without any.
fn wait(child: &mut Child, arguments: &[&str]) -> i32 {
    let mut pause = Duration::from_millis(1);
    let (mut worked, mut since) = (Duration::ZERO, Instant::now());
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or(-1);
        }
        let now = processor_time(child.id());
        if now > worked {
            (worked, since) = (now, Instant::now());
        }
        if worked > LIMIT || since.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{arguments:?} hangs");
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// How long the threads of a process have worked; nothing where that cannot be told.
fn processor_time(process: u32) -> Duration {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = status.rsplit_once(") ").map_or("", |(_, behind)| behind).split(' ');
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// The end of a text, which may be huge.
pub fn tail(text: &str) -> String {
    let mut last: Vec<char> = text.chars().rev().take(2_000).collect();
    last.reverse();
    last.into_iter().collect()
}

/// What a terminal acts on or reorders: the controls but for line feed and tab, DEL, C1, and the
/// marks, embeddings, overrides and isolates of bidirectional text.
pub fn is_control(c: char) -> bool {
    let is_kept = matches!(c, '\n' | '\t');
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !is_kept && (c.is_control() || reorders)
}

/// Asserts that no control character reached a terminal.
pub fn assert_visible(text: &str, whose: &str) {
    if let Some(at) = text.find(is_control) {
        panic!("{whose}: {:?}", around(text, at));
    }
}

fn around(text: &str, at: usize) -> &str {
    let start = text.floor_char_boundary(at.saturating_sub(60));
    &text[start..text.ceil_char_boundary((at + 60).min(text.len()))]
}

/// The text without the sequences that set colours. Names and sources that hold such sequences
/// must hold others too, or this would hide that they came through.
pub fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        out.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let length = sequence.bytes().take_while(|b| b.is_ascii_digit() || *b == b';').count();
        if sequence[length..].starts_with('m') {
            rest = &sequence[length + 1..];
        } else {
            out.push_str("\u{1b}[");
            rest = sequence;
        }
    }
    out.push_str(rest);
    out
}
