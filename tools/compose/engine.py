"""A Docker engine: the one that answers, or one that is installed and started for as long as the test lasts."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


def run(*words: str, env: dict[str, str] | None = None, seconds: float = 60) -> str:
    """A command's output. Errors: CalledProcessError, TimeoutExpired."""
    done = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)
    return done.stdout


def answers() -> bool:
    """Whether an engine and compose v2 are there for us."""
    try:
        run("docker", "version")
        run("docker", "compose", "version")
    except (OSError, subprocess.SubprocessError):
        return False
    return True


@contextmanager
def engine(scratch: Path) -> Iterator["Bases"]:
    """An engine that answers; what had to be started is stopped again. Errors: CannotTest."""
    tool = Tool(scratch) if TOOL.exists() else None
    there = answers()
    if not there:
        if tool is None or os.geteuid() or shutil.which("apt-get") is None:
            raise CannotTest(
                "no Docker engine with compose v2 answers (`docker compose version`); install or start one"
            )
        tool("install", seconds=240)
        tool("start")
        print("engine: installed and started", flush=True)
    try:
        yield Bases(tool)
    finally:
        if not there and tool:
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
