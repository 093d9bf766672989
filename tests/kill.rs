//! A run that is killed at some instant leaves each file old or new, and can be put back.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use support::{Program, Tree, tree};

const FILES: usize = 150;
/// A run may be over before it is killed.
const ATTEMPTS: usize = 20;
const FIX: [&str; 3] = ["fix", "--allow-no-vcs", "-q"];

fn program() -> Program {
    support::program((0..FILES).map(|index| format!("d{}/m{index}.py", index % 20)))
}

fn is_filled(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

impl Program {
    /// Starts a command and kills it as soon as something is so; returns how many files are new.
    fn killed(&self, arguments: &[&str], is_time: impl Fn() -> bool) -> usize {
        let mut command = self.sandbox.command(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !is_time() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        let _ = child.kill();
        child.wait().unwrap();
        let found = tree(&self.sandbox.root());
        let mut replaced = 0;
        for (path, bytes) in &self.old {
            let now = &found[path];
            assert!(now == bytes || *now == self.new[path], "{} is neither", path.display());
            replaced += usize::from(now != bytes);
        }
        replaced
    }

    /// The file at some place of the order in which files are written.
    fn file(&self, index: usize) -> PathBuf {
        self.sandbox.root().join(self.old.keys().nth(index).unwrap())
    }

    fn holds(&self, index: usize, texts: &Tree) -> impl Fn() -> bool {
        let text = texts.values().nth(index).unwrap().clone();
        let path = self.file(index);
        move || fs::read(&path).unwrap() == text
    }

    fn comes_back(&self, replaced: usize) {
        let undone = self.sandbox.run(&["undo"]);
        // A run that was killed before it wrote anything left nothing to undo.
        assert!(undone.code == 0 || replaced == 0, "{undone:?}");
        assert_eq!(tree(&self.sandbox.root()), self.old, "temporary files are gone too");
    }
}

#[test]
fn a_killed_run_is_rolled_back() {
    let program = program();
    let state = program.sandbox.state();
    let first = program.file(0).parent().unwrap().to_owned();
    let temporary = || {
        let entries = fs::read_dir(&first).unwrap().flatten();
        entries
            .into_iter()
            .any(|entry| entry.file_name().as_encoded_bytes().starts_with(b".untrust"))
    };
    for is_time in [
        &(|| is_filled(&state.join("begun"))) as &dyn Fn() -> bool,
        &|| is_filled(&state.join("runs")),
        &temporary,
    ] {
        let replaced = program.killed(&FIX, is_time);
        program.comes_back(replaced);
    }
    let is_halfway = (0..ATTEMPTS).any(|attempt| {
        let index = attempt % 2 * (FILES / 2);
        let replaced = program.killed(&FIX, program.holds(index, &program.new));
        assert!(replaced > index);
        program.comes_back(replaced);
        replaced < FILES
    });
    assert!(is_halfway, "no run was killed while it wrote");
}

#[test]
fn a_killed_undo_is_finished() {
    let program = program();
    let is_halfway = (0..ATTEMPTS).any(|_| {
        assert_eq!(program.sandbox.run(&FIX).code, 0);
        let replaced = program.killed(&["undo"], program.holds(0, &program.old));
        assert!(replaced < FILES);
        program.comes_back(replaced);
        replaced > 0
    });
    assert!(is_halfway, "no undo was killed while it wrote");
}

#[test]
fn the_next_fix_goes_on_after_a_killed_one() {
    let program = program();
    let sandbox = &program.sandbox;
    let replaced = program.killed(&FIX, program.holds(0, &program.new));
    assert!(replaced > 0);
    let check = sandbox.run(&["check"]);
    assert!(replaced == FILES || check.err.contains("interrupted"), "{}", check.err);
    assert_eq!(sandbox.run(&FIX).code, 0);
    assert_eq!(sandbox.run(&["check"]).code, 0);
    program.comes_back(FILES);
}
