#!/usr/bin/env python3
"""Shows how time and memory grow with the input.

usage: benches/growth.py [--bin PATH] [--size N] [--doublings K] [SHAPE ...]

For each shape a program of N places is written, then one of 2N, and so on, and `untrust diff` is run
on each. The table shows the processor seconds and the peak memory of the largest, and the exponent:
1 means that twice the input takes twice as long. A measurement, no test: run it on an idle machine.
"""
import argparse
import math
import os
import pathlib
import subprocess
import sys
import tempfile

HEAD = "from transformers import AutoModel\nimport argparse, io, numpy, torch, yaml\n\n\n"
SINK = "AutoModel.from_pretrained(p, trust_remote_code=True)"
PARSER = (
    "parser = argparse.ArgumentParser()\n"
    "parser.add_argument('--trust_remote_code', action='store_true')\n"
    "args = parser.parse_args()\n"
)


def repeated(pattern, start=""):
    """A program of one file: the head, and the pattern with its number as often as asked."""
    return lambda n: {"a.py": HEAD + start + "".join(pattern.replace("@", str(i)) for i in range(n))}


def files(pattern):
    """A program of many files, each in a folder of a hundred."""
    return lambda n: {f"d{i // 100}/m{i}.py": HEAD + pattern.replace("@", str(i)) for i in range(n)}


def indent(text):
    return "".join(f"    {line}\n" for line in text.splitlines())


SHAPES = {
    "functions": repeated(f"def f@(p):\n    return {SINK}\n\n\n"),
    "functions of one name": repeated(f"def f(p):\n    return {SINK}\n\n\n"),
    "places in one function": repeated(f"    a@ = {SINK}\n", "def f(p):\n"),
    "functions in functions": repeated(f"def f@(p):\n    def g(q):\n        return {SINK}\n    return g\n\n\n"),
    "functions with **kwargs": repeated(
        f"def f@(p, **kwargs):\n    return {SINK[:-1]}, **kwargs)\n\n\n"
    ),
    "true defaults": repeated(
        "def f@(p, trust_remote_code=True):\n"
        "    return AutoModel.from_pretrained(p, trust_remote_code=trust_remote_code)\n\n\n"
    ),
    "classes": repeated(f"class C@:\n    def __init__(self, p):\n        self.m = {SINK}\n\n\n"),
    "methods of one class": repeated(f"    def f@(self, p):\n        return {SINK}\n\n", "class C:\n"),
    "methods that read self": repeated(
        f"    def f@(self, p):\n        return {SINK}\n\n",
        "class C:\n    def __init__(self, trust_remote_code=False):\n"
        "        self.trust_remote_code = trust_remote_code\n\n",
    ),
    "classes of one base": repeated(
        f"class C@(Base):\n    def load(self, p):\n        return {SINK}\n\n\n",
        "class Base:\n    def load(self, p):\n        pass\n\n\n",
    ),
    "statements behind a parser": repeated(f"a@ = {SINK}\n", PARSER + "p = 'x'\n"),
    "functions behind a parser": repeated(f"def f@(p):\n    return {SINK}\n\n\n", PARSER),
    "a local bound again": repeated(
        f"    trust_remote_code = args.trust@\n    a@ = {SINK}\n", "def f(p, args):\n"
    ),
    "a table of functions": lambda n: {
        "a.py": repeated(f"def f@(p):\n    return {SINK}\n\n\n")(n)["a.py"]
        + "T = {"
        + "".join(f"{i}: f{i}, " for i in range(n))
        + "}\n"
    },
    "calls of one function": repeated("a@ = load('x')\n", f"def load(p):\n    return {SINK}\n\n\n"),
    "torch.load": repeated("def f@(p):\n    return torch.load(p)\n\n\n"),
    "torch.load of own buffers": repeated(
        "def f@(m):\n    b = io.BytesIO()\n    torch.save(m, b)\n    return torch.load(b)\n\n\n"
    ),
    "yaml.load": repeated("def f@(p):\n    return yaml.load(p, Loader=yaml.FullLoader)\n\n\n"),
    "numpy.load": repeated("def f@(p):\n    return numpy.load(p, allow_pickle=True)\n\n\n"),
    "nosec": repeated("a@ = 1  # nosec\n"),
    "exceptions": repeated(
        "def f@(p):\n    # weights_only=False: written by us\n"
        "    return torch.load(p, weights_only=False)\n\n\n"
    ),
    "arguments": lambda n: {"a.py": HEAD + f"g({'1, ' * n}torch.load(p))\n"},
    "parameters": lambda n: {
        "a.py": HEAD + f"def f({''.join(f'a{i}, ' for i in range(n))}p):\n    return {SINK}\n"
    },
    "brackets": lambda n: {"a.py": HEAD + "a = " + "[" * n + "torch.load(p)" + "]" * n + "\n"},
    "a chain of operators": lambda n: {"a.py": HEAD + f"a = {'1 + ' * n}torch.load(p)\n"},
    "a chain of attributes": lambda n: {"a.py": HEAD + f"a = torch.load(p){'.b' * n}\n"},
    "a long string": lambda n: {"a.py": HEAD + f"a = '{'x' * 50 * n}'\ntorch.load(p)\n"},
    "comments": lambda n: {"a.py": HEAD + "# nothing\n" * n + "torch.load(p)\n"},
    "files with functions": files(f"def load@(p):\n    return {SINK}\n"),
    "files with one function's name": files(f"def load(p):\n    return {SINK}\n"),
    "files with methods of one name": files(
        f"class C@:\n    def load(self, p):\n        return {SINK}\n"
    ),
    "files with nothing": files("a@ = 1\n"),
}


def measured(binary, program):
    """Processor seconds and peak megabytes of `untrust diff` on a program."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in program.items():
            path = pathlib.Path(folder, path)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        command = [binary, "diff", "--exit-zero", "--quiet", folder]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"growth.py: {' '.join(command)} ended with {status}: {said.decode()}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def exponent(small, large, doublings):
    return math.log2(max(large, 1e-3) / max(small, 1e-3)) / doublings


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--bin", default="target/release/untrust")
    options.add_argument("--size", type=int, default=2000, help="places of the smallest program")
    options.add_argument("--doublings", type=int, default=2)
    options.add_argument("shapes", nargs="*", metavar="SHAPE")
    chosen = options.parse_args()
    print(f"{'shape':32} {'places':>7} {'cpu s':>7} {'exp':>5} {'peak MB':>8} {'exp':>5}")
    for name in chosen.shapes or SHAPES:
        large = chosen.size << chosen.doublings
        time, memory = measured(chosen.bin, SHAPES[name](chosen.size))
        times, memories = measured(chosen.bin, SHAPES[name](large))
        print(
            f"{name:32} {large:7} {times:7.2f} {exponent(time, times, chosen.doublings):5.2f}"
            f" {memories:8.0f} {exponent(memory, memories, chosen.doublings):5.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
