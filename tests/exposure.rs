//! `check` as the report of a repository: what is most exposed first, with the way to it, and the
//! counts by transform and folder.

mod support;

use serde_json::Value;
use support::{Sandbox, shows};

const API: &str = "\
from fastapi import FastAPI

from app.engine import Engine

app = FastAPI()
engine = Engine()


@app.post(\"/generate\")
async def generate(name: str):
    return engine.load(name)
";

const ENGINE: &str = "\
import subprocess

import torch


class Engine:
    def load(self, name):
        return self.read(name)

    def read(self, name):
        return torch.load(name)

    def forgotten(self, name):
        return torch.load(name)

    def clean(self, folder):
        subprocess.run(f\"rm -r {folder} | cat\", shell=True)
";

const CLI: &str = "\
import torch

from app.engine import Engine


def main():
    Engine().clean(\"cache\")
    # weights_only=False: written by the line above in this same run
    return torch.load(\"x\", weights_only=False)
";

const PROJECT: &str = "\
[project]
name = \"app\"

[project.scripts]
app = \"app.cli:main\"

[tool.bandit]
skips = [\"B101\", \"B614\"]

[tool.ruff.lint.per-file-ignores]
\"scripts/*\" = [\"S60\"]
\"tests/*\" = [\"S602\"]
";

/// A program with a web handler, a command line and code that nothing runs.
fn program() -> Sandbox {
    Sandbox::new(&[
        ("pyproject.toml", PROJECT),
        ("app/__init__.py", ""),
        ("app/api.py", API),
        ("app/cli.py", CLI),
        ("app/engine.py", ENGINE),
        (
            "scripts/convert.py",
            "import torch\n\nif __name__ == \"__main__\":\n    torch.load(\"x\")\n",
        ),
        ("scripts/old.py", "import torch\n\n\ndef f(p):\n    torch.load(p)\n"),
    ])
}

fn json(sandbox: &Sandbox, arguments: &[&str]) -> Value {
    let ran = sandbox.run(&[&["check", "--format", "json"], arguments].concat());
    serde_json::from_str(&ran.out).unwrap()
}

/// The exposure, path and line of each finding.
fn exposures(report: &Value) -> Vec<String> {
    let shown = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}:{}", text("exposure"), text("path"), finding["start"]["line"])
    };
    report["findings"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn what_is_most_exposed_comes_first_and_the_counts_come_last() {
    let sandbox = program();
    let check = sandbox.run(&["check"]);
    assert_eq!(check.code, 1);
    shows("exposure_text", &format!("{}\n--- standard error\n{}", check.out, check.err));
    assert!(check.out.lines().all(|line| line.trim_end() == line), "no blank ends a line");
    let quiet = sandbox.run(&["check", "-q"]);
    assert!(check.out.starts_with(&quiet.out) && !quiet.out.contains("by transform"));
    let again = sandbox.run(&["check", "-j", "1"]);
    assert_eq!((again.out, again.err), (check.out, check.err));
}

#[test]
fn json_says_what_reaches_a_finding_and_keeps_the_order_of_files() {
    let sandbox = program();
    let report = json(&sandbox, &[]);
    assert_eq!(
        exposures(&report),
        [
            "web app/engine.py:11",
            "none app/engine.py:14",
            "command-line app/engine.py:17",
            "command-line scripts/convert.py:4",
            "none scripts/old.py:5",
            "none pyproject.toml:8",
            "none pyproject.toml:11",
        ]
    );
    let shown = serde_json::to_string_pretty(&report["findings"][0]).unwrap();
    shows("exposure_json", &format!("{shown}\n{:#}\n", report["policy"]));
    let lines = sandbox.run(&["check", "--format", "jsonl"]);
    let policy = lines.out.lines().rev().nth(1).unwrap();
    let policy: Value = serde_json::from_str(policy).unwrap();
    assert_eq!(
        (policy["type"].as_str(), &policy["total"]),
        (Some("policy"), &report["policy"]["total"])
    );
    let diff = sandbox.run(&["diff", "--format", "json"]);
    let diff: Value = serde_json::from_str(&diff.out).unwrap();
    assert!(diff["findings"][0].get("exposure").is_none() && diff.get("policy").is_none());
}

#[test]
fn the_counts_are_those_of_the_summary() {
    let sandbox = program();
    for arguments in [&[][..], &["--review-level"], &["--select", "torch-load"], &["app"]] {
        let report = json(&sandbox, arguments);
        let (total, summary) = (&report["policy"]["total"], &report["summary"]);
        let open: u64 =
            summary["findings"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(total["open"], open);
        for key in ["fixable", "held_for_review", "left", "exceptions"] {
            assert_eq!(total[key], summary[key], "{key} {arguments:?}");
        }
        let folders = report["policy"]["folders"].as_array().unwrap().iter();
        assert_eq!(folders.filter_map(|of| of["open"].as_u64()).sum::<u64>(), open);
    }
    let clean = Sandbox::new(&[("a.py", "print(1)\n")]);
    assert_eq!(clean.run(&["check"]).out, "");
}

#[test]
fn known_findings_are_not_counted() {
    let sandbox = program();
    sandbox.run(&["check", "--write-baseline", "known.json"]);
    let check = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!((check.code, check.out.as_str()), (0, ""));
    assert_eq!(json(&sandbox, &["--baseline", "known.json"])["policy"]["total"]["open"], 0);
    sandbox.write("pyproject.toml", PROJECT.replace(", \"B614\"", "").as_bytes());
    let check = sandbox.run(&["check", "--baseline", "known.json"]);
    assert!(check.err.contains("1 entry of the baseline is gone"), "{}", check.err);
    sandbox.write("pyproject.toml", PROJECT.replace("B614", "B602").as_bytes());
    let check = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!(check.code, 1);
    assert!(check.out.starts_with("pyproject.toml:8:18: nosec"), "{}", check.out);
}

#[test]
fn configurations_count_where_they_hold_for_what_is_scanned() {
    let flake8 = "[flake8]\nignore = S602\n";
    let sandbox = Sandbox::new(&[
        ("setup.cfg", flake8),
        ("a/a.py", "print(1)\n"),
        ("a/.flake8", flake8),
        ("b/b.py", "print(1)\n"),
        ("b/tox.ini", flake8),
        ("tests/setup.cfg", flake8),
        ("vendor/x/setup.cfg", flake8),
        ("c/bandit.yml", "skips:\n- B506\n"),
        ("ignored/setup.cfg", flake8),
        (".gitignore", "ignored/\n"),
    ]);
    sandbox.commit();
    let paths = |arguments: &[&str]| -> Vec<String> {
        let report = json(&sandbox, arguments);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&[]), ["a/.flake8", "b/tox.ini", "c/bandit.yml", "setup.cfg"]);
    assert_eq!(paths(&["a"]), ["a/.flake8", "setup.cfg"]);
    assert_eq!(paths(&["b/b.py"]), ["setup.cfg"]);
    assert_eq!(paths(&["b/tox.ini"]), ["b/tox.ini", "setup.cfg"]);
    assert_eq!(paths(&["a", "--exclude", "setup.cfg", "--include", "*.py"]), ["a/.flake8"]);
    assert_eq!(paths(&["--ignore", "nosec"]), [""; 0]);
    assert_eq!(paths(&["--select", "torch-load"]), [""; 0]);
    assert_eq!(paths(&["--changed"]), [""; 0]);
    sandbox.write("a/.flake8", b"[flake8]\nignore = S602\nextend-ignore = S506\n");
    assert_eq!(paths(&["--changed"]), ["a/.flake8"]);
    sandbox.write("untrust.toml", b"[per-file-ignores]\n\"*.cfg\" = [\"nosec\"]\n");
    assert_eq!(paths(&["a"]), ["a/.flake8", "a/.flake8"]);
    assert_eq!(sandbox.run(&["fix", "--allow-dirty", "a"]).code, 1, "a person has to do it");
    let input = sandbox.run_with_input(&["check", "-"], b"print(1)\n");
    assert_eq!(input.code, 0, "a text from standard input stands alone");
}
