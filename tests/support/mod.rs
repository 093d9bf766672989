//! What several tests need: trees of files, and the real binary run in one.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod strace;
pub mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The files of a tree with their bytes.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Reads a tree.
pub fn tree(root: &Path) -> Tree {
    walkdir::WalkDir::new(root)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".git")
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let relative = entry.path().strip_prefix(root).unwrap().to_owned();
            (relative, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Writes a tree.
pub fn plant(tree: &Tree, root: &Path) {
    for (relative, bytes) in tree {
        let path = root.join(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Compares what a person or a machine sees with the snapshot of that name.
pub fn shows(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A temporary folder: `tree` is the program, `state` holds the journal.
pub struct Sandbox {
    pub folder: tempfile::TempDir,
}

impl Sandbox {
    /// With these files in `tree`.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let sandbox = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(sandbox.root()).unwrap();
        for (path, text) in files {
            sandbox.write(path, text.as_bytes());
        }
        sandbox
    }

    /// The program's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("tree")
    }

    /// Writes a file of the program.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// A file's text.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8(fs::read(self.root().join(path)).unwrap()).unwrap()
    }

    /// The command that runs the binary in `tree`.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_untrust"));
        command.args(arguments);
        self.at_home(command)
    }

    /// The command that runs the binary in `tree` by way of another program.
    pub fn command_by(&self, wrapper: &[&str], arguments: &[&str]) -> Command {
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(env!("CARGO_BIN_EXE_untrust")).args(arguments);
        self.at_home(command)
    }

    fn at_home(&self, mut command: Command) -> Command {
        command
            .current_dir(self.root())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("HOME", self.folder.path().join("home"))
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the binary in `tree`.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the binary in `tree` by way of another program.
    pub fn run_by(&self, wrapper: &[&str], arguments: &[&str]) -> Ran {
        Ran::from(self.command_by(wrapper, arguments).stdin(Stdio::null()).output().unwrap())
    }

    /// The folder that holds the journal.
    pub fn state(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("state/untrust")
    }

    /// Runs the binary with a text on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        use std::io::Write;
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Runs git in `tree`.
    pub fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let mut command = Command::new("git");
        command.args(identity).args(arguments).current_dir(self.root());
        let status = command.env("HOME", self.folder.path()).stdout(Stdio::null()).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    }

    /// Makes `tree` a repository in which everything is committed.
    pub fn commit(&self) {
        self.git(&["init", "-q"]);
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "-m", "before"]);
    }
}

/// A program with a call to fix in each file, and its files before and after.
pub struct Program {
    pub sandbox: Sandbox,
    pub old: Tree,
    pub new: Tree,
}

/// A program with files of these paths.
pub fn program(paths: impl IntoIterator<Item = String>) -> Program {
    let sandbox = Sandbox::new(&[]);
    for path in paths {
        let text = format!("import torch\n\n\ndef f(p):\n    return torch.load(p)  # {path}\n");
        sandbox.write(&path, text.as_bytes());
    }
    let old = tree(&sandbox.root());
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs", "-q"]).code, 0);
    let new = tree(&sandbox.root());
    assert!(old.iter().all(|(path, bytes)| new[path] != *bytes));
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    assert_eq!(tree(&sandbox.root()), old);
    Program { sandbox, old, new }
}

/// What a run of the binary left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }
}

/// Lets git apply a patch in a folder.
pub fn apply_patch(folder: &Path, patch: &[u8]) {
    use std::io::Write;
    let mut git = Command::new("git")
        .args(["apply", "--whitespace=nowarn", "-"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(patch).unwrap();
    assert!(git.wait().unwrap().success(), "git refuses the patch");
}
