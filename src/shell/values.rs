//! What a value in a command is: text, a number, several words, something already quoted.

use tree_sitter::Node;

use super::read::{joins, template};
use crate::python::call::Call;
use crate::python::module::Module;
use crate::python::names::BindingKind;
use crate::python::signature::{ParameterKind, Signature};
use crate::python::tree;
use crate::workspace::span::Span;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// What it is.
    pub(super) kind: Kind,
    /// Whether more than a name shows it.
    pub(super) is_sure: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A path, which may be an object of its own.
    Path,
    /// Text of one word, or none.
    Empty,
    /// A whole number.
    Whole,
    /// Another number.
    Number,
    /// Text of several words, or of none.
    Words,
    /// What stands in this call of `shlex.quote`.
    Quoted(Span),
    /// What this expression yields is joined with blanks.
    Joined(Span),
    /// A choice between texts of which one is not a single word.
    Optional,
    /// Text that a shell would read as more than itself, or that was quoted for one.
    Special,
    /// It may be anything.
    Unknown,
}

/// How many assignments are followed.
const DEEPEST: usize = 6;

/// Last words of names that hold several words.
const SEVERAL: [&str; 7] = ["args", "flags", "options", "params", "opts", "arguments", "kwargs"];
/// Last words of names that hold text of one word.
const TEXTS: [&str; 5] = ["name", "path", "file", "dir", "url"];
/// Methods that strings have and hardly anything else, and that give a string.
const METHODS: [&str; 21] = [
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "removeprefix",
    "removesuffix",
    "zfill",
    "ljust",
    "rjust",
    "center",
    "expandtabs",
    "swapcase",
    "casefold",
    "format",
    "join",
    "as_posix",
    "as_uri",
    "hexdigest",
];
/// Functions that give text, or paths.
const FUNCTIONS: [&str; 25] = [
    "str",
    "input",
    "chr",
    "hex",
    "format",
    "os.getcwd",
    "os.fspath",
    "os.fsdecode",
    "os.path.abspath",
    "os.path.basename",
    "os.path.commonpath",
    "os.path.dirname",
    "os.path.expanduser",
    "os.path.expandvars",
    "os.path.join",
    "os.path.normpath",
    "os.path.realpath",
    "os.path.relpath",
    "tempfile.mkdtemp",
    "tempfile.gettempdir",
    "tempfile.mktemp",
    "time.strftime",
    "getpass.getuser",
    "socket.gethostname",
    "platform.system",
];
const NUMBERS: [&str; 8] =
    ["float", "round", "time.time", "abs", "sum", "math.sqrt", "math.log", "random.random"];
const WHOLE: [&str; 6] = ["int", "len", "os.getpid", "os.cpu_count", "hash", "ord"];

/// What is known of the value that an expression yields.
pub(super) fn known(module: &Module, node: Node) -> Known {
    look(module, node, DEEPEST).unwrap_or_else(|| by_name(module, node))
}

/// What several facts say that do not agree.
const UNKNOWN: Known = Known { kind: Kind::Unknown, is_sure: true };

#[expect(clippy::unnecessary_wraps, reason = "it is what most of the rules give")]
fn sure(kind: Kind) -> Option<Known> {
    Some(Known { kind, is_sure: true })
}

fn by_name(module: &Module, node: Node) -> Known {
    let node = tree::unparenthesised(node);
    let last = match node.kind() {
        "identifier" => module.text_of(node),
        "attribute" => node.child_by_field_name("attribute").map_or("", |a| module.text_of(a)),
        _ => "",
    };
    Known { kind: kind_of_name(last), is_sure: false }
}

fn kind_of_name(name: &str) -> Kind {
    let lower = name.to_lowercase();
    let last = lower.rsplit('_').next().unwrap_or_default();
    if ["num_", "n_", "max_", "min_", "count_"].iter().any(|count| lower.starts_with(count)) {
        return Kind::Unknown;
    }
    let is_command = ["cmd", "command", "cmdline"].contains(&last);
    if is_command || SEVERAL.iter().any(|several| last.ends_with(several)) {
        return Kind::Words;
    }
    let is_text = TEXTS.iter().any(|text| last.ends_with(text));
    if is_text { Kind::Text } else { Kind::Unknown }
}

fn look(module: &Module, node: Node, depth: usize) -> Option<Known> {
    let depth = depth.checked_sub(1)?;
    let node = tree::unparenthesised(node);
    if let Some(list) = joins(module, node) {
        return sure(Kind::Joined(tree::span(list)));
    }
    if let Some(Ok(found)) = template(module, node) {
        return sure(kind_of_text(&found.text));
    }
    match node.kind() {
        "integer" => sure(Kind::Whole),
        "float" => sure(Kind::Number),
        "identifier" => of_identifier(module, node, depth),
        "attribute" => of_attribute(module, node, depth),
        "subscript" => {
            let object = node.child_by_field_name("value")?;
            let name = module.names.resolve(object, module.text());
            match name.single() {
                Some("os.environ" | "sys.argv") => sure(Kind::Text),
                _ => None,
            }
        }
        "conditional_expression" => of_conditional(module, node, depth),
        "binary_operator" => of_operator(module, node, depth),
        "boolean_operator" if holds_blank_text(module, node) => {
            Some(Known { kind: Kind::Words, is_sure: false })
        }
        "boolean_operator" => {
            let left = look(module, node.child_by_field_name("left")?, depth)?;
            let right = look(module, node.child_by_field_name("right")?, depth)?;
            both(left, right)
        }
        "call" => of_call(module, node, depth),
        _ => None,
    }
}

fn kind_of_text(text: &str) -> Kind {
    let is_special = |c: char| {
        matches!(
            c,
            '\'' | '"'
                | '`'
                | '$'
                | '\\'
                | '*'
                | '?'
                | '['
                | '|'
                | '&'
                | ';'
                | '<'
                | '>'
                | '('
                | ')'
                | '\n'
                | '#'
        )
    };
    match text {
        "" => Kind::Empty,
        _ if text.contains(is_special) || text.starts_with('~') => Kind::Special,
        _ if text.contains([' ', '\t']) => Kind::Words,
        _ => Kind::Text,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "both are one afterwards")]
fn both(left: Known, right: Known) -> Option<Known> {
    if left.kind == right.kind && !matches!(left.kind, Kind::Joined(_) | Kind::Quoted(_)) {
        return Some(Known { is_sure: left.is_sure && right.is_sure, ..left });
    }
    let is = |kind: Kind| left.kind == kind || right.kind == kind;
    if is(Kind::Special) {
        return sure(Kind::Special);
    }
    let is_text =
        |known: &Known| matches!(known.kind, Kind::Text | Kind::Words | Kind::Path | Kind::Empty);
    if !is_text(&left) || !is_text(&right) {
        return None;
    }
    let kind = if is(Kind::Words) {
        Kind::Words
    } else if is(Kind::Empty) {
        Kind::Empty
    } else {
        Kind::Path
    };
    Some(Known { kind, is_sure: left.is_sure && right.is_sure })
}

fn of_conditional(module: &Module, node: Node, depth: usize) -> Option<Known> {
    let parts = tree::children(node);
    let [yes, _, no] = parts[..] else { return None };
    let (yes, no) = (look(module, yes, depth)?, look(module, no, depth)?);
    match (&yes.kind, &no.kind) {
        (Kind::Special, _) | (_, Kind::Special) => sure(Kind::Special),
        (Kind::Text, Kind::Text) => Some(Known { kind: Kind::Text, is_sure: true }),
        (Kind::Whole, Kind::Whole) => sure(Kind::Whole),
        (Kind::Text | Kind::Words | Kind::Empty, Kind::Text | Kind::Words | Kind::Empty) => {
            sure(Kind::Optional)
        }
        _ => None,
    }
}

fn of_operator(module: &Module, node: Node, depth: usize) -> Option<Known> {
    let operator = module.text_of(node.child_by_field_name("operator")?);
    let left = look(module, node.child_by_field_name("left")?, depth);
    let right = look(module, node.child_by_field_name("right")?, depth);
    let is_text =
        |known: &Option<Known>| known.as_ref().is_some_and(|known| known.kind == Kind::Text);
    let is_path =
        |known: &Option<Known>| known.as_ref().is_some_and(|known| known.kind == Kind::Path);
    let is_blank = |known: &Option<Known>| {
        known.as_ref().is_some_and(|k| matches!(k.kind, Kind::Words | Kind::Empty | Kind::Special))
    };
    match operator {
        "/" if is_path(&left) || is_path(&right) || is_text(&left) || is_text(&right) => {
            sure(Kind::Path)
        }
        "+" if is_text(&left) || is_text(&right) => sure(Kind::Text),
        "*" if is_blank(&left) || is_blank(&right) || is_text(&left) || is_text(&right) => {
            sure(Kind::Special)
        }
        "//" | "%" | "+" | "-" | "*" => {
            let is_whole = left.is_some_and(|left| left.kind == Kind::Whole)
                && right.is_some_and(|right| right.kind == Kind::Whole);
            is_whole.then_some(Known { kind: Kind::Whole, is_sure: true })
        }
        _ => None,
    }
}

fn of_call(module: &Module, node: Node, depth: usize) -> Option<Known> {
    let call = Call::at(node, module.text())?;
    let resolved = module.names.resolve(call.function, module.text());
    if let Some(name) = resolved.single() {
        let first = || call.positional(0).map(|argument| argument.value);
        match name {
            "shlex.quote" | "pipes.quote" => {
                return sure(Kind::Quoted(tree::span(first()?)));
            }
            "shlex.join" => return sure(Kind::Joined(tree::span(first()?))),
            "os.environ.get" | "os.getenv" => {
                return look(module, call.positional(1)?.value, depth);
            }
            _ => {}
        }
        if matches!(name, "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath") {
            return sure(Kind::Path);
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        if ["quote", "escape"].iter().any(|word| last.to_lowercase().contains(word))
            || matches!(name, "repr" | "json.dumps" | "ascii")
        {
            return sure(Kind::Special);
        }
        let parts = call.arguments.iter().filter_map(|a| template(module, a.value)?.ok());
        if name == "os.path.join"
            && parts.into_iter().any(|p| kind_of_text(&p.text) == Kind::Special)
        {
            return sure(Kind::Special);
        }
        if FUNCTIONS.contains(&name) {
            return sure(Kind::Text);
        }
        if WHOLE.contains(&name) {
            return sure(Kind::Whole);
        }
        if NUMBERS.contains(&name) {
            return sure(Kind::Number);
        }
    }
    let function = call.function;
    let method = function.child_by_field_name("attribute").map(|m| module.text_of(m))?;
    if ["quote", "escape"].iter().any(|word| method.to_lowercase().contains(word)) {
        return sure(Kind::Special);
    }
    let object = function.child_by_field_name("object")?;
    if method == "join" {
        let Some(Ok(between)) = template(module, object) else { return sure(Kind::Special) };
        return match kind_of_text(&between.text) {
            Kind::Text | Kind::Empty => sure(Kind::Text),
            _ => sure(Kind::Special),
        };
    }
    if METHODS.contains(&method) {
        let kind = known(module, object).kind;
        let keeps = matches!(kind, Kind::Words | Kind::Special | Kind::Empty);
        return sure(if keeps { kind } else { Kind::Text });
    }
    let object = look(module, object, depth)?;
    let keeps = matches!(
        method,
        "replace"
            | "resolve"
            | "absolute"
            | "with_suffix"
            | "with_name"
            | "joinpath"
            | "expanduser"
    );
    (keeps && matches!(object.kind, Kind::Text | Kind::Path)).then_some(object)
}

fn of_identifier(module: &Module, node: Node, depth: usize) -> Option<Known> {
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
fn of_assigned(module: &Module, value: Node, depth: usize) -> Option<Known> {
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

fn of_parameter(module: &Module, span: Span) -> Option<Known> {
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

fn kind_of_annotation(module: &Module, annotation: Node) -> Option<Known> {
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

/// Whether a text of no word, or of several, stands in an expression.
fn holds_blank_text(module: &Module, node: Node) -> bool {
    tree::preorder(node).any(|part| {
        matches!(template(module, part), Some(Ok(read))
            if part.kind() == "string" && (read.text.is_empty() || read.text.contains([' ', '\t'])))
    })
}

/// What is added to a variable, or a loop gives it.
fn of_other(module: &Module, span: Span, depth: usize) -> Option<Known> {
    let node = module.nodes().covering(span)?;
    let parent = module.parent(node)?;
    if parent.kind() != "augmented_assignment" {
        return of_loop(module, span, depth);
    }
    look(module, parent.child_by_field_name("right")?, depth)
}

/// The variable of a loop over texts or numbers.
fn of_loop(module: &Module, span: Span, depth: usize) -> Option<Known> {
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

fn of_attribute(module: &Module, node: Node, depth: usize) -> Option<Known> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::FileId;
    use crate::workspace::source::Source;

    /// What is known of the argument of the call of `sink` in a text.
    fn of(text: &str) -> (Kind, bool) {
        let module = Module::new(Source::python(FileId(0), text.into()).unwrap());
        let call = module.calls_named("sink").next().unwrap();
        let call = Call::at(call, module.text()).unwrap();
        let known = known(&module, call.arguments[0].value);
        (known.kind, known.is_sure)
    }

    #[test]
    fn evidence_tells_what_a_value_is() {
        for (text, kind) in [
            ("def f(x: str):\n    sink(x)\n", Kind::Text),
            ("def f(x: str | None):\n    sink(x)\n", Kind::Text),
            ("def f(x: Optional[Path] = None):\n    sink(x)\n", Kind::Path),
            ("def f(x: int):\n    sink(x)\n", Kind::Whole),
            ("def f(x: float):\n    sink(x)\n", Kind::Number),
            ("import os\ndef f(x):\n    y = os.path.join(x, 'a')\n    sink(y)\n", Kind::Text),
            ("def f(x):\n    y = x.strip()\n    sink(y)\n", Kind::Text),
            ("for x in ['a', 'b']:\n    sink(x)\n", Kind::Text),
            ("for x in range(3):\n    sink(x)\n", Kind::Whole),
            (
                "class A:\n    def __init__(self, x: str):\n        self.x = x\n    def f(self):\n        sink(self.x)\n",
                Kind::Text,
            ),
            ("from pathlib import Path\nsink(Path('a') / 'b')\n", Kind::Path),
            ("x = 'a b'\nsink(x)\n", Kind::Words),
            ("x = ''\nsink(x)\n", Kind::Empty),
            ("def f(x=''):\n    sink(x)\n", Kind::Empty),
            ("x = 'a' if y else ''\nsink(x)\n", Kind::Empty),
            ("sink('a' if y else '')\n", Kind::Optional),
            ("sink('a' if y else 'b')\n", Kind::Text),
            ("def f(n: int):\n    sink(n + 1)\n", Kind::Whole),
            ("import os\nsink(os.environ['A'])\n", Kind::Text),
        ] {
            assert_eq!(of(text), (kind, true), "{text}");
        }
    }

    #[test]
    fn without_evidence_the_name_tells() {
        for (text, kind) in [
            ("def f(model_path):\n    sink(model_path)\n", Kind::Text),
            ("def f(a):\n    sink(a.outdir)\n", Kind::Text),
            ("def f(extra_args):\n    sink(extra_args)\n", Kind::Words),
            ("def f(opts: str):\n    sink(opts)\n", Kind::Words),
            ("def f(job_id):\n    sink(job_id)\n", Kind::Unknown),
            ("def f(valid):\n    sink(valid)\n", Kind::Unknown),
            ("def f(args):\n    sink(args.x)\n", Kind::Unknown),
            ("sink(g(x))\n", Kind::Unknown),
        ] {
            assert_eq!(of(text), (kind, false), "{text}");
        }
    }
}
