use super::*;

/// Line, code and message of each finding.
fn found(name: &str, text: &str) -> Vec<String> {
    let found = findings(FileId(0), name, text, false);
    let line = |finding: &Finding| text[..finding.range.start].matches('\n').count() + 1;
    found.iter().map(|f| format!("{} {} {}: {}", line(f), f.scope, f.sink, f.message)).collect()
}

#[test]
fn lists_in_toml_are_read() {
    let text = "[tool.bandit]\nskips = [\n  \"B101\",\n  \"B602\",\n]\n\n[tool.ruff.lint]\n\
        ignore = [\"E501\", \"S6\"]\n[tool.ruff.lint.per-file-ignores]\n\"scripts/*\" = [\"S602\"]\n\
        \"tests/*\" = [\"S602\"]\n\"**/test_*.py\" = [\"S\"]\n";
    assert_eq!(
        found("pyproject.toml", text),
        [
            "4 tool.bandit.skips B602: the configuration switches bandit's B602 off for the whole project",
            "8 tool.ruff.lint.ignore S6: the configuration switches ruff's S6 (S602, S604, S605) off for the whole project",
            "10 tool.ruff.lint.per-file-ignores.scripts/* S602: the configuration switches ruff's S602 off for `scripts/*`",
        ]
    );
    let ruff = found("ruff.toml", "extend-ignore = ['S506']\n[lint]\nignore = ['ALL']\n");
    assert_eq!(ruff.len(), 2);
    assert!(ruff[0].starts_with("1 extend-ignore S506"), "{ruff:?}");
    assert!(ruff[1].starts_with("3 lint.ignore ALL"), "{ruff:?}");
}

#[test]
fn lists_in_sections_are_read() {
    let text = "[metadata]\nignore = S602\n[flake8]\nextend_ignore = E501, S602 # why\n\
        per-file-ignores =\n    a.py: E1,S605\n    tests/x.py: S602\n# S604\nmax-line-length = 100\n";
    assert_eq!(
        found("setup.cfg", text),
        [
            "4 flake8.extend-ignore S602: the configuration switches flake8's S602 off for the whole project",
            "6 flake8.per-file-ignores.a.py S605: the configuration switches flake8's S605 off for `a.py`",
        ]
    );
    assert_eq!(found(".bandit", "[bandit]\nskips: B101,B506\nexclude: /x\n").len(), 1);
    // Of flake8, codes with a B are those of another plugin.
    assert_eq!(found(".flake8", "[flake8]\nignore = B602\n"), [""; 0]);
}

#[test]
fn lists_in_yaml_are_read() {
    let text = "# é\nskips: ['B101', 'B602']\nshell_injection:\n  skips: [B605]\nassert_used:\n  x: y\nz: B605\n";
    let found_in = found("bandit.yaml", text);
    assert_eq!(found_in.len(), 1, "{found_in:?}");
    assert!(found_in[0].starts_with("2 skips B602"), "{found_in:?}");
    assert_eq!(found("bandit.yml", "skips:\n- B506\n- B602\n").len(), 2);
}

#[test]
fn a_list_of_all_that_is_on_leaves_the_rest_out() {
    let found_in = found("pyproject.toml", "[tool.bandit]\ntests = ['B101', 'B602']\n");
    assert_eq!(found_in.len(), 1);
    assert!(found_in[0].starts_with("2 tool.bandit.tests tests: the configuration lets bandit"));
    let all: Vec<String> = Tool::Bandit.codes().iter().map(|code| format!("'{code}'")).collect();
    let text = format!("[tool.bandit]\ntests = [{}]\n", all.join(", "));
    assert_eq!(found("pyproject.toml", &text), [""; 0]);
}

#[test]
fn what_cannot_be_read_switches_nothing_off() {
    for (name, text) in [
        ("pyproject.toml", "[tool.bandit\nskips = ['B602']"),
        ("pyproject.toml", "tool = 1\n"),
        ("pyproject.toml", "[tool.bandit]\nskips = 1\n"),
        ("bandit.yaml", "skips: [B602\n  - }"),
        ("setup.cfg", "flake8\nignore"),
        (".bandit", ""),
    ] {
        let found = found(name, text);
        assert!(found.len() <= 1, "{name} {text}: {found:?}");
    }
}
