"""CPU seconds that a command spends, with all that it starts: `python3 tools/cpu_seconds.py -- bash .ci/run`.

A clock on the wall doubles on a busy machine; this figure moves far less. Only the command's own processes count, so
that others may work beside it. What a process has started and left behind counts too: such orphans come to this script,
which asks the kernel for it (Linux; elsewhere they are missed). Containers count where the engine was started by the
command; those of an engine that ran before are its own, and are missed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LINGER_SECONDS = 10.0
"""How long orphans may take to end after the command; those that still run then count with what they have spent."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Spent:
    """Units: seconds; `user` and `system` of CPU, `wall` on the clock. `code` is what the command ended with."""

    user: float = 0.0
    system: float = 0.0
    wall: float = 0.0
    processes: int = 0
    running: int = 0
    code: int = 0

    def __str__(self) -> str:
        left = f", {self.running} of them still running" if self.running else ""
        return (
            f"{self.user + self.system:.1f} CPU seconds (user {self.user:.1f}, system {self.system:.1f}) "
            f"in {self.wall:.1f} s; {self.processes} processes came to their end here{left}"
        )


def measure(command: Sequence[str]) -> Spent:
    """Run a command until it and its orphans have ended. Errors: OSError where it cannot be started."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    spent, begun = Spent(), time.monotonic()
    process = subprocess.Popen(command)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: _hand_on(process.pid, number))
    ended = None
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0 if ended is None else os.WNOHANG)
        except ChildProcessError:
            break
        if pid:
            spent.user, spent.system = spent.user + usage.ru_utime, spent.system + usage.ru_stime
            spent.processes += 1
            if pid == process.pid:
                spent.code, spent.wall = os.waitstatus_to_exitcode(status), time.monotonic() - begun
                process.returncode = spent.code
                ended = time.monotonic()
        elif ended is not None and time.monotonic() > ended + LINGER_SECONDS:
            for user, system in _descendants(os.getpid()):
                spent.user, spent.system, spent.running = spent.user + user, spent.system + system, spent.running + 1
            break
        else:
            time.sleep(0.05)
    return spent


def _hand_on(pid: int, number: int) -> None:
    """A terminal tells the whole group by itself: who asks only this script means the command."""
    if number != signal.SIGINT:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _descendants(of: int) -> list[tuple[float, float]]:
    """User and system seconds of all that still run below a process, with those of children whom they have seen end."""
    parents: dict[int, int] = {}
    seconds: dict[int, tuple[float, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = path.read_text().rpartition(")")[2].split()
            pid = int(path.parent.name)
            user, system, waited_user, waited_system = (int(field) / TICKS for field in fields[11:15])
            parents[pid], seconds[pid] = int(fields[1]), (user + waited_user, system + waited_system)
    below, more = {of}, {of}
    while more:
        more = {pid for pid, parent in parents.items() if parent in more}
        below |= more
    return [seconds[pid] for pid in below - {of}]


def main(words: list[str]) -> int:
    label = ""
    if words[:1] == ["--label"]:
        label, words = f"{words[1]}: ", words[2:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        print("usage: python3 tools/cpu_seconds.py [--label WORDS] -- COMMAND …", file=sys.stderr)
        return 2
    spent = measure(words)
    print(f"{label}{spent}", file=sys.stderr, flush=True)
    return spent.code if spent.code >= 0 else 128 - spent.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
