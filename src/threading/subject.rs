//! A function that is looked for in the program, and the expressions that mean it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::family::family_here;
use super::imported::{aliases, depending, references, spelled};
use super::look::Look;
use super::methods::{SERVERS, attributes};
use super::place::{class_of, name_of};
use super::references::{Key, MOST_CLASSES};
use crate::program::Program;
use crate::program::classes::Family;
use crate::program::mentions::Sought;
use crate::python::call::{ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;

/// A function that is looked for.
#[derive(Clone)]
pub(super) struct Subject<'m> {
    /// The functions of that name in one scope.
    pub(super) keys: Vec<Key>,
    /// Their file, relative to the root.
    pub(super) path: PathBuf,
    pub(super) module: &'m Module,
    pub(super) function: Node<'m>,
    /// What is looked for: the function's name, or that of the class for an `__init__`, or a name
    /// under which a module hands it on.
    pub(super) name: String,
    /// The class that holds it and those that inherit it.
    pub(super) classes: Rc<Vec<String>>,
    /// The classes of the inheritance trees that these belong to.
    pub(super) family: Rc<FxHashSet<String>>,
    pub(super) kind: Kind,
    /// The names that modules import it from: its file's, its folders'.
    pub(super) homes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Method,
    /// An `__init__`, which is called by the class's name.
    Class,
}

/// The names of the classes that inherit what a class has, itself first, and of all classes of the
/// inheritance trees that they belong to.
#[derive(Clone, Default)]
pub(super) struct Relatives {
    classes: Rc<Vec<String>>,
    family: Rc<FxHashSet<String>>,
}

impl Relatives {
    fn of(program: &Program, module: &Module, class: &str) -> Self {
        let known = program.classes();
        let derived = known.derived(class, MOST_CLASSES + 1);
        let classes: Vec<String> =
            std::iter::once(class).chain(derived).map(str::to_owned).collect();
        // What a class derives from beside the one at hand calls the methods of both.
        let mut trees: Vec<Arc<Family>> = Vec::new();
        for name in &classes {
            let tree = known.family(name);
            if !trees.iter().any(|there| Arc::ptr_eq(there, &tree)) {
                trees.push(tree);
            }
        }
        let mut family: FxHashSet<String> = classes.iter().cloned().collect();
        family.extend(trees.iter().flat_map(|tree| tree.names.iter().cloned()));
        family.extend(family_here(module, class));
        Self { classes: Rc::new(classes), family: Rc::new(family) }
    }
}

pub(super) fn subject<'m>(
    file: FileId,
    module: &'m Module,
    function: Node<'m>,
    program: &Program,
    families: &mut FxHashMap<String, Relatives>,
) -> Option<Subject<'m>> {
    let own = name_of(module, function)?;
    let class = class_of(module, function);
    let (name, kind) = match class {
        Some(class) if own == "__init__" => (name_of(module, class)?, Kind::Class),
        Some(_) => (own, Kind::Method),
        None => (own, Kind::Function),
    };
    let class = class.and_then(|class| name_of(module, class));
    let relatives = class.map(|class| {
        let found = families.entry(class.to_owned());
        found.or_insert_with(|| Relatives::of(program, module, class)).clone()
    });
    let Relatives { classes, family } = relatives.unwrap_or_default();
    Some(Subject {
        keys: vec![(file, tree::span(function))],
        path: program.relative(file).to_owned(),
        module,
        function,
        name: name.to_owned(),
        classes,
        family,
        kind,
        homes: homes(program.relative(file)),
    })
}

/// The names by which modules import from a file: its own and its folders'.
pub(super) fn homes(path: &Path) -> Vec<String> {
    let parts = path.with_extension("");
    let parts = parts.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "__init__").collect()
}

/// The references to a function in its own module.
pub(super) fn own_references<'m>(subject: &Subject<'m>, look: &Look<'m>) -> Vec<Node<'m>> {
    let module = subject.module;
    if subject.kind == Kind::Method {
        return by_attribute(subject, look).into_iter().chain(in_body(subject)).collect();
    }
    let definition = match subject.kind {
        Kind::Class => class_of(module, subject.function),
        _ => Some(subject.function),
    };
    let Some(definition) = definition else { return Vec::new() };
    let scope = module.names.scope_at(definition.start_byte());
    let names: Vec<&str> = match subject.kind {
        Kind::Class => subject.classes.iter().map(String::as_str).collect(),
        _ => vec![subject.name.as_str()],
    };
    let uses = names.iter().flat_map(|name| module.names.uses_of(name, scope, module.text()));
    let nodes = uses.filter_map(|used| module.nodes().covering(used));
    let strings = depending(module, &subject.name);
    let made = match subject.kind {
        Kind::Class => made_of_unpacked(module, &subject.family),
        _ => Vec::new(),
    };
    nodes.filter(|node| !is_its_name(module, *node)).chain(strings).chain(made).collect()
}

/// Where methods of the classes make an object of their own class with what they unpack:
/// `cls(**config)`, `type(self)(**config)`.
fn made_of_unpacked<'m>(module: &'m Module, family: &FxHashSet<String>) -> Vec<Node<'m>> {
    let own = ["cls", "type(self)", "self.__class__"];
    let calls = module.of_kind("call").filter(|call| {
        let Some(call) = Call::at(*call, module.text()) else { return false };
        own.contains(&module.text_of(call.function))
            && call.arguments.iter().any(|argument| argument.kind == ArgumentKind::DoubleSplat)
    });
    let theirs = calls.filter(|call| {
        let around = module.ancestors(*call).find(|around| around.kind() == "class_definition");
        let name = around.and_then(|class| name_of(module, class));
        name.is_some_and(|name| family.contains(name))
    });
    theirs.filter_map(|call| call.child_by_field_name("function")).collect()
}

/// The uses of a method's name in the body of its class: `go = expose(load)`.
fn in_body<'m>(subject: &Subject<'m>) -> Vec<Node<'m>> {
    let module = subject.module;
    let scope = module.names.scope_at(subject.function.start_byte());
    let uses = module.names.uses_of(&subject.name, scope, module.text());
    let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    nodes.filter(|node| !is_its_name(module, *node)).collect()
}

fn by_attribute<'m>(subject: &Subject, look: &Look<'m>) -> Vec<Node<'m>> {
    let classes: Vec<&str> = subject.classes.iter().map(String::as_str).collect();
    attributes(look, &classes, &subject.family, &subject.name)
}

/// Whether an identifier is the name that a definition or an assignment gives.
fn is_its_name(module: &Module, node: Node) -> bool {
    module.parent(node).is_some_and(|parent| match parent.kind() {
        "function_definition" | "class_definition" => {
            parent.child_by_field_name("name").is_some_and(|name| name.id() == node.id())
        }
        "assignment" => parent.child_by_field_name("left").is_some_and(|l| l.id() == node.id()),
        _ => false,
    })
}

pub(super) fn other_references<'m>(subject: &'m Subject, look: &Look<'m>) -> Vec<Node<'m>> {
    let module = look.module;
    if subject.kind == Kind::Method {
        return by_attribute(subject, look);
    }
    let homes: Vec<&str> = subject.homes.iter().map(String::as_str).collect();
    let mut found = references(module, &subject.name, &homes);
    found.extend(spelled(module, &subject.name, &homes));
    for derived in subject.classes.iter().filter(|class| **class != subject.name) {
        let uses = module.names.named(derived, module.text());
        found.extend(uses.filter_map(|used| module.nodes().covering(used.span)));
    }
    found
}

/// The subject under the names by which a module hands it on to others: what it imports at its
/// top, and other names that it gives it there.
pub(super) fn handed_on<'m>(
    subject: &Subject<'m>,
    module: &Module,
    path: &Path,
) -> Vec<Subject<'m>> {
    if subject.kind == Kind::Method {
        return objects_of(subject, module, path);
    }
    let known: Vec<&str> = subject.homes.iter().map(String::as_str).collect();
    let names = aliases(module, &subject.name, &known);
    let at_top = names.iter().filter(|(_, scope)| scope.is_none_or(|scope| scope == 0));
    let mut names: BTreeSet<&str> = at_top.map(|(name, _)| *name).collect();
    let assigned: Vec<&str> = names.iter().flat_map(|name| renamed(module, name)).collect();
    names.extend(assigned);
    let homes: Vec<String> = homes(path);
    let is_new = |name: &&str| {
        *name != subject.name || homes.iter().any(|home| !subject.homes.contains(home))
    };
    let again = names.into_iter().filter(is_new);
    again
        .map(|name| Subject { name: name.to_owned(), homes: homes.clone(), ..subject.clone() })
        .collect()
}

/// A method by the objects of its class that a module makes at its top: others import these.
fn objects_of<'m>(subject: &Subject<'m>, module: &Module, path: &Path) -> Vec<Subject<'m>> {
    let made = subject.classes.iter().flat_map(|class| super::callers::objects(module, class));
    let names: Vec<String> = made.map(str::to_owned).collect();
    let is_new = names.iter().any(|name| !subject.classes.contains(name));
    if names.is_empty() || !is_new {
        return Vec::new();
    }
    vec![Subject { classes: Rc::new(names), homes: homes(path), ..subject.clone() }]
}

/// The names that a module gives at its top to what a name means: `display = show`.
pub(super) fn renamed<'m>(module: &'m Module, name: &str) -> Vec<&'m str> {
    let uses = module.names.uses_of(name, 0, module.text());
    let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    let targets = nodes.filter_map(|node| {
        let assignment = module.ancestors(node).find(|around| around.kind() == "assignment")?;
        let statement = module.parent(assignment)?;
        let is_top = module.parent(statement).is_some_and(|block| block.kind() == "module");
        let left = assignment.child_by_field_name("left")?;
        (is_top && left.kind() == "identifier").then(|| module.text_of(left))
    });
    targets.filter(|target| *target != name).collect()
}

/// The words by which files are found that may refer to the subject.
pub(super) fn words(subject: &Subject, is_first: bool) -> Vec<Sought> {
    let sought = |word: &str, as_attribute: bool, beside: Vec<String>| Sought {
        word: word.to_owned(),
        as_attribute,
        // A class is called to make the object that is handed to a server.
        calls_too: subject.kind == Kind::Method,
        as_method: false,
        beside,
        ..Sought::default()
    };
    let mut found = Vec::new();
    match subject.kind {
        Kind::Method => {
            let mut classes: Vec<String> =
                subject.family.iter().chain(subject.classes.iter()).cloned().collect();
            classes.sort_unstable();
            let read = Sought { classes, ..sought(&subject.name, true, Vec::new()) };
            found.push(read);
            // Objects of its class may be handed to a server; one that can be called, to anything.
            let servers = if subject.name == "__call__" { Vec::new() } else { hints() };
            for class in subject.classes.iter() {
                found.push(sought(class, false, servers.clone()));
            }
        }
        Kind::Function => found.push(sought(&subject.name, false, subject.homes.clone())),
        Kind::Class => {
            found.push(sought(&subject.name, false, subject.homes.clone()));
            for class in subject.classes.iter().filter(|class| **class != subject.name) {
                found.push(sought(class, false, hints()));
            }
        }
    }
    if subject.kind != Kind::Method {
        // A star hands it on without naming it.
        let stars = vec!["import *".to_owned()];
        found.extend(subject.homes.last().map(|stem| sought(stem, false, stars)));
    }
    if is_first && subject.kind != Kind::Method {
        let searches = ["getattr(", "getmembers", "vars(", "dir(", "import_string", "__dict__"];
        let searches = searches.map(str::to_owned).to_vec();
        found.extend(subject.homes.last().map(|stem| Sought {
            also: imports_of(stem, &subject.homes),
            ..sought(stem, false, searches)
        }));
    }
    found
}

/// Texts of which a file holds one where it imports a module; the last of its homes is its name.
fn imports_of(stem: &str, homes: &[String]) -> Vec<String> {
    let plain =
        ["from .".to_owned(), format!("import {stem}"), format!("'{stem}"), format!("\"{stem}")];
    homes.iter().rev().skip(1).take(1).cloned().chain(plain).collect()
}

/// Texts of which a file holds one where it hands objects or classes to a server, or looks their
/// methods up by names.
fn hints() -> Vec<String> {
    SERVERS.into_iter().chain(["getattr", "_to_server"]).map(str::to_owned).collect()
}
