//! `yaml.load` and its relatives with loaders that make any object.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::exception::{Judge, Pattern, Verdict};
use super::finding::{Exception, ExceptionKind, Finding, Findings, Fix, Level, Remedy};
use super::own;
use super::prefilter::{self, Wanted};
use super::reference::{Reference, Usage, references};
use super::sinks::{self, Kind, Sink};
use super::yaml_constructors::{CONSTRUCTORS, Registered, registered};
use super::yaml_edits::{NewName, edits};
use super::yaml_loader::{Loader, class_of_yaml, classify, is_safe};
use super::yaml_ruamel;
use super::{About, Transform};
use crate::program::Program;
use crate::python::call::{Argument, ArgumentKind, Call};
use crate::python::module::Module;
use crate::python::tree;
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
    confirm: |bytes| WANTED.iter().any(|wanted| prefilter::may_refer(bytes, wanted)),
    page: include_str!("yaml_load.md"),
};

/// What is looked for in a package: what is called, and whether classes count too.
fn looked_for(package: &'static str) -> Wanted {
    let kinds = [Kind::Callee, Kind::Class, Kind::Flag, Kind::Report];
    Wanted::new(package, &sinks::callables(ABOUT.name, &kinds, package))
}

static WANTED: LazyLock<[Wanted; 2]> = LazyLock::new(|| [looked_for("yaml"), looked_for("ruamel")]);
static FUNCTIONS: LazyLock<Vec<&str>> =
    LazyLock::new(|| sinks::callables("yaml-load", &[Kind::Callee], "yaml"));
static RUAMEL: LazyLock<Vec<&str>> =
    LazyLock::new(|| sinks::callables("yaml-load", &[Kind::Flag, Kind::Report], "ruamel"));
pub(super) const PATTERN: Pattern = Pattern {
    transform: "yaml-load",
    names: &["yaml.load", "loader", "unsafe_load", "full_load", "unsafeloader", "fullloader"],
};
const MESSAGE: &str = "the loader can make any Python object that the document names";
const SAFE_MESSAGE: &str = "the loader is a safe one, which `yaml.safe_load` says at a glance";

impl Transform for YamlLoad {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        let scene = Scene::new(module, program, findings.policy.exception_words);
        for reference in references(module, "yaml", &FUNCTIONS) {
            let Some(sink) = sinks::row(ABOUT.name, &reference.sink) else { continue };
            if let Some((range, remedy)) = remedy(&scene, &reference, sink) {
                let mut found = finding(module, range, reference.sink.clone(), remedy);
                if is_safe_already(module, &reference, sink) {
                    SAFE_MESSAGE.clone_into(&mut found.message);
                }
                findings.list.push(found);
            }
        }
        for reference in references(module, "ruamel", &RUAMEL) {
            let Some(sink) = sinks::row(ABOUT.name, &reference.sink) else { continue };
            if let Some((range, remedy)) = yaml_ruamel::remedy(&scene, &reference, sink) {
                findings.list.push(finding(module, range, reference.sink, remedy));
            }
        }
        unsafe_classes(&scene, findings);
        own::check(module, program, ABOUT.name, findings);
    }
}

fn finding(module: &Module, range: Span, sink: String, remedy: Remedy) -> Finding {
    let node = module.nodes().covering(range);
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

/// What is worked out once for a module.
pub(super) struct Scene<'m> {
    pub(super) module: &'m Module,
    pub(super) program: &'m Program<'m>,
    pub(super) judge: Judge<'m>,
    constructors: OnceCell<Option<Registered>>,
    /// Whether a star import of another module may bring any name.
    pub(super) has_star: bool,
    /// What is known of names that are to be imported.
    pub(super) new_names: RefCell<FxHashMap<String, Rc<NewName>>>,
    /// For each imported loader (name and scope), the line of a use that is no loader of a call.
    pub(super) other_uses: RefCell<FxHashMap<(String, usize), Option<usize>>>,
}

impl<'m> Scene<'m> {
    fn new(module: &'m Module, program: &'m Program<'m>, exception_words: usize) -> Self {
        let mut stars = module.names.scopes.iter().flat_map(|scope| &scope.stars);
        Self {
            module,
            program,
            judge: Judge::new(module, PATTERN, exception_words),
            constructors: OnceCell::new(),
            has_star: stars.any(|(from, _)| from != "yaml"),
            new_names: RefCell::default(),
            other_uses: RefCell::default(),
        }
    }
}

fn remedy(scene: &Scene, found: &Reference, sink: &Sink) -> Option<(Span, Remedy)> {
    let module = scene.module;
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
    Some((tree::span(node), of_call(scene, found, sink, &call, offset)))
}

fn of_call(scene: &Scene, found: &Reference, sink: &Sink, call: &Call, offset: usize) -> Remedy {
    let (module, program) = (scene.module, scene.program);
    let loader = argument(call, sink, offset);
    let verdict = scene.judge.judge(call.node, loader.map(|l| tree::span(l.node)));
    let class = loader.map_or(Loader::Replaceable, |l| classify(module, program, l.value));
    if let Loader::Safe(reason) = class {
        return Remedy::Exception(Exception { kind: ExceptionKind::Safe, reason });
    }
    let was_safe = loader.is_some_and(|l| names_safe_loader(module, l.value));
    if was_safe && offset > 0 {
        let reason = "the partial call binds a safe loader".to_owned();
        return Remedy::Exception(Exception { kind: ExceptionKind::Safe, reason });
    }
    // A loader that is safe needs no excuse, but who asks for it to stay is heard.
    let documented = match &verdict {
        Verdict::Documented(_) if was_safe => scene.judge.allowed(call.node),
        Verdict::Documented(reason) => Some(reason.clone()),
        _ => None,
    };
    if let Some(reason) = documented {
        return Remedy::Exception(Exception { kind: ExceptionKind::Documented, reason });
    }
    if let Some(reason) = held_back(module, found, sink, call, &class, loader.is_some()) {
        return Remedy::Report(reason);
    }
    let registered = || scene.constructors.get_or_init(|| registered(module, program)).clone();
    let constructors = if was_safe { None } else { registered() };
    if let Some(Registered::Here(line)) = constructors {
        return Remedy::Report(format!(
            "constructors or resolvers are registered on another loader in line {line} and would be lost; register them on `yaml.SafeLoader` and call `yaml.safe_load`"
        ));
    }
    let (level, reason) = match (&verdict, constructors) {
        (_, Some(Registered::Elsewhere(place))) => (
            Level::Review,
            format!("constructors or resolvers are registered on another loader in {place}"),
        ),
        (Verdict::Wish(_), _) => {
            (Level::Review, "the comment does not say why the data can be trusted".to_owned())
        }
        _ => (Level::Auto, String::new()),
    };
    match edits(scene, found, sink, call, loader, class) {
        Ok((title, ops, group)) => {
            let proof = dumps(module).into_iter().collect();
            Remedy::Ops(Fix {
                title,
                reason,
                level,
                ops,
                group,
                proof,
                chain: None,
                offers: Vec::new(),
                alternatives: Vec::new(),
            })
        }
        Err(reason) => Remedy::Report(reason),
    }
}

/// Where the module writes what a safe loader may refuse.
fn dumps(module: &Module) -> Option<String> {
    let calls = module.calls_named("dump").chain(module.calls_named("dump_all"));
    let mut dumps = calls.filter_map(|node| Call::at(node, module.text())).filter(|call| {
        let name = module.names.resolve(call.function, module.text());
        matches!(name.single(), Some("yaml.dump" | "yaml.dump_all"))
            && call.keyword("Dumper").is_none_or(|d| !module.text_of(d.value).contains("Safe"))
    });
    let line = module.lines.of(dumps.next()?.node.start_byte()) + 1;
    Some(format!(
        "`yaml.dump` in line {line} can write Python objects, which a safe loader refuses; `yaml.safe_dump` cannot"
    ))
}

/// Whether an expression is a loader of yaml that makes nothing but plain data.
fn names_safe_loader(module: &Module, loader: tree_sitter::Node) -> bool {
    let name = module.names.resolve(loader, module.text());
    name.single().and_then(class_of_yaml).is_some_and(is_safe)
}

/// Whether a call names a safe loader already.
fn is_safe_already(module: &Module, found: &Reference, sink: &Sink) -> bool {
    let Usage::Call(node) = found.usage else { return false };
    let call = Call::at(node, module.text());
    let loader = call.and_then(|call| argument(&call, sink, 0));
    loader.is_some_and(|loader| names_safe_loader(module, loader.value))
}

/// The argument that decides, behind so many bound to a partial call.
pub(super) fn argument<'t>(call: &Call<'t>, sink: &Sink, offset: usize) -> Option<Argument<'t>> {
    let by_name = sink.argument.as_deref().and_then(|name| call.keyword(name));
    by_name.or_else(|| call.positional(sink.position? + offset))
}

/// Why a call cannot be rewritten mechanically.
fn held_back(
    module: &Module,
    found: &Reference,
    sink: &Sink,
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
    let stars = |a: &Argument| match a.kind {
        ArgumentKind::Splat => Some("*"),
        ArgumentKind::DoubleSplat => Some("**"),
        _ => None,
    };
    if sink.argument.is_some()
        && !has_loader
        && let Some(stars) = call.arguments.iter().find_map(stars)
    {
        return Some(format!(
            "the arguments behind `{stars}` may hold a loader; call `yaml.safe_load` without one"
        ));
    }
    if module.is_damaged_near(call.node) {
        return Some("the code around it does not parse; call `yaml.safe_load` by hand".to_owned());
    }
    None
}

/// Class statements that derive a loader from an unsafe one.
fn unsafe_classes(scene: &Scene, findings: &mut Findings) {
    let module = scene.module;
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
            if let Verdict::Documented(reason) = scene.judge.judge(bases, None) {
                let exception = Exception { kind: ExceptionKind::Documented, reason };
                let remedy = Remedy::Exception(exception);
                findings.list.push(finding(module, tree::span(base), sink, remedy));
                continue;
            }
            let reason = "derive the loader from `yaml.SafeLoader` and register what it needs";
            findings.list.push(finding(
                module,
                tree::span(base),
                sink,
                Remedy::Report(reason.to_owned()),
            ));
        }
    }
}
