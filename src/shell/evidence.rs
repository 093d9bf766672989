//! What shows what a value is: where a name is bound, and with what.

use tree_sitter::Node;

use super::read::template;
use super::values::{Kind, Known, UNKNOWN, both, kind_of_name, kind_of_text, look, sure};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::workspace::span::Span;

pub(super) fn of_identifier(module: &Module, node: Node, depth: usize) -> Option<Known> {
    let name = module.text_of(node);
    let scope = module.names.scope_at(node.start_byte());
    let bindings = module.names.bindings(name, scope);
    if bindings.is_empty() {
        return matches!(name, "__file__" | "__name__")
            .then_some(Known { kind: Kind::Text, is_sure: true });
    }
    let mut found: Option<Known> = None;
    let mut is_known = true;
    for binding in bindings {
        let next = match &binding.kind {
            BindingKind::Assignment { value } => {
                let value = module.nodes().covering(*value)?;
                of_assigned(module, value, depth)
            }
            BindingKind::Parameter => of_parameter(module, binding.span),
            BindingKind::Other => of_other(module, binding.span, depth),
            _ => None,
        };
        is_known &= next.is_some();
        found = match (found, next) {
            (Some(found), Some(next)) => Some(both(found, next).unwrap_or(UNKNOWN)),
            (found, next) => found.or(next),
        };
    }
    let found = found?;
    if !is_known {
        if matches!(found.kind, Kind::Special | Kind::Unknown | Kind::Whole | Kind::Number) {
            let kind = if found.kind == Kind::Special { Kind::Special } else { Kind::Unknown };
            return Some(Known { kind, is_sure: true });
        }
        // What may be no word, or several, is not one whatever else it may be.
        let is_several = matches!(found.kind, Kind::Words | Kind::Empty);
        return is_several.then_some(Known { kind: Kind::Words, is_sure: false });
    }
    // Text that goes by the name of several words may hold them, whoever hands it in.
    if found.kind == Kind::Text && kind_of_name(name) == Kind::Words {
        return Some(Known { kind: Kind::Words, is_sure: false });
    }
    Some(found)
}

/// What a variable holds: the parts of what was joined are words.
pub(super) fn of_assigned(module: &Module, value: Node, depth: usize) -> Option<Known> {
    let known = look(module, value, depth)?;
    match known.kind {
        Kind::Joined(_) => sure(Kind::Words),
        Kind::Optional => {
            let parts = tree::children(tree::unparenthesised(value));
            both(look(module, *parts.first()?, depth)?, look(module, *parts.get(2)?, depth)?)
        }
        // What was quoted elsewhere has quotes in it.
        Kind::Quoted(_) => sure(Kind::Special),
        _ => Some(known),
    }
}

pub(super) fn of_parameter(module: &Module, span: Span) -> Option<Known> {
    let node = module.nodes().covering(span)?;
    let function = module.ancestors(node).find(|around| around.kind() == "function_definition")?;
    let signature = Signature::at(function)?;
    let parameter =
        signature.parameters.iter().find(|parameter| tree::span(parameter.name) == span)?;
    let default = parameter.default.and_then(|default| template(module, default)?.ok());
    if let Some(default) = default
        && kind_of_text(&default.text) != Kind::Text
    {
        return sure(kind_of_text(&default.text));
    }
    if matches!(parameter.kind, ParameterKind::VarPositional | ParameterKind::VarKeyword) {
        return Some(UNKNOWN);
    }
    let is_number = parameter.default.is_some_and(|default| {
        matches!(default.kind(), "integer" | "float" | "true" | "false" | "unary_operator")
    });
    match parameter.annotation {
        Some(annotation) => kind_of_annotation(module, annotation),
        None => is_number.then_some(UNKNOWN),
    }
}

pub(super) fn kind_of_annotation(module: &Module, annotation: Node) -> Option<Known> {
    let text = module.text_of(annotation).trim_matches(['"', '\'']);
    let mut parts: Vec<&str> = text
        .strip_prefix("Optional[")
        .or_else(|| text.strip_prefix("typing.Optional["))
        .and_then(|rest| rest.strip_suffix(']'))
        .or_else(|| text.strip_prefix("Union[").and_then(|rest| rest.strip_suffix(']')))
        .unwrap_or(text)
        .split(['|', ','])
        .map(str::trim)
        .collect();
    parts.retain(|part| *part != "None");
    let kind = |part: &str| match part.rsplit('.').next().unwrap_or(part) {
        "str" => Some(Kind::Text),
        "Path" | "PurePath" | "PosixPath" | "PathLike" | "PathLike[str]" | "StrPath" => {
            Some(Kind::Path)
        }
        "int" => Some(Kind::Whole),
        "float" | "bool" => Some(Kind::Number),
        _ => None,
    };
    let kinds: Option<Vec<Kind>> = parts.iter().map(|part| kind(part)).collect();
    let kinds = kinds?;
    let mut kinds = kinds.into_iter().map(|kind| Known { kind, is_sure: true });
    let first = kinds.next()?;
    Some(kinds.try_fold(first, both).unwrap_or(UNKNOWN))
}

/// What is added to a variable, or a loop gives it.
pub(super) fn of_other(module: &Module, span: Span, depth: usize) -> Option<Known> {
    let node = module.nodes().covering(span)?;
    let parent = module.parent(node)?;
    if parent.kind() != "augmented_assignment" {
        return of_loop(module, span, depth);
    }
    look(module, parent.child_by_field_name("right")?, depth)
}

/// The variable of a loop over texts or numbers.
pub(super) fn of_loop(module: &Module, span: Span, depth: usize) -> Option<Known> {
    let node = module.nodes().covering(span)?;
    let around = module
        .ancestors(node)
        .find(|around| matches!(around.kind(), "for_statement" | "for_in_clause"))?;
    let target = around.child_by_field_name("left")?;
    let first = tree::children(target).first().copied().filter(|_| target.kind() == "pattern_list");
    let counts = around
        .child_by_field_name("right")
        .is_some_and(|over| module.text_of(over).starts_with("enumerate("));
    if counts && first.is_some_and(|first| tree::span(first) == span) {
        return sure(Kind::Whole);
    }
    if tree::span(target) != span {
        return None;
    }
    let over = tree::unparenthesised(around.child_by_field_name("right")?);
    if matches!(over.kind(), "list" | "tuple" | "set") {
        let elements = tree::children(over).into_iter();
        return elements
            .map(|element| look(module, element, depth))
            .reduce(|found, next| both(found?, next?))
            .flatten();
    }
    let function = over.child_by_field_name("function")?;
    match module.names.resolve(function, module.text()).single()? {
        "range" => sure(Kind::Whole),
        "map" => {
            let call = Call::at(over, module.text())?;
            let by = call.positional(0)?.value;
            let name = module.names.resolve(by, module.text());
            matches!(name.single(), Some("shlex.quote" | "pipes.quote"))
                .then_some(Known { kind: Kind::Special, is_sure: true })
        }
        "os.listdir" | "glob.glob" | "glob.iglob" => sure(Kind::Text),
        _ => None,
    }
}

pub(super) fn of_attribute(module: &Module, node: Node, depth: usize) -> Option<Known> {
    let name = module.names.resolve(node, module.text());
    if matches!(name.single(), Some("sys.executable" | "os.sep" | "os.curdir" | "sys.platform")) {
        return sure(Kind::Text);
    }
    let object = node.child_by_field_name("object")?;
    let attribute = module.text_of(node.child_by_field_name("attribute")?);
    if matches!(attribute, "parent" | "stem" | "suffix") {
        let of = look(module, object, depth).filter(|known| known.kind == Kind::Path)?;
        let kind = if attribute == "parent" { Kind::Path } else { Kind::Text };
        return Some(Known { kind, ..of });
    }
    if module.text_of(object) != "self" {
        return None;
    }
    let class = module.ancestors(node).find(|around| around.kind() == "class_definition")?;
    let span = tree::span(class);
    let mut found: Option<Known> = None;
    let stores = module.of_kind("assignment").filter(|one| span.contains(tree::span(*one)));
    for store in stores {
        let left = store.child_by_field_name("left")?;
        let is_own = module.text_of(left) == module.text_of(node);
        let is_field = module.text_of(left) == attribute
            && module.parent(store).and_then(|s| module.parent(s)).and_then(|b| module.parent(b))
                == Some(class);
        if !is_own && !is_field {
            continue;
        }
        let typed = store.child_by_field_name("type");
        let next = typed
            .and_then(|typed| kind_of_annotation(module, typed))
            .or_else(|| of_assigned(module, store.child_by_field_name("right")?, depth))?;
        found = Some(match found {
            None => next,
            Some(found) => both(found, next)?,
        });
    }
    let found = found?;
    if found.kind == Kind::Text && kind_of_name(attribute) == Kind::Words {
        return Some(Known { kind: Kind::Words, is_sure: false });
    }
    Some(found)
}
