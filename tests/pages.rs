//! The examples of each transform's page are what the transform does.

use std::process::{Command, Stdio};

use untrust::transforms::REGISTRY;

fn fixed(name: &str, before: &str) -> String {
    use std::io::Write;
    let mut child = Command::new(env!("CARGO_BIN_EXE_untrust"))
        .args(["fix", "--review-level", "--show-secrets", "--quiet", "--select", name, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(before.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

/// The fenced example that follows a line of its own.
fn example<'p>(page: &'p str, heading: &str) -> Option<(&'p str, &'p str)> {
    let (_, behind) = page.split_once(&format!("\n{heading}\n\n```python\n"))?;
    behind.split_once("```\n")
}

#[test]
fn every_example_holds() {
    for transform in REGISTRY {
        let about = transform.about();
        let mut page = about.page;
        let mut examples = 0;
        while let Some((before, behind)) = example(page, "Before") {
            let (after, rest) = example(behind, "After").expect("each Before has its After");
            assert_eq!(fixed(about.name, before), after, "{}", about.name);
            page = rest;
            examples += 1;
        }
        assert!(examples > 0, "{} has no example", about.name);
        for heading in ["## Why it is unsafe", "## What the fix does", "## When it holds back"] {
            assert!(about.page.contains(heading), "{}: {heading}", about.name);
        }
    }
}
