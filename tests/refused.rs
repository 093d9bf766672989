//! Disks that are full, files and folders that may not be written, and no place for a journal.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Ran, Sandbox, tree};

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
const FIX: [&str; 5] = ["fix", "-q", "-j", "1", "--allow-no-vcs"];

/// A file system in memory that is mounted for a while.
struct Mount(PathBuf);

impl Mount {
    /// None where it may not be mounted.
    fn new(path: &Path, kilobytes: usize) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let size = format!("size={kilobytes}k");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(path).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self(path.to_owned()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// Fills a file system up to some pages.
fn leave_free(folder: &Path, pages: usize) {
    let filler = folder.join("filler");
    let mut size = 0;
    while fs::write(&filler, vec![b'x'; size]).is_ok() {
        size += 4096;
    }
    fs::write(&filler, vec![b'x'; (size - 4096).saturating_sub(pages * 4096)]).unwrap();
}

fn program() -> Sandbox {
    Sandbox::new(&[("a.py", UNSAFE), ("b.py", UNSAFE), ("c.py", UNSAFE)])
}

#[test]
fn a_full_disk_under_the_tree_changes_nothing() {
    let mut outcomes = [0, 0];
    for pages in 0..8 {
        let sandbox = Sandbox::new(&[]);
        let Some(_mount) = Mount::new(&sandbox.root(), 64) else {
            eprintln!("skipped: no file system may be mounted here");
            return;
        };
        for name in ["a.py", "b.py", "c.py"] {
            sandbox.write(name, UNSAFE.as_bytes());
        }
        leave_free(&sandbox.root(), pages);
        let old = tree(&sandbox.root());
        let fix = sandbox.run(&FIX);
        let found = tree(&sandbox.root());
        let new = found.iter().filter(|(path, text)| old[*path] != **text).count();
        assert_eq!(new, if fix.code == 0 { 3 } else { 0 }, "{pages} pages: {fix:?}");
        assert!(fix.code == 0 || fix.err.contains("No space left"), "{fix:?}");
        assert!(found.keys().eq(old.keys()), "a temporary file is left: {:?}", found.keys());
        outcomes[usize::from(fix.code == 0)] += 1;
        sandbox.run(&["undo"]);
        assert_eq!(tree(&sandbox.root()), old, "{pages} pages");
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

#[test]
fn a_full_disk_under_the_journal_changes_nothing() {
    let mut outcomes = [0, 0];
    for pages in 0..12 {
        let sandbox = program();
        let Some(_mount) = Mount::new(&sandbox.folder.path().join("state"), 96) else {
            eprintln!("skipped: no file system may be mounted here");
            return;
        };
        leave_free(&sandbox.folder.path().join("state"), pages);
        let old = tree(&sandbox.root());
        let fix = sandbox.run(&FIX);
        let new = tree(&sandbox.root()).iter().filter(|(path, text)| old[*path] != **text).count();
        assert_eq!(new, if fix.code == 0 { 3 } else { 0 }, "{pages} pages: {fix:?}");
        assert!(fix.code == 0 || fix.err.contains("No space left"), "{fix:?}");
        outcomes[usize::from(fix.code == 0)] += 1;
        sandbox.run(&["undo"]);
        assert_eq!(tree(&sandbox.root()), old, "{pages} pages");
        let runs = fs::read_dir(sandbox.state().join("runs")).map_or(0, Iterator::count);
        assert_eq!(runs, 0, "{pages} pages");
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

#[test]
fn a_file_that_would_become_too_large_changes_nothing() {
    let sandbox = program();
    let blocks = 8;
    // The shell's blocks have 512 or 1024 bytes.
    for size in [blocks * 512, blocks * 1024] {
        let text = format!("{UNSAFE}#{}\n", "x".repeat(size - UNSAFE.len() - 2));
        assert_eq!(text.len(), size);
        sandbox.write(&format!("large{size}.py"), text.as_bytes());
    }
    let old = tree(&sandbox.root());
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let fix = sandbox.run_by(&["sh", "-c", &script, "sh"], &FIX);
    assert_eq!(fix.code, 2, "{fix:?}");
    assert!(fix.err.contains("File too large"), "{fix:?}");
    assert_eq!(tree(&sandbox.root()), old);
    assert_eq!(sandbox.run(&FIX).code, 0);
}

/// The words that run a program as a user who may not do everything; the sandbox becomes theirs.
fn as_user(sandbox: &Sandbox) -> Option<Vec<&'static str>> {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        return Some(vec!["env"]);
    }
    let nobody = vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    for entry in walkdir::WalkDir::new(sandbox.folder.path()).into_iter().flatten() {
        chown(entry.path(), Some(65534), Some(65534)).unwrap();
    }
    let tried = sandbox.command_by(&nobody, &["--version"]).output();
    if tried.is_ok_and(|output| output.status.success()) {
        return Some(nobody);
    }
    eprintln!("skipped: the program cannot be run as another user than root");
    None
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_read_only_file_is_left_and_named() {
    let sandbox = program();
    let Some(user) = as_user(&sandbox) else { return };
    set_mode(&sandbox.root().join("b.py"), 0o444);
    let fix = sandbox.run_by(&user, &FIX);
    assert_eq!(fix.code, 2);
    assert!(
        fix.err.contains("b.py: it was not written, for it or its folder is read-only"),
        "{fix:?}"
    );
    assert_eq!(sandbox.read("b.py"), UNSAFE);
    assert!(["a.py", "c.py"].iter().all(|path| sandbox.read(path) != UNSAFE));
}

#[test]
fn a_read_only_folder_is_left_and_named() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("d/b.py", UNSAFE), ("e/c.py", UNSAFE)]);
    let Some(user) = as_user(&sandbox) else { return };
    let old = tree(&sandbox.root());
    let fixed = || -> Vec<bool> {
        let found = tree(&sandbox.root());
        old.iter().map(|(path, text)| found[path] != *text).collect()
    };
    set_mode(&sandbox.root().join("d"), 0o555);
    let fix = sandbox.run_by(&user, &FIX);
    assert_eq!(fix.code, 2);
    assert!(fix.err.contains("d/b.py: it was not written, for it or its folder is"), "{fix:?}");
    assert_eq!(fixed(), [true, false, true], "the rest goes on");
    assert_eq!(sandbox.run_by(&user, &["undo"]).code, 0);
    set_mode(&sandbox.root().join("d"), 0o755);
    assert_eq!(sandbox.run_by(&user, &FIX).code, 0);
    set_mode(&sandbox.root().join("d"), 0o555);
    for _ in 0..2 {
        let undo = sandbox.run_by(&user, &["undo"]);
        assert_eq!(undo.code, 2);
        assert!(undo.err.contains("d/b.py: ") && !undo.err.contains("a.py"), "{undo:?}");
        assert_eq!(fixed(), [false, true, false], "the others are put back");
    }
    set_mode(&sandbox.root().join("d"), 0o755);
    assert_eq!(sandbox.run_by(&user, &["undo"]).code, 0);
    assert_eq!(tree(&sandbox.root()), old);
}

/// A folder in which not even root can make a file.
struct Immutable(PathBuf);

impl Immutable {
    fn new(path: PathBuf) -> Option<Self> {
        let made = Command::new("chattr").arg("+i").arg(&path).output();
        made.is_ok_and(|output| output.status.success()).then_some(Self(path))
    }
}

impl Drop for Immutable {
    fn drop(&mut self) {
        let _ = Command::new("chattr").arg("-i").arg(&self.0).status();
    }
}

#[test]
fn immutable_folders_are_left_whole() {
    let sandbox = program();
    assert_eq!(sandbox.run(&FIX).code, 0);
    let fixed = tree(&sandbox.root());
    {
        let Some(_tree) = Immutable::new(sandbox.root()) else {
            eprintln!("skipped: no folder can be made immutable here");
            return;
        };
        let undo = sandbox.run(&["undo"]);
        assert_eq!(undo.code, 2);
        assert!(undo.err.contains("could not be put back"), "{undo:?}");
        assert_eq!(tree(&sandbox.root()), fixed);
    }
    let _runs = Immutable::new(sandbox.state().join("runs")).unwrap();
    let undo = sandbox.run(&["undo"]);
    assert_eq!(undo.code, 2);
    assert!(undo.err.contains("the files are put back, but the journal"), "{undo:?}");
    assert!(tree(&sandbox.root()).values().all(|text| text == UNSAFE.as_bytes()));
    let fix = sandbox.run(&FIX);
    assert_eq!(fix.code, 2, "no journal, no change: {fix:?}");
    assert!(tree(&sandbox.root()).values().all(|text| text == UNSAFE.as_bytes()));
}

fn refuses_state(sandbox: &Sandbox, fix: &Ran) {
    assert_eq!(fix.code, 2);
    assert!(fix.err.contains("XDG_STATE_HOME"), "{fix:?}");
    assert!(tree(&sandbox.root()).values().all(|text| text == UNSAFE.as_bytes()));
}

#[test]
fn a_state_folder_that_cannot_be_written_stops_the_run() {
    let sandbox = program();
    let state = sandbox.folder.path().join("state");
    fs::create_dir(&state).unwrap();
    let Some(user) = as_user(&sandbox) else { return };
    set_mode(&state, 0o555);
    refuses_state(&sandbox, &sandbox.run_by(&user, &FIX));
    set_mode(&state, 0o755);
    fs::write(state.join("untrust"), "a file").unwrap();
    refuses_state(&sandbox, &sandbox.run_by(&user, &FIX));
}

#[test]
fn without_a_home_nothing_is_written() {
    let sandbox = program();
    let Some(user) = as_user(&sandbox) else { return };
    if user[0] == "env" {
        // Without the variable, the user's own home would be taken.
        return;
    }
    let mut command = sandbox.command_by(&user, &FIX);
    command.env_remove("HOME").env_remove("XDG_STATE_HOME");
    refuses_state(&sandbox, &Ran::from(command.output().unwrap()));
    let mut command = sandbox.command_by(&user, &FIX);
    command.env("HOME", "relative").env_remove("XDG_STATE_HOME");
    refuses_state(&sandbox, &Ran::from(command.output().unwrap()));
    assert!(!sandbox.root().join("relative").exists());
}

#[test]
fn a_file_of_somebody_else_keeps_its_group() {
    use std::os::unix::fs::MetadataExt;
    let sandbox = program();
    let Some(mut user) = as_user(&sandbox) else { return };
    if user.pop() != Some("--clear-groups") {
        // Only root can make a file of somebody else.
        return;
    }
    user.push("--groups=65533");
    let path = sandbox.root().join("b.py");
    chown(&path, Some(1234), Some(65533)).unwrap();
    set_mode(&path, 0o664);
    assert_eq!(sandbox.run_by(&user, &FIX).code, 0);
    let found = fs::metadata(&path).unwrap();
    assert_eq!((found.gid(), found.mode() & 0o777), (65533, 0o664));
    assert_ne!(sandbox.read("b.py"), UNSAFE);
}
