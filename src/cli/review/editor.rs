//! The editor in which a person changes a new text.

use std::process::Command;

use anyhow::{Context, bail};

/// The text as a person left it in `$VISUAL` or `$EDITOR`. The file is called as one of Python's, so
/// that the editor knows what it is.
pub(super) fn edited(text: &str) -> anyhow::Result<String> {
    let words = words()?;
    let folder = tempfile::tempdir().context("there is no place for a temporary file")?;
    let path = folder.path().join("new_text.py");
    std::fs::write(&path, text)?;
    let (program, arguments) = words.split_first().context("the name of the editor is empty")?;
    let status = Command::new(program)
        .args(arguments)
        .arg(&path)
        .status()
        .with_context(|| format!("the editor `{program}` cannot be run"))?;
    if !status.success() {
        bail!("the editor `{program}` failed ({status}); nothing is changed");
    }
    std::fs::read_to_string(&path).context("what the editor wrote cannot be read")
}

/// The command of the editor, with its options.
fn words() -> anyhow::Result<Vec<String>> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(|value| (name.to_owned(), value))
    };
    let Some((name, value)) = set("VISUAL").or_else(|| set("EDITOR")) else {
        bail!("no editor is set; set VISUAL or EDITOR to the one to use");
    };
    let value = value.to_str().with_context(|| format!("${name} is not text"))?;
    let words =
        shlex::split(value).with_context(|| format!("the quotes in ${name} are not closed"))?;
    if words.is_empty() {
        bail!("${name} is empty");
    }
    Ok(words)
}
