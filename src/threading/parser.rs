//! Argument parsers of a module, and the namespaces that they yield.

use rustc_hash::{FxHashMap, FxHashSet};
use tree_sitter::Node;

use super::flag::{self, leaves_out};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::script::is_main_guard;
use crate::python::{literal, tree};
use crate::workspace::span::Span;

/// A variable: its name and the scope that binds it.
type Variable = (String, usize);

/// What is known of the parsers of one module, for one flag.
#[derive(Debug, Default)]
pub(super) struct Parsers {
    /// Variables that hold a parser with the flag, and from which offset on they do.
    variables: FxHashMap<Variable, usize>,
    /// The functions of the module that return such a parser.
    builders: FxHashSet<usize>,
    /// The functions of the module that return a namespace with the flag.
    readers: FxHashSet<usize>,
}

/// The calls of the module's functions, by the function's node.
type ByFunction<'c, 'm> = FxHashMap<usize, Vec<&'c Call<'m>>>;

/// The methods that parse a command line.
pub(super) const PARSES: [&str; 4] =
    ["parse_args", "parse_known_args", "parse_intermixed_args", "parse_known_intermixed_args"];

impl Parsers {
    /// Looks for the parsers that always have the flag.
    pub(super) fn of(module: &Module, name: &str) -> Self {
        let mut found = Self::default();
        let calls: Vec<Call> = module
            .nodes()
            .from(0)
            .iter()
            .filter_map(|node| Call::at(*node, module.text()))
            .collect();
        let flags: Vec<&Call> = calls
            .iter()
            .filter(|call| declares(module, call, name) && flag::is_decision(module, call, name))
            .collect();
        if flags.is_empty() {
            return found;
        }
        let by_function = by_function(module, &calls);
        for flag in flags.iter().filter(|flag| is_unconditional(module, flag.node)) {
            let object = flag.function.child_by_field_name("object");
            if let Some(variable) = object.and_then(|object| variable(module, object)) {
                found.add(module, variable, flag.node.start_byte(), &by_function);
            }
        }
        found.add_functions(module);
        // A parser that a function builds, then what it yields.
        for call in &calls {
            if found.builds(module, call.function)
                && let Some(variable) = assigned(module, call.node)
            {
                found.variables.entry(variable).or_insert(call.node.start_byte());
            }
        }
        found.add_functions(module);
        found
    }

    /// Adds a variable and, for a group, the parser that it belongs to; for a parameter, the
    /// parsers that callers hand in.
    fn add(&mut self, module: &Module, variable: Variable, at: usize, calls: &ByFunction) {
        let mut waiting = vec![(variable, at)];
        while let Some((variable, at)) = waiting.pop() {
            let known = self.variables.get(&variable).copied();
            if known.is_some_and(|known| known <= at) {
                continue;
            }
            if lacks_what_is_not_given(module, &variable) {
                continue;
            }
            // The order is known within one function only.
            let is_beside = module.names.scope_at(at) == variable.1;
            self.variables.insert(variable.clone(), if is_beside { at } else { 0 });
            if known.is_some() {
                continue;
            }
            let bindings = module.names.scopes[variable.1].bindings.get(&variable.0);
            for binding in bindings.into_iter().flatten() {
                match binding.kind {
                    BindingKind::Assignment { value } => {
                        waiting.extend(group_owner(module, value).map(|owner| (owner, at)));
                    }
                    BindingKind::Parameter => {
                        waiting.extend(handed_in(module, binding.span, calls));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Finds the functions that return such parsers or namespaces.
    fn add_functions(&mut self, module: &Module) {
        for node in module.of_kind("return_statement") {
            if node.kind() != "return_statement" {
                continue;
            }
            let Some(value) = tree::children(node).first().copied() else { continue };
            let function = module.ancestors(node).find(|a| a.kind() == "function_definition");
            let Some(function) = function else { continue };
            if self.is_parser(module, value) {
                self.builders.insert(function.id());
            }
            if self.is_namespace(module, value) {
                self.readers.insert(function.id());
            }
        }
    }

    fn is_parser(&self, module: &Module, node: Node) -> bool {
        let node = tree::unparenthesised(node);
        variable(module, node).is_some_and(|variable| self.has_flag(module, &variable, node))
            || (node.kind() == "call"
                && node.child_by_field_name("function").is_some_and(|f| self.builds(module, f)))
    }

    /// Whether a variable holds a parser that has the flag already where it is used.
    fn has_flag(&self, module: &Module, variable: &Variable, used: Node) -> bool {
        self.variables.get(variable).is_some_and(|from| {
            *from <= used.start_byte() || module.names.scope_at(used.start_byte()) != variable.1
        })
    }

    fn builds(&self, module: &Module, callee: Node) -> bool {
        function_named(module, callee)
            .is_some_and(|function| self.builders.contains(&function.id()))
    }

    /// Whether an expression yields a namespace that has the flag.
    pub(super) fn is_namespace(&self, module: &Module, node: Node) -> bool {
        let node = tree::unparenthesised(node);
        match node.kind() {
            "call" => {
                let Some(function) = node.child_by_field_name("function") else { return false };
                if let (Some(object), Some(name)) = (
                    function.child_by_field_name("object"),
                    function.child_by_field_name("attribute"),
                ) && PARSES.contains(&module.text_of(name))
                {
                    let whole =
                        matches!(module.text_of(name), "parse_args" | "parse_intermixed_args");
                    return whole && self.is_parser(module, object);
                }
                function_named(module, function).is_some_and(|f| self.readers.contains(&f.id()))
            }
            // `parser.parse_known_args()[0]`
            "subscript" => {
                let index = node.child_by_field_name("subscript").map(|i| module.text_of(i));
                let value = node.child_by_field_name("value");
                index == Some("0") && value.is_some_and(|value| self.is_pair(module, value))
            }
            "identifier" => self.is_bound_to_namespace(module, node),
            _ => false,
        }
    }

    /// Whether an expression yields a namespace with the flag and what is left over.
    pub(super) fn is_pair(&self, module: &Module, node: Node) -> bool {
        let Some(call) = Call::at(node, module.text()) else { return false };
        let (Some(object), Some(name)) = (
            call.function.child_by_field_name("object"),
            call.function.child_by_field_name("attribute"),
        ) else {
            return false;
        };
        let pairs =
            matches!(module.text_of(name), "parse_known_args" | "parse_known_intermixed_args");
        pairs && self.is_parser(module, object)
    }

    /// Whether everything that a name is bound to is such a namespace.
    fn is_bound_to_namespace(&self, module: &Module, name: Node) -> bool {
        let scope = module.names.scope_at(name.start_byte());
        let bindings = module.names.bindings(module.text_of(name), scope);
        !bindings.is_empty()
            && bindings.iter().all(|binding| self.yields(module, binding.span, &binding.kind))
    }

    /// Whether a binding gives a name such a namespace.
    pub(super) fn yields(&self, module: &Module, span: Span, kind: &BindingKind) -> bool {
        match kind {
            BindingKind::Assignment { value } => {
                module.nodes().covering(*value).is_some_and(|value| {
                    value.kind() != "identifier" && self.is_namespace(module, value)
                })
            }
            BindingKind::Other => {
                let first = module.nodes().covering(span).and_then(|node| {
                    let list = module.parent(node)?;
                    let assignment = module.parent(list).filter(|a| a.kind() == "assignment")?;
                    let leads = tree::children(list).first().is_some_and(|f| f.id() == node.id());
                    leads.then(|| assignment.child_by_field_name("right")).flatten()
                });
                first.is_some_and(|right| self.is_pair(module, right))
            }
            _ => false,
        }
    }

    /// Whether there is nothing to be known.
    pub(super) fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }
}

/// Whether a call adds the flag: by `dest`, else by its first long option.
pub(super) fn declares(module: &Module, call: &Call, name: &str) -> bool {
    let method = call.function.child_by_field_name("attribute").map(|m| module.text_of(m));
    if method != Some("add_argument") {
        return false;
    }
    let text = module.text();
    if let Some(dest) = call.keyword("dest") {
        return literal::plain_string(dest.value, text) == Some(name);
    }
    let options = (0..).map_while(|index| call.positional(index));
    let mut options = options.filter_map(|option| literal::plain_string(option.value, text));
    let dest = options.find(|option| option.starts_with("--"));
    dest.is_some_and(|option| option.trim_start_matches('-').replace('-', "_") == name)
}

/// Whether a call stands directly in the body of its function or of the module, or in a `with`.
fn is_unconditional(module: &Module, call: Node) -> bool {
    for around in module.ancestors(call) {
        match around.kind() {
            "if_statement"
            | "for_statement"
            | "while_statement"
            | "try_statement"
            | "conditional_expression"
            | "lambda"
            | "match_statement" => {
                return is_main_guard(module, around);
            }
            "function_definition" => return true,
            _ => {}
        }
    }
    true
}

fn variable(module: &Module, node: Node) -> Option<Variable> {
    let node = tree::unparenthesised(node);
    if node.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(node);
    let scope = module.names.binding_scope(name, module.names.scope_at(node.start_byte()))?;
    Some((name.to_owned(), scope))
}

/// The variable that a call's result is assigned to.
fn assigned(module: &Module, call: Node) -> Option<Variable> {
    let assignment = module.parent(call).filter(|parent| parent.kind() == "assignment")?;
    let is_value = assignment.child_by_field_name("right").is_some_and(|r| r.id() == call.id());
    is_value.then(|| variable(module, assignment.child_by_field_name("left")?)).flatten()
}

/// The parser of a group: `parser` in `parser.add_argument_group("model")`.
fn group_owner(module: &Module, value: Span) -> Option<Variable> {
    let call = Call::at(module.nodes().covering(value)?, module.text())?;
    let method = call.function.child_by_field_name("attribute")?;
    let makes_group =
        matches!(module.text_of(method), "add_argument_group" | "add_mutually_exclusive_group");
    makes_group.then(|| variable(module, call.function.child_by_field_name("object")?)).flatten()
}

/// The variables that callers in this module hand in for a parameter, if the call is always made,
/// with the place of the call.
fn handed_in(module: &Module, parameter: Span, calls: &ByFunction) -> Vec<(Variable, usize)> {
    let Some(node) = module.nodes().covering(parameter) else { return Vec::new() };
    let Some(function) = module.ancestors(node).find(|a| a.kind() == "function_definition") else {
        return Vec::new();
    };
    let Some(signature) = crate::python::signature::Signature::at(function) else {
        return Vec::new();
    };
    let index = signature.parameters.iter().position(|p| tree::span(p.name) == parameter);
    let Some(index) = index else { return Vec::new() };
    let name = module.slice(parameter);
    let found = calls.get(&function.id()).into_iter().flatten();
    found
        .filter(|call| is_unconditional(module, call.node))
        .filter_map(|call| {
            let argument = call.positional(index).or(call.keyword(name))?;
            Some((variable(module, argument.value)?, call.node.start_byte()))
        })
        .collect()
}

/// Whether a variable holds a parser whose namespaces lack the flags that are not given.
fn lacks_what_is_not_given(module: &Module, variable: &Variable) -> bool {
    let bindings = module.names.scopes[variable.1].bindings.get(&variable.0);
    bindings.into_iter().flatten().any(|binding| {
        let BindingKind::Assignment { value } = binding.kind else { return false };
        let call = module.nodes().covering(value);
        let call = call.and_then(|node| Call::at(tree::unparenthesised(node), module.text()));
        call.is_some_and(|call| leaves_out(module, &call))
    })
}

/// The calls by the plain names of the module's functions.
fn by_function<'c, 'm>(module: &'m Module, calls: &'c [Call<'m>]) -> ByFunction<'c, 'm> {
    let mut found = ByFunction::default();
    for call in calls {
        if let Some(function) = function_named(module, call.function) {
            found.entry(function.id()).or_default().push(call);
        }
    }
    found
}

/// The function of this module that a plain name means.
pub(super) fn function_named<'m>(module: &'m Module, callee: Node) -> Option<Node<'m>> {
    if callee.kind() != "identifier" {
        return None;
    }
    let scope = module.names.scope_at(callee.start_byte());
    let [binding] = module.names.bindings(module.text_of(callee), scope) else { return None };
    if !matches!(binding.kind, BindingKind::Function) {
        return None;
    }
    module.parent(module.nodes().covering(binding.span)?)
}
