//! How far decisions are handed, what is said of it, and what is held back.

mod support;

use serde_json::Value;
use support::Sandbox;

const LOADER: &str = "from transformers import AutoModel, AutoTokenizer\n\n\ndef load(name):\n    \
    model = AutoModel.from_pretrained(name, trust_remote_code=True)\n    \
    return model, AutoTokenizer.from_pretrained(name, trust_remote_code=True)\n";

fn diff(text: &str, options: &[&str]) -> String {
    let sandbox = Sandbox::new(&[("a.py", text)]);
    let arguments = [&["diff", "--exit-zero"], options].concat();
    sandbox.run(&arguments).out
}

#[test]
fn a_decision_goes_as_far_as_was_asked() {
    for options in [&[][..], &["--thread", "function"]] {
        let patch = diff(LOADER, options);
        assert!(patch.contains("+def load(name, trust_remote_code=False):"), "{patch}");
        assert_eq!(patch.matches("trust_remote_code=trust_remote_code").count(), 2);
    }
    let patch = diff(LOADER, &["--thread", "off"]);
    assert!(!patch.contains("+def"), "{patch}");
    assert_eq!(patch.matches("+    ").count(), 2);
    assert!(!patch.contains("=trust_remote_code"));
}

#[test]
fn a_text_from_standard_input_has_no_program_around_it() {
    let handler = "from app import load\nregister(load)\n";
    let sandbox = Sandbox::new(&[("app.py", LOADER), ("other.py", handler)]);
    let alone = sandbox.run_with_input(&["fix", "-"], LOADER.as_bytes());
    assert!(alone.out.contains("def load(name, trust_remote_code=False):"), "{}", alone.out);
    let whole = sandbox.run(&["diff", "--exit-zero"]);
    assert!(whole.out.contains("trust_remote_code=False)"), "{}", whole.out);
    assert!(!whole.out.contains("+def"), "{}", whole.out);
    let why =
        "app.py:5: trust-remote-code: write False: `load` is handed to `register` (other.py:2)";
    assert!(whole.err.contains(why), "{}", whole.err);
}

#[test]
fn each_place_is_a_change_of_its_own_with_its_proof() {
    let sandbox = Sandbox::new(&[("a.py", LOADER)]);
    let out = sandbox.run(&["check", "--format", "json", "--exit-zero"]).out;
    let report: Value = serde_json::from_str(&out).unwrap();
    let all = report["changes"].as_array().unwrap().iter();
    let changes: Vec<&Value> = all.filter(|change| change["is_alternative"] == false).collect();
    assert_eq!(changes.len(), 2);
    for change in changes {
        let proof = change["proof"][0].as_str().unwrap();
        assert_eq!(proof, "`load` (line 4) gains the parameter; who says nothing gets False");
        let kinds = change["ops"].as_array().unwrap().iter();
        let kinds: Vec<&str> = kinds.map(|op| op["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"add_parameter"), "{kinds:?}");
        assert!(change["diff"].as_str().unwrap().contains("+def load"));
    }
}

#[test]
fn what_the_keyword_arguments_would_no_longer_carry_is_held_back_for_review() {
    let text = "from transformers import AutoModel, AutoTokenizer\n\n\ndef load(name, **kwargs):\n    \
        prepare(name, **kwargs)\n    \
        return AutoModel.from_pretrained(name, trust_remote_code=True)\n";
    assert_eq!(diff(text, &[]), "");
    let sandbox = Sandbox::new(&[("a.py", text)]);
    let out = sandbox.run(&["check"]).out;
    assert!(
        out.contains("what is handed on with `**kwargs` in line 5 no longer holds it"),
        "{out}"
    );
    assert!(
        diff(text, &["--review-level"])
            .contains("+def load(name, trust_remote_code=False, **kwargs):")
    );
}

#[test]
fn the_known_callables_among_them_are_handed_it_by_name() {
    let text = "from transformers import AutoModel, AutoTokenizer\n\n\ndef load(name, **kwargs):\n    \
        tokenizer = AutoTokenizer.from_pretrained(name, **kwargs)\n    \
        return AutoModel.from_pretrained(name, trust_remote_code=True), tokenizer\n";
    let patch = diff(text, &[]);
    let line = "+    tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=trust_remote_code, **kwargs)";
    assert!(patch.contains(line), "{patch}");
}

#[test]
fn an_object_that_another_file_hands_to_a_server_is_found_by_the_call_that_makes_it() {
    let api = "from transformers import AutoModel\n\n\nclass Api:\n    def load(self, name):\n        \
        return AutoModel.from_pretrained(name, trust_remote_code=True)\n";
    let serve = "import api\nserver.register_instance(api.Api())\n";
    let sandbox = Sandbox::new(&[("api.py", api), ("serve.py", serve)]);
    let patch = sandbox.run(&["diff", "--exit-zero"]).out;
    assert!(patch.contains("trust_remote_code=False)") && !patch.contains("+    def"), "{patch}");
}
