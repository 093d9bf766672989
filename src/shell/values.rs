//! What a value in a command is: text, a number, several words, something already quoted.

use tree_sitter::Node;

use super::evidence::{of_attribute, of_identifier};
use super::read::{joins, template};
use crate::python::call::Call;
use crate::python::module::Module;
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
pub(super) const UNKNOWN: Known = Known { kind: Kind::Unknown, is_sure: true };

#[expect(clippy::unnecessary_wraps, reason = "it is what most of the rules give")]
pub(super) fn sure(kind: Kind) -> Option<Known> {
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

pub(super) fn kind_of_name(name: &str) -> Kind {
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

pub(super) fn look(module: &Module, node: Node, depth: usize) -> Option<Known> {
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

pub(super) fn kind_of_text(text: &str) -> Kind {
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
pub(super) fn both(left: Known, right: Known) -> Option<Known> {
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
        let kind = look(module, object, depth).unwrap_or_else(|| by_name(module, object)).kind;
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

/// Whether a text of no word, or of several, stands in an expression.
fn holds_blank_text(module: &Module, node: Node) -> bool {
    tree::preorder(node).any(|part| {
        matches!(template(module, part), Some(Ok(read))
            if part.kind() == "string" && (read.text.is_empty() || read.text.contains([' ', '\t'])))
    })
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
    fn names_that_are_bound_to_themselves_end() {
        for text in [
            "def f(v):\n    x = v.strip()\n    x = x.strip()\n    sink(x)\n",
            "x = y.lower()\ny = x.upper()\nsink(x)\n",
            "x = x + x\nsink(x)\n",
            "x = x.format(x)\nsink(x)\n",
            "x = y % x\ny = x % y\nsink(x)\n",
            "x = y if x else y\ny = x if y else x\nsink(x)\n",
        ] {
            assert_ne!(of(text).0, Kind::Words, "{text}");
        }
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
