use super::RunLine;
use super::command::{Mention, Target, mentions};
use super::format::Format;
use super::variables::without_variables;
use crate::program::tests::{Written, id};

/// The 1-based lines of what a text runs.
fn run(name: &str, text: &str) -> Vec<(usize, String)> {
    let found = mentions(text, Format::of_name(name).unwrap());
    let shown = |mention: Mention| {
        let target = match mention.target {
            Target::Script(path) => path,
            Target::Module(name) => format!("-m {name}"),
            Target::EntryPoint(name) => format!("{name}:"),
        };
        (mention.line + 1, target)
    };
    found.into_iter().map(shown).collect()
}

fn run_in_one_line(name: &str, text: &str) -> Vec<String> {
    run(name, text).into_iter().map(|(_, target)| target).collect()
}

/// The lines that run a script, as `path:line`.
fn lines_of(script: &str, files: &[(&str, &str)]) -> Vec<String> {
    let written = Written::new(files);
    let workspace = written.open();
    let script = id(&workspace, script);
    let found = written.program(&workspace).runs_of(&[script]);
    let shown = |line: &RunLine| format!("{}:{}", line.path.display(), line.line);
    found.get(&script).into_iter().flatten().map(shown).collect()
}

#[test]
fn commands_of_a_shell_are_read() {
    for (line, expected) in [
        ("python examples/a.py --x", "examples/a.py"),
        ("python3 -u ./a.py b.py", "./a.py"),
        ("  CUDA_VISIBLE_DEVICES=0 /usr/bin/python3.11 -W ignore a.py", "a.py"),
        ("nohup \"$PYTHON\" -X dev 'a.py' > log.py &", "a.py"),
        ("${PYTHON:-python3} a.py", "a.py"),
        ("torchrun --nproc_per_node 2 a.py --y b.py", "a.py"),
        ("accelerate launch --config_file c.yaml x/a.py", "x/a.py"),
        ("deepspeed --num_gpus=2 a.py", "a.py"),
        ("python -m torch.distributed.launch --nproc 2 a.py", "-m torch.distributed.launch a.py"),
        ("python -um pkg.mod --a b.py", "-m pkg.mod"),
        ("torchrun -m pkg.mod", "-m pkg.mod"),
        ("$RUNNER -m pkg.mod", "-m pkg.mod"),
        ("uv run a.py", "a.py"),
        ("x=$(python a.py)", "a.py"),
        ("./a.py", "./a.py"),
        ("make x && python a.py; python b.py", "a.py b.py"),
        ("python $FLAGS a.py # python b.py", "a.py"),
    ] {
        assert_eq!(run_in_one_line("a.sh", line).join(" "), expected, "{line}");
    }
}

#[test]
fn what_runs_no_script_is_left() {
    for line in [
        "# python a.py",
        "cat a.py",
        "python -c 'x' a.py",
        "python -m pytest a.py; python -m black b.py",
        "python setup a.py",
        "vim x/a.py",
        "git commit -m a.py",
        "git commit -m fix",
        "uv venv --python a.py",
        "pip install python. a.py",
        "python https://x.org/a.py",
        "python a_$X.py",
        "python a.pyc",
    ] {
        let found = run_in_one_line("a.sh", line);
        let rest = ["-m pytest", "-m black", "-m a.py"];
        assert!(found.iter().all(|target| rest.contains(&target.as_str())), "{line}: {found:?}");
    }
}

#[test]
fn commands_that_go_on_are_reported_where_the_script_stands() {
    let shell = "torchrun \\\n  --nproc 2 \\\n  a.py \\\n  --x\n";
    assert_eq!(run("a.sh", shell), [(3, "a.py".to_owned())]);
    assert_eq!(run("a.ps1", "torchrun `\n  x\\a.py\n"), [(2, "x/a.py".to_owned())]);
    let batch = "rem python b.py\npython ^\r\n  %~dp0a.py\r\n";
    assert_eq!(run("a.bat", batch), [(3, "\u{fffd}/a.py".to_owned())]);
    assert!(run("a.sh", "python\na.py\n").is_empty());
}

#[test]
fn lists_of_words_are_commands() {
    let docker = "COPY a.py /app\nENTRYPOINT [\"python\", \"-u\", \"a.py\"]\nCMD [\"python\", \"-m\", \"pkg.mod\"]\n";
    assert_eq!(run("Dockerfile", docker), [(2, "a.py".to_owned()), (3, "-m pkg.mod".to_owned())]);
    let yaml = "command:\n  - python\n  - -u\n  - a.py\n  - b.py\nargs:\n  - c.py\n";
    assert_eq!(run("a.yml", yaml), [(4, "a.py".to_owned())]);
    let json =
        "{\n  \"cmd\": [\n    \"python\",\n    \"x\\\\a.py\"\n  ],\n  \"file\": \"b.py\"\n}\n";
    assert_eq!(run("a.json", json), [(4, "x/a.py".to_owned())]);
    assert!(run("a.json", "{\"a\": \"python\", \"b\": \"a.py\"}").is_empty());
}

#[test]
fn keys_name_scripts_in_configurations() {
    assert_eq!(run_in_one_line("a.yaml", "program: x/a.py\nfile: b.py\n"), ["x/a.py"]);
    let json =
        "{\"name\": \"python\",\n\"program\": \"${workspaceFolder}/a.py\",\n\"module\": \"p.q\"}";
    let expected = ["\u{fffd}/a.py", "-m p.q"];
    assert_eq!(run_in_one_line("launch.json", json), expected);
    assert_eq!(run_in_one_line("a.toml", "script = \"a.py\"\n"), ["a.py"]);
    assert!(run("a.sh", "program: a.py\n").is_empty());
}

#[test]
fn entry_points_count_where_projects_name_them() {
    let text = "[project.scripts]\nx = \"pkg.mod:main\"\n";
    assert_eq!(run("pyproject.toml", text), [(2, "pkg.mod:".to_owned())]);
    assert_eq!(run_in_one_line("setup.cfg", "x=pkg.mod:main\n"), ["pkg.mod:"]);
    assert!(run("a.toml", text).is_empty());
}

#[test]
fn text_for_people_runs_what_it_shows_as_commands() {
    let text = "# Use\nSee [a.py](x/a.py) and `b.py`; Python runs c.py.\n- ./d.py: a file\n\n    $ python e.py\n\nOr `python f.py`.\n| `python g.py` | h.py |\n";
    let expected = [(5, "e.py"), (7, "f.py"), (8, "g.py")];
    let expected = expected.map(|(line, path)| (line, path.to_owned()));
    assert_eq!(run("README.md", text), expected);
}

#[test]
fn folders_are_entered_and_left() {
    let folders = |name: &str, text: &str| -> Vec<Option<String>> {
        let found = mentions(text, Format::of_name(name).unwrap());
        found.into_iter().map(|mention| mention.folder).collect()
    };
    let some = |folder: &str| Some(folder.to_owned());
    let shell = "(cd x; python a.py)\npython b.py\ncd y\npython c.py\ncd z && python d.py\ncd /w\npython e.py\n";
    let expected = [some("x"), None, some("y"), some("y/z"), some("/w")];
    assert_eq!(folders("a.sh", shell), expected);
    let make = "a:\n\tcd x && python a.py\n\tpython b.py\n";
    assert_eq!(folders("Makefile", make), [some("x"), None]);
    let prose = "```\ncd x\npython a.py\n```\n```\npython b.py\n```\n";
    assert_eq!(folders("a.md", prose), [some("x"), None]);
}

#[test]
fn variables_are_not_known() {
    for (line, expected) in [
        ("$A/${B}/$(dirname \"$0\")/x", "?/?/?/x"),
        ("${{ github.workspace }}/{{ a }}/%B%/%~dp0x", "?/?/?/?/x"),
        ("$(PYTHON) $(which python3) $PYTHON/x $PYTHONPATH", "python python ?/x ?"),
        ("$ 5% {a} ${ $(", "$ 5% {a} ${ $("),
        ("$(python a.py)", "$(python a.py)"),
    ] {
        assert_eq!(without_variables(line).replace('\u{fffd}', "?"), expected, "{line}");
    }
}

#[test]
fn a_path_counts_from_the_files_folder_and_from_the_root() {
    let files = [
        ("train.py", ""),
        ("x/train.py", ""),
        ("x/run.sh", "python train.py\n"),
        ("run.sh", "python train.py\n\npython x/train.py\n"),
        ("y/run.sh", "python train.py\npython x/train.py\npython ../x/train.py\n"),
        ("z/run.sh", "cd ../x\npython train.py\n"),
        ("w/run.sh", "cd \"$(dirname \"$0\")/../x\"\npython train.py\n"),
    ];
    let expected =
        ["run.sh:3", "w/run.sh:2", "x/run.sh:1", "y/run.sh:2", "y/run.sh:3", "z/run.sh:2"];
    assert_eq!(lines_of("x/train.py", &files), expected);
    assert_eq!(lines_of("train.py", &files), ["run.sh:1", "y/run.sh:1"]);
}

#[test]
fn a_path_counts_from_the_closest_folder_around_the_file() {
    let text = "deepspeed main.py\npython ../main.py\n";
    let files = [
        ("a/step1/main.py", ""),
        ("a/step2/main.py", ""),
        ("a/step1/scripts/opt/run.sh", text),
        ("a/step2/scripts/run.sh", text),
    ];
    assert_eq!(lines_of("a/step1/main.py", &files), ["a/step1/scripts/opt/run.sh:1"]);
    let both = ["a/step2/scripts/run.sh:1", "a/step2/scripts/run.sh:2"];
    assert_eq!(lines_of("a/step2/main.py", &files), both);
}

#[test]
fn a_path_that_begins_elsewhere_fits_by_its_end() {
    let text =
        "python /app/x/a.py\npython $DIR/a.py\npython q/x/a.py\npython q/a.py\npython x/a.py\n";
    let files = [("s/x/a.py", ""), ("x/b.py", ""), ("run.sh", text)];
    assert_eq!(lines_of("s/x/a.py", &files), ["run.sh:1", "run.sh:2", "run.sh:5"]);
}

#[test]
fn a_bare_name_that_several_have_fits_none_elsewhere() {
    let files = [("x/a.py", ""), ("y/a.py", ""), ("run.sh", "python a.py\n"), ("z/b.py", "")];
    assert!(lines_of("x/a.py", &files).is_empty());
    let files = [("x/a.py", ""), ("run.sh", "python a.py\n")];
    assert_eq!(lines_of("x/a.py", &files), ["run.sh:1"]);
}

#[test]
fn modules_and_entry_points_lead_to_their_files() {
    let files = [
        ("src/pkg/mod.py", ""),
        ("src/pkg/__main__.py", ""),
        ("src/pkg/__init__.py", ""),
        ("tools/build.py", ""),
        ("ci.yml", "- run: python -m pkg.mod\n- run: python -m pkg\n- run: python -m build\n"),
        ("pyproject.toml", "[project.scripts]\na = \"pkg.mod:main\"\nb = 'pkg:main'\n"),
    ];
    assert_eq!(lines_of("src/pkg/mod.py", &files), ["ci.yml:1", "pyproject.toml:2"]);
    assert_eq!(lines_of("src/pkg/__main__.py", &files), ["ci.yml:2"]);
    assert_eq!(lines_of("src/pkg/__init__.py", &files), ["pyproject.toml:3"]);
    assert!(lines_of("tools/build.py", &files).is_empty());
}

#[test]
fn files_that_git_leaves_out_or_that_are_too_large_are_not_read() {
    let large = "python a.py\n".repeat(100_000);
    let files = [
        ("a.py", ""),
        (".git/HEAD", ""),
        (".gitignore", "out/\n"),
        ("out/run.sh", "python ../a.py\n"),
        ("node_modules/run.sh", "python ../a.py\n"),
        ("large.sh", large.as_str()),
        (".github/workflows/ci.yml", "run: python a.py\n"),
        ("a.txt", "python a.py\n"),
    ];
    assert_eq!(lines_of("a.py", &files), [".github/workflows/ci.yml:1"]);
}

#[test]
fn only_the_first_lines_are_kept() {
    let many = "python a.py\n".repeat(80);
    let lines = lines_of("a.py", &[("a.py", ""), ("run.sh", many.as_str())]);
    assert_eq!((lines.len(), lines.last().map(String::as_str)), (50, Some("run.sh:50")));
}

#[test]
fn bytes_that_are_no_text_do_not_hide_commands() {
    let written = Written::new(&[("a.py", "")]);
    std::fs::write(written.path().join("run.sh"), b"echo \xff\xe9\npython a.py\n").unwrap();
    let workspace = written.open();
    let script = id(&workspace, "a.py");
    let program = written.program(&workspace);
    assert_eq!(program.runs_of(&[script])[&script].len(), 1);
    assert!(program.runs_of(&[]).is_empty());
}
