//! Findings, exceptions and the summary for a machine.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::escape::is_hidden;
use super::model::{ExceptionView, FindingView, Position, Summary};

/// One JSON object, pretty-printed, with a line feed at its end. Paths that are not UTF-8 hold
/// replacement characters; characters that a terminal would act on are written as `\uXXXX`.
pub fn report(findings: &[FindingView], exceptions: &[ExceptionView], summary: &Summary) -> String {
    let report = Report {
        version: 1,
        tool: "untrust",
        findings: findings.iter().map(finding).collect(),
        exceptions: exceptions.iter().map(exception).collect(),
        summary,
    };
    let json =
        serde_json::to_string_pretty(&report).expect("plain data with text keys has a JSON form");
    harmless(&json) + "\n"
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: &'static str,
    findings: Vec<Finding<'a>>,
    exceptions: Vec<Exception<'a>>,
    summary: &'a Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    transform: &'a str,
    level: &'a str,
    path: String,
    start: Position,
    end: Position,
    message: &'a str,
    advice: &'a str,
    sink: &'a str,
}

#[derive(Serialize)]
struct Exception<'a> {
    transform: &'a str,
    kind: &'a str,
    path: String,
    start: Position,
    end: Position,
    sink: &'a str,
    reason: &'a str,
}

fn finding(view: &FindingView) -> Finding<'_> {
    Finding {
        transform: view.transform,
        level: view.level,
        path: slashed(&view.path),
        start: view.start,
        end: view.end,
        message: &view.message,
        advice: &view.advice,
        sink: &view.sink,
    }
}

fn exception(view: &ExceptionView) -> Exception<'_> {
    Exception {
        transform: view.transform,
        kind: view.kind,
        path: slashed(&view.path),
        start: view.start,
        end: view.end,
        sink: &view.sink,
        reason: &view.reason,
    }
}

/// The path with `/` between its parts on every system.
pub(super) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Such characters stand in strings only, where the escape means the same. The line feeds between
/// the members stay.
pub(super) fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_hidden(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).expect("it is JSON")
    }

    fn a_finding() -> FindingView {
        FindingView {
            transform: "torch-load",
            level: "auto",
            path: "src/a.py".into(),
            start: Position { line: 12, column: 9 },
            end: Position { line: 12, column: 22 },
            message: "runs code".to_owned(),
            advice: "write it".to_owned(),
            sink: "torch.load".to_owned(),
            source_line: "torch.load(p)".to_owned(),
            caret: (1, 13),
        }
    }

    #[test]
    fn the_object_has_exactly_the_documented_keys() {
        let exception = ExceptionView {
            transform: "yaml-load",
            kind: "safe",
            path: "b.py".into(),
            start: Position { line: 1, column: 1 },
            end: Position { line: 2, column: 1 },
            sink: "yaml.load".to_owned(),
            reason: "derives from SafeLoader".to_owned(),
        };
        let summary = Summary {
            files: 2,
            findings: [("torch-load", 1)].into(),
            exceptions: 1,
            ..Summary::default()
        };
        assert_eq!(
            parsed(&report(&[a_finding()], &[exception], &summary)),
            json!({
                "version": 1,
                "tool": "untrust",
                "findings": [{
                    "transform": "torch-load", "level": "auto", "path": "src/a.py",
                    "start": {"line": 12, "column": 9}, "end": {"line": 12, "column": 22},
                    "message": "runs code", "advice": "write it", "sink": "torch.load",
                }],
                "exceptions": [{
                    "transform": "yaml-load", "kind": "safe", "path": "b.py",
                    "start": {"line": 1, "column": 1}, "end": {"line": 2, "column": 1},
                    "sink": "yaml.load", "reason": "derives from SafeLoader",
                }],
                "summary": {
                    "files": 2, "findings": {"torch-load": 1}, "fixed": 0, "fixable": 0,
                    "held_for_review": 0, "left": 0, "left_reasons": {}, "exceptions": 1,
                    "skipped": {}, "syntax_errors": 0, "errors": 0, "dropped": 0, "long_lines": 0,
                    "mode": "check",
                },
            })
        );
    }

    #[test]
    fn characters_for_the_terminal_are_escaped_and_mean_the_same() {
        let message = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\n\"é";
        let view = FindingView { message: message.to_owned(), ..a_finding() };
        let text = report(&[view], &[], &Summary::default());
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)));
        assert_eq!(parsed(&text)["findings"][0]["message"], message);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_is_lossy() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(OsStr::from_bytes(b"\xff.py")).to_path_buf();
        let text = report(&[FindingView { path, ..a_finding() }], &[], &Summary::default());
        assert_eq!(parsed(&text)["findings"][0]["path"], "\u{fffd}.py");
    }
}
