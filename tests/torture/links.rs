//! Trees with links, special files, and files that several names lead to.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use super::hostile::UNSAFE;
use super::support::Sandbox;

/// Plants links of all kinds among some files; outside is what stands beside the tree.
pub fn plant(sandbox: &Sandbox) {
    for path in ["a.py", "d/b.py", "d/e/c.py", "only/target.txt", "hard.py", "readonly.py"] {
        sandbox.write(path, UNSAFE.as_bytes());
    }
    let link = |target: &str, name: &str| symlink(target, sandbox.root().join(name)).unwrap();
    // In a circle, to itself, to nothing.
    link(".", "d/again");
    link("..", "d/e/up");
    link("self.py", "self.py");
    link("two.py", "one.py");
    link("one.py", "two.py");
    link("nothing", "dangling.py");
    link(&"x".repeat(255), "long.py");
    link("\u{1b}[2J\u{7}\n", "control.py");
    // Within the tree.
    link("a.py", "same.py");
    link("d", "folder");
    link("d", "folder.py");
    link("only/target.txt", "through.py");
    link("only/target.txt", "through2.py");
    // Out of the tree.
    link("../beside/o.py", "out.py");
    link("../beside", "outside");
    link("../beside", "outside.py");
    link("/", "top");
    link("/etc/passwd", "passwd.py");
    link("../../../../../../../../../../etc/passwd", "climbing.py");
    link("/dev/zero", "zero.py");
    link("/dev/tty", "tty.py");
    link("/dev/stdin", "stdin.py");
    link("/proc/self/mem", "memory.py");
    link("/proc/self/root", "root");
    fs::hard_link(sandbox.root().join("hard.py"), sandbox.root().join("hard2.py")).unwrap();
    for name in ["pipe.py", "d/pipe.py", "pipe.pyi"] {
        let path = sandbox.root().join(name);
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    }
    drop(UnixListener::bind(sandbox.root().join("socket.py")).unwrap());
    let mode = |path: &str, mode| {
        fs::set_permissions(sandbox.root().join(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    mode("readonly.py", 0o444);
    sandbox.write("unreadable.py", UNSAFE.as_bytes());
    sandbox.write("closed/x.py", UNSAFE.as_bytes());
    mode("unreadable.py", 0);
    mode("closed", 0);
}

/// Whether permissions do not keep the tests from anything.
pub fn is_root(sandbox: &Sandbox) -> bool {
    fs::read(sandbox.root().join("unreadable.py")).is_ok()
}

/// Makes the closed folder one that can be removed again.
pub fn open(sandbox: &Sandbox) {
    let closed = sandbox.root().join("closed");
    fs::set_permissions(closed, fs::Permissions::from_mode(0o755)).unwrap();
}
