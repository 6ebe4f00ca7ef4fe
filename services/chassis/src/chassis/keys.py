"""The public keys by which tokens are checked."""

import threading
import time
from typing import Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from chassis.http import trusted


class KeySource(Protocol):
    def find_key(self, kid: str) -> ECKey | None:
        """The key, when it is at hand; never waits."""

    def fetch(self, kid: str) -> ECKey | None:
        """The key, asking for it if need be; None when there is no such key. May wait."""


class JwksOverHttp:
    """identity's published keys, read again after `lives` seconds, so that a withdrawn key is soon good nowhere, and
    when a token names one that is not among them.

    An unknown key asks again at most every `pause` seconds, so that forged tokens cannot be used to flood identity.
    """

    def __init__(self, url: str, pause: float = 5.0, lives: float = 300.0) -> None:
        self._url, self._pause, self._lives = url, pause, lives
        self._keys: dict[str, ECKey] = {}
        self._lock = threading.Lock()
        self._asked = 0.0

    def find_key(self, kid: str) -> ECKey | None:
        return self._keys.get(kid) if time.monotonic() - self._asked < self._lives else None

    def fetch(self, kid: str) -> ECKey | None:
        with self._lock:
            age = time.monotonic() - self._asked
            if not self._keys or age > self._lives or (kid not in self._keys and age > self._pause):
                self._asked = time.monotonic()
                self._keys = self._ask() or self._keys
        return self._keys.get(kid)

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
