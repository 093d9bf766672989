"""Runs fixtures before and after their edits, as the `behaviour.py` beside each says.

A function of `behaviour.py` is run twice, each time in an empty folder of its own and with the names of
a fresh `module.py`: those of `before`, then those of `after`. What it is called tells what must hold:

    same_...     it returns the same
    attack_...   it returns True before, for the attack succeeds, and False after

`STUBS` lists packages that are replaced by recorders, `NAMES` what the module finds defined. Prints what
is wrong, and how many functions were run.
"""

import contextlib
import importlib.util
import io
import json
import os
import sys
import tempfile
import types
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))


class Recorder(types.ModuleType):
    """A package, or anything of it: it notes the calls of all that is read from it."""

    def __init__(self, name, calls):
        super().__init__(name)
        self.__dict__.update(__path__=[], calls=calls)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        return sys.modules.get(full) or Recorder(full, self.calls)

    def __call__(self, *arguments, **keywords):
        self.calls.append((self.__name__, arguments, keywords))
        return Recorder(f"{self.__name__}()", self.calls)

    def __repr__(self):
        return self.__name__


def read(path):
    """The scenarios of a fixture."""
    spec = importlib.util.spec_from_file_location("behaviour", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def quiet():
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


def observe(scenarios, name, source):
    """What one scenario returns with the module of a source file, or how it fails."""
    calls = []
    for package in getattr(scenarios, "STUBS", []):
        sys.modules[package] = Recorder(package, calls)
    names = {"__name__": "module", **getattr(scenarios, "NAMES", {})}
    home = os.getcwd()
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder, quiet():
        os.chdir(folder)
        try:
            code = compile(source.read_text(), str(source), "exec")
            module = types.SimpleNamespace(calls=calls, run=lambda: exec(code, names), names=names)
            return getattr(scenarios, name)(module)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            os.chdir(home)
            os.environ.clear()
            os.environ.update(environment)


def compare(fixture):
    """What is wrong with a fixture, and how many functions were run."""
    scenarios = read(fixture / "behaviour.py")
    wrong, count = [], 0
    for name in [name for name in vars(scenarios) if name.startswith(("same_", "attack_"))]:
        before, after = (observe(scenarios, name, fixture / side / "module.py") for side in ("before", "after"))
        count += 1
        if name.startswith("same_"):
            holds = before == after and before is not None and "Error: " not in str(before)
        else:
            holds = (before, after) == (True, False)
        if not holds:
            wrong.append(f"{fixture.parent.name}/{fixture.name} {name}: {before!r} became {after!r}")
    return wrong, count


def main(fixtures):
    every, count = [], 0
    for fixture in fixtures:
        wrong, here = compare(Path(fixture).absolute())
        every += wrong
        count += here
    print(json.dumps({"wrong": every, "count": count}))


main(sys.argv[1:])
