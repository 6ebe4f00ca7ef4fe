"""What makes a program out of its rooms. Each service's `app.py` holds one `program`."""

import importlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI

from chassis.app import OPEN_ROUTES, build_app
from chassis.events import Event
from chassis.listener import lag, listen_once
from chassis.reactions import Reactions
from chassis.relay import count_waiting, only_one, relay_once
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from chassis.telemetry import Gauges, described
from chassis.work import Worker

log = structlog.get_logger()


@dataclass(frozen=True)
class Program:
    """Shape: `base` is the service's declarative Base, None where no data is owned. `open_routes` need no token.

    `package` holds `migrations/versions`, and is named like the program unless said otherwise. `setup` may add to the
    app what is no router; `prepare` may replace parts of the runtime before the app is built.
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
    setup: Callable[[FastAPI, Runtime], None] | None = None
    prepare: Callable[[Runtime], None] | None = None
    package: str = ""

    def build(self, runtime: Runtime) -> FastAPI:
        """The program's application over this runtime."""
        if self.prepare:
            self.prepare(runtime)
        app = build_app(self.title, runtime)
        app.state.program = self
        for router in self.routers:
            app.include_router(router)
        if self.setup:
            self.setup(app, runtime)
        runtime.metrics.register(Gauges(self._figures(runtime)))
        return app

    @property
    def all_open_routes(self) -> frozenset[str]:
        return OPEN_ROUTES | self.open_routes

    @property
    def versions(self) -> Path:
        """The folder of this program's migrations."""
        package = importlib.import_module(self.package or self.name)
        return Path(package.__path__[0]) / "migrations" / "versions"

    def _figures(self, runtime: Runtime) -> list[tuple[str, str, dict[str, str], Callable[[], int]]]:
        if self.base is None:
            return []
        figures: list[tuple[str, str, dict[str, str], Callable[[], int]]] = [
            ("thinkfamily_outbox_pending", "Events that wait for the relay", {}, lambda: count_waiting(runtime)),
            ("thinkfamily_listener_lag", "Positions not yet read", {}, lambda: lag(runtime, self.reactions)),
        ]
        for worker in self.workers:
            figures.append(
                (
                    "thinkfamily_work_pending",
                    "Work that waits",
                    {"worker": worker.name},
                    lambda worker=worker: worker.pending(runtime),  # type: ignore[misc]
                )
            )
        return figures

    def loops(self, runtime: Runtime, which: Sequence[str] = ("relay", "listen", "work")) -> "Loops":
        """The program's background loops, not yet started."""
        steps: dict[str, Callable[[], bool]] = {}
        if self.base is not None and "relay" in which:
            steps["relay"] = lambda: relay_once(runtime) > 0
        if self.reactions.types and "listen" in which:
            steps["listen"] = lambda: listen_once(runtime, self.reactions) > 0
        if "work" in which:
            for worker in self.workers:
                steps[f"work.{worker.name}"] = lambda worker=worker: worker.step(runtime)  # type: ignore[misc]
        return Loops(runtime, steps)


class Loops:
    """Threads that repeat a step each. A step that fails is tried again, later and later, and never ends its loop."""

    IDLE = 0.1
    LONGEST_PAUSE = 5.0

    def __init__(self, runtime: Runtime, steps: dict[str, Callable[[], bool]]) -> None:
        self._runtime, self._steps = runtime, steps
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for name, step in self._steps.items():
            thread = threading.Thread(target=self._run, args=(name, step), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout: float = 10.0) -> None:
        """Ask all to end after their present step, and wait for them."""
        self._stop.set()
        ends = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.1, ends - time.monotonic()))

    def wait(self) -> None:
        self._stop.wait()

    def ask_to_stop(self) -> None:
        self._stop.set()

    def _run(self, name: str, step: Callable[[], bool]) -> None:
        pause = self.IDLE
        while not self._stop.is_set():
            # One relay, listener and worker a service is active: order is kept, and no work is done twice.
            with only_one(self._runtime, name) as active:
                while active and not self._stop.is_set():
                    try:
                        worked = step()
                        pause = self.IDLE
                    except Exception as broken:
                        log.error("step failed", loop=name, program=self._runtime.settings.name, **described(broken))
                        worked, pause = False, min(pause * 2, self.LONGEST_PAUSE)
                    if not worked:
                        self._stop.wait(pause)
            self._stop.wait(1.0)
