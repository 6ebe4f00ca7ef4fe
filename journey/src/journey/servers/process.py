"""A server process that ends with us, and can be killed as a crash would."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from journey.stopping import CannotGoOn

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 30.0
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")
"""Starts every server: what ends with its parent ends with the very thread that started it, and this one stays."""


class Process:
    """Shape: `stop_by` is the signal that ends it in order. Its output goes to `log`. `user` is a user and a group."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        stop_by: signal.Signals,
        user: tuple[int, int] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._stop_by = stop_by
        self.log = log

        def start() -> subprocess.Popen[bytes]:
            with log.open("ab") as output:
                return subprocess.Popen(
                    command,
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    user=user[0] if user else None,
                    group=user[1] if user else None,
                    extra_groups=[] if user else None,
                    start_new_session=True,
                    preexec_fn=die_with_us(stop_by),
                )

        self._process = _STARTER.submit(start).result()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        if self.runs:
            self._process.send_signal(self._stop_by)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        if self.runs:
            self._process.kill()
        self._process.wait()


class Server:
    """A server that can be started, stopped, killed and forgotten. Shape: `home` holds its `data` and its log."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: Process | None = None

    @property
    def data(self) -> Path:
        return self._home / "data"

    @property
    def pid(self) -> int:
        """0 while it does not run."""
        return self._process.pid if self._process is not None else 0

    def stop(self) -> None:
        """Stop it in order; harmless when it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def kill(self) -> None:
        """SIGKILL, as a crash would; starting it again goes on from the same data."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def forget(self) -> None:
        """Stop it and remove all that it holds."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)


def die_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """Whoever started the server may be killed outright; on Linux the kernel then ends the server."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))

    return ask


def children(parent: int) -> dict[int, int]:
    """The children of a process of one thread. Shape: process id → when it began, since its number may be used again.

    Empty where the kernel does not tell (elsewhere than on Linux).
    """
    return {pid: began for pid in child_ids(parent) if (began := _began(pid)) is not None}


def child_ids(parent: int) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


def stat_of(pid: int) -> list[str]:
    """What the kernel tells of a process: state, parent and so on (proc(5)); empty for one that is gone."""
    try:
        # The second field is the program's name in brackets, which may itself hold spaces and brackets.
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def await_end(processes: dict[int, int], seconds: float) -> None:
    """Wait until these have ended, and SIGKILL those that have not after so many seconds. Shape: as of `children`."""
    if not _gone(processes, seconds):
        for pid in _running(processes):
            with suppress(ProcessLookupError):  # it ended just now
                os.kill(pid, signal.SIGKILL)
        _gone(processes, seconds)


def _gone(processes: dict[int, int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while _running(processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _running(processes: dict[int, int]) -> list[int]:
    return [pid for pid, began in processes.items() if _began(pid) == began]


def _began(pid: int) -> int | None:
    """Ticks since the machine started; None for a process that has ended, whether or not it was waited for."""
    fields = stat_of(pid)
    return int(fields[19]) if fields and fields[0] not in "ZX" else None


def not_installed(what: str) -> CannotGoOn:
    return CannotGoOn(f"{what} is not installed; `make env-test` gets the servers of the production profile")
