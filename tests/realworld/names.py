"""What the names of a Python module stand for, as far as its imports tell."""

import ast
import dataclasses

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES = (*FUNCTIONS, ast.ClassDef)
STARS = {
    "torch": ["load", "hub"],
    "numpy": ["load", "lib"],
    "yaml": [
        "load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all",
        "Loader", "FullLoader", "UnsafeLoader", "SafeLoader", "BaseLoader", "CLoader", "CSafeLoader",
    ],
}


@dataclasses.dataclass
class Scope:
    """The names of one module, class or function; None for what is not an import."""

    names: dict
    outer: "Scope | None"
    is_class: bool = False


def scope_of(node, outer):
    """The scope that a module, class or function opens."""
    names = {}
    for argument in arguments_of(node):
        names[argument.arg] = None
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    for inner in inside(body):
        bind(inner, names)
    return Scope(names=names, outer=outer, is_class=isinstance(node, ast.ClassDef))


def arguments_of(node):
    if not isinstance(node, FUNCTIONS):
        return []
    given = node.args
    rest = [given.vararg, given.kwarg]
    return given.posonlyargs + given.args + given.kwonlyargs + [one for one in rest if one]


def inside(statements):
    """All nodes below, without those of nested scopes; the nested scope itself is among them."""
    stack = list(reversed(statements))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, SCOPES):
            stack.extend(ast.iter_child_nodes(node))


def bind(node, names):
    """Notes what a node binds; an import wins over other bindings of the same name."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            names[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
    elif isinstance(node, ast.ImportFrom):
        bind_from(node, names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        names.setdefault(node.id, None)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        names.setdefault(node.name, None)


def bind_from(node, names):
    module = node.module if node.level == 0 else None
    for alias in node.names:
        if alias.name != "*":
            names[alias.asname or alias.name] = f"{module}.{alias.name}" if module else None
            continue
        for name in STARS.get(module, []):
            names.setdefault(name, f"{module}.{name}")


def dotted(node, scope):
    """The absolute dotted name of an expression such as `t.load`, or None."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    origin = look_up(node.id, scope)
    return ".".join([origin, *reversed(parts)]) if origin else None


def look_up(name, scope):
    first = True
    while scope:
        if name in scope.names and (first or not scope.is_class):
            return scope.names[name]
        scope, first = scope.outer, False
    return None
