"""How long one request may wait for other programs, over all its calls and their repeats.

A program that is stopped takes connections and never answers. With a bound for each call alone, its readers are held
for as many bounds as there are calls and repeats: 41 seconds were measured. So a request has a budget that each wait
is taken from, and what is left of it travels with every call: whoever is asked gives up before the one who asks.

A request's own work is not counted, nor is the body that it takes in: it may go on for as long as something happens.
"""

import contextvars
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEADER = "Time-Budget"
"""Milliseconds that the caller still waits. It can shorten what a program allows itself, and never lengthen it."""
ON_THE_WAY = 0.9
"""The share of what is left that is handed on: so the answer of whoever gives up there is still waited for here."""
MOST_DIGITS = 6

_current: contextvars.ContextVar["TimeBudget | None"] = contextvars.ContextVar("time_budget", default=None)


class TimeBudget:
    """Seconds that may be waited; each wait is taken from them. `clock` is read before and after a wait.

    Units: `statement` in seconds, for which one answer of the own database may be waited. It is not taken from the
    rest: a request's own work may be many statements, and goes on for as long as each of them is answered.
    """

    def __init__(
        self,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        whole: "TimeBudget | None" = None,
        statement: float = math.inf,
    ) -> None:
        self._left, self._clock, self._whole = seconds, clock, whole
        self.statement = statement
        self.store_is_silent = False  # whether the own database was waited for in vain: once is enough

    @property
    def left(self) -> float:
        return max(0.0, self._left if self._whole is None else min(self._left, self._whole.left))

    def part(self, seconds: float) -> "TimeBudget":
        """At most so much of this budget, for one call; what it waits is taken from both."""
        return TimeBudget(seconds, self._clock, whole=self)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What happens inside is waited for, whether it ends well or not."""
        began = self._clock()
        try:
            yield
        finally:
            self.take(self._clock() - began)

    def take(self, seconds: float) -> None:
        """So much was waited."""
        self._left -= seconds
        if self._whole is not None:
            self._whole.take(seconds)

    def header(self) -> str:
        """As the next program is told."""
        return str(max(1, int(self.left * ON_THE_WAY * 1000)))


def begin_time_budget(seconds: float, told: str | None, statement: float = math.inf) -> None:
    """Give the request that begins here its budget: what the program allows, or less where its caller waits less.

    Units: `statement` in seconds: see `TimeBudget`.
    """
    if told and len(told) <= MOST_DIGITS and told.isascii() and told.isdigit():
        seconds = min(seconds, int(told) / 1000)
        statement = min(statement, seconds)
    _current.set(TimeBudget(seconds, statement=statement))


def current_time_budget() -> TimeBudget | None:
    """That of the request that is worked on; None in a loop, which waits for nobody's sake."""
    return _current.get()
