//! Commands: functions whose decorators declare the options of a command line (click), or whose
//! parameters are its flags (typer).

use tree_sitter::Node;

use crate::plan::op::{Anchor, Op};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::threading::place::{decorators, name_of};
use crate::transforms::finding::Decision;
use crate::workspace::FileId;

/// What click is imported as, apart from itself.
pub(in crate::threading) const CLICKS: [&str; 3] = ["click.", "rich_click.", "asyncclick."];

/// A command of click.
struct Command<'m> {
    /// The decorator behind which an option is declared.
    last: Node<'m>,
    /// What declares options, `click.option`.
    option: String,
    /// The quote of its strings.
    quote: char,
}

/// Why a function whose decorators declare its options gains none; `None` if it can.
pub(in crate::threading) fn refuses_option(module: &Module, function: Node) -> Option<String> {
    let name = name_of(module, function).unwrap_or_default();
    if command(module, function).is_none() {
        return Some(format!(
            "`{name}` is a command that takes only the options its decorators declare"
        ));
    }
    if declares_flag(module, function) {
        return Some(format!("`{name}` has such an option already, under another name"));
    }
    if module.text_of(function).contains(".forward(") {
        return Some(format!("`{name}` forwards all its options to another command"));
    }
    None
}

/// Whether the decorators or the signature of a command hold the flag of a decision already.
pub(in crate::threading) fn declares_flag(module: &Module, function: Node) -> bool {
    let outer = module.parent(function).filter(|outer| outer.kind() == "decorated_definition");
    let body = function.child_by_field_name("body").map_or(function.end_byte(), |b| b.start_byte());
    let start = outer.unwrap_or(function).start_byte();
    let text = &module.text()[start..body];
    ["--trust-remote-code", "--trust_remote_code", "--trust-data", "--trust-repo"]
        .iter()
        .any(|flag| text.contains(flag))
}

/// Whether decorators of click make a function a command: what calls it hands on a command line.
pub(in crate::threading) fn is_command(module: &Module, function: Node) -> bool {
    command(module, function).is_some()
}

/// The edit that declares the option of a new parameter.
pub(in crate::threading) fn option(
    file: FileId,
    module: &Module,
    function: Node,
    name: &str,
    decision: &Decision,
) -> Option<Op> {
    let Command { last, option, quote } = command(module, function)?;
    let flag = name.replace('_', "-");
    let help = decision.help;
    let around = if help.contains(quote) { '"' } else { quote };
    Some(Op::AppendStatement {
        after: Anchor { file, range: tree::span(last) },
        text: format!(
            "@{option}(\n\t{quote}--{flag}{quote},\n\tis_flag=True,\n\thelp={around}{help}{around},\n)"
        ),
    })
}

fn command<'m>(module: &'m Module, function: Node<'m>) -> Option<Command<'m>> {
    let lines = decorators(module, function);
    let is_of = |decorator: &Node<'m>, last: &[&str]| {
        let text = module.text_of(callee(*decorator));
        last.contains(&text.rsplit('.').next().unwrap_or_default())
    };
    let is_click = |decorator: &Node<'m>| {
        let resolved = module.names.resolve(callee(*decorator), module.text());
        resolved.candidates().iter().any(|name| CLICKS.iter().any(|click| name.starts_with(click)))
    };
    let made = lines.iter().find(|line| is_of(line, &["command", "group"]))?;
    let options = || lines.iter().filter(|line| is_click(line) && is_of(line, &["option"]));
    let arguments = || lines.iter().filter(|line| is_click(line) && is_of(line, &["argument"]));
    let last = options().next_back().or_else(|| arguments().next_back()).unwrap_or(made);
    let option = if let Some(option) = options().next() {
        module.text_of(callee(*option)).to_owned()
    } else {
        let like = arguments().next().or_else(|| Some(made).filter(|made| is_click(made)));
        let text = like.map(|like| module.text_of(callee(*like)));
        let home = match text {
            Some(text) => text.rsplit_once('.').map(|(home, _)| home.to_owned()),
            None => module.text().contains("import click\n").then(|| "click".to_owned()),
        };
        format!("{}.option", home?)
    };
    let strings = lines.iter().filter(|line| is_click(line)).filter_map(|line| {
        let first = Call::at(*line, module.text())?.positional(0)?.value;
        module.text_of(first).chars().find(|letter| matches!(letter, '"' | '\''))
    });
    let single = strings.clone().filter(|quote| *quote == '\'').count();
    let quote = if single * 2 > strings.count() { '\'' } else { '"' };
    let last = module.parent(*last).filter(|parent| parent.kind() == "decorator")?;
    Some(Command { last, option, quote })
}

fn callee(decorator: Node) -> Node {
    decorator.child_by_field_name("function").unwrap_or(decorator)
}

/// The annotation and default of a new parameter of a command of typer, where all its other
/// parameters are written as options.
pub(in crate::threading) fn typer_option(
    module: &Module,
    function: Node,
    decision: &Decision,
) -> Option<(Option<String>, String)> {
    let name = name_of(module, function)?;
    // Who calls it as a function would be handed what typer knows of the option.
    let mut uses = module.names.uses_of(name, 0, module.text()).into_iter();
    let is_run = |used: crate::workspace::span::Span| {
        let node = module.nodes().covering(used);
        let call = node.and_then(|node| module.ancestors(node).find(|a| a.kind() == "call"));
        call.is_some_and(|call| module.text_of(call).starts_with("typer.run("))
    };
    let own = function.child_by_field_name("name").map(tree::span);
    if uses.any(|used| Some(used) != own && !is_run(used)) {
        return None;
    }
    let signature = Signature::at(function)?;
    let is_context = |text: &str| text.ends_with("Context");
    let mut siblings = signature
        .parameters
        .iter()
        .filter(|parameter| {
            !parameter.annotation.is_some_and(|typed| is_context(module.text_of(typed)))
        })
        .peekable();
    siblings.peek()?;
    let mut option = None;
    let mut is_annotated = None;
    for sibling in siblings {
        let call = |node: Node<'_>| option_call(module, node);
        let by_default = sibling.default.and_then(call);
        let by_type = sibling.annotation.and_then(call);
        let (found, annotated) = match (by_default, by_type) {
            (Some(found), None) => (found, false),
            (None, Some(found)) => (found, true),
            _ => return None,
        };
        if is_annotated.is_some_and(|known| known != annotated) {
            return None;
        }
        is_annotated = Some(annotated);
        option.get_or_insert(found);
    }
    let (option, help) = (option?, decision.help);
    Some(if is_annotated? {
        let text = format!("Annotated[{}, {option}(help=\"{help}\")]", decision.annotation);
        (Some(text), decision.safe.to_owned())
    } else {
        let text = format!("{option}({}, help=\"{help}\")", decision.safe);
        (Some(decision.annotation.to_owned()), text)
    })
}

/// What makes the option in a default or an annotation, `typer.Option`.
fn option_call(module: &Module, node: Node) -> Option<String> {
    let call = tree::preorder(node).find_map(|node| Call::at(node, module.text()))?;
    let resolved = module.names.resolve(call.function, module.text());
    (resolved.single() == Some("typer.Option")).then(|| module.text_of(call.function).to_owned())
}
