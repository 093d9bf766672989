//! The fixtures of shell commands do the same before and after: their functions are run with stubs
//! for all commands.

use std::path::Path;
use std::process::Command;

fn compare(fixtures: &[std::path::PathBuf]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shell/compare.py");
    let output = Command::new("python3").arg(script).args(fixtures).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn fixtures_do_the_same_before_and_after() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/shell-command");
    let mut fixtures: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    let said = compare(&fixtures);
    let last = said.lines().last().unwrap_or_default();
    let calls: usize = last.split(' ').next().unwrap().parse().unwrap();
    assert!(calls > fixtures.len(), "hardly anything is called: {last}");
    assert!(last.ends_with(" 0 unexpected"), "{said}");
}

#[test]
fn a_difference_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    for (side, text) in [
        (
            "before",
            "import subprocess\n\n\ndef f(x: str):\n    subprocess.run(f\"git {x}\", shell=True)\n",
        ),
        (
            "after",
            "import subprocess\n\n\ndef f(x: str):\n    subprocess.run([\"git\", \"-x\", x])\n",
        ),
    ] {
        std::fs::create_dir(folder.path().join(side)).unwrap();
        std::fs::write(folder.path().join(side).join("m.py"), text).unwrap();
    }
    let said = compare(&[folder.path().to_owned()]);
    assert!(said.contains("m.py f 0") && !said.contains(" 0 unexpected"), "{said}");
}

#[test]
fn all_calls_that_run_a_parameter_are_turned_together_or_none_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = "import subprocess\n\n\ndef sh(cmd):\n    subprocess.check_call(cmd, shell=True)\n    return subprocess.getoutput(cmd)\n\n\ndef build(x: str):\n    sh(f\"git {x}\")\n";
    std::fs::write(folder.path().join("m.py"), text).unwrap();
    let diff = |level: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_untrust"));
        let output = command.arg("diff").args(level).arg(folder.path()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    // The second one needs a review, and the first cannot go without it.
    assert_eq!(diff(&[]), "");
    let patch = diff(&["--review-level"]);
    assert!(patch.contains("+    subprocess.check_call(cmd)"), "{patch}");
    assert!(patch.contains("+    return subprocess.run(cmd, stdout="), "{patch}");
}
