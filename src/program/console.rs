//! The commands that a package installs: `[project.scripts]` of `pyproject.toml`, and entry points
//! as `setup.cfg` and `setup.py` write them.

use std::path::Path;

use super::Program;
use crate::workspace::FileId;

/// A command and what it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleScript {
    /// What is typed.
    pub name: String,
    /// The module, `package.module`.
    pub module: String,
    /// The function of it that is called.
    pub function: String,
}

impl Program<'_> {
    /// The commands that the program installs, as the files at its root say.
    pub fn console_scripts(&self) -> &[ConsoleScript] {
        self.console_scripts.get_or_init(|| {
            if self.is_alone {
                return Vec::new();
            }
            let root = &self.whole().root;
            let text = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_default();
            let mut found = of_pyproject(&text("pyproject.toml"));
            found.extend(of_setup(&text("setup.cfg")));
            found.extend(of_setup(&text("setup.py")));
            found
        })
    }

    /// How a module is run: `python -m package.module`, `python folder/script.py`.
    pub fn command_of(&self, file: FileId) -> String {
        let dotted = self.dotted(file);
        if dotted.contains('.') {
            let package = dotted.strip_suffix(".__main__").unwrap_or(&dotted);
            return format!("python -m {package}");
        }
        let path = self.relative(file);
        let slashed: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        format!("python {}", slashed.join("/"))
    }

    /// What a module is called within the packages that hold it, `package.module`.
    pub fn dotted(&self, file: FileId) -> String {
        let path = self.relative(file);
        let is_package = |folder: &Path| self.file_at(&folder.join("__init__.py")).is_some();
        // What the root itself is called is not known.
        let folders = path.ancestors().skip(1).filter(|folder| *folder != Path::new(""));
        let packages = folders.take_while(|folder| is_package(folder)).count();
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let dotted = parts[parts.len() - 1 - packages..].join(".");
        dotted.trim_end_matches(".py").to_owned()
    }
}

fn of_pyproject(text: &str) -> Vec<ConsoleScript> {
    let Ok(document) = text.parse::<toml::Table>() else { return Vec::new() };
    let at = |path: [&str; 2]| document.get(path[0])?.get(path[1])?.get("scripts")?.as_table();
    let project = document.get("project").and_then(|project| project.get("scripts")?.as_table());
    let tables = [project, at(["tool", "poetry"])];
    let entries = tables.into_iter().flatten().flatten();
    entries.filter_map(|(name, target)| script(name, target.as_str()?)).collect()
}

/// The entry points of a text that writes them as `name = package.module:function`.
fn of_setup(text: &str) -> Vec<ConsoleScript> {
    let Some(start) = text.find("console_scripts") else { return Vec::new() };
    let pieces = text[start..].split(['"', '\'', ',', '\n']);
    pieces
        .filter_map(|piece| {
            let (name, target) = piece.trim().split_once('=')?;
            script(name.trim(), target)
        })
        .collect()
}

fn script(name: &str, target: &str) -> Option<ConsoleScript> {
    let (module, function) = target.split_once('[').map_or(target, |(t, _)| t).split_once(':')?;
    let (module, function) = (module.trim(), function.trim());
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let is_meant = is_name && !name.is_empty() && module.split('.').all(is_word);
    (is_meant && is_word(function)).then(|| ConsoleScript {
        name: name.to_owned(),
        module: module.to_owned(),
        function: function.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(scripts: &[ConsoleScript]) -> Vec<String> {
        scripts.iter().map(|s| format!("{} {} {}", s.name, s.module, s.function)).collect()
    }

    #[test]
    fn scripts_are_read_where_packages_declare_them() {
        let text =
            "[project.scripts]\nask = 'pkg.cli:main'\n[tool.poetry.scripts]\nb-c = \"p:run\"\n";
        assert_eq!(shown(&of_pyproject(text)), ["ask pkg.cli main", "b-c p run"]);
        let text = "[options.entry_points]\nconsole_scripts =\n    ask = pkg.cli:main\n    b=p.q:run [x]\n";
        assert_eq!(shown(&of_setup(text)), ["ask pkg.cli main", "b p.q run"]);
        let text =
            "setup(entry_points={\"console_scripts\": [\"ask = pkg.cli:main\", 'b=p:run'],\n})\n";
        assert_eq!(shown(&of_setup(text)), ["ask pkg.cli main", "b p run"]);
    }

    #[test]
    fn other_texts_are_no_scripts() {
        assert!(of_pyproject("[project.scripts]\na = 1\nb = 'x y:z'\n[project").is_empty());
        assert!(of_setup("ask = pkg.cli:main\n").is_empty());
        assert!(of_setup("console_scripts = http://a:b\n").is_empty());
    }
}
