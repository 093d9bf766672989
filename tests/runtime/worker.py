"""Runs small programs and tells what they called.

Each line of standard input is a job, a JSON object:

    files       the program: its files by their path
    drive       the text of a module that runs the program
    yes         whether the decisions are handed in at its entry points

Each job is answered with one line, a JSON object: `error`, the traceback of an import that failed, or
null; `open`, the functions whose parameters trust by default; `scenarios`, a list of what each function of the drive did: `name`, `calls` (`name`, `decision`,
`rest`), `result`, and `error`, a traceback or null. What is called while the modules are imported
stands in a scenario of its own, `import`.

The functions of the drive are called in their order with one argument, `Yes`. The modules of a program
are forgotten when it has run.
"""

import ast
import importlib.abc
import importlib.machinery
import inspect
import json
import os
import re
import signal
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "stubs"))

import asyncio  # noqa: E402, F401  (here, so that it is loaded once and not by every job)
import concurrent.futures  # noqa: E402, F401
import functools  # noqa: E402, F401
import threading  # noqa: E402, F401

import datasets  # noqa: E402, F401
import fastapi  # noqa: E402, F401
import numpy  # noqa: E402, F401
import recorder  # noqa: E402
import sentence_transformers  # noqa: E402, F401
import torch.utils.data  # noqa: E402, F401
import transformers  # noqa: E402, F401
import vllm  # noqa: E402, F401

# Far longer than any job takes, seconds.
LONGEST = 30


class Files(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules from texts."""

    def __init__(self, files):
        self.files = files

    def find_spec(self, fullname, path=None, target=None):
        base = fullname.replace(".", "/")
        for origin, package in ((base + "/__init__.py", True), (base + ".py", False)):
            if origin in self.files:
                return self.spec(fullname, origin, package)
        if any(name.startswith(base + "/") for name in self.files):
            return self.spec(fullname, None, True)
        return None

    def spec(self, fullname, origin, package):
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=origin, is_package=package)
        spec.loader_state = origin
        return spec

    def exec_module(self, module):
        origin = module.__spec__.loader_state
        if origin is not None:
            module.__file__ = origin
            exec(compile(self.files[origin], origin, "exec"), module.__dict__)

    def get_source(self, fullname):
        spec = self.find_spec(fullname)
        return self.files.get(spec.loader_state) if spec else None

    def is_package(self, fullname):
        spec = self.find_spec(fullname)
        return spec is not None and spec.submodule_search_locations is not None


class Yes:
    """What a drive hands in at the entry points: nothing, or every decision."""

    NAMES = ("trust_remote_code", "trust_data", "trust_repo")

    def __init__(self, said, files):
        self.said = said
        self.files = files

    def named(self, *names):
        """Keyword arguments: True for each name, or none."""
        return {name: True for name in names} if self.said else {}

    @property
    def code(self):
        """`trust_remote_code=True`, or nothing."""
        return self.named("trust_remote_code")

    @property
    def data(self):
        """`trust_data=True`, or nothing."""
        return self.named("trust_data")

    @property
    def repo(self):
        """`trust_repo=True`, or nothing."""
        return self.named("trust_repo")

    def to(self, function):
        """Those decisions for which a function has a parameter."""
        parameters = inspect.signature(function).parameters
        return self.named(*(name for name in self.NAMES if name in parameters))

    def flags(self, *flags):
        """The flags of a command line, or none."""
        return list(flags) if self.said else []

    def script(self, path, *arguments):
        """Runs a file as a script."""
        sys.argv = [path, *arguments]
        exec(compile(self.files[path], path, "exec"), {"__name__": "__main__", "__file__": path})


def shown(value):
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def failure(error):
    """The traceback, without the worker's own lines."""
    frames = traceback.format_exception(error)
    return "".join(frame for frame in frames if "worker.py" not in frame)


def trusting(files):
    """The functions with a parameter for a decision that is true by default, whether it is used or
    not."""
    found = []
    for path, text in sorted(files.items()):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                arguments = node.args
                last = [*arguments.posonlyargs, *arguments.args][-len(arguments.defaults) or None :]
                pairs = [*zip(last, arguments.defaults), *zip(arguments.kwonlyargs, arguments.kw_defaults)]
                if any(p.arg in Yes.NAMES and ast.unparse(d) == "True" for p, d in pairs if d):
                    found.append(f"{path}:{node.lineno} {node.name}")
    return found


def scenario(name, run):
    recorder.CALLS.clear()
    result, error = None, None
    try:
        result = shown(run())
    except BaseException as raised:
        error = failure(raised)
    return {"name": name, "calls": list(recorder.CALLS), "result": result, "error": error}


def perform(job):
    files = dict(job["files"])
    finder = Files(files)
    sys.meta_path.insert(0, finder)
    signal.alarm(LONGEST)
    try:
        return driven(files, job["drive"], Yes(job["yes"], files))
    finally:
        # Nothing of a program is left for the next one.
        signal.alarm(0)
        sys.meta_path.remove(finder)
        for name, module in list(sys.modules.items()):
            if getattr(module, "__loader__", None) is finder:
                del sys.modules[name]


def driven(files, text, yes):
    drive = {"__name__": "drive", "__file__": "drive.py"}
    first = scenario("import", lambda: exec(compile(text, "drive.py", "exec"), drive))
    if first["error"]:
        return {"error": first["error"], "open": [], "scenarios": []}
    rest = [
        scenario(name, functools.partial(function, yes))
        for name, function in drive.items()
        if inspect.isfunction(function) and function.__module__ == "drive" and not name.startswith("_")
    ]
    return {"error": None, "open": trusting(files), "scenarios": [first, *rest]}


def late(number, frame):
    raise TimeoutError(f"it runs for more than {LONGEST} seconds")


def main():
    signal.signal(signal.SIGALRM, late)
    answers = sys.stdout
    # What a program prints is not part of the answer.
    sys.stdout = open(os.devnull, "w")
    for line in sys.stdin:
        try:
            answer = perform(json.loads(line))
        except BaseException as raised:
            error = "".join(traceback.format_exception(raised))
            answer = {"error": error, "open": [], "scenarios": []}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
