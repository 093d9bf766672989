//! Types of what calls make or return.

use tree_sitter::Node;

use super::{Evidence, Type, Typed};
use crate::program::Program;
use crate::program::callee::Callee;
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::python::module::Module;
use crate::python::tree;
use crate::workspace::FileId;

impl Program<'_> {
    pub(super) fn type_of_call(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        is_awaited: bool,
        depth: usize,
    ) -> Option<Typed> {
        if node.kind() != "call" {
            return None;
        }
        let function = node.child_by_field_name("function")?;
        if is_awaited {
            return self.type_of_result(file, module, function, true, depth);
        }
        match module.text_of(function) {
            "super" => return None,
            "type" => {
                let arguments = tree::children(node.child_by_field_name("arguments")?);
                let [only] = arguments[..] else { return None };
                return class_of_objects(&self.typed(file, module, only, depth)?);
            }
            _ => {}
        }
        let by_class = self.typed_class(file, module, function, depth);
        if let Some(classes) = by_class {
            let object = |of: &Type| match of {
                Type::Class(class) => Some(Type::Instance(*class)),
                Type::Instance(_) => None,
            };
            let types: Option<Vec<Type>> = classes.types.iter().map(object).collect();
            if let Some(types) = types {
                if types.iter().any(|of| self.is_made_otherwise(*of)) {
                    return None;
                }
                return Some(Typed { types, evidence: classes.evidence.max(Evidence::Made) });
            }
        }
        self.type_of_result(file, module, function, false, depth)
    }

    /// Whether calling the class of an object may make one of another class: by a `__new__` that
    /// returns something that no other `__new__` made.
    pub(super) fn is_made_otherwise(&self, of: Type) -> bool {
        let (Type::Instance(class) | Type::Class(class)) = of;
        let (ancestry, _) = self.ancestry(class);
        let own = ancestry.into_iter().map(|owner| self.own_method(owner, "__new__"));
        let Some(Own::Function(new)) = own.into_iter().find(|own| *own != Own::Nothing) else {
            return false;
        };
        let Some(member) = self.member_of(new) else { return true };
        let module = &member.module;
        let Some(node) = module.exact(new.span, &["function_definition"]) else { return true };
        tree::preorder(node).filter(|inner| inner.kind() == "return_statement").any(|inner| {
            let value = tree::children(inner).first().copied();
            let is_call = value.is_some_and(|value| tree::unparenthesised(value).kind() == "call");
            is_call && !module.text_of(inner).contains("__new__")
        })
    }

    /// The classes that an expression is, if it is one.
    fn typed_class(
        &self,
        file: FileId,
        module: &Module,
        node: Node,
        depth: usize,
    ) -> Option<Typed> {
        let typed = match tree::unparenthesised(node).kind() {
            "identifier" | "attribute" | "call" | "subscript" => {
                self.typed(file, module, node, depth)?
            }
            _ => return None,
        };
        typed.types.iter().all(|of| matches!(of, Type::Class(_))).then_some(typed)
    }

    fn type_of_result(
        &self,
        file: FileId,
        module: &Module,
        function: Node,
        is_awaited: bool,
        depth: usize,
    ) -> Option<Typed> {
        let callee: Callee = self.callee_within(file, module, function, depth)?;
        if callee.makes.is_some() || !callee.is_sure {
            return None;
        }
        let mut found = Vec::new();
        for definition in &callee.functions {
            let typed = self.type_returned(*definition, is_awaited, depth)?;
            found.push(typed);
        }
        Typed::joined(found).map(|typed| typed.because(Evidence::Returned))
    }

    /// The types of what a function returns: those of its annotation, else of all that it returns.
    fn type_returned(&self, function: Definition, is_awaited: bool, depth: usize) -> Option<Typed> {
        let depth = depth.checked_sub(1)?;
        let member = self.member_of(function)?;
        let module = &member.module;
        let node = module.exact(function.span, &["function_definition"])?;
        let is_async = module.text_of(node).starts_with("async");
        if is_async != is_awaited {
            return None;
        }
        if let Some(returns) = node.child_by_field_name("return_type") {
            return self.type_named(function.file, module, returns, depth);
        }
        let body = node.child_by_field_name("body")?;
        let scope = module.names.scope_at(body.start_byte());
        let mut values = Vec::new();
        for inner in tree::preorder(body) {
            match inner.kind() {
                "yield" if module.names.scope_at(inner.start_byte()) == scope => return None,
                "return_statement" if module.names.scope_at(inner.start_byte()) == scope => {
                    values.extend(tree::children(inner).first().copied());
                }
                _ => {}
            }
        }
        self.all_of(function.file, module, &values, depth)
    }
}

pub(super) fn class_of_objects(typed: &Typed) -> Option<Typed> {
    let class = |of: &Type| match of {
        Type::Instance(class) => Some(Type::Class(*class)),
        Type::Class(_) => None,
    };
    let classes: Option<Vec<Type>> = typed.types.iter().map(class).collect();
    classes.map(|types| Typed { types, evidence: typed.evidence })
}
