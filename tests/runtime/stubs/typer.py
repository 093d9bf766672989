"""A stand-in for the library of that name. It makes commands of the stand-in for click."""

import enum
import inspect
import pathlib
import sys
import typing
from typing import Annotated  # noqa: F401

import click
from click import Abort, BadParameter, Context, echo, secho, style  # noqa: F401


class Exit(click.Exit):
    pass


class _Info:
    def __init__(self, kind, default, decls, **attrs):
        self.kind, self.default, self.decls = kind, default, decls
        self.attrs = {key: value for key, value in attrs.items() if key in ("envvar", "is_eager", "callback")}
        self.metavar = attrs.get("metavar")


def Option(default=..., *decls, **attrs):
    return _Info("option", default, decls, **attrs)


def Argument(default=..., **attrs):
    return _Info("argument", default, (), **attrs)


class _CallbackParam(str):
    pass


def _command(function, name, kind=click.Command, **extra):
    hints = typing.get_type_hints(function, include_extras=True)
    params, context, convert = [], None, {}
    for key, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            # Typer takes them for an argument that is required, and cannot call the function.
            raise RuntimeError(f"Type not yet supported: *{key}")
        hint = hints.get(key, str)
        info = None
        if typing.get_origin(hint) is typing.Annotated:
            hint, *notes = typing.get_args(hint)
            for note in notes:
                if isinstance(note, _Info):
                    info = note
                    if info.default is not ...:
                        # `Annotated[bool, typer.Option("--flag")]`: the first is a declaration.
                        info = _Info(info.kind, ..., (info.default, *info.decls))
                        info.attrs = note.attrs
        if hint is click.Context:
            context = key
            continue
        default = parameter.default
        if isinstance(default, _Info):
            if info is not None:
                raise TypeError(f"{key}: two specifications")
            info, default = default, default.default
        if default is ... :
            default = inspect.Parameter.empty
        required = default is inspect.Parameter.empty
        if info is None:
            info = _Info("argument" if required else "option", default, ())
        origin = typing.get_origin(hint)
        many = False
        if origin is typing.Union or str(type(hint)) == "<class 'types.UnionType'>":
            hint = next(one for one in typing.get_args(hint) if one is not type(None))
            origin = typing.get_origin(hint)
        if origin in (list, typing.List):
            many, hint = True, typing.get_args(hint)[0]
        if hint not in (str, int, float, bool, pathlib.Path) and not (isinstance(hint, type) and issubclass(hint, enum.Enum)):
            raise RuntimeError(f"Type not yet supported: {hint}")
        default = None if required else default
        dashed = "--" + key.replace("_", "-")
        if info.kind == "argument":
            attrs = dict(type=hint, required=required, default=default, **info.attrs)
            if many:
                attrs["nargs"] = -1
            params.append(click.Argument((key,), **attrs))
        elif hint is bool:
            decls = info.decls or (f"{dashed}/--no-{dashed[2:]}",)
            params.append(click.Option((key, *decls), is_flag=True, required=required, default=default, **info.attrs))
        else:
            params.append(click.Option((key, *(info.decls or (dashed,))), type=hint, required=required, default=default, multiple=many, **info.attrs))

    lists = {param.name for param in params if param.multiple or param.nargs == -1}

    def callback(**values):
        values = {key: list(value) if key in lists else value for key, value in values.items()}
        if context:
            values[context] = click.get_current_context()
        return function(**values)

    callback.__doc__ = function.__doc__
    return kind(name or function.__name__.lower().replace("_", "-"), callback=callback, params=params, **extra)


class Typer:
    def __init__(self, *, name=None, invoke_without_command=False, callback=None, **extra):
        self.name, self.commands, self.groups = name, [], []
        self.root = (callback, dict(invoke_without_command=invoke_without_command)) if callback else None

    def command(self, name=None, **extra):
        def decorator(function):
            self.commands.append((name, function))
            return function

        return decorator

    def callback(self, name=None, *, invoke_without_command=False, **extra):
        def decorator(function):
            self.root = (function, dict(invoke_without_command=invoke_without_command))
            return function

        return decorator

    def add_typer(self, other, *, name=None, **extra):
        self.groups.append((name or other.name, other))

    def build(self, group=False):
        if self.root is None and not self.groups and len(self.commands) == 1 and not group:
            return _command(self.commands[0][1], self.commands[0][0])
        if self.root:
            made = _command(self.root[0], self.name, click.Group, **self.root[1])
        else:
            made = click.Group(self.name)
        for name, function in self.commands:
            made.add_command(_command(function, name))
        for name, other in self.groups:
            made.add_command(other.build(group=True), name)
        return made

    def __call__(self, *args, **kwargs):
        return self.build()(*args, **kwargs)


def run(function):
    app = Typer()
    app.command()(function)
    app(sys.argv[1:])
