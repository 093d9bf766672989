//! What a run asks of the kernel, as strace sees it.

use std::fs;
use std::process::Command;

use super::run::finish;
use super::support::Sandbox;

/// Asserts that a run executes nothing but itself, makes no process, and opens no socket. Where
/// strace is missing, it only runs and says so; `UNTRUST_REQUIRE_STRACE` makes that a failure.
pub fn assert_alone(sandbox: &Sandbox, arguments: &[&str]) {
    let log = sandbox.folder.path().join("strace");
    let program = sandbox.command(arguments);
    if !is_there() {
        let required = std::env::var_os("UNTRUST_REQUIRE_STRACE").is_some();
        assert!(!required, "strace is not on the path, or may not trace");
        eprintln!("CHECKED LESS: no strace, so only traces of programs were looked for");
        super::run::run(sandbox, arguments);
        return;
    }
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "trace=network,execve,execveat,fork,vfork,clone,clone3", "-o"])
        .arg(&log)
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(program.get_current_dir().unwrap());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    finish(sandbox, &mut command, arguments);
    let calls = fs::read_to_string(&log).unwrap();
    let (mut executed, mut others) = (0, Vec::new());
    for call in calls.lines().filter(|line| !line.contains("resumed>")) {
        match call.split_once(' ').map_or(call, |(_, call)| call.trim_start()) {
            call if call.starts_with("execve(") => executed += 1,
            // A thread shares the memory of the process.
            call if call.starts_with("clone") && call.contains("CLONE_THREAD") => {}
            call if call.starts_with("+++") || call.starts_with("---") => {}
            call => others.push(call),
        }
    }
    assert_eq!(executed, 1, "{arguments:?}: {calls}");
    assert!(others.is_empty(), "{arguments:?}: {others:?}");
}

/// Whether strace is there and may trace.
fn is_there() -> bool {
    let tried = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    tried.is_ok_and(|status| status.success())
}
