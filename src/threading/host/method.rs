//! Whether a method may gain a parameter.

use tree_sitter::Node;

use super::init::init_gate;
use super::{Gate, last_name, shown};
use crate::program::Program;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::tree;
use crate::threading::Reach;
use crate::threading::decorator::{Effect, effect};
use crate::threading::look::Work;
use crate::threading::place::{class_of, decorators, name_of, receiver};
use crate::threading::receiver::base_expressions;
use crate::threading::references::MOST_CLASSES;

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

pub(super) fn method_gate(
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
        if let Some(found) = crate::threading::family::definer(module, name, &is_relative) {
            return Some(found);
        }
        return family.files.iter().find_map(|file| {
            let member = program.module(*file)?;
            crate::threading::family::definer(&member.module, name, &is_relative)
        });
    }
    // Tests and a text from standard input are not among the program's classes.
    let family = crate::threading::family::family_here(module, class);
    crate::threading::family::definer(module, name, &|found| {
        family.iter().any(|there| there == found)
    })
}

/// Whether a model server or a graph of nodes calls a method of the class by its name.
pub(super) fn is_platform_method(module: &Module, class: Node, name: &str) -> bool {
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

/// Whether a method's name is that of a request's verb: `on_get_item`, `POST`.
pub(super) fn is_responder(name: &str) -> bool {
    const VERBS: [&str; 9] =
        ["get", "post", "put", "delete", "patch", "head", "options", "trace", "websocket"];
    let upper = name.chars().all(|c| c.is_ascii_uppercase());
    if upper {
        return VERBS.contains(&name.to_ascii_lowercase().as_str());
    }
    let Some(rest) = name.strip_prefix("on_") else { return false };
    VERBS.iter().any(|verb| rest == *verb || rest.starts_with(&format!("{verb}_")))
}
