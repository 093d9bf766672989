"""The judges: each looks at what happened to one package and returns what is wrong, as sentences."""

import ast
import difflib
import re
import warnings

import linters
from detector import compiled, occurrences, parse
from snapshot import differences, sources

WORDS = (b"yaml", b"allow_pickle", b"trust_re", b"trust-re", b"nosec", b"read_array", b"NpzFile")
LOAD = re.compile(rb"\bload\b")
TEST_NAME = re.compile(r"(^|/)(tests?/|test_[^/]*$|[^/]*_test\.pyi?$|conftest\.py$)")
PASSED = (0, 1, 2)
EXECUTABLE = 0o100  # all of a mode that git keeps


def is_test(path):
    return bool(TEST_NAME.search(path))


def compiles(case):
    """Every changed file that CPython took before is taken still."""
    pairs = changed_sources(case)
    return [f"{path}: CPython takes it no longer" for path, old, new in pairs if compiled(old) and not compiled(new)]


def changed_sources(case):
    """Path, old and new bytes of each changed Python file."""
    old, new = sources(case.before), sources(case.fixed)
    return [(path, old[path], new[path]) for path in case.changed if path in old and path in new]


def ruff(case):
    """No new errors of ruff about names and syntax in changed files."""
    return linters.new(*case.ruff)


def pyright(case):
    """No new errors of pyright about calls, signatures and names in changed files."""
    return linters.new(*case.pyright)


def patch(case):
    """`git apply` of the printed diff on the original tree gives what `fix` gave."""
    if case.apply_error:
        return [f"git apply: {line}" for line in case.apply_error.splitlines()]
    return [f"{path}: the patch and the fix differ" for path in differences(case.fixed, case.patched, mode=EXECUTABLE)]


def again(case):
    """A second `diff` prints nothing."""
    return [line for line in case.runs["again"].out.decode(errors="replace").splitlines() if line.startswith("+++ ")]


def tests(case):
    """The code of test files is unchanged apart from signatures."""
    pairs = [(path, old, new) for path, old, new in changed_sources(case) if is_test(path)]
    return [f"{path}: a test was changed" for path, old, new in pairs if outline(old) != outline(new)]


def outline(source):
    """The syntax tree without parameters, as a flat list; the bytes of what does not parse."""
    tree = parse(source)
    if tree is None:
        return source
    found, stack = [], [tree]
    while stack:
        node = stack.pop()
        found.append(type(node).__name__)
        if isinstance(node, ast.arguments):
            continue
        found += [value for _, value in ast.iter_fields(node) if not isinstance(value, (ast.AST, list))]
        stack.extend(ast.iter_child_nodes(node))
    return found


def silent(case):
    """What the detector still finds outside tests is named by `check`."""
    named = case.named_places()
    wrong = []
    for path, source in sources(case.fixed).items():
        if is_test(path) or path in case.skipped or not may_hold(source):
            continue
        places = named.get(path, [])
        for one in occurrences(source):
            if not any(transform == one.transform and lines & one.lines for transform, lines in places):
                wrong.append(f"{path}:{min(one.lines)}: {one.transform}: {one.what}")
    return wrong


def may_hold(source):
    """Whether the detector can find anything: it reads a few megabytes a second only."""
    if any(word in source for word in WORDS):
        return True
    return (b"torch" in source or b"numpy" in source) and bool(LOAD.search(source))


def undo(case):
    """`undo` gives back bytes and modes."""
    return [f"{path}: not as before after undo" for path in differences(case.before, case.undone)]


def only(case):
    """Exactly the files that `diff` named changed, all of them Python, none of them its mode."""
    odd = [f"{path}: changed, but the diff does not name it" for path in case.changed if path not in case.named]
    odd += [f"{path}: named by the diff, but not changed" for path in case.named if path not in case.changed]
    odd += [f"{path}: not Python" for path in case.changed if not path.endswith((".py", ".pyi", ".ipynb"))]
    both = [path for path in case.changed if path in case.before and path in case.fixed]
    return odd + [f"{path}: its mode changed" for path in both if case.before[path].mode != case.fixed[path].mode]


def endings(case):
    """Lines that were not edited keep their endings, and no new kind of ending comes in."""
    return [f"{path}: {what}" for path, old, new in changed_sources(case) for what in endings_changed(old, new)]


def endings_changed(old, new):
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    kinds = {ending(line) for line in before}
    wrong = [f"a line now ends with {ending(line)!r}" for line in after if ending(line) not in kinds]
    bare = difflib.SequenceMatcher(None, [strip(line) for line in before], [strip(line) for line in after])
    for tag, start, end, other, _ in bare.get_opcodes():
        if tag != "equal":
            continue
        for shift in range(end - start):
            if before[start + shift] != after[other + shift]:
                wrong.append(f"line {start + shift + 1} has another ending")
    return wrong


def strip(line):
    return line.rstrip(b"\r\n")


def ending(line):
    return line[len(strip(line)):]


def exits(case):
    """No crash, no time-out, and exit code 2 is explained."""
    return [f"{run.name}: {what}" for run in case.runs.values() for what in exit_wrong(run, case.problems)]


def exit_wrong(run, problems):
    if run.late:
        return ["not finished in time"]
    if run.code not in PASSED or b"panicked" in run.err:
        return [f"exit code {run.code}: {run.message.strip()[-300:]}"]
    if run.code != 2:
        return []
    if not run.err.strip():
        return ["exit code 2 without a message"]
    if run.name == "undo":
        return [f"undo failed: {run.message.strip()[-300:]}"]
    return [f"exit code 2, and no message names {path}" for path in problems if path not in run.message]


def printed(case):
    """`check` prints no control characters into a pipe."""
    run = case.runs["check"]
    wrong = []
    for stream, raw in (("standard output", run.out), ("standard error", run.err)):
        found = {one for one in raw.decode("utf-8", "surrogateescape") if is_control(one)}
        wrong += [f"{stream} of check holds {one!r}" for one in sorted(found)]
    return wrong


def is_control(one):
    return (one < " " and one not in "\n\t") or "\x7f" <= one <= "\x9f"


def quiet(case):
    """A package that needs no fix stays as it is, and nothing is found in it but what is known."""
    others = [one for one in case.findings if one["transform"] not in case.package.finds]
    found = [f"{one['path']}:{one['start']['line']}: {one['transform']}" for one in others]
    return found + [f"{path}: changed" for path in case.changed]


JUDGES = [compiles, ruff, pyright, patch, again, tests, silent, undo, only, endings, exits, printed, quiet]


def judge(case):
    """What each judge finds wrong, by its name; None for one that had nothing to look at."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in JUDGES:
            found[one.__name__] = one(case) if applies(one, case) else None
    return found


def applies(one, case):
    needed = {ruff: case.ruff, pyright: case.pyright, quiet: case.package.quiet or None}
    return needed.get(one, True) is not None
