"""The public keys by which tokens are checked."""

import threading
import time
from typing import Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from chassis.http import trusted
from chassis.problems import Unavailable

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
    While identity does not answer, keys that were read before are good, and a token of any other cannot be judged: who
    brings it is told to come again, and not that it is no good.
    """

    def __init__(self, url: str, pause: float = 5.0, lives: float = 300.0) -> None:
        self._url, self._pause, self._lives = url, pause, lives
        self._keys: dict[str, ECKey] = {}
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._reached = False

    def find_key(self, kid: str) -> ECKey | None:
        return self._keys.get(kid) if time.monotonic() - self._asked < self._lives else None

    def fetch(self, kid: str) -> ECKey | None:
        with self._lock:
            age, pause = time.monotonic() - self._asked, self._pause if self._keys else SHORTEST_PAUSE
            if age > self._lives or (kid not in self._keys and age > pause):
                self._read()
            key = self._keys.get(kid)
            if key is None and not self._reached:
                raise Unavailable()
        return key

    def has_keys(self) -> bool:
        with self._lock:
            if not self._keys and time.monotonic() - self._asked > SHORTEST_PAUSE:
                self._read()
            return bool(self._keys)

    def _read(self) -> None:
        self._asked = time.monotonic()
        found = self._ask()
        self._keys, self._reached = found or self._keys, bool(found)

    def _ask(self) -> dict[str, ECKey]:
        try:
            answer = httpx.get(self._url, timeout=5, verify=trusted())
            answer.raise_for_status()
            keys = KeySet.import_key_set(answer.json()).keys
        except (httpx.HTTPError, JoseError, ValueError, KeyError):
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
