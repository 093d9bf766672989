//! The system calls of a run, and faults in them, by strace.

use std::process::Stdio;

use super::{Ran, Sandbox};

/// The calls that change something on disk, as far as the system has them.
pub const CHANGING: &str = "?openat,?write,?fsync,?rename,?renameat,?renameat2,?unlink,?unlinkat,?mkdir,?mkdirat,?rmdir,?chmod,?fchmod,?fchmodat,?fchown,?fchownat,?flock";

/// Whether strace can be used. Says so where it cannot; a machine that must have it says
/// `UNTRUST_REQUIRE_STRACE=1`.
pub fn is_available() -> bool {
    let options = ["-f", "--seccomp-bpf", "-o", "/dev/null", "true"];
    let tried = std::process::Command::new("strace").args(options).output();
    let available = tried.is_ok_and(|output| output.status.success());
    let required = std::env::var_os("UNTRUST_REQUIRE_STRACE").is_some();
    assert!(available || !required, "strace cannot be used, and UNTRUST_REQUIRE_STRACE is set");
    if !available {
        eprintln!("skipped: strace cannot be used here");
    }
    available
}

/// Runs the binary under strace with these options; returns the log as well.
pub fn run(sandbox: &Sandbox, options: &[&str], arguments: &[&str]) -> (Ran, String) {
    let log = sandbox.folder.path().join("strace.log");
    let mut wrapper = vec!["strace", "-f", "-y", "-o", log.to_str().unwrap()];
    // This spares the calls that are not traced, but some versions send no signals then.
    if !options.iter().any(|option| option.contains("signal=")) {
        wrapper.push("--seccomp-bpf");
    }
    wrapper.extend(options);
    let mut command = sandbox.command_by(&wrapper, arguments);
    // The test's own would only make the loader open more files.
    command.env_remove("LD_LIBRARY_PATH").stdin(Stdio::null());
    (Ran::from(command.output().unwrap()), std::fs::read_to_string(log).unwrap())
}

/// A call that changes something, by the number that it has among those of its name.
#[derive(Debug, Clone)]
pub struct Point {
    pub call: String,
    pub number: usize,
    pub line: String,
}

impl Point {
    /// The option that makes something happen at this call.
    pub fn inject(&self, what: &str) -> String {
        format!("inject={}:{what}:when={}", self.call, self.number)
    }
}

/// The calls of the main thread by which a run of the command changes something in the sandbox.
pub fn points(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Point> {
    let trace = format!("trace={CHANGING}");
    let (_, log) = run(sandbox, &["-e", &trace], arguments);
    let folder = sandbox.folder.path().canonicalize().unwrap();
    let folder = folder.to_str().unwrap();
    let main = log.split_whitespace().next().unwrap().to_owned();
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    let mut points = Vec::new();
    for line in log.lines() {
        let Some((pid, call)) = line.split_once(' ') else { continue };
        let Some((name, rest)) = call.trim_start().split_once('(') else { continue };
        if pid != main || name.contains(' ') {
            continue;
        }
        let number = counts.entry(name.to_owned()).or_default();
        *number += 1;
        let only_reads =
            name == "openat" && !rest.contains("O_WRONLY") && !rest.contains("O_CREAT");
        if rest.contains(folder) && !only_reads {
            let (call, line) = (name.to_owned(), line.to_owned());
            points.push(Point { call, number: *number, line });
        }
    }
    points
}
