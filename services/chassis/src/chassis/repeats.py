"""What fails again and again is told once, then counted.

While a broker is away, its client library and every step that needs it fail many times a second: 3,700 lines in 70
seconds were seen, among which nobody finds the first. So the first line says what failed; those like it are counted,
and told with their number once a minute at most, and when it works again.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

EVERY = 60.0
"""Seconds between two lines that say the same."""
OF_ONE_LINE = frozenset({"timestamp", "about"})
"""What differs between lines that say the same, as numbers do that count something."""
SAY_WHERE = frozenset({"partition", "position"})
"""Numbers that count nothing, but say where."""
NUMBERS = re.compile(r"0x[0-9a-f]+|\d+(?:\.\d+)?")
"""In a library's words: `Task <Task object at 0x7efd> ran for 0.213s` is the same line each time."""
MOST = 1000
"""Kinds of line that are remembered at once; the oldest are forgotten."""


@dataclass
class _Kind:
    line: dict[str, Any]
    told: float
    held: int = 0


class Repeats:
    """Counts lines that were told already. Any number of threads may use it. Units: `every` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, every: float = EVERY) -> None:
        self._clock, self._every = clock, every
        self._guard = threading.Lock()
        self._kinds: dict[tuple[Any, ...], _Kind] = {}

    def seen(self, line: Mapping[str, Any]) -> int | None:
        """How many like it were held back since one was last told; None when this one is to be held back too.

        Shape: lines are alike when they have the same members, but for their time and for numbers that count.
        """
        key, now = _kind(line), self._clock()
        with self._guard:
            known = self._kinds.get(key)
            if known is None:
                if len(self._kinds) >= MOST:
                    del self._kinds[next(iter(self._kinds))]
                self._kinds[key] = _Kind(dict(line), now)
                return 0
            if now - known.told < self._every:
                known.held += 1
                known.line = dict(line)
                return None
            held, known.held, known.told = known.held, 0, now
            return held

    def take_held(self, *, all: bool = False) -> list[tuple[dict[str, Any], int]]:
        """The last of each kind that was held back, with how many there were: those that are due, or all.

        They are forgotten, so that the next line of their kind is told at once.
        """
        now = self._clock()
        with self._guard:
            due = [key for key, kind in self._kinds.items() if all or now - kind.told >= self._every]
            taken = [self._kinds.pop(key) for key in due]
        return [(kind.line, kind.held) for kind in taken if kind.held]


def _kind(line: Mapping[str, Any]) -> tuple[Any, ...]:
    told = {name: value for name, value in line.items() if name not in OF_ONE_LINE}
    told["event"] = NUMBERS.sub("#", str(line.get("event", "")))
    return tuple(
        (name, "" if isinstance(value, int | float) and name not in SAY_WHERE else repr(value))
        for name, value in sorted(told.items())
    )
