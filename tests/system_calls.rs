//! Each system call by which a run changes something is made to kill it, or to fail: the tree
//! stays whole, and what was there comes back.

mod support;

use std::fs;

use support::strace::{self, Point};
use support::{Ran, Sandbox, Tree, plant, tree};

const FIX: [&str; 5] = ["fix", "-q", "-j", "1", "--allow-no-vcs"];

/// A program whose run is traced again and again.
struct Subject {
    sandbox: Sandbox,
    old: Tree,
    new: Tree,
}

impl Subject {
    fn new() -> Self {
        let text = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
        let sandbox = Sandbox::new(&[("a.py", text), ("d/b.py", text)]);
        let old = tree(&sandbox.root());
        assert_eq!(sandbox.run(&FIX).code, 0);
        let new = tree(&sandbox.root());
        assert!(old.iter().all(|(path, bytes)| new[path] != *bytes));
        let subject = Self { sandbox, old, new };
        subject.reset();
        subject
    }

    /// Makes all as it was before the first run, or after it.
    fn reset(&self) {
        fs::remove_dir_all(self.sandbox.root()).unwrap();
        let _ = fs::remove_dir_all(self.sandbox.state());
        plant(&self.old, &self.sandbox.root());
    }

    fn reset_to_fixed(&self) {
        self.reset();
        assert_eq!(self.sandbox.run(&FIX).code, 0);
    }

    fn points(&self, arguments: &[&str]) -> Vec<Point> {
        strace::points(&self.sandbox, arguments)
    }

    fn run_with(&self, point: &Point, fault: &str, arguments: &[&str]) -> Ran {
        let inject = point.inject(fault);
        let trace = format!("trace={}", point.call);
        let options = ["-e", trace.as_str(), "-e", inject.as_str()];
        let (ran, log) = strace::run(&self.sandbox, &options, arguments);
        let struck = log.contains("(INJECTED)") || log.contains("+++ killed by SIGKILL +++");
        assert!(struck, "{point:?} was not reached: {log}");
        ran
    }

    /// How many files are new; each is old or new, and no others are there but temporary ones.
    fn replaced(&self, point: &Point) -> usize {
        let found = tree(&self.sandbox.root());
        let is_new = |path| found[path] == self.new[path];
        for path in self.old.keys() {
            assert!(is_new(path) || found[path] == self.old[path], "{point:?}: {}", path.display());
        }
        self.old.keys().filter(|path| is_new(path)).count()
    }

    /// Brings back the old files and finds nothing else, neither there nor in the state folder.
    fn comes_back(&self, point: &Point) {
        let undo = self.sandbox.run(&["undo"]);
        assert_eq!(tree(&self.sandbox.root()), self.old, "{point:?}: {undo:?}");
        assert_eq!(self.left(), 0, "{point:?}: a journal is left");
    }

    /// How many journals, or parts of one, there are.
    fn left(&self) -> usize {
        let count = |folder| {
            let entries = fs::read_dir(self.sandbox.state().join(folder));
            entries.map_or(0, Iterator::count)
        };
        ["runs", "begun", "gone"].into_iter().map(count).sum()
    }
}

#[test]
fn a_fix_killed_at_any_call_comes_back() {
    if !strace::is_available() {
        return;
    }
    let subject = Subject::new();
    let points = subject.points(&FIX);
    assert!(points.len() > 30, "{points:?}");
    let mut interrupted = 0;
    for (index, point) in points.iter().enumerate() {
        subject.reset();
        subject.run_with(point, "signal=KILL", &FIX);
        let replaced = subject.replaced(point);
        if index % 2 == 0 || replaced == 1 {
            let check = subject.sandbox.run(&["check", "-q"]);
            let is_told = check.err.contains("interrupted");
            interrupted += usize::from(is_told);
            // Either the run was over, or nothing was begun, or it is told.
            assert!(is_told || [0, 2].contains(&replaced), "{point:?}: {check:?}");
        }
        if index % 2 == 0 {
            let fix = subject.sandbox.run(&FIX);
            assert_eq!(fix.code, 0, "{point:?}: {fix:?}");
            assert_eq!(tree(&subject.sandbox.root()), subject.new, "{point:?}");
        }
        subject.comes_back(point);
    }
    assert!(interrupted > 5, "{interrupted}");
}

#[test]
fn an_undo_killed_at_any_call_is_finished() {
    if !strace::is_available() {
        return;
    }
    let subject = Subject::new();
    subject.reset_to_fixed();
    let points = subject.points(&["undo"]);
    assert!(points.len() > 15, "{points:?}");
    for point in &points {
        subject.reset_to_fixed();
        subject.run_with(point, "signal=KILL", &["undo"]);
        subject.replaced(point);
        subject.comes_back(point);
    }
}

#[test]
fn a_call_that_fails_leaves_all_old_or_all_new() {
    if !strace::is_available() {
        return;
    }
    let subject = Subject::new();
    for point in subject.points(&FIX) {
        for error in ["ENOSPC", "EACCES", "EIO"] {
            subject.reset();
            let fix = subject.run_with(&point, &format!("error={error}"), &FIX);
            let replaced = subject.replaced(&point);
            // A file that may not be written is left alone and named.
            let left =
                fix.err.matches("it was not written, for it or its folder is read-only").count();
            let expected = if fix.code == 0 || left > 0 { 2 - left } else { 0 };
            assert_eq!(replaced, expected, "{point:?} {error}: {fix:?}");
            assert!(fix.code == 0 || fix.err.starts_with("error: "), "{point:?} {error}: {fix:?}");
            if replaced > 0 || subject.left() > 0 {
                subject.comes_back(&point);
            }
            assert!(tree(&subject.sandbox.root()) == subject.old, "{point:?} {error}: {fix:?}");
        }
    }
}

#[test]
fn an_undo_with_a_call_that_fails_says_what_is_left() {
    if !strace::is_available() {
        return;
    }
    let subject = Subject::new();
    subject.reset_to_fixed();
    for point in subject.points(&["undo"]) {
        subject.reset_to_fixed();
        let undo = subject.run_with(&point, "error=EIO", &["undo"]);
        let replaced = subject.replaced(&point);
        match replaced {
            0 => {}
            1 => assert!(undo.err.contains("could not be put back"), "{point:?}: {undo:?}"),
            _ => assert_eq!(undo.code, 2, "{point:?}: {undo:?}"),
        }
        subject.comes_back(&point);
    }
}
