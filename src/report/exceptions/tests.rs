use super::*;
use serde_json::{Value, json};

fn entry(path: &str, line: usize, owners: &[&str]) -> Entry {
    Entry {
        exception: ExceptionView {
            transform: "torch-load",
            kind: "documented",
            path: path.into(),
            start: Position { line, column: 9 },
            end: Position { line, column: 22 },
            sink: "torch.load".to_owned(),
            reason: "written by\n  save_all() itself".to_owned(),
        },
        scope: "Engine.load".to_owned(),
        owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
    }
}

fn plain(text: &str) -> String {
    text.replace("\u{1b}[1m", "").replace("\u{1b}[33m", "").replace("\u{1b}[0m", "")
}

#[test]
fn a_person_sees_the_owners_once_a_file() {
    let mut last = entry("b.py", 7, &[]);
    last.scope.clear();
    last.exception.kind = "safe";
    let entries = [entry("a.py", 1, &["@o", "x@y.z"]), entry("a.py", 5, &["@o", "x@y.z"]), last];
    let expected = "a.py (owned by @o x@y.z)
  a.py:1:9: torch-load: torch.load in Engine.load
      written by save_all() itself
  a.py:5:9: torch-load: torch.load in Engine.load
      written by save_all() itself

b.py (no owner)
  b.py:7:9: torch-load: torch.load (safe)
      written by save_all() itself
";
    assert_eq!(plain(&text(&entries)), expected);
    let totals = Totals { files: 9, new_since: Some("main"), changed_since: None };
    assert_eq!(
        summary(&entries, &totals),
        "scanned 9 files: 3 exceptions new since main in 2 files, 1 of them without an owner\n"
    );
    let totals = Totals { files: 1, changed_since: Some("HEAD"), new_since: None };
    assert_eq!(
        summary(&[], &totals),
        "scanned 1 file: no exceptions\nonly lines changed since HEAD count\n"
    );
    assert_eq!(text(&[]), "");
}

#[test]
fn the_object_has_exactly_the_documented_keys() {
    let parsed: Value = serde_json::from_str(&json(&[entry("a.py", 1, &["@o"])])).unwrap();
    assert_eq!(
        parsed,
        json!({
            "version": 1,
            "tool": "untrust",
            "exceptions": [{
                "transform": "torch-load", "kind": "documented", "path": "a.py",
                "start": {"line": 1, "column": 9}, "end": {"line": 1, "column": 22},
                "sink": "torch.load", "reason": "written by\n  save_all() itself",
                "owners": ["@o"], "scope": "Engine.load",
            }],
        })
    );
}

#[test]
fn owners_are_asked_group_by_group() {
    let mut hostile = entry("a`b.py", 3, &["@o)<script>"]);
    hostile.exception.reason = "</details> ping @everyone, fixes #1 *now*".to_owned();
    let entries = [entry("c.py", 1, &[]), entry("a.py", 2, &["@org/team"]), hostile];
    let expected = "## Security exceptions to review

Each of these calls keeps a pattern that can run code hidden in data, because of the reason quoted below it; please check that the reason holds.

### @&#8203;o)\\<script\\>

- ``a`b.py:3:9`` torch-load: `torch.load` in `Engine.load`
  > \\</details\\> ping @&#8203;everyone, fixes #&#8203;1 \\*now\\*

### @org/team

- `a.py:2:9` torch-load: `torch.load` in `Engine.load`
  > written by save\\_all() itself

### Files without an owner

- `c.py:1:9` torch-load: `torch.load` in `Engine.load`
  > written by save\\_all() itself
";
    assert_eq!(markdown(&entries), expected);
    assert_eq!(markdown(&[]), "");
}
