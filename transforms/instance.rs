//! What made the object that a method is called on, as far as its module tells: the call whose value
//! a name, an attribute of `self` or a `with` item has, or the class that an annotation names.

use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind};
use crate::python::tree;

/// What may have made an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// The dotted names of the callables that return it and of the classes that annotations name,
    /// sorted: `tarfile.open`, `tarfile.TarFile`.
    pub names: Vec<String>,
    /// Whether it may be something else besides.
    pub open: bool,
}

/// How many names are followed.
const DEEPEST: usize = 6;

impl Origins {
    /// Nothing is known.
    fn unknown() -> Self {
        Self { names: Vec::new(), open: true }
    }

    fn joined(all: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        for one in all {
            joined.names.extend(one.names);
            joined.open |= one.open;
        }
        joined.names.sort_unstable();
        joined.names.dedup();
        joined.open |= joined.names.is_empty();
        joined
    }

    /// Whether one of the dotted names is among them.
    pub fn has(&self, wanted: &[&str]) -> bool {
        self.names.iter().any(|name| wanted.contains(&name.as_str()))
    }

    /// Whether it is made by one of the dotted names, whatever the way through the code.
    pub fn only(&self, wanted: &[&str]) -> bool {
        !self.open && self.names.iter().all(|name| wanted.contains(&name.as_str()))
    }
}

/// What may have made the value of an expression.
pub fn origins(module: &Module, node: Node) -> Origins {
    followed(module, node, DEEPEST)
}

fn followed(module: &Module, node: Node, depth: usize) -> Origins {
    let Some(depth) = depth.checked_sub(1) else { return Origins::unknown() };
    let node = tree::unparenthesised(node);
    let part = |name: &str| node.child_by_field_name(name);
    match node.kind() {
        "call" => called(module, node, depth),
        "await" => tree::children(node)
            .first()
            .map_or_else(Origins::unknown, |inner| followed(module, *inner, depth)),
        "named_expression" => {
            part("value").map_or_else(Origins::unknown, |value| followed(module, value, depth))
        }
        "conditional_expression" => {
            let parts = tree::children(node);
            let ends = [parts.first(), parts.get(2)].into_iter().flatten();
            Origins::joined(ends.map(|end| followed(module, *end, depth)))
        }
        "boolean_operator" => {
            let ends = [part("left"), part("right")].into_iter().flatten();
            Origins::joined(ends.map(|end| followed(module, end, depth)))
        }
        "identifier" => {
            if let Some(value) = managed_around(module, node) {
                return followed(module, value, depth);
            }
            let name = module.text_of(node);
            let scope = module.names.scope_at(node.start_byte());
            let bindings = module.names.bindings(name, scope);
            Origins::joined(bindings.iter().filter_map(|b| bound(module, b, depth)))
        }
        "attribute" => attribute(module, node, depth),
        _ => Origins::unknown(),
    }
}

/// What a call returns is known by the name of what is called. A context manager that hands another
/// object through is its value: `closing(x)`, `stack.enter_context(x)`.
fn called(module: &Module, node: Node, depth: usize) -> Origins {
    let Some(function) = node.child_by_field_name("function") else { return Origins::unknown() };
    let resolution = module.names.resolve(function, module.text());
    let first = || {
        let list = node.child_by_field_name("arguments")?;
        tree::children(list).first().copied()
    };
    let hands_through = resolution.single() == Some("contextlib.closing")
        || module.text_of(function).ends_with(".enter_context");
    if hands_through && let Some(inner) = first() {
        return followed(module, inner, depth);
    }
    match resolution.candidates() {
        [] => made_by_method(module, function, depth),
        names => Origins { names: names.to_vec(), open: resolution.single().is_none() },
    }
}

/// `server.accept()` is called what the class of the object and the method are called:
/// `lib.Server.accept`.
fn made_by_method(module: &Module, function: Node, depth: usize) -> Origins {
    let part = |name: &str| function.child_by_field_name(name);
    let (Some(object), Some(name)) = (part("object"), part("attribute")) else {
        return Origins::unknown();
    };
    let found = followed(module, object, depth);
    let name = module.text_of(name);
    let names: Vec<String> = found.names.iter().map(|class| format!("{class}.{name}")).collect();
    Origins { open: found.open || names.is_empty(), names }
}

/// `None` where the binding says nothing of the value: `x = None`, a stand-in.
fn bound(module: &Module, binding: &Binding, depth: usize) -> Option<Origins> {
    match &binding.kind {
        BindingKind::Assignment { value } => {
            let target = module.nodes().covering(binding.span);
            let statement = target.and_then(|target| module.parent(target));
            let annotation = statement.and_then(|s| s.child_by_field_name("type"));
            let value = module.nodes().covering(*value)?;
            if value.kind() == "none" {
                return annotation.map(|annotation| annotated(module, annotation));
            }
            let found = followed(module, value, depth);
            match annotation {
                Some(annotation) if found.names.is_empty() => Some(annotated(module, annotation)),
                _ => Some(found),
            }
        }
        BindingKind::Parameter => {
            let name = module.nodes().covering(binding.span)?;
            let parameter = module.parent(name)?;
            let annotation = parameter.child_by_field_name("type");
            Some(annotation.map_or_else(Origins::unknown, |a| annotated(module, a)))
        }
        BindingKind::Placeholder => None,
        BindingKind::Other => Some(managed(module, binding).map_or_else(
            || declared(module, binding).unwrap_or_else(Origins::unknown),
            |value| followed(module, value, depth),
        )),
        _ => Some(Origins::unknown()),
    }
}

/// What a `with` statement around a use binds the name to, unless something else in its body does:
/// each of two in a row may call its own object `archive`.
fn managed_around<'m>(module: &'m Module, name: Node) -> Option<Node<'m>> {
    let scope = module.names.scope_at(name.start_byte());
    let bindings = module.names.bindings(module.text_of(name), scope);
    let with = module
        .ancestors(name)
        .take_while(|around| !matches!(around.kind(), "function_definition" | "class_definition"))
        .filter(|around| around.kind() == "with_statement")
        .find(|with| bindings.iter().any(|b| tree::span(*with).contains(b.span)))?;
    let mut inside = bindings.iter().filter(|b| tree::span(with).contains(b.span));
    let (only, None) = (inside.next()?, inside.next()) else { return None };
    let body = with.child_by_field_name("body")?;
    tree::span(body).contains(tree::span(name)).then(|| managed(module, only))?
}

/// The expression whose value a name gets elsewhere than in a statement of its own:
/// `with tarfile.open(p) as name`, `(name := tarfile.open(p))`.
fn managed<'m>(module: &'m Module, binding: &Binding) -> Option<Node<'m>> {
    let target = module.nodes().covering(binding.span)?;
    if let Some(walrus) = module.parent(target).filter(|n| n.kind() == "named_expression") {
        return walrus.child_by_field_name("value").filter(|value| value.id() != target.id());
    }
    let around = module.parent(target).filter(|node| node.kind() == "as_pattern_target");
    let pattern = module.parent(around.unwrap_or(target)).filter(|n| n.kind() == "as_pattern")?;
    let item = module.parent(pattern).filter(|node| node.kind() == "with_item");
    item.and_then(|_| tree::children(pattern).first().copied())
}

/// `name: Class` without a value.
fn declared(module: &Module, binding: &Binding) -> Option<Origins> {
    let statement = module.parent(module.nodes().covering(binding.span)?)?;
    let annotation = statement.child_by_field_name("type")?;
    (statement.kind() == "assignment").then(|| annotated(module, annotation))
}

/// The class that an annotation names: `Class`, `"Class"`, `Optional[Class]`, `Class | None`.
fn annotated(module: &Module, annotation: Node) -> Origins {
    let node = match annotation.kind() {
        "type" => tree::children(annotation).first().copied().unwrap_or(annotation),
        _ => annotation,
    };
    let parts = tree::children(node);
    match node.kind() {
        "identifier" | "attribute" | "member_type" => {
            let resolution = module.names.resolve(node, module.text());
            let open = resolution.single().is_none();
            Origins { names: resolution.candidates().to_vec(), open }
        }
        "string" => quoted(module, node),
        "binary_operator" | "union_type" => {
            let sides = parts.iter().filter(|side| module.text_of(**side) != "None");
            Origins::joined(sides.map(|side| annotated(module, *side)))
        }
        "generic_type" | "subscript" if module.text_of(node).contains("Optional[") => {
            let inner = parts.last().copied().map(|last| match last.kind() {
                "type_parameter" => tree::children(last).first().copied().unwrap_or(last),
                _ => last,
            });
            inner.map_or_else(Origins::unknown, |inner| annotated(module, inner))
        }
        _ => Origins::unknown(),
    }
}

/// A dotted name in quotes.
fn quoted(module: &Module, node: Node) -> Origins {
    let text = crate::python::literal::plain_string(node, module.text()).unwrap_or_default();
    let (base, rest) = text.split_once('.').map_or((text, None), |(b, r)| (b, Some(r)));
    let scope = module.names.scope_at(node.start_byte());
    let found = module.names.lookup(base, scope);
    let whole = |name: &String| rest.map_or(name.clone(), |rest| format!("{name}.{rest}"));
    Origins {
        names: found.candidates().iter().map(whole).collect(),
        open: found.single().is_none(),
    }
}

/// `self.archive`: what the methods of the class, or anything in the module, set that attribute to.
fn attribute(module: &Module, node: Node, depth: usize) -> Origins {
    let object = node.child_by_field_name("object").map(|object| module.text_of(object));
    let Some(name) = node.child_by_field_name("attribute") else { return Origins::unknown() };
    if !object.is_some_and(|object| matches!(object, "self" | "cls")) {
        return Origins::unknown();
    }
    let class = |node: Node| module.ancestors(node).find(|n| n.kind() == "class_definition");
    let own = class(node).map(|class| class.id());
    let own_name = class(node).and_then(|class| class.child_by_field_name("name"));
    let own_name = own_name.map_or("", |name| module.text_of(name));
    let name = module.text_of(name);
    let assigned = module.attributes_named(name).filter_map(|target| {
        let parent = module.parent(target)?;
        let is_target =
            parent.child_by_field_name("left").is_some_and(|left| left.id() == target.id());
        let value = parent.child_by_field_name("right");
        let other = class(target);
        if is_target && other.is_some_and(|other| derives(module, other, own_name)) {
            // Its objects run the methods of this class as well.
            return value.map(|value| followed(module, value, depth));
        }
        if !is_target || other.map(|class| class.id()) != own {
            return None;
        }
        match value {
            Some(value) if value.kind() == "none" => None,
            Some(value) => Some(followed(module, value, depth)),
            None => parent.child_by_field_name("type").map(|a| annotated(module, a)),
        }
    });
    Origins::joined(assigned)
}

/// Whether a class statement names another class among its bases.
fn derives(module: &Module, class: Node, base: &str) -> bool {
    let bases = class.child_by_field_name("superclasses").map(tree::children).unwrap_or_default();
    bases.iter().any(|found| module.text_of(*found).rsplit('.').next() == Some(base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;

    /// What made the object of the last `.go()`.
    fn of(text: &str) -> Origins {
        let source = Source::python(FileId(0), text.as_bytes().to_vec()).unwrap();
        let module = Module::new(source);
        let method = module.attributes_named("go").last().unwrap();
        origins(&module, method.child_by_field_name("object").unwrap())
    }

    #[test]
    fn objects_are_followed_to_what_made_them() {
        for text in [
            "import lib\nlib.open(p).go()\n",
            "from lib import open as o\nx = o(p)\nx.go()\n",
            "import lib\nwith lib.open(p) as x:\n    x.go()\n",
            "import lib\nwith a() as b, lib.open(p) as x:\n    x.go()\n",
            "import lib\nwith other(p) as x:\n    pass\nwith lib.open(p) as x:\n    x.go()\n",
            "import lib\nfrom contextlib import closing\nwith closing(lib.open(p)) as x:\n    x.go()\n",
            "import lib\nasync def f():\n    async with lib.open(p) as x:\n        x.go()\n",
            "import lib\nif (x := lib.open(p)):\n    x.go()\n",
            "import lib\nx = None\nx = lib.open(p)\nx.go()\n",
            "import lib\nclass C:\n    def __init__(self):\n        self.x = lib.open(p)\n    def f(self):\n        self.x.go()\n",
            "import lib\ndef f(x: lib.open):\n    x.go()\n",
            "import lib\ndef f(x: 'lib.open'):\n    x.go()\n",
            "import lib\ndef f(x: lib.open | None = None):\n    x.go()\n",
            "import lib\nfrom typing import Optional\ndef f(x: Optional[lib.open]):\n    x.go()\n",
        ] {
            assert!(of(text).only(&["lib.open"]), "{text}{:?}", of(text));
        }
    }

    #[test]
    fn what_a_method_returns_is_called_after_its_class() {
        let text = "import lib\ns = lib.Server(a)\nx = s.accept()\nx.go()\n";
        assert!(of(text).only(&["lib.Server.accept"]));
    }

    #[test]
    fn what_may_be_something_else_is_open() {
        for text in [
            "x.go()\n",
            "def f(x):\n    x.go()\n",
            "import lib\nx = lib.open(p)\nx = other\nx.go()\n",
            "import lib\nx = lib.open(p) if c else other\nx.go()\n",
            "for x in xs:\n    x.go()\n",
            "import lib\nwith lib.open(p) as x:\n    x = other\n    x.go()\n",
        ] {
            assert!(of(text).open, "{text}");
        }
        assert!(of("import lib\nx = lib.open(p)\nx = other\nx.go()\n").has(&["lib.open"]));
        let text = "import lib\nwith lib.open(p) as x:\n    pass\nwith lib.other(p) as y:\n    x = y\n    x.go()\n";
        assert_eq!(of(text).names, ["lib.open", "lib.other"]);
    }
}
