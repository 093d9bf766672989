"""Unsafe places of one Python file, found with `ast` and `tokenize` alone.

It is meant to be plain rather than complete: what it finds is unsafe for certain, so the tool must
have a word for it.
"""

import ast
import dataclasses
import io
import re
import tokenize
import warnings

from names import FUNCTIONS, SCOPES, dotted, scope_of

FLAG = "trust_remote_code"
OPTION = re.compile(r"-+(no[-_])?trust[-_]remote[-_]code")
NOSEC = re.compile(r"#\s*nosec\b")
YAML_UNSAFE = {
    f"yaml.{module}{name}"
    for module in ("", "loader.", "cyaml.")
    for name in ("Loader", "FullLoader", "UnsafeLoader", "CLoader", "CFullLoader", "CUnsafeLoader")
}
YAML_SAFE = {
    f"yaml.{module}{name}"
    for module in ("", "loader.", "cyaml.")
    for name in ("SafeLoader", "BaseLoader", "CSafeLoader", "CBaseLoader")
}
YAML_LOADS = {"yaml.load", "yaml.load_all"}
YAML_ALWAYS = {"yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all"}
TORCH = {"torch.load", "torch.serialization.load"}
NUMPY = {"numpy.load": 2, "numpy.lib.npyio.load": 2, "numpy.lib.npyio.NpzFile": 2, "numpy.lib.format.read_array": 1}
HUB = {"torch.hub.load", "torch.hub.list", "torch.hub.help"}


@dataclasses.dataclass(frozen=True)
class Occurrence:
    """An unsafe place: the transform whose business it is, the lines, and what was seen there."""

    transform: str
    lines: frozenset
    what: str


def parse(source):
    """The syntax tree of a file's bytes, or None if CPython's parser does not take it."""
    return compiled(source, ast.PyCF_ONLY_AST)


def compiled(source, flags=0):
    """What CPython's compiler makes of a file's bytes, or None if it does not take them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return compile(source, "<file>", "exec", flags=flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return None


def occurrences(source):
    """The unsafe places of a file's bytes in the order of lines; empty if CPython does not take it."""
    tree = parse(source)
    if tree is None:
        return []
    found = [*in_tree(tree), *in_comments(source)]
    return sorted(found, key=lambda one: min(one.lines))


def in_comments(source):
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type == tokenize.COMMENT and NOSEC.search(token.string):
                yield Occurrence("nosec", frozenset([token.start[0]]), token.string.strip())
    except (SyntaxError, tokenize.TokenError, IndentationError):
        return


def in_tree(tree):
    """The unsafe places of a tree; what a condition about trust decides is left out."""
    stack = [(tree, scope_of(tree, None), False)]
    while stack:
        node, scope, decided = stack.pop()
        yield from at(node, scope, decided)
        below = scope_of(node, scope) if isinstance(node, SCOPES) else scope
        decided = decided or asks_for_trust(node)
        stack.extend((child, below, decided) for child in ast.iter_child_nodes(node))


def asks_for_trust(node):
    """Whether a node is a condition that somebody's decision to trust stands in."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        asked = [node.test]
    elif isinstance(node, ast.BoolOp):
        asked = node.values[:-1]
    else:
        return False
    return any("trust" in ast.unparse(one).lower() for one in asked)


def at(node, scope, decided):
    """What is unsafe about this very node."""
    if isinstance(node, ast.Call):
        yield from at_call(node, scope, decided)
    elif isinstance(node, FUNCTIONS):
        yield from at_function(node, scope)
    elif isinstance(node, ast.ClassDef):
        yield from (spot("yaml-load", base, "class derived from an unsafe loader") for base in node.bases if unsafe_loader(base, scope))
    elif isinstance(node, ast.Dict) and not decided:
        yield from at_dictionary(node)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)) and not decided:
        yield from at_assignment(node, scope)


def spot(transform, node, what, also=None):
    lines = set(range(node.lineno, node.end_lineno + 1))
    if also is not None:
        lines.update(range(also.lineno, also.end_lineno + 1))
    return Occurrence(transform, frozenset(lines), what)


def true(node):
    return isinstance(node, ast.Constant) and node.value is True


def says_true(node):
    return isinstance(node, ast.Constant) and (node.value is True or str(node.value).lower() == "true")


def keyword(call, name):
    return next((one.value for one in call.keywords if one.arg == name), None)


def argument(call, name, position):
    given = keyword(call, name)
    if given is not None:
        return given
    plain = call.args[: position + 1]
    if len(plain) <= position or any(isinstance(one, ast.Starred) for one in plain):
        return None
    return plain[position]


def at_call(call, scope, decided):
    name = dotted(call.func, scope)
    if name in TORCH and not chooses_weights(call):
        yield spot("torch-load", call, "torch.load without weights_only=True")
    if name in NUMPY and true(argument(call, "allow_pickle", NUMPY[name])) and not decided:
        yield spot("numpy-load", call, f"{name} with allow_pickle=True")
    if name in HUB and true(keyword(call, "trust_repo")) and not decided:
        yield spot("trust-remote-code", call, f"{name} with trust_repo=True")
    yield from at_yaml_call(call, name, scope)
    if not decided:
        yield from at_trusting_call(call)


def chooses_weights(call):
    """Whether `weights_only` is true, or an expression that somebody else decides."""
    given = keyword(call, "weights_only")
    return given is not None and not (isinstance(given, ast.Constant) and not given.value)


def at_yaml_call(call, name, scope):
    if name in YAML_ALWAYS:
        yield spot("yaml-load", call, name)
    elif name in YAML_LOADS:
        loader = argument(call, "Loader", 1)
        splat = any(one.arg is None for one in call.keywords) or any(isinstance(one, ast.Starred) for one in call.args)
        if (loader is None and not splat) or (loader is not None and unsafe_loader(loader, scope)):
            yield spot("yaml-load", call, name)
    elif name in YAML_UNSAFE:
        yield spot("yaml-load", call, f"{name} made directly")
    elif name in {"ruamel.yaml.YAML", "ruamel.yaml.main.YAML"}:
        kind = argument(call, "typ", 0)
        if isinstance(kind, ast.Constant) and kind.value == "unsafe":
            yield spot("yaml-load", call, "ruamel.yaml.YAML of the unsafe type")


def unsafe_loader(node, scope):
    return dotted(node, scope) in YAML_UNSAFE


def at_trusting_call(call):
    if true(keyword(call, FLAG)):
        yield spot("trust-remote-code", call, f"call with {FLAG}=True")
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if any(OPTION.fullmatch(word) for word in words):
        action = keyword(call, "action")
        off = isinstance(action, ast.Constant) and action.value == "store_false"
        if off or says_true(keyword(call, "default")):
            yield spot("trust-remote-code", call, "option that is on by default")
    reads = isinstance(call.func, ast.Attribute) and call.func.attr in {"get", "pop", "setdefault"}
    reads = reads or (isinstance(call.func, ast.Name) and call.func.id == "getattr")
    if reads and FLAG in words and true(call.args[-1]):
        yield spot("trust-remote-code", call, f"{FLAG} looked up with True as the default")


def at_function(node, scope):
    given = node.args
    plain = given.posonlyargs + given.args
    pairs = list(zip(plain[len(plain) - len(given.defaults):], given.defaults))
    pairs += zip(given.kwonlyargs, given.kw_defaults)
    on = {one.arg: one for one, default in pairs if default is not None and true(default)}
    if FLAG in on:
        yield spot("trust-remote-code", on[FLAG], f"parameter {FLAG}=True")
    inner = scope_of(node, scope)
    for call in (one for one in ast.walk(node) if on and isinstance(one, ast.Call)):
        name = dotted(call.func, inner)
        value = argument(call, "allow_pickle", NUMPY[name]) if name in NUMPY else None
        if isinstance(value, ast.Name) and value.id in on:
            yield spot("numpy-load", call, f"parameter {value.id}=True decides allow_pickle", also=on[value.id])


def at_dictionary(node):
    for key, value in zip(node.keys, node.values):
        if isinstance(key, ast.Constant) and key.value == FLAG and true(value):
            yield spot("trust-remote-code", key, f"dictionary with {FLAG}: True", also=value)


def at_assignment(node, scope):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    value = node.value
    if value is None:
        return
    if unsafe_loader(value, scope) and all(isinstance(one, ast.Name) for one in targets):
        yield spot("yaml-load", node, "unsafe loader kept under a name")
    field = isinstance(value, ast.Call) and (true(keyword(value, "default")) or any(true(one) for one in value.args[:1]))
    field = field and isinstance(node, ast.AnnAssign)
    if (true(value) or field) and any(name_of(one) == FLAG for one in targets):
        yield spot("trust-remote-code", node, f"{FLAG} set to True")


def name_of(target):
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return target.slice.value
    return None
