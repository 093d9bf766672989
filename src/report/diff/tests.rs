use std::path::Path;

use super::*;

fn diff_of(path: &str, old: &str, new: &str) -> String {
    let diff = FileDiff { old: old.as_bytes(), new: new.as_bytes(), path: Path::new(path) };
    String::from_utf8(unified(&diff)).expect("the texts are UTF-8")
}

#[test]
fn equal_bytes_have_no_diff() {
    assert_eq!(diff_of("a.py", "x\n", "x\n"), "");
}

#[test]
fn a_hunk_has_three_lines_of_context_and_the_name_of_its_function() {
    let old = "import torch\n\n\nclass A:\n    async  def f(self):  \n        1\n        2\n        3\n        torch.load(p)\n        4\n        5\n        6\n        7\n";
    let new = old.replace("(p)", "(p, weights_only=True)");
    assert_eq!(
        diff_of("src/a.py", old, &new),
        "diff --git a/src/a.py b/src/a.py
--- a/src/a.py
+++ b/src/a.py
@@ -6,7 +6,7 @@ async  def f(self):
         1
         2
         3
-        torch.load(p)
+        torch.load(p, weights_only=True)
         4
         5
         6
"
    );
}

#[test]
fn six_lines_between_changes_join_and_seven_part() {
    let old = |between: usize| format!("a\n{}b\n", "-\n".repeat(between));
    let hunks = |between: usize| {
        let text = old(between);
        let new = text.replace('a', "x").replace('b', "y");
        diff_of("f", &text, &new).matches("@@ -").count()
    };
    assert_eq!(hunks(6), 1);
    assert_eq!(hunks(7), 2);
}

#[test]
fn counts_of_one_and_none_are_written_as_git_does() {
    assert!(diff_of("f", "a\n", "b\n").contains("\n@@ -1 +1 @@\n"));
    assert!(diff_of("f", "", "a\nb\n").contains("\n@@ -0,0 +1,2 @@\n"));
    assert!(diff_of("f", "a\nb\n", "").contains("\n@@ -1,2 +0,0 @@\n"));
}

#[test]
fn a_missing_final_line_feed_is_marked() {
    assert!(diff_of("f", "a", "b\n").ends_with("-a\n\\ No newline at end of file\n+b\n"));
    assert!(diff_of("f", "a\nc", "b\nc").ends_with("+b\n c\n\\ No newline at end of file\n"));
}

#[test]
fn odd_names_are_quoted() {
    let name = |path: &str| diff_of(path, "a\n", "b\n").lines().next().map(str::to_owned);
    assert_eq!(name("a b.py").as_deref(), Some("diff --git a/a b.py b/a b.py"));
    assert_eq!(name("q\"\\.py").as_deref(), Some(r#"diff --git "a/q\"\\.py" "b/q\"\\.py""#));
    assert_eq!(name("é\n").as_deref(), Some(r#"diff --git "a/\303\251\n" "b/\303\251\n""#));
    assert!(diff_of("a b.py", "a\n", "b\n").contains("\n--- a/a b.py\t\n+++ b/a b.py\t\n"));
}

#[test]
fn a_long_heading_is_cut() {
    let old = format!("def {}():\n1\n2\n3\n4\nx\n", "f".repeat(200));
    let diff = diff_of("f", &old, &old.replace('x', "y"));
    let heading = diff.lines().nth(3).and_then(|line| line.split("@@ ").nth(2));
    assert_eq!(heading.map(str::len), Some(HEADING_BYTES));
}
