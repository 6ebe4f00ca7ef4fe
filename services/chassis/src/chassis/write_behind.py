"""Small things that are handed on later, many at a time, by a thread of their own: no request waits for them.

What is held is lost with the process, and what finds no room is lost at once. So this is for what may be lost: whoever
reads it later must take a thing that is missing for not known, and never for not so.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from chassis.problems import Problem
from chassis.telemetry import described

log = structlog.get_logger()


class WriteBehind:
    """Hands on what it is given, a second later or sooner where much has come in.

    Shape: `send` takes a batch of at most `batch`; at most `most` are held. Units: `every` in seconds; 0: nothing is
    kept, nor sent.
    """

    PAUSE = 5.0
    """Seconds until it is tried again when the other side does not answer."""

    def __init__(
        self, name: str, send: Callable[[Sequence[Any]], None], *, every: float, batch: int = 500, most: int = 20_000
    ) -> None:
        self._name, self._send, self._every, self._batch, self._most = name, send, every, batch, most
        self._held: deque[Any] = deque()
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self.lost = 0

    def add(self, thing: Any) -> None:
        """Hold one thing more. It never waits for the other side."""
        if not self._every:
            return
        with self._changed:
            if len(self._held) >= self._most:
                self.lost += 1
                return
            self._held.append(thing)
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            if len(self._held) == 1 or len(self._held) >= self._batch:
                self._changed.notify()

    def flush(self) -> int:
        """Hand on what is held, in the caller's thread. Shape: how many were handed on.

        What is refused is lost; what is not answered is held on to. Errors: Unavailable.
        """
        handed = 0
        with self._sending:  # of two at once, neither hands on what the other does
            while some := self._take():
                try:
                    self._send(some)
                except Problem:
                    self._put_back(some)
                    raise
                except Exception as broken:
                    self.lost += len(some)
                    log.warning("refused what was written behind", what=self._name, lost=len(some), **described(broken))
                else:
                    handed += len(some)
        return handed

    def stop(self) -> None:
        """End the thread. What is held is lost unless it was flushed before."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held or self._stopped)
                if self._stopped:
                    return
                self._changed.wait_for(lambda: self._stopped or len(self._held) >= self._batch, timeout=self._every)
                if self._stopped:
                    return
            try:
                self.flush()
            except Problem as away:
                log.warning("not handed on yet", what=self._name, error=type(away).__name__, held=len(self._held))
                self._rest()

    def _rest(self) -> None:
        ends = time.monotonic() + self.PAUSE
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or time.monotonic() >= ends, timeout=self.PAUSE)

    def _take(self) -> list[Any]:
        with self._changed:
            return [self._held.popleft() for _ in range(min(self._batch, len(self._held)))]

    def _put_back(self, some: list[Any]) -> None:
        with self._changed:
            kept = some[: self._most - len(self._held)]
            self.lost += len(some) - len(kept)
            self._held.extendleft(reversed(kept))
