//! What is done about a flag that switches a check off.

use tree_sitter::Node;

use super::tls_scene::{Edits, Mend, Place, Scene};
use super::tls_targets::Target;
use super::tls_values::{From, Off};
use crate::plan::op::Op;
use crate::python::tree;

/// A flag, where it is given to what connects.
pub(super) struct Flag<'t> {
    /// The argument or attribute, `verify`.
    pub(super) name: &'t str,
    /// The call, or the assignment to the attribute.
    pub(super) whole: Node<'t>,
    /// The whole argument, or the value of the assignment.
    pub(super) argument: Node<'t>,
    /// Whether it is an argument.
    pub(super) is_argument: bool,
}

/// Why a flag is unsafe.
pub(super) fn message(name: &str) -> String {
    match name {
        "check_hostname" | "assert_hostname" => {
            format!("with `{name}` off, whoever has any valid certificate passes for the server")
        }
        _ => format!(
            "with `{name}` off, any certificate passes: whoever stands between reads and changes what is sent"
        ),
    }
}

/// What a person does by hand.
pub(super) fn advice(name: &str) -> String {
    match name {
        "ssl" => "leave `ssl=False` out".to_owned(),
        _ => format!("let `{name}` be True"),
    }
}

/// Whether a false value means that nothing is checked: aiohttp refuses any other than False.
pub(super) fn fits(name: &str, off: &Off) -> bool {
    !matches!(name, "ssl" | "assert_hostname") || off.literal.kind() == "false"
}

/// Adds the finding of a flag that is off.
pub(super) fn settle(scene: &Scene, flag: &Flag, off: &Off, target: &Target) {
    let (node, argument) = match off.from {
        // One default may feed several calls.
        From::Parameter(parameter) if !scene.speak_of(parameter) => return,
        From::Parameter(parameter) => (parameter, parameter),
        _ => (flag.whole, flag.argument),
    };
    scene.speak_of(off.literal);
    let place = Place {
        node,
        argument: Some(tree::span(argument)),
        sink: target.sink.clone(),
        message: message(flag.name),
        advice: advice(flag.name),
    };
    // What is said at the call counts as well as what is said where the literal stands.
    let at_call = scene.excused(flag.whole, Some(tree::span(flag.argument)));
    let there = scene.excused(off.literal, Some(tree::span(off.literal)));
    if let Some(exception) = at_call.or(there) {
        return scene.except(place, exception);
    }
    scene.mend(place, || match &target.doubt {
        Some(doubt) => Err(format!("{doubt}; {} if it is `{}`", advice(flag.name), target.sink)),
        None => edits(scene, flag, off, target),
    });
}

fn edits(scene: &Scene, flag: &Flag, off: &Off, target: &Target) -> Edits {
    let drops = target.row.safe == "drop";
    let name = flag.name;
    let reason = if target.handed_on {
        "the argument is handed on with the function"
    } else {
        "a server whose certificate does not pass is refused from now on"
    };
    let op = scene.replace(off.literal, "True");
    let mend = Mend { reason: reason.to_owned(), ops: vec![op], ..Mend::default() };
    match off.from {
        From::Here if drops && flag.is_argument => {
            let (call, argument) = (scene.at(flag.whole), tree::span(flag.argument));
            let title = format!("drop {name}={}", scene.module.text_of(off.literal));
            Ok(Mend { title, ops: vec![Op::DropArgument { call, argument }], ..mend })
        }
        _ if drops => Err(format!(
            "the value is False, from line {}; leave the argument out where certificates are to be checked",
            scene.line(off.literal)
        )),
        From::Here => Ok(Mend { title: format!("write {name}=True"), ..mend }),
        From::LookUp => {
            let group = Some(scene.group(off.literal, format!("default of {name}")));
            Ok(Mend { title: format!("make the default of {name} True"), group, ..mend })
        }
        From::Constant(target) => {
            let constant = scene.module.text_of(target);
            let group = Some(scene.group(target, format!("{constant} = False")));
            let reason = match read_elsewhere(scene, target) {
                Some(line) => {
                    format!("{}, and line {line} decides by `{constant}` too", mend.reason)
                }
                None => mend.reason,
            };
            Ok(Mend { title: format!("let {constant} be True"), group, reason, ..mend })
        }
        From::Parameter(parameter) => match option(scene, parameter) {
            Some(line) => Err(format!(
                "the option of line {line} is always handed in; let its default check certificates"
            )),
            None => Ok(scene.other_default(parameter, off.literal)),
        },
    }
}

/// The 1-based line in which a constant is read for something else than an argument.
fn read_elsewhere(scene: &Scene, constant: Node) -> Option<usize> {
    let module = scene.module;
    if constant.kind() != "identifier" {
        return None;
    }
    let name = module.text_of(constant);
    let scope = module.names.binding_scope(name, module.names.scope_at(constant.start_byte()))?;
    let uses = module.names.uses_of(name, scope, module.text()).into_iter();
    let mut uses = uses.filter_map(|used| module.nodes().covering(used));
    let other = uses.find(|used| {
        let around = module.parent(*used).map_or("", |around| around.kind());
        used.id() != constant.id() && !matches!(around, "keyword_argument" | "argument_list")
    })?;
    Some(scene.line(other))
}

/// The 1-based line of the decorator that hands a parameter what a command line says:
/// `@click.option("--verify/--no-verify", default=False)`.
fn option(scene: &Scene, parameter: Node) -> Option<usize> {
    let module = scene.module;
    let name = module.text_of(parameter.child_by_field_name("name")?);
    let flag = format!("--{}", name.replace('_', "-"));
    let function = module.ancestors(parameter).find(|a| a.kind() == "function_definition")?;
    let around = module.parent(function).filter(|a| a.kind() == "decorated_definition")?;
    let decorators = tree::children(around).into_iter().filter(|d| d.kind() == "decorator");
    let mut decorators = decorators.filter(|decorator| module.text_of(*decorator).contains(&flag));
    decorators.next().map(|decorator| scene.line(decorator))
}
