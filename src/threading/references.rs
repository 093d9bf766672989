//! Where the program refers to the functions that may gain a parameter, and what it does with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::escape::{Use, line, use_of};
use super::imported::{aliases, depending, references, searches};
use super::message::{WEB_HINTS, classes_of};
use super::methods::{attributes, published, publishes};
use super::place::{class_of, name_of};
use crate::program::Program;
use crate::program::mentions::Sought;
use crate::python::module::Module;
use crate::python::tree;
use crate::transforms::remote::imports_web;
use crate::workspace::FileId;
use crate::workspace::span::Span;

use super::table::container;

/// A function: its file and where it stands.
pub(super) type Key = (FileId, Span);

/// What the program does with functions apart from calling them.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Functions that are handed to what may call them with remote input: by whom.
    escaped: BTreeMap<Key, String>,
    /// Functions that are handed to what calls them with what can be seen: by whom.
    known: BTreeMap<Key, String>,
    /// Functions that other modules mention.
    elsewhere: BTreeSet<Key>,
    /// Classes that modules which serve requests mention.
    served: BTreeSet<String>,
    /// What is done with the tables of modules.
    tables: FxHashMap<TableKey, Use>,
    /// How modules publish the objects of classes, by the module's hash and the class; whether the
    /// objects themselves are called.
    published: FxHashMap<([u8; 32], String, bool), Option<String>>,
    /// Where modules search others for functions by name, by their hash and what they search.
    searches: FxHashMap<([u8; 32], Vec<String>), Option<usize>>,
}

/// A table: the hash of its module, its node, and the position in a tuple that counts.
type TableKey = ([u8; 32], usize, Option<usize>);

/// A function that is looked for.
#[derive(Clone)]
struct Subject<'m> {
    /// The functions of that name in one scope.
    keys: Vec<Key>,
    /// Their file, relative to the root.
    path: PathBuf,
    module: &'m Module,
    function: Node<'m>,
    /// What is looked for: the function's name, or that of the class for an `__init__`, or a name
    /// under which a module hands it on.
    name: String,
    /// The class that holds it and those that inherit it.
    classes: Rc<Vec<String>>,
    kind: Kind,
    /// The names that modules import it from: its file's, its folders'.
    homes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Method,
    /// An `__init__`, which is called by the class's name.
    Class,
}

/// Texts of which a file holds one where it hands objects to a server.
const SERVERS_HINTS: [&str; 24] = [
    "register_instance",
    "register(",
    "Server(",
    "serve",
    "Dispatcher",
    "add_object",
    "add_class",
    "build_method_map",
    "expose",
    "add_plugin",
    "create_window",
    "Processor",
    "make_server",
    "deployment",
    "Provide",
    "add_resource",
    "route",
    "add_view",
    "add_url_rule",
    "ount(",
    "Depends",
    "Security",
    "Interface",
    "add_tool",
];

/// How many classes that derive from one are looked at.
pub(super) const MOST_CLASSES: usize = 1000;

/// How often names under which a function is handed on are looked for again.
const ROUNDS: usize = 3;

impl References {
    /// Looks for the functions in their own modules and in the rest of the program.
    pub(super) fn of(
        functions: &[(FileId, Node)],
        modules: &BTreeMap<FileId, &Module>,
        program: &Program,
    ) -> Self {
        let mut found = Self { served: served(functions, modules, program), ..Self::default() };
        let mut subjects: Vec<Subject> = Vec::new();
        let mut known: FxHashMap<(FileId, usize, &str), usize> = FxHashMap::default();
        let mut families: FxHashMap<String, Rc<Vec<String>>> = FxHashMap::default();
        for (file, function) in functions {
            let Some(module) = modules.get(file) else { continue };
            let exact = module.exact(tree::span(*function), &["function_definition"]);
            let Some(function) = exact else { continue };
            let name = name_of(module, function).unwrap_or_default();
            let scope = module.names.scope_at(function.start_byte());
            let key = (*file, tree::span(function));
            if let Some(there) = known.get(&(*file, scope, name)) {
                let subject: &mut Subject = &mut subjects[*there];
                subject.keys.push(key);
                continue;
            }
            let subject = subject(*file, module, function, program, &mut families);
            let Some(subject) = subject else { continue };
            if subject.classes.len() > MOST_CLASSES {
                let by = "inherited by more classes than are looked at";
                found.escaped.insert(key, by.to_owned());
                continue;
            }
            known.insert((*file, scope, name), subjects.len());
            subjects.push(subject);
        }
        let renamed: Vec<Subject> = subjects
            .iter()
            .filter(|subject| subject.kind != Kind::Method)
            .flat_map(|subject| {
                let names = renamed(subject.module, &subject.name).into_iter();
                names.map(|name| Subject { name: name.to_owned(), ..subject.clone() })
            })
            .collect();
        for subject in &subjects {
            found.note(subject, subject.module, &subject.path, &own_references(subject));
        }
        subjects.extend(renamed);
        for round in 0..ROUNDS {
            subjects = found.round(&subjects, program, round == 0);
            if subjects.is_empty() {
                break;
            }
        }
        found
    }

    /// Looks for the subjects in the rest of the program; returns them under the names by which
    /// other modules hand them on.
    fn round<'m>(
        &mut self,
        subjects: &[Subject<'m>],
        program: &Program,
        is_first: bool,
    ) -> Vec<Subject<'m>> {
        let mut sought: BTreeMap<Sought, Vec<usize>> = BTreeMap::new();
        for (index, subject) in subjects.iter().enumerate() {
            for word in words(subject, is_first) {
                sought.entry(word).or_default().push(index);
            }
        }
        let (words, owners): (Vec<Sought>, Vec<Vec<usize>>) = sought.into_iter().unzip();
        let mut again: Vec<Subject> = Vec::new();
        program.mentioning(&words, &mut |member, hits| {
            let indices: BTreeSet<usize> =
                hits.iter().flat_map(|hit| owners[*hit].iter().copied()).collect();
            for index in indices {
                let subject = &subjects[index];
                if member.relative == subject.path {
                    continue;
                }
                let nodes = other_references(subject, &member.module);
                if !nodes.is_empty() {
                    self.elsewhere.extend(&subject.keys);
                }
                self.note(subject, &member.module, &member.relative, &nodes);
                again.extend(handed_on(subject, &member.module, &member.relative));
            }
        });
        again.sort_by(|a, b| (&a.keys, &a.name, &a.homes).cmp(&(&b.keys, &b.name, &b.homes)));
        again.dedup_by(|a, b| (&a.keys, &a.name, &a.homes) == (&b.keys, &b.name, &b.homes));
        again
    }

    fn note(&mut self, subject: &Subject, module: &Module, path: &Path, nodes: &[Node]) {
        let shown = path.display();
        for node in nodes {
            let place = || format!("{shown}:{}", line(module, *node));
            if subject.kind == Kind::Class {
                if publishes(module, *node) {
                    let by = format!("its class is published ({})", place());
                    self.escape_by(subject, by);
                }
                continue;
            }
            let used = match node.kind() {
                "string" => Use::Unknown("named in an annotation that depends on it".to_owned()),
                _ => self.use_of(module, *node),
            };
            match used {
                Use::Harmless => {}
                Use::Known(by) => {
                    for key in &subject.keys {
                        self.known.entry(*key).or_insert_with(|| format!("{by} ({})", place()));
                    }
                }
                Use::Unknown(by) => self.escape_by(subject, format!("{by} ({})", place())),
            }
        }
        let escape = match subject.kind {
            Kind::Method => self
                .published(subject, module)
                .map(|by| format!("a method of an object {by} ({shown})")),
            Kind::Function | Kind::Class => self
                .searched(subject, module)
                .map(|line| format!("looked up by its name ({shown}:{line})")),
        };
        if let Some(by) = escape {
            self.escape_by(subject, by);
        }
    }

    fn escape_by(&mut self, subject: &Subject, by: String) {
        for key in &subject.keys {
            self.escaped.entry(*key).or_insert_with(|| by.clone());
        }
    }

    /// How a module publishes the objects that have a method.
    fn published(&mut self, subject: &Subject, module: &Module) -> Option<String> {
        let is_callable = subject.name == "__call__";
        let class = subject.classes.first().cloned().unwrap_or_default();
        let key = (module.source.hash.as_bytes().to_owned(), class, is_callable);
        let known = self.published.entry(key).or_insert_with(|| {
            let classes: Vec<&str> = subject.classes.iter().map(String::as_str).collect();
            published(module, &classes, is_callable)
        });
        known.clone()
    }

    /// The line, 1-based, in which a module searches that of a function for what has a name.
    fn searched(&mut self, subject: &Subject, module: &Module) -> Option<usize> {
        let key = (module.source.hash.as_bytes().to_owned(), subject.homes.clone());
        let known = self.searches.entry(key).or_insert_with(|| {
            let homes: Vec<&str> = subject.homes.iter().map(String::as_str).collect();
            searches(module, &homes).map(|search| line(module, search))
        });
        *known
    }

    /// What is done with a function where a node names it; once for all that stands in a table.
    fn use_of(&mut self, module: &Module, node: Node) -> Use {
        let Some(table) = container(module, node) else { return use_of(module, node) };
        // Where tuples are taken apart, the position in them counts.
        let position = module
            .parent(node)
            .filter(|parent| parent.kind() == "tuple")
            .and_then(|p| tree::children(p).iter().position(|child| child.id() == node.id()));
        let key = (module.source.hash.as_bytes().to_owned(), table.id(), position);
        if let Some(known) = self.tables.get(&key) {
            return known.clone();
        }
        let found = use_of(module, node);
        self.tables.insert(key, found.clone());
        found
    }

    /// By whom a function is handed to what may call it with remote input.
    pub(super) fn escape(&self, key: Key) -> Option<&str> {
        self.escaped.get(&key).map(String::as_str)
    }

    /// By whom a function is called that hands it what can be seen.
    pub(super) fn known(&self, key: Key) -> Option<&str> {
        self.known.get(&key).map(String::as_str)
    }

    /// Whether a module that serves requests mentions a class.
    pub(super) fn is_served(&self, class: &str) -> bool {
        self.served.contains(class)
    }

    /// Whether other modules mention a function.
    pub(super) fn is_elsewhere(&self, key: Key) -> bool {
        self.elsewhere.contains(&key)
    }
}

/// The classes of the functions and their parameters that modules which serve requests mention.
fn served(
    functions: &[(FileId, Node)],
    modules: &BTreeMap<FileId, &Module>,
    program: &Program,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut classes: BTreeSet<&str> = BTreeSet::new();
    for (file, function) in functions {
        let Some(module) = modules.get(file) else { continue };
        let Some(function) = module.exact(tree::span(*function), &["function_definition"]) else {
            continue;
        };
        let names = classes_of(module, function);
        if imports_web(module) {
            found.extend(names.iter().map(|name| (*name).to_owned()));
        }
        classes.extend(names);
    }
    let classes: Vec<&str> = classes.into_iter().collect();
    let beside: Vec<String> = WEB_HINTS.map(str::to_owned).to_vec();
    let sought: Vec<Sought> = classes
        .iter()
        .map(|class| Sought {
            word: (*class).to_owned(),
            as_attribute: false,
            calls_too: true,
            beside: beside.clone(),
        })
        .collect();
    program.mentioning(&sought, &mut |member, hits| {
        if imports_web(&member.module) {
            found.extend(hits.iter().map(|hit| classes[*hit].to_owned()));
        }
    });
    found
}

fn subject<'m>(
    file: FileId,
    module: &'m Module,
    function: Node<'m>,
    program: &Program,
    families: &mut FxHashMap<String, Rc<Vec<String>>>,
) -> Option<Subject<'m>> {
    let own = name_of(module, function)?;
    let class = class_of(module, function);
    let (name, kind) = match class {
        Some(class) if own == "__init__" => (name_of(module, class)?, Kind::Class),
        Some(_) => (own, Kind::Method),
        None => (own, Kind::Function),
    };
    let class = class.and_then(|class| name_of(module, class));
    let classes = class.map(|class| {
        let found = families.entry(class.to_owned()).or_insert_with(|| {
            let derived = program.classes().derived(class, MOST_CLASSES + 1);
            Rc::new(std::iter::once(class).chain(derived).map(str::to_owned).collect())
        });
        Rc::clone(found)
    });
    Some(Subject {
        keys: vec![(file, tree::span(function))],
        path: program.relative(file).to_owned(),
        module,
        function,
        name: name.to_owned(),
        classes: classes.unwrap_or_default(),
        kind,
        homes: homes(program.relative(file)),
    })
}

/// The names by which modules import from a file: its own and its folders'.
fn homes(path: &Path) -> Vec<String> {
    let parts = path.with_extension("");
    let parts = parts.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "__init__").collect()
}

/// The references to a function in its own module.
fn own_references<'m>(subject: &Subject<'m>) -> Vec<Node<'m>> {
    let module = subject.module;
    if subject.kind == Kind::Method {
        return by_attribute(subject, module).into_iter().chain(in_body(subject)).collect();
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
    nodes.filter(|node| !is_its_name(module, *node)).chain(strings).collect()
}

/// The uses of a method's name in the body of its class: `go = expose(load)`.
fn in_body<'m>(subject: &Subject<'m>) -> Vec<Node<'m>> {
    let module = subject.module;
    let scope = module.names.scope_at(subject.function.start_byte());
    let uses = module.names.uses_of(&subject.name, scope, module.text());
    let nodes = uses.into_iter().filter_map(|used| module.nodes().covering(used));
    nodes.filter(|node| !is_its_name(module, *node)).collect()
}

fn by_attribute<'m>(subject: &Subject, module: &'m Module) -> Vec<Node<'m>> {
    let classes: Vec<&str> = subject.classes.iter().map(String::as_str).collect();
    attributes(module, &classes, &subject.name)
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

fn other_references<'m>(subject: &'m Subject, module: &'m Module) -> Vec<Node<'m>> {
    if subject.kind == Kind::Method {
        return by_attribute(subject, module);
    }
    let homes: Vec<&str> = subject.homes.iter().map(String::as_str).collect();
    let mut found = references(module, &subject.name, &homes);
    for derived in subject.classes.iter().filter(|class| **class != subject.name) {
        let uses = module.names.named(derived, module.text());
        found.extend(uses.filter_map(|used| module.nodes().covering(used.span)));
    }
    found
}

/// The subject under the names by which a module hands it on to others: what it imports at its
/// top, and other names that it gives it there.
fn handed_on<'m>(subject: &Subject<'m>, module: &Module, path: &Path) -> Vec<Subject<'m>> {
    if subject.kind == Kind::Method {
        return Vec::new();
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

/// The names that a module gives at its top to what a name means: `display = show`.
fn renamed<'m>(module: &'m Module, name: &str) -> Vec<&'m str> {
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
fn words(subject: &Subject, is_first: bool) -> Vec<Sought> {
    let sought = |word: &str, as_attribute: bool, beside: Vec<String>| Sought {
        word: word.to_owned(),
        as_attribute,
        // A class is called to make the object that is handed to a server.
        calls_too: subject.kind == Kind::Method,
        beside,
    };
    let mut found = Vec::new();
    match subject.kind {
        Kind::Method => {
            found.push(sought(&subject.name, true, Vec::new()));
            // Objects of its class may be handed to a server.
            let servers: Vec<String> = SERVERS_HINTS.map(str::to_owned).to_vec();
            for class in subject.classes.iter() {
                found.push(sought(class, false, servers.clone()));
            }
        }
        Kind::Function => found.push(sought(&subject.name, false, subject.homes.clone())),
        Kind::Class => {
            found.push(sought(&subject.name, false, subject.homes.clone()));
            for class in subject.classes.iter().filter(|class| **class != subject.name) {
                found.push(sought(class, false, SERVERS_HINTS.map(str::to_owned).to_vec()));
            }
        }
    }
    if is_first && subject.kind != Kind::Method {
        let searches = ["getattr(", "getmembers", "vars(", "dir(", "import_string"];
        let searches = searches.map(str::to_owned).to_vec();
        found.extend(subject.homes.last().map(|stem| sought(stem, false, searches)));
    }
    found
}
