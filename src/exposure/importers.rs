//! Who imports modules: importing one runs the code at its top.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::place::Place;
use crate::program::Program;
use crate::program::mentions::Sought;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;

/// For each of the files, what imports it and in which line (1-based).
pub(super) fn importers(
    program: &Program,
    files: &BTreeSet<FileId>,
) -> Vec<(FileId, Place, usize)> {
    let sought: BTreeSet<String> = files.iter().filter_map(|file| word(program, *file)).collect();
    let sought: Vec<Sought> = sought
        .into_iter()
        .map(|word| Sought { word, calls_too: true, ..Sought::default() })
        .collect();
    let mut found = Vec::new();
    program.mentioning(&sought, &mut |member, _| {
        let module = &*member.module;
        let imports = module.of_kind("import_statement");
        for statement in imports.chain(module.of_kind("import_from_statement")) {
            if is_for_types(module, statement) {
                continue;
            }
            let run = run_by(program, module, statement);
            for file in run.intersection(files).filter(|file| **file != module.file) {
                let place = Place::of(module.file, module, statement);
                found.push((*file, place, module.lines.of(statement.start_byte()) + 1));
            }
        }
    });
    found
}

/// The word that every import of a module holds: its name, that of its folder for a package.
fn word(program: &Program, file: FileId) -> Option<String> {
    let path = program.relative(file);
    let stem = path.file_stem()?.to_str()?;
    if stem != "__init__" {
        return Some(stem.to_owned());
    }
    Some(path.parent()?.file_name()?.to_str()?.to_owned())
}

/// The modules of the program that an import statement runs: those it names and the packages around
/// them.
fn run_by(program: &Program, module: &Module, statement: Node) -> BTreeSet<FileId> {
    let mut found = BTreeSet::new();
    let mut add = |dotted: &str| {
        let start = dotted.len() - dotted.trim_start_matches('.').len();
        let dots = dotted.match_indices('.').map(|(at, _)| at).filter(|at| *at > start);
        for end in dots.chain([dotted.len()]) {
            found.extend(program.imported(&dotted[..end], module.file));
        }
    };
    let home = statement.child_by_field_name("module_name");
    let from = home.map(|home| module.text_of(home));
    for child in tree::children(statement) {
        if home.is_some_and(|home| home.id() == child.id()) {
            continue;
        }
        let name = child.child_by_field_name("name").unwrap_or(child);
        let name = if name.kind() == "dotted_name" { module.text_of(name) } else { "" };
        match from {
            None => add(name),
            Some(from) if name.is_empty() => add(from),
            Some(from) if from.ends_with('.') => add(&format!("{from}{name}")),
            Some(from) => add(&format!("{from}.{name}")),
        }
    }
    found
}

/// Whether an import is there for type checkers only.
fn is_for_types(module: &Module, statement: Node) -> bool {
    module.ancestors(statement).any(|around| {
        around.kind() == "if_statement"
            && around
                .child_by_field_name("condition")
                .is_some_and(|condition| module.text_of(condition).contains("TYPE_CHECKING"))
    })
}
