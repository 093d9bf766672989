use super::super::machine::{Elsewhere, Link};
use super::*;

const PAGE: &str = "# t\n\n## Why it is unsafe\n\nIt runs\ncode.\n\n## What the fix does\n\nIt stops\n`that`.\n\nBefore\n\n## When it holds back\n\nNever.\n";

fn link(path: &str, line: usize, name: &str, text: &str) -> Link {
    Link { path: path.to_owned(), line, name: name.to_owned(), text: text.to_owned() }
}

fn elsewhere(path: &str, about: &str) -> Elsewhere {
    Elsewhere { path: path.to_owned(), line: 3, about: about.to_owned() }
}

fn way() -> Way {
    Way {
        names: ["load", "main", "--trust"].map(str::to_owned).to_vec(),
        hosts: vec![link("a.py", 4, "load", "gains the parameter")],
        callers: vec![
            link("b.py", 9, "main", "hands on `args.trust`; imported"),
            link("c.py", 1, "", "hands on `trust`"),
        ],
        ends: vec![link("b.py", 9, "main", "`args.trust` decides")],
        usages: vec![link("b.py", 2, "main", "python b.py --trust")],
        left: vec![link("d.py", 7, "go", "what it unpacks may hand it on already")],
        mocks: vec![elsewhere("tests/test_a.py", "load")],
        runs: vec![elsewhere("run.sh", "b.py")],
        settings: vec![elsewhere("conf.yaml", "trust: true")],
    }
}

fn change(line: usize, reason: &str, way: Option<Way>) -> Change<'_> {
    Change {
        path: "a.py".to_owned(),
        lines: vec![line],
        scope: "load",
        transform: "t",
        title: "let the caller decide",
        reason,
        level: if reason.is_empty() { Level::Auto } else { Level::Review },
        elsewhere: Vec::new(),
        way,
    }
}

fn request(changes: Vec<Change<'_>>) -> PullRequest<'_> {
    PullRequest {
        common: Common::Transform("t"),
        changes,
        files: vec![("a.py".to_owned(), vec!["@org/ml".to_owned()]), ("b.py".to_owned(), vec![])],
        pages: vec![("t", PAGE)],
        patch: "0002-t.patch",
        before: Vec::new(),
    }
}

#[test]
fn a_decision_is_told_with_its_whole_way() {
    let mut one = change(5, "", Some(way()));
    one.elsewhere = vec!["b.py".to_owned(), "c.py".to_owned()];
    one.lines.push(8);
    assert_eq!(
        change::item(&one, true),
        "- `a.py:5` in `load` (and line 8): t: let the caller decide
  - the way: `load` ← `main` ← `--trust`
  - who takes the decision: `a.py:4` in `load`: gains the parameter
  - who hands it on:
    - `b.py:9` in `main`: hands on `args.trust`; imported
    - `c.py:1`: hands on `trust`
  - where it ends: `b.py:9` in `main`: `args.trust` decides
  - to say yes: `python b.py --trust`
  - to say yes in a file of settings: `trust: true` in `conf.yaml:3`
  - `b.py` is run by `run.sh:3`: look whether that has to say yes
  - tests assert how mocks of it are called: `tests/test_a.py:3`
  - 1 call is left as it is, see below
  - it edits `b.py`, `c.py` too
"
    );
}

#[test]
fn the_reasons_of_a_page_are_taken_line_by_line() {
    let text = text(&request(vec![change(5, "", None)]));
    let why =
        "\n## Why\n\nIt runs code.\n\n**What the fix does.** It stops `that`.\n\n## Changes\n";
    assert!(text.contains(why), "{text}");
}

#[test]
fn what_depends_on_the_author_is_told_apart() {
    let look = |changes: Vec<Change>| {
        let text = text(&request(changes));
        let (_, below) = text.split_once("## What to look at\n\n").unwrap();
        below.split_once("Each new text").unwrap().0.to_owned()
    };
    let keeps = "the program's behaviour for input that can be trusted, or";
    assert_eq!(
        look(vec![change(5, "", None)]),
        format!("The change keeps {keeps} fails with a clear error.\n\n")
    );
    assert_eq!(
        look(vec![
            change(1, "it may be `x`", None),
            change(2, "", None),
            change(3, "it may be `x`", None),
            change(4, "", None)
        ]),
        format!(
            "2 changes depend on what the author meant:\n\n- it may be `x`: `a.py:1`, `a.py:3`\n\nThe other 2 changes keep {keeps} fail with a clear error.\n\n"
        )
    );
    assert_eq!(
        look(vec![change(1, "why", None)]),
        "1 change depends on what the author meant:\n\n- why: `a.py:1`\n\n"
    );
}

#[test]
fn calls_that_several_changes_leave_are_named_once() {
    let text = text(&request(vec![change(5, "", Some(way())), change(6, "", Some(way()))]));
    let item = "- `d.py:7` in `go`: what it unpacks may hand it on already (the decision of `a.py:5`, `a.py:6`)\n";
    assert_eq!(text.matches(item).count(), 1, "{text}");
}

#[test]
fn what_comes_before_is_said() {
    let mut request = request(vec![change(5, "", None)]);
    let how = |request: &PullRequest| {
        let text = text(request);
        text.split_once("```\n\n").unwrap().1.to_owned()
    };
    assert!(how(&request).ends_with("it can be applied alone.\n"));
    request.before = vec!["0001-a.patch"];
    assert_eq!(
        how(&request),
        "One patch has to be applied first, for they share a file: `0001-a.patch`.\n"
    );
    request.before = vec!["0001-a.patch"; 20];
    let how = how(&request);
    assert!(how.contains("`0001-a.patch` and 8 more.\n"), "{how}");
    assert!(how.ends_with("All patches in the order of their numbers are always right.\n"));
}

#[test]
fn a_large_part_stays_short() {
    let long = "word ".repeat(200);
    let mut large = way();
    large.callers = (0..90).map(|line| link("c.py", line, &long, &long)).collect();
    large.left = (0..90).map(|line| link("d.py", line, &long, &long)).collect();
    let changes = (0..2_000).map(|line| change(line, &long, Some(large.clone()))).collect();
    let mut request = request(changes);
    request.files = (0..900)
        .map(|at| (format!("{at}/{long}.py"), vec![format!("@org/{at}"), format!("{at}@{long}")]))
        .collect();
    let text = text(&request);
    assert!(text.chars().count() < 65_000, "{}", text.chars().count());
    for section in ["## Changes", "## What could not be resolved", "## Owners to ask"] {
        let (_, below) = text.split_once(section).unwrap();
        let section = below.split("\n## ").next().unwrap();
        assert!(section.trim_end().ends_with(" more"), "{section}");
    }
}

#[test]
fn what_comes_from_the_code_stays_text() {
    let hostile = "</details> `@everyone` fixes #1\n# *now* <script> \u{202e}\u{1b}[31m @team";
    let mut all = way();
    for links in [&mut all.hosts, &mut all.callers, &mut all.ends, &mut all.usages, &mut all.left] {
        *links = vec![link(hostile, 1, hostile, hostile), link(hostile, 2, hostile, hostile)];
    }
    for places in [&mut all.mocks, &mut all.runs, &mut all.settings] {
        *places = vec![elsewhere(hostile, hostile)];
    }
    all.names = vec![hostile.to_owned()];
    let mut one = change(1, hostile, Some(all));
    (one.path, one.scope, one.title) = (hostile.to_owned(), hostile, hostile);
    one.elsewhere = vec![hostile.to_owned()];
    let mut request = request(vec![one]);
    request.files = vec![(hostile.to_owned(), vec![hostile.to_owned(), "@org/ml".to_owned()])];
    let owners = [hostile.to_owned()];
    for common in [Common::Change, Common::Owners(&owners)] {
        request.common = common;
        let text = text(&request);
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text:?}");
        assert!(!text.contains("\n# *"), "{text}");
        for (line, outside) in text.lines().map(|line| (line, outside_code(line))) {
            assert!(!outside.contains(" @everyone") && !outside.contains(" @team"), "{line}");
            assert!(!outside.contains("<s") && !outside.contains(" </"), "{line}");
            assert!(!outside.contains("#1") && !outside.contains(" *n"), "{line}");
        }
    }
}

/// A line without its spans of code and without what is escaped, as Markdown finds them.
fn outside_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(escaped) = rest.strip_prefix('\\') {
            // What is escaped is no markup.
            let next = escaped.chars().next().map_or(0, char::len_utf8);
            rest = &escaped[next..];
            continue;
        }
        let run = rest.len() - rest.trim_start_matches('`').len();
        let (fence, behind) = rest.split_at(run);
        let end = behind
            .match_indices(fence)
            .map(|(at, _)| at)
            .find(|&at| !behind[..at].ends_with('`') && !behind[at + run..].starts_with('`'));
        rest = match end {
            Some(end) => &behind[end + run..],
            None => behind,
        };
    }
    out + rest
}
