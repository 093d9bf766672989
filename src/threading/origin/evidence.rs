//! What shows that an object has a field, as people read it.

use std::rc::Rc;

use tree_sitter::Node;

use super::{Source, Sources};
use crate::program::mentions::Sought;
use crate::python::call::Call;
use crate::python::literal;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::attribute;
use crate::threading::bound;
use crate::threading::parser::declares;
use crate::threading::place::name_of;
use crate::threading::solve::Solver;
use crate::workspace::FileId;

/// How many sources are named.
const MOST: usize = 3;

/// Where the program declares a flag or field of one name.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// The flags of command lines as they are spelled, by file.
    flags: Vec<(FileId, String)>,
    /// Whether a class has it.
    is_field: bool,
}

impl Declared {
    /// Whether nothing declares it.
    pub(super) fn is_empty(&self) -> bool {
        self.flags.is_empty() && !self.is_field
    }

    /// How the flag is spelled in a file, or elsewhere.
    fn spelled(&self, file: FileId, name: &str) -> String {
        let own = self.flags.iter().find(|(there, _)| *there == file);
        let flag = own.or_else(|| self.flags.first()).map(|(_, flag)| flag.clone());
        flag.unwrap_or_else(|| format!("--{name}"))
    }
}

impl Solver<'_, '_> {
    /// Where the program declares a flag or field of that name.
    pub(super) fn declared(&mut self, name: &str) -> Rc<Declared> {
        if let Some(known) = self.origins.declared.get(name) {
            return Rc::clone(known);
        }
        let dashed = name.replace('_', "-");
        let sought: Vec<Sought> = [name.to_owned(), dashed]
            .into_iter()
            .map(|word| Sought {
                word,
                as_attribute: false,
                calls_too: true,
                as_method: false,
                beside: vec!["add_argument".to_owned(), "class ".to_owned()],
                ..Sought::default()
            })
            .collect();
        let mut found = Declared::default();
        self.program.mentioning(&sought, &mut |member, _| {
            let module = &*member.module;
            for node in module.calls_named("add_argument") {
                let flag =
                    Call::at(node, module.text()).and_then(|call| spelled(module, &call, name));
                found.flags.extend(flag.map(|flag| (module.file, flag)));
            }
            found.is_field |=
                module.of_kind("class_definition").any(|class| declares_field(module, class, name));
        });
        let found = Rc::new(found);
        self.origins.declared.insert(name.to_owned(), Rc::clone(&found));
        found
    }

    /// Why an object of these sources has the field, as seen from a file.
    pub(super) fn shown(&mut self, sources: &Sources, name: &str, from: FileId) -> Vec<String> {
        let declared = self.declared(name);
        let mut found: Vec<String> = Vec::new();
        for source in sources.iter().take(MOST) {
            found.push(match source {
                Source::Parsed(file, span) | Source::Parser(file, span) => {
                    let flag = declared.spelled(*file, name);
                    let by = self.modules.get(*file).and_then(|module| {
                        let node = module.exact(*span, &["call"])?;
                        around(module, node)
                    });
                    if let Some(by) = by {
                        format!("`{by}`{} parses the flag `{flag}`", self.place(*file, from))
                    } else {
                        let at = self.program.relative(*file).display();
                        format!("the arguments that {at} parses have the flag `{flag}`")
                    }
                }
                Source::Nothing => continue,
                Source::Made(class) => {
                    let shown = self.program.name_of(*class).unwrap_or_default();
                    format!("`{shown}`{} declares `{name}`", self.place(class.file, from))
                }
            });
        }
        let more = sources.len().saturating_sub(MOST);
        if more > 0 {
            found.push(format!("{more} more hand in such an object"));
        }
        found
    }

    /// A file in parentheses, where it is another one.
    fn place(&self, file: FileId, from: FileId) -> String {
        if file == from {
            return String::new();
        }
        format!(" ({})", self.program.relative(file).display())
    }
}

/// The function around a node.
fn around<'m>(module: &'m Module, node: Node<'m>) -> Option<&'m str> {
    let function = module.ancestors(node).find(|a| a.kind() == "function_definition")?;
    name_of(module, function)
}

/// The flag that `add_argument` adds under that name, as it is spelled.
fn spelled(module: &Module, call: &Call, name: &str) -> Option<String> {
    if !declares(module, call, name) {
        return None;
    }
    let options = (0..).map_while(|index| call.positional(index));
    let mut options =
        options.filter_map(|option| literal::plain_string(option.value, module.text()));
    options.find(|option| option.starts_with("--")).map(str::to_owned)
}

/// Whether a class body or its methods give objects the field.
fn declares_field(module: &Module, class: Node, name: &str) -> bool {
    let body = class.child_by_field_name("body").map(tree::children).unwrap_or_default();
    let is_declared = body.into_iter().filter_map(bound::assignment).any(|assignment| {
        let left = assignment.child_by_field_name("left");
        left.is_some_and(|left| module.text_of(left) == name)
    });
    is_declared || !attribute::stores(module, class, name).is_empty()
}
