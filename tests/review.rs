//! The review through the real binary, in a real pseudo-terminal and without one.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use support::terminal::Terminal;
use support::{Sandbox, apply_patch, shows, tree};

/// A program with changes of every kind: alone, over several files, with alternatives.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new(&[
        (
            "app/load.py",
            "import torch\n\n\ndef first(path):\n    return torch.load(path)\n\n\ndef second(path):\n    return torch.load(path, weights_only=False)\n",
        ),
        (
            "app/model.py",
            "from transformers import AutoModel\n\n\ndef load_model(name):\n    return AutoModel.from_pretrained(name, trust_remote_code=True)\n",
        ),
        (
            "app/main.py",
            "import argparse\n\nfrom app.model import load_model\n\n\ndef main():\n    parser = argparse.ArgumentParser()\n    parser.add_argument(\"--name\", default=\"a\")\n    args = parser.parse_args()\n    load_model(args.name)\n\n\nif __name__ == \"__main__\":\n    main()\n",
        ),
        (
            "app/run.py",
            "import subprocess\n\n\ndef list_folder(folder):\n    subprocess.run(f\"ls -l {folder}\", shell=True, check=True)\n",
        ),
        ("app/settings.py", "import yaml\n\n\ndef settings(text):\n    return yaml.load(text)\n"),
    ]);
    sandbox.write("app/__init__.py", b"");
    sandbox.git(&["init", "-q"]);
    sandbox.commit();
    sandbox
}

const WINDOW: (u16, u16) = (24, 90);
const PLAIN: [(&str, &str); 1] = [("NO_COLOR", "1")];

/// A review of the program in a window.
fn review(sandbox: &Sandbox, arguments: &[&str]) -> Terminal {
    let all: Vec<&str> = ["review"].iter().chain(arguments).copied().collect();
    let terminal = Terminal::start_with(sandbox, &all, WINDOW, &PLAIN);
    terminal.shows("apply this change");
    terminal
}

/// The changes that there are.
fn changes(sandbox: &Sandbox) -> Vec<Value> {
    let ran = sandbox.run(&["diff", "--review-level", "--format", "json", "--exit-zero"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    report["changes"].as_array().unwrap().clone()
}

/// Applies decisions without a terminal.
fn decide(sandbox: &Sandbox, decisions: &Value, more: &[&str]) -> support::Ran {
    let file = sandbox.folder.path().join("decisions.json");
    fs::write(&file, decisions.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let all: Vec<&str> = ["review", "--decisions", file].iter().chain(more).copied().collect();
    sandbox.run(&all)
}

#[test]
fn every_key_does_what_it_says() {
    let sandbox = sandbox();
    let mut terminal = review(&sandbox, &["--save-decisions", "../saved.json"]);
    shows("review_first_screen", &terminal.text());
    shows("review_keys", &terminal.press_until("?", "any key goes back"));
    terminal.press_until("j", "apply this change");
    shows("review_page", &terminal.press_until("i", "space scrolls"));
    terminal.press_until("q", "apply this change");
    terminal.press_until("y", "[2/5]");
    let back = terminal.press_until("u", "(was: y)");
    assert!(back.contains("[1/5]"), "{back}");
    terminal.press_until("j", "[2/5]");
    shows("review_reason_asked", &terminal.press_until("xit is made by our", "made by our"));
    let next = terminal.press_until(" own training\r", "[3/5]");
    assert!(next.contains("trust-remote-code"), "{next}");
    shows("review_chain", &next);
    shows("review_other_way", &terminal.press_until("\t", "way 2 of 2"));
    terminal.press_until("\t", "way 1 of 2");
    terminal.press_until("y", "[4/5]");
    shows("review_script", &terminal.press_until("\t", "way 2 of 2"));
    shows("review_function", &terminal.press_until("v", "def list_folder"));
    terminal.press_until("j", "[5/5]");
    shows("review_list", &terminal.press_until("g", "goes back"));
    terminal.press_until("4\r", "[4/5]");
    terminal.press_until("/settings\r", "[5/5]");
    terminal.press_until("n", "[4/5]");
    terminal.press_until("k", "[3/5]");
    terminal.press_until("q", "write these files");
    shows("review_last_screen", &terminal.text());
    terminal.press("y");
    assert_eq!(terminal.wait().code(), Some(1), "two findings are left");
    assert!(!terminal.is_alternate());
    let load = sandbox.read("app/load.py");
    assert!(load.contains("torch.load(path, weights_only=True)"), "{load}");
    let kept = "weights_only=False)  # untrust: allow[torch-load] it is made by our own training";
    assert!(load.contains(kept), "{load}");
    assert!(sandbox.read("app/main.py").contains("trust_remote_code"));
    assert!(sandbox.read("app/run.py").contains("shell=True"));
    assert!(sandbox.read("app/settings.py").contains("yaml.load(text)"));
    let check = sandbox.run(&["check"]);
    assert!(!check.out.contains(": torch-load:"), "the exception is recognised: {}", check.out);
    let saved = fs::read_to_string(sandbox.folder.path().join("saved.json")).unwrap();
    let saved: BTreeMap<String, Value> = serde_json::from_str(&saved).unwrap();
    assert_eq!(saved.len(), 4);
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    assert!(sandbox.read("app/load.py").contains("torch.load(path)\n"));
}

#[test]
fn what_is_saved_makes_the_same_files_elsewhere() {
    let (first, second) = (sandbox(), sandbox());
    let mut terminal = review(&first, &["--save-decisions", "../saved.json"]);
    terminal.press_until("y", "[2/5]");
    terminal.press_until("xit is ours\r", "[3/5]");
    terminal.press_until("\t", "way 2 of 2");
    terminal.press_until("y", "[4/5]");
    terminal.press_until("y", "[5/5]");
    terminal.press_until("n", "write these files");
    terminal.press("y");
    terminal.wait();
    let saved = first.folder.path().join("saved.json");
    let ran = second.run(&["review", "--decisions", saved.to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let without_git = |sandbox: &Sandbox| {
        let mut all = tree(&sandbox.root());
        all.retain(|path, _| !path.starts_with(".git"));
        all
    };
    assert_eq!(without_git(&first), without_git(&second));
}

#[test]
fn keys_for_many_changes_stop_at_what_wants_a_look() {
    let sandbox = sandbox();
    let mut terminal = review(&sandbox, &[]);
    terminal.press_until("A", "of level auto [y,n]?");
    terminal.press_until("y", "changes approved");
    terminal.press_until("q", "write these files");
    shows("review_after_all_auto", &terminal.text());
    terminal.press_until("k", "apply this change");
    terminal.press("Q");
    terminal.wait();
    assert!(sandbox.read("app/load.py").contains("torch.load(path)\n"));
}

#[test]
fn a_small_window_and_another_size_show_what_fits() {
    let sandbox = sandbox();
    let terminal = Terminal::start_with(&sandbox, &["review"], (14, 80), &PLAIN);
    terminal.shows("apply this change");
    shows("review_14_rows", &terminal.press_until("jj", "[3/5]"));
    terminal.press_until("     ", "above: b");
    terminal.resize(30, 60);
    terminal.until("the other size", |text| text.lines().count() > 14);
    shows("review_resized", &terminal.text());
    terminal.press("\x03");
}

#[test]
fn the_editor_is_asked_for_the_new_text() {
    let sandbox = sandbox();
    let editor = sandbox.folder.path().join("my editor");
    let script = "#!/bin/sh\necho \"$1 $#\" > \"$HOME/told\"\nsed -i 's/weights_only=True/weights_only=True, mmap=True/' \"$2\"\n";
    fs::write(&editor, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&editor, mode).unwrap();
    let command = format!("'{}' '--wait now'", editor.display());
    let variables = [("NO_COLOR", "1"), ("EDITOR", "false"), ("VISUAL", command.as_str())];
    let mut terminal = Terminal::start_with(&sandbox, &["review"], WINDOW, &variables);
    terminal.shows("apply this change");
    terminal.press_until("e", "[2/5]");
    let back = terminal.press_until("u", "(was: e)");
    assert!(back.contains("mmap=True"), "{back}");
    terminal.press_until("q", "write these files");
    terminal.press("y");
    terminal.wait();
    assert!(sandbox.read("app/load.py").contains("torch.load(path, weights_only=True, mmap=True)"));
    let told = fs::read_to_string(sandbox.folder.path().join("told")).unwrap();
    assert_eq!(told.trim(), "--wait now 2");
}

#[test]
fn an_editor_that_leaves_the_text_or_its_last_line_open_does_no_harm() {
    let sandbox = sandbox();
    let open = sandbox.folder.path().join("open");
    fs::write(&open, "#!/bin/sh\nprintf '    return None' > \"$1\"\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&open, mode).unwrap();
    let variables = [("NO_COLOR", "1"), ("EDITOR", "true")];
    let terminal = Terminal::start_with(&sandbox, &["review"], WINDOW, &variables);
    terminal.shows("apply this change");
    let text = terminal.press_until("e", "the text is as it was; y applies it");
    assert!(text.contains("[1/5]"), "{text}");
    terminal.press("\x03");
    terminal.until("the end", |_| !terminal.is_alternate());
    let variables = [("NO_COLOR", "1"), ("EDITOR", open.to_str().unwrap())];
    let mut terminal = Terminal::start_with(&sandbox, &["review"], WINDOW, &variables);
    terminal.shows("apply this change");
    terminal.press_until("e", "[2/5]");
    terminal.press_until("q", "write these files");
    terminal.press("y");
    assert_eq!(terminal.wait().code(), Some(1));
    assert!(sandbox.read("app/load.py").contains("    return None\n\n\ndef second"));
}

#[test]
fn an_editor_that_fails_or_breaks_the_code_changes_nothing() {
    let sandbox = sandbox();
    let breaks = sandbox.folder.path().join("breaks");
    fs::write(&breaks, "#!/bin/sh\necho 'return (' > \"$1\"\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&breaks, mode).unwrap();
    for (editor, message) in [
        ("false", "the editor `false` failed"),
        ("/nowhere/at/all", "cannot be run"),
        ("\"", "are not closed"),
        (breaks.to_str().unwrap(), "it cannot be applied"),
    ] {
        let variables = [("NO_COLOR", "1"), ("EDITOR", editor)];
        let mut terminal = Terminal::start_with(&sandbox, &["review"], WINDOW, &variables);
        terminal.shows("apply this change");
        let text = terminal.press_until("e", message);
        assert!(text.contains("[1/5]"), "{text}");
        terminal.press("Q");
        terminal.wait();
    }
}

#[test]
fn however_it_ends_the_decisions_are_kept_and_the_tree_is_untouched() {
    let sandbox = sandbox();
    let before = tree(&sandbox.root());
    for end in ["interrupt", "quit", "last", "terminate", "hang up", "kill"] {
        let mut terminal = review(&sandbox, &["--restart"]);
        terminal.press_until("y", "[2/5]");
        terminal.press_until("n", "[3/5]");
        let process = Pid::from_raw(terminal.process().cast_signed()).unwrap();
        match end {
            "interrupt" => terminal.press("\x03"),
            "quit" => terminal.press("Q"),
            "last" => {
                terminal.press_until("q", "write these files");
                terminal.press("q");
            }
            "terminate" => kill_process(process, Signal::TERM).unwrap(),
            "hang up" => kill_process(process, Signal::HUP).unwrap(),
            _ => terminal.kill(),
        }
        terminal.wait();
        if end != "kill" {
            terminal.until("the old screen", |_| !terminal.is_alternate());
        }
        assert_eq!(tree(&sandbox.root()), before, "{end}");
        let again = review(&sandbox, &["--resume"]);
        assert!(again.text().contains("[3/5]"), "{end}: {}", again.text());
        again.press_until("k", "(was: n)");
        again.press_until("k", "(was: y)");
        again.press("\x03");
    }
    // Nothing is forgotten unless it is said.
    let terminal = Terminal::start_with(&sandbox, &["review"], WINDOW, &PLAIN);
    terminal.shows("2 decisions are kept of a review that was not finished");
}

#[test]
fn two_reviews_at_once_are_one_too_many() {
    let sandbox = sandbox();
    let first = review(&sandbox, &[]);
    let second = Terminal::start_with(&sandbox, &["review"], WINDOW, &PLAIN);
    second.shows("another review of this program is open");
    first.press("\x03");
}

#[test]
fn decisions_that_cannot_be_saved_are_noticed_before_any_work() {
    let sandbox = sandbox();
    let all = ["review", "--save-decisions", "/nowhere/at/all"];
    let terminal = Terminal::start_with(&sandbox, &all, WINDOW, &PLAIN);
    terminal.shows("the decisions cannot be saved there");
}

#[test]
fn y_keeps_what_is_shown() {
    let sandbox = sandbox();
    let mut terminal = review(&sandbox, &[]);
    terminal.press_until("xit is ours\r", "[2/5]");
    let back = terminal.press_until("u", "keep the code with this comment");
    assert!(back.contains("untrust: allow[torch-load] it is ours"), "{back}");
    terminal.press_until("y", "[2/5]");
    terminal.press_until("q", "1 kept with a reason");
    terminal.press("y");
    terminal.wait();
    assert!(
        sandbox.read("app/load.py").contains("(path)  # untrust: allow[torch-load] it is ours")
    );
}

/// Comments count for every call on their line: who is to speak for one call does not speak for
/// another.
#[test]
fn an_exception_covers_nothing_else() {
    let text = "import torch\nimport yaml\n\n\ndef f(p):\n    a = torch.load(p) + \\\n        torch.load(\"y\")\n    b = torch.load(\"z\")\n    if a: torch.load(\"g\"); torch.load(\"h\")\n    return yaml.load(torch.load(b))\n";
    let sandbox = Sandbox::new(&[("a.py", text)]);
    let all = changes(&sandbox);
    let at = |line: u64| -> Vec<String> {
        let here = all.iter().filter(|c| c["ops"][0]["start"]["line"] == line);
        here.map(|c| c["id"].as_str().unwrap().to_owned()).collect()
    };
    let except = |ids: &[String]| -> Value {
        let ids = ids.iter().map(|id| (id.clone(), json!({"except": "it is ours"})));
        Value::Object(ids.collect())
    };
    let refused = decide(&sandbox, &except(&at(6)[..1]), &["--allow-no-vcs"]);
    assert!(refused.code == 2 && refused.err.contains("write it by hand"), "{}", refused.err);
    let refused = decide(&sandbox, &except(&at(9)[..1]), &["--allow-no-vcs"]);
    assert!(refused.code == 2 && refused.err.contains("line 9"), "{}", refused.err);
    assert_eq!(sandbox.read("a.py"), text);
    let both = at(10);
    assert_eq!(both.len(), 2);
    let kept = decide(&sandbox, &except(&both), &["--allow-no-vcs"]);
    assert_eq!(kept.code, 1, "{}", kept.err);
    let check: Value =
        serde_json::from_str(&sandbox.run(&["check", "--format", "json"]).out).unwrap();
    assert_eq!(check["exceptions"].as_array().unwrap().len(), 2, "{check}");
    assert_eq!(check["findings"].as_array().unwrap().len(), 5);
}

#[test]
fn a_file_that_changed_is_asked_about_again() {
    let sandbox = sandbox();
    let mut terminal = review(&sandbox, &[]);
    terminal.press_until("y", "[2/5]");
    terminal.press_until("y", "[3/5]");
    terminal.press_until("y", "[4/5]");
    terminal.press("Q");
    terminal.wait();
    let load = sandbox.read("app/load.py");
    sandbox.write("app/load.py", format!("# new\n{load}").as_bytes());
    sandbox.commit();
    let again = review(&sandbox, &["--resume"]);
    let text = again.shows("or their changes are gone: 2");
    assert!(text.contains("[1/5]"), "{text}");
    again.press_until("jj", "(was: y)");
    again.press("\x03");
}

#[test]
#[ignore = "it is run in a terminal by the next one"]
fn a_panic_in_a_window() {
    let _window = untrust::review::terminal::Window::open().unwrap();
    panic!("on purpose");
}

#[test]
fn a_panic_leaves_the_terminal_usable_and_is_shown() {
    let sandbox = sandbox();
    let arguments = ["--ignored", "--exact", "a_panic_in_a_window", "--nocapture"];
    let program = std::env::current_exe().unwrap();
    let variables = [("RUST_BACKTRACE", "0")];
    let window = (60, 120);
    let mut terminal = Terminal::start_program(&program, &sandbox, &arguments, window, &variables);
    terminal.wait();
    let text = terminal.shows("on purpose");
    assert!(!terminal.is_alternate(), "{text}");
}

#[test]
fn without_a_terminal_it_says_what_to_run() {
    let ran = sandbox().run(&["review"]);
    assert_eq!(ran.code, 2);
    for command in ["untrust diff --review-level", "untrust fix", "--decisions FILE"] {
        assert!(ran.err.contains(command), "{}", ran.err);
    }
}

#[test]
fn names_and_code_are_never_sent_raw() {
    let sandbox = Sandbox::new(&[(
        "a\u{1b}[2Jb\u{202e}.py",
        "import torch\n\ntorch.load(p)  # \u{1b}]0;title\u{7} \u{202e}txt\n",
    )]);
    let all = ["review", "--allow-no-vcs"];
    let terminal = Terminal::start_with(&sandbox, &all, WINDOW, &PLAIN);
    shows("review_hostile_names", &terminal.shows("apply this change"));
    shows("review_hostile_names_last", &terminal.press_until("y", "write these files"));
    terminal.press("\x03");
}

#[test]
fn decisions_of_a_file_are_applied_or_refused_by_name() {
    let sandbox = sandbox();
    let all = changes(&sandbox);
    let id = |transform: &str, alternative: bool| {
        let found =
            all.iter().find(|c| c["transform"] == transform && c["is_alternative"] == alternative);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let before = tree(&sandbox.root());
    let refused = |decisions: Value, words: &[&str]| {
        let ran = decide(&sandbox, &decisions, &[]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{word}: {}", ran.err);
        }
        assert_eq!(tree(&sandbox.root()), before);
    };
    let (shell, script) = (id("shell-command", false), id("shell-command", true));
    refused(
        json!({"0123456789ab": "apply"}),
        &["there are no changes with these ids", "0123456789ab"],
    );
    refused(
        json!({shell.clone(): "apply", script.clone(): "apply"}),
        &["do the same", &shell, &script],
    );
    refused(json!({shell.clone(): "yes"}), &["is no decision", &shell]);
    refused(json!({shell.clone(): {"except": " "}}), &[&shell]);
    refused(json!({shell.clone(): {"except": "a\nb"}}), &["more than one line"]);
    refused(json!([shell.clone()]), &["decisions.json"]);
    let stale = json!({shell.clone(): {"decision": "apply", "files": "0000000000000000"}});
    refused(stale, &["decide again", &shell]);
    let ran = decide(&sandbox, &json!({script: "apply", id("yaml-load", false): "leave"}), &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(ran.out.trim(), "app/run.py");
    let run = sandbox.read("app/run.py");
    assert!(run.contains(r#"["sh", "-c", 'ls -l "$1"', "sh", "#), "{run}");
}

#[test]
fn what_is_written_is_exactly_what_was_approved() {
    let lines: Vec<String> = (0..12).map(|i| format!("x{i} = torch.load(path{i})")).collect();
    let text = |approved: u32| {
        let line = |i: usize| match approved >> i & 1 {
            0 => lines[i].clone(),
            _ => lines[i].replace(')', ", weights_only=True)"),
        };
        let all: Vec<String> = (0..12).map(line).collect();
        format!("import torch\n\n{}\n", all.join("\n\n"))
    };
    let sandbox = Sandbox::new(&[("a.py", &text(0))]);
    let mut ids: Vec<(u64, String)> = changes(&sandbox)
        .iter()
        .map(|c| {
            let line = c["ops"][0]["start"]["line"].as_u64().unwrap();
            (line, c["id"].as_str().unwrap().to_owned())
        })
        .collect();
    ids.sort();
    assert_eq!(ids.len(), 12);
    for approved in (0..4096_u32).step_by(37) {
        sandbox.write("a.py", text(0).as_bytes());
        let decisions: serde_json::Map<String, Value> = ids
            .iter()
            .enumerate()
            .map(|(i, (_, id))| {
                (id.clone(), json!(if approved >> i & 1 == 1 { "apply" } else { "leave" }))
            })
            .collect();
        let ran = decide(&sandbox, &Value::Object(decisions), &["--allow-no-vcs"]);
        assert_ne!(ran.code, 2, "{}", ran.err);
        assert_eq!(sandbox.read("a.py"), text(approved));
    }
}

/// What `x` writes is what the scanner takes for an exception, at every kind of place.
#[test]
fn every_exception_that_is_written_is_recognised() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let (mut seen, mut skipped, mut skipped_all) = (0, 0, 0);
    for transform in ["torch-load", "numpy-load", "yaml-load", "shell-command", "trust-remote-code"]
    {
        let mut cases: Vec<_> =
            fs::read_dir(fixtures.join(transform)).unwrap().flatten().map(|e| e.path()).collect();
        cases.sort();
        for case in cases.iter().step_by(9) {
            let sandbox = Sandbox::new(&[]);
            support::plant(&tree(&case.join("before")), &sandbox.root());
            let all = changes(&sandbox);
            let own = |c: &&Value| c["transform"] == transform && c["is_alternative"] == false;
            let decisions: serde_json::Map<String, Value> = all
                .iter()
                .filter(own)
                .filter(|c| c["requires"].as_array().unwrap().is_empty())
                .map(|c| (c["id"].as_str().unwrap().to_owned(), json!({"except": "it is ours"})))
                .collect();
            if decisions.is_empty() {
                continue;
            }
            let count = |ran: &support::Ran| -> Vec<Value> {
                let report: Value = serde_json::from_str(&ran.out).unwrap();
                let findings = report["findings"].as_array().unwrap().clone();
                findings
                    .into_iter()
                    .filter(|f| f["transform"] == transform && f["level"] != "report")
                    .collect()
            };
            let mut decisions = decisions;
            let ran = loop {
                let ran = decide(&sandbox, &Value::Object(decisions.clone()), &["--allow-no-vcs"]);
                let by_hand = ran.err.contains("write it by hand");
                let id = ran.err.split("nothing was written: ").nth(1).filter(|_| by_hand);
                match id.and_then(|rest| decisions.remove(&rest[..12])) {
                    Some(_) => skipped += 1,
                    None => break ran,
                }
            };
            assert_ne!(ran.code, 2, "{}: {}", case.display(), ran.err);
            if skipped > 0 {
                skipped_all += std::mem::take(&mut skipped);
                continue;
            }
            let after = sandbox.run(&["check", "--format", "json", "--exit-zero"]);
            let left = count(&after);
            assert!(left.is_empty(), "{}: {left:#?}", case.display());
            seen += 1;
        }
    }
    assert!(seen > 50 && skipped_all < 40, "{seen} {skipped_all}");
}

#[test]
fn a_patch_of_what_is_shown_is_what_is_written() {
    // The screen shows the bytes of the plan: a review of everything writes what the diff shows.
    let (first, second) = (sandbox(), sandbox());
    let patch = first.run(&["diff", "--review-level", "--exit-zero"]);
    apply_patch(&first.root(), &patch.bytes);
    let all = changes(&second);
    let own = all.iter().filter(|c| c["is_alternative"] == false);
    let decisions: serde_json::Map<String, Value> =
        own.map(|c| (c["id"].as_str().unwrap().to_owned(), json!("apply"))).collect();
    let ran = decide(&second, &Value::Object(decisions), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for file in ["load", "model", "main", "run", "settings"] {
        let name = format!("app/{file}.py");
        assert_eq!(first.read(&name), second.read(&name));
    }
}
