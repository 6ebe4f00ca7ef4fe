"""A Docker engine: the one that answers, or one that is installed and started for as long as the test lasts."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT.parent / "shared" / "containers"
"""Installs an engine on a bare Debian and builds stand-ins for base images where no registry answers."""
BASES = {
    "python": ("python:3.11-slim-bookworm", {}),
    "kafka": ("apache/kafka:4.3.1", {}),
    "postgres": ("postgres:17-trixie", {"SUITE": "trixie", "POSTGRES": "17"}),
}


class CannotTest(Exception):
    """Why the test cannot begin here, in a line that says what to do."""


class Commands:
    """Those that run, of every thread: a build that outlives the test's end would leave the images it makes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._only: int | None = None

    def begin(
        self,
        *words: str,
        env: dict[str, str] | None = None,
        stdin: int | None = None,
        stderr: int | None = None,
    ) -> subprocess.Popen[str]:
        """Errors: SubprocessError once another thread has called `end_all`."""
        with self._lock:
            if self._only not in (None, threading.get_ident()):
                raise subprocess.SubprocessError(f"`{' '.join(words)[:200]}` came after the test's end")
            self._running = {process for process in self._running if process.poll() is None}
            process = subprocess.Popen(
                words, env=env, cwd=ROOT, text=True, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr
            )
            self._running.add(process)
            return process

    def run(self, *words: str, env: dict[str, str] | None = None, seconds: float = 60) -> str:
        """A command's output. Errors: CalledProcessError, TimeoutExpired; that of `begin`."""
        with self.begin(*words, env=env, stderr=subprocess.PIPE) as process:
            try:
                out, err = process.communicate(timeout=seconds)
            finally:
                _end(process)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, words, out, err)
        return out

    def end_all(self) -> None:
        """End what still runs, and let nobody but this thread begin anything more."""
        with self._lock:
            self._only = threading.get_ident()
            running = list(self._running)
        _end(*running)


def _end(*processes: subprocess.Popen[str]) -> None:
    """Asked first: who is told to end a build says so to the engine. Who has ended is left alone."""
    for process in processes:
        if process.stdin:
            with suppress(OSError):
                process.stdin.close()
        process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


commands = Commands()
run = commands.run


def answers(*words: str) -> bool:
    """Whether `docker version` finds an engine, or `docker compose version` compose v2."""
    try:
        run("docker", *words)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


@contextmanager
def engine(scratch: Path) -> Iterator["Bases"]:
    """An engine that answers; what had to be started is stopped again. Errors: CannotTest."""
    tool = Tool(scratch) if TOOL.exists() else None
    ran = answers("version")
    there = ran and answers("compose", "version")
    if not there and (tool is None or os.geteuid() or shutil.which("apt-get") is None):
        raise CannotTest("no Docker engine with compose v2 answers (`docker compose version`); install or start one")
    started = False
    try:
        if not there and tool:
            tool("install", seconds=240)
            tool("start")
            started = True
            print("engine: installed and started", flush=True)
        yield Bases(tool)
    finally:
        if not ran and tool:
            if not started:
                time.sleep(3)  # `stop` finds an engine by the number it writes down a moment after it has begun
            tool("stop", seconds=120)
            print("engine: stopped", flush=True)


class Tool:
    """The tool beside the project, on a copy: it hands its files' rights on to images, and here they may be locked."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._home = scratch / "containers"
        shutil.copytree(TOOL, self._home)
        for path in (self._home, *self._home.rglob("*")):
            path.chmod(path.stat().st_mode | 0o200)

    def __call__(self, *words: str, seconds: float = 60, **settings: str) -> None:
        """Errors: CannotTest with its last line."""
        work = self._scratch / "-".join(words)
        try:
            run(
                str(self._home / "containers"), *words, env=os.environ | {"WORK": str(work)} | settings, seconds=seconds
            )
        except subprocess.CalledProcessError as failed:
            said = (failed.stderr or failed.stdout).strip().splitlines() or ["(nothing)"]
            raise CannotTest(f"`containers {' '.join(words)}` failed: {said[-1]}") from None
        except subprocess.TimeoutExpired:
            raise CannotTest(f"`containers {' '.join(words)}` took more than {seconds:.0f} s") from None


class Bases:
    """The base images, seen to by threads: they wait for the network more than they work."""

    def __init__(self, tool: Tool | None) -> None:
        self._tool = tool

    def see_to(self, then: Callable[[], None]) -> None:
        """Have every base image here; `then` is called as soon as Python's is. Errors: those of either."""
        if self._tool is None:  # compose pulls what is missing
            then()
            return
        failures: list[BaseException] = []

        def after_python() -> None:
            self._base("python")
            together(failures, lambda: self._base("kafka"), then)

        together(failures, after_python, lambda: self._base("postgres"))
        if failures:
            raise failures[0]

    def _base(self, name: str) -> None:
        tag, settings = BASES[name]
        if self._tool and not is_here(tag):
            self._tool("base", name, seconds=400, **settings)


def is_here(image: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode == 0


def together(failures: list[BaseException], *tasks: Callable[[], None]) -> None:
    """Do all at once and wait for the last; what fails is put with the failures."""

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as failed:
            failures.append(failed)

    threads = [threading.Thread(target=guarded, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
