//! Whether something is bound before a place on every path that leads there.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::Binding;
use crate::python::tree;
use crate::workspace::span::Span;

/// Where something is bound whichever way a block goes: for each block, by its node, the offset behind
/// the first such statement. Worked out once for all places, so that many places cost no more than
/// the statements do.
#[derive(Debug, Default)]
pub(super) struct Firsts {
    ends: FxHashMap<usize, usize>,
}

impl Firsts {
    /// Looks at the statements around each of the spans, within the function or module that holds
    /// it. `binds` tells whether a statement binds by itself.
    pub(super) fn of(
        module: &Module,
        spans: impl IntoIterator<Item = Span>,
        binds: &dyn Fn(Node) -> bool,
    ) -> Self {
        let mut ends: FxHashMap<usize, usize> = FxHashMap::default();
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        for span in spans {
            let Some(mut below) = module.nodes().covering(span) else { continue };
            for around in module.ancestors(below) {
                if is_block(around) {
                    if !seen.insert(below.id()) {
                        break;
                    }
                    if always(module, below, binds) {
                        let end = ends.entry(around.id()).or_insert(usize::MAX);
                        *end = below.end_byte().min(*end);
                    }
                }
                if around.kind() == "function_definition" {
                    break;
                }
                below = around;
            }
        }
        Self { ends }
    }

    /// The same for all simple statements below a node that bind.
    pub(super) fn below(module: &Module, root: Node, binds: &dyn Fn(Node) -> bool) -> Self {
        let simple = tree::preorder(root).filter(|node| node.kind() == "expression_statement");
        let spans: Vec<Span> = simple.filter(|node| binds(*node)).map(tree::span).collect();
        Self::of(module, spans, binds)
    }

    /// Whether on every path to a place a statement that binds was run before, within the function
    /// or module that holds both: a statement of a block around the place that binds whichever way
    /// it goes.
    pub(super) fn before(&self, module: &Module, place: Node) -> bool {
        if self.ends.is_empty() {
            return false;
        }
        let mut below = place;
        for around in module.ancestors(place) {
            let end = self.ends.get(&around.id()).filter(|_| is_block(around));
            if end.is_some_and(|end| *end <= below.start_byte()) {
                return true;
            }
            if around.kind() == "function_definition" {
                return false;
            }
            below = around;
        }
        false
    }
}

/// Where a variable is bound by an assignment on every path.
pub(super) fn assigned(module: &Module, bindings: &[Binding]) -> Firsts {
    let mut starts: Vec<usize> = bindings.iter().map(|binding| binding.span.start).collect();
    starts.sort_unstable();
    let binds = |statement: Node| {
        let from = starts.partition_point(|start| *start < statement.start_byte());
        starts.get(from).is_some_and(|start| *start < statement.end_byte())
            && assignment(statement).is_some()
    };
    Firsts::of(module, bindings.iter().map(|binding| binding.span), &binds)
}

fn is_block(node: Node) -> bool {
    matches!(node.kind(), "block" | "module")
}

/// How deep statements are looked into.
const DEEPEST: usize = 20;

/// What the text of a context manager holds that may let the code behind it run although its body
/// was left early.
const SWALLOWS: [&str; 5] = ["suppress", "raises", "exitstack", "catch", "ignore"];

/// Whether a statement binds, or does not let anybody past, whichever way it goes.
pub(super) fn always(module: &Module, statement: Node, binds: &dyn Fn(Node) -> bool) -> bool {
    always_within(module, statement, binds, 0)
}

fn always_within(
    module: &Module,
    statement: Node,
    binds: &dyn Fn(Node) -> bool,
    depth: usize,
) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let block = |node: Node| {
        let body = tree::children(node);
        body.iter().any(|inner| always_within(module, *inner, binds, depth + 1) || leaves(*inner))
    };
    let field = |node: Node, name: &str| node.child_by_field_name(name).is_some_and(block);
    match statement.kind() {
        "if_statement" => {
            let alternatives: Vec<Node> = tree::children(statement)
                .into_iter()
                .filter(|child| matches!(child.kind(), "elif_clause" | "else_clause"))
                .collect();
            alternatives.last().is_some_and(|last| last.kind() == "else_clause")
                && field(statement, "consequence")
                && alternatives
                    .iter()
                    .all(|clause| field(*clause, "consequence") || field(*clause, "body"))
        }
        "with_statement" => !swallows(module, statement) && field(statement, "body"),
        "try_statement" => {
            let handlers = tree::children(statement)
                .into_iter()
                .filter(|child| matches!(child.kind(), "except_clause" | "except_group_clause"));
            let caught = |clause: Node| {
                tree::children(clause)
                    .into_iter()
                    .any(|child| child.kind() == "block" && block(child))
            };
            field(statement, "body") && handlers.into_iter().all(caught)
        }
        _ => binds(statement),
    }
}

/// Whether a `with` may end well although an exception left its body.
fn swallows(module: &Module, statement: Node) -> bool {
    let Some(body) = statement.child_by_field_name("body") else { return true };
    let head = module.text()[statement.start_byte()..body.start_byte()].to_lowercase();
    SWALLOWS.iter().any(|word| head.contains(word))
}

/// Whether nothing behind the statement in its block is run.
fn leaves(statement: Node) -> bool {
    matches!(
        statement.kind(),
        "return_statement" | "raise_statement" | "continue_statement" | "break_statement"
    )
}

/// The assignment that a statement is, if it is one.
pub(super) fn assignment(statement: Node) -> Option<Node> {
    if statement.kind() != "expression_statement" {
        return None;
    }
    let [inner] = tree::children(statement)[..] else { return None };
    (inner.kind() == "assignment").then_some(inner)
}
