//! Unified diffs as git writes and reads them, byte exact.

use std::ops::Range;
use std::path::Path;

use crate::workspace::lines_changed::{Change, changes, split};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// A function name behind `@@` is cut to this many bytes, as git does.
const HEADING_BYTES: usize = 80;

/// A file before and after.
#[derive(Debug, Clone, Copy)]
pub struct FileDiff<'a> {
    /// The bytes before.
    pub old: &'a [u8],
    /// The bytes after.
    pub new: &'a [u8],
    /// The path relative to the repository's top, with `/` between its parts.
    pub path: &'a Path,
}

/// How much of the unchanged text around a change a diff shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Three lines.
    Lines,
    /// The `def` or `class` that it stands in, from its line to where its block ends.
    Function,
    /// Everything.
    File,
}

/// The diff in git's format, which `git apply` takes from the old bytes to exactly the new ones.
/// Empty where the bytes are equal.
pub fn unified(diff: &FileDiff) -> Vec<u8> {
    unified_with(diff, Context::Lines)
}

/// The same with more around the changes.
pub fn unified_with(diff: &FileDiff, context: Context) -> Vec<u8> {
    unified_without(diff, context, &|_| false)
}

/// The same without the lines around the changes that `hidden` tells, and what lies beyond them.
pub fn unified_without(diff: &FileDiff, context: Context, hidden: Hidden) -> Vec<u8> {
    if diff.old == diff.new {
        return Vec::new();
    }
    let (old, new) = (split(diff.old), split(diff.new));
    let mut out = header(diff.path);
    let mut heading = Heading::default();
    let changes = changes(&old, &new);
    for hunk in hunks(&changes, &old, context, hidden) {
        let heading = heading.before(&old, hunk.old.start);
        let heading = if hidden(heading) { b"" } else { heading };
        write_hunk(&mut out, &hunk, &old, &new, heading);
    }
    out
}

/// Tells whether a line must not be shown.
pub type Hidden<'h> = &'h dyn Fn(&[u8]) -> bool;

/// The 0-based lines of the old text where a diff cannot do without lines that must not be shown.
pub type Shown = Range<usize>;

/// Where the diff would show a hidden line: one that goes or comes, or the only one that could stand
/// behind a change. Without a line behind it, git takes a change for the end of the file.
pub fn shown(old: &[u8], new: &[u8], hidden: Hidden) -> Vec<Shown> {
    let (old, new) = (split(old), split(new));
    let changes = changes(&old, &new);
    let mut found = Vec::new();
    for hunk in hunks(&changes, &old, Context::Lines, hidden) {
        let last = hunk.changes.last().map_or(hunk.old.end, |change| change.old.end);
        for change in hunk.changes {
            let gone = old[change.old.clone()].iter().any(|line| hidden(line));
            let come = new[change.new.clone()].iter().any(|line| hidden(line));
            let is_open = change.old.end == last && hunk.old.end == last && last < old.len();
            if gone || come || is_open {
                found.push(change.old.clone());
            }
        }
    }
    found
}

/// Neighbouring changes with the lines around them.
struct Hunk<'a> {
    changes: &'a [Change],
    /// 0-based lines of the old text, context included.
    old: Range<usize>,
    /// 0-based lines of the new text, context included.
    new: Range<usize>,
}

/// The lines in which old and new text differ: 0-based lines of the old one, and what takes their
/// place.
pub fn changed_lines(old: &[u8], new: &[u8]) -> Vec<(Range<usize>, Vec<u8>)> {
    let (old, new) = (split(old), split(new));
    let found = changes(&old, &new).into_iter();
    found.map(|change| (change.old, new[change.new].concat())).collect()
}

/// Changes whose contexts touch share a hunk.
fn hunks<'c>(
    changes: &'c [Change],
    old: &'c [&'c [u8]],
    context: Context,
    hidden: Hidden<'c>,
) -> impl Iterator<Item = Hunk<'c>> {
    let old_count = old.len();
    let wanted = move |change: &Change| -> (usize, usize) {
        let (start, end) = (change.old.start, change.old.end);
        match context {
            Context::Lines => (start.min(CONTEXT), (old_count - end).min(CONTEXT)),
            Context::File => (start, old_count - end),
            Context::Function => {
                let block = block_around(old, start);
                let before = start - block.start.min(start.saturating_sub(CONTEXT));
                (before, block.end.max((end + CONTEXT).min(old_count)) - end)
            }
        }
    };
    let around = move |change: &Change| -> (usize, usize) {
        let (before, after) = wanted(change);
        let (start, end) = (change.old.start, change.old.end);
        let before = (0..before).take_while(|at| !hidden(old[start - 1 - at])).count();
        let after = (0..after).take_while(|at| !hidden(old[end + at])).count();
        (before, after)
    };
    let near = move |a: &Change, b: &Change| {
        let between = a.old.end..b.old.start;
        between.len() <= wanted(a).1 + wanted(b).0 && !old[between].iter().any(|line| hidden(line))
    };
    changes.chunk_by(near).map(move |part| {
        let (first, last) = (&part[0], &part[part.len() - 1]);
        let (before, after) = (around(first).0, around(last).1);
        Hunk {
            changes: part,
            old: first.old.start - before..last.old.end + after,
            new: first.new.start - before..last.new.end + after,
        }
    })
}

/// The 0-based lines of the innermost `def` or `class` around a line, by their indentation.
fn block_around(lines: &[&[u8]], at: usize) -> Range<usize> {
    let depth = |line: &[u8]| line.len() - line.trim_ascii_start().len();
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    let mut deepest = lines.get(at).filter(|l| !is_blank(l)).map_or(usize::MAX, |l| depth(l));
    if lines.get(at).is_some_and(|line| opens_scope(line)) {
        deepest += 1;
    }
    let opening = (0..at.saturating_add(1).min(lines.len())).rev().find(|index| {
        let line = lines[*index];
        if is_blank(line) || depth(line) >= deepest {
            return false;
        }
        deepest = depth(line);
        opens_scope(line)
    });
    let Some(opening) = opening else { return at..at };
    let outer = depth(lines[opening]);
    let ends = |index: &usize| !is_blank(lines[*index]) && depth(lines[*index]) <= outer;
    let end = (at.max(opening) + 1..lines.len()).find(ends).unwrap_or(lines.len());
    let last = (opening..end).rev().find(|index| !is_blank(lines[*index])).unwrap_or(opening);
    opening..last + 1
}

fn write_hunk(out: &mut Vec<u8>, hunk: &Hunk, old: &[&[u8]], new: &[&[u8]], heading: &[u8]) {
    let ranges = format!("@@ -{} +{} @@", range(&hunk.old), range(&hunk.new));
    out.extend_from_slice(ranges.as_bytes());
    if !heading.is_empty() {
        out.push(b' ');
        out.extend_from_slice(heading);
    }
    out.push(b'\n');
    let mut at = hunk.old.start;
    for change in hunk.changes {
        write_lines(out, b' ', &old[at..change.old.start]);
        write_lines(out, b'-', &old[change.old.clone()]);
        write_lines(out, b'+', &new[change.new.clone()]);
        at = change.old.end;
    }
    write_lines(out, b' ', &old[at..hunk.old.end]);
}

/// `start,count` as git counts: from 1, the line before where there is none, a single line bare.
fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn write_lines(out: &mut Vec<u8>, sign: u8, lines: &[&[u8]]) {
    for line in lines {
        out.push(sign);
        out.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

/// The nearest `class` or `def` before a hunk, found in one pass over all hunks.
#[derive(Default)]
struct Heading {
    searched: usize,
    line: Option<usize>,
}

impl Heading {
    /// The heading for a hunk that begins at the line; hunks come in rising order.
    fn before<'a>(&mut self, lines: &[&'a [u8]], start: usize) -> &'a [u8] {
        let found = (self.searched..start).rev().find(|&at| opens_scope(lines[at]));
        self.line = found.or(self.line);
        self.searched = start;
        let Some(at) = self.line else { return b"" };
        let text = lines[at].trim_ascii();
        text[..text.len().min(HEADING_BYTES)].trim_ascii_end()
    }
}

fn opens_scope(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    if begins_with_word(text, b"class") || begins_with_word(text, b"def") {
        return true;
    }
    begins_with_word(text, b"async")
        && begins_with_word(text[b"async".len()..].trim_ascii_start(), b"def")
}

fn begins_with_word(text: &[u8], word: &[u8]) -> bool {
    text.strip_prefix(word).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))
}

fn header(path: &Path) -> Vec<u8> {
    let name = path.as_os_str().as_encoded_bytes();
    let (a, b) = (quoted(b"a/", name), quoted(b"b/", name));
    // Without a tab behind it, a reader would end a name at its first space.
    let end: &[u8] = if name.contains(&b' ') { b"\t\n" } else { b"\n" };
    [b"diff --git ", &a[..], b" ", &b, b"\n--- ", &a, end, b"+++ ", &b, end].concat()
}

/// The name behind its prefix, in C's quotes where git would put them.
fn quoted(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if name.iter().all(plain) {
        return [prefix, name].concat();
    }
    let mut out = vec![b'"'];
    out.extend_from_slice(prefix);
    for &byte in name {
        push_quoted(&mut out, byte);
    }
    out.push(b'"');
    out
}

fn push_quoted(out: &mut Vec<u8>, byte: u8) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        0x07 => b'a',
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0b => b'v',
        0x0c => b'f',
        b'\r' => b'r',
        b' '..=b'~' => {
            out.push(byte);
            return;
        }
        _ => {
            out.extend_from_slice(format!("\\{byte:03o}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod git_tests;
