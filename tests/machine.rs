//! What machines read, through the real binary: the formats and their schema.

mod support;

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use support::{Ran, Sandbox, apply_patch, tree};

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
const FIXED: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p, weights_only=True)\n";

/// Results of every kind: each level, a change of several findings, one that is left out, each
/// kind of exception, what is skipped, what cannot be read.
fn every_kind() -> Sandbox {
    let app = "\
import torch
import yaml
from torch import load
from yaml import load as yload

try:
    from yaml import CLoader as Loader
except ImportError:
    from yaml import Loader


class Engine:
    def run(self, path, stream):
        a = load(path)  # nosec B614 - ours
        b = torch.load(path, **self.options)
        c = yaml.load(stream, Loader=yaml.CSafeLoader)
        d = torch.load(path, weights_only=False)  # written by save() of this same run
        if self.trusted:
            d = torch.load(path, weights_only=False)
        return a, b, c, d, list(map(torch.load, path))


first = yload(x, Loader=Loader)
second = yload(y, Loader=Loader)
third = yaml.load(  # read
    z,
    # the old ones need it
    Loader=yaml.FullLoader,
)
";
    let sandbox = Sandbox::new(&[
        ("app/engine.py", app),
        ("app/b\u{e9}.py", UNSAFE),
        ("app/broken.py", "import torch\n\nx = (\n\n\n\ndef f(:\n"),
        ("tests/test_a.py", UNSAFE),
        ("notes.ipynb", "{}"),
    ]);
    sandbox.write("app/bytes.py", b"import torch\ntorch.load(p)\nx\xff = 1\n");
    sandbox
}

fn parsed(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn lines(ran: &Ran) -> Vec<Value> {
    ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn texts<'v>(values: &'v Value, key: &str) -> Vec<&'v str> {
    values.as_array().unwrap().iter().map(|value| value[key].as_str().unwrap()).collect()
}

/// The schema that the binary prints.
fn schema(sandbox: &Sandbox) -> Value {
    parsed(&sandbox.run(&["schema", "findings"]))
}

/// The schema of the object, made strict: nothing that it does not name may be there.
fn strict(schema: &Value) -> Value {
    let mut strict = schema.clone();
    close(&mut strict);
    let definitions = strict["$defs"].as_object_mut().unwrap().iter_mut();
    // The parts of lines stand beside a type, those of an edit beside its kind.
    let whole =
        definitions.filter(|(name, _)| !matches!(name.as_str(), "Line" | "End" | "Written"));
    whole.filter(|(_, schema)| schema["type"] == "object").for_each(|(_, schema)| close(schema));
    strict
}

/// The schema of a line of the given type, made strict.
fn strict_line(schema: &Value, kind: &str) -> Value {
    let variants = schema["$defs"]["Line"]["oneOf"].as_array().unwrap().iter();
    let mut found = variants.filter(|v| v["properties"]["type"]["const"] == kind);
    let mut variant = found.next().unwrap_or_else(|| panic!("no line is a {kind}")).clone();
    variant["$defs"] = schema["$defs"].clone();
    close(&mut variant);
    variant
}

fn close(schema: &mut Value) {
    schema["unevaluatedProperties"] = false.into();
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(instance).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{instance:#}", errors.join("\n"));
}

#[test]
fn what_is_printed_is_what_the_schema_says() {
    let sandbox = every_kind();
    let schema = schema(&sandbox);
    let strict = strict(&schema);
    for arguments in [
        ["check", "--format", "json"].as_slice(),
        &["check", "--format", "json", "--include-tests", "--review-level"],
        &["diff", "--format", "json"],
        &["check", "--format", "json", "nothing_here"],
        &["fix", "--format", "json", "--allow-no-vcs"],
    ] {
        assert_valid(&strict, &parsed(&sandbox.run(arguments)));
    }
    let sandbox = every_kind();
    for command in ["check", "diff", "fix"] {
        let allow: &[&str] = if command == "fix" { &["--allow-no-vcs"] } else { &[] };
        let ran = sandbox.run(&[&[command, "--format", "jsonl"], allow].concat());
        let mut kinds = BTreeSet::new();
        for line in lines(&ran) {
            let kind = line["type"].as_str().unwrap().to_owned();
            assert_valid(&strict_line(&schema, &kind), &line);
            kinds.insert(kind);
        }
        let mut all = vec!["change", "error", "exception", "finding", "skipped", "summary"];
        all.extend((command == "fix").then_some("written"));
        all.extend((command == "check").then_some("policy"));
        all.sort_unstable();
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all, "{command}");
    }
}

#[test]
fn the_strict_schema_refuses_what_it_does_not_name() {
    let sandbox = every_kind();
    let schema = strict(&schema(&sandbox));
    let report = parsed(&sandbox.run(&["check", "--format", "json"]));
    let refuses = |change: &dyn Fn(&mut Value)| {
        let mut other = report.clone();
        change(&mut other);
        !jsonschema::is_valid(&schema, &other)
    };
    assert!(refuses(&|report| report["root"] = "/home".into()));
    assert!(refuses(&|report| report["findings"][0]["extra"] = 1.into()));
    assert!(refuses(&|report| report["findings"][0]["level"] = "high".into()));
    assert!(refuses(&|report| report["changes"][0]["ops"][0]["kind"] = "rename".into()));
    assert!(refuses(&|report| report["changes"][0]["ops"][0]["extra"] = 1.into()));
    assert!(refuses(&|report| {
        report["findings"][0].as_object_mut().unwrap().remove("id");
    }));
}

#[test]
fn the_format_is_stable() {
    let sandbox = every_kind();
    let check = sandbox.run(&["check", "--format", "jsonl"]);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r#""tool_version": ?"[^"]*""#, r#""tool_version":"[version]""#);
    settings.bind(|| {
        insta::assert_snapshot!("machine_jsonl", check.out);
        let schema = sandbox.run(&["schema", "findings"]);
        insta::assert_snapshot!("machine_schema", schema.out);
    });
}

#[test]
fn object_and_lines_say_the_same() {
    let sandbox = every_kind();
    let object = parsed(&sandbox.run(&["check", "--format", "json"]));
    let lines = lines(&sandbox.run(&["check", "--format", "jsonl"]));
    for (key, kind) in [
        ("findings", "finding"),
        ("changes", "change"),
        ("exceptions", "exception"),
        ("skipped", "skipped"),
        ("errors", "error"),
    ] {
        let of_kind = lines.iter().filter(|line| line["type"] == kind).cloned();
        let mut of_kind: Vec<Value> = of_kind.collect();
        for line in &mut of_kind {
            line.as_object_mut().unwrap().remove("type");
        }
        assert_eq!(object[key], Value::Array(of_kind), "{key}");
        assert!(!object[key].as_array().unwrap().is_empty(), "{key}");
    }
    let last = lines.last().unwrap();
    assert_eq!(last["type"], "summary");
    for (key, value) in object["summary"].as_object().unwrap() {
        assert_eq!(&last[key], value, "{key}");
    }
    assert_eq!(last["version"], object["version"]);
}

#[test]
fn findings_and_changes_refer_to_one_another() {
    let sandbox = every_kind();
    let report = parsed(&sandbox.run(&["check", "--format", "json"]));
    let findings = report["findings"].as_array().unwrap();
    let changes = report["changes"].as_array().unwrap();
    for change in changes {
        for id in change["findings"].as_array().unwrap() {
            let finding = findings.iter().find(|finding| finding["id"] == *id).unwrap();
            assert!(finding["changes"].as_array().unwrap().contains(&change["id"]));
        }
    }
    let shared = changes.iter().find(|c| c["findings"].as_array().unwrap().len() == 2).unwrap();
    assert_eq!(shared["title"], "import the safe loaders of yaml");
    for finding in findings {
        let has_reason = finding["reason"].is_string();
        assert_eq!(has_reason, finding["level"] != "auto", "{finding}");
        let has_change = !finding["changes"].as_array().unwrap().is_empty();
        assert_eq!(has_change, finding["level"] != "report", "{finding}");
    }
    let applied = |report: &Value| -> Vec<bool> {
        let changes = report["changes"].as_array().unwrap().iter();
        changes.map(|change| change["applied"].as_bool().unwrap()).collect()
    };
    let auto: Vec<bool> =
        changes.iter().map(|c| c["level"] == "auto" && c["dropped"].is_null()).collect();
    assert_eq!(applied(&report), auto);
    assert!(auto.contains(&true) && auto.contains(&false));
    let reviewed = parsed(&sandbox.run(&["check", "--format", "json", "--review-level"]));
    let all = changes.iter().map(|c| c["dropped"].is_null());
    assert_eq!(applied(&reviewed), all.collect::<Vec<_>>());
}

#[test]
fn a_change_that_is_left_out_says_why() {
    let text = "import yaml\n\n\ndef read(f):\n    return yaml.load(Loader=yaml.Loader  # c\n                     , stream=f)\n";
    let sandbox = Sandbox::new(&[("a.py", text)]);
    let report = parsed(&sandbox.run(&["check", "--format", "json"]));
    let change = &report["changes"][0];
    assert_eq!(change["applied"], false, "{report:#}");
    assert!(change["dropped"].as_str().unwrap().contains("`# c` would be lost"), "{change}");
    assert_eq!(change["diff"], Value::Null);
}

#[test]
fn the_diff_of_a_change_is_a_patch_of_it_alone() {
    let sandbox = every_kind();
    let report = parsed(&sandbox.run(&["check", "--format", "json"]));
    let before = tree(&sandbox.root());
    let mut seen = 0;
    for change in report["changes"].as_array().unwrap() {
        let Some(diff) = change["diff"].as_str() else { continue };
        seen += 1;
        let copy = Sandbox::new(&[]);
        support::plant(&before, &copy.root());
        apply_patch(&copy.root(), diff.as_bytes());
        let left = parsed(&copy.run(&["check", "--format", "json"]));
        let count = |report: &Value| report["changes"].as_array().unwrap().len();
        assert_eq!(count(&left) + 1, count(&report), "{diff}");
    }
    assert!(seen > 3);
}

#[test]
fn fix_tells_what_it_wrote_and_what_is_gone() {
    let sandbox = Sandbox::new(&[
        ("a.py", UNSAFE),
        ("d/b.py", UNSAFE),
        ("c.py", "import torch\ntorch.load(p, **o)\n"),
    ]);
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--format", "json"]);
    assert_eq!(fix.code, 1);
    let report = parsed(&fix);
    assert_eq!(report["written"], json!(["a.py", "d/b.py"]));
    assert_eq!(texts(&report["findings"], "path"), ["a.py", "c.py", "d/b.py"]);
    let fixed: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().map(|f| &f["fixed"]).collect();
    assert_eq!(fixed, [true, false, true]);
    assert_eq!(report["summary"]["fixed"], 2);
    assert_eq!((sandbox.read("a.py").as_str(), sandbox.read("d/b.py").as_str()), (FIXED, FIXED));
    let input = sandbox.run_with_input(&["fix", "--format", "json", "-"], UNSAFE.as_bytes());
    assert_eq!((input.code, input.out.as_str()), (2, ""), "two things on one stream");
}

#[test]
fn diff_prints_the_object_instead_of_the_patch() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let patch = sandbox.run(&["diff"]);
    let diff = sandbox.run(&["diff", "--format", "json"]);
    assert_eq!(diff.code, 1);
    let report = parsed(&diff);
    assert_eq!(report["changes"][0]["diff"].as_str(), Some(patch.out.as_str()));
    assert_eq!(report["summary"]["mode"], "diff");
    assert_eq!(diff.err.lines().next(), Some("scanned 1 file: 1 finding (torch-load 1)"));
    assert_eq!(sandbox.run(&["diff", "--format", "json", "--exit-zero"]).code, 0);
}

#[test]
fn the_report_is_the_same_wherever_the_tree_is_and_however_many_threads() {
    let (one, other) = (every_kind(), every_kind());
    let first = one.run(&["check", "--format", "json", "-j", "1"]);
    assert_eq!(first.out, other.run(&["check", "--format", "json", "-j", "8"]).out);
    let below = one.command(&["check", "--format", "json", "-j", "8", ".."]);
    let mut below = below;
    let below = below.current_dir(one.root().join("app")).output().unwrap();
    assert_eq!(first.out, String::from_utf8(below.stdout).unwrap());
}

#[test]
fn every_format_goes_to_a_file() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let out = sandbox.folder.path().join("out");
    let out = out.to_str().unwrap();
    for command in ["check", "diff"] {
        for format in ["text", "json", "jsonl"] {
            let plain = sandbox.run(&[command, "--format", format]);
            let ran = sandbox.run(&[command, "--format", format, "--output", out]);
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{command} {format}");
            assert_eq!(fs::read_to_string(out).unwrap(), plain.out, "{command} {format}");
        }
    }
    let input = sandbox.run_with_input(&["fix", "-", "--output", out], UNSAFE.as_bytes());
    assert_eq!((input.out.as_str(), fs::read_to_string(out).unwrap().as_str()), ("", FIXED));
    let nowhere = sandbox.run(&["fix", "--allow-no-vcs", "--output", "none/out"]);
    assert_eq!(nowhere.code, 2);
    assert_eq!(sandbox.read("a.py"), UNSAFE, "nothing is written that could not be told of");
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs", "--output", out]).code, 0);
    assert_eq!(fs::read_to_string(out).unwrap(), "a.py\n");
}

#[test]
fn the_example_of_the_readme_is_real() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, section) = readme.split_once("## Output for machines\n").unwrap();
    let (_, example) = section.split_once("```console\n$ untrust ").unwrap();
    let (command, rest) = example.split_once('\n').unwrap();
    let (shown, _) = rest.split_once("```\n").unwrap();
    let sandbox = Sandbox::new(&[]);
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    support::plant(&tree(std::path::Path::new(examples)), &sandbox.root().join("examples"));
    let ran = sandbox
        .run(&[command.split(' ').collect::<Vec<_>>().as_slice(), &["--root", "."]].concat());
    let printed = parsed(&ran);
    let shown: Value = serde_json::from_str(&shown.replace("...", "")).unwrap();
    assert_eq!(printed["findings"][0], shown["findings"][0]);
    for key in ["version", "tool"] {
        assert_eq!(printed[key], shown[key]);
    }
}
