//! Whether a parser has a flag whenever it parses: it is added before, on every path, there or by
//! functions that build the parser or add arguments to it.

use std::rc::Rc;

use tree_sitter::Node;

use super::given::reached;
use super::relation::{Relation, is_it, is_or_groups, relation};
use super::value::{returned, value};
use super::{Source, Wanted};
use crate::program::types::Type;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::threading::bound::Firsts;
use crate::threading::flag::{is_decision, leaves_out};
use crate::threading::init;
use crate::threading::parser::{Parsers, declares};
use crate::threading::place::method;
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::threading::{attribute, deleted};
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// How many functions deep it is looked.
const DEEPEST: usize = 8;

/// A parser that goes by a name.
#[derive(Clone)]
pub(in crate::threading) struct Named<'n> {
    /// The name, or `self.parser`.
    pub(super) text: &'n str,
    /// The scope that binds the name.
    pub(super) scope: Option<usize>,
}

/// What is looked for among the statements that a parser goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::threading) enum Target<'n> {
    /// One that adds this flag.
    Flag(&'n str),
    /// This statement, behind which a flag could be added.
    Statement(FileId, Span),
    /// None: all that add arguments are noted.
    All,
}

/// What is looked for, and how deep.
#[derive(Clone, Copy)]
pub(in crate::threading) struct Search<'n> {
    pub(in crate::threading) target: Target<'n>,
    /// The call that makes the parser of the command that is looked at.
    command: Option<Span>,
    depth: usize,
}

impl<'n> Search<'n> {
    pub(in crate::threading) fn of(target: Target<'n>) -> Self {
        Self { target, command: None, depth: DEEPEST }
    }

    fn deeper(self) -> Option<Self> {
        Some(Self { depth: self.depth.checked_sub(1)?, ..self })
    }
}

impl<'m> Solver<'_, 'm> {
    /// Whether what a call of `parse_args` gives always has the flag.
    pub(in crate::threading) fn has_flag(&mut self, file: FileId, span: Span, flag: &str) -> bool {
        let Some(module) = self.modules.get(file) else { return false };
        let Some(node) = module.exact(span, &["call"]) else { return false };
        if deleted::attribute(module, module.root(), flag) {
            return false;
        }
        let parsers = self.parsers(file, module, flag);
        if parsers.is_namespace(module, node) || parsers.is_pair(module, node) {
            return true;
        }
        let parser = node.child_by_field_name("function");
        let Some(parser) = parser.and_then(|f| f.child_by_field_name("object")) else {
            return false;
        };
        let search = Search::of(Target::Flag(flag));
        self.parser_has(file, module, parser, search) && self.keeps_defaults(file, parser)
    }

    fn parsers(&mut self, file: FileId, module: &Module, flag: &str) -> Rc<Parsers> {
        let known = self.origins.parsers.entry((file, flag.to_owned()));
        Rc::clone(known.or_insert_with(|| Rc::new(Parsers::of(module, flag))))
    }

    /// Whether the namespaces of a parser have what is not given, too.
    pub(in crate::threading) fn keeps_defaults(&mut self, file: FileId, parser: Node) -> bool {
        let Some(sources) = self.sources(&value(file, parser, None), None) else { return false };
        sources.iter().filter(|source| **source != Source::Nothing).all(|source| {
            let Source::Parser(file, span) = source else { return false };
            let Some(module) = self.modules.get(*file) else { return false };
            let call = module.exact(*span, &["call"]);
            let call = call.and_then(|call| Call::at(call, module.text()));
            call.is_some_and(|call| !leaves_out(module, &call))
        })
    }

    /// Whether an expression is a parser that went through what is looked for where it stands.
    pub(in crate::threading) fn parser_has(
        &mut self,
        file: FileId,
        module: &'m Module,
        node: Node<'m>,
        search: Search,
    ) -> bool {
        let Some(search) = search.deeper() else { return false };
        let node = tree::unparenthesised(node);
        match node.kind() {
            "identifier" => self.variable_has(file, module, node, search),
            "call" => self.made_with(file, module, node, search),
            "attribute" => {
                let named = Named { text: module.text_of(node), scope: None };
                let before = self.is_added_before(file, module, node, &named, search);
                before || self.object_adds(file, module, node, search)
            }
            _ => false,
        }
    }

    fn variable_has(
        &mut self,
        file: FileId,
        module: &'m Module,
        node: Node<'m>,
        search: Search,
    ) -> bool {
        let name = module.text_of(node);
        let seen = module.names.scope_at(node.start_byte());
        let Some(scope) = module.names.binding_scope(name, seen) else { return false };
        let bindings = module.names.bindings(name, seen);
        let named = Named { text: name, scope: Some(scope) };
        let made = bindings.iter().filter(|binding| {
            let BindingKind::Assignment { value } = binding.kind else { return true };
            let value = module.nodes().covering(value);
            !value.is_some_and(|value| self.hands_back(file, module, value, &named))
        });
        if made.count() == 1
            && scope == seen
            && self.is_added_before(file, module, node, &named, search)
        {
            return true;
        }
        !bindings.is_empty()
            && all(bindings, |binding| match &binding.kind {
                BindingKind::Assignment { value } => {
                    let value = module.nodes().covering(*value);
                    value.is_some_and(|value| {
                        value.kind() == "call" && self.parser_has(file, module, value, search)
                    })
                }
                BindingKind::Parameter if scope == seen => {
                    let function = module.ancestors(node).find(|around| {
                        around
                            .child_by_field_name("body")
                            .is_some_and(|body| tree::span(body) == module.names.scopes[scope].span)
                    });
                    function.is_some_and(|function| {
                        self.callers_have((file, tree::span(function)), name, search)
                    })
                }
                _ => false,
            })
    }

    /// Whether a value is the parser itself, which a function was handed and returns.
    fn hands_back(&self, file: FileId, module: &'m Module, value: Node<'m>, named: &Named) -> bool {
        let Some(call) = Call::at(value, module.text()) else { return false };
        let handed = call.arguments.iter().find(|argument| is_it(module, argument.value, named));
        let Some(handed) = handed else { return false };
        let callee = self.program.callee(file, module, call.function);
        let Some(is_bound) = callee.map(|callee| callee.is_bound) else { return false };
        let functions = self.functions_called(file, module, call.function);
        functions.is_some_and(|functions| {
            functions.into_iter().all(|function| {
                let Some(module) = self.modules.get(function.0) else { return false };
                let node = module.exact(function.1, &["function_definition"]);
                let Some(node) = node else { return false };
                let name = reached(module, node, &call, handed.value, is_bound);
                let values = returned(module, node);
                name.zip(values).is_some_and(|(name, values)| {
                    values.iter().all(|value| module.text_of(*value) == name)
                })
            })
        })
    }

    /// Whether all callers of a function hand in a parser that has the flag.
    fn callers_have(&mut self, function: Key, name: &str, search: Search) -> bool {
        let Some(callers) = self.callers_of(function) else { return false };
        all(callers.iter(), |caller| {
            let argument = self.handed_in(function, name, caller);
            let module = self.modules.get(caller.file);
            argument.zip(module).is_some_and(|(argument, module)| {
                self.parser_has(caller.file, module, argument, search)
            })
        })
    }

    /// Whether a call makes a parser that has the flag from the beginning.
    fn made_with(
        &mut self,
        file: FileId,
        module: &'m Module,
        node: Node<'m>,
        search: Search,
    ) -> bool {
        let Some(call) = Call::at(node, module.text()) else { return false };
        if let Some(functions) = self.functions_called(file, module, call.function) {
            return all(functions, |function| {
                let Some(module) = self.modules.get(function.0) else { return false };
                let node = module.exact(function.1, &["function_definition"]);
                let values = node.and_then(|node| returned(module, node));
                values.is_some_and(|values| {
                    !values.is_empty()
                        && all(values, |value| self.parser_has(function.0, module, value, search))
                })
            });
        }
        let Some(parents) = call.keyword("parents") else { return false };
        let parents = tree::children(parents.value).into_iter();
        let has: Vec<bool> =
            parents.map(|parent| self.parser_has(file, module, parent, search)).collect();
        has.contains(&true)
    }

    /// Whether a statement before a place always adds the flag.
    fn is_added_before(
        &mut self,
        file: FileId,
        module: &'m Module,
        place: Node<'m>,
        named: &Named,
        search: Search,
    ) -> bool {
        let around = module.ancestors(place).find(|a| a.kind() == "function_definition");
        let root = around.unwrap_or_else(|| module.root());
        let adding = self.adding(file, module, root, named, search);
        let binds = |statement: Node| adding.contains(&tree::span(statement));
        Firsts::of(module, adding.iter().copied(), &binds).before(module, place)
    }

    /// The statements below a node that add the flag.
    fn adding(
        &mut self,
        file: FileId,
        module: &'m Module,
        root: Node<'m>,
        named: &Named,
        search: Search,
    ) -> Vec<Span> {
        if !module.text_of(root).contains(named.text) {
            return Vec::new();
        }
        if search.target == Target::All {
            self.note_code(file, tree::span(root));
        }
        let span = tree::span(root);
        let statements = module.of_kind("expression_statement");
        let statements = statements.filter(|node| span.contains(tree::span(*node)));
        let adding = statements.filter(|node| self.adds(file, module, *node, named, search));
        adding.map(tree::span).collect()
    }

    /// Whether a statement adds the flag to a parser.
    fn adds(
        &mut self,
        file: FileId,
        module: &'m Module,
        statement: Node<'m>,
        named: &Named,
        search: Search,
    ) -> bool {
        let Some(inner) = tree::children(statement).first().copied() else { return false };
        let call = match inner.kind() {
            "assignment" => inner.child_by_field_name("right"),
            _ => Some(inner),
        };
        let Some(call) = call.and_then(|call| Call::at(call, module.text())) else { return false };
        if let Some(adds) = self.adds_itself((file, module), statement, &call, named, search) {
            return adds;
        }
        let Some(mut search) = search.deeper() else { return false };
        let is_theirs = |value: &Node| match search.target {
            Target::All => relation(module, *value, named).is_some(),
            _ => is_or_groups(module, *value, named),
        };
        let handed: Vec<Node> =
            call.arguments.iter().map(|argument| argument.value).filter(is_theirs).collect();
        if search.target == Target::All {
            let commands = handed.iter().filter_map(|v| relation(module, *v, named)?.command);
            search.command = search.command.or(commands.last());
        }
        let on_self = named.text.split_once('.').map(|(own, _)| own);
        let object = call.function.child_by_field_name("object").map(|o| module.text_of(o));
        let is_own = on_self.is_some() && object == on_self;
        if handed.is_empty() && !is_own {
            return false;
        }
        let callee = self.program.callee(file, module, call.function);
        let functions = self.functions_called(file, module, call.function);
        let Some((callee, functions)) = callee.zip(functions) else {
            self.note_stranger((file, module), &call, search);
            return false;
        };
        let is_bound = callee.is_bound;
        !functions.is_empty()
            && all(functions, |function| {
                let Some(module) = self.modules.get(function.0) else { return false };
                let Some(node) = module.exact(function.1, &["function_definition"]) else {
                    return false;
                };
                let by_argument = handed.iter().any(|argument| {
                    reached(module, node, &call, *argument, is_bound)
                        .is_some_and(|name| self.function_adds(function, name, search))
                });
                by_argument || (is_own && self.function_adds(function, named.text, search))
            })
    }

    /// Whether a call of `add_argument` is what is looked for; `None` if it is another call.
    fn adds_itself(
        &mut self,
        (file, module): (FileId, &'m Module),
        statement: Node<'m>,
        call: &Call<'m>,
        named: &Named,
        search: Search,
    ) -> Option<bool> {
        let method = call.function.child_by_field_name("attribute").map(|m| module.text_of(m));
        let object = call.function.child_by_field_name("object")?;
        match search.target {
            Target::Flag(flag) => declares(module, call, flag)
                .then(|| is_decision(module, call, flag) && is_or_groups(module, object, named)),
            Target::Statement(there, span) => (there == file && span == tree::span(statement))
                .then(|| is_or_groups(module, object, named)),
            Target::All => {
                let relation = relation(module, object, named)?;
                let relation =
                    Relation { command: relation.command.or(search.command), ..relation };
                if method == Some("add_parser") {
                    let made = Some(tree::span(call.node));
                    let search = Search { command: relation.command.and(made), ..search };
                    self.made_with(file, module, call.node, search.deeper()?);
                    return Some(false);
                }
                if method == Some("add_argument") {
                    self.note_argument((file, module), statement, call, relation);
                    return Some(false);
                }
                None
            }
        }
    }

    /// Whether a function always adds the flag to a parser that goes by a name in it.
    fn function_adds(&mut self, function: Key, text: &str, search: Search) -> bool {
        let wanted = match search.target {
            Target::Flag(flag) => Wanted::Flag(flag.to_owned()),
            Target::Statement(file, span) => Wanted::Statement(file, span),
            // Each walk notes what it comes by.
            Target::All => return self.find_adder(function, text, search),
        };
        let key = (function, text.to_owned(), wanted);
        if let Some(known) = self.origins.adders.get(&key) {
            return *known;
        }
        self.origins.adders.insert(key.clone(), false);
        let found = self.find_adder(function, text, search);
        self.origins.adders.insert(key, found);
        found
    }

    fn find_adder(&mut self, function: Key, text: &str, search: Search) -> bool {
        let Some(module) = self.modules.get(function.0) else { return false };
        let node = module.exact(function.1, &["function_definition"]);
        let Some((node, body)) = node.and_then(|n| Some((n, n.child_by_field_name("body")?)))
        else {
            return false;
        };
        let scopes = &module.names.scopes;
        let scope = (!text.contains('.'))
            .then(|| scopes.iter().position(|scope| scope.span == tree::span(body)))
            .flatten();
        let named = Named { text, scope };
        let adding = self.adding(function.0, module, node, &named, search);
        let binds = |statement: Node| adding.contains(&tree::span(statement));
        init::reached(module, node, &binds).is_some()
    }

    /// Whether the `__init__` of an object adds the flag to the parser that it keeps.
    fn object_adds(
        &mut self,
        file: FileId,
        module: &'m Module,
        node: Node<'m>,
        search: Search,
    ) -> bool {
        let object = node.child_by_field_name("object");
        let Some(typed) = object.and_then(|o| self.program.type_of(file, module, o)) else {
            return false;
        };
        let name = node.child_by_field_name("attribute").map_or("", |a| module.text_of(a));
        let [Type::Instance(class)] = typed.types[..] else { return false };
        let Some(owner) = self.storing_class(class, name) else { return false };
        let Some(module) = self.modules.get(owner.file) else { return false };
        let Some(node) = module.exact(owner.span, &["class_definition"]) else { return false };
        let Some(init) = method(module, node, "__init__") else { return false };
        let count = attribute::stores(module, node, name).len();
        let text = format!("self.{name}");
        count == 1 && self.function_adds((owner.file, tree::span(init)), &text, search)
    }
}

/// Whether something holds of all, each of which is looked at.
fn all<T>(items: impl IntoIterator<Item = T>, holds: impl FnMut(T) -> bool) -> bool {
    let held: Vec<bool> = items.into_iter().map(holds).collect();
    !held.contains(&false)
}
