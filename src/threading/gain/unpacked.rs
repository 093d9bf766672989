//! What is handed all that a namespace holds: `main(**vars(args))`. A flag is one thing more.

use tree_sitter::Node;

use super::Wish;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;
use crate::threading::origin::Source;
use crate::threading::origin::value::value;
use crate::threading::references::Key;
use crate::threading::solve::Solver;
use crate::workspace::FileId;
use crate::workspace::span::Span;

/// What takes whatever it is handed.
const TAKES_ALL: [&str; 8] = [
    "dict",
    "Namespace",
    "SimpleNamespace",
    "EasyDict",
    "AttrDict",
    "update",
    "log_hyperparams",
    "format",
];

impl<'m> Solver<'_, 'm> {
    /// The functions that are handed all that a namespace holds and gain the parameter; why not
    /// where one of them would not take it.
    pub(super) fn takers_of_all(
        &mut self,
        file: FileId,
        span: Span,
        wish: &Wish,
    ) -> Result<Takers, String> {
        let mut found = Takers::default();
        for member in self.program.modules_holding(&[], &["vars(", "__dict__"]).iter() {
            let there = member.module.file;
            let Some(module) = self.modules.get(there) else { continue };
            for (object, call) in unpacked(module) {
                if self.may_be_parsed_by(there, object, (file, span)) {
                    self.takers(there, module, call, wish, &mut found)?;
                }
            }
            for (object, whole) in wholes(module) {
                let is_counted = is_counted(module, whole);
                if is_counted && self.may_be_parsed_by(there, object, (file, span)) {
                    let line = module.lines.of(whole.start_byte()) + 1;
                    let path = self.program.relative(there).display();
                    return Err(format!(
                        "all that the arguments hold is gone over ({path}:{line})"
                    ));
                }
            }
        }
        found.functions.sort_unstable();
        found.functions.dedup();
        Ok(found)
    }

    /// Whether an expression may be the namespace that a call gives.
    fn may_be_parsed_by(&mut self, file: FileId, object: Node, by: (FileId, Span)) -> bool {
        let item = value(file, object, None);
        match self.sources(&item, None) {
            Some(sources) => sources.contains(&Source::Parsed(by.0, by.1)),
            None => file == by.0,
        }
    }

    /// Notes what a call runs that gains the parameter; why not where one takes no such keyword.
    fn takers(
        &mut self,
        file: FileId,
        module: &'m Module,
        call: Node<'m>,
        wish: &Wish,
        found: &mut Takers,
    ) -> Result<(), String> {
        let Some(call) = Call::at(call, module.text()) else { return Ok(()) };
        let callee = module.text_of(call.function);
        let line = module.lines.of(call.node.start_byte()) + 1;
        let path = self.program.relative(file).display();
        let refused = format!("`{callee}` is handed all that the arguments hold ({path}:{line})");
        if TAKES_ALL.contains(&callee.rsplit('.').next().unwrap_or_default()) {
            return Ok(());
        }
        if let Some(class) = self.class_named(file, module, call.function) {
            let made = Source::Made(class);
            let plan = self.origins.plans.get(&(made, wish.name.clone()));
            if plan.is_some_and(Result::is_ok) {
                found.classes.push(made);
                return Ok(());
            }
        }
        let known = self.program.callee(file, module, call.function).filter(|found| found.is_sure);
        let Some(functions) = known.map(|known| known.functions).filter(|f| !f.is_empty()) else {
            return Err(refused);
        };
        for function in functions {
            let key = (function.file, function.span);
            if self.gaining.contains(&(key, wish.name.clone())) {
                found.functions.push(key);
            } else if !self.has(key, &wish.name) {
                return Err(refused);
            }
        }
        Ok(())
    }
}

/// What is handed all that a namespace holds, and takes one thing more.
#[derive(Debug, Default)]
pub(super) struct Takers {
    pub(super) functions: Vec<Key>,
    pub(super) classes: Vec<Source>,
}

/// The objects whose attributes calls unpack as keywords, with those calls.
fn unpacked(module: &Module) -> Vec<(Node<'_>, Node<'_>)> {
    let mut found = Vec::new();
    for splat in module.of_kind("dictionary_splat") {
        let call = module.ancestors(splat).find(|around| around.kind() == "call");
        let value = tree::children(splat).first().copied();
        let Some((call, value)) = call.zip(value) else { continue };
        let is_argument = call
            .child_by_field_name("arguments")
            .is_some_and(|list| module.parent(splat).is_some_and(|p| p.id() == list.id()));
        if !is_argument {
            continue;
        }
        found.extend(all_of(module, value).map(|object| (object, call)));
        if value.kind() == "identifier" {
            let scope = module.names.scope_at(value.start_byte());
            for binding in module.names.bindings(module.text_of(value), scope) {
                use crate::python::names::BindingKind::Assignment;
                let Assignment { value } = binding.kind else { continue };
                let bound = module.nodes().covering(value);
                found.extend(bound.and_then(|b| all_of(module, b)).map(|object| (object, call)));
            }
        }
    }
    found
}

/// The object of which an expression gives all that it holds: `vars(args)`, `args.__dict__`.
pub(in crate::threading) fn all_of<'m>(module: &'m Module, value: Node<'m>) -> Option<Node<'m>> {
    let value = tree::unparenthesised(value);
    if value.kind() == "attribute" {
        let name = value.child_by_field_name("attribute").map(|name| module.text_of(name));
        return value.child_by_field_name("object").filter(|_| name == Some("__dict__"));
    }
    let call = Call::at(value, module.text())?;
    let inner = call.positional(0)?.value;
    match module.text_of(call.function) {
        "vars" => Some(inner),
        // A copy holds the same.
        "dict" | "copy.copy" | "copy.deepcopy" | "deepcopy" => all_of(module, inner),
        _ => None,
    }
}

/// The expressions that give all that an object holds, with the object.
fn wholes(module: &Module) -> Vec<(Node<'_>, Node<'_>)> {
    let calls = module.calls_named("vars").chain(module.attributes_named("__dict__"));
    calls.filter_map(|whole| Some((all_of(module, whole)?, whole))).collect()
}

/// Whether code depends on how many or which things a namespace holds: they are compared, taken apart,
/// or looked for in other objects.
fn is_counted(module: &Module, whole: Node) -> bool {
    let statement = module.ancestors(whole).find(|around| {
        around.kind().ends_with("_statement") || around.kind() == "list_comprehension"
    });
    let text = statement.map_or("", |statement| module.text_of(statement));
    let method = module.parent(whole).filter(|parent| parent.kind() == "attribute");
    let method = method.and_then(|m| m.child_by_field_name("attribute"));
    let method = method.map_or("", |name| module.text_of(name));
    let is_compared = module
        .ancestors(whole)
        .take_while(|around| !around.kind().ends_with("_statement"))
        .any(|around| around.kind() == "comparison_operator");
    let is_loop = statement.is_some_and(|statement| statement.kind() == "for_statement");
    method == "values"
        || is_compared
        || (is_loop && (text.contains("getattr(") || text.contains("setattr(")))
}
