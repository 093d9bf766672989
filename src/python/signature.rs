//! Signatures of functions and lambdas.

use tree_sitter::Node;

use super::module::Module;
use super::tree;
use crate::workspace::span::Span;

/// The parameters of a function definition or lambda.
#[derive(Debug, Clone)]
pub struct Signature<'t> {
    /// The whole `function_definition` or `lambda`.
    pub node: Node<'t>,
    /// The `parameters` in their parentheses, or the `lambda_parameters`; `None` for a lambda that
    /// takes nothing.
    pub list: Option<Node<'t>>,
    /// The parameters in the order of the text.
    pub parameters: Vec<Parameter<'t>>,
    /// The `*` behind which parameters are keyword-only.
    pub star: Option<Span>,
    /// The `/` before which parameters are positional-only.
    pub slash: Option<Span>,
    /// The return annotation.
    pub returns: Option<Node<'t>>,
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'t> {
    /// The whole parameter, with its stars, annotation and default.
    pub node: Node<'t>,
    /// Its name without stars; the whole pattern where Python 2 unpacks a tuple.
    pub name: Node<'t>,
    /// Its annotation.
    pub annotation: Option<Node<'t>>,
    /// Its default.
    pub default: Option<Node<'t>>,
    /// How arguments reach it.
    pub kind: ParameterKind,
}

/// How arguments reach a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// By position only: it stands before `/`.
    PositionalOnly,
    /// By position or by name.
    PositionalOrKeyword,
    /// `*args`.
    VarPositional,
    /// By name only: it stands behind `*` or `*args`.
    KeywordOnly,
    /// `**kwargs`.
    VarKeyword,
}

impl<'t> Signature<'t> {
    /// The signature of a function definition or lambda; `None` for any other node. What does not
    /// parse among the parameters is left out.
    pub fn at(node: Node<'t>) -> Option<Self> {
        let list = node.child_by_field_name("parameters");
        match node.kind() {
            "function_definition" if list.is_some() => {}
            // The keyword is a token of the same kind.
            "lambda" if node.is_named() => {}
            _ => return None,
        }
        let returns = node.child_by_field_name("return_type");
        let mut found =
            Self { node, list, parameters: Vec::new(), star: None, slash: None, returns };
        let mut by_name_only = false;
        for item in list.map(tree::children).unwrap_or_default() {
            by_name_only |= found.push(item, by_name_only);
        }
        Some(found)
    }

    /// Adds what stands between two commas; returns whether parameters behind it are keyword-only.
    fn push(&mut self, item: Node<'t>, by_name_only: bool) -> bool {
        match item.kind() {
            "keyword_separator" => {
                self.star = Some(tree::span(item));
                true
            }
            "positional_separator" => {
                self.slash = Some(tree::span(item));
                for parameter in &mut self.parameters {
                    parameter.kind = ParameterKind::PositionalOnly;
                }
                false
            }
            _ => {
                let Some(mut parameter) = parameter(item) else { return false };
                if by_name_only && parameter.kind == ParameterKind::PositionalOrKeyword {
                    parameter.kind = ParameterKind::KeywordOnly;
                }
                self.parameters.push(parameter);
                parameter.kind == ParameterKind::VarPositional
            }
        }
    }

    /// Whether there is a parameter of this kind.
    pub fn has(&self, kind: ParameterKind) -> bool {
        self.parameters.iter().any(|parameter| parameter.kind == kind)
    }

    /// The parameter that binds a name, that of a tuple pattern included.
    pub fn binding(&self, name: &str, text: &str) -> Option<&Parameter<'t>> {
        self.parameters.iter().find(|parameter| parameter.binds(name, text))
    }

    /// The parameters without the first one where that is `self` or `cls`.
    pub fn beyond_receiver(&self, text: &str) -> &[Parameter<'t>] {
        match self.parameters.as_slice() {
            [first, rest @ ..] if matches!(&text[first.name.byte_range()], "self" | "cls") => rest,
            all => all,
        }
    }

    /// Whether a parameter beyond `self` or `cls` is annotated.
    pub fn is_annotated(&self, text: &str) -> bool {
        self.beyond_receiver(text).iter().any(|parameter| parameter.annotation.is_some())
    }

    /// Whether a new parameter is annotated: not in a lambda, nor where there are others beyond
    /// `self` or `cls` and none of them is.
    pub fn takes_annotation(&self, text: &str) -> bool {
        self.node.kind() != "lambda"
            && (self.beyond_receiver(text).is_empty() || self.is_annotated(text))
    }
}

impl Parameter<'_> {
    /// Whether an argument for this parameter is known under the name inside the function.
    fn binds(&self, name: &str, text: &str) -> bool {
        tree::preorder(self.name)
            .any(|node| node.kind() == "identifier" && &text[node.byte_range()] == name)
    }
}

fn parameter(node: Node) -> Option<Parameter> {
    let inner = match node.kind() {
        "typed_parameter" => *tree::children(node).first()?,
        "default_parameter" | "typed_default_parameter" => node.child_by_field_name("name")?,
        _ => node,
    };
    let (name, kind) = match inner.kind() {
        "identifier" | "tuple_pattern" => (inner, ParameterKind::PositionalOrKeyword),
        "list_splat_pattern" => (*tree::children(inner).first()?, ParameterKind::VarPositional),
        "dictionary_splat_pattern" => (*tree::children(inner).first()?, ParameterKind::VarKeyword),
        _ => return None,
    };
    let annotation = node.child_by_field_name("type");
    let default = node.child_by_field_name("value");
    Some(Parameter { node, name, annotation, default, kind })
}

/// The expressions behind the `@` of a definition, in order.
pub fn decorators<'m>(module: &'m Module, definition: Node<'m>) -> Vec<Node<'m>> {
    let outer = module.parent(definition).filter(|parent| parent.kind() == "decorated_definition");
    let children = outer.map(tree::children).unwrap_or_default();
    let lines = children.into_iter().filter(|child| child.kind() == "decorator");
    lines.filter_map(|line| tree::children(line).first().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::module::parse;

    /// The signature of the first function or lambda, one parameter a word: its kind's letter, its
    /// name, `:` where it is annotated, `=` where it has a default.
    fn facts(text: &str) -> String {
        let tree = parse(text);
        let signature = tree::preorder(tree.root_node()).find_map(Signature::at).expect("is there");
        let word = |parameter: &Parameter| {
            let kind = match parameter.kind {
                ParameterKind::PositionalOnly => "P",
                ParameterKind::PositionalOrKeyword => "B",
                ParameterKind::VarPositional => "A",
                ParameterKind::KeywordOnly => "K",
                ParameterKind::VarKeyword => "W",
            };
            let name = text[parameter.name.byte_range()].replace(' ', "");
            let annotated = parameter.annotation.map_or("", |_| ":");
            format!("{kind}-{name}{annotated}{}", parameter.default.map_or("", |_| "="))
        };
        signature.parameters.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_parameter_has_its_kind() {
        for (text, expected) in [
            ("def f(): pass", ""),
            ("def f(a, b=1): pass", "B-a B-b="),
            ("def f(a: int, b: str = 'x'): pass", "B-a: B-b:="),
            ("def f(a, /, b): pass", "P-a B-b"),
            ("def f(a, /, *, b): pass", "P-a K-b"),
            ("def f(a, *, b, c=1): pass", "B-a K-b K-c="),
            ("def f(*args, b, **kw): pass", "A-args K-b W-kw"),
            ("def f(*args: int, **kw: str): pass", "A-args: W-kw:"),
            ("def f(*args: *Ts): pass", "A-args:"),
            ("def f(a, (b, c), d=1): pass", "B-a B-(b,c) B-d="),
            ("def f((b, c)=(1, 2)): pass", "B-(b,c)="),
            ("def f[T](x: T) -> T: ...", "B-x:"),
            ("def f(match, type, print, *exec): pass", "B-match B-type B-print A-exec"),
            ("def f(a,  # one\n      b):  # two\n    pass", "B-a B-b"),
            ("lambda: 1", ""),
            ("lambda a, *b, c=1, **d: 1", "B-a A-b K-c= W-d"),
            ("lambda a, /, *, b: 1", "P-a K-b"),
        ] {
            assert_eq!(facts(text), expected, "{text}");
        }
    }

    #[test]
    fn the_separators_and_the_return_annotation_are_known() {
        let text = "async def f(a, /, *, b) -> int: ...";
        let tree = parse(text);
        let signature = tree::preorder(tree.root_node()).find_map(Signature::at).unwrap();
        let slice = |span: Option<Span>| &text[span.unwrap().range()];
        assert_eq!((slice(signature.slash), slice(signature.star)), ("/", "*"));
        assert_eq!(&text[signature.returns.unwrap().byte_range()], "int");
        assert_eq!(&text[signature.list.unwrap().byte_range()], "(a, /, *, b)");
        assert_eq!(signature.node.start_byte(), 0);
    }

    #[test]
    fn the_keyword_of_a_lambda_has_no_signature() {
        let tree = parse("lambda a: lambda: a");
        let found = tree::preorder(tree.root_node()).filter_map(Signature::at);
        assert_eq!(found.map(|signature| signature.parameters.len()).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn a_name_in_a_tuple_pattern_is_bound() {
        let text = "def f(a, (b, c)): pass";
        let tree = parse(text);
        let signature = tree::preorder(tree.root_node()).find_map(Signature::at).unwrap();
        assert!(signature.binding("c", text).is_some());
        assert!(signature.binding("d", text).is_none());
    }

    #[test]
    fn only_parameters_beyond_the_receiver_say_whether_annotations_are_used() {
        for (text, annotated, takes) in [
            ("def f(): pass", false, true),
            ("def f(self): pass", false, true),
            ("def f(self: T): pass", false, true),
            ("def f(self, a): pass", false, false),
            ("def f(self, a, b: int): pass", true, true),
            ("def f(*names): pass", false, false),
            ("def f(a, **kw: int): pass", true, true),
            ("def f(a) -> int: pass", false, false),
            ("lambda: 1", false, false),
        ] {
            let tree = parse(text);
            let signature = tree::preorder(tree.root_node()).find_map(Signature::at).unwrap();
            assert_eq!(signature.is_annotated(text), annotated, "{text}");
            assert_eq!(signature.takes_annotation(text), takes, "{text}");
        }
    }
}
