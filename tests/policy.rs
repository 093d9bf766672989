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

/// The table's kinds for a company's own library.
const HUB: &str = "[[sinks]]\ntransform = \"trust-remote-code\"\nkind = \"flag\"\n\
    callables = [\"hub.load\", \"acme.hub.load\", \"hub.Client.fetch\"]\n\
    argument = \"allow_code\"\nposition = 1\nsafe = \"thread\"\n\
    [[sinks]]\ntransform = \"deserializer\"\nkind = \"callee\"\n\
    callables = [\"hub.unsafe_read\"]\nsafe = \"hub.safe_read\"\n\
    [[sinks]]\ntransform = \"deserializer\"\nkind = \"class\"\n\
    callables = [\"hub.Reader\"]\nsafe = \"hub.readers.SafeReader\"\n";

#[test]
fn a_decision_under_the_projects_own_name_is_handed_through_the_program() {
    let hub = "import hub\n\n\ndef load(name):\n    return hub.load(name, allow_code=True)\n";
    let app = "import argparse\n\nfrom models import load\n\n\ndef main():\n    \
        parser = argparse.ArgumentParser()\n    parser.add_argument(\"--model\")\n    \
        args = parser.parse_args()\n    return load(args.model)\n\n\n\
        if __name__ == \"__main__\":\n    main()\n";
    let files = [("untrust.toml", HUB), ("models.py", hub), ("app.py", app)];
    let patch = Sandbox::new(&files).run(&["diff", "--exit-zero"]).out;
    assert!(patch.contains("+def load(name, trust_remote_code=False):"), "{patch}");
    assert!(patch.contains("+    return hub.load(name, allow_code=trust_remote_code)"), "{patch}");
    assert!(patch.contains("+    return load(args.model, trust_remote_code="), "{patch}");
    assert!(patch.contains("+        \"--trust_remote_code\","), "{patch}");
}

#[test]
fn a_parameter_of_the_arguments_own_name_carries_the_decision() {
    let text = "import hub\n\n\ndef load(name, allow_code=False):\n    \
        return hub.load(name, allow_code=True)\n";
    let patch = diff(HUB, text);
    assert!(patch.contains("+    return hub.load(name, allow_code=allow_code)"), "{patch}");
}

#[test]
fn callables_and_classes_of_the_project_are_replaced_with_their_imports() {
    let text = "import hub\nfrom hub import unsafe_read as read, Reader\n\n\n\
        class Own(Reader):\n    pass\n\n\n\
        def load(path):\n    return hub.unsafe_read(path), read(path), map(hub.unsafe_read, path)\n";
    let patch = diff(HUB, text);
    for line in [
        "+from hub import safe_read",
        "+from hub.readers import SafeReader",
        "+class Own(SafeReader):",
        "+    return hub.safe_read(path), safe_read(path), map(hub.safe_read, path)",
        "-from hub import unsafe_read as read, Reader",
    ] {
        assert!(patch.contains(line), "{line}\n{patch}");
    }
}

#[test]
fn a_name_that_is_taken_is_left_to_a_person() {
    let text = "from hub import unsafe_read\n\n\ndef safe_read(path):\n    \
        return unsafe_read(path)\n";
    assert_eq!(diff(HUB, text), "");
    let sandbox = Sandbox::new(&[("untrust.toml", HUB), ("a.py", text)]);
    let out = sandbox.run(&["check"]).out;
    assert!(out.contains("may mean something else here; use `hub.safe_read`"), "{out}");
}

#[test]
fn methods_and_relative_imports_of_the_project_are_found() {
    let inside = "from . import hub\nfrom .hub import load\n\n\nhub.load(a, allow_code=True)\n\
        load(a, True)\n";
    let method = "import hub\n\nclient = hub.Client()\nclient.fetch(a, allow_code=True)\n\
        other.fetch(a, allow_code=True)\n";
    let files = [
        ("untrust.toml", HUB),
        ("acme/__init__.py", ""),
        ("acme/hub.py", "def load(name, allow_code=False):\n    return name\n"),
        ("acme/engine.py", inside),
        ("method.py", method),
    ];
    let patch = Sandbox::new(&files).run(&["diff", "--exit-zero", "--thread", "function"]).out;
    for line in
        ["+hub.load(a, allow_code=False)", "+load(a, False)", "+client.fetch(a, allow_code=False)"]
    {
        assert!(patch.contains(line), "{line}\n{patch}");
    }
    assert!(!patch.contains("+other"), "{patch}");
}

#[test]
fn a_transform_that_is_off_runs_where_it_is_selected() {
    let text = "from transformers import AutoModel\n\nAutoModel.from_pretrained(\"org/model\")\n";
    let found = |arguments: &[&str], configuration: &str| {
        let files = [("untrust.toml", configuration), ("a.py", text)];
        Sandbox::new(&files).run(arguments).code
    };
    assert_eq!(found(&["check"], ""), 0);
    assert_eq!(found(&["check", "--select", "unpinned-download"], ""), 1);
    assert_eq!(found(&["check", "--select", "B615"], ""), 1);
    assert_eq!(found(&["check"], "select = [\"unpinned-download\", \"torch-load\"]"), 1);
}
