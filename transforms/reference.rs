//! Where a module mentions a callable, by whatever name it was imported.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// One mention of a callable.
#[derive(Debug, Clone)]
pub struct Reference<'t> {
    /// The expression, `torch.load` or `load`.
    pub node: Node<'t>,
    /// The callable as the catalogue spells it.
    pub sink: String,
    /// The name that the expression begins with.
    pub base: &'t str,
    /// The scope that the expression stands in.
    pub scope: usize,
    /// Why the name may mean something else.
    pub doubt: Option<String>,
    /// How it is used.
    pub usage: Usage<'t>,
}

/// What is done with a callable.
#[derive(Debug, Clone, Copy)]
pub enum Usage<'t> {
    /// It is called.
    Call(Node<'t>),
    /// It is bound by this call of `functools.partial`.
    Partial(Node<'t>),
    /// It is an argument of a call, or an entry of a list, a tuple or a dictionary.
    HandedOn,
    /// It is kept under another name, returned, or looked up by its name with `getattr`.
    Value,
    /// It is compared, deleted, or stands in an annotation: nothing comes of it.
    Mention,
}

/// The mentions of the callables, in the order of the text.
pub fn references<'t>(module: &'t Module, package: &str, sinks: &[&str]) -> Vec<Reference<'t>> {
    let bases = names_of_package(module, package);
    let assigned = Assigned::new(module);
    let uses = module.names.uses.iter().filter(|u| bases.contains(&module.text()[u.span.range()]));
    uses.filter_map(|used| {
        let base = &module.text()[used.span.range()];
        let resolution = module.names.lookup(base, used.scope);
        let start = module.nodes().covering(used.span)?;
        let (node, sink, agree) = climb(module, start, &resolution, sinks)?;
        let doubt = doubt(module, &assigned, &resolution, node, agree);
        Some(Reference { node, sink, base, scope: used.scope, doubt, usage: usage(module, node) })
    })
    .filter(|found| !assigned.targets.contains(&tree::span(found.node)))
    .collect()
}

/// The names that imports of the package bind anywhere in the module.
fn names_of_package<'t>(module: &'t Module, package: &str) -> FxHashSet<&'t str> {
    let inside = |target: &str| {
        target == package || target.strip_prefix(package).is_some_and(|rest| rest.starts_with('.'))
    };
    let mut names = FxHashSet::default();
    for scope in &module.names.scopes {
        for (name, bindings) in &scope.bindings {
            let imported = bindings
                .iter()
                .any(|b| matches!(&b.kind, BindingKind::Import { target, .. } if inside(target)));
            if imported {
                names.insert(name.as_str());
            }
        }
        if scope.stars.iter().any(|(from, _)| inside(from)) {
            names.extend(module.names.uses.iter().map(|u| &module.text()[u.span.range()]));
        }
    }
    names
}

/// Follows attributes outwards until the dotted name is one of the callables. Tells also whether
/// all that the name may mean are callables of that name.
fn climb<'t>(
    module: &'t Module,
    start: Node<'t>,
    resolution: &Resolution,
    sinks: &[&str],
) -> Option<(Node<'t>, String, bool)> {
    let mut node = start;
    let mut suffix = String::new();
    loop {
        let names = resolution.candidates().iter().map(|name| format!("{name}{suffix}"));
        let names: Vec<String> = names.collect();
        if let Some(sink) = names.iter().find(|name| sinks.contains(&name.as_str())) {
            let last = |name: &str| name.rsplit('.').next().map(str::to_owned);
            let agree = names.iter().all(|n| sinks.contains(&n.as_str()) && last(n) == last(sink));
            return Some((node, sink.clone(), agree));
        }
        let mut parent = module.parent(node)?;
        while parent.kind() == "parenthesized_expression" {
            parent = module.parent(parent)?;
        }
        if parent.kind() == "argument_list" {
            return looked_up(module, node, parent, resolution, &suffix, sinks);
        }
        if parent.kind() != "attribute" {
            return None;
        }
        let attribute = parent.child_by_field_name("attribute")?;
        suffix.push('.');
        suffix.push_str(module.text_of(attribute));
        node = parent;
    }
}

/// `getattr(torch, "load")`: the node of the call is what stands for the callable.
fn looked_up<'t>(
    module: &'t Module,
    object: Node,
    list: Node<'t>,
    resolution: &Resolution,
    suffix: &str,
    sinks: &[&str],
) -> Option<(Node<'t>, String, bool)> {
    let call = module.parent(list)?;
    let callee = call.child_by_field_name("function")?;
    let arguments = tree::children(list);
    let is_first = arguments.first().is_some_and(|first| first.id() == object.id());
    if !is_first || module.text_of(callee) != "getattr" {
        return None;
    }
    let name = literal::plain_string(*arguments.get(1)?, module.text())?;
    let names = resolution.candidates().iter().map(|base| format!("{base}{suffix}.{name}"));
    let sink = names.into_iter().find(|name| sinks.contains(&name.as_str()))?;
    Some((call, sink, true))
}

fn doubt(
    module: &Module,
    assigned: &Assigned,
    resolution: &Resolution,
    node: Node,
    agree: bool,
) -> Option<String> {
    if assigned.is_patched(module, node) {
        return Some("the callable is replaced by another one in this module".to_owned());
    }
    match resolution {
        Resolution::Known(_) if agree => None,
        Resolution::Ambiguous { rival, .. } => Some(format!(
            "the name is also bound otherwise, in line {}",
            module.lines.of(rival.start) + 1
        )),
        _ => Some("the name is imported from several places".to_owned()),
    }
}

/// What a module assigns to.
struct Assigned {
    /// Names and attributes that are bound, not read.
    targets: FxHashSet<Span>,
    /// The attributes (`torch.load = ...`) by their dotted names, each with the value it gets.
    attributes: FxHashMap<Vec<String>, Vec<Option<Span>>>,
}

impl Assigned {
    fn new(module: &Module) -> Self {
        let mut targets: FxHashSet<Span> =
            module.names.assigned_attributes.iter().copied().collect();
        let bindings = module.names.scopes.iter().flat_map(|scope| scope.bindings.values());
        targets.extend(bindings.flatten().map(|binding| binding.span));
        let mut attributes: FxHashMap<Vec<String>, Vec<Option<Span>>> = FxHashMap::default();
        for span in &module.names.assigned_attributes {
            let Some(target) = module.exact(*span, &["attribute"]) else { continue };
            let name = module.names.resolve(target, module.text());
            let assignment = module.parent(target).filter(|p| p.kind() == "assignment");
            let value = assignment.and_then(|a| a.child_by_field_name("right")).map(tree::span);
            attributes.entry(name.candidates().to_vec()).or_default().push(value);
        }
        Self { targets, attributes }
    }

    /// Whether the module assigns to the dotted name. The value of the only such assignment still
    /// means the original.
    fn is_patched(&self, module: &Module, node: Node) -> bool {
        if self.attributes.is_empty() || node.kind() != "attribute" {
            return false;
        }
        let name = module.names.resolve(node, module.text());
        match self.attributes.get(name.candidates()).map(Vec::as_slice) {
            None | Some([]) => false,
            Some([Some(value)]) => !value.contains(tree::span(node)),
            Some(_) => true,
        }
    }
}

/// What is done with an expression that stands for a callable.
pub(super) fn usage<'t>(module: &'t Module, node: Node<'t>) -> Usage<'t> {
    let mut inner = node;
    let mut parent = module.parent(node);
    while let Some(around) = parent.filter(|p| p.kind() == "parenthesized_expression") {
        inner = around;
        parent = module.parent(around);
    }
    let Some(parent) = parent else { return Usage::Mention };
    if node.kind() == "call" {
        return Usage::Value;
    }
    match parent.kind() {
        "call" if parent.child_by_field_name("function").is_some_and(|f| f.id() == inner.id()) => {
            Usage::Call(parent)
        }
        "argument_list" if is_only_looked_at(module, parent) => Usage::Mention,
        "argument_list" => partial(module, inner, parent).map_or(Usage::HandedOn, Usage::Partial),
        "keyword_argument" | "pair" | "list" | "tuple" | "set" => Usage::HandedOn,
        "delete_statement"
        | "comparison_operator"
        | "type"
        | "expression_statement"
        | "attribute"
        | "global_statement"
        | "class_pattern" => Usage::Mention,
        _ => Usage::Value,
    }
}

/// Whether the call that the arguments belong to looks at a function without calling it.
fn is_only_looked_at(module: &Module, list: Node) -> bool {
    const LOOKS: [&str; 12] = [
        "wraps",
        "update_wrapper",
        "signature",
        "hasattr",
        "getattr",
        "type",
        "isinstance",
        "id",
        "repr",
        "callable",
        "getsource",
        "getdoc",
    ];
    let callee = module.parent(list).and_then(|call| call.child_by_field_name("function"));
    callee.is_some_and(|callee| {
        LOOKS.contains(&module.text_of(callee).rsplit('.').next().unwrap_or_default())
    })
}

/// The `functools.partial` call whose first argument the node is.
fn partial<'t>(module: &'t Module, node: Node, list: Node<'t>) -> Option<Node<'t>> {
    let call = module.parent(list)?;
    let callee = call.child_by_field_name("function")?;
    let is_first = tree::children(list).first().is_some_and(|first| first.id() == node.id());
    let name = module.names.resolve(callee, module.text());
    (is_first && name.single() == Some("functools.partial")).then_some(call)
}
