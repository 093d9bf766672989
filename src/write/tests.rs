//! Whole runs, and the refusals; the parts have faults at every call, and a world that changes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;

mod faults;
mod world;

struct Tree {
    _folder: tempfile::TempDir,
    state: StateDir,
    run: Run,
    writes: Vec<FileWrite>,
}

fn tree(count: usize) -> Tree {
    // Nothing has to reach a disk, which would take most of the time.
    let memory = tempfile::tempdir_in("/dev/shm");
    let folder = memory.or_else(|_| tempfile::tempdir()).unwrap();
    let root = folder.path().canonicalize().unwrap().join("root");
    fs::create_dir(&root).unwrap();
    let writes = (0..count).map(|index| {
        let path = root.join(format!("{index}.py"));
        let old = format!("old {index}\n").into_bytes();
        fs::write(&path, &old).unwrap();
        let new = format!("new {index}\n").into_bytes();
        FileWrite { path, expected: blake3::hash(&old), old, new, kept: Kept::Whole }
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
    assert_eq!(undo(&tree.state, &tree.run.root, None).unwrap().files.len(), 3);
    assert_eq!(texts(&tree), old(&tree));
    assert!(matches!(undo(&tree.state, &tree.run.root, None), Err(WriteError::NoRun)));
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
