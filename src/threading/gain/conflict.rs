//! Why a parser would have a flag twice.

use tree_sitter::Node;

use super::Wish;
use super::flag::{Spot, parser_of};
use super::walk::Walk;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::{literal, tree};
use crate::threading::parser::PARSES;
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

impl Solver<'_, '_> {
    /// Why the flag would be one too many.
    pub(super) fn conflict(&mut self, walk: &Walk, made: &[Spot], wish: &Wish) -> Option<String> {
        let flags = flags_of(wish);
        if (walk.is_open || self.is_open(walk, made))
            && let Some(path) = self.names_flag(&flags)
        {
            return Some(format!(
                "arguments are added whose names are not written there, and such a flag may be one of them ({path})"
            ));
        }
        let files = made.iter().map(|place| (place.file, None));
        let roots = walk.code.iter().map(|(file, root)| (*file, Some(*root)));
        for (file, root) in roots.chain(files) {
            let Some(module) = self.modules.get(file) else { continue };
            let Some(root) = root.or_else(|| around(module, made, file)) else { continue };
            let mut strings = module.of_kind("string").filter(|s| root.contains(tree::span(*s)));
            let found = strings.find(|string| {
                let text = literal::plain_string(*string, module.text());
                text.is_some_and(|text| {
                    flags.iter().any(|flag| flag == text)
                        || (text == wish.name && is_dest(module, *string))
                })
            });
            if let Some(found) = found {
                let line = module.lines.of(found.start_byte()) + 1;
                let path = self.program.relative(file).display();
                return Some(format!("there is such a flag already ({path}:{line})"));
            }
        }
        None
    }

    /// A file with a text that is the flag, with or without its dashes.
    fn names_flag(&self, flags: &[String; 2]) -> Option<String> {
        let names = flags.each_ref().map(|flag| flag.trim_start_matches('-'));
        let is_name = |text: &str| names.contains(&text.trim_start_matches('-'));
        let holds = |file: &FileId| {
            let Some(module) = self.modules.get(*file) else { return false };
            let mut strings = module.of_kind("string");
            strings.any(|node| literal::plain_string(node, module.text()).is_some_and(is_name))
        };
        let file = self.program.files_holding(&names).into_iter().find(holds)?;
        Some(self.program.relative(file).display().to_string())
    }

    /// Whether arguments are added by names that are not written there, in the code that a parser goes
    /// through.
    fn is_open(&self, walk: &Walk, made: &[Spot]) -> bool {
        let roots = walk.code.iter().copied();
        let made = made.iter().filter_map(|place| {
            let module = self.modules.get(place.file)?;
            Some((place.file, around(module, made, place.file)?))
        });
        roots.chain(made).any(|(file, root)| {
            let Some(module) = self.modules.get(file) else { return true };
            let mut calls =
                module.calls_named("add_argument").filter(|call| root.contains(tree::span(*call)));
            calls.any(|call| {
                let call = Call::at(call, module.text());
                let first = call.as_ref().and_then(|call| call.positional(0));
                first
                    .is_none_or(|first| literal::plain_string(first.value, module.text()).is_none())
            })
        })
    }

    /// Why the flag would be one too many for another program that shares the code at a place.
    pub(super) fn is_added_by_others(&mut self, place: &Spot, wish: &Wish) -> Option<String> {
        let module = self.modules.get(place.file)?;
        let node = module.nodes().covering(place.after)?;
        let function = module.ancestors(node).find(|a| a.kind() == "function_definition");
        let name = match function {
            Some(function) => crate::threading::place::name_of(module, function)?.to_owned(),
            None => place.object.clone(),
        };
        for file in self.program.files_holding(&[&name]) {
            let Some(other) = self.modules.get(file) else { continue };
            let calls: Vec<Node> =
                PARSES.iter().flat_map(|parses| other.calls_named(parses)).collect();
            let root = (place.file, tree::span(function.unwrap_or_else(|| module.root())));
            for call in calls {
                let parser = parser_of(file, other, call);
                let is_through = |solver: &mut Self| {
                    let walk = parser.map(|parser| solver.walk(file, other, parser.node));
                    walk.is_some_and(|walk| walk.code.contains(&root))
                };
                if self.has_flag(file, tree::span(call), &wish.name) && is_through(self) {
                    let line = other.lines.of(call.start_byte()) + 1;
                    let path = self.program.relative(file).display();
                    return Some(format!(
                        "`{name}` is shared with what has such a flag already ({path}:{line})"
                    ));
                }
            }
        }
        let flags = flags_of(wish);
        let stem = self.program.relative(place.file).file_stem();
        let stem = stem.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        for file in self.program.files_holding(&[&flags[0], &flags[1]]) {
            let Some(other) = self.modules.get(file) else { continue };
            // A parser at the top of a module is another one's only if that imports it.
            let imports = || {
                let mut lines = other.text().lines().filter(|line| line.contains("import "));
                lines.any(|line| words(line).any(|word| word == stem))
            };
            if function.is_none() && file != place.file && !imports() {
                continue;
            }
            let strings = other.of_kind("string").filter(|string| {
                let text = literal::plain_string(*string, other.text());
                text.is_some_and(|text| flags.iter().any(|flag| flag == text))
            });
            for string in strings {
                let around = other.ancestors(string).find(|a| a.kind() == "function_definition");
                let root = around.unwrap_or_else(|| other.root());
                let is_own = file == place.file && function.is_some_and(|f| f.id() == root.id());
                if is_own || words(other.text_of(root)).any(|word| word == name) {
                    let line = other.lines.of(string.start_byte()) + 1;
                    let path = self.program.relative(file).display();
                    return Some(format!(
                        "`{name}` is shared with what has such a flag already ({path}:{line})"
                    ));
                }
            }
        }
        None
    }
}

/// The function or module around what makes a parser in a file.
fn around(module: &Module, made: &[Spot], file: FileId) -> Option<Span> {
    let place = made.iter().find(|place| place.file == file)?;
    let node = module.nodes().covering(place.after)?;
    let function = module.ancestors(node).find(|around| around.kind() == "function_definition");
    Some(tree::span(function.unwrap_or_else(|| module.root())))
}

/// Whether a string is the `dest` of an argument.
fn is_dest(module: &Module, string: Node) -> bool {
    module.parent(string).is_some_and(|parent| {
        let name = parent.child_by_field_name("name").map(|name| module.text_of(name));
        parent.kind() == "keyword_argument" && name == Some("dest")
    })
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
}

/// How the flag may be spelled.
fn flags_of(wish: &Wish) -> [String; 2] {
    [format!("--{}", wish.name), format!("--{}", wish.name.replace('_', "-"))]
}
