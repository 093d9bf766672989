"""One package: everything that is done to it, in order, and what came out."""

import collections
import dataclasses
import json
import shutil

import linters
import packages
import snapshot
from runs import Bench


@dataclasses.dataclass
class Case:
    """What was seen of one package; filled by `work`."""

    package: packages.Package
    runs: dict = dataclasses.field(default_factory=dict)
    before: dict = dataclasses.field(default_factory=dict)
    fixed: dict = dataclasses.field(default_factory=dict)
    undone: dict = dataclasses.field(default_factory=dict)
    patched: dict = dataclasses.field(default_factory=dict)
    named: list = dataclasses.field(default_factory=list)
    changed: list = dataclasses.field(default_factory=list)
    findings: list = dataclasses.field(default_factory=list)
    summary: dict = dataclasses.field(default_factory=dict)
    left: dict = dataclasses.field(default_factory=dict)
    apply_error: str = ""
    ruff: tuple | None = None
    pyright: tuple | None = None
    megabytes: float = 0.0

    @property
    def skipped(self):
        """The files that `check` says it did not look at."""
        return {one["path"] for one in self.left["skipped"]}

    @property
    def problems(self):
        return sorted({one["path"] for one in self.left["errors"]})

    def named_places(self):
        """Transform and lines of what `check` names after the fix, by path."""
        places = collections.defaultdict(list)
        for one in self.left["findings"] + self.left["exceptions"]:
            lines = frozenset(range(one["start"]["line"], one["end"]["line"] + 1))
            places[one["path"]].append((one["transform"], lines))
        return places


def work(package, options):
    """Downloads, unpacks, and runs everything; the case holds what a judge needs."""
    archive = packages.fetch(package, options.cache)
    place = options.cache / "work" / f"{package.name}-{package.version}"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    bench = Bench(binary=options.bin, place=place, level=["--review-level"] if options.review_level else [])
    packages.unpack(archive, bench.tree)
    bench.commit()
    case = Case(package=package)
    case.before = snapshot.take(bench.tree)
    case.megabytes = sum(path.lstat().st_size for path in map(bench.tree.joinpath, case.before)) / 1e6
    forth(case, bench, options)
    back(case, bench)
    if not options.keep:
        shutil.rmtree(bench.tree)
    return case


def forth(case, bench, options):
    """From the original tree to the fixed one."""
    first = run(case, bench, "first", "check", "--format", "json")
    report = read_report(first)
    case.findings, case.summary = report["findings"], report["summary"]
    run(case, bench, "check", "check")
    diff = run(case, bench, "diff", "diff")
    case.named = paths_of(bench, diff)
    earlier = lint(bench, options, "before", case.named)
    run(case, bench, "fix", "fix")
    case.fixed = snapshot.take(bench.tree)
    case.changed = snapshot.differences(case.before, case.fixed)
    later = lint(bench, options, "after", case.named)
    case.ruff, case.pyright = [pair if None not in pair else None for pair in zip(earlier, later)]
    run(case, bench, "again", "diff")
    case.left = read_report(run(case, bench, "left", "check", "--format", "json"))


def back(case, bench):
    """From the fixed tree to the original one, and forth again by the patch."""
    if case.changed:
        run(case, bench, "undo", "undo")
    case.undone = snapshot.take(bench.tree)
    if snapshot.differences(case.before, case.undone):
        bench.git("checkout", "-q", "-f", "HEAD", "--", ".")
    if case.runs["diff"].out.strip():
        applied = bench.git("apply", "--whitespace=nowarn", str(bench.place / "diff.out"))
        case.apply_error = applied.stderr.decode(errors="replace").strip() if applied.returncode else ""
    case.patched = snapshot.take(bench.tree)


def run(case, bench, name, *arguments):
    case.runs[name] = bench.tool(name, *arguments)
    return case.runs[name]


def read_report(ran):
    try:
        return json.loads(ran.out)
    except ValueError:
        raise RuntimeError(f"{ran.name} gave no JSON; exit code {ran.code}: {ran.message.strip()[-300:]}") from None


def paths_of(bench, diff):
    """The files that a diff is about, as git reads it."""
    if not diff.out.strip():
        return []
    listed = bench.git("apply", "--numstat", "-z", str(bench.place / "diff.out"))
    rows = listed.stdout.decode("utf-8", "surrogateescape").split("\0")
    return [row.split("\t", 2)[2] for row in rows if row]


def lint(bench, options, name, paths):
    """What ruff and pyright say of the files; None for one that was not given."""
    files = [path for path in paths if path.endswith((".py", ".pyi"))]
    return (
        linters.ruff(bench, options.ruff, name, files) if options.ruff else None,
        linters.pyright(bench, options.pyright, name, files) if options.pyright else None,
    )
