"""What identity has ended before its time: taken by each process that checks tokens, all at once and in short rounds.

A token is good for minutes. Whoever signs out, loses a role or is shut out must not wait for its end, and no program
asks identity at each request. So each process takes what has been ended since it last asked, twice a second.
"""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

PATH = "/oauth/revocations"
"""Where identity answers with what it has ended; asked so often that no log line tells of it."""
PATIENCE = 2.0
log = structlog.get_logger()

Kind = Literal["token", "session", "client", "key", "everything"]


def mark_of(kind: Kind, name: str) -> str:
    """What stands in the list for a token's `jti`, a session's `sid`, a client, or a key: a digest, since anybody may
    read the list, and it is to tell those alone who hold such a token."""
    digest = hashlib.sha256(f"{kind}:{name}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


EVERYTHING = mark_of("everything", "")


def marks_of(token: str, session: str | None, client: str, key: str) -> tuple[str, ...]:
    """All marks by which a token may be ended."""
    marks = [EVERYTHING, mark_of("token", token), mark_of("client", client), mark_of("key", key)]
    return (*marks, mark_of("session", session)) if session else tuple(marks)


@dataclass(frozen=True)
class Revocation:
    """Tokens with this mark that were issued before a moment are over. Units: seconds since 1970.

    Shape: from `until` on there is no such token any more.
    """

    mark: str
    before: float
    until: float


@dataclass(frozen=True)
class RevocationPage:
    """What was ended behind a cursor. Units: `age` in seconds, how old what it says is. Shape: `more` is left."""

    cursor: str
    items: Sequence[Revocation]
    age: float = 0.0
    more: bool = False


class RevocationSource(Protocol):
    def fetch(self, cursor: str) -> RevocationPage:
        """What was ended behind this cursor; of an unknown one, all. Errors: whatever keeps it from answering."""


class RevocationList:
    """The list as this process knows it. One thread polls, all others look.

    Units: `every` and `tolerated` in seconds: how often it is taken, and how old it may be before no token is believed.
    """

    def __init__(
        self,
        source: RevocationSource | None,
        *,
        every: float,
        tolerated: float,
        on_news: Callable[[Iterable[str]], None] | None = None,
    ) -> None:
        """Shape: `on_news` is told the marks that are new, after they are held."""
        self._source, self._every, self._tolerated, self._on_news = source, every, tolerated, on_news
        self._held: dict[str, Revocation] = {}
        self._cursor = ""
        self._heard = float("-inf") if source else float("inf")
        self._polling = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def is_current(self) -> bool:
        """Whether it is young enough to be relied upon; before it was first taken, it is not."""
        return time.monotonic() - self._heard <= self._tolerated

    def stops(self, marks: Iterable[str], issued_at: float) -> bool:
        """Whether a token with these marks, issued at this moment, is over."""
        held = self._held
        return bool(held) and any(mark in held and issued_at < held[mark].before for mark in marks)

    def hear_news(self) -> None:
        """Take what is new. Errors: those of the source; what is held stays."""
        if self._source is None:
            return
        with self._polling:
            more = True
            while more:
                asked = time.monotonic()
                page = self._source.fetch(self._cursor)
                self._take(page.items)
                if self._on_news is not None and page.items:
                    self._on_news([item.mark for item in page.items])
                self._cursor, more = page.cursor, page.more
            self._heard = asked - page.age

    def start_polling(self) -> None:
        """Poll from now on, in a thread of its own."""
        if self._source is not None:
            self._thread = threading.Thread(target=self._keep_current, name="revocations", daemon=True)
            self._thread.start()

    def stop_polling(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _take(self, items: Iterable[Revocation]) -> None:
        for item in items:
            before = self._held.get(item.mark)
            if before is not None:
                item = Revocation(item.mark, max(item.before, before.before), max(item.until, before.until))
            self._held[item.mark] = item
        now = time.time()
        if over := [mark for mark, held in self._held.items() if held.until < now]:
            self._held = {mark: held for mark, held in self._held.items() if mark not in set(over)}

    def _keep_current(self) -> None:
        reached = True
        while not self._stop.is_set():
            try:
                self.hear_news()
                if not reached:
                    log.info("revocations are heard again")
                reached = True
            except Exception as broken:
                if reached:  # said once, not twice a second
                    log.warning("revocations are not heard", error=type(broken).__name__)
                reached = False
            self._stop.wait(self._every)


def no_revocations() -> RevocationList:
    """For who checks no tokens, and for tests that end none."""
    return RevocationList(None, every=1.0, tolerated=0.0)
