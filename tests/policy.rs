//! What a project's configuration wants of the findings: its own callables, the name of a
//! parameter, what a justification needs.

mod support;

use support::Sandbox;

fn diff(configuration: &str, text: &str) -> String {
    let sandbox = Sandbox::new(&[("untrust.toml", configuration), ("a.py", text)]);
    sandbox.run(&["diff", "--exit-zero", "--review-level"]).out
}

const FLAG: &str = "[[sinks]]\ntransform = \"torch-load\"\nkind = \"flag\"\n\
    callables = [\"ours.io.restore\"]\nargument = \"weights_only\"\nposition = 1\n\
    default = \"unsafe\"\nsafe = \"True\"\nexcludes = { raw = 2 }\n";

#[test]
fn a_callable_of_the_project_is_fixed_as_one_of_the_table() {
    let text = "from ours.io import restore as r\nr(a)\nr(b, False)\nr(c, weights_only=False)\n\
        r(d, weights_only=True)\nr(e, weights_only=flag)\nr(f, **{'weights_only': False})\n";
    let patch = diff(FLAG, text);
    let added: Vec<&str> = patch.lines().filter(|l| l.starts_with('+')).skip(1).collect();
    assert_eq!(
        added,
        [
            "+r(a, weights_only=True)",
            "+r(b, True)",
            "+r(c, weights_only=True)",
            "+r(f, **{'weights_only': True})"
        ]
    );
    let excluded = diff(FLAG, "import ours.io\nours.io.restore(a, False, raw)\n");
    assert_eq!(excluded, "");
}

#[test]
fn a_decision_of_a_callable_of_the_project_is_handed_on() {
    let row = "[[sinks]]\ntransform = \"numpy-load\"\nkind = \"flag\"\ncallables = [\"ours.read\"]\n\
        argument = \"pickled\"\nsafe = \"thread\"\n";
    let text = "import ours\n\n\ndef f(path):\n    return ours.read(path, pickled=True)\n";
    let patch = diff(&format!("data-parameter = \"trusted\"\n{row}"), text);
    assert!(patch.contains("+def f(path, trusted=False):"), "{patch}");
    assert!(patch.contains("+    return ours.read(path, pickled=trusted)"), "{patch}");
}

#[test]
fn a_string_and_a_report_of_the_project() {
    let row = "[[sinks]]\ntransform = \"yaml-load\"\nkind = \"flag\"\ncallables = [\"ours.Reader\"]\n\
        argument = \"mode\"\nunsafe = \"full\"\nsafe = \"safe\"\n[[sinks]]\ntransform = \"yaml-load\"\n\
        kind = \"report\"\ncallables = [\"ours.parse\"]\nsafe = \"parse it with json\"\n";
    let text = "import ours\nours.Reader(mode='full')\nours.parse(x)\n";
    let patch = diff(row, text);
    assert!(patch.contains("+ours.Reader(mode='safe')"), "{patch}");
    let sandbox = Sandbox::new(&[("untrust.toml", row), ("a.py", text)]);
    let out = sandbox.run(&["check"]).out;
    assert!(out.contains("a.py:3:1: yaml-load") && out.contains("parse it with json"), "{out}");
}

#[test]
fn the_parameter_for_data_has_the_name_that_the_project_chose() {
    let text =
        "import numpy as np\n\n\ndef f(path):\n    return np.load(path, allow_pickle=True)\n";
    assert!(diff("data-parameter = \"trusted\"", text).contains("+def f(path, trusted=False):"));
    assert!(diff("", text).contains("+def f(path, trust_data=False):"));
}

#[test]
fn a_justification_needs_the_words_and_the_owners_that_the_project_asks_for() {
    let text = "import torch\n\n# weights_only=False: our own file of this run\n\
        torch.load(p, weights_only=False)\n";
    assert_eq!(diff("", text), "");
    assert!(!diff("[exceptions]\nwords = 9", text).is_empty());
    let owners = "[exceptions]\nowners = [\"@org/security\"]";
    let files = [("untrust.toml", owners), ("a.py", text), ("CODEOWNERS", "*.py @org/ml\n")];
    let out = Sandbox::new(&files).run(&["check"]);
    assert_eq!(out.code, 1);
    assert!(out.out.contains("CODEOWNERS gives the file to none of @org/security"), "{}", out.out);
    let files = [("untrust.toml", owners), ("a.py", text), ("CODEOWNERS", "*.py @org/security\n")];
    assert_eq!(Sandbox::new(&files).run(&["check"]).code, 0);
}
