"""A stand-in for the library of that name."""

import ast
import inspect
import shlex
import sys


class FireExit(SystemExit):
    pass


def _value(text):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _call(function, args, positional):
    """Calls with what of the arguments fits, and returns the rest too."""
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values()]
    kinds = inspect.Parameter
    named = {p.name for p in parameters if p.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)}
    anything = any(p.kind is kinds.VAR_KEYWORD for p in parameters)
    several = any(p.kind is kinds.VAR_POSITIONAL for p in parameters)
    given, rest, args = {}, [], list(args)
    while args:
        arg = args.pop(0)
        if arg.startswith("--") and len(arg) > 2:
            key, eq, value = arg[2:].partition("=")
            key = key.replace("-", "_")
            lone = not eq and (not args or args[0].startswith("--"))
            if key in named or anything:
                if lone:
                    if key not in named and key.startswith("no") and key[2:] in named:
                        given[key[2:]] = False
                    else:
                        given[key] = True
                else:
                    given[key] = _value(value) if eq else _value(args.pop(0))
            elif lone and key.startswith("no") and key[2:] in named:
                given[key[2:]] = False
            else:
                rest.append(arg)
                if not eq and not lone:
                    rest.append(args.pop(0))
        else:
            rest.append(arg)
    values = []
    if positional:
        for p in parameters:
            if p.kind is kinds.POSITIONAL_OR_KEYWORD and p.name not in given and rest and not rest[0].startswith("--"):
                if p.default is not kinds.empty and given:
                    given[p.name] = _value(rest.pop(0))
                else:
                    given[p.name] = _value(rest.pop(0))
        if several:
            values = [_value(one) for one in rest if not one.startswith("--")]
            rest = [one for one in rest if one.startswith("--")]
    for p in parameters:
        if p.kind is kinds.POSITIONAL_OR_KEYWORD and p.default is kinds.empty and p.name not in given:
            raise FireExit(f"The function received no value for the required argument: {p.name}")
    if values:
        front = [given.pop(p.name, p.default) for p in parameters if p.kind is kinds.POSITIONAL_OR_KEYWORD]
        return function(*front, *values, **given), rest
    return function(**given), rest


def Fire(component=None, command=None, name=None, serialize=None):
    if isinstance(command, str):
        args = shlex.split(command)
    else:
        args = list(sys.argv[1:] if command is None else command)
    current = component
    while True:
        if inspect.isclass(current):
            current, args = _call(current, args, positional=False)
        elif inspect.isroutine(current):
            current, args = _call(current, args, positional=True)
        elif args:
            key = args.pop(0)
            if isinstance(current, dict) and key in current:
                current = current[key]
            elif not key.startswith("-") and hasattr(type(current), key.replace("-", "_")):
                current = getattr(current, key.replace("-", "_"))
            else:
                raise FireExit(f"Could not consume arg: {key}")
        else:
            return current
