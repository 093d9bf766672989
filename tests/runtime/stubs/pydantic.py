"""A stand-in for the library of that name (version 2)."""

import copy
import types
import typing

_MISSING = object()


class ValidationError(ValueError):
    pass


class FieldInfo:
    def __init__(self, default=_MISSING, default_factory=None, description=None, **rest):
        self.default, self.default_factory, self.description = default, default_factory, description
        self.alias = rest.get("alias")

    def made(self):
        if self.default_factory is not None:
            return self.default_factory()
        return copy.deepcopy(self.default)

    @property
    def required(self):
        return self.default is _MISSING and self.default_factory is None


def Field(default=_MISSING, **rest):
    return FieldInfo(_MISSING if default is ... else default, **rest)


def ConfigDict(**options):
    return options


def field_validator(*names, mode="after"):
    def decorator(function):
        function = function.__func__ if isinstance(function, classmethod) else function
        function._validates = names
        return classmethod(function)

    return decorator


def _fits(value, hint):
    if hint is bool and isinstance(value, str):
        return value.lower() in ("1", "true", "yes", "on")
    if hint in (int, float) and isinstance(value, (str, int)) and not isinstance(value, bool):
        try:
            return hint(value)
        except ValueError:
            raise ValidationError(f"{value!r} is not {hint}")
    if hint in (str, bool) and not isinstance(value, hint):
        raise ValidationError(f"{value!r} is not {hint}")
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias) and issubclass(hint, BaseModel) and isinstance(value, dict):
        return hint(**value)
    return value


class BaseModel:
    model_config = {}
    model_fields = {}

    def __init_subclass__(cls, **options):
        fields = {}
        for base in reversed(cls.__mro__[1:]):
            fields.update(vars(base).get("model_fields", {}))
        for name in vars(cls).get("__annotations__", {}):
            hint = cls.__annotations__[name]
            if name.startswith("_") or name in ("model_config",) or "ClassVar" in str(hint):
                continue
            value = vars(cls).get(name, _MISSING)
            info = value if isinstance(value, FieldInfo) else FieldInfo(value)
            fields[name] = info
            if name in vars(cls):
                delattr(cls, name)
        for name, value in list(vars(cls).items()):
            if isinstance(value, FieldInfo) or (
                not name.startswith("_") and name not in ("model_config", "model_fields") and isinstance(value, (bool, int, str, float, list, dict))
            ):
                raise TypeError(f"A non-annotated attribute was detected: `{name}`")
        cls.model_fields = fields
        cls.model_config = {**cls.model_config, **options}

    def __init__(self, /, **data):
        hints = typing.get_type_hints(type(self))
        values = {}
        for name, info in self.model_fields.items():
            key = info.alias if info.alias and info.alias in data else name
            if key in data:
                values[name] = _fits(data.pop(key), hints.get(name))
            elif info.required:
                raise ValidationError(f"{type(self).__name__}: {name}: Field required")
            else:
                values[name] = info.made()
        if data:
            extra = self.model_config.get("extra", "ignore")
            if extra == "forbid":
                raise ValidationError(f"Extra inputs are not permitted: {sorted(data)}")
            if extra == "allow":
                values.update(data)
        for base in type(self).__mro__:
            for each in vars(base).values():
                if isinstance(each, classmethod) and hasattr(each.__func__, "_validates"):
                    for name in each.__func__._validates:
                        values[name] = each.__func__(type(self), values[name])
        self.__dict__.update(values)
        self.model_post_init(None)

    def model_post_init(self, context):
        pass

    def __setattr__(self, name, value):
        if self.model_config.get("frozen"):
            raise ValidationError("Instance is frozen")
        if name not in self.model_fields and not name.startswith("_") and self.model_config.get("extra") != "allow":
            raise ValueError(f'"{type(self).__name__}" object has no field "{name}"')
        self.__dict__[name] = value

    @classmethod
    def model_validate(cls, data):
        return data if isinstance(data, cls) else cls(**data)

    def model_dump(self, **options):
        return {key: value.model_dump() if isinstance(value, BaseModel) else value for key, value in self.__dict__.items()}

    def model_copy(self, *, update=None, deep=False):
        made = type(self).__new__(type(self))
        made.__dict__.update(copy.copy(self.__dict__))
        made.__dict__.update(update or {})
        return made

    dict, copy, parse_obj = model_dump, model_copy, model_validate

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.__dict__.items())})"
