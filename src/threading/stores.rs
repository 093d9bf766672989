//! Where `__init__` can store the decision, so that methods which cannot be handed it read it from
//! their object.

use tree_sitter::Node;

use super::keeps::{binds, cannot_keep};
use super::place::{method, name_of, receiver};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::program::definitions::Definition;
use crate::program::hierarchy::Own;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;

/// The class whose `__init__` makes the objects of a class: itself, or the nearest one that it
/// derives from; `None` if the program has none.
pub(super) fn maker(program: &Program, class: Definition) -> Option<Definition> {
    let init = program.constructor(class)?;
    super::callers::class_of(program, init)
}

/// The `__init__` of a class that can store the decision for its methods, and the edit that does;
/// else why not.
pub(super) fn store<'m>(
    program: &Program,
    definition: Definition,
    module: &'m Module,
    class: Node<'m>,
    name: &str,
) -> Result<(Node<'m>, Op), String> {
    let shown = name_of(module, class).unwrap_or_default();
    let init = method(module, class, "__init__")
        .ok_or_else(|| format!("`{shown}` has no `__init__` of its own that could keep it"))?;
    let object =
        receiver(module, init).ok_or_else(|| format!("`__init__` of `{shown}` has no receiver"))?;
    if let Some(why) = cannot_keep(program, definition, module, class, name) {
        return Err(why);
    }
    let object = module.text_of(object.name);
    let body = init.child_by_field_name("body").ok_or_else(|| "it has no body".to_owned())?;
    let op = spot(program, definition, module, init, body, object)
        .ok_or_else(|| format!("`__init__` of `{shown}` may be left before it could store it"))?;
    let text = format!("{object}.{name} = {name}");
    let anchor = |node: Node| Anchor { file: definition.file, range: tree::span(node) };
    let op = match op {
        At::Before(statement) => Op::InsertStatement { before: anchor(statement), text },
        At::Behind(statement) => Op::AppendStatement { after: anchor(statement), text },
    };
    Ok((init, op))
}

/// Whether making an object of a class always runs the `__init__` of its base.
pub(super) fn runs_base_init(program: &Program, class: Definition) -> bool {
    let Some(member) = program.module(class.file) else { return false };
    let module = &member.module;
    let Some(node) = module.exact(class.span, &["class_definition"]) else { return false };
    match method(module, node, "__init__") {
        Some(init) => super::init::base_init(module, init).is_some(),
        None => program.own_method(class, "__init__") == Own::Nothing,
    }
}

/// Where the statement goes.
enum At<'m> {
    Before(Node<'m>),
    Behind(Node<'m>),
}

/// After the last statement that stores a parameter and before the first that may run a method of
/// the object; where both cannot hold, directly before that one.
fn spot<'m>(
    program: &Program,
    definition: Definition,
    module: &'m Module,
    init: Node<'m>,
    body: Node<'m>,
    object: &str,
) -> Option<At<'m>> {
    let statements = tree::children(body);
    let scene = Scene { program, definition, module, object };
    let early = statements.iter().position(|statement| scene.may_run_methods(*statement));
    let reached = &statements[..early.unwrap_or(statements.len())];
    let parameters: Vec<&str> = Signature::at(init)?
        .beyond_receiver(module.text())
        .iter()
        .map(|parameter| module.text_of(parameter.name))
        .collect();
    let stored = reached.iter().rposition(|s| stores_parameter(module, *s, object, &parameters));
    let leaves = |upto: usize| statements[..upto].iter().any(|s| may_leave(module, *s, init));
    if let Some(at) = stored {
        return (!leaves(at + 1)).then_some(At::Behind(statements[at]));
    }
    if let Some(early) = early {
        return (!leaves(early)).then_some(At::Before(statements[early]));
    }
    let base = statements.iter().rposition(|s| super::init::runs_base_init(module, *s));
    if let Some(at) = base {
        return (!leaves(at + 1)).then_some(At::Behind(statements[at]));
    }
    let first = statements.iter().position(|statement| !is_docstring(*statement));
    match first {
        Some(at) => Some(At::Before(statements[at])),
        None => Some(At::Behind(*statements.last()?)),
    }
}

fn is_docstring(statement: Node) -> bool {
    let inner = tree::children(statement);
    statement.kind() == "expression_statement"
        && inner.len() == 1
        && matches!(inner[0].kind(), "string" | "concatenated_string")
}

/// Whether a statement gives an attribute of the object a value that reads a parameter.
fn stores_parameter(module: &Module, statement: Node, object: &str, parameters: &[&str]) -> bool {
    let Some(assignment) = super::bound::assignment(statement) else { return false };
    let (Some(left), Some(right)) =
        (assignment.child_by_field_name("left"), assignment.child_by_field_name("right"))
    else {
        return false;
    };
    let is_own = left.kind() == "attribute"
        && left.child_by_field_name("object").is_some_and(|o| module.text_of(o) == object);
    is_own
        && tree::preorder(right)
            .any(|node| node.kind() == "identifier" && parameters.contains(&module.text_of(node)))
}

/// Whether a statement may leave the function.
fn may_leave(module: &Module, statement: Node, init: Node) -> bool {
    tree::preorder(statement).filter(|node| node.kind() == "return_statement").any(|node| {
        let around = module.ancestors(node).find(|a| a.kind() == "function_definition");
        around.is_some_and(|around| around.id() == init.id())
    })
}

struct Scene<'s, 'm> {
    program: &'s Program<'s>,
    definition: Definition,
    module: &'m Module,
    object: &'s str,
}

impl Scene<'_, '_> {
    /// Whether a statement may run a method of the object: it calls one, hands the object on, or
    /// runs the `__init__` of a base that may.
    fn may_run_methods(&self, statement: Node) -> bool {
        if super::init::runs_base_init(self.module, statement) {
            return self.base_may_run_methods();
        }
        uses_object(self.program, self.definition, self.module, statement, self.object)
    }

    fn base_may_run_methods(&self) -> bool {
        let (ancestry, _) = self.program.ancestry(self.definition);
        ancestry[1..].iter().any(|class| self.init_runs_methods(*class))
    }

    fn init_runs_methods(&self, class: Definition) -> bool {
        let Some(member) = self.program.module(class.file) else { return true };
        let module = &member.module;
        let Some(node) = module.exact(class.span, &["class_definition"]) else { return true };
        let Some(init) = method(module, node, "__init__") else { return false };
        let Some(object) = receiver(module, init) else { return true };
        let Some(body) = init.child_by_field_name("body") else { return true };
        let object = module.text_of(object.name).to_owned();
        tree::children(body).into_iter().any(|statement| {
            !super::init::runs_base_init(module, statement)
                && uses_object(self.program, self.definition, module, statement, &object)
        })
    }
}

/// Whether a statement calls a method of the object, reads a property of it, or hands it on.
fn uses_object(
    program: &Program,
    class: Definition,
    module: &Module,
    statement: Node,
    object: &str,
) -> bool {
    tree::preorder(statement)
        .filter(|node| node.kind() == "identifier" && module.text_of(*node) == object)
        .any(|node| {
            let Some(parent) = module.parent(node) else { return false };
            if parent.kind() != "attribute" {
                let named = parent.child_by_field_name("name").is_some_and(|n| n.id() == node.id());
                let is_super = parent.kind() == "argument_list"
                    && module.parent(parent).is_some_and(|call| {
                        let callee = call.child_by_field_name("function");
                        callee.is_some_and(|callee| {
                            matches!(module.text_of(callee), "super" | "isinstance" | "type" | "id")
                        })
                    });
                return !named && !is_super;
            }
            let name = parent.child_by_field_name("attribute").map_or("", |a| module.text_of(a));
            let is_written = module.parent(parent).is_some_and(|around| {
                around.kind() == "assignment"
                    && around.child_by_field_name("left").is_some_and(|l| l.id() == parent.id())
            });
            !is_written && is_method_of(program, class, name)
        })
}

/// Whether a class, one it derives from or one that derives from it defines a method or property of
/// that name.
fn is_method_of(program: &Program, class: Definition, name: &str) -> bool {
    let (ancestry, is_whole) = program.ancestry(class);
    let derived = program.derived_with(class, &[name]).unwrap_or_default();
    let defines = |class: &Definition| !matches!(program.own_method(*class, name), Own::Nothing);
    if ancestry.iter().chain(&derived).any(defines) {
        return true;
    }
    // A name that nothing here defines may be a method of a base from elsewhere.
    !is_whole && super::known_methods::is_known(name)
}

/// Whether a class keeps its configuration: `__init__` stores at least two of its parameters under
/// their own names.
pub(super) fn keeps_configuration(module: &Module, class: Node) -> bool {
    let Some(init) = method(module, class, "__init__") else { return false };
    let (Some(object), Some(signature)) = (receiver(module, init), Signature::at(init)) else {
        return false;
    };
    let Some(body) = init.child_by_field_name("body") else { return false };
    let object = module.text_of(object.name);
    let parameters: Vec<&str> = signature
        .beyond_receiver(module.text())
        .iter()
        .map(|parameter| module.text_of(parameter.name))
        .collect();
    let stored = tree::children(body).into_iter().filter(|statement| {
        super::bound::assignment(*statement).is_some_and(|assignment| {
            let left = assignment.child_by_field_name("left").map(|l| module.text_of(l));
            let right = assignment.child_by_field_name("right").map(|r| module.text_of(r));
            right.is_some_and(|right| {
                parameters.contains(&right) && left == Some(&format!("{object}.{right}"))
            })
        })
    });
    stored.count() >= 2
}

/// The class of another file, from which a class derives, whose objects keep the attribute as a
/// decision: nothing between gives it another meaning, and its `__init__` is always run.
pub(super) fn keeper_above(program: &Program, class: Definition, name: &str) -> Option<Definition> {
    let (ancestry, _) = program.ancestry(class);
    if ancestry.len() < 2 {
        return None;
    }
    for (at, owner) in ancestry.iter().enumerate() {
        let member = program.module(owner.file)?;
        let module = &member.module;
        let node = module.exact(owner.span, &["class_definition"])?;
        let is_there = super::attribute::kept(module, node, name).is_some();
        if !is_there {
            if binds(program, *owner, name) || super::deleted::attribute(module, node, name) {
                return None;
            }
            continue;
        }
        let below = &ancestry[..at];
        let is_run = below.iter().all(|class| runs_base_init(program, *class));
        return (at > 0 && is_run && !uses_object_early(program, below)).then_some(*owner);
    }
    None
}

/// Whether the `__init__` of one of the classes uses its object before it runs that of its base.
pub(super) fn uses_object_early(program: &Program, classes: &[Definition]) -> bool {
    classes.iter().any(|class| {
        let Some(member) = program.module(class.file) else { return true };
        let module = &member.module;
        let Some(node) = module.exact(class.span, &["class_definition"]) else { return true };
        let Some(init) = method(module, node, "__init__") else { return false };
        let (Some(object), Some(body)) = (receiver(module, init), init.child_by_field_name("body"))
        else {
            return true;
        };
        let object = module.text_of(object.name);
        let statements = tree::children(body).into_iter();
        let mut before = statements.take_while(|s| !super::init::runs_base_init(module, *s));
        before.any(|statement| uses_object(program, *class, module, statement, object))
    })
}
