"""Runs the functions of a generated module and records what their commands do.

Usage: drive.py MODULE FOLDER SHELL VALUES
MODULE is a Python file, FOLDER an empty folder, SHELL the program that stands for /bin/sh, VALUES a
JSON file: for each function its name and lists of arguments. Prints JSON: for each function and
list what it gave back, and the sorted records of the stubs.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys

STUB = r"""#!/bin/sh
set -f
name=${0##*/}
{
    printf 'run %s\n' "$name"
    printf 'cwd %s\n' "${PWD#"$CASE"}"
    printf 'env %s|%s|%s\n' "${AA-unset}" "${BB-unset}" "${CC-unset}"
    for argument; do printf '<%s>' "$argument"; done
    printf '\n'
    if [ "$name" = eats ]; then cat; fi
    printf 'end\n'
} > "$RECORDS/$name.$$"
case $name in
fails) exit 3 ;;
says) printf 'said %s\n' "$@" ;;
esac
"""


def main():
    module, folder, shell, values = sys.argv[1:]
    with open(values, encoding="utf-8") as file:
        asked = json.load(file)
    stubs = os.path.join(folder, "stubs")
    os.makedirs(stubs)
    for name in ("one", "two", "eats", "fails", "says", "evil"):
        path = os.path.join(stubs, name)
        with open(path, "w") as file:
            file.write(STUB)
        os.chmod(path, 0o755)
    os.symlink(shutil.which(shell), os.path.join(stubs, "sh"))
    os.symlink(shutil.which("cat"), os.path.join(stubs, "cat"))
    os.environ["PATH"] = stubs
    os.environ["HOME"] = "/home/nobody"
    stand_in(shutil.which(shell, path="/bin:/usr/bin"))
    spec = importlib.util.spec_from_file_location("generated", module)
    generated = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generated)
    found = []
    for number, (name, lists) in enumerate(asked):
        for index, arguments in enumerate(lists):
            case = os.path.join(folder, "case", f"{number}-{index}")
            found.append(run(getattr(generated, name), arguments, case))
    json.dump(found, sys.stdout)


def stand_in(shell):
    """Makes another shell than /bin/sh run what asks for a shell."""
    made = subprocess.Popen.__init__

    def init(self, args, *rest, **keywords):
        if keywords.get("shell") and not keywords.get("executable"):
            keywords["executable"] = shell
        return made(self, args, *rest, **keywords)

    subprocess.Popen.__init__ = init

    def system(command):
        status = subprocess.call(command, shell=True)
        return status << 8

    os.system = system


def run(function, arguments, case):
    records = os.path.join(case, "records")
    work = os.path.join(case, "work")
    os.makedirs(records)
    os.makedirs(os.path.join(work, "sub"))
    with open(os.path.join(work, "input"), "w") as file:
        file.write("from a file\n")
    os.environ["RECORDS"] = records
    os.environ["CASE"] = case
    before = set(os.listdir(work))
    os.chdir(work)
    try:
        result = repr(function(*arguments))
    except Exception as error:
        result = f"raised {type(error).__name__}"
        if isinstance(error, subprocess.CalledProcessError):
            result += f" {error.returncode}"
    seen = []
    for name in sorted(os.listdir(records)):
        with open(os.path.join(records, name), encoding="utf-8", errors="surrogateescape") as file:
            seen.append(file.read())
    made = []
    for name in sorted(set(os.listdir(work)) - before):
        with open(os.path.join(work, name), encoding="utf-8", errors="surrogateescape") as file:
            made.append([name, file.read()])
    shutil.rmtree(case)
    return {"result": result, "records": sorted(seen), "made": made}


if __name__ == "__main__":
    main()
