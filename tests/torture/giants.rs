//! Sources that are large and all alike.

const HEAD: &str = "import torch\ntorch.load(p)\n";
const TAIL: &str = "\ntorch.load(p)\n";

/// As many repetitions as make so many bytes, between two findings.
fn filled(before: &str, part: &[u8], bytes: usize, behind: &str) -> Vec<u8> {
    let middle = part.repeat(bytes / part.len());
    [HEAD.as_bytes(), before.as_bytes(), &middle, behind.as_bytes(), TAIL.as_bytes()].concat()
}

/// Files of few tokens, with so many bytes each.
pub fn files(bytes: usize) -> Vec<(&'static str, Vec<u8>)> {
    let filled = |before, part: &str, behind| filled(before, part.as_bytes(), bytes, behind);
    vec![
        ("comment", filled("#", "c", "")),
        ("string", filled("x = '", "s", "'")),
        ("one line", filled("x = '", "s", "'; torch.load(q)")),
        ("f-string", filled("x = f'", "s", "'")),
        ("triple", filled("x = '''", "s\n", "'''")),
        ("raw", filled("x = r'", "\\n", "'")),
        ("name", filled("", "a", " = 1")),
        ("number", filled("x = ", "1", "")),
        ("newlines", filled("", "\n", "")),
        ("carriage returns", filled("", "\r", "")),
        ("form feeds", filled("", "\x0c", "")),
        ("spaces", filled("", " ", "")),
        ("tabs", filled("", "\t", "")),
        ("zeros", filled("", "\0", "")),
        ("double quotes", filled("", "\"", "")),
        ("single quotes", filled("", "'", "")),
        ("prefixes", filled("", "f", "'")),
        ("astral", filled("x = '", "🎉", "'")),
        ("comments", filled("", "# c\n", "")),
        ("comments with quotes", filled("", "# '''\n", "")),
        ("continuations", filled("x = 1 \\\n", "\\\n", "+ 1")),
        ("blank continuations", filled("", "\\\n", "\n")),
        ("invalid comment", [HEAD.as_bytes(), b"#", &vec![0xff; bytes], b"\n"].concat()),
        ("invalid code", [HEAD.as_bytes(), &vec![0xff; bytes / 10], b"\n"].concat()),
        (
            "latin-1",
            [b"# coding: latin-1\n#".as_slice(), &vec![0xe9; bytes], TAIL.as_bytes()].concat(),
        ),
    ]
}

/// Files of as many tokens as can be.
pub fn dense(bytes: usize) -> Vec<(&'static str, Vec<u8>)> {
    let filled = |before, part: &str, behind| filled(before, part.as_bytes(), bytes, behind);
    vec![
        ("elements", filled("x = [", "1,", "]")),
        ("escapes", filled("x = '", "\\n", "'")),
        ("quoted lines", filled("", "'\n", "")),
        ("open f-strings", filled("", "f'{", "")),
        ("backslashes", filled("", "\\", "")),
        ("backticks", filled("", "`", "")),
        ("colons", filled("", ":", "")),
        ("commas", filled("", ",", "")),
        ("semicolons", filled("", ";", "")),
        ("at signs", filled("", "@", "")),
        ("dots", filled("", ".", "")),
        ("braces", filled("", "{}", "")),
        ("open braces", filled("", "{", "")),
        ("order marks", filled("", "\u{feff}", "")),
        ("dollars", filled("", "$", "")),
        ("findings", filled("", "torch.load(p)\n", "")),
        ("findings in a line", filled("x = [", "torch.load(p),", "]")),
        ("open findings", filled("", "torch.load(", "")),
        ("half findings", filled("", "torch.load(p\n", "")),
        ("quoted findings", filled("", "'torch.load(p)'\n", "")),
        ("exceptions", filled("", "torch.load(p)  # weights_only=False: ours\n", "")),
        ("markers", filled("", "run()  # nosec\n", "")),
        ("keys", filled("d = {", "'trust_remote_code':True,", "}")),
        ("flags", filled("", "m(trust_remote_code=True)\n", "")),
        ("streams", filled("import yaml\n", "yaml.load(p)\n", "")),
        ("arrays", filled("import numpy\ndef f(p):\n", " numpy.load(p,allow_pickle=True)\n", "")),
        ("imports", filled("", "from torch import load\n", "load(p)")),
        ("aliases", filled("", "load = torch.load\n", "load(p)")),
        ("definitions", filled("", "def load(p):\n return torch.load(p)\n", "")),
    ]
}
