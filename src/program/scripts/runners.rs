//! Names of programs, and of words around them, that run scripts.

/// Programs that run the first script among their arguments.
const LAUNCHERS: [&str; 12] = [
    "torchrun",
    "deepspeed",
    "accelerate-launch",
    "horovodrun",
    "kernprof",
    "ipdb",
    "ipdb3",
    "pudb",
    "pudb3",
    "scalene",
    "viztracer",
    "spark-submit",
];

/// Programs that do so behind one of [`STARTS`].
const STARTERS: [&str; 19] = [
    "accelerate",
    "streamlit",
    "uv",
    "coverage",
    "poetry",
    "pdm",
    "hatch",
    "rye",
    "pixi",
    "pipx",
    "pipenv",
    "modal",
    "chainlit",
    "fastapi",
    "memray",
    "panel",
    "bokeh",
    "colossalai",
    "bentoml",
];
const STARTS: [&str; 4] = ["launch", "run", "serve", "dev"];

/// Modules that run the script behind them, by their first names.
const LAUNCHING_MODULES: [&str; 16] = [
    "torch",
    "accelerate",
    "deepspeed",
    "coverage",
    "pdb",
    "ipdb",
    "pudb",
    "debugpy",
    "cProfile",
    "profile",
    "trace",
    "streamlit",
    "scalene",
    "viztracer",
    "memray",
    "kernprof",
];

/// Keys whose value is a script that is run.
pub(super) const KEYS: [&str; 7] =
    ["program", "script", "entry_point", "entrypoint", "entry", "python_file", "main_file"];

/// Words that stand before a command without being one.
pub(super) const PREFIXES: [&str; 20] = [
    "$",
    "-",
    "!",
    "%",
    "@",
    "RUN",
    "CMD",
    "ENTRYPOINT",
    "sudo",
    "exec",
    "time",
    "nohup",
    "srun",
    "if",
    "while",
    "then",
    "do",
    "else",
    "env",
    "call",
];

/// Whether a word begins a command that runs the first script among its arguments. `before` is the
/// word before it.
pub(super) fn launches(before: &str, word: &str) -> bool {
    LAUNCHERS.contains(&word) || (STARTS.contains(&word) && STARTERS.contains(&before))
}

/// Whether a module, run as a program, does so.
pub(super) fn is_launching(module: &str) -> bool {
    module.split('.').next().is_some_and(|first| LAUNCHING_MODULES.contains(&first))
}

/// Whether a word is the command of an interpreter.
pub(super) fn is_python(word: &str) -> bool {
    let word = word.rsplit(['=', '/']).next().unwrap_or_default();
    let word = word.trim_start_matches(['@', '!', '$']);
    // `make` goes on where a command behind a dash fails.
    let word = word.strip_prefix('-').unwrap_or(word);
    let word = word.strip_suffix(".exe").unwrap_or(word);
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    // A sentence can end with the name, a command does not.
    let ends_sentence = name.len() < word.len() && word.ends_with('.');
    !ends_sentence
        && (matches!(name, "python" | "pythonw" | "pypy" | "ipython" | "py")
            || word == "sys.executable")
}
