"""Runs one command under a time limit and measures it; a script, to be small in memory itself.

usage: limits.py RESULT SECONDS COMMAND...

What the kernel calls the peak memory of a process counts that of the one that started it, so a
large parent would hide a small child.
"""

import json
import os
import signal
import subprocess
import sys
import time


def main():
    result, seconds = sys.argv[1], float(sys.argv[2])
    began = time.monotonic()
    child = subprocess.Popen(sys.argv[3:], start_new_session=True)
    late = []

    def stop(*_):
        late.append(True)
        os.killpg(child.pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status, usage = os.wait4(child.pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    measured = {
        "code": os.waitstatus_to_exitcode(status),
        "late": bool(late),
        "cpu": usage.ru_utime + usage.ru_stime,
        "seconds": time.monotonic() - began,
        "peak": usage.ru_maxrss * 1024,
    }
    with open(result, "w", encoding="utf-8") as stream:
        json.dump(measured, stream)


main()
