use std::path::Path;

use super::super::colour::with_colours;
use super::super::model::{Position, StepView};
use super::*;
use crate::exposure::Exposure;

fn view() -> FindingView {
    FindingView {
        transform: "torch-load",
        level: "auto",
        path: "src/app/x.py".into(),
        start: Position { line: 12, column: 9 },
        end: Position { line: 12, column: 22 },
        message: "a checkpoint can run code".to_owned(),
        advice: "write weights_only=True".to_owned(),
        sink: "torch.load".to_owned(),
        source_line: "    x = torch.load(p)  # own\n".to_owned(),
        caret: (9, 13),
        exposure: Exposure::None,
        way: None,
    }
}

#[test]
fn a_way_stands_on_one_line() {
    let step = |name: &str, path: &str, line| StepView {
        path: path.to_owned(),
        line,
        name: name.to_owned(),
    };
    let steps = vec![step("generate", "app/api.py", 12), step("Engine.load", "app/engine.py", 40)];
    let web = WayView { entry: "POST /generate".to_owned(), steps };
    let shown = plain(&FindingView { way: Some(web), ..view() });
    let line = "  reachable: POST /generate -> generate (app/api.py:12) -> Engine.load (app/engine.py:40)\n";
    assert!(shown.ends_with(line), "{shown}");
    let steps = vec![step("<module>", "run.py", 3), step("<module>", "a.py", 1)];
    let way = WayView { entry: "python run.py".to_owned(), steps };
    let shown = plain(&FindingView { way: Some(way), ..view() });
    assert!(shown.ends_with("  reachable: python run.py (run.py:3) -> <module> (a.py:1)\n"));
}

fn plain(view: &FindingView) -> String {
    with_colours(false, || finding(view))
}

#[test]
fn a_finding_names_place_reason_code_and_advice() {
    assert_eq!(
        plain(&view()),
        "src/app/x.py:12:9: torch-load: a checkpoint can run code
   12 |     x = torch.load(p)  # own
      |         ^^^^^^^^^^^^^
  = write weights_only=True
"
    );
}

#[test]
fn advice_may_be_missing_or_long() {
    let none = FindingView { advice: String::new(), ..view() };
    assert!(plain(&none).ends_with("^\n"));
    let two = FindingView { advice: "one\ntwo\n".to_owned(), ..view() };
    assert!(plain(&two).ends_with("  = one\n    two\n"));
}

#[test]
fn a_long_line_number_moves_the_gutter() {
    let far = FindingView { start: Position { line: 1_234_567, column: 9 }, ..view() };
    let shown = plain(&far);
    let bars: Vec<_> = shown.lines().skip(1).take(2).map(|line| line.find('|')).collect();
    assert_eq!(bars, [Some(8), Some(8)]);
}

#[test]
fn nothing_raw_reaches_the_terminal() {
    let odd = FindingView {
        path: "a\x1b\n.py".into(),
        message: "why\n  \x07 so".to_owned(),
        advice: "do \u{202e}".to_owned(),
        source_line: "x = '\x1b[31m'".to_owned(),
        ..view()
    };
    let shown = plain(&odd);
    assert!(shown.starts_with("a\\x1b\\x0a.py:12:9: torch-load: why \\x07 so\n"));
    assert!(shown.contains("x = '\\x1b[31m'\n") && shown.ends_with("  = do \\u{202e}\n"));
}

#[test]
fn colours_mark_place_transform_and_caret() {
    let shown = with_colours(true, || finding(&view()));
    assert!(shown.starts_with("\x1b[1msrc/app/x.py:12:9\x1b[0m: \x1b[33mtorch-load\x1b[0m: "));
    assert!(shown.contains("\x1b[1;31m^^^^^^^^^^^^^\x1b[0m\n"));
}

#[test]
fn a_change_is_one_line() {
    let line = |reason| {
        with_colours(false, || change_line(Path::new("a\n.py"), 3, "yaml-load", "use it", reason))
    };
    assert_eq!(line(""), "a\\x0a.py:3: yaml-load: use it");
    assert_eq!(line("because\nso"), "a\\x0a.py:3: yaml-load: use it; because so");
}

#[test]
fn nothing_found_is_one_line() {
    let none = Summary { files: 1, ..Summary::default() };
    assert_eq!(summary(&none), "scanned 1 file: no findings\n");
    let fixed = Summary { files: 2, fixed: 1, mode: Mode::Fix, ..Summary::default() };
    assert_eq!(summary(&fixed), "scanned 2 files: no findings left\nfixed 1 finding\n");
}

#[test]
fn every_count_has_its_line() {
    let all = Summary {
        files: 120,
        findings: [("torch-load", 4), ("unused", 0), ("yaml-load", 1)].into(),
        fixable: 1,
        held_for_review: 1,
        left: 3,
        left_reasons: [("a reason".to_owned(), 1), ("b reason".to_owned(), 2)].into(),
        exceptions: 2,
        skipped: [("binary".to_owned(), 2), ("too large".to_owned(), 1)].into(),
        syntax_errors: 1,
        errors: 1,
        dropped: 2,
        long_lines: 1,
        ..Summary::default()
    };
    assert_eq!(
        summary(&all),
        "scanned 120 files: 5 findings (torch-load 4, yaml-load 1)
1 can be fixed (untrust diff shows it, untrust fix applies it)
1 held back for review (--review-level shows it)
3 left for a person:
  2: b reason
  1: a reason
2 exceptions (-v names them)
1 changed line is now longer than the project's limit (not reflowed)
skipped 3 files (binary 2, too large 1)
1 file has a syntax error
2 fixes were dropped and not applied
1 error
"
    );
}

#[test]
fn a_single_reason_stands_on_the_line() {
    let one = Summary {
        files: 1,
        findings: [("pickle-load", 2)].into(),
        left: 2,
        left_reasons: [("no safe form".to_owned(), 2)].into(),
        mode: Mode::Diff,
        ..Summary::default()
    };
    assert_eq!(
        summary(&one),
        "scanned 1 file: 2 findings (pickle-load 2)\n2 left for a person: no safe form\n"
    );
}
