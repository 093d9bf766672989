//! A run that is killed at any instant leaves each file old or new, and can be put back.

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use support::{Sandbox, tree};

const FILES: usize = 600;

fn program() -> Sandbox {
    let sandbox = Sandbox::new(&[]);
    for index in 0..FILES {
        let text = format!("import torch\n\n\ndef f(p):\n    return torch.load(p)  # {index}\n");
        sandbox.write(&format!("d{}/m{index}.py", index % 20), text.as_bytes());
    }
    sandbox
}

#[test]
fn a_killed_run_is_rolled_back_and_a_finished_one_undone() {
    let sandbox = program();
    let old = tree(&sandbox.root());
    let begun = Instant::now();
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs", "-q"]).code, 0);
    let whole = begun.elapsed();
    let new = tree(&sandbox.root());
    assert!(old.iter().all(|(path, bytes)| new[path] != *bytes));
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    assert_eq!(tree(&sandbox.root()), old);
    let mut seed: u32 = 0x9e37_79b9;
    let mut halfway = 0;
    for _ in 0..24 {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let share = f64::from(seed % 1000) / 900.0;
        let mut command = sandbox.command(&["fix", "--allow-no-vcs", "-q"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
        let _ = child.kill();
        child.wait().unwrap();
        let found = tree(&sandbox.root());
        let mut replaced = 0;
        for (path, bytes) in &old {
            let now = &found[path];
            assert!(now == bytes || *now == new[path], "{} is neither", path.display());
            replaced += usize::from(now != bytes);
        }
        halfway += usize::from(replaced > 0 && replaced < FILES);
        let undone = sandbox.run(&["undo"]);
        // A run that was killed before it wrote anything left nothing to undo.
        assert!(undone.code == 0 || replaced == 0, "{undone:?}");
        assert_eq!(tree(&sandbox.root()), old, "temporary files are gone too");
    }
    assert!(halfway > 0, "no run was killed while it wrote");
}

#[test]
fn the_next_fix_goes_on_after_a_killed_one() {
    let sandbox = program();
    let old = tree(&sandbox.root());
    let mut replaced = 0;
    for delay in (0..10_000).step_by(10) {
        let mut command = sandbox.command(&["fix", "--allow-no-vcs", "-q"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        let _ = child.kill();
        child.wait().unwrap();
        let found = tree(&sandbox.root());
        replaced = old.iter().filter(|(path, bytes)| found[*path] != **bytes).count();
        if replaced > 0 {
            break;
        }
    }
    assert!(replaced > 0);
    let check = sandbox.run(&["check"]);
    assert!(replaced == FILES || check.err.contains("interrupted"), "{}", check.err);
    assert_eq!(sandbox.run(&["fix", "--allow-no-vcs"]).code, 0);
    assert_eq!(sandbox.run(&["check"]).code, 0);
    assert_eq!(sandbox.run(&["undo"]).code, 0);
    assert_eq!(tree(&sandbox.root()), old);
}
