//! Names and sources that were written to be acted on by a terminal, or to break a decoder.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::support::Sandbox;

/// What a terminal would act on: a title, a cleared screen, a colour, a C1 sequence, a bell, a
/// carriage return, reordered and hidden characters.
pub const SEQUENCES: [&str; 10] = [
    "\u{1b}]0;pwned\u{7}",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[31m\u{1b}[8m\u{1b}Pq",
    "\u{9b}2J\u{9d}0;x\u{9c}",
    "a\rb",
    "\u{8}\u{8}\u{7f}",
    "\u{202e}txt.exe\u{202c}",
    "\u{2066}\u{2067}\u{2069}",
    "\u{200f}\u{200e}\u{200b}\u{feff}",
    "\u{1b}[?1049h\u{e}\u{f}\u{1b}c\u{1b}#8",
];

/// A module with a finding of each kind.
pub const UNSAFE: &str = "import numpy\nimport torch\nimport yaml\n\n\n\
    def f(p):\n    a = torch.load(p)\n    b = yaml.load(p)  # nosec\n    \
    return numpy.load(p, allow_pickle=True), m(p, trust_remote_code=True), a, b\n";

/// The bytes of file names, each of which may hold any byte but the slash and zero.
pub fn names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> =
        SEQUENCES.iter().map(|s| format!("x{s}.py").into_bytes()).collect();
    let texts = [
        "a\nb.py",
        "a\n--- b.py",
        "+++ b.py",
        "--- a.py",
        "-rf.py",
        "--config.py",
        " lead.py",
        "trail .py",
        "a\tb.py",
        "a\\b.py",
        "\"quoted\".py",
        "'single'.py",
        "`touch x`.py",
        "$(touch x).py",
        "a;b&c|d.py",
        "%s%n%d.py",
        "{}.py",
        "*.py",
        "[a-.py",
        "!a.py",
        "#a.py",
        "~.py",
        "...py",
        "..py",
        "é漢🎉.py",
        "e\u{301}.py",
        "a:1:2: torch-load.py",
        "a b => c d.py",
        "\u{a0}.py",
        "import.py",
    ];
    names.extend(texts.iter().map(|text| text.as_bytes().to_vec()));
    names.push(b"\xff\xfe.py".to_vec());
    names.push(b"caf\xe9\x80.py".to_vec());
    names.push(b"\xed\xa0\x80.py".to_vec());
    names.push([vec![b'l'; 252], b".py".to_vec()].concat());
    names.push((1..=255).filter(|b| !b"/".contains(b)).take(200).chain(*b".py").collect());
    names
}

/// Writes a source under every hostile name, and in a hostile folder too.
pub fn plant_names(sandbox: &Sandbox) {
    for (index, name) in names().into_iter().enumerate() {
        let name = OsString::from_vec(name);
        fs::write(sandbox.root().join(&name), UNSAFE).unwrap();
        if index % 4 == 0 {
            let folder = sandbox.root().join("d").join(&name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(&name), UNSAFE).unwrap();
        }
    }
    let deep: PathBuf = std::iter::repeat_n("d".repeat(200), 19).collect();
    let room = 4_090_usize.saturating_sub(sandbox.root().as_os_str().len() + 19 * 201 + 4);
    let file = sandbox.root().join(deep).join("x".repeat(room.min(200)) + ".py");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, UNSAFE).unwrap();
}

/// Sources with a name each.
pub fn sources() -> Vec<(String, Vec<u8>)> {
    let mut sources = Vec::new();
    for (index, sequence) in SEQUENCES.iter().enumerate() {
        for (name, text) in around(sequence) {
            sources.push((format!("{name}{index}"), text.into_bytes()));
        }
    }
    sources.extend(encodings().into_iter().map(|(name, bytes)| (name.to_owned(), bytes)));
    sources
}

/// The sequence where parts of findings are shown: names, reasons, arguments, strings.
fn around(s: &str) -> Vec<(&'static str, String)> {
    vec![
        ("comment", format!("# {s}\n{UNSAFE}# {s}\n")),
        ("trailing", format!("import torch\ntorch.load(p)  # {s}\n")),
        (
            "reason",
            format!(
                "import torch\ntorch.load(p, weights_only=False)  # written by our own save() {s}\n"
            ),
        ),
        (
            "allowed",
            format!("import torch\ntorch.load(p)  # untrust: allow[torch-load] ours {s}\n"),
        ),
        (
            "weak",
            format!("import torch\n# weights_only=False {s}\ntorch.load(p, weights_only=False)\n"),
        ),
        ("nosec", format!("run()  # nosec {s} B602 - {s}\n")),
        ("string", format!("import torch\ntorch.load('{s}')\n")),
        (
            "value",
            format!(
                "import torch, yaml\ntorch.load(p, weights_only='{s}')\nyaml.load(p, Loader='{s}')\nm(trust_remote_code='{s}')\n"
            ),
        ),
        ("options", format!("import torch\ntorch.load(p, **{{'{s}': 1}})\n")),
        (
            "identifier",
            format!(
                "import torch as t\ndef f{s}(p{s}):\n    return t.load(p{s})\nx{s} = t{s}.load(x)\n"
            ),
        ),
        (
            "scope",
            format!(
                "class C:\n  def m(self):\n    def f(p,{s} q=1):\n      return numpy.load(p, allow_pickle=True)\nimport numpy\n"
            ),
        ),
        (
            "module",
            format!(
                "from torch{s} import load\nfrom torch import load as l{s}\nl{s}(p)\nload(p)\n"
            ),
        ),
        (
            "docstring",
            format!(
                "import numpy\ndef f(p):\n    '''D {s}.\n\n    Args:\n        p: {s}\n    '''\n    return numpy.load(p, allow_pickle=True)\n"
            ),
        ),
        ("between", format!("import torch\ntorch{s}.load(p)\ntorch.load({s}p{s})\n")),
        ("line", format!("{s}import torch\n{s}\ntorch.load(p){s}\n")),
    ]
}

fn encodings() -> Vec<(&'static str, Vec<u8>)> {
    let with = |before: &[u8]| [before, UNSAFE.as_bytes()].concat();
    let ending = |ending: &str| UNSAFE.replace('\n', ending).into_bytes();
    let utf16 = |text: &str| -> Vec<u8> {
        std::iter::once(0xfeff_u16).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    vec![
        ("empty", Vec::new()),
        ("shebang", b"#!/usr/bin/env python3".to_vec()),
        ("docstring only", b"'''D.'''".to_vec()),
        ("latin1", with(b"# coding: latin-1\ns = '\xe9\xff'  # \xe9\n")),
        ("latin1 controls", with(b"# coding: latin-1\ns = '\x9b2J\x85\x90'  # \x9b2J\n")),
        ("utf16 cookie", with(b"# coding: utf-16\n")),
        ("utf16", utf16(UNSAFE)),
        ("utf7", with(b"# coding: utf-7\n")),
        ("rot13", with(b"# coding: rot13\n")),
        ("unknown codec", with(b"# coding: \x1b[2J\n")),
        ("long codec", with(format!("# coding: {}\n", "x".repeat(100_000)).as_bytes())),
        ("iso-2022", with(b"# coding: iso-2022-jp\n# \x1b$B\x1b(B\n")),
        ("shift_jis", with(b"# coding: shift_jis\ns = '\x83\x5c\x81'\n")),
        ("gb18030", with(b"# coding: gb18030\ns = '\x81\x30\x81\x30\xff'\n")),
        ("cookie in line 3", with(b"\n\n# coding: rot13\n")),
        ("two cookies", with(b"# coding: utf-8\n# coding: latin-1\n")),
        ("bom and cookie", with(b"\xef\xbb\xbf# coding: latin-1\ns = '\xc3\xa9'\n")),
        ("bom", with(b"\xef\xbb\xbf")),
        ("two boms", with(b"\xef\xbb\xbf\xef\xbb\xbf")),
        ("bom inside", with(b"x = 1\n\xef\xbb\xbfy = 2\n")),
        ("cr", ending("\r")),
        ("crlf", ending("\r\n")),
        ("cr and lf", ending("\r\r\n")),
        ("form feeds", ending("\n\x0c")),
        ("vertical tabs", ending("\n\x0b")),
        ("mixed", UNSAFE.replacen('\n', "\r\n", 3).replacen("):\n", "):\r", 1).into_bytes()),
        ("no final newline", UNSAFE.trim_end().as_bytes().to_vec()),
        ("nul", with(b"x = '\0'\n")),
        ("nul in code", with(b"x\0 = 1\n")),
        ("eof mark", with(b"x = 1\n\x1a\n")),
        ("invalid in code", with(b"x\xff = 1\n")),
        ("invalid in comment", with(b"# \xff\xc3\n")),
        ("invalid in string", with(b"s = '\xff\xed\xa0\x80'\n")),
        ("invalid beside", b"import torch\ntorch.load('\xff', p)  # \xff\xfe\n".to_vec()),
        ("lone surrogates", with(b"s = '\\ud800\\udfff \\N{DOES NOT EXIST} \\x'\n")),
        ("overlong", with(b"s = '\xc0\x80\xf8\x88\x80\x80\x80'\n")),
        ("line separators", with("s = '\u{2028}\u{2029}\u{85}'  # \u{2028}\n".as_bytes())),
        ("tabs", UNSAFE.replace("    ", "\t").into_bytes()),
        ("tabs and spaces", UNSAFE.replacen("    ", "\t", 1).into_bytes()),
        ("python 2", with(b"print 'a'\nexec 'b'\nraise E, 'c'\n`x`\n")),
        ("broken", with(b"def (:\n  class\n")),
        ("conflict", with(b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n")),
        ("binary", (0..=255).cycle().take(10_000).collect()),
        ("astral", with("s = '🎉𝒳'; torch.load('🎉'); é𝒳 = torch.load(p)\n".as_bytes())),
        ("ligature", with("ﬁ = ｔｏｒｃｈ.load(p)\n".as_bytes())),
    ]
}
