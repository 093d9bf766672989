//! Readers of formats that can hold code: pickle and its relatives, `TorchScript`, shelves.

use std::sync::LazyLock;

use tree_sitter::Node;

use super::finding::{Exception, ExceptionKind, Findings, Level, Remedy};
use super::prefilter::{self, Wanted};
use super::reference::{Reference, Usage};
use super::rows::{self, Rows};
use super::sinks::{self, Kind, Sink};
use super::trust_guard::decides_data;
use super::{About, Transform, deserializer_modules, own};
use crate::program::Program;
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::tree;

/// The transform.
pub struct Deserializer;

pub(super) static ABOUT: About = About {
    name: "deserializer",
    level: Level::Report,
    summary: "reports pickle and its relatives; writes `safe_mode=True` and `safe=True`",
    codes: &["B301", "B302", "B403", "S301", "S302", "S403"],
    literals: &[
        "pickle",
        "cPickle",
        "dill",
        "joblib",
        "skops",
        "shelve",
        "marshal",
        "torch",
        "keras",
        "tensorflow",
        "msgpack_numpy",
        "multiprocessing",
    ],
    asks_program_for: &[],
    confirm: may_read,
    page: include_str!("deserializer.md"),
};

static ROWS: LazyLock<Vec<&Sink>> = LazyLock::new(|| sinks::of(ABOUT.name).collect());

/// What is looked for, package by package.
static WANTED: LazyLock<Vec<Wanted>> = LazyLock::new(|| {
    let names = ROWS.iter().flat_map(|row| row.callables.iter().chain(&row.made_by));
    let names: Vec<&'static str> = names.map(String::as_str).collect();
    let mut packages: Vec<&'static str> =
        names.iter().filter_map(|name| name.split('.').next()).collect();
    packages.sort_unstable();
    packages.dedup();
    let wanted = packages.into_iter().map(|package| {
        let inside = |name: &&&'static str| name.split('.').next() == Some(package);
        let of_package: Vec<&'static str> = names.iter().filter(inside).copied().collect();
        Wanted::new(package, &of_package)
    });
    wanted.collect()
});

fn may_read(bytes: &[u8]) -> bool {
    WANTED.iter().any(|wanted| prefilter::may_refer(bytes, wanted))
        || deserializer_modules::may_hand_on(bytes)
}

impl Transform for Deserializer {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, module: &Module, program: &Program, findings: &mut Findings) {
        // What a flag makes safe is said first; where there is no flag, the callable is the finding.
        for kind in [Kind::Flag, Kind::Report] {
            let rows = Rows {
                transform: ABOUT.name,
                all: ROWS.iter().copied().filter(|row| row.kind == kind).collect(),
                names: &["unpickl", "deserial"],
                message: &|_, callable| {
                    format!("`{callable}` makes what its data describes, which can run any code")
                },
                decides: Some(decides_data),
                level: (Level::Auto, ""),
                instead: &instead,
            };
            rows::check(module, program, &rows, findings);
        }
        deserializer_modules::check(module, findings);
        own::check(module, program, ABOUT.name, findings);
    }
}

/// A mention that is safe as it is: the pickle is made where it is read, or the class refuses what it
/// does not know.
fn instead(module: &Module, _program: &Program, reference: &Reference) -> Option<Remedy> {
    let reason = match reference.usage {
        Usage::Call(node) => made_here(module, node),
        Usage::HandedOn => refuses(module, reference.node),
        _ => None,
    };
    let kind = ExceptionKind::Safe;
    reason.map(|reason| Remedy::Exception(Exception { kind, reason }))
}

/// `pickle.loads(pickle.dumps(value))` copies a value.
fn made_here(module: &Module, node: Node) -> Option<String> {
    let call = Call::at(node, module.text())?;
    let inner = tree::unparenthesised(call.positional(0)?.value);
    let inner = Call::at(inner, module.text())?;
    let dumps = module.names.resolve(inner.function, module.text());
    let dumps = dumps.single()?;
    let reads = module.names.resolve(call.function, module.text());
    let home = |name: &str| name.rsplit_once('.').map(|(home, _)| home.to_owned());
    let same = home(dumps).is_some() && home(dumps) == reads.single().and_then(home);
    (same && dumps.rsplit('.').next() == Some("dumps"))
        .then(|| format!("what is read is made by `{dumps}` in the same expression"))
}

/// A subclass of an unpickler whose `find_class` raises is a list of what is allowed.
fn refuses(module: &Module, node: Node) -> Option<String> {
    let list = module.parent(node).filter(|list| list.kind() == "argument_list")?;
    let class = module.parent(list).filter(|class| class.kind() == "class_definition")?;
    let body = class.child_by_field_name("body")?;
    let method = module
        .functions_named("find_class")
        .find(|function| module.ancestors(*function).any(|around| around.id() == body.id()))?;
    let statements = tree::children(method.child_by_field_name("body")?);
    let ends = |statement: &Node| statement.kind() == "raise_statement";
    // A list of what is refused lets everything else through.
    let refuses_unlisted = |statement: &Node| {
        let condition = statement.child_by_field_name("condition");
        let block = statement.child_by_field_name("consequence");
        statement.kind() == "if_statement"
            && condition.is_some_and(|condition| module.text_of(condition).contains("not "))
            && block.is_some_and(|block| tree::children(block).last().is_some_and(ends))
    };
    let is_list = statements.last().is_some_and(ends) || statements.iter().any(refuses_unlisted);
    is_list.then(|| "its `find_class` refuses what it does not know".to_owned())
}
