//! What git makes of the patches.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 8] = [
    "plain.py",
    "src/deep/in.py",
    "with space.py",
    " lead and trail ",
    "quo\"te\\back.py",
    "tab\tand\nline.py",
    "naïve 漢字.py",
    "b/a.py",
];

/// What `git apply` makes of the old bytes.
fn applied(name: &Path, old: &[u8], patch: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name);
    std::fs::create_dir_all(file.parent().expect("a folder around it")).expect("a folder");
    std::fs::write(&file, old).expect("the old file");
    let patch_file = folder.path().join("the.patch");
    std::fs::write(&patch_file, patch).expect("the patch");
    let output = Command::new("git")
        .args(["apply", "--whitespace=nowarn"])
        .arg(&patch_file)
        .current_dir(folder.path())
        .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap_or(Path::new("/")))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is installed");
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        patch.escape_ascii()
    );
    std::fs::read(&file).expect("the new file")
}

fn assert_applies(name: &Path, old: &[u8], new: &[u8]) {
    let patch = unified(&FileDiff { old, new, path: name });
    if old == new {
        assert!(patch.is_empty());
        return;
    }
    assert_eq!(applied(name, old, &patch).escape_ascii().to_string(), {
        new.escape_ascii().to_string()
    });
}

#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, Vec<u8>),
    Delete(usize),
    Replace(usize, Vec<u8>),
    FinalLineFeed,
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => Just(b"\n".to_vec()),
        4 => Just(b"    return x\n".to_vec()),
        2 => Just(b"def f(a):\r\n".to_vec()),
        2 => Just(b"-- a/x\n".to_vec()),
        1 => Just(b"@@ -1 +1 @@\r\n".to_vec()),
        1 => Just(b"caf\xe9 \xff\x80\n".to_vec()),
        1 => Just(b"a\rb\x0c\x1b \t\n".to_vec()),
        4 => "[ -~]{0,12}".prop_map(|text| [text.as_bytes(), b"\n"].concat()),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (any::<usize>(), line()).prop_map(|(at, line)| Edit::Insert(at, line)),
        3 => any::<usize>().prop_map(Edit::Delete),
        3 => (any::<usize>(), line()).prop_map(|(at, line)| Edit::Replace(at, line)),
        1 => Just(Edit::FinalLineFeed),
    ]
}

fn edited(lines: &[Vec<u8>], edits: &[Edit]) -> Vec<u8> {
    let mut lines = lines.to_vec();
    let mut cut = false;
    for edit in edits {
        let count = lines.len();
        match edit {
            Edit::Insert(at, line) => lines.insert(at % (count + 1), line.clone()),
            Edit::Delete(at) if count > 0 => drop(lines.remove(at % count)),
            Edit::Replace(at, line) if count > 0 => lines[at % count].clone_from(line),
            Edit::FinalLineFeed => cut = !cut,
            Edit::Delete(_) | Edit::Replace(..) => {}
        }
    }
    text(&lines, cut)
}

fn text(lines: &[Vec<u8>], cut: bool) -> Vec<u8> {
    let mut text = lines.concat();
    if cut && text.ends_with(b"\n") {
        text.pop();
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn git_apply_yields_exactly_the_new_bytes(
        lines in proptest::collection::vec(line(), 0..40),
        cut in any::<bool>(),
        edits in proptest::collection::vec(edit(), 1..6),
        name in proptest::sample::select(&NAMES[..]),
    ) {
        assert_applies(Path::new(name), &text(&lines, cut), &edited(&lines, &edits));
    }
}

#[test]
fn every_name_applies() {
    for name in NAMES {
        assert_applies(Path::new(name), b"a\nb\n", b"a\nc\n");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_applies() {
    use std::os::unix::ffi::OsStrExt;
    assert_applies(Path::new(OsStr::from_bytes(b"x \xff.py")), b"a\n", b"b\n");
}

#[test]
fn a_file_that_was_or_becomes_empty_applies() {
    assert_applies(Path::new("a.py"), b"", b"a\nb");
    assert_applies(Path::new("a.py"), b"a\nb", b"");
}

#[test]
fn the_patch_is_the_one_of_git() {
    let old = (0..60).map(|n| format!("    line {n}\n")).collect::<Vec<_>>().concat();
    let old = format!("class A:\n{old}    async def g(self):\n{old}");
    let new = old.replace("line 7\n", "line seven\n").replace("line 30\n", "") + "end";
    for name in NAMES {
        let ours =
            unified(&FileDiff { old: old.as_bytes(), new: new.as_bytes(), path: Path::new(name) });
        assert_eq!(ours.escape_ascii().to_string(), of_git(name, &old, &new));
    }
}

/// The diff git prints for a file in a repository, without its line of hashes.
fn of_git(name: &str, old: &str, new: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join(name);
    std::fs::create_dir_all(file.parent().expect("a folder around it")).expect("a folder");
    let git = |arguments: &[&str]| {
        let command = Command::new("git")
            .args(arguments)
            .current_dir(folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output();
        command.expect("git is installed").stdout
    };
    git(&["init", "-q"]);
    std::fs::write(folder.path().join(".git/info/attributes"), "* diff=python\n")
        .expect("the attributes");
    std::fs::write(&file, old).expect("the old file");
    git(&["add", "-A"]);
    std::fs::write(&file, new).expect("the new file");
    let lines = git(&["diff"]);
    let kept = split(&lines).into_iter().filter(|line| !line.starts_with(b"index "));
    kept.collect::<Vec<_>>().concat().escape_ascii().to_string()
}
