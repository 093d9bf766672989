//! What takes a decision as a parameter: functions, methods and constructors of the program, and how
//! a call of them hands it over.

use rustc_hash::FxHashSet;
use tree_sitter::Node;

use super::decorator::{Effect, effect};
use super::look::Work;
use super::place::{class_of, decorators, name_of};
use crate::program::Program;
use crate::program::callee::{Callee, How};
use crate::program::definitions::{Definition, DefinitionKind};
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::transforms::decisions;
use crate::workspace::FileId;

/// What the parameter is called in a file.
pub(super) type NameIn<'n> = &'n dyn Fn(FileId) -> &'n str;

/// The names that calls of takers go by.
#[derive(Debug, Default)]
pub(super) struct Takers {
    /// Those of all takers.
    pub(super) words: FxHashSet<String>,
    /// Those of the ones to which it can be handed by position.
    pub(super) by_position: FxHashSet<String>,
}

/// Names that only tell that a class is made.
const MAKERS: [&str; 3] = ["__init__", "cls", "__class__"];

impl Takers {
    /// Adds those that a module defines.
    pub(super) fn add(&mut self, program: &Program, module: &Module, name: &str) {
        for function in module.of_kind("function_definition") {
            let Some(signature) = Signature::at(function) else { continue };
            let Some(parameter) = signature.binding(name, module.text()) else { continue };
            let is_positional = matches!(
                parameter.kind,
                ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword
            );
            let Some(called) = name_of(module, function) else { continue };
            match class_of(module, function).filter(|_| called == "__init__") {
                Some(class) => self.add_class(program, module, class, is_positional),
                None => self.add_word(called, is_positional),
            }
        }
        for class in module.of_kind("class_definition") {
            if decisions::field_position(module, tree::span(class), name).is_some() {
                self.add_class(program, module, class, true);
            }
        }
    }

    fn add_class(&mut self, program: &Program, module: &Module, class: Node, by_position: bool) {
        for word in MAKERS {
            self.add_word(word, by_position);
        }
        let Some(name) = name_of(module, class) else { return };
        self.add_word(name, by_position);
        for derived in program.classes().derived(name, usize::MAX) {
            self.add_word(derived, by_position);
        }
    }

    fn add_word(&mut self, word: &str, by_position: bool) {
        self.words.insert(word.to_owned());
        if by_position {
            self.by_position.insert(word.to_owned());
        }
    }
}

/// The calls of a module that go by one of the words, imports under other names included, in the
/// order of the text.
pub(super) fn calls_by<'m>(module: &'m Module, words: &FxHashSet<String>) -> Vec<Node<'m>> {
    let mut aliases: FxHashSet<&str> = FxHashSet::default();
    for (name, bindings) in module.names.scopes.iter().flat_map(|scope| &scope.bindings) {
        let is_other = bindings.iter().any(|binding| match &binding.kind {
            BindingKind::Import { target, .. } => {
                let last = target.rsplit('.').next().unwrap_or_default();
                last != name && words.contains(last)
            }
            _ => false,
        });
        if is_other {
            aliases.insert(name);
        }
    }
    let is_one = |call: &Node| {
        let name = call.child_by_field_name("function").and_then(last_name);
        name.is_some_and(|name| {
            let name = module.text_of(name);
            words.contains(name) || aliases.contains(name)
        })
    };
    module.of_kind("call").filter(is_one).collect()
}

/// The identifier that an expression ends with.
pub(super) fn last_name(function: Node) -> Option<Node> {
    let function = tree::unparenthesised(function);
    match function.kind() {
        "identifier" => Some(function),
        "attribute" => function.child_by_field_name("attribute"),
        _ => None,
    }
}

/// How a call hands the decision over.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// The parameter's name.
    pub(super) parameter: String,
    /// The 0-based position of the argument, where it can be given by position.
    pub(super) position: Option<usize>,
    /// Whether it can be given by name.
    pub(super) by_name: bool,
    /// Whether it is missed where it is not handed over: the default is safe, nothing else tells the
    /// decision, and all that may be run takes it.
    pub(super) is_missed: bool,
    /// What is called, as it is shown.
    pub(super) shown: String,
    /// What shows that it is called.
    pub(super) evidence: How,
}

/// How a call of an expression hands the decision over; `None` unless it surely runs something of
/// the program that takes it.
pub(super) fn slot(
    program: &Program,
    (file, module): (FileId, &Module),
    function: Node,
    name_in: NameIn,
) -> Option<Slot> {
    let Some(callee) = program.callee(file, module, function) else {
        return field(program, (file, module), function, name_in);
    };
    if !callee.is_sure {
        return None;
    }
    let mut found: Option<Slot> = None;
    for definition in &callee.functions {
        let one = parameter(program, &callee, *definition, name_in)?;
        found = Some(match found {
            None => one,
            Some(other) if (&other.parameter, other.position) != (&one.parameter, one.position) => {
                return None;
            }
            Some(other) => Slot {
                by_name: other.by_name && one.by_name,
                is_missed: other.is_missed && one.is_missed,
                ..other
            },
        });
    }
    found
}

/// The parameter of a function that is run.
fn parameter(
    program: &Program,
    callee: &Callee,
    definition: Definition,
    name_in: NameIn,
) -> Option<Slot> {
    let member = program.member_of(definition)?;
    let module = &member.module;
    let node = module.exact(definition.span, &["function_definition"])?;
    let work = Work::default();
    let is_kept = |decorator: Node| effect(program, &work, module, decorator) == Effect::Kept;
    if !decorators(module, node).into_iter().all(is_kept) {
        return None;
    }
    let name = name_in(definition.file);
    let signature = Signature::at(node)?;
    let at = signature.parameters.iter().position(|p| module.text_of(p.name) == name)?;
    let parameter = signature.parameters[at];
    let is_plain = parameter.name.kind() == "identifier";
    let by_position = match parameter.kind {
        ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword => {
            Some(at.checked_sub(usize::from(callee.is_bound))?)
        }
        ParameterKind::KeywordOnly => None,
        ParameterKind::VarPositional | ParameterKind::VarKeyword => return None,
    };
    let function = name_of(module, node)?;
    let owner = class_of(module, node).and_then(|class| name_of(module, class));
    let shown = match (callee.makes, owner) {
        (Some(class), _) => program.name_of(class)?,
        (None, Some(owner)) if function == "__init__" => format!("{owner}.__init__"),
        _ => function.to_owned(),
    };
    let is_safe = parameter.default.is_some_and(is_safe_default)
        && !has_other_source(module, node, name)
        && is_plain;
    Some(Slot {
        parameter: name.to_owned(),
        position: by_position,
        by_name: parameter.kind != ParameterKind::PositionalOnly,
        is_missed: is_safe && overrides_take_it(program, callee, definition, function, name),
        shown,
        evidence: callee.evidence,
    })
}

/// The field of a class whose `__init__` is made of its fields.
fn field(
    program: &Program,
    (file, module): (FileId, &Module),
    function: Node,
    name_in: NameIn,
) -> Option<Slot> {
    let meaning = program.meaning_of(file, module, function);
    let [class] = meaning.definitions[..] else { return None };
    if class.kind != DefinitionKind::Class || !meaning.is_sure {
        return None;
    }
    let member = program.member_of(class)?;
    let name = name_in(class.file);
    let position = decisions::field_position(&member.module, class.span, name)?;
    let node = member.module.exact(class.span, &["class_definition"])?;
    let default = field_default(&member.module, node, name);
    Some(Slot {
        parameter: name.to_owned(),
        position: Some(position),
        by_name: true,
        is_missed: default.is_some_and(is_safe_default),
        shown: program.name_of(class)?,
        evidence: if class.file == file { How::Name } else { How::Import },
    })
}

fn field_default<'m>(module: &'m Module, class: Node<'m>, name: &str) -> Option<Node<'m>> {
    let body = class.child_by_field_name("body")?;
    tree::children(body).into_iter().find_map(|statement| {
        let assignment = super::bound::assignment(statement)?;
        let left = assignment.child_by_field_name("left")?;
        (module.text_of(left) == name).then(|| assignment.child_by_field_name("right")).flatten()
    })
}

fn is_safe_default(default: Node) -> bool {
    matches!(tree::unparenthesised(default).kind(), "false" | "none")
}

/// Whether a function may take the decision from elsewhere where it is not handed it: it reads an
/// attribute or a key of that name.
fn has_other_source(module: &Module, function: Node, name: &str) -> bool {
    let Some(body) = function.child_by_field_name("body") else { return false };
    let within = tree::span(body);
    let reads = module
        .attributes_named(name)
        .filter(|node| within.contains(tree::span(*node)))
        .any(|node| !super::attribute::is_target(module, node));
    reads
        || tree::preorder(body).any(|node| {
            node.kind() == "string"
                && crate::python::literal::plain_string(node, module.text()) == Some(name)
                && module.parent(node).is_some_and(|around| around.kind() == "argument_list")
        })
}

/// Whether the methods that may be run in the place of a method take the parameter too: those of
/// the classes that derive from its own.
fn overrides_take_it(
    program: &Program,
    callee: &Callee,
    method: Definition,
    own_name: &str,
    name: &str,
) -> bool {
    let is_exact = match callee.evidence {
        How::Super
        | How::Name
        | How::Import
        | How::Object(crate::program::types::Evidence::Made) => true,
        How::Object(_) => false,
    };
    let class = callee.makes.or_else(|| super::callers::class_of(program, method));
    let Some(class) = class.filter(|_| !is_exact) else { return true };
    let Some(derived) = program.derived_with(class, &[own_name]) else { return false };
    derived.into_iter().all(|below| match program.own_method(below, own_name) {
        crate::program::hierarchy::Own::Nothing => true,
        crate::program::hierarchy::Own::Other => false,
        crate::program::hierarchy::Own::Function(own) => {
            let Some(member) = program.member_of(own) else { return false };
            let node = member.module.exact(own.span, &["function_definition"]);
            node.and_then(Signature::at).is_some_and(|signature| {
                signature.has(ParameterKind::VarKeyword)
                    || signature.binding(name, member.module.text()).is_some()
            })
        }
    })
}
