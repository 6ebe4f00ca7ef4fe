"""The list as this replica knows it: read from the store in short rounds, served from memory.

However many processes ask, the store is asked a few times a second, and no flood at other doors keeps them waiting.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from chassis.problems import Unavailable
from chassis.revocations import Revocation, RevocationPage
from identity.models import RevocationEntry
from identity.revocations import repository

EVERY = 0.2
"""Seconds: with the half second after which programs ask, and the way, less than one."""
MARGIN = 60.0
MOST = 1000


@dataclass(frozen=True)
class _Read:
    """What was read in one look, so that whoever is answered meanwhile gets a cursor that fits its entries."""

    series: str
    position: int
    entries: list[tuple[int, Revocation]]
    at: float


class Feed:
    """A `RevocationSource` for identity's own verifier, and what the others are answered from.

    Units: `longest_life` in seconds; an entry is kept for as long, and a margin, since clocks differ.
    """

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[Session]],
        longest_life: float,
        on_news: Callable[[], None],
    ) -> None:
        self._read_store, self._kept, self._on_news = read, longest_life + MARGIN, on_news
        self._last: _Read | None = None

    def fetch(self, cursor: str) -> RevocationPage:
        """As `page`, of what the store holds now. Errors: those of a store that is away."""
        asked, held = time.monotonic(), self._last
        with self._read_store() as session:
            series, position = repository.read_count(session)
            goes_on = held is not None and series == held.series and position >= held.position
            known, entries = (held.position, held.entries) if held and goes_on else (0, [])
            rows = repository.list_revocations(session, known) if position != known else []
        entries = [*entries, *((row.position, self._entry(row)) for row in rows)]
        now = time.time()
        still = [(number, entry) for number, entry in entries if entry.until > now]
        self._last = _Read(series, position, still, asked)
        if rows:
            self._on_news()
        return self.page(cursor)

    def page(self, cursor: str) -> RevocationPage:
        """What was ended behind a cursor; of one that is not of this series, all. Errors: Unavailable before it was
        first read."""
        held = self._last
        if held is None:
            raise Unavailable()
        after = _position_in(cursor, held)
        behind = [(number, entry) for number, entry in held.entries if number > after]
        items, more = behind[:MOST], len(behind) > MOST
        last = items[-1][0] if more else held.position
        age = time.monotonic() - held.at
        return RevocationPage(f"{held.series}.{last}", [entry for _, entry in items], age, more)

    def _entry(self, row: RevocationEntry) -> Revocation:
        until = row.made_at.timestamp() + self._kept
        return Revocation(row.mark, row.before.timestamp() if row.before else until, until)


def _position_in(cursor: str, held: _Read) -> int:
    series, _, text = cursor.partition(".")
    position = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    return position if series == held.series and position <= held.position else 0
