//! A damaged repository: what version control says of files, and of an earlier commit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use untrust::workspace::changed::since;
use untrust::workspace::codeowners::Owners;
use untrust::workspace::past::Past;
use untrust::workspace::vcs::Vcs;
use untrust::workspace::{FileId, Options, Workspace};

use super::support::Choices;

/// Files with their bytes, by the path below the repository's top.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// What can stand in the work tree and in `.git`, whether the repository has it or not.
const MORE: [&str; 12] = [
    ".git/HEAD",
    ".git/config",
    ".git/packed-refs",
    ".git/refs/heads/main",
    ".git/shallow",
    ".git/info/exclude",
    ".git/info/attributes",
    ".git/objects/info/alternates",
    ".git/commondir",
    ".gitignore",
    ".gitattributes",
    "pkg/.gitignore",
];

/// Damages some files of a small repository and reads it.
pub fn target(data: &[u8]) {
    let mut tree = repository().clone();
    let mut choices = Choices::new(data);
    let changes = 1 + choices.byte() % 3;
    for _ in 0..changes {
        damage(&mut tree, &mut choices);
    }
    let folder = tempfile::tempdir_in(shared_memory()).unwrap();
    let top = folder.path().canonicalize().unwrap();
    for (path, bytes) in &tree {
        let path = top.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    read(&top);
    assert!(files(&top) == tree, "reading wrote into the repository");
}

/// Asks everything that a run asks of version control.
fn read(top: &Path) {
    let options = Options { root: Some(top.to_owned()), ..Options::default() };
    let workspace = Workspace::open(&[top.to_owned()], options).unwrap();
    let mut vcs = Vcs::new();
    let mut bytes = Vec::new();
    let mut read = Vec::new();
    for file in &workspace.files {
        assert!(!file.relative.starts_with(".git"), "git's own files are scanned");
        if let Err(error) = vcs.state(&file.path) {
            assert!(!error.is_empty());
        }
        if workspace.read(file.id, &mut bytes).is_ok() {
            let _ = workspace.vendored(file.id, &bytes);
            read.push((file.id, bytes.clone()));
        }
    }
    let read: Vec<(FileId, &[u8])> = read.iter().map(|(id, bytes)| (*id, &bytes[..])).collect();
    // None that searches messages: gix panics at damaged commits there, which libFuzzer would see.
    for revision in ["HEAD", "main", "side~1", "HEAD@{1}", "v1", "v1^{tree}", "main^2"] {
        if let Ok(past) = Past::open(top, revision)
            && let Err(error) = since(&past, &workspace, &read)
        {
            assert!(!error.is_empty());
        }
    }
    if let Ok(owners) = Owners::load(top) {
        let _ = owners.of(Path::new("pkg/b.py"));
    }
}

/// Changes one file as the choices say.
fn damage(tree: &mut Tree, choices: &mut Choices) {
    let mut names: Vec<PathBuf> = tree.keys().cloned().collect();
    names.extend(MORE.iter().map(PathBuf::from));
    let name = names[choices.below(names.len())].clone();
    let bytes = tree.entry(name.clone()).or_default();
    let at = choices.below(bytes.len() + 1);
    let kind = choices.byte();
    match kind % 6 {
        0 => bytes.truncate(at),
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = choices.byte();
            }
        }
        2 => {
            let end = (at + usize::from(choices.byte())).min(bytes.len());
            bytes.drain(at..end);
        }
        3 => {
            tree.remove(&name);
        }
        // The rest of the input stands there instead, or in between.
        4 => *bytes = std::mem::take(&mut choices.rest).to_vec(),
        _ => {
            let new = std::mem::take(&mut choices.rest).to_vec();
            bytes.splice(at..at, new);
        }
    }
}

/// A repository with two branches, a tag, a renamed file, loose and packed objects.
fn repository() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let write = |path: &str, text: &str| {
            let path = top.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let text = "import torch\n\n\ndef f(path):\n    return torch.load(path)\n";
        write("a.py", text);
        write("pkg/b.py", &text.replace('f', "g"));
        write("CODEOWNERS", "*.py @one\n/pkg/ @two\n");
        write(".gitignore", "build/\n*.log\n!keep.log\n");
        write(".gitattributes", "*.py text=auto\ngen/** linguist-generated\n");
        git(&top, &["init", "-q", "-b", "main"]);
        commit(&top, "one");
        git(&top, &["tag", "-a", "-m", "a tag", "v1"]);
        git(&top, &["branch", "side"]);
        git(&top, &["mv", "a.py", "pkg/moved.py"]);
        write("pkg/b.py", &format!("{text}# more\n"));
        commit(&top, "two");
        git(&top, &["gc", "-q"]);
        write("pkg/new.py", text);
        write("gen/c.py", text);
        commit(&top, "three");
        write("pkg/b.py", text);
        write("untracked.py", text);
        let _ = fs::remove_dir_all(top.join(".git/hooks"));
        files(&top)
    })
}

fn commit(top: &Path, message: &str) {
    git(top, &["add", "-A"]);
    git(top, &["commit", "-q", "-m", message]);
}

fn git(top: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "gc.auto=0"]);
    command.args(arguments).current_dir(top).env("HOME", top.join("none"));
    command.env("GIT_CONFIG_NOSYSTEM", "1").stdout(Stdio::null());
    for (name, value) in
        [("GIT_AUTHOR_DATE", "1700000000 +0000"), ("GIT_COMMITTER_DATE", "1700000000 +0000")]
    {
        command.env(name, value);
    }
    assert!(command.status().unwrap().success(), "git {arguments:?}");
}

fn files(top: &Path) -> Tree {
    let mut found = Tree::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(top).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A folder that costs no disk, where there is one.
fn shared_memory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}
