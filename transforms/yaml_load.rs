//! `yaml.load` and its relatives with loaders that make any object.

use tree_sitter::Node;

use super::exception::{Pattern, Verdict, judge};
use super::finding::{Exception, ExceptionKind, Finding, Fix, Level, Remedy};
use super::prefilter::{self, Wanted};
use super::reference::{Reference, Usage, references};
use super::yaml_constructors::{CONSTRUCTORS, Registered, registered};
use super::yaml_loader::{Loader, class_of_yaml, classify, is_safe};
use super::{About, Transform};
use crate::plan::op::{Anchor, Op};
use crate::program::Program;
use crate::python::call::{Argument, ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::names::{BindingKind, Resolution};
use crate::python::{literal, tree};
use crate::workspace::source::Piece;
use crate::workspace::span::Span;

/// The transform.
pub struct YamlLoad;

static ABOUT: About = About {
    name: "yaml-load",
    level: Level::Auto,
    summary: "calls `yaml.safe_load` where `yaml.load` may make any object",
    codes: &["B506", "S506"],
    literals: &["yaml"],
    asks_program_for: &CONSTRUCTORS,
    confirm: |bytes| {
        prefilter::may_refer(bytes, &WANTED)
            || (memchr::memmem::find(bytes, b"ruamel").is_some()
                && prefilter::may_refer(bytes, &WANTED_OF_RUAMEL))
    },
    page: include_str!("yaml_load.md"),
};

const WANTED: Wanted =
    Wanted { package: "yaml", attributes: &NAMES, modules: &["loader", "cyaml"] };
const WANTED_OF_RUAMEL: Wanted = Wanted {
    package: "ruamel",
    attributes: &["load", "load_all", "unsafe_load", "YAML"],
    modules: &["yaml", "main"],
};
const NAMES: [&str; 12] = [
    "load",
    "load_all",
    "unsafe_load",
    "unsafe_load_all",
    "full_load",
    "full_load_all",
    "Loader",
    "FullLoader",
    "UnsafeLoader",
    "CLoader",
    "CFullLoader",
    "CUnsafeLoader",
];
const SINKS: [&str; 6] = [
    "yaml.load",
    "yaml.load_all",
    "yaml.unsafe_load",
    "yaml.unsafe_load_all",
    "yaml.full_load",
    "yaml.full_load_all",
];
const RUAMEL: [&str; 5] = [
    "ruamel.yaml.load",
    "ruamel.yaml.load_all",
    "ruamel.yaml.unsafe_load",
    "ruamel.yaml.YAML",
    "ruamel.yaml.main.YAML",
];
const PATTERN: Pattern = Pattern {
    transform: "yaml-load",
    names: &["yaml.load", "loader", "unsafe_load", "full_load", "unsafeloader", "fullloader"],
};
const MESSAGE: &str = "the loader can make any Python object that the document names";

impl Transform for YamlLoad {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Vec<Finding>) {
        for reference in references(module, "yaml", &SINKS) {
            if let Some((range, remedy)) = remedy(module, program, &reference) {
                findings.push(finding(module, range, reference.sink, remedy));
            }
        }
        for reference in references(module, "ruamel", &RUAMEL) {
            if let Some((range, remedy)) = ruamel(module, &reference) {
                findings.push(finding(module, range, reference.sink, remedy));
            }
        }
        unsafe_classes(module, findings);
    }
}

fn finding(module: &Module, range: Span, sink: String, remedy: Remedy) -> Finding {
    let node = module.root().descendant_for_byte_range(range.start, range.end);
    Finding {
        transform: ABOUT.name,
        file: module.file,
        range,
        scope: node.map(|node| module.scope_of(node)).unwrap_or_default(),
        sink,
        message: MESSAGE.to_owned(),
        remedy,
    }
}

fn remedy(module: &Module, program: &Program, found: &Reference) -> Option<(Span, Remedy)> {
    let (node, offset) = match found.usage {
        Usage::Call(node) => (node, 0),
        Usage::Partial(node) => (node, 1),
        Usage::Mention => return None,
        Usage::HandedOn | Usage::Value => {
            let reason =
                format!("`{}` is handed on as a value; hand on `yaml.safe_load`", found.sink);
            return Some((tree::span(found.node), Remedy::Report(reason)));
        }
    };
    let call = Call::at(node, module.text())?;
    Some((tree::span(node), of_call(module, program, found, &call, offset)))
}

fn of_call(
    module: &Module,
    program: &Program,
    found: &Reference,
    call: &Call,
    offset: usize,
) -> Remedy {
    let loader = call
        .keyword("Loader")
        .or_else(|| call.positional(1 + offset))
        .filter(|_| takes_loader(&found.sink));
    let verdict = judge(module, call.node, loader.map(|l| tree::span(l.node)), PATTERN);
    let class = loader.map_or(Loader::Replaceable, |l| classify(module, program, l.value));
    if let Loader::Safe(reason) = class {
        return Remedy::Exception(Exception { kind: ExceptionKind::Safe, reason });
    }
    let was_safe = loader.is_some_and(|l| {
        let name = module.names.resolve(l.value, module.text());
        name.single().and_then(class_of_yaml).is_some_and(is_safe)
    });
    if was_safe && offset > 0 {
        let reason = "the partial call binds a safe loader".to_owned();
        return Remedy::Exception(Exception { kind: ExceptionKind::Safe, reason });
    }
    if let (Verdict::Documented(reason), false) = (&verdict, was_safe) {
        let reason = reason.clone();
        return Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason });
    }
    if let Some(reason) = held_back(module, found, call, &class, loader.is_some()) {
        return Remedy::Report(reason);
    }
    let constructors = if was_safe { None } else { registered(module, program) };
    if let Some(Registered::Here(line)) = constructors {
        return Remedy::Report(format!(
            "constructors are registered on another loader in line {line} and would be lost; register them on `yaml.SafeLoader` and call `yaml.safe_load`"
        ));
    }
    let (level, reason) = match (&verdict, constructors) {
        (_, Some(Registered::Elsewhere(place))) => {
            (Level::Review, format!("constructors are registered on another loader in {place}"))
        }
        (Verdict::Wish(_), _) => {
            (Level::Review, "the comment does not say why the data can be trusted".to_owned())
        }
        _ => (Level::Auto, String::new()),
    };
    match edits(module, program, found, call, loader, class) {
        Ok((title, ops, group)) => Remedy::Ops(Fix { title, reason, level, ops, group }),
        Err(reason) => Remedy::Report(reason),
    }
}

/// Whether a function of yaml is told its loader.
fn takes_loader(sink: &str) -> bool {
    matches!(sink, "yaml.load" | "yaml.load_all")
}

/// Why a call cannot be rewritten mechanically.
fn held_back(
    module: &Module,
    found: &Reference,
    call: &Call,
    class: &Loader,
    has_loader: bool,
) -> Option<String> {
    if let Some(doubt) = &found.doubt {
        return Some(format!("{doubt}; call `yaml.safe_load` if it is `{}`", found.sink));
    }
    if let Loader::Unknown(reason) = class {
        return Some(reason.clone());
    }
    let splat = |a: &&Argument| matches!(a.kind, ArgumentKind::Splat | ArgumentKind::DoubleSplat);
    if takes_loader(&found.sink) && !has_loader && call.arguments.iter().any(|a| splat(&a)) {
        return Some(
            "the arguments behind `*` may hold a loader; call `yaml.safe_load` without one"
                .to_owned(),
        );
    }
    if module.is_damaged_near(call.node) {
        return Some("the code around it does not parse; call `yaml.safe_load` by hand".to_owned());
    }
    None
}

type Edits = (String, Vec<Op>, Option<Span>);

fn edits(
    module: &Module,
    program: &Program,
    found: &Reference,
    call: &Call,
    loader: Option<Argument>,
    class: Loader,
) -> Result<Edits, String> {
    let at = |range: Span| Anchor { file: module.file, range };
    match class {
        Loader::Imports(imports) => {
            let group = imports.first().map(|(span, _)| *span);
            let ops = imports.into_iter().map(|(span, text)| Op::ReplaceExpression {
                at: at(span),
                pieces: vec![Piece::text(text)],
            });
            Ok(("import the safe loaders of yaml".to_owned(), ops.collect(), group))
        }
        Loader::Fast(safe) => {
            let value = loader.ok_or("the loader is not there")?.value;
            let mut ops = Vec::new();
            rename(module, program, value, safe, &mut ops)?;
            Ok((format!("use yaml.{safe}"), ops, None))
        }
        _ => {
            let safe = if found.sink.ends_with("_all") { "safe_load_all" } else { "safe_load" };
            let mut ops = Vec::new();
            rename(module, program, found.node, safe, &mut ops)?;
            if let Some(loader) = loader {
                ops.push(Op::DropArgument {
                    call: at(tree::span(call.node)),
                    argument: tree::span(loader.node),
                });
                drop_imports(module, program, loader.value, &mut ops);
            }
            Ok((format!("call yaml.{safe}"), ops, None))
        }
    }
}

/// Makes an expression mean another name of yaml: the attribute changes, or the imported name does
/// and its import follows.
fn rename(
    module: &Module,
    program: &Program,
    node: Node,
    name: &str,
    ops: &mut Vec<Op>,
) -> Result<(), String> {
    let at = |range: Span| Anchor { file: module.file, range };
    let node = tree::unparenthesised(node);
    let pieces = vec![Piece::text(name)];
    if node.kind() == "attribute" {
        let attribute = node.child_by_field_name("attribute").ok_or("the name is incomplete")?;
        ops.push(Op::ReplaceExpression { at: at(tree::span(attribute)), pieces });
        return Ok(());
    }
    let scope = module.names.scope_at(node.start_byte());
    let taken = !module.names.bindings(name, scope).is_empty()
        && module.names.lookup(name, scope) != Resolution::Known(vec![format!("yaml.{name}")]);
    if taken {
        return Err(format!("the name `{name}` means something else here; call `yaml.{name}`"));
    }
    ops.push(Op::ReplaceExpression { at: at(tree::span(node)), pieces });
    for binding in module.names.bindings(module.text_of(node), scope) {
        ops.push(Op::EnsureImport {
            at: at(binding.span),
            module: "yaml".to_owned(),
            name: Some(name.to_owned()),
            bound_as: name.to_owned(),
        });
    }
    drop_imports(module, program, node, ops);
    Ok(())
}

/// Drops the imports of the name that an expression begins with, if the rest of the program does
/// not take it from this module. Whether this module still uses it is seen when all is planned.
fn drop_imports(module: &Module, program: &Program, node: Node, ops: &mut Vec<Op>) {
    let mut base = tree::unparenthesised(node);
    while let Some(object) = base.child_by_field_name("object") {
        base = tree::unparenthesised(object);
    }
    if base.kind() != "identifier" {
        return;
    }
    let name = module.text_of(base);
    let scope = module.names.scope_at(base.start_byte());
    let bindings = module.names.bindings(name, scope);
    let only_imports = bindings.iter().all(|b| matches!(b.kind, BindingKind::Import { .. }));
    let relative = program.relative(module.file);
    let is_package = relative.file_stem().is_some_and(|stem| stem == "__init__");
    let quoted = module.names.quoted.iter().any(|word| word == name);
    if !only_imports || is_package || quoted {
        return;
    }
    let re_exported = bindings
        .iter()
        .any(|b| module.slice(b.span).split_whitespace().collect::<Vec<_>>() == [name, "as", name]);
    if re_exported {
        return;
    }
    for binding in bindings {
        ops.push(Op::DropImport { at: Anchor { file: module.file, range: binding.span } });
    }
}

/// `ruamel.yaml`: its old functions, and `YAML(typ="unsafe")`.
fn ruamel(module: &Module, found: &Reference) -> Option<(Span, Remedy)> {
    let Usage::Call(node) = found.usage else { return None };
    let call = Call::at(node, module.text())?;
    let span = tree::span(node);
    if !found.sink.ends_with("YAML") {
        let loader = call.keyword("Loader").or_else(|| call.positional(1));
        if loader.is_some_and(|l| module.text_of(l.value).contains("Safe")) {
            return None;
        }
        let reason = "use `ruamel.yaml.YAML(typ=\"safe\").load`; this function is gone since 0.18";
        return Some((span, Remedy::Report(reason.to_owned())));
    }
    let typ = call.keyword("typ")?;
    if literal::plain_string(typ.value, module.text()) != Some("unsafe") {
        return None;
    }
    let verdict = judge(module, node, Some(tree::span(typ.node)), PATTERN);
    if let Verdict::Documented(reason) = verdict {
        let exception = Exception { kind: ExceptionKind::Documented, reason };
        return Some((span, Remedy::Exception(exception)));
    }
    let text = module.text_of(typ.value).replace("unsafe", "safe");
    let fix = Fix {
        title: "write typ=\"safe\"".to_owned(),
        reason: "objects of the program's own classes are no longer made".to_owned(),
        level: Level::Review,
        ops: vec![Op::ReplaceExpression {
            at: Anchor { file: module.file, range: tree::span(typ.value) },
            pieces: vec![Piece::text(text)],
        }],
        group: None,
    };
    Some((span, Remedy::Ops(fix)))
}

/// Class statements that derive a loader from an unsafe one.
fn unsafe_classes(module: &Module, findings: &mut Vec<Finding>) {
    if !module.text().contains("Loader") {
        return;
    }
    for class in tree::preorder(module.root()).filter(|n| n.kind() == "class_definition") {
        let Some(bases) = class.child_by_field_name("superclasses") else { continue };
        for base in tree::children(bases) {
            let name = module.names.resolve(base, module.text());
            let Some(found) = name.single().and_then(class_of_yaml).filter(|c| !is_safe(c)) else {
                continue;
            };
            let sink = format!("yaml.{found}");
            if let Verdict::Documented(reason) = judge(module, bases, None, PATTERN) {
                let exception = Exception { kind: ExceptionKind::Documented, reason };
                let remedy = Remedy::Exception(exception);
                findings.push(finding(module, tree::span(base), sink, remedy));
                continue;
            }
            let reason = "derive the loader from `yaml.SafeLoader` and register what it needs";
            findings.push(finding(
                module,
                tree::span(base),
                sink,
                Remedy::Report(reason.to_owned()),
            ));
        }
    }
}
