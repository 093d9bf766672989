//! Whether a function may gain a parameter: never one whose parameters are remote input.

use tree_sitter::Node;

use super::Reach;
use super::decorator::{Effect, effect};
use super::look::Work;
use super::place::{class_of, decorators, method, name_of, receiver};
use super::receiver::base_expressions;
use super::references::MOST_CLASSES;
use super::serving::is_serving;
use crate::program::Program;
use crate::program::hierarchy::Own;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::Signature;
use crate::python::tree;
use crate::transforms::remote::imports_web;

/// Whether a signature may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    /// It may.
    Open,
    /// It may not, and the safe value is written: why, and whether its parameters are remote input.
    Closed {
        /// Why.
        why: String,
        /// Whether what it receives comes from afar.
        remote: bool,
    },
    /// Nothing is changed: why.
    Report(String),
}

/// The names of classes whose methods are called by a framework with what comes from afar.
const REMOTE_BASES: [&str; 34] = [
    "View",
    "APIView",
    "GenericAPIView",
    "ViewSet",
    "ModelViewSet",
    "GenericViewSet",
    "TemplateView",
    "FormView",
    "ListView",
    "DetailView",
    "HTTPEndpoint",
    "WebSocketEndpoint",
    "MethodView",
    "Resource",
    "RequestHandler",
    "WebSocketHandler",
    "HTTPMethodView",
    "Controller",
    "BaseHTTPRequestHandler",
    "SimpleHTTPRequestHandler",
    "StreamRequestHandler",
    "BaseRequestHandler",
    "BaseTool",
    "Tool",
    "Task",
    "Servicer",
    "Runnable",
    "BasePredictor",
    "LitAPI",
    "TritonPythonModel",
    "Consumer",
    "AsyncWebsocketConsumer",
    "WebsocketConsumer",
    "BaseHandler",
];

/// Bases that call no method of a class by its name, apart from those listed.
const QUIET_BASES: [(&str, &[&str]); 12] = [
    ("object", &[]),
    ("ABC", &[]),
    ("Generic", &[]),
    ("Protocol", &[]),
    ("Enum", &[]),
    ("NamedTuple", &[]),
    ("TypedDict", &[]),
    ("Exception", &[]),
    ("Dataset", &[]),
    ("IterableDataset", &[]),
    (
        "Module",
        &[
            "forward",
            "train",
            "eval",
            "apply",
            "to",
            "cuda",
            "cpu",
            "half",
            "float",
            "double",
            "state_dict",
            "load_state_dict",
            "parameters",
            "named_parameters",
            "children",
            "modules",
            "named_modules",
            "extra_repr",
            "requires_grad_",
            "zero_grad",
            "register_buffer",
            "register_parameter",
            "add_module",
            "type",
            "share_memory",
            "compile",
            "bfloat16",
        ],
    ),
    ("Thread", &["run", "start", "join"]),
];

/// Whether a function may gain a parameter, as far as its own definition and class tell.
pub(super) fn gate(
    module: &Module,
    program: &Program,
    work: &Work,
    function: Node,
    reach: Reach,
) -> Gate {
    let closed = |why: String, remote: bool| Gate::Closed { why, remote };
    let Some(name) = name_of(module, function) else {
        return closed("it has no name".to_owned(), false);
    };
    for decorator in decorators(module, function) {
        let shown = shown(module, decorator);
        match effect(program, work, module, decorator) {
            Effect::Kept | Effect::Cut => {}
            Effect::Property => {
                return closed(format!("`{name}` is a property and takes no arguments"), false);
            }
            Effect::Remote => {
                return closed(
                    format!("`@{shown}` makes the parameters of `{name}` remote input"),
                    true,
                );
            }
            Effect::Options => {
                return closed(
                    format!(
                        "`{name}` is a command that takes only the options its decorators declare"
                    ),
                    false,
                );
            }
            Effect::Unknown => {
                return closed(
                    format!("`@{shown}` may turn the parameters of `{name}` into remote input"),
                    false,
                );
            }
        }
    }
    if takes_request(module, function) {
        return closed(format!("`{name}` handles requests"), true);
    }
    if hands_on_locals(module, function) {
        return closed(format!("`{name}` hands on all its local variables"), false);
    }
    if let Some(why) = reserved(module, function, name) {
        return closed(why, true);
    }
    if name.starts_with("test_") || name.starts_with("pytest_") {
        return closed(format!("the parameters of `{name}` are fixtures"), false);
    }
    if let Some(why) = found_by_name(module, program, function, name) {
        return closed(why, true);
    }
    match class_of(module, function) {
        Some(class) => method_gate(module, program, work, class, name, reach),
        None => Gate::Open,
    }
}

/// A decorator as it is shown: without its arguments.
fn shown(module: &Module, decorator: Node) -> String {
    let callee = decorator.child_by_field_name("function").unwrap_or(decorator);
    module.text_of(callee).chars().take(60).collect()
}

/// Whether the first parameter is a request.
fn takes_request(module: &Module, function: Node) -> bool {
    let Some(signature) = Signature::at(function) else { return false };
    let first = signature.beyond_receiver(module.text()).first();
    first.is_some_and(|parameter| {
        let annotation = parameter.annotation.map_or("", |a| module.text_of(a));
        let last = annotation.rsplit('.').next().unwrap_or_default();
        let by_name = matches!(module.text_of(parameter.name), "request" | "websocket")
            && matches!(last, "" | "Any")
            && imports_web(module);
        by_name
            || matches!(
                last,
                "Request" | "HttpRequest" | "WSGIRequest" | "WebSocket" | "HTTPConnection"
            )
    })
}

/// Functions that a platform calls by these names.
const RESERVED: [&str; 8] = [
    "lambda_handler",
    "model_fn",
    "input_fn",
    "predict_fn",
    "output_fn",
    "transform_fn",
    "do_GET",
    "do_POST",
];

/// Why a platform calls a function by its name or the shape of its signature.
pub(super) fn reserved(module: &Module, function: Node, name: &str) -> Option<String> {
    let signature = Signature::at(function)?;
    let names: Vec<&str> = signature
        .beyond_receiver(module.text())
        .iter()
        .map(|parameter| module.text_of(parameter.name))
        .collect();
    let shapes: [&[&str]; 4] = [
        &["event", "context"],
        &["environ", "start_response"],
        &["scope", "receive", "send"],
        &["data", "context"],
    ];
    if shapes.contains(&names.as_slice()) {
        return Some(format!("`{name}` has the signature of a request handler"));
    }
    let class = class_of(module, function);
    let is_responder = class.is_some() && is_responder(name);
    let is_platform = class.is_some_and(|class| is_platform_method(module, class, name));
    (RESERVED.contains(&name) || is_responder || is_platform)
        .then(|| format!("a server calls `{name}` with what it is sent"))
}

/// Whether a method's name is that of a request's verb: `on_get_item`, `POST`.
fn is_responder(name: &str) -> bool {
    const VERBS: [&str; 9] =
        ["get", "post", "put", "delete", "patch", "head", "options", "trace", "websocket"];
    let upper = name.chars().all(|c| c.is_ascii_uppercase());
    if upper {
        return VERBS.contains(&name.to_ascii_lowercase().as_str());
    }
    let Some(rest) = name.strip_prefix("on_") else { return false };
    VERBS.iter().any(|verb| rest == *verb || rest.starts_with(&format!("{verb}_")))
}

/// Whether a model server or a graph of nodes calls a method of the class by its name.
fn is_platform_method(module: &Module, class: Node, name: &str) -> bool {
    let class_name = name_of(module, class).unwrap_or_default();
    let served = match class_name {
        "Predictor" => matches!(name, "predict" | "setup" | "train"),
        "EndpointHandler" => name == "__call__",
        "TritonPythonModel" => true,
        _ => false,
    };
    let body = class.child_by_field_name("body");
    let scope = body.map(|body| module.names.scope_at(body.start_byte()));
    let assigned = |wanted: &str| {
        let bindings = module.names.scopes[scope?].bindings.get(wanted)?;
        bindings.iter().find_map(|binding| match binding.kind {
            BindingKind::Assignment { value } => Some(module.slice(value)),
            _ => None,
        })
    };
    let is_node = assigned("FUNCTION").is_some_and(|f| f.trim_matches(['"', '\'']) == name);
    served || is_node || assigned("exposed") == Some("True")
}

/// Whether a function passes `locals()` on, in which a new parameter would turn up.
fn hands_on_locals(module: &Module, function: Node) -> bool {
    let own = tree::span(function);
    let is_plain = |callee: Node| matches!(module.text_of(callee), "locals" | "vars");
    module.calls_within("locals", own).chain(module.calls_within("vars", own)).any(|node| {
        node.child_by_field_name("function").is_some_and(is_plain)
            && node.child_by_field_name("arguments").is_some_and(|a| tree::children(a).is_empty())
    })
}

fn method_gate(
    module: &Module,
    program: &Program,
    work: &Work,
    class: Node,
    name: &str,
    reach: Reach,
) -> Gate {
    let closed = |why: String, remote: bool| Gate::Closed { why, remote };
    let class_name = name_of(module, class).unwrap_or_default();
    let bases: Vec<String> =
        base_expressions(class).into_iter().map(|base| last_name(module, base)).collect();
    if name == "__init__" {
        return init_gate(module, program, class, class_name, &bases);
    }
    if name.starts_with("__") && name.ends_with("__") && name != "__call__" {
        return closed(format!("`{name}` is called by Python itself"), false);
    }
    let published = decorators(module, class)
        .into_iter()
        .find(|decorator| matches!(effect(program, work, module, *decorator), Effect::Remote));
    if let Some(published) = published {
        let shown = shown(module, published);
        return closed(format!("`@{shown}` publishes the methods of `{class_name}`"), true);
    }
    let is_remote = |base: &&String| {
        REMOTE_BASES.contains(&base.as_str())
            || base.ends_with("Servicer")
            || base.ends_with("Handler")
    };
    let classes = program.classes();
    let foreign = classes.foreign_bases(&bases);
    if let Some(base) = bases.iter().chain(&foreign).find(is_remote) {
        return closed(
            format!("`{base}` calls the methods of `{class_name}` with what comes from afar"),
            true,
        );
    }
    if reach != Reach::Program
        && let Some(relative) = relative_with(module, program, class_name, name)
    {
        return Gate::Report(format!(
            "`{name}` is defined by `{relative}` too, which belongs to the same family of classes; give all of them the parameter"
        ));
    }
    let calls_it = |base: &&String| {
        let quiet = QUIET_BASES.iter().find(|(quiet, _)| quiet == base);
        quiet.is_none_or(|(_, called)| called.contains(&name))
    };
    // Where it is mixed into a class with other bases, these may call it too.
    let beside = classes.foreign_bases_of_derived(class_name, MOST_CLASSES);
    if let Some(base) = beside.iter().find(is_remote) {
        return closed(
            format!("`{base}`, with which `{class_name}` is mixed, serves requests"),
            true,
        );
    }
    // What the names suggest is looked up: a base may be imported under another name.
    let own = Program::definition_at(module.file, class);
    let is_by_name = program.is_alone || reach != Reach::Program;
    let foreign = if is_by_name { foreign } else { program.foreign_bases(own) };
    let base = foreign.iter().find(calls_it).cloned().or_else(|| {
        let beside = if is_by_name { beside } else { program.foreign_bases_below(own) };
        beside.iter().find(calls_it).cloned()
    });
    if let Some(base) = base {
        let helper = name.starts_with('_') && is_called_on_self(module, class, name);
        if !helper {
            return closed(
                format!("`{base}`, from which `{class_name}` derives, may call `{name}`"),
                false,
            );
        }
    }
    Gate::Open
}

/// Classes whose objects are made of what is sent.
pub(super) const MESSAGES: [&str; 16] = [
    "BaseModel",
    "SQLModel",
    "Struct",
    "Schema",
    "ModelSchema",
    "Serializer",
    "ModelSerializer",
    "Form",
    "ModelForm",
    "FlaskForm",
    "GenericModel",
    "BaseForm",
    "Message",
    "Document",
    "RootModel",
    "TypedDict",
];

/// Whether the class of an `__init__` may be made by a framework.
fn init_gate(
    module: &Module,
    program: &Program,
    class: Node,
    class_name: &str,
    bases: &[String],
) -> Gate {
    let foreign = program.classes().foreign_bases(bases);
    let mut all = bases.iter().chain(&foreign);
    if let Some(base) = all.find(|base| MESSAGES.contains(&base.as_str())) {
        let why = format!("a `{base}` such as `{class_name}` is made of what is sent");
        return Gate::Closed { why, remote: true };
    }
    if let Some(why) = is_made_otherwise(module, program, class, class_name) {
        return Gate::Closed { why, remote: false };
    }
    if let Some(why) = is_made_by_others(module, program, class, class_name) {
        return Gate::Closed { why, remote: true };
    }
    let fixed = method(module, class, "__new__").and_then(Signature::at).is_some_and(|signature| {
        !signature.has(crate::python::signature::ParameterKind::VarKeyword)
    });
    if fixed {
        return Gate::Report(format!(
            "`{class_name}` has a `__new__` that takes the same arguments; give both the parameter"
        ));
    }
    Gate::Open
}

/// Why whoever sends a name may find a function by it, in a program that hears from others: its module
/// is looked up by names, or its class looks up its own methods.
fn found_by_name(module: &Module, program: &Program, function: Node, name: &str) -> Option<String> {
    if name.starts_with('_') || !is_serving(program) {
        return None;
    }
    let text = module.text();
    let Some(class) = class_of(module, function) else {
        let lookups = ["globals()[", "globals().get", "sys.modules[__name__]"];
        let is_searched = lookups.iter().any(|lookup| text.contains(lookup));
        return (is_searched || is_imported_by_name(program, module))
            .then(|| format!("`{name}` is found by its name in its module"));
    };
    let (ancestry, _) = program.ancestry(Program::definition_at(module.file, class));
    let searches = ancestry.iter().any(|class| {
        let Some(member) = program.module(class.file) else { return true };
        let calls = member.module.calls_within("getattr", class.span);
        calls.into_iter().any(|call| {
            let list = call.child_by_field_name("arguments").map(tree::children);
            let list = list.unwrap_or_default();
            let first = list.first().map_or("", |first| member.module.text_of(*first));
            matches!(first, "self" | "cls") && list.get(1).is_some_and(|key| key.kind() != "string")
        })
    });
    searches.then(|| format!("`{name}` is found by its name in its object"))
}

/// Whether a program imports modules by names that are not written there, among which this one may
/// be.
fn is_imported_by_name(program: &Program, module: &Module) -> bool {
    let path = program.relative(module.file).with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let around = parts.len().checked_sub(2).map(|at| parts[at].as_str());
    program.modules_holding(&["import_module("], &[]).iter().any(|member| {
        let importing = &member.module;
        importing.calls_named("import_module").any(|call| {
            let list = call.child_by_field_name("arguments").map(tree::children);
            let first = list.unwrap_or_default().first().copied();
            let Some(first) = first.filter(|first| {
                crate::python::literal::plain_string(*first, importing.text()).is_none()
            }) else {
                return false;
            };
            let text = importing.text_of(first);
            // `f"tools.{name}"`, `"tools." + name`: the beginning tells the package.
            let begun = text.trim_start_matches(['f', 'F', '"', '\'']);
            let package = begun.split(['{', '"', '\'']).next().unwrap_or_default();
            let package = package.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
            let is_plain = !text.contains(['"', '\'']);
            is_plain || package.is_empty() || around == Some(package)
        })
    })
}

/// Class decorators that make no object and hand the class to nobody.
const QUIET_DECORATORS: [&str; 8] = [
    "dataclass",
    "final",
    "total_ordering",
    "runtime_checkable",
    "unique",
    "add_start_docstrings",
    "deprecated",
    "define",
];

/// Bases that take the arguments of their `__init__` otherwise: they go to `__new__`, or are read off
/// the signature.
const FIXED_BASES: [&str; 19] = [
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
    "str",
    "int",
    "float",
    "bytes",
    "tuple",
    "frozenset",
    "complex",
    "datetime",
    "date",
    "Path",
    "PurePath",
    "BaseEstimator",
    "ndarray",
    "NamedTuple",
];

/// Why an argument more would not reach the `__init__` of a class alone.
fn is_made_otherwise(
    module: &Module,
    program: &Program,
    class: Node,
    class_name: &str,
) -> Option<String> {
    let own = Program::definition_at(module.file, class);
    let foreign = program.foreign_bases(own);
    if let Some(base) = foreign.iter().find(|base| FIXED_BASES.contains(&base.as_str())) {
        return Some(format!(
            "`{base}`, from which `{class_name}` derives, takes its arguments too"
        ));
    }
    let (ancestry, _) = program.ancestry(own);
    for above in &ancestry {
        let member = program.module(above.file)?;
        let node = member.module.exact(above.span, &["class_definition"])?;
        let list =
            node.child_by_field_name("superclasses").map_or("", |l| member.module.text_of(l));
        if list.contains("metaclass") && !list.contains("ABCMeta") {
            return Some(format!("a metaclass makes the objects of `{class_name}`"));
        }
        let is_special = |name: &str| !matches!(program.own_method(*above, name), Own::Nothing);
        if is_special("get_params") || (*above != own && is_special("__new__")) {
            return Some(format!("a base of `{class_name}` takes its arguments too"));
        }
    }
    let work = Work::default();
    let unseen = decorators(module, class).into_iter().find(|decorator| {
        let shown = shown(module, *decorator);
        let last = shown.rsplit('.').next().unwrap_or_default();
        !QUIET_DECORATORS.contains(&last)
            && !is_registry(module, *decorator)
            && effect(program, &work, module, *decorator) != Effect::Kept
            && !program
                .meaning_of(module.file, module, callee_of(*decorator))
                .definitions
                .is_empty()
    });
    unseen.map(|decorator| {
        format!("`@{}` may make the objects of `{class_name}`", shown(module, decorator))
    })
}

/// What a decorator calls, or the decorator itself.
fn callee_of(decorator: Node) -> Node {
    decorator.child_by_field_name("function").unwrap_or(decorator)
}

/// Whether a decorator enters the class into a table: `@MODELS.register("name")`.
fn is_registry(module: &Module, decorator: Node) -> bool {
    module.text_of(callee_of(decorator)).to_lowercase().contains("regist")
}

/// Why a framework, or whoever sends a name, makes the objects of a class: a decorator takes it, or
/// it enters a table by deriving from a class, in a program that hears from others.
fn is_made_by_others(
    module: &Module,
    program: &Program,
    class: Node,
    class_name: &str,
) -> Option<String> {
    if !is_serving(program) {
        return None;
    }
    let taken = decorators(module, class).into_iter().map(|decorator| shown(module, decorator));
    let taken = taken.filter(|shown| {
        let last = shown.rsplit('.').next().unwrap_or_default().to_owned();
        !QUIET_DECORATORS.contains(&last.as_str())
    });
    if let Some(taken) = taken.into_iter().next() {
        return Some(format!("`@{taken}` may make the objects of `{class_name}`"));
    }
    let (ancestry, _) = program.ancestry(Program::definition_at(module.file, class));
    let enters = ancestry
        .iter()
        .skip(1)
        .find(|above| !matches!(program.own_method(**above, "__init_subclass__"), Own::Nothing));
    let lists = || program.modules_holding(&["__subclasses__("], &[]).first().map(|_| ());
    if enters.is_some() || (ancestry.len() > 1 && lists().is_some()) {
        return Some(format!("`{class_name}` is made by its name, in a program that serves"));
    }
    None
}

/// The last name of a base, `Module` for `nn.Module[int]`.
pub(super) fn last_name(module: &Module, base: Node) -> String {
    let base = match base.kind() {
        "subscript" => base.child_by_field_name("value").unwrap_or(base),
        _ => base,
    };
    module.text_of(base).rsplit('.').next().unwrap_or_default().trim().to_owned()
}

/// Whether the class calls the method through its own object.
fn is_called_on_self(module: &Module, class: Node, name: &str) -> bool {
    let own = tree::span(class);
    module.calls_within(name, own).any(|node| {
        let caller = module.ancestors(node).find(|around| {
            around.kind() == "function_definition"
                && class_of(module, *around).is_some_and(|found| found.id() == class.id())
        });
        let object = caller.and_then(|caller| receiver(module, caller));
        let function = node.child_by_field_name("function");
        object.zip(function).is_some_and(|(object, function)| {
            module.text_of(function) == format!("{}.{name}", module.text_of(object.name))
        })
    })
}

/// Another class of the same inheritance tree that defines a method of that name.
fn relative_with(module: &Module, program: &Program, class: &str, name: &str) -> Option<String> {
    let classes = program.classes();
    if classes.has(class) {
        let family = classes.family(class);
        let is_relative = |found: &str| found != class && family.names.contains(found);
        if let Some(found) = super::family::definer(module, name, &is_relative) {
            return Some(found);
        }
        return family.files.iter().find_map(|file| {
            let member = program.module(*file)?;
            super::family::definer(&member.module, name, &is_relative)
        });
    }
    // Tests and a text from standard input are not among the program's classes.
    let family = super::family::family_here(module, class);
    super::family::definer(module, name, &|found| family.iter().any(|there| there == found))
}
