"""What ruff and pyright say about files, as counts that can be subtracted."""

import collections
import json
import pathlib
import re

RUFF = "F821,F811,F823,F822,E9,PLE"
PYRIGHT = {
    "reportCallIssue": "error",
    "reportUndefinedVariable": "error",
    "reportPossiblyUnboundVariable": "error",
    "reportRedeclaration": "error",
    "reportIncompatibleMethodOverride": "error",
    "reportInconsistentOverload": "error",
    "reportNoOverloadImplementation": "error",
}
SECONDS = 600


def ruff(bench, program, name, files):
    """Errors of ruff in the files: how often each path, code and message."""
    if not files:
        return collections.Counter()
    command = [program, "check", "--isolated", "--no-cache", "--exit-zero", "--select", RUFF, "--output-format", "json", "--", *files]
    run = bench.measured(f"ruff-{name}", command, seconds=SECONDS)
    if run.code:
        raise RuntimeError(f"ruff: {run.message.strip()}")
    found = collections.Counter()
    for error in json.loads(run.out):
        path = pathlib.Path(error["filename"]).relative_to(bench.tree.resolve()).as_posix()
        found[path, error["code"], error["message"]] += 1
    return found


def pyright(bench, program, name, files):
    """Errors of pyright about calls, signatures and names in the files."""
    if not files:
        return collections.Counter()
    below = bench.tree.relative_to(bench.place)
    settings = {"include": [str(below / path) for path in files], "exclude": [], "extraPaths": [str(below)]}
    settings |= {"pythonVersion": "3.12", "typeCheckingMode": "off", "useLibraryCodeForTypes": False, **PYRIGHT}
    project = bench.place / "pyrightconfig.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    run = bench.measured(f"pyright-{name}", [program, "--outputjson", "-p", str(project)], seconds=SECONDS)
    complaint = re.search(r"Ignoring path|unrecognized setting|not find|No source files", run.message)
    if complaint:
        raise RuntimeError(f"pyright: {run.message.strip()[:300]}")
    try:
        answer = json.loads(run.out)["generalDiagnostics"]
    except ValueError:
        raise RuntimeError(f"pyright: {run.message.strip() or 'no answer'}") from None
    found = collections.Counter()
    for error in answer:
        path = pathlib.Path(error["file"]).relative_to(bench.tree.resolve()).as_posix()
        found[path, error.get("rule", "syntax"), plain(error["message"])] += 1
    return found


def plain(message):
    """A message without the types that it spells out, which hold whole signatures."""
    return re.sub(r'"[^"]*[(\[][^"]*"', '"..."', message.split("\n")[0])


def new(before, after):
    """What is there more often than before, as sentences."""
    return [f"{path}: {code}: {message}" for path, code, message in (after - before).elements()]
