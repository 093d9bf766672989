//! The baseline, a ratchet of known findings, through the real binary.

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::{Value, json};
use support::{Ran, Sandbox, tree};

const UNSAFE: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p)\n";
const FIXED: &str = "import torch\n\n\ndef f(p):\n    return torch.load(p, weights_only=True)\n";

fn parsed(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

/// The entries of a baseline as path and id.
fn entries(sandbox: &Sandbox, path: &str) -> Vec<(String, String)> {
    let baseline: Value = serde_json::from_str(&sandbox.read(path)).unwrap();
    let entries = baseline["findings"].as_array().unwrap().iter();
    entries
        .map(|e| (e["path"].as_str().unwrap().to_owned(), e["id"].as_str().unwrap().to_owned()))
        .collect()
}

fn paths(sandbox: &Sandbox, path: &str) -> Vec<String> {
    entries(sandbox, path).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn known_findings_do_not_fail_a_check_and_new_ones_do() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("b.py", UNSAFE), ("c.py", "print(1)\n")]);
    let first = sandbox.run(&["check", "--write-baseline", "known.json", "--exit-zero"]);
    assert!(first.err.contains("wrote the baseline known.json: 2 findings\n"), "{}", first.err);
    let text = sandbox.read("known.json");
    assert!(!text.contains("line") && text.lines().count() == 7, "{text}");
    let again = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!((again.code, again.out.as_str()), (0, ""));
    let said = "scanned 3 files: no findings\n2 known findings (baseline)\n";
    assert_eq!(again.err, said);
    let named = sandbox.run(&["check", "--baseline", "known.json", "-v"]);
    assert!(named.err.contains("known: a.py:5: torch-load: torch.load\n"), "{}", named.err);
    // Lines move and another finding comes.
    sandbox.write("a.py", UNSAFE.replace("import torch\n", "import torch\n\n# more\n").as_bytes());
    sandbox.write("c.py", UNSAFE.as_bytes());
    let new = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!(new.code, 1);
    assert!(new.out.starts_with("c.py:5:12: torch-load"), "{}", new.out);
    assert_eq!(new.out.matches(": torch-load: ").count(), 1);
    let report = parsed(&sandbox.run(&["check", "--baseline", "known.json", "--format", "json"]));
    let known: Vec<&Value> =
        report["findings"].as_array().unwrap().iter().map(|f| &f["baseline"]).collect();
    assert_eq!(known, [true, true, false]);
    let summary = &report["summary"];
    assert_eq!((&summary["known"], &summary["findings"]), (&json!(2), &json!({"torch-load": 1})));
}

#[test]
fn the_ratchet_only_ever_loses_entries() {
    let sandbox =
        Sandbox::new(&[("a.py", UNSAFE), ("b.py", UNSAFE), ("d/c.py", UNSAFE), ("e.py", UNSAFE)]);
    sandbox.run(&["check", "--write-baseline", "known.json"]);
    let before = entries(&sandbox, "known.json");
    sandbox.write("a.py", FIXED.as_bytes());
    let documented = UNSAFE.replace(
        "torch.load(p)",
        "torch.load(p, weights_only=False)  # written by save() of this same run",
    );
    sandbox.write("b.py", documented.as_bytes());
    fs::remove_file(sandbox.root().join("d/c.py")).unwrap();
    sandbox.write("new.py", UNSAFE.as_bytes());
    let check = sandbox.run(&["check", "--baseline", "known.json"]);
    let said = "note: 3 entries of the baseline are gone; --write-baseline removes them\n";
    assert!(check.err.contains(said), "{}", check.err);
    assert_eq!(entries(&sandbox, "known.json"), before, "nothing was asked for");
    let both = ["check", "--baseline", "known.json", "--write-baseline", "known.json"];
    let write = sandbox.run(&both);
    assert_eq!(write.code, 1, "new.py is new");
    assert!(write.err.contains("known.json: 1 finding, 3 removed\n"), "{}", write.err);
    assert!(!write.err.contains("are gone"), "{}", write.err);
    assert_eq!(paths(&sandbox, "known.json"), ["e.py"]);
    // Alone it starts afresh.
    sandbox.run(&["check", "--write-baseline", "known.json"]);
    assert_eq!(paths(&sandbox, "known.json"), ["e.py", "new.py"]);
}

#[test]
fn decisions_that_are_not_handed_on_are_not_gone_where_the_program_is_not_looked_through() {
    let hub = "from transformers import AutoModel\n\n\ndef load(path, trust_remote_code=False):\n    return AutoModel.from_pretrained(path, trust_remote_code=trust_remote_code)\n";
    let serve = "from hub import load\n\n\ndef serve(path, trust_remote_code=False):\n    return load(path)\n";
    let sandbox = Sandbox::new(&[("hub.py", hub), ("serve.py", serve)]);
    sandbox.run(&["check", "--write-baseline", "known.json", "--exit-zero"]);
    assert_eq!(paths(&sandbox, "known.json"), ["serve.py"]);
    for reach in ["off", "function"] {
        let ran = sandbox.run(&["check", "--baseline", "known.json", "--thread", reach]);
        assert!(!ran.err.contains("gone"), "{}", ran.err);
    }
    sandbox.write(
        "serve.py",
        serve.replace("load(path)", "load(path, trust_remote_code=trust_remote_code)").as_bytes(),
    );
    let ran = sandbox.run(&["check", "--baseline", "known.json"]);
    assert!(ran.err.contains("gone"), "{}", ran.err);
}

#[test]
fn what_was_not_looked_for_is_not_gone() {
    let both = "import torch\nimport yaml\n\ntorch.load(p)\nyaml.load(s)\n";
    let sandbox = Sandbox::new(&[("a.py", both), ("b.py", UNSAFE), ("d/c.py", UNSAFE)]);
    sandbox.run(&["check", "--write-baseline", "known.json"]);
    let all = entries(&sandbox, "known.json");
    sandbox.write("a.py", b"print(1)\n");
    sandbox.write("d/c.py", b"import torch\n\nx = (\n\n\n\ndef f(:\n  'torch.load(p)'\n");
    fs::remove_file(sandbox.root().join("b.py")).unwrap();
    let ratchet = |arguments: &[&str]| {
        let known = ["check", "--root", ".", "--baseline", "known.json"];
        let ran = sandbox.run(&[&known, arguments, &["--write-baseline", "out.json"]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        paths(&sandbox, "out.json")
    };
    assert_eq!(ratchet(&["d"]), ["a.py", "a.py", "b.py", "d/c.py"], "a broken file hides some");
    assert_eq!(ratchet(&["a.py"]), ["b.py", "d/c.py"], "a file that was not named stays");
    assert_eq!(ratchet(&["--select", "yaml-load"]), ["a.py", "b.py", "d/c.py"]);
    assert_eq!(ratchet(&["--exclude", "a.py"]), ["a.py", "a.py", "d/c.py"]);
    assert_eq!(ratchet(&[]), ["d/c.py"]);
    assert_eq!(entries(&sandbox, "known.json"), all);
}

#[test]
fn diff_and_fix_leave_known_findings_alone() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    sandbox.run(&["check", "--write-baseline", "known.json"]);
    sandbox.write("b.py", UNSAFE.as_bytes());
    let diff = sandbox.run(&["diff", "--baseline", "known.json"]);
    assert_eq!(diff.code, 1);
    assert!(diff.out.contains("b/b.py") && !diff.out.contains("a.py"), "{}", diff.out);
    assert!(!diff.err.contains("a.py"), "{}", diff.err);
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--baseline", "known.json"]);
    assert_eq!((fix.code, fix.out.as_str()), (0, "b.py\n"));
    assert!(fix.err.contains("1 known finding (baseline)"), "{}", fix.err);
    assert_eq!((sandbox.read("a.py").as_str(), sandbox.read("b.py").as_str()), (UNSAFE, FIXED));
    assert_eq!(sandbox.run(&["diff", "--baseline", "known.json"]).code, 0);
    let input = ["fix", "--stdin-filename", "a.py", "--baseline", "known.json", "-"];
    assert_eq!(sandbox.run_with_input(&input, UNSAFE.as_bytes()).out, UNSAFE);
}

#[test]
fn a_shared_change_is_made_where_a_new_finding_needs_it() {
    let imports = "try:\n    from yaml import CLoader as Loader\nexcept ImportError:\n    from yaml import Loader\nimport yaml\n\n";
    let known = format!("{imports}yaml.load(x, Loader=Loader)\n");
    let sandbox = Sandbox::new(&[("a.py", &known)]);
    sandbox.run(&["check", "--write-baseline", "known.json"]);
    assert_eq!(sandbox.run(&["diff", "--baseline", "known.json"]).code, 0);
    sandbox.write("a.py", format!("{known}yaml.load(y, Loader=Loader)\n").as_bytes());
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--baseline", "known.json"]);
    assert_eq!(fix.code, 0);
    assert!(fix.err.contains("fixed 2 findings"), "{}", fix.err);
}

#[test]
fn a_fix_writes_the_baseline_of_what_it_left() {
    let text = "import torch\n\ntorch.load(p)\ntorch.load(p, **options)\n";
    let sandbox = Sandbox::new(&[("a.py", text)]);
    let fix = sandbox.run(&["fix", "--allow-no-vcs", "--write-baseline", "known.json"]);
    assert!(fix.err.contains("known.json: 1 finding\n"), "{}", fix.err);
    let check = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!(check.code, 0, "{}", check.out);
    assert!(!check.err.contains("gone"), "{}", check.err);
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE)]);
    let broken = |text: Option<&str>| {
        if let Some(text) = text {
            sandbox.write("known.json", text.as_bytes());
        }
        let both = ["fix", "--allow-no-vcs", "--baseline", "known.json"];
        let ran = sandbox.run(&[&both, ["--write-baseline", "known.json"].as_slice()].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert_eq!(sandbox.read("a.py"), UNSAFE);
        ran.err
    };
    let missing = broken(None);
    assert!(missing.contains("`--write-baseline known.json` alone makes it"), "{missing}");
    assert!(broken(Some("<<<<<<< HEAD\n")).contains("is damaged"));
    assert!(broken(Some("{\"version\": 1}")).contains("missing field `findings`"));
    let newer = broken(Some("{\"version\": 2, \"findings\": {}}"));
    assert!(newer.contains("version 2") && newer.contains("use a newer one"), "{newer}");
    assert_eq!(sandbox.read("known.json"), "{\"version\": 2, \"findings\": {}}");
}

#[test]
fn a_baseline_is_replaced_whole_and_keeps_its_mode_and_its_link() {
    let sandbox = Sandbox::new(&[("a.py", UNSAFE), ("real/known.json", "old")]);
    let real = sandbox.root().join("real/known.json");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/known.json", sandbox.root().join("link.json")).unwrap();
    sandbox.run(&["check", "--write-baseline", "link.json"]);
    assert!(fs::symlink_metadata(sandbox.root().join("link.json")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(paths(&sandbox, "real/known.json"), ["a.py"]);
    let names: Vec<_> = tree(&sandbox.root().join("real")).into_keys().collect();
    assert_eq!(names, [std::path::Path::new("known.json")], "nothing else is left there");
    sandbox.run(&["check", "--write-baseline", "new.json"]);
    let mode = fs::metadata(sandbox.root().join("new.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o600, 0o600);
    assert_ne!(mode & 0o044, 0, "as the user's mask has it");
    let nowhere = sandbox.run(&["check", "--write-baseline", "none/known.json"]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.contains("none/known.json cannot be written"), "{}", nowhere.err);
}
