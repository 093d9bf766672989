//! Methods of tests' own classes that stand in for those of a family.

use aho_corasick::AhoCorasick;
use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::Program;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::workspace::span::Span;
use crate::workspace::{FileId, FileKind};

impl Program<'_> {
    /// The definitions of a method in test files, directly in a class that derives from one of the
    /// classes: by the last names of the bases, through other classes of the same file. The files
    /// are those of the whole program, as [`Program::module`] takes them; a span is that of the
    /// whole function definition, without decorators. Sorted by path and position. Only files that
    /// hold both names are parsed.
    pub fn stand_ins(&self, method: &str, classes: &[&str]) -> Vec<(FileId, Span)> {
        let Ok(automaton) = AhoCorasick::new(classes) else { return Vec::new() };
        if self.is_alone || classes.is_empty() || method.is_empty() {
            return Vec::new();
        }
        let finder = memmem::Finder::new(method);
        let workspace = self.whole();
        let tests = workspace.files.par_iter().filter(|file| file.test);
        tests
            .filter(|file| matches!(file.kind, FileKind::Python))
            .map_init(Vec::new, |bytes, file| {
                workspace.read(file.id, bytes).ok()?;
                if finder.find(bytes).is_none() || !automaton.is_match(bytes.as_slice()) {
                    return None;
                }
                let module = self.glance(file.id)?.module;
                let found = methods(&module, method, classes);
                Some(found.into_iter().map(|span| (file.id, span)).collect::<Vec<_>>())
            })
            .flatten()
            .flatten()
            .collect()
    }
}

fn methods(module: &Module, method: &str, classes: &[&str]) -> Vec<Span> {
    let definitions = module.functions_named(method).filter_map(|definition| {
        let class = class_around(module, definition)?;
        Some((class, tree::span(definition)))
    });
    let definitions: Vec<(Node, Span)> = definitions.collect();
    if definitions.is_empty() {
        return Vec::new();
    }
    let derived = derived(module, classes);
    definitions
        .into_iter()
        .filter(|(class, _)| derived.contains(&class.id()))
        .map(|(_, span)| span)
        .collect()
}

/// The class in whose body a definition stands directly.
fn class_around<'m>(module: &'m Module, definition: Node) -> Option<Node<'m>> {
    let mut around = module.parent(definition)?;
    if around.kind() == "decorated_definition" {
        around = module.parent(around)?;
    }
    let class = module.parent(around).filter(|_| around.kind() == "block")?;
    (class.kind() == "class_definition").then_some(class)
}

/// The ids of the class definitions that derive from one of the classes.
fn derived(module: &Module, classes: &[&str]) -> FxHashSet<usize> {
    let mut by_base: FxHashMap<&str, Vec<Node>> = FxHashMap::default();
    for class in module.of_kind("class_definition") {
        for base in bases(module, class) {
            by_base.entry(base).or_default().push(class);
        }
    }
    let mut waiting: Vec<&str> = classes.to_vec();
    let mut known: FxHashSet<&str> = FxHashSet::default();
    let mut found = FxHashSet::default();
    while let Some(name) = waiting.pop() {
        if !known.insert(name) {
            continue;
        }
        for class in by_base.get(name).into_iter().flatten() {
            found.insert(class.id());
            waiting.extend(class.child_by_field_name("name").map(|name| text(module, name)));
        }
    }
    found
}

/// The last names of a class's bases, each as it is called where it was imported from as well.
fn bases<'m>(module: &'m Module, class: Node<'m>) -> Vec<&'m str> {
    let list = class.child_by_field_name("superclasses");
    let named = list.map(tree::children).unwrap_or_default();
    let mut found: Vec<&str> =
        named.into_iter().filter_map(|base| last_name(module, base)).collect();
    let imported: Vec<&str> = found.iter().filter_map(|name| imported_as(module, name)).collect();
    found.extend(imported);
    found
}

fn last_name<'m>(module: &'m Module, base: Node<'m>) -> Option<&'m str> {
    let base = tree::unparenthesised(base);
    match base.kind() {
        "identifier" => Some(text(module, base)),
        "attribute" => base.child_by_field_name("attribute").map(|name| text(module, name)),
        "subscript" => last_name(module, base.child_by_field_name("value")?),
        _ => None,
    }
}

/// The last name of what a name of the module was imported as.
fn imported_as<'m>(module: &'m Module, name: &str) -> Option<&'m str> {
    let bindings = module.names.scopes.first()?.bindings.get(name)?;
    bindings.iter().find_map(|binding| match &binding.kind {
        BindingKind::Import { target, .. } => target.rsplit('.').next(),
        _ => None,
    })
}

fn text<'m>(module: &'m Module, node: Node) -> &'m str {
    &module.source.text[node.byte_range()]
}

#[cfg(test)]
mod tests {
    use crate::program::tests::Written;

    fn found(files: &[(&str, &str)], method: &str, classes: &[&str]) -> Vec<(String, String)> {
        let written = Written::new(files);
        let workspace = written.open();
        let program = written.program(&workspace);
        let found = program.stand_ins(method, classes).into_iter().map(|(file, span)| {
            let member = program.module(file).unwrap();
            let definition = &member.module.source.text[span.range()];
            (member.relative.display().to_string(), definition.to_owned())
        });
        found.collect()
    }

    fn of_one(text: &str, method: &str, classes: &[&str]) -> Vec<String> {
        let found = found(&[("tests/test_a.py", text)], method, classes);
        found.into_iter().map(|(_, definition)| definition).collect()
    }

    #[test]
    fn a_subclass_in_a_test_is_found_and_one_elsewhere_is_not() {
        let text = "class Fake(Loader):\n    def load(self): pass\n";
        let files = [("a.py", text), ("tests/test_b.py", text), ("tests/test_c.py", "load\n")];
        let expected = ("tests/test_b.py".to_owned(), "def load(self): pass".to_owned());
        assert_eq!(found(&files, "load", &["Loader"]), [expected]);
        assert!(found(&files, "load", &["Other"]).is_empty());
        assert!(found(&files, "save", &["Loader"]).is_empty());
        assert!(found(&files, "load", &[]).is_empty());
    }

    #[test]
    fn bases_are_followed_within_the_file_in_any_order() {
        let text = "class C(B): \n    def load(self): c\nclass B(m.Loader[int], metaclass=M):\n    x = 1\nclass D(M):\n    def load(self): d\n";
        assert_eq!(of_one(text, "load", &["Loader"]), ["def load(self): c"]);
    }

    #[test]
    fn an_imported_class_is_known_by_its_own_name() {
        let text = "from p import Loader as L\nclass A(L):\n    @x\n    async def load(self): a\n";
        assert_eq!(of_one(text, "load", &["Loader"]), ["async def load(self): a"]);
    }

    #[test]
    fn only_what_stands_directly_in_the_class_counts() {
        let text = "class A(Loader):\n    def f(self):\n        def load(): inner\n        class B(Loader):\n            def load(self): own\ndef load(): outer\n";
        assert_eq!(of_one(text, "load", &["Loader"]), ["def load(self): own"]);
    }

    #[test]
    fn classes_that_derive_from_one_another_in_a_circle_end() {
        let text = "class A(B):\n    def load(self): a\nclass B(A): pass\nLoader\n";
        assert!(of_one(text, "load", &["Loader"]).is_empty());
    }
}
