"""Admission: who may have more done now. It is asked before anything of a request is read.

What is refused here costs next to nothing, and what is let in does not wait behind more than can be answered in time.
Everything is counted in this process, and forgotten with it.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.auth import Caller
from chassis.problems import TooManyRequests
from gateway.problems import TooBusy
from gateway.settings import GatewaySettings

REMEMBERED = 10_000
TIMES_FOR_WRONG, WORDS_AT_LEAST = 10, 50


class Admission:
    """Counts what runs, and what each caller has brought that must be parsed.

    Shape: a caller is a person, or a client without one. Units: `clock` in seconds.
    """

    def __init__(self, settings: GatewaySettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._running: Counter[str] = Counter()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def begin_operation(self, caller: Caller) -> Iterator[None]:
        """Errors: TooManyRequests, when the caller's own run already; TooBusy, when everybody's do."""
        who, limits = caller.subject, self._settings
        if self._running[who] >= limits.operations_a_caller:
            raise TooManyRequests("Wait for the answers to those that you have asked.", headers={"Retry-After": "1"})
        if self._running.total() >= limits.operations:
            raise TooBusy()
        self._running[who] += 1
        try:
            yield
        finally:
            self._running[who] -= 1
            if not self._running[who]:
                del self._running[who]

    def pay_words(self, caller: Caller, words: int) -> None:
        """Parsing costs the most of what a refusal can cost, so each caller has so many words for it.

        Example: 20,000 words at once, then 2,000 a second, are a page of a portal each few milliseconds.
        Errors: TooManyRequests.
        """
        left = self._words_left(caller)
        if left < words:
            wait = max(1, math.ceil((words - left) / self._settings.words_a_second))
            text = "Too many new documents. Send values as variables: what was right once is kept then."
            raise TooManyRequests(text, headers={"Retry-After": str(wait)})
        self._left[caller.subject] = self._clock(), left - words

    def pay_for_wrong(self, caller: Caller, words: int) -> None:
        """What was parsed for nothing costs many times what is right, and a small document no less than some."""
        left = self._words_left(caller)
        self._left[caller.subject] = self._clock(), left - TIMES_FOR_WRONG * (words + WORDS_AT_LEAST)

    def _words_left(self, caller: Caller) -> float:
        limits, now = self._settings, self._clock()
        before, left = self._left.pop(caller.subject, (now, float(limits.words_at_once)))
        left = min(limits.words_at_once, left + (now - before) * limits.words_a_second)
        self._left[caller.subject] = now, left
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return left
