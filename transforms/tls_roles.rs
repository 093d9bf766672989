//! Whether a TLS context serves or connects: a server checks no host name, and asks nobody for a
//! certificate unless it is told to.

use tree_sitter::Node;

use super::tls_objects::{Key, uses};
use super::tls_scene::Scene;
use crate::python::call::Call;
use crate::python::literal;
use crate::python::module::Module;
use crate::python::tree;

/// What a context is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It connects to servers.
    Client,
    /// It answers clients.
    Server,
    /// It has a certificate of its own, which servers have and clients may have, or both is to be seen.
    Unclear,
    /// Nothing tells.
    Unknown,
}

/// Last names of functions that take a context to serve with.
const SERVES: [&str; 16] = [
    "start_server",
    "create_server",
    "start_unix_server",
    "create_unix_server",
    "serve",
    "run",
    "run_app",
    "run_simple",
    "HTTPServer",
    "TCPSite",
    "UnixSite",
    "SockSite",
    "WSGIServer",
    "TCPServer",
    "make_server",
    "listen",
];

/// Last names of functions that take a context to connect with.
const CONNECTS: [&str; 26] = [
    "urlopen",
    "HTTPSConnection",
    "HTTPSHandler",
    "open_connection",
    "open_unix_connection",
    "create_connection",
    "create_unix_connection",
    "connect",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "request",
    "Client",
    "AsyncClient",
    "ClientSession",
    "TCPConnector",
    "PoolManager",
    "SMTP_SSL",
    "IMAP4_SSL",
    "POP3_SSL",
    "FTP_TLS",
    "starttls",
];

/// What is to be seen of a context.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    serves: bool,
    connects: bool,
    own_certificate: bool,
    /// Whether a name says that it is a server's.
    is_called_so: bool,
    /// Whether it is made for neither: `ssl.SSLContext()`.
    is_bare: bool,
    /// Whether others use it, who are not seen: it is returned, or kept in an object.
    is_handed_out: bool,
    /// Whether a variable decides for which side a socket is wrapped.
    is_for_either: bool,
}

/// What the object is for, by its name, by how it is made and by what is done with it.
pub(super) fn role(scene: &Scene, object: &Key) -> Role {
    if let Some(known) = scene.known.roles.borrow().get(object) {
        return *known;
    }
    let found = role_by_signs(scene.module, object);
    scene.known.roles.borrow_mut().insert(object.clone(), found);
    found
}

fn role_by_signs(module: &Module, object: &Key) -> Role {
    let mut signs = Signs::default();
    let uses = uses(module, object);
    for used in &uses {
        signs.of_use(module, *used);
    }
    if let Some(first) = uses.first() {
        signs.of_names(module, object, *first);
    }
    signs.role()
}

/// What a context is for that is made by this call and kept nowhere.
pub(super) fn role_of_call(module: &Module, made: Node) -> Role {
    let mut signs = Signs::default();
    signs.of_value(module, made);
    let function = module.ancestors(made).find(|node| node.kind() == "function_definition");
    let name = function.and_then(|function| function.child_by_field_name("name"));
    let is_clients = name.is_some_and(|name| module.text_of(name).contains("client"));
    let parent = module.parent(made);
    signs.is_handed_out =
        !is_clients && parent.is_some_and(|parent| parent.kind() == "return_statement");
    signs.of_place(module, made);
    signs.role()
}

impl Signs {
    fn role(self) -> Role {
        match (self.serves, self.connects) {
            (true, true) => Role::Unclear,
            (true, false) => Role::Server,
            (false, true) => Role::Client,
            (false, false) if self.own_certificate && self.is_called_so => Role::Server,
            (false, false)
                if self.own_certificate
                    || self.is_called_so
                    || self.is_for_either
                    || (self.is_bare && self.is_handed_out) =>
            {
                Role::Unclear
            }
            (false, false) => Role::Unknown,
        }
    }

    /// `ctx = ...`, `ctx.method(...)`, `f(ctx)`, `f(context=ctx)`.
    fn of_use(&mut self, module: &Module, used: Node) {
        let Some(parent) = module.parent(used) else { return };
        self.is_handed_out |= matches!(parent.kind(), "return_statement" | "yield")
            || module.text_of(used).starts_with("self.");
        let is =
            |field: &str| parent.child_by_field_name(field).is_some_and(|n| n.id() == used.id());
        match parent.kind() {
            "assignment" if is("left") => {
                if let Some(value) = parent.child_by_field_name("right") {
                    self.of_value(module, value);
                }
            }
            "attribute" if is("object") => {
                let call = module.parent(parent).and_then(|c| Call::at(c, module.text()));
                let name = parent.child_by_field_name("attribute");
                if let (Some(call), Some(name)) = (call, name) {
                    self.of_method(module, module.text_of(name), &call);
                }
            }
            _ => self.of_place(module, used),
        }
    }

    fn of_method(&mut self, module: &Module, name: &str, call: &Call) {
        match name {
            "wrap_socket" | "wrap_bio" => {
                let side = call.keyword("server_side");
                let serves =
                    side.is_some_and(|a| literal::truth(a.value, module.text()) == Some(true));
                self.serves |= serves;
                self.is_for_either |=
                    side.is_some_and(|a| literal::truth(a.value, module.text()).is_none());
                self.connects |=
                    !serves && (side.is_none() || call.keyword("server_hostname").is_some());
            }
            "load_cert_chain" => self.own_certificate = true,
            "load_default_certs" | "set_default_verify_paths" => self.connects = true,
            _ => {}
        }
    }

    /// The call that a context is handed to.
    fn of_place(&mut self, module: &Module, node: Node) {
        let Some(mut list) = module.parent(node) else { return };
        if list.kind() == "keyword_argument" {
            let Some(around) = module.parent(list) else { return };
            list = around;
        }
        let call = module.parent(list).filter(|_| list.kind() == "argument_list");
        let Some(call) = call.and_then(|call| Call::at(call, module.text())) else { return };
        let callee = module.text_of(call.function).rsplit('.').next().unwrap_or_default();
        // Much is run, but not with a context for its argument's value.
        let is_named = module.parent(node).is_some_and(|n| n.kind() == "keyword_argument");
        self.serves |= SERVES.contains(&callee) && (is_named || callee != "run");
        self.connects |= CONNECTS.contains(&callee);
    }

    /// The call that makes a context.
    fn of_value(&mut self, module: &Module, value: Node) {
        let Some(call) = Call::at(tree::unparenthesised(value), module.text()) else { return };
        let resolution = module.names.resolve(call.function, module.text());
        let first = call.arguments.first().map(|argument| argument.value);
        let purpose = call.keyword("purpose").map(|argument| argument.value);
        let protocol = call.keyword("protocol").map(|argument| argument.value);
        let last =
            |node: Node| module.text_of(node).rsplit('.').next().unwrap_or_default().to_owned();
        match resolution.single().unwrap_or_default() {
            "ssl.create_default_context" => {
                let serves = purpose.or(first).is_some_and(|p| last(p) == "CLIENT_AUTH");
                self.serves |= serves;
                self.connects |= !serves;
            }
            "ssl._create_unverified_context" | "ssl._create_stdlib_context" => {
                self.serves |= purpose.is_some_and(|p| last(p) == "CLIENT_AUTH");
            }
            "ssl.SSLContext" => {
                let protocol = protocol.or(first).map(last).unwrap_or_default();
                self.serves |= protocol == "PROTOCOL_TLS_SERVER";
                self.connects |= protocol == "PROTOCOL_TLS_CLIENT";
                self.is_bare = true;
            }
            _ => {}
        }
    }

    /// Names that say it: those of the variable and of the function around it.
    fn of_names(&mut self, module: &Module, object: &Key, used: Node) {
        let function = module.ancestors(used).find(|node| node.kind() == "function_definition");
        let name = function.and_then(|function| function.child_by_field_name("name"));
        let name = name.map_or("", |name| module.text_of(name));
        let variable = object.text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let speaks = ["server_context", "server_ctx", "server_ssl", "ssl_server", "start_server"];
        self.is_called_so |=
            variable.contains("server") || speaks.iter().any(|text| name.contains(text));
        self.connects |= variable.contains("client");
    }
}
