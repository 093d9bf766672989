"""A stand-in for the library of that name: the older interface of `attrs`."""

from attrs import *  # noqa: F403
from attrs import NOTHING, Factory, _made, asdict, define, evolve, field, fields, frozen, has, mutable, validators  # noqa: F401


def ib(default=NOTHING, factory=None, type=None, validator=None, converter=None, kw_only=False, init=True, repr=True, metadata=None):
    made = field(default=default, factory=factory, validator=validator, converter=converter, kw_only=kw_only, init=init, repr=repr, metadata=metadata)
    return made


def s(maybe=None, *, auto_attribs=False, frozen=False, slots=False, kw_only=False, **rest):
    def decorator(cls):
        if not auto_attribs:
            import dataclasses

            notes = {}
            for name, value in vars(cls).items():
                if isinstance(value, dataclasses.Field):
                    notes[name] = object
            cls.__annotations__ = notes
        return _made(cls, slots, frozen, kw_only)

    return decorator if maybe is None else decorator(maybe)


attrs, attrib = s, ib
dataclass = lambda cls: s(cls, auto_attribs=True)  # noqa: E731
