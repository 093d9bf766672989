//! A fault at every call that changes something, and another in what follows it.

use super::super::disk::Call;
use super::super::fault::{self, Fault};
use super::*;

const EROFS: i32 = 30;
const EIO: i32 = 5;
const EINTR: i32 = 4;

const ERRORS: [Fault; 4] =
    [Fault::Error(EROFS), Fault::Error(EIO), Fault::Error(EINTR), Fault::Half];

/// Each file is whole, with its mode.
fn assert_whole(tree: &Tree, what: &str) {
    for (index, (write, text)) in tree.writes.iter().zip(texts(tree)).enumerate() {
        assert!(text == write.old || text == write.new, "{what}: {text:?}");
        let mode = fs::metadata(&write.path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, mode_of(index), "{what}");
    }
}

fn mode_of(index: usize) -> u32 {
    [0o755, 0o640, 0o600][index]
}

fn tree_with_modes(count: usize) -> Tree {
    let tree = tree(count);
    for (index, write) in tree.writes.iter().enumerate() {
        fs::set_permissions(&write.path, fs::Permissions::from_mode(mode_of(index))).unwrap();
    }
    tree
}

/// What is below a folder of the state.
fn kept(tree: &Tree, folder: &str) -> usize {
    fs::read_dir(tree.state.path.join(folder)).map_or(0, Iterator::count)
}

/// After a start without faults all is old again, nothing is left over, and the next run works.
fn assert_recovers(tree: &Tree, what: &str) {
    assert_whole(tree, what);
    let recovered = recover(&tree.state, &tree.run.root);
    assert!(recovered.is_ok(), "{what}: {recovered:?}");
    // A run that was killed after its last step is one that can be undone.
    if texts(tree) != old(tree) {
        assert!(recovered.unwrap().is_none(), "{what}: only half was put back");
        assert_eq!(texts(tree), new(tree), "{what}");
        undo(&tree.state, &tree.run.root, None).unwrap();
    }
    assert_old_and_clean(tree, what);
    apply(&tree.state, &tree.run, &tree.writes).unwrap();
    assert_eq!(texts(tree), new(tree), "{what}: the next run");
}

fn assert_old_and_clean(tree: &Tree, what: &str) {
    assert_whole(tree, what);
    assert_eq!(texts(tree), old(tree), "{what}");
    assert_eq!(entries(&tree.run.root), tree.writes.len(), "{what}: a temporary file is left");
    for folder in ["begun", "runs", "gone"] {
        assert_eq!(kept(tree, folder), 0, "{what}: something is left in {folder}");
    }
}

/// Runs some work with a fault at each of its calls in turn, until it goes through without one.
fn at_each_call(
    fault: Fault,
    start: impl Fn() -> Tree,
    work: impl Fn(&Tree) -> Result<(), WriteError>,
    judge: impl Fn(&Tree, Result<(), WriteError>, &str),
) -> usize {
    for at in 1.. {
        let tree = start();
        let (result, calls) = fault::with(&[(at, fault)], || work(&tree));
        if calls < at {
            assert!(result.is_ok(), "{result:?}");
            return calls;
        }
        judge(&tree, result, &format!("{fault:?} at call {at}"));
    }
    unreachable!()
}

fn applied(tree: &Tree) -> Result<(), WriteError> {
    apply(&tree.state, &tree.run, &tree.writes).map(|_| ())
}

fn undone(tree: &Tree) -> Result<(), WriteError> {
    undo(&tree.state, &tree.run.root, None).map(|_| ())
}

fn recovered(tree: &Tree) -> Result<(), WriteError> {
    recover(&tree.state, &tree.run.root).map(|_| ())
}

fn finished() -> Tree {
    let tree = tree_with_modes(3);
    applied(&tree).unwrap();
    tree
}

/// A run that was killed when it had replaced two files of three.
fn killed() -> Tree {
    let tree = tree_with_modes(3);
    kill_at_third_file(&tree);
    assert_eq!(texts(&tree)[..2], new(&tree)[..2]);
    assert_eq!(texts(&tree)[2], old(&tree)[2]);
    tree
}

fn kill_at_third_file(tree: &Tree) {
    let look = |_, call, path: &Path| {
        (call == Call::Rename && path.ends_with("2.py")).then_some(Fault::Die)
    };
    assert!(fault::watched(look, || applied(tree)).0.is_err());
}

#[test]
fn a_run_killed_at_any_call_is_rolled_back() {
    let calls = at_each_call(
        Fault::Die,
        || tree_with_modes(3),
        applied,
        |tree, _, what| {
            assert_recovers(tree, what);
        },
    );
    assert!(calls > 40, "only {calls} calls were counted");
}

#[test]
fn a_run_with_an_error_at_any_call_changes_nothing() {
    for fault in ERRORS {
        at_each_call(
            fault,
            || tree_with_modes(2),
            applied,
            |tree, result, what| {
                // The owner cannot always be kept, and what is old may stay in the journal.
                if result.is_ok() {
                    assert_eq!(texts(tree), new(tree), "{what}");
                    undone(tree).unwrap();
                }
                assert_old_and_clean(tree, what);
                assert_recovers(tree, what);
            },
        );
    }
}

#[test]
fn a_run_killed_while_it_rolls_back_is_rolled_back() {
    for first in 1.. {
        let start = || tree_with_modes(2);
        let (result, calls) = fault::with(&[(first, Fault::Half)], || applied(&start()));
        for second in first + 1..=calls {
            let tree = start();
            let faults = [(first, Fault::Half), (second, Fault::Die)];
            let _ = fault::with(&faults, || applied(&tree));
            assert_recovers(&tree, &format!("disk full at {first}, killed at {second}"));
        }
        if calls < first {
            assert!(result.is_ok());
            return;
        }
    }
}

#[test]
fn an_error_while_a_run_rolls_back_is_named_and_mended_by_the_next_start() {
    let mut named = 0;
    for first in 1.. {
        let start = || tree_with_modes(2);
        let (result, calls) = fault::with(&[(first, Fault::Half)], || applied(&start()));
        for second in first + 1..=calls {
            let tree = start();
            let faults = [(first, Fault::Half), (second, Fault::Error(EIO))];
            let (result, _) = fault::with(&faults, || applied(&tree));
            let what = format!("disk full at {first}, error at {second}");
            assert_whole(&tree, &what);
            let changed: Vec<_> = texts(&tree).into_iter().zip(&tree.writes).collect();
            let changed = changed.iter().filter(|(text, write)| *text == write.new);
            let changed: Vec<_> = changed.map(|(_, write)| write.path.clone()).collect();
            match &result {
                Ok(()) => assert_eq!(changed.len(), 2, "{what}"),
                Err(WriteError::NotPutBack { files, .. }) => {
                    named += changed.len();
                    let is_named = |path: &PathBuf| files.iter().any(|file| file.path == *path);
                    assert!(changed.iter().all(is_named), "{what}: {result:?}");
                }
                Err(_) => assert_eq!(changed.len(), 0, "{what}: {result:?}"),
            }
            assert_recovers(&tree, &what);
        }
        if calls < first {
            assert!(result.is_ok() && named > 0);
            return;
        }
    }
}

#[test]
fn an_undo_killed_at_any_call_is_finished() {
    let calls = at_each_call(Fault::Die, finished, undone, |tree, _, what| {
        assert_recovers(tree, what);
    });
    assert!(calls > 20, "only {calls} calls were counted");
}

#[test]
fn an_undo_with_an_error_at_any_call_names_what_it_could_not_do() {
    for fault in ERRORS {
        at_each_call(fault, finished, undone, |tree, result, what| {
            assert_whole(tree, what);
            let left = texts(tree).iter().zip(old(tree)).filter(|(text, old)| *text != old).count();
            match result {
                Ok(()) | Err(WriteError::Kept { .. }) => assert_eq!(left, 0, "{what}"),
                Err(WriteError::NotPutBack { files, .. }) => {
                    assert!(left <= files.len(), "{what}");
                    assert!(left <= 1, "{what}: one stood in the way of the others");
                }
                Err(_) => assert_eq!(left, 3, "{what}: half was undone"),
            }
            assert_recovers(tree, what);
        });
    }
}

#[test]
fn a_recovery_killed_at_any_call_is_finished() {
    let calls = at_each_call(Fault::Die, killed, recovered, |tree, _, what| {
        assert_recovers(tree, what);
    });
    assert!(calls > 10, "only {calls} calls were counted");
}

#[test]
fn a_recovery_with_an_error_at_any_call_goes_on_with_the_other_files() {
    for fault in ERRORS {
        at_each_call(fault, killed, recovered, |tree, result, what| {
            assert_whole(tree, what);
            let left = texts(tree).iter().zip(old(tree)).filter(|(text, old)| *text != old).count();
            match result {
                Ok(()) | Err(WriteError::Kept { .. }) => assert_eq!(left, 0, "{what}"),
                Err(WriteError::NotPutBack { files, .. }) => {
                    assert!(left <= 1 && left <= files.len(), "{what}");
                }
                Err(_) => assert!(left <= 2, "{what}"),
            }
            assert_recovers(tree, what);
        });
    }
}

#[test]
fn old_bytes_that_are_damaged_are_named_and_the_other_files_put_back() {
    let tree = killed();
    let run = fs::read_dir(tree.state.path.join("runs")).unwrap().next().unwrap().unwrap().path();
    fs::write(run.join("old/0"), "x").unwrap();
    let result = recover(&tree.state, &tree.run.root);
    let Err(WriteError::NotPutBack { files, .. }) = &result else { panic!("{result:?}") };
    assert_eq!(files[0].path, tree.writes[0].path);
    assert!(files[0].why.contains("old/0"), "{}", files[0].why);
    assert_eq!(texts(&tree)[0], new(&tree)[0]);
    assert_eq!(texts(&tree)[1..], old(&tree)[1..]);
    // Put back by hand, it stands in nobody's way any more.
    fs::write(&tree.writes[0].path, &tree.writes[0].old).unwrap();
    assert_recovers(&tree, "by hand");
}

#[test]
fn a_journal_that_cannot_be_read_is_named_and_stands_in_nobody_s_way() {
    let tree = killed();
    let run = fs::read_dir(tree.state.path.join("runs")).unwrap().next().unwrap().unwrap().path();
    fs::write(run.join("manifest.json"), "{").unwrap();
    assert_eq!(damaged(&tree.state), std::slice::from_ref(&run));
    assert!(recover(&tree.state, &tree.run.root).unwrap().is_none());
    assert!(run.join("old/0").exists(), "the old bytes are kept");
    let text = old(&tree);
    for (write, text) in tree.writes.iter().zip(text) {
        fs::write(&write.path, text).unwrap();
    }
    applied(&tree).unwrap();
    undone(&tree).unwrap();
    assert!(run.join("old/0").exists());
}

#[test]
fn a_run_that_cannot_be_rolled_back_does_not_keep_an_earlier_one_from_it() {
    let tree = killed();
    let other = Tree { state: tree.state.clone(), ..tree_with_modes(3) };
    kill_at_third_file(&other);
    let runs = tree.state.runs();
    assert_eq!(runs.len(), 2);
    fs::write(runs[1].folder.join("old/0"), "x").unwrap();
    assert!(recover(&tree.state, Path::new("/")).is_err());
    assert_eq!(texts(&tree), old(&tree));
    assert_eq!(texts(&other)[1..], old(&other)[1..]);
}

#[test]
fn a_run_that_is_forgotten_never_looks_like_one_that_was_killed() {
    for at in 1.. {
        let tree = finished();
        let run = tree.state.runs().remove(0);
        // It is older than any run that is kept.
        let manifest = run.folder.join("manifest.json");
        let text = fs::read_to_string(&manifest).unwrap();
        let time = format!("\"time\":{}", run.manifest.time);
        assert!(text.contains(&time), "{text}");
        fs::write(&manifest, text.replace(&time, "\"time\":1")).unwrap();
        let other = Tree { state: tree.state.clone(), ..tree_with_modes(1) };
        let (_, calls) = fault::with(&[(at, Fault::Die)], || applied(&other));
        assert!(recover(&tree.state, &tree.run.root).unwrap().is_none(), "killed at {at}");
        assert_eq!(texts(&tree), new(&tree), "killed at {at}");
        assert_eq!(kept(&tree, "gone"), 0, "killed at {at}");
        if calls < at {
            assert!(!run.folder.exists(), "it was not forgotten");
            return;
        }
    }
}
