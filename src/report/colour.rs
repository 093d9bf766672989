//! Diffs for a terminal.

use std::ops::Range;

use colored::{Color, Colorize};
use similar::{ChangeTag, TextDiff};

use super::escape::visible_bytes;
use crate::workspace::lines_changed::split;

/// Lines longer than this many bytes are coloured as a whole; comparing their words would take
/// long, and nobody reads them.
const LONGEST_COMPARED: usize = 2_000;

/// Lines that share less than this much are different lines, not a changed one.
const LEAST_ALIKE: f32 = 0.5;

/// The patch for a terminal: every character visible, headers bold, hunk lines cyan, removed and
/// added lines red and green with the words that changed standing out. Without escape sequences
/// where `colored` is switched off. A carriage return that ends every line of a hunk is left out.
pub fn coloured(patch: &[u8]) -> String {
    let lines = split(patch);
    let mut out = String::with_capacity(patch.len() * 2);
    let mut at = 0;
    while at < lines.len() {
        let Some(end) = hunk_end(&lines, at) else {
            push_line(&mut out, &visible_bytes(body(lines[at])).bold().to_string());
            at += 1;
            continue;
        };
        push_line(&mut out, &visible_bytes(body(lines[at])).cyan().to_string());
        push_hunk(&mut out, &lines[at + 1..end]);
        at = end;
    }
    out
}

/// The line without its line feed.
fn body(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// Behind the last line of the hunk whose `@@` line this is. The counts decide, for a removed
/// line may look like a header (`--- a/x`).
fn hunk_end(lines: &[&[u8]], at: usize) -> Option<usize> {
    let (mut old, mut new) = counts(lines[at])?;
    let mut end = at + 1;
    while let Some(line) = lines.get(end) {
        match line.first() {
            Some(b'\\') => {}
            Some(b'-') if old > 0 => old -= 1,
            Some(b'+') if new > 0 => new -= 1,
            Some(b' ' | b'\n') if old > 0 && new > 0 => (old, new) = (old - 1, new - 1),
            _ => break,
        }
        end += 1;
    }
    Some(end)
}

/// How many old and new lines follow `@@ -l,s +l,s @@`.
fn counts(line: &[u8]) -> Option<(usize, usize)> {
    let text = str::from_utf8(line.strip_prefix(b"@@ -")?.split(|&b| b == b'@').next()?).ok()?;
    let (old, new) = text.trim().split_once(" +")?;
    let count = |range: &str| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => Some(1),
    };
    Some((count(old)?, count(new)?))
}

fn push_hunk(out: &mut String, lines: &[&[u8]]) {
    let all_crlf = lines.iter().all(|line| line.starts_with(b"\\") || body(line).ends_with(b"\r"));
    let texts: Vec<String> = lines
        .iter()
        .map(|line| {
            let text = body(line);
            visible_bytes(if all_crlf { text.strip_suffix(b"\r").unwrap_or(text) } else { text })
        })
        .collect();
    let mut rest = &texts[..];
    while let Some(first) = rest.first() {
        if !first.starts_with(['-', '+']) {
            push_line(out, first);
            rest = &rest[1..];
            continue;
        }
        let (block, behind) = rest.split_at(run(rest, &['-', '+', '\\']));
        push_change(out, block);
        rest = behind;
    }
}

/// How many lines from the first on begin with one of the signs.
fn run(lines: &[String], signs: &[char]) -> usize {
    lines.iter().take_while(|line| line.starts_with(signs)).count()
}

/// Removed lines and the added ones behind them: the first with the first, and so on.
fn push_change(out: &mut String, block: &[String]) {
    let (removed, added) = block.split_at(run(block, &['-', '\\']));
    let (mut old, mut new) = (code_lines(removed), code_lines(added));
    let mut old_marks = vec![Vec::new(); removed.len()];
    let mut new_marks = vec![Vec::new(); added.len()];
    for index in 0..removed.len().min(added.len()) {
        let (Some(from), Some(to)) = (old.next(), new.next()) else { break };
        (old_marks[index], new_marks[index]) = changed_words(&from[1..], &to[1..]);
    }
    push_side(out, removed, &old_marks, Color::Red);
    push_side(out, added, &new_marks, Color::Green);
}

/// The lines of the file, without git's remark about a missing line feed.
fn code_lines(lines: &[String]) -> impl Iterator<Item = &String> {
    lines.iter().filter(|line| !line.starts_with('\\'))
}

/// The remark can only stand last, so the marks of the lines before it keep their index.
fn push_side(out: &mut String, lines: &[String], marks: &[Vec<Range<usize>>], colour: Color) {
    for (line, marks) in lines.iter().zip(marks) {
        if line.starts_with('\\') {
            push_line(out, line);
            continue;
        }
        let mut at = 0;
        // The marks count from behind the sign.
        for mark in marks {
            let (start, end) = (mark.start + 1, mark.end + 1);
            push_part(out, &line[at..start], colour, false);
            push_part(out, &line[start..end], colour, true);
            at = end;
        }
        push_part(out, &line[at..], colour, false);
        out.push('\n');
    }
}

fn push_part(out: &mut String, text: &str, colour: Color, stands_out: bool) {
    if text.is_empty() {
        return;
    }
    let part = text.color(colour);
    out.push_str(&if stands_out { part.reversed() } else { part }.to_string());
}

/// Bytes of each line that the other does not have; none where the lines are hardly alike.
fn changed_words(old: &str, new: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    if old.len().max(new.len()) > LONGEST_COMPARED {
        return (removed, added);
    }
    let words = TextDiff::from_unicode_words(old, new);
    if words.ratio() < LEAST_ALIKE {
        return (removed, added);
    }
    let (mut old_at, mut new_at) = (0, 0);
    for change in words.iter_all_changes() {
        let length = change.value().len();
        match change.tag() {
            ChangeTag::Equal => (old_at, new_at) = (old_at + length, new_at + length),
            ChangeTag::Delete => extend(&mut removed, &mut old_at, length),
            ChangeTag::Insert => extend(&mut added, &mut new_at, length),
        }
    }
    (removed, added)
}

/// Adds the bytes behind `at`, joined to the last range where they touch it.
fn extend(ranges: &mut Vec<Range<usize>>, at: &mut usize, length: usize) {
    let end = *at + length;
    match ranges.last_mut() {
        Some(last) if last.end == *at => last.end = end,
        _ => ranges.push(*at..end),
    }
    *at = end;
}

/// Runs with colours on or off. The switch is one for all threads, so such tests take turns.
#[cfg(test)]
pub(crate) fn with_colours<T>(on: bool, run: impl FnOnce() -> T) -> T {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    colored::control::set_override(on);
    let result = run();
    colored::control::unset_override();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n\
        @@ -1,3 +1,3 @@ def f():\n x\n-torch.load(p)\n+torch.load(p, weights_only=True)\n y\n";

    #[test]
    fn without_colours_the_patch_is_itself() {
        assert_eq!(with_colours(false, || coloured(PATCH.as_bytes())), PATCH);
    }

    #[test]
    fn changed_words_stand_out() {
        let shown = with_colours(true, || coloured(PATCH.as_bytes()));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], "\x1b[1mdiff --git a/a.py b/a.py\x1b[0m");
        assert_eq!(lines[3], "\x1b[36m@@ -1,3 +1,3 @@ def f():\x1b[0m");
        assert_eq!(lines[4], " x");
        assert_eq!(lines[5], "\x1b[31m-torch.load(p)\x1b[0m");
        assert_eq!(
            lines[6],
            "\x1b[32m+torch.load(p\x1b[0m\x1b[7;32m, weights_only=True\x1b[0m\x1b[32m)\x1b[0m"
        );
    }

    #[test]
    fn a_removed_line_that_looks_like_a_header_is_a_removed_line() {
        let patch = "--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n--- a/x\n-@@ -1 +1 @@\n+y\n\
            \\ No newline at end of file\ndiff --git a/b b/b\n";
        let shown = with_colours(true, || coloured(patch.as_bytes()));
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[3], "\x1b[31m--- a/x\x1b[0m");
        assert_eq!(lines[4], "\x1b[31m-@@ -1 +1 @@\x1b[0m");
        assert_eq!(lines[6], "\\ No newline at end of file");
        assert_eq!(lines[7], "\x1b[1mdiff --git a/b b/b\x1b[0m");
    }

    #[test]
    fn missing_line_feeds_on_both_sides_keep_their_remarks() {
        let patch = "@@ -1,2 +1,2 @@\n-a b c d\n-e\n\\ No newline at end of file\n\
            +a b c x\n+f\n\\ No newline at end of file\n";
        assert_eq!(with_colours(false, || coloured(patch.as_bytes())), patch);
    }

    #[test]
    fn nothing_raw_reaches_the_terminal() {
        let patch = b"@@ -1 +1 @@\n-\x1b]0;t\x07\xff\n+\xe2\x80\xae\n";
        let shown = with_colours(false, || coloured(patch));
        assert_eq!(shown, "@@ -1 +1 @@\n-\\x1b]0;t\\x07\\xff\n+\\u{202e}\n");
    }

    #[test]
    fn a_changed_line_ending_shows_and_a_common_one_does_not() {
        let shown = |patch: &str| with_colours(false, || coloured(patch.as_bytes()));
        assert_eq!(shown("@@ -1 +1 @@\n-a\r\n+b\r\n"), "@@ -1 +1 @@\n-a\n+b\n");
        assert_eq!(shown("@@ -1 +1 @@\n-a\r\n+a\n"), "@@ -1 +1 @@\n-a\\x0d\n+a\n");
    }
}
