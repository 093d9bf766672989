"""A stand-in for the library of that name: classes are made by `dataclasses`."""

import dataclasses

NOTHING = dataclasses.MISSING


class _Factory:
    def __init__(self, factory):
        self.factory = factory


def Factory(factory, takes_self=False):
    return _Factory(factory)


def field(*, default=NOTHING, factory=None, kw_only=False, init=True, repr=True, validator=None, converter=None,
          metadata=None, alias=None, eq=None, on_setattr=None):
    options = dict(kw_only=kw_only, init=init, repr=repr, metadata={**(metadata or {}), "_converter": converter, "_validator": validator})
    if isinstance(default, _Factory):
        factory, default = default.factory, NOTHING
    if factory is not None:
        options["default_factory"] = factory
    elif default is not NOTHING:
        options["default"] = default
    return dataclasses.field(**options)


def _made(cls, slots, frozen, kw_only):
    for name, value in list(vars(cls).items()):
        if isinstance(value, _Factory):
            setattr(cls, name, dataclasses.field(default_factory=value.factory))
    post = getattr(cls, "__attrs_post_init__", None)

    def after(self):
        for one in dataclasses.fields(self):
            convert = one.metadata.get("_converter")
            if convert:
                object.__setattr__(self, one.name, convert(getattr(self, one.name)))
            check = one.metadata.get("_validator")
            for each in check if isinstance(check, (list, tuple)) else [check] if check else []:
                each(self, one, getattr(self, one.name))
        if post:
            post(self)

    cls.__post_init__ = after
    return dataclasses.dataclass(slots=slots, frozen=frozen, kw_only=kw_only)(cls)


def define(maybe=None, *, slots=True, frozen=False, kw_only=False, auto_attribs=None, init=True, repr=True, eq=True, order=False):
    def decorator(cls):
        return _made(cls, slots, frozen, kw_only)

    return decorator if maybe is None else decorator(maybe)


def frozen(maybe=None, **options):
    return define(maybe, frozen=True, **options)


mutable = define


def asdict(instance, **options):
    return dataclasses.asdict(instance)


def evolve(instance, **changes):
    return dataclasses.replace(instance, **changes)


def fields(cls):
    return dataclasses.fields(cls)


def has(cls):
    return dataclasses.is_dataclass(cls)


class validators:
    @staticmethod
    def instance_of(kind):
        def check(instance, attribute, value):
            if not isinstance(value, kind):
                raise TypeError(f"{attribute.name} must be {kind}")

        return check

    @staticmethod
    def in_(options):
        def check(instance, attribute, value):
            if value not in options:
                raise ValueError(f"{attribute.name} must be in {options}")

        return check
