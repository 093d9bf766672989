//! Configurations, baselines and lists of owners that were made to write elsewhere, to run
//! without end, or to speak to a terminal.

use std::fs;
use std::os::unix::fs::symlink;

use super::hostile::SEQUENCES;
use super::shapes::numbered;
use super::support::Sandbox;

/// Texts of configurations, as `untrust.toml` has them.
pub fn configurations() -> Vec<Vec<u8>> {
    let mut all: Vec<String> = Vec::new();
    for sequence in SEQUENCES {
        let quoted = serde_json::to_string(sequence).unwrap().replace('\u{7f}', "\\u007f");
        all.push(format!("{quoted} = 1\nselect = [{quoted}]\nexclude = [{quoted}]\n"));
        all.push(format!(
            "data-parameter = {quoted}\ntarget-version = {quoted}\nignore = {quoted}\n"
        ));
        all.push(format!("[per-file-ignores]\n{quoted} = [{quoted}]\n[exceptions]\nowners = [{quoted}]\n{quoted} = 2\n"));
        all.push(format!("[[sinks]]\ntransform = {quoted}\nkind = {quoted}\ncallables = [{quoted}]\n{quoted} = 1\n"));
        all.push(format!("# {sequence}\nselect = {sequence}\n{sequence} = [\n"));
    }
    for key in [
        "output",
        "write-baseline",
        "baseline",
        "root",
        "config",
        "state",
        "journal",
        "format",
        "extends",
        "plugins",
        "include-path",
    ] {
        all.push(format!("{key} = \"../beside/o.py\"\n"));
    }
    for path in [
        "/",
        "/etc/**",
        "../beside/**",
        "../../**",
        "~",
        "..",
        "",
        "\\",
        "C:\\x",
        "./../beside",
        "**/../../beside/*.py",
    ] {
        let path = serde_json::to_string(path).unwrap();
        for key in ["exclude", "include", "tests", "vendored"] {
            all.push(format!("{key} = [{path}]\n"));
        }
        all.push(format!("per-file-ignores = {{{path} = [\"nosec\"]}}\n"));
    }
    for glob in globs() {
        all.push(format!("exclude = ['{glob}']\ninclude = ['{glob}', '*.py']\ntests = ['{glob}']\n[per-file-ignores]\n'{glob}' = ['nosec']\n"));
    }
    all.push(format!("data-parameter = \"{}\"\n", "a".repeat(900_000)));
    all.push(format!("exclude = [{}]\n", "'a', ".repeat(100_000)));
    all.push(format!("exclude = {}{}\n", "[".repeat(10_000), "]".repeat(10_000)));
    all.push(format!("exclude = {}\n", "[".repeat(500_000)));
    all.push(format!("exclude = {}\n", "{a=".repeat(100_000)));
    all.push(format!("{} = 1\n", vec!["a"; 100_000].join(".")));
    all.push(format!("[{}]\nx = 1\n", vec!["a"; 100_000].join(".")));
    all.push(numbered(20_000, |index| format!("key{index} = 1\n")));
    all.push(numbered(5_000, |index| format!("[[sinks]]\ntransform = 'x{index}'\n")));
    all.push(numbered(5_000, |index| format!("[[sinks]]\ntransform = 'torch-load'\nkind = 'report'\ncallables = ['a.b{index}']\nverified = 'v'\n")));
    all.push(format!("[[sinks]]\ntransform = 'torch-load'\nkind = 'report'\ncallables = ['{}x', 'x', '', '.', 'torch']\nverified = 'v'\n", "a.".repeat(100_000)));
    all.push("select = ['torch-load']\nselect = ['nosec']\n".to_owned());
    all.push("\u{feff}select = []\n".to_owned());
    all.push("select = 1e400\nignore = 99999999999999999999\ntarget-version = -0.0\n".to_owned());
    all.push("data-parameter = 'class'\n".to_owned());
    let mut all: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    all.push(b"select = ['\xff']\n\xed\xa0\x80 = 1\n".to_vec());
    all.push(b"\0\0\0".to_vec());
    all.push(b"select = ['\0']\r\r\n".to_vec());
    all.push(vec![b'a'; 2 << 20]);
    all.push(vec![b'\n'; 1 << 20]);
    all
}

/// Globs that take long to read or to match.
fn globs() -> Vec<String> {
    vec![
        "**/".repeat(1_000) + "a",
        "*a".repeat(2_000) + "b",
        "{a,b}".repeat(15),
        "{a,b}".repeat(200),
        "{".repeat(1_000) + "a" + &"}".repeat(1_000),
        "{".repeat(10_000),
        "[".repeat(10_000),
        "[!a-\u{10ffff}]".repeat(500),
        "?".repeat(5_000),
        "a".repeat(100_000),
        "a/".repeat(20_000),
    ]
}

/// Lists of owners.
pub fn owners() -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = SEQUENCES
        .iter()
        .map(|s| format!("* @{s}\n[{s}] @{s}\n*.py {s} @a/{s}\n{s} @b\n").into_bytes())
        .collect();
    for pattern in globs() {
        all.push(format!("{pattern} @a\n* @b\n").into_bytes());
    }
    all.push(vec![b'['; 1 << 20]);
    all.push(numbered(200_000, |index| format!("[s{index}]\n* @o\n")).into_bytes());
    all.push(format!("*.py {}\n", numbered(200_000, |index| format!("@o{index} "))).into_bytes());
    all.push("*a*a*a*a*a*a*b @a\n".repeat(50_000).into_bytes());
    all.push(vec![0xff; 1 << 20]);
    all.push(vec![b'*'; 8 << 20]);
    all
}

/// Baselines.
pub fn baselines() -> Vec<Vec<u8>> {
    let entry = |text: &str| {
        let text = serde_json::to_string(text).unwrap();
        format!(
            "{{\"version\":1,\"findings\":[{{\"id\":{text},\"transform\":{text},\"path\":{text},\"sink\":{text}}}]}}"
        )
    };
    let mut all: Vec<String> = SEQUENCES.iter().map(|s| entry(s)).collect();
    all.extend(["../../../etc/passwd", "/etc/passwd", "..", "", "a.py/../../../x"].map(entry));
    all.extend(SEQUENCES.iter().map(|s| format!("{{\"version\": {s}")));
    all.push(format!("{{\"version\":1,\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)));
    all.push("[".repeat(1_000_000));
    all.push("{\"version\":18446744073709551615}".to_owned());
    all.push("{\"version\":1e999}".to_owned());
    let entries = vec![
        "{\"id\":\"0\",\"transform\":\"torch-load\",\"path\":\"x.py\",\"sink\":\"s\"}";
        50_000
    ];
    all.push(format!("{{\"version\":1,\"findings\":[{}]}}", entries.join(",")));
    let mut all: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    all.push(b"{\"version\":1,\"findings\":[\"\xff\"]}".to_vec());
    all.push(vec![0; 1 << 20]);
    all.push(Vec::new());
    all
}

/// Puts what is no regular file in the place of a configuration or a list.
pub const ODD_FILES: [fn(&Sandbox, &str); 7] = [
    |sandbox, name| {
        let path = sandbox.root().join(name);
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    },
    |sandbox, name| symlink(name, sandbox.root().join(name)).unwrap(),
    |sandbox, name| symlink("/dev/zero", sandbox.root().join(name)).unwrap(),
    |sandbox, name| symlink(format!("../beside/{name}"), sandbox.root().join(name)).unwrap(),
    |sandbox, name| symlink("nothing", sandbox.root().join(name)).unwrap(),
    |sandbox, name| fs::create_dir(sandbox.root().join(name)).unwrap(),
    |sandbox, name| {
        std::os::unix::net::UnixListener::bind(sandbox.root().join(name)).unwrap();
    },
];
