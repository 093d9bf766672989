//! Git folders that were made to run something, to lead elsewhere, or never to end.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::hostile::UNSAFE;
use super::shapes::numbered;
use super::support::Sandbox;

/// What is done to the git folder of a repository.
type Spoil = fn(&Sandbox, &Path);

/// Where a program of the repository would leave a trace.
pub fn trace(sandbox: &Sandbox) -> PathBuf {
    sandbox.folder.path().join("ran")
}

/// A committed tree with nested folders.
pub fn committed() -> Sandbox {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("d/b.py", UNSAFE), ("d/e/c.py", UNSAFE)]);
    sandbox.commit();
    let attributes = "*.py filter=x diff=x merge=x working-tree-encoding=utf-16 text ident\n";
    sandbox.write(".gitattributes", attributes.as_bytes());
    sandbox
}

/// A folder beside the tree with files that links lead to, and a home.
pub fn surroundings(sandbox: &Sandbox) -> Vec<PathBuf> {
    let beside = sandbox.folder.path().join("beside");
    let home = sandbox.folder.path().join("home");
    fs::create_dir_all(beside.join("d")).unwrap();
    fs::create_dir_all(&home).unwrap();
    for path in ["o.py", "d/p.py", "untrust.toml", "CODEOWNERS", "known.json"] {
        fs::write(beside.join(path), UNSAFE).unwrap();
    }
    fs::write(home.join(".gitconfig"), "[core]\n\tfsmonitor = touch here\n").unwrap();
    fs::write(home.join("untrust.toml"), "select = []\n").unwrap();
    vec![beside, home]
}

/// A script that leaves a trace.
fn script(sandbox: &Sandbox) -> String {
    let path = sandbox.root().join("run.sh");
    fs::write(&path, format!("#!/bin/sh\ntouch {}\ncat\n", trace(sandbox).display())).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn config(sandbox: &Sandbox, git: &Path, text: &str) {
    let script = script(sandbox);
    let old = fs::read_to_string(git.join("config")).unwrap();
    fs::write(git.join("config"), old + &text.replace('@', &script)).unwrap();
}

fn fifo(path: &Path) {
    let _ = fs::remove_file(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn instead_of_folder(git: &Path, text: &str) {
    fs::remove_dir_all(git).unwrap();
    fs::write(git, text).unwrap();
}

/// Every way to spoil a repository, with its name.
pub const SPOILS: &[(&str, Spoil)] = &[
    ("programs in the configuration", |sandbox, git| {
        config(
            sandbox,
            git,
            "[core]\n\tfsmonitor = @\n\thooksPath = hooks\n\tpager = @\n\teditor = @\n\tsshCommand = @\n\tgitProxy = @\n\
             \taskPass = @\n\tattributesFile = /dev/zero\n\texcludesFile = /dev/zero\n\talternateRefsCommand = @\n\
             [filter \"x\"]\n\tclean = @\n\tsmudge = @\n\tprocess = @\n\trequired = true\n\
             [diff \"x\"]\n\tcommand = @\n\ttextconv = @\n[merge \"x\"]\n\tdriver = @\n[diff]\n\texternal = @\n\
             [credential]\n\thelper = @\n[gpg]\n\tprogram = @\n[alias]\n\tstatus = !@\n[extensions]\n\tpartialClone = o\n\
             [remote \"o\"]\n\turl = ext::@\n\tpromisor = true\n\tuploadpack = @\n",
        );
    }),
    ("hooks", |sandbox, git| {
        let script = script(sandbox);
        for hook in [
            "post-index-change",
            "pre-commit",
            "post-checkout",
            "fsmonitor-watchman",
            "reference-transaction",
        ] {
            fs::copy(&script, git.join("hooks").join(hook)).unwrap();
        }
    }),
    ("included configurations", |sandbox, git| {
        config(
            sandbox,
            git,
            "[include]\n\tpath = config\n\tpath = /dev/zero\n\tpath = ../run.sh\n[includeIf \"gitdir:/**\"]\n\tpath = config\n",
        );
    }),
    ("a work tree at the root of all", |sandbox, git| {
        config(sandbox, git, "[core]\n\tworktree = /\n\tbare = true\n");
    }),
    ("a work tree beside", |sandbox, git| {
        config(sandbox, git, "[core]\n\tworktree = ../../beside\n");
    }),
    ("an unknown format", |sandbox, git| {
        config(
            sandbox,
            git,
            "[core]\n\trepositoryformatversion = 99\n[extensions]\n\tobjectFormat = sha256\n",
        );
    }),
    ("a broken configuration", |_, git| {
        fs::write(git.join("config"), "[\x1b[2J\n\0=\u{202e}").unwrap();
    }),
    ("an endless section", |_, git| fs::write(git.join("config"), "[".repeat(1 << 20)).unwrap()),
    ("a folder elsewhere", |_, git| instead_of_folder(git, "gitdir: /etc\n")),
    ("a folder beside", |_, git| instead_of_folder(git, "gitdir: ../beside\n")),
    ("a folder that is a device", |_, git| instead_of_folder(git, "gitdir: /dev/zero\n")),
    ("a folder that is itself", |_, git| instead_of_folder(git, "gitdir: .git\n")),
    ("a folder of controls", |_, git| instead_of_folder(git, "gitdir: \u{1b}[2J\u{7}\u{202e}\n")),
    ("no folder", |_, git| instead_of_folder(git, "")),
    ("a loop", |_, git| {
        fs::remove_dir_all(git).unwrap();
        symlink(".git", git).unwrap();
    }),
    ("a device", |_, git| {
        fs::remove_dir_all(git).unwrap();
        symlink("/dev/zero", git).unwrap();
    }),
    ("a FIFO", |_, git| {
        fs::remove_dir_all(git).unwrap();
        fifo(git);
    }),
    ("a common folder elsewhere", |_, git| {
        fs::write(git.join("commondir"), "/proc/self/fd\n").unwrap();
    }),
    ("an endless index", |_, git| {
        let _ = fs::remove_file(git.join("index"));
        symlink("/dev/zero", git.join("index")).unwrap();
    }),
    ("a false index", |_, git| fs::write(git.join("index"), vec![b'D'; 8 << 20]).unwrap()),
    ("an index of billions", |_, git| {
        let mut bytes = b"DIRC\0\0\0\x02\xff\xff\xff\xff".to_vec();
        bytes.resize(4096, 0xff);
        fs::write(git.join("index"), bytes).unwrap();
    }),
    ("a cut index", |_, git| {
        let bytes = fs::read(git.join("index")).unwrap();
        fs::write(git.join("index"), &bytes[..bytes.len() / 2]).unwrap();
    }),
    ("an empty index", |_, git| fs::write(git.join("index"), "").unwrap()),
    ("references of garbage", |_, git| {
        fs::write(
            git.join("packed-refs"),
            [b"# pack-refs with: \xff\n".to_vec(), vec![b'x'; 4 << 20]].concat(),
        )
        .unwrap();
        fs::write(git.join("HEAD"), "ref: refs/heads/../../../../etc/passwd\n").unwrap();
    }),
    ("a reference to itself", |_, git| fs::write(git.join("HEAD"), "ref: HEAD\n").unwrap()),
    ("a long head", |_, git| fs::write(git.join("HEAD"), "ref: ".repeat(1 << 20)).unwrap()),
    ("a head of controls", |_, git| {
        fs::write(git.join("HEAD"), "ref: refs/heads/\u{1b}[2J\u{7}\n").unwrap();
    }),
    ("a head that is not there", |_, git| {
        fs::write(git.join("HEAD"), "0123456789012345678901234567890123456789\n").unwrap();
    }),
    ("references in a circle", |_, git| {
        fs::write(git.join("HEAD"), "ref: refs/heads/a\n").unwrap();
        fs::write(git.join("refs/heads/a"), "ref: refs/heads/b\n").unwrap();
        fs::write(git.join("refs/heads/b"), "ref: refs/heads/a\n").unwrap();
    }),
    ("a reference that is a FIFO", |_, git| {
        fs::write(git.join("HEAD"), "ref: refs/heads/a\n").unwrap();
        fs::write(git.join("refs/heads/a"), "ref: refs/heads/b\n").unwrap();
        fifo(&git.join("refs/heads/b"));
    }),
    ("objects that are FIFOs", |_, git| each_object(git, fifo)),
    ("objects that are garbage", |_, git| {
        each_object(git, |path| {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(path, [0x78, 0x9c, 0xff, 0xff, 0xff]).unwrap();
        });
    }),
    ("objects that never end", |_, git| {
        each_object(git, |path| {
            fs::remove_file(path).unwrap();
            symlink("/dev/zero", path).unwrap();
        });
    }),
    ("objects that claim to be huge", |_, git| {
        each_object(git, |path| {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(path, stored(b"commit 9223372036854775000\0")).unwrap();
        });
    }),
    ("objects borrowed from the whole disk", |_, git| {
        fs::create_dir_all(git.join("objects/info")).unwrap();
        fs::write(git.join("objects/info/alternates"), "/\n").unwrap();
    }),
    ("alternates that borrow from each other", |_, git| {
        fs::create_dir_all(git.join("objects/info")).unwrap();
        let lines: String =
            numbered(1_000, |index| format!("../objects/{}\n", "./".repeat(index % 50)));
        fs::write(git.join("objects/info/alternates"), lines).unwrap();
    }),
    ("no objects", |_, git| fs::remove_dir_all(git.join("objects")).unwrap()),
    ("packs that are FIFOs", |_, git| {
        for name in [
            "pack-0123456789012345678901234567890123456789.idx",
            "pack-0123456789012345678901234567890123456789.pack",
            "multi-pack-index",
        ] {
            fifo(&git.join("objects/pack").join(name));
        }
    }),
    ("packs of garbage", |_, git| {
        for name in [
            "pack-0123456789012345678901234567890123456789.idx",
            "pack-0123456789012345678901234567890123456789.pack",
            "multi-pack-index",
        ] {
            fs::write(git.join("objects/pack").join(name), vec![0xff; 4096]).unwrap();
        }
        fs::create_dir_all(git.join("objects/info")).unwrap();
        fs::write(git.join("objects/info/commit-graph"), vec![0xff; 4096]).unwrap();
    }),
    ("alternates", |_, git| {
        fs::create_dir_all(git.join("objects/info")).unwrap();
        fs::write(
            git.join("objects/info/alternates"),
            "/dev\n../../../beside\n../objects\n/\n\u{1b}[2J\n",
        )
        .unwrap();
    }),
    ("a shallow list of garbage", |_, git| {
        fs::write(git.join("shallow"), vec![b'z'; 1 << 20]).unwrap();
    }),
    ("lists that lead elsewhere", |sandbox, git| {
        let _ = fs::remove_file(git.join("info/exclude"));
        fs::create_dir_all(git.join("info")).unwrap();
        symlink("/dev/zero", git.join("info/exclude")).unwrap();
        symlink("/dev/zero", git.join("info/attributes")).unwrap();
        symlink("/dev/zero", sandbox.root().join(".gitignore")).unwrap();
        symlink("/dev/zero", sandbox.root().join("d/.gitattributes")).unwrap();
    }),
    ("lists of garbage", |sandbox, _| {
        let stars = "**/".repeat(2_000) + "a";
        let long = "a*".repeat(1 << 19);
        let bombs =
            "[".repeat(50_000) + "\n" + &"[a-\\".repeat(10_000) + "\n" + &"{a,".repeat(10_000);
        let lists = format!(
            "{stars}\n{bombs}\n{long}\n\0\u{1b}[2J\n!\n\\\n/\n//\n!!\n{}",
            "*a*a*a*a*a*a*b\n".repeat(500)
        );
        sandbox.write(".gitignore", lists.as_bytes());
        sandbox.write(".gitattributes", lists.replace('\n', " linguist-vendored\n").as_bytes());
        sandbox.write(&format!("{}.py", "a".repeat(200)), UNSAFE.as_bytes());
    }),
    ("many lists", |sandbox, _| {
        let mut folder = String::new();
        for _ in 0..100 {
            folder.push_str("a/");
            sandbox.write(&format!("{folder}.gitignore"), b"*.pyc\n**/x/**\n!y\n");
        }
        for index in 0..300 {
            sandbox.write(&format!("w/{index}/.gitignore"), b"*.pyc\n");
        }
        sandbox.write(&format!("{folder}a.py"), UNSAFE.as_bytes());
    }),
];

fn each_object(git: &Path, spoil: impl Fn(&Path)) {
    let objects = walkdir::WalkDir::new(git.join("objects")).into_iter().flatten();
    let files: Vec<PathBuf> =
        objects.filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path).collect();
    assert!(!files.is_empty());
    for path in &files {
        spoil(path);
    }
}

/// Bytes as zlib stores them without compressing.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let head = [&[0x78, 0x01, 0x01][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
    [&head, bytes, &((b << 16) | a).to_be_bytes()].concat()
}
