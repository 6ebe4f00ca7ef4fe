"""The public keys by which tokens are checked."""

import threading
import time
from collections.abc import Iterable
from typing import Protocol

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from chassis.http import FEW_BYTES, UNDECODED, read_answer, trusted
from chassis.problems import Unavailable
from chassis.revocations import mark_of

PATIENCE = 5.0
"""Seconds that reading the keys may take."""
SHORTEST_PAUSE = 0.5
"""Seconds between two looks for the first keys: who waits for them asks often."""


class KeySource(Protocol):
    def find_key(self, kid: str) -> ECKey | None:
        """The key, when it is at hand; never waits."""

    def fetch(self, kid: str) -> ECKey | None:
        """The key, asking for it if need be; None when there is no such key. May wait.

        Errors: Unavailable when nobody can say whether there is.
        """

    def has_keys(self) -> bool:
        """Whether tokens can be checked at all, asking for keys if there are none yet. May wait."""


class JwksOverHttp:
    """identity's published keys, read again after `lives` seconds, so that a withdrawn key is soon good nowhere, and
    when a token names one that is not among them.

    An unknown key asks again at most every `pause` seconds, so that forged tokens cannot be used to flood identity.
    When one of the keys was withdrawn, the next unknown key asks at once: it may be the one that took its place, and
    whoever brings it must not be refused because somebody else's unknown key was asked for a moment ago.
    While identity does not answer, keys that were read before are good, and a token of any other cannot be judged: who
    brings it is told to come again, and not that it is no good.
    """

    def __init__(self, url: str, pause: float = 5.0, lives: float = 300.0) -> None:
        self._url, self._pause, self._lives = url, pause, lives
        self._keys: dict[str, ECKey] = {}
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._reached = False
        self._due = False
        self._withdrawn: set[str] = set()

    def note_ended(self, marks: Iterable[str]) -> None:
        """Hear which marks of the list of revocations are new."""
        with self._lock:
            if withdrawn := self._marks().intersection(marks):
                self._withdrawn |= withdrawn
                self._due = True

    def find_key(self, kid: str) -> ECKey | None:
        return self._keys.get(kid) if time.monotonic() - self._asked < self._lives else None

    def fetch(self, kid: str) -> ECKey | None:
        with self._lock:
            age = time.monotonic() - self._asked
            pause = self._pause if self._keys and not self._withdrawn else SHORTEST_PAUSE
            if age > self._lives or (kid not in self._keys and (self._due or age > pause)):
                self._read()
            key = self._keys.get(kid)
            if key is None and (self._withdrawn or not self._reached):
                raise Unavailable()
        return key

    def has_keys(self) -> bool:
        with self._lock:
            if not self._keys and time.monotonic() - self._asked > SHORTEST_PAUSE:
                self._read()
            return bool(self._keys)

    def _read(self) -> None:
        self._asked, self._due = time.monotonic(), False
        found = self._ask()
        self._keys, self._reached = found or self._keys, bool(found)
        # A replica that has not heard of the withdrawal yet still publishes the old key, and not its successor.
        self._withdrawn &= self._marks()

    def _marks(self) -> set[str]:
        return {mark_of("key", kid) for kid in self._keys}

    def _ask(self) -> dict[str, ECKey]:
        try:
            asked = httpx.stream("GET", self._url, headers=UNDECODED, timeout=PATIENCE, verify=trusted())
            with asked as streaming:
                published = orjson.loads(read_answer(streaming, FEW_BYTES, PATIENCE).require_success())
            keys = KeySet.import_key_set(published).keys
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError):
            return {}
        return {key.kid: key for key in keys if isinstance(key, ECKey) and key.kid}


class StaticKeys:
    """A fixed set of keys."""

    def __init__(self, *keys: ECKey) -> None:
        self._keys = {key.kid: key for key in keys if key.kid}

    def find_key(self, kid: str) -> ECKey | None:
        return self._keys.get(kid)

    def fetch(self, kid: str) -> ECKey | None:
        return self._keys.get(kid)

    def has_keys(self) -> bool:
        return bool(self._keys)
