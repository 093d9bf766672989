#!/usr/bin/env python3
"""Runs the test suites of real packages before and after `untrust fix` and compares every test.

    python3 tests/realworld/suites.py --bin BIN [--only NAME] [--work DIR] [--review-level]

For each suite of suites.toml: the sdist is downloaded and its hash checked, an environment is made with
the pinned packages, the tests run, `untrust fix` runs, and the tests run again. It needs CPython 3.11, git,
PyPI, and 8 GB of disk for all suites, most of it for torch. Nothing else of the machine is written.

`edits run` counts the changed statements that the tests executed: a suite that executes none says nothing.

Exits 1 if a test ended differently and suites.toml does not say why, or if a difference that it
expects did not happen, 2 if a suite could not run.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # this folder holds sources only

import suites_compare as compare  # noqa: E402
import suites_run as run  # noqa: E402

HERE = Path(__file__).resolve().parent


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", required=True, type=Path, help="the untrust binary")
    parser.add_argument("--only", action="append", metavar="NAME", help="run only this suite; may be repeated")
    parser.add_argument("--work", type=Path, default=HERE.parents[1] / "target" / "suites", metavar="DIR",
                        help="where downloads, environments and trees are kept [default: target/suites]")
    parser.add_argument("--review-level", action="store_true", help="a second variant with `fix --review-level`")
    return parser.parse_args()


def variants(suite, tree, place, binary, with_review):
    """Yields (variant, changes, outcomes) for each variant that writes something new."""
    shown = None
    for variant, options in [("fix", []), ("review", ["--review-level"])][: 1 + with_review]:
        run.restore(tree)
        changes = run.fix(binary, tree, place, options)
        if changes["diff"] == shown:
            print(f"  {variant}: the same changes as above", flush=True)
            continue
        shown = changes["diff"]
        (place / f"{variant}.diff").write_text(shown)
        print(f"  {variant}: {len(changes['files'])} files changed", flush=True)
        outcomes = run.tests(suite, tree, place, variant)
        changes["executed"], changes["statements"] = run.executed(tree, place, variant, changes["files"])
        yield variant, changes, outcomes


def one_suite(suite, environment, options):
    """The rows of one suite's table."""
    print(f"{suite['name']} {suite['version']}", flush=True)
    place = options.work / suite["name"]
    place.mkdir(parents=True, exist_ok=True)
    suite["python"] = run.environment(options.work, environment)
    tree = run.unpack(suite, options.work, place)
    before = run.tests(suite, tree, place, "before")
    print(f"  before: {compare.count(before)}", flush=True)
    rows = []
    for variant, changes, after in variants(suite, tree, place, options.bin, options.review_level):
        print(f"  {variant}: {compare.count(after)}", flush=True)
        rows.append(compare.row(suite, variant, changes, before, after))
    run.restore(tree)
    return rows


def main():
    options = arguments()
    if sys.version_info[:2] != (3, 11):
        sys.exit("the pinned packages are for CPython 3.11")
    options.bin = options.bin.resolve()
    options.work = options.work.resolve()
    if not shutil.which("git"):
        sys.exit("git is needed")
    suites, environments = run.read(HERE / "suites.toml")
    unknown = set(options.only or []) - {suite["name"] for suite in suites}
    if unknown:
        sys.exit(f"no such suite: {', '.join(sorted(unknown))}")
    rows, broken = [], []
    for suite in suites:
        if options.only and suite["name"] not in options.only:
            continue
        try:
            rows += one_suite(suite, environments[suite["environment"]], options)
        except (run.Failure, OSError, subprocess.SubprocessError) as error:
            print(f"  failed: {error}", flush=True)
            broken.append(suite["name"])
    compare.table(rows)
    if broken:
        print(f"could not run: {', '.join(broken)}")
        return 2
    return 1 if any(row["unexplained"] or row["stale"] or row["again"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
