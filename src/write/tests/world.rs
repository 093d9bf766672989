//! The world changes between any two calls: nothing outside is written, and what somebody put
//! there stays.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::rc::Rc;

use super::super::disk::Call;
use super::super::fault;
use super::*;

const SOMEBODY: &str = "somebody's\n";

/// Three files in folders of their own; beside the root, `outside` holds the same files.
fn place() -> Tree {
    let mut tree = tree(0);
    let outside = outside(&tree);
    for index in 0..3 {
        let old = format!("old {index}\n").into_bytes();
        let new = format!("new {index}\n").into_bytes();
        let relative = format!("d{index}/f.py");
        for root in [&tree.run.root, &outside] {
            let path = root.join(&relative);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &old).unwrap();
        }
        let path = tree.run.root.join(&relative);
        tree.writes.push(FileWrite {
            path,
            expected: blake3::hash(&old),
            old,
            new,
            kept: Kept::Whole,
        });
    }
    tree
}

fn outside(tree: &Tree) -> PathBuf {
    tree.run.root.with_file_name("outside")
}

fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// What somebody does with the middle one of three files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Edited,
    Removed,
    LinkInside,
    LinkOutside,
    Folder,
    Fifo,
    ParentMoved,
    ParentLinksOutside,
}

const EVENTS: [Event; 8] = [
    Event::Edited,
    Event::Removed,
    Event::LinkInside,
    Event::LinkOutside,
    Event::Folder,
    Event::Fifo,
    Event::ParentMoved,
    Event::ParentLinksOutside,
];

impl Event {
    fn happens(self, root: &Path) {
        let folder = root.join("d1");
        let path = folder.join("f.py");
        let outside = root.with_file_name("outside");
        if !matches!(self, Self::Edited | Self::ParentMoved | Self::ParentLinksOutside) {
            fs::remove_file(&path).unwrap();
        }
        match self {
            Self::Edited => fs::write(&path, SOMEBODY).unwrap(),
            Self::Removed => {}
            Self::LinkInside => symlink("../d2/f.py", &path).unwrap(),
            Self::LinkOutside => symlink(outside.join("d1/f.py"), &path).unwrap(),
            Self::Folder => fs::create_dir(&path).unwrap(),
            Self::Fifo => {
                let made = std::process::Command::new("mkfifo").arg(&path).status();
                assert!(made.unwrap().success());
            }
            Self::ParentMoved => fs::rename(&folder, root.with_file_name("moved")).unwrap(),
            Self::ParentLinksOutside => {
                fs::rename(&folder, root.with_file_name("moved")).unwrap();
                symlink(outside.join("d1"), &folder).unwrap();
            }
        }
    }

    /// Whether what somebody did is still there.
    fn holds(self, root: &Path) -> bool {
        let folder = root.join("d1");
        let path = folder.join("f.py");
        let kind = fs::symlink_metadata(&path).map(|metadata| metadata.file_type());
        match self {
            Self::Edited => fs::read(&path).is_ok_and(|text| text == SOMEBODY.as_bytes()),
            Self::Removed => kind.is_err(),
            Self::LinkInside | Self::LinkOutside => kind.is_ok_and(|kind| kind.is_symlink()),
            Self::Folder => kind.is_ok_and(|kind| kind.is_dir()),
            Self::Fifo => kind.is_ok_and(|kind| !kind.is_file() && !kind.is_dir()),
            Self::ParentMoved => fs::symlink_metadata(&folder).is_err(),
            Self::ParentLinksOutside => folder.is_symlink(),
        }
    }
}

/// Lets an event happen before each call of some work in turn.
fn disturb(event: Event, start: impl Fn() -> Tree, work: impl Fn(&Tree) -> Result<(), WriteError>) {
    for at in 1.. {
        let tree = start();
        let what = format!("{event:?} before call {at}");
        let outside_before = bytes(&outside(&tree));
        let racing = Rc::new(Cell::new(false));
        let (cell, root) = (Rc::clone(&racing), tree.run.root.clone());
        let hook = move |number, call, path: &Path| {
            if number == at {
                event.happens(&root);
                // Nothing stands between this call and the look at the file.
                cell.set(call == Call::Rename && path.ends_with("d1/f.py"));
            }
            None
        };
        let (result, calls) = fault::watched(hook, || work(&tree));
        if calls < at {
            result.unwrap();
            return;
        }
        assert_eq!(bytes(&outside(&tree)), outside_before, "{what}: {result:?}");
        assert!(racing.get() || event.holds(&tree.run.root), "{what}: {result:?}");
        assert_consistent(&tree, &result, &what);
        recover(&tree.state, &tree.run.root).unwrap();
        assert_eq!(bytes(&outside(&tree)), outside_before, "{what}, recovered");
        assert!(racing.get() || event.holds(&tree.run.root), "{what}, recovered");
        let left = bytes(&tree.run.root).into_keys().find(|path| !path.ends_with("f.py"));
        assert_eq!(left, None, "{what}: a temporary file is left");
        let runs = fs::read_dir(tree.state.path.join("runs")).map_or(0, Iterator::count);
        assert!(runs <= 1, "{what}");
    }
}

/// The other two files are both old or both new, or the error names them.
fn assert_consistent(tree: &Tree, result: &Result<(), WriteError>, what: &str) {
    let is_new = |index: usize| {
        let text = fs::read(&tree.writes[index].path).unwrap();
        assert!(text == tree.writes[index].old || text == tree.writes[index].new, "{what}");
        text == tree.writes[index].new
    };
    assert_eq!(is_new(0), is_new(2), "{what}: {result:?}");
}

fn applied(tree: &Tree) -> Result<(), WriteError> {
    apply(&tree.state, &tree.run, &tree.writes).map(|_| ())
}

fn finished() -> Tree {
    let tree = place();
    applied(&tree).unwrap();
    tree
}

#[test]
fn somebody_meddles_while_a_run_writes() {
    for event in EVENTS {
        disturb(event, place, |tree| {
            let result = applied(tree);
            let is_new = fs::read(&tree.writes[0].path).unwrap() == tree.writes[0].new;
            assert_eq!(is_new, result.is_ok(), "{event:?}: {result:?}");
            result
        });
    }
}

#[test]
fn somebody_meddles_while_a_run_is_undone() {
    for event in EVENTS {
        disturb(event, finished, |tree| undo(&tree.state, &tree.run.root, None).map(|_| ()));
    }
}

#[test]
fn somebody_meddles_while_a_run_is_rolled_back() {
    let killed = || {
        let tree = place();
        let at_third = |_, call, path: &Path| {
            let is_third = call == Call::Rename && path.ends_with("d2/f.py");
            is_third.then_some(fault::Fault::Die)
        };
        assert!(fault::watched(at_third, || applied(&tree)).0.is_err());
        tree
    };
    for event in EVENTS {
        disturb(event, killed, |tree| recover(&tree.state, &tree.run.root).map(|_| ()));
    }
}

#[test]
fn what_takes_the_name_of_a_temporary_file_stays() {
    for kind in ["file", "link", "folder"] {
        let tree = place();
        let taken = Rc::new(Cell::new(None));
        let cell = Rc::clone(&taken);
        let secret = outside(&tree).join("d0/f.py");
        let (folder, target) = (tree.run.root.join("d1"), secret.clone());
        let hook = move |_, call, path: &Path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            if call == Call::Create && name.starts_with(".untrust-") && name.ends_with("-0") {
                let path = folder.join(format!("{}-1", &name[..name.len() - 2]));
                match kind {
                    "file" => fs::write(&path, SOMEBODY).unwrap(),
                    "link" => symlink(&target, &path).unwrap(),
                    _ => fs::create_dir(&path).unwrap(),
                }
                cell.set(Some(path));
            }
            None
        };
        let result = fault::watched(hook, || applied(&tree)).0;
        let taken = taken.take().unwrap();
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with(taken.to_str().unwrap()), "{error}");
        assert_eq!(texts(&tree), old(&tree));
        match kind {
            "file" => assert_eq!(fs::read(&taken).unwrap(), SOMEBODY.as_bytes()),
            "link" => assert_eq!(fs::read_link(&taken).unwrap(), secret),
            _ => assert!(taken.is_dir()),
        }
        assert_eq!(fs::read(&secret).unwrap(), b"old 0\n");
        applied(&tree).unwrap();
        assert_eq!(texts(&tree), new(&tree), "the next run takes another name");
    }
}

#[test]
fn the_state_folder_goes_away_or_moves_behind_a_link() {
    for is_link in [false, true] {
        for at in 1.. {
            let tree = place();
            let state = tree.state.path.clone();
            let hook = move |number, _, _: &Path| {
                if number == at && is_link && state.exists() {
                    fs::rename(&state, state.with_file_name("elsewhere")).unwrap();
                    symlink("elsewhere", &state).unwrap();
                } else if number == at {
                    let _ = fs::remove_dir_all(&state);
                }
                None
            };
            let (result, calls) = fault::watched(hook, || applied(&tree));
            let expected = if result.is_ok() { new(&tree) } else { old(&tree) };
            assert_eq!(texts(&tree), expected, "before call {at}: {result:?}");
            assert_eq!(bytes(&tree.run.root).len(), 3, "before call {at}");
            assert!(result.is_ok() || !is_link, "before call {at}: {result:?}");
            if calls < at {
                break;
            }
            if result.is_err() {
                applied(&tree).unwrap();
            }
        }
    }
}

#[test]
fn a_mode_that_changes_meanwhile_is_kept() {
    let tree = place();
    let path = tree.writes[1].path.clone();
    let hook = move |_, call, at: &Path| {
        if call == Call::Rename && at.ends_with("d0/f.py") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        }
        None
    };
    fault::watched(hook, || applied(&tree)).0.unwrap();
    let mode = fs::metadata(&tree.writes[1].path).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, texts(&tree)), (0o751, new(&tree)));
}

#[test]
fn a_file_with_other_names_is_written_under_its_own_and_named() {
    let tree = place();
    let other = outside(&tree).join("other.py");
    fs::hard_link(&tree.writes[1].path, &other).unwrap();
    let written = apply(&tree.state, &tree.run, &tree.writes).unwrap();
    assert_eq!(written.hard_links, [tree.writes[1].path.clone()]);
    assert_eq!(fs::read(&other).unwrap(), tree.writes[1].old);
    assert_eq!(texts(&tree), new(&tree));
}

#[test]
fn a_file_outside_the_root_is_refused() {
    let tree = place();
    let run = Run { root: tree.run.root.join("d0"), ..tree.run.clone() };
    let refused = apply(&tree.state, &run, &tree.writes);
    assert!(matches!(refused, Err(WriteError::Stale(paths)) if paths.len() == 2));
    assert_eq!(texts(&tree), old(&tree));
}

#[test]
fn roots_that_lie_in_one_another_exclude_each_other() {
    let tree = place();
    let (root, below) = (&tree.run.root, tree.run.root.join("d0"));
    let held = tree.state.lock(root).unwrap();
    assert!(tree.state.try_lock(&below).unwrap().is_none());
    drop(held);
    let _first = tree.state.lock(&below).unwrap();
    assert!(tree.state.try_lock(root).unwrap().is_none());
    assert!(tree.state.try_lock(&root.join("d1")).unwrap().is_some(), "beside it is free");
}

#[test]
fn a_run_that_ends_while_its_lock_is_awaited_is_not_rolled_back() {
    let tree = place();
    let lock = tree.state.lock(&tree.run.root).unwrap();
    let stored = tree.state.begin(&tree.run, &tree.writes).unwrap();
    for write in &tree.writes {
        fs::write(&write.path, &write.new).unwrap();
    }
    let ends = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        stored.mark_done().unwrap();
        drop(lock);
    });
    assert!(recover(&tree.state, &tree.run.root).unwrap().is_none());
    ends.join().unwrap();
    assert_eq!(texts(&tree), new(&tree));
}
