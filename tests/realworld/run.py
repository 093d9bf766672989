#!/usr/bin/env python3
"""Runs the tool over pinned real-world packages and judges what it did. See README.md."""

import argparse
import concurrent.futures
import json
import pathlib
import sys
import traceback

sys.dont_write_bytecode = True  # nothing is left in the repository

import packages
import table
from judges import JUDGES, judge
from work import work

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="the untrust binary")
    parser.add_argument("--ruff", help="the ruff program; without it that judge is left out")
    parser.add_argument("--pyright", help="the pyright program; without it that judge is left out")
    parser.add_argument("--only", help="names of packages, separated by commas")
    parser.add_argument("--small", action="store_true", help="only the packages that are marked small")
    parser.add_argument("--review-level", action="store_true", help="apply fixes that need a review too")
    parser.add_argument("--jobs", type=int, default=1, help="packages at a time [default: 1]")
    parser.add_argument("--cache", type=pathlib.Path, help="where downloads and outputs are kept")
    parser.add_argument("--json", type=pathlib.Path, help="write figures and evidence to a file")
    parser.add_argument("--keep", action="store_true", help="keep the trees, with the fixes in them")
    options = parser.parse_args()
    options.cache = (options.cache or packages.default_cache()).resolve()
    for name in ("bin", "ruff", "pyright"):
        given = getattr(options, name)
        if given:
            setattr(options, name, str(pathlib.Path(given).absolute()))
    return options


def chosen(options):
    listed = packages.read_list(HERE / "packages.toml")
    if options.only:
        names = {name.strip().lower() for name in options.only.split(",")}
        unknown = names - {one.name.lower() for one in listed}
        if unknown:
            sys.exit(f"packages.toml does not list {', '.join(sorted(unknown))}")
        listed = [one for one in listed if one.name.lower() in names]
    return [one for one in listed if one.small] if options.small else listed


def one(package, options):
    """Figures and evidence of one package; what stops the suite itself is evidence too."""
    name = f"{package.name} {package.version}"
    try:
        case = work(package, options)
        return {"name": name, "figures": table.numbers(case), "wrong": judge(case)}
    except Exception:
        figures = dict.fromkeys(table.NUMBERS, 0)
        wrong = {judged.__name__: None for judged in JUDGES}
        wrong["exits"] = ["not judged: " + traceback.format_exc().strip()]
        return {"name": name, "figures": figures, "wrong": wrong}


def main():
    options = arguments()
    listed = chosen(options)
    results = []
    print(table.header(), flush=True)
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        started = [pool.submit(one, package, options) for package in listed]
        for future in concurrent.futures.as_completed(started):
            result = future.result()
            results.append(result)
            print(table.row(result["name"], result["figures"], result["wrong"]), flush=True)
    print(table.total(results))
    print("\n".join(table.evidence(results)))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 1 if not results or any(any(result["wrong"].values()) for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
