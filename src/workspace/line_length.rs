//! How long a line may be by the project's own configuration.

use std::path::Path;

/// Configuration files with more bytes are not read.
const LARGEST: u64 = 1 << 20;

/// The length, in characters, that the nearest configuration between a file and the root sets for
/// ruff, black or flake8.
pub fn limit(root: &Path, file: &Path) -> Option<usize> {
    let folders = file.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    folders.into_iter().find_map(in_folder)
}

fn in_folder(folder: &Path) -> Option<usize> {
    let text = |name: &str| {
        let path = folder.join(name);
        let readable = path.metadata().is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
        readable.then(|| std::fs::read_to_string(path).ok())?
    };
    let ruff = |name: &str| of_table(&text(name)?, &["line-length"]);
    let project = || {
        let text = text("pyproject.toml")?;
        let tools = ["ruff", "black"];
        tools.iter().find_map(|tool| of_table(&text, &["tool", tool, "line-length"]))
    };
    let flake8 = |name: &str| of_section(&text(name)?);
    ruff("ruff.toml")
        .or_else(|| ruff(".ruff.toml"))
        .or_else(project)
        .or_else(|| ["setup.cfg", ".flake8", "tox.ini"].into_iter().find_map(flake8))
}

/// The number at a path of keys.
fn of_table(text: &str, keys: &[&str]) -> Option<usize> {
    let table: toml::Table = text.parse().ok()?;
    let (last, above) = keys.split_last()?;
    let inner = above.iter().try_fold(&table, |table, key| table.get(*key)?.as_table())?;
    usize::try_from(inner.get(*last)?.as_integer()?).ok()
}

/// `max-line-length` of the section `flake8`.
fn of_section(text: &str) -> Option<usize> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[flake8]";
        } else if let Some((key, value)) = line.split_once('=').filter(|_| inside)
            && matches!(key.trim(), "max-line-length" | "max_line_length")
        {
            return value.trim().parse().ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_configuration_decides() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        assert_eq!(limit(root, &root.join("a/b/c.py")), None);
        fs::write(
            root.join("setup.cfg"),
            "[x]\nmax-line-length = 1\n[flake8]\nmax-line-length = 79\n",
        )
        .unwrap();
        assert_eq!(limit(root, &root.join("a/b/c.py")), Some(79));
        fs::write(root.join("pyproject.toml"), "[tool.black]\nline-length = 119\n").unwrap();
        assert_eq!(limit(root, &root.join("a/b/c.py")), Some(119));
        fs::write(root.join("a/ruff.toml"), "line-length = 100\n").unwrap();
        assert_eq!(limit(root, &root.join("a/b/c.py")), Some(100));
        assert_eq!(limit(root, &root.join("c.py")), Some(119));
        fs::write(root.join("a/ruff.toml"), "line-length = [").unwrap();
        assert_eq!(limit(root, &root.join("a/b/c.py")), Some(119));
    }
}
