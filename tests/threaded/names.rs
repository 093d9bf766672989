//! How modules name what stands in others.

use std::collections::BTreeSet;

use super::model::Program;

/// The imports of one module.
pub struct Imports {
    /// The module; a number that no module has stands for a script beside the packages.
    module: usize,
    lines: BTreeSet<String>,
}

/// Where library names come from.
const LIBRARIES: [(&str, &str); 8] = [
    ("ThreadPoolExecutor(", "from concurrent.futures import ThreadPoolExecutor"),
    ("partial(", "from functools import partial"),
    ("np.", "import numpy as np"),
    ("load_array(", "from numpy import load as load_array"),
    ("note(", "from recorder import note"),
    ("AutoModel.", "from transformers import AutoModel"),
    ("pipeline(", "from transformers import pipeline"),
    ("LLM(", "from vllm import LLM"),
];

impl Imports {
    /// None yet.
    pub fn new(module: usize) -> Self {
        Self { module, lines: BTreeSet::new() }
    }

    /// The lines at the top of a module with this body.
    pub fn header(&self, body: &str) -> String {
        let used = LIBRARIES.iter().filter(|(text, _)| body.contains(text));
        let lines: Vec<&str> =
            used.map(|(_, line)| *line).chain(self.lines.iter().map(String::as_str)).collect();
        lines.join("\n") + "\n"
    }

    /// The expression that means `name` of another module. `choice` chooses among the ways to import
    /// it; `late` gets the lines that stand within the function.
    pub fn refer(
        &mut self,
        program: &Program,
        module: usize,
        name: &str,
        choice: usize,
        late: &mut Vec<String>,
    ) -> String {
        if module == self.module {
            return name.to_owned();
        }
        let target = &program.modules[module].name;
        let own = program.modules.get(self.module).map_or("", |own| own.name.as_str());
        let (package, last) = target.rsplit_once('.').unwrap_or(("", target));
        let relative = relative(own, target);
        let (line, expression) = match (choice % 9, package, &relative) {
            (0, ..) => (format!("from {target} import {name}"), name.to_owned()),
            (1, ..) => (format!("from {target} import {name} as {name}_x"), format!("{name}_x")),
            (2, ..) => (format!("import {target}"), format!("{target}.{name}")),
            (3, ..) => (format!("import {target} as {last}_y"), format!("{last}_y.{name}")),
            (4, package, _) if !package.is_empty() => {
                (format!("from {package} import {last}"), format!("{last}.{name}"))
            }
            (5, _, Some(relative)) => (format!("from {relative} import {name}"), name.to_owned()),
            (6, _, Some(relative)) => {
                let (dots, module) = relative.rsplit_once('.').unwrap_or(("", relative));
                let from = if dots.is_empty() || dots.ends_with('.') {
                    format!("{dots}.")
                } else {
                    dots.to_owned()
                };
                (format!("from {from} import {module}"), format!("{module}.{name}"))
            }
            (7, package, _) if program.modules[module].exported && !package.is_empty() => {
                // A package is not whole while its own modules are imported.
                let mut from = package;
                if !own.starts_with("app.") && choice < 9 {
                    from = "app";
                } else if own.starts_with(&format!("{package}.")) {
                    from = target;
                }
                (format!("from {from} import {name}"), name.to_owned())
            }
            _ => {
                // The name would be the function's own, also before this line.
                late.push(format!("from {target} import {name} as {name}_z"));
                return format!("{name}_z");
            }
        };
        self.lines.insert(line);
        expression
    }
}

/// A module as another one of the same package names it: `.m1`, `.sub.m3`.
fn relative(own: &str, target: &str) -> Option<String> {
    let (package, _) = own.rsplit_once('.')?;
    Some(format!(".{}", target.strip_prefix(package)?.strip_prefix('.')?))
}
