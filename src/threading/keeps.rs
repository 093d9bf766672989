//! Why objects of a class cannot keep something more.

use tree_sitter::Node;

use super::place::name_of;
use super::serving::is_serving;
use super::stores::{maker, runs_base_init, uses_object_early};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::hierarchy::{Base, Own};
use crate::program::mentions::Sought;
use crate::program::types::{Bound, Type, binding_of};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;
use crate::transforms::remote::imports_web;

/// Why objects of a class cannot keep a new attribute of that name.
pub(super) fn cannot_keep(
    program: &Program,
    definition: Definition,
    module: &Module,
    class: Node,
    name: &str,
) -> Option<String> {
    let shown = name_of(module, class).unwrap_or_default();
    let (ancestry, _) = program.ancestry(definition);
    let Some(derived) = program.derived(definition) else {
        return Some(format!("more classes derive from `{shown}` than are looked at"));
    };
    for owner in &ancestry {
        for special in ["__slots__", "__setattr__", name] {
            if binds(program, *owner, special) {
                return Some(format!("`{shown}` or a base of it has `{special}`"));
            }
        }
    }
    let all = || ancestry.iter().chain(&derived);
    for owner in all() {
        for special in ["__setstate__", "__reduce__", "__reduce_ex__", "__getstate__", "__new__"] {
            if !matches!(program.own_method(*owner, special), Own::Nothing) {
                return Some(format!("`{shown}` or a relative of it has `{special}`"));
            }
        }
        if let Some(why) = reads_itself(program, *owner) {
            return Some(why);
        }
    }
    let name_of_class = name_of(module, class).unwrap_or_default();
    let is_bypassed = program.modules_holding(&["__new__("], &[]).iter().any(|member| {
        let text = member.module.text();
        text.contains(&format!("__new__({name_of_class}"))
            || text.contains(&format!("{name_of_class}.__new__("))
            || (member.module.file == definition.file && text.contains("__new__(cls"))
    });
    if is_bypassed {
        return Some(format!("objects of `{shown}` are made without its `__init__`"));
    }
    if let Some(why) = is_replaced(program, all()).or_else(|| lends_methods(program, all())) {
        return Some(why);
    }
    if let Some(why) = is_set_by_name(program, definition) {
        return Some(why);
    }
    if has_metaclass(module, class) {
        return Some(format!("`{shown}` has a metaclass"));
    }
    for below in derived {
        let called = program.name_of(below).unwrap_or_default();
        if binds(program, below, name) || binds(program, below, "__slots__") {
            return Some(format!("`{called}`, which derives from it, has `{name}` already"));
        }
        if !reaches_init(program, below, definition) {
            return Some(format!(
                "`{called}`, which derives from it, does not always run its `__init__`"
            ));
        }
    }
    None
}

fn has_metaclass(module: &Module, class: Node) -> bool {
    let list = class.child_by_field_name("superclasses").map_or("", |list| module.text_of(list));
    list.contains("metaclass") && !list.contains("ABCMeta")
}

/// Whether the body of a class, or its methods through their object, give a name a meaning.
pub(super) fn binds(program: &Program, class: Definition, name: &str) -> bool {
    if !matches!(program.own_method(class, name), Own::Nothing) {
        return true;
    }
    let Some(member) = program.module(class.file) else { return true };
    let module = &member.module;
    let Some(node) = module.exact(class.span, &["class_definition"]) else { return true };
    !super::attribute::stores(module, node, name).is_empty()
}

/// Why a class would see a new attribute: it hands on or goes over all that its objects keep, or its
/// attributes are fixed by a decorator.
fn reads_itself(program: &Program, class: Definition) -> Option<String> {
    let member = program.module(class.file)?;
    let module = &member.module;
    let node = module.exact(class.span, &["class_definition"])?;
    let shown = name_of(module, node).unwrap_or_default();
    let text = module.text_of(node);
    if ["vars(self)", "self.__dict__", "asdict(self", "__dataclass_fields__"]
        .iter()
        .any(|t| text.contains(t))
    {
        return Some(format!("`{shown}` goes over all that its objects keep"));
    }
    let is_record = super::place::decorators(module, node).iter().any(|decorator| {
        let text = module.text_of(*decorator);
        ["dataclass", "define", "attr", "frozen"].iter().any(|word| text.contains(word))
    });
    is_record.then(|| format!("the attributes of `{shown}` are fixed by a decorator"))
}

/// Whether making an object of a derived class always runs the `__init__` of a class, before its own
/// one uses the object.
fn reaches_init(program: &Program, derived: Definition, class: Definition) -> bool {
    let Some(maker) = maker(program, derived) else { return false };
    if maker == class {
        return true;
    }
    let (above, _) = program.ancestry(maker);
    if !above.contains(&class) || !runs_base_init(program, maker) {
        return false;
    }
    // The first base has to lead there: `super()` runs its `__init__`.
    let bases = program.bases(maker);
    let leads = bases.iter().find_map(|base| match base {
        Base::Ours(base) => Some(*base),
        Base::Foreign(_) => None,
    });
    let is_first = leads.is_some_and(|base| {
        base == class
            || (program.ancestry(base).0.contains(&class) && reaches_init(program, base, class))
    });
    is_first && !uses_object_early(program, &[maker])
}

/// Where code gives one of the classes another `__init__`.
fn is_replaced<'d>(
    program: &Program,
    classes: impl Iterator<Item = &'d Definition>,
) -> Option<String> {
    if !program.assigns_attribute("__init__") {
        return None;
    }
    let classes: Vec<&Definition> = classes.collect();
    program.modules_assigning("__init__", &[]).iter().find_map(|member| {
        let module = &member.module;
        module.attributes_named("__init__").find_map(|node| {
            let object = node.child_by_field_name("object")?;
            let is_target = module.parent(node).is_some_and(|parent| {
                let left = parent.child_by_field_name("left");
                parent.kind() == "assignment" && left.is_some_and(|left| left.id() == node.id())
            });
            let meaning = program.meaning_of(module.file, module, object).definitions;
            let is_theirs = is_target && meaning.iter().any(|found| classes.contains(&found));
            let line = module.lines.of(node.start_byte()) + 1;
            is_theirs.then(|| {
                let (path, shown) = (member.relative.display(), module.text_of(object));
                format!("`{shown}` is given another `__init__` ({path}:{line})")
            })
        })
    })
}

/// Where a program that hears from others sets attributes by names that it is told, of objects that
/// may be of a class: `for key, value in body.items(): setattr(engine, key, value)`.
fn is_set_by_name(program: &Program, class: Definition) -> Option<String> {
    if !is_serving(program) {
        return None;
    }
    program.modules_holding(&["setattr(", ".items()"], &[]).iter().find_map(|member| {
        let module = &member.module;
        module.calls_named("setattr").find_map(|node| {
            let call = Call::at(node, module.text())?;
            let key = call.positional(1)?.value;
            if !is_key_of_unseen(module, node, key) {
                return None;
            }
            let typed = program.type_of(module.file, module, call.positional(0)?.value);
            let may_be = typed.map_or_else(
                || imports_web(module),
                |typed| {
                    typed.types.iter().any(|of| {
                        let (Type::Instance(found) | Type::Class(found)) = of;
                        *found == class
                            || program.derives_from(class, *found)
                            || program.derives_from(*found, class)
                    })
                },
            );
            let (line, path) = (module.lines.of(node.start_byte()) + 1, member.relative.display());
            may_be.then(|| {
                format!("attributes are set by names that are not written there ({path}:{line})")
            })
        })
    })
}

/// Whether a name goes over the keys of a mapping that is not the object's own: `for key, value in
/// settings.items()`.
fn is_key_of_unseen(module: &Module, call: Node, key: Node) -> bool {
    let name = module.text_of(key);
    let loops = module.ancestors(call).filter(|around| around.kind() == "for_statement");
    let mut names = loops.filter(|around| {
        let left = around.child_by_field_name("left");
        left.is_some_and(|left| tree::preorder(left).any(|node| module.text_of(node) == name))
    });
    let Some(right) = names.next().and_then(|around| around.child_by_field_name("right")) else {
        return false;
    };
    let text = module.text_of(right);
    text.ends_with(".items()") && !text.starts_with("self.")
}

/// Where code runs a method of one of the classes with an object that may be of another class:
/// `Engine.load(stand_in)`, `Engine.model.fget(stand_in)`.
fn lends_methods<'d>(
    program: &Program,
    classes: impl Iterator<Item = &'d Definition>,
) -> Option<String> {
    let classes: Vec<(Definition, String)> =
        classes.filter_map(|class| Some((*class, program.name_of(*class)?))).collect();
    let sought: Vec<Sought> = classes
        .iter()
        .map(|(_, name)| Sought { word: name.clone(), as_object: true, ..Sought::default() })
        .collect();
    let mut lent = None;
    program.mentioning(&sought, &mut |member, _| {
        if lent.is_some() {
            return;
        }
        let module = &member.module;
        lent = module.of_kind("attribute").find_map(|node| {
            let object = node.child_by_field_name("object")?;
            let text = module.text_of(object);
            let last = text.rsplit('.').next().unwrap_or_default();
            let (class, _) = classes.iter().find(|(_, name)| name == last)?;
            let name = module.text_of(node.child_by_field_name("attribute")?);
            if !is_lent(program, module, node, *class, name) {
                return None;
            }
            let line = module.lines.of(node.start_byte()) + 1;
            let path = member.relative.display();
            Some(format!(
                "`{text}.{name}` may be run with objects of other classes ({path}:{line})"
            ))
        });
    });
    lent
}

/// Whether a mention of a class's method takes it for another object than a method's own.
fn is_lent(program: &Program, module: &Module, node: Node, class: Definition, name: &str) -> bool {
    let Some(parent) = module.parent(node).filter(|_| name != "__init__") else { return false };
    let is_object = program.ancestry(class).0.into_iter().any(|owner| {
        let Own::Function(method) = program.own_method(owner, name) else { return false };
        let Some(member) = program.member_of(method) else { return true };
        let function = member.module.exact(method.span, &["function_definition"]);
        function.is_none_or(|function| binding_of(&member.module, function) == Bound::Object)
    });
    let is_decorator = module.ancestors(node).any(|around| around.kind() == "decorator");
    if !is_object || is_decorator {
        return false;
    }
    let is_called = parent.child_by_field_name("function").is_some_and(|f| f.id() == node.id());
    let first =
        parent.child_by_field_name("arguments").and_then(|a| tree::children(a).first().copied());
    let is_own = is_called && first.is_some_and(|first| module.text_of(first) == "self");
    !is_own
}
