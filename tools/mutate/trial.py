"""Runs tests in forked processes: once as the code is, noting what each test reaches, then once a mutant."""

import ast
import contextlib
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from mutate.changes import Mutant

LEAST_WORK, TIMES_THE_WORK = 4.0, 3.0
"""Seconds of processor. A test may use so many at least, and so many times what it used to take."""
LEAST_WAIT, TIMES_THE_WAIT = 30.0, 10.0
"""Seconds. The same of a mutant that only waits; long, since others may keep the machine busy."""
MOST_MEMORY = 6 * 2**30
"""Bytes. A mutant that never ends must not take the machine's memory meanwhile."""


class CannotTry(Exception):
    """The tests do not pass as the code is, so that nothing follows from a failure."""


@dataclass(frozen=True)
class Reach:
    """What each test reaches. Units: seconds. Shape: test → file → lines; `imported`: file → lines run at import."""

    tests: dict[str, dict[str, set[int]]]
    seconds: dict[str, float]
    imported: dict[str, set[int]]

    def list_tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that may notice it, quickest first. What runs at import concerns all tests."""
        path, lines = str(mutant.path), set(mutant.lines)
        everyone = bool(lines & self.imported.get(path, set()))
        found = [test for test, reached in self.tests.items() if everyone or lines & reached.get(path, set())]
        return sorted(found, key=lambda test: self.seconds[test])


@dataclass
class _Running:
    mutant: Mutant
    pipe: int
    until: float
    folder: Path


@dataclass
class Trials:
    trees: dict[Path, ast.Module]
    tests: list[Path]
    only: str
    running: dict[int, _Running] = field(default_factory=dict)

    def observe(self) -> Reach:
        """Run all tests as the code is. Errors: CannotTry."""
        self._import_others()
        paths = [str(path) for path in self.tests]
        # Observed tests take several times as long as usual: how long they take is measured by another run.
        observed, usual = self._ask(lambda: _Observer(self.trees), paths), self._ask(lambda: _Judge({}), paths)
        for answer in (observed, usual):
            if answer is None or answer["failed"]:
                raise CannotTry(f"the tests do not pass as the code is: {answer['failed'] if answer else 'no answer'}")
        if not observed["tests"]:
            raise CannotTry("no test was found")
        tests = {test: {path: set(lines) for path, lines in files.items()} for test, files in observed["tests"].items()}
        return Reach(tests, usual["seconds"], {path: set(lines) for path, lines in observed["imported"].items()})

    def start(self, mutant: Mutant, tests: list[str], reach: Reach) -> None:
        """Begin to try a mutant. `collect` tells what became of it."""
        folder = Path(tempfile.mkdtemp(prefix="mutate-"))

        def try_it() -> None:
            mutant.apply()
            compiled = compile(self.trees[mutant.path], str(mutant.path), "exec", dont_inherit=True)
            _import_as(mutant.path, compiled)

        seconds = {test: reach.seconds[test] for test in tests}
        pid, pipe = self._fork(lambda: _Judge(seconds), tests, folder, ["-x"], try_it)
        longest = LEAST_WAIT + TIMES_THE_WAIT * sum(seconds.values())
        self.running[pid] = _Running(mutant, pipe, time.monotonic() + longest, folder)

    def collect(self) -> Iterator[tuple[Mutant, str, str]]:
        """Shape: mutant, `killed`, `timeout` or `survived`, and the test that killed it; of those that have ended."""
        for pid, each in list(self.running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            late = time.monotonic() > each.until
            if not ended and not late:
                continue
            if not ended:
                _end(pid)
            answer = _read(each.pipe)
            shutil.rmtree(each.folder, ignore_errors=True)
            del self.running[pid]
            if not ended or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
                yield each.mutant, "timeout", ""
            elif answer and answer["passed"]:
                yield each.mutant, "survived", ""
            else:
                yield each.mutant, "killed", (answer or {}).get("failed", "") or f"ended with {status}"

    def abandon(self) -> None:
        """End those that are running; nothing follows from them."""
        for pid, each in list(self.running.items()):
            _end(pid)
            os.close(each.pipe)
            shutil.rmtree(each.folder, ignore_errors=True)
            del self.running[pid]

    def _import_others(self) -> None:
        """Import here what the tests import before the first of the files, so that each fork has it already."""
        found = self._ask(lambda: _Librarian(self.trees), [str(path) for path in self.tests], ["--collect-only"])
        if found is None:
            raise CannotTry("the tests cannot be collected, or do not import what is to be changed")
        sys.path += [entry for entry in found["path"] if entry not in sys.path]
        for name in found["modules"]:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        assert threading.active_count() == 1, "a library has started a thread at import; no fork is safe"

    def _ask(self, plugin: Callable[[], Any], tests: list[str], options: list[str] | None = None) -> Any:
        folder = Path(tempfile.mkdtemp(prefix="mutate-"))
        pid, pipe = self._fork(plugin, tests, folder, options or [], lambda: None)
        answer = _read(pipe)
        os.waitpid(pid, 0)
        shutil.rmtree(folder, ignore_errors=True)
        return answer

    def _fork(
        self, plugin: Callable[[], Any], tests: list[str], folder: Path, options: list[str], before: Callable[[], None]
    ) -> tuple[int, int]:
        """Run pytest in a process of its own, which answers through a pipe. Shape: (pid, pipe)."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid:
            os.close(writer)
            return pid, reader
        code = 3
        try:
            os.setsid()
            os.close(reader)
            nothing = os.open(os.devnull, os.O_RDWR)
            log = os.open(folder / "output", os.O_WRONLY | os.O_CREAT)
            for number, target in ((0, nothing), (1, log), (2, log)):
                os.dup2(target, number)
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            before()
            asking = plugin()
            quiet = ["-q", "--tb=no", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
            chosen = ["-k", self.only] if self.only else []
            basetemp = f"--basetemp={folder / 'pytest'}"
            code = int(pytest.main([*quiet, *chosen, basetemp, *options, *tests], plugins=[asking]))
            sys.settrace(None)
            _write(writer, json.dumps(asking.answer(code)).encode())
        finally:
            os._exit(code)


def _import_as(path: Path, compiled: CodeType) -> None:
    """Let imports of a file find this code instead of what is written there, or cached."""
    _intercept(lambda file: compiled if file == path else None)


def _intercept(find: Callable[[Path], CodeType | None]) -> None:
    """Ask `find` for the code of each file that is imported from now on; None leaves it as it is."""
    usual = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> CodeType | None:
        return find(Path(loader.get_filename(name)).resolve()) or usual(loader, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def _end(pid: int) -> None:
    """End a process of ours that takes too long, and what it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _write(pipe: int, data: bytes) -> None:
    with os.fdopen(pipe, "wb") as stream:
        stream.write(data)


def _read(pipe: int) -> Any:
    """What a process answered until it ended; None when that is nothing."""
    with os.fdopen(pipe, "rb") as stream:
        data = stream.read()
    return json.loads(data) if data else None


class _Librarian:
    """Tells which modules were imported before the first of some files was: none of them can depend on it."""

    def __init__(self, files: Collection[Path]) -> None:
        self._modules: list[str] | None = None

        def note(file: Path) -> None:
            if self._modules is None and file in files:
                self._modules = [name for name, module in list(sys.modules.items()) if _is_ready(name, module)]

        _intercept(note)

    def answer(self, code: int) -> dict[str, Any] | None:
        return None if code or self._modules is None else {"path": sys.path, "modules": self._modules}


def _is_ready(name: str, module: Any) -> bool:
    """Whether a module is imported wholly, by name, and is nothing that pytest loads in a way of its own."""
    spec = getattr(module, "__spec__", None)
    ours = any(part in name for part in ("pytest", "conftest", "test_", "__main__"))
    return spec is not None and not getattr(spec, "_initializing", False) and not ours


class _Observer:
    """Notes which lines of some files each test reaches, and how long it takes."""

    def __init__(self, trees: dict[Path, ast.Module]) -> None:
        self._files = {str(path) for path in trees}
        self._now: dict[str, set[int]] = {path: set() for path in self._files}
        self._imported = self._now
        self._tests: dict[str, dict[str, list[int]]] = {}
        self._seconds: dict[str, float] = {}
        self._failed: list[str] = []
        sys.settrace(self._trace)
        threading.settrace(self._trace)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        # A file is asked for once a call, and its lines are noted by a function that knows where.
        name = frame.f_code.co_filename
        if name not in self._files:
            return None
        self._now[name].add(frame.f_lineno)

        def note(frame: FrameType, event: str, _: Any) -> Any:
            self._now[name].add(frame.f_lineno)
            return note

        return note

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        before, self._now = self._now, {path: set() for path in self._files}
        sys.settrace(self._trace)
        begun = time.monotonic()
        yield
        self._seconds[item.nodeid] = time.monotonic() - begun
        self._tests[item.nodeid] = {path: sorted(lines) for path, lines in self._now.items()}
        self._now = before

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed.append(report.nodeid)

    def answer(self, code: int) -> dict[str, Any]:
        return {
            "failed": self._failed,
            "tests": self._tests,
            "seconds": self._seconds,
            "imported": {path: sorted(lines) for path, lines in self._imported.items()},
        }


class _Judge:
    """Notes which test failed first, and how long each took. A test that works for too long ends the process."""

    def __init__(self, usual: dict[str, float]) -> None:
        self._usual = usual
        self._failed = ""
        self._seconds: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        if self._usual:
            # Its signal is nobody else's here, and ends the process. (pytest-timeout has that of ITIMER_REAL.)
            signal.setitimer(signal.ITIMER_PROF, LEAST_WORK + TIMES_THE_WORK * self._usual.get(item.nodeid, 0.0))
        begun = time.monotonic()
        yield
        self._seconds[item.nodeid] = time.monotonic() - begun

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed = self._failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed = self._failed or f"import: {report.nodeid}"

    def answer(self, code: int) -> dict[str, Any]:
        return {"passed": code == 0, "failed": self._failed, "seconds": self._seconds}
