//! Where tables and other values are kept that several modules may read.

use tree_sitter::Node;

use super::look::Look;
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::types::Type;
use crate::python::module::Module;
use crate::python::names::{Binding, BindingKind, ScopeKind};
use crate::python::tree;
use crate::workspace::FileId;

/// How many imports are followed to where a name is bound.
const MOST_IMPORTS: usize = 6;

/// Where a table is kept.
pub(super) enum Home {
    /// Under a local name, or in an object that is not looked at.
    Local,
    /// Under a name at the top of a module.
    Module(FileId, String),
    /// In an attribute of a class or its objects.
    Class(Definition, String),
    /// In a module that is not the program's.
    Foreign,
}

/// Where a table that an expression means is kept.
pub(super) fn home(look: &Look, table: Node) -> Home {
    let module = look.module;
    let table = tree::unparenthesised(table);
    if table.kind() == "attribute" {
        return home_of_attribute(look, table);
    }
    if table.kind() != "identifier" {
        return Home::Local;
    }
    let name = module.text_of(table);
    let Some(scope) = module.names.binding_scope(name, module.names.scope_at(table.start_byte()))
    else {
        // What a star import brings.
        return Home::Foreign;
    };
    let bindings = module.names.scopes[scope].bindings.get(name).map_or(&[][..], Vec::as_slice);
    let imported = bindings.iter().find_map(|binding| match &binding.kind {
        BindingKind::Import { target, .. } => Some(target),
        _ => None,
    });
    if let Some(target) = imported {
        return bound(look.program, module.file, target, MOST_IMPORTS);
    }
    if !bindings.iter().all(|binding| is_new(module, binding)) {
        return Home::Foreign;
    }
    home_of_name(look, table, scope)
}

/// Where what is bound to a name in a scope is kept.
pub(super) fn home_of_name(look: &Look, bound: Node, scope: usize) -> Home {
    let module = look.module;
    let name = module.text_of(bound);
    match module.names.scopes[scope].kind {
        ScopeKind::Module => Home::Module(module.file, name.to_owned()),
        ScopeKind::Class => {
            let class = module.ancestors(bound).find(|n| n.kind() == "class_definition");
            class.map_or(Home::Local, |class| {
                Home::Class(Program::definition_at(module.file, class), name.to_owned())
            })
        }
        _ => Home::Local,
    }
}

/// Whether a name is bound to a table that is made there, not to one that has another name too.
fn is_new(module: &Module, binding: &Binding) -> bool {
    const MAKERS: [&str; 10] = [
        "dict",
        "list",
        "set",
        "tuple",
        "OrderedDict",
        "defaultdict",
        "ChainMap",
        "MappingProxyType",
        "WeakValueDictionary",
        "frozenset",
    ];
    let value = match binding.kind {
        BindingKind::Assignment { value } => module.nodes().covering(value),
        BindingKind::Placeholder => return true,
        _ => None,
    };
    let Some(value) = value.map(tree::unparenthesised) else { return false };
    match value.kind() {
        "call" => {
            let callee = value.child_by_field_name("function").map_or("", |f| module.text_of(f));
            callee.rsplit('.').next().is_some_and(|last| MAKERS.contains(&last))
        }
        "identifier"
        | "attribute"
        | "subscript"
        | "conditional_expression"
        | "await"
        | "boolean_operator"
        | "named_expression" => false,
        _ => true,
    }
}

fn home_of_attribute(look: &Look, table: Node) -> Home {
    let module = look.module;
    let (Some(object), Some(name)) =
        (table.child_by_field_name("object"), table.child_by_field_name("attribute"))
    else {
        return Home::Local;
    };
    let name = module.text_of(name).to_owned();
    let typed = look.program.type_of(module.file, module, object);
    if let Some([Type::Instance(class) | Type::Class(class)]) =
        typed.as_ref().map(|typed| &typed.types[..])
    {
        return Home::Class(*class, name);
    }
    let dotted = module.names.resolve(table, module.text());
    match dotted.single().filter(|dotted| dotted.contains('.') && is_imported(module, object)) {
        Some(dotted) => bound(look.program, module.file, dotted, MOST_IMPORTS),
        None => Home::Local,
    }
}

fn is_imported(module: &Module, object: Node) -> bool {
    let first = tree::preorder(object).find(|node| node.kind() == "identifier");
    first.is_some_and(|first| {
        let scope = module.names.scope_at(first.start_byte());
        let bindings = module.names.bindings(module.text_of(first), scope);
        bindings.iter().any(|binding| matches!(binding.kind, BindingKind::Import { .. }))
    })
}

/// The module at whose top a dotted name is bound, not imported.
fn bound(program: &Program, from: FileId, dotted: &str, most: usize) -> Home {
    let Some((prefix, name)) = dotted.rsplit_once('.') else { return Home::Foreign };
    // `.name` means the package itself: the dots stay.
    let prefix = if prefix.is_empty() || prefix.ends_with('.') {
        format!("{prefix}.")
    } else {
        prefix.to_owned()
    };
    let [file] = program.meaning(&prefix, from).module[..] else { return Home::Foreign };
    let Some(member) = program.module(file) else { return Home::Foreign };
    let top = member.module.names.scopes.first().and_then(|top| top.bindings.get(name));
    let mut targets = top.into_iter().flatten().filter_map(|binding| match &binding.kind {
        BindingKind::Import { target, .. } => Some(target),
        _ => None,
    });
    match (targets.next(), most.checked_sub(1)) {
        (Some(target), Some(most)) => bound(program, file, target, most),
        (Some(_), None) => Home::Foreign,
        (None, _) => match top {
            Some(bindings) if bindings.iter().all(|b| is_new(&member.module, b)) => {
                Home::Module(file, name.to_owned())
            }
            _ => Home::Foreign,
        },
    }
}
