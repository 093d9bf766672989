//! What is handed all that a namespace holds: `main(**vars(args))`. A flag is one thing more.

use tree_sitter::Node;

use super::Wish;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::{ParameterKind, Signature};
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
    ) -> Result<Vec<Key>, String> {
        let mut found = Vec::new();
        for member in self.program.modules_holding(&[], &["vars(", "__dict__"]).iter() {
            let Some(module) = self.modules.get(member.module.file) else { continue };
            for (object, call) in unpacked(module) {
                if self.may_be_parsed_by(member.module.file, object, (file, span)) {
                    let keys = self.takers(member.module.file, module, call, wish)?;
                    found.extend(keys);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
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

    /// The functions of a call that gain the parameter; why not where one takes no such keyword.
    fn takers(
        &mut self,
        file: FileId,
        module: &'m Module,
        call: Node<'m>,
        wish: &Wish,
    ) -> Result<Vec<Key>, String> {
        let Some(call) = Call::at(call, module.text()) else { return Ok(Vec::new()) };
        let callee = module.text_of(call.function);
        let line = module.lines.of(call.node.start_byte()) + 1;
        let path = self.program.relative(file).display();
        let refused = format!("`{callee}` is handed all that the arguments hold ({path}:{line})");
        if TAKES_ALL.contains(&callee.rsplit('.').next().unwrap_or_default()) {
            return Ok(Vec::new());
        }
        let known = self.program.callee(file, module, call.function).filter(|found| found.is_sure);
        let Some(functions) = known.map(|known| known.functions).filter(|f| !f.is_empty()) else {
            return Err(refused);
        };
        let mut found = Vec::new();
        for function in functions {
            let key = (function.file, function.span);
            if self.gaining.contains(&(key, wish.name.clone())) {
                found.push(key);
            } else if !self.takes(key, &wish.name) {
                return Err(refused);
            }
        }
        Ok(found)
    }

    /// Whether a function takes the keyword, and does not hand it on to what may not.
    fn takes(&self, key: Key, name: &str) -> bool {
        let Some(module) = self.modules.get(key.0) else { return false };
        let Some(node) = module.exact(key.1, &["function_definition"]) else { return false };
        let Some(signature) = Signature::at(node) else { return false };
        if signature.binding(name, module.text()).is_some() {
            return true;
        }
        let mut all = signature.parameters.iter().filter(|p| p.kind == ParameterKind::VarKeyword);
        let body = node.child_by_field_name("body").map_or("", |body| module.text_of(body));
        all.any(|all| !body.contains(&format!("**{}", module.text_of(all.name))))
    }
}

/// The objects whose attributes calls unpack as keywords, with those calls.
fn unpacked<'m>(module: &'m Module) -> Vec<(Node<'m>, Node<'m>)> {
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
