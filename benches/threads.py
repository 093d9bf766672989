#!/usr/bin/env python3
"""Shows what handing a decision through a program takes, and how that grows.

usage: benches/threads.py [--bin PATH] [--runs N] [SHAPE ...]

Each shape is written in growing sizes: more callers of one function, longer chains of callers, more
files that mention nothing of it, more members of a family. `untrust diff --review-level` is run on
each, as it is and with `--thread off`. The table shows the processor seconds of both, how many lines
the diffs add, and the exponents from one size to the next: 1 means that twice the input takes
twice as long. A measurement, no test: run it on an idle machine.
"""
import argparse
import math
import os
import pathlib
import subprocess
import sys
import tempfile

SINK = "AutoModel.from_pretrained(p, trust_remote_code=True)"
IMPORT = "from transformers import AutoModel\n\n\n"
LIBRARY = IMPORT + f"def load_model(p):\n    return {SINK}\n"
MAIN = (
    "import argparse\n\nfrom {module} import {name}\n\n\ndef main():\n"
    "    parser = argparse.ArgumentParser()\n    parser.add_argument('--model')\n"
    "    args = parser.parse_args()\n    print({name}(args.model))\n\n\n"
    "if __name__ == '__main__':\n    main()\n"
)
# A file of the size that people write, with nothing in it that matters.
OTHER = "import os\n\n\n" + "".join(
    f"class Reader{i}:\n    def __init__(self, path, limit=10):\n        self.path = path\n"
    "        self.limit = limit\n\n    def read(self):\n        with open(self.path) as file:\n"
    "            return [line.split() for line in file][: self.limit]\n\n\n"
    for i in range(20)
)
CHAINS = 20
CALLERS_A_FILE = 10


def callers(n):
    """One function that is called from n others, ten in each file."""
    program = {"pkg/__init__.py": "", "pkg/lib.py": LIBRARY}
    for first in range(0, n, CALLERS_A_FILE):
        text = "from pkg.lib import load_model\n\n\n" + "".join(
            f"def use{i}(path):\n    model = load_model(path)\n    return model.eval()\n\n\n"
            for i in range(first, min(n, first + CALLERS_A_FILE))
        )
        program[f"use/m{first}.py"] = text
    return program


def chain(n):
    """Twenty chains of n functions, each in a file of its own, with a command line at their end."""
    program = {"pkg/__init__.py": ""}
    for c in range(CHAINS):
        program[f"pkg/c{c}_0.py"] = IMPORT + f"def step{c}_0(p):\n    return {SINK}\n"
        for i in range(1, n):
            program[f"pkg/c{c}_{i}.py"] = (
                f"from pkg.c{c}_{i - 1} import step{c}_{i - 1}\n\n\n"
                f"def step{c}_{i}(p):\n    return step{c}_{i - 1}(p)\n"
            )
        last = n - 1
        program[f"main{c}.py"] = MAIN.format(module=f"pkg.c{c}_{last}", name=f"step{c}_{last}")
    return program


def others(n):
    """One chain of two files among n that mention nothing of it."""
    program = {f"other{i // 100}/m{i}.py": OTHER for i in range(n)}
    program |= {"pkg/__init__.py": "", "pkg/lib.py": LIBRARY}
    return program | {"main.py": MAIN.format(module="pkg.lib", name="load_model")}


def family(n):
    """A method that n classes of one base define, ten in each file, and a caller by the base."""
    base = (
        "class Base:\n    def load_model(self, p):\n        raise NotImplementedError\n\n\n"
        "def run(loader: Base, p):\n    return loader.load_model(p)\n"
    )
    program = {"pkg/__init__.py": "", "pkg/base.py": base}
    for first in range(0, n, CALLERS_A_FILE):
        text = "from transformers import AutoModel\n\nfrom pkg.base import Base\n\n\n" + "".join(
            f"class Loader{i}(Base):\n    def load_model(self, p):\n        return {SINK}\n\n\n"
            for i in range(first, min(n, first + CALLERS_A_FILE))
        )
        program[f"pkg/f{first}.py"] = text
    return program


SHAPES = {
    "callers": (callers, [250, 500, 1000, 2000]),
    "chain": (chain, [2, 4, 8, 16, 32]),
    "others": (others, [1000, 2000, 4000, 8000]),
    "family": (family, [100, 250, 500, 1000]),
}


def write(program, folder):
    for path, text in program.items():
        path = pathlib.Path(folder, path)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def measured(binary, folder, options, runs):
    """The least processor seconds of the runs, and how many lines the diff adds."""
    command = [binary, "diff", "--review-level", "--exit-zero", "--quiet", *options, folder]
    seconds = []
    for _ in range(runs):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            child = subprocess.Popen(command, stdout=out, stderr=errors)
            _, status, used = os.wait4(child.pid, 0)
            if status:
                errors.seek(0)
                said = errors.read().decode(errors="replace")
                sys.exit(f"threads.py: {' '.join(command)} ended with {status}: {said}")
            out.seek(0)
            added = sum(line.startswith(b"+") and not line.startswith(b"+++") for line in out)
        seconds.append(used.ru_utime + used.ru_stime)
    return min(seconds), added


def exponent(before, now):
    """The exponent between two pairs of size and seconds; nothing without a first one."""
    if before is None:
        return ""
    ratio = max(now[1], 1e-3) / max(before[1], 1e-3)
    return f"{math.log(ratio) / math.log(now[0] / before[0]):.2f}"


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--bin", default="target/release/untrust")
    options.add_argument("--runs", type=int, default=2, help="of which the fastest counts")
    options.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(SHAPES)}")
    chosen = options.parse_args()
    unknown = [name for name in chosen.shapes if name not in SHAPES]
    if unknown:
        options.error(f"there is no shape {', '.join(unknown)}")
    print(f"{'':9} {'':>6} {'threaded':>21} {'--thread off':>21}")
    head = f"{'cpu s':>7} {'exp':>5} {'lines':>7}"
    print(f"{'shape':9} {'size':>6} {head} {head}")
    for name in chosen.shapes or SHAPES:
        shape, sizes = SHAPES[name]
        before = [None, None]
        for size in sizes:
            row = f"{name:9} {size:6}"
            with tempfile.TemporaryDirectory() as folder:
                write(shape(size), folder)
                for index, extra in enumerate([[], ["--thread", "off"]]):
                    seconds, added = measured(chosen.bin, folder, extra, chosen.runs)
                    grown = exponent(before[index], (size, seconds))
                    before[index] = (size, seconds)
                    row += f" {seconds:7.2f} {grown:>5} {added:7}"
            print(row, flush=True)


if __name__ == "__main__":
    main()
