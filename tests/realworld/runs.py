"""Running the tool, git and other commands on the tree of a package."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

LIMITS = pathlib.Path(__file__).with_name("limits.py")
SECONDS = 180
# Line endings stay as they are; the rest makes it quick, for nothing of it is to last.
SETTINGS = ["core.autocrlf=false", "core.safecrlf=false", "core.compression=0", "core.fsync=none", "gc.auto=0"]


@dataclasses.dataclass
class Run:
    """What one command did."""

    name: str
    code: int
    out: bytes
    err: bytes
    seconds: float
    cpu: float
    peak: int
    late: bool

    @property
    def message(self):
        return self.err.decode(errors="replace")


@dataclasses.dataclass
class Bench:
    """Where a package is worked on: the tree, the outputs beside it, and the tool."""

    binary: str
    place: pathlib.Path
    level: list

    @property
    def tree(self):
        return self.place / "tree"

    def environment(self):
        """One that no setting of the user reaches."""
        kept = {key: os.environ[key] for key in ("PATH", "TMPDIR", "LANG", "LC_ALL") if key in os.environ}
        return {
            **kept,
            "HOME": str(self.place / "home"),
            "XDG_STATE_HOME": str(self.place / "state"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def tool(self, name, *arguments):
        """Runs one command of the tool; its outputs are kept as `NAME.out` and `NAME.err`."""
        command = [self.binary, *arguments]
        if arguments[0] != "undo":
            command += [*self.level, "."]
        return self.measured(name, command)

    def measured(self, name, command, cwd=None, seconds=SECONDS):
        result = self.place / f"{name}.json"
        wrapped = [sys.executable, "-I", "-S", str(LIMITS), str(result), str(seconds), *command]
        out, err = self.place / f"{name}.out", self.place / f"{name}.err"
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            subprocess.run(
                wrapped, cwd=cwd or self.tree, env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=stdout, stderr=stderr, check=True,
            )
        measured = json.loads(result.read_text(encoding="utf-8"))
        return Run(
            name=name, code=measured["code"], out=out.read_bytes(), err=err.read_bytes(),
            seconds=measured["seconds"], cpu=measured["cpu"], peak=measured["peak"], late=measured["late"],
        )

    def git(self, *arguments):
        command = ["git"]
        for setting in SETTINGS:
            command += ["-c", setting]
        command += arguments
        return subprocess.run(
            command, cwd=self.tree, env=self.environment(), capture_output=True, timeout=SECONDS, check=False,
        )

    def commit(self):
        """Makes the tree a repository whose only commit holds every file."""
        (self.place / "home").mkdir(exist_ok=True)
        steps = (
            ["init", "-q"],
            ["config", "core.autocrlf", "false"],
            ["add", "-A", "-f"],
            ["-c", "user.name=realworld", "-c", "user.email=realworld@localhost", "commit", "-q", "--no-verify", "-m", "as published"],
        )
        for step in steps:
            done = self.git(*step)
            if done.returncode:
                raise RuntimeError(f"git {step[0]}: {done.stderr.decode(errors='replace').strip()}")
