#!/usr/bin/env python3
"""Measures from a key to the screen in `untrust review`.

Writes programs with very many changes, starts the review of each in a pseudo-terminal, presses keys and
prints how long it takes until the screen is drawn: the median and the slowest, in milliseconds.
"""

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import tempfile
import termios
import time
from pathlib import Path

DRAWN = b"\x1b[?2026l"
GOAL = 50.0


def program(folder: Path, files: int, changes: int) -> None:
    for index in range(files):
        functions = "\n\n".join(
            f"def load_{number}(path):\n    state = torch.load(path)\n    return state['{number}']\n"
            for number in range(changes)
        )
        (folder / f"m{index:04}.py").write_text(f"import torch\n\n\n{functions}")


class Review:
    def __init__(self, binary: str, folder: Path, state: str) -> None:
        self.terminal, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environment = {**os.environ, "XDG_STATE_HOME": state, "TERM": "xterm-256color"}
        command = [binary, "review", "--allow-no-vcs"]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=other, stdout=other, stderr=other, start_new_session=True
        )
        os.close(other)

    def drawn(self, patience: float = 120) -> None:
        """Waits until a screen was drawn whole."""
        seen = b""
        end = time.monotonic() + patience
        while DRAWN not in seen:
            ready, _, _ = select.select([self.terminal], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise SystemExit("no screen came")
            seen = seen[-len(DRAWN) :] + os.read(self.terminal, 65536)

    def press(self, key: str) -> float:
        begun = time.perf_counter()
        os.write(self.terminal, key.encode())
        self.drawn()
        return (time.perf_counter() - begun) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="target/release/untrust")
    arguments = parser.parse_args()
    binary = str(Path(arguments.bin).resolve())
    for files, changes in [(200, 10), (20, 100), (1, 2000)]:
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as state:
            program(Path(folder), files, changes)
            review = Review(binary, Path(folder), state)
            review.drawn()
            for name, keys in [("y and j", "yj" * 30), ("u and k", "uk" * 15), ("list", "gj" * 10 + "\r"), ("the rest (a)", "a")]:
                times = [review.press(key) for key in keys]
                slowest, median = max(times), statistics.median(times)
                verdict = "" if name.startswith("the rest") or median < GOAL else "  above the goal"
                print(f"{files:4} files of {changes:4} changes, {name:12} median {median:7.1f} ms, slowest {slowest:7.1f} ms{verdict}")
            review.process.kill()


if __name__ == "__main__":
    main()
