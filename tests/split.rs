//! `untrust diff --split` through the real binary: the patches one after the other are what `fix`
//! writes, and each is told about.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use support::{Ran, Sandbox, Tree, apply_patch, plant, shows, tree};

const KINDS: [&str; 3] = ["transform", "change", "owner"];

const MODELS: &str = r#"import torch
import yaml
from transformers import AutoModel


def load_model(name: str, device: str = "cpu"):
    """Load a model.

    Args:
        name: Hub id or path.
        device: Where the weights go.
    """
    return AutoModel.from_pretrained(name, trust_remote_code=True).to(device)


def restore(path):
    return torch.load(path)


def settings(stream):
    return yaml.load(stream, Loader=yaml.Loader)
"#;

const ENGINE: &str = "import torch
from app.models import load_model


class Engine:
    def __init__(self, name):
        self.model = load_model(name)
        self.state = torch.load(name + \".pt\", weights_only=False)


def reload(options):
    return load_model(**options)
";

const CLI: &str = "import argparse
import os

from app.engine import Engine


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument(\"--model\")
    args = parser.parse_args()
    os.system(f\"mkdir -p {args.model}\")
    return Engine(args.model)


if __name__ == \"__main__\":
    main()
";

const FETCH: &str = "import subprocess  # nosec B404


def fetch(url, out):
    subprocess.run(f\"wget -O '{out}' {url}\", shell=True, check=True)  # nosec
    subprocess.run(f\"cat {out} | wc -l\", shell=True, check=True)
";

const TABLE: &str = "import yaml\r\n\r\ntable = yaml.load(stream, Loader=yaml.FullLoader)";

const OWNERS: &str = "/app/ @org/app
/app/cli.py @org/cli @org/app
/jobs/ @org/jobs ops@example.com
";

fn repository() -> Sandbox {
    let sandbox = Sandbox::new(&[
        ("app/__init__.py", ""),
        ("app/models.py", MODELS),
        ("app/engine.py", ENGINE),
        ("app/cli.py", CLI),
        ("jobs/fetch.py", FETCH),
        ("data/table.py", TABLE),
        ("run.sh", "python -m app.cli --model x\n"),
        ("pyproject.toml", "[project]\nname = \"app\"\nscripts.app = \"app.cli:main\"\n"),
        ("CODEOWNERS", OWNERS),
    ]);
    sandbox.commit();
    sandbox
}

/// The patches of a run with their names and texts.
struct Parts {
    ran: Ran,
    patches: Vec<(String, Vec<u8>)>,
    texts: Vec<String>,
}

impl Parts {
    fn names(&self) -> Vec<&str> {
        self.patches.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The files of each patch.
    fn files(&self) -> Vec<BTreeSet<String>> {
        let files = |patch: &[u8]| {
            let text = String::from_utf8_lossy(patch).into_owned();
            text.lines().filter_map(|line| Some(line.strip_prefix("+++ b/")?.to_owned())).collect()
        };
        self.patches.iter().map(|(_, patch)| files(patch)).collect()
    }
}

/// Runs `diff --split` into a folder beside the tree; what it lists is what is there.
fn split(sandbox: &Sandbox, kind: &str, arguments: &[&str]) -> Parts {
    let folder = sandbox.folder.path().join(format!("parts/{kind}"));
    let _ = fs::remove_dir_all(&folder);
    let to = folder.to_str().unwrap();
    let asked = ["diff", "--split", kind, "--output-dir", to];
    let before = tree(&sandbox.root());
    let ran = sandbox.run(&[&asked, arguments].concat());
    assert!(ran.code < 2, "{}", ran.err);
    assert_eq!(tree(&sandbox.root()), before, "a dry run");
    let listed: Vec<PathBuf> = ran.out.lines().map(PathBuf::from).collect();
    let there: BTreeSet<PathBuf> =
        tree(&folder).into_keys().map(|name| folder.join(name)).collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), there);
    let mut parts = Parts { ran, patches: Vec::new(), texts: Vec::new() };
    for pair in listed.chunks(2) {
        assert_eq!(pair[1], pair[0].with_extension("md"), "the text stands beside the patch");
        let name = pair[0].file_name().unwrap().to_str().unwrap().to_owned();
        let number = format!("{:04}-", parts.patches.len() + 1);
        assert!(name.starts_with(&number) && name.is_ascii() && name.len() < 100, "{name}");
        parts.patches.push((name, fs::read(&pair[0]).unwrap()));
        parts.texts.push(fs::read_to_string(&pair[1]).unwrap());
    }
    parts
}

/// The files as `fix` leaves them; afterwards they are as they were.
fn fixed(sandbox: &Sandbox, arguments: &[&str]) -> Tree {
    let before = tree(&sandbox.root());
    assert!(sandbox.run(&[&["fix", "-q"], arguments].concat()).code < 2);
    let fixed = tree(&sandbox.root());
    assert_ne!(fixed, before);
    plant(&before, &sandbox.root());
    fixed
}

#[test]
fn the_patches_in_order_are_what_fix_writes() {
    let sandbox = repository();
    let before = tree(&sandbox.root());
    for arguments in [[].as_slice(), &["--review-level"]] {
        let fixed = fixed(&sandbox, arguments);
        for kind in KINDS {
            let parts = split(&sandbox, kind, arguments);
            assert_eq!(parts.ran.code, 1, "changes would be made");
            assert!(parts.patches.len() > 2, "{kind}: {:?}", parts.names());
            for (_, patch) in &parts.patches {
                apply_patch(&sandbox.root(), patch);
            }
            assert_eq!(tree(&sandbox.root()), fixed, "{kind} {arguments:?}");
            plant(&before, &sandbox.root());
        }
    }
}

#[test]
fn a_patch_needs_only_those_that_its_text_names() {
    let sandbox = repository();
    let before = tree(&sandbox.root());
    for kind in KINDS {
        let parts = split(&sandbox, kind, &["--review-level"]);
        let files = parts.files();
        for (at, (name, patch)) in parts.patches.iter().enumerate() {
            let how = parts.texts[at].split_once("\n## How to apply it\n").unwrap().1;
            assert!(how.contains(&format!("\ngit apply {name}\n")), "{how}");
            let needs = |other: &str| how.contains(&format!("`{other}`"));
            for (other, bytes) in parts.patches.iter().filter(|(other, _)| needs(other)) {
                assert!(other < name, "{name} after {other}");
                apply_patch(&sandbox.root(), bytes);
            }
            apply_patch(&sandbox.root(), patch);
            plant(&before, &sandbox.root());
            let is_alone = files[..at].iter().all(|other| other.is_disjoint(&files[at]));
            assert_eq!(is_alone, how.contains("it can be applied alone"), "{kind}: {how}");
        }
        let alone = files.iter().position(|files| files.contains("data/table.py"));
        assert!(kind == "transform" || files[alone.unwrap()].len() == 1, "{files:?}");
    }
}

#[test]
fn parts_have_the_names_of_what_they_share() {
    let sandbox = repository();
    let names = |kind: &str| {
        let parts = split(&sandbox, kind, &["--review-level"]);
        parts.patches.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join("\n")
    };
    let all = KINDS.map(|kind| format!("{kind}\n{}\n", names(kind))).join("\n");
    shows("split_names", &all);
}

#[test]
fn the_text_of_a_pull_request_tells_it_all() {
    let sandbox = repository();
    let text = |kind: &str, part: &str| {
        let parts = split(&sandbox, kind, &["--review-level"]);
        let at = parts.names().iter().position(|name| name.contains(part)).unwrap();
        parts.texts[at].clone()
    };
    shows("split_pull_request", &text("transform", "trust-remote-code"));
    shows("split_pull_request_owner", &text("owner", "org-app"));
    shows("split_pull_request_change", &text("change", "fetch-py-6"));
}

#[test]
fn findings_and_summary_go_to_standard_error() {
    let sandbox = repository();
    let diff = sandbox.run(&["diff"]);
    let parts = split(&sandbox, "transform", &[]);
    assert_eq!((parts.ran.code, &parts.ran.err), (diff.code, &diff.err));
    let quiet = split(&sandbox, "owner", &["-q", "--exit-zero"]);
    assert_eq!((quiet.ran.code, quiet.ran.err.as_str()), (0, ""));
}

#[test]
fn two_runs_write_the_same_whatever_the_number_of_threads() {
    let sandbox = repository();
    for kind in KINDS {
        let one = split(&sandbox, kind, &["-j", "1", "--review-level"]);
        let many = split(&sandbox, kind, &["-j", "8", "--review-level"]);
        assert_eq!((one.patches, one.texts, one.ran.err), (many.patches, many.texts, many.ran.err));
    }
}

#[test]
fn paths_are_relative_to_the_repository_wherever_it_runs() {
    let sandbox = repository();
    let here = split(&sandbox, "owner", &["--root", "app", "app"]);
    let folder = sandbox.folder.path().join("there");
    let mut command = sandbox.command(&["diff", "--split", "owner", "--root", ".", "--output-dir"]);
    command.arg(&folder).current_dir(sandbox.root().join("app"));
    assert_eq!(command.output().unwrap().status.code(), Some(1));
    assert!(here.files().iter().flatten().all(|file| file.starts_with("app/")));
    assert!(here.texts.iter().any(|text| text.contains("`app/models.py:13` in `load_model`")));
    let there = tree(&folder);
    for ((name, patch), text) in here.patches.iter().zip(&here.texts) {
        assert_eq!(&there[&PathBuf::from(name)], patch);
        assert_eq!(&there[&PathBuf::from(name.replace(".patch", ".md"))], text.as_bytes());
    }
}

#[test]
fn without_changes_there_are_no_patches() {
    let sandbox = Sandbox::new(&[("a.py", "print(1)\n")]);
    for kind in KINDS {
        let parts = split(&sandbox, kind, &[]);
        assert_eq!((parts.ran.code, parts.patches.len()), (0, 0));
        assert!(sandbox.folder.path().join("parts").join(kind).is_dir());
    }
}

#[test]
fn what_cannot_be_split_is_an_error() {
    let sandbox = repository();
    let refused = |arguments: &[&str], why: &str| {
        let ran = sandbox.run_with_input(&[&["diff"], arguments].concat(), MODELS.as_bytes());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(why), "{arguments:?}: {}", ran.err);
        assert!(!sandbox.root().join("out").exists(), "{arguments:?}");
    };
    refused(&["--split", "transform"], "--output-dir <DIR>");
    refused(&["--output-dir", "out"], "--split <BY>");
    let both = ["--split", "transform", "--output-dir", "out"];
    let with = |more: &[&'static str]| [&both[..], more].concat();
    refused(&with(&["--format", "json"]), "--split writes patches");
    refused(&with(&["--format", "jsonl"]), "--split writes patches");
    refused(&with(&["--output", "x.patch"]), "cannot be used with '--output <FILE>'");
    refused(&with(&["-"]), "standard input cannot be split");
    refused(&["--split", "file", "--output-dir", "out"], "invalid value 'file'");
    refused(&["--split", "owner", "--output-dir", "app"], "app holds something already");
    refused(&["--split", "owner", "--output-dir", "run.sh"], "run.sh is no folder");
    refused(&["--split", "owner", "--output-dir", "run.sh/x"], "run.sh/x is no folder");
    for command in ["check", "fix"] {
        assert_eq!(sandbox.run(&[&[command], &both[..]].concat()).code, 2, "{command}");
    }
}

#[test]
fn nothing_is_written_over() {
    let sandbox = repository();
    fs::create_dir(sandbox.root().join("out")).unwrap();
    let run = || sandbox.run(&["diff", "--split", "owner", "--output-dir", "out"]);
    assert_eq!(run().code, 1, "an empty folder is taken");
    let before = tree(&sandbox.root());
    let again = run();
    assert_eq!(again.code, 2);
    assert!(again.err.contains("nothing is written over"), "{}", again.err);
    assert_eq!(tree(&sandbox.root()), before);
}
