"""Keeps what the stand-ins for libraries are called with."""

CALLS = []


def record(name, decision, *arguments, **named):
    """Keeps a call with the decision that it was handed. What is neither True, False nor None is
    shown."""
    decision = decision if decision is None or isinstance(decision, bool) else repr(decision)
    CALLS.append({"name": name, "decision": decision, "rest": _rest(arguments, named)})


def note(name, *values, **named):
    """Keeps that a function of the program ran, and what it received. The decisions themselves are
    left out: where a function takes any keyword, they are among them."""
    named = {key: value for key, value in named.items() if not key.startswith("trust_")}
    CALLS.append({"name": name, "decision": None, "rest": _rest(values, named)})


def _rest(values, named):
    return ", ".join([*map(repr, values), *(f"{key}={value!r}" for key, value in named.items())])


class Loaded:
    """What a loader returns. It can be used in any way, and has a text that stays the same."""

    def __init__(self, what):
        self.__dict__["what"] = what

    def __repr__(self):
        return f"<{self.what}>"

    def __bool__(self):
        return True

    def __len__(self):
        return 2

    def __iter__(self):
        return iter([Loaded(f"{self.what}[0]"), Loaded(f"{self.what}[1]")])

    def __getitem__(self, key):
        return Loaded(f"{self.what}[{key!r}]")

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Loaded(f"{self.what}.{name}")

    def __call__(self, *arguments, **named):
        return Loaded(f"{self.what}({_rest(arguments, named)})")
