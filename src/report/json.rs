//! Findings, changes, exceptions and counts as JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::escape::is_hidden;
use super::machine::{End, Line, Report, Written};

/// One JSON object, pretty-printed, with a line feed at its end. Characters that a terminal would
/// act on are written as `\uXXXX`.
pub fn report(report: &Report) -> String {
    let json =
        serde_json::to_string_pretty(report).expect("plain data with text keys has a JSON form");
    harmless(&json) + "\n"
}

/// One JSON object a line; the counts are the last one.
pub fn lines(report: &Report) -> String {
    let mut out = String::new();
    let mut push = |line: Line| {
        out.push_str(&one_line(&line));
        out.push('\n');
    };
    report.findings.iter().for_each(|finding| push(Line::Finding(finding)));
    report.changes.iter().for_each(|change| push(Line::Change(change)));
    report.exceptions.iter().for_each(|exception| push(Line::Exception(exception)));
    report.skipped.iter().for_each(|skipped| push(Line::Skipped(skipped)));
    report.errors.iter().for_each(|problem| push(Line::Error(problem)));
    let written = report.written.iter().flatten();
    written.for_each(|path| push(Line::Written(Written { path })));
    report.policy.iter().for_each(|policy| push(Line::Policy(policy)));
    push(Line::Summary(End { tool: &report.tool, summary: &report.summary }));
    out
}

/// A value as JSON on one line, without a line feed; nothing in it acts on a terminal.
pub(super) fn one_line(value: &impl Serialize) -> String {
    harmless(&serde_json::to_string(value).expect("plain data with text keys has a JSON form"))
}

/// The path with `/` between its parts on every system; what is not UTF-8 is replaced.
pub fn slashed(path: &Path) -> String {
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
    use crate::report::machine::{Finding, Skipped, TOOL};
    use crate::report::model::{Position, Summary};
    use crate::transforms::finding::Level;
    use serde_json::{Value, json};

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).expect("it is JSON")
    }

    fn a_report(message: &str) -> Report {
        let finding = Finding {
            id: "0123456789ab".to_owned(),
            transform: "torch-load".to_owned(),
            level: Level::Auto,
            path: "src/a.py".to_owned(),
            start: Position { line: 12, column: 9 },
            end: Position { line: 12, column: 22 },
            message: message.to_owned(),
            advice: "write it".to_owned(),
            sink: "torch.load".to_owned(),
            scope: "Engine.load".to_owned(),
            changes: vec!["0123456789ab".to_owned()],
            reason: None,
            baseline: false,
            fixed: false,
            exposure: None,
            entry: None,
            path_from_entry: None,
        };
        Report {
            tool: TOOL,
            findings: vec![finding],
            changes: Vec::new(),
            exceptions: Vec::new(),
            skipped: vec![Skipped { path: "b.py".to_owned(), cause: "a test".to_owned() }],
            errors: Vec::new(),
            policy: None,
            written: None,
            summary: Summary { files: 2, ..Summary::default() },
        }
    }

    #[test]
    fn an_object_holds_what_it_says_of_a_finding() {
        let report = parsed(&report(&a_report("runs code")));
        assert_eq!(
            report["findings"],
            json!([{
                "id": "0123456789ab", "transform": "torch-load", "level": "auto",
                "path": "src/a.py",
                "start": {"line": 12, "column": 9}, "end": {"line": 12, "column": 22},
                "message": "runs code", "advice": "write it", "sink": "torch.load",
                "scope": "Engine.load", "changes": ["0123456789ab"], "reason": null,
                "baseline": false, "fixed": false,
            }])
        );
        assert_eq!((&report["version"], &report["tool"]), (&json!(1), &json!("untrust")));
        assert_eq!(report["summary"]["files"], 2);
        assert_eq!(report.get("written"), None);
    }

    #[test]
    fn lines_have_a_type_each_and_the_counts_come_last() {
        let report = Report { written: Some(vec!["a.py".to_owned()]), ..a_report("runs\ncode") };
        let text = lines(&report);
        let lines: Vec<Value> = text.lines().map(parsed).collect();
        let types: Vec<&str> = lines.iter().filter_map(|line| line["type"].as_str()).collect();
        assert_eq!(types, ["finding", "skipped", "written", "summary"]);
        assert_eq!(lines[0]["message"], "runs\ncode");
        assert_eq!((&lines[3]["tool"], &lines[3]["files"]), (&json!("untrust"), &json!(2)));
    }

    #[test]
    fn characters_for_the_terminal_are_escaped_and_mean_the_same() {
        let message = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}\n\"é";
        let text = report(&a_report(message));
        assert!(text.chars().all(|c| c == '\n' || !is_hidden(c)));
        assert_eq!(parsed(&text)["findings"][0]["message"], message);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_utf8_is_lossy() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(slashed(Path::new(OsStr::from_bytes(b"d/\xff.py"))), "d/\u{fffd}.py");
    }
}
