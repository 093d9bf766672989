//! Builds the scopes and bindings of a module in one walk over its tree.

mod imports;
mod quoted;

use rustc_hash::FxHashMap;
use tree_sitter::Node;

use super::names::{Binding, BindingKind, Names, Scope, ScopeKind, Use};
use super::nodes::Nodes;
use super::tree;
use crate::workspace::span::Span;

/// What one walk over a module's tree yields.
pub(super) struct Walked {
    /// What its names mean.
    pub names: Names,
    /// Its comments, in order, a carriage return at the end included.
    pub comments: Vec<Span>,
    /// How deep the tree is, the root's level being 0.
    pub depth: usize,
}

/// Walks over a module's tree.
pub(super) fn build<'t>(root: Node<'t>, text: &str) -> (Nodes<'t>, Walked) {
    let module = Scope {
        kind: ScopeKind::Module,
        parent: None,
        span: Span::new(0, text.len() + 1),
        bindings: FxHashMap::default(),
        declared: FxHashMap::default(),
        stars: Vec::new(),
    };
    let names = Names { scopes: vec![module], ..Names::default() };
    let mut builder = Builder {
        text,
        names,
        pending: FxHashMap::default(),
        handlers: 0,
        path: Vec::new(),
        nodes: Nodes::default(),
        comments: Vec::new(),
        depth: 0,
    };
    builder.walk(root);
    builder.names.finish();
    builder.nodes.finish();
    let walked = Walked { names: builder.names, comments: builder.comments, depth: builder.depth };
    (builder.nodes, walked)
}

struct Builder<'t, 'x> {
    text: &'x str,
    names: Names,
    /// The scope that begins at the node with this id.
    pending: FxHashMap<usize, usize>,
    /// How many `except ImportError` clauses are open.
    handlers: usize,
    /// The nodes around the current one. Asking a node for its parent costs a walk from the root.
    path: Vec<Node<'t>>,
    nodes: Nodes<'t>,
    comments: Vec<Span>,
    depth: usize,
}

/// Undoes on leaving a node what entering it did.
#[derive(Clone, Copy)]
enum Leave {
    Nothing,
    Scope(usize),
    Handler,
}

impl<'t> Builder<'t, '_> {
    fn walk(&mut self, root: Node<'t>) {
        let mut cursor = root.walk();
        let mut scope = 0;
        let mut open: Vec<Leave> = Vec::new();
        let mut places: Vec<u32> = Vec::new();
        loop {
            let node = cursor.node();
            let place = self.nodes.push(node, places.last().copied());
            let leave = match self.pending.remove(&node.id()) {
                Some(inner) => Leave::Scope(std::mem::replace(&mut scope, inner)),
                None if self.is_import_error_handler(node) => {
                    self.handlers += 1;
                    Leave::Handler
                }
                None => Leave::Nothing,
            };
            // A comprehension is a scope of its own from its first byte.
            let leave = match self.enter(node, scope, cursor.field_name()) {
                Some(inner) => Leave::Scope(std::mem::replace(&mut scope, inner)),
                None => leave,
            };
            if cursor.goto_first_child() {
                open.push(leave);
                self.path.push(node);
                places.push(place);
                self.depth = self.depth.max(self.path.len());
                continue;
            }
            self.leave(leave, &mut scope);
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                self.path.pop();
                places.pop();
                let leave = open.pop().expect("each level that was entered is left once");
                self.leave(leave, &mut scope);
            }
        }
    }

    fn leave(&mut self, leave: Leave, scope: &mut usize) {
        match leave {
            Leave::Nothing => {}
            Leave::Scope(outer) => *scope = outer,
            Leave::Handler => self.handlers -= 1,
        }
    }

    /// Notes what a node binds or uses; returns the scope that it opens for itself.
    fn enter(&mut self, node: Node<'t>, scope: usize, field: Option<&str>) -> Option<usize> {
        match node.kind() {
            "comment" => self.comment(node),
            "identifier" => self.identifier(node, scope, field),
            "import_statement" => self.import(node, scope),
            "import_from_statement" => self.import_from(node, scope),
            "function_definition" => self.function(node, scope),
            "lambda" => self.lambda(node, scope),
            "class_definition" => self.class(node, scope),
            "assignment" => self.assignment(node, scope),
            "augmented_assignment" | "for_statement" | "for_in_clause" | "type_alias_statement" => {
                self.bind_field(node, "left", scope, &BindingKind::Other);
            }
            "named_expression" => {
                let mut target = scope;
                while self.names.scopes[target].kind == ScopeKind::Comprehension {
                    target = self.names.scopes[target].parent.unwrap_or(0);
                }
                self.bind_field(node, "name", target, &BindingKind::Other);
            }
            "as_pattern_target" => self.bind_pattern(node, scope, &BindingKind::Other),
            "except_clause" => self.bind_field(node, "alias", scope, &BindingKind::Other),
            "case_pattern" => self.case(node, scope),
            "global_statement" | "nonlocal_statement" => self.declare(node, scope),
            "string" => self.quoted(node, field),
            "list_comprehension"
            | "set_comprehension"
            | "dictionary_comprehension"
            | "generator_expression" => {
                return Some(self.open(ScopeKind::Comprehension, tree::span(node), scope));
            }
            _ => {}
        }
        None
    }

    fn open(&mut self, kind: ScopeKind, span: Span, parent: usize) -> usize {
        self.names.scopes.push(Scope {
            kind,
            parent: Some(parent),
            span,
            bindings: FxHashMap::default(),
            declared: FxHashMap::default(),
            stars: Vec::new(),
        });
        self.names.scopes.len() - 1
    }

    fn identifier(&mut self, node: Node, scope: usize, field: Option<&str>) {
        let name = &self.text[node.byte_range()];
        if !name.is_ascii() && !unicode_normalization::is_nfkc(name) {
            self.names.has_other_spellings = true;
        }
        let parent = self.path.last().map_or("", Node::kind);
        let is_name_of_something = match parent {
            "parameters" | "lambda_parameters" => true,
            "keyword_argument" | "default_parameter" | "typed_default_parameter" => {
                field == Some("name")
            }
            "typed_parameter" => field != Some("type"),
            "list_splat_pattern" | "dictionary_splat_pattern" => {
                let above = self.path.iter().nth_back(1).map_or("", Node::kind);
                ["parameters", "lambda_parameters", "typed_parameter"].contains(&above)
            }
            _ => field == Some("attribute"),
        };
        if !is_name_of_something && !self.in_import(parent) {
            self.names.uses.push(Use { span: tree::span(node), scope });
        }
    }

    fn function(&mut self, node: Node<'t>, scope: usize) {
        self.bind_field(node, "name", scope, &BindingKind::Function);
        let Some(body) = node.child_by_field_name("body") else { return };
        let inner = self.open(ScopeKind::Function, tree::span(body), scope);
        self.pending.insert(body.id(), inner);
        self.type_parameters(node, inner);
        if let Some(parameters) = node.child_by_field_name("parameters") {
            self.parameters(parameters, inner);
        }
    }

    /// The names of `[T, *Ts, **P]` behind a function's or a class's name.
    fn type_parameters(&mut self, definition: Node, scope: usize) {
        let Some(list) = definition.child_by_field_name("type_parameters") else { return };
        for parameter in tree::children(list) {
            let name = tree::preorder(parameter).find(|node| node.kind() == "identifier");
            if let Some(name) = name {
                self.bind_pattern(name, scope, &BindingKind::Other);
            }
        }
    }

    fn lambda(&mut self, node: Node<'t>, scope: usize) {
        let Some(body) = node.child_by_field_name("body") else { return };
        let inner = self.open(ScopeKind::Function, tree::span(body), scope);
        self.pending.insert(body.id(), inner);
        if let Some(parameters) = node.child_by_field_name("parameters") {
            self.parameters(parameters, inner);
        }
    }

    fn parameters(&mut self, list: Node, scope: usize) {
        for parameter in tree::children(list) {
            let name = match parameter.kind() {
                "default_parameter" | "typed_default_parameter" => {
                    parameter.child_by_field_name("name")
                }
                "typed_parameter" => parameter.named_child(0),
                _ => Some(parameter),
            };
            if let Some(name) = name {
                self.bind_pattern(name, scope, &BindingKind::Parameter);
            }
        }
    }

    fn class(&mut self, node: Node<'t>, scope: usize) {
        let kind = BindingKind::Class { definition: tree::span(node) };
        self.bind_field(node, "name", scope, &kind);
        if let Some(body) = node.child_by_field_name("body") {
            let inner = self.open(ScopeKind::Class, tree::span(body), scope);
            self.pending.insert(body.id(), inner);
            self.type_parameters(node, inner);
        }
    }

    fn assignment(&mut self, node: Node, scope: usize) {
        let Some(left) = node.child_by_field_name("left") else { return };
        let value = node.child_by_field_name("right");
        let kind = match value {
            // An annotation alone binds nothing.
            None => return,
            Some(value) if self.handlers > 0 || value.kind() == "none" => {
                let _ = value;
                BindingKind::Placeholder
            }
            Some(value) if left.kind() == "identifier" => {
                BindingKind::Assignment { value: tree::span(value) }
            }
            Some(_) => BindingKind::Other,
        };
        self.bind_pattern(left, scope, &kind);
    }

    fn bind_field(&mut self, node: Node, field: &str, scope: usize, kind: &BindingKind) {
        if let Some(target) = node.child_by_field_name(field) {
            self.bind_pattern(target, scope, kind);
        }
    }

    /// Binds every name of an assignment target.
    fn bind_pattern(&mut self, target: Node, scope: usize, kind: &BindingKind) {
        let mut waiting = vec![target];
        while let Some(node) = waiting.pop() {
            match node.kind() {
                "identifier" => {
                    let name = self.text[node.byte_range()].to_owned();
                    self.bind(name, scope, Binding { span: tree::span(node), kind: kind.clone() });
                }
                "attribute" => self.names.assigned_attributes.push(tree::span(node)),
                "subscript" | "call" => {}
                _ => waiting.extend(tree::children(node)),
            }
        }
    }

    fn bind(&mut self, name: String, scope: usize, binding: Binding) {
        let target = match self.names.scopes[scope].declared.get(&name) {
            Some(true) => 0,
            Some(false) => self.names.scopes[scope]
                .parent
                .and_then(|parent| self.names.binding_scope(&name, parent))
                .unwrap_or(scope),
            None => scope,
        };
        self.names.scopes[target].bindings.entry(name).or_default().push(binding);
    }

    fn case(&mut self, node: Node, scope: usize) {
        // What is within another pattern is bound by the outermost one.
        if self.path.last().is_some_and(|around| around.kind().ends_with("_pattern")) {
            return;
        }
        let mut waiting = vec![(node, "")];
        while let Some((child, around)) = waiting.pop() {
            let is_name = match child.kind() {
                "dotted_name" => child.named_child_count() == 1 && around != "class_pattern",
                "identifier" => matches!(around, "splat_pattern" | "as_pattern"),
                _ => false,
            };
            if is_name {
                self.bind_pattern(child, scope, &BindingKind::Other);
            }
            waiting.extend(tree::children(child).into_iter().map(|inner| (inner, child.kind())));
        }
    }

    fn declare(&mut self, node: Node, scope: usize) {
        let global = node.kind() == "global_statement";
        for name in tree::children(node) {
            let name = self.text[name.byte_range()].to_owned();
            self.names.scopes[scope].declared.insert(name, global);
        }
    }
}
