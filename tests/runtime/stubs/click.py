"""A stand-in for the library of that name (version 8)."""

import functools
import os
import sys


class ClickException(Exception):
    exit_code = 1

    def __init__(self, message=""):
        super().__init__(message)
        self.message = message


class UsageError(ClickException):
    exit_code = 2


class BadParameter(UsageError):
    pass


class MissingParameter(BadParameter):
    pass


class NoSuchOption(UsageError):
    pass


class Abort(RuntimeError):
    pass


class Exit(RuntimeError):
    def __init__(self, code=0):
        self.exit_code = code


class ParamType:
    name = "text"

    def convert(self, value, param=None, ctx=None):
        return value

    def __call__(self, value):
        return self.convert(value)


class Choice(ParamType):
    def __init__(self, choices, case_sensitive=True):
        self.choices = list(choices)

    def convert(self, value, param=None, ctx=None):
        if value not in self.choices:
            raise BadParameter(f"{value!r} is not one of {self.choices}")
        return value


class Path(ParamType):
    def __init__(self, exists=False, file_okay=True, dir_okay=True, path_type=None, **rest):
        self.path_type = path_type

    def convert(self, value, param=None, ctx=None):
        return self.path_type(value) if self.path_type else value


class IntRange(ParamType):
    def __init__(self, min=None, max=None, **rest):
        self.min, self.max = min, max

    def convert(self, value, param=None, ctx=None):
        value = int(value)
        if (self.min is not None and value < self.min) or (self.max is not None and value > self.max):
            raise BadParameter(f"{value} is out of range")
        return value


class FloatRange(IntRange):
    def convert(self, value, param=None, ctx=None):
        return float(value)


STRING, INT, FLOAT, BOOL = str, int, float, bool


def _truth(value):
    if isinstance(value, bool):
        return value
    text = str(value).lower()
    if text in ("1", "true", "t", "yes", "y", "on"):
        return True
    if text in ("0", "false", "f", "no", "n", "off", ""):
        return False
    raise BadParameter(f"{value!r} is not a valid boolean")


class Parameter:
    def __init__(self, decls, type=None, required=None, default=None, nargs=1, multiple=False,
                 callback=None, expose_value=True, is_eager=False, envvar=None, metavar=None):
        self.default, self.nargs, self.multiple, self.callback = default, nargs, multiple, callback
        self.expose_value, self.is_eager, self.envvar = expose_value, is_eager, envvar
        self.required = bool(required)
        if type is None and default is not None and not callable(default):
            probe = default
            if multiple or nargs != 1:
                probe = default[0] if default else ""
            type = probe.__class__
        self.type = type or str

    def cast(self, value):
        def one(item):
            if self.type is bool:
                return _truth(item)
            if self.type in (int, float, str):
                try:
                    return self.type(item)
                except ValueError:
                    raise BadParameter(f"{item!r} is not a valid {self.type.__name__}")
            return self.type(item) if callable(self.type) else item
        if value is None:
            return () if self.multiple or self.nargs == -1 else None
        if self.multiple or self.nargs != 1:
            return tuple(one(item) for item in value)
        return one(value)

    def get_default(self, ctx=None):
        return self.default() if callable(self.default) else self.default

    def settle(self, ctx, given):
        value = given
        if value is None and self.envvar and os.environ.get(self.envvar):
            value = os.environ[self.envvar]
        if value is None:
            value = self.get_default(ctx)
        value = self.cast(value)
        if self.required and (value is None or value == ()):
            raise MissingParameter(f"missing parameter: {self.name}")
        if self.callback:
            value = self.callback(ctx, self, value)
        return value


class Option(Parameter):
    def __init__(self, decls, is_flag=None, flag_value=None, count=False, help=None, show_default=None,
                 prompt=False, hidden=False, show_envvar=False, **attrs):
        name, self.opts, self.off = None, [], []
        for decl in decls:
            if not decl.startswith("-"):
                if name is not None:
                    raise TypeError("name defined twice")
                name = decl
            elif "/" in decl:
                on, off = decl.split("/", 1)
                self.opts.append(on.strip())
                self.off.append(off.strip())
            else:
                self.opts.append(decl)
        if name is None:
            best = sorted(self.opts, key=lambda opt: -(len(opt) - len(opt.lstrip("-"))))[0]
            name = best.lstrip("-").replace("-", "_").lower()
        if not name.isidentifier():
            raise TypeError(f"could not determine a name from {decls}")
        self.name, self.help, self.count = name, help, count
        if is_flag is None:
            is_flag = bool(self.off) or flag_value is not None
        self.is_flag = is_flag
        if is_flag:
            self.flag_value = True if flag_value is None else flag_value
            if attrs.get("default") is None and flag_value is None:
                attrs["default"] = False
            attrs.setdefault("type", bool if flag_value is None else None)
        if count:
            attrs.setdefault("type", int)
            if attrs.get("default") is None:
                attrs["default"] = 0
        super().__init__(decls, **attrs)


class Argument(Parameter):
    def __init__(self, decls, required=None, help=None, **attrs):
        if help is not None:
            raise TypeError("Parameter.__init__() got an unexpected keyword argument 'help'")
        if len(decls) != 1:
            raise TypeError("Arguments take exactly one parameter declaration")
        self.name = decls[0].replace("-", "_").lower()
        if required is None:
            required = attrs.get("default") is None and attrs.get("nargs", 1) != -1
        super().__init__(decls, required=required, **attrs)


_STACK = []


class Context:
    def __init__(self, command, info_name=None, parent=None, obj=None):
        self.command, self.info_name, self.parent = command, info_name, parent
        self.obj = obj if obj is not None else (parent.obj if parent else None)
        self.params, self.args, self.invoked_subcommand = {}, [], None
        self.meta = parent.meta if parent else {}

    def __enter__(self):
        _STACK.append(self)
        return self

    def __exit__(self, *rest):
        _STACK.pop()

    def ensure_object(self, kind):
        if not isinstance(self.obj, kind):
            self.obj = kind()
        return self.obj

    def find_root(self):
        return self.parent.find_root() if self.parent else self

    def invoke(self, callback, *args, **kwargs):
        if isinstance(callback, Command):
            command = callback
            callback = command.callback
            ctx = Context(command, command.name, self)
            for param in command.params:
                if param.name not in kwargs and param.expose_value:
                    kwargs[param.name] = param.cast(param.get_default(ctx))
            ctx.params.update(kwargs)
        else:
            ctx = self
        with ctx:
            return callback(*args, **kwargs)

    def forward(self, command, *args, **kwargs):
        for name in self.params:
            if name not in kwargs:
                kwargs[name] = self.params[name]
        return self.invoke(command, *args, **kwargs)

    def exit(self, code=0):
        raise Exit(code)

    def fail(self, message):
        raise UsageError(message)

    def get_parameter_source(self, name):
        return None


def get_current_context(silent=False):
    if not _STACK and silent:
        return None
    if not _STACK:
        raise RuntimeError("There is no active click context.")
    return _STACK[-1]


class Command:
    allow_interspersed = True

    def __init__(self, name, callback=None, params=None, help=None, context_settings=None, epilog=None,
                 short_help=None, hidden=False, no_args_is_help=False, add_help_option=True, deprecated=False):
        self.name, self.callback, self.params, self.help = name, callback, list(params or []), help
        self.context_settings = context_settings or {}
        self.__doc__ = callback.__doc__ if callback else None

    def parse(self, ctx, args):
        table = {}
        for param in self.params:
            if isinstance(param, Option):
                for opt in param.opts:
                    table[opt] = (param, True)
                for opt in param.off:
                    table[opt] = (param, False)
        given, loose, args = {}, [], list(args)
        unknown = self.context_settings.get("ignore_unknown_options")
        while args:
            arg = args.pop(0)
            if arg == "--":
                loose += args
                break
            if arg.startswith("-") and len(arg) > 1:
                opt, eq, value = arg.partition("=") if arg.startswith("--") else (arg, "", "")
                if opt not in table:
                    if unknown:
                        loose.append(arg)
                        continue
                    raise NoSuchOption(f"No such option: {opt}")
                param, on = table[opt]
                if param.is_flag:
                    if eq:
                        raise UsageError(f"Option {opt!r} does not take a value.")
                    given[param.name] = param.flag_value if on else False
                elif param.count:
                    given[param.name] = given.get(param.name, 0) + 1
                else:
                    if eq:
                        values = [value]
                    else:
                        if len(args) < max(param.nargs, 1):
                            raise UsageError(f"Option {opt!r} requires an argument.")
                        values = [args.pop(0) for _ in range(param.nargs)]
                    value = values[0] if param.nargs == 1 else tuple(values)
                    if param.multiple:
                        given.setdefault(param.name, []).append(value)
                    else:
                        given[param.name] = value
            else:
                loose.append(arg)
                if not self.allow_interspersed:
                    loose += args
                    break
        positional = [param for param in self.params if isinstance(param, Argument)]
        after = 0
        for index, param in enumerate(positional):
            after = sum(max(p.nargs, 1) for p in positional[index + 1:] if p.required)
            if param.nargs == -1:
                count = max(len(loose) - after, 0)
                given[param.name], loose = loose[:count] or None, loose[count:]
            elif param.nargs == 1:
                given[param.name] = loose.pop(0) if loose else None
            else:
                given[param.name], loose = loose[:param.nargs] or None, loose[param.nargs:]
        for param in sorted(self.params, key=lambda param: not param.is_eager):
            value = param.settle(ctx, given.get(param.name))
            if param.expose_value:
                ctx.params[param.name] = value
        return loose

    def rest(self, ctx, loose):
        if loose and not self.context_settings.get("allow_extra_args"):
            raise UsageError(f"Got unexpected extra arguments {loose}")
        ctx.args = loose

    def run(self, ctx, args):
        with ctx:
            self.rest(ctx, self.parse(ctx, args))
            return ctx.invoke(self.callback, **ctx.params)

    def main(self, args=None, prog_name=None, standalone_mode=True, obj=None, **extra):
        args = sys.argv[1:] if args is None else list(args)
        ctx = Context(self, prog_name or self.name, obj=obj)
        try:
            value = self.run(ctx, args)
        except Exit as done:
            if standalone_mode:
                sys.exit(done.exit_code)
            return done.exit_code
        except ClickException as error:
            if not standalone_mode:
                raise
            print(error.message, file=sys.stderr)
            sys.exit(error.exit_code)
        if standalone_mode:
            sys.exit(0)
        return value

    def __call__(self, *args, **kwargs):
        return self.main(*args, **kwargs)

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}>"


class Group(Command):
    allow_interspersed = False

    def __init__(self, name=None, commands=None, invoke_without_command=False, chain=False, **attrs):
        super().__init__(name, **attrs)
        self.commands = dict(commands or {})
        self.invoke_without_command = invoke_without_command

    def add_command(self, command, name=None):
        self.commands[name or command.name] = command

    def command(self, *args, **kwargs):
        if args and callable(args[0]):
            made = command()(args[0])
            self.add_command(made)
            return made

        def decorator(function):
            made = command(*args, **kwargs)(function)
            self.add_command(made)
            return made

        return decorator

    def group(self, *args, **kwargs):
        kwargs.setdefault("cls", Group)
        return self.command(*args, **kwargs)

    def run(self, ctx, args):
        with ctx:
            loose = self.parse(ctx, args)
            if not loose:
                if not self.invoke_without_command:
                    raise UsageError("Missing command.")
                return ctx.invoke(self.callback, **ctx.params)
            name = loose[0]
            if name not in self.commands:
                raise UsageError(f"No such command {name!r}.")
            ctx.invoked_subcommand = name
            if self.callback:
                ctx.invoke(self.callback, **ctx.params)
            sub = self.commands[name]
            return sub.run(Context(sub, name, ctx), loose[1:])


MultiCommand = Group


def command(name=None, cls=None, **attrs):
    if callable(name):
        return command()(name)

    def decorator(function):
        if isinstance(function, Command):
            raise TypeError("Attempted to convert a callback into a command twice.")
        params = attrs.pop("params", None) or []
        params = [*params, *reversed(getattr(function, "__click_params__", []))]
        if hasattr(function, "__click_params__"):
            del function.__click_params__
        names = [param.name for param in params]
        for item in names:
            if names.count(item) > 1:
                raise UserWarning(f"the parameter {item} is used more than once")
        made = name
        if made is None:
            made = function.__name__.lower().replace("_", "-")
        return (cls or Command)(made, callback=function, params=params, **attrs)

    return decorator


def group(name=None, cls=None, **attrs):
    if callable(name):
        return group()(name)
    return command(name, cls or Group, **attrs)


def _memo(function, param):
    if isinstance(function, Command):
        function.params.append(param)
    else:
        if not hasattr(function, "__click_params__"):
            function.__click_params__ = []
        function.__click_params__.append(param)
    return function


def option(*decls, cls=None, **attrs):
    return lambda function: _memo(function, (cls or Option)(decls, **attrs))


def argument(*decls, cls=None, **attrs):
    return lambda function: _memo(function, (cls or Argument)(decls, **attrs))


def version_option(version=None, *decls, **attrs):
    def callback(ctx, param, value):
        if value:
            print(version)
            ctx.exit()

    attrs = {key: value for key, value in attrs.items() if key in ("help",)}
    return option(*(decls or ("--version",)), is_flag=True, expose_value=False, is_eager=True, callback=callback, **attrs)


def pass_context(function):
    return functools.update_wrapper(lambda *a, **k: function(get_current_context(), *a, **k), function)


def pass_obj(function):
    return functools.update_wrapper(lambda *a, **k: function(get_current_context().obj, *a, **k), function)


def make_pass_decorator(kind, ensure=False):
    def decorator(function):
        def inner(*args, **kwargs):
            ctx = get_current_context()
            while ctx is not None and not isinstance(ctx.obj, kind):
                ctx = ctx.parent
            if ctx is None and ensure:
                found = get_current_context().ensure_object(kind)
            elif ctx is None:
                raise RuntimeError("no such object")
            else:
                found = ctx.obj
            return get_current_context().invoke(function, found, *args, **kwargs)

        return functools.update_wrapper(inner, function)

    return decorator


def echo(message=None, file=None, nl=True, err=False, color=None):
    print(message if message is not None else "", file=sys.stderr if err else file)


def secho(message=None, file=None, nl=True, err=False, **styles):
    echo(message, file, nl, err)


def style(text, **styles):
    return text
