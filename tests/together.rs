//! Runs at the same time, in one tree and in trees that lie in one another.

mod support;

use std::process::{Child, Stdio};

use support::{Program, tree};

const FIX: [&str; 4] = ["fix", "-q", "-j", "1"];
const ROUNDS: usize = 5;

/// Some files at the top, more in a folder.
fn program() -> Program {
    let folder = |index| if index % 3 == 0 { "" } else { "sub/" };
    support::program((0..30).map(|index| format!("{}m{index}.py", folder(index))))
}

impl Program {
    fn start(&self, arguments: &[&str], folder: &str) -> Child {
        let mut command = self.sandbox.command(arguments);
        command.current_dir(self.sandbox.root().join(folder));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn fix(&self, folder: &str) -> Child {
        self.start(&[&FIX[..], &["--allow-no-vcs"]].concat(), folder)
    }

    /// Each file is old or new, and nothing else is there.
    fn replaced(&self) -> usize {
        let found = tree(&self.sandbox.root());
        assert!(found.keys().eq(self.old.keys()), "{:?}", found.keys());
        let is_whole =
            |(path, text): (_, &Vec<u8>)| *text == self.old[path] || *text == self.new[path];
        assert!(found.iter().all(is_whole));
        found.iter().filter(|(path, text)| **text == self.new[*path]).count()
    }

    /// Undoes all runs that there are; what was there comes back.
    fn undo_all(&self) {
        let undone = (0..4).take_while(|_| self.sandbox.run(&["undo"]).code == 0).count();
        assert!(undone < 4);
        assert_eq!(tree(&self.sandbox.root()), self.old);
    }
}

fn code(mut child: Child) -> i32 {
    child.wait().unwrap().code().unwrap()
}

#[test]
fn two_runs_in_one_tree() {
    let program = program();
    for _ in 0..ROUNDS {
        let both = [program.fix(""), program.fix("")].map(code);
        assert!(both.contains(&0), "{both:?}");
        assert_eq!(program.replaced(), 30);
        program.undo_all();
    }
}

#[test]
fn a_run_and_one_in_a_folder_below() {
    let program = program();
    for round in 0..ROUNDS {
        let both = if round % 2 == 0 {
            [program.fix(""), program.fix("sub")].map(code)
        } else {
            [program.fix("sub"), program.fix("")].map(code)
        };
        assert!(both.contains(&0), "{both:?}");
        // One that gave up wrote nothing of its own, one that succeeded all.
        let replaced = program.replaced();
        assert!(both != [0, 0] || replaced == 30, "{both:?}: {replaced}");
        program.undo_all();
    }
}

#[test]
fn a_run_and_an_undo() {
    let program = program();
    for _ in 0..ROUNDS {
        assert_eq!(code(program.fix("")), 0);
        let undo = program.start(&["undo"], "");
        let fix = program.fix("");
        let _ = [undo, fix].map(code);
        program.replaced();
        program.undo_all();
    }
}
