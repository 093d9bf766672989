//! Runs that are stopped at every step, and the refusals.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::apply::apply_in_steps;
use super::*;

struct Tree {
    _folder: tempfile::TempDir,
    state: StateDir,
    run: Run,
    writes: Vec<FileWrite>,
}

fn tree(count: usize) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    let writes = (0..count).map(|index| {
        let path = root.join(format!("{index}.py"));
        let old = format!("old {index}\n").into_bytes();
        fs::write(&path, &old).unwrap();
        let new = format!("new {index}\n").into_bytes();
        FileWrite { path, expected: blake3::hash(&old), old, new }
    });
    let writes = writes.collect();
    let run = Run { root, command: "fix".to_owned(), version: "1".to_owned() };
    Tree { state: StateDir { path: folder.path().join("state") }, _folder: folder, run, writes }
}

fn texts(tree: &Tree) -> Vec<Vec<u8>> {
    tree.writes.iter().map(|write| fs::read(&write.path).unwrap()).collect()
}

fn old(tree: &Tree) -> Vec<Vec<u8>> {
    tree.writes.iter().map(|write| write.old.clone()).collect()
}

fn new(tree: &Tree) -> Vec<Vec<u8>> {
    tree.writes.iter().map(|write| write.new.clone()).collect()
}

fn entries(root: &Path) -> usize {
    fs::read_dir(root).unwrap().count()
}

#[test]
fn a_run_can_be_undone_once() {
    let tree = tree(3);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&tree.writes[0].path, mode).unwrap();
    apply(&tree.state, &tree.run, &tree.writes).unwrap();
    assert_eq!(texts(&tree), new(&tree));
    let mode = fs::metadata(&tree.writes[0].path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(list(&tree.state, &tree.run.root).unwrap().len(), 1);
    assert_eq!(undo(&tree.state, &tree.run.root, None).unwrap().len(), 3);
    assert_eq!(texts(&tree), old(&tree));
    assert!(matches!(undo(&tree.state, &tree.run.root, None), Err(WriteError::NoRun)));
}

#[test]
fn a_run_killed_at_any_step_is_rolled_back() {
    for stop in 0.. {
        let tree = tree(3);
        let mut steps = 0;
        let result = apply_in_steps(&tree.state, &tree.run, &tree.writes, &mut || {
            steps += 1;
            if steps > stop { Err(WriteError::Interrupted) } else { Ok(()) }
        });
        for (write, text) in tree.writes.iter().zip(texts(&tree)) {
            assert!(text == write.old || text == write.new);
        }
        if result.is_ok() {
            assert!(stop >= 7, "each file has two steps, the run two more");
            return;
        }
        recover(&tree.state, &tree.run.root).unwrap();
        assert_eq!(texts(&tree), old(&tree), "stopped at step {stop}");
        assert_eq!(entries(&tree.run.root), 3, "no temporary file is left");
        assert!(recover(&tree.state, &tree.run.root).unwrap().is_none());
    }
}

#[test]
fn a_file_that_changed_meanwhile_stops_the_whole_run() {
    let tree = tree(3);
    let last = tree.writes[2].path.clone();
    let mut steps = 0;
    let result = apply_in_steps(&tree.state, &tree.run, &tree.writes, &mut || {
        steps += 1;
        if steps == 5 {
            fs::write(&last, "somebody's").unwrap();
        }
        Ok(())
    });
    assert!(matches!(result, Err(WriteError::Stale(paths)) if paths == [last.clone()]));
    assert_eq!(fs::read(&last).unwrap(), b"somebody's");
    assert_eq!(texts(&tree)[..2], old(&tree)[..2]);
    assert_eq!(entries(&tree.run.root), 3);
}

#[test]
fn undo_refuses_over_later_edits() {
    let tree = tree(2);
    apply(&tree.state, &tree.run, &tree.writes).unwrap();
    fs::write(&tree.writes[1].path, "later").unwrap();
    let result = undo(&tree.state, &tree.run.root, None);
    assert!(matches!(result, Err(WriteError::ChangedSince(paths)) if paths.len() == 1));
    assert_eq!(fs::read(&tree.writes[0].path).unwrap(), tree.writes[0].new);
}

#[test]
fn read_only_files_and_second_writers_are_refused() {
    let tree = tree(2);
    let lock = tree.state.lock(&tree.run.root).unwrap();
    let busy = apply(&tree.state, &tree.run, &tree.writes);
    assert!(matches!(busy, Err(WriteError::Busy(_))));
    drop(lock);
    fs::set_permissions(&tree.writes[1].path, fs::Permissions::from_mode(0o444)).unwrap();
    let permitted = fs::OpenOptions::new().write(true).open(&tree.writes[1].path).is_ok();
    if permitted {
        // Root may write anything.
        return;
    }
    let refused = apply(&tree.state, &tree.run, &tree.writes);
    assert!(matches!(refused, Err(WriteError::ReadOnly(_))));
    assert_eq!(texts(&tree), old(&tree));
}
