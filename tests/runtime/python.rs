//! Runs small Python programs among stand-ins for the libraries that they call: `worker.py`, asked in
//! Rust.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

/// The files of a program, by their path with slashes.
pub type Texts = BTreeMap<String, String>;

/// What a program did.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    /// The traceback, where it could not even be imported.
    pub error: Option<String>,
    /// The functions with a parameter that trusts by default.
    pub open: Vec<String>,
    /// What each function of the drive did; the first is what was called by the imports.
    pub scenarios: Vec<Scenario>,
}

/// What one function of the drive did.
#[derive(Debug, Clone, Deserialize)]
pub struct Scenario {
    pub name: String,
    pub calls: Vec<Call>,
    /// What it returned, as Python shows it.
    pub result: Option<String>,
    pub error: Option<String>,
}

/// A call of a stand-in.
#[derive(Debug, Clone, Deserialize)]
pub struct Call {
    pub name: String,
    /// A truth value, the text of anything else, or null where the call decides nothing.
    pub decision: Value,
    /// The other arguments, as Python shows them.
    pub rest: String,
}

/// What is run.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    pub files: &'a Texts,
    /// The text of the module that runs the program.
    pub drive: &'a str,
    /// Whether the decisions are handed in at the entry points.
    pub yes: bool,
}

/// An interpreter that waits for jobs.
pub struct Python {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Python {
    /// Starts it. Without an interpreter the test fails.
    pub fn start() -> Self {
        let worker = folder().join("worker.py");
        let mut command = Command::new("python3");
        command.arg("-B").arg(worker).env("PYTHONHASHSEED", "0").env_remove("PYTHONPATH");
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) => panic!("this test runs programs with `python3` from the path: {error}"),
        };
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it was piped"));
        Self { child, input, output }
    }

    /// Runs a program.
    pub fn run(&mut self, job: Job) -> Answer {
        let line = serde_json::json!({ "files": job.files, "drive": job.drive, "yes": job.yes });
        let input = self.input.as_mut().expect("it is open until this is dropped");
        let told = "python3 ended before its time; what it said stands on standard error";
        writeln!(input, "{line}").expect(told);
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect(told);
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{told} ({error}: {answer})"))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// The folder with the programs.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime")
}
