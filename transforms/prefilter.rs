//! Byte-level tests that decide whether a file has to be parsed. They may say yes too often, never
//! no where something would be found.

use memchr::memmem;

/// What a transform looks for in a package.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The package, `torch`.
    pub package: &'static str,
    /// What is read from it or imported from it by name, `load`.
    pub attributes: Vec<&'static str>,
    /// Its modules through which that can be reached, `serialization`.
    pub modules: Vec<&'static str>,
    /// The keyword by which a call is decided: one that plainly has it is nothing to look at.
    pub decided_by: Option<&'static str>,
}

impl Wanted {
    /// The last parts of the callables' dotted names, and the parts between package and last.
    pub fn new(package: &'static str, callables: &[&'static str]) -> Self {
        let mut attributes = Vec::new();
        let mut modules = Vec::new();
        for callable in callables {
            let mut parts: Vec<&str> = callable.split('.').skip(1).collect();
            attributes.extend(parts.pop());
            modules.append(&mut parts);
        }
        for names in [&mut attributes, &mut modules] {
            names.sort_unstable();
            names.dedup();
        }
        Self { package, attributes, modules, decided_by: None }
    }
}

/// Whether one of the attributes may be read from the package, looked up by name or imported, under
/// whatever names and on however many lines.
pub fn may_refer(bytes: &[u8], wanted: &Wanted) -> bool {
    memmem::find_iter(bytes, wanted.package).any(|at| {
        let end = at + wanted.package.len();
        is_whole(bytes, at, end) && mentions(bytes, at, end, wanted)
    })
}

/// Whether a mention of the package, from `at` to `end`, may lead to one of the attributes.
fn mentions(bytes: &[u8], at: usize, end: usize, wanted: &Wanted) -> bool {
    let head = trim_gap_end(&bytes[..at]);
    if head.ends_with(b".") {
        // An attribute of something else.
        return false;
    }
    let (chain_end, read) = chain(bytes, end, &wanted.attributes);
    if read {
        let decided = |keyword: &str| is_decided(bytes, chain_end, keyword);
        return !wanted.decided_by.is_some_and(decided);
    }
    if !leads_on(&bytes[end..chain_end], wanted) {
        return false;
    }
    if ends_with_word(head, b"from")
        && let Some(list) = imported(bytes, chain_end)
    {
        let has = |word: &&str| holds_word(list, word);
        return list.contains(&b'*')
            || wanted.attributes.iter().any(has)
            || wanted.modules.iter().any(has);
    }
    let rest = &bytes[skip_gap(bytes, chain_end)..];
    if rest.starts_with(b",") && quotes_one(&rest[1..], &wanted.attributes) {
        return true;
    }
    // Under another name it may be read anywhere.
    let renamed = rest.starts_with(b"as") && !rest.get(2).copied().is_some_and(is_word);
    renamed && in_import(bytes, at) && reads_any(bytes, &wanted.attributes)
}

/// Whether all names behind the package are modules through which the attributes can be reached.
fn leads_on(chain: &[u8], wanted: &Wanted) -> bool {
    let names = chain.split(|byte| !is_word(*byte)).filter(|name| !name.is_empty());
    // A comment between the names is read as names too.
    chain.contains(&b'#')
        || names.into_iter().all(|name| wanted.modules.iter().any(|m| m.as_bytes() == name))
}

/// Whether a call begins at an offset in which the keyword plainly has a value that is true or another
/// name: no comment, no triple quotes, no backslash, nothing but simple strings.
fn is_decided(bytes: &[u8], start: usize, keyword: &str) -> bool {
    let Some(arguments) = bytes[start..].strip_prefix(b"(") else { return false };
    let mut open = 1_usize;
    let mut at = 0;
    let mut decided = false;
    while let Some(&byte) = arguments.get(at) {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open -= 1,
            b'#' | b'\\' => return false,
            b'"' | b'\'' => {
                let Some(length) = simple_string(&arguments[at..]) else { return false };
                at += length;
                continue;
            }
            _ if open == 1 && arguments[at..].starts_with(keyword.as_bytes()) => {
                let end = at + keyword.len();
                decided |=
                    is_whole(arguments, at, end) && names_a_decision(bytes, &arguments[end..]);
            }
            _ => {}
        }
        if open == 0 {
            return decided;
        }
        at += 1;
    }
    false
}

/// The bytes of a string on one line without a backslash.
fn simple_string(bytes: &[u8]) -> Option<usize> {
    let quote = bytes[0];
    let rest = &bytes[1..];
    let length = memchr::memchr(quote, rest)?;
    let is_triple = length == 0 && rest.get(1) == Some(&quote);
    let simple = !is_triple && !rest[..length].iter().any(|byte| matches!(byte, b'\n' | b'\\'));
    simple.then_some(length + 2)
}

/// Whether `=True`, or another name that plainly stands for no false value, follows as a whole
/// argument.
fn names_a_decision(bytes: &[u8], argument: &[u8]) -> bool {
    let Some(value) = argument.trim_ascii_start().strip_prefix(b"=") else { return false };
    let value = value.trim_ascii_start();
    let length = value.iter().take_while(|byte| is_word(**byte) || **byte == b'.').count();
    let (name, rest) = value.split_at(length);
    is_name(name)
        && matches!(rest.trim_ascii_start().first(), Some(b',' | b')'))
        && (name == b"True" || name.contains(&b'.') || !may_be_false(bytes, name))
}

/// Whether a text begins with a name, and is no false value or operator.
fn is_name(text: &[u8]) -> bool {
    let starts = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let length = text.iter().take_while(|byte| is_word(**byte)).count();
    let word = &text[..length];
    starts && !matches!(word, b"False" | b"None" | b"not" | b"lambda" | b"await" | b"yield")
}

/// Whether a name may be given a false value somewhere in a file: `name = False`, `name: bool = 0`.
fn may_be_false(bytes: &[u8], name: &[u8]) -> bool {
    memmem::find_iter(bytes, name).any(|at| {
        let end = at + name.len();
        let next = skip_gap(bytes, end);
        let is_compared = bytes.get(next + 1) == Some(&b'=');
        is_whole(bytes, at, end)
            && match bytes.get(next) {
                Some(b':') => true,
                Some(b'=') => !is_compared && !is_name(&bytes[skip_gap(bytes, next + 1)..]),
                _ => false,
            }
    })
}

/// Follows `.name` behind an offset; tells where the last name ends and whether it is one of the
/// attributes.
fn chain(bytes: &[u8], mut end: usize, attributes: &[&str]) -> (usize, bool) {
    loop {
        let mut at = skip_gap(bytes, end);
        while bytes.get(at) == Some(&b')') {
            at = skip_gap(bytes, at + 1);
        }
        if bytes.get(at) != Some(&b'.') {
            return (end, false);
        }
        let from = skip_gap(bytes, at + 1);
        let length = bytes[from..].iter().take_while(|byte| is_word(**byte)).count();
        let name = &bytes[from..from + length];
        if attributes.iter().any(|attribute| attribute.as_bytes() == name) {
            return (from + length, true);
        }
        if length == 0 {
            return (end, false);
        }
        end = from + length;
    }
}

/// The names behind `import`, if that follows: to the closing parenthesis or the line's end.
fn imported(bytes: &[u8], from: usize) -> Option<&[u8]> {
    let at = skip_gap(bytes, from);
    let list = bytes[at..].strip_prefix(b"import")?;
    let start = skip_gap(list, 0);
    let mut end = start;
    let mut open = 0_usize;
    while let Some(byte) = list.get(end) {
        match byte {
            b'#' => {
                end += memchr::memchr2(b'\n', b'\r', &list[end..]).unwrap_or(list.len() - end);
                continue;
            }
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            b'\n' if open == 0 && !trim_line_end(&list[..end]).ends_with(b"\\") => break,
            _ => {}
        }
        end += 1;
    }
    Some(&list[start..end])
}

/// Whether the line of the offset, or one that it continues, imports.
fn in_import(bytes: &[u8], at: usize) -> bool {
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |i| i + 1);
    let continued = trim_line_end(&bytes[..start.saturating_sub(1)]).ends_with(b"\\");
    continued || memmem::find(&bytes[start..at], b"import").is_some()
}

/// Whether one of the attributes is read from anything.
fn reads_any(bytes: &[u8], attributes: &[&str]) -> bool {
    attributes.iter().any(|attribute| {
        memmem::find_iter(bytes, attribute).any(|at| {
            let whole = !bytes.get(at + attribute.len()).copied().is_some_and(is_word);
            let head = trim_gap_end(&bytes[..at]);
            whole && matches!(head.last(), Some(b'.' | b'"' | b'\'' | b'\n' | b'\r'))
        })
    })
}

/// Whether a string literal follows that is one of the attributes.
fn quotes_one(bytes: &[u8], attributes: &[&str]) -> bool {
    let rest = &bytes[skip_gap(bytes, 0)..];
    let text = rest.trim_ascii_start();
    let text = text.strip_prefix(b"u").or(text.strip_prefix(b"U")).unwrap_or(text);
    let quotes = text.iter().take_while(|byte| matches!(byte, b'"' | b'\'')).count();
    quotes > 0 && attributes.iter().any(|a| text[quotes..].starts_with(a.as_bytes()))
}

/// Behind white space, line continuations and comments.
pub(super) fn skip_gap(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' | b'\\' => at += 1,
            b'#' => {
                at += memchr::memchr2(b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at);
            }
            _ => break,
        }
    }
    at
}

/// The text before the white space and line continuations at its end. Where a comment may stand in
/// between, it ends with the line break.
fn trim_gap_end(bytes: &[u8]) -> &[u8] {
    let is_gap = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' | b'\\');
    let end = bytes.iter().rposition(|byte| !is_gap(byte)).map_or(0, |i| i + 1);
    let line = memchr::memrchr2(b'\n', b'\r', &bytes[..end]).map_or(0, |i| i + 1);
    match memchr::memchr2(b'\n', b'\r', &bytes[end..]) {
        Some(line_break) if bytes[line..end].contains(&b'#') => &bytes[..=end + line_break],
        _ => &bytes[..end],
    }
}

fn trim_line_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn ends_with_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes.strip_suffix(word).is_some_and(|rest| !rest.last().copied().is_some_and(is_word))
}

/// Whether the word stands in the text with no other word character beside it.
pub fn holds_word(bytes: &[u8], word: &str) -> bool {
    memmem::find_iter(bytes, word).any(|at| is_whole(bytes, at, at + word.len()))
}

pub(super) fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|i| bytes.get(i)).copied();
    !before.is_some_and(is_word) && !bytes.get(end).copied().is_some_and(is_word)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn torch() -> Wanted {
        let callables = ["torch.load", "torch.serialization.load"];
        Wanted { decided_by: Some("weights_only"), ..Wanted::new("torch", &callables) }
    }

    #[test]
    fn every_spelling_is_seen() {
        for text in [
            "torch.load(p)",
            "torch . load(p)",
            "(torch).load(p)",
            "torch \\\n  .load(p)",
            "(torch  # the library\n .load(p))",
            "torch.serialization.load(p)",
            "from torch import load",
            "from torch import save, load as L",
            "from torch import (\n  save,  # )\n  load,\n)",
            "from torch import \\\n  load",
            "from torch.serialization import load",
            "from torch import serialization as s\ns.load(p)",
            "from torch import *",
            "import torch as t\nt.load(p)",
            "import os, \\\n torch as t\nt.load(p)",
            "import torch.serialization as s\ns . load(p)",
            "import torch as t\n(t  # x\n  # .\n  .load)(p)",
            "getattr(torch, \"load\")(p)",
            "getattr(torch.serialization, 'load')",
            "yield from torch.load(p)",
            "torch.load(p, weights_only=False)",
            "torch.load('weights_only=True')",
            "torch.load(p)  # weights_only=True)",
            "torch.load(g(weights_only=True))",
            "torch.load(p, weights_only=x or y)",
            "torch.load(p, weights_only=not x)",
            "torch.load(p, weights_only=True)\ntorch.load(p)",
        ] {
            for ending in ["\n", "\r\n", "\r"] {
                let text = text.replace('\n', ending);
                assert!(may_refer(text.as_bytes(), &torch()), "{text:?}");
            }
        }
    }

    #[test]
    fn most_files_are_not_parsed() {
        for text in [
            "import torch\nimport json\njson.load(f)",
            "torch.load(f, map_location='cpu', weights_only=True)",
            "torch.load(g(f), weights_only = args.safe, )",
            "from torch import nn\njson.load(f)",
            "import torchvision\ntorchvision.load(p)",
            "model.torch.load(p)",
            "import torch.nn as nn\nnn.load(3)",
            "from torch.nn import load\nload(3)",
        ] {
            assert!(!may_refer(text.as_bytes(), &torch()), "{text}");
        }
    }
}
