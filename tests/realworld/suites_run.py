"""Downloads, environments, trees, test runs and fixes of suites.py."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tomllib
import urllib.request
import venv
import xml.etree.ElementTree as ElementTree
import zipfile

HOUR = 3600
SEVERITY = ["passed", "skipped", "failed", "error"]


class Failure(Exception):
    """A step that did not do what it should; says which."""


def read(path):
    """The suites and the environments, by name."""
    document = tomllib.loads(path.read_text())
    return document["suite"], {row["name"]: row for row in document["environment"]}


def command(arguments, log=None, ok=(0,), **options):
    """Runs a command, its output in `log` or returned."""
    done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT if log else subprocess.PIPE,
                          timeout=HOUR, check=False, **options)
    if log:
        log.write_bytes(done.stdout)
    if done.returncode not in ok:
        tail = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()[-5:]
        raise Failure(f"{' '.join(map(str, arguments[:6]))} ... ended with {done.returncode}: " + " | ".join(tail))
    return done.stdout.decode(errors="replace")


def environment(work, row):
    """The interpreter of a virtual environment with exactly the pinned packages; it is made once."""
    pins = "\n".join(row["requires"]) + "\n"
    key = hashlib.sha256(pins.encode()).hexdigest()[:12]
    place = work / "environments" / f"{row['name']}-{key}"
    python = place / "bin" / "python"
    if (place / "complete").exists():
        return python
    print(f"  environment {row['name']}: {len(row['requires'])} packages", flush=True)
    shutil.rmtree(place, ignore_errors=True)
    venv.create(place, with_pip=True)
    (place / "pins.txt").write_text(pins)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    # What is built from source needs setuptools first: nothing is isolated, so that the pins hold.
    tools = [pin for pin in row["requires"] if pin.startswith(("setuptools==", "wheel=="))]
    command([*pip, *tools], log=place / "tools.log")
    command([*pip, "--no-build-isolation", "-r", place / "pins.txt"], log=place / "pip.log")
    (place / "complete").touch()
    return python


def download(suite, work):
    """The sdist, whose hash is right."""
    path = work / "sdists" / suite["url"].rsplit("/", 1)[-1]
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(suite["url"], timeout=300) as answer:
            path.write_bytes(answer.read())
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != suite["sha256"]:
        path.unlink()
        raise Failure(f"{path.name} has the hash {found}")
    return path


def unpack(suite, work, place):
    """A fresh tree, committed."""
    sdist = download(suite, work)
    top = place / "tree"
    shutil.rmtree(top, ignore_errors=True)
    if sdist.suffix == ".zip":
        with zipfile.ZipFile(sdist) as archive:
            archive.extractall(top)
    else:
        with tarfile.open(sdist) as archive:
            archive.extractall(top, filter="data")
    (tree,) = top.iterdir()
    for patch in suite.get("patch", []):
        apply(tree / patch["path"], patch)
    # A package's own attributes and ignore files must not decide what is committed.
    git(tree, "init", "--quiet")
    (tree / ".git" / "info" / "attributes").write_text("* -text -filter\n")
    git(tree, "add", "--all", "--force")
    git(tree, "-c", "user.name=suites", "-c", "user.email=suites@localhost", "commit", "--quiet", "-m", "as published")
    return tree


def apply(path, patch):
    """Changes what keeps a test suite from running here, on both sides of the comparison alike."""
    text = path.read_text()
    if patch["old"] not in text:
        raise Failure(f"{path.name} does not hold {patch['old']!r}")
    path.write_text(text.replace(patch["old"], patch["new"]))


def git(tree, *arguments):
    """Runs git without the settings of whoever runs this."""
    alone = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return command(["git", *arguments], cwd=tree, env=alone)


def restore(tree):
    """The tree as it was published."""
    git(tree, "reset", "--quiet", "--hard")
    git(tree, "clean", "--quiet", "-d", "-x", "--force", "--force")


def settings(suite, tree, place):
    """The environment variables of a test run: the caller's secrets and settings stay out."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    paths = [str(tree / path) for path in suite.get("pythonpath", ["."])]
    site = suite["python"].parents[1] / "lib" / "python3.11" / "site-packages"
    own = {name: value.replace("{site}", str(site)) for name, value in suite.get("env", {}).items()}
    return {
        "PATH": f"{suite['python'].parent}:{os.environ.get('PATH', os.defpath)}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "MPLBACKEND": "agg",
        "COVERAGE_FILE": str(place / "coverage"),
        **own,
    }


def tests(suite, tree, place, run):
    """Runs the tests; returns the outcome and the message of each by its name."""
    report = place / f"{run}.xml"
    report.unlink(missing_ok=True)
    deselect = [f"--deselect={test}" for row in suite.get("deselect", []) for test in row["tests"]]
    # The same tracer on both sides: a test that notices it fails twice.
    arguments = [suite["python"], "-m", "coverage", "run", f"--source={tree}", "-m", "pytest", "-q",
                 "-p", "no:cacheprovider", f"--junitxml={report}", *suite["tests"], *deselect]
    command(arguments, log=place / f"{run}.log", ok=(0, 1), cwd=tree, env=settings(suite, tree, place))
    if not report.exists():
        raise Failure(f"no report of {run}, see {place / f'{run}.log'}")
    command([suite["python"], "-m", "coverage", "json", "-q", "-o", place / f"{run}.coverage.json",
             f"--data-file={place / 'coverage'}", "--ignore-errors"], log=place / f"{run}.coverage.log",
            ok=(0, 1), cwd=tree)
    return outcomes(report)


def outcomes(report):
    """{name: (outcome, message)} of a junit report. A failing teardown is a case of its own: the worst counts."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        result = ("passed", "")
        for child in case:
            kind = {"failure": "failed", "error": "error", "skipped": "skipped"}.get(child.tag)
            if kind:
                result = (kind, child.get("message") or "")
        if name not in found or SEVERITY.index(result[0]) > SEVERITY.index(found[name][0]):
            found[name] = result
    return found


def fix(binary, tree, place, options):
    """Runs `untrust fix`; returns the changed files, the diff, and what a second run would still change."""
    own = {**os.environ, "XDG_STATE_HOME": str(place / "state")}
    command([binary, "fix", "--quiet", *options], ok=(0, 1), cwd=tree, env=own)
    again = command([binary, "diff", "--quiet", "--exit-zero", *options], cwd=tree, env=own)
    return {
        "files": git(tree, "diff", "--name-only").split("\n")[:-1],
        "diff": git(tree, "diff"),
        "again": again,
    }


def changed_lines(tree, path):
    """The new line numbers of what changed in one file."""
    lines = set()
    for start, count in re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", git(tree, "diff", "-U0", "--", path), re.M):
        lines.update(range(int(start), int(start) + int(count or 1)))
    return lines


def statements(text, lines):
    """First lines of the innermost statements on these lines; comments and empty lines have none."""
    spans = [(node.lineno, node.end_lineno) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    found = set()
    for line in lines:
        around = [span for span in spans if span[0] <= line <= span[1]]
        if around:
            found.add(min(around, key=lambda span: span[1] - span[0])[0])
    return found


def executed(tree, place, run, files):
    """How many of the changed statements the tests executed, and how many there are."""
    report = place / f"{run}.coverage.json"
    measured = json.loads(report.read_text())["files"] if report.exists() else {}
    hit = total = 0
    for path in files:
        if not path.endswith(".py"):
            continue
        starts = statements((tree / path).read_text(errors="replace"), changed_lines(tree, path))
        total += len(starts)
        hit += len(starts & set(measured.get(path, {}).get("executed_lines", [])))
    return hit, total
