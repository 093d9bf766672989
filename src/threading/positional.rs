//! Calls that hardcode the decision by position: `open_model("org/tiny", "main", True)`, where the
//! third parameter of the function, which another file defines, is the decision.

use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;
use tree_sitter::Node;

use super::missing::Inquiry;
use super::takers::{Slot, calls_by, slot};
use crate::python::call::{Argument, ArgumentKind, Call};
use crate::python::module::Module;
use crate::scan::{Scan, hold};
use crate::transforms::decisions::{Given, may_give_true as holds_true};
use crate::workspace::FileId;

/// Adds the findings.
pub(super) fn look(inquiry: &Inquiry, scan: &mut Scan) {
    if inquiry.takers.by_position.is_empty() {
        return;
    }
    let files = candidates(inquiry);
    inquiry.program.parse_all(&files);
    for file in files {
        let Some(asked) = inquiry.asked(file) else { continue };
        let Some(member) = inquiry.program.module(file) else { continue };
        let module = &member.module;
        let found = calls(inquiry, module);
        let given: Vec<Given> = found
            .iter()
            .map(|(call, argument, slot)| Given {
                call: *call,
                argument: argument.value,
                parameter: &slot.parameter,
            })
            .collect();
        let mut findings = inquiry.taken.by_position(module, &asked.policy, &given);
        hold(inquiry.workspace, &asked, module, &mut findings);
        scan.add(module, findings);
    }
}

/// The calls of a module that give the decision a value by position.
fn calls<'m>(inquiry: &Inquiry, module: &'m Module) -> Vec<(Node<'m>, Argument<'m>, Slot)> {
    let mut words = inquiry.takers.by_position.clone();
    words.insert("partial".to_owned());
    let mut found = Vec::new();
    for node in calls_by(module, &words) {
        let Some(call) = Call::at(node, module.text()) else { continue };
        if !holds_true(module, &call) {
            continue;
        }
        let (function, skipped) = called(module, &call);
        let slot = slot(inquiry.program, (module.file, module), function, inquiry.name_in);
        let Some(slot) = slot else { continue };
        let Some(position) = slot.position else { continue };
        let Some(argument) = call.positional(position + skipped) else { continue };
        if !inquiry.taken.is_found_alone(module, &call, &slot.parameter) {
            found.push((node, argument, slot));
        }
    }
    found
}

/// What a call runs, and how many of its arguments by position go elsewhere: of `partial(f, x)`, `f`.
fn called<'m>(module: &'m Module, call: &Call<'m>) -> (Node<'m>, usize) {
    let resolved = module.names.resolve(call.function, module.text());
    let first = call.positional(0).filter(|_| resolved.single() == Some("functools.partial"));
    match first {
        Some(first) if first.kind == ArgumentKind::Positional => (first.value, 1),
        _ => (call.function, 0),
    }
}

/// The scanned files that may hold such calls, as far as their bytes tell.
fn candidates(inquiry: &Inquiry) -> Vec<FileId> {
    let words = &inquiry.takers.by_position;
    let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words);
    let Ok(automaton) = automaton else { return Vec::new() };
    let workspace = inquiry.workspace;
    let files = workspace.files.iter().map(|file| file.id);
    let files: Vec<FileId> = files.filter(|file| inquiry.asked(*file).is_some()).collect();
    let mut found: Vec<FileId> = files
        .into_par_iter()
        .map_init(Vec::new, |bytes, file| {
            workspace.read(file, bytes).ok()?;
            may_call(bytes, &automaton).then_some(file)
        })
        .flatten()
        .collect();
    found.sort_unstable();
    found
}

/// Whether a text holds a call by one of the words with a true argument by position, or one of the
/// words where it may be imported under another name, or handed to `partial`.
fn may_call(bytes: &[u8], automaton: &AhoCorasick) -> bool {
    if !may_give_true(bytes) {
        return false;
    }
    let mut from = 0;
    while let Some(hit) = automaton.find(aho_corasick::Input::new(bytes).range(from..)) {
        from = hit.start() + 1;
        let before = hit.start().checked_sub(1).map(|at| bytes[at]);
        let behind = bytes.get(hit.end()).copied();
        if before.is_some_and(is_word) || behind.is_some_and(is_word) {
            continue;
        }
        let rest = bytes[hit.end()..bytes.len().min(hit.end() + MOST_BYTES)].trim_ascii_start();
        match rest {
            [b'(', ..] if !may_give_true(within(rest)) => {}
            [b'(' | b',', ..] | [b'a', b's', b' ', ..] => return true,
            _ => {}
        }
    }
    false
}

/// Bytes of a call that are looked through.
const MOST_BYTES: usize = 4096;

/// A text up to the bracket that closes the one at its beginning, as far as that can be told
/// without parsing it.
fn within(text: &[u8]) -> &[u8] {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let rest = &text[at + 1..];
        match byte {
            b'(' => open += 1,
            b')' if open == 1 => return &text[..=at],
            b')' => open -= 1,
            b'#' => at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b'\'' | b'"' => at += string(rest, *byte),
            _ => {}
        }
        at += 1;
    }
    text
}

/// How long a string is behind its quote: to the next one like it, or to the end of the line.
fn string(text: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            _ if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Whether a text holds what may be a true argument by position: `True` behind a bracket or a comma,
/// at the beginning of a line, or as the last part of a longer expression.
pub(super) fn may_give_true(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"True").any(|at| {
        let before = bytes[..at].trim_ascii_end();
        let line = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |end| end + 1);
        if bytes[line..at].trim_ascii().is_empty() {
            return true;
        }
        let starts: [&[u8]; 5] = [b"(", b",", b" or", b" and", b" else"];
        starts.iter().any(|start| before.ends_with(start))
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(text: &str) -> bool {
        let words = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(["load"]);
        may_call(text.as_bytes(), &words.unwrap())
    }

    #[test]
    fn calls_with_a_true_argument_by_position_are_looked_at() {
        for text in [
            "load('a', True)",
            "x.load(\n    'it\\'s) # a',\n    # one ) more\n    True,\n)",
            "load(f(1), y or True)",
            "load(a, False if b else True)",
            "from m import load as g\ng(1, True)",
            "partial(load, 1, True)",
            "load (True)",
            "load(\"a)\", 'b#', (2), True)",
            "load(1, y or  # why\n  True)",
        ] {
            assert!(may(text), "{text}");
        }
    }

    #[test]
    fn other_files_are_not_parsed() {
        for text in [
            "load('a', b=True)\nother(1, True)",
            "reload('a', True)",
            "loads(1, True)",
            "load(1)\nx = (True, False)",
            "def g(load):\n    return [1, True]",
        ] {
            assert!(!may(text), "{text}");
        }
    }
}
