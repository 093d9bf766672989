"""Runs the functions of a tree before and after it was rewritten and compares what they do.

Usage: compare.py FIXTURE...
Each fixture has the folders `before` and `after`. Every function at the top of every module is
called with values that its annotations and names ask for; the commands are stubs that record their
arguments, environment, folder and input. Prints a line for each difference; the last line counts.
"""

import ast
import asyncio
import concurrent.futures
import contextlib
import inspect
import importlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

STUB = """#!/bin/sh
set -f
name=${0##*/}
{
    printf 'run %s\\n' "$name"
    printf 'in %s\\n' "${PWD#"$CASE"}"
    printf 'with %s\\n' "${A-}|${B-}|${LANG_-}|${CUDA_VISIBLE_DEVICES-}|${OMP_NUM_THREADS-}|${MODE-}"
    for argument; do printf '<%s>' "$argument"; done
    printf '\\n'
    case $name in cat|sort|wc|grep|head|tee|xargs) if [ -p /dev/stdin ]; then /bin/cat; fi ;; esac
} > "$RECORDS/$name.$$"
echo "$name-said"
echo "$name-complained" >&2
case $name in false|fails) exit 3 ;; esac
"""
REAL = {"sh", "bash", "dash", "echo", "printf", "pwd", "kill"}


def main():
    differences = calls = told = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        observed = list(pool.map(both, sys.argv[1:]))
    for fixture, runs in zip(sys.argv[1:], observed):
        calls += len(runs[0])
        # A file that says why they differ.
        expected = pathlib.Path(fixture, "differs.txt")
        if expected.exists() and runs[0] == runs[1]:
            told += 1
            print(f"{fixture}: does not differ, though {expected.name} says so")
        for key in sorted(set(runs[0]) | set(runs[1])):
            old, new = (run.get(key) for run in runs)
            if old != new:
                differences += 1
                told += not expected.exists()
                if expected.exists():
                    continue
                print(f"{fixture}: {key}\n  before {old}\n  after  {new}")
    print(f"{calls} calls, {differences} differences, {told} unexpected")


def both(fixture):
    """What is seen before and after."""
    names = words(pathlib.Path(fixture, "before")) | words(pathlib.Path(fixture, "after"))
    return [observe(pathlib.Path(fixture, side), names) for side in ("before", "after")]


def words(tree):
    """All words of the modules: any of them may be a command."""
    found = set()
    for path in tree.rglob("*.py"):
        for word in "".join(c if c.isalnum() or c in "-_.+" else " " for c in path.read_text()).split():
            if word[0].isalpha() and len(word) < 40:
                found.add(word)
    return found - REAL - {"python", "python3"} | {"python", "python3"}


def observe(tree, names):
    folder = tempfile.mkdtemp()
    try:
        home = os.path.join(folder, "tree")
        shutil.copytree(tree, home)
        output = subprocess.run(
            [sys.executable, __file__, "--observe", folder, json.dumps(sorted(names))],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        ).stdout
        text = output.decode("utf-8", "surrogateescape")
        return json.loads(text[text.rindex("\n{") :] if "\n{" in text else text or "{}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def in_tree(folder, names):
    home = os.path.join(folder, "tree")
    stubs = os.path.join(folder, "stubs")
    os.makedirs(stubs)
    real = os.path.join(stubs, ".stub")
    with open(real, "w") as file:
        file.write(STUB)
    os.chmod(real, 0o755)
    for name in names:
        os.link(real, os.path.join(stubs, name))
    for name in REAL:
        os.symlink("/bin/" + name, os.path.join(stubs, name))
    os.environ["PATH"] = stubs
    os.environ.pop("LANG_", None)
    sys.path.insert(0, home)
    found = {}
    for path in sorted(pathlib.Path(home).rglob("*.py")):
        relative = path.relative_to(home)
        dotted = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        defined = [n.name for n in ast.parse(path.read_text()).body if hasattr(n, "name")]
        key = str(relative)
        module = seen(found, key, folder, lambda: importlib.import_module(dotted))
        for name in defined:
            function = getattr(module, name, None)
            if inspect.isfunction(function):
                run_function(found, f"{key} {name}", folder, function)
    print("\n" + json.dumps(found))


def run_function(found, key, folder, function):
    parameters = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if any("cmd" in p.name or "command" in p.name for p in parameters):
        return
    for turn in range(2):
        arguments = {p.name: value(p, turn, place) for place, p in enumerate(parameters)}
        positional = [arguments[p.name] for p in parameters if p.kind == p.POSITIONAL_ONLY]
        named = {p.name: arguments[p.name] for p in parameters if p.kind != p.POSITIONAL_ONLY}

        def call():
            result = function(*positional, **named)
            if inspect.iscoroutine(result):
                return asyncio.run(waited(result))
            if inspect.isgenerator(result):
                return list(result)
            return result

        seen(found, f"{key} {turn}", folder, call)


async def waited(coroutine):
    result = await coroutine
    if hasattr(result, "wait"):
        await result.wait()
    return result


def value(parameter, turn, place):
    kind = str(parameter.annotation)
    if "bool" in kind or parameter.name.startswith(("is_", "use_", "quick", "fast", "verbose", "debug")):
        return bool(turn)
    if "int" in kind:
        return 3 + place
    if "float" in kind:
        return 0.5
    if "Path" in kind:
        return pathlib.Path(f"some/p{place}")
    if "list" in kind.lower() or parameter.name in ("xs", "files", "names", "extra", "parts"):
        return [f"e{place}", "e9"]
    if parameter.name.endswith(("args", "opts", "flags", "options", "params")):
        return "--first one" if turn else "--only"
    if "dir" in parameter.name or "folder" in parameter.name:
        return "sub"
    return f"v{place}-{turn}"


def seen(found, key, folder, call):
    """Calls something; notes what it gives back, prints and runs."""
    case = os.path.join(folder, "case")
    records, work = os.path.join(case, "records"), os.path.join(case, "work")
    os.makedirs(records)
    for name in ("sub/native", "sub/build", "frontend", "build"):
        os.makedirs(os.path.join(work, name))
    os.environ.update(RECORDS=records, CASE=case)
    os.chdir(work)
    result = module = None
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            module = call()
            result = shown(module)
        except BaseException as error:
            result = f"raised {type(error).__name__} {getattr(error, 'returncode', '')}"
    records = pathlib.Path(records).iterdir()
    ran = sorted(path.read_text("utf-8", "surrogateescape") for path in records)
    ran = [text.replace(folder, "...") for text in ran]
    result = result.replace(folder, "...")
    made = sorted(str(p.relative_to(work)) for p in pathlib.Path(work).rglob("*"))
    found[key] = [result, ran, made]
    os.chdir(folder)
    shutil.rmtree(case, ignore_errors=True)
    return module


def shown(result):
    if isinstance(result, subprocess.CompletedProcess):
        return f"completed {result.returncode} {result.stdout!r}"
    if isinstance(result, (str, bytes, int, float, bool, list, tuple, dict, type(None))):
        return repr(result)
    if isinstance(result, subprocess.Popen):
        return f"process {result.wait()}"
    return type(result).__name__


if __name__ == "__main__":
    if sys.argv[1] == "--observe":
        in_tree(sys.argv[2], json.loads(sys.argv[3]))
    else:
        main()
