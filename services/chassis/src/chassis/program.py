"""What makes a program out of its rooms. Each service's `app.py` holds one `program`."""

import importlib
import re
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from prometheus_client import ProcessCollector

from chassis import paging
from chassis.app import OPEN_ROUTES, Advised, Dialect, build_app
from chassis.auth import Caller
from chassis.db import on_commit
from chassis.events import Event
from chassis.figures import Figure, FigureGroup, Figures
from chassis.gaps import count_gaps
from chassis.listener import Listener, list_positions
from chassis.parked_events import count_parked
from chassis.reactions import Reactions
from chassis.relay import Relay, count_waiting, find_oldest_waiting, only_one
from chassis.revocations import no_revocations
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from chassis.telemetry import begin_trace, described, tell_repeats
from chassis.work import Worker

ALL = ("serve", "relay", "listen", "work")
"""What a program does; on a laptop in one process, in production in one each."""
REACHED = "thinkfamily_listener_position"
STREAM = ("stream",)
log = structlog.get_logger()


@dataclass(frozen=True)
class Program:
    """Shape: `base` is the service's declarative Base, None where no data is owned. `open_routes` need no token.
    Bodies at paths like `spools` go to a file first, and may be large. Requests that are `advised` are told whom to
    turn to where nothing is shown. Where a `dialect` is spoken, errors have its form. `figures` are the program's own
    for Prometheus: name, help, how to count.

    `stated_purposes` are never what somebody asks for who states none.

    `recognise` may take from a caller what this program knows to be none of theirs: a role that their service may not
    hold. `package` holds `migrations/versions`, and is named like the program unless said otherwise. `setup` may add to
    the app what is no router; `prepare` may replace parts of the runtime before the app is built.
    """

    name: str
    title: str
    settings: type[ServiceSettings]
    base: Any = None
    routers: Sequence[APIRouter] = ()
    reactions: Reactions = field(default_factory=Reactions)
    workers: Sequence[Worker] = ()
    events: Sequence[type[Event]] = ()
    open_routes: frozenset[str] = frozenset()
    spools: re.Pattern[str] | None = None
    advised: Advised | None = None
    dialect: Dialect | None = None
    stated_purposes: frozenset[str] = frozenset()
    figures: Sequence[tuple[str, str, Callable[[Runtime], int]]] = ()
    setup: Callable[[FastAPI, Runtime], None] | None = None
    prepare: Callable[[Runtime], None] | None = None
    recognise: Callable[[Runtime], Callable[[Caller], Awaitable[Caller]]] | None = None
    package: str = ""

    def build(self, runtime: Runtime, which: Sequence[str] = ALL) -> FastAPI:
        """The program's application over this runtime; without `serve`, only what operations staff ask for."""
        serves = "serve" in which
        if self.prepare:
            self.prepare(runtime)
        if not serves:
            runtime.revocations = no_revocations()  # nobody shows a token here
        app = build_app(self.title, runtime, self.spools, self.advised, self.dialect)
        app.state.program = self
        runtime.state["serves"] = serves
        app.state.stated_purposes = self.stated_purposes
        if self.recognise:
            app.state.recognise = self.recognise(runtime)
        if serves:
            if self.base is not None:
                paging.use_key(runtime.settings.cursor_key())
            for router in self.routers:
                app.include_router(router)
            if self.setup:
                self.setup(app, runtime)
        runtime.figures = self._figures(runtime, which)
        runtime.metrics.register(runtime.figures)
        ProcessCollector(registry=runtime.metrics)
        return app

    @property
    def all_open_routes(self) -> frozenset[str]:
        return OPEN_ROUTES | self.open_routes

    @property
    def versions(self) -> Path:
        """The folder of this program's migrations."""
        package = importlib.import_module(self.package or self.name)
        return Path(package.__path__[0]) / "migrations" / "versions"

    def _figures(self, runtime: Runtime, which: Sequence[str]) -> Figures:
        """Those that every program has, and its own. A figure that other replicas tell as well says so."""
        if self.base is None:
            return Figures([])
        store = [
            Figure("thinkfamily_outbox_pending", "Events that wait for the relay.", lambda: count_waiting(runtime)),
            Figure(
                "thinkfamily_outbox_oldest_seconds",
                "Seconds since the event that waits longest for the relay was told; 0 when none waits.",
                lambda: find_oldest_waiting(runtime),
                is_instant=True,
            ),
            Figure("thinkfamily_parked_events", "Events that could not be handled.", lambda: count_parked(runtime)),
        ]
        store += [Figure(name, f"{text}.", partial(count, runtime)) for name, text, count in self.figures]
        for worker in self.workers:
            count = partial(self._count_work, worker, runtime)
            store.append(Figure("thinkfamily_work_pending", "Work that waits.", count, ("worker",)))
        groups = [FigureGroup("store", store, self.name)]
        log: list[Figure] = []
        if "relay" in which:
            ends = partial(_list_ends, runtime, {self.name: self.topics})
            log.append(Figure("thinkfamily_log_end", "Last position of each own stream.", ends, STREAM))
        if {"serve", "listen"} & set(which) and self.reactions.types:  # the others have no business with the log
            reached = partial(list_positions, runtime)
            store.append(
                Figure(
                    "thinkfamily_listener_gaps",
                    "Streams that this listener reads no further, since the log lacks what it had not read yet.",
                    partial(count_gaps, runtime),
                    ("stream", "reason"),
                    alike=False,
                )
            )
            store.append(Figure(REACHED, "Position up to which each stream was handled.", reached, STREAM))
            groups = [FigureGroup("store", store, self.name)]
            behind = partial(self._lag, runtime, groups[0])
            log.append(Figure("thinkfamily_listener_lag", "Events of each stream not yet handled.", behind, STREAM))
        if log:
            groups.append(FigureGroup("log", log, self.name))
        return Figures(groups, runtime.traffic.collect)

    def _lag(self, runtime: Runtime, store: FigureGroup) -> dict[tuple[str, ...], float]:
        """How many positions this service is behind the producers that it listens to, in each stream."""
        ends = _list_ends(runtime, self.reactions.by_producer())
        reached = store.last.get(REACHED) or list_positions(runtime)
        return {stream: max(0.0, end - reached.get(stream, 0)) for stream, end in ends.items()}

    @staticmethod
    def _count_work(worker: Worker, runtime: Runtime) -> dict[tuple[str, ...], float]:
        return {(worker.name,): worker.pending(runtime)}

    @property
    def topics(self) -> list[str]:
        """The topics that this program speaks on."""
        return sorted({event.topic for event in self.events})

    def commands(self) -> list[str]:
        """What of this program runs as a process of its own in production."""
        loops = {"relay": self.base is not None, "listen": bool(self.reactions.types), "work": bool(self.workers)}
        return ["serve", *(name for name, there in loops.items() if there)]

    def loops(self, runtime: Runtime, which: Sequence[str] = ALL) -> "Loops":
        """The program's background loops, not yet started."""
        chosen = set(which) & set(self.commands())
        steps: dict[str, Callable[[], bool]] = {}
        if "relay" in chosen:
            steps["relay"] = Relay(runtime, self.topics).step
        if "listen" in chosen:
            steps["listen"] = Listener(runtime, self.reactions).step
        if "work" in chosen:
            for worker in self.workers:
                steps[f"work.{worker.name}"] = paced(partial(worker.step, runtime), getattr(worker, "every", 0.0))
        return Loops(runtime, steps, {"listen": runtime.log.look_every})


def _list_ends(runtime: Runtime, sources: Mapping[str, list[str]]) -> dict[tuple[str, ...], float]:
    """The last position of each stream. Shape: (stream,) → position."""
    return {
        (stream,): end
        for producer, topics in sources.items()
        for stream, end in runtime.log.ends(producer, topics).items()
    }


def paced(step: Callable[[], bool], every: float) -> Callable[[], bool]:
    """A step that is left out for a while once it has found nothing."""
    if not every:
        return step
    rest_until = 0.0

    def now_and_then() -> bool:
        nonlocal rest_until
        if time.monotonic() < rest_until:
            return False
        worked = step()
        if not worked:
            rest_until = time.monotonic() + every
        return worked

    return now_and_then


class Loops:
    """Threads that repeat a step each. A step that fails is tried again, later and later, and never ends its loop.

    An idle loop looks again when this process has committed something, and seldom otherwise: in production another
    process may have. `longest` are loops whose looks cost so little that they need not be seldom.
    """

    IDLE = 0.05
    LONGEST_IDLE = 0.4
    LONGEST_PAUSE = 5.0
    STAND_BY = 1.0
    STALLED = 180.0

    def __init__(
        self, runtime: Runtime, steps: dict[str, Callable[[], bool]], longest: Mapping[str, float] | None = None
    ) -> None:
        self._runtime, self._steps, self._longest = runtime, steps, longest or {}
        self._stop = threading.Event()
        self._woken = {name: threading.Event() for name in steps}
        self._beats = dict.fromkeys(steps, 0.0)
        self._threads: list[threading.Thread] = []
        self._failing: dict[str, tuple[float, int]] = {}  # when each began to fail, and how often it has
        if runtime.store is not None:
            on_commit(runtime.store, self._wake)
        runtime.state["stalled"] = self.stalled
        runtime.traffic.active |= dict.fromkeys(steps, False)

    def start(self) -> None:
        for name, step in self._steps.items():
            self._beats[name] = time.monotonic()
            thread = threading.Thread(target=self._run, args=(name, step), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 10.0) -> None:
        """Ask all to end after their present step, and wait for them."""
        self._stop.set()
        self._wake()
        ends = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.1, ends - time.monotonic()))

    def stalled(self) -> bool:
        """Whether a loop hangs: it has neither ended a step nor asked to be the one for minutes."""
        now = time.monotonic()
        return any(now - beat > self.STALLED for beat in self._beats.values()) and bool(self._threads)

    def _wake(self) -> None:
        for event in self._woken.values():
            event.set()

    def _run(self, name: str, step: Callable[[], bool]) -> None:
        while not self._stop.is_set():
            self._beats[name] = time.monotonic()
            try:
                # One relay, listener and worker a service is active: order is kept, and no work is done twice.
                with only_one(self._runtime, name) as still:
                    self._runtime.traffic.active[name] = still()
                    self._repeat(name, step, still)
            except Exception as broken:
                self._log_failure(name, broken)
            self._runtime.traffic.active[name] = False
            self._stop.wait(self.STAND_BY)

    def _repeat(self, name: str, step: Callable[[], bool], still: Callable[[], bool]) -> None:
        woken, idle, pause = self._woken[name], self.IDLE, self.IDLE
        longest = self._longest.get(name, self.LONGEST_IDLE)
        while still() and not self._stop.is_set():
            self._beats[name] = time.monotonic()
            woken.clear()
            begin_trace()
            try:
                worked, pause = step(), self.IDLE
                self._log_recovery(name)
            except Exception as broken:
                self._log_failure(name, broken)
                pause = min(pause * 2, self.LONGEST_PAUSE)
                self._stop.wait(pause)
                continue
            if worked:
                idle = self.IDLE
                continue
            self._stop.wait(self.IDLE)  # commits come in flocks; one look a flock is enough
            idle = self.IDLE if woken.wait(idle) else min(idle * 1.5, longest)

    def _log_failure(self, name: str, broken: Exception) -> None:
        since, failures = self._failing.get(name, (time.monotonic(), 0))
        self._failing[name] = since, failures + 1
        log.error("step failed", loop=name, program=self._runtime.settings.name, **described(broken))

    def _log_recovery(self, name: str) -> None:
        """One line for the end of an outage, with what it came to."""
        if name not in self._failing:
            return
        since, failures = self._failing.pop(name)
        tell_repeats(all=True)
        log.info(
            "step works again",
            loop=name,
            program=self._runtime.settings.name,
            failures=failures,
            seconds=round(time.monotonic() - since, 1),
        )
